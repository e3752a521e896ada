"""Standing beside the shop's own rows: planned from views, made, filled and kept fresh."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import quoted_name
from sqlglot import exp

from placket.sources import trees
from placket.sources.beside import remove_lost, upsert
from placket.sources.connect import SourceUnreachable
from placket.sources.duckdb_dialect import view_texts as duckdb_views
from placket.sources.mariadb import is_mariadb, key_types, view_texts
from placket.sources.replica_plan import (
    CONTROL,
    NOBODY,
    WIDEST,
    WIDEST_INNODB,
    standing_name,
)
from placket.sources.replica_rows import BATCH, Run, alone, unheard
from placket.sources.rowclocks import DueTable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Table
    from placket.law.calendar import Instant
    from placket.sources.replica_plan import ReplicaPlan, StandingTable
    from placket.sources.replica_rows import Progress, StandingReader

_SECOND: Final = 1_000_000
_WORD: Final = sa.Text().with_variant(sa.String(128, collation="utf8mb4_bin"), "mysql", "mariadb")
"""A word of ours: MariaDB wants a length for what is a key, and would fold its letters."""

_MARIADB: Final[Any] = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in (("engine", "InnoDB"), ("charset", "utf8mb4"))
}
"""Whatever the database takes where nothing is said."""


class PlanTooNarrow(Exception):
    """The replica has columns that this plan does not fill; plan with all views that read it."""


class ViewStillReads(Exception):
    """A view reads a column that the plan has no use for; drop the view, or plan with it."""


class NotReplicated(Exception):
    """The replica's tables are not there; apply the plan first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    """What one replication did: rows written and removed, and whether it renewed the term."""

    written: int = 0
    removed: int = 0
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class Replica:
    """The replica in one source's database.

    Its own tables alone are written: none of the shop's.
    """

    engine: Engine

    @property
    def widest(self) -> int:
        """Return how many columns a table of this database may have."""
        return WIDEST_INNODB if trees.dialect_of(self.engine) == "mysql" else WIDEST

    def apply(self, plan: ReplicaPlan) -> tuple[str, ...]:
        """Make or alter the tables of `plan`; return the names of those that changed.

        What changed answers nothing until it is replicated again. A column that the plan does
        not need goes; SourceUnreachable when the database refuses, as it does while a view
        still reads the column.
        """
        with reached(plan.source.name), self.engine.begin() as connection:
            changed = [_made(connection, _control_table())]
            for found in plan.standings:
                shape = _standing_shape(connection, found)
                subject = found.table.name
                changed.append(_made(connection, shape, partial(_forget, connection, subject)))
            changed += [_made(connection, _due_shape(connection, due)) for due in plan.dues]
        return tuple(name for name in changed if name)

    def drop_others(self, plan: ReplicaPlan) -> tuple[str, ...]:
        """Drop the tables of ours that no view of `plan` reads; return their names."""
        kept = {f.name for f in plan.standings} | {d.name for d in plan.dues}
        ours = [
            name
            for table in plan.source.tables
            for name in (standing_name(table), DueTable(table=table, clocks=()).name)
        ]
        with reached(plan.source.name), self.engine.begin() as connection:
            there = set(sa.inspect(connection).get_table_names())
            gone = tuple(name for name in ours if name in there - kept)
            for name in gone:
                trees.run(connection, exp.Drop(tables=[trees.table(name)], kind="TABLE"))
        return gone

    def now(self, source: str) -> Instant:
        """Return the instant by the database's own clock, by which its views are stale or not.

        Another machine's clock, hours ahead, would keep them for hours after the last renewal.
        """
        with reached(source), self.engine.connect() as connection:
            clock = exp.Select(expressions=[trees.clock(trees.dialect_of(connection))])
            return int(trees.run(connection, clock).scalar_one())

    def position(self, plan: ReplicaPlan) -> int | None:
        """Return the position that all tables of `plan` have reached under its policy.

        None where one of them is not there, or was filled under another policy.
        """
        of = _CONTROL.c
        wanted = sa.select(of.position).where(
            of.policy == plan.digest, of.subject.in_([f.table.name for f in plan.standings])
        )
        with reached(plan.source.name), self.engine.connect() as connection:
            if not _columns_of(connection, CONTROL):
                return None
            found = [int(row[0]) for row in connection.execute(wanted)]
        return min(found) if found and len(found) == len(plan.standings) else None

    def replicate(  # noqa: PLR0913 - what to read, how long it holds, and what changed
        self,
        plan: ReplicaPlan,
        standings: StandingReader,
        *,
        now: Instant,
        good_for_seconds: int,
        position: int,
        keys: Collection[str] | None = None,
        since: int | None = None,
        progress: Progress = unheard,
    ) -> Replicated:
        """Bring the replica to the ledger's `position`, read not before `now`.

        Without `keys` every person is looked up, and the term is renewed at the very end, in
        the transaction of the last change. keys: ids of changed persons, every id of a cluster;
        only their rows are written, and the term is renewed only where the replica stood at
        `since` or later, so that nobody's change is left out. now: microseconds UTC, by the
        database's clock.
        Raises PlanTooNarrow, NotReplicated, and SourceUnreachable.
        """
        with reached(plan.source.name):
            run = Run(plan, standings, progress)
            with self.engine.connect() as connection:
                _refuse_narrow(connection, plan)
            if keys is None:
                return self._all(run, _Term(now, good_for_seconds, position, None))
            return self._some(run, keys, _Term(now, good_for_seconds, position, since))

    def _all(self, run: Run, term: _Term) -> Replicated:
        with self.engine.begin() as connection:
            _forget_others(connection, run.plan.digest)
        done = [
            change for found in run.plan.standings for change in run.standing(self.engine, found)
        ]
        done += [change for due in run.plan.dues for change in run.due(self.engine, due)]
        with self.engine.begin() as connection:
            # Whoever altered a table meanwhile has columns in it that were not filled here.
            alone(connection)
            _refuse_narrow(connection, run.plan)
            lost = sum(remove_lost(connection, f.name, f.table) for f in run.plan.standings)
            lost += sum(remove_lost(connection, d.name, d.table) for d in run.plan.dues)
            for found in run.plan.standings:
                _put_term(connection, found.table.name, run.plan.digest, term)
        written, removed = sum(put for put, _ in done), sum(gone for _, gone in done)
        return Replicated(written=written, removed=removed + lost, renewed=True)

    def _some(self, run: Run, persons: Collection[str], term: _Term) -> Replicated:
        with self.engine.begin() as connection:
            alone(connection)
            _forget_others(connection, run.plan.digest)
            named = sorted(persons)
            done = [
                run.persons(connection, found, named[start : start + BATCH])
                for found in run.plan.standings
                for start in range(0, len(named), BATCH)
            ]
            renewed = [
                _renew_term(connection, found.table.name, run.plan.digest, term)
                for found in run.plan.standings
            ]
        written, removed = sum(put for put, _ in done), sum(gone for _, gone in done)
        return Replicated(written=written, removed=removed, renewed=all(renewed))


@dataclass(frozen=True, slots=True)
class _Term:
    """From when and how long a replication holds, and at which position of the ledger."""

    now: Instant
    seconds: int
    position: int
    since: int | None

    @property
    def good_until(self) -> Instant:
        return self.now + self.seconds * _SECOND


@contextmanager
def reached(source: str) -> Iterator[None]:
    """Raise SourceUnreachable where the source's database refuses what is done within."""
    try:
        yield
    except DBAPIError as fault:
        raise SourceUnreachable(f"source `{source}` refused or went away; try again") from fault


def _control_table() -> sa.Table:
    return sa.Table(
        CONTROL,
        sa.MetaData(),
        sa.Column("subject", _WORD, primary_key=True),
        sa.Column("policy", _WORD, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("good_until", sa.BigInteger, nullable=False),
        sa.Column("replicated_at", sa.BigInteger, nullable=False),
        **_MARIADB,
    )


_CONTROL: Final = _control_table()


def _put_term(connection: Connection, subject: str, digest: str, term: _Term) -> None:
    names = ("subject", "policy", "position", "good_until", "replicated_at")
    row: list[object] = [subject, digest, term.position, term.good_until, term.now]
    upsert(connection, CONTROL, ("subject",), (names, [row]))


def _renew_term(connection: Connection, subject: str, digest: str, term: _Term) -> bool:
    """Renew the term where the replica stood at `since` or later; say whether it did."""
    if term.since is None:
        return False
    of = _CONTROL.c
    statement = (
        sa.update(_CONTROL)
        .where(of.subject == subject, of.policy == digest, of.position >= term.since)
        .values(position=term.position, good_until=term.good_until, replicated_at=term.now)
    )
    return connection.execute(statement).rowcount == 1


def _forget_others(connection: Connection, digest: str) -> None:
    """Take the term from what another policy folded, before any row of it is written over."""
    of = _CONTROL.c
    connection.execute(sa.delete(_CONTROL).where(of.policy != digest, of.subject != NOBODY))


def _forget(connection: Connection, subject: str) -> None:
    connection.execute(sa.delete(_CONTROL).where(_CONTROL.c.subject == subject))


class _AsStored(sa.types.UserDefinedType[Any]):
    """A column of SQLite without a declared type: values stay as they are."""

    cache_ok = True

    def get_col_spec(self, **_ignored: object) -> str:
        """Return the word of a column that converts nothing."""
        return "BLOB"


def _key_columns(connection: Connection, table: Table) -> list[sa.Column[Any]]:
    if is_mariadb(connection):
        types: dict[str, Any] = dict(key_types(connection, table.name))
    else:
        types = {c["name"]: c["type"] for c in sa.inspect(connection).get_columns(table.name)}
    return [
        sa.Column(
            quoted_name(name, quote=True),
            _AsStored() if isinstance(types[name], sa.types.NullType) else types[name],
            primary_key=True,
            autoincrement=False,
        )
        for name in table.key
    ]


def _standing_shape(connection: Connection, found: StandingTable) -> sa.Table:
    states = (sa.Column(name, sa.BigInteger) for name in found.columns()[2:])
    # DuckDB drops no column of a table with an index, and is as fast without.
    is_indexed = connection.dialect.name != "duckdb"
    return sa.Table(
        quoted_name(found.name, quote=True),
        sa.MetaData(),
        *_key_columns(connection, found.table),
        sa.Column("person", _WORD, nullable=False, index=is_indexed),
        sa.Column("marks", sa.Integer, nullable=False),
        *states,
        **_MARIADB,
    )


def _due_shape(connection: Connection, due: DueTable) -> sa.Table:
    # Null until it is worked out, which no view takes for a date to come.
    dates = (sa.Column(c.column, sa.BigInteger) for c in due.clocks)
    return sa.Table(
        quoted_name(due.name, quote=True),
        sa.MetaData(),
        *_key_columns(connection, due.table),
        *dates,
        **_MARIADB,
    )


def _made(
    connection: Connection, shape: sa.Table, forget: Callable[[], None] = lambda: None
) -> str:
    """Make the table or alter it to `shape`; return its name if anything changed.

    forget: takes the term away. MariaDB commits with each change: so it goes before, lest it
    hold after a kill, and again after, lest a replication that ended meanwhile put it back.
    """
    inspector = sa.inspect(connection)
    if not inspector.has_table(shape.name):
        forget()
        shape.create(connection)
        return shape.name
    there = {c["name"] for c in inspector.get_columns(shape.name)}
    missing = [c for c in shape.columns if c.name not in there]
    surplus = sorted(there - {c.name for c in shape.columns})
    _refuse_read(connection, shape.name, surplus)
    if missing or surplus:
        forget()
    for wanted in missing:
        added = exp.ColumnDef(this=trees.identifier(wanted.name), kind=exp.DataType.build("BIGINT"))
        _alter(connection, shape.name, added)
    for name in surplus:
        try:
            _alter(connection, shape.name, exp.Drop(tables=[trees.column(name)], kind="COLUMN"))
        except DBAPIError as fault:
            raise ViewStillReads(str(ViewStillReads.__doc__)) from fault
    if missing or surplus:
        forget()
    return shape.name if missing or surplus else ""


def _refuse_read(connection: Connection, name: str, columns: list[str]) -> None:
    """Raise ViewStillReads where a view reads one of the columns, and the database would break it.

    MariaDB and DuckDB do; the others refuse themselves.
    """
    if is_mariadb(connection):
        quoted: Callable[[str], str] = connection.dialect.identifier_preparer.quote_identifier
        texts: Callable[[Connection], Sequence[str]] = view_texts
    elif connection.dialect.name == "duckdb":
        # It writes a name in quotes only where it needs them; ours are like no other word.
        quoted, texts = str, duckdb_views
    else:
        return
    views = [text for text in texts(connection) if quoted(name) in text] if columns else []
    if any(quoted(column) in text for column in columns for text in views):
        raise ViewStillReads(str(ViewStillReads.__doc__))


def _alter(connection: Connection, name: str, action: exp.Expr) -> None:
    trees.run(connection, exp.Alter(this=trees.table(name), kind="TABLE", actions=[action]))


def _refuse_narrow(connection: Connection, plan: ReplicaPlan) -> None:
    """Raise when tables or columns are missing, or the plan would leave some as they are."""
    filled = {f.name: {*f.table.key, *f.columns()} for f in plan.standings}
    filled |= {d.name: {*d.table.key, *(c.column for c in d.clocks)} for d in plan.dues}
    for name, columns in filled.items():
        there = _columns_of(connection, name)
        if columns - there:
            raise NotReplicated(str(NotReplicated.__doc__))
        if there - columns:
            raise PlanTooNarrow(str(PlanTooNarrow.__doc__))


def _columns_of(connection: Connection, name: str) -> set[str]:
    """Return the names of a table's columns, none when it is not there.

    A select of no rows, since reflection takes longer than the writing of one person.
    """
    nothing = exp.select("*").from_(trees.table(name)).limit(0)
    try:
        return set(trees.run(connection, nothing).keys())
    except DBAPIError as fault:
        if fault.connection_invalidated:
            raise
        connection.rollback()
        if sa.inspect(connection).has_table(name):
            raise
        return set()
