"""What MariaDB and MySQL tell of a schema themselves: types, checks, and whether it changed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, text
from sqlalchemy.types import UserDefinedType

from placket.catalogue.schema import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from placket.catalogue.schema import ColumnSchema, TableSchema

_COLUMNS: Final = """
SELECT table_name, column_name, column_type, coalesce(collation_name, '')
FROM information_schema.columns WHERE table_schema = DATABASE()
"""
_CHECKS: Final = """
SELECT table_name, constraint_name, check_clause, level
FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()
ORDER BY table_name, constraint_name
"""
_UNSAFE: Final = """
SELECT t.table_name FROM information_schema.tables t
JOIN information_schema.engines e ON e.engine = t.engine
WHERE t.table_schema = DATABASE() AND t.table_name IN :tables
AND coalesce(e.transactions, 'NO') <> 'YES' ORDER BY t.table_name
"""
_KEYS: Final = """
SELECT column_name, column_type, coalesce(character_set_name, ''), coalesce(collation_name, '')
FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = :table
"""
_VIEWS: Final = """
SELECT view_definition FROM information_schema.views WHERE table_schema = DATABASE()
"""
_ENDLESS: Final = re.compile(r"(tiny|medium|long)?(text|blob)", re.IGNORECASE)
_FOLDS: Final = re.compile(r"_ci$|_ci_")
_ENUM: Final = re.compile(r"enum\((.*)\)", re.IGNORECASE | re.DOTALL)
_LIMITED: Final = re.compile(r"(?:var)?(?:char|binary)\((\d+)\)")


class Column(NamedTuple):
    """A column's whole type, as the database writes it, and its collation."""

    type: str
    collation: str


Columns = "Mapping[tuple[str, str], Column]"
Checks = "Mapping[str, list[tuple[str, Check]]]"
"""By table: each check with the column that it belongs to, empty for one of the table's own."""


def is_mariadb(connection: Connection) -> bool:
    """Say whether the database is MariaDB or MySQL."""
    return connection.dialect.name in {"mysql", "mariadb"}


def columns_of(connection: Connection) -> Mapping[tuple[str, str], Column]:
    """Return the columns of all tables, by table and name."""
    found = connection.execute(text(_COLUMNS))
    return {(table, name): Column(kind, collation) for table, name, kind, collation in found}


def checks_of(connection: Connection) -> Mapping[str, list[tuple[str, Check]]]:
    """Return the checks of each table; none on MySQL, where SQLAlchemy reads all of them.

    SQLAlchemy reads no check that stands beside its column.
    """
    found: dict[str, list[tuple[str, Check]]] = {}
    if not getattr(connection.dialect, "is_mariadb", False):
        return found
    for table, name, clause, level in connection.execute(text(_CHECKS)):
        of = name if level == "Column" else ""
        check = Check(name=name, text=" ".join(str(clause).split()))
        found.setdefault(table, []).append((of, check))
    return found


def without_transactions(connection: Connection, tables: Iterable[str]) -> tuple[str, ...]:
    """Return those of `tables` whose storage undoes nothing, such as MyISAM's; none elsewhere."""
    if not is_mariadb(connection):
        return ()
    statement = text(_UNSAFE).bindparams(bindparam("tables", expanding=True))
    return tuple(connection.scalars(statement, {"tables": sorted(tables)}))


class AsWritten(UserDefinedType[Any]):
    """A column's type as the database itself writes it."""

    cache_ok = True

    def __init__(self, written: str) -> None:
        self.written = written

    @property
    def is_words(self) -> bool:
        """Say whether it lists the words that the column may have."""
        return self.written.startswith(("enum(", "set("))

    def get_col_spec(self, **_ignored: object) -> str:
        """Return the type."""
        return self.written


def key_types(connection: Connection, table: str) -> Mapping[str, AsWritten]:
    """Return the types by which a table of ours has the columns of a key of `table`.

    With its own charset and collation, so that our key is the same as the shop's for the same
    values. A text without end cannot be a key: it gets one.
    """
    found = connection.execute(text(_KEYS), {"table": table})
    return {name: AsWritten(_key_type(kind, *letters)) for name, kind, *letters in found}


def _key_type(kind: str, charset: str, collation: str) -> str:
    if _ENDLESS.fullmatch(kind):
        kind = "varchar(255)" if charset else "varbinary(255)"
    return f"{kind} CHARACTER SET {charset} COLLATE {collation}" if charset else kind


def view_texts(connection: Connection) -> Sequence[str]:
    """Return the definitions of the database's views, empty where they may not be seen."""
    return list(connection.scalars(text(_VIEWS)))


def as_told(
    table: TableSchema,
    columns: Mapping[tuple[str, str], Column],
    checks: Sequence[tuple[str, Check]],
) -> TableSchema:
    """Return the table with its types whole, and each check that a write could fail by.

    MariaDB keeps JSON as text with a check that it is valid: such a column is `json` here. An
    enum takes its own words alone, which is a check too.
    """
    told = {
        c.name: columns[table.name, c.name]
        for c in table.columns
        if (table.name, c.name) in columns
    }
    valid = {of for of, check in checks if check.text == f"json_valid({_quoted(of)})"}
    words = [check for name, column in told.items() for check in _words(name, column)]
    named = {check.name for check in table.checks}
    more = [check for _, check in checks if check.name not in named]
    return replace(
        table,
        columns=tuple(_column(c, told.get(c.name), is_json=c.name in valid) for c in table.columns),
        checks=(*table.checks, *more, *words),
        folds=frozenset(n for n, c in told.items() if _FOLDS.search(c.collation)),
    )


def _words(name: str, column: Column) -> list[Check]:
    words = _ENUM.fullmatch(column.type)
    return [Check(name=name, text=f"{_quoted(name)} in ({words[1]})")] if words else []


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _column(of: ColumnSchema, told: Column | None, *, is_json: bool) -> ColumnSchema:
    if told is None:
        return of
    kind = told.type.lower()
    length = _LIMITED.fullmatch(kind)
    return replace(
        of,
        type="json" if is_json and kind == "longtext" else kind,
        length=int(length[1]) if length else 0,
    )


_PARTS: Final = (
    ("columns", "table_schema", "table_name ordinal_position column_name column_default"),
    ("columns", "table_schema", "table_name column_name is_nullable column_type collation_name"),
    ("columns", "table_schema", "table_name column_name extra column_comment"),
    ("tables", "table_schema", "table_name table_type table_comment"),
    ("statistics", "table_schema", "table_name index_name seq_in_index column_name non_unique"),
    ("key_column_usage", "table_schema", "table_name constraint_name column_name ordinal_position"),
    (
        "key_column_usage",
        "table_schema",
        "table_name constraint_name column_name referenced_table_name referenced_column_name",
    ),
    ("referential_constraints", "constraint_schema", "table_name constraint_name delete_rule"),
    ("check_constraints", "constraint_schema", "constraint_name check_clause"),
    (
        "triggers",
        "trigger_schema",
        "event_object_table trigger_name event_manipulation action_statement",
    ),
)
# A sum of the first 60 bits of each row's digest: the order of the rows is nobody's promise.
_STAMP: Final = " UNION ALL ".join(
    "SELECT count(*), sum(conv(left(md5(concat_ws('|', "  # noqa: S608 - our own words
    + ", ".join(f"coalesce({name}, '')" for name in named.split())
    + f")), 15), 16, 10)) FROM information_schema.{of} WHERE {where} = DATABASE()"
    for of, where, named in _PARTS
)


def stamp_of(connection: Connection) -> Any:
    """Return what is another after any change of the schema: a digest of all that is told of it.

    When a table was last changed is not told reliably.
    """
    database = connection.execute(text("SELECT DATABASE(), version()")).one()
    return (*database, *map(tuple, connection.execute(text(_STAMP))))
