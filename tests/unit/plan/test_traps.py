"""The traps of real shops, each with a fixture of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from placket.plan.asking import By, Hold, NotInCatalogue
from placket.plan.build import plan_of
from placket.plan.plan import Obstacle, StalePlan, changes_since, refuse_stale
from tests.unit.plan.shops import asking, plan, row, table, told

if TYPE_CHECKING:
    from placket.catalogue import TableSchema
    from placket.plan.inventory import Row

SHOP = "shop"


# Whose a row is


HOUSEHOLD = """
      customer:
        subject: {email: email}
        holds: {email: email}
        blank: {email: null}
        cut: address_id
      address:
        owner: <- customer.address_id
        holds: {postal_address: street}
"""
HOUSE_SCHEMA = (
    table("customer", "id! email address_id", "address_id -> address.id"),
    table("address", "id! street!"),
)


def household(*owners: str) -> tuple[Row, ...]:
    return (
        row("customer", {"id": 1, "email": "ada@example.org", "address_id": 9}),
        row("customer", {"id": 2, "email": "bob@example.org", "address_id": 9}, of=("bob",)),
        row("address", {"id": 9, "street": "1 Elm"}, of=owners),
    )


def test_a_household_keeps_the_address_row_that_one_of_them_leaves() -> None:
    found = plan(HOUSEHOLD, HOUSE_SCHEMA, household("ada", "bob"))

    assert told(found.steps) == [
        "cut customer[1] address_id=None",
        "blank customer[1] email=None",
        "keep address[9]",
    ]
    assert found.steps[2].because.release == "the last other owner goes"
    assert found.obstacles == ()


def test_the_last_of_a_household_takes_the_address_row_along() -> None:
    alone = row("customer", {"id": 1, "email": "ada@example.org", "address_id": 9})
    address = row("address", {"id": 9, "street": "1 Elm"})

    found = plan(HOUSEHOLD, HOUSE_SCHEMA, (alone, address))

    assert told(found.steps) == [
        "cut customer[1] address_id=None",
        "blank customer[1] email=None",
        "delete address[9]",
    ]
    assert found.obstacles == ()


def test_a_row_that_goes_with_any_owner_is_refused_while_another_points_at_it() -> None:
    any_owner = HOUSEHOLD.replace("street}", "street}\n        shared: any")

    found = plan(any_owner, HOUSE_SCHEMA, household("ada", "bob"))

    assert found.obstacles == (
        Obstacle(
            source=SHOP,
            table="address",
            says="a row that stays points here by `shop.customer.address_id`, "
            "and the source would refuse",
            mend="name `cut` or `surrogate` for `shop.customer.address_id`, "
            "or `blank` in place of `delete`",
        ),
    )


CHECKOUT = """
      orders:
        owner: [billing_id -> place.id, customer_id -> customer.id]
        cut: [billing_id, shipping_id]
      customer:
        subject: {email: email}
        blank: {email: null}
        holds: {email: email}
      place:
        owner: [<- orders.billing_id, <- orders.shipping_id]
        holds: {postal_address: street}
"""


def test_two_customers_sharing_billing_and_shipping_rows_are_not_mixed() -> None:
    schema = (
        table(
            "orders",
            "id! customer_id billing_id shipping_id",
            "customer_id -> customer.id",
            "billing_id -> place.id",
            "shipping_id -> place.id",
        ),
        table("customer", "id! email"),
        table("place", "id! street!"),
    )
    rows = (
        row("customer", {"id": 1, "email": "ada@example.org"}),
        row("orders", {"id": 5, "customer_id": 1, "billing_id": 7, "shipping_id": 8}),
        row("orders", {"id": 6, "customer_id": 2, "billing_id": 8, "shipping_id": 7}, of=("bob",)),
        row("place", {"id": 7, "street": "1 Elm"}, of=("ada", "bob")),
        row("place", {"id": 8, "street": "2 Oak"}, of=("ada", "bob")),
        row("place", {"id": 9, "street": "3 Ash"}),
    )

    found = plan(CHECKOUT, schema, rows)

    assert told(found.steps) == [
        "cut orders[5] billing_id=None shipping_id=None",
        "blank customer[1] email=None",
        "delete place[9]",
        "keep place[7,8]",
    ]
    assert found.obstacles == ()


GIFTS = """
      customer:
        subject: {email: email}
        holds: {email: email}
        blank: {email: null}
      orders:
        owner: customer_id -> customer.id
        holds: {order_id: number}
        keep: {until: 7 years from order.closed, basis: legal_obligation}
      gift:
        subject: {email: email}
        party: order_id -> orders.id
        holds: {name: name, email: email}
"""
GIFT_SCHEMA = (
    table("customer", "id! email"),
    table("orders", "id! customer_id! number!", "customer_id -> customer.id"),
    table("gift", "id! order_id! name! email", "order_id -> orders.id"),
)


def gift() -> tuple[Row, ...]:
    closed = (("order.closed", 5.0),)
    return (
        row("customer", {"id": 1, "email": "ada@example.org"}),
        row("orders", {"id": 5, "customer_id": 1, "number": "N5"}, events=closed),
        row(
            "gift",
            {"id": 3, "order_id": 5, "name": "Bo", "email": "bo@example.org"},
            of=("bo",),
            party=("ada",),
            by="ada",
        ),
    )


def test_a_buyers_erasure_leaves_the_gift_recipient_alone() -> None:
    found = plan(GIFTS, GIFT_SCHEMA, gift())

    assert told(found.steps) == ["blank customer[1] email=None", "keep orders[5]"]
    assert found.obstacles == ()


def test_a_gift_recipients_erasure_takes_their_row_and_not_the_order() -> None:
    found = plan(GIFTS, GIFT_SCHEMA, gift(), person="bo")

    assert told(found.steps) == ["delete gift[3]"]


def test_a_guest_is_found_by_their_order_and_owns_it_alone() -> None:
    guests = """
      orders:
        subject: {as: contact, key: guest_email, email: guest_email, when: {customer_id: null}}
        holds: {email: guest_email, order_id: number}
        keep:
          until: 7 years from order.closed
          basis: legal_obligation
          columns: [number]
        blank: {guest_email: null}
"""
    values = {"id": 5, "customer_id": None, "guest_email": "ada@example.org", "number": "N5"}
    mine = row("orders", values, of=("guest",), events=(("order.closed", 5.0),))
    other = row("orders", values | {"id": 6}, of=("ada",))

    found = plan(
        guests, [table("orders", "id! guest_email number!")], [mine, other], person="guest"
    )

    assert told(found.steps) == ["blank orders[5] guest_email=None", "keep orders[5] number"]


def test_a_row_owned_by_two_persons_loses_only_the_link_to_one() -> None:
    pair = """
      customer:
        subject: {email: email}
        holds: {email: email}
        blank: {email: null}
      wedding_list:
        owner: [first_id -> customer.id, second_id -> customer.id]
        holds: {wish_list: items}
"""
    schema = (
        table("customer", "id! email"),
        table("wedding_list", "id! first_id second_id items", "first_id -> customer.id"),
    )
    rows = (
        row("customer", {"id": 1, "email": "ada@example.org"}),
        row("customer", {"id": 2, "email": "bob@example.org"}, of=("bob",)),
        row(
            "wedding_list",
            {"id": 4, "first_id": 2, "second_id": 1, "items": "[]"},
            of=("ada", "bob"),
        ),
    )

    found = plan(pair, schema, rows)

    assert told(found.steps) == [
        "blank customer[1] email=None",
        "cut wedding_list[4] second_id=None",
        "keep wedding_list[4]",
    ]


def test_a_row_in_which_the_person_only_appears_loses_the_link_to_them() -> None:
    referrals = """
      customer:
        subject: {email: email}
        holds: {email: email}
      referral:
        owner: friend_id -> customer.id
        party: by_id -> customer.id
"""
    schema = (
        table("customer", "id! email"),
        table("referral", "id! friend_id! by_id", "by_id -> customer.id"),
    )
    rows = (
        row("customer", {"id": 1, "email": "ada@example.org"}),
        row("customer", {"id": 2, "email": "bob@example.org"}, of=("bob",)),
        row("referral", {"id": 3, "friend_id": 2, "by_id": 1}, of=("bob",), party=("ada",)),
    )

    found = plan(referrals, schema, rows)

    assert told(found.steps) == ["cut referral[3] by_id=None", "delete customer[1]"]
    assert found.obstacles == ()


# Keys, circles, nulls


def test_rows_are_named_by_composite_keys_and_their_links_followed() -> None:
    lines = """
      basket:
        subject: {device: device}
        key: [shop, number]
      line:
        owner: basket -> basket.number
        key: [shop, basket, line]
"""
    schema = (
        table("basket", "shop! number! device", key=("shop", "number")),
        table(
            "line",
            "shop! basket! line!",
            "shop+basket -> basket.shop+number",
            key=("shop", "basket", "line"),
        ),
    )
    rows = (
        row("basket", {"shop": 1, "number": 2, "device": "d"}, key=("shop", "number")),
        row("line", {"shop": 1, "basket": 2, "line": 1}, key=("shop", "basket", "line")),
        row(
            "line", {"shop": 9, "basket": 2, "line": 1}, key=("shop", "basket", "line"), of=("bo",)
        ),
    )

    found = plan(lines, schema, rows)

    assert told(found.steps) == ["delete line[1+2+1]", "delete basket[1+2]"]
    assert found.obstacles == ()


CIRCLE = """
      account:
        subject: {email: email}
      card:
        owner: account_id -> account.id
"""


def circle(nullable: str) -> tuple[TableSchema, ...]:
    return (
        table("account", f"id! email main_card{nullable}", "main_card -> card.id"),
        table("card", "id! account_id!", "account_id -> account.id"),
    )


ACCOUNT = row("account", {"id": 1, "email": "ada@example.org", "main_card": 4})
CARD = row("card", {"id": 4, "account_id": 1})


def test_a_circle_is_opened_at_the_link_that_may_be_null() -> None:
    found = plan(CIRCLE, circle(""), (ACCOUNT, CARD))

    assert told(found.steps) == [
        "cut account[1] main_card=None",
        "delete card[4]",
        "delete account[1]",
    ]
    assert found.obstacles == ()


def test_a_circle_without_such_a_link_is_known_before_the_first_write() -> None:
    found = plan(CIRCLE, circle("!"), (ACCOUNT, CARD))

    assert [o.says for o in found.obstacles] == [
        "rows of `shop.account` point in a circle, and no link of it may be null"
    ]


def test_rows_that_point_at_rows_of_their_own_table_are_cut_loose_first() -> None:
    reply = "      note:\n        subject: {email: email}"
    schema = [table("note", "id! email answers", "answers -> note.id")]
    rows = [row("note", {"id": n, "email": "a", "answers": n - 1 or None}) for n in (1, 2, 3)]

    found = plan(reply, schema, rows)

    assert told(found.steps) == ["cut note[2,3] answers=None", "delete note[1,2,3]"]


NAMED = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        blank: {email: WORD}
"""


@pytest.mark.parametrize(
    ("word", "schema", "says"),
    [
        ("null", table("customer", "id! email name!"), "`shop.customer.name` cannot be null"),
        ("null", table("customer", "id! email! name"), "`shop.customer.email` cannot be null"),
        (
            "gone",
            table("customer", "id! email name", unique=(("email",),)),
            "`shop.customer.email` must be unique, and another row holds or may hold the same",
        ),
        (
            "gone",
            table("customer", "id! email:varchar(3)! name"),
            "what `shop.customer.email` is to hold is longer than 3 characters",
        ),
        ("gone", table("customer", "id! name"), "there is no column `shop.customer.email`"),
        (
            "gone",
            table("customer", "id! email name", key=("email",)),
            "`shop.customer.email` is part of the key by which the row is found",
        ),
    ],
)
def test_what_a_constraint_would_refuse_is_known_before_the_first_write(
    word: str, schema: TableSchema, says: str
) -> None:
    ada = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"})

    found = plan(NAMED.replace("WORD", word), [schema], [ada])

    assert [obstacle.says for obstacle in found.obstacles] == [says]


def test_a_blank_that_may_be_null_meets_no_unique_key() -> None:
    schema = [table("customer", "id! email name", unique=(("email",),))]
    ada = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"})

    assert plan(NAMED.replace("WORD", "null"), schema, [ada]).obstacles == ()


SURROGATE = """
      customer:
        subject: {email: email}
      orders:
        owner: customer_id -> customer.id
        surrogate: customer_id
"""
SURROGATES = (
    table("customer", "id! email"),
    table("orders", "id! customer_id!", "customer_id -> customer.id"),
)
BUYER = (
    row("customer", {"id": 1, "email": "ada@example.org"}),
    row("orders", {"id": 5, "customer_id": 1}),
)


def test_a_link_that_cannot_be_null_points_at_nobody_and_the_books_stay() -> None:
    found = plan(SURROGATE, SURROGATES, BUYER, placeholders={(SHOP, "customer"): 0})

    assert told(found.steps) == ["surrogate orders[5] customer_id=0", "delete customer[1]"]
    assert found.obstacles == ()


def test_a_missing_placeholder_is_known_before_the_first_write() -> None:
    found = plan(SURROGATE, SURROGATES, BUYER)

    assert [obstacle.says for obstacle in found.obstacles] == [
        "there is no placeholder for `shop.orders.customer_id` to point at"
    ]


def test_a_deletion_that_would_take_somebody_elses_row_along_is_refused() -> None:
    notes = """
      customer:
        subject: {email: email}
      note:
        owner: by_id -> customer.id
"""
    schema = (
        table("customer", "id! email"),
        table("note", "id! by_id! about_id", "about_id -> customer.id on delete cascade"),
    )
    rows = (
        row("customer", {"id": 1, "email": "ada@example.org"}),
        row("note", {"id": 3, "by_id": 2, "about_id": 1}, of=("bob",)),
    )

    found = plan(notes, schema, rows)

    assert [obstacle.says for obstacle in found.obstacles] == [
        "a row that stays points here by `shop.note.about_id`, and the source would delete it too"
    ]


def test_a_column_that_is_no_link_has_no_placeholder() -> None:
    wrong = SURROGATE.replace("surrogate: customer_id", "surrogate: sold_by")
    schema = (SURROGATES[0], table("orders", "id! customer_id sold_by"))
    bought = row("orders", {"id": 5, "customer_id": None, "sold_by": 4})

    assert len(plan(wrong, schema, (bought,)).obstacles) == 1


# Twice, at once, stale


def test_a_person_erased_twice_has_nothing_left_to_erase() -> None:
    blanked = row("customer", {"id": 1, "email": None, "name": None})

    found = plan(NAMED.replace("WORD", "null"), [], [blanked])

    assert found.steps == ()


def test_a_new_order_after_an_erasure_is_its_own() -> None:
    bag = "      bag:\n        subject: {device: token}"
    old = asking(bag, [], [row("bag", {"id": 1, "token": "t"})])
    first = plan_of(old)
    later = asking(bag, [], [row("bag", {"id": 2, "token": "t"})])

    assert told(plan_of(later).steps) == ["delete bag[2]"]
    assert [change.how for change in changes_since(first, later.rows)] == ["gone", "new"]


def test_of_two_requests_at_once_the_second_plan_is_stale_once_the_first_was_applied() -> None:
    ada = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"})
    erase = plan(NAMED.replace("WORD", "null"), [], [ada])
    second = plan(NAMED.replace("WORD", "null"), [], [ada], request="r2")
    after = replace(ada, values={"id": 1, "email": None, "name": None})

    refuse_stale(erase, [ada])
    with pytest.raises(StalePlan) as raised:
        refuse_stale(second, [after])

    assert str(raised.value) == (
        "the plan is stale: rows of `shop.customer` changed since; make a new plan"
    )


def test_a_restriction_beside_an_erasure_stops_it() -> None:
    ada = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada"})
    wish = Hold(by=By.DATA_SUBJECT, data=("email",), release="the data subject lifts it")

    found = plan(NAMED.replace("WORD", "null"), [], [ada], holds=(wish,))

    assert told(found.steps) == ["blank customer[1] name=None", "hold customer[1] email"]


CALLS = """
      customer:
        subject: {email: email}
        holds: {email: email}
        delete: true
      call:
        owner: customer_id -> customer.id
        holds: {call_recording: recording}
        WORD: VALUE
"""
CALL_SCHEMA = (
    table("customer", "id! email"),
    table("call", "id! customer_id recording", "customer_id -> customer.id"),
)


def held_call(word: str, value: str) -> tuple[str, ...]:
    ada = row("customer", {"id": 1, "email": "ada@example.org"})
    call = row("call", {"id": 7, "customer_id": 1, "recording": "a.wav"})
    hold = Hold(by=By.LAW, data=("call_recording",), release="the court releases it")
    tables = CALLS.replace("WORD", word).replace("VALUE", value)

    found = plan(tables, CALL_SCHEMA, [ada, call], holds=(hold,))

    assert found.obstacles == ()
    return tuple(told(found.steps))


def test_what_a_held_row_leads_to_is_held_with_it() -> None:
    assert held_call("delete", "true") == ("hold customer[1]", "hold call[7] recording")


def test_what_a_held_row_no_longer_leads_to_goes() -> None:
    assert held_call("cut", "customer_id") == (
        "cut call[7] customer_id=None",
        "delete customer[1]",
        "hold call[7] recording",
    )


def test_a_row_of_a_table_that_nobody_named_stops_the_plan() -> None:
    with pytest.raises(NotInCatalogue) as raised:
        plan(NAMED, [], [row("diary", {"id": 1})])

    assert str(raised.value) == "the catalogue does not name `shop.diary`"
