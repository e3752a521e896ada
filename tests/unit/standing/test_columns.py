"""The states that everybody may have: all that a policy's rules ask, by name and in order."""

from __future__ import annotations

from placket.standing.standing import (
    dense_names,
)
from tests.unit.standing.telling import TWO_LAWS, shop

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
