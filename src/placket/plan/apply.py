"""Carry an approved plan out, a transaction a source, through Protocols; decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from placket.plan.plan import CHANGING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.plan.plan import Plan, Seen, Step

Numbered = tuple[int, "Step"]
"""A step of the plan with its number in `Plan.to_do`, from 1."""

Point = Callable[[str], None]
"""Told the name of each boundary that is passed: where a process may die."""


class TargetUnreachable(Exception):
    """the source did not answer; nothing is known to be written, so apply the plan again."""


class TargetRefuses(Exception):
    """the source refuses what the plan does there; nothing was written."""


class TakenOver(Exception):
    """another worker took this plan over; leave it to that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What one source is to do: its steps in the plan's order, and its rows as they were seen.

    plan: the digest. fence: the number of the worker's lease; a source refuses a smaller one
    than it has seen for the request.
    """

    request: str
    plan: str
    source: str
    fence: int
    steps: tuple[Numbered, ...]
    seen: tuple[Seen, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Return the numbers of the steps."""
        return tuple(number for number, _ in self.steps)


class Target(Protocol):
    """All that applying a plan asks of one source."""

    def carry_out(self, work: Work, *, point: Point) -> None:
        """Do all of `work` in one transaction, or nothing; what is done already is not done again.

        Raises StalePlan, TakenOver, TargetUnreachable, TargetRefuses.
        """


class Journal(Protocol):
    """Which steps of the plan are carried out, as the ledger tells it."""

    def carried(self) -> frozenset[int]:
        """Return the numbers of the steps that are carried out."""

    def carry(self, numbers: Sequence[int]) -> None:
        """Record that these are carried out; one that is recorded already changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What one application reached: the sources that are done, and why each other one is not."""

    done: tuple[str, ...] = ()
    left: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_whole(self) -> bool:
        """Say whether every source is done."""
        return not self.left


def no_point(_name: str) -> None:
    """Pass a boundary without notice."""


def apply(
    plan: Plan,
    *,
    targets: Mapping[str, Target],
    journal: Journal,
    fence: int,
    point: Point = no_point,
) -> Applied:
    """Carry out the steps that change a source, source by source in the plan's order.

    A source that is away or refuses is left, and the others are done; applying the plan again,
    after a kill too, does what is left and nothing twice. Steps that only show or restrict are
    the caller's. The caller reads the inventory again right before: a source compares only the
    rows that the plan names.
    Raises StalePlan and TakenOver: then neither that source nor one after it was written.
    """
    carried = journal.carried()
    done: list[str] = []
    left: dict[str, str] = {}
    for work in _works(plan, fence):
        if not carried.issuperset(work.numbers):
            reason = _carry_out(targets.get(work.source), work, point)
            if reason:
                left[work.source] = reason
                continue
            point(f"{work.source} done")
            # INVARIANT: only after the commit. A kill before it is mended by the next
            # application, which the source tells that all is done.
            journal.carry(work.numbers)
            point(f"{work.source} recorded")
        done.append(work.source)
    return Applied(done=tuple(done), left=MappingProxyType(left))


def _works(plan: Plan, fence: int) -> Iterator[Work]:
    found: dict[str, list[Numbered]] = {}
    for number, step in enumerate(plan.to_do, start=1):
        if step.action in CHANGING:
            found.setdefault(step.source, []).append((number, step))
    digest = plan.digest() if found else ""
    for source, steps in found.items():
        yield Work(
            request=plan.request,
            plan=digest,
            source=source,
            fence=fence,
            steps=tuple(steps),
            seen=tuple(each for each in plan.seen if each.at.source == source),
        )


def _carry_out(target: Target | None, work: Work, point: Point) -> str:
    """Return why the source is not done, empty when it is."""
    if target is None:
        return "the settings name no way to this source"
    try:
        target.carry_out(work, point=point)
    except (TargetUnreachable, TargetRefuses) as reason:
        return str(reason) or str(type(reason).__doc__)
    return ""
