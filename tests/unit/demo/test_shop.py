"""The reference retailer's shop: whole, repeatable, and nobody's."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from sqlalchemy import Connection, Text, func, select, text
from sqlalchemy.types import DateTime

from placket.demo.accounts import Trait
from placket.demo.persons import NUMBER_RANGES
from placket.demo.rows import ShopExists, UnsupportedDatabase
from placket.demo.schema import METADATA
from placket.demo.shop import build_shop
from tests.unit.demo.conftest import SCALE, TODAY, BuiltShop, dump

_EMAIL = re.compile(r"[^\s,]+@[^\s,]+")
_RESERVED = re.compile(r"[^@]+@(?:[\w-]+\.)?example\.(?:com|org|net)", re.IGNORECASE)
_LONDON = ZoneInfo("Europe/London")


PEOPLE = {
    "a child": ("SELECT 1 FROM customer WHERE birth_date > '2013-11-24' "),
    "a minor with a guardian's agreement": (
        "SELECT 1 FROM customer c JOIN guardian_agreement g ON g.customer_id = c.id WHERE "
        "birth_date > '2008-11-24' "
    ),
    "a minor without one": (
        "SELECT 1 FROM customer WHERE birth_date > '2009-11-24' AND id NOT IN (SELECT "
        "customer_id FROM guardian_agreement) "
    ),
    "who comes of age within days": (
        "SELECT 1 FROM customer WHERE birth_date BETWEEN '2008-11-25' AND '2008-12-08' "
    ),
    "an objector to marketing": ("SELECT 1 FROM objection WHERE kind = 'marketing' "),
    "an objector to profiling": ("SELECT 1 FROM objection WHERE kind = 'profiling' "),
    "a closed account": ("SELECT 1 FROM customer WHERE closed_at IS NOT NULL "),
    "an account without orders": (
        "SELECT 1 FROM customer WHERE id NOT IN (SELECT customer_id FROM orders WHERE "
        "customer_id IS NOT NULL) "
    ),
    "a buyer without any choice": (
        "SELECT 1 FROM orders o JOIN customer c ON c.id = o.customer_id WHERE "
        "o.refusal_offered AND c.email NOT IN (SELECT email FROM newsletter_choice) "
    ),
    "a ticked opt-out": ("SELECT 1 FROM marketing_opt_out_tick WHERE ticked "),
    "a restricted person": ("SELECT 1 FROM restriction WHERE lifted_at IS NULL "),
    "no country": ("SELECT 1 FROM customer WHERE country IS NULL "),
    "a consent of four years ago": (
        "SELECT 1 FROM newsletter_choice WHERE chosen_at < '2022-11-25' "
    ),
    "an erased person": ("SELECT 1 FROM customer WHERE email IS NULL "),
    "an open erasure": ("SELECT 1 FROM erasure_request WHERE done_at IS NULL "),
    "a bare opt-in": (
        "SELECT 1 FROM customer WHERE accepts_email_marketing AND email NOT IN (SELECT "
        "email FROM newsletter_choice) "
    ),
    "one email in two cases": (
        "SELECT 1 FROM customer a JOIN customer b ON lower(a.email) = lower(b.email) AND "
        "a.email <> b.email "
    ),
    "a whole order given back": ("SELECT 1 FROM orders WHERE status = 'cancelled' "),
    "an open complaint": ("SELECT 1 FROM care_case WHERE closed_at IS NULL "),
    "who was last seen six years ago": (
        "SELECT 1 FROM customer WHERE last_seen_at < '2020-11-24' "
    ),
    "a subscriber without an account, of a known country": (
        "SELECT 1 FROM newsletter_choice WHERE customer_id IS NULL AND country IS NOT NULL "
    ),
    "a visitor of a known country": (
        "SELECT 1 FROM web_visit WHERE customer_id IS NULL AND country IS NOT NULL "
    ),
    "who said yes to push messages": ("SELECT 1 FROM app_device WHERE push = 'yes' "),
    "who said no to push messages": ("SELECT 1 FROM app_device WHERE push = 'no' "),
    "who wrote on a network": ("SELECT 1 FROM social_message "),
    "a lead without permission": ("SELECT 1 FROM lead WHERE permission_at IS NULL "),
}
"""Whom the shop must have, and a query that finds them."""


def _rows(shop: Connection, query: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in shop.execute(text(query))]


def _values(shop: Connection, column: str) -> list[str]:
    """Return every value of the columns of this name, in all tables."""
    return [
        value
        for table in METADATA.sorted_tables
        if column in table.c
        for value in shop.scalars(select(table.c[column]).where(table.c[column].is_not(None)))
    ]


def test_every_reference_leads_to_a_row(shop: Connection) -> None:
    assert _rows(shop, "PRAGMA foreign_key_check") == []
    assert _rows(shop, "PRAGMA integrity_check") == [("ok",)]


def test_every_table_has_rows_and_the_summary_counts_them(built: BuiltShop) -> None:
    assert dict(built.summary.rows) == {name: len(rows) for name, rows in dump(built.url).items()}
    assert min(built.summary.rows.values()) > 0
    assert built.summary.first_day == date(2025, 11, 15)


def test_the_same_seed_gives_the_same_rows(tmp_path: Path, built: BuiltShop) -> None:
    again = f"sqlite:///{tmp_path / 'again.sqlite'}"

    build_shop(again, today=TODAY, scale=SCALE)

    assert dump(again) == dump(built.url)


def test_another_seed_changes_the_persons_and_not_the_sales(
    tmp_path: Path, built: BuiltShop
) -> None:
    other = f"sqlite:///{tmp_path / 'other.sqlite'}"

    build_shop(other, today=TODAY, scale=SCALE, seed=2)

    before, after = dump(built.url), dump(other)
    assert before["order_line"] == after["order_line"]
    assert before["customer"] != after["customer"]


def test_every_email_anywhere_is_at_a_reserved_domain(shop: Connection) -> None:
    emails = [
        found
        for table in METADATA.sorted_tables
        for column in table.c
        if isinstance(column.type, Text)
        for value in shop.scalars(select(column).where(column.like("%@%")))
        for found in _EMAIL.findall(value)
    ]

    assert len(emails) > 300
    assert [email for email in emails if not _RESERVED.fullmatch(email)] == []


def test_every_number_is_in_a_reserved_range(shop: Connection) -> None:
    ranges = [start for each in NUMBER_RANGES.values() for start, _ in each]
    typed = _values(shop, "phone") + _values(shop, "guest_phone")

    numbers = [
        phonenumbers.format_number(
            phonenumbers.parse(number, "GB"), phonenumbers.PhoneNumberFormat.E164
        )
        for number in typed
    ]

    assert len(numbers) > 50
    assert [number for number in numbers if not number.startswith(tuple(ranges))] == []


def test_every_visit_comes_from_a_network_for_documentation(shop: Connection) -> None:
    networks = {address.rpartition(".")[0] for address in _values(shop, "ip")}

    assert networks <= {"192.0.2", "198.51.100", "203.0.113"}


def test_the_last_order_was_lately_and_never_today(shop: Connection) -> None:
    orders = METADATA.tables["orders"]

    last = shop.scalar(select(func.max(orders.c.placed_at)))

    assert last is not None
    local = last.replace(tzinfo=UTC).astimezone(_LONDON)
    assert TODAY - timedelta(days=9) < local.date() < TODAY


def test_nothing_happens_today_or_later(shop: Connection) -> None:
    end = datetime(2026, 11, 24, tzinfo=UTC)

    latest = {
        f"{table.name}.{column.name}": shop.scalar(select(func.max(column)))
        for table in METADATA.sorted_tables
        for column in table.c
        if isinstance(column.type, DateTime)
    }

    assert [
        name for name, at in latest.items() if at is not None and at.replace(tzinfo=UTC) >= end
    ] == []


def test_every_choice_about_marketing_shows_up(shop: Connection) -> None:
    assert set(
        _rows(
            shop,
            "SELECT choice, confirmed_at IS NOT NULL FROM newsletter_choice"
            " WHERE choice = 'yes' UNION SELECT choice, NULL FROM newsletter_choice"
            " WHERE choice <> 'yes'",
        )
    ) == {("yes", 0), ("yes", 1), ("no", None), ("withdrawn", None)}
    assert {row[0] for row in _rows(shop, "SELECT channel FROM newsletter_choice")} == {
        "email",
        "sms",
        "phone",
        "post",
    }


@pytest.mark.parametrize("reason", PEOPLE)
def test_every_reason_of_a_decision_has_a_person(shop: Connection, reason: str) -> None:
    assert _rows(shop, PEOPLE[reason]), f"nobody is {reason}"


def test_an_erased_person_stands_in_the_books_alone(shop: Connection) -> None:
    erased = "SELECT customer_id FROM erasure_request WHERE done_at IS NOT NULL"

    left = {
        table.name
        for table in METADATA.sorted_tables
        if "customer_id" in table.c
        and _rows(shop, f"SELECT 1 FROM {table.name} WHERE customer_id IN ({erased})")  # noqa: S608 - the schema's own names
    }

    assert left <= {"orders", "credit_note", "erasure_request"}
    assert _rows(
        shop,
        f"SELECT DISTINCT delivery_name FROM orders WHERE customer_id IN ({erased})",  # noqa: S608 - a constant
    ) == [("erased",)]


@pytest.mark.parametrize(
    ("table", "began"),
    [
        ("care_call", "started_at"),
        ("care_chat", "started_at"),
        ("care_case", "opened_at"),
        ("objection", "made_at"),
        ("restriction", "placed_at"),
        ("erasure_request", "asked_at"),
        ("guardian_agreement", "agreed_at"),
        ("wish_list_item", "added_at"),
        ("bag", "touched_at"),
        ("app_device", "asked_at"),
        ("app_device", "opened_at"),
        ("orders", "placed_at"),
    ],
)
def test_nothing_is_done_before_the_account_is_opened(
    shop: Connection, table: str, began: str
) -> None:
    query = (
        f"SELECT t.id FROM {table} t JOIN customer c ON c.id = t.customer_id"  # noqa: S608 - names from the list above
        f" WHERE t.{began} < c.created_at"
    )

    assert _rows(shop, query) == []


def test_a_history_of_choices_is_told_in_order(shop: Connection) -> None:
    assert (
        _rows(
            shop,
            "SELECT a.id FROM newsletter_choice a JOIN newsletter_choice b"
            " ON b.email = a.email AND b.id > a.id WHERE b.chosen_at < a.chosen_at",
        )
        == []
    )


def test_a_recalled_batch_was_sold_before_it_was_called_back(shop: Connection) -> None:
    recalls = _rows(
        shop,
        "SELECT r.id, r.closed_at IS NULL, min(o.placed_at) < r.opened_at FROM recall r"
        " JOIN order_line l ON l.product_id = r.product_id AND l.batch = r.batch"
        " JOIN orders o ON o.id = l.order_id GROUP BY r.id ORDER BY r.id",
    )

    assert recalls == [(1, 1, 1), (2, 0, 1)]


def test_a_cancelled_order_was_paid_and_given_back(shop: Connection) -> None:
    assert (
        _rows(
            shop,
            "SELECT o.id FROM orders o LEFT JOIN payment p ON p.order_id = o.id"
            " WHERE o.cancelled_at IS NOT NULL AND o.total_pence > 0 AND p.refunded_at IS NULL",
        )
        == []
    )


def test_every_total_is_the_sum_of_its_lines(shop: Connection) -> None:
    assert (
        _rows(
            shop,
            "SELECT o.id FROM orders o JOIN order_line l ON l.order_id = o.id GROUP BY o.id"
            " HAVING o.total_pence <> sum(l.quantity * l.unit_price_pence)",
        )
        == []
    )


def test_every_table_and_selector_is_described_and_indexed() -> None:
    tables = METADATA.sorted_tables
    selectors = {"email", "phone", "customer_id", "order_id", "guest_email", "visitor"}

    assert [table.name for table in tables if not table.comment] == []
    assert [
        f"{table.name}.{column.name}"
        for table in tables
        for column in table.c
        if column.name in selectors and not column.index
    ] == []


def test_a_shop_is_never_built_over_another(built: BuiltShop) -> None:
    before = dump(built.url)

    with pytest.raises(ShopExists, match="the database already has the table `address`"):
        build_shop(built.url, today=TODAY, scale=SCALE)

    assert dump(built.url) == before


def test_a_database_of_another_kind_is_refused_before_it_is_reached() -> None:
    with pytest.raises(UnsupportedDatabase, match="`mysql` is neither `sqlite` nor `postgresql`"):
        build_shop("mysql+pymysql://nobody@127.0.0.1:1/none", today=TODAY)


def test_progress_ends_at_the_whole(built: BuiltShop) -> None:
    assert built.told["write order_line"][1] == built.summary.rows["order_line"]
    assert all(done == total for done, total in built.told.values())


def test_more_traits_than_places_would_be_noticed() -> None:
    assert 7 + 3 * len(Trait) <= 80
