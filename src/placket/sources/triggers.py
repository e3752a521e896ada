"""The triggers of a database: what each waits for, and whether it may refuse a write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import text

from placket.catalogue.schema import Trigger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

Told = tuple[str, Trigger]
"""The name of a table, and one of its triggers."""

_SQLITE: Final = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL: Final = """
SELECT c.relname, t.tgname, t.tgtype, p.prosrc, l.lanname,
       ARRAY(SELECT a.attname FROM pg_attribute a
             WHERE a.attrelid = t.tgrelid AND a.attnum = ANY (t.tgattr::int2[]))::text[]
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_proc p ON p.oid = t.tgfoid
JOIN pg_language l ON l.oid = p.prolang
WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND n.nspname = current_schema()
"""
_MYSQL: Final = """
SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME, EVENT_MANIPULATION, ACTION_STATEMENT
FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
"""
_EVENTS: Final = {"insert": 4, "delete": 8, "update": 16}
"""The bits of `pg_trigger.tgtype`."""
_BEFORE: Final = 2
_READ: Final = frozenset({"plpgsql", "sql"})

_QUOTED: Final = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_NAME: Final = r'(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[^\s(,]+)'
_HEAD: Final = re.compile(
    rf"CREATE\s+(?:TEMP(?:ORARY)?\s+)?TRIGGER\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}(?:\s*\.\s*{_NAME})?"
    r"\s+(?:BEFORE\s+|AFTER\s+|INSTEAD\s+OF\s+)?(DELETE|INSERT|UPDATE)",
    re.IGNORECASE,
)
_OF: Final = re.compile(rf"\s+OF\s+({_NAME}(?:\s*,\s*{_NAME})*)\s+ON\s", re.IGNORECASE)
_RAISES: Final = re.compile(
    r"\braise\b(?!\s+(?:notice|info|log|debug|warning)\b)|\bsignal\b|\breturn\s+null\b",
    re.IGNORECASE,
)
_RETURNS_NEW: Final = re.compile(r"\breturn\s+new\b", re.IGNORECASE)


def triggers_of(connection: Connection) -> Mapping[str, list[Trigger]]:
    """Return the triggers of each table, by name; one of several events is several.

    Whether one may refuse is read off its body: an error that it raises, a row that it passes
    over. What the statements in it meet, a constraint of another table, is not looked into.
    """
    reads = _READERS.get(connection.dialect.name)
    found: dict[str, list[Trigger]] = {}
    for table, trigger in reads(connection) if reads else ():
        found.setdefault(table, []).append(trigger)
    return {table: sorted(each, key=lambda t: (t.name, t.event)) for table, each in found.items()}


def _sqlite(connection: Connection) -> Iterator[Told]:
    for table, name, sql in connection.execute(text(_SQLITE)):
        head = _HEAD.match(sql)
        of = _OF.match(sql, head.end()) if head else None
        events = (head[1].lower(),) if head else tuple(_EVENTS)
        for event in events:
            yield (
                table,
                Trigger(
                    name=name,
                    event=event,
                    columns=_names(of[1]) if of else (),
                    may_refuse=head is None or _raises(sql[head.end() :]),
                ),
            )


def _names(written: str) -> tuple[str, ...]:
    """Return the names of a list, without their quotation marks."""
    found = []
    for name in re.findall(_NAME, written):
        close = {"[": "]"}.get(name[0], name[0])
        is_quoted = name[0] in '"`[' and name.endswith(close)
        found.append(name[1:-1].replace(close * 2, close) if is_quoted else name)
    return tuple(found)


def _raises(body: str) -> bool:
    return _RAISES.search(_QUOTED.sub(" ", body)) is not None


def _postgresql(connection: Connection) -> Iterator[Told]:
    for table, name, kind, body, language, columns in connection.execute(text(_POSTGRESQL)):
        raises = language not in _READ or _raises(body)
        for event, bit in _EVENTS.items():
            if kind & bit:
                # A deletion has no new row: to return it is to pass the old one over.
                passes = event == "delete" and bool(kind & _BEFORE) and _passes(body)
                of = tuple(columns) if event == "update" else ()
                may = raises or passes
                yield table, Trigger(name=name, event=event, columns=of, may_refuse=may)


def _passes(body: str) -> bool:
    return _RETURNS_NEW.search(_QUOTED.sub(" ", body)) is not None


def _mysql(connection: Connection) -> Iterator[Told]:
    for table, name, event, body in connection.execute(text(_MYSQL)):
        may_refuse = body is None or _raises(str(body))
        yield table, Trigger(name=name, event=str(event).lower(), may_refuse=may_refuse)


_READERS: Final[Mapping[str, Callable[[Any], Iterator[Told]]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
}
