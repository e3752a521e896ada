"""The rows of the shop, table by table, and their way into SQLite or PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Date, DateTime, Table, create_engine, inspect
from sqlalchemy.schema import CreateTable

from placket.demo.schema import METADATA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Row = tuple[Any, ...]
"""A row in the order of its table's columns; a time is seconds since 1970, UTC."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much is done and of how much."""

_BATCH = 20_000


class ShopExists(Exception):
    """The database already holds a table of the shop; name an empty database."""


class UnsupportedDatabase(Exception):
    """The demo builds its shop in SQLite or PostgreSQL; name such a database."""


class Rows:
    """The rows to be written; each gets the next number of its table as its key."""

    def __init__(self) -> None:
        self.by_table: defaultdict[str, list[Row]] = defaultdict(list)

    def add(self, table: str, *values: object) -> int:
        """Append a row of `values`, without its key, and return its key, from 1."""
        rows = self.by_table[table]
        key = len(rows) + 1
        rows.append((key, *values))
        return key

    def put(self, table: str, *row: object) -> None:
        """Append a whole row, its key first."""
        self.by_table[table].append(row)

    def counts(self) -> dict[str, int]:
        """Return how many rows each table gets, in the order of the schema."""
        return {table.name: len(self.by_table[table.name]) for table in METADATA.sorted_tables}


def refuse_unfit(url: str) -> None:
    """Raise ShopExists or UnsupportedDatabase unless a shop can be built at `url`."""
    engine = create_engine(url)
    if engine.dialect.name not in _COPY:
        raise UnsupportedDatabase(f"`{engine.dialect.name}` is neither `sqlite` nor `postgresql`")
    try:
        found = sorted(set(inspect(engine).get_table_names()) & set(METADATA.tables))
    finally:
        engine.dispose()
    if found:
        raise ShopExists(f"the database already has the table `{found[0]}`")


def write(rows: Rows, url: str, progress: Progress) -> None:
    """Create the shop's tables in the database at `url` and fill them in one transaction.

    An SQLite file that a killed build leaves behind is not whole: delete it.
    """
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode = OFF")
                connection.exec_driver_sql("PRAGMA synchronous = OFF")
                connection.commit()
            with connection.begin():
                _fill(rows, connection, progress)
    finally:
        engine.dispose()


def _fill(rows: Rows, connection: Connection, progress: Progress) -> None:
    """Create and fill each table, then its indexes: faster than keeping them up to date."""
    copy = _COPY[connection.dialect.name]
    for table in METADATA.sorted_tables:
        connection.execute(CreateTable(table))
        _comment(table, connection)
        total = len(rows.by_table[table.name])
        for start in range(0, total, _BATCH):
            copy(connection, table, rows.by_table[table.name][start : start + _BATCH])
            progress(f"write {table.name}", min(start + _BATCH, total), total)
    for table in METADATA.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            index.create(connection)
    connection.exec_driver_sql("ANALYZE")


def _comment(table: Table, connection: Connection) -> None:
    """Store the comments of `table` where the database keeps such."""
    if not connection.dialect.supports_comments:
        return
    for ddl in _comments(table):
        connection.execute(ddl)


def _comments(table: Table) -> Iterator[Any]:
    from sqlalchemy.schema import SetColumnComment, SetTableComment  # noqa: PLC0415 - rarely used

    yield SetTableComment(table)
    yield from (SetColumnComment(column) for column in table.columns if column.comment)


def _copy_sqlite(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    marks = ", ".join("?" * len(table.columns))
    cursor = connection.connection.cursor()
    statement = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608 - the schema's own names
    cursor.executemany(statement, _stored(table, rows, _sqlite_time))


def _copy_postgresql(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in _stored(table, rows, _zoned_time):
            copy.write_row(row)


_COPY = {"sqlite": _copy_sqlite, "postgresql": _copy_postgresql}


def _stored(table: Table, rows: Sequence[Row], time: Callable[[int], str]) -> Sequence[Row]:
    """Return `rows` with times and dates as the text that the database takes."""
    places = [at for at, column in enumerate(table.columns) if _is_calendar(column)]
    if not places:
        return rows
    return [_with_text(row, places, time) for row in rows]


def _is_calendar(column: Column[Any]) -> bool:
    return isinstance(column.type, (Date, DateTime))


def _with_text(row: Row, places: list[int], time: Callable[[int], str]) -> Row:
    values = list(row)
    for at in places:
        value = values[at]
        if value is not None:
            values[at] = value.isoformat() if isinstance(value, date) else time(value)
    return tuple(values)


@lru_cache(maxsize=4096)
def _sqlite_time(second: int) -> str:
    """Return `second` in the form in which SQLAlchemy stores times in SQLite."""
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}.000000"


@lru_cache(maxsize=4096)
def _zoned_time(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}+00"
