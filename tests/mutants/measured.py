"""Which tests run which line, by one run of all tests, and in which order they are tried."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.mutants.placing import kept_results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest
    from coverage import Coverage

    from tests.mutants.mutant import Mutant, Source

COLLECTING: Final = "collecting"
"""The context in which lines are run before the first test begins."""

# By number and not by time, so that each run and each machine tries the same tests.
_FIRST: Final = 100
_AMONG_THE_REST: Final = 60


@dataclass(slots=True, kw_only=True)
class Measured:
    """What a run of all tests has shown.

    tests: those that run the fewest lines first; seconds: of CPU, each. of_layer: how the names
    of the tests of a layer begin. of_line: the numbers of the tests that run a line, by module;
    early: the lines that are run while modules are imported. imported: what the tests need.
    """

    tests: list[str]
    seconds: list[float]
    of_layer: Mapping[str, tuple[str, ...]]
    of_line: Mapping[str, Mapping[int, set[int]]]
    early: Mapping[str, set[int]]
    imported: Sequence[str] = ()

    def running(self, mutant: Mutant, *, anew: bool) -> list[int]:
        """Return tests that run the mutant's statement: its layer's own, and some of the rest.

        anew: the module is imported as the mutant, so that every test of its layer may tell.
        """
        of_line = self.of_line.get(mutant.module, {})
        lines = of_line.keys() if anew else mutant.lines
        found = sorted(set().union(*(of_line.get(line, set()) for line in lines)))
        starts = self.of_layer[mutant.layer]
        fitting = [test for test in found if self.tests[test].startswith(starts)]
        drawn = [test for test in fitting if self.tests[test].startswith("tests/property/")]
        own = f"tests/unit/{mutant.layer}/"
        unit = [number for number, name in enumerate(self.tests) if name.startswith(own)]
        others = [test for test in fitting if test not in {*unit, *drawn}]
        fitting = [*sorted({*unit}.intersection(fitting) | {*spread(others)}), *drawn]
        if not anew:
            return fitting
        # A value of the module may be compared by a test that calls none of its functions.
        return list(dict.fromkeys((*unit, *fitting)))

    def runs_early(self, mutant: Mutant) -> bool:
        """Say whether what the statement does may be done before any test begins."""
        return not self.early.get(mutant.module, set()).isdisjoint(mutant.lines)


def spread(tests: list[int]) -> list[int]:
    """Return the first tests, and some of the rest at even distances."""
    first, rest = tests[:_FIRST], tests[_FIRST:]
    step = max(1, len(rest) / _AMONG_THE_REST)
    return first + [rest[int(place * step)] for place in range(int(len(rest) / step))]


def run_all(items: Sequence[pytest.Item], coverage: Coverage) -> list[float]:
    """Run each test once, by its number as context; return the seconds of CPU of each."""
    caches = {layer: kept_results(layer) for layer in ("standing", "law")}
    seconds = []
    for number, item in enumerate(items):
        # What was kept is worked out again, or the lines would be the first test's alone.
        for cache in caches["law" if "law" in item.nodeid else "standing"]:
            cache.cache_clear()
        coverage.switch_context(str(number))
        began = time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=after(items, number))
        seconds.append(time.process_time() - began)
    coverage.stop()
    return seconds


def after(items: Sequence[pytest.Item], place: int) -> pytest.Item:
    """Return the test after the one at `place`, so that what a run shares is kept open."""
    return items[place + 1] if place + 1 < len(items) else items[0]


def measured(
    items: Sequence[pytest.Item],
    coverage: Coverage,
    sources: Mapping[str, Source],
    of_layer: Mapping[str, tuple[str, ...]],
) -> tuple[list[pytest.Item], Measured]:
    """Run all tests; return them in the order in which they are tried, and what was shown."""
    seconds = run_all(items, coverage)
    found = {
        module: coverage.get_data().contexts_by_lineno(str(source.path))
        for module, source in sources.items()
    }
    lines = Counter(
        each for run in found.values() for contexts in run.values() for each in contexts
    )
    order = sorted(range(len(items)), key=lambda n: (lines[str(n)], items[n].nodeid))
    rank = {str(number): place for place, number in enumerate(order)}
    of_line: dict[str, dict[int, set[int]]] = defaultdict(dict)
    early: dict[str, set[int]] = defaultdict(set)
    for module, run in found.items():
        for line, contexts in run.items():
            of_line[module][line] = {rank[each] for each in contexts if each in rank}
            if not rank.keys() >= set(contexts):
                early[module].add(line)
    return [items[n] for n in order], Measured(
        tests=[items[n].nodeid for n in order],
        seconds=[seconds[n] for n in order],
        of_layer=of_layer,
        of_line=dict(of_line),
        early=dict(early),
    )
