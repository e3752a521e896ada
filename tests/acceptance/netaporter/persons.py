"""Invented persons of the shop and what has happened to them."""

from __future__ import annotations

from tests.acceptance.retailers import agreed, gave_address, happened, lives, opened, ordered, took

VISITOR = (*lives("GB"), *happened("visit.made", "2026-05-30"))
"""Somebody in Britain who looked at the shop two days before NOW."""

HOLDER = (*VISITOR, *opened("account", "2026-01-02", "A-1"))
"""Somebody with an account who has bought nothing."""

EVA = (*HOLDER, *ordered("P-1", "2026-05-20"))
"""Somebody with an account and an order that is still open."""

BUYER = (*EVA, *gave_address("email", "2026-05-20"))
"""Eva, who gave her address while buying and could say no there."""

CALLER = (*EVA, *happened("call.ended", "2025-12-01 12:00"))
"""Eva, whose call of half a year ago was recorded."""

CHATTING = (*EVA, *opened("chat", "2026-05-31", "CH-1"))
"""Eva, who has been chatting with an agent since yesterday."""

ANSWERED = (*EVA, *happened("survey.answered", "2026-05-22"))
"""Eva, who answered a survey of market research."""

MIA = (
    *lives("FR"),
    *happened("profile.imported", "2026-03-01"),
    *took(("name", "username", "social_posts"), "2026-03-01", "role:influencer"),
    *took(("phone", "email"), "2026-03-02", "role:influencer"),
)
"""An influencer in France who never dealt with the shop."""

PAUL = (
    *lives("GB"),
    *happened("professional.listed", "2026-03-01"),
    *took(
        ("name", "job_role", "job_title", "email"),
        "2026-03-01",
        "role:fashion_professional",
        by="press_import",
    ),
)
"""An editor on the press list, imported from a masthead."""

COOKIES = agreed("personalisation", "2026-05-30")
NEWS = agreed("email_marketing", "2026-05-01", wording="news-1", channel="email")
PRESS = agreed("press_list", "2026-03-05", wording="press-1", channel="email")
