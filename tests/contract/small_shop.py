"""A small shop, its catalogue and a ledger in memory, for the contract of sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
)

from placket.catalogue import Catalogue, parse
from placket.identity import Identifier
from placket.law.calendar import to_instant
from placket.sources.sync import SyncSummary, sync

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from placket.facts import Fact, Kind
    from placket.sources.told import Told

NOW = to_instant(datetime(2026, 11, 24, tzinfo=UTC))
LATER = to_instant(datetime(2026, 12, 24, tzinfo=UTC))
SECRET = b"a secret of sixteen or more"

SHOP, MORE = MetaData(), MetaData()
CUSTOMER = Table(
    "customer",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("email", String, index=True),
    Column("birth_date", Date),
    Column("country", String),
    Column("created_at", DateTime(timezone=True)),
    Column("opted_in", Boolean),
)
ORDERS = Table(
    "orders",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.id"), index=True),
    Column("guest_email", String),
    Column("placed_at", DateTime(timezone=True)),
    Column("refusal_offered", Boolean),
)
PAYMENT = Table(
    "payment",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("order_id", ForeignKey("orders.id")),
    Column("paid_at", DateTime(timezone=True)),
)
OBJECTION = Table(
    "objection",
    SHOP,
    Column("id", Integer, primary_key=True),
    Column("customer_id", ForeignKey("customer.id")),
    Column("kind", String),
    Column("made_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
)
HOSTILE = Table(
    "x;--",
    SHOP,
    Column('a"b', Integer, primary_key=True),
    Column("$1", ForeignKey("customer.id")),
    Column("100%", DateTime(timezone=True)),
)

CATALOGUE = """
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {email: email, since: created_at, match: email}
        tells:
          - account.opened at created_at
          - customer.born on birth_date
          - customer.located in country
          - data.collected at created_at
          - {tell: consent.given in opted_in, of: newsletter, channel: email, marks: [imported]}
        holds: {email: email, date_of_birth: birth_date}
      orders:
        owner: customer_id -> customer.id
        subject:
          as: contact
          key: guest_email
          email: guest_email
          since: placed_at
          when: {customer_id: null}
          match: email
        tells:
          - order.placed at placed_at
          - order.opened at placed_at
          - tell: contact.obtained at placed_at
            when: {refusal_offered: true}
            channel: email
            marks: [refusal_offered]
      payment:
        owner: order_id -> orders.id
        tells:
          - {tell: payment.certified at paid_at, thing: order_id -> orders.id}
      objection:
        owner: customer_id -> customer.id
        tells:
          - {tell: objection.made at made_at, of: {column: kind}}
          - {tell: objection.decided at decided_at, of: {column: kind}, marks: [overruled]}
      'x;--':
        key: ['a"b']
        owner: '"$1" -> customer.id'
        tells: ['thing.done at "100%"']
"""


@dataclass
class Ledger:
    """A sink in memory; persons are numbered in the order of their first asking."""

    facts: dict[str, Fact] = field(default_factory=dict)
    private: dict[str, Mapping[str, object] | None] = field(default_factory=dict)
    persons: dict[Identifier, str] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()

    def persons_for(
        self, keys: Sequence[tuple[Identifier, ...]], since: Sequence[int] = ()
    ) -> Sequence[str]:
        del since
        return [
            ""
            if key[0].value in self.barred
            else self.persons.setdefault(key[0], f"p{len(self.persons) + 1}")
            for key in keys
        ]

    def elsewhere(self, identifiers: Collection[Identifier]) -> Mapping[Identifier, str]:
        del identifiers
        return {}

    def root_of_each(self, persons: Collection[str]) -> Mapping[str, str]:
        return {person: person for person in persons}

    def has(self, ids: Collection[str]) -> AbstractSet[str]:
        return self.facts.keys() & set(ids)

    def append(self, told: Sequence[Told]) -> int:
        for fact, private in told:
            assert fact.id not in self.facts
            self.facts[fact.id], self.private[fact.id] = fact, private
        return len(told)

    def remembered(self, slots: Collection[str]) -> Mapping[str, str]:
        return {slot: self.slots[slot] for slot in slots if slot in self.slots}

    def remember(self, values: Mapping[str, str]) -> None:
        self.slots.update(values)

    def of(self, *kinds: Kind) -> list[Fact]:
        """Return the facts of `kinds`, earliest first."""
        found = [fact for fact in self.facts.values() if fact.kind in kinds]
        return sorted(found, key=lambda fact: (fact.occurred_at, fact.person, fact.id))

    def person(self, key: str) -> str:
        """Return the person whose own key is `key`."""
        return self.persons[Identifier("customer", key)]


def day(month: int, number: int = 1) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def at(month: int, number: int = 1) -> int:
    return to_instant(day(month, number))


ROWS: list[tuple[Table, list[dict[str, Any]]]] = [
    (
        CUSTOMER,
        [
            {
                "id": 1,
                "email": "Ada@Example.org",
                "birth_date": date(1990, 5, 4),
                "country": "gb",
                "created_at": day(1),
                "opted_in": True,
            },
            {
                "id": 2,
                "email": "bo@example.org",
                "birth_date": None,
                "country": None,
                "created_at": day(2),
                "opted_in": False,
            },
        ],
    ),
    (
        ORDERS,
        [
            {
                "id": 7,
                "customer_id": 1,
                "guest_email": None,
                "placed_at": day(3),
                "refusal_offered": True,
            },
            {
                "id": 8,
                "customer_id": None,
                "guest_email": "ada@example.org",
                "placed_at": day(4),
                "refusal_offered": False,
            },
            {
                "id": 9,
                "customer_id": None,
                "guest_email": "ADA@example.org",
                "placed_at": day(12),
                "refusal_offered": False,
            },
            {
                "id": 10,
                "customer_id": None,
                "guest_email": None,
                "placed_at": day(5),
                "refusal_offered": False,
            },
        ],
    ),
    (
        PAYMENT,
        [{"id": 1, "order_id": 7, "paid_at": day(4)}, {"id": 2, "order_id": 8, "paid_at": day(5)}],
    ),
    (
        OBJECTION,
        [{"id": 1, "customer_id": 2, "kind": "profiling", "made_at": day(6), "decided_at": day(7)}],
    ),
    (HOSTILE, [{'a"b': 1, "$1": 1, "100%": day(8)}]),
]


def catalogue(text: str = CATALOGUE) -> Catalogue:
    parsed = parse(text)
    assert parsed.problems == ()
    assert parsed.catalogue is not None
    return parsed.catalogue


def told_by(
    shop: Engine,
    ledger: Ledger,
    *,
    now: int = NOW,
    known: Mapping[str, str] | None = None,
    text: str = CATALOGUE,
) -> SyncSummary:
    return sync(
        catalogue(text),
        "shop",
        shop,
        ledger,
        now=now,
        policy_version=lambda _at: "2026-01",
        secret=SECRET,
        known=known,
    )
