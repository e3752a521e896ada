"""Read a database's schema into plain data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from placket.catalogue.schema import Check, ColumnSchema, ForeignKey, Schema, TableSchema
from placket.sources.connect import SourceUnreachable
from placket.sources.mariadb import as_told, checks_of, columns_of, is_mariadb
from placket.sources.trees import own_name
from placket.sources.triggers import triggers_of

if TYPE_CHECKING:
    from sqlalchemy import Engine, Inspector


def reflect(engine: Engine) -> Schema:
    """Return the tables of the database's default schema, by name; views are left out.

    Placket's own are left out too: no catalogue names them, and none of them is drift. A name
    may hold any character. A type that the driver does not know is empty text.
    Raises SourceUnreachable where SQLAlchemy cannot read a key.
    """
    # One connection for all of it, given back whatever happens.
    with engine.connect() as connection:
        inspector = inspect(connection)
        columns = inspector.get_multi_columns()
        parts: dict[str, Any] = {
            "keys": inspector.get_multi_pk_constraint(),
            "foreign": _foreign_keys(inspector),
            "indexes": inspector.get_multi_indexes(),
            "unique": inspector.get_multi_unique_constraints(),
            "checks": inspector.get_multi_check_constraints(),
        }
        if engine.dialect.supports_comments:
            parts["comment"] = inspector.get_multi_table_comment()
        triggers = triggers_of(connection)
        told = (columns_of(connection), checks_of(connection)) if is_mariadb(connection) else None
    # SQLite holds any text, whatever length its column has.
    has_lengths = engine.dialect.name != "sqlite"
    tables = [
        replace(
            _table(at[1], {name: part.get(at) for name, part in parts.items()}),
            columns=tuple(_column(column, has_length=has_lengths) for column in found),
            triggers=tuple(triggers.get(at[1], ())),
        )
        for at, found in sorted(columns.items(), key=lambda item: item[0][1])
        if not at[1].startswith(own_name(""))
    ]
    if told is not None:
        columns_told, checks = told
        tables = [as_told(table, columns_told, checks.get(table.name, ())) for table in tables]
    return Schema(tables=tuple(tables), dialect=engine.dialect.name)


def _foreign_keys(inspector: Inspector) -> Any:
    try:
        return inspector.get_multi_foreign_keys()
    except AttributeError as fault:
        # On PostgreSQL SQLAlchemy 2.0 reads the words of a key line by line.
        raise SourceUnreachable(
            "a foreign key leads to or from a name with a line break, and cannot be read;"
            " rename that table or column"
        ) from fault


def _table(name: str, parts: dict[str, Any]) -> TableSchema:
    return TableSchema(
        name=name,
        columns=(),
        primary_key=tuple((parts["keys"] or {}).get("constrained_columns") or ()),
        foreign_keys=tuple(_foreign_key(key) for key in parts["foreign"] or ()),
        indexes=tuple(_columns(index) for index in parts["indexes"] or ()),
        unique=tuple(_columns(index) for index in _unique(parts)),
        comment=(parts.get("comment") or {}).get("text") or "",
        checks=tuple(_check(check) for check in parts["checks"] or ()),
    )


def _check(check: Any) -> Check:
    text = " ".join(str(check["sqltext"]).split())
    return Check(name=check["name"] or text, text=text)


def _unique(parts: dict[str, Any]) -> list[Any]:
    indexes = [index for index in parts["indexes"] or () if index.get("unique")]
    return [*(parts["unique"] or ()), *indexes]


def _columns(index: Any) -> tuple[str, ...]:
    # An index on an expression has no column name there.
    return tuple(name or "" for name in index["column_names"])


def _column(column: Any, *, has_length: bool) -> ColumnSchema:
    length = getattr(column["type"], "length", None) if has_length else None
    return ColumnSchema(
        name=column["name"],
        type=str(column["type"]).lower() if str(column["type"]) != "NULL" else "",
        nullable=bool(column["nullable"]),
        has_default=column.get("default") is not None or bool(column.get("identity")),
        comment=column.get("comment") or "",
        length=length if isinstance(length, int) else 0,
    )


def _foreign_key(key: Any) -> ForeignKey:
    options = key.get("options") or {}
    return ForeignKey(
        columns=tuple(key["constrained_columns"]),
        table=key["referred_table"],
        targets=tuple(key["referred_columns"]) or tuple(key["constrained_columns"]),
        on_delete=options.get("ondelete", "").lower(),
        deferred=bool(options.get("deferrable"))
        and str(options.get("initially", "")).upper() == "DEFERRED",
    )
