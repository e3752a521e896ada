"""Whose a row is: addresses in any spelling, namesakes, households, gifts, guests, staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.planning import make_plan
from placket.plan.plan import Action
from placket.rights.request import State
from placket.rights.right import Right
from tests.acceptance.rights.customers import CUSTOMER, CUSTOMERS, ORDER, ORDERS, customer, order
from tests.acceptance.rights.worlds import ADA, BEN

if TYPE_CHECKING:
    from tests.acceptance.rights.conftest import Make

# The address


def test_an_address_is_one_in_any_case_and_in_either_spelling_of_its_domain(
    make: Make, urls: dict[str, str]
) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada", "Ada@bücher.example"),
        order(1, None, "ADA@BÜCHER.example"),
        order(2, None, "ada@xn--bcher-kva.example"),
        order(3, None, "ada@bucher.example"),
        urls=urls,
    )

    done = shop.erases("email:ada@XN--BCHER-KVA.example")

    assert shop.rows("customer") == []
    assert shop.rows("orders", "id, guest_email, ship_to, total") == [
        (1, None, None, 40),
        (2, None, None, 40),
        (3, "ada@bucher.example", "1 Elm", 40),
    ]
    assert (done.certificate.state, done.certificate.findings) == (State.FULFILLED, ())
    assert done.case.request.state is State.FULFILLED


def test_an_address_that_contains_another_is_somebody_elses(make: Make) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Bada", "bada@example.org"),
        customer(3, "Ada", "ada@example.org.example.com"),
        order(1, None, "x.ada@example.org"),
    )
    others = shop.rows("customer")[1:], shop.rows("orders")

    done = shop.erases(ADA)

    assert (shop.rows("customer"), shop.rows("orders")) == others
    assert (done.certificate.state, done.certificate.findings) == (State.FULFILLED, ())


def test_an_old_address_is_hers_where_the_ledger_knew_her_by_it(make: Make) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada", "ada.old@example.net"),
        order(1, None, "ada.old@example.net"),
        order(2, None, "ada.older@example.net"),
    )
    shop.run("UPDATE customer SET email = 'ada@example.org'")
    shop.sync()

    done = shop.erases(ADA)

    assert shop.rows("customer") == []
    assert [row[1] for row in shop.rows("orders", "id, guest_email")] == [
        None,
        "ada.older@example.net",
    ]
    assert done.certificate.state is State.FULFILLED


def test_an_old_address_in_a_table_that_nobody_named_is_found_again(make: Make) -> None:
    shop = make(
        CUSTOMERS,
        CUSTOMER,
        customer(1, "Ada", "ada.old@example.net"),
        "CREATE TABLE log (id INTEGER PRIMARY KEY, line VARCHAR(80))",
        "INSERT INTO log VALUES (1, 'sent to <Ada.Old@example.net>')",
    )
    shop.run("UPDATE customer SET email = 'ada@example.org'")
    shop.sync()

    done = shop.erases(ADA)

    assert [finding.where for finding in done.certificate.findings] == ["shop.log.line"]
    assert done.case.request.state is State.ACTION_DELAYED


def test_a_namesake_keeps_every_row(make: Make) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada Lee", "ada@example.org", "07700 900123"),
        customer(2, "Ada Lee", "ada.lee@example.org", "07700 900124"),
        order(1, 1),
        order(2, 2),
    )

    done = shop.erases(ADA)

    assert shop.rows("customer", "id, name") == [(2, "Ada Lee")]
    assert shop.rows("orders", "id, customer_id, ship_to") == [(1, None, None), (2, 2, "1 Elm")]
    assert done.certificate.state is State.FULFILLED


def test_a_guest_is_erased_by_the_address_of_their_order(make: Make) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada", "ada@example.org"),
        order(1, 1),
        order(2, None, "Cy@example.org"),
        order(3, None, "cyd@example.org"),
    )

    done = shop.erases("email:cy@example.org")

    assert shop.rows("orders", "id, guest_email, ship_to") == [
        (1, None, "1 Elm"),
        (2, None, None),
        (3, "cyd@example.org", "1 Elm"),
    ]
    assert len(shop.rows("customer")) == 1
    assert done.certificate.state is State.FULFILLED


# Rows of several

HOUSEHOLD = (
    CUSTOMERS
    + """
      address:
        owner: <- customer.address_id
        holds: {postal_address: street}
        delete: true
"""
)
HOMES = (
    "CREATE TABLE address (id INTEGER PRIMARY KEY, street VARCHAR(80) NOT NULL)",
    CUSTOMER.replace("since TIMESTAMP", "since TIMESTAMP, address_id INTEGER"),
    "INSERT INTO address VALUES (9, '1 Elm'), (8, '2 Oak')",
    customer(1, "Ada", "ada@example.org")[:-1] + ", 9)",
    customer(2, "Ben", "ben@example.org")[:-1] + ", 9)",
)


def test_a_household_keeps_its_address_until_the_last_of_it_goes(make: Make) -> None:
    shop = make(HOUSEHOLD, *HOMES)

    first = shop.erases(ADA)
    left = shop.rows("address", "id")
    second = shop.erases(BEN)

    assert left == [(8,), (9,)]
    assert shop.rows("address", "id") == [(8,)]
    assert shop.rows("customer") == []
    assert [
        (each.table, each.because.ground)
        for each in first.certificate.stayed
        if each.source == "shop"
    ] == [("address", "rights_of_others")]
    assert (first.certificate.state, second.certificate.state) == (State.FULFILLED,) * 2


def test_two_customers_who_share_billing_and_shipping_rows_are_not_mixed(
    make: Make, urls: dict[str, str]
) -> None:
    shop = make(
        CUSTOMERS
        + """
      orders:
        owner: [billing_id -> place.id, customer_id -> customer.id]
        cut: [customer_id, billing_id, shipping_id]
        keep: {columns: [total], until: 6 years from last interaction, basis: legal_obligation}
        holds: {order_details: [placed_at, total]}
      place:
        owner: [<- orders.billing_id, <- orders.shipping_id]
        holds: {postal_address: street}
        delete: true
""",
        CUSTOMER,
        "CREATE TABLE place (id INTEGER PRIMARY KEY, street VARCHAR(80) NOT NULL)",
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),"
        " billing_id INTEGER REFERENCES place (id), shipping_id INTEGER REFERENCES place (id),"
        " placed_at TIMESTAMP, total INTEGER)",
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
        "INSERT INTO place VALUES (7, '7 Elm'), (8, '8 Elm'), (9, '9 Elm')",
        "INSERT INTO orders VALUES (5, 1, 7, 8, '2026-03-01 10:00:00', 40),"
        " (6, 2, 8, 7, '2026-03-02 10:00:00', 50), (4, 1, 9, 9, '2026-03-03 10:00:00', 60)",
        urls=urls,
    )

    done = shop.erases(ADA)

    assert shop.rows("place", "id") == [(7,), (8,)]
    assert shop.rows("orders", "id, customer_id, billing_id, shipping_id") == [
        (4, None, None, None),
        (5, None, None, None),
        (6, 2, 8, 7),
    ]
    assert shop.rows("customer", "id") == [(2,)]
    assert done.certificate.state is State.FULFILLED


PAIRS = (
    CUSTOMERS
    + """
      wedding_list:
        owner: [first_id -> customer.id, second_id -> customer.id]
        holds: {wish_list: items}
        delete: true
"""
)


def test_a_row_of_two_persons_loses_the_link_to_one_and_goes_with_the_other(make: Make) -> None:
    shop = make(
        PAIRS,
        CUSTOMER,
        "CREATE TABLE wedding_list (id INTEGER PRIMARY KEY,"
        " first_id INTEGER REFERENCES customer (id), second_id INTEGER REFERENCES customer (id),"
        " items VARCHAR(80))",
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
        "INSERT INTO wedding_list VALUES (4, 2, 1, 'a lamp')",
    )

    first = shop.erases(ADA)
    left = shop.rows("wedding_list")
    second = shop.erases(BEN)

    assert left == [(4, 2, None, "a lamp")]
    assert (shop.rows("wedding_list"), shop.rows("customer")) == ([], [])
    assert (first.certificate.state, second.certificate.state) == (State.FULFILLED,) * 2


GIFTS = (
    CUSTOMERS
    + ORDERS
    + """
      gift:
        subject: {email: email}
        party: order_id -> orders.id
        tells:
          - tell: data.collected at orders.placed_at
            route: another_person
        holds: {name: name, email: email}
        delete: true
"""
)
GIFT = (
    CUSTOMER,
    ORDER,
    """CREATE TABLE gift (
        id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders (id), name VARCHAR(80),
        email VARCHAR(120)
    )""",
    customer(1, "Ada", "ada@example.org"),
    order(5, 1),
    "INSERT INTO gift VALUES (3, 5, 'Bo', 'BO@example.org')",
)


def test_a_buyers_erasure_leaves_the_gift_to_whom_it_was_sent(make: Make) -> None:
    shop = make(GIFTS, *GIFT)

    done = shop.erases(ADA)

    assert shop.rows("gift") == [(3, 5, "Bo", "BO@example.org")]
    assert shop.rows("orders", "customer_id, total") == [(None, 40)]
    assert done.certificate.state is State.FULFILLED


def test_a_gift_recipient_is_erased_and_the_buyer_keeps_their_order(make: Make) -> None:
    shop = make(GIFTS, *GIFT)

    done = shop.erases("email:bo@example.org")

    assert shop.rows("gift") == []
    assert shop.rows("orders", "customer_id, ship_to") == [(1, "1 Elm")]
    assert shop.rows("customer", "id") == [(1,)]
    assert done.certificate.state is State.FULFILLED


# Roles

STAFF = (
    CUSTOMERS
    + """
      staff:
        subject: {email: email}
        tells: [role.taken at since]
        holds: {email: email}
        keep: {until: 6 years from role.taken, basis: legal_obligation, law: the payroll}
      care_case:
        owner: customer_id -> customer.id
        holds: {correspondence: topic}
        delete: true
"""
)


def test_a_staff_member_who_shops_goes_as_a_customer_and_stays_on_the_payroll(make: Make) -> None:
    shop = make(
        STAFF,
        CUSTOMER,
        "CREATE TABLE staff (id INTEGER PRIMARY KEY, email VARCHAR(120), since TIMESTAMP)",
        "CREATE TABLE care_case (id INTEGER PRIMARY KEY, customer_id INTEGER,"
        " agent_id INTEGER REFERENCES staff (id), topic VARCHAR(80))",
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
        "INSERT INTO staff VALUES (1, 'ada@work.example.com', '2026-01-01 10:00:00'),"
        " (2, 'cy@work.example.com', '2026-01-01 10:00:00')",
        "INSERT INTO care_case VALUES (1, 1, 2, 'a seam'), (2, 2, 1, 'a button')",
    )

    done = shop.erases(ADA, staff="staff-1")

    assert shop.rows("customer", "id") == [(2,)]
    assert shop.rows("care_case") == [(2, 2, 1, "a button")]
    assert len(shop.rows("staff")) == 2
    assert done.certificate.state is State.FULFILLED
    assert "staff-1" in done.case.request.requesters


def test_a_company_stays_when_its_contact_person_goes(make: Make) -> None:
    shop = make(
        CUSTOMERS
        + """
      company:
        party: contact_id -> customer.id
        cut: contact_id
      invoice:
        owner: company_id -> company.id
        guests: nobody
        keep: {until: 7 years from invoice.dated, basis: legal_obligation}
""",
        CUSTOMER,
        "CREATE TABLE company (id INTEGER PRIMARY KEY, name VARCHAR(80),"
        " contact_id INTEGER REFERENCES customer (id))",
        "CREATE TABLE invoice (id INTEGER PRIMARY KEY,"
        " company_id INTEGER REFERENCES company (id), total INTEGER)",
        customer(1, "Ada", "ada@example.org"),
        "INSERT INTO company VALUES (7, 'Elm Ltd', 1)",
        "INSERT INTO invoice VALUES (1, 7, 900)",
    )

    done = shop.erases(ADA)

    assert shop.rows("company") == [(7, "Elm Ltd", None)]
    assert shop.rows("invoice") == [(1, 7, 900)]
    assert shop.rows("customer") == []
    assert done.certificate.state is State.FULFILLED


@pytest.mark.parametrize("right", [Right.ACCESS, Right.ERASURE])
def test_no_plan_names_a_row_of_a_namesake_or_a_housemate(make: Make, right: Right) -> None:
    shop = make(HOUSEHOLD, *HOMES, customer(3, "Ada", "ada.two@example.org")[:-1] + ", 8)")
    case = shop.asks(ADA, right)

    plan = make_plan(shop.register, case.request.id).plan

    shown = {key for step in plan.steps if step.table == "customer" for key in step.rows}
    assert shown == {(("id", 1),)}
    assert all(s.action is Action.KEEP for s in plan.steps if s.table == "address") is (
        right is Right.ERASURE
    )
