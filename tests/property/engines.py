"""Engines where no ledger lives, with the tables of a standing as the ledger has them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import duckdb

    from placket.standing.layout import Layout
    from placket.standing.standing import Standing

Row = tuple[Any, ...]


class Filled(Protocol):
    """An engine in which tables are made, each anew."""

    def make(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        """Make a table with these rows. columns: each `string` or `bigint`."""


def fill(engine: Filled, layout: Layout, standings: Sequence[Standing]) -> None:
    """Write the wide rows and the marks of `standings`."""
    columns = dict.fromkeys(layout.wide_columns(), "bigint")
    rows = [tuple(layout.wide_row(standing)) for standing in standings]
    engine.make(layout.wide, {"person": "string", **columns}, rows)
    marks = [(s.person, name, i[0], i[1]) for s in standings for name, i in s.sparse.items()]
    engine.make(layout.marks, MARKS, marks)


MARKS: Final = {"person": "string", "name": "string", "from_": "bigint", "until_": "bigint"}


@dataclass(frozen=True)
class DuckDb:
    """A connection to DuckDB."""

    connection: duckdb.DuckDBPyConnection
    dialect: str = "duckdb"

    def make(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        """Make a table anew."""
        shaped = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} ({shaped})")
        places = f"({', '.join('?' * len(columns))})"
        if rows:
            every = ", ".join([places] * len(rows))
            values = [value for row in rows for value in row]
            self.connection.execute(f"INSERT INTO {name} VALUES {every}", values)  # noqa: S608 - a Layout's names

    @contextmanager
    def reading(self) -> Iterator[DuckDb]:
        """Lend the connection."""
        yield self

    def written(self, sql: str, params: Mapping[str, object]) -> list[Row]:
        """Return the rows of a query; DuckDB takes no parameter that it does not find."""
        named = {name: value for name, value in params.items() if f"${name}" in sql}
        return list(self.connection.execute(sql, named or None).fetchall())


@dataclass(frozen=True)
class Spark:
    """A session of Spark on this machine."""

    session: Any
    dialect: str = "spark"

    def make(self, name: str, columns: Mapping[str, str], rows: Sequence[Row]) -> None:
        """Make a view of these rows, which the session alone sees."""
        shaped = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        self.session.createDataFrame(list(rows), shaped).createOrReplaceTempView(name)

    @contextmanager
    def reading(self) -> Iterator[Spark]:
        """Lend the session."""
        yield self

    def written(self, sql: str, params: Mapping[str, object]) -> list[Row]:
        """Return the rows of a query with its parameter by name."""
        return [tuple(row) for row in self.session.sql(sql, args=dict(params)).collect()]
