"""What a database's error means: table and constraint in a sentence, never a value."""

from __future__ import annotations

import re
import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import exc
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from placket.plan.apply import TargetRefuses, TargetUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

# The extended codes of SQLite carry the code in their lowest byte.
_CODE: Final = 0xFF
_PASSING_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_INTERRUPT,
    }
)
# Too many connections, going down, network, locks waited for, deadlock, gone, disk full.
_PASSING_MYSQL: Final = frozenset(
    {1021, 1040, 1042, 1053, 1158, 1159, 1160, 1161, 1203, 1205, 1213, 2002, 2003, 2006, 2013}
)
_DENIED_MYSQL: Final = frozenset({1044, 1142, 1143, 1227, 1290})
_UNKNOWN_MYSQL: Final = frozenset({1054, 1146})
_OF_MYSQL: Final = re.compile(r"`([^`]+)`, CONSTRAINT `([^`]+)`")
_NAMED_MYSQL: Final = re.compile(
    r"(?:Column|key|for column|[Cc]onstraint|CONSTRAINT) [`']([^`']+)[`']"
)

FOREIGN_KEY: Final = "foreign key"
_STATES: Final = {
    "23502": "not null",
    "23503": FOREIGN_KEY,
    "23505": "unique key",
    "23514": "check",
    "23P01": "exclusion",
}
_SQLITE: Final = {
    "NOTNULL": "not null",
    "FOREIGNKEY": FOREIGN_KEY,
    "UNIQUE": "unique key",
    "PRIMARYKEY": "key",
    "CHECK": "check",
    "TRIGGER": "trigger",
    "DATATYPE": "type",
}
_MYSQL: Final = {
    1048: "not null",
    1062: "unique key",
    1264: "type",
    1292: "type",
    1366: "type",
    1406: "type",
    1451: FOREIGN_KEY,
    1452: FOREIGN_KEY,
    1644: "trigger",
    3819: "check",
    4025: "check",
}


_DUCKDB: Final = {
    "Violates foreign key": FOREIGN_KEY,
    "Duplicate": "unique key",
    "NOT NULL constraint": "not null",
    "CHECK constraint": "check",
}
_DUCKDB_CLASSES: Final = {
    "CatalogException": "unknown",
    "BinderException": "unknown",
    "ConversionException": "type",
    "OutOfRangeException": "type",
    "InvalidInputException": "denied",
}


_SAID: Final = {
    "": "refuses, and does not say by what",
    "denied": "may not be held and changed by this role",
    "unknown": "is not as the catalogue has it",
    "type": "has a column that does not take what the plan writes there",
}


class ConnectionLost(TargetUnreachable):
    """the connection broke, and whether the source committed is not known; ask it again."""


class Refused(NamedTuple):
    """What refused: of which table, what kind of constraint, and its name where it has one."""

    table: str
    kind: str = ""
    name: str = ""


@contextmanager
def told(source: str, table: str = "") -> Iterator[None]:
    """Raise TargetRefuses, TargetUnreachable or ConnectionLost in place of the driver's error.

    The driver's own is not kept beside it: its text holds keys and values.
    """
    try:
        yield
    except SQLAlchemyError as fault:
        raise _meaning(fault, source, table) from None


def _meaning(fault: SQLAlchemyError, source: str, table: str) -> Exception:
    if isinstance(fault, exc.TimeoutError | exc.DisconnectionError):
        return TargetUnreachable(f"`{source}` did not answer; apply the plan again later")
    if not isinstance(fault, DBAPIError):
        return fault
    if fault.connection_invalidated:
        return ConnectionLost(f"`{source}` went away; apply the plan again later")
    if is_passing(fault):
        return TargetUnreachable(
            f"`{source}` did not answer or is in use by others; apply the plan again later"
        )
    return TargetRefuses(said(source, refused(fault, table)))


def said(source: str, found: Refused) -> str:
    """Return the sentence that tells what refused."""
    place = f"`{source}.{found.table}`" if found.table else f"`{source}`"
    if found.kind in _SAID:
        return f"{place} {_SAID[found.kind]}; nothing was written"
    name = f" `{found.name}`" if found.name else ""
    return f"{place} refuses by its {found.kind}{name}; nothing was written"


def is_passing(fault: DBAPIError) -> bool:
    """Say whether the same may be taken another time: the source is away, busy or full."""
    raised: Any = fault.orig
    if isinstance(raised, sqlite3.Error):
        return getattr(raised, "sqlite_errorcode", 0) & _CODE in _PASSING_SQLITE
    if _is_mysql(raised):
        return _number(raised) in _PASSING_MYSQL or isinstance(fault, exc.InterfaceError)
    return isinstance(fault, exc.OperationalError | exc.InterfaceError)


def refused(fault: DBAPIError, table: str) -> Refused:
    """Return what refused; table: the one that was written, where the error names none."""
    raised: Any = fault.orig
    if isinstance(raised, sqlite3.Error):
        return _by_sqlite(raised, table)
    if _is_duckdb(raised):
        return _by_duckdb(raised, table)
    return _by_mysql(raised, table) if _is_mysql(raised) else _by_postgres(raised, table)


def _by_sqlite(raised: sqlite3.Error, table: str) -> Refused:
    name = getattr(raised, "sqlite_errorname", "")
    if name == "SQLITE_READONLY":
        return Refused(table, "denied")
    if name == "SQLITE_ERROR":
        return Refused(table, "unknown")
    kind = _SQLITE.get(name.removeprefix("SQLITE_CONSTRAINT_"), "")
    # A trigger's words are its author's.
    _, _, after = str(raised).partition(" failed: ")
    return Refused(table, kind, "" if kind == "trigger" else after)


def _by_postgres(raised: Any, table: str) -> Refused:
    state, about = getattr(raised, "sqlstate", None) or "", getattr(raised, "diag", None)
    where = getattr(about, "table_name", None) or table
    if state in {"42501", "25006"}:
        return Refused(table, "denied")
    if state in {"42P01", "42703"}:
        return Refused(table, "unknown")
    if state.startswith("22"):
        return Refused(where, "type")
    if state == "P0001":
        return Refused(where, "trigger")
    name = getattr(about, "constraint_name", None) or getattr(about, "column_name", None)
    return Refused(where, _STATES.get(state, ""), name or "")


def _is_duckdb(raised: object) -> bool:
    return type(raised).__module__ == "_duckdb"


def _by_duckdb(raised: Any, table: str) -> Refused:
    # Its words hold keys and values: only what begins them is read.
    text = str(raised)
    if type(raised).__name__ in _DUCKDB_CLASSES:
        return Refused(table, _DUCKDB_CLASSES[type(raised).__name__])
    found = (kind for words, kind in _DUCKDB.items() if words in text.partition(' key "')[0])
    return Refused(table, next(found, ""))


def _is_mysql(raised: object) -> bool:
    return type(raised).__module__.startswith("pymysql")


def _number(raised: Any) -> int:
    return raised.args[0] if raised.args and isinstance(raised.args[0], int) else 0


def _by_mysql(raised: Any, table: str) -> Refused:
    number, text = _number(raised), str(raised.args[1]) if len(raised.args) > 1 else ""
    if number in _DENIED_MYSQL:
        return Refused(table, "denied")
    if number in _UNKNOWN_MYSQL:
        return Refused(table, "unknown")
    kind, both = _MYSQL.get(number, ""), _OF_MYSQL.search(text)
    if both is not None:
        return Refused(both[1], kind, both[2])
    # The value of a double comes first and may hold quotes; the key's name comes last.
    names = _NAMED_MYSQL.findall(text)
    return Refused(table, kind, names[-1] if names and kind != "trigger" else "")
