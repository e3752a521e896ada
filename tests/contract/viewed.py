"""A small shop with views: its policy, catalogue, rows and a ledger in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from placket.catalogue import Catalogue, parse
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.facts import Fact, Kind, fact_id
from placket.identity import Identifier, Link, clusters, connected_at
from placket.law.calendar import to_instant
from placket.policy.load import load_policy
from placket.sources import trees
from placket.sources.replica import (
    Replica,
)
from placket.sources.replica_plan import ReplicaPlan, plan_replica
from placket.sources.sync import sync
from placket.sources.views import (
    PurposeViews,
    View,
    select_of,
    view_of,
)
from placket.standing.fold import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from placket.policy.compile import Policy
    from placket.sources.told import Told
    from placket.standing.standing import Standing

TODAY = date(2026, 11, 24)
NOW = to_instant(datetime(2026, 11, 24, 12, tzinfo=UTC))
HOUR = 3_600_000_000
DAY = 24 * HOUR
MINUTE_SECONDS = 60

POLICY = """
---
retailer: Small Shop
version: v1
effective: 2024-01-01
language: en-GB
time_zone: Europe/London
---

# Policy

## All of it {#S-1}

Newsletters go to those who said yes. Calls are recorded for 6 months.

```placket
- region: everywhere
  countries: [rest]
  law: {GB: uk, EEA: eu, rest: uk}
- role: customer
  taken_by: [account.opened, order.placed]
- activity: newsletter
  purpose: direct_marketing
  uses: [name, email]
  requires: [email]
  basis: consent
  needs: [news]
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
- activity: care_quality
  purpose: quality_monitoring
  uses: [call_recording, call_log]
  requires: [call_recording]
  basis: legitimate_interest
  interest: good answers
  assessment: li-1
- activity: claims
  purpose: legal_claims
  uses: [name, order_details]
  requires: [order_details]
  basis: legitimate_interest
  interest: claims
  assessment: li-2
  ground: claims
- retain: call_recording
  for: 6 months from call.ended
- retain: all
  for: 6 years from last interaction
```
"""

CATALOGUE = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email, name: ['na"me', '100%'], date_of_birth: born}
      'x;--':
        key: ['a"b', '$1']
        owner: customer_id -> customer.id
        tells: [call.ended at ended_at]
        holds: {call_recording: recording, call_log: [ended_at, topic]}
      orders:
        owner: customer_id -> customer.id
        subject:
          as: contact
          key: guest_email
          email: guest_email
          since: placed_at
          when: {customer_id: null}
        tells: [order.placed at placed_at]
        holds: {order_details: total}
      order_line:
        owner: order_id -> orders.id
        holds: {order_details: article}
"""

SHOP = sa.MetaData()
CUSTOMER = sa.Table(
    "customer",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("email", sa.String),
    sa.Column('na"me', sa.String),
    sa.Column("100%", sa.String),
    sa.Column("born", sa.Date),
    sa.Column("created_at", sa.DateTime(timezone=True)),
)
CALL = sa.Table(
    "x;--",
    SHOP,
    sa.Column('a"b', sa.Integer, primary_key=True),
    sa.Column("$1", sa.String, primary_key=True),
    sa.Column("customer_id", sa.Integer),
    sa.Column("recording", sa.String),
    sa.Column("topic", sa.String),
    sa.Column("ended_at", sa.DateTime(timezone=True)),
)
ORDERS = sa.Table(
    "orders",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Integer),
    sa.Column("guest_email", sa.String),
    sa.Column("placed_at", sa.DateTime(timezone=True)),
    sa.Column("total", sa.Integer),
)
ORDER_LINE = sa.Table(
    "order_line",
    SHOP,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("order_id", sa.Integer),
    sa.Column("article", sa.String),
)


def day(month: int, number: int = 1) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def at(month: int, number: int = 1) -> int:
    return to_instant(day(month, number))


ROWS: list[tuple[sa.Table, list[tuple[Any, ...]]]] = [
    (
        CUSTOMER,
        [
            (1, "ada@example.org", "Ada", "A", None, day(1)),
            (2, "bo@example.org", "Bo", "B", None, day(1)),
            (3, "cy@example.org", "Cy", "C", None, day(1)),
        ],
    ),
    (
        CALL,
        [
            (1, "a", 1, "one.ogg", "size", day(2)),
            (2, "a", 1, "two.ogg", "colour", day(10)),
            (3, "a", 2, "three.ogg", "size", day(3)),
            (4, "a", None, "nobody.ogg", "size", day(10)),
            (5, "a", 99, "dangling.ogg", "size", day(10)),
        ],
    ),
    (
        ORDERS,
        [
            (7, 1, None, day(4), 700),
            (8, None, "Guest@Example.org", day(5), 800),
            (9, None, "not an address", day(5), 900),
            (10, None, None, day(5), 1000),
        ],
    ),
    (
        ORDER_LINE,
        [(1, 7, "hat"), (2, 8, "belt"), (3, 10, "sock"), (4, 77, "glove"), (5, None, "scarf")],
    ),
]


@dataclass
class Ledger:
    """The facts in memory: a sink of sync, and a reader of standings."""

    policy: Policy
    facts: dict[str, Fact] = field(default_factory=dict)
    private: dict[str, Mapping[str, object]] = field(default_factory=dict)
    persons: dict[Identifier, str] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    folded: dict[str, Standing] = field(default_factory=dict)
    asked: int = 0

    def persons_for(
        self, keys: Sequence[tuple[Identifier, ...]], since: Sequence[int] = ()
    ) -> Sequence[str]:
        del since
        return [self.persons.setdefault(k[0], f"p{len(self.persons) + 1}") for k in keys]

    def elsewhere(self, identifiers: Collection[Identifier]) -> Mapping[Identifier, str]:
        del identifiers
        return {}

    def root_of_each(self, persons: Collection[str]) -> Mapping[str, str]:
        return {person: person for person in persons}

    def has(self, ids: Collection[str]) -> AbstractSet[str]:
        return self.facts.keys() & set(ids)

    def append(self, told: Sequence[Told]) -> int:
        for fact, private in told:
            self.facts[fact.id] = fact
            self.private[fact.id] = private or {}
        self.folded.clear()
        return len(told)

    def add(self, kind: Kind, key: str, when: int, **fields: Any) -> Fact:
        person = self.persons[Identifier("customer", key)]
        fact = Fact(
            id=fact_id(kind, key, when, fields),
            kind=kind,
            occurred_at=when,
            recorded_at=when,
            person=person,
            **fields,
        )
        self.append([(fact, None)])  # type: ignore[list-item]  # a pair is read like a Told
        return fact

    def remembered(self, slots: Collection[str]) -> Mapping[str, str]:
        return {slot: self.slots[slot] for slot in slots if slot in self.slots}

    def remember(self, values: Mapping[str, str]) -> None:
        self.slots.update(values)

    def roots(self) -> Mapping[str, str]:
        return clusters(self.links())

    def links(self) -> list[Link]:
        return [
            Link(id=f.id, first=f.person, second=f.about, occurred_at=f.occurred_at, evidence="")
            for f in self.facts.values()
            if f.kind is Kind.IDENTITY_LINKED
        ]

    def fold_all(self) -> None:
        """Fold every person, as known and having occurred by now."""
        roots, by_root = self.roots(), {}  # type: ignore[var-annotated]  # filled just below
        for fact in self.facts.values():
            by_root.setdefault(roots.get(fact.person, fact.person), []).append(fact)
        links = self.links()
        near: dict[str, list[Link]] = {}
        for link in links:
            near.setdefault(roots[link.first], []).append(link)
        for root, facts in by_root.items():
            theirs = near.get(root, [])

            def connected(a: str, b: str, theirs: list[Link] = theirs) -> int | None:
                return connected_at(theirs, (), a, b)

            self.folded[root] = fold(
                self.policy, root, facts, private=self.private, connected=connected
            )

    def standing(self, identifier: Identifier) -> Standing | None:
        person = self.persons.get(identifier)
        if person is None or identifier.value in self.erased:
            return None
        if not self.folded:
            self.fold_all()
            self.by_person = self.roots()
        return self.folded.get(self.by_person.get(person, person))

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        self.asked += len(identifiers)
        return [self.standing(identifier) for identifier in identifiers]


@dataclass
class Small:
    """The small shop with its policy, synced."""

    engine: sa.Engine
    policy: Policy
    catalogue: Catalogue
    ledger: Ledger
    position: int = 1

    def views(self, *activities: str) -> list[PurposeViews]:
        source = self.catalogue.sources[0]
        asked = [prepare(self.policy, Question(activity=name)) for name in activities]
        return [view_of(prepared, self.catalogue, source) for prepared in asked]

    def plan(self, *activities: str) -> ReplicaPlan:
        return plan_replica(self.catalogue.sources[0], self.policy, self.views(*activities))

    def replicate(self, plan: ReplicaPlan, **more: Any) -> Any:
        given = {"now": NOW, "good_for_seconds": MINUTE_SECONDS, "position": self.position} | more
        return Replica(self.engine).replicate(plan, self.ledger, **given)

    def ready(self, *activities: str) -> ReplicaPlan:
        plan = self.plan(*activities)
        Replica(self.engine).apply(plan)
        self.replicate(plan)
        return plan

    def rows(self, name: str, activity: str, when: int = NOW) -> list[tuple[Any, ...]]:
        [view] = [v for p in self.views(activity) for v in p.views if v.table.name == name]
        return shown(self.engine, view, when)


def small_in(engine: sa.Engine) -> Small:
    """Return the small shop, made in the engine's database: Ada and Bo said yes, Cy did not."""
    SHOP.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS:
            parameters = [{f"p{n}": value for n, value in enumerate(row)} for row in rows]
            values = {c: sa.bindparam(f"p{n}", type_=c.type) for n, c in enumerate(table.c)}
            connection.execute(sa.insert(table).values(values), parameters)
    policy, catalogue = policy_of(POLICY), catalogue_of(CATALOGUE)
    ledger = Ledger(policy)
    synced(engine, catalogue, ledger, NOW)
    for number in (1, 2):
        ledger.add(
            Kind.CONSENT_GIVEN, f"shop.customer:{number}", at(2), what="news", channel="email"
        )
    return Small(engine, policy, catalogue, ledger)


def shown(engine: sa.Engine, view: View, when: int) -> list[tuple[Any, ...]]:
    """Return the rows of the view at an instant, in order."""
    dialect = trees.dialect_of(engine)
    sql = trees.printed(select_of(view), dialect)
    if dialect == "postgres":
        sql = sql.replace("%", "%%").replace("%%(now)s", "%(now)s")
    if dialect == "mysql":
        sql = sql.replace("%", "%%").replace(":now", "%(now)s")
    with engine.connect() as connection:
        found = connection.exec_driver_sql(sql, {"now": when})
        return sorted((tuple(row) for row in found), key=repr)


def policy_of(text: str) -> Policy:
    loaded = load_policy(text.lstrip(), "policy.md", on=TODAY)
    assert loaded.policy is not None, loaded.problems
    return loaded.policy


def catalogue_of(text: str) -> Catalogue:
    read = parse(text, "catalogue.yaml")
    assert read.catalogue is not None, read.problems
    return read.catalogue


def synced(engine: sa.Engine, catalogue: Catalogue, ledger: Ledger, now: int) -> None:
    name = catalogue.sources[0].name
    sync(
        catalogue,
        name,
        engine,
        ledger,
        now=now,
        policy_version=lambda _at: "v1",
        secret=b"a secret of sixteen or more",
    )
