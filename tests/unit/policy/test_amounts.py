"""Times and ages in words: what is one, and what only looks like one."""

from __future__ import annotations

import pytest

from placket.law.calendar import Duration
from placket.policy.checks.amounts import Amount, amounts_in, measured


def found(text: str) -> list[tuple[str, int, str]]:
    return [(item.text, item.amount.number, item.amount.measure) for item in amounts_in(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for six months after", [("six months", 6, "months")]),
        ("for 6 months after", [("6 months", 6, "months")]),
        ("a six-month period", [("six-month", 6, "months")]),
        ("seven\nyears", [("seven years", 84, "months")]),
        ("12 months or one year", [("12 months", 12, "months"), ("one year", 12, "months")]),
        ("within 14 days", [("14 days", 336, "hours")]),
        ("two weeks, a fortnight", [("two weeks", 336, "hours")]),
        ("for a fortnight", [("for a fortnight", 336, "hours")]),
        ("5 working days", [("5 working days", 120, "hours")]),
        ("seventy-two hours", [("seventy-two hours", 72, "hours")]),
        ("kept for a year", [("for a year", 12, "months")]),
        ("16 years old", [("16 years old", 16, "age")]),
        ("sixteen years of age", [("sixteen years of age", 16, "age")]),
        (
            "under 16, or over the age of 18",
            [("under 16", 16, "age"), ("over the age of 18", 18, "age")],
        ),
        ("once a month", [("once a month", 1, "times a month")]),
        ("at most twice per week", [("twice per week", 2, "times a week")]),
        ("three times a year", [("three times a year", 3, "times a year")]),
    ],
)
def test_a_time_or_age_is_found(text: str, expected: list[tuple[str, int, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "founded 30 years ago",
        "a day like any other",
        "the year 2026",
        "in May",
        "over 20% off",
        "under 30 items",
        "above 50 pounds",
        "3 months' worth".replace("3", "some"),
        "one of the days",
        "24/7",
        "on 31 March 2026",
        "GDPR Art. 16",
        "call 020 7946 0123",
    ],
)
def test_what_is_no_time_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_duration_is_measured_in_months_and_hours() -> None:
    duration = Duration(years=1, months=6, weeks=1, days=1, hours=2)

    assert measured(duration) == (Amount(18, "months"), Amount(194, "hours"))
    assert measured(Duration(days=1)) == (Amount(24, "hours"),)
