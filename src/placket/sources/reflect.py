"""Read a database's schema into plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from placket.catalogue.schema import ColumnSchema, ForeignKey, Schema, TableSchema
from placket.sources.connect import SourceUnreachable
from placket.sources.trees import own_name

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
        }
        comments: Any = inspector.get_multi_table_comment() if _has_comments(engine) else {}
    tables = [
        _table(at[1], found, {name: part.get(at) for name, part in parts.items()}, comments.get(at))
        for at, found in sorted(columns.items(), key=lambda item: item[0][1])
        if not at[1].startswith(own_name(""))
    ]
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


def _has_comments(engine: Engine) -> bool:
    return engine.dialect.supports_comments


def _table(name: str, columns: Any, parts: dict[str, Any], comment: Any) -> TableSchema:
    return TableSchema(
        name=name,
        columns=tuple(_column(column) for column in columns),
        primary_key=tuple((parts["keys"] or {}).get("constrained_columns") or ()),
        foreign_keys=tuple(_foreign_key(key) for key in parts["foreign"] or ()),
        indexes=tuple(_columns(index) for index in parts["indexes"] or ()),
        unique=tuple(_columns(index) for index in _unique(parts)),
        comment=(comment or {}).get("text") or "",
    )


def _unique(parts: dict[str, Any]) -> list[Any]:
    indexes = [index for index in parts["indexes"] or () if index.get("unique")]
    return [*(parts["unique"] or ()), *indexes]


def _columns(index: Any) -> tuple[str, ...]:
    # An index on an expression has no column name there.
    return tuple(name or "" for name in index["column_names"])


def _column(column: Any) -> ColumnSchema:
    return ColumnSchema(
        name=column["name"],
        type=str(column["type"]).lower() if str(column["type"]) != "NULL" else "",
        nullable=bool(column["nullable"]),
        has_default=column.get("default") is not None or bool(column.get("identity")),
        comment=column.get("comment") or "",
    )


def _foreign_key(key: Any) -> ForeignKey:
    return ForeignKey(
        columns=tuple(key["constrained_columns"]),
        table=key["referred_table"],
        targets=tuple(key["referred_columns"]) or tuple(key["constrained_columns"]),
        on_delete=(key.get("options") or {}).get("ondelete", "").lower(),
    )
