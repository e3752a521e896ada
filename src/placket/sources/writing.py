"""Change a retailer's database as a plan says: all of its steps there, or nothing."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from placket.plan.apply import TargetRefuses, no_point
from placket.plan.inventory import At, row_digest
from placket.plan.plan import Action, Change, Seen, StalePlan, differences
from placket.sources.changing import count, statement
from placket.sources.duckdb_dialect import begin_alone
from placket.sources.fencing import is_done, make_tables, note_done, take_fence
from placket.sources.mariadb import without_transactions
from placket.sources.refused import (
    FOREIGN_KEY,
    ConnectionLost,
    Refused,
    is_passing,
    refused,
    said,
    told,
)
from placket.sources.rows import at_keys, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Engine
    from sqlalchemy.sql.dml import UpdateBase

    from placket.catalogue.model import Catalogue, Table
    from placket.catalogue.schema import Schema
    from placket.plan.apply import Point, Work
    from placket.plan.inventory import Pairs
    from placket.plan.plan import Step

_FIRST: Final = {
    "sqlite": ("BEGIN IMMEDIATE",),
    # A worker that freezes holds rows of the shop: its transaction is ended for it.
    "postgresql": (
        "SET LOCAL lock_timeout = '10s'",
        "SET LOCAL idle_in_transaction_session_timeout = '30s'",
    ),
    "mysql": (
        "SET SESSION innodb_lock_wait_timeout = 10",
        # A value is taken whole or refused, whatever the server does by itself.
        "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
    ),
}
_FIRST_IN_MARIADB: Final = "SET SESSION idle_transaction_timeout = 30"
"""As PostgreSQL's; MySQL has nothing like it."""


@dataclass(frozen=True, slots=True)
class SqlTarget:
    """One source in SQLite, PostgreSQL, MariaDB or DuckDB, as a Target of a plan."""

    engine: Engine
    catalogue: Catalogue
    source: str
    schema: Schema

    def carry_out(self, work: Work, *, point: Point = no_point) -> None:
        """Do all of `work` in one transaction, or nothing; what is done is not done again.

        A connection that breaks, at COMMIT too, does not say what became of it: the source is
        asked once more. Raises StalePlan, TakenOver, TargetUnreachable, TargetRefuses.
        """
        try:
            self._carry_out(work, point)
        except ConnectionLost:
            self._carry_out(work, point)

    def _carry_out(self, work: Work, point: Point) -> None:
        with told(self.source), self.engine.connect() as opened:
            connection = _isolated(opened)
            make_tables(connection, self.source)
            point("tables of ours there")
            with _keys_enforced(connection):
                _begin(connection)
                self._refuse_without_transactions(connection, work)
                take_fence(connection, work)
                point("fence taken")
                if not is_done(connection, work):
                    self._write(connection, work, point)
                point("before commit")
                self._commit(connection, work)
            point("after commit")

    def _refuse_without_transactions(self, connection: Connection, work: Work) -> None:
        unsafe = without_transactions(connection, {step.table for _, step in work.steps})
        if unsafe:
            raise TargetRefuses(
                f"`{self.source}.{unsafe[0]}` is kept by a storage engine without transactions,"
                " where a plan could be left half done; nothing was written; make it InnoDB's"
            )

    def _write(self, connection: Connection, work: Work, point: Point) -> None:
        self._compare(connection, work)
        point("rows compared")
        for number, step in work.steps:
            with told(self.source, step.table):
                self._step(connection, step)
            point(f"step {number} written")
        note_done(connection, work)
        point("noted as done")

    def _compare(self, connection: Connection, work: Work) -> None:
        """Read every row that the plan saw again, holding it until the end. Raises StalePlan."""
        found = [
            each
            for name, keys in _by_table(work.seen).items()
            for each in self._read(connection, name, keys)
        ]
        changes = differences(work.seen, found)
        if changes:
            raise StalePlan(changes)

    def _read(self, connection: Connection, name: str, keys: Sequence[Pairs]) -> Iterator[Seen]:
        of, shape = self._table(name), self.schema.table(name)
        with told(self.source, name):
            for where in at_keys(shape, keys):
                for key, values in read_rows(connection, of, shape, where, lock=True):
                    at = At(source=self.source, table=name, key=key)
                    yield Seen(at=at, digest=row_digest(key, values))

    def _table(self, name: str) -> Table:
        source = self.catalogue.source(self.source)
        table = source.table(name) if source is not None else None
        if table is None:
            raise TargetRefuses(said(self.source, Refused(name, "unknown")))
        return table

    def _step(self, connection: Connection, step: Step) -> None:
        shape = self.schema.table(step.table)
        parts = list(at_keys(shape, step.rows))
        changed = sum(
            self._run(connection, step, statement(step, p, shape, self.schema.dialect))
            for p in parts
        )
        if changed != len(step.rows):
            left = sum(connection.execute(count(step, part)).scalar_one() for part in parts)
            _refuse_count(step, left)

    def _run(self, connection: Connection, step: Step, doing: UpdateBase) -> int:
        try:
            return connection.execute(doing).rowcount
        except DBAPIError as fault:
            found = refused(fault, step.table)
            if is_passing(fault) or found.kind != FOREIGN_KEY or found.name:
                raise
            raise TargetRefuses(said(self.source, self._by_link(step))) from None

    def _by_link(self, step: Step) -> Refused:
        """Return the one constraint that can have refused, since SQLite does not name it."""
        if step.action is Action.DELETE:
            links = self.schema.referring(step.table)
        else:
            own = self.schema.table(step.table)
            links = tuple((own, key) for key in own.foreign_keys) if own is not None else ()
            links = tuple(link for link in links if set(link[1].columns) & set(step.columns))
        if len(links) != 1:
            return Refused(step.table, FOREIGN_KEY)
        return Refused(links[0][0].name, FOREIGN_KEY, ", ".join(links[0][1].columns))

    def _commit(self, connection: Connection, work: Work) -> None:
        """Commit. Raises TargetRefuses, and ConnectionLost where it may have been done."""
        try:
            connection.commit()
        except DBAPIError as fault:
            if fault.connection_invalidated or is_passing(fault):
                raise ConnectionLost(
                    f"`{self.source}` did not say whether it committed; apply the plan again"
                ) from None
            found = _unmet(connection, work) or refused(fault, "")
            raise TargetRefuses(said(self.source, found)) from None


def _by_table(rows: Sequence[Seen]) -> Mapping[str, list[Pairs]]:
    """Return the keys by table, both in order: whoever locks the same rows does so in turn."""
    found: dict[str, list[Pairs]] = {}
    for each in sorted(rows, key=lambda each: each.at.in_order):
        found.setdefault(each.at.table, []).append(each.at.key)
    return found


def _refuse_count(step: Step, left: int) -> None:
    """Raise unless the rows of a deletion are gone: a source may delete what points by itself."""
    is_gone = step.action is Action.DELETE and not left
    if left == len(step.rows) or (step.action is Action.DELETE and left):
        raise TargetRefuses(
            f"`{step.source}.{step.table}` leaves rows as they are, by a trigger or rule of its"
            " own; nothing was written there"
        )
    if not is_gone:
        places = (At(source=step.source, table=step.table, key=key) for key in step.rows)
        raise StalePlan(tuple(Change(at=at, how="changed") for at in places))


def _isolated(connection: Connection) -> Connection:
    if connection.dialect.name in {"sqlite", "duckdb"}:
        return connection
    # Each statement then sees what is committed by now; what it needs to stay, it locks.
    return connection.execution_options(isolation_level="READ COMMITTED")


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "duckdb":
        begin_alone(connection)
    for first in _FIRST.get(connection.dialect.name, ()):
        connection.exec_driver_sql(first)
    if getattr(connection.dialect, "is_mariadb", False):
        connection.exec_driver_sql(_FIRST_IN_MARIADB)


@contextmanager
def _keys_enforced(connection: Connection) -> Iterator[None]:
    """Let SQLite keep foreign keys and overwrite what is deleted, and end what is unfinished.

    The connection goes back as it came: others may share it.
    """
    names = ("foreign_keys", "secure_delete") if connection.dialect.name == "sqlite" else ()
    before = {n: connection.exec_driver_sql(f"PRAGMA {n}").scalar_one() for n in names}
    _set(connection, dict.fromkeys(names, 1))
    try:
        yield
    finally:
        # A connection that broke has nothing to roll back.
        with suppress(SQLAlchemyError):
            connection.rollback()
            _set(connection, before)


def _set(connection: Connection, pragmas: Mapping[str, int]) -> None:
    for name, value in pragmas.items():
        connection.exec_driver_sql(f"PRAGMA {name} = {value}")
    connection.rollback()


def _unmet(connection: Connection, work: Work) -> Refused | None:
    """Return the link that SQLite found broken at COMMIT, which leaves the transaction open.

    Others may have been broken for long: first one of a table that the plan changed.
    """
    if connection.dialect.name != "sqlite":
        return None
    # SQLAlchemy lends the connection no more; the driver does.
    cursor = connection.connection.cursor()
    changed = {step.table for _, step in work.steps}
    found = cursor.execute("PRAGMA foreign_key_check").fetchall()
    found.sort(key=lambda row: changed.isdisjoint({row[0], row[2]}))
    if not found:
        return None
    child, _, _, number = found[0]
    named = 'SELECT "from" FROM pragma_foreign_key_list(?) WHERE id = ?'
    columns = cursor.execute(named, (child, number)).fetchall()
    return Refused(child, FOREIGN_KEY, ", ".join(name for (name,) in columns))
