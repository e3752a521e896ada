"""How the tests marked with a clause last ended, kept for `placket trace`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


class LastRun:
    """Gather how each test marked `clause` ends and, at the end of the run, write it down.

    Under several processes only the controlling one holds it; the others' reports reach it.
    A test with several cases is one, failed when any of its cases is.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.results: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a finished phase of a test."""
        if "clause" not in report.keywords:
            return
        # The cases stand in brackets, the process that a group of tests shares after an at sign.
        test = report.nodeid.split("[", 1)[0].split("@", 1)[0]
        if report.failed or hasattr(report, "wasxfail"):  # known to fail is no better
            self.results[test] = "failed"
        elif report.when == "call" and report.passed:
            self.results.setdefault(test, "passed")

    def pytest_sessionfinish(self) -> None:
        """Add the results to those of earlier runs, which stay for the tests left out."""
        if not self.results:
            return
        kept = json.loads(self.file.read_text(encoding="utf-8")) if self.file.exists() else {}
        self.file.parent.mkdir(exist_ok=True)
        # Renamed into its place, so that nobody reads half a file.
        written = self.file.with_name(f"{self.file.name}.{os.getpid()}")
        text = json.dumps({**kept, **self.results}, indent=1, sort_keys=True)
        written.write_text(f"{text}\n", encoding="utf-8")
        written.replace(self.file)
