"""What a role of PostgreSQL reaches besides the views, by whatever way it came to the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection


def is_there(connection: Connection, role: str) -> bool:
    """Say whether the database has the role."""
    return connection.execute(text(_IS_THERE), {"role": role}).first() is not None


def reached(connection: Connection, role: str, told: Collection[str]) -> Iterator[str]:
    """Yield what the role reaches, in words. told: the shop's tables behind the views."""
    asked: dict[str, Any] = {"role": role, "told": sorted(told)}
    power = connection.scalar(text(_POWER), {"role": role})
    if power is not None:
        yield f"has the powers of `{power}`"
    reach = text(_REACH).bindparams(bindparam("told", expanding=True))
    relation = connection.scalar(reach, asked)
    if relation is not None:
        yield f"reaches `{relation}` besides the views"
    schema = connection.scalar(text(_MAKES), {"role": role})
    if schema is not None:
        yield f"may create in schema `{schema}`, where the views are made"


_IS_THERE: Final = "SELECT 1 FROM pg_roles WHERE rolname = :role"

# A role of which it is a member counts even where nothing is inherited: SET ROLE is enough.
_POWER: Final = """
SELECT rolname FROM pg_roles
WHERE pg_has_role(:role, oid, 'MEMBER') AND (
    rolsuper OR rolcreaterole OR rolreplication OR rolname IN (
        'pg_read_all_data', 'pg_write_all_data', 'pg_read_all_stats',
        'pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program'
    )
) ORDER BY rolname <> :role, rolname LIMIT 1
"""

# Beside the tables: partitions and parents of them, and whatever view of the shop reads them.
# Any right counts. Who writes the replica makes a yes of a no; who may hang a trigger on a table,
# or refer to it, learns of its rows.
_REACH: Final = r"""
WITH RECURSIVE behind (oid) AS (
    SELECT c.oid FROM pg_class c
    WHERE pg_table_is_visible(c.oid) AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    AND (c.relname IN :told OR (c.relname LIKE 'placket\_%' AND c.relkind = 'r'))
  UNION
    SELECT beside.oid FROM behind CROSS JOIN LATERAL (
        SELECT inhrelid FROM pg_inherits WHERE inhparent = behind.oid
        UNION ALL
        SELECT inhparent FROM pg_inherits WHERE inhrelid = behind.oid
        UNION ALL
        SELECT v.oid FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class
        WHERE d.classid = CAST('pg_rewrite' AS regclass)
        AND d.refclassid = CAST('pg_class' AS regclass) AND d.refobjid = behind.oid
        AND NOT (v.relname LIKE 'placket\_%' AND v.relkind = 'v')
    ) AS beside (oid)
)
SELECT c.relname FROM behind JOIN pg_class c ON c.oid = behind.oid
JOIN pg_roles w ON pg_has_role(:role, w.oid, 'MEMBER')
WHERE has_table_privilege(
    w.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER'
) OR has_any_column_privilege(w.oid, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')
ORDER BY c.relname LIMIT 1
"""

# A function or operator of the role's own that fits a column's type better than the system's
# would be what a view made there calls.
_MAKES: Final = """
SELECT n.nspname FROM pg_namespace n
JOIN pg_roles w ON pg_has_role(:role, w.oid, 'MEMBER')
WHERE n.nspname = ANY (current_schemas(false))
AND has_schema_privilege(w.oid, n.oid, 'CREATE') ORDER BY n.nspname LIMIT 1
"""
