"""The views of an installation: made by the policy in force, and fresh at little cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.decide.question import Question
from placket.gate.instants import system_now
from placket.gate.views import SourceViews
from placket.sources.reflect import reflect
from placket.sources.replica import Replicated
from tests.contract.gates import DAY, known, no, policy, yes
from tests.contract.installed import NEWS, Installation, install

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CALLS = Question(activity="care_quality")
HOUR = DAY // 24
TERMS = sa.table("placket_replica", sa.column("good_until", sa.BigInteger))


@pytest.fixture(
    params=[
        "sqlite",
        "postgres",
        pytest.param("mariadb", marks=pytest.mark.long),
        pytest.param("duckdb", marks=pytest.mark.long),
    ]
)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    url = f"{request.param}:///{tmp_path / 'shop.db'}"
    if request.param not in {"sqlite", "duckdb"}:
        url = request.getfixturevalue(f"{request.param}_database")
    found = install(tmp_path, url)
    yield found
    found.close()


def test_views_follow_a_new_policy_at_the_next_refresh(made: Installation) -> None:
    made.views.apply(NEWS)
    before = made.rows("placket_newsletter_email_customer")

    made.publish(policy("v2"))
    stale = made.rows("placket_newsletter_email_customer")
    made.views.refresh()
    after = made.rows("placket_newsletter_email_customer")

    assert (before, after) == ([1, 2], [1, 2])
    assert stale in ([], [1, 2])
    assert made.views.kept().digest == made.gate.policy.fold_digest


@pytest.mark.parametrize("transaction", range(4))
def test_views_that_two_make_at_once_are_both_there(made: Installation, transaction: int) -> None:
    if made.views.engine.dialect.name == "duckdb":
        pytest.skip("two processes never have a DuckDB file open at once")
    begun: list[bool] = []

    def meanwhile(_connection: sa.Connection) -> None:
        begun.append(True)
        if len(begun) == transaction + 1:
            # Not closed: both have one engine, and the first still uses it.
            SourceViews(gate=made.gate, name=made.views.name).apply(CALLS)

    sa.event.listen(made.views.engine, "begin", meanwhile)
    made.views.apply(NEWS)

    kept = made.views.kept()
    assert len(begun) > transaction
    assert {each.question for each in kept.made} == {NEWS, CALLS}
    assert made.names() >= {*kept.views}
    assert made.rows("placket_newsletter_email_customer") == [1, 2]


def test_a_view_whose_activity_left_the_policy_is_dropped(made: Installation) -> None:
    made.views.apply(NEWS)
    made.views.apply(CALLS)
    assert "placket_care_quality_call" in made.names()

    made.publish(policy("v2"))
    made.views.refresh()

    assert made.rows("placket_newsletter_email_customer") == [1, 2]
    assert made.names() == {
        "placket_newsletter_email_customer",
        "placket_standing_customer",
        "placket_replica",
    }


def test_without_any_activity_left_nothing_of_the_views_stays(made: Installation) -> None:
    made.views.apply(CALLS)

    made.publish(policy("v2"))
    done = made.views.refresh()

    assert done == Replicated()
    assert made.names() == {"placket_replica"}


def test_a_pass_over_what_has_not_changed_writes_nothing_and_renews_the_term(
    made: Installation,
) -> None:
    made.views.apply(NEWS)

    done = made.views.refresh_changed()

    assert done == Replicated(renewed=True)


def test_a_withdrawal_leaves_the_view_at_the_next_pass(made: Installation) -> None:
    made.views.apply(NEWS)

    made.gate.record([no(made.gate, made.persons[0])])
    done = made.views.refresh_changed()

    assert done == Replicated(written=1, renewed=True)
    assert made.rows("placket_newsletter_email_customer") == [2]


def test_an_erased_person_leaves_the_view_at_the_next_pass(made: Installation) -> None:
    made.views.apply(NEWS)

    made.gate.erase(made.persons[0], by="test", route="test")
    done = made.views.refresh_changed()

    assert done == Replicated(removed=1, renewed=True)
    assert made.rows("placket_newsletter_email_customer") == [2]


def test_a_customer_who_is_new_to_the_ledger_is_found_at_the_next_pass(
    made: Installation,
) -> None:
    with made.views.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO customer VALUES (3, 'Cy', 'cy@example.org', '2026-01-01')")
        )
    made.views.apply(NEWS)

    made.gate.record([yes(made.gate, known(made.gate, "customer:shop.customer:3"))])
    made.views.refresh_changed()

    assert made.rows("placket_newsletter_email_customer") == [1, 2, 3]


def test_the_schema_of_a_shop_is_its_own_tables_alone(made: Installation) -> None:
    before = reflect(made.views.engine)
    made.views.apply(NEWS)

    after = reflect(made.views.engine)

    assert after == before
    assert {table.name for table in after.tables} == {"call", "customer"}


@pytest.mark.parametrize("skew", [-HOUR, 10 * 365 * DAY])
def test_the_term_of_views_runs_by_the_clock_of_their_database(
    made: Installation, skew: int
) -> None:
    made.gate.in_force.clock = lambda: system_now() + skew
    made.views.apply(NEWS)
    before = system_now()

    made.views.refresh()
    made.views.refresh_changed()

    assert made.rows("placket_newsletter_email_customer") == [1, 2]
    with made.views.engine.connect() as connection:
        good_until: int = connection.scalars(sa.select(sa.func.max(TERMS.c.good_until))).one()
    assert before < good_until < before + HOUR


@pytest.mark.parametrize("how", ["changed", "persons", "all"])
def test_a_shop_put_back_from_a_copy_without_views_gets_them_again(
    made: Installation, how: str
) -> None:
    made.views.apply(NEWS)
    with made.views.engine.begin() as connection:
        for name in sorted(made.names()):
            kind = "VIEW" if "newsletter" in name else "TABLE"
            connection.execute(sa.text(f"DROP {kind} {name}"))

    match how:
        case "changed":
            made.views.refresh_changed()
        case "persons":
            made.views.refresh_persons(made.persons, since=made.gate.size())
        case _:
            made.views.refresh()

    assert made.rows("placket_newsletter_email_customer") == [1, 2]


def test_a_shop_put_back_from_a_copy_with_other_columns_gets_its_own(made: Installation) -> None:
    made.views.apply(NEWS)
    with made.views.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE placket_standing_customer ADD COLUMN was BIGINT"))

    made.views.refresh_changed()

    assert made.rows("placket_newsletter_email_customer") == [1, 2]
