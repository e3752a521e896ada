"""Whole rows of one table by a condition, in plain values that every driver agrees on."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
    tuple_,
)
from sqlalchemy.dialects import registry
from sqlalchemy.sql.elements import quoted_name
from sqlalchemy.types import NullType

if TYPE_CHECKING:
    from sqlalchemy import ColumnClause, ColumnElement, Connection, CursorResult, Dialect, Select

    from placket.catalogue.model import Scalar, Table
    from placket.catalogue.schema import TableSchema
    from placket.plan.inventory import Pairs

AT_ONCE: Final = 500
"""How many keys stand in one condition: every engine takes that many, and more gain nothing."""

_SIZES: Final = (1, 4, 16, 64, AT_ONCE)
"""How many keys a statement is written for: a few lengths, so that few statements are kept."""

_DENSE: Final = 4
"""How many times as many rows the single columns may name together as there are wanted."""

_BOOLEAN: Final = re.compile(r"bool(ean)?|tinyint\(1\)|bit\(1\)")
_NUMERIC: Final = re.compile(r"(?:numeric|decimal)(?:\(\d+, *(\d+)\))?")
_TEMPORAL: Final = re.compile(r"(?:small)?(date|time)(?:time|stamp)?\b.*")
_BINARY: Final = re.compile(r"bytea|(var)?binary(\(\d+\))?|(tiny|medium|long)?blob(\(\d+\))?")
_WHOLE: Final = re.compile(r"(tiny|small|medium|big)?(int|integer|serial)\d?(\(\d+\))?( unsigned)?")
_CHARACTERS: Final = re.compile(r"text|(var)?char(acter)?( varying)?(\(\d+\))?")
_TEXT: Final = re.compile(r".*(char|text|clob|enum|uuid).*")

Values = Mapping[str, Any]
Read = tuple["Pairs", Values]
"""A row: its key, and all its columns."""


def read_rows(
    connection: Connection,
    of: Table,
    schema: TableSchema | None,
    where: ColumnElement[bool] | None = None,
    *,
    lock: bool = False,
) -> list[Read]:
    """Return the rows of a table that meet `where`, each with its key and all its columns.

    Values are None, bool, int, float, Decimal, text and bytes alone: times are ISO 8601 (in UTC
    where they have a zone), JSON is text with sorted keys, so that a digest of what did not
    change is the same whoever reads it. schema: of that table; without, every column is read
    as the driver gives it.
    lock: nobody else writes these rows until the transaction ends, where the engine locks rows.
    """
    statement = _selected(of.name, schema, connection.dialect.name)
    if where is not None:
        statement = statement.where(where)
    if lock:
        # By key, so that two who lock the same rows never wait for each other.
        statement = statement.order_by(*map(column_of, of.key)).with_for_update()
    return _rows(connection.execute(statement), of, schema, connection.dialect.name)


def read_holding(  # noqa: PLR0913 - where, what, by which values, and how many
    connection: Connection,
    of: Table,
    schema: TableSchema | None,
    columns: tuple[str, ...],
    wanted: Sequence[tuple[Any, ...]],
    *,
    most: int = 0,
) -> list[Read]:
    """Return the rows whose columns hold one of `wanted`, some hundred of them in one query.

    As `read_rows` with the conditions of `among`, and in a fraction of the time: the statement
    is written once for each table and columns. most: rows for each of `wanted`, the first by
    key; 0 for all, and so where the schema is not known.
    """
    speaks = _Dialect.of(connection)
    found: list[Read] = []
    rows = _writable(schema, columns, wanted)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        size = next(size for size in _SIZES if size >= len(part))
        first = (of.key, most) if most and schema is not None else None
        text = _holding(of.name, schema, columns, size, speaks, first)
        padded = (*part, *(part[-1:] * (size - len(part))))
        result = connection.exec_driver_sql(text, tuple(v for row in padded for v in row))
        found += _rows(result, of, schema, speaks.name)
    return found


def _rows(
    result: CursorResult[Any], of: Table, schema: TableSchema | None, dialect: str
) -> list[Read]:
    # The driver's names know how they are quoted; a plan is written down with plain ones.
    names = tuple(map(str, result.keys()))
    plain = _readers(names, schema, dialect)
    # SQLite keeps a time as the text that was written: only by that text is it found again.
    is_raw = dialect == "sqlite"
    keys = [(name, names.index(name)) for name in of.key]
    found: list[Read] = []
    for row in result.all():
        read = [value if how is None else how(value) for how, value in zip(plain, row, strict=True)]
        of_key = row if is_raw else read
        key = tuple([(name, _as_key(of_key[place])) for name, place in keys])
        found.append((key, dict(zip(names, read, strict=True))))
    return found


def column_of(name: str) -> ColumnClause[Any]:
    """Return the column of that name, always quoted: it may be a word of SQL, or in capitals."""
    return column(quoted_name(name, quote=True))


def at_keys(schema: TableSchema | None, keys: Sequence[Pairs]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together name the rows of these keys, some hundred keys in each."""
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        columns = tuple(name for name, _ in part[0])
        yield from among(schema, columns, [tuple(v for _, v in key) for key in part])


def among(
    schema: TableSchema | None, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> Iterator[ColumnElement[bool]]:
    """Yield conditions that together say: the columns hold one of `rows`, without a null.

    A value that the column's type cannot hold is left out: no row has it.
    """
    wanted = _writable(schema, columns, rows)
    for start in range(0, len(wanted), AT_ONCE):
        yield _narrowed(columns, wanted[start : start + AT_ONCE])


def _narrowed(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> ColumnElement[bool]:
    """Return that the columns hold one of `rows`, each column by itself too where that helps.

    PostgreSQL makes one long OR of several columns, and may read a whole table by it.
    """
    found = _is_among(columns, rows)
    each = [list(dict.fromkeys(values)) for values in zip(*rows, strict=True)]
    if len(columns) == 1 or prod(map(len, each)) > _DENSE * len(rows):
        return found
    single = (_is_among((c,), [(v,) for v in vs]) for c, vs in zip(columns, each, strict=True))
    return and_(found, *single)


def _writable(
    schema: TableSchema | None, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    kinds = [_written(schema, name) for name in columns]
    found = [tuple([w(v) for w, v in zip(kinds, row, strict=True)]) for row in rows]
    return list(dict.fromkeys(row for row in found if None not in row))


def _is_among(columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    # Without a type of its own each value takes that of the column it is compared with.
    values = [value for (value,) in rows] if len(columns) == 1 else list(rows)
    several = bindparam(None, values, type_=NullType(), expanding=True, unique=True)
    if len(columns) == 1:
        return column_of(columns[0]).in_(several)
    return tuple_(*map(column_of, columns), types=[NullType()] * len(columns)).in_(several)


def any_of(conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool] | None:
    """Return the condition that one of `conditions` holds; None where there is none."""
    found = list(conditions)
    return or_(*found) if len(found) > 1 else next(iter(found), None)


@lru_cache(maxsize=4096)
def _selected(name: str, schema: TableSchema | None, dialect: str) -> Select[Any]:
    of = table(quoted_name(name, quote=True))
    if schema is None:
        return select(literal_column("*")).select_from(of)
    columns = [_read_as_text(c.name, c.type, dialect) for c in schema.columns]
    return select(*columns).select_from(of)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a driver wants its statements: with parameters by their places."""

    name: str
    made: Dialect = field(compare=False)

    @classmethod
    def of(cls, connection: Connection) -> _Dialect:
        """Return the dialect of a connection."""
        name = {"mariadb": "mysql"}.get(connection.dialect.name, connection.dialect.name)
        return _dialect(name, connection.dialect.driver)


@cache
def _dialect(name: str, driver: str) -> _Dialect:
    made = registry.load(f"{name}.{driver}")
    return _Dialect(name, made(paramstyle="qmark" if name in {"sqlite", "duckdb"} else "format"))


@lru_cache(maxsize=4096)
def _holding(  # noqa: PLR0913, PLR0917 - all by which statements differ
    name: str,
    schema: TableSchema | None,
    columns: tuple[str, ...],
    size: int,
    speaks: _Dialect,
    first: tuple[tuple[str, ...], int] | None,
) -> str:
    where = _is_among(columns, [("",) * len(columns)] * size)
    statement = _selected(name, schema, speaks.name).where(where)
    if first is not None:
        statement = _first(statement, columns, *first)
    how = {"render_postcompile": True}
    return str(statement.compile(dialect=speaks.made, compile_kwargs=how))


def _first(
    statement: Select[Any], columns: tuple[str, ...], key: tuple[str, ...], most: int
) -> Select[Any]:
    """Return the statement for the first rows alone that hold the same in `columns`."""
    turn = func.row_number().over(
        partition_by=[*map(column_of, columns)], order_by=[*map(column_of, key)]
    )
    turned = statement.add_columns(turn.label("placket_turn")).subquery("turned")
    *held, number = turned.columns
    return select(*held).where(number <= literal_column(str(most)))


def _read_as_text(name: str, kind: str, dialect: str) -> Any:
    if dialect == "postgresql" and _TEMPORAL.fullmatch(kind):
        # A time may be `infinity` there, or of a year before ours: no Python value holds it.
        return cast(column_of(name), Text).label(quoted_name(name, quote=True))
    return column_of(name)


@lru_cache(maxsize=4096)
def _readers(
    names: tuple[str, ...], schema: TableSchema | None, dialect: str
) -> tuple[Callable[[Any], Any] | None, ...]:
    if schema is None:
        return (_plain,) * len(names)
    return tuple(_reader(column.type, dialect) for column in schema.columns)


def _reader(kind: str, dialect: str) -> Callable[[Any], Any] | None:
    """Return what makes a plain value of what a driver gives; None where it is plain already."""
    if _BOOLEAN.fullmatch(kind):
        return _flag
    if dialect != "sqlite" and (_WHOLE.fullmatch(kind) or _CHARACTERS.fullmatch(kind)):
        return None
    if kind.startswith("json"):
        return _json_text if dialect == "postgresql" else _json_again
    temporal, numeric = _TEMPORAL.fullmatch(kind), _NUMERIC.fullmatch(kind)
    if temporal:
        return _time_of(kind)
    return _number_to(int(numeric[1])) if numeric and numeric[1] else _plain


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | Decimal | bytes):
        return value
    if isinstance(value, memoryview | bytearray):
        return bytes(value)
    if isinstance(value, datetime | date | time):
        return _iso(value)
    if isinstance(value, timedelta):
        return _clock(value)
    if isinstance(value, dict | list | tuple | set):
        return _json_text(sorted(value, key=repr) if isinstance(value, set) else value)
    return str(value)


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, datetime) and value.tzinfo is not None:
        with suppress(OverflowError):
            value = value.astimezone(UTC)
    return value.isoformat()


def _clock(value: timedelta) -> str:
    """Return a TIME of MariaDB, which may be longer than a day or less than nothing."""
    seconds, rest = divmod(abs(value), timedelta(seconds=1))
    part = f".{rest.microseconds:06}" if rest else ""
    sign = "-" if value < timedelta() else ""
    return f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{part}"


def _time_of(kind: str) -> Callable[[Any], Any]:
    reads: Callable[[str], datetime | date | time] = datetime.fromisoformat
    if re.match(r"date\b", kind):
        reads = date.fromisoformat
    elif re.match(r"time\b", kind):
        reads = time.fromisoformat

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            with suppress(ValueError):
                return _iso(reads(value))
        return _plain(value)

    return plain


def _flag(value: Any) -> Any:
    if value in {b"\0", b"\1"}:
        return value == b"\1"
    return bool(value) if isinstance(value, int) and value in {0, 1} else _plain(value)


def _number_to(scale: int) -> Callable[[Any], Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, int | float):
            return Decimal(format(Decimal(str(value)), f".{scale}f"))
        return _plain(value)

    return plain


def _json_text(value: Any) -> Any:
    if value is None:
        return None
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain
    )


def _json_again(value: Any) -> Any:
    if isinstance(value, str | bytes):
        with suppress(ValueError):
            return _json_text(json.loads(value))
    return _plain(value)


def _as_key(value: Any) -> Scalar:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return str(value)


@lru_cache(maxsize=4096)
def _written(schema: TableSchema | None, name: str) -> Callable[[Any], Any]:
    found = schema.column(name) if schema is not None else None
    kind = found.type if found is not None else ""
    if _BINARY.fullmatch(kind):
        return _as_bytes
    if _WHOLE.fullmatch(kind):
        return _as_natural if kind.endswith("unsigned") else _as_whole
    return _as_text if _TEXT.fullmatch(kind) else _as_is


def _as_is(value: Any) -> Any:
    # Not every driver takes a Decimal.
    return _as_key(value) if isinstance(value, Decimal) else value


def _as_bytes(value: Any) -> Any:
    if isinstance(value, str):
        with suppress(ValueError):
            return bytes.fromhex(value)
    return value


def _as_whole(value: Any) -> Any:
    # 64 bits are what any engine's column holds; more is an error to some drivers.
    return _within(value, -(2**63), 2**63)


def _as_natural(value: Any) -> Any:
    return _within(value, 0, 2**64)


def _within(value: Any, least: int, beyond: int) -> Any:
    with suppress(ValueError, ArithmeticError, TypeError):
        whole = int(value)
        fits = least <= whole < beyond
        return whole if fits and (whole == value or str(whole) == value) else None
    return None


def _as_text(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bytes) else str(value)
