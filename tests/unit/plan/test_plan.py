"""The plan as a value: its words, its digest, its size, and when it is stale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from placket.plan.asking import By, Hold, Size
from placket.plan.inventory import row_digest
from placket.plan.plan import Change, changes_since, read_plan, write_plan
from placket.plan.words import lines
from placket.rights.right import Right
from tests.unit.plan.shops import POLICY, plan, row, table

SHOP = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        blank: {email: null}
      orders:
        owner: customer_id -> customer.id
        holds: {order_id: number}
        keep: {until: 7 years from order.closed, basis: legal_obligation, law: Tax Act 12}
      bag:
        owner: customer_id -> customer.id
"""
BOOKS = "until 6 January 2033, for duty alone (Tax Act 12; clause G-003)"
COURT = (
    "until the court releases it, looked at again on 11 May 2026, for claims alone "
    "(GDPR Art. 17(3)(e))"
)
SCHEMA = [table("customer", "id! email name!")]
ROWS = (
    row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"}),
    row("orders", {"id": 5, "customer_id": 1, "number": "N5"}, events=(("order.closed", 5.0),)),
    row("bag", {"id": 8, "customer_id": 1}),
    row("bag", {"id": 9, "customer_id": 1}),
)


def test_a_manager_reads_what_becomes_of_each_row_and_why() -> None:
    hold = Hold(by=By.LAW, rows=frozenset({ROWS[3].at}), release="the court releases it")
    found = plan(SHOP, SCHEMA, ROWS, holds=(hold,), size=Size(at_least=1))

    assert lines(found, POLICY.front.timezone) == (
        "erasure for request r: changes 2 rows in 2 tables",
        "  1. empty `email`, `name` in 1 row of `shop.customer` (GDPR Art. 17; clause G-003)",
        "  2. delete 1 row of `shop.bag` (GDPR Art. 17; clause G-003)",
        f"  3. keep all of 1 row of `shop.orders` {BOOKS}",
        f"  4. hold all of 1 row of `shop.bag` {COURT}",
        "  !  `shop.customer.name` cannot be null",
        "     mend: name a value for it in the catalogue",
        "this plan is large: a second person approves it too",
        f"digest {found.digest()}",
    )


def test_words_name_no_value_and_no_key() -> None:
    found = plan(SHOP, [], ROWS)

    said = "\n".join(lines(found, POLICY.front.timezone))

    assert "ada@example.org" not in said
    assert "N5" not in said


def test_a_plan_that_changes_nothing_says_so() -> None:
    found = plan(SHOP, SCHEMA, ())

    assert lines(found, POLICY.front.timezone)[0] == "erasure for request r: changes nothing"


def test_a_plan_is_read_back_as_it_was_written() -> None:
    found = plan(SHOP, SCHEMA, ROWS)

    assert read_plan(write_plan(found)) == found
    assert read_plan(write_plan(found)).digest() == found.digest()


def test_equal_plans_have_one_digest_whatever_the_order_of_columns() -> None:
    turned = [replace(r, values=dict(reversed(list(r.values.items())))) for r in ROWS]

    assert plan(SHOP, SCHEMA, ROWS).seen == plan(SHOP, SCHEMA, turned).seen


@pytest.mark.parametrize("other", [{"request": "r2"}, {"person": "bob"}, {"data": ("email",)}])
def test_another_request_has_another_digest(other: dict[str, object]) -> None:
    assert plan(SHOP, SCHEMA, ROWS).digest() != plan(SHOP, SCHEMA, ROWS, **other).digest()


def test_a_row_that_came_went_or_changed_makes_the_plan_stale() -> None:
    found = plan(SHOP, SCHEMA, ROWS)
    customer, order, bag, _ = ROWS
    moved = replace(customer, values={**customer.values, "name": "Ada King"})
    new = row("bag", {"id": 10, "customer_id": 1})

    assert changes_since(found, ROWS) == ()
    assert changes_since(found, (moved, order, bag, new)) == (
        Change(at=new.at, how="new"),
        Change(at=ROWS[3].at, how="gone"),
        Change(at=customer.at, how="changed"),
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [({"a": 1}, {"a": "1"}), ({"a": None}, {"a": "None"}), ({"a": 1}, {"a": True})],
)
def test_values_of_other_types_are_other_values(
    one: dict[str, object], other: dict[str, object]
) -> None:
    assert row_digest((("id", 1),), one) != row_digest((("id", 1),), other)


@pytest.mark.parametrize(
    ("size", "rows", "is_large"),
    [(Size(), 100, False), (Size(), 101, True), (Size(usual=30), 150, False)],
)
def test_a_plan_far_over_the_usual_needs_a_second_person(
    size: Size, rows: int, is_large: bool
) -> None:
    assert size.is_large(rows) is is_large


def test_the_fact_of_a_plan_says_its_steps_and_what_stands_against_it() -> None:
    assert plan(SHOP, [], ROWS).marks == ("steps:2",)
    assert plan(SHOP, SCHEMA, ROWS, size=Size(at_least=1)).marks == (
        "steps:2",
        "second_person",
        "obstructed",
    )
    assert plan(SHOP, SCHEMA, ROWS, right=Right.ACCESS).marks == ("steps:3",)
