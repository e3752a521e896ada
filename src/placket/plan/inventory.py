"""The inventory: the rows that lead to a person, as values, and where their links go."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from placket.catalogue.model import Link, Scalar
from placket.catalogue.schema import ForeignKey, Schema, TableSchema
from placket.law.calendar import Instant

Pairs = tuple[tuple[str, Scalar], ...]
"""Columns with their values, in the order of the key or of the table."""

Texts = tuple[str, ...]
"""What some columns hold, so written that a number and its text are alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class At:
    """Where a row is: its source, its table and its key."""

    source: str
    table: str
    key: Pairs

    @property
    def in_order(self) -> tuple[str, str, str]:
        """Return what orders places: a key may hold numbers, text and nulls, so its words do."""
        return (self.source, self.table, repr(self.key))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """One row as it was read, and whose it is.

    owners: the persons whose row it is; parties: those who appear in it. A row that names
    neither this person nor that is read because it points at one of theirs. supplied_by: who
    gave what it says, empty when that is not known. events: what it and the case that it
    belongs to tell, such as `order.opened`, each with its instant.
    """

    at: At
    # Left out of what is printed: an error or a log never shows a personal value.
    values: Mapping[str, Any] = field(repr=False)
    owners: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    supplied_by: str = ""
    events: tuple[tuple[str, Instant], ...] = ()

    def concerns(self, person: str) -> bool:
        """Say whether the person owns the row or appears in it."""
        return person in self.owners or person in self.parties

    def digest(self) -> str:
        """Return a digest of key and values: a row that changed has another one."""
        return row_digest(self.at.key, self.values)


def row_digest(key: Pairs, values: Mapping[str, Any]) -> str:
    """Return the digest of a row, whatever the order of its columns.

    Types count: the number 1 is not the text `1`, and null is neither.
    """
    written = repr((key, sorted((name, _typed(value)) for name, value in values.items())))
    return hashlib.sha256(written.encode()).hexdigest()[:32]


def _typed(value: Any) -> str:
    return f"{type(value).__name__}:{value!r}"


def texts_of(
    values: tuple[Any, ...], of: TableSchema | None = None, columns: Texts = ()
) -> Texts | None:
    """Return the values as texts, by which links compare them; None where one is null.

    The number 7 and the text `7` are alike: two sources may write one key in both ways.
    of, columns: where the values are looked for, since a database may take more for alike.
    """
    if None in values:
        return None
    texts = tuple(map(_text, values))
    if of is None or not of.folds:
        return texts
    return tuple(
        _folded(text) if name in of.folds else text
        for name, text in zip(columns, texts, strict=True)
    )


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part)).rstrip(" ")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return str(int(value))
    return str(int(value)) if isinstance(value, bool) else str(value)


@dataclass(frozen=True, kw_only=True, eq=False)
class Inventory:
    """All rows that a plan may have to look at, and the schemas of their sources.

    placeholders: the key of the row that stands for nobody, by source and table.
    """

    rows: tuple[Row, ...]
    schemas: Mapping[str, Schema] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    placeholders: Mapping[tuple[str, str], Scalar] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def of(self, person: str) -> tuple[Row, ...]:
        """Return the rows that the person owns or appears in: of access and erasure alike."""
        return tuple(row for row in self.rows if row.concerns(person))

    def table(self, row: Row) -> TableSchema | None:
        """Return the schema of the row's table, None where it is not known."""
        schema = self.schemas.get(row.at.source)
        return schema.table(row.at.table) if schema is not None else None

    def dialect(self, row: Row) -> str:
        """Return the name of the row's database, as its schema has it."""
        schema = self.schemas.get(row.at.source)
        return schema.dialect if schema is not None else ""

    def references(self, row: Row) -> Iterator[tuple[ForeignKey, Row]]:
        """Yield each constraint by which `row` points at a row of the inventory, with that row."""
        schema = self.table(row)
        for key in schema.foreign_keys if schema is not None else ():
            wanted = tuple(row.values.get(column) for column in key.columns)
            for found in self._found(row.at.source, key.table, key.targets, wanted):
                yield key, found

    def led_to(self, row: Row, links: Iterable[Link]) -> Iterator[tuple[Link, Row]]:
        """Yield each outward link of `row` with a row that it leads to."""
        for link in links:
            if not link.inward:
                wanted = (row.values.get(link.column),)
                source = link.source or row.at.source
                for found in self._found(source, link.table, (link.target,), wanted):
                    yield link, found

    def neighbours(self, row: Row, links: Iterable[Link]) -> Iterator[Row]:
        """Yield the rows that `row` points at, by a constraint or by one of `links`."""
        yield from (found for _, found in self.references(row))
        yield from (found for _, found in self.led_to(row, links))

    def _found(
        self, source: str, table: str, columns: tuple[str, ...], wanted: tuple[Any, ...]
    ) -> tuple[Row, ...]:
        shape, index = self._index(source, table, columns)
        texts = texts_of(wanted, shape, columns)
        return () if texts is None else index.get(texts, ())

    def _index(
        self, source: str, table: str, columns: tuple[str, ...]
    ) -> tuple[TableSchema | None, Mapping[Texts, tuple[Row, ...]]]:
        known = self._indexes.get((source, table, columns))
        if known is None:
            schema = self.schemas.get(source)
            shape = schema.table(table) if schema is not None else None
            index: dict[Texts, tuple[Row, ...]] = {}
            for row in self._by_table.get((source, table), ()):
                texts = texts_of(tuple(row.values.get(c) for c in columns), shape, columns)
                if texts is not None:
                    index[texts] = (*index.get(texts, ()), row)
            known = self._indexes[source, table, columns] = (shape, index)
        return known

    @cached_property
    def _by_table(self) -> Mapping[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.rows:
            found.setdefault((row.at.source, row.at.table), []).append(row)
        return found

    @cached_property
    def _indexes(
        self,
    ) -> dict[Any, tuple[TableSchema | None, Mapping[Texts, tuple[Row, ...]]]]:
        return {}
