"""The key `published`: read, written back, put in place to judge, and nothing to what runs."""

from __future__ import annotations

from datetime import date

import pytest

from placket.policy.load import bind
from placket.policy.parse import parse
from placket.policy.published import as_published
from placket.policy.render import render
from placket.policy.rules import Activity, Region, Retain, Rule

HEAD = """---
retailer: The Corner Shop
version: 1
effective: 2026-01-31
---

### News {#EX-1}

We write to you.

```placket
"""
REGION = """- region: everywhere
  countries: [rest]
  law: {rest: eu}
  added: the text does not say where it holds
"""
NEWS = """- activity: newsletter
  purpose: direct_marketing
  about: customer
  uses: [name, email]
  basis: consent
  channel: email
  narrowed: mail needs a yes
"""
PUBLISHED = "  published: {basis: legitimate_interest, channel: null, uses: [email]}\n"
ADDED = """- retain: all
  for: 2 years from last interaction
  added: the text names no time
"""


def written(*rules: str) -> str:
    return HEAD + "".join(rules) + "```\n"


def rules_of(text: str) -> list[Rule]:
    document = parse(text).document
    assert document is not None
    return list(as_published(document).rules())


def test_the_published_values_stand_in_place_of_the_running_ones() -> None:
    (activity,) = rules_of(written(NEWS, PUBLISHED))

    assert isinstance(activity, Activity)
    assert (activity.basis, activity.channel, activity.uses) == (
        "legitimate_interest",
        (),
        ("email",),
    )
    assert activity.purpose == ("direct_marketing",)
    assert activity.published is None


def test_an_added_rule_is_left_out_unless_it_says_what_is_published() -> None:
    bare = rules_of(written(REGION, NEWS, ADDED))
    told = rules_of(written(REGION, NEWS, ADDED, "  published: {for: null}\n"))

    assert [type(rule) for rule in bare] == [Region, Activity]
    assert [type(rule) for rule in told] == [Region, Activity, Retain]
    assert isinstance(told[2], Retain)
    assert told[2].period is None


def test_a_published_value_has_its_own_place() -> None:
    (activity,) = rules_of(written(NEWS, PUBLISHED))

    assert (activity.place_of("basis").line, activity.place_of("basis").column) == (19, 22)
    assert activity.place_of("purpose").line == 13


def test_published_is_written_back() -> None:
    document = parse(written(NEWS, PUBLISHED)).document

    assert document is not None
    assert "  published: {basis: legitimate_interest, channel: null, uses: [email]}" in render(
        document
    )
    assert parse(render(document)).document == document


def test_published_changes_nothing_that_runs() -> None:
    with_it = parse(written(REGION, NEWS, PUBLISHED)).document
    without = parse(written(REGION, NEWS)).document
    assert with_it is not None
    assert without is not None

    digests = {bind(d, on=date(2026, 11, 24)).fold_digest for d in (with_it, without)}

    assert len(digests) == 1


@pytest.mark.parametrize(
    ("published", "told"),
    [
        ("  published: {base: null}\n", "P027"),
        ("  published: {}\n", "P027"),
        ("  published: consent\n", "P027"),
        ("  published: {basis: habit}\n", "P103"),
        ("  published: {narrowed: null}\n", "P027"),
    ],
)
def test_what_no_rule_could_say_is_told(published: str, told: str) -> None:
    parsed = parse(written(NEWS, published))

    assert [problem.code for problem in parsed.problems] == [told]


def test_a_rule_that_is_said_has_nothing_else_published() -> None:
    said = NEWS.replace("  narrowed: mail needs a yes\n", "")

    parsed = parse(written(said, PUBLISHED))

    assert [problem.code for problem in parsed.problems] == ["P026"]
