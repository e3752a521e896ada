"""Invented persons of the shop and what has happened to them."""

from __future__ import annotations

from tests.acceptance.retailers import happened, lives, opened, ordered

VISITOR = (*lives("GB"), *happened("visit.made", "2026-05-30"))
"""Somebody in Britain who looked at the shop two days before NOW."""

HOLDER = (*VISITOR, *opened("account", "2026-01-02", "A-1"))
"""Somebody with an account who has bought nothing."""

PRIYA = (*HOLDER, *ordered("J-1", "2026-05-20"))
"""Somebody with an account and an order that is still open."""

GUEST = (*VISITOR, *ordered("J-2", "2026-05-21"))
"""Somebody who ordered without an account; the order is still open."""

CONTACT = (
    "email",
    "phone",
    "mobile",
    "postal_address",
    "billing_address",
    "delivery_address",
)
"""The members of `contact_data` after the name."""
