"""Generated policies: each part is a block of YAML in a clause of its own."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from placket.policy.load import bind
from placket.policy.parse import parse

if TYPE_CHECKING:
    from placket.policy.compile import Policy

from tests.property.bounds import (
    ACCESSES,
    AGES,
    AUTOMATED,
    LIMITS,
    RECIPIENTS,
    choice,
    retained,
)

REGIONS = choice(
    """
- region: everywhere
  countries: [rest]
  law: {GB: uk, EEA: eu, FR: fr, DE: de, rest: uk}
""",
    """
- region: union
  countries: [EEA]
  law: {EEA: eu, FR: fr}
- region: other
  countries: [rest]
  law: uk
""",
    """
- region: union
  countries: [EEA]
  law: eu
- region: kingdom
  countries: [GB]
  law: uk
""",
    """
- region: everywhere
  countries: [rest]
  law: uk
""",
)
ROLES = choice(
    """
- role: customer
  taken_by: [order.placed, order.opened]
- role: visitor
  taken_by: [visit.made]
- role: gift_recipient
  source: another_person
  confined_to: [gift_delivery]
""",
    """
- role: customer
  taken_by: [order.placed]
- role: visitor
  taken_by: [visit.made, order.closed]
- role: gift_recipient
  taken_by: [gift.addressed]
  confined_to: [gift_delivery, newsletter]
- role: referred
  confined_to: [gift_delivery]
""",
)
STATUSES = choice(
    """
- status: active
  holds_while: [2 months from last order.placed, case is open]
- status: silent
  holds_after: 2 months from last interaction by (email, web)
""",
    """
- status: active
  holds_while: ["latest of (1 year from last visit.made, while order is open then 1 month)"]
- status: silent
  holds_after: 36 hours from last order.placed by (web)
""",
    """
- status: active
  holds_while: ["while order is open then 2 months", 1 month from visit.made]
- status: silent
  holds_after: 1 month from last interaction to the end of the month
""",
)
NEWSLETTERS = choice(
    """
activity: newsletter
purpose: direct_marketing
about: [customer, visitor]
uses: [name, email]
basis: consent
needs: [news]
channel: email
topic: news
""",
    """
activity: newsletter
purpose: direct_marketing
uses: [name, email, mobile, purchase_history]
requires: [name]
basis: consent
channel: [email, sms]
topic: news
sender: [shop, outlet]
""",
    """
- activity: newsletter
  purpose: [direct_marketing, market_research]
  uses: [name, email]
  basis: consent
  channel: [email, push]
  recipients: [mailing_house]
  regions: [union]
- activity: newsletter
  purpose: direct_marketing
  uses: [email, mobile]
  requires: [mobile]
  basis: legitimate_interest
  channel: [email, sms]
  topic: news
  regions: [kingdom, other, everywhere]
""",
)
OFFERS = choice(
    """
activity: offers
purpose: direct_marketing
about: customer
uses: [name, email, purchase_history]
basis: legitimate_interest
soft_opt_in:
  {got_from: data_subject, by: this_retailer, in: sale_or_negotiation,
   similar: own_products, refusal_offered: [collection, every_message]}
channel: [email, sms, phone]
topic: sale
""",
    """
activity: offers
purpose: direct_marketing
uses: [name, contact_data]
basis: contract
relation: [order]
channel: [phone, post, email]
message: marketing
""",
    """
activity: offers
purpose: direct_marketing
uses: [name, email]
basis: legitimate_interest
soft_opt_in:
  {got_from: data_subject, by: this_retailer, similar: own_products,
   refusal_offered: collection}
channel: email
topic: sale
while: active
""",
    """
activity: offers
purpose: direct_marketing
uses: [email, phone]
basis: legitimate_interest
channel: [phone, email]
ground: contract
offered: false
""",
)
AUDIENCES = choice(
    """
- activity: audience
  purpose: ad_targeting
  uses: [email]
  basis: legitimate_interest
  regions: [union]
- activity: audience
  purpose: market_research
  uses: [email]
  basis: legitimate_interest
  regions: [kingdom, other, everywhere]
""",
    """
activity: audience
purpose: ad_targeting
uses: [email, purchase_history]
basis: consent
shares: {to: social_media_platform, any_of: [email], form: sha256_normalised}
profiling: true
""",
    """
activity: audience
purpose: [ad_targeting, market_research]
uses: [browsing_history, email]
requires: [email]
basis: legitimate_interest
recipients: [social_media_platform, mailing_house]
device: stores
needs: [analysis]
""",
)
SERVICES = choice(
    """
- activity: shipping
  purpose: order_fulfilment
  about: customer
  uses: [name, postal_address]
  basis: contract
  relation: [order]
  recipients: [courier]
- activity: care
  purpose: customer_service
  uses: [contact_data, purchase_history]
  basis: legitimate_interest
  channel: [email, phone]
  message: service
  while: case is open
""",
    """
- activity: shipping
  purpose: order_fulfilment
  uses: [name, postal_address, purchase_history]
  basis: contract
  relation: [order, case]
  channel: [email, post]
  recipients: [courier, mailing_house]
  while: "latest of (while order is open, while active)"
- activity: care
  purpose: customer_service
  about: [customer, visitor]
  uses: [contact_data, health_adverse_effect]
  basis: public_task
  condition: a
""",
    """
- activity: shipping
  purpose: order_fulfilment
  uses: [name, postal_address]
  basis: vital_interest
  occasion: an order that waits
- activity: care
  purpose: customer_service
  uses: [contact_data, health_adverse_effect]
  basis: legitimate_interest
  topic: sale
  channel: email
  while: silent
""",
)
DUTIES = choice(
    """
- activity: records
  purpose: accounting_tax
  uses: [name, purchase_history]
  basis: legal_obligation
  law: {uk: Value Added Tax Act 1994, eu: Directive 2006/112/EC}
  relation: [order]
- activity: claims
  purpose: legal_claims
  uses: [name, email, purchase_history]
  requires: [name]
  basis: legitimate_interest
- activity: recall
  purpose: product_recall
  about: [customer]
  uses: [name, email]
  basis: legal_obligation
  law: {uk: General Product Safety Regulations 2005}
  ground: recall
  under_restriction: public_interest
  channel: email
  occasion: a recall on record
  message: recall
""",
    """
- activity: records
  purpose: accounting_tax
  uses: [purchase_history]
  basis: legal_obligation
  law: {fr: Code de commerce L123-22}
- activity: claims
  purpose: legal_claims
  uses: [name, purchase_history]
  basis: public_task
  ground: claims
- activity: recall
  purpose: product_recall
  uses: [name, email]
  basis: recognised_legitimate_interest
  ground: vital_interest
""",
)
OTHERS = choice(
    """
- activity: gift_delivery
  purpose: gift_fulfilment
  about: gift_recipient
  uses: [name, postal_address]
  basis: legitimate_interest
- activity: survey
  purpose: market_research
  uses: [email, name]
  basis: consent
  channel: [email, phone]
- activity: score
  purpose: credit_assessment
  uses: [name, purchase_history]
  basis: contract
  relation: [order]
- activity: replay
  purpose: site_improvement
  uses: [browsing_history, health_adverse_effect]
  requires: [browsing_history]
  basis: legitimate_interest
  device: stores
  needs: [analysis]
""",
    """
- activity: gift_delivery
  purpose: gift_fulfilment
  uses: [name, postal_address]
  basis: legitimate_interest
  ground: own_request
- activity: survey
  purpose: market_research
  uses: [email, health_adverse_effect]
  requires: [email]
  basis: consent
  needs: [study, news]
  condition: a
- activity: score
  purpose: credit_assessment
  uses: [purchase_history, health_adverse_effect]
  condition: g
- activity: replay
  purpose: site_improvement
  uses: [browsing_history]
  basis: consent
  needs: [analysis]
  device: stores
  condition: i
""",
)
CONSENTS = choice(
    """
- consent: news
  activities: [newsletter]
  channel: email
  asked: {at: [sign_up], wording: w1}
  confirm: double
  for: 2 months from last interaction by (email, web)
- consent: study
  activities: [survey]
""",
    """
- consent: news
  activities: [newsletter, offers]
  channel: [email, sms]
  wordings: [w1, w2]
  accept: [imported]
- consent: study
  activities: [survey, audience]
  for: 1 month from consent.given to the end of the month
""",
    """
- consent: news
  activities: [newsletter, survey, care]
  recipients: [mailing_house]
  for: while active
- consent: study
  activities: [survey]
  channel: [email, phone]
  confirm: double
  for: 6 months from last order.placed
- consent: ads
  activities: [audience]
  recipients: [mailing_house]
""",
    """
- consent: news
  activities: [newsletter, offers]
  channel: email
  regions: [union, everywhere]
- consent: study
  activities: [newsletter, survey, offers]
  wordings: [w1]
  regions: [kingdom, other]
- consent: ads
  activities: [audience, score, survey]
""",
)
COOKIES = choice(
    """
cookie: analysis
purpose: site_analytics
activities: [replay, audience]
basis: consent
for: 2 months from consent.given
""",
    """
cookie: analysis
basis: consent
""",
    """
cookie: analysis
basis: consent
regions: [union, everywhere]
""",
)
DATA = choice(
    """
- data: health_adverse_effect
  special: health
- data: postal_address
  needs_permission: true
""",
    """
- data: contact_data
  needs_permission: true
- data: [health_adverse_effect, browsing_history]
  special: other
""",
)
CAPTURES = choice(
    """
- capture: magazine
  purposes_shown: [customer_service]
- capture: checkout
""",
    """
- capture: magazine
  purposes_shown: [direct_marketing, ad_targeting]
- capture: raffle
  purposes_shown: [market_research]
""",
)
PARTS = (
    REGIONS,
    ROLES,
    STATUSES,
    NEWSLETTERS,
    OFFERS,
    AUDIENCES,
    SERVICES,
    DUTIES,
    OTHERS,
    CONSENTS,
    COOKIES,
    DATA,
    CAPTURES,
    LIMITS,
    AGES,
    AUTOMATED,
    RECIPIENTS,
    ACCESSES,
    retained(),
)
FRONT = """---
retailer: Example Shop
version: 2025-01
effective: 2025-01-01
language: en-GB
time_zone: {zone}
accounting_year_ends: {year_end}
---

# Privacy notice
"""


def document(blocks: tuple[str, ...], zone: str = "Europe/London", year_end: str = "31 May") -> str:
    """Return a policy that says `blocks`, each in a clause of its own."""
    clauses = [
        f"\n### Clause {number} {{#G-{number:03}}}\n\nWhat {number} says.\n\n"
        f"```placket\n{block.strip()}\n```\n"
        for number, block in enumerate(blocks)
        if block.strip()
    ]
    return FRONT.format(zone=zone, year_end=year_end) + "".join(clauses)


@lru_cache(maxsize=512)
def policy_of(text: str) -> Policy:
    """Return the policy of `text`, which is well formed.

    Its content is not checked: a decision is safe also where a check would have refused.
    """
    parsed = parse(text, "policy.md")
    assert parsed.document is not None
    assert parsed.problems == ()
    return bind(parsed.document, on=date(2026, 9, 1))


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Draw the text of a policy."""
    blocks = draw(st.tuples(*PARTS))
    zone = draw(choice("Europe/London", "America/New_York"))
    return document(blocks, zone, draw(choice("31 May", "31 December", "28 February")))


policies: st.SearchStrategy[Policy] = documents().map(policy_of)
