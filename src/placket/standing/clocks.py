"""Periods over a history: where each begins and ends; all calendar arithmetic of the fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.facts import OPEN
from placket.law.calendar import (
    Duration,
    end_of_accounting_year,
    end_of_calendar_year,
    end_of_month,
    instant_plus,
)
from placket.policy.period import (
    INTERACTION,
    After,
    Anchor,
    Latest,
    Period,
    UntilAsked,
    WhileHolds,
    WhileOpen,
)
from placket.standing.history import History, Relation, covers_open, in_time
from placket.standing.standing import ALWAYS, Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from placket.facts import Fact
    from placket.policy.rules import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What periods are counted by: the policy's zone, its accounting year, its statuses."""

    zone: ZoneInfo
    year_end: tuple[int, int]
    statuses: Mapping[str, Status]

    def plus(self, at: int, duration: Duration | None) -> int:
        """Return the instant `duration` after `at`; OPEN stays open."""
        return at if duration is None or at == OPEN else instant_plus(at, duration, self.zone)

    def rounded(self, at: int, rounding: str) -> int:
        """Return the end of the year or month in which `at` falls."""
        match rounding:
            case "accounting_year":
                return end_of_accounting_year(at, self.year_end, self.zone)
            case "calendar_year":
                return end_of_calendar_year(at, self.zone)
            case "month":
                return end_of_month(at, self.zone)
            case _:
                return at


def anchored(history: History, anchor: Anchor) -> Fact | None:
    """Return the newest fact of the anchor's event, None when it has not happened."""
    channels = anchor.by or ("",)
    if anchor.event == INTERACTION:
        met = [history.contacts[c] for c in channels if c in history.contacts]
    else:
        told = ((anchor.event, channel) for channel in channels)
        met = [history.events[event] for event in told if event in history.events]
    return max(met, key=in_time, default=None)


def interval_of(history: History, period: Period, clock: Clock) -> Interval | None:
    """Return when `period` runs for this person, None when it never began.

    A clock whose event has not happened has not begun to run out: `6 months from call.ended`
    is open until the call ends. A `while` that never held is None.
    """
    match period:
        case UntilAsked():
            return (ALWAYS, OPEN, "")
        case After():
            return _after(history, period, clock)
        case WhileOpen(relation=relation, then=then):
            return _extended(open_interval(history, relation), then, clock)
        case WhileHolds(status=status, then=then):
            rule = clock.statuses.get(status)
            held = status_interval(history, rule, clock) if rule is not None else None
            return _extended(held, then, clock)
        case Latest(parts=parts):
            return _latest([interval_of(history, part, clock) for part in parts])


def _after(history: History, period: After, clock: Clock) -> Interval:
    fact = anchored(history, period.anchor)
    if fact is None:
        return (ALWAYS, OPEN, "")
    end = clock.rounded(clock.plus(fact.occurred_at, period.duration), period.rounding)
    return (ALWAYS, end, fact.id)


def _extended(held: Interval | None, then: Duration | None, clock: Clock) -> Interval | None:
    if held is None or then is None:
        return held
    return (held[0], clock.plus(held[1], then), held[2])


def _latest(intervals: list[Interval | None]) -> Interval | None:
    begun = [interval for interval in intervals if interval is not None]
    if not begun:
        return None
    _, end, fact = max(begun, key=lambda i: (i[1], i[2]))
    return (min(interval[0] for interval in begun), end, fact)


def open_interval(history: History, relation: str) -> Interval | None:
    """Return when the person last had some `relation` open without a gap.

    Two open orders are one time; what lies before the last gap no longer matters, since
    standing answers for now and what comes.
    """
    things = history.relations.get(relation)
    if not things:
        return None
    if relation not in history.spans:
        history.spans[relation] = _last_span(things.values())
    return history.spans[relation]


def _last_span(things: Iterable[Relation]) -> Interval | None:
    found: Interval | None = None
    for thing in sorted(things, key=lambda r: r.opened.occurred_at):
        opened = thing.opened
        found = _joined(found, (opened.occurred_at, covers_open(thing), opened.id))
    return found


def _joined(before: Interval | None, after: Interval) -> Interval:
    if before is None or after[0] > before[1]:
        return after
    return before if before[1] >= after[1] else (before[0], after[1], after[2])


def status_interval(history: History, status: Status, clock: Clock) -> Interval | None:
    """Return when the status last held without a gap, or will begin to hold."""
    if status.holds_after is not None:
        return _begins_after(history, status.holds_after, clock)
    found: Interval | None = None
    spans = [_condition(history, part, clock) for part in status.holds_while]
    for span in sorted((s for s in spans if s is not None), key=lambda s: s[0]):
        found = _joined(found, span)
    return found


def _condition(history: History, period: Period, clock: Clock) -> Interval | None:
    # A status counts from its event, not from ever: who never bought is no customer.
    if isinstance(period, After):
        fact = anchored(history, period.anchor)
        if fact is None:
            return None
        return (fact.occurred_at, _after(history, period, clock)[1], fact.id)
    if isinstance(period, Latest):
        return _latest([_condition(history, part, clock) for part in period.parts])
    return interval_of(history, period, clock)


def _begins_after(history: History, period: Period, clock: Clock) -> Interval | None:
    if not isinstance(period, After):
        return None
    fact = anchored(history, period.anchor)
    return (_after(history, period, clock)[1], OPEN, fact.id) if fact is not None else None
