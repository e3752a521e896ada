"""The views of an installation: made by the policy in force, and fresh at little cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.decide.question import Question
from placket.gate.gate import system_now
from placket.gate.views import SourceViews
from placket.settings import SourceSettings
from placket.sources.connect import parse_url
from placket.sources.reflect import reflect
from placket.sources.replica import Replicated
from tests.contract.gates import Shop, known, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate

NEWS = Question(activity="newsletter", channel="email")
CALLS = Question(activity="care_quality")

CATALOGUE = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email, name: name}
      call:
        owner: customer_id -> customer.id
        tells: [call.ended at at]
        holds: {call_recording: recording}
"""

SCHEMA = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, created_at TEXT)",
    "CREATE TABLE call (id INTEGER PRIMARY KEY, customer_id INTEGER, at TEXT, recording TEXT)",
    "INSERT INTO customer VALUES (1, 'Ada', 'ada@example.org', '2026-01-01 10:00:00')",
    "INSERT INTO customer VALUES (2, 'Ben', 'ben@example.org', '2026-01-01 10:00:00')",
    "INSERT INTO call VALUES (7, 1, '2026-10-01 10:00:00', 'ring.wav')",
)


@dataclass(slots=True)
class Installation:
    """A gate with two customers who said yes, beside their shop's database."""

    shop: Shop
    gate: Gate
    views: SourceViews
    persons: tuple[str, str]

    def rows(self, view: str) -> list[Any]:
        """Return the first column of a view, sorted."""
        with self.views.engine.connect() as connection:
            return sorted(
                connection.scalars(sa.select(sa.column("id")).select_from(sa.table(view)))
            )

    def names(self) -> set[str]:
        """Return the names of the views and tables that are Placket's own."""
        found = sa.inspect(self.views.engine)
        names = {*found.get_view_names(), *found.get_table_names()}
        return {name for name in names if name.startswith("placket_")}

    def publish(self, text: str) -> None:
        """Publish a version."""
        self.shop.publish(self.gate, text)


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_database")
    engine = sa.create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in SCHEMA:
            connection.execute(sa.text(statement))
    engine.dispose()
    file = tmp_path / "catalogue.yaml"
    file.write_text(CATALOGUE)
    shop = shop_in(tmp_path)
    shop.settings = replace(
        shop.settings, sources={"shop": SourceSettings(url=url, catalogue=file)}
    )
    shop.clock = system_now  # type: ignore[assignment]  # the views go by the database's clock
    gate = shop.create(policy("v1", calls=True))
    persons = known(gate, "customer:shop.customer:1"), known(gate, "customer:shop.customer:2")
    gate.record([yes(gate, person) for person in persons])
    views = SourceViews(gate=gate, name="shop")
    yield Installation(shop, gate, views, persons)
    views.close()
    shop.close()


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
