"""The real invoices, gathered from their lines and told apart: sales, credits, bookings."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.demo.transactions import Line, Spelling


class Kind(Enum):
    """What an invoice of the source is."""

    SALE = "sale"
    GUEST_SALE = "guest sale"
    CREDIT = "credit"
    BOOKING = "booking"


class Article(NamedTuple):
    """One line of an invoice; price in tenths of a penny."""

    product: int
    quantity: int
    mills: int
    spelling: int

    @property
    def pence(self) -> int:
        """Return the price of one in whole pence; four lines of the source cost a tenth of one."""
        return round(self.mills / 10)


@dataclass(slots=True)
class Invoice:
    """One invoice with its lines; minute: of its first line."""

    number: str
    minute: int
    customer: int | None
    country: str
    articles: list[Article] = field(default_factory=list)

    @property
    def total_pence(self) -> int:
        """Return what the invoice comes to; less than nothing for a credit."""
        return sum(article.quantity * article.pence for article in self.articles)

    @property
    def kind(self) -> Kind:
        """Say what this is; without a customer, only what was sold for money is a sale."""
        if self.number.startswith("C"):
            return Kind.CREDIT
        if self.number.startswith("A"):
            return Kind.BOOKING
        if self.customer is not None:
            return Kind.SALE
        sold = all(article.quantity > 0 for article in self.articles) and self.total_pence > 0
        return Kind.GUEST_SALE if sold else Kind.BOOKING


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One product code with its most used description."""

    code: str
    name: str
    price_pence: int


def products_of(spellings: list[Spelling]) -> tuple[list[Product], list[int]]:
    """Return the products, and for each spelling the number of its product, from 1."""
    products: list[Product] = []
    numbers: list[int] = []
    for code, group in groupby(spellings, key=lambda spelling: spelling.code):
        same = list(group)
        products.append(_product(code, same))
        numbers += [len(products)] * len(same)
    return products, numbers


def _product(code: str, same: list[Spelling]) -> Product:
    """Return the product under its most used description, or its code if it never had one."""
    named = (spelling.description.strip() for spelling in same if spelling.description)
    pence = round(same[0].usual_mills / 10)
    return Product(code=code, name=next(named, f"Article {code}"), price_pence=pence)


def invoices_of(lines: Iterable[Line], numbers: list[int]) -> list[Invoice]:
    """Return the invoices in the order of their first lines; numbers: as `products_of` says."""
    invoices: dict[str, Invoice] = {}
    for line in lines:
        invoice = invoices.get(line.invoice)
        if invoice is None:
            invoice = Invoice(line.invoice, line.minute, line.customer, line.country)
            invoices[line.invoice] = invoice
        at = line.spelling
        invoice.articles.append(Article(numbers[at], line.quantity, line.mills, at))
    return list(invoices.values())


def share(invoices: list[Invoice], scale: float) -> list[Invoice]:
    """Return the invoices of the first customers, and the first of those without a customer.

    scale: more than 0 to 1, the share of the customers and of the other invoices.
    """
    customers = list(dict.fromkeys(i.customer for i in invoices if i.customer is not None))
    chosen = set(customers[: ceil(len(customers) * scale)])
    others = [invoice.number for invoice in invoices if invoice.customer is None]
    numbers = set(others[: ceil(len(others) * scale)])
    return [i for i in invoices if i.customer in chosen or i.number in numbers]


def credited(credit: Invoice, earlier: Iterable[tuple[int, Invoice]]) -> int | None:
    """Return the key of the latest sale in `earlier` that sold all that `credit` takes back.

    The source names no sale, so this is a guess by article; earlier: of one customer, in the
    order of their times. None when no sale fits.
    """
    fitting = (key for key, sale in reversed(list(earlier)) if _covers(sale, credit))
    return next(fitting, None)


def _covers(sale: Invoice, credit: Invoice) -> bool:
    sold = {article.product for article in sale.articles}
    return sale.minute <= credit.minute and all(a.product in sold for a in credit.articles)


def of_kind(invoices: Iterable[Invoice], *kinds: Kind) -> Iterator[Invoice]:
    """Yield the invoices of these kinds."""
    return (invoice for invoice in invoices if invoice.kind in kinds)
