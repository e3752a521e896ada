"""A plan in words that a manager approves: what becomes of which rows, and why."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.law.calendar import date_of
from placket.plan.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from placket.law.calendar import Instant
    from placket.plan.plan import Because, Obstacle, Plan, Step

_SAID: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.DELETE: "delete {rows}",
        Action.CUT: "cut the link {columns} of {rows}",
        Action.SURROGATE: "point {columns} of {rows} at nobody",
        Action.BLANK: "empty {columns} in {rows}",
        Action.WRITE: "correct {columns} in {rows}",
        Action.SHOW: "show {columns} of {rows}",
        Action.WITHHOLD: "withhold {columns} of {rows}",
        Action.RESTRICT: "only store {columns} of {rows}",
        Action.KEEP: "keep {columns} of {rows}",
        Action.WAIT: "leave {columns} of {rows} for now",
        Action.HOLD: "hold {columns} of {rows}",
    }
)


def lines(plan: Plan, zone: ZoneInfo) -> tuple[str, ...]:
    """Return the plan line by line: what it is, each step with its reason, what stands against it.

    zone: in which days are told. Keys and values are left out: `rows` shows them where they may
    be seen.
    """
    numbered = enumerate(plan.steps, start=1)
    return (
        _head(plan),
        *(f"{number:>3}. {told_step(step, zone)}" for number, step in numbered),
        *(line for obstacle in plan.obstacles for line in _against(obstacle)),
        *_foot(plan),
    )


def _head(plan: Plan) -> str:
    rows, tables = plan.rows_changed, len({(s.source, s.table) for s in plan.changes})
    changes = f"changes {counted(rows, 'row')} in {counted(tables, 'table')}"
    return f"{plan.right} for request {plan.request}: {changes if rows else 'changes nothing'}"


def _foot(plan: Plan) -> Iterator[str]:
    if plan.second_person:
        yield "this plan is large: a second person approves it too"
    yield f"digest {plan.digest()}"


def told_step(step: Step, zone: ZoneInfo) -> str:
    """Return one step as a sentence with its reason."""
    place = f"{step.source}.{step.table}"
    said = told_act(step.action, len(step.rows), place, step.columns)
    return f"{said}{told_reason(step.because, zone)}"


def told_act(action: Action, rows: int, place: str, columns: Sequence[str]) -> str:
    """Return what is done to how many rows of `source.table`, without its reason."""
    some = f"{counted(rows, 'row')} of `{place}`"
    named = ", ".join(f"`{column}`" for column in columns) or "all"
    return _SAID[action].format(rows=some, columns=named)


def told_reason(because: Because, zone: ZoneInfo) -> str:
    """Return until when something stays, on which ground, by which law and clause."""
    parts = (
        # An end is the first instant after it: told is the last day.
        f" until {told_day(because.until - 1, zone)}" if because.until is not None else "",
        f" until {because.release}" if because.release else "",
        f", looked at again on {told_day(because.review_at, zone)}" if because.review_at else "",
        f", for {because.ground.replace('_', ' ')} alone" if because.ground else "",
        f" ({_named(because)})" if because.law or because.clause else "",
    )
    return "".join(parts)


def _named(because: Because) -> str:
    clause = f"clause {because.clause}" if because.clause else ""
    return "; ".join(filter(None, (because.law, clause)))


def _against(obstacle: Obstacle) -> tuple[str, str]:
    return (f"  !  {obstacle.says}", f"     mend: {obstacle.mend}")


def counted(number: int, noun: str) -> str:
    """Return how many of `noun` there are."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def told_day(at: Instant, zone: ZoneInfo) -> str:
    """Return the day of an instant in words."""
    day = date_of(at, zone)
    return f"{day.day} {day:%B %Y}"
