"""The statements of a step of a plan, each value as its column takes it."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.sql.elements import quoted_name

from placket.plan.apply import TargetRefuses
from placket.plan.plan import Action
from placket.sources.rows import column_of

_AS_IS: Final = sa.types.NullType()

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import UpdateBase

    from placket.catalogue.model import Scalar
    from placket.catalogue.schema import TableSchema
    from placket.plan.plan import Step


def statement(
    step: Step, where: sa.ColumnElement[bool], schema: TableSchema | None, dialect: str = ""
) -> UpdateBase:
    """Return what the step does to the rows that meet `where`."""
    if step.action is Action.DELETE:
        return sa.delete(table_of(step.table)).where(where)
    written = dict(zip(step.columns, step.values, strict=True))
    shape = table_of(step.table, *map(column_of, written))
    # Parameters are nameless, since a column may have a name that no parameter can have; and
    # without a type, so that PostgreSQL reads text as the column does.
    values = {
        shape.c[name]: sa.bindparam(None, _taken(step, name, value, schema, dialect), type_=_AS_IS)
        for name, value in written.items()
    }
    return sa.update(shape).where(where).values(values)


def count(step: Step, where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Return how many rows of the step's table meet `where`."""
    return sa.select(sa.func.count()).select_from(table_of(step.table)).where(where)


def table_of(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    """Return the table of that name, always quoted."""
    return sa.table(quoted_name(name, quote=True), *columns)


def _taken(
    step: Step, name: str, value: Scalar, schema: TableSchema | None, dialect: str
) -> Scalar:
    """Return the value as the column takes it. Raises TargetRefuses, without the value."""
    there = schema.column(name) if schema is not None else None
    if there is None or value is None:
        return value
    # PostgreSQL takes a bit as text, MariaDB as a number.
    is_flag = there.type == "bit(1)" and dialect in {"mysql", "mariadb"}
    try:
        return _flag(value) if is_flag else _as(there.type, value)
    except (ValueError, InvalidOperation):
        raise TargetRefuses(
            f"`{step.source}.{step.table}.{name}` takes `{there.type}` alone, which the plan's"
            " value is not; make a new plan"
        ) from None


_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_WHOLE: Final = ("int", "bigint", "smallint", "mediumint", "tinyint", "year")
_NUMBERS: Final = ("numeric", "decimal", "float", "double", "real")
_TEXTS: Final = (
    "varchar",
    "char",
    "text",
    "tinytext",
    "mediumtext",
    "longtext",
    "nvarchar",
    "nchar",
    "citext",
    "clob",
)


def _as(kind: str, value: str | int | bool) -> Scalar:
    """Return the value in the type `kind`, in lower case as the database has it.

    Text stays text where the database reads it so; ValueError where it could not. SQLite would
    take anything.
    """
    word = kind.partition("(")[0]
    if word.startswith("bool"):
        return _flag(value)
    if word.startswith(_WHOLE):
        return int(value)
    if word.startswith(_TEXTS):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, str):
        _read(word, value)
    return value


def _flag(value: str | int | bool) -> bool:
    if str(value).lower() not in _FLAGS:
        raise ValueError
    return _FLAGS[str(value).lower()]


def _read(word: str, text: str) -> None:
    """Raise ValueError or InvalidOperation where the text is no number, date or time."""
    if word == "date":
        date.fromisoformat(text)
    elif word.startswith(("datetime", "timestamp")):
        datetime.fromisoformat(text)
    elif word.startswith("time"):
        time.fromisoformat(text)
    elif word.startswith(_NUMBERS):
        Decimal(text)
