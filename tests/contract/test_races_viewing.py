"""A reader of a view while withdrawals are written to it: no row after an acknowledged refresh."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.facts import Kind
from placket.sources.told import Told
from tests.contract.gates import fact, known, no, yes
from tests.contract.installed import NEWS, install
from tests.property.counts import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.installed import Installation
    from tests.counted import Counted

AT_ONCE = 10
"""Pairs of rows, each pair one person's, that leave the view in one refresh."""

Read = tuple[float, frozenset[int]]
"""When a reading began, and the rows that it saw."""


@pytest.fixture
def made(url: str, tmp_path: Path) -> Iterator[Installation]:
    found = install(tmp_path, url)
    yield found
    found.close()


def filled(made: Installation, pairs: int) -> list[tuple[str, str]]:
    """Make two rows for each person, told as two ids that are one; return the ids."""
    rows = [
        {"id": 10 + number, "email": f"r{number}@example.org", "at": "2026-01-01 10:00:00"}
        for number in range(2 * pairs)
    ]
    insert = "INSERT INTO customer VALUES (:id, 'Ada', :email, :at)"
    with made.views.engine.begin() as connection:
        connection.execute(sa.text(insert), rows)
    gate, found = made.gate, list[tuple[str, str]]()
    for number in range(pairs):
        first, second = (
            known(gate, f"customer:shop.customer:{10 + 2 * number + each}") for each in (0, 1)
        )
        link = Told(fact(gate, Kind.IDENTITY_LINKED, first, about=second))
        gate.append([yes(gate, first), yes(gate, second), link])
        found.append((first, second))
    gate.sequence()
    return found


def reading(made: Installation, view: str, group: range, stop: threading.Event) -> list[Read]:
    """Read a group's rows again and again until the withdrawals are written, and once more."""
    rows: sa.Select[int] = sa.select(sa.column("id", sa.Integer)).select_from(sa.table(view))
    bounds = sa.column("id").between(10 + 2 * group.start, 9 + 2 * group.stop)
    found: list[Read] = []
    is_last = False
    while not is_last:
        is_last = stop.is_set()
        began = time.monotonic()
        with made.views.engine.connect() as connection:
            found.append((began, frozenset(connection.scalars(rows.where(bounds)))))
    return found


def test_no_reader_sees_a_row_after_its_withdrawal_was_refreshed(
    made: Installation, counted: Counted
) -> None:
    count = cases(quick=12, long=10_000)
    pairs = filled(made, count)
    view = made.views.apply(NEWS).views[0].name
    refused = 0

    for start in range(0, count, AT_ONCE):
        group = range(start, min(start + AT_ONCE, count))
        stop, reads = threading.Event(), list[Read]()

        def read(group: range = group, stop: threading.Event = stop) -> None:
            reads.extend(reading(made, view, group, stop))  # noqa: B023 - it ends within the round

        reader = threading.Thread(target=read)
        reader.start()
        size = made.gate.size()
        made.gate.record([Told(no(made.gate, pairs[n][0]).fact) for n in group])
        persons = [person for number in group for person in pairs[number]]
        made.views.refresh_persons(persons, since=size)
        acknowledged = time.monotonic()
        stop.set()
        reader.join()

        everybody = frozenset(range(10 + 2 * group.start, 10 + 2 * group.stop))
        for began, seen in reads:
            # Both rows of a person leave at once, and all that one refresh writes does.
            assert seen in ({everybody, frozenset()} if began <= acknowledged else {frozenset()})
        assert reads[-1][1] == frozenset()
        refused += len(group)

    with made.views.engine.begin() as connection:
        connection.execute(sa.text("UPDATE placket_replica SET good_until = 0"))
    assert made.rows(view) == []
    counted("races of a refresh and a reader", refused)
