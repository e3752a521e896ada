"""How many cases the tests went through, gathered over all processes and told at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pytest

Counted = Callable[[str, int], None]
"""what was counted, as docs/explanation/faults.md names it; how many of it"""

_KIND: Final = "counted "


def counting(record_property: Callable[[str, object], None]) -> Counted:
    """Return what a test tells its counts by; they travel with its report."""

    def counted(what: str, number: int) -> None:
        record_property(f"{_KIND}{what}", number)

    return counted


class Counts:
    """Sum the counts of all tests and print them at the end of the run.

    Under several processes only the controlling one holds it; the others' reports reach it.
    """

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test that passed has counted."""
        if report.when != "call" or not report.passed:
            return
        for name, number in report.user_properties:
            if name.startswith(_KIND):
                self.found[name.removeprefix(_KIND)] += int(str(number))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print a line for each count."""
        if not self.found:
            return
        terminalreporter.section("counted")
        width = max(map(len, self.found))
        for what, number in sorted(self.found.items()):
            terminalreporter.write_line(f"{what:{width}}  {number:>9,}")
