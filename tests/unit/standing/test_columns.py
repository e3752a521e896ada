"""The states that everybody may have: all that a policy's rules ask, by name and in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Retain
from placket.standing.layout import Layout
from placket.standing.standing import (
    ALWAYS,
    Standing,
    consent_name,
    consent_names,
    dense_names,
    retain_name,
    with_consents,
)
from tests.unit.standing.telling import TWO_LAWS, shop

if TYPE_CHECKING:
    from placket.policy.compile import Place
    from placket.standing.standing import Interval

RULES = """
- role: customer
  taken_by: [order.placed, account.opened]
- role: visitor
  taken_by: [visit.closed]
- status: active
  holds_while: [10 days from last order.placed, case is open, 1 day from parcel.opened]
- status: silent
  holds_after: 20 days from last interaction
- retain: [email]
  for: "latest of (while return is open, 1 day from lease.closed, 1 day from trial.opened)"
- retain: [email]
  for: 10 days from call.ended
  regions: [union]
  ground: duty
- access: care_staff
  sees: [email]
  while: ticket is open
- access: privacy
  sees: [email]
- limit: calm
  purpose: direct_marketing
  allow: {at_most: 1, each: month}
- limit: form_only
  purpose: direct_marketing
  form: {email: hashed}
- automated: scoring
  activities: [care]
- audience_age: 16
  activities: [care]
"""
ACTS = """
- consent: news
  activities: [newsletter]
  channel: [sms, email]
- consent: study
  activities: [care]
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [sms, email]
  topic: news
- activity: audience
  purpose: ad_targeting
  uses: [email]
  basis: consent
- activity: care
  purpose: customer_service
  uses: [email]
  basis: contract
  relation: [booking]
  channel: [phone]
  topic: care
  while: repair is open
"""
POLICY = shop(RULES, ACTS, region=TWO_LAWS)


def test_the_columns_are_what_the_rules_ask_of_everybody() -> None:
    assert dense_names(POLICY) == (
        "in.union_eu",
        "in.kingdom_uk",
        "role.customer",
        "role.visitor",
        *(
            f"{word}.{relation}"
            for relation in (
                "account",
                "booking",
                "case",
                "lease",
                "parcel",
                "repair",
                "return",
                "ticket",
                "trial",
            )
            for word in ("open", "had")
        ),
        "status.active",
        "status.silent",
        "consent.news.sms",
        "no.consent.news.sms",
        "unconfirmed.consent.news.sms",
        "consent.news.email",
        "no.consent.news.email",
        "unconfirmed.consent.news.email",
        "consent.study",
        "no.consent.study",
        "unconfirmed.consent.study",
        "objected.newsletter.sms",
        "refused.newsletter.sms",
        "objected.newsletter.email",
        "refused.newsletter.email",
        "objected.audience",
        "refused.audience",
        "soft.sms",
        "listed.sms",
        "soft.email",
        "listed.email",
        "off.channel.email",
        "off.channel.phone",
        "off.channel.sms",
        "off.topic.care",
        "off.topic.news",
        "minor",
        "guardian",
        "age_unknown",
        "under.16",
        (
            "retain.G-001.email.latest_of_(while_return_is_open,_1_day_from_lease.closed,"
            "_1_day_from_trial.opened)"
        ),
        "retain.G-001.email.union.duty.10_days_from_call.ended",
        "retain.G-003.all.until_asked",
        "rate.calm",
        "declined.scoring",
    )


KINGDOM, UNION = (
    next(place for place in POLICY.places if place.name.startswith(name))
    for name in ("kingdom", "union")
)
YESES = """
- consent: news
  activities: [letter]
  channel: [email, sms]
- consent: texts
  activities: [letter]
  channel: sms
- consent: all_of_it
  activities: [letter]
- consent: abroad
  activities: [letter]
  regions: [union]
- cookie: analysis
  activities: [letter]
  basis: consent
- activity: letter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [email, sms]
"""


@pytest.mark.parametrize(
    ("channel", "place", "names"),
    [
        ("email", KINGDOM, ("consent.news.email", "consent.all_of_it")),
        ("sms", KINGDOM, ("consent.news.sms", "consent.texts.sms", "consent.all_of_it")),
        ("email", UNION, ("consent.news.email", "consent.all_of_it", "consent.abroad")),
        (
            "",
            KINGDOM,
            ("consent.news.email", "consent.news.sms", "consent.texts.sms", "consent.all_of_it"),
        ),
    ],
)
def test_a_yes_is_one_of_the_consents_of_the_channel_and_the_place(
    channel: str, place: Place, names: tuple[str, ...]
) -> None:
    policy = shop(YESES, region=TWO_LAWS)

    assert with_consents(policy, policy.activities["letter"][0], channel, place) == names


def test_a_category_of_cookies_is_named_without_a_channel() -> None:
    policy = shop(YESES, region=TWO_LAWS)

    assert consent_names(policy, "analysis", "email") == (consent_name("analysis"),)
    assert consent_name("analysis") == "consent.analysis"


def test_what_a_retention_names_stands_in_the_name_of_its_clock() -> None:
    (first, *_) = shop("retain: [email, name]\nfor: 1 day from call.ended").rules(Retain)

    assert retain_name(first) == "retain.G-001.email_name.1_day_from_call.ended"


def test_long_names_are_cut_and_equal_ones_are_numbered() -> None:
    long = "retain." + "abcdefghi_" * 6
    names = (f"{long}1", "in.home", f"{long}2", f"{long}3", f"{long}4", "in:home")

    columns = Layout(digest="", names=names).columns

    stem = f"retain_{'abcdefghi_' * 4}abc"
    assert dict(columns) == {
        f"{long}1": stem,
        "in.home": "in_home",
        f"{long}2": f"{stem[:47]}_2",
        f"{long}3": f"{stem[:47]}_3",
        f"{long}4": f"{stem[:47]}_4",
        "in:home": "in_home_2",
    }


def test_a_wide_row_leaves_what_never_held_and_what_has_no_column_empty() -> None:
    layout = Layout(digest="", names=("a", "b", "c"))
    held: dict[str, Interval] = {"c": (5, 6, "g"), "a": (1, 2, "f"), "gone": (3, 4, "h")}
    standing = Standing(person="ada", dense=held, sparse={"m": (0, 1, ""), "n": (0, 1, "")})

    assert layout.wide_row(standing) == ["ada", 2, 1, 2, None, None, 5, 6]
    assert layout.wide_columns() == (
        "marks",
        *("a_from", "a_until", "b_from", "b_until", "c_from", "c_until"),
    )


def test_what_always_held_began_before_any_instant_and_fits_every_database() -> None:
    assert ALWAYS == -4_611_686_018_427_387_904
    assert Standing(person="ada").country == ""
