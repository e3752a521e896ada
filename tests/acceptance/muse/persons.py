"""Invented persons of the shop and what has happened to them."""

from __future__ import annotations

from placket.facts import Kind
from tests.acceptance.retailers import (
    Told,
    agreed,
    gave_address,
    happened,
    lives,
    objected,
    opened,
    ordered,
    told,
)


def confirmed(consent: str, on: str, *, channel: str = "") -> Told:
    """Return the second step of a yes that wants two."""
    return told(Kind.CONSENT_CONFIRMED, on, consent, channel=channel)


def signed_up(on: str, *, wording: str = "news-1") -> Told:
    """Return a yes to the News by email, confirmed the same day."""
    yes = agreed("email_marketing", f"{on} 09:00", wording=wording, channel="email")
    return (*yes, *confirmed("email_marketing", f"{on} 09:05", channel="email"))


def met(channel: str, on: str) -> Told:
    """Return a contact over `channel`: a visit, a use of the app, an email that was opened."""
    return told(Kind.INTERACTED, on, channel=channel)


CONTACT = (
    "name",
    "email",
    "phone",
    "mobile",
    "postal_address",
    "billing_address",
    "delivery_address",
)
"""The members of `contact_data`."""

REACH = ("name", "delivery_address", "email", "phone", "mobile")
"""What brings a parcel to somebody."""

VISITOR = (*lives("DE"), *happened("visit.made", "2026-05-30"))
"""Somebody in Germany who looked at the shop two days before NOW."""

MAX = (*VISITOR, *opened("account", "2026-01-02", "A-1"))
"""Somebody with an account who has bought nothing and said nothing about marketing."""

ANALYSED = (*MAX, *agreed("analysis", "2026-05-20"))
"""Max, who accepted the cookies of analysis."""

HOLDS_AN_ACCOUNT = (*lives("DE"), *opened("account", "2015-01-10", "A-1"))
"""Somebody whose account has been open for years."""

LENA = (*MAX, *ordered("M-1", "2026-05-20"))
"""Somebody with an account and an order that is still open."""

GUEST = (*VISITOR, *ordered("M-2", "2026-05-21"))
"""Somebody who ordered without an account; the order is still open."""

PAID = (*LENA, *happened("order.paid", "2026-05-20"))
"""Lena, whose order is paid."""

BUYER = (*PAID, *gave_address("email", "2026-05-20"))
"""Lena, who paid, and gave her address while buying, where she could say no."""

TOM = (
    *lives("GB"),
    *happened("visit.made", "2026-05-30"),
    *opened("account", "2026-01-02", "A-2"),
    *ordered("M-3", "2026-05-20"),
)
"""Somebody in Britain with an account and an open order."""

IDA = (
    *lives("DE"),
    *happened("newsletter.requested", "2026-05-01 09:00"),
    *signed_up("2026-05-01"),
    *opened("subscription", "2026-05-01", "S-1"),
)
"""Somebody who signed up for the News and did nothing else."""

CLEO = (*lives("DE"), *happened("gift.addressed", "2026-05-20"))
"""Somebody to whom a buyer sends a gift."""

CALLER = (*lives("DE"), *happened("call.ended", "2026-05-25"), *opened("case", "2026-05-25", "C-1"))
"""Somebody who called Customer Care and has an open case."""

READER = (
    *lives("DE"),
    *happened("magazine.subscribed", "2026-05-01"),
    *opened("magazine", "2026-05-01", "P-1"),
)
"""Somebody who subscribes to the magazine."""

NOOR = (
    *lives("AE"),
    *happened("visit.made", "2026-05-30"),
    *opened("account", "2026-01-02", "A-9"),
    *ordered("N-1", "2026-05-20"),
)
"""Somebody in the Emirates with an account and an open order."""

OBJECTS_TO_CHECKS = objected("fraud_prevention", "2026-05-28")
