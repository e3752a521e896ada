"""A process that cuts every kind of work at its boundaries, ends it, and compares the ends."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.contract.cut_ends import end_of
from tests.contract.cut_grounds import Ground
from tests.contract.cut_works import WORKS
from tests.contract.cuts import Level, in_child

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.contract.cut_works import Work

START: Final = "start"
RESUMED_SECONDS: Final = 10.0
RECOVERY: Final = 60
"""Statements that every run has that ends another: to open an installation takes some forty."""

ALL: Final = -1
LEVELS: Final[tuple[Level, ...]] = ("statement", "point")


@dataclass(slots=True)
class Run:
    """All that is cut on one ground. is_naming: each name of a point is cut, whatever the share."""

    ground: Ground
    is_naming: bool
    chance: Random
    cuts: Counter[str] = field(default_factory=Counter)
    points: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def work(self, work: Work, share: dict[str, int]) -> None:
        """Cut one kind of work. share: how often at each kind of boundary, ALL for each of it."""
        work.prepare(self.ground)
        self.ground.keep(START)
        # Here, so that no child has to import and to compile what this one has already.
        work.do(self.ground)
        end = end_of(self.ground)
        gc.freeze()
        for level in LEVELS:
            self._each(work, level, self._numbers(work, level, share[level]), end)
        for first in self._numbers(work, "statement", share["pair"]):
            self._twice(work, first, end)

    def _numbers(self, work: Work, level: Level, share: int) -> Iterable[int]:
        """Return which boundaries of a whole run are cut."""
        is_naming = self.is_naming and level == "point"
        if share == ALL or not (share or is_naming):
            return range(1, sys.maxsize if share else 1)
        self.ground.put_back(START)
        whole = in_child(partial(work.do, self.ground), level)
        sampled = self.chance.sample(range(1, whole.count + 1), min(share, whole.count))
        return sorted({*sampled, *(self._unmet(whole.names) if is_naming else ())})

    def _unmet(self, names: Sequence[str]) -> Iterable[int]:
        """Return a call of each point that no work before was cut at."""
        calls: dict[str, list[int]] = {}
        for number, name in enumerate(names, 1):
            calls.setdefault(name, []).append(number)
        return [self.chance.choice(found) for name, found in calls.items() if not self.points[name]]

    def _each(self, work: Work, level: Level, numbers: Iterable[int], end: dict[str, Any]) -> None:
        """Cut at each number until a run survives."""
        for number in numbers:
            cut = self._cut(work, level, number)
            if not cut:
                return
            self.cuts[level] += 1
            self._resume(work, end, f"cut at {level} {number}")

    def _cut(self, work: Work, level: Level, number: int) -> bool:
        self.ground.put_back(START)
        ended = in_child(partial(work.do, self.ground), level, number)
        if ended.is_cut and level == "point":
            self.points[ended.names[-1]] += 1
        return ended.is_cut

    def _twice(self, work: Work, first: int, end: dict[str, Any]) -> None:
        """Cut at a statement, and what ends that at another."""
        self._cut(work, "statement", first)
        second = self.chance.randint(1, RECOVERY)
        again = in_child(partial(work.do, self.ground), "statement", second)
        self.cuts["pair"] += again.is_cut
        self._resume(work, end, f"cut at statement {first}, and then at {second}")

    def _resume(self, work: Work, end: dict[str, Any], how: str) -> None:
        """Do it again to its end, in time, and compare.

        Here, since a child takes longer to fork and to end than most work takes.
        """
        began = time.monotonic()
        try:
            work.do(self.ground)
            took = time.monotonic() - began
            wrong = list(differing(end, end_of(self.ground)))
        except Exception as failed:  # noqa: BLE001 - told with where it was cut
            took, wrong = 0.0, [f"{type(failed).__name__}: {failed}"]
        if took > RESUMED_SECONDS:
            wrong.append(f"resumed within {took:.0f} s")
        self.wrong += [f"{work.name}, {how}: {each}"[:2000] for each in wrong]


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> Iterable[str]:
    """Yield what of two ends differs."""
    for name, each in wanted.items():
        other = found[name]
        if each == other:
            continue
        if isinstance(each, list):
            lost = [item for item in each if item not in other]
            more = [item for item in other if item not in each]
            yield f"{name}: lost {lost}, too many {more}, {len(each)} and {len(other)}"
        else:
            yield f"{name}: {each} became {other}"


def program() -> None:
    """Cut as the command line says in JSON; tell the counts, the points and what went wrong."""
    asked = json.loads(sys.argv[1])
    ground = Ground(Path(asked["folder"]), asked["server"])
    chance = Random(asked["seed"])  # noqa: S311 - the same cuts again
    run = Run(ground, asked["is_naming"], chance)
    try:
        for name, share in asked["shares"].items():
            run.work(WORKS[name], share)
    finally:
        ground.close()
    told = {"cuts": run.cuts, "points": run.points, "wrong": run.wrong}
    sys.stdout.write(json.dumps(told))
