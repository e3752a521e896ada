"""What a purpose view is made of, printed and looked at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.catalogue import parse
from placket.catalogue.model import Catalogue, Condition
from placket.decide.condition import FALSE, TRUE, All, AnyOf, Holds, Not
from placket.decide.decide import prepare
from placket.decide.denials import shortened
from placket.decide.question import Question
from placket.policy.load import load_policy
from placket.sources import trees
from placket.sources.grants import NoRoles
from placket.sources.replica_plan import ReplicaPlan, TooManyStates, plan_replica
from placket.sources.rowclocks import row_clocks
from placket.sources.views import PurposeViews, View, statements, view_of

if TYPE_CHECKING:
    from placket.policy.compile import Policy

POLICY = """---
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
  taken_by: [order.placed]
- activity: quality
  purpose: quality_monitoring
  uses: [call_recording, name]
  requires: [call_recording]
  basis: legitimate_interest
  interest: good answers
  assessment: li-1
  channel: [email, phone]
- retain: call_recording
  for: 6 months from call.ended
- retain: call_log
  for: 6 months from last call.ended
- retain: name
  for: latest of (1 year from call.ended, 2 years from call.begun)
- retain: email
  for: latest of (1 year from call.ended, while order is open)
- retain: phone
  for: 1 year from order.placed
- retain: all
  for: 6 years from last interaction
```
"""

CATALOGUE = """
catalogue: shop
sources:
  shop:
    tables:
      customer:
        subject: {}
        tells: []
        holds: {name: [first, shared], email: [email, shared]}
      call:
        key: [day, number]
        owner: customer_id -> customer.id
        tells: [call.ended at ended_at, call.begun at begun_at]
        holds: {call_recording: path, call_log: topic, name: caller, email: email, phone: phone}
      order:
        owner: elsewhere.account -> account.id
        tells: []
        holds: {name: name}
      gift:
        no_person: true
  elsewhere:
    tables:
      account:
        subject: {}
        tells: []
        holds: {name: name}
""".replace("elsewhere.account -> account.id", "account -> elsewhere.account.id")


@pytest.fixture(scope="module")
def policy() -> Policy:
    loaded = load_policy(POLICY, "policy.md", on=date(2026, 11, 24))
    assert loaded.policy is not None, loaded.problems
    return loaded.policy


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    read = parse(CATALOGUE)
    assert read.catalogue is not None, read.problems
    return read.catalogue


@pytest.fixture(scope="module")
def views(policy: Policy, catalogue: Catalogue) -> PurposeViews:
    prepared = prepare(policy, Question(activity="quality", channel="phone"))
    return view_of(prepared, catalogue, catalogue.sources[0])


def view(views: PurposeViews, table: str) -> View:
    [found] = [v for v in views.views if v.table.name == table]
    return found


def test_a_view_has_the_key_and_the_declared_columns_alone(views: PurposeViews) -> None:
    assert dict(view(views, "call").columns) == {"path": ("call_recording",), "caller": ("name",)}


def test_a_column_that_holds_an_undeclared_datum_too_is_left_out(views: PurposeViews) -> None:
    assert dict(view(views, "customer").columns) == {"first": ("name",)}


def test_a_table_whose_persons_live_in_another_source_has_no_view(views: PurposeViews) -> None:
    assert [v.name for v in views.views] == [
        "placket_quality_phone_customer",
        "placket_quality_phone_call",
    ]


def test_rows_start_the_clocks_that_their_table_alone_tells(
    policy: Policy, catalogue: Catalogue
) -> None:
    call = catalogue.sources[0].tables[1]

    found = [str(period) for clock in row_clocks(policy, call) for period in clock.periods]

    assert found == [
        "6 months from call.ended",
        "latest of (1 year from call.ended, 2 years from call.begun)",
    ]


def test_a_replica_has_the_states_that_the_views_ask_and_no_more(
    policy: Policy, catalogue: Catalogue, views: PurposeViews
) -> None:
    plan = plan_replica(catalogue.sources[0], policy, [views])

    assert [(t.name, set(t.states)) for t in plan.standings] == [
        (
            "placket_standing_customer",
            set(view(views, "customer").states) | set(view(views, "call").states),
        )
    ]
    assert [(d.name, len(d.clocks)) for d in plan.dues] == [("placket_due_call", 2)]
    assert not any(state.startswith("due.") for t in plan.standings for state in t.states)


def test_a_table_that_would_be_too_wide_is_refused(
    policy: Policy, catalogue: Catalogue, views: PurposeViews
) -> None:
    with pytest.raises(TooManyStates):
        plan_replica(catalogue.sources[0], policy, [views], widest=3)


def test_a_plan_without_views_needs_nothing(policy: Policy, catalogue: Catalogue) -> None:
    source = catalogue.sources[0]

    assert plan_replica(source, policy, []) == ReplicaPlan(
        source=source, policy=policy, standings=(), dues=()
    )


def test_a_role_is_granted_each_view(views: PurposeViews) -> None:
    last = [trees.printed(tree, "postgres") for tree in statements(views, "postgres", role='a"b')]

    assert last[-2:] == [
        'GRANT SELECT ON TABLE "placket_quality_phone_customer" TO "a""b"',
        'GRANT SELECT ON TABLE "placket_quality_phone_call" TO "a""b"',
    ]


def test_sqlite_knows_no_roles(views: PurposeViews) -> None:
    with pytest.raises(NoRoles):
        statements(views, "sqlite", role="marketing")


def test_a_view_on_postgresql_is_a_barrier(views: PurposeViews) -> None:
    found = views.sql("postgres")

    assert found.count("security_barrier=TRUE") == len(views.views)
    assert found.count("CLOCK_TIMESTAMP()") == len(views.views)


def test_other_databases_are_refused(views: PurposeViews) -> None:
    with pytest.raises(trees.UnsupportedDialect):
        views.sql("oracle")


@pytest.mark.parametrize("name", ['a"b', "x;--", "$1", "100%", "select", "Ünïcode", "a.b", "a'b"])
def test_hostile_names_are_quoted(name: str) -> None:
    quoted = name.replace('"', '""')

    found = trees.printed(trees.column(name, of=name), "postgres")

    assert found == f'"{quoted}"."{quoted}"'


def test_long_names_stay_apart() -> None:
    long, longer = trees.own_name("standing", "é" * 60), trees.own_name("standing", "é" * 61)

    assert long != longer
    assert max(len(long.encode()), len(longer.encode())) <= 63
    assert trees.own_name("standing", "customer") == "placket_standing_customer"


def test_states_that_read_alike_have_columns_of_their_own() -> None:
    assert trees.state_stem("no.consent.a_b") != trees.state_stem("no.consent_a.b")


@pytest.mark.parametrize(
    ("test", "values"),
    [
        (Condition(column="v", any_of=(None,)), {None}),
        (Condition(column="v", any_of=(None,), negated=True), {"a", "b"}),
        (Condition(column="v", any_of=("a",)), {"a"}),
        (Condition(column="v", any_of=("a",), negated=True), {None, "b"}),
        (Condition(column="v", any_of=("a", None)), {None, "a"}),
        (Condition(column="v", any_of=("a", None), negated=True), {"b"}),
    ],
)
def test_a_test_is_met_or_missed_and_never_null(test: Condition, values: set[str | None]) -> None:
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE r (v TEXT)")
        connection.exec_driver_sql("INSERT INTO r VALUES (NULL), ('a'), ('b')")
        for tree, expected in (
            (trees.meets(test, "r"), values),
            (trees.misses(test, "r"), {None, "a", "b"} - values),
        ):
            sql = f"SELECT v FROM r WHERE {trees.printed(tree, 'sqlite')}"  # noqa: S608 - our own tree
            assert set(connection.exec_driver_sql(sql).scalars()) == expected
    engine.dispose()


A, B, X, Y = Holds("in.a"), Holds("in.b"), Holds("x"), Holds("y")


def test_reasons_that_together_leave_nothing_open_become_one() -> None:
    refused, otherwise = All((Not(X), Y)), All((Not(X), Not(Y)))

    assert shortened([refused, otherwise]) == (Not(X),)


def test_what_is_denied_in_every_place_is_denied_everywhere() -> None:
    denials = [All((A, X)), All((B, X)), All((A, Y))]

    assert set(shortened(denials, ["in.a", "in.b"])) == {X, All((A, Y))}


def test_what_another_denial_covers_is_left_out() -> None:
    assert shortened([All((X, Y)), X, FALSE]) == (X,)
    assert shortened([TRUE, X]) == (TRUE,)
    assert shortened([AnyOf((X, Y)), All((Not(X), Not(Y)))]) == (TRUE,)
