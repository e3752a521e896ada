"""The rows of a PostgreSQL database as they stood, put back unless a table has changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLES: Final = """
SELECT nspname, relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE relkind = 'r' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
ORDER BY nspname, relname
"""
COUNTERS: Final = TABLES.replace("relkind = 'r'", "relkind = 'S'")

# Whatever changes a table writes a line of one of these anew, in a transaction of its own number.
# The server's own lines have numbers below the one that is named here.
SHAPE: Final = """
SELECT md5(string_agg(of || number || ' ' || by, ' ' ORDER BY of, number, by)) FROM (
    SELECT 'class' AS of, oid AS number, xmin::text AS by FROM pg_class
    UNION ALL SELECT 'attribute', attrelid, xmin::text FROM pg_attribute
    UNION ALL SELECT 'default', oid, xmin::text FROM pg_attrdef
    UNION ALL SELECT 'constraint', oid, xmin::text FROM pg_constraint
    UNION ALL SELECT 'index', indexrelid, xmin::text FROM pg_index
    UNION ALL SELECT 'policy', oid, xmin::text FROM pg_policy
    UNION ALL SELECT 'function', oid, xmin::text FROM pg_proc
    UNION ALL SELECT 'view', oid, xmin::text FROM pg_rewrite
    UNION ALL SELECT 'trigger', oid, xmin::text FROM pg_trigger
    UNION ALL SELECT 'type', oid, xmin::text FROM pg_type
    UNION ALL SELECT 'schema', oid, xmin::text FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%'
) AS lines WHERE number >= 16384
"""

GONE: Final = """
SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a database held. shape: a digest of how its tables are made."""

    shape: str
    tables: Mapping[tuple[str, str], bytes]
    counters: Mapping[tuple[str, str], tuple[int, bool]]


def rows_in(url: str) -> Rows:
    """Return what a database holds."""
    with psycopg.connect(url) as connection:
        tables = {name: _copied(connection, name) for name in _names(connection, TABLES)}
        counters = {name: _counted(connection, name) for name in _names(connection, COUNTERS)}
        return Rows(_shape(connection), tables, counters)


def put_rows_back(url: str, rows: Rows) -> bool:
    """Make a database hold what it held, with nobody else in it; say whether that was possible.

    It is not where a table was made, changed or dropped. Copying the whole database anew takes the
    server five times as long.
    """
    with psycopg.connect(url) as connection:
        connection.execute(GONE)
        if _shape(connection) != rows.shape:
            return False
        # No trigger fires, so that the tables may be filled in any order.
        connection.execute("SET session_replication_role = replica")
        deletions = [
            sql.SQL("DELETE FROM {}").format(sql.Identifier(*name)) for name in rows.tables
        ]
        connection.execute(sql.SQL("; ").join(deletions))
        for name, text in rows.tables.items():
            if text:
                _fill(connection, name, text)
        for name, (last, is_called) in rows.counters.items():
            counter = sql.Identifier(*name).as_string(connection)
            connection.execute("SELECT setval(%s, %s, %s)", (counter, last, is_called))
    return True


def _names(connection: psycopg.Connection[Any], asked: Any) -> list[tuple[str, str]]:
    return [(schema, name) for schema, name in connection.execute(asked)]


def _shape(connection: psycopg.Connection[Any]) -> str:
    found: Any = connection.execute(SHAPE).fetchone()
    return str(found[0])


def _copied(connection: psycopg.Connection[Any], name: tuple[str, str]) -> bytes:
    asked = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(*name))
    with connection.cursor() as cursor, cursor.copy(asked) as copy:
        return b"".join(bytes(part) for part in copy)


def _counted(connection: psycopg.Connection[Any], name: tuple[str, str]) -> tuple[int, bool]:
    asked = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(*name))
    found: Any = connection.execute(asked).fetchone()
    return int(found[0]), bool(found[1])


def _fill(connection: psycopg.Connection[Any], name: tuple[str, str], text: bytes) -> None:
    asked = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(*name))
    with connection.cursor() as cursor, cursor.copy(asked) as copy:
        copy.write(text)
