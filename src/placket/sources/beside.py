"""Rows of ours beside the shop's: read together by their key, written by it, gone with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlglot import exp

from placket.sources import trees
from placket.sources.routes import Reading, read_select

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Table
    from placket.sources.told import Row


@dataclass(slots=True, kw_only=True)
class Joined:
    """The rows of a table of the shop, each with what is kept of it in a table of ours.

    The row's key comes first, what is kept last.
    """

    table: Table
    reading: Reading
    kept: sa.FromClause
    columns: tuple[str, ...]

    @classmethod
    def of(cls, table: Table, name: str, columns: tuple[str, ...]) -> Joined:
        """Return the rows of `table` beside `columns` of our table `name`."""
        reading = Reading(table.name)
        for column in table.key:
            reading.place(column)
        kept = sa.table(name).alias("k")
        return cls(table=table, reading=reading, kept=kept, columns=columns)

    def select(self) -> sa.Select[Any]:
        """Return the select, once all columns that are read have their place."""
        rows = read_select(self.reading, ()).subquery("r")
        same = (
            rows.c[f"c{place}"] == sa.column(name, _selectable=self.kept)
            for place, name in enumerate(self.table.key)
        )
        kept: list[Any] = [sa.column(name, _selectable=self.kept) for name in self.columns]
        joined = rows.outerjoin(self.kept, sa.and_(*same))
        return sa.select(*rows.c, *kept).select_from(joined)

    def order(self, select: sa.Select[Any]) -> list[Any]:
        """Return the columns of the key as `select` has them."""
        return list(select.selected_columns)[: len(self.table.key)]

    def key_of(self, row: Row) -> Row:
        """Return the key of a row that was read."""
        return row[: len(self.table.key)]

    def kept_of(self, row: Row) -> list[object]:
        """Return what is kept of a row, nulls where nothing is."""
        return list(row[-len(self.columns) :])


def upsert(
    connection: Connection,
    name: str,
    key: tuple[str, ...],
    rows: tuple[tuple[str, ...], list[list[object]]],
) -> int:
    """Write rows of the table `name` by their key; return how many.

    rows: the columns, key first, and their values row by row.
    """
    columns, values = rows
    if not values:
        return 0
    target = sa.table(name, *(sa.column(column) for column in columns))
    # Parameters are numbered, since a column may have a name that no parameter can have.
    bound: dict[str, Any] = {column: sa.bindparam(f"p{at}") for at, column in enumerate(columns)}
    statement = _written_over(connection.dialect.name, target, bound, key)
    parameters = [{f"p{at}": value for at, value in enumerate(row)} for row in values]
    connection.execute(statement, parameters)
    return len(values)


def _written_over(
    dialect: str, target: sa.TableClause, bound: dict[str, Any], key: tuple[str, ...]
) -> sa.Insert:
    """Return the insert that writes over the row of the same key."""
    renewed = [column for column in bound if column not in key]
    if dialect in {"mysql", "mariadb"}:
        row = mysql.insert(target).values(bound)
        return row.on_duplicate_key_update({c: row.inserted[c] for c in renewed})
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    statement = insert(target).values(bound)
    values = {c: statement.excluded[c] for c in renewed}
    return statement.on_conflict_do_update(index_elements=list(key), set_=values)


def delete_keys(connection: Connection, name: str, key: tuple[str, ...], rows: list[Row]) -> None:
    """Delete the rows of the table `name` with these keys."""
    if not rows:
        return
    columns: list[Any] = [sa.column(name) for name in key]
    same = (c == sa.bindparam(f"p{at}") for at, c in enumerate(columns))
    statement = sa.delete(sa.table(name, *columns)).where(sa.and_(*same))
    connection.execute(statement, [{f"p{at}": v for at, v in enumerate(row)} for row in rows])


def count_rows(engine: Engine, name: str) -> int:
    """Return how many rows the table has."""
    with engine.connect() as connection:
        counted = sa.select(sa.func.count()).select_from(sa.table(name))
        return int(connection.scalar(counted) or 0)


def remove_lost(connection: Connection, ours: str, of: Table) -> int:
    """Remove the rows of ours whose row in the shop is gone."""
    if trees.dialect_of(connection) == "mysql":
        return _remove_found(connection, ours, of)
    theirs = "t"
    pairs = ((trees.column(k, theirs), trees.column(k, ours)) for k in of.key)
    there = exp.select(exp.Literal.number(1)).from_(trees.table(of.name, theirs))
    there = there.where(trees.equal(pairs))
    lost = exp.Delete(
        this=trees.table(ours), where=exp.Where(this=exp.not_(exp.Exists(this=there)))
    )
    return trees.run(connection, lost).rowcount


def _remove_found(connection: Connection, ours: str, of: Table) -> int:
    """Remove what a select finds lost: within a DELETE MariaDB would lock the shop's rows."""
    kept, theirs = sa.table(ours).alias("k"), sa.table(of.name).alias("t")
    key: list[Any] = [sa.column(name, _selectable=kept) for name in of.key]
    row: list[Any] = [sa.column(name, _selectable=theirs) for name in of.key]
    same = (mine == other for mine, other in zip(key, row, strict=True))
    there = sa.select(sa.literal(1)).select_from(theirs).where(*same).correlate(kept)
    lost = sa.select(*key).select_from(kept).where(~there.exists())
    rows = [tuple(found) for found in connection.execute(lost)]
    delete_keys(connection, ours, of.key, rows)
    return len(rows)
