from typing import Any

import pytest

from placket.facts import OPEN, Fact, Kind
from tests.unit.standing.telling import day, shop, standing_of, told

NEWS = """
- consent: news
  activities: [newsletter]
  channel: email
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: email
  topic: news
"""
TEXTS = """
- consent: texts
  activities: [text_offers]
  channel: sms
- activity: text_offers
  purpose: direct_marketing
  uses: [mobile]
  basis: consent
  channel: sms
"""

ABOUT: dict[str, Any] = {"what": "news", "channel": "email"}


def about_news(**more: str) -> str:
    extra = "".join(f"  {key}: {value}\n" for key, value in more.items())
    return NEWS.replace("  channel: email\n- activity", f"  channel: email\n{extra}- activity")


def yes(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_GIVEN, on, **(ABOUT | parts))


def no(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_WITHDRAWN, on, **(ABOUT | parts))


def confirmed(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_CONFIRMED, on, **(ABOUT | parts))


def test_the_latest_answer_wins() -> None:
    standing = standing_of(shop(NEWS), yes(3), no(2), yes(1))

    assert standing.get("consent.news.email") == (day(3), OPEN, "consent_given@3")
    assert standing.get("no.consent.news.email") is None


def test_on_a_tie_the_refusal_wins() -> None:
    standing = standing_of(shop(NEWS), yes(1), no(1))

    assert standing.get("consent.news.email") is None
    assert standing.get("no.consent.news.email") == (day(1), OPEN, "consent_withdrawn@1")


def test_each_person_of_a_cluster_ends_their_own_no() -> None:
    facts = (no(1), yes(3), no(2, person="bea"), yes(4, id="b", person="bea"))

    standing = standing_of(shop(NEWS), *facts)

    assert standing.get("consent.news.email") == (day(4), OPEN, "b")


@pytest.mark.parametrize(("joined", "name"), [(None, "no."), (3, "no."), (2, "")])
def test_a_no_of_another_person_ends_only_by_a_yes_after_the_two_became_one(
    joined: int | None, name: str
) -> None:
    connected = None if joined is None else day(joined)

    standing = standing_of(
        shop(NEWS), no(1, person="bea"), yes(3), connected=lambda _a, _b: connected
    )

    assert standing.get(f"{name}consent.news.email") is not None
    assert len([s for s in standing.dense if s.endswith("consent.news.email")]) == 1


def test_a_tombstone_ends_by_a_later_yes() -> None:
    buried = told(Kind.TOMBSTONE, 1, channel="email", person="", marks=("consent_withdrawn",))

    assert standing_of(shop(NEWS), buried, yes(2)).get("consent.news.email") is not None
    assert standing_of(shop(NEWS), buried, yes(0)).get("consent.news.email") is None


def test_a_no_to_everything_refuses_every_consent() -> None:
    standing = standing_of(shop(NEWS, TEXTS), told(Kind.CONSENT_REFUSED, 1))

    assert [name for name in standing.dense if name.startswith("no.")] == [
        "no.consent.news.email",
        "no.consent.texts.sms",
    ]


def test_a_no_on_a_channel_refuses_what_is_asked_there() -> None:
    standing = standing_of(shop(NEWS, TEXTS), told(Kind.CONSENT_WITHDRAWN, 1, channel="sms"))

    assert [name for name in standing.dense if name.startswith("no.")] == ["no.consent.texts.sms"]


def test_a_no_to_a_consent_refuses_marketing_on_its_channels_only() -> None:
    standing = standing_of(shop(NEWS, TEXTS), told(Kind.CONSENT_WITHDRAWN, 1, what="texts"))

    assert standing.get("refused.text_offers.sms") is not None
    assert standing.get("refused.newsletter.email") is None


OFFERS = """
- activity: offers
  purpose: direct_marketing
  uses: [email]
  basis: legitimate_interest
  channel: email
"""
TIPS = NEWS.replace("consent: news", "consent: tips").replace("newsletter", "tips")
BOTH_YES = (yes(1), yes(1, id="t", what="tips"))


def test_of_two_yeses_each_is_ended_by_itself_and_takes_what_rests_on_none_along() -> None:
    standing = standing_of(shop(NEWS, TIPS, OFFERS), *BOTH_YES, no(2))

    assert standing.get("refused.newsletter.email") == (day(2), OPEN, "consent_withdrawn@2")
    assert standing.get("refused.offers.email") == (day(2), OPEN, "consent_withdrawn@2")
    assert standing.get("refused.tips.email") is None
    assert standing.get("consent.tips.email") == (day(1), OPEN, "t")


@pytest.mark.parametrize(
    ("limit", "is_refused"),
    [
        ("purpose: direct_marketing\nchannels: [email]\nown_preferences: true", True),
        ("activities: [tips]\nchannels: [email]\nown_preferences: true", True),
        ("purpose: direct_marketing\nchannels: [sms]\nown_preferences: true", False),
        ("purpose: direct_marketing\nown_preferences: true", False),
        ("activities: [newsletter]\nchannels: [email]\nown_preferences: true", False),
        ("activities: [tips]\nchannels: [email]", False),
    ],
)
def test_a_limit_lets_any_no_on_its_channels_end_what_it_names(
    limit: str, *, is_refused: bool
) -> None:
    policy = shop(NEWS, TIPS, f"limit: a_no_outranks\n{limit}")

    standing = standing_of(policy, *BOTH_YES, no(2))

    assert (standing.get("refused.tips.email") is not None) == is_refused


def test_a_limit_of_another_region_lets_no_other_no_count() -> None:
    limit = "limit: a_no_outranks\nactivities: [tips]\nchannels: [email]\nown_preferences: true"
    here = TIPS.replace("  topic: news\n", "  topic: news\n  regions: [kingdom]\n")

    elsewhere = shop(NEWS, here, f"{limit}\nregions: [union]")
    same = shop(NEWS, here, f"{limit}\nregions: [kingdom]")

    assert standing_of(elsewhere, *BOTH_YES, no(2)).get("refused.tips.email") is None
    assert standing_of(same, *BOTH_YES, no(2)).get("refused.tips.email") is not None


def test_a_no_that_spares_a_topic_leaves_the_consent_and_refuses_the_rest() -> None:
    sparing = told(Kind.CONSENT_WITHDRAWN, 2, channel="email", marks=("keep:news",))
    sale = NEWS.replace("topic: news", "topic: sale").replace("newsletter", "sale")
    sale = sale.replace("consent: news", "consent: sales")

    standing = standing_of(shop(NEWS, sale), yes(1), yes(1, id="s", what="sales"), sparing)

    assert standing.get("consent.news.email") is not None
    assert standing.get("refused.newsletter.email") is None
    assert standing.get("refused.sale.email") == (day(2), OPEN, sparing.id)


def test_a_no_to_one_topic_refuses_that_topic_alone() -> None:
    standing = standing_of(shop(NEWS), yes(1), no(2, topic="sale"))

    assert standing.get("consent.news.email") is not None
    assert standing.get("refused.newsletter.email") is None


def test_a_no_to_the_topic_refuses_it() -> None:
    assert standing_of(shop(NEWS), yes(1), no(2, topic="news")).get("refused.newsletter.email")


def test_a_yes_counts_by_a_published_wording_only() -> None:
    policy = shop(about_news(asked="{at: [sign_up], wording: w1}", wordings="[w2]"))

    for wording, counts in (("w1", True), ("w2", True), ("w3", False)):
        standing = standing_of(policy, yes(1, marks=(f"wording:{wording}",)))
        assert (standing.get("consent.news.email") is not None) is counts


def test_a_yes_to_a_wording_that_was_never_published_does_not_count() -> None:
    policy = shop(about_news(asked="{at: [sign_up], wording: w1}", wordings="[w2]"))

    both = standing_of(policy, yes(1, marks=("wording:w1", "wording:w2")))
    one = standing_of(policy, yes(1, marks=("wording:w1", "wording:w9")))

    assert both.get("consent.news.email") is not None
    assert one.get("consent.news.email") is None


def test_an_imported_yes_counts_where_it_is_accepted() -> None:
    imported = yes(1, marks=("imported",))

    assert standing_of(shop(NEWS), imported).get("consent.news.email") is None
    accepting = shop(about_news(accept="imported"))
    assert standing_of(accepting, imported).get("consent.news.email") is not None


def test_a_yes_to_be_confirmed_counts_from_its_confirmation() -> None:
    policy = shop(about_news(confirm="double"))

    waiting = standing_of(policy, yes(1))
    counted = standing_of(policy, yes(1), confirmed(2))

    assert waiting.get("unconfirmed.consent.news.email") == (day(1), OPEN, "consent_given@1")
    assert waiting.get("consent.news.email") is None
    assert counted.get("consent.news.email") == (day(2), OPEN, "consent_confirmed@2")
    assert counted.get("unconfirmed.consent.news.email") is None


def test_another_persons_confirmation_comes_between_without_effect() -> None:
    facts = (yes(1), confirmed(2, person="bea", id="b"), confirmed(3))

    standing = standing_of(shop(about_news(confirm="double")), *facts)

    assert standing.get("consent.news.email") == (day(3), OPEN, "consent_confirmed@3")


def test_a_newer_yes_waits_beside_one_that_expired() -> None:
    policy = shop(about_news(confirm="double", **{"for": "10 days from consent.given"}))

    standing = standing_of(policy, yes(1), confirmed(1), yes(20))

    assert standing.get("consent.news.email") == (day(1), day(11), "consent_confirmed@1")
    assert standing.get("unconfirmed.consent.news.email") == (day(20), OPEN, "consent_given@20")


@pytest.mark.parametrize(
    ("period", "until"),
    [
        ("10 days from consent.given", day(11)),
        ("10 days from last order.placed", day(15)),
        ("10 days from last interaction by (web)", day(17)),
        ("10 days from consent.given to the end of the month", day(30.5)),
        ("while case is open", day(1)),
        ("until asked", OPEN),
    ],
)
def test_the_clock_of_a_consent_starts_with_the_yes_and_again_with_its_event(
    period: str, until: int
) -> None:
    policy = shop(about_news(**{"for": period}))
    bought = told(Kind.HAPPENED, 5, what="order.placed")
    came = told(Kind.INTERACTED, 7, channel="web")

    standing = standing_of(policy, yes(1), bought, came)

    assert standing.get("consent.news.email") == (day(1), until, "consent_given@1")


def test_a_consent_while_a_status_holds_ends_with_it() -> None:
    policy = shop(about_news(**{"for": "while case is open"}))
    case = told(Kind.RELATION_OPENED, 0, what="case", thing="c")
    closed = told(Kind.RELATION_CLOSED, 9, what="case", thing="c")

    standing = standing_of(policy, yes(1), case, closed)

    assert standing.get("consent.news.email") == (day(1), day(9), "consent_given@1")


def test_an_objection_to_marketing_ends_by_a_later_yes_to_it_on_that_channel() -> None:
    objected = told(Kind.OBJECTED, 2)

    assert standing_of(shop(NEWS), yes(1), objected).get("objected.newsletter.email") == (
        day(2),
        OPEN,
        "objected@2",
    )
    assert standing_of(shop(NEWS), yes(3), objected).get("objected.newsletter.email") is None


@pytest.mark.parametrize(
    ("parts", "reaches"),
    [
        ({}, True),
        ({"channel": "email"}, True),
        ({"channel": "sms"}, False),
        ({"activity": "newsletter"}, True),
        ({"activity": "other"}, False),
        ({"what": "direct_marketing"}, True),
        ({"what": "ad_targeting"}, False),
    ],
)
def test_an_objection_reaches_the_marketing_that_it_names(
    parts: dict[str, str], reaches: bool
) -> None:
    standing = standing_of(shop(NEWS), told(Kind.OBJECTED, 1, **parts))

    assert (standing.get("objected.newsletter.email") is not None) is reaches


def test_an_objection_that_outlived_an_erasure_still_speaks() -> None:
    buried = told(Kind.TOMBSTONE, 1, person="", channel="email", marks=("objected",))

    standing = standing_of(shop(NEWS), buried)

    assert standing.get("objected.newsletter.email") == (day(1), OPEN, "tombstone@1")
    assert standing.get("refused.newsletter.email") is None


CARE = """
activity: care
purpose: customer_service
uses: [email]
basis: legitimate_interest
"""


def decided(on: float, *marks: str, **parts: Any) -> Fact:
    return told(Kind.OBJECTION_DECIDED, on, about="objected@1", marks=marks, **parts)


@pytest.mark.parametrize(
    ("decisions", "until"),
    [
        ((), OPEN),
        ((decided(2),), OPEN),
        ((decided(2, "overruled"),), day(2)),
        ((decided(2, "overruled"), decided(3)), OPEN),
        ((decided(2, "overruled"), decided(2, id="a")), OPEN),
    ],
)
def test_an_objection_to_an_interest_stands_until_it_is_overruled(
    decisions: tuple[Fact, ...], until: int
) -> None:
    objected = told(Kind.OBJECTED, 1, activity="care")

    standing = standing_of(shop(CARE), objected, *decisions)

    assert standing.get("objected.interest.care") == (day(1), until, "objected@1")


def test_an_objection_to_an_interest_outlives_an_erasure() -> None:
    buried = told(Kind.TOMBSTONE, 1, person="", activity="care", marks=("objected",))

    standing = standing_of(shop(CARE), buried)

    assert standing.get("objected.interest.care") == (day(1), OPEN, "tombstone@1")


def test_what_markets_in_one_region_is_an_interest_in_another() -> None:
    marketing = CARE.replace("customer_service", "ad_targeting") + "regions: [union]\n"
    policy = shop(marketing, CARE + "regions: [home]\n")

    standing = standing_of(policy, told(Kind.OBJECTED, 1, activity="care"))

    assert standing.get("objected.interest.care") == (day(1), OPEN, "objected@1")
    assert standing.get("objected.care") == (day(1), OPEN, "objected@1")


def test_an_objection_to_all_marketing_is_none_to_an_interest() -> None:
    assert standing_of(shop(CARE), told(Kind.OBJECTED, 1)).get("objected.interest.care") is None


def test_what_was_switched_off_is_switched_on_again_later() -> None:
    off = told(Kind.PREFERENCE_OFF, 1, what="channel:email")
    on = told(Kind.PREFERENCE_ON, 2, what="channel:email")

    assert standing_of(shop(NEWS), off).get("off.channel.email") == (day(1), OPEN, off.id)
    assert standing_of(shop(NEWS), off, on).get("off.channel.email") is None


def test_a_channel_that_is_switched_on_again_is_no_longer_refused() -> None:
    unsubscribed = told(Kind.CONSENT_WITHDRAWN, 1, channel="email")
    on = told(Kind.PREFERENCE_ON, 2, what="channel:email")

    assert standing_of(shop(NEWS), unsubscribed).get("refused.newsletter.email") is not None
    assert standing_of(shop(NEWS), unsubscribed, on).get("refused.newsletter.email") is None


def test_a_number_is_listed_until_it_is_cleared() -> None:
    listed = told(Kind.REGISTER_LISTED, 1, channel="phone")
    cleared = told(Kind.REGISTER_CLEARED, 2, channel="phone")

    assert standing_of(shop(NEWS), listed).get("listed.phone") == (day(1), OPEN, listed.id)
    assert standing_of(shop(NEWS), listed, cleared).get("listed.phone") is None


SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:negotiation")


@pytest.mark.parametrize(("country", "met"), [("GB", True), ("DE", False), ("", False)])
def test_an_enquiry_is_a_soft_opt_in_where_the_law_takes_it_for_one(
    country: str, met: bool
) -> None:
    two = "region: all\ncountries: [GB, DE]\nlaw: {GB: uk, DE: de}"
    obtained = told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=SOLD)
    where = [told(Kind.LOCATED, 0, region=country)] if country else []

    standing = standing_of(shop(NEWS, region=two), obtained, *where)

    assert (standing.get("soft.email") is not None) is met


def test_without_an_offer_to_refuse_there_is_no_soft_opt_in() -> None:
    obtained = told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=(*SOLD[:2], "in:sale"))

    assert standing_of(shop(NEWS), obtained).get("soft.email") is None


PERSONAL = """
- consent: personal
  activities: [tips]
  channel: email
- cookie: experience
  activities: [tips]
  basis: consent
- activity: tips
  purpose: direct_marketing
  uses: [email]
  basis: consent
  needs: [personal, experience]
  channel: email
  topic: tips
"""


def test_a_yes_to_cookies_is_no_yes_to_messages() -> None:
    accepts = told(Kind.CONSENT_GIVEN, 2, what="experience")
    objects = told(Kind.OBJECTED, 1)
    unsubscribes = told(Kind.CONSENT_WITHDRAWN, 1, channel="email")

    standing = standing_of(shop(PERSONAL), objects, unsubscribes, accepts)

    assert standing.get("consent.experience") is not None
    assert standing.get("objected.tips.email") == (day(1), OPEN, "objected@1")
    assert standing.get("refused.tips.email") == (day(1), OPEN, "consent_withdrawn@1")


def test_a_no_to_cookies_counts_also_when_it_names_a_topic() -> None:
    no = told(Kind.CONSENT_WITHDRAWN, 2, what="experience", topic="tips")

    standing = standing_of(shop(PERSONAL), told(Kind.CONSENT_GIVEN, 1, what="experience"), no)

    assert standing.get("consent.experience") is None
    assert standing.get("no.consent.experience") is not None


@pytest.mark.parametrize("route", ["browser_settings", "unsubscribe_link"])
def test_a_way_that_can_only_refuse_carries_a_no_and_never_a_yes(route: str) -> None:
    policy, name = shop(about_news(confirm="double")), "consent.news.email"

    assert standing_of(policy, yes(1, route=route), confirmed(2)).get(name) is None
    assert standing_of(policy, yes(1), confirmed(2, route=route)).get(name) is None
    refused = standing_of(policy, yes(1), confirmed(2), no(3, route=route))
    assert refused.get(f"no.{name}") == (day(3), OPEN, "consent_withdrawn@3")
