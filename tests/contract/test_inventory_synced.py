"""An inventory and a sync agree on whose each row of the demo's shop is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.catalogue import Catalogue, parse
from placket.demo.examples import catalogue_of, example_policy
from placket.demo.shop import build_shop
from placket.facts import Kind
from placket.identity.identifier import Identifier, parse_identifier
from placket.sources.inventory import Whom, read_inventory
from placket.sources.reflected import reflected
from placket.sources.sync import sync
from tests.contract.small_shop import NOW, SECRET, Ledger
from tests.contract.test_views_demo import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Engine

MOST = 40


@dataclass(frozen=True)
class Clusters:
    """The persons of a sync, those that it linked being one, and how each is known."""

    roots: dict[str, str]
    known: dict[str, tuple[Identifier, ...]]
    keys: dict[Identifier, str]

    def persons_of(self, identifiers: Sequence[Identifier]) -> Sequence[str]:
        """Return the root of whoever has each own key."""
        return [self.roots.get(self.keys.get(each, ""), "") for each in identifiers]

    def whom(self, root: str) -> Whom:
        """Return one person as the ledger knows them."""
        members = frozenset(person for person, of in self.roots.items() if of == root)
        return Whom(person=root, members=members, identifiers=self.known[root])


def clusters(ledger: Ledger) -> Clusters:
    """Return the persons that the sync's facts make."""
    roots = {person: person for person in ledger.persons.values()}
    for link in ledger.of(Kind.IDENTITY_LINKED):
        first, second = roots[link.person], roots[link.about]
        for person, root in roots.items():
            if root == second:
                roots[person] = first
    known: dict[str, list[Identifier]] = defaultdict(list)
    for fact in ledger.of(Kind.IDENTIFIED):
        read = parse_identifier(str((ledger.private[fact.id] or {})["identifier"]))
        assert isinstance(read, Identifier)
        known[roots[fact.person]].append(read)
    return Clusters(roots, {r: tuple(held) for r, held in known.items()}, ledger.persons)


@pytest.fixture(scope="module")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo')}/shop.db"
    build_shop(url, today=date(2026, 11, 24), scale=0.003)
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


def muse() -> Catalogue:
    found = parse(catalogue_of(example_policy("muse")).read_text(encoding="utf-8")).catalogue
    assert found is not None
    return found


def test_the_rows_of_a_person_are_those_that_a_sync_gave_them(demo_shop: Engine) -> None:
    catalogue, ledger = muse(), Ledger()
    sync(catalogue, "shop", demo_shop, ledger, now=NOW, policy_version=str, secret=SECRET)
    persons = clusters(ledger)
    shop = Rows(demo_shop, catalogue.sources[0])
    expected: dict[str, set[tuple[str, object]]] = defaultdict(set)
    for table in catalogue.sources[0].tables:
        for row, key in shop.owned(table.name):
            expected[persons.persons_of([key])[0]].add((table.name, row["id"]))
    several = sorted(expected, key=lambda root: -len(expected[root]))[:MOST]
    schemas = {"shop": reflected(demo_shop)}

    found = {
        root: read_inventory(
            catalogue, {"shop": demo_shop}, persons.whom(root), persons, schemas=schemas
        )
        for root in several
    }

    assert len({table for root in several for table, _ in expected[root]}) > 15
    assert {
        root: {(r.at.table, r.at.key[0][1]) for r in inventory.rows if root in r.owners}
        for root, inventory in found.items()
    } == {root: expected[root] for root in several}
