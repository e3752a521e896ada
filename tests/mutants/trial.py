"""Try each mutant on the tests that run its lines, in a process that has the tests collected."""

from __future__ import annotations

import gc
import os
import pickle
import shutil
import sys
import tempfile
import traceback
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, Phase, settings

from tests.mutants.forking import (
    BROKEN,
    CANNOT_REPLACE,
    KILLED,
    SURVIVED,
    Noted,
    forked,
    limit,
)
from tests.mutants.measured import COLLECTING, Measured, after, measured
from tests.mutants.placing import CannotReplace, Functions, Mutated, kept_results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from tests.mutants.mutant import Mutant, Source

_EXAMPLES = 25


@dataclass(slots=True, kw_only=True)
class Found:
    """What became of the mutants, by number: the test that killed one, or that none did."""

    killers: dict[int, str] = field(default_factory=dict)
    lives: set[int] = field(default_factory=set)


class Trial:
    """A plugin of pytest that tries mutants in place of the tests that were to be run.

    Two processes fork. One has imported nothing of the project: from it comes each mutant of
    what takes effect as its module is imported. From it comes also the other, which has all tests
    collected and replaces the code of a function where it is.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        mutants: Sequence[Mutant],
        of_layer: Mapping[str, tuple[str, ...]],
        left_out: Callable[[pytest.Item], bool],
        processes: int,
    ) -> None:
        self.found = Found()
        self._sources, self._mutants, self._of_layer = sources, mutants, of_layer
        self._left_out, self._processes = left_out, processes
        self._noted = Noted(len(mutants))
        self._failed = False
        self._measured: Measured | None = None
        self._coverage: Coverage | None = None
        self._work: Callable[[pytest.Session], None] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> bool | None:
        """Let forks collect; this process itself collects nothing and goes on when they ended."""
        for plugin in ("last run of the clauses", "terminalreporter"):
            session.config.pluginmanager.unregister(name=plugin)
        told = Path(tempfile.mkdtemp(), "found")
        if (child := os.fork()) == 0:
            self._start_coverage()
            self._work = lambda session: self._with_all(session.items, told)
            starts = (start for paths in self._of_layer.values() for start in paths)
            session.config.args = list(dict.fromkeys(start.split("::")[0] for start in starts))
            return None
        try:
            if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
                raise pytest.UsageError("without any mutant the tests cannot be run, or fail")
            self._measured, self.found = pickle.loads(told.read_bytes())  # noqa: S301 - our own
        finally:
            shutil.rmtree(told.parent)
        self._import_anew(session)
        return None if self._work else True

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do what this process was forked for."""
        if self._work is not None:
            try:
                self._work(session)
            except BaseException:  # noqa: BLE001 - a fork must not go on as if it were the parent
                traceback.print_exc()
            os._exit(BROKEN)
        return True

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take note of a test file that could not be imported."""
        self._note(report, report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a test that fails."""
        self._note(report, report.longreprtext)

    def _note(self, report: pytest.CollectReport | pytest.TestReport, why: str) -> None:
        if report.failed and self._measured is None:
            sys.stderr.write(f"{report.nodeid}\n{why}\n")
        self._failed = self._failed or report.failed

    def _start_coverage(self) -> None:
        files = [str(source.path) for source in self._sources.values()]
        self._coverage = Coverage(data_file=None, config_file=False, include=files)
        self._coverage.start()
        self._coverage.switch_context(COLLECTING)

    def _with_all(self, collected: Sequence[pytest.Item], told: Path) -> None:
        """Run all tests, try the mutants of functions, and leave what was found in a file."""
        items = [item for item in collected if not self._left_out(item)]
        for item in items:
            _steady(item)
        assert self._coverage is not None
        ordered, self._measured = measured(items, self._coverage, self._sources, self._of_layer)
        if self._failed:
            return
        self._measured.imported = [
            n for n in sys.modules if n.split(".")[0] not in {"placket", "tests"}
        ]
        functions = Functions(frozenset(str(source.path) for source in self._sources.values()))
        kept = {layer: kept_results(layer) for layer in self._of_layer}
        gc.collect()
        gc.freeze()
        live = [number for number, mutant in enumerate(self._mutants) if mutant.is_live]
        for number, tests in self._each(live, anew=False):
            mutant = self._mutants[number]
            try:
                functions.replace(self._sources[mutant.module], mutant)
            except CannotReplace:
                os._exit(CANNOT_REPLACE)
            for cache in kept[mutant.layer]:
                cache.cache_clear()
            self._run(number, [(test, ordered[test]) for test in tests])
        told.write_bytes(pickle.dumps((self._measured, self.found)))
        os._exit(0)

    def _import_anew(self, session: pytest.Session) -> None:
        """Try the mutants that a module must be imported with; in a fork, prepare to collect."""
        assert self._measured is not None
        for name in self._measured.imported:
            with suppress(ImportError):
                __import__(name)
        for number, tests in self._each(self._left(), anew=True):
            mutant = self._mutants[number]
            Mutated.install(self._sources[mutant.module], mutant)
            names = {self._measured.tests[test]: test for test in tests}
            session.config.args = list(dict.fromkeys(name.split("::")[0] for name in names))
            self._work = partial(self._run_named, number, names)
            return

    def _left(self) -> list[int]:
        """Return the mutants whose code was not replaced, or was run before it could be."""
        assert self._measured is not None
        return [
            number
            for number, mutant in enumerate(self._mutants)
            if number not in self.found.killers
            and (number not in self.found.lives or self._measured.runs_early(mutant))
        ]

    def _each(self, numbers: Iterable[int], *, anew: bool) -> Iterator[tuple[int, list[int]]]:
        """Yield, in a fork for each mutant, its number and the tests to run; here, nothing."""
        assert self._measured is not None
        likely: dict[tuple[str, str], int] = {}
        for done, (number, code) in enumerate(forked(numbers, self._processes), start=1):
            mutant = self._mutants[number]
            place = (mutant.module, mutant.function)
            if code is None:
                tests = self._measured.running(mutant, anew=anew)
                # What killed its neighbour, before all others.
                yield number, sorted(tests, key=lambda test: test != likely.get(place))
                os._exit(BROKEN)
            if code == SURVIVED:
                self.found.lives.add(number)
            elif code != CANNOT_REPLACE:
                self.found.lives.discard(number)
                likely[place] = self._noted.read(number)
                self.found.killers[number] = self._measured.tests[likely[place]]
            if done % 500 == 0:
                sys.stdout.write(f"{done:,} mutants tried\n")
                sys.stdout.flush()

    def _run_named(self, number: int, names: Mapping[str, int], session: pytest.Session) -> None:
        if self._failed:
            os._exit(KILLED)
        found = {names[item.nodeid]: item for item in session.items if item.nodeid in names}
        for item in found.values():
            _steady(item)
        self._run(number, [(test, found[test]) for test in names.values() if test in found])

    def _run(self, number: int, tests: Sequence[tuple[int, pytest.Item]]) -> NoReturn:
        """Run the tests until one fails, and end this process."""
        assert self._measured is not None
        items = [item for _, item in tests]
        for place, (test, item) in enumerate(tests):
            limit(self._measured.seconds[test])
            self._noted.write(number, test)
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after(items, place))
            if self._failed:
                os._exit(KILLED)
        os._exit(SURVIVED)


def _steady(item: pytest.Item) -> None:
    """Let a test of generated cases draw the same few in each run."""
    test: Any = getattr(item, "obj", None)
    test = getattr(test, "__func__", test)
    found = getattr(test, "_hypothesis_internal_use_settings", None)
    if found is not None:
        test._hypothesis_internal_use_settings = settings(  # noqa: SLF001 - no other way in
            found,
            max_examples=min(found.max_examples, _EXAMPLES),
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.explicit, Phase.generate),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
