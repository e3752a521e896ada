"""One replication: each row's person looked up, and the standing written where it differs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa

from placket.catalogue.model import Subject
from placket.identity import Identifier
from placket.sources import trees
from placket.sources.beside import Joined, count_rows, delete_keys, upsert
from placket.sources.duckdb_dialect import AsWritten, begin_alone
from placket.sources.mariadb import is_mariadb, key_types
from placket.sources.replica_plan import CONTROL, NOBODY
from placket.sources.routes import Reading, key_column
from placket.sources.rowclocks import DueTable, make_due
from placket.sources.told import make_test, read_identifier

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Source, Table
    from placket.sources.replica_plan import ReplicaPlan, StandingTable
    from placket.sources.told import Row
    from placket.standing.standing import Standing

BATCH: Final = 2_000

Progress = Callable[[str, int, int], None]
"""Told the table, how many of its rows are done and how many there are."""


class StandingReader(Protocol):
    """All that a replica asks of the ledger."""

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        """Return the standing of each identifier's person, in order.

        None for who is unknown or erased. The standing is that of the whole cluster.
        """


def unheard(_table: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


def make_identify(
    source: Source, table: Table, reading: Reading
) -> Callable[[Row], Identifier | None]:
    """Return a function that gives who a subject's row is; None where it is nobody's own."""
    subject, name = table.subject or Subject(), key_column(table)
    place = reading.place(name)
    holds = make_test(tuple((reading.place(test.column), test) for test in subject.when))
    kind = {at: kind for kind, at in subject.identifiers}.get(name)
    start = f"{source.name}.{subject.anchor or table.name}:"

    def identify(row: Row) -> Identifier | None:
        value = row[place]
        if value is None or not holds(row):
            return None
        if kind is None:
            return Identifier("customer", f"{start}{value}")
        found = read_identifier(kind, value, None)
        return found and Identifier("customer", f"{start}{found.value}")

    return identify


def alone(connection: Connection) -> None:
    """Wait until no other replication writes, and keep others waiting until the end.

    INVARIANT: the ledger is asked after this. Whoever replicates a withdrawal has appended it
    before, so a page either comes first and is written over, or is told of the withdrawal.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif connection.dialect.name == "duckdb":
        begin_alone(connection)
    elif trees.dialect_of(connection) == "mysql":
        # LOCK TABLES would commit, and keep us from every other table; a row is locked instead,
        # which writing it does also where it is new and where nothing of it changes.
        names = ("subject", "policy", "position", "good_until", "replicated_at")
        upsert(connection, CONTROL, ("subject",), (names, [[NOBODY, "", 0, 0, 0]]))
    else:
        connection.exec_driver_sql(f"LOCK TABLE {CONTROL} IN SHARE ROW EXCLUSIVE MODE")


def pages(
    engine: Engine, statement: sa.Select[Any], key: Sequence[sa.ColumnElement[Any]]
) -> Iterator[tuple[Connection, list[Row]]]:
    """Yield the rows in order of `key`, page by page, each in a transaction of its own.

    What is written through the connection is committed when the next page is asked for. No
    cursor stays open between: a writer would wait for it in SQLite.
    """
    page, wanted = statement.order_by(*key).limit(BATCH), statement
    while True:
        with engine.begin() as connection:
            alone(connection)
            rows = [tuple(row) for row in connection.execute(page)]
            yield connection, rows
        if len(rows) < BATCH:
            return
        last = [sa.literal(value) for value in rows[-1][: len(key)]]
        behind = key[0] > last[0] if len(key) == 1 else sa.tuple_(*key) > sa.tuple_(*last)
        page = wanted.where(behind).order_by(*key).limit(BATCH)


def _ordered(engine: Engine, read: Joined, select: sa.Select[Any]) -> list[Any]:
    """Return the columns of the key as they are put in order and compared.

    MariaDB and DuckDB order the words of an ENUM by their places, and compare them as words;
    PostgreSQL compares them with no word that is a parameter.
    """
    with engine.connect() as connection:
        worded = _worded(connection, read.table.name)
    named = zip(read.table.key, read.order(select), strict=True)
    return [sa.func.concat(column) if name in worded else column for name, column in named]


def _worded(connection: Connection, table: str) -> set[str]:
    """Return the columns whose type lists the words that they may have."""
    if is_mariadb(connection):
        return {name for name, kind in key_types(connection, table).items() if kind.is_words}
    types = {c["name"]: c["type"] for c in sa.inspect(connection).get_columns(table)}
    return {
        name
        for name, kind in types.items()
        if isinstance(kind, sa.Enum) or (isinstance(kind, AsWritten) and kind.is_words)
    }


class Run:
    """One replication."""

    def __init__(self, plan: ReplicaPlan, standings: StandingReader, progress: Progress) -> None:
        self.plan, self.standings, self.progress = plan, standings, progress

    def standing(self, engine: Engine, found: StandingTable) -> Iterator[tuple[int, int]]:
        """Bring one standing table up to date; yield what each page put and removed."""
        read = Joined.of(found.table, found.name, found.columns())
        identify = make_identify(self.plan.source, found.table, read.reading)
        select = read.select()
        done, total = 0, count_rows(engine, found.table.name)
        for connection, rows in pages(engine, select, _ordered(engine, read, select)):
            yield self._write(connection, found, read, [(row, identify(row)) for row in rows])
            done += len(rows)
            self.progress(found.name, done, max(done, total))

    def persons(
        self, connection: Connection, found: StandingTable, persons: Collection[str]
    ) -> tuple[int, int]:
        """Bring the rows of `persons` up to date; return what was put and removed."""
        # Most persons are in one table; a wide select for each other one costs more than asking.
        held = sa.select(sa.literal(1)).select_from(sa.table(found.name))
        held = held.where(sa.column("person").in_(sorted(persons))).limit(1)
        if connection.execute(held).first() is None:
            return 0, 0
        read = Joined.of(found.table, found.name, found.columns())
        identify = make_identify(self.plan.source, found.table, read.reading)
        theirs = sa.column("person", _selectable=read.kept).in_(sorted(persons))
        rows = [tuple(row) for row in connection.execute(read.select().where(theirs))]
        return self._write(connection, found, read, [(row, identify(row)) for row in rows])

    def _write(
        self,
        connection: Connection,
        found: StandingTable,
        read: Joined,
        rows: list[tuple[Row, Identifier | None]],
    ) -> tuple[int, int]:
        """Write the standing of each row's person where it differs from what is kept."""
        asked = list(dict.fromkeys(who for _, who in rows if who is not None))
        told = dict(zip(asked, self.standings.standings(asked), strict=True)) if asked else {}
        put: list[list[object]] = []
        gone: list[Row] = []
        for row, who in rows:
            standing, kept = told.get(who) if who else None, read.kept_of(row)
            if standing is not None:
                values = found.values(standing)
                if values != kept:
                    put.append([*read.key_of(row), *values])
            elif kept[0] is not None:
                gone.append(read.key_of(row))
        names = (*found.table.key, *found.columns())
        upsert(connection, found.name, found.table.key, (names, put))
        delete_keys(connection, found.name, found.table.key, gone)
        return len(put), len(gone)

    def due(self, engine: Engine, due: DueTable) -> Iterator[tuple[int, int]]:
        """Write the due dates that are new or have changed; yield how many of each page."""
        columns = tuple(clock.column for clock in due.clocks)
        read = Joined.of(due.table, due.name, columns)
        source, policy = self.plan.source, self.plan.policy
        makers = [make_due(clock, due, source, policy, read.reading) for clock in due.clocks]
        select = read.select()
        names = (*due.table.key, *columns)
        for connection, rows in pages(engine, select, _ordered(engine, read, select)):
            dated = [(row, [make(row) for make in makers]) for row in rows]
            changed = [[*read.key_of(r), *dates] for r, dates in dated if read.kept_of(r) != dates]
            yield upsert(connection, due.name, due.table.key, (names, changed)), 0
