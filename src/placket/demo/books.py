"""What the real invoices become in the shop: orders, payments, invoices, credits, bookings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placket.demo.accounts import Trait
from placket.demo.days import DAY, MINUTE
from placket.demo.names import COUNTRIES
from placket.demo.sales import Kind, credited

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.demo.accounts import Account
    from placket.demo.days import ShopDays
    from placket.demo.persons import Chance, Invention, Person
    from placket.demo.rows import Rows
    from placket.demo.sales import Article, Invoice

BOX_SINCE = 60 * DAY
"""How long after the shop's first day the checkout got a box to refuse marketing."""

GONE = "erased"
"""What stands in a column that may not be empty once its person is erased."""

_NOTES = (
    "leave with the porter",
    "please ring twice",
    "birthday order, no price in the parcel",
    "deliver after 5 pm",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order to be written: its invoice, its buyer and its times in seconds, UTC."""

    key: int
    invoice: Invoice
    buyer: Person
    account: Account | None
    placed_at: int
    delivered_at: int | None
    cancelled_at: int | None
    refunded_at: int | None
    refusal_offered: bool

    @property
    def status(self) -> str:
        """Return the one word that the shop's staff see."""
        if self.cancelled_at is not None:
            return "cancelled"
        return "sent" if self.delivered_at is None else "delivered"

    @property
    def is_erased(self) -> bool:
        """Say whether the buyer was erased, so that only the books still name them."""
        return self.account is not None and self.account.is_erased


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit note, the sale it takes back, if any is found, and whether the whole of it."""

    invoice: Invoice
    sale: int | None
    dated_at: int
    is_whole: bool


def sales_of(
    invoices: Iterable[Invoice],
    accounts: Mapping[int, Account],
    days: ShopDays,
    invention: Invention,
) -> tuple[list[Sale], list[Credit]]:
    """Return the sales, keyed from 1 in the order of their times, and the credits."""
    by_customer: defaultdict[int | None, list[tuple[int, Invoice]]] = defaultdict(list)
    sales: list[Sale] = []
    credits_found: list[Credit] = []
    guests = Guests(invention, accounts)
    for invoice in invoices:
        earlier = by_customer[invoice.customer]
        if invoice.kind in {Kind.SALE, Kind.GUEST_SALE}:
            sale = _sale(len(sales) + 1, invoice, (accounts, guests), days, invention)
            earlier.append((sale.key, invoice))
            sales.append(sale)
        elif invoice.kind is Kind.CREDIT:
            credits_found.append(_credit(invoice, earlier, days))
    return _with_credits(sales, credits_found), credits_found


class Guests:
    """Invents who stands behind an order without a customer number."""

    def __init__(self, invention: Invention, accounts: Mapping[int, Account]) -> None:
        self._invention = invention
        self._accounts = [a for a in accounts.values() if not a.is_erased]
        self._seen: list[Person] = []

    def behind(self, invoice: Invoice) -> Person:
        """Return a new person; sometimes one who has an account, or was a guest before."""
        chance = self._invention.chance("guest", invoice.number)
        if chance.happens(4):
            return chance.choice(self._accounts).person
        if self._seen and chance.happens(10):
            return chance.choice(self._seen)
        person = self._invention.person(invoice.country, f"g{invoice.number}")
        self._seen.append(person)
        return person


def _sale(
    key: int,
    invoice: Invoice,
    buyers: tuple[Mapping[int, Account], Guests],
    days: ShopDays,
    invention: Invention,
) -> Sale:
    accounts, guests = buyers
    account = accounts[invoice.customer] if invoice.customer is not None else None
    placed = days.second(invoice.minute)
    arrival = placed + invention.chance("delivery", invoice.number).randint(2, 6) * DAY
    return Sale(
        key=key,
        invoice=invoice,
        buyer=account.person if account else guests.behind(invoice),
        account=account,
        placed_at=placed,
        delivered_at=arrival if arrival < days.end else None,
        cancelled_at=None,
        refunded_at=None,
        refusal_offered=placed >= days.start + BOX_SINCE,
    )


def _credit(invoice: Invoice, earlier: list[tuple[int, Invoice]], days: ShopDays) -> Credit:
    key = credited(invoice, earlier)
    whole = key is not None and dict(earlier)[key].total_pence == -invoice.total_pence
    return Credit(invoice=invoice, sale=key, dated_at=days.second(invoice.minute), is_whole=whole)


def _with_credits(sales: list[Sale], credits_found: Iterable[Credit]) -> list[Sale]:
    """Return `sales` with refunds; a sale is cancelled when one credit takes all of it back."""
    changed = list(sales)
    for credit in credits_found:
        if credit.sale is None:
            continue
        sale = changed[credit.sale - 1]
        cancelled = credit.dated_at if credit.is_whole else sale.cancelled_at
        changed[sale.key - 1] = replace(sale, refunded_at=credit.dated_at, cancelled_at=cancelled)
    return changed


def write_sale(sale: Sale, rows: Rows, days: ShopDays, chance: Chance) -> None:
    """Add the order with its lines, payment, invoice and opt-out box."""
    _write_order(sale, rows, chance)
    _write_lines(sale, rows, days)
    if sale.invoice.total_pence > 0:
        _write_payment(sale, rows, days, chance)
    _write_invoice(sale, rows)
    if sale.refusal_offered and not sale.is_erased:
        _write_tick(sale, rows, chance)


def _write_order(sale: Sale, rows: Rows, chance: Chance) -> None:
    guest = sale.buyer if sale.account is None else None
    note = chance.choice(_NOTES) if chance.happens(6) else None
    rows.add(
        "orders",
        sale.invoice.number,
        sale.account.number if sale.account else None,
        guest.email if guest else None,
        guest.name if guest else None,
        guest.phone_as_typed if guest else None,
        sale.placed_at,
        sale.placed_at + 2 * MINUTE if sale.invoice.total_pence > 0 else None,
        sale.delivered_at,
        sale.cancelled_at,
        sale.status,
        sale.invoice.total_pence,
        COUNTRIES[sale.invoice.country].code,
        GONE if sale.is_erased else sale.buyer.name,
        GONE if sale.is_erased else sale.buyer.address,
        None if sale.is_erased else note,
        "checkout-2" if sale.refusal_offered else "checkout-1",
        sale.refusal_offered,
    )


def _write_lines(sale: Sale, rows: Rows, days: ShopDays) -> None:
    batch = days.month(sale.invoice.minute)
    for article in sale.invoice.articles:
        rows.add("order_line", sale.key, article.product, article.quantity, article.pence, batch)


def _write_payment(sale: Sale, rows: Rows, days: ShopDays, chance: Chance) -> None:
    by_card = chance.happens(80)
    certified = sale.placed_at + chance.randint(1, 5) * DAY
    rows.add(
        "payment",
        sale.key,
        "card" if by_card else "paypal",
        f"tok_{chance.getrandbits(64):016x}",
        f"{chance.randint(0, 9999):04d}" if by_card else None,
        sale.placed_at + 2 * MINUTE,
        sale.invoice.total_pence,
        certified if certified < days.end else None,
        sale.refunded_at,
    )


def _write_invoice(sale: Sale, rows: Rows) -> None:
    """Add the invoice; of its gross, a sixth is VAT at 20 %. The name stays when erased."""
    gross = sale.invoice.total_pence
    vat = gross // 6
    rows.add(
        "invoice",
        sale.key,
        sale.invoice.number,
        sale.placed_at,
        gross - vat,
        vat,
        gross,
        sale.buyer.name,
        sale.buyer.address,
    )


def _write_tick(sale: Sale, rows: Rows, chance: Chance) -> None:
    always = sale.account is not None and sale.account.trait is Trait.TICKS
    ticked = always or (sale.account is None and chance.happens(15))
    rows.add("marketing_opt_out_tick", sale.key, sale.buyer.email, ticked, sale.placed_at)


def write_gift(sale: Sale, recipient: Person, rows: Rows, chance: Chance) -> None:
    """Add whom the buyer sends the parcel to; an email or a phone, seldom both."""
    rows.add(
        "gift_recipient",
        sale.key,
        recipient.name,
        recipient.address,
        recipient.country,
        recipient.email if chance.happens(60) else None,
        recipient.phone if chance.happens(50) else None,
        chance.choice((None, "Happy birthday!", "With love", "For the new home")),
    )


def write_credit(credit: Credit, rows: Rows) -> None:
    """Add a credit note with its lines; amounts and quantities are what goes back."""
    note = rows.add(
        "credit_note",
        credit.invoice.number,
        credit.invoice.customer,
        credit.sale,
        credit.dated_at,
        -credit.invoice.total_pence,
    )
    for article in credit.invoice.articles:
        rows.add("credit_note_line", note, article.product, -article.quantity, article.pence)


def write_booking(invoice: Invoice, remarks: list[str | None], rows: Rows, days: ShopDays) -> None:
    """Add the lines of what is no sale; remarks: the description of each spelling."""
    for article in invoice.articles:
        _write_booked(article, remarks, rows, days.second(invoice.minute))


def _write_booked(article: Article, remarks: list[str | None], rows: Rows, booked_at: int) -> None:
    remark = remarks[article.spelling]
    rows.add("stock_booking", article.product, article.quantity, remark, booked_at)
