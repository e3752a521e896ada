"""Generated policies, facts and questions: small, well formed, and full of ties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st

from placket.decide.question import Question
from placket.law.calendar import Duration, end_of_accounting_year, instant_plus, parse_duration

if TYPE_CHECKING:
    from placket.policy.compile import Policy

from tests.property.facts import DATA_NAMED, DAY, MOMENTS, START, Life, lives
from tests.property.shops import document, documents, policies, policy_of

__all__ = [
    "DATA_NAMED",
    "DAY",
    "MOMENTS",
    "START",
    "Life",
    "document",
    "documents",
    "edges",
    "lives",
    "policies",
    "policy_of",
    "questions",
]

LENGTHS = ("2 days", "1 month", "2 months", "6 months", "1 year", "36 hours")

ASKED: tuple[dict[str, Any], ...] = (
    {},
    {},
    {},
    {},
    {"data": ("email",)},
    {"data": ("name", "postal_address")},
    {"data": ("contact_data",)},
    {"data": ("secret",)},
    {"recipient": "courier"},
    {"recipient": "mailing_house"},
    {"recipient": "social_media_platform"},
    {"recipient": "stranger"},
    {"sender": "shop"},
    {"sender": "stranger"},
    {"actor": "care_staff"},
    {"actor": "care_staff", "case": "c1"},
    {"actor": "privacy"},
    {"actor": "stranger"},
)
"""The particulars of a question beside activity, channel and occasion."""


def questions(policy: Policy) -> st.SearchStrategy[Question]:
    """Draw what is asked: any activity on any channel, mostly one of its own and plainly."""
    plain = [
        Question(activity=name, channel=channel, occasion=occasion)
        for name, variants in policy.activities.items()
        for channel in {c: None for v in variants for c in v.channel or ("",)}
        for occasion in ("x1", "x1", "")
    ]
    odd = [
        Question(activity=name, channel=channel)
        for name in (*policy.activities, "unheard_of")
        for channel in ("", "sms", "phone", "post", "push")
    ]
    asked = st.sampled_from((*plain, *plain, *odd))
    return st.tuples(asked, st.sampled_from(ASKED)).map(
        lambda drawn: msgspec.structs.replace(drawn[0], **drawn[1])
    )


def edges(policy: Policy, life: Life) -> tuple[int, ...]:
    """Return the instants at which something may change, each with its two neighbours."""
    zone, year_end = policy.front.timezone, policy.front.year_end
    lengths = [found for text in LENGTHS if isinstance(found := parse_duration(text), Duration)]
    times = {fact.occurred_at for fact in life.facts} or {START}
    ends = {instant_plus(time, each, zone) for time in times for each in lengths}
    years = {end_of_accounting_year(end, year_end, zone) for end in (*times, *ends)}
    birthdays = {START + number * 365 * DAY for number in (1, 2, 3)}
    changes = times | ends | years | birthdays
    return tuple(sorted({edge + near for edge in changes for near in (-1, 0, 1)}))
