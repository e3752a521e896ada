"""DuckDB for SQLAlchemy: its connection, its schema as it tells it itself, one writer at a time."""

from __future__ import annotations

import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy import pool
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.base import (
    PGCompiler,
    PGDDLCompiler,
    PGDialect,
    PGTypeCompiler,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.engine.reflection import ObjectKind
from sqlglot import exp, parse_one

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import URL, Connection

MEMORY: Final = ":memory:"
_LOCKS: Final[dict[str, threading.Lock]] = {}
"""By file: DuckDB lets one process write it, and there refuses what two threads write at once."""

# Nothing is fetched from a network because a statement speaks of it.
_CONFIG: Final = {"autoinstall_known_extensions": "false"}
_FOLDED: Final = "no transaction is active"


def register() -> None:
    """Let SQLAlchemy find this dialect by the name `duckdb`, whatever else is installed."""
    for name in ("duckdb", "duckdb.duckdb"):
        registry.register(name, __name__, "DuckDialect")


def begin_alone(connection: Connection) -> None:
    """Begin the transaction of a connection to DuckDB anew, once nobody writes beside it."""
    if not connection.in_transaction():
        connection.begin()
    opened: Any = connection.connection.dbapi_connection
    opened.begin_alone()


def view_texts(connection: Connection) -> list[str]:
    """Return the statement of each view."""
    return _names(connection, "view", "sql")


class _Cursor:
    """A cursor of a connection that has one result at a time: what comes first is kept for it."""

    arraysize = 1

    def __init__(self, of: DuckConnection) -> None:
        self.of = of
        self.description: Any = None
        self.rowcount = -1
        self._kept: deque[Any] | None = None

    def execute(self, statement: str, parameters: Any = None) -> None:
        """Carry out a statement; its parameters by place or by name."""
        driver = self.of.turn(self)
        self._kept = None
        if parameters:
            driver.execute(statement, parameters)
        else:
            driver.execute(statement)
        self.rowcount = driver.rowcount
        # What is changed is told as a row, `Count`, which is none of the statement's own.
        self.description = driver.description if self.rowcount < 0 else None

    def executemany(self, statement: str, parameters: Sequence[Any]) -> None:
        """Carry out a statement for each of `parameters`."""
        changed = 0
        for each in parameters:
            self.execute(statement, each)
            changed += max(self.rowcount, 0)
        self.rowcount, self.description = changed, None

    def keep(self) -> None:
        """Take the rest of the result, before another statement takes its place."""
        if self.description is not None and self._kept is None:
            self._kept = deque(self.of.driver.fetchall())

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        if self._kept is None:
            return self.of.driver.fetchone()
        return self._kept.popleft() if self._kept else None

    def fetchmany(self, size: int | None = None) -> list[Any]:
        """Return the next rows."""
        wanted = size or self.arraysize
        if self._kept is None:
            return list(self.of.driver.fetchmany(wanted))
        return [self._kept.popleft() for _ in range(min(wanted, len(self._kept)))]

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        if self._kept is None:
            return list(self.of.driver.fetchall())
        found, self._kept = list(self._kept), deque()
        return found

    def close(self) -> None:
        """Let go of the result."""
        self.of.leave(self)
        self.description, self._kept = None, None


class DuckConnection:
    """A connection as SQLAlchemy wants one; the driver's own is also its only cursor."""

    def __init__(self, driver: Any, path: str) -> None:
        self.driver, self.path = driver, path
        self._reading: _Cursor | None = None
        self._alone: threading.Lock | None = None

    def cursor(self) -> _Cursor:
        """Return a new cursor."""
        return _Cursor(self)

    def turn(self, cursor: _Cursor) -> Any:
        """Let `cursor` have the driver; another one's result is kept for it."""
        if self._reading is not None and self._reading is not cursor:
            self._reading.keep()
        self._reading = cursor
        return self.driver

    def leave(self, cursor: _Cursor) -> None:
        """Forget a cursor that is closed."""
        if self._reading is cursor:
            self._reading = None

    def begin(self) -> None:
        """Begin a transaction."""
        self.driver.begin()

    def begin_alone(self) -> None:
        """Begin the transaction anew, once no other of this process writes beside it.

        Another process cannot: it has no part in the file while this one has.
        """
        if self._alone is None:
            self._alone = _LOCKS.setdefault(self.path, threading.Lock())
            self._alone.acquire()
        self.driver.rollback()
        self.driver.begin()

    def commit(self) -> None:
        """Commit; others may write then."""
        try:
            self._ended(self.driver.commit)
        finally:
            self._release()

    def rollback(self) -> None:
        """Undo; others may write then."""
        try:
            self._ended(self.driver.rollback)
        finally:
            self._release()

    def _ended(self, end: Any) -> None:
        try:
            end()
        except Exception as fault:
            # A COMMIT that was refused has ended the transaction itself.
            if _FOLDED not in str(fault):
                raise

    def _release(self) -> None:
        held, self._alone = self._alone, None
        if held is not None:
            held.release()

    def close(self) -> None:
        """Close it; the last one to close gives up the file."""
        self._reading = None
        try:
            self.driver.close()
        finally:
            self._release()


class AsWritten(sa.types.UserDefinedType[Any]):
    """A type as DuckDB writes it, whose values are as its driver gives them."""

    cache_ok = True

    def __init__(self, word: str) -> None:
        self.word = word

    @property
    def is_words(self) -> bool:
        """Say whether it lists the words that the column may have."""
        return self.word.startswith("ENUM(") and not self.word.endswith("]")

    def get_col_spec(self, **_ignored: object) -> str:
        """Return the type's own words."""
        return self.word


class _Compiler(PGCompiler):
    def for_update_clause(self, select: Any, **_more: Any) -> str:
        """Return nothing: there are no locks of rows, and one writer alone."""
        del select
        return ""


class _DDLCompiler(PGDDLCompiler):
    def get_column_specification(self, column: Any, **_more: Any) -> str:
        """Return a column without a sequence of its own."""
        words = [self.preparer.format_column(column), self._type(column)]
        default = self.get_column_default_string(column)
        words += [f"DEFAULT {default}"] if default is not None else []
        words += [] if column.nullable else ["NOT NULL"]
        return " ".join(words)

    def _type(self, column: Any) -> str:
        return str(self.dialect.type_compiler_instance.process(column.type, type_expression=column))


class DuckDialect(PGDialect):
    """DuckDB, whose SQL is PostgreSQL's as far as Placket writes any, and whose schema is not."""

    name = "duckdb"
    driver = "duckdb"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_sane_rowcount = True
    supports_sane_multi_rowcount = True
    supports_comments = True
    supports_native_enum = False
    insert_returning = update_returning = delete_returning = False
    postfetch_lastrowid = False
    # A row for each statement takes a millisecond.
    use_insertmanyvalues_wo_returning = True
    statement_compiler = _Compiler
    ddl_compiler = _DDLCompiler
    type_compiler_cls = PGTypeCompiler
    # What PostgreSQL's transactions may be, DuckDB's are not.
    connection_characteristics = DefaultDialect.connection_characteristics
    _backslash_escapes = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver. Raises ModuleNotFoundError."""
        import duckdb  # noqa: PLC0415 - of the extra `lake`, and slow to load

        return duckdb

    @classmethod
    def get_pool_class(cls, url: URL) -> type[pool.Pool]:
        """Return a pool; what is in memory alone has one connection a thread."""
        in_file = url.database and url.database != MEMORY
        return pool.QueuePool if in_file else pool.SingletonThreadPool

    def create_connect_args(self, url: URL) -> Any:
        """Return the file and, from the address, the settings of DuckDB."""
        return [url.database or MEMORY], {"config": dict(url.query)}

    def connect(self, *args: Any, **options: Any) -> Any:
        """Open a file; with `existing` none is made where none is."""
        path, existing = args[0], options.pop("existing", False)
        config = {**_CONFIG, **options.pop("config", {})}
        if existing and path != MEMORY and not Path(path).is_file():
            raise self.loaded_dbapi.OperationalError("there is no such file")
        driver = self.loaded_dbapi.connect(path, config=config, **options)
        driver.execute("SET TimeZone = 'UTC'")
        return DuckConnection(driver, path if path == MEMORY else str(Path(path).resolve()))

    def initialize(self, connection: Connection) -> None:
        """Ask only what DuckDB knows."""
        DefaultDialect.initialize(self, connection)

    def _get_server_version_info(self, connection: Connection) -> tuple[int, ...]:
        version = str(connection.exec_driver_sql("SELECT version()").scalar_one())
        return tuple(int(part) for part in version.removeprefix("v").split("-")[0].split("."))

    def _get_default_schema_name(self, connection: Connection) -> str:
        return str(connection.exec_driver_sql("SELECT current_schema()").scalar_one())

    def get_default_isolation_level(self, dbapi_conn: Any) -> Any:
        """Raise NotImplementedError: there is one level, a snapshot."""
        raise NotImplementedError

    def on_connect(self) -> None:
        """Do nothing more with a connection."""

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin a transaction: DuckDB would else commit each statement."""
        dbapi_connection.begin()

    def is_disconnect(self, e: Any, connection: Any, cursor: Any) -> bool:
        """Say whether the database shut itself after an error, or is closed."""
        del connection, cursor
        return isinstance(e, self.loaded_dbapi.FatalException) or "already closed" in str(e)

    # The schema: by SQLAlchemy's names, of the schema that is the current one.

    def has_table(
        self, connection: Connection, table_name: str, schema: str | None = None, **_more: Any
    ) -> bool:
        """Say whether there is a table or a view of that name."""
        del schema
        names = (*self.get_table_names(connection), *self.get_view_names(connection))
        return table_name.lower() in {name.lower() for name in names}

    def get_schema_names(self, connection: Connection, **_more: Any) -> list[str]:
        """Return the names of the database's schemas."""
        return _names(connection, "schema", "schema_name", beside="")

    def get_table_names(
        self, connection: Connection, schema: str | None = None, **_more: Any
    ) -> list[str]:
        """Return the names of the tables."""
        del schema
        return _names(connection, "table", "table_name")

    def get_view_names(
        self, connection: Connection, schema: str | None = None, **_more: Any
    ) -> list[str]:
        """Return the names of the views."""
        del schema
        return _names(connection, "view", "view_name")

    def get_multi_columns(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the columns of each table, in order."""
        found = self._tables(connection, asked)
        for of, name, kind, nullable, default, generated, comment in connection.exec_driver_sql(
            _COLUMNS
        ):
            if of in found:
                column = {
                    "name": name,
                    "type": AsWritten(kind),
                    "nullable": nullable,
                    "default": None if generated is not None else default,
                    "comment": comment,
                }
                if generated is not None:
                    column["computed"] = {"sqltext": generated}
                found[of].append(column)
        return _by_place(found)

    def get_multi_pk_constraint(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the key of each table, empty where it has none."""
        found: dict[str, Any] = {
            name: {"constrained_columns": [], "name": None}
            for name in self._tables(connection, asked)
        }
        for of, name, columns, *_ in _constraints(connection, "PRIMARY KEY"):
            if of in found:
                found[of] = {"constrained_columns": list(columns), "name": name}
        return _by_place(found)

    def get_multi_foreign_keys(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the foreign keys of each table; what is deleted with a row is always nothing."""
        found = self._tables(connection, asked)
        for of, name, columns, _, table, targets in _constraints(connection, "FOREIGN KEY"):
            if of in found:
                found[of].append(
                    {
                        "name": name,
                        "constrained_columns": list(columns),
                        "referred_schema": None,
                        "referred_table": table,
                        "referred_columns": list(targets),
                        "options": {},
                    }
                )
        return _by_place(found)

    def get_multi_unique_constraints(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return what is unique in each table by a constraint."""
        found = self._tables(connection, asked)
        for of, name, columns, *_ in _constraints(connection, "UNIQUE"):
            if of in found:
                found[of].append({"name": name, "column_names": list(columns)})
        return _by_place(found)

    def get_multi_check_constraints(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the checks of each table."""
        found = self._tables(connection, asked)
        for of, name, _, text, *_ in _constraints(connection, "CHECK"):
            if of in found:
                found[of].append({"name": name, "sqltext": text})
        return _by_place(found)

    def get_multi_indexes(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the indexes of each table that somebody made."""
        found = self._tables(connection, asked)
        for of, name, is_unique, text in connection.exec_driver_sql(_INDEXES):
            if of in found:
                columns = _indexed(text)
                found[of].append({"name": name, "unique": is_unique, "column_names": columns})
        return _by_place(found)

    def get_multi_table_comment(self, connection: Connection, *_: Any, **asked: Any) -> Any:
        """Return the comment of each table."""
        found: dict[str, Any] = {name: {"text": None} for name in self._tables(connection, asked)}
        for of, comment in connection.exec_driver_sql(_COMMENTS):
            if of in found:
                found[of] = {"text": comment}
        return _by_place(found)

    def _tables(self, connection: Connection, asked: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Return the names that are asked for, each with nothing yet."""
        kind, wanted = asked.get("kind", ObjectKind.TABLE), asked.get("filter_names")
        names = self.get_table_names(connection) if ObjectKind.TABLE in kind else []
        names += self.get_view_names(connection) if ObjectKind.VIEW in kind else []
        return {name: [] for name in names if not wanted or name in wanted}


_HERE: Final = "database_name = current_database() AND schema_name = current_schema()"
_COLUMNS: Final = f"""
SELECT table_name, column_name, data_type, is_nullable, column_default, generation_expression,
       comment
FROM duckdb_columns() WHERE {_HERE} ORDER BY table_name, column_index
"""  # noqa: S608 - our own words
_INDEXES: Final = f"""
SELECT table_name, index_name, is_unique, sql FROM duckdb_indexes() WHERE {_HERE}
ORDER BY table_name, index_name
"""  # noqa: S608 - our own words
_COMMENTS: Final = f"SELECT table_name, comment FROM duckdb_tables() WHERE {_HERE}"  # noqa: S608 - our own words
_CONSTRAINTS: Final = f"""
SELECT table_name, constraint_name, constraint_column_names, expression, referenced_table,
       referenced_column_names
FROM duckdb_constraints() WHERE {_HERE} AND constraint_type = ?
ORDER BY table_name, constraint_index
"""  # noqa: S608 - our own words


def _constraints(connection: Connection, kind: str) -> Iterable[Any]:
    return connection.exec_driver_sql(_CONSTRAINTS, (kind,)).all()


def _names(connection: Connection, kind: str, column: str, *, beside: str = _HERE) -> list[str]:
    where = f"{beside} AND NOT internal" if beside else "database_name = current_database()"
    told = f"SELECT {column} FROM duckdb_{kind}s() WHERE {where} ORDER BY 1"  # noqa: S608 - our own words
    return list(connection.exec_driver_sql(told).scalars())


def _by_place(found: Mapping[str, Any]) -> Collection[Any]:
    return [((None, name), each) for name, each in found.items()]


def _indexed(text: str) -> list[str | None]:
    """Return the columns of an index in order, None for an expression."""
    made = parse_one(text, dialect="duckdb").find(exp.IndexParameters)
    parts = made.args.get("columns") or [] if made is not None else []
    plain = (part.this if isinstance(part, exp.Ordered) else part for part in parts)
    return [part.name if isinstance(part, exp.Column) else None for part in plain]
