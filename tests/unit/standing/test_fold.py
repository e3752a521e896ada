from datetime import date

import pytest

from placket.facts import Fact, Kind
from placket.law.calendar import come_of_age
from placket.standing.fold import refold
from placket.standing.standing import ALWAYS, pack
from tests.unit.standing.telling import TWO_LAWS, day, shop, standing_of, told

NEWS = """
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
  regions: [kingdom]
"""
SHOP = shop(NEWS, region=TWO_LAWS.replace("law: eu", "law: de"))
SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:negotiation")
SAYS = {"what": "news", "channel": "email"}
YES = told(Kind.CONSENT_GIVEN, 2, **SAYS)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((told(Kind.OBJECTED, 1), YES), "objected.newsletter.email"),
        ((told(Kind.CONSENT_WITHDRAWN, 1, channel="email"), YES), "refused.newsletter.email"),
        ((told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=SOLD),), "soft.email"),
    ],
)
def test_who_moves_is_asked_anew_what_counts_there(facts: tuple[Fact, ...], state: str) -> None:
    abroad, back = told(Kind.LOCATED, 0, region="DE"), told(Kind.LOCATED, 9, region="GB")
    before = standing_of(SHOP, abroad, *facts)
    whole = standing_of(SHOP, abroad, *facts, back)

    after = refold(SHOP, before, [back], [abroad, *facts, back])

    assert (before.get(state) is None) is not (whole.get(state) is None)
    assert pack(after) == pack(whole)


@pytest.mark.parametrize(
    ("joined", "state"), [(3, "consent.news.email"), (5, "no.consent.news.email")]
)
def test_whether_two_are_one_is_asked_anew_too(joined: int, state: str) -> None:
    refused = told(Kind.CONSENT_WITHDRAWN, 1, person="bea", **SAYS)
    agreed = told(Kind.CONSENT_GIVEN, 4, **SAYS)
    before = standing_of(SHOP, refused)

    def connected(_one: str, _other: str) -> int:
        return day(joined)

    after = refold(SHOP, before, [agreed], [refused, agreed], connected=connected)

    assert [name for name in after.dense if name.endswith("consent.news.email")] == [state]


def test_a_policy_of_no_region_asks_a_guardian_until_eighteen_and_takes_no_soft_opt_in() -> None:
    policy = shop(NEWS.replace("  regions: [kingdom]\n", ""), region="")
    born = told(Kind.BORN, 1)
    obtained = told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=(*SOLD[:3], "in:sale"))

    standing = standing_of(policy, born, obtained, private={born.id: {"birth_date": "2010-03-01"}})

    of_age = come_of_age(date(2010, 3, 1), 18, policy.front.timezone)
    assert standing.dense["minor"] == (ALWAYS, of_age, born.id)
    assert standing.get("soft.email") is None


def test_a_guardian_who_agreed_once_has_agreed() -> None:
    born, agreed = told(Kind.BORN, 1), told(Kind.GUARDIAN_AGREED, 2)

    standing = standing_of(
        SHOP,
        told(Kind.LOCATED, 0, region="GB"),
        born,
        agreed,
        private={born.id: {"birth_date": "2015-03-01"}},
    )

    of_age = come_of_age(date(2015, 3, 1), 13, SHOP.front.timezone)
    assert standing.dense["guardian"] == (day(2), of_age, agreed.id)


def test_what_is_kept_at_a_recipient_has_no_clock_here() -> None:
    kept = """
- retain: [email]
  for: 10 days from call.ended
  at: courier
- retain: [email]
  for: 5 days from call.ended
"""

    standing = standing_of(shop(NEWS, kept), told(Kind.HAPPENED, 1, what="call.ended"))

    clocks = [name for name in standing.dense if "call" in name]
    assert clocks == ["retain.G-002.email.5_days_from_call.ended"]
