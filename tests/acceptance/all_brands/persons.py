"""Invented persons of the shop and what has happened to them."""

from __future__ import annotations

from placket.facts import Kind
from tests.acceptance.retailers import happened, lives, opened, ordered, told, took

VISITOR = (*lives("FR"), *happened("visit.made", "2026-05-30"))
"""Somebody in France who looked at the shop two days before NOW."""

HOLDER = (*VISITOR, *opened("account", "2026-01-02", "A-1"))
"""Somebody with an account who has bought nothing."""

YUKI = (*HOLDER, *ordered("O-1", "2026-05-20"))
"""Yuki, with an account and an order that is still open."""

AT_TILL = (
    *lives("FR"),
    *happened("purchase.made", "2026-05-20"),
    *opened("purchase", "2026-05-20", "T-1"),
)
"""Somebody who bought in a store and has no account."""

CLIENT = (
    *lives("FR"),
    *happened("card.filled", "2026-05-20"),
    *told(Kind.INTERACTED, "2026-05-20"),
)
"""Somebody who filled out a card in a store and speaks with an advisor."""

OWNER = (
    *lives("FR"),
    *happened("product.registered", "2026-05-01"),
    *opened("connected_product", "2026-05-01", "B-1"),
)
"""The owner of a connected product."""

HARMED = (
    *lives("FR"),
    *happened("effect.reported", "2024-03-01"),
    *told(Kind.INTERACTED, "2024-03-01"),
    *took(("name", "email", "health_adverse_effect"), "2024-03-01", by="effect_report"),
)
"""Somebody who told of a rash after a cream."""

AUTHOR = (
    *lives("FR"),
    *happened("mention.found", "2026-05-01"),
    *took(("social_posts", "username"), "2026-05-01", "role:author", by="brand_mention"),
)
"""Somebody who wrote of the products in public and never dealt with the shop."""
