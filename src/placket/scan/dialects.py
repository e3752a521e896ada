"""How each database lists its tables, is read within one sight, and hands out rows."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Select, Text, cast, column, select, table
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import quoted_name

from placket.plan.scanned import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, CursorResult, Engine

OWN: Final = "placket_"
SMALL: Final = 1024 * 1024
"""Bytes of a table that is fetched at once; a larger one is streamed."""


class UnsupportedDialect(Exception):
    """The scanner reads SQLite, PostgreSQL, MariaDB and DuckDB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: whether it holds bytes, and whether it is a number in the primary key."""

    name: str
    is_bytes: bool = False
    in_key: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One table; schema: empty for the default one; rows: about how many, 0 when not known.

    Without columns it is one that the database cannot read itself.
    """

    schema: str = ""
    name: str
    columns: tuple[Column, ...]
    rows: int = 0
    is_small: bool = False

    @property
    def place(self) -> str:
        """Return the name by which it is told."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def is_own(self) -> bool:
        """Say whether it is one of Placket's own."""
        return self.name.startswith(OWN)

    @property
    def key(self) -> tuple[int, ...]:
        """Return where the key's columns are; none unless all are numbers."""
        key = [number for number, each in enumerate(self.columns) if each.in_key]
        return tuple(key) if all(self.columns[at].is_number for at in key) else ()


class Dialect(Protocol):
    """All that the scanner asks of a kind of database."""

    def begin(self, connection: Connection) -> None:
        """Begin to read within one sight, unable to write; again after an error."""

    def end(self, connection: Connection) -> None:
        """Leave the connection as it was."""

    def tables(self, connection: Connection) -> list[Listed]:
        """Return every table with its columns, in order of the names; views are left out."""

    def rows(self, connection: Connection, of: Listed) -> CursorResult[Any]:
        """Return the rows of a table, handed out as they are fetched."""

    def beside(self, connection: Connection, name: str) -> tuple[Unread, ...]:
        """Return what the database holds beside its tables and is not read."""


@contextmanager
def reading(dialect: Dialect, connection: Connection) -> Iterator[None]:
    """Read within one sight of the database, unable to write."""
    try:
        dialect.begin(connection)
        yield
    finally:
        # A connection that broke has nothing to leave as it was.
        with suppress(SQLAlchemyError):
            connection.rollback()
            dialect.end(connection)


def dialect_of(engine: Engine) -> Dialect:
    """Return how the engine's database is read. Raises UnsupportedDialect."""
    found = _DIALECTS.get(engine.dialect.name)
    if found is None:
        raise UnsupportedDialect(str(UnsupportedDialect.__doc__))
    return found


def _selected(of: Listed, *, as_text: bool) -> Select[Any]:
    schema = quoted_name(of.schema, quote=True) if of.schema else None
    return select(*(_column(each, as_text=as_text) for each in of.columns)).select_from(
        table(quoted_name(of.name, quote=True), schema=schema)
    )


def _column(of: Column, *, as_text: bool) -> Any:
    found: Any = column(quoted_name(of.name, quote=True))
    return cast(found, Text) if as_text and not of.is_bytes else found


def _grouped(rows: Any, sizes: dict[tuple[str, str], tuple[int, bool]]) -> list[Listed]:
    """Return tables from rows of (schema, table, column, is_bytes, in_key, is_number), in order."""
    return [
        Listed(
            schema=schema,
            name=name,
            columns=tuple(
                Column(name=r[2], is_bytes=bool(r[3]), in_key=bool(r[4]), is_number=bool(r[5]))
                for r in some
            ),
            rows=sizes.get((schema, name), (0, False))[0],
            is_small=sizes.get((schema, name), (0, False))[1],
        )
        for (schema, name), some in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


class Sqlite:
    """SQLite: any column may hold anything, and its text need not be Unicode."""

    _TABLES: Final = (
        "SELECT '', t.name, c.name, 0, c.pk > 0, upper(c.type) LIKE '%INT%'"
        " FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c"
        " WHERE t.type = 'table' AND c.hidden <> 1 AND t.name = coalesce(?, t.name)"
        " ORDER BY t.name, c.cid"
    )
    _NAMES: Final = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"

    def begin(self, connection: Connection) -> None:
        """Begin one sight, where that keeps no writer waiting: with a write-ahead log."""
        driver: Any = connection.connection.driver_connection
        connection.exec_driver_sql("PRAGMA query_only = ON")
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        if mode == "wal" and not driver.in_transaction:
            connection.exec_driver_sql("BEGIN")

    def end(self, connection: Connection) -> None:
        """Let text be text again, and writing be possible."""
        driver: Any = connection.connection.driver_connection
        driver.text_factory = str
        connection.exec_driver_sql("PRAGMA query_only = OFF")
        connection.rollback()

    def tables(self, connection: Connection) -> list[Listed]:
        """Return every table, those of SQLite's own statistics too: they hold samples.

        From then on text is handed out as bytes, so that none is refused.
        """
        try:
            found = self._listed(connection, None)
        except SQLAlchemyError:
            # A table of a module that is not there spoils the list of all.
            names = connection.exec_driver_sql(self._NAMES).scalars().all()
            found = [table for name in names for table in self._one(connection, name)]
        driver: Any = connection.connection.driver_connection
        driver.text_factory = bytes
        return found

    def _listed(self, connection: Connection, name: str | None) -> list[Listed]:
        return _grouped(connection.exec_driver_sql(self._TABLES, (name,)).all(), {})

    def _one(self, connection: Connection, name: str) -> list[Listed]:
        try:
            return self._listed(connection, name)
        except SQLAlchemyError:
            return [Listed(name=name, columns=())]

    def rows(self, connection: Connection, of: Listed) -> CursorResult[Any]:
        """Return the rows, fetched as they are asked for."""
        return connection.execute(_selected(of, as_text=False))

    def beside(self, connection: Connection, name: str) -> tuple[Unread, ...]:
        """Return nothing: all that SQLite keeps is in tables."""
        del connection, name
        return ()


class Postgres:
    """PostgreSQL: every schema that is not the system's, stored views and foreign tables too."""

    _TABLES: Final = """
        SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname END, c.relname,
            a.attname, coalesce(nullif(t.typbasetype, 0), t.oid) = 'bytea'::regtype,
            coalesce(a.attnum = ANY (i.indkey::int2[]), false),
            t.oid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype),
            greatest(c.reltuples, 0)::bigint, pg_table_size(c.oid)
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
        WHERE c.relkind IN ('r', 'm', 'f') AND c.relpersistence <> 't'
            AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
        ORDER BY 1, 2, a.attnum
    """
    _OBJECTS: Final = "SELECT count(*) FROM pg_largeobject_metadata"

    def begin(self, connection: Connection) -> None:
        """Begin one sight; where rows are hidden from this role, reading fails and says so."""
        connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ).exec_driver_sql("SET LOCAL row_security = off")

    def end(self, connection: Connection) -> None:
        """Do nothing: the pool resets what was set."""

    def tables(self, connection: Connection) -> list[Listed]:
        """Return every table, with a row estimate and whether it is small."""
        rows = connection.exec_driver_sql(self._TABLES).all()
        return _grouped(rows, {(r[0], r[1]): (r[6], r[7] <= SMALL) for r in rows})

    def rows(self, connection: Connection, of: Listed) -> CursorResult[Any]:
        """Return the rows as text and bytes, from a cursor of the server's for a large table."""
        wanted = _selected(of, as_text=True)
        return connection.execute(wanted.execution_options(stream_results=not of.is_small))

    def beside(self, connection: Connection, name: str) -> tuple[Unread, ...]:
        """Return large objects, where there are any."""
        count = connection.exec_driver_sql(self._OBJECTS).scalar_one()
        where = f"{name}.pg_largeobject"
        return (Unread(where=where, why="large objects", count=count),) if count else ()


class Mariadb:
    """MariaDB and MySQL: the database that is connected."""

    _TABLES: Final = """
        SELECT '', t.table_name, c.column_name,
            c.data_type IN ('binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'),
            c.column_key = 'PRI', c.data_type LIKE '%%int', coalesce(t.table_rows, 0),
            coalesce(t.data_length, 0)
        FROM information_schema.tables t
        JOIN information_schema.columns c
            ON c.table_schema = t.table_schema AND c.table_name = t.table_name
        WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
        ORDER BY t.table_name, c.ordinal_position
    """

    _HISTORIES: Final = """
        SELECT table_name FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_type = 'SYSTEM VERSIONED' ORDER BY table_name
    """

    def begin(self, connection: Connection) -> None:
        """Begin one sight of the database that writes nothing."""
        connection.rollback()
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def end(self, connection: Connection) -> None:
        """Do nothing: the transaction was all."""

    def tables(self, connection: Connection) -> list[Listed]:
        """Return every table of the database."""
        rows = connection.exec_driver_sql(self._TABLES).all()
        return _grouped(rows, {(r[0], r[1]): (int(r[6]), int(r[7]) <= SMALL) for r in rows})

    def rows(self, connection: Connection, of: Listed) -> CursorResult[Any]:
        """Return the rows as text and bytes, streamed from a large table."""
        wanted = _selected(of, as_text=True)
        return connection.execute(wanted.execution_options(stream_results=not of.is_small))

    def beside(self, connection: Connection, name: str) -> tuple[Unread, ...]:
        """Return the tables whose earlier rows the database keeps, where there are any."""
        found = connection.exec_driver_sql(self._HISTORIES).scalars()
        return tuple(Unread(where=f"{name}.{each}", why="the history of a table") for each in found)


class Duckdb:
    """DuckDB: every schema of the file; other files that somebody attached are not of it."""

    _TABLES: Final = """
        SELECT CASE WHEN c.schema_name = current_schema() THEN '' ELSE c.schema_name END,
            c.table_name, c.column_name, c.data_type = 'BLOB', coalesce(k.is_key, false),
            regexp_full_match(c.data_type, 'U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?'), t.estimated_size
        FROM duckdb_tables() t
        JOIN duckdb_columns() c ON c.table_oid = t.table_oid AND c.database_oid = t.database_oid
        LEFT JOIN (
            SELECT table_oid, unnest(constraint_column_names) AS column_name, true AS is_key
            FROM duckdb_constraints()
            WHERE constraint_type = 'PRIMARY KEY' AND database_name = current_database()
        ) k ON k.table_oid = c.table_oid AND k.column_name = c.column_name
        WHERE t.database_name = current_database() AND NOT t.internal
        ORDER BY 1, 2, c.column_index
    """

    def begin(self, connection: Connection) -> None:
        """Begin one sight of the database that writes nothing."""
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("BEGIN TRANSACTION READ ONLY")

    def end(self, connection: Connection) -> None:
        """Do nothing: the transaction was all."""

    def tables(self, connection: Connection) -> list[Listed]:
        """Return every table, with a row estimate."""
        rows = connection.exec_driver_sql(self._TABLES).all()
        return _grouped(rows, {(r[0], r[1]): (int(r[6]), False) for r in rows})

    def rows(self, connection: Connection, of: Listed) -> CursorResult[Any]:
        """Return the rows as text and bytes, fetched as they are asked for."""
        return connection.execute(_selected(of, as_text=True))

    def beside(self, connection: Connection, name: str) -> tuple[Unread, ...]:
        """Return nothing: all that DuckDB keeps is in tables."""
        del connection, name
        return ()


_DIALECTS: Final[dict[str, Dialect]] = {
    "duckdb": Duckdb(),
    "sqlite": Sqlite(),
    "postgresql": Postgres(),
    "mysql": Mariadb(),
    "mariadb": Mariadb(),
}
