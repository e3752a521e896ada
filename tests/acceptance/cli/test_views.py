"""Purpose views on the shop's own database, made and kept fresh by the real command."""

import sqlite3
from pathlib import Path

from tests.acceptance.cli.conftest import Placket

ADA = "email:ada@example.org"


def shown(folder: Path, view: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "shop.db") as shop:
        rows = shop.execute(f"SELECT * FROM {view}").fetchall()  # noqa: S608  # a name of ours
    shop.close()
    return rows


def test_the_sql_is_shown_and_nothing_is_made(placket: Placket, folder: Path) -> None:
    done = placket("view", "newsletter", "--source", "shop")

    assert done.code == 0
    assert 'CREATE VIEW "placket_newsletter_customer" AS' in done.out
    with sqlite3.connect(folder / "shop.db") as shop:
        names = shop.execute("SELECT name FROM sqlite_master WHERE name LIKE 'placket%'")
        assert names.fetchall() == []
    shop.close()


def test_a_yes_enters_the_view_and_a_no_leaves_it_at_once(placket: Placket, folder: Path) -> None:
    made = placket("view", "newsletter", "--source", "shop", "--apply")
    before = shown(folder, "placket_newsletter_customer")
    yes = ("--what", "newsletter", "--wording", "newsletter-1")
    placket("fact", "add", "consent_given", "--subject", ADA, *yes)
    given = shown(folder, "placket_newsletter_customer")
    placket("fact", "add", "consent_withdrawn", "--subject", ADA, "--what", "newsletter")

    assert made.out == (
        "made on `shop`: placket_newsletter_customer, placket_newsletter_orders\n"
        "next: run `placket work`, which keeps them fresh\n"
    )
    assert before == []
    assert given == [(1, "ada@example.org", "Ada")]
    assert shown(folder, "placket_newsletter_customer") == []


def test_a_stale_view_shows_nothing_until_the_next_sync(placket: Placket, folder: Path) -> None:
    placket("view", "order_updates", "--source", "shop", "--apply")
    with sqlite3.connect(folder / "shop.db") as shop:
        shop.execute("UPDATE placket_replica SET good_until = 0")
    shop.close()
    stale = shown(folder, "placket_order_updates_customer")
    placket("sync", "--source", "shop")

    assert stale == []
    assert [row[1] for row in shown(folder, "placket_order_updates_customer")] == [
        "ada@example.org"
    ]


def test_a_role_is_not_for_a_database_without_roles(placket: Placket) -> None:
    role = ("view", "newsletter", "--source", "shop", "--role", "letters")

    done = [placket(*role), placket(*role, "--apply")]

    told = "the database knows no roles, so a view cannot be all that somebody reads"
    assert {each.code for each in done} == {2}
    assert {each.err for each in done} == {f"placket: {told}\n  mend: leave `--role` out\n"}


def test_a_fact_stands_though_its_views_cannot_be_reached(placket: Placket, folder: Path) -> None:
    placket("view", "newsletter", "--source", "shop", "--apply")
    (folder / "shop.db").rename(folder / "away.db")

    done = placket("fact", "add", "consent_withdrawn", "--subject", ADA, "--what", "newsletter")

    assert done.code == 4
    assert done.out.startswith("f_")
    assert placket("audit", "prove", done.out.strip()).code == 0
