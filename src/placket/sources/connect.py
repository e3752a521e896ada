"""Reach a retailer's database by its URL, or say plainly why not."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from placket.sources.duckdb_dialect import register

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

DRIVERS: Final = {
    "sqlite": "sqlite",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "duckdb": "duckdb",
}
_PATIENCE_SECONDS: Final = 10
_EXTRAS: Final = {"mysql": "mysql", "duckdb": "lake"}
_EXTRA: Final = "install it with `pip install 'placket[{}]'`"
_ANOTHER: Final = "name a database in SQLite, PostgreSQL, MariaDB, MySQL or DuckDB"
_FILES: Final = {"sqlite": "SQLite", "duckdb": "DuckDB"}
"""Databases that are a file, by the name that people know."""

register()


class NotADatabase(Exception):
    """The address names no database; write one such as `sqlite:///shop.db`."""


class SourceUnreachable(Exception):
    """The database did not answer; check its address, and that it runs."""


class DriverMissing(Exception):
    """The driver of that database is not installed."""


def parse_url(url: str) -> URL:
    """Return the address with the driver that Placket uses. Raises NotADatabase."""
    try:
        found = make_url(url)
    except (ArgumentError, ValueError) as fault:
        raise NotADatabase(str(NotADatabase.__doc__)) from fault
    dialect = found.get_backend_name()
    dialect = {"postgres": "postgresql", "mariadb": "mysql"}.get(dialect, dialect)
    return found.set(drivername=DRIVERS.get(dialect, found.drivername))


def open_source(url: str, *, reads_only: bool = False) -> Engine:
    """Return an engine for the database at `url` that has answered once.

    Raises NotADatabase, DriverMissing and SourceUnreachable; no message holds a password.
    A file that is not there is unreachable, and is not made. reads_only: nothing will be
    written, so that DuckDB lets others read its file meanwhile.
    """
    return _answered(_made(url, reads_only=reads_only), parse_url(url))


def open_again(url: str) -> Engine:
    """Return what `open_source` does, the same engine each time: it knows its statements then.

    Whoever disposes of it closes the connections that are idle; it opens others when asked.
    """
    return _answered(_kept(url), parse_url(url))


def _made(url: str, *, reads_only: bool = False) -> Engine:
    address = parse_url(url)
    shown = _shown(address)
    options = _patience(address)
    if reads_only and address.get_backend_name() == "duckdb":
        options["read_only"] = True
    try:
        return create_engine(_existing(address), connect_args=options)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        extra = _EXTRAS.get(address.get_backend_name())
        mend = _EXTRA.format(extra) if extra else _ANOTHER
        raise DriverMissing(f"no driver for `{address.drivername}` is installed; {mend}") from fault
    except (ArgumentError, TypeError, ValueError) as fault:
        raise NotADatabase(f"`{shown}` has an option that its driver does not take") from fault


_kept: Final = lru_cache(maxsize=64)(_made)


def _answered(engine: Engine, address: URL) -> Engine:
    """Return the engine once its database has answered. Raises SourceUnreachable."""
    try:
        with engine.connect() as connection:
            if address.get_backend_name() == "sqlite":
                # SQLite opens any file; only reading tells whether it is a database.
                connection.exec_driver_sql("PRAGMA schema_version")
            return engine
    except (SQLAlchemyError, TypeError, ValueError) as fault:
        # An option of the address that the driver cannot read is no error of the database's.
        engine.dispose()
        why = _why_silent(address, str(fault))
        raise SourceUnreachable(f"`{_shown(address)}` {why}") from fault


def _shown(address: URL) -> str:
    # Options may hold a password too.
    return address.set(query={}).render_as_string(hide_password=True)


def _why_silent(address: URL, said: str) -> str:
    name = _FILES.get(address.get_backend_name())
    if name is not None and is_taken(said):
        return (
            f"is open in another program, and {name} lets one at a time in; close it there,"
            " then try again"
        )
    if name is not None:
        return f"cannot be opened; check that the file is there and is a {name} database"
    return "did not answer; check it and that it runs"


def is_taken(said: str) -> bool:
    """Say whether DuckDB's words tell that another program has the file."""
    return "Could not set lock on file" in said or "different configuration" in said


def _existing(address: URL) -> URL:
    """Return a SQLite address that opens a file but never makes one."""
    path = address.database
    if address.get_backend_name() != "sqlite" or not path or path.startswith(("file:", ":memory:")):
        return address
    query = {**address.query, "mode": "rw", "uri": "true"}
    return address.set(database=f"file:{_escaped(path)}", query=query)


def _escaped(path: str) -> str:
    return path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")


def _patience(address: URL) -> dict[str, object]:
    if address.get_backend_name() == "sqlite":
        return {"timeout": _PATIENCE_SECONDS}
    if address.get_backend_name() == "duckdb":
        return {"existing": True}
    return {"connect_timeout": _PATIENCE_SECONDS}
