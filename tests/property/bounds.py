"""Generated bounds of what is done: rates, ages, machines, recipients, staff, periods."""

from __future__ import annotations

from hypothesis import strategies as st


def choice(*options: str) -> st.SearchStrategy[str]:
    return st.sampled_from(options)


LIMITS = choice(
    "",
    """
limit: calm
purpose: direct_marketing
allow: {at_most: 1, each: month}
""",
    """
limit: calm
activities: [newsletter, care]
channels: [email]
allow: {at_most: 2, each: 36 hours}
""",
    """
limit: calm
purpose: [direct_marketing, customer_service]
after: 1 month from last interaction by (email, web)
allow: {at_most: 1, each: 2 months}
regions: [union, everywhere]
""",
    """
limit: calm
purpose: [direct_marketing, customer_service]
allow: {at_most: 1, each: order}
""",
    """
limit: calm
purpose: direct_marketing
channels: [email, sms]
own_preferences: true
""",
)
AGES = choice(
    "",
    """
audience_age: 16
activities: [newsletter, shipping, survey]
unknown_age: deny
""",
    """
- audience_age: 16
  activities: [offers, care]
  regions: [other, kingdom]
- audience_age: 18
  activities: [shipping]
""",
)
AUTOMATED = choice(
    "",
    """
automated: scoring
activities: [score, care, survey]
gateway: {lending: consent}
review: 5 days
""",
    """
automated: scoring
activities: [score]
gateway: {lending: contract}
review: 5 days
if_declined: {refuse: credit}
""",
    """
automated: scoring
activities: [score, offers]
gateway: {lending: consent, crime: law}
regions: [union, everywhere]
""",
    """
automated: scoring
activities: [score]
review: 5 days
""",
)
RECIPIENTS = choice(
    """
- recipient: courier
  as: {controller: [shipping], processor: [gift_delivery]}
  gets: [name, postal_address]
- recipient: mailing_house
  as: processor
  contract: signed
- recipient: social_media_platform
  as: joint
  country: [US]
""",
    """
- recipient: courier
  as: {processor: [shipping]}
  country: [FR, GB]
  gets: all_held
- recipient: mailing_house
  as: controller
  country: [US]
  safeguard: standard_contractual_clauses
  regions: [union]
- recipient: social_media_platform
  as: {joint: [ad_targeting]}
  contract: arrangement
  gets: [email]
""",
)
ACCESSES = choice(
    """
- access: care_staff
  sees: [contact_data, purchase_history]
  while: case is open
- access: privacy
  sees: [all_held]
""",
    """
- access: care_staff
  sees: [name]
- access: care_staff
  sees: [name, email]
  while: "latest of (while case is open, while active)"
- access: privacy
  sees: [name, email, purchase_history]
""",
)
KEPT = choice(
    "until asked",
    "until asked",
    "until asked",
    "1 year from last interaction",
    "2 months from last interaction by (email, web)",
    "2 months from order.placed to the end of the accounting year",
    "while active then 1 month",
    "while order is open then 2 months",
    '"latest of (while active, while case is open then 2 days, 1 month from visit.made)"',
    '"latest of (order.placed + 36 hours, while silent)"',
    '"until latest of (while order is open, 1 year from visit.made to the end of the month)"',
    "36 hours from visit.made to the end of the calendar year",
    "while silent",
)


@st.composite
def retained(draw: st.DrawFn) -> str:
    """Draw how long data are kept: all of them, some of their own, some on a ground."""
    rules = [f"- retain: all\n  for: {draw(KEPT)}"]
    if draw(st.booleans()):
        rules.append(f"- retain: all\n  for: {draw(KEPT)}")
    if draw(st.booleans()):
        rules.append(f"- retain: [name, email]\n  for: {draw(KEPT)}\n  regions: [union, kingdom]")
        rules.append(
            f"- retain: [name, email]\n  for: {draw(KEPT)}\n  regions: [everywhere, other]"
        )
    if draw(st.booleans()):
        ground = draw(choice("duty", "claims", "contract"))
        rules.append(f"- retain: [purchase_history]\n  for: {draw(KEPT)}\n  ground: {ground}")
    if draw(st.booleans()):
        rules.append(f"- retain: [purchase_history, browsing_history]\n  for: {draw(KEPT)}")
    if draw(st.booleans()):
        rules.append(
            f"- retain: all\n  for: {draw(KEPT)}\n  ground: {draw(choice('duty', 'claims'))}"
        )
    return "\n".join(rules)
