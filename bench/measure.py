"""Measured values: samples with their spread, a job beside its floor, and the verdict."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Sample = float
MICRO: Final = 1e6
MILLI: Final = 1e3
MOST: Final = "at most"
LEAST: Final = "at least"
REACHED: Final = "reached"
MISSED: Final = "missed"
NO_TARGET: Final = "beside it"
LEFT_OUT: Final = "left out"
TURN: Final = 100
"""Calls of a job before its floor has its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Samples in short: the median, and the tenth and ninetieth of a hundred; all in `unit`."""

    median: float
    p10: float
    p90: float
    p99: float
    samples: int
    unit: str

    @classmethod
    def of(cls, samples: Sequence[Sample], unit: str, *, scale: float = 1.0) -> Spread:
        """Return the spread of `samples`, each multiplied by `scale`; there is at least one."""
        ordered = sorted(sample * scale for sample in samples)

        def at(share: float) -> float:
            return ordered[min(round(share * (len(ordered) - 1)), len(ordered) - 1)]

        return cls(
            median=at(0.5),
            p10=at(0.1),
            p90=at(0.9),
            p99=at(0.99),
            samples=len(ordered),
            unit=unit,
        )

    def __str__(self) -> str:
        """Return the median, then the spread in parentheses where there is one, then the unit."""
        around = f" ({short(self.p10)} to {short(self.p90)})" if self.p10 < self.p90 else ""
        return f"{short(self.median)}{around} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What the issue asks: `bound` a number in the row's unit, or a ratio to the floor.

    is_ratio: the bound is on measured divided by floor. is_tail: it is on the 99th of a hundred.
    """

    sense: str
    bound: float
    is_ratio: bool = False
    is_tail: bool = False

    def is_reached(self, measured: Spread, floor: Spread | None) -> bool:
        """Say whether the measured value keeps to the bound."""
        value = measured.p99 if self.is_tail else measured.median
        if self.is_ratio:
            if floor is None:
                raise ValueError("a ratio needs its floor")
            value /= floor.median
        return value <= self.bound if self.sense == MOST else value >= self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table: a job, what it took, what its floor took, and the target."""

    bench: str
    job: str
    measured: Spread | None
    floor: Spread | None = None
    floor_name: str = ""
    target: Target | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Return measured divided by floor; of a rate, the share of the floor's rate."""
        if self.measured is None or self.floor is None or not self.floor.median:
            return None
        return self.measured.median / self.floor.median

    @property
    def verdict(self) -> str:
        """Return whether the target was reached, never more than a word or two."""
        if self.measured is None:
            return LEFT_OUT
        if self.target is None:
            return NO_TARGET
        return REACHED if self.target.is_reached(self.measured, self.floor) else MISSED

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return {
            "bench": self.bench,
            "job": self.job,
            "measured": _plain(self.measured),
            "floor": _plain(self.floor),
            "floor_name": self.floor_name,
            "ratio": self.ratio,
            "target": told(self.target, self.measured),
            "verdict": self.verdict,
            "note": self.note,
        }


def _plain(spread: Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    return {name: getattr(spread, name) for name in Spread.__dataclass_fields__}


def told(target: Target | None, measured: Spread | None) -> str:
    """Return the target in words."""
    if target is None:
        return ""
    unit = "of the floor" if target.is_ratio else (measured.unit if measured else "")
    tail = " at the 99th of a hundred" if target.is_tail else ""
    return f"{target.sense} {short(target.bound)} {unit}{tail}"


def short(value: float) -> str:
    """Return a number with three figures, thousands apart."""
    if value >= 100:  # noqa: PLR2004 - from three figures on, no fraction
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spent(job: Callable[[], object]) -> float:
    """Return the seconds that `job` takes once."""
    began = time.perf_counter()
    job()
    return time.perf_counter() - began


def repeated(job: Callable[[], object], times: int) -> list[Sample]:
    """Return the seconds of each of `times` runs, after one that is not counted."""
    job()
    return [spent(job) for _ in range(times)]


def each(job: Callable[[Any], object], inputs: Sequence[Any]) -> list[Sample]:
    """Return the seconds of `job` on each of `inputs`, the clock's own cost taken off."""
    now = time.perf_counter
    cost = min(_idle() for _ in range(100))
    found = []
    for given in inputs:
        began = now()
        job(given)
        found.append(max(now() - began - cost, 0.0))
    return found


def _idle() -> float:
    began = time.perf_counter()
    return time.perf_counter() - began


def in_turns(
    job: Callable[[Any], object], floor: Callable[[Any], object], inputs: Sequence[tuple[Any, Any]]
) -> tuple[list[Sample], list[Sample]]:
    """Return the seconds of `job` and of `floor`, which take turns on the pairs of inputs.

    So that what else the machine does meets both alike.
    """
    took: list[Sample] = []
    floored: list[Sample] = []
    for start in range(0, len(inputs), TURN):
        part = inputs[start : start + TURN]
        floored += each(floor, [given for _, given in part])
        took += each(job, [given for given, _ in part])
    return took, floored


def repeated_in_turns(
    job: Callable[[], object], floor: Callable[[], object], times: int
) -> tuple[list[Sample], list[Sample]]:
    """Return the seconds of `times` runs of each, in turns, after one that is not counted."""
    job()
    floor()
    pairs = [(spent(job), spent(floor)) for _ in range(times)]
    return [took for took, _ in pairs], [floored for _, floored in pairs]


def rates(job: Callable[[Any], object], batches: Sequence[Any], size: int) -> list[Sample]:
    """Return how many a second `job` did of each of `batches`, which hold `size` each."""
    return [size / took for took in each(job, batches)]
