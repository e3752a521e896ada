"""The inventory read from a database: whose each row is, on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.catalogue import parse
from placket.sources.inventory import read_inventory
from tests.contract.inventories import (
    ADA,
    BOB,
    BOTH,
    GUESTS,
    HOUSEHOLD,
    Ledger,
    Shop,
    customers,
    guests,
    household,
    known,
    whose,
)
from tests.unit.standing.telling import day

if TYPE_CHECKING:
    from sqlalchemy import Engine

# Who a row is


@pytest.mark.parametrize("indexed", [True, False], ids=["indexed", "scanned"])
def test_an_address_is_found_whatever_its_letter_case_and_spelling(
    engine: Engine, *, indexed: bool
) -> None:
    written = (
        "ADA@Example.ORG",
        " ada@example.org",
        "ada@example.org\n",
        "ada@example.orgs",
        "bada@example.org",
        "ada@example.org.example.net",
        "Ada@B\u00dcCHER.example",
        "ada@b\u00fccher.example",
        "ada@xn--bcher-kva.example",
        "ada@bocher.example",
    )
    of = Ledger({"ada": [ADA, "email:ada@example.org", "email:ada@xn--bcher-kva.example"]})
    shop = guests(engine, *written, of=of)
    if indexed:
        shop.make("CREATE INDEX by_email ON orders (guest_email)")

    found = whose(shop.read())

    mine = ["customer[1]", *(f"orders[{number}]" for number in (1, 2, 3, 7, 8, 9))]
    assert found == {at: ["ada"] for at in mine}


def test_a_guest_order_by_an_old_address_is_the_persons(engine: Engine) -> None:
    of = Ledger({"ada": [ADA, "email:ada@example.org", "email:ada.old@example.net"]})
    shop = guests(engine, "ada.old@example.net", "cy@example.org", of=of)

    assert shop.plan() == ["blank customer[1] email=None", "delete orders[1]"]


def test_a_guest_who_has_no_account_owns_their_orders_alone(engine: Engine) -> None:
    of = Ledger({"guest": ["shop.contact:cy@example.org"]})
    shop = guests(engine, "Cy@example.org", "cyd@example.org", of=of)
    shop.add("orders", {"id": 9, "customer_id": 1, "guest_email": "cy@example.org"})

    assert whose(shop.read("guest")) == {"orders[1]": ["guest"]}
    assert shop.plan("guest") == ["delete orders[1]"]


def test_without_match_an_equal_address_proves_nothing(engine: Engine) -> None:
    shop = guests(engine, "ada@example.org")
    shop.tables = GUESTS.replace(", match: email", "").replace("match: email\n", "\n")

    assert whose(shop.read()) == {"customer[1]": ["ada"]}


def test_what_the_ledger_knows_of_a_row_outranks_an_equal_address(engine: Engine) -> None:
    shop = guests(engine)
    shop.add("customer", {"id": 3, "email": "bob@example.org"})
    shop.add("customer", {"id": 4, "email": "bob@example.org"})
    shop.ledger = Ledger({"bob": [BOB, "email:bob@example.org"], "bo": ["shop.customer:3"]})

    assert whose(shop.read("bob")) == {"customer[2]": ["bob"], "customer[4]": ["bob"]}


def test_a_namesake_is_somebody_else(engine: Engine) -> None:
    shop = Shop(
        engine,
        """
      customer:
        subject: {email: email, phone: phone, country: country, match: [email, phone]}
        holds: {name: name, email: email}
        delete: true
    """,
        Ledger({"ada": [ADA, "email:ada@example.org", "phone:+447700900123"]}),
    )
    shop.make(
        "CREATE TABLE customer"
        " (id int PRIMARY KEY, name text, email text, phone text, country text)"
    )
    shop.add(
        "customer",
        {"id": 1, "name": "Ada Lee", "email": "ada@example.org"},
        {"id": 2, "name": "Ada Lee", "email": "ada.lee@example.org", "phone": "07700 900124"},
        {"id": 3, "name": "A. Lee", "phone": "(07700) 900-123", "country": "GB"},
        {"id": 4, "name": "A. Lee", "phone": "07700900123", "country": "DE"},
    )

    assert shop.plan() == ["delete customer[1,3]"]


def test_a_device_of_many_proves_nothing(engine: Engine) -> None:
    visits = """
      visit:
        subject: {as: visit, device: cookie, match: device}
        delete: true
    """
    shop = Shop(engine, visits, Ledger({"ada": ["device:one", "device:many"]}))
    shop.make("CREATE TABLE visit (id int PRIMARY KEY, cookie text)")
    cookies = ("one", "many", "many", "many", "ones")
    shop.add("visit", *({"id": n, "cookie": cookie} for n, cookie in enumerate(cookies)))

    assert shop.plan() == ["delete visit[0]"]


# Shared rows


@pytest.mark.parametrize("other", ["bob", "somebody"])
def test_a_household_keeps_the_address_row_that_one_of_them_leaves(
    engine: Engine, other: str
) -> None:
    shop = household(engine, BOTH if other == "bob" else Ledger({"ada": [ADA]}))

    assert known(whose(shop.read())) == {
        "customer[1]": ["ada"],
        "address[9]": ["ada", other],
    }
    assert shop.plan() == [
        "cut customer[1] address_id=None",
        "blank customer[1] email=None",
        "keep address[9]",
    ]


def test_a_row_that_goes_with_any_owner_is_read_with_whoever_else_points_at_it(
    engine: Engine,
) -> None:
    shop = household(engine, BOTH)
    shop.tables = HOUSEHOLD.replace("street}", "street}\n        shared: any")

    assert whose(shop.read())["customer[2]"] == ["bob"]
    assert shop.plan()[-1] == (
        "a row that stays points here by `shop.customer.address_id`, and the source would refuse"
    )


def test_the_last_of_a_household_takes_the_address_row_along(engine: Engine) -> None:
    shop = household(engine, BOTH)
    shop.make("UPDATE customer SET address_id = 8 WHERE id = 2")

    assert "delete address[9]" in shop.plan()


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


def test_two_customers_sharing_billing_and_shipping_rows_are_not_mixed(engine: Engine) -> None:
    shop = Shop(engine, CHECKOUT, BOTH)
    customers(shop)
    shop.make(
        "CREATE TABLE place (id int PRIMARY KEY, street text NOT NULL)",
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int REFERENCES customer (id),"
        " billing_id int REFERENCES place (id), shipping_id int REFERENCES place (id))",
    )
    shop.add("place", *({"id": number, "street": f"{number} Elm"} for number in (7, 8, 9)))
    shop.add("orders", {"id": 5, "customer_id": 1, "billing_id": 7, "shipping_id": 8})
    shop.add("orders", {"id": 6, "customer_id": 2, "billing_id": 8, "shipping_id": 7})
    shop.add("orders", {"id": 4, "customer_id": 1, "billing_id": 9, "shipping_id": 9})

    assert whose(shop.read()) == {
        "customer[1]": ["ada"],
        "orders[4]": ["ada"],
        "orders[5]": ["ada"],
        "place[7]": ["ada", "bob"],
        "place[8]": ["ada", "bob"],
        "place[9]": ["ada"],
    }
    assert shop.plan() == [
        "cut orders[4,5] billing_id=None shipping_id=None",
        "blank customer[1] email=None",
        "delete place[9]",
        "keep place[7,8]",
    ]


GIFTS = """
      customer:
        subject: {email: email, match: email}
        holds: {email: email}
        blank: {email: null}
      orders:
        owner: customer_id -> customer.id
        tells: [order.opened at placed_at, order.closed at sent_at]
        holds: {order_id: number}
        keep: {until: 7 years from order.closed, basis: legal_obligation}
      gift:
        subject: {email: email}
        party: order_id -> orders.id
        tells:
          - tell: data.collected at orders.placed_at
            route: another_person
        holds: {name: name, email: email}
        delete: true
"""


def gifts(engine: Engine, *, sent: str | None = "2026-02-01 12:00:00") -> Shop:
    shop = Shop(engine, GIFTS, BOTH)
    customers(shop)
    shop.make(
        "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, number text,"
        " placed_at timestamp, sent_at timestamp)",
        "CREATE TABLE gift (id int PRIMARY KEY, order_id int REFERENCES orders (id),"
        " name text, email text)",
    )
    placed = {"customer_id": 1, "number": "N5", "placed_at": "2026-01-06 12:00:00"}
    shop.add("orders", {"id": 5, **placed, "sent_at": sent})
    shop.add("gift", {"id": 3, "order_id": 5, "name": "Bo", "email": "BOB@example.org"})
    return shop


def test_a_buyers_erasure_leaves_the_gift_recipient_alone(engine: Engine) -> None:
    shop = gifts(engine)

    read = shop.read()

    assert known(whose(read)) == {
        "customer[1]": ["ada"],
        "orders[5]": ["ada"],
        "gift[3]": ["somebody", "(ada)"],
    }
    assert [row.supplied_by for row in read.rows if row.at.table == "gift"] == ["ada"]
    assert shop.plan() == ["blank customer[1] email=None", "keep orders[5]"]


def test_a_gift_recipients_erasure_takes_their_row_and_not_the_order(engine: Engine) -> None:
    shop = gifts(engine)

    assert whose(shop.read("bob")) == {"customer[2]": ["bob"], "gift[3]": ["bob", "(ada)"]}
    assert shop.plan("bob") == ["blank customer[2] email=None", "delete gift[3]"]


def test_a_gift_that_is_still_on_its_way_waits(engine: Engine) -> None:
    shop = gifts(engine, sent=None)

    assert "wait gift[3]" in shop.plan("bob")


def test_a_row_owned_by_two_persons_loses_only_the_link_to_one(engine: Engine) -> None:
    pair = """
      customer:
        subject: {email: email}
        holds: {email: email}
        blank: {email: null}
      wedding_list:
        owner: [first_id -> customer.id, second_id -> customer.id]
        holds: {wish_list: items}
    """
    shop = Shop(engine, pair, BOTH)
    customers(shop)
    shop.make(
        "CREATE TABLE wedding_list (id int PRIMARY KEY, first_id int, second_id int, items text)"
    )
    shop.add("wedding_list", {"id": 4, "first_id": 2, "second_id": 1, "items": "[]"})

    assert shop.plan() == [
        "blank customer[1] email=None",
        "cut wedding_list[4] second_id=None",
        "keep wedding_list[4]",
    ]


def test_a_staff_member_who_shops_owns_their_orders_and_no_case_that_they_handled(
    engine: Engine,
) -> None:
    tables = """
      customer:
        subject: {email: email, match: email}
        holds: {email: email}
        blank: {email: null}
      staff:
        subject: {email: email, match: email}
        holds: {email: email}
        blank: {email: null}
      care_case:
        owner: customer_id -> customer.id
        delete: true
    """
    shop = Shop(engine, tables, Ledger({"ada": [ADA, "email:ada@example.org"], "bob": [BOB]}))
    customers(shop)
    shop.make(
        "CREATE TABLE staff (id int PRIMARY KEY, email text)",
        "CREATE TABLE care_case (id int PRIMARY KEY, customer_id int,"
        " agent_id int REFERENCES staff (id))",
    )
    shop.add("staff", {"id": 1, "email": "Ada@example.org"}, {"id": 2, "email": "cy@example.org"})
    shop.add("care_case", {"id": 1, "customer_id": 1, "agent_id": 2})
    shop.add("care_case", {"id": 2, "customer_id": 2, "agent_id": 1})

    assert shop.plan() == [
        "blank customer[1] email=None",
        "blank staff[1] email=None",
        "delete care_case[1]",
    ]


def test_a_company_stays_when_its_contact_person_goes(engine: Engine) -> None:
    tables = """
      customer:
        subject: {email: email}
        holds: {email: email}
        delete: true
      company:
        party: contact_id -> customer.id
        cut: contact_id
      invoice:
        owner: company_id -> company.id
        guests: nobody
        keep: {until: 7 years from invoice.dated, basis: legal_obligation}
    """
    shop = Shop(engine, tables, BOTH)
    customers(shop)
    shop.make(
        "CREATE TABLE company (id int PRIMARY KEY, name text, contact_id int)",
        "CREATE TABLE invoice (id int PRIMARY KEY, company_id int)",
    )
    shop.add("company", {"id": 7, "name": "Elm Ltd", "contact_id": 1})
    shop.add("invoice", {"id": 1, "company_id": 7})

    assert whose(shop.read()) == {"customer[1]": ["ada"], "company[7]": ["(ada)"]}
    assert shop.plan() == ["cut company[7] contact_id=None", "delete customer[1]"]


# Events, placeholders, what else points here


BOOKS = """
      customer:
        nobody: 0
        subject: {email: email}
        tells: [account.opened at since]
        holds: {email: email}
        delete: true
      orders:
        owner: customer_id -> customer.id
        tells: [order.opened at placed_at, order.closed at sent_at]
        surrogate: customer_id
      order_line:
        owner: order_id -> orders.id
        keep: {until: 7 years from order.closed, basis: legal_obligation, then: delete}
      invoice:
        owner: order_id -> orders.id
        tells:
          - tell: invoice.dated at dated_at
            thing: order_id -> orders.id
        surrogate: order_id
"""


def books(engine: Engine) -> Shop:
    shop = Shop(engine, BOOKS, BOTH)
    customers(shop, "since timestamp")
    shop.make(
        "CREATE TABLE orders (id int PRIMARY KEY,"
        " customer_id int NOT NULL REFERENCES customer (id),"
        " placed_at timestamp, sent_at timestamp)",
        "CREATE TABLE order_line (id int PRIMARY KEY, order_id int REFERENCES orders (id))",
        "CREATE TABLE invoice (id int PRIMARY KEY, order_id int, dated_at timestamp)",
        "CREATE TABLE stock (id int PRIMARY KEY, line_id int REFERENCES order_line (id))",
        "UPDATE customer SET since = '2026-01-03 12:00:00'",
    )
    shop.add("customer", {"id": 0})
    shop.add(
        "orders",
        {
            "id": 5,
            "customer_id": 1,
            "placed_at": "2026-01-06 12:00:00",
            "sent_at": "2026-01-08 12:00:00",
        },
    )
    shop.add("orders", {"id": 6, "customer_id": 0, "placed_at": "2026-01-07 12:00:00"})
    shop.add("order_line", {"id": 1, "order_id": 5}, {"id": 2, "order_id": 6})
    shop.add("invoice", {"id": 1, "order_id": 5, "dated_at": "2026-01-09 12:00:00"})
    shop.add("stock", {"id": 3, "line_id": 1}, {"id": 4, "line_id": 2})
    return shop


def test_a_row_knows_the_events_of_its_case_until_now(engine: Engine) -> None:
    shop = books(engine)
    case = (("order.opened", day(5)), ("order.closed", day(7)), ("invoice.dated", day(8)))

    read = shop.read()
    early = shop.read(now=day(6))

    assert {row.at.table: row.events for row in read.of("ada")} == {
        "customer": (("account.opened", day(2)),),
        "orders": case,
        "order_line": case,
        "invoice": case,
    }
    assert {row.events for row in early.of("ada")} == {case[:1], (("account.opened", day(2)),)}


def test_the_row_for_nobody_is_the_placeholder_and_no_person(engine: Engine) -> None:
    shop = books(engine)

    assert shop.read().placeholders == {("shop", "customer"): 0}
    assert "surrogate orders[5] customer_id=0" in shop.plan()
    assert "there is no placeholder for `shop.invoice.order_id` to point at" in shop.plan()


def test_a_placeholder_that_is_not_there_is_none(engine: Engine) -> None:
    shop = books(engine)
    shop.make("UPDATE orders SET customer_id = 2 WHERE id = 6", "DELETE FROM customer WHERE id = 0")

    assert shop.read().placeholders == {}


def test_a_row_of_a_table_that_nobody_named_is_read_where_it_points_at_one_that_may_go(
    engine: Engine,
) -> None:
    shop = books(engine)

    found = shop.read()

    assert whose(found)["stock[3]"] == []
    assert "stock[4]" not in whose(found)


def test_a_row_in_another_source_that_holds_the_persons_key_is_theirs(
    engine: Engine, tmp_path: Any
) -> None:
    shop = Shop(engine, HOUSEHOLD, BOTH)
    customers(shop, "address_id int")
    shop.make("CREATE TABLE address (id int PRIMARY KEY, street text)")
    till = sa.create_engine(f"sqlite:///{tmp_path}/till.db")
    receipts = Shop(till, "")
    receipts.make("CREATE TABLE receipt (id int PRIMARY KEY, customer text)")
    receipts.add("receipt", {"id": 1, "customer": "1"}, {"id": 2, "customer": "11"})
    read = parse(
        f"catalogue: two\nsources:\n  shop:\n    tables:\n{HOUSEHOLD}"
        "  till:\n    tables:\n      receipt: {owner: 'customer -> shop:customer.id'}\n"
    )
    assert read.catalogue is not None

    found = read_inventory(read.catalogue, {"shop": engine, "till": till}, BOTH.whom("ada"), BOTH)

    till.dispose()
    assert whose(found) == {"customer[1]": ["ada"], "receipt[1]": ["ada"]}
    (receipt,) = (row for row in found.rows if row.at.source == "till")
    links = read.catalogue.sources[1].tables[0].links()
    assert [row.at.table for _, row in found.led_to(receipt, links)] == ["customer"]
