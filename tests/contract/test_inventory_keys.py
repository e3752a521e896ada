"""The inventory along keys of every form: composite, in circles, under any name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.inventories import (
    Ledger,
    Shop,
    guests,
    known,
    whose,
)

if TYPE_CHECKING:
    from sqlalchemy import Engine


def test_rows_are_found_along_composite_keys(engine: Engine) -> None:
    tables = """
      basket:
        subject: {as: visitor, key: device, device: device}
        key: [shop, number]
      line:
        owner: basket -> basket.number
        key: [shop, basket, line]
    """
    shop = Shop(engine, tables, Ledger({"ada": ["shop.visitor:d"]}))
    shop.make(
        "CREATE TABLE basket"
        " (shop int, number int UNIQUE, device text, PRIMARY KEY (shop, number))",
        "CREATE TABLE line (shop int, basket int, line int, PRIMARY KEY (shop, basket, line),"
        " FOREIGN KEY (shop, basket) REFERENCES basket (shop, number))",
    )
    shop.add("basket", {"shop": 1, "number": 2, "device": "d"})
    shop.add("basket", {"shop": 1, "number": 3, "device": "e"})
    shop.add("line", *({"shop": 1, "basket": basket, "line": 1} for basket in (2, 3)))

    assert shop.plan() == ["delete line[1+2+1]", "delete basket[1+2]"]


CIRCLE = """
      account:
        subject: {email: email}
        delete: true
      card:
        owner: account_id -> account.id
      note:
        owner: [answers -> note.id, account_id -> account.id]
"""


def test_circles_of_rows_and_of_links_end(engine: Engine) -> None:
    shop = Shop(engine, CIRCLE, Ledger({"ada": ["shop.account:1"]}))
    shop.make(
        "CREATE TABLE account (id int PRIMARY KEY, email text, main_card int)",
        "CREATE TABLE card (id int PRIMARY KEY, account_id int NOT NULL REFERENCES account (id))",
        "CREATE TABLE note (id int PRIMARY KEY, account_id int REFERENCES account (id),"
        " answers int REFERENCES note (id))",
    )
    shop.add("account", {"id": 1, "main_card": 4}, {"id": 2, "main_card": 5})
    shop.add("card", {"id": 4, "account_id": 1}, {"id": 5, "account_id": 2})
    shop.add("note", {"id": 1, "account_id": 1}, {"id": 2, "account_id": 2, "answers": 1})
    shop.add("note", {"id": 3, "account_id": 1, "answers": 2})

    assert known(whose(shop.read())) == {
        "account[1]": ["ada"],
        "card[4]": ["ada"],
        "note[1]": ["ada"],
        "note[3]": ["ada"],
        "note[2]": ["somebody"],
    }
    assert shop.plan()[-1] == (
        "a row that stays points here by `shop.note.answers`, and the source would refuse"
    )


def test_names_may_be_words_of_sql_and_in_capitals(engine: Engine) -> None:
    tables = """
      Order:
        key: [No]
        owner: '"user" -> "User"."Id"'
        delete: true
      User:
        key: [Id]
        subject: {email: 'E-Mail', match: email}
        holds: {email: 'E-Mail'}
        blank: {'E-Mail': null}
    """
    shop = Shop(engine, tables, Ledger({"ada": ["email:ada@example.org"]}))
    shop.make(
        'CREATE TABLE "User" ("Id" int PRIMARY KEY, "E-Mail" text)',
        'CREATE TABLE "Order" ("No" int PRIMARY KEY, "user" int REFERENCES "User" ("Id"),'
        ' "100%" text)',
    )
    shop.add("User", {"Id": 1, "E-Mail": "Ada@example.org"}, {"Id": 2, "E-Mail": None})
    shop.add("Order", {"No": 5, "user": 1}, {"No": 6, "user": 2})

    assert shop.plan() == ["blank User[1] E-Mail=None", "delete Order[5]"]


def test_soft_deleted_rows_are_rows(engine: Engine) -> None:
    shop = guests(engine)
    shop.make("ALTER TABLE orders ADD COLUMN deleted_at timestamp")
    shop.add("orders", {"id": 1, "customer_id": 1, "deleted_at": "2026-01-02 12:00:00"})

    assert shop.plan() == ["blank customer[1] email=None", "delete orders[1]"]


def test_rows_of_a_customer_whose_own_row_is_gone_are_found(engine: Engine) -> None:
    shop = guests(engine)
    shop.add("orders", {"id": 1, "customer_id": 1})
    shop.make("DELETE FROM customer")

    assert shop.plan() == ["delete orders[1]"]
