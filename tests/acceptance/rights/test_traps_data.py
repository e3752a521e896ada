"""What a row is: held, past its period, hidden in text, oddly named and keyed, in a circle."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.gate.requests.completing import complete
from placket.gate.requests.planning import make_plan
from placket.plan.plan import Action
from placket.rights.request import State
from tests.acceptance.rights.customers import CUSTOMER, CUSTOMERS, ORDER, ORDERS, customer, order
from tests.acceptance.rights.worlds import ADA, BEN
from tests.contract.gates import DAY, SECOND

if TYPE_CHECKING:
    from tests.acceptance.rights.conftest import Make

CALLS = """
      call:
        owner: customer_id -> customer.id
        tells: [call.ended at at]
        holds: {call_recording: recording}
        delete: true
"""
CALL = """
CREATE TABLE call (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), at TIMESTAMP,
    recording VARCHAR(80)
)"""


# What holds it, what no longer does


def test_a_legal_hold_stops_what_it_names_and_lets_the_rest_go(make: Make) -> None:
    shop = make(
        CUSTOMERS + CALLS,
        CUSTOMER,
        CALL,
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
        "INSERT INTO call VALUES (7, 1, '2026-05-01 10:00:00', 'ada.wav')",
        "INSERT INTO call VALUES (8, 2, '2026-05-01 10:00:00', 'ben.wav')",
    )
    hold = shop.tell(Kind.HOLD_PLACED, ADA, data=("call_recording",), clause="S-1")

    done = shop.erases(ADA)
    held = shop.rows("call", "id, recording")
    shop.tell(Kind.HOLD_LIFTED, ADA, about=hold.id)
    shop.clock.now += SECOND
    complete(shop.register, done.case.request.id, holder="w1")

    assert held == [(7, "ada.wav"), (8, "ben.wav")]
    assert done.case.request.state is State.ACTION_DELAYED
    assert done.certificate.state is State.ACTION_DELAYED
    assert {each.because.fact for each in done.certificate.waiting} == {hold.id}
    assert shop.rows("call", "id, recording") == [(8, "ben.wav")]
    assert shop.rows("customer", "id") == [(2,)]
    assert shop.register.case(done.case.request.id).request.state is State.FULFILLED


def test_what_is_past_its_period_goes_and_what_is_not_stays(make: Make) -> None:
    shop = make(
        CUSTOMERS + ORDERS,
        CUSTOMER,
        ORDER,
        customer(1, "Ada", "ada@example.org"),
        order(1, 1, closed="2020-02-01 10:00:00"),
        order(2, 1, closed="2026-02-01 10:00:00"),
    )

    done = shop.erases(ADA)

    assert shop.rows("orders", "id, customer_id, total") == [(2, None, 40)]
    kept = [s for s in done.plan.steps if s.action is Action.KEEP and s.table == "orders"]
    assert {key for step in kept for key in step.rows} == {(("id", 2),)}
    assert done.certificate.state is State.FULFILLED


# Where the catalogue does not look

PACKED = base64.b64encode(json.dumps({"mail": "Ada@example.org", "cart": [1]}).encode()).decode()


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("JSON", '{"to": [{"mail": "ADA@example.org"}]}'),
        ("TEXT", "she wrote from ada@example.org, and again"),
        ("TEXT", PACKED),
        ("TEXT", "email=ada%40example.org&next=1"),
        ("TEXT", json.dumps({"note": json.dumps({"mail": "ada@example.org"})})),
    ],
    ids=["json", "free text", "encoded session", "form", "json in json"],
)
def test_an_address_where_nobody_looks_is_found_and_keeps_the_request_open(
    make: Make, kind: str, written: str
) -> None:
    shop = make(
        CUSTOMERS,
        CUSTOMER,
        f"CREATE TABLE visit (id INTEGER PRIMARY KEY, body {kind})",
        customer(1, "Ada", "ada@example.org"),
    )
    with shop.engines["shop"].begin() as connection:
        connection.exec_driver_sql("INSERT INTO visit VALUES (1, ?), (2, '{}')", (written,))

    done = shop.erases(ADA)
    shop.run("DELETE FROM visit WHERE id = 1")
    shop.clock.now += 31 * DAY
    complete(shop.register, done.case.request.id, holder="w1")

    assert {(f.where, f.count) for f in done.certificate.findings} == {("shop.visit.body", 1)}
    assert done.certificate.state is State.ACTION_DELAYED
    assert done.case.request.state is State.ACTION_DELAYED
    assert shop.register.case(done.case.request.id).request.state is State.FULFILLED


# Keys, circles, names


def test_columns_that_may_not_be_null_and_keys_of_several_columns(
    make: Make, urls: dict[str, str]
) -> None:
    shop = make(
        """
      customer:
        nobody: 0
        subject: {email: email, since: since, country: country}
        tells: [account.opened at since, customer.located in country]
        holds: {email: email, name: name}
        delete: true
      basket:
        owner: customer_id -> customer.id
        key: [shop, number]
        tells: [order.opened at placed_at, order.closed at closed_at]
        holds: {order_details: placed_at, name: label}
        surrogate: customer_id
        blank: {label: ''}
        keep:
          columns: [placed_at, closed_at]
          until: 6 years from order.closed
          basis: legal_obligation
      line:
        owner: basket -> basket.number
        key: [shop, basket, line]
        holds: {wish_list: words}
        delete: true
""",
        CUSTOMER,
        """CREATE TABLE basket (
            shop INTEGER, number INTEGER UNIQUE,
            customer_id INTEGER NOT NULL REFERENCES customer (id),
            placed_at TIMESTAMP, closed_at TIMESTAMP, label VARCHAR(40) NOT NULL,
            PRIMARY KEY (shop, number)
        )""",
        """CREATE TABLE line (
            shop INTEGER, basket INTEGER, line INTEGER, words VARCHAR(40) NOT NULL,
            PRIMARY KEY (shop, basket, line),
            FOREIGN KEY (shop, basket) REFERENCES basket (shop, number)
        )""",
        customer(0, "Nobody", "nobody@example.invalid"),
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
        "INSERT INTO basket VALUES"
        " (1, 5, 1, '2026-03-01 10:00:00', '2026-03-09 10:00:00', 'for Ada'),"
        " (1, 6, 2, '2026-03-01 10:00:00', '2026-03-09 10:00:00', 'for Ben')",
        "INSERT INTO line VALUES (1, 5, 1, 'a lamp'), (1, 5, 2, 'a rug'), (1, 6, 1, 'a cup')",
        urls=urls,
    )

    done = shop.erases(ADA)

    assert shop.rows("customer", "id") == [(0,), (2,)]
    assert shop.rows("basket", "shop, number, customer_id, label") == [
        (1, 5, 0, ""),
        (1, 6, 2, "for Ben"),
    ]
    assert shop.rows("line") == [(1, 6, 1, "a cup")]
    assert done.certificate.state is State.FULFILLED


CARDS = """
      customer:
        subject: {email: email}
        holds: {email: email}
        delete: true
      card:
        owner: customer_id -> customer.id
        delete: true
      note:
        owner: [customer_id -> customer.id]
        holds: {correspondence: words}
        delete: true
"""


def circle(main_card: str) -> tuple[str, ...]:
    return (
        f"""CREATE TABLE customer (
            id INTEGER PRIMARY KEY, email VARCHAR(80),
            main_card {main_card} REFERENCES card (id) DEFERRABLE INITIALLY DEFERRED
        )""",
        """CREATE TABLE card (
            id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id)
        )""",
        """CREATE TABLE note (
            id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
            answers INTEGER REFERENCES note (id), words VARCHAR(40)
        )""",
        "INSERT INTO customer VALUES (1, 'ada@example.org', 4), (2, 'ben@example.org', 5)",
        "INSERT INTO card VALUES (4, 1), (5, 2)",
        "INSERT INTO note VALUES (1, 1, 3, 'a'), (2, 1, 1, 'b'), (3, 1, 2, 'c')",
    )


def test_rows_in_a_circle_go_where_a_link_of_it_may_be_null(make: Make) -> None:
    shop = make(CARDS, *circle("INTEGER"))

    done = shop.erases(ADA)

    assert shop.rows("customer") == [(2, "ben@example.org", 5)]
    assert (shop.rows("card"), shop.rows("note")) == ([(5, 2)], [])
    assert done.certificate.state is State.FULFILLED


def test_a_circle_without_such_a_link_is_told_before_the_first_write(make: Make) -> None:
    shop = make(CARDS, *circle("INTEGER NOT NULL"))
    case = shop.asks(ADA)

    made = make_plan(shop.register, case.request.id)

    assert [each.says for each in made.plan.obstacles] == [
        "rows of `shop.customer` point in a circle, and no link of it may be null"
    ]
    assert made.case.request.plan is not None
    assert made.case.request.plan.obstructed


def test_names_may_be_words_of_sql_in_capitals_and_worse(make: Make, urls: dict[str, str]) -> None:
    shop = make(
        """
      User:
        key: [Id]
        subject: {email: 'E-Mail', match: email}
        holds: {email: 'E-Mail'}
        delete: true
      Order:
        key: ['Select']
        owner: '"user" -> "User"."Id"'
        holds: {delivery_address: 'a"b', order_details: 'x;--'}
        cut: user
        blank: ['a"b']
        keep: {columns: ['x;--'], until: 6 years from last interaction, basis: legal_obligation}
""",
        'CREATE TABLE "User" ("Id" INTEGER PRIMARY KEY, "E-Mail" VARCHAR(80))',
        'CREATE TABLE "Order" ("Select" INTEGER PRIMARY KEY,'
        ' "user" INTEGER REFERENCES "User" ("Id"), "a""b" VARCHAR(80))',
        'ALTER TABLE "Order" ADD COLUMN "total" INTEGER',
        """INSERT INTO "User" VALUES (1, 'Ada@example.org'), (2, 'ben@example.org')""",
        """INSERT INTO "Order" VALUES (5, 1, '1 Elm', 40), (6, 2, '2 Oak', 50)""",
        urls=urls,
    )
    with shop.engines["shop"].begin() as connection:
        connection.exec_driver_sql('ALTER TABLE "Order" ADD COLUMN "x;--" INTEGER')
        connection.exec_driver_sql('UPDATE "Order" SET "x;--" = 3')
    shop.sync()

    done = shop.erases(ADA)

    assert shop.rows("User") == [(2, "ben@example.org")]
    assert shop.rows("Order") == [(5, None, None, 40, 3), (6, 2, "2 Oak", 50, 3)]
    assert done.certificate.state is State.FULFILLED


def test_rows_that_the_shop_only_marked_as_deleted_go(make: Make) -> None:
    shop = make(
        CUSTOMERS + CALLS,
        CUSTOMER.replace("since TIMESTAMP", "since TIMESTAMP, deleted_at TIMESTAMP"),
        CALL,
        customer(1, "Ada", "ada@example.org")[:-1] + ", '2026-09-01 10:00:00')",
        customer(2, "Ben", "ben@example.org")[:-1] + ", NULL)",
        "INSERT INTO call VALUES (7, 1, '2026-05-01 10:00:00', 'ada.wav')",
    )

    done = shop.erases(ADA)

    assert shop.rows("customer", "id") == [(2,)]
    assert shop.rows("call") == []
    assert done.certificate.state is State.FULFILLED
    assert shop.gate.person_of(BEN) is not None
