"""Standing beside the shop's own rows: planned from views, made, filled and kept fresh."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import quoted_name
from sqlglot import exp

from placket.catalogue.model import Subject
from placket.identity import Identifier
from placket.sources import trees
from placket.sources.beside import Joined, count_rows, delete_keys, remove_lost, upsert
from placket.sources.connect import SourceUnreachable
from placket.sources.routes import Reading, key_column
from placket.sources.rowclocks import DueTable, make_due, row_clocks
from placket.sources.told import make_test, read_identifier
from placket.sources.trees import own_name, state_stem
from placket.standing.layout import Layout

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Source, Table
    from placket.law.calendar import Instant
    from placket.policy.compile import Policy
    from placket.sources.told import Row
    from placket.sources.views import PurposeViews
    from placket.standing.standing import Standing

CONTROL: Final = "placket_replica"
"""The table with one row per subject table: by what policy, how far, and good until when."""

BATCH: Final = 2_000
WIDEST: Final = 1_500
"""Columns that a table may have: PostgreSQL allows 1,600, SQLite 2,000."""

_SECOND: Final = 1_000_000
Progress = Callable[[str, int, int], None]
"""Told the table, how many of its rows are done and how many there are."""


class StandingReader(Protocol):
    """All that a replica asks of the ledger."""

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        """Return the standing of each identifier's person, in order.

        None for who is unknown or erased. The standing is that of the whole cluster.
        """


class TooManyStates(Exception):
    """The views of one table ask for more states than a table has columns; make fewer views."""


class PlanTooNarrow(Exception):
    """The replica has columns that this plan does not fill; plan with all views that read it."""


class ViewStillReads(Exception):
    """A view reads a column that the plan has no use for; drop the view, or plan with it."""


class NotReplicated(Exception):
    """The replica's tables are not there; apply the plan first."""


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class StandingLayout(Layout):
    """The columns of a standing table, whose names depend on the states alone."""

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Return the stem of each state's two columns, by state."""
        return MappingProxyType({name: state_stem(name) for name in self.names})


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTable:
    """The standing of one subject table's persons, keyed by that table's own key.

    states: those with columns, in order; sparse: which of them few persons have, so that
    `marks` counts them.
    """

    table: Table
    states: tuple[str, ...]
    sparse: frozenset[str]

    @property
    def name(self) -> str:
        """Return the name of the table of standings."""
        return standing_name(self.table)

    def columns(self) -> tuple[str, ...]:
        """Return all columns after the key, in order."""
        stems = [state_stem(state) for state in self.states]
        ends = (f"{stem}_{end}" for stem in stems for end in ("from", "until"))
        return ("person", "marks", *ends)

    def values(self, standing: Standing) -> list[object]:
        """Return the values of one person's row after the key, as `columns`."""
        row: list[object] = [standing.person, sum(s in standing.sparse for s in self.sparse)]
        for state in self.states:
            row += (standing.get(state) or (None, None))[:2]
        return row


def standing_name(table: Table) -> str:
    """Return the name of the table that holds the standing of a subject table's persons."""
    return own_name("standing", table.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaPlan:
    """Which tables of ours a source needs for its views, and what fills them.

    digest: of the policy's rules, which the views ask for too.
    """

    source: Source
    policy: Policy
    standings: tuple[StandingTable, ...]
    dues: tuple[DueTable, ...]

    @property
    def digest(self) -> str:
        """Return the digest of what decides, which the views ask for too."""
        return self.policy.fold_digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Replicated:
    """What one replication did: rows written and removed, and whether it renewed the term."""

    written: int = 0
    removed: int = 0
    renewed: bool = False


def plan_replica(
    source: Source, policy: Policy, views: Iterable[PurposeViews], *, widest: int = WIDEST
) -> ReplicaPlan:
    """Return the plan for all views that are to read the replica, in the source's order.

    Raises TooManyStates when a table would be too wide for its database.
    """
    made = [view for purpose in views for view in purpose.views]
    states: dict[str, dict[str, None]] = {}
    sparse: dict[str, set[str]] = {}
    for view in made:
        for subject in view.subjects:
            states.setdefault(subject, {}).update(dict.fromkeys(view.states))
            sparse.setdefault(subject, set()).update(view.sparse)
    clocked = {view.table.name for view in made if view.clocks}
    standings = tuple(
        StandingTable(
            table=table, states=tuple(states[table.name]), sparse=frozenset(sparse[table.name])
        )
        for table in source.tables
        if table.name in states
    )
    if any(len(found.columns()) > widest for found in standings):
        raise TooManyStates(str(TooManyStates.__doc__))
    dues = tuple(
        DueTable(table=table, clocks=row_clocks(policy, table))
        for table in source.tables
        if table.name in clocked
    )
    return ReplicaPlan(source=source, policy=policy, standings=standings, dues=dues)


def unheard(_table: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True, slots=True)
class Replica:
    """The replica in one source's database.

    Its own tables alone are written: none of the shop's.
    """

    engine: Engine

    def apply(self, plan: ReplicaPlan) -> tuple[str, ...]:
        """Make or alter the tables of `plan`; return the names of those that changed.

        What changed answers nothing until it is replicated again. A column that the plan does
        not need goes; SourceUnreachable when the database refuses, as it does while a view
        still reads the column.
        """
        with _reached(plan.source.name), self.engine.begin() as connection:
            changed = [_made(connection, _control_table())]
            for found in plan.standings:
                shape = _standing_shape(connection, found)
                altered = _made(connection, shape)
                if altered:
                    _forget(connection, found.table.name)
                changed.append(altered)
            changed += [_made(connection, _due_shape(connection, due)) for due in plan.dues]
        return tuple(name for name in changed if name)

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
        `since` or later, so that nobody's change is left out. now: microseconds UTC.
        Raises PlanTooNarrow, NotReplicated, and SourceUnreachable.
        """
        with _reached(plan.source.name):
            run = _Run(plan, standings, progress)
            with self.engine.connect() as connection:
                _refuse_narrow(connection, plan)
            if keys is None:
                return self._all(run, _Term(now, good_for_seconds, position, None))
            return self._some(run, keys, _Term(now, good_for_seconds, position, since))

    def _all(self, run: _Run, term: _Term) -> Replicated:
        with self.engine.begin() as connection:
            _forget_others(connection, run.plan.digest)
        done = [change for found in run.plan.standings for change in run.standing(self, found)]
        done += [change for due in run.plan.dues for change in run.due(self, due)]
        with self.engine.begin() as connection:
            lost = sum(remove_lost(connection, f.name, f.table) for f in run.plan.standings)
            lost += sum(remove_lost(connection, d.name, d.table) for d in run.plan.dues)
            for found in run.plan.standings:
                _put_term(connection, found.table.name, run.plan.digest, term)
        written, removed = sum(put for put, _ in done), sum(gone for _, gone in done)
        return Replicated(written=written, removed=removed + lost, renewed=True)

    def _some(self, run: _Run, persons: Collection[str], term: _Term) -> Replicated:
        with self.engine.begin() as connection:
            _alone(connection)
            _forget_others(connection, run.plan.digest)
            done = [run.persons(connection, found, persons) for found in run.plan.standings]
            renewed = [
                _renew_term(connection, found.table.name, run.plan.digest, term)
                for found in run.plan.standings
            ]
        written, removed = sum(put for put, _ in done), sum(gone for _, gone in done)
        return Replicated(written=written, removed=removed, renewed=all(renewed))

    def pages(
        self, statement: sa.Select[Any], key: Sequence[sa.ColumnElement[Any]]
    ) -> Iterator[tuple[Connection, list[Row]]]:
        """Yield the rows in order of `key`, page by page, each in a transaction of its own.

        What is written through the connection is committed when the next page is asked for. No
        cursor stays open between: a writer would wait for it in SQLite.
        """
        page, wanted = statement.order_by(*key).limit(BATCH), statement
        while True:
            with self.engine.begin() as connection:
                _alone(connection)
                rows = [tuple(row) for row in connection.execute(page)]
                yield connection, rows
            if len(rows) < BATCH:
                return
            last = [sa.literal(value) for value in rows[-1][: len(key)]]
            behind = key[0] > last[0] if len(key) == 1 else sa.tuple_(*key) > sa.tuple_(*last)
            page = wanted.where(behind).order_by(*key).limit(BATCH)


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
def _reached(source: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as fault:
        raise SourceUnreachable(f"source `{source}` refused or went away; try again") from fault


def _make_identify(
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


def _alone(connection: Connection) -> None:
    """Wait until no other replication writes, and keep others waiting until the end.

    INVARIANT: the ledger is asked after this. Whoever replicates a withdrawal has appended it
    before, so a page either comes first and is written over, or is told of the withdrawal.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"LOCK TABLE {CONTROL} IN SHARE ROW EXCLUSIVE MODE")


class _Run:
    """One replication."""

    def __init__(self, plan: ReplicaPlan, standings: StandingReader, progress: Progress) -> None:
        self.plan, self.standings, self.progress = plan, standings, progress

    def standing(self, replica: Replica, found: StandingTable) -> Iterator[tuple[int, int]]:
        """Bring one standing table up to date; yield what each page put and removed."""
        read = Joined.of(found.table, found.name, found.columns())
        identify = _make_identify(self.plan.source, found.table, read.reading)
        select = read.select()
        done, total = 0, count_rows(replica.engine, found.table.name)
        for connection, rows in replica.pages(select, read.order(select)):
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
        identify = _make_identify(self.plan.source, found.table, read.reading)
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

    def due(self, replica: Replica, due: DueTable) -> Iterator[tuple[int, int]]:
        """Write the due dates that are new or have changed; yield how many of each page."""
        columns = tuple(clock.column for clock in due.clocks)
        read = Joined.of(due.table, due.name, columns)
        source, policy = self.plan.source, self.plan.policy
        makers = [make_due(clock, due, source, policy, read.reading) for clock in due.clocks]
        select = read.select()
        names = (*due.table.key, *columns)
        for connection, rows in replica.pages(select, read.order(select)):
            dated = [(row, [make(row) for make in makers]) for row in rows]
            changed = [[*read.key_of(r), *dates] for r, dates in dated if read.kept_of(r) != dates]
            yield upsert(connection, due.name, due.table.key, (names, changed)), 0


def _control_table() -> sa.Table:
    return sa.Table(
        CONTROL,
        sa.MetaData(),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("good_until", sa.BigInteger, nullable=False),
        sa.Column("replicated_at", sa.BigInteger, nullable=False),
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
    connection.execute(sa.delete(_CONTROL).where(_CONTROL.c.policy != digest))


def _forget(connection: Connection, subject: str) -> None:
    connection.execute(sa.delete(_CONTROL).where(_CONTROL.c.subject == subject))


class _AsStored(sa.types.UserDefinedType[Any]):
    """A column of SQLite without a declared type: values stay as they are."""

    cache_ok = True

    def get_col_spec(self, **_ignored: object) -> str:
        """Return the word of a column that converts nothing."""
        return "BLOB"


def _key_columns(connection: Connection, table: Table) -> list[sa.Column[Any]]:
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
    return sa.Table(
        quoted_name(found.name, quote=True),
        sa.MetaData(),
        *_key_columns(connection, found.table),
        sa.Column("person", sa.Text, nullable=False, index=True),
        sa.Column("marks", sa.Integer, nullable=False),
        *states,
    )


def _due_shape(connection: Connection, due: DueTable) -> sa.Table:
    # Null until it is worked out, which no view takes for a date to come.
    dates = (sa.Column(c.column, sa.BigInteger) for c in due.clocks)
    return sa.Table(
        quoted_name(due.name, quote=True),
        sa.MetaData(),
        *_key_columns(connection, due.table),
        *dates,
    )


def _made(connection: Connection, shape: sa.Table) -> str:
    """Make the table or alter it to `shape`; return its name if anything changed."""
    inspector = sa.inspect(connection)
    if not inspector.has_table(shape.name):
        shape.create(connection)
        return shape.name
    there = {c["name"] for c in inspector.get_columns(shape.name)}
    missing = [c for c in shape.columns if c.name not in there]
    surplus = sorted(there - {c.name for c in shape.columns})
    for wanted in missing:
        added = exp.ColumnDef(this=trees.identifier(wanted.name), kind=exp.DataType.build("BIGINT"))
        _alter(connection, shape.name, added)
    for name in surplus:
        try:
            _alter(connection, shape.name, exp.Drop(tables=[trees.column(name)], kind="COLUMN"))
        except DBAPIError as fault:
            raise ViewStillReads(str(ViewStillReads.__doc__)) from fault
    return shape.name if missing or surplus else ""


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
    except DBAPIError:
        connection.rollback()
        if sa.inspect(connection).has_table(name):
            raise
        return set()
