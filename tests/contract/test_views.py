"""Purpose views and their replica, the same on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa

from placket.catalogue import Catalogue, parse
from placket.decide.decide import decide, prepare
from placket.decide.question import Decision, Question
from placket.demo.shop import build_shop
from placket.facts import Fact, Kind, fact_id
from placket.identity import Identifier, Link, clusters, connected_at
from placket.law.calendar import to_instant
from placket.policy.load import load_policy
from placket.sources import trees
from placket.sources.connect import open_source
from placket.sources.replica import (
    NotReplicated,
    PlanTooNarrow,
    Replica,
    ViewStillReads,
)
from placket.sources.replica_plan import ReplicaPlan, plan_replica
from placket.sources.sync import sync
from placket.sources.views import (
    NoRoles,
    PurposeViews,
    RoleTooWide,
    View,
    apply_views,
    select_of,
    view_of,
)
from placket.standing.fold import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from placket.catalogue.model import Source, Table
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

    def persons_for(self, keys: Sequence[tuple[Identifier, ...]]) -> Sequence[str]:
        return [self.persons.setdefault(k[0], f"p{len(self.persons) + 1}") for k in keys]

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


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop.db"
    name: str = request.getfixturevalue("postgres_database")
    return name


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


def shown(engine: sa.Engine, view: View, when: int) -> list[tuple[Any, ...]]:
    """Return the rows of the view at an instant, in order."""
    dialect = trees.dialect_of(engine)
    sql = trees.printed(select_of(view), dialect)
    if dialect == "postgres":
        sql = sql.replace("%", "%%").replace("%%(now)s", "%(now)s")
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


@pytest.fixture
def small(url: str) -> Iterator[Small]:
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
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
    yield Small(engine, policy, catalogue, ledger)
    engine.dispose()


def test_a_view_shows_the_declared_columns_of_the_permitted(small: Small) -> None:
    small.ready("newsletter")

    found = small.rows("customer", "newsletter")

    assert found == [
        (1, "ada@example.org", "Ada", "A"),
        (2, "bo@example.org", "Bo", "B"),
    ]


def test_each_row_has_its_own_clock(small: Small) -> None:
    small.ready("care_quality")

    found = small.rows("x;--", "care_quality")

    # Ada's call of February and Bo's of March are past; nobody's and the dangling are no one's.
    assert [(row[0], row[1], row[2], row[4]) for row in found] == [(2, "a", "two.ogg", "colour")]
    assert decide_of(small, "shop.customer:1", "care_quality").is_permitted
    assert not decide_of(small, "shop.customer:2", "care_quality").is_permitted


def decide_of(small: Small, key: str, activity: str, when: int = NOW) -> Any:
    standing = small.ledger.standing(Identifier("customer", key))
    return decide(small.policy, standing, Question(activity=activity), when)


def test_a_guest_order_is_found_by_its_own_key_and_nobodys_row_by_none(small: Small) -> None:
    small.ready("claims")

    assert small.rows("orders", "claims") == [(7, 700), (8, 800)]
    assert small.rows("order_line", "claims") == [(1, "hat"), (2, "belt")]


def test_a_stale_replica_shows_nothing(small: Small) -> None:
    small.ready("newsletter")

    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6 - 1)
    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6) == []


def test_the_databases_own_clock_is_asked(small: Small) -> None:
    plan = small.ready("newsletter")
    [views] = small.views("newsletter")
    with small.engine.begin() as connection:
        apply_views(connection, views)
    counted = sa.select(sa.func.count()).select_from(sa.table("placket_newsletter_customer"))

    with small.engine.connect() as connection:
        stale = connection.scalar(counted)
    far = 10 * 365 * 24 * 3600
    small.replicate(plan, good_for_seconds=far)
    with small.engine.connect() as connection:
        fresh = connection.scalar(counted)
    small.replicate(plan, now=0, good_for_seconds=1)
    with small.engine.connect() as connection:
        past = connection.scalar(counted)

    assert (stale in {0, 2}, fresh, past) == (True, 2, 0)


def test_another_policys_digest_shows_nothing(small: Small) -> None:
    small.ready("newsletter")
    small.policy = policy_of(POLICY.replace("2024-01-01", "2024-02-01"))

    assert small.rows("customer", "newsletter") == []


def test_a_withdrawal_reaches_the_view_by_the_persons_id_alone(small: Small) -> None:
    plan = small.ready("newsletter")
    key = Identifier("customer", "shop.customer:1")
    small.ledger.add(Kind.CONSENT_WITHDRAWN, "shop.customer:1", NOW, what="news", channel="email")
    small.ledger.asked = 0

    done = small.replicate(plan, keys=[small.ledger.persons[key]], position=2, since=1)

    assert small.rows("customer", "newsletter") == [(2, "bo@example.org", "Bo", "B")]
    assert (done.written, done.removed, done.renewed, small.ledger.asked) == (1, 0, True, 1)


def test_a_change_out_of_order_does_not_renew_the_term(small: Small) -> None:
    plan = small.ready("newsletter")
    later = NOW + 30 * 10**6

    done = small.replicate(plan, keys=["p1"], now=later, position=9, since=8)
    unsaid = small.replicate(plan, keys=["p1"], now=later, position=9)

    assert (done.renewed, unsaid.renewed) == (False, False)
    assert small.rows("customer", "newsletter", NOW + MINUTE_SECONDS * 10**6) == []


def test_the_erased_and_the_lost_leave_the_replica(small: Small) -> None:
    plan = small.ready("newsletter", "claims")
    small.ledger.erased.add("shop.customer:1")
    with small.engine.begin() as connection:
        connection.execute(sa.delete(CUSTOMER).where(CUSTOMER.c.id == 2))

    done = small.replicate(plan)

    kept: sa.Select[tuple[Any]] = sa.select(sa.column("id")).select_from(
        sa.table("placket_standing_customer")
    )
    with small.engine.connect() as connection:
        assert connection.scalars(kept).all() == [3]
    assert (done.written, done.removed) == (0, 2)
    assert small.rows("customer", "newsletter") == []


def test_a_second_replication_writes_nothing(small: Small) -> None:
    plan = small.ready("newsletter", "claims", "care_quality")

    done = small.replicate(plan, now=NOW + 1)

    assert (done.written, done.removed, done.renewed) == (0, 0, True)


def test_a_plan_that_would_leave_columns_stale_is_refused(small: Small) -> None:
    small.ready("newsletter", "claims")
    narrow = small.plan("claims")

    with pytest.raises(PlanTooNarrow):
        small.replicate(narrow)
    with pytest.raises(NotReplicated):
        small.replicate(small.plan("newsletter", "claims", "care_quality"))


def test_columns_that_no_view_needs_go(small: Small) -> None:
    small.ready("newsletter", "claims")

    changed = Replica(small.engine).apply(small.plan("claims"))

    # What changed shows nothing until it is filled again.
    assert "placket_standing_customer" in changed
    assert (7, 700) not in small.rows("orders", "claims")
    small.replicate(small.plan("claims"))
    assert small.rows("orders", "claims") == [(7, 700), (8, 800)]


def test_a_column_that_a_view_still_reads_stays(small: Small) -> None:
    plan = small.ready("newsletter", "claims")
    [views] = small.views("newsletter")
    with small.engine.begin() as connection:
        apply_views(connection, views)

    with pytest.raises(ViewStillReads):
        Replica(small.engine).apply(small.plan("claims"))

    small.replicate(plan)
    assert len(small.rows("customer", "newsletter")) == 2


def test_a_new_row_without_its_date_is_not_shown(small: Small) -> None:
    plan = small.ready("care_quality")
    with small.engine.begin() as connection:
        row = (6, "a", 1, "new.ogg", "size", day(11, 20))
        values = {c: sa.literal(v, c.type) for c, v in zip(CALL.c, row, strict=True)}
        connection.execute(sa.insert(CALL).values(values))

    before = [row[0] for row in small.rows("x;--", "care_quality")]
    small.replicate(plan)
    after = [row[0] for row in small.rows("x;--", "care_quality")]

    assert (before, after) == ([2], [2, 6])


def test_sqlite_has_no_roles(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    with engine.begin() as connection, pytest.raises(NoRoles):
        apply_views(connection, PurposeViews(activity="newsletter", views=()), role="marketing")
    engine.dispose()


# On PostgreSQL a role of its own reads the views, and neither the tables nor the replica.


@pytest.fixture
def role(small: Small) -> Iterator[str]:
    if small.engine.dialect.name != "postgresql":
        pytest.skip("this database knows no roles")
    name = 'mark"et;-- %'
    quoted = small.engine.dialect.identifier_preparer.quote_identifier(name)
    options = {"no_parameters": True}
    quoted = quoted.replace("%%", "%")
    with small.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {quoted}", execution_options=options)
    yield name
    with small.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {quoted}", execution_options=options)
        connection.exec_driver_sql(f"DROP ROLE {quoted}", execution_options=options)


def as_role(small: Small, role: str, sql: str) -> list[Any] | str:
    """Return what the role reads, or the state in which the database refuses."""
    options = {"no_parameters": True}
    quoted = role.replace('"', '""')
    with small.engine.connect() as connection:
        connection.exec_driver_sql(f'SET ROLE "{quoted}"', execution_options=options)
        try:
            return list(connection.exec_driver_sql(sql, execution_options=options))
        except sa.exc.DBAPIError as refused:
            return str(getattr(refused.orig, "sqlstate", ""))
        finally:
            connection.rollback()
            connection.exec_driver_sql("RESET ROLE")


DENIED = "42501"
NO_TABLE = "55000"
"""The state in which PostgreSQL refuses to change a view of several tables."""


def test_the_role_reaches_the_views_alone(small: Small, role: str) -> None:
    plan = small.ready("newsletter", "claims")
    [views, _] = small.views("newsletter", "claims")
    small.replicate(plan, good_for_seconds=10 * 365 * 24 * 3600)
    with small.engine.begin() as connection:
        apply_views(connection, views, role=role)

    read = as_role(small, role, "SELECT id FROM placket_newsletter_customer ORDER BY id")

    assert read == [(1,), (2,)]
    assert as_role(small, role, "SELECT born FROM placket_newsletter_customer") == "42703"
    for hidden in (
        "SELECT email FROM customer",
        "SELECT count(*) FROM customer",
        "SELECT person FROM placket_standing_customer",
        "SELECT * FROM placket_replica",
        "SELECT * FROM orders",
    ):
        assert as_role(small, role, hidden) == DENIED, hidden
    for change in (
        "UPDATE placket_newsletter_customer SET email = ''",
        "DELETE FROM placket_newsletter_customer",
    ):
        assert as_role(small, role, change) in {DENIED, NO_TABLE}, change


def test_no_function_of_the_reader_sees_a_row_before_the_view(small: Small, role: str) -> None:
    plan = small.ready("newsletter")
    [views] = small.views("newsletter")
    small.replicate(plan, good_for_seconds=10 * 365 * 24 * 3600)
    with small.engine.begin() as connection:
        apply_views(connection, views, role=role)
    # A division by zero on a hidden row would tell that it is there.
    peek = "SELECT 1 FROM placket_newsletter_customer WHERE 1 / (id - 3) = 9 OR id = 1"

    assert as_role(small, role, peek) == [(1,)]


def test_a_role_that_reads_more_already_is_refused(small: Small, role: str) -> None:
    small.ready("newsletter")
    [views] = small.views("newsletter")
    quoted = role.replace('"', '""')
    with small.engine.begin() as connection:
        connection.exec_driver_sql(
            f'GRANT SELECT (email) ON customer TO "{quoted}"',
            execution_options={"no_parameters": True},
        )

    with small.engine.begin() as connection, pytest.raises(RoleTooWide):
        apply_views(connection, views, role=role)


# The demo shop: for every activity the rows of the view are those that `decide` permits.


FOLDER = Path(__file__).parents[2] / "policies" / "justelegance"
ELEGANCE = policy_of((FOLDER / "policy.md").read_text(encoding="utf-8"))


ACTIVITIES = (
    Question(activity="newsletter"),
    Question(activity="offers_to_buyers", channel="email"),
    Question(activity="care_quality"),
    Question(activity="monitor_site"),
    Question(activity="legal_record"),
    Question(activity="legal_claims"),
    Question(activity="gift_delivery"),
    Question(activity="screen_for_fraud"),
)
DEMO_INSTANTS = (NOW, NOW + 40 * DAY, NOW + 400 * DAY, NOW + 3000 * DAY)


def test_the_views_of_the_demo_shop_hold_whom_decide_permits(url: str) -> None:
    policy = ELEGANCE
    catalogue = catalogue_of((FOLDER / "catalogue.yaml").read_text(encoding="utf-8"))
    build_shop(url, today=TODAY, scale=0.02)
    engine = open_source(url)
    ledger = Ledger(policy)
    synced(engine, catalogue, ledger, NOW)
    source = catalogue.sources[0]
    purposes = {q: view_of(prepare(policy, q), catalogue, source) for q in ACTIVITIES}
    plan = plan_replica(source, policy, purposes.values())
    replica = Replica(engine)
    replica.apply(plan)
    replica.replicate(
        plan, ledger, now=NOW, good_for_seconds=20 * 365 * 24 * 3600, position=len(ledger.facts)
    )
    DECIDED.clear()
    shop = Rows(engine, source)
    owned = {
        table.name: [(row, ledger.standing(person)) for row, person in shop.owned(table.name)]
        for table in source.tables
    }
    for question, purpose in purposes.items():
        for view in purpose.views:
            for when in DEMO_INSTANTS:
                found = shown(engine, view, when)

                expected = [
                    visible((question, when), view, row, standing)
                    for row, standing in owned[view.table.name]
                ]
                assert found == sorted((r for r in expected if r is not None), key=repr), view.name
    engine.dispose()


Values = dict[str, Any]


class Rows:
    """The shop's rows, each with its person found by walking the owners row by row."""

    def __init__(self, engine: sa.Engine, source: Source) -> None:
        self.tables = {table.name: table for table in source.tables}
        self.by_value: dict[tuple[str, str], dict[Any, list[Values]]] = {}
        with engine.connect() as connection:
            self.rows = {name: read(connection, name) for name in self.tables}

    def at(self, table: str, column: str, value: object) -> list[Values]:
        if (table, column) not in self.by_value:
            by_value = self.by_value.setdefault((table, column), {})
            for row in self.rows[table]:
                by_value.setdefault(row[column], []).append(row)
        return self.by_value[table, column].get(value, [])

    def owned(self, name: str) -> list[tuple[Values, Identifier]]:
        found = ((row, self.person(self.tables[name], row)) for row in self.rows[name])
        return [(row, person) for row, person in found if person is not None]

    def person(self, table: Table, row: Values) -> Identifier | None:
        owners = (
            (self.tables[link.table], owner)
            for link in table.owner
            for owner in self.at(link.table, link.target, row[link.column])
        )
        led = (self.person(*owner) for owner in owners)
        return next((found for found in led if found is not None), None) or itself(table, row)


def read(connection: sa.Connection, table: str) -> list[Values]:
    every = sa.select(sa.text("*")).select_from(sa.table(table))
    return [dict(row) for row in connection.execute(every).mappings()]


def itself(table: Table, row: Values) -> Identifier | None:
    """Return the person that a row itself is."""
    subject = table.subject
    if subject is None or any(row[c.column] not in c.any_of for c in subject.when):
        return None
    key = row[subject.key or table.key[0]]
    if key is None:
        return None
    key = str(key).lower() if (subject.key or "").endswith("email") else key
    return Identifier("customer", f"shop.{subject.anchor or table.name}:{key}")


LONDON = ZoneInfo("Europe/London")


def later(value: object, months: int) -> int:
    """Return the instant so many calendar months after a row's time."""
    begun = datetime.fromisoformat(str(value))
    local = (begun if begun.tzinfo else begun.replace(tzinfo=UTC)).astimezone(LONDON)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    return to_instant(local.replace(year=year, month=month + 1, day=min(local.day, last)))


def accounting_year_after(value: object, years: int) -> int:
    """Return the end of the accounting year (31 March) in which so many years have passed."""
    passed = datetime.fromtimestamp(later(value, 12 * years) / 10**6, LONDON)
    year = passed.year + ((passed.month, passed.day) > (3, 31))
    return to_instant(datetime(year, 4, 1, tzinfo=LONDON))


CLOCKS: dict[str, list[tuple[str, Any]]] = {
    "care_call": [
        ("retain.JE-008.call_recording", lambda row: later(row["ended_at"], 6)),
    ],
    "web_visit": [
        (
            "retain.JE-011.browsing_history_location_device_info_ip_address",
            lambda row: later(row["started_at"], 25),
        ),
        ("retain.JE-012.cookie_data", lambda row: later(row["started_at"], 13)),
    ],
    "invoice": [
        ("retain.JE-028.billing_records", lambda row: accounting_year_after(row["dated_at"], 6)),
    ],
}


Asked = tuple[Question, int]


def visible(
    asked: Asked, view: View, row: Values, standing: Standing | None
) -> tuple[Any, ...] | None:
    """Return what of a row may be seen: `decide`, as if the row's clock were the person's."""
    if standing is None:
        return None
    clocks = CLOCKS.get(view.table.name, ())
    decision = decided(asked, standing, tuple((prefix, due(row)) for prefix, due in clocks))
    allowed = set(decision.data)
    if not decision.is_permitted or not any(allowed & set(d) for d in view.columns.values()):
        return None
    data = [name for name in view.columns if name not in view.table.key]
    return (
        *(row[name] for name in view.table.key),
        *(row[name] if allowed.issuperset(view.columns[name]) else None for name in data),
    )


DECIDED: dict[tuple[Asked, str, tuple[tuple[str, int], ...]], Decision] = {}


def decided(asked: Asked, standing: Standing, dues: tuple[tuple[str, int], ...]) -> Decision:
    """Return the decision with each named clock ending when the row's does, if that is sooner."""
    found = DECIDED.get((asked, standing.person, dues))
    if found is None:
        dense = dict(standing.dense)
        for prefix, due in dues:
            [state] = [name for name in dense if name.startswith(prefix)]
            start, until, fact = dense[state]
            dense[state] = (start, min(until, due), fact)
        question, when = asked
        clocked = msgspec.structs.replace(standing, dense=dense)
        found = DECIDED[asked, standing.person, dues] = decide(ELEGANCE, clocked, question, when)
    return found


def test_a_withdrawal_during_a_replication_is_not_written_over(small: Small) -> None:
    plan = small.plan("newsletter")
    Replica(small.engine).apply(plan)
    ada = Identifier("customer", "shop.customer:1")

    class Meanwhile:
        """A second process that replicates the withdrawal as soon as it may write."""

        def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
            found = small.ledger.standings(identifiers)
            if not others:
                small.ledger.add(
                    Kind.CONSENT_WITHDRAWN, "shop.customer:1", NOW, what="news", channel="email"
                )
                other = threading.Thread(
                    target=small.replicate, args=(plan,), kwargs={"keys": [person], "position": 2}
                )
                other.start()
                # It has to wait, so this ends without it; else it would be done by then.
                other.join(timeout=1)
                others.append(other)
            return found

    person = small.ledger.persons[ada]
    others: list[threading.Thread] = []

    Replica(small.engine).replicate(
        plan, Meanwhile(), now=NOW, good_for_seconds=MINUTE_SECONDS, position=1
    )
    others[0].join()

    assert [row[0] for row in small.rows("customer", "newsletter")] == [2]
