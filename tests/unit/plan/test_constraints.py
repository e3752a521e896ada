"""What a database may refuse beside nulls and keys: checks, triggers, lengths, deferred keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from placket.catalogue import Schema
from placket.catalogue.schema import Check, TableSchema, Trigger
from placket.plan.checking import meets
from placket.plan.plan import Action, Obstacle
from tests.unit.plan.shops import plan, row, table

BLANKED = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        blank: {email: 'gone', name: null}
"""
DELETED = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        delete: true
"""
ADA = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"})
CUSTOMER = table("customer", "id! email name")


def checked(*checks: Check, triggers: tuple[Trigger, ...] = ()) -> TableSchema:
    return replace(CUSTOMER, checks=checks, triggers=triggers)


def obstacles(tables: str, schema: TableSchema) -> list[str]:
    return [obstacle.says for obstacle in plan(tables, [schema], [ADA]).obstacles]


def test_a_check_that_the_written_value_breaks_is_an_obstacle_with_its_mend() -> None:
    schema = checked(Check(name="has_address", text="email IN ('a', 'b')"))

    assert plan(BLANKED, [schema], [ADA]).obstacles == (
        Obstacle(
            source="shop",
            table="customer",
            says="`shop.customer` would break its check `has_address`",
            mend="name a value that the check allows, or `delete` for the table, in the catalogue",
        ),
    )


def test_a_check_looks_at_the_whole_row_as_it_would_be() -> None:
    either = "email IS NOT NULL OR name IS NOT NULL"
    none = "email <> 'gone' OR name IS NOT NULL"

    assert obstacles(BLANKED, checked(Check(name="either", text=either))) == []
    assert obstacles(BLANKED, checked(Check(name="none", text=none))) == [
        "`shop.customer` would break its check `none`"
    ]


def test_a_check_about_what_is_not_written_stands_in_nothings_way() -> None:
    assert obstacles(BLANKED, checked(Check(name="odd", text="odd_function(id) > 3"))) == []


@pytest.mark.parametrize("text", ["odd_function(email) > 3", "no ( sql at ) all ("])
def test_a_check_that_cannot_be_worked_out_is_said_to_be_unknown(text: str) -> None:
    found = plan(BLANKED, [checked(Check(name="odd", text=text))], [ADA]).obstacles

    assert [(o.says, o.mend) for o in found] == [
        (
            "whether `shop.customer` would still meet its check `odd` is not known here",
            "read the check; if it lets this pass, write `odd` under `allows`",
        )
    ]


def test_a_check_or_trigger_that_was_looked_at_is_allowed() -> None:
    allowing = BLANKED + "        allows: [odd, guard]\n"
    guard = Trigger(name="guard", event="update", may_refuse=True)

    schema = checked(Check(name="odd", text="odd_function(email) > 3"), triggers=(guard,))

    assert obstacles(allowing, schema) == []


def test_a_check_means_nothing_to_a_row_that_goes() -> None:
    assert obstacles(DELETED, checked(Check(name="c", text="email = 'x'"))) == []


@pytest.mark.parametrize(
    ("tables", "trigger", "says"),
    [
        (
            DELETED,
            Trigger(name="t", event="delete", may_refuse=True),
            ["the trigger `t` of `shop.customer` may refuse to delete rows"],
        ),
        (
            BLANKED,
            Trigger(name="t", event="update", may_refuse=True, columns=("name",)),
            ["the trigger `t` of `shop.customer` may refuse to update rows"],
        ),
        (BLANKED, Trigger(name="t", event="update", may_refuse=True, columns=("id",)), []),
        (BLANKED, Trigger(name="t", event="update"), []),
        (BLANKED, Trigger(name="t", event="delete", may_refuse=True), []),
        (DELETED, Trigger(name="t", event="insert", may_refuse=True), []),
    ],
)
def test_a_trigger_stands_in_the_way_of_what_starts_it_and_may_be_refused(
    tables: str, trigger: Trigger, says: list[str]
) -> None:
    assert obstacles(tables, checked(triggers=(trigger,))) == says


def test_a_circle_with_a_link_that_waits_for_the_commit_needs_no_cut() -> None:
    tables = """
      customer:
        subject: {email: email}
        holds: {email: email}
      wallet:
        owner: customer_id -> customer.id
"""
    customer = table("customer", "id! email wallet_id!", "wallet_id -> wallet.id")
    wallet = table("wallet", "id! customer_id!", "customer_id -> customer.id")
    rows = [
        row("customer", {"id": 1, "email": "ada@example.org", "wallet_id": 2}),
        row("wallet", {"id": 2, "customer_id": 1}),
    ]
    keys = tuple(replace(key, deferred=True) for key in customer.foreign_keys)

    strict = plan(tables, [customer, wallet], rows)
    waiting = plan(tables, [replace(customer, foreign_keys=keys), wallet], rows)

    assert [obstacle.says for obstacle in strict.obstacles] == [
        "rows of `shop.customer` point in a circle, and no link of it may be null"
    ]
    assert waiting.obstacles == ()
    assert [step.action for step in waiting.changes] == [Action.DELETE, Action.DELETE]


def test_what_may_refuse_counts_in_the_digest_and_nothing_else_does() -> None:
    plain = Schema(tables=(CUSTOMER,))
    check = Schema(tables=(checked(Check(name="c", text="id > 0")),))
    trigger = Schema(tables=(checked(triggers=(Trigger(name="t", event="update"),)),))

    # Taken when checks and triggers were not read yet.
    assert plain.digest() == "231696e3c3687526a521d6df00a2d715"
    assert len({plain.digest(), check.digest(), trigger.digest()}) == 3


@pytest.mark.parametrize(
    ("text", "values", "is_met"),
    [
        ("a > 0", {"a": 1}, True),
        ("a > 0", {"a": 0}, False),
        ("a > 0", {"a": None}, True),
        ("a > 0", {"a": "1"}, None),
        ("a > 0", {"a": 0.5}, None),
        ("a >= -1.5 AND a <= 2", {"a": -1}, True),
        ("a BETWEEN 1 AND 3", {"a": 4}, False),
        ("a BETWEEN 1 AND 3", {"a": 3}, True),
        ("NOT (a = 1)", {"a": 1}, False),
        ("NOT a = 1", {"a": None}, True),
        ("a", {"a": 0}, False),
        ("a IS NULL", {"a": 0}, False),
        ("a IS NOT NULL", {"a": None}, False),
        ("a IS TRUE", {"a": True}, True),
        ("a IN ('x', 'y')", {"a": "x"}, True),
        ("a IN ('x', 'y')", {"a": "z"}, False),
        ("a IN ('x', 'y')", {"a": "X"}, None),
        ("a IN ('x', NULL)", {"a": "z"}, True),
        ("a NOT IN ('x', 'y')", {"a": "z"}, True),
        ("a <> 'x'", {"a": "x"}, False),
        ("a <> 'œ'", {"a": "oe"}, None),
        ("a < 'b'", {"a": "a"}, None),
        ("LENGTH(a) > 2", {"a": "ab"}, False),
        ("LENGTH(a) > 2", {"a": "abc"}, True),
        ("LENGTH(a) > 2", {"a": "abé"}, None),
        ("LENGTH(a) > 2", {"a": None}, True),
        ("a LIKE '%@%'", {"a": None}, True),
        ("a LIKE '%@%'", {"a": "x@y"}, None),
        ("json_valid(a)", {"a": None}, True),
        ("json_valid(a)", {"a": "{}"}, None),
        ("a = 1 OR b LIKE 'x'", {"a": 1, "b": "y"}, True),
        ("a = 1 AND b LIKE 'x'", {"a": 2, "b": "y"}, False),
        ("a = 1 AND b LIKE 'x'", {"a": 1, "b": "y"}, None),
        ('"A B" = 1', {"A B": 1}, True),
        ("A = 1", {"a": 1}, True),
        ("c = 1", {"a": 1}, None),
        ("a IN (SELECT 1)", {"a": 1}, None),
        ("a = (", {"a": 1}, None),
    ],
)
def test_a_check_is_worked_out_where_that_is_sound(
    text: str, values: dict[str, Any], *, is_met: bool | None
) -> None:
    assert meets(Check(name="c", text=text), values, "sqlite") is is_met


@pytest.mark.parametrize(
    ("status", "is_met"), [("paid", True), ("gone", False), (None, True), ("PAID", None)]
)
def test_the_forms_of_postgresql_are_read(status: str | None, *, is_met: bool | None) -> None:
    text = (
        "(status)::text = ANY ((ARRAY['open'::character varying, 'paid'::character varying])"
        "::text[])"
    )

    assert meets(Check(name="c", text=text), {"status": status}, "postgresql") is is_met


def test_the_forms_of_mariadb_are_read() -> None:
    check = Check(name="c", text="`status` in ('open','paid') and `n b` >= 0")

    assert meets(check, {"status": "gone", "n b": 0}, "mysql") is False
    assert meets(check, {"status": "open", "n b": 0}, "mariadb") is True


ORDERED = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        %s
      orders:
        owner: customer_id -> customer.id
        delete: true
"""
ORDER = row("orders", {"id": 7, "customer_id": 1})
TOO_EARLY = (
    "DuckDB refuses to change a row to which `shop.orders.customer_id` led when the plan began"
)


@pytest.mark.parametrize(
    ("does", "index", "dialect", "says"),
    [
        ("delete: true", "email", "duckdb", [TOO_EARLY]),
        ("delete: true", "email", "postgresql", []),
        ("blank: {email: gone, name: null}", "email", "duckdb", [TOO_EARLY]),
        ("blank: {email: gone, name: null}", "id", "duckdb", []),
    ],
)
def test_duckdb_changes_no_row_that_others_point_at_when_the_plan_begins(
    does: str, index: str, dialect: str, says: list[str]
) -> None:
    indexed = replace(CUSTOMER, indexes=((index,),))
    orders = table("orders", "id! customer_id", "customer_id -> customer.id")

    found = plan(ORDERED % does, [indexed, orders], [ADA, ORDER], dialect=dialect).obstacles

    assert [obstacle.says for obstacle in found] == says
