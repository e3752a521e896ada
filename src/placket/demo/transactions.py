"""The real transactions of the Online Retail data set, unpacked row by row."""

from __future__ import annotations

import csv
import io
import lzma
from datetime import date
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_DAY = date(2010, 12, 1)
LAST_DAY = date(2011, 12, 9)


class Spelling(NamedTuple):
    """One product code with one of its descriptions, as the source has them."""

    code: str
    description: str | None
    usual_mills: int


class Line(NamedTuple):
    """One row of the source.

    invoice: a leading C is a cancellation, a leading A a bad debt. minute: local minutes since
    the midnight that began FIRST_DAY, as if no clock was ever put forward. spelling: place in
    `read_spellings`. mills: tenths of a penny.
    """

    invoice: str
    minute: int
    customer: int | None
    country: str
    spelling: int
    quantity: int
    mills: int


def read_spellings() -> list[Spelling]:
    """Return the products, by code; the first of a code has its most used description.

    The blanks at the ends of a description are the source's own; no description is None.
    """
    return [
        Spelling(code, description or None, int(usual))
        for code, description, usual in _rows("products.csv.xz")
    ]


def read_lines(spellings: list[Spelling]) -> Iterator[Line]:
    """Yield the 541,909 rows in the order of their times.

    The file holds differences: an invoice and a minute are counted from the row above, and a
    blank repeats it. A blank price is the product's usual one.
    """
    usual = [spelling.usual_mills for spelling in spellings]
    invoice, number, minute, customer, country = "", 0, 0, 0, ""
    for step, minutes, buyer, place, product, quantity, mills in _rows("lines.csv.xz"):
        if step:
            letter = step[0] if step[0] in "AC" else ""
            number += int(step.removeprefix(letter))
            invoice = f"{letter}{number}"
        if minutes:
            minute += int(minutes)
        if buyer:
            customer = int(buyer)
        country = place or country
        at = int(product)
        yield Line(
            invoice,
            minute,
            customer or None,
            country,
            at,
            int(quantity),
            int(mills) if mills else usual[at],
        )


def _rows(name: str) -> Iterator[list[str]]:
    packed = files("placket.demo").joinpath("data", "online-retail", name).open("rb")
    with packed, lzma.open(packed) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        yield from csv.reader(text)
