"""Persons outside the Union and the United Kingdom, and cases of what may be done about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.acceptance.retailers import agreed, happened, lives, opened

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet

    from tests.acceptance.retailers import Answer, Told

LOOKER = (*lives("AE"), *happened("visit.made", "2026-05-30"))
"""Somebody in the Emirates who looked at the shop two days before NOW."""

HOLDER = (*LOOKER, *opened("account", "2026-01-02", "A-9"))
"""Somebody there with an account who has bought nothing."""

CASE: Final = ("about", "activity", "asked", "answer")
"""What a case gives to its test."""


def case(
    clauses: str, claim: str, about: Told, activity: str, answer: Answer, **asked: Any
) -> ParameterSet:
    """Return one row of a table: its clauses, what it shows, of whom, and the whole answer."""
    marks = pytest.mark.clause(*clauses.split())
    return pytest.param(about, activity, asked, answer, marks=marks, id=claim)


def says_yes(consent: str, wording: str = "", channel: str = "") -> Told:
    """Return a yes to `consent` of last week, by one of its published wordings."""
    return agreed(consent, "2026-05-25", wording=wording, channel=channel)
