"""The front matter: its keys, their forms, and what is told of the rest."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from placket.policy.front import Front, read_front
from placket.problems import Problems, Span

WHOLE = """---
retailer: The Corner Shop
version: 2026-01
effective: 2026-07-01
language: en-GB
time_zone: Europe/London
accounting_year_ends: 31 March
reason: a new courier
---
"""


def read(text: str) -> tuple[Front | None, int, list[tuple[str, str, str]]]:
    problems = Problems()
    front, line = read_front(text, Span(file="policy.md"), problems)
    return front, line, [(str(p.at), p.code, p.summary) for p in problems.found]


def test_every_key_is_read() -> None:
    front, line, problems = read(WHOLE)

    assert problems == []
    assert line == 9
    assert front == Front(
        retailer="The Corner Shop",
        version="2026-01",
        effective=date(2026, 7, 1),
        language="en-GB",
        zone="Europe/London",
        year_end=(3, 31),
        reason="a new courier",
    )


def test_a_policy_holds_from_the_first_instant_of_its_day_in_its_zone() -> None:
    front = Front(retailer="Shop", version="1", effective=date(2026, 7, 1), zone="Europe/London")

    assert front.timezone == ZoneInfo("Europe/London")
    assert front.effective_from == 1_782_860_400_000_000


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("effective: soon", "`soon` where a day, such as `2026-01-31` was expected"),
        ("effective: 2026-02-30", "`2026-02-30` where a day, such as `2026-01-31` was expected"),
        ("effective: 9999-12-31", "`9999-12-31` where a day, such as `2026-01-31` was expected"),
        ("effective: [2026]", "a list where a day, such as `2026-01-31` was expected"),
        ("language: english", "`english` where a language, such as `en-GB` was expected"),
        ("time_zone: Mars", "`Mars` where a time zone, such as `Europe/London` was expected"),
        ("time_zone: ../UTC", "`../UTC` where a time zone, such as `Europe/London` was expected"),
        (
            "accounting_year_ends: 31 February",
            "`31 February` where a day without year, such as `31 March` was expected",
        ),
        (
            "accounting_year_ends: end of March",
            "`end of March` where a day without year, such as `31 March` was expected",
        ),
        ("reason: ''", "`` where why this version came, in a few words was expected"),
        ("reason: true", "`true` where why this version came, in a few words was expected"),
    ],
)
def test_a_value_that_does_not_fit_is_told_at_its_place(written: str, told: str) -> None:
    key = written.split(":", maxsplit=1)[0]
    lines = WHOLE.splitlines()
    number = next(at for at, line in enumerate(lines) if line.startswith(f"{key}:"))
    lines[number] = written

    front, _, problems = read("\n".join(lines))

    assert front is None
    assert problems == [(f"policy.md:{number + 1}:{len(key) + 3}", "P008", told)]


def test_keys_that_are_missing_unknown_or_repeated_are_each_told() -> None:
    front, _, problems = read("---\nretailer: A\nretailer: B\nversions: 1\n---\n")

    assert front is None
    assert problems == [
        ("policy.md:3:1", "P005", "`retailer` stands twice"),
        ("policy.md:4:1", "P007", "`versions` is no key of front matter"),
        ("policy.md:2:1", "P009", "the front matter has no `version`"),
        ("policy.md:2:1", "P009", "the front matter has no `effective`"),
    ]


@pytest.mark.parametrize(
    "text", ["", "# Notice\n", "---\nretailer: A\n", "\n---\nretailer: A\n---\n"]
)
def test_a_policy_without_front_matter_is_told_so(text: str) -> None:
    front, line, problems = read(text)

    assert (front, line) == (None, 0)
    assert problems == [("policy.md:1:1", "P006", "the policy has no front matter")]


@pytest.mark.parametrize("inside", ["- a list", "words", "42"])
def test_front_matter_that_is_no_mapping_is_told(inside: str) -> None:
    front, _, problems = read(f"---\n{inside}\n---\n")

    assert front is None
    assert [code for _, code, _ in problems] == ["P009", "P009", "P009"]
