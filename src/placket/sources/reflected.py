"""The schema of a database, read again only when the database says that it changed."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from placket.sources.mariadb import is_mariadb, stamp_of
from placket.sources.reflect import reflect

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine

    from placket.catalogue.schema import Schema

_MOST_KEPT: Final = 64
_POSTGRES: Final = """
SELECT concat_ws(' ', current_database(), current_schemas(false),
 (SELECT (count(*), sum(c.xmin::text::bigint))
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace),
 (SELECT (count(*), sum(a.xmin::text::bigint)) FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = current_schema()::regnamespace),
 (SELECT (count(*), sum(k.xmin::text::bigint))
    FROM pg_constraint k WHERE k.connamespace = current_schema()::regnamespace),
 (SELECT (count(*), sum(t.xmin::text::bigint)) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = current_schema()::regnamespace))
"""
"""Every change of a table writes a row of one of these anew, under a transaction of its own."""

_KEPT: Final[OrderedDict[URL, tuple[Any, Schema]]] = OrderedDict()


def reflected(engine: Engine) -> Schema:
    """Return what `reflect` does, from before where the database says that nothing changed."""
    with engine.connect() as connection:
        stamp = _stamp(connection)
    if stamp is None:
        return reflect(engine)
    kept = _KEPT.get(engine.url)
    if kept is not None and kept[0] == stamp:
        return kept[1]
    found = reflect(engine)
    _KEPT[engine.url] = (stamp, found)
    while len(_KEPT) > _MOST_KEPT:
        _KEPT.popitem(last=False)
    return found


def _stamp(connection: Connection) -> Any:
    """Return what is another after any change of the schema; None where nothing says so."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql(_POSTGRES).scalar()
    if is_mariadb(connection):
        return stamp_of(connection)
    if connection.dialect.name != "sqlite":
        return None
    (_, _, path) = connection.exec_driver_sql("PRAGMA database_list").all()[0]
    if not path:
        return None
    # Another file may come to have this name; as many changes made it.
    file = Path(path).stat()
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar()
    return (file.st_dev, file.st_ino, version)
