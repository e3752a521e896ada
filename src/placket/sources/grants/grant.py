"""Whom a purpose view is granted: one role, refused where it reaches more than the views."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.sources import trees
from placket.sources.grants import mariadb, postgres

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from placket.catalogue.model import Source


class RoleRefused(Exception):
    """The views cannot be granted to that role."""


class NoRoles(RoleRefused):
    """The database knows no roles, so a view cannot be all that somebody reads."""


class RoleMissing(RoleRefused):
    """The database has no such role; make it first, or leave `--role` out."""


class MayNotGrant(RoleRefused):
    """Placket's own account may not let others read; give it SELECT WITH GRANT OPTION."""


class RoleTooWide(RoleRefused):
    """The role reaches more than the views; take its other rights first."""


_KNOWING: Final = {"postgres": postgres, "mysql": mariadb}
"""Dialects whose databases know who reads, and what knows their rights."""

PATIENCE_SECONDS: Final = 3
"""How long the making of views waits for those who read them."""

_ALL_ROWS: Final = 2**64 - 1
"""MySQL's manual has no other word for a limit that leaves out no row."""


def granted(view: str, role: str, dialect: str) -> exp.Expr:
    """Return the statement that lets `role` read the view, and no more than read it."""
    whom = mariadb.written(role) if dialect == "mysql" else trees.identifier(role)
    return exp.Grant(
        privileges=[exp.GrantPrivilege(this=exp.var("SELECT"))],
        kind="TABLE",
        securable=trees.table(view),
        principals=[exp.GrantPrincipal(this=whom)],
    )


def fenced(query: exp.Query, dialect: str) -> exp.Query:
    """Return the query as one whose reader's conditions wait until all of it is worked out.

    Else a condition that tells nothing by itself, such as that an address is below another, is
    tested on rows before the view's own, and the database's counts say for how many it held.
    """
    if dialect == "mysql":
        return query.limit(_ALL_ROWS, copy=False)
    return query.offset(0, copy=False)


def properties(dialect: str, *, is_granted: bool) -> list[exp.Expr]:
    """Return with which properties a view is made, so that nothing of the reader sees into it."""
    if dialect == "postgres":
        return [exp.Property(this=exp.var("security_barrier"), value=exp.true())]
    if dialect == "mysql" and is_granted:
        # Merged into the reader's query, it would hand each row to the reader's own conditions.
        whole = exp.AlgorithmProperty(this=exp.var("TEMPTABLE"))
        return [whole, exp.SqlSecurityProperty(this=exp.var("DEFINER"))]
    return []


def expect_roled(dialect: str) -> None:
    """Raise NoRoles where the database knows none."""
    if dialect not in _KNOWING:
        raise NoRoles(str(NoRoles.__doc__))


def expect_narrow(connection: Connection, source: Source, role: str) -> None:
    """Raise unless `role` is there and reaches nothing that the source's views are made from.

    Rights count however it has them: its own, everybody's, inherited, or by a role that it may
    become. Raises NoRoles, RoleMissing, RoleTooWide, MayNotGrant before anything is made, and
    RoleRefused where it cannot be seen.
    """
    dialect = trees.dialect_of(connection)
    expect_roled(dialect)
    try:
        _expect_narrow(connection, source, role, dialect)
    except mariadb.Unseen as unseen:
        raise RoleRefused(f"{unseen}") from unseen


def _expect_narrow(connection: Connection, source: Source, role: str, dialect: str) -> None:
    knowing = _KNOWING[dialect]
    if not knowing.is_there(connection, role):
        is_bare = dialect == "mysql" and "@" not in role
        or_host = "; or name a user with its host, as `USER@HOST`" if is_bare else ""
        raise RoleMissing(f"the database has no role `{role}`; make it first{or_host}")
    if dialect == "mysql" and not mariadb.may_grant(connection):
        raise MayNotGrant(str(MayNotGrant.__doc__))
    told = {table.name for table in source.tables}
    for found in knowing.reached(connection, role, told):
        raise RoleTooWide(f"role `{role}` {found}; take that right first")


@contextmanager
def waiting_briefly(connection: Connection) -> Iterator[None]:
    """Let what is done within fail where a reader who does not end keeps it waiting.

    Else one open transaction of a reader would hold up the views of everybody.
    """
    dialect = trees.dialect_of(connection)
    if dialect == "postgres":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
    if dialect != "mysql":
        yield
        return
    connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {PATIENCE_SECONDS}")
    try:
        yield
    finally:
        # A connection that went away took it along, and what it raised is to be told.
        if not connection.invalidated:
            connection.exec_driver_sql("SET SESSION lock_wait_timeout = DEFAULT")


def revoke_all(connection: Connection, views: Iterable[str]) -> None:
    """Take every right on the views from everybody, before they go.

    PostgreSQL does so itself; MariaDB keeps a right by the name of what is gone, so that the
    next view of that name would be open to whoever could read the last.
    """
    if trees.dialect_of(connection) == "mysql":
        for statement in mariadb.revoking(connection, views):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
