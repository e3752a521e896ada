"""Which marketing a no or an objection stops, and which yes of which place starts it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import OPEN, Fact, Kind
from tests.unit.standing.telling import TWO_LAWS, day, shop, standing_of, told

if TYPE_CHECKING:
    from placket.standing.standing import Interval, Standing

NEWS = """
- consent: news
  activities: [newsletter]
  channel: email
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [email, sms]
  topic: news
"""
AUDIENCE = """
- consent: ads
  activities: [audience]
- activity: audience
  purpose: ad_targeting
  uses: [email]
  basis: consent
"""
OFFERS = """
- activity: offers
  purpose: direct_marketing
  uses: [email]
  basis: legitimate_interest
  channel: [email, sms]
"""
CARE = """
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
- activity: claims
  purpose: legal_claims
  uses: [email]
  basis: legitimate_interest
"""


def no(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_WITHDRAWN, on, **parts)


def yes(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_GIVEN, on, **({"what": "news"} | parts))


def stopped(standing: Standing, *words: str) -> set[str]:
    """Return the names of what is refused or objected to, or begins with other words."""
    asked = words or ("refused", "objected")
    found = standing.dense | standing.sparse
    return {name for name in found if name.split(".")[0] in asked}


def test_an_objection_to_direct_marketing_reaches_all_marketing_on_any_channel_or_none() -> None:
    objected = told(Kind.OBJECTED, 1, what="direct_marketing")

    standing = standing_of(shop(NEWS, AUDIENCE, CARE), objected)

    assert standing.dense.keys() >= {"objected.audience", "objected.newsletter.email"}
    assert stopped(standing) == {
        "objected.audience",
        "objected.newsletter.email",
        "objected.newsletter.sms",
    }


@pytest.mark.parametrize(
    ("parts", "refused"),
    [
        ({}, {"newsletter.email", "newsletter.sms", "offers.email", "offers.sms"}),
        ({"channel": "sms"}, {"newsletter.sms", "offers.sms"}),
        ({"what": "news"}, {"newsletter.email", "offers.email"}),
        ({"what": "news", "channel": "email"}, {"newsletter.email", "offers.email"}),
        ({"what": "news", "channel": "sms"}, set()),
        ({"what": "ads"}, {"offers.email", "offers.sms"}),
        ({"what": "service"}, set()),
        ({"what": "both"}, {"offers.email", "offers.sms"}),
    ],
)
def test_a_no_refuses_the_messages_that_it_reaches_and_what_is_no_message_never(
    parts: dict[str, str], refused: set[str]
) -> None:
    more = """
- consent: service
  activities: [care]
- consent: both
  activities: [care, flyer]
- activity: flyer
  purpose: direct_marketing
  uses: [email]
  basis: consent
"""
    ads = AUDIENCE.replace("ad_targeting", "direct_marketing")

    standing = standing_of(shop(NEWS, ads, OFFERS, CARE, more), no(1, **parts))

    assert stopped(standing) == {f"refused.{name}" for name in refused}


def test_a_no_that_names_no_topic_to_keep_keeps_none() -> None:
    standing = standing_of(shop(OFFERS), no(1, channel="email", marks=("keep:",)))

    assert stopped(standing) == {"refused.offers.email"}


def test_what_rests_on_a_yes_in_one_region_alone_is_refused_by_a_no_to_any() -> None:
    mixed = """
- consent: tips
  activities: [tips]
  channel: email
- activity: tips
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
  regions: [union]
- activity: tips
  purpose: direct_marketing
  uses: [email]
  basis: legitimate_interest
  channel: email
  regions: [kingdom]
"""

    standing = standing_of(shop(NEWS, mixed, region=TWO_LAWS), no(1, what="news"))

    assert stopped(standing) == {"refused.newsletter.email", "refused.tips.email"}


def test_only_a_consent_on_the_channel_is_a_yes_or_a_no_there() -> None:
    texts = "consent: texts\nactivities: [newsletter]\nchannel: sms"
    objected, unsubscribed = told(Kind.OBJECTED, 1), no(1, id="off", channel="email")
    policy = shop(NEWS, texts)

    by_text = standing_of(policy, objected, unsubscribed, yes(2, what="texts"))
    by_mail = standing_of(policy, objected, unsubscribed, yes(2))
    no_texts = standing_of(policy, no(1, what="texts"))

    assert stopped(by_text) == {"objected.newsletter.email", "refused.newsletter.email"}
    assert stopped(by_mail) == {"objected.newsletter.sms"}
    assert stopped(no_texts) == {"refused.newsletter.sms"}


def test_a_yes_on_another_channel_ends_no_refusal() -> None:
    policy = shop(
        NEWS.replace("  channel: email\n- activity", "  channel: [email, sms]\n- activity")
    )
    refused = no(1, channel="email")

    crossed = standing_of(policy, refused, yes(2, channel="sms"))
    same = standing_of(policy, refused, yes(2, channel="email"))

    assert stopped(crossed) == {"refused.newsletter.email"}
    assert stopped(same) == set()


LOCAL = """
- consent: british
  activities: [newsletter]
  channel: email
  regions: [kingdom]
- consent: european
  activities: [newsletter]
  channel: email
  regions: [union]
- consent: common
  activities: [newsletter]
  channel: email
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
"""


@pytest.mark.parametrize(
    ("country", "ending"),
    [
        ("GB", {"british", "common"}),
        ("FR", {"european", "common"}),
        ("", {"common"}),
        ("US", {"common"}),
    ],
)
def test_an_objection_ends_by_a_yes_that_is_one_where_the_person_is(
    country: str, ending: set[str]
) -> None:
    policy = shop(LOCAL, region=TWO_LAWS)
    known = (told(Kind.LOCATED, 0, region=country), told(Kind.OBJECTED, 1))

    ends = {
        name
        for name in ("british", "european", "common")
        if not stopped(standing_of(policy, *known, yes(2, what=name)), "objected")
    }

    assert ends == ending


def test_where_the_activity_is_spoken_of_in_no_rule_of_the_place_no_yes_ends_an_objection() -> None:
    policy = shop(NEWS + "  regions: [kingdom]\n", region=TWO_LAWS)
    facts = (told(Kind.LOCATED, 0, region="FR"), told(Kind.OBJECTED, 1), yes(2))

    standing = standing_of(policy, *facts)

    assert stopped(standing) == {"objected.newsletter.email", "objected.newsletter.sms"}


def test_an_objection_of_another_person_ends_by_a_yes_after_the_two_became_one() -> None:
    objected = told(Kind.OBJECTED, 1, person="bea", channel="email")

    apart = standing_of(shop(NEWS), objected, yes(3), connected=lambda _a, _b: day(4))
    one = standing_of(shop(NEWS), objected, yes(3), connected=lambda _a, _b: day(2))

    assert stopped(apart) == {"objected.newsletter.email"}
    assert stopped(one) == set()


@pytest.mark.parametrize(
    ("switched", "ends"),
    [("channel:email", True), ("channel:sms", False), ("topic:news", False)],
)
def test_a_refusal_of_a_channel_ends_when_that_channel_is_switched_on(
    switched: str, *, ends: bool
) -> None:
    on = told(Kind.PREFERENCE_ON, 2, what=switched)

    standing = standing_of(shop(OFFERS), no(1, channel="email"), on)

    assert stopped(standing) == (set() if ends else {"refused.offers.email"})


OWN = "purpose: direct_marketing\nchannels: [email]\nown_preferences: true"


@pytest.mark.parametrize("regions", ["regions: [union]", "regions: [kingdom]", ""])
def test_a_limit_on_any_region_of_the_activity_lets_any_no_count(regions: str) -> None:
    tips = """
- consent: tips
  activities: [tips]
  channel: email
- activity: tips
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
  regions: [union]
- activity: tips
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
  regions: [kingdom]
"""
    limit = f"limit: own\n{OWN}\n{regions}"

    standing = standing_of(shop(NEWS, tips, limit, region=TWO_LAWS), no(1, what="news"))

    assert stopped(standing) == {"refused.newsletter.email", "refused.tips.email"}


@pytest.mark.parametrize(
    ("parts", "reached"),
    [
        ({"activity": "care"}, {"care"}),
        ({"what": "customer_service"}, {"care"}),
        ({"what": "legal_claims"}, {"claims"}),
        ({"what": "market_research"}, set()),
        ({"activity": "newsletter"}, set()),
        ({}, set()),
    ],
)
def test_an_objection_to_an_interest_names_an_activity_or_its_purpose(
    parts: dict[str, str], reached: set[str]
) -> None:
    standing = standing_of(shop(NEWS, CARE), told(Kind.OBJECTED, 1, **parts))

    found = {name for name in stopped(standing) if name.startswith("objected.interest")}
    assert found == {f"objected.interest.{name}" for name in reached}


def test_each_objection_is_decided_by_itself() -> None:
    first, other = (told(Kind.OBJECTED, on, activity="care") for on in (1, 2))
    overruled = told(Kind.OBJECTION_DECIDED, 3, about=first.id, marks=("overruled",))

    standing = standing_of(shop(CARE), first, other, overruled)

    assert standing.get("objected.interest.care") == (day(2), OPEN, other.id)


SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale")


@pytest.mark.parametrize(
    ("parts", "met"),
    [
        ({}, True),
        ({"marks": SOLD[:3]}, False),
        ({"marks": (*SOLD[:3], "in:raffle")}, False),
        ({"marks": SOLD[1:]}, False),
        ({"channel": ""}, False),
    ],
)
def test_a_soft_opt_in_holds_since_the_contact_was_obtained_in_the_way_the_law_wants(
    parts: dict[str, Any], *, met: bool
) -> None:
    obtained = told(Kind.CONTACT_OBTAINED, 4, **({"channel": "email", "marks": SOLD} | parts))

    standing = standing_of(shop(OFFERS, region=TWO_LAWS), obtained)

    soft: dict[str, Interval] = {"soft.email": (day(4), OPEN, obtained.id)}
    found = {name: held for name, held in standing.dense.items() if name.startswith("soft")}
    assert found == (soft if met else {})
