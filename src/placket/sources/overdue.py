"""Rows of a shop past their own due date under one policy and not under another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.compile import retains_for
from placket.sources.routes import Reading, read_select
from placket.sources.rowclocks import DueTable, make_due, row_clocks
from placket.standing.standing import retain_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from placket.catalogue.model import Source, Table
    from placket.law.calendar import Instant
    from placket.policy.compile import Policy
    from placket.sources.told import Row

    Due = Callable[[Row], Instant]

_AT_ONCE: Final = 2_000


def newly_overdue(
    engine: Engine, source: Source, old: Policy, new: Policy, *, at: Instant
) -> Mapping[str, int]:
    """Return how many rows of each table are past their due date under `new` and not under `old`.

    A table is left out where not every period of some datum it holds, under both policies, is
    a clock that its rows start themselves: its rows go with the person. Rows are only read.
    """
    found: dict[str, int] = {}
    for table in source.tables:
        reading = Reading(table.name)
        for column in table.key:
            reading.place(column)
        before, after = (_dues(policy, source, table, reading) for policy in (old, new))
        pairs = [(before[datum], after[datum]) for datum in before.keys() & after.keys()]
        late = sum(_is_late(row, pairs, at) for row in _rows(engine, reading)) if pairs else 0
        if late:
            found[table.name] = late
    return found


def _is_late(row: Row, pairs: Sequence[tuple[Due, Due]], at: Instant) -> bool:
    return any(after(row) <= at < before(row) for before, after in pairs)


def _rows(engine: Engine, reading: Reading) -> Iterator[Row]:
    with engine.connect() as connection:
        few = connection.execution_options(yield_per=_AT_ONCE)
        for row in few.execute(read_select(reading, ())):
            yield tuple(row)


def _dues(policy: Policy, source: Source, table: Table, reading: Reading) -> dict[str, Due]:
    """Return what gives a row's due date, by datum that the row's own clocks alone keep."""
    clocks = {clock.state: clock for clock in row_clocks(policy, table)}
    due = DueTable(table=table, clocks=tuple(clocks.values()))
    made = {s: make_due(clock, due, source, policy, reading) for s, clock in clocks.items()}
    found: dict[str, Due] = {}
    for datum in vocabulary.members(tuple(table.categories())):
        # Of the rules of all regions the last to run out decides.
        states = {retain_name(rule) for rule in retains_for(policy, datum)}
        if states and states <= made.keys():
            found[datum] = _latest([made[state] for state in sorted(states)])
    return found


def _latest(dues: list[Due]) -> Due:
    return lambda row: max(due(row) for due in dues)
