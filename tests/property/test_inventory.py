"""The inventory that is read by queries equals the one that plain Python finds in all rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from placket.catalogue.model import Action, Catalogue, IdentifierKind, Link, Source, Subject, Table
from placket.identity import Identifier
from placket.sources.inventory import Whom, read_inventory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NAMES = ("ant", "bee", "cat", "dog")
COLUMNS = ("one", "two")
EMAILS = (None, "ada@example.org", "ADA@example.org", "bo@example.org", "bada@example.org")
MATCHES: tuple[tuple[IdentifierKind, ...], ...] = ((), ("email",))
MINE = Identifier("email", "ada@example.org")

Values = dict[str, Any]
Rows = dict[str, list[Values]]
Whose = dict[tuple[str, int], tuple[frozenset[str], frozenset[str]]]


@st.composite
def links(draw: st.DrawFn) -> tuple[Link, ...]:
    """Draw up to two links: a column that holds a key of a table, or one of its columns ours."""
    found = []
    for column in draw(st.lists(st.sampled_from(COLUMNS), max_size=2, unique=True)):
        table, inward = draw(st.sampled_from(NAMES)), draw(st.booleans())
        target = column if inward else "id"
        found.append(
            Link(column="" if inward else column, table=table, target=target, inward=inward)
        )
    return tuple(found)


@st.composite
def tables(draw: st.DrawFn, name: str) -> Table:
    """Draw one table of the catalogue, with columns `id`, `one`, `two` and `email`."""
    match = draw(st.sampled_from(MATCHES))
    subject = Subject(identifiers=(("email", "email"),), match=match)
    return Table(
        name=name,
        subject=draw(st.sampled_from([None, subject])),
        owner=draw(links()),
        party=draw(links()),
        actions=draw(st.sampled_from([(), (Action(word="blank", columns=("email",)),)])),
    )


@dataclass(frozen=True)
class Shop:
    """A catalogue, its rows, which link columns are constraints, and whom the ledger knows."""

    catalogue: Catalogue
    rows: Rows
    constraints: frozenset[tuple[str, str, str]]
    persons: Mapping[str, str]

    def whom(self) -> Whom:
        """Return the person called me, with their own keys and address."""
        own = [Identifier("customer", key) for key, who in self.persons.items() if who == "me"]
        return Whom(person="me", members=frozenset({"me"}), identifiers=(*own, MINE))

    def persons_of(self, identifiers: Sequence[Identifier]) -> Sequence[str]:
        """Return whom the ledger knows by each identifier."""
        return [self.persons.get(identifier.value, "") for identifier in identifiers]


@st.composite
def shops(draw: st.DrawFn) -> Shop:
    """Draw a shop of four tables with up to four rows each."""
    drawn = tuple(draw(tables(name)) for name in NAMES)
    keys = st.one_of(st.none(), st.integers(1, 5))
    row = st.fixed_dictionaries({"one": keys, "two": keys, "email": st.sampled_from(EMAILS)})
    rows = {
        name: [{"id": n, **each} for n, each in enumerate(draw(st.lists(row, max_size=4)), start=1)]
        for name in NAMES
    }
    three = st.tuples(*map(st.sampled_from, (NAMES, COLUMNS, NAMES)))
    known = st.sampled_from([f"shop.{name}:{n}" for name in NAMES for n in range(1, 5)])
    who = st.sampled_from(["me", "bo", "cy"])
    return Shop(
        Catalogue(name="drawn", sources=(Source(name="shop", tables=drawn),)),
        rows,
        frozenset(draw(st.lists(three, min_size=2, max_size=6, unique_by=lambda c: c[:2]))),
        draw(st.dictionaries(known, who, max_size=8)),
    )


def made(shop: Shop) -> sa.Engine:
    """Return a database with the rows of the shop."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        for name, rows in shop.rows.items():
            keys = {column: table for of, column, table in shop.constraints if of == name}
            columns = (
                f"{c} int" + (f" REFERENCES {keys[c]} (id)" if c in keys else "") for c in COLUMNS
            )
            connection.exec_driver_sql(
                f"CREATE TABLE {name} (id int PRIMARY KEY, email text, {', '.join(columns)})"
            )
            if rows:
                connection.execute(sa.insert(sa.table(name, *map(sa.column, rows[0]))), rows)
    return engine


# The plain reading


def ends(shop: Shop, table: Table, row: Values, seen: frozenset[str]) -> frozenset[str]:
    """Return the own keys of a row's owners: all that its links lead to, else its own."""
    found = over(shop, table, row, table.owner, seen)
    own = f"shop.{table.name}:{row['id']}" if table.subject else ""
    return found or (frozenset({own}) if own else frozenset())


def over(
    shop: Shop, table: Table, row: Values, links: Sequence[Link], seen: frozenset[str]
) -> frozenset[str]:
    before = seen | {table.name}
    found: set[str] = set()
    for link in links:
        target = shop.catalogue.sources[0].table(link.table)
        assert target is not None
        value = row["id"] if link.inward else row[link.column]
        if value is None:
            continue
        if target.subject and not target.owner and not link.inward:
            found.add(f"shop.{target.name}:{value}")
        elif target.name not in before:
            for other in shop.rows[target.name]:
                if other[link.target] == value:
                    found |= ends(shop, target, other, before)
    return frozenset(found)


def every_row(shop: Shop) -> Iterator[tuple[Table, Values]]:
    for table in shop.catalogue.sources[0].tables:
        for row in shop.rows[table.name]:
            yield table, row


def recognised(shop: Shop) -> dict[str, str]:
    """Return whose each own key is, with those that an equal address proves to be mine."""
    known = dict(shop.persons)
    holders = [
        (table, f"shop.{table.name}:{row['id']}")
        for table, row in every_row(shop)
        if table.subject
        and (row["email"] or "").lower() == MINE.value
        and not over(shop, table, row, table.owner, frozenset())
    ]
    matches = any(t.subject and t.subject.match and known.get(key) == "me" for t, key in holders)
    for table, key in holders:
        assert table.subject is not None
        if key not in known and (table.subject.match or matches):
            known[key] = "me"
    return known


def plain(shop: Shop) -> Whose:
    """Return owners and parties of every row that is mine, mentions me, or points at one such."""
    known = recognised(shop)

    def people(keys: frozenset[str]) -> frozenset[str]:
        return frozenset(known.get(key, f"unknown {key}") for key in keys)

    whose: Whose = {
        (table.name, row["id"]): (
            people(ends(shop, table, row, frozenset())),
            people(over(shop, table, row, table.party, frozenset())),
        )
        for table, row in every_row(shop)
    }
    mine = {at for at, (own, party) in whose.items() if "me" in own | party}
    blanked = {table.name for table in shop.catalogue.sources[0].tables if table.actions}
    goes = {at for at, (own, _) in whose.items() if own == {"me"} and at[0] not in blanked}
    pointing = {
        (of, row["id"])
        for of, column, target in shop.constraints
        for row in shop.rows[of]
        if (target, row[column]) in goes
    }
    return {at: found for at, found in whose.items() if at in mine | pointing}


def numbered(found: Mapping[tuple[str, int], tuple[frozenset[str], frozenset[str]]]) -> Whose:
    """Return the same with strangers by a number each, in the order of the rows they own."""
    names: dict[str, str] = {"me": "me", "bo": "bo", "cy": "cy"}
    groups: dict[str, list[object]] = {}
    for at in sorted(found):
        for place, persons in enumerate(found[at]):
            for person in persons - names.keys():
                groups.setdefault(person, []).append((at, place))
    names |= {person: f"stranger of {held}" for person, held in groups.items()}
    return {
        at: (frozenset(names[p] for p in own), frozenset(names[p] for p in party))
        for at, (own, party) in found.items()
    }


@given(shops())
def test_the_rows_found_by_queries_are_those_that_plain_python_finds(shop: Shop) -> None:
    engine = made(shop)

    inventory = read_inventory(shop.catalogue, {"shop": engine}, shop.whom(), shop)

    engine.dispose()
    found: Whose = {
        (row.at.table, row.values["id"]): (row.owners, row.parties) for row in inventory.rows
    }
    assert numbered(found) == numbered(plain(shop))
    for row in inventory.rows:
        assert dict(row.values) in shop.rows[row.at.table]
