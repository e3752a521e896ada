"""The inventory of a person: their rows in every connected database, and whose else each is."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.catalogue.model import Table
from placket.facts import OPEN
from placket.plan.inventory import Inventory, Row
from placket.sources.inventory_events import Events
from placket.sources.inventory_owners import Owners, Persons, Whom, kind_of, start_of_key
from placket.sources.inventory_reading import Found, Shelf, shelf
from placket.sources.inventory_seeking import holding
from placket.sources.routes import key_column, leads_straight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Engine

    from placket.catalogue.model import Action, Catalogue, Link, Scalar, Source
    from placket.catalogue.schema import Schema, TableSchema
    from placket.identity import Identifier
    from placket.law.calendar import Instant

__all__ = ["Persons", "Whom", "read_inventory"]

_NONE: Final[Mapping[str, Schema]] = MappingProxyType({})


def read_inventory(  # noqa: PLR0913 - where, whose, and the circumstances by name
    catalogue: Catalogue,
    engines: Mapping[str, Engine],
    whom: Whom,
    persons: Persons,
    *,
    now: Instant = OPEN,
    schemas: Mapping[str, Schema] = _NONE,
) -> Inventory:
    """Return the rows that the person owns or appears in, and what points at these.

    engines: by source; a source without one is not read. now: what rows tell of later has not
    happened. schemas: of sources whose schema is known already; the others' are read.
    Raises SourceUnreachable, naming the source and never a value.
    """
    with shelf(catalogue, engines, schemas) as on:
        owners = Owners(catalogue, on, whom, persons)
        search = _Search(catalogue, on, whom, owners)
        search.run()
        rows = search.rows()
        events = Events(catalogue, on, now)
        return Inventory(
            rows=_told(rows, owners, events),
            schemas=on.schemas,
            placeholders=MappingProxyType(dict(_placeholders(on))),
        )


def _told(rows: Sequence[Found], owners: Owners, events: Events) -> tuple[Row, ...]:
    """Return the rows as plans read them; only what concerns the person tells its events."""
    whose = [(row, owners.owners(row), owners.parties(row)) for row in rows]
    person = owners.whom.person
    mine = [row for row, own, party in whose if person in own or person in party]
    told = events.told(mine)
    return tuple(
        Row(
            at=row.at,
            values=row.values,
            owners=own,
            parties=party,
            supplied_by=_supplier(row, party, events) if row in told else "",
            events=told.get(row, ()),
        )
        for row, own, party in whose
    )


def _supplier(row: Found, parties: frozenset[str], events: Events) -> str:
    """Return who gave what the row says: the one who appears in it, where it tells so."""
    (one,) = parties if len(parties) == 1 else ("",)
    return one if one and events.is_from_another(row) else ""


def _placeholders(on: Shelf) -> Iterator[tuple[tuple[str, str], Scalar]]:
    """Yield the key of each row that stands for nobody and is there."""
    for source, table in on.catalogue.tables():
        if table.nobody is not None and on.holding(source, table, table.key[:1], [(table.nobody,)]):
            yield (source.name, table.name), table.nobody


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for one person's rows: first those that are them, then along the links."""

    catalogue: Catalogue
    on: Shelf
    whom: Whom
    owners: Owners
    _settled: dict[Found, None] = field(default_factory=dict, repr=False)

    def run(self) -> None:
        """Find every row that the person owns or appears in, and what points at these."""
        persons = list(self._persons())
        self.owners.recognise(persons)
        linked = list(self._by_keys())
        frontier = self._new([*persons, *linked])
        while frontier:
            frontier = self._new(self._around(frontier))
        self._new(self._pointing())

    def rows(self) -> list[Found]:
        """Return what concerns the person, and what points at it by a constraint."""
        pointing = set(self._pointing())
        return [row for row in self._settled if row in pointing or self._concerns(row)]

    def _concerns(self, row: Found) -> bool:
        person = self.whom.person
        return person in self.owners.owners(row) or person in self.owners.parties(row)

    def _goes_with_me(self, row: Found) -> bool:
        """Say whether a row can go with the person: one that somebody else owns too stays."""
        owners = self.owners.owners(row)
        return self.whom.person in owners and (len(owners) == 1 or row.table.shared == "any")

    def _new(self, rows: Iterable[Found]) -> list[Found]:
        """Settle the rows that were not yet; return those of them that lead to the person."""
        new = [row for row in dict.fromkeys(rows) if row not in self._settled]
        self.owners.settle(new)
        self._settled.update(dict.fromkeys(new))
        return [row for row in new if self.owners.leads_to_me(row)]

    # The person's own rows

    def _persons(self) -> Iterator[Found]:
        """Yield the rows of subject tables that hold an identifier of the person."""
        subjects = [(s, t, t.subject) for s, t in self._tables() if t.subject is not None]
        matched = frozenset(kind for _, _, subject in subjects for kind in subject.match)
        for source, table, subject in subjects:
            own = key_column(table)
            sought = {(own, kind_of(subject, own)): self._keys(source, table)}
            for each, column in subject.identifiers:
                if each in matched:
                    values = [i.value for i in self.whom.identifiers if i.kind == each]
                    sought.setdefault((column, each), []).extend(values)
            for (column, kind), wanted in sought.items():
                yield from self._held(source, table, column, kind, wanted)

    def _held(
        self, source: Source, table: Table, column: str, kind: str, values: Sequence[str]
    ) -> Iterable[Found]:
        """Return the rows that hold one of the identifiers, or plain keys, in a column."""
        if not kind:
            return self.on.holding(source, table, (column,), [(value,) for value in values])
        shape = self.on.shape(source.name, table.name)
        dialect = self.on.connections[source.name].dialect.name
        where = holding(shape, column, kind, values, dialect=dialect)
        return () if where is None else self.on.read(source, table, where)

    def _keys(self, source: Source, table: Table) -> list[str]:
        """Return the own keys of the person that rows of a subject table may have."""
        start = start_of_key(source, table)
        own = [i.value for i in self.owners.known if i.kind == "customer" and self._is_mine(i)]
        return [value.removeprefix(start) for value in own if value.startswith(start)]

    def _is_mine(self, key: Identifier) -> bool:
        return self.owners.known[key] == self.whom.person

    # Along the links

    def _tables(self) -> Iterator[tuple[Source, Table]]:
        for source, table in self.catalogue.tables():
            if source.name in self.on.connections:
                yield source, table

    def _by_keys(self) -> Iterator[Found]:
        """Yield the rows that hold the person's own key, whether its row is there or not."""
        for source, table in self._tables():
            for link in table.links():
                target = self.catalogue.target(link, source)
                if target is not None and target.subject and leads_straight(target, link):
                    kind = kind_of(target.subject, link.target)
                    keys = self._keys(self._home(source, link), target)
                    yield from self._held(source, table, link.column, kind, keys)

    def _home(self, source: Source, link: Link) -> Source:
        return (self.catalogue.source(link.source) if link.source else source) or source

    def _around(self, rows: Sequence[Found]) -> Iterator[Found]:
        """Yield the rows that links join to `rows`: those that may be of the same persons."""
        by_table: dict[tuple[str, str], list[Found]] = {}
        for row in rows:
            by_table.setdefault((row.source.name, row.table.name), []).append(row)
        for source, table in self._tables():
            for link in table.links():
                near = by_table.get((source.name, link.table), ())
                if near and not link.source:
                    yield from self._linked(source, table, link, near)

    def _linked(
        self, source: Source, table: Table, link: Link, near: Sequence[Found]
    ) -> list[Found]:
        column = table.key[0] if link.inward else link.column
        wanted = ((row.values.get(link.target),) for row in near)
        return self.on.holding(source, table, (column,), wanted)

    # What points at rows that may go

    def _pointing(self) -> Iterator[Found]:
        """Yield the rows that a constraint lets point at a row of the person that may go."""
        by_table: dict[tuple[str, str], list[Found]] = {}
        for row in self._settled:
            if _may_go(row.table) and self._goes_with_me(row):
                by_table.setdefault((row.source.name, row.table.name), []).append(row)
        for (name, table), rows in by_table.items():
            schema = self.on.schemas.get(name)
            for child, key in schema.referring(table) if schema is not None else ():
                of = rows[0].source.table(child.name) or _unnamed(child)
                wanted = [tuple(row.values.get(t) for t in key.targets) for row in rows]
                yield from self.on.holding(rows[0].source, of, key.columns, wanted)


def _unnamed(child: TableSchema) -> Table:
    """Return a table that the catalogue does not name; its rows are nobody's."""
    return Table(name=child.name, key=child.primary_key or tuple(c.name for c in child.columns))


def _may_go(table: Table) -> bool:
    """Say whether the catalogue lets a row of the table be deleted, now or later."""
    return not table.actions or any(map(_deletes, table.actions))


def _deletes(action: Action) -> bool:
    if action.word == "keep":
        return not action.then or any(map(_deletes, action.then))
    return action.word == "delete"
