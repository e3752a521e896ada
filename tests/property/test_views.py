"""Theorems of purpose views: their rows are those that decide permits, row by row."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from placket.catalogue import parse
from placket.decide.condition import (
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Not,
    is_true,
)
from placket.decide.decide import decide, prepare
from placket.decide.denials import shortened
from placket.decide.question import Question
from placket.facts import Fact, Kind
from placket.law.calendar import OPEN, to_instant
from placket.policy.load import load_policy
from placket.sources import trees
from placket.sources.replica import Replica
from placket.sources.replica_plan import plan_replica
from placket.sources.views import select_of, view_of
from placket.standing.fold import fold
from tests.property.counts import cases
from tests.property.strategies import Life, edges, lives, policies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.identity import Identifier
    from placket.policy.compile import Policy
    from placket.sources.views import PurposeViews, View
    from placket.standing.standing import Interval, Standing

LONG = 100 * 365 * 24 * 3600

CATALOGUE = """
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {}
        tells: [account.opened at opened_at]
        holds:
          name: name
          email: email
          mobile: mobile
          phone: phone
          postal_address: postal_address
          health_adverse_effect: health_adverse_effect
      orders:
        owner: customer_id -> customer.id
        tells: []
        holds: {purchase_history: total, browsing_history: pages}
"""
HELD = ("name", "email", "mobile", "phone", "postal_address", "health_adverse_effect")


def database(*tables: sa.Table) -> sa.Engine:
    """Return an empty database in memory."""
    engine = sa.create_engine(
        "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
    )
    with engine.begin() as connection:
        for table in tables:
            table.create(connection)
    return engine


class One:
    """A ledger that knows one person."""

    def __init__(self, standing: Standing | None) -> None:
        self.standing = standing

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        return [self.standing for _ in identifiers]


METADATA = sa.MetaData()
CUSTOMER = sa.Table(
    "customer",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("opened_at", sa.DateTime),
    *(sa.Column(name, sa.String) for name in HELD),
)
ORDERS = sa.Table(
    "orders",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("customer_id", sa.Integer),
    sa.Column("total", sa.String),
    sa.Column("pages", sa.String),
)
SHOP = parse(CATALOGUE).catalogue
assert SHOP is not None


def shown(engine: sa.Engine, view: View, at: int) -> list[dict[str, Any]]:
    """Return the rows of a view at an instant."""
    with engine.connect() as connection:
        query = trees.printed(select_of(view), trees.dialect_of(engine))
        if engine.dialect.name == "mysql":
            query = query.replace(":now", "%(now)s")
        found = connection.exec_driver_sql(query, {"now": at})
        return [dict(row) for row in found.mappings()]


def replicated(
    engine: sa.Engine, policy: Policy, purposes: list[PurposeViews], standing: Standing | None
) -> None:
    """Fill the replica with one person's standing, good at every instant that is asked about."""
    assert SHOP is not None
    plan = plan_replica(SHOP.sources[0], policy, purposes)
    replica = Replica(engine)
    replica.apply(plan)
    replica.replicate(plan, One(standing), now=0, good_for_seconds=LONG, position=1)


@settings(max_examples=cases(quick=20, long=40))
@given(policies, lives(), st.data())
def test_a_view_shows_what_decide_permits(policy: Policy, life: Life, data: st.DataObject) -> None:
    engine = database(CUSTOMER, ORDERS)
    show_what_decide_permits(engine, policy, life, data)
    engine.dispose()


def show_what_decide_permits(
    engine: sa.Engine, policy: Policy, life: Life, data: st.DataObject
) -> None:
    """Compare the views of some activities with `decide` for one person, at one instant.

    engine: of a database with the two tables of the shop, empty.
    """
    assert SHOP is not None
    names = data.draw(st.lists(st.sampled_from(sorted(policy.activities)), min_size=1, max_size=3))
    channel = data.draw(st.sampled_from(["", "email", "sms", "phone"]))
    asked = [Question(activity=name, channel=channel) for name in dict.fromkeys(names)]
    at = data.draw(st.sampled_from(edges(policy, life)))
    known = life.by(at)
    standing = (
        fold(policy, "p1", known, private=life.private, connected=life.connected) if known else None
    )
    with engine.begin() as connection:
        connection.execute(sa.insert(CUSTOMER).values({"id": 1, **{n: n for n in HELD}}))
        row = {"id": 5, "customer_id": 1, "total": "purchase_history", "pages": "browsing_history"}
        connection.execute(sa.insert(ORDERS).values(row))
    purposes = [view_of(prepare(policy, q), SHOP, SHOP.sources[0]) for q in asked]
    replicated(engine, policy, purposes, standing)

    for question, purpose in zip(asked, purposes, strict=True):
        decision = decide(policy, standing, question, at)
        for view in purpose.views:
            found = shown(engine, view, at)

            allowed = set(decision.data) if decision.is_permitted else set()
            held = {datum for data in view.columns.values() for datum in data}
            values = {value for row in found for value in row.values() if isinstance(value, str)}
            assert values == allowed & held
            assert bool(found) == bool(allowed & held)


# Rows with clocks of their own.

CLOCKED = """---
retailer: Small Shop
version: v1
effective: 2024-01-01
language: en-GB
time_zone: Europe/London
accounting_year_ends: 31 March
---

# Policy

## All {#S-1}

Said by the rules.

```placket
- region: everywhere
  countries: [rest]
  law: uk
- role: customer
  taken_by: [call.ended]
- activity: quality
  purpose: quality_monitoring
  uses: [call_recording]
  basis: legitimate_interest
  interest: good answers
  assessment: li-1
- retain: call_recording
  for: PERIOD from call.ended
```
"""
CALLS = """
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {}
        tells: []
      call:
        owner: customer_id -> customer.id
        tells: [call.ended at ended_at]
        holds: {call_recording: path}
"""
PERSON = sa.Table("customer", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
CALL = sa.Table(
    "call",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("customer_id", sa.Integer),
    sa.Column("path", sa.String),
    sa.Column("ended_at", sa.String),
)
LONDON = ZoneInfo("Europe/London")
PERIODS = {"1 month": 1, "6 months": 6, "1 year": 12}
"""In months."""
MONTH_ENDS = st.datetimes(datetime(2025, 1, 27), datetime(2025, 4, 2)).map(  # noqa: DTZ001 - the zone comes with `replace`
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


def due(ended: datetime | None, period: str) -> int:
    """Return until when a recording may be used, counted by hand."""
    if ended is None:
        return OPEN
    local = ended.astimezone(LONDON)
    year, month = divmod(local.year * 12 + local.month - 1 + PERIODS[period], 12)
    last = monthrange(year, month + 1)[1]
    return to_instant(local.replace(year=year, month=month + 1, day=min(local.day, last)))


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(PERIODS)),
    st.lists(st.one_of(st.none(), MONTH_ENDS), min_size=1, max_size=5),
    st.data(),
)
def test_a_row_is_shown_until_its_own_day(
    period: str, ended: list[datetime | None], data: st.DataObject
) -> None:
    engine = database(PERSON, CALL)
    show_until_its_own_day(engine, period, ended, data)
    engine.dispose()


def show_until_its_own_day(
    engine: sa.Engine, period: str, ended: list[datetime | None], data: st.DataObject
) -> None:
    """Compare the rows of a view with the days until which each may be used, counted by hand.

    engine: of a database with the two tables of the shop, empty.
    """
    policy = load_policy(CLOCKED.replace("PERIOD", period), "p.md", on=date(2026, 1, 1)).policy
    catalogue = parse(CALLS).catalogue
    assert policy is not None
    assert catalogue is not None
    source = catalogue.sources[0]
    with engine.begin() as connection:
        connection.execute(sa.insert(PERSON).values(id=1))
        for number, moment in enumerate(ended):
            text = moment.isoformat() if moment else None
            row = {"id": number, "customer_id": 1, "path": "path", "ended_at": text}
            connection.execute(sa.insert(CALL).values(row))
    facts = [
        Fact(id=f"f{n}", kind=kind, what="call.ended", occurred_at=at, recorded_at=at, person="p1")
        for n, moment in enumerate(ended)
        for kind, at in [(Kind.HAPPENED, to_instant(moment) if moment else 0)]
        if moment is not None
    ]
    # Who never ended a call is met in the role by another one, of another shop's database.
    role = Fact(
        id="r",
        kind=Kind.DATA_COLLECTED,
        occurred_at=0,
        recorded_at=0,
        person="p1",
        marks=("role:customer",),
    )
    standing = fold(policy, "p1", [role, *facts])
    question = Question(activity="quality")
    purpose = view_of(prepare(policy, question), catalogue, source)
    plan = plan_replica(source, policy, [purpose])
    Replica(engine).apply(plan)
    Replica(engine).replicate(plan, One(standing), now=0, good_for_seconds=LONG, position=1)
    newest = max((moment for moment in ended if moment is not None), default=None)
    dates = [due(moment, period) for moment in ended]
    latest = to_instant(newest) if newest else 0
    near = {d + shift for d in dates if d != OPEN for shift in (-1, 0, 1)} | {latest}
    at = data.draw(st.sampled_from(sorted(n for n in near if n >= latest)))

    found = [row["id"] for row in shown(engine, purpose.views[0], at)]

    # The person's clock runs from the newest call: a month's end can make its day the earlier.
    whole = due(newest, period)
    assert sorted(found) == [n for n, d in enumerate(dates) if at < min(d, whole)]
    assert bool(found) == decide(policy, standing, question, at).is_permitted


# Shortening.

NAMES = ("in.a", "in.b", "x", "y", "z")
LEAVES: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from([Holds(name) for name in NAMES]),
    st.sampled_from([Ended("x"), Known("y"), Holds("m", sparse=True)]),
)
TREES: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
    ),
    max_leaves=6,
)
INTERVALS: st.SearchStrategy[Interval] = st.sampled_from([(0, 9, ""), (0, 3, ""), (7, 9, "")])


@given(
    st.lists(TREES, max_size=5),
    st.dictionaries(st.sampled_from(NAMES), INTERVALS),
    st.sampled_from([("in.a",), ("in.b",), ("in.a", "in.b")]),
    st.sampled_from([{}, {"m": (0, 9, "")}]),
)
def test_shortened_denials_deny_the_same(
    denials: list[Condition],
    dense: dict[str, Interval],
    here: tuple[str, ...],
    sparse: dict[str, Interval],
) -> None:
    places = ("in.a", "in.b")
    # A permitted person is in one place at least: the others are denied by a step of its own.
    dense = dense | dict.fromkeys(here, (0, 9, ""))

    short = shortened(denials, places)

    expected = any(is_true(denial, dense, sparse, 5) for denial in denials)
    assert any(is_true(denial, dense, sparse, 5) for denial in short) == expected
