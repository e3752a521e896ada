"""A rewritten query on its source: one state of it, read and never written, and whose rows."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlglot import exp

from placket.decide.sql import NOW
from placket.sources import trees
from placket.sources.replica_plan import CONTROL, standing_name
from placket.sources.views import select_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection, Engine

    from placket.sources.views import View

_BEGIN: Final = {
    "sqlite": ("PRAGMA query_only = ON", "BEGIN"),
    "postgres": ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",),
    # Of the transaction alone it would leave what commits by itself, such as CREATE TABLE.
    "mysql": (
        "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
        "START TRANSACTION WITH CONSISTENT SNAPSHOT",
    ),
    "duckdb": ("ROLLBACK", "BEGIN TRANSACTION READ ONLY"),
}
"""What starts a transaction that sees one state and writes nothing."""

_LOOKED_AFTER: Final = 100_000
"""Steps of SQLite after which it asks whether to go on."""


class QueryRefused(Exception):
    """The database refused the query; what it says is not repeated, it may hold a value.

    persons: the ids of all whom its views show, as a query can be made to fail for certain rows.
    """

    def __init__(self, persons: frozenset[str] = frozenset()) -> None:
        super().__init__(str(QueryRefused.__doc__).partition("\n")[0])
        self.persons = persons


class SourceAway(Exception):
    """The source did not answer or went away; try again."""


class ViewsStale(Exception):
    """The views are stale, so they show nothing; run `placket work`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a query gave: its columns, its rows, and the ids of all persons whom its views show.

    is_cut: there were more rows than were asked for.
    """

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    persons: frozenset[str]
    is_cut: bool = False


def read_views(engine: Engine, sql: str, views: Sequence[View], *, most_rows: int) -> Read:
    """Return the rows of a rewritten query, at most `most_rows` of them.

    The persons are everybody whom one of the views shows before or after, as a count tells
    nobody whom it counts. Raises ViewsStale, QueryRefused and SourceAway.
    """
    try:
        connection = engine.connect()
    except SQLAlchemyError:
        raise SourceAway(str(SourceAway.__doc__)) from None
    persons: set[str] = set()
    try:
        with connection, _reading(connection):
            persons |= _persons(connection, views)
            columns, rows = _rows(connection, sql, most_rows + 1)
            persons |= _persons(connection, views)
            # In one state the term is what it was at the start, and the clock is later now.
            if not _is_fresh(connection, views):
                raise ViewsStale(str(ViewsStale.__doc__))
    except SQLAlchemyError as fault:
        is_away = isinstance(fault, DBAPIError) and fault.connection_invalidated
        if _is_stopped(fault):
            raise KeyboardInterrupt from None
        if is_away:
            raise SourceAway(str(SourceAway.__doc__)) from None
        raise QueryRefused(frozenset(persons)) from None
    return Read(
        columns=columns,
        rows=rows[:most_rows],
        persons=frozenset(persons),
        is_cut=len(rows) > most_rows,
    )


@contextmanager
def _reading(connection: Connection) -> Iterator[None]:
    # Never given back to others: that it cannot write stays on it.
    connection.detach()
    _stop_when_told(connection)
    for statement in _BEGIN[trees.dialect_of(connection)]:
        connection.exec_driver_sql(statement)
    try:
        yield
    finally:
        connection.rollback()


def _stop_when_told(connection: Connection) -> None:
    """Let Ctrl-C end a query of SQLite's, which else hears of it when it is done.

    Python hears of it when some Python runs, and takes what is raised there for "stop".
    """
    driver: object = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.set_progress_handler(lambda: 0, _LOOKED_AFTER)


def _is_stopped(fault: SQLAlchemyError) -> bool:
    cause = fault.orig if isinstance(fault, DBAPIError) else None
    code = getattr(cause, "sqlite_errorcode", None)
    return code == sqlite3.SQLITE_INTERRUPT


def _rows(connection: Connection, sql: str, most: int) -> tuple[tuple[str, ...], list[Any]]:
    found = connection.exec_driver_sql(sql, execution_options={"no_parameters": True})
    rows = [tuple(row) for row in found.fetchmany(most)]
    columns = tuple(found.keys())
    found.close()
    return columns, rows


def _persons(connection: Connection, views: Sequence[View]) -> set[str]:
    dialect = trees.dialect_of(connection)
    selects = (persons_of(view, dialect) for view in views)
    return {str(row[0]) for select in selects for row in trees.run(connection, select)}


def persons_of(view: View, dialect: str) -> exp.Query:
    """Return the query for the ids of the persons whose rows a view shows now."""
    query = select_of(view)
    standings = {standing_name(table) for table in view.source.tables}
    for branch in _branches(query):
        joined = (join.this for join in branch.args["joins"])
        [standing] = [table.alias for table in joined if table.name in standings]
        branch.set("expressions", [trees.column("person", standing)])
    for at in [found for found in query.find_all(exp.Placeholder) if found.name == NOW]:
        at.replace(trees.clock(dialect))
    return query


def _branches(query: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(query, exp.Select):
        yield query
    else:
        yield from _branches(query.this)
        yield from _branches(query.expression)


def _is_fresh(connection: Connection, views: Sequence[View]) -> bool:
    """Say whether every person's table that the views read is in its term, by its own clock."""
    subjects = {subject for view in views for subject in view.subjects}
    digests = {view.digest for view in views}
    now = exp.Select(expressions=[trees.clock(trees.dialect_of(connection))])
    at = trees.run(connection, now).scalar_one()
    good: sa.Select[Any] = (
        sa.select(sa.column("subject"))
        .select_from(sa.table(CONTROL))
        .where(
            sa.column("subject").in_(sorted(subjects)),
            sa.column("policy").in_(sorted(digests)),
            sa.column("good_until") > at,
        )
    )
    return {row[0] for row in connection.execute(good)} == subjects
