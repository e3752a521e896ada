"""Persons outside the Union and the United Kingdom and what has happened to them."""

from __future__ import annotations

from tests.acceptance.muse.persons import NOOR
from tests.acceptance.retailers import Told, agreed, happened, lives, objected, opened, took


def says_yes(consent: str, wording: str = "", channel: str = "") -> Told:
    """Return a yes to `consent` of last week, by one of its published wordings."""
    return agreed(consent, "2026-05-25", wording=wording, channel=channel)


LOOKER = (*lives("AE"), *happened("visit.made", "2026-05-30"))
"""Somebody in the Emirates who looked at the shop two days before NOW."""

HOLDER = (*LOOKER, *opened("account", "2026-01-02", "A-9"))
"""Somebody there with an account who has bought nothing."""

COMMENTER = (
    *lives("AE"),
    *happened("comment.submitted", "2026-05-20"),
    *took(("username", "email", "comment"), "2026-05-20", by="comment_form"),
)
"""Somebody who wrote a comment in public."""

CARE_CASE = (*NOOR, *opened("case", "2026-05-28", "K-1"))
"""Noor, with a case open at Customer Care."""

NEWS = says_yes("news", "other-news-1", "email")
MATCHING = says_yes("matching", "other-matching-1")
NO_MARKETING = objected("direct_marketing", "2026-05-30")
