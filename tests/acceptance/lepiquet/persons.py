"""Invented persons of the shop and what has happened to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.facts import Kind
from tests.acceptance.retailers import (
    agreed,
    closed,
    gave_address,
    happened,
    lives,
    on_interest,
    opened,
    permit,
    told,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Answer, Told


def bought_online(order: str, on: str) -> Told:
    """Return that an order was placed on the website; it is open until it is closed."""
    placed = told(Kind.HAPPENED, on, "purchase.made", channel="website")
    return (*placed, *opened("order", on, order))


def bought_in_store(sale: str, on: str) -> Told:
    """Return that something was bought at a till and the sale was over at once."""
    sold = told(Kind.HAPPENED, on, "purchase.made", marks=("contact",))
    return (*sold, *opened("store_sale", on, sale), *closed("store_sale", on, sale))


def asked_us(request: str, on: str) -> Told:
    return opened("service_request", on, request)


def used_on_interest(clause: str, *data: str) -> Answer:
    return permit(on_interest(clause), data=data)


REACH = ("name", "email", "phone", "mobile", "delivery_address")
"""Account information but for the password."""

VISITOR = (*lives("GB"), *happened("visit.made", "2026-05-30"))
"""Somebody in Britain who looked at the website two days before NOW."""

HOLDER = (*VISITOR, *opened("account", "2026-01-02", "A-1"))
"""Somebody with an account who has bought nothing."""

ADA = (*HOLDER, *bought_online("O-1", "2026-05-20"))
"""Somebody with an account and an order that is still open."""

STORE_ONLY = (*lives("GB"), *bought_in_store("S-1", "2026-05-20"))
"""Somebody who bought in a store and never online."""

BO = (*lives("GB"), *happened("enquiry.made", "2026-05-25"), *asked_us("Q-1", "2026-05-25"))
"""Somebody who asked a question and never bought."""

APPLICANT = (*ADA, *opened("credit_application", "2026-05-25", "C-1"))
"""Ada, who has applied for credit."""

BORROWER = (*APPLICANT, *opened("credit_line", "2026-05-26", "L-1"))
"""Ada, who has a credit line."""

BUYER = (*ADA, *gave_address("email", "2026-05-20"))
"""Ada, who could refuse marketing when she gave her address."""

EXPERIENCE = agreed("experience", "2026-05-30")
ADVERTISING = agreed("advertising", "2026-05-30")
