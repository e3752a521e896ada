"""Whose a row is: along its owner links to persons, as a sync finds them, and to all of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from placket.identity import Identifier
from placket.sources.routes import OWN, Reading, key_column, leads_straight
from placket.sources.told import make_identifiers, make_test, own_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from placket.catalogue.model import Catalogue, Link, Source, Subject, Table
    from placket.sources.inventory_reading import Found, Shelf

_OWNERS_ENOUGH: Final = 50
"""Rows that point at one of somebody's, such as a shop's own address: that many tell that it is
shared."""
_LINKED_BY_A_DEVICE: Final = 2
"""A device that more persons use proves nothing about any of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whom:
    """The person whose rows are looked for: all ids that the ledger links, and identifiers.

    person: the root of the cluster. identifiers: own keys of rows too.
    """

    person: str
    members: frozenset[str] = frozenset()
    identifiers: tuple[Identifier, ...] = field(default=(), repr=False)


class Persons(Protocol):
    """All that an inventory asks of the ledger."""

    def persons_of(self, identifiers: Sequence[Identifier]) -> Sequence[str]:
        """Return the person of each identifier, the root of its cluster; empty for nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class PersonRow:
    """How the rows of one subject table are persons: made once, so that a row costs little."""

    table: Table
    source: Source
    reading: Reading
    identifiers: Callable[[tuple[Any, ...]], tuple[Identifier, ...]]
    holds: Callable[[tuple[Any, ...]], bool]

    @classmethod
    def of(cls, source: Source, table: Table) -> PersonRow | None:
        """Return how rows of the table are persons, None where they are none."""
        if table.subject is None:
            return None
        reading = Reading(table.name)
        tests = tuple((reading.place(test.column), test) for test in table.subject.when)
        return cls(
            table, source, reading, make_identifiers(table.subject, reading), make_test(tests)
        )

    def key(self, row: Found) -> Identifier | None:
        """Return the own key of the person that the row is, None where it is none."""
        value = row.values.get(key_column(self.table))
        if is_nobody(self.table, row.at.key[0][1]) or not self.holds(cells(self.reading, row)):
            return None
        return person_key(self.source, self.table, value)


def cells(reading: Reading, row: Found) -> tuple[Any, ...]:
    """Return what a reading takes from the row's own columns, in its order."""
    return tuple(row.values.get(name) for (at, name) in reading.places if at == OWN)


def person_key(source: Source, table: Table, value: Any) -> Identifier | None:
    """Return the own key of the person of a subject table who has this value there."""
    if table.subject is None or value is None:
        return None
    kind = kind_of(table.subject, key_column(table))
    return own_key(start_of_key(source, table), kind, value)


def start_of_key(source: Source, table: Table) -> str:
    """Return what stands before the value in the own keys of a subject table's persons."""
    anchor = table.subject.anchor if table.subject is not None else ""
    return f"{source.name}.{anchor or table.name}:"


def kind_of(subject: Subject, column: str) -> str:
    """Return the kind of identifier that a column of persons holds, empty for a plain key."""
    return next((kind for kind, name in subject.identifiers if name == column), "")


def is_nobody(table: Table, key: Any) -> bool:
    """Say whether this is the key of the row that stands for no person."""
    return table.nobody is not None and key == table.nobody


class _Ends(NamedTuple):
    """Own keys to which a row leads: of its owners, and of every person on the way."""

    owners: frozenset[Identifier]
    near: frozenset[Identifier]


@dataclass(frozen=True, eq=False)
class Owners:
    """Who owns and who appears in the rows of a shelf."""

    catalogue: Catalogue
    shelf: Shelf
    whom: Whom
    persons: Persons
    known: dict[Identifier, str] = field(default_factory=dict, repr=False)
    _ends: dict[tuple[Found, frozenset[str]], _Ends] = field(default_factory=dict, repr=False)
    _ways: dict[tuple[str, str], PersonRow | None] = field(default_factory=dict, repr=False)
    _on: dict[tuple[str, Link, frozenset[str]], bool] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.known.update(dict.fromkeys(self.whom.identifiers, self.whom.person))

    def owners(self, row: Found) -> frozenset[str]:
        """Return the persons who own a settled row."""
        return frozenset(self.known[key] for key in self._owning(row, frozenset()).owners)

    def parties(self, row: Found) -> frozenset[str]:
        """Return the persons who appear in a settled row."""
        ends = self._over(row, row.table.party, frozenset())
        return frozenset(self.known[key] for key in ends.owners)

    def leads_to_me(self, row: Found) -> bool:
        """Say whether a settled row leads to the person: rows that link to it may be theirs."""
        near = self._owning(row, frozenset()).near
        return any(self.known[key] == self.whom.person for key in near)

    def settle(self, rows: Sequence[Found]) -> None:
        """Read what leads from `rows` to their persons, and ask the ledger who these are."""
        self._climb(rows, frozenset())
        found = (
            self._owning(row, frozenset()).near | self._over(row, row.table.party, frozenset()).near
            for row in rows
        )
        for key in self._meet(frozenset[Identifier]().union(*found)):
            self.known[key] = _stranger(key)

    def recognise(self, rows: Sequence[Found]) -> None:
        """Settle rows that hold an identifier of the person, and may be theirs by `match`.

        What the ledger knows of a row's own key decides. A row that it does not know yet is the
        person's where the catalogue takes an identifier that both have for proof.
        """
        self._climb(rows, frozenset())
        own = [(row, key) for row in rows for key in self._owning(row, frozenset()).owners]
        strangers = self._meet({key for _, key in own})
        named = [(r, key, self._named(r)) for r, key in own if key == self._own(r)]
        theirs = {key for _, key in own if self.known.get(key) == self.whom.person}
        for key in _proven(named, theirs, frozenset(self.whom.identifiers)):
            if key in strangers:
                self.known[key] = self.whom.person
        self.settle(rows)

    def _meet(self, keys: Iterable[Identifier]) -> set[Identifier]:
        """Ask the ledger who has these keys; return those that it does not know."""
        new = sorted(key for key in keys if key not in self.known)
        persons = self.persons.persons_of(new) if new else ()
        for key, person in zip(new, persons, strict=True):
            if person:
                mine = person in self.whom.members
                self.known[key] = self.whom.person if mine else person
        return {key for key in new if key not in self.known}

    def _climb(self, rows: Iterable[Found], seen: frozenset[str]) -> None:
        """Read every row by which `rows` lead to a person, table by table."""
        tables: dict[tuple[str, str], list[Found]] = {}
        for row in rows:
            tables.setdefault((row.source.name, row.table.name), []).append(row)
        for same in tables.values():
            table = same[0].table
            before = seen | {table.name}
            for link in table.owner if seen else table.links():
                if self._goes_on(same[0].source, link, before):
                    most = _OWNERS_ENOUGH if link.inward else 0
                    self._climb(self.shelf.led_to(same, link, most=most), before)
                    mine = [
                        row for row in same if link.inward and self._is_doubtful(row, link, before)
                    ]
                    self._climb(self.shelf.led_to(mine, link), before)

    def _is_doubtful(self, row: Found, link: Link, seen: frozenset[str]) -> bool:
        """Say whether all owners read so far are the person, and there may be more of them."""
        if not self.shelf.is_partly_read(row, link):
            return False
        ends = (self._owning(near, seen) for near in self.shelf.near(row, link))
        keys = frozenset[Identifier]().union(*(each.owners for each in ends))
        self._meet(keys)
        return all(self.known.get(key) == self.whom.person for key in keys)

    def _goes_on(self, source: Source, link: Link, seen: frozenset[str]) -> bool:
        """Say whether a link leads to rows that lead on: across sources none can be joined."""
        asked = (source.name, link, seen)
        if asked not in self._on:
            target = self.catalogue.target(link, source)
            is_near = link.table not in seen and not link.source
            self._on[asked] = is_near and target is not None and not leads_straight(target, link)
        return self._on[asked]

    def _owning(self, row: Found, seen: frozenset[str]) -> _Ends:
        """Return where a row's owner links end; without any end, its own key where it is one."""
        found = self._ends.get((row, seen))
        if found is None:
            found = self._over(row, row.table.owner, seen)
            own = self._own(row)
            if own is not None:
                keys = frozenset({own})
                found = _Ends(found.owners or keys, found.near | keys)
            self._ends[row, seen] = found
        return found

    def _over(self, row: Found, links: Iterable[Link], seen: frozenset[str]) -> _Ends:
        """Return where these links of a row end, none of them through a table twice."""
        before = seen | {row.table.name}
        owners: set[Identifier] = set()
        near: set[Identifier] = set()
        for link in links:
            if self._goes_on(row.source, link, before):
                for target in self.shelf.near(row, link):
                    ends = self._owning(target, before)
                    owners |= ends.owners
                    near |= ends.near
            else:
                owners |= self._straight(row, link)
        return _Ends(frozenset(owners), frozenset(owners | near))

    def _straight(self, row: Found, link: Link) -> set[Identifier]:
        target = self.catalogue.target(link, row.source)
        if target is None or not leads_straight(target, link):
            return set()
        home = self.catalogue.source(link.source) if link.source else None
        value = row.values.get(link.column)
        if link.target == target.key[0] and is_nobody(target, value):
            return set()
        key = person_key(home or row.source, target, value)
        return set() if key is None else {key}

    def _own(self, row: Found) -> Identifier | None:
        way = self._way(row)
        return None if way is None else way.key(row)

    def _named(self, row: Found) -> tuple[Identifier, ...]:
        way = self._way(row)
        return () if way is None else way.identifiers(cells(way.reading, row))

    def _way(self, row: Found) -> PersonRow | None:
        at = (row.source.name, row.table.name)
        if at not in self._ways:
            self._ways[at] = PersonRow.of(row.source, row.table)
        return self._ways[at]


def _stranger(key: Identifier) -> str:
    """Return an id for a person whom the ledger does not know: a row of theirs is shared."""
    return f"unknown:{hashlib.sha256(key.value.encode()).hexdigest()[:24]}"


_Named = tuple["Found", Identifier, tuple[Identifier, ...]]


def _proven(
    rows: Sequence[_Named], theirs: AbstractSet[Identifier], mine: frozenset[Identifier]
) -> Iterator[Identifier]:
    """Yield the own keys of rows that share proof with the person: a sync would link them.

    By an identifier that the row's table takes for proof; or that a table takes where the
    person has it. theirs: own keys that are known to be the person's.
    """
    holders = Counter(i for i, _ in {(i, key) for _, key, named in rows for i in named})
    shared = {i for i in mine if i.kind != "device" or holders[i] <= _LINKED_BY_A_DEVICE}
    links = [(row, key, [i for i in n if i in shared]) for row, key, n in rows]
    hubs = {i for row, key, n in links if key in theirs for i in n if _takes(row, i)}
    for row, key, named in links:
        if any(_takes(row, i) or i in hubs for i in named):
            yield key


def _takes(row: Found, identifier: Identifier) -> bool:
    subject = row.table.subject
    return subject is not None and identifier.kind in subject.match
