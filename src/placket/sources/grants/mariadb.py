"""What a user or role of MariaDB reaches besides the views, by whatever way it has the right."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection


class Unseen(Exception):
    """What the role reaches cannot be seen; let Placket's account read the database `mysql`."""


class _Right(NamedTuple):
    """One line of what is granted: which rights, on which databases, on which of their tables."""

    rights: str
    schema: str
    name: str


_NAME: Final = r"`(?:[^`]|``)*`"
_GRANT: Final = re.compile(
    rf"GRANT (?P<rights>.*?) ON (?P<routine>(?:FUNCTION|PROCEDURE|PACKAGE|PACKAGE BODY) )?"
    rf"(?P<schema>\*|{_NAME})\.(?P<name>\*|{_NAME}) TO ",
    re.DOTALL,
)
_MEMBER: Final = re.compile(rf"GRANT ((?:{_NAME}(?:@{_NAME})?,? ?)+) TO ")
_ACCOUNT: Final = re.compile(rf"({_NAME})(?:@({_NAME}))?")
_HARMLESS: Final = frozenset({"USAGE", "EXECUTE", "CREATE TEMPORARY TABLES", "SHOW DATABASES"})
_EVERYTHING: Final = "*"
_EVERYBODY: Final = "PUBLIC"

_ACCOUNTS: Final = "SELECT User, Host FROM mysql.user WHERE User IN (:user, 'PUBLIC')"
_OF_ALL: Final = "SELECT DISTINCT Db FROM mysql.db WHERE User = ''"
_VIEWS: Final = "SELECT table_schema, table_name, view_definition FROM information_schema.views"
_OURS: Final = r"""
SELECT table_name FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_name LIKE 'placket\_%' AND table_type = 'BASE TABLE'
"""
_GRANTEES: Final = """
SELECT DISTINCT grantee, table_schema, table_name FROM information_schema.table_privileges
WHERE table_schema = DATABASE() AND table_name IN :views
"""
_CLOCK: Final = "SELECT NOW(6), SLEEP(0.001), SYSDATE(6)"


def parted(role: str) -> tuple[str, str | None]:
    """Return user and host of `user@host`; no host for a role, or for a user of any host."""
    user, at, host = role.rpartition("@")
    return (user.strip("'"), host.strip("'")) if at else (role, None)


def written(role: str) -> exp.Var:
    """Return the role as a statement names it."""
    user, host = parted(role)
    return exp.var(_quoted(user) if host is None else f"{_quoted(user)}@{_quoted(host)}")


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _bare(quoted: str) -> str:
    return quoted[1:-1].replace("``", "`")


def is_there(connection: Connection, role: str) -> bool:
    """Say whether the server has the role, or the user. Raises Unseen."""
    user, host = parted(role)
    found = _accounts(connection, user)
    # Without a host a role is meant, or the user of every host.
    hosts = {"", "%"} if host is None else {host}
    return any(name == user and at in hosts for name, at in found)


def _accounts(connection: Connection, user: str) -> list[tuple[str, str]]:
    """Return every account of that user's name, and everybody's where it has rights.

    A user is matched by host anew for each right, so what another host's has may be theirs.
    """
    try:
        return [(name, at) for name, at in connection.execute(text(_ACCOUNTS), {"user": user})]
    except DBAPIError as refused:
        raise Unseen(str(Unseen.__doc__)) from refused


def may_grant(connection: Connection) -> bool:
    """Say whether Placket's own account may hand a right to read on to others.

    A right that it has by a role counts too where the role is its default.
    """
    schema = str(connection.scalar(text("SELECT DATABASE()")))
    for line in map(str, connection.scalars(text("SHOW GRANTS"))):
        right = _right(line)
        if right is None or not line.endswith("WITH GRANT OPTION"):
            continue
        reads = {"ALL PRIVILEGES", "SELECT"} & set(right.rights.split(", "))
        is_ours = right.schema == _EVERYTHING or _is_like(schema, right.schema)
        if reads and is_ours and right.name == _EVERYTHING:
            return True
    return False


def reached(connection: Connection, role: str, told: Collection[str]) -> Iterator[str]:
    """Yield what the role reaches, in words. told: the shop's tables behind the views.

    Raises Unseen.
    """
    begun, _, real = connection.execute(text(_CLOCK)).one()
    # MariaDB has another clock beside these (see `trees.clock`).
    if begun == real and not getattr(connection.dialect, "is_mariadb", False):
        yield "could set the clock of the views back, as the server runs with `sysdate-is-now`"
    try:
        yield from _rights_reach(connection, parted(role)[0], told)
    except DBAPIError as refused:
        raise Unseen(str(Unseen.__doc__)) from refused


def _rights_reach(connection: Connection, user: str, told: Collection[str]) -> Iterator[str]:
    hidden = _hidden(connection, told)
    for name in connection.scalars(text(_OF_ALL)):
        if any(_is_like(schema, name) for schema, _ in hidden):
            yield f"reaches `{name}` by a right of the user without a name"
    for line in _lines(connection, user):
        right = _right(line)
        if right is None:
            yield "has a right that is not one on tables, such as `PROXY`"
        elif not _is_harmless(right):
            yield from _reaching(right, hidden)


def _reaching(right: _Right, hidden: Collection[tuple[str, str]]) -> Iterator[str]:
    if right.schema == _EVERYTHING:
        first = right.rights.split(",")[0]
        yield f"has the right `{first}` on all databases"
        return
    for schema, name in sorted(hidden):
        if right.name == _EVERYTHING and _is_like(schema, right.schema):
            yield f"reaches all of `{schema}` besides the views"
        elif (right.schema, right.name) == (schema, name):
            yield f"reaches `{name}` besides the views"


def _is_harmless(right: _Right) -> bool:
    return _HARMLESS.issuperset(right.rights.split(", "))


def _is_like(schema: str, pattern: str) -> bool:
    """Say whether a database is one of those that a right's pattern names."""
    escaped = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    made = "".join(wild.get(part) or re.escape(part[-1]) for part in escaped)
    return re.fullmatch(made, schema, re.DOTALL | re.IGNORECASE) is not None


def _lines(connection: Connection, user: str) -> Iterator[str]:
    """Yield each line of what the user has, everybody has, and the roles have that it may take."""
    waiting = [_account(name, at) for name, at in _accounts(connection, user)]
    looked: set[str] = set()
    while waiting:
        account = waiting.pop()
        if account in looked:
            continue
        looked.add(account)
        plain = {"no_parameters": True}
        shown = connection.exec_driver_sql(f"SHOW GRANTS FOR {account}", execution_options=plain)
        for line in [str(row[0]) for row in shown]:
            member = _MEMBER.match(line)
            if member is None:
                yield line
            else:
                waiting += [found[0] for found in _ACCOUNT.finditer(member[1])]


def _account(user: str, host: str) -> str:
    if user == _EVERYBODY and not host:
        return user
    return f"{_quoted(user)}@{_quoted(host)}" if host else _quoted(user)


def _right(line: str) -> _Right | None:
    found = _GRANT.match(line)
    if found is None:
        return None
    if found["routine"]:
        return _Right("USAGE", "", "")
    names = (n if n == _EVERYTHING else _bare(n) for n in (found["schema"], found["name"]))
    return _Right(found["rights"], *names)


def _hidden(connection: Connection, told: Collection[str]) -> set[tuple[str, str]]:
    """Return database and name of all that is behind the views, and of other views upon it."""
    here = str(connection.scalar(text("SELECT DATABASE()")))
    hidden = {(here, name) for name in [*told, *connection.scalars(text(_OURS))]}
    views: list[tuple[str, str, Any]] = [
        (schema, name, definition)
        for schema, name, definition in connection.execute(text(_VIEWS))
        if not (schema == here and name.startswith("placket_"))
    ]
    before = 0
    while before != len(hidden):
        before = len(hidden)
        hidden |= {(s, n) for s, n, definition in views if _reads(definition, hidden)}
    return hidden


def _reads(definition: str | None, hidden: Iterable[tuple[str, str]]) -> bool:
    """Say whether a view reads something hidden, or does not let itself be looked at."""
    return not definition or any(f"{_quoted(s)}.{_quoted(n)}" in definition for s, n in hidden)


def revoking(connection: Connection, views: Iterable[str]) -> list[str]:
    """Return the statements that take every right on the views from everybody."""
    asked = text(_GRANTEES).bindparams(bindparam("views", expanding=True))
    found = connection.execute(asked, {"views": sorted(views)})
    return [
        f"REVOKE ALL PRIVILEGES ON {_quoted(schema)}.{_quoted(view)} FROM {_grantee(whom)}"
        for whom, schema, view in found
    ]


def _grantee(shown: str) -> str:
    """Return how `'user'@'host'` is named in a statement."""
    user, host = shown[1:-1].rsplit("'@'", 1)
    return _account(user, host)
