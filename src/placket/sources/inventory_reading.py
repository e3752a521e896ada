"""Rows of the connected sources, each read once, found again by what their columns hold."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from placket.plan.inventory import At, texts_of
from placket.sources.connect import SourceUnreachable
from placket.sources.reflected import reflected
from placket.sources.rows import read_holding, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection, Engine

    from placket.catalogue.model import Catalogue, Link, Source, Table
    from placket.catalogue.schema import Schema, TableSchema
    from placket.plan.inventory import Pairs, Texts
    from placket.sources.rows import Values


@dataclass(frozen=True, eq=False)
class Found:
    """One row as it was read, and the table that it is of."""

    source: Source
    table: Table
    at: At
    values: Values = field(repr=False)

    @cached_property
    def name(self) -> str:
        """Return `source.table:key`, as facts name the thing that they are about."""
        key = ",".join(str(value) for _, value in self.at.key)
        return f"{self.source.name}.{self.table.name}:{key}"


class Place(NamedTuple):
    """A table of a source, by names."""

    source: str
    table: str


@dataclass(frozen=True, eq=False)
class Shelf:
    """All rows read for one person; what was asked for once is not asked for again."""

    catalogue: Catalogue
    connections: Mapping[str, Connection]
    schemas: Mapping[str, Schema] = field(repr=False)
    _rows: dict[Place, dict[Pairs, Found]] = field(default_factory=dict, repr=False)
    _indexes: dict[Place, dict[Texts, dict[Texts, list[Found]]]] = field(
        default_factory=dict, repr=False
    )
    _asked: dict[tuple[Place, Texts], set[Texts]] = field(default_factory=dict, repr=False)
    _partly: set[tuple[Place, Texts, Texts]] = field(default_factory=set, repr=False)
    _shapes: dict[Place, TableSchema | None] = field(default_factory=dict, repr=False)

    def shape(self, source: str, table: str) -> TableSchema | None:
        """Return the schema of a table, None where it is not known."""
        place = Place(source, table)
        if place not in self._shapes:
            schema = self.schemas.get(source)
            self._shapes[place] = schema.table(table) if schema is not None else None
        return self._shapes[place]

    def read(self, source: Source, table: Table, where: ColumnElement[bool]) -> list[Found]:
        """Return the rows that meet `where`. Raises SourceUnreachable, naming table and source."""
        with told(source.name, table.name):
            rows = read_rows(
                self.connections[source.name], table, self.shape(source.name, table.name), where
            )
        return [self._keep(source, table, key, values) for key, values in rows]

    def _keep(self, source: Source, table: Table, key: Pairs, values: Values) -> Found:
        place = Place(source.name, table.name)
        kept = self._rows.setdefault(place, {})
        found = kept.get(key)
        if found is None:
            at = At(source=source.name, table=table.name, key=key)
            found = kept[key] = Found(source, table, at, values)
            for columns, index in self._indexes.get(place, {}).items():
                self._put(index, columns, found)
        return found

    def holding(
        self,
        source: Source,
        table: Table,
        columns: Texts,
        wanted: Iterable[tuple[Any, ...]],
        *,
        most: int = 0,
    ) -> list[Found]:
        """Return the rows whose `columns` hold one of `wanted`, in one query for some hundred.

        most: for each of them; 0 for all.
        """
        if source.name not in self.connections:
            return []
        place = Place(source.name, table.name)
        index = self._index(place, columns)
        asked = self._asked.setdefault((place, columns), set())
        shape = self.shape(*place)
        told_as = ((texts_of(row, shape, columns), row) for row in wanted)
        found = {texts: row for texts, row in told_as if texts is not None}
        is_key = shape is not None and shape.primary_key == columns
        new = [r for t, r in found.items() if t not in asked and not (is_key and t in index)]
        if new:
            with told(source.name, table.name):
                on = self.connections[source.name]
                rows = read_holding(on, table, shape, columns, new, most=most)
            for key, values in rows:
                self._keep(source, table, key, values)
        partly = {texts for texts in found if most and len(index.get(texts, ())) >= most}
        asked.update(found.keys() - partly)
        self._partly.update((place, columns, texts) for texts in partly - asked)
        return [row for texts in found for row in index.get(texts, ())]

    def is_partly_read(self, row: Found, link: Link) -> bool:
        """Say whether there may be more rows that an inward link of `row` leads to."""
        place, columns = Place(row.source.name, link.table), (link.target,)
        texts = texts_of((row.at.key[0][1],), self.shape(*place), columns)
        asked = self._asked.get((place, columns), ())
        return texts not in asked and (place, columns, texts) in self._partly

    def _index(self, place: Place, columns: Texts) -> dict[Texts, list[Found]]:
        indexes = self._indexes.setdefault(place, {})
        if columns not in indexes:
            indexes[columns] = {}
            for row in self._rows.get(place, {}).values():
                self._put(indexes[columns], columns, row)
        return indexes[columns]

    def _put(self, index: dict[Texts, list[Found]], columns: Texts, row: Found) -> None:
        values = tuple(row.values.get(column) for column in columns)
        texts = texts_of(values, self.shape(row.source.name, row.table.name), columns)
        if texts is not None:
            index.setdefault(texts, []).append(row)

    def near(self, row: Found, link: Link) -> list[Found]:
        """Return the rows that a link of `row` leads to, of those that were read."""
        near = row.table.key[0] if link.inward else link.column
        place, columns = Place(row.source.name, link.table), (link.target,)
        texts = texts_of((row.values.get(near),), self.shape(*place), columns)
        return [] if texts is None else self._index(place, columns).get(texts, [])

    def led_to(self, rows: Iterable[Found], link: Link, *, most: int = 0) -> list[Found]:
        """Return the rows that a link of `rows`, all of one table, leads to in their source.

        most: to which each of them leads; 0 for all.
        """
        of = list(rows)
        target = self.catalogue.target(link, of[0].source) if of else None
        if target is None or link.source:
            return []
        near = of[0].table.key[0] if link.inward else link.column
        wanted = ((row.values.get(near),) for row in of)
        return self.holding(of[0].source, target, (link.target,), wanted, most=most)


@contextmanager
def told(source: str, table: str = "") -> Iterator[None]:
    """Raise SourceUnreachable in place of what a driver says: its words may hold values."""
    try:
        yield
    except SQLAlchemyError as fault:
        at = f"table `{table}` of source `{source}`" if table else f"source `{source}`"
        why = type(getattr(fault, "orig", None) or fault).__name__
        raise SourceUnreachable(
            f"{at} could not be read ({why}); check that it runs, and that the catalogue has the"
            " names of its tables and columns"
        ) from None


@contextmanager
def shelf(
    catalogue: Catalogue, engines: Mapping[str, Engine], schemas: Mapping[str, Schema]
) -> Iterator[Shelf]:
    """Lend a shelf on which every source of the catalogue that has an engine is read as of now.

    schemas: those that are known already. Raises SourceUnreachable.
    """
    known = dict(schemas)
    with ExitStack() as stack:
        connections: dict[str, Connection] = {}
        for source in catalogue.sources:
            engine = engines.get(source.name)
            if engine is None:
                continue
            with told(source.name):
                if source.name not in known:
                    known[source.name] = reflected(engine)
                connections[source.name] = stack.enter_context(_reading(engine))
        yield Shelf(catalogue, connections, known)


@contextmanager
def _reading(engine: Engine) -> Iterator[Connection]:
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        # All of a person's rows as of one instant.
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect() as connection:
        yield connection.execution_options(**options)
