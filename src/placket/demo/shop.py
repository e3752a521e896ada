"""Builds the reference retailer's own shop database from real sales and invented persons.

Real: every sale, credit note and stock booking of the Online Retail data set, with its articles,
quantities, prices, time of day, customer number and country (see ATTRIBUTION.md beside the data).
Moved: all days, by one whole number, so that the last is yesterday. Invented, from a seed: the
persons, and everything else about them. `docs/explanation/demo-data.md` lists column by column
which is which.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

from placket.demo.accounts import Trait, bought, invent_accounts, write_account
from placket.demo.books import sales_of, write_booking, write_credit, write_gift, write_sale
from placket.demo.choices import (
    write_choices,
    write_cookies,
    write_guardian,
    write_rights,
    write_subscriber,
)
from placket.demo.daily import (
    Bagged,
    write_app,
    write_bag,
    write_care,
    write_products,
    write_review,
    write_social_message,
    write_stray_visit,
    write_visit_before,
    write_wishes,
)
from placket.demo.days import DAY, DAY_MINUTES, ShopDays
from placket.demo.persons import Invention
from placket.demo.rows import Progress, Rows, refuse_unfit, write
from placket.demo.sales import Kind, invoices_of, of_kind, products_of, share
from placket.demo.transactions import read_lines, read_spellings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from placket.demo.accounts import Account
    from placket.demo.books import Credit, Sale
    from placket.demo.persons import Chance
    from placket.demo.sales import Invoice, Product

_SUBSCRIBERS, _STRAYS, _STRANGERS, _LEADS, _WRITERS = 300, 4000, 120, 60, 90


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSummary:
    """What was built: rows by table in the order of the schema, and the first and last day."""

    rows: Mapping[str, int]
    first_day: date
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """The shop while its rows are gathered.

    countries: where each customer of the source is, by the source's name for it, so that who is
    invented beside them comes from as many places.
    """

    days: ShopDays
    invention: Invention
    scale: float
    countries: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)

    def country(self, *key: object) -> str:
        """Return a country, drawn for `key`, in which the shop has customers."""
        return self.invention.chance("country", *key).choice(self.countries)

    def some(self, whole: int) -> int:
        """Return the share of `whole` that the scale leaves, rounded up."""
        return ceil(whole * self.scale)


def build_shop(
    url: str,
    *,
    today: date,
    progress: Progress | None = None,
    scale: float = 1.0,
    seed: int = 1,
) -> ShopSummary:
    """Build the shop in the empty database at `url` and return what it holds.

    The same `today`, `scale` and `seed` give the same rows. progress: called with what is being
    done, how much of it is done and how much there is. scale: more than 0 to 1, the share of the
    customers taken, with all their orders, and of the rest. Raises ShopExists when the database
    has a table of the shop, UnsupportedDatabase unless it is SQLite or PostgreSQL.
    """
    refuse_unfit(url)
    tell = progress or _silent
    shop = Shop(days=ShopDays(today), invention=Invention(seed), scale=scale)
    _gather(shop, tell)
    write(shop.rows, url, tell)
    return ShopSummary(rows=shop.rows.counts(), first_day=shop.days.first_day, today=today)


def _silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


def _gather(shop: Shop, tell: Progress) -> None:
    """Turn the transactions into rows, people first."""
    tell("read transactions", 0, 1)
    spellings = read_spellings()
    products, numbers = products_of(spellings)
    invoices = share(invoices_of(read_lines(spellings), numbers), shop.scale)
    tell("read transactions", 1, 1)
    accounts = _gather_people(shop, invoices)
    sales, credit_notes = sales_of(invoices, accounts, shop.days, shop.invention)
    _gather_books(shop, products, sales, credit_notes)
    remarks = [spelling.description for spelling in spellings]
    for invoice in of_kind(invoices, Kind.BOOKING):
        write_booking(invoice, remarks, shop.rows, shop.days)
    tell("invent daily life", 0, 1)
    _gather_life(shop, accounts, sales)
    tell("invent daily life", 1, 1)


def _gather_people(shop: Shop, invoices: list[Invoice]) -> dict[int, Account]:
    known = bought(invoices)
    shop.countries.extend(seen.country for seen in known.values())
    accounts = invent_accounts(known, shop.days, shop.invention)
    for account in accounts:
        chance = shop.invention.chance("people", account.number)
        write_account(account, shop.rows, chance)
        write_choices(account, shop.rows, shop.days, chance)
        write_rights(account, shop.rows, shop.days, chance)
        if account.trait in {Trait.CHILD_AGREED, Trait.TEEN_AGREED}:
            write_guardian(account, chance.choice(("Morgan", "Alex", "Robin")), shop.rows)
    for number in range(shop.some(_SUBSCRIBERS)):
        country = shop.country("subscriber", number)
        write_subscriber(number, country, shop.rows, shop.days, shop.invention)
    for number in range(shop.some(_LEADS)):
        _write_lead(number, shop)
    return {account.number: account for account in accounts}


def _write_lead(number: int, shop: Shop) -> None:
    chance = shop.invention.chance("lead", number)
    person = shop.invention.person(shop.country("lead", number), f"l{number}")
    received = shop.days.ago(days=chance.uniform(3, 200))
    permission = received - chance.randint(1, 90) * DAY if number % 3 else None
    source = chance.choice(("Fairground Fabrics", "The Craft Calendar"))
    told = (person.email, person.name, person.country)
    shop.rows.add("lead", *told, source, received, permission)


def _gather_books(
    shop: Shop, products: list[Product], sales: list[Sale], credit_notes: list[Credit]
) -> None:
    write_products(products, shop.rows, shop.invention.chance("products"))
    for sale in sales:
        chance = shop.invention.chance("sale", sale.invoice.number)
        write_sale(sale, shop.rows, shop.days, chance)
        if chance.happens(4) and not sale.is_erased:
            key = f"p{sale.invoice.number}"
            recipient = shop.invention.person(sale.invoice.country, key)
            write_gift(sale, recipient, shop.rows, chance)
        if sale.account is not None and not sale.is_erased:
            write_visit_before(sale, sale.account, shop.rows, chance)
    for credit in credit_notes:
        write_credit(credit, shop.rows)
    _write_recalls(shop)


def _write_recalls(shop: Shop) -> None:
    """Call back what most people bought in two months: one recall is open, one is closed."""
    ago = shop.days.ago
    for day, risk, opened, closed in (
        (330, "the paint may contain lead", ago(days=9), None),
        (180, "the handle may break", ago(days=120), ago(days=60)),
    ):
        batch = shop.days.month(day * DAY_MINUTES)
        lines = shop.rows.by_table["order_line"]
        (product, _), *_ = Counter(line[2] for line in lines if line[5] == batch).most_common(1)
        shop.rows.add("recall", product, batch, risk, opened, closed)


def _gather_life(shop: Shop, accounts: dict[int, Account], sales: list[Sale]) -> None:
    latest = {sale.account.number: sale for sale in sales if sale.account is not None}
    for account in accounts.values():
        if not account.is_erased and account.trait is not Trait.DORMANT:
            chance = shop.invention.chance("life", account.number)
            _live(account, latest.get(account.number), shop, chance)
    for number in range(shop.some(_STRAYS)):
        chance = shop.invention.chance("stray", number)
        country = shop.country("stray", number)
        visitor = write_stray_visit(number, country, shop.rows, shop.days, chance)
        write_cookies(visitor, shop.rows.by_table["web_visit"][-1][3], shop.rows, chance)
    for number in range(shop.some(_WRITERS)):
        chance = shop.invention.chance("writer", number)
        write_social_message(number, shop.country("writer", number), shop.rows, shop.days, chance)
    for number in range(shop.some(_STRANGERS)):
        chance = shop.invention.chance("stranger", number)
        bagged = Bagged(_articles(sales, chance), shop.country("stranger", number))
        write_bag(None, bagged, shop.rows, shop.days, chance)


def _live(account: Account, last: Sale | None, shop: Shop, chance: Chance) -> None:
    """Add what one person does beside buying."""
    rows, days = shop.rows, shop.days
    write_care(account, last.key if last else None, rows, days, chance)
    if account.seen_at is not None:
        write_cookies(account.visitor, account.seen_at, rows, chance)
    articles = [article.product for article in last.invoice.articles[:3]] if last else [1, 2]
    if account.closed_at is None:
        if chance.happens(9):
            write_bag(account, Bagged(articles), rows, days, chance)
        if chance.happens(18):
            write_app(account, rows, days, chance)
        if chance.happens(14):
            write_wishes(account, articles, rows, days, chance)
    if last is not None and chance.happens(7):
        write_review(account, last, rows, days, chance)


def _articles(sales: list[Sale], chance: Chance) -> list[int]:
    return [article.product for article in chance.choice(sales).invoice.articles[:2]]
