"""Clocks of single rows: a due date kept beside the key of each row that starts its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from placket.facts import OPEN, Kind
from placket.policy import vocabulary
from placket.policy.compile import ALL
from placket.policy.period import After, Anchor, Latest
from placket.policy.rules import Retain
from placket.sources.told import make_test, read_instant
from placket.sources.trees import own_name, state_stem
from placket.standing.fold import folding_for
from placket.standing.standing import retain_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.catalogue.model import Source, Table, Tell
    from placket.law.calendar import Instant
    from placket.policy.compile import Policy
    from placket.policy.period import Period
    from placket.sources.routes import Reading
    from placket.sources.told import Row
    from placket.standing.clocks import Clock

STARTING: Final = frozenset({Kind.HAPPENED, Kind.RELATION_OPENED, Kind.RELATION_CLOSED})
"""Kinds of fact that start a clock by their event's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowClock:
    """A retention clock that each row of a table starts for itself.

    state: the standing's name of the rule; periods: of the rules that share it.
    """

    state: str
    periods: tuple[Period, ...]

    @property
    def column(self) -> str:
        """Return the column of the due dates: microseconds UTC, exclusive."""
        return f"due_{state_stem(self.state)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTable:
    """The due dates of one table's rows, keyed by its own key."""

    table: Table
    clocks: tuple[RowClock, ...]

    @property
    def name(self) -> str:
        """Return the name of the table of due dates."""
        return own_name("due", self.table.name)


def row_clocks(policy: Policy, table: Table) -> tuple[RowClock, ...]:
    """Return the clocks that rows of `table` start: their events are told by it alone.

    A clock from the `last` event of its kind, or from any interaction, is the person's.
    """
    held = set(table.categories())
    found: dict[str, list[Period]] = {}
    for rule in policy.rules(Retain):
        covers = set(rule.what) & set(ALL) or held & set(vocabulary.members(rule.what))
        if covers and not rule.at:
            found.setdefault(retain_name(rule), []).append(rule.period)
    return tuple(
        RowClock(state=state, periods=tuple(periods))
        for state, periods in found.items()
        if all(_is_started_by(period, table) for period in periods)
    )


def _is_started_by(period: Period, table: Table) -> bool:
    match period:
        case After(anchor=anchor):
            return _is_told_by(anchor, table)
        case Latest(parts=parts):
            return all(_is_started_by(part, table) for part in parts)
        case _:
            return False


def _is_told_by(anchor: Anchor, table: Table) -> bool:
    tells = [tell for tell in table.tells if tell.event == anchor.event]
    return anchor.is_of_one and bool(tells) and all(_is_plain(tell) for tell in tells)


def _is_plain(tell: Tell) -> bool:
    is_own = not tell.via and not tell.at and tell.word in {"at", "on"}
    return is_own and tell.kind in STARTING


def make_due(
    clock: RowClock, due: DueTable, source: Source, policy: Policy, reading: Reading
) -> Callable[[Row], Instant]:
    """Return a function that gives until when a row may be used by `clock`; OPEN without end.

    A row whose event has not happened has not begun to run out, as in the fold.
    """
    counted = folding_for(policy).clock
    zone = ZoneInfo(source.times)
    parts = [_make_part(p, due.table, zone, counted, reading) for p in clock.periods]
    return lambda row: max(part(row) for part in parts)


def _make_part(
    period: Period, table: Table, zone: ZoneInfo, clock: Clock, reading: Reading
) -> Callable[[Row], Instant]:
    if isinstance(period, Latest):
        parts = [_make_part(part, table, zone, clock, reading) for part in period.parts]
        return lambda row: max(part(row) for part in parts)
    if not isinstance(period, After):
        raise TypeError(f"`{period}` is no clock of a row")
    started, after = _make_start(period.anchor.event, table, zone, reading), period

    def due(row: Row) -> Instant:
        at = started(row)
        if at is None:
            return OPEN
        return clock.rounded(clock.plus(at, after.duration), after.rounding)

    return due


def _make_start(
    event: str, table: Table, zone: ZoneInfo, reading: Reading
) -> Callable[[Row], Instant | None]:
    """Return a function that gives the newest instant at which a row tells `event`."""
    tells = [
        (reading.place(t.column), make_test(tuple((reading.place(w.column), w) for w in t.when)))
        for t in table.tells
        if t.event == event
    ]

    def start(row: Row) -> Instant | None:
        told = (_read(row[place], zone) for place, matches in tells if matches(row))
        return max((at for at in told if at is not None), default=None)

    return start


def _read(value: object, zone: ZoneInfo) -> Instant | None:
    try:
        return read_instant(value, zone)
    except ValueError:
        # What is no time told nothing, so it starts no clock.
        return None
