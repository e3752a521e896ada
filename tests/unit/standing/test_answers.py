"""What counts as an answer to a consent: by whom, on which channel, to what, and the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import OPEN, Fact, Kind
from tests.unit.standing.telling import DAY, day, shop, standing_of, told

if TYPE_CHECKING:
    from placket.standing.standing import Interval, Standing

NEWS = """
- consent: news
  activities: [newsletter]
  channel: [email, sms]
- activity: newsletter
  purpose: direct_marketing
  uses: [email]
  basis: consent
  channel: [email, sms]
  topic: news
"""
DOUBLE = NEWS.replace("channel: [email, sms]\n- activity", "confirm: double\n- activity").replace(
    "  confirm", "  channel: [email, sms]\n  confirm"
)
CARE = """
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
  channel: email
"""


def yes(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_GIVEN, on, **({"what": "news", "channel": "email"} | parts))


def no(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_WITHDRAWN, on, **({"what": "news", "channel": "email"} | parts))


def confirmed(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_CONFIRMED, on, **({"what": "news", "channel": "email"} | parts))


def answers(standing: Standing) -> dict[str, Interval]:
    words = ("consent", "no", "unconfirmed")
    return {name: held for name, held in standing.dense.items() if name.split(".")[0] in words}


def test_each_channel_has_an_answer_of_its_own() -> None:
    found = answers(standing_of(shop(NEWS), yes(1), yes(1, id="s", channel="sms"), no(2)))

    assert found == {
        "no.consent.news.email": (day(2), OPEN, "consent_withdrawn@2"),
        "consent.news.sms": (day(1), OPEN, "s"),
    }


def test_a_no_to_a_consent_on_no_channel_is_to_all_of_them_and_to_no_other_consent() -> None:
    other = "consent: tips\nactivities: [newsletter]\nchannel: email"

    found = answers(standing_of(shop(NEWS, other), no(2, channel="")))

    assert found == {
        "no.consent.news.email": (day(2), OPEN, "consent_withdrawn@2"),
        "no.consent.news.sms": (day(2), OPEN, "consent_withdrawn@2"),
    }


def test_a_no_to_everything_is_none_to_cookies() -> None:
    cookies = "cookie: analysis\nbasis: consent"

    found = answers(standing_of(shop(NEWS, cookies), no(1, what="", channel="")))

    assert set(found) == {"no.consent.news.email", "no.consent.news.sms"}


def test_of_several_noes_that_stand_the_newest_is_told() -> None:
    found = answers(standing_of(shop(NEWS), no(3), no(1), no(2)))

    assert found == {"no.consent.news.email": (day(3), OPEN, "consent_withdrawn@3")}


def test_whether_a_yes_ends_the_no_of_another_is_asked_of_the_two_that_spoke() -> None:
    facts = (no(1, person="bea"), yes(3))

    def connected(one: str, other: str) -> int | None:
        return day(2) if (one, other) == ("ada", "bea") else None

    found = answers(standing_of(shop(NEWS), *facts, connected=connected))

    assert found == {"consent.news.email": (day(3), OPEN, "consent_given@3")}


def test_a_yes_at_the_moment_when_two_became_one_ends_no_no_of_the_other() -> None:
    facts = (no(1, person="bea"), yes(3))

    found = answers(standing_of(shop(NEWS), *facts, connected=lambda _a, _b: day(3)))

    assert found == {"no.consent.news.email": (day(1), OPEN, "consent_withdrawn@1")}


def test_what_else_was_noted_of_a_yes_is_no_wording() -> None:
    policy = shop(NEWS.replace("  channel: [email, sms]\n- a", "  wordings: [w1]\n- a"))
    marks = ("wording:w1", "by_telephone")

    found = standing_of(policy, yes(1, marks=marks)).get("consent.news")

    assert found == (day(1), OPEN, "consent_given@1")


def test_a_yes_is_confirmed_on_its_own_channel() -> None:
    policy = shop(DOUBLE)
    both = (yes(1, channel=""), confirmed(2))

    crossed = answers(standing_of(policy, yes(1), confirmed(2, channel="sms")))
    halfway = answers(standing_of(policy, *both))
    open_ended = answers(standing_of(policy, both[0], confirmed(2, channel="")))

    waits = (day(1), OPEN, "consent_given@1")
    counts = (day(2), OPEN, "consent_confirmed@2")
    assert crossed == {"unconfirmed.consent.news.email": waits}
    assert halfway == {
        "consent.news.email": counts,
        "unconfirmed.consent.news.sms": waits,
    }
    assert open_ended == {"consent.news.email": counts, "consent.news.sms": counts}


def test_a_confirmation_of_another_consent_or_from_before_confirms_nothing() -> None:
    facts = (yes(2), confirmed(1), confirmed(3, what="tips"))

    assert answers(standing_of(shop(DOUBLE), *facts)) == {
        "unconfirmed.consent.news.email": (day(2), OPEN, "consent_given@2")
    }


def test_a_yes_may_be_confirmed_at_the_moment_it_is_given() -> None:
    found = answers(standing_of(shop(DOUBLE), yes(1), confirmed(1)))

    assert found == {"consent.news.email": (day(1), OPEN, "consent_confirmed@1")}


def test_the_newest_yes_that_waits_is_told_and_only_when_it_is_newer_than_what_counts() -> None:
    policy = shop(DOUBLE)
    beside = yes(5, id="b", person="bea")

    waiting = answers(standing_of(policy, yes(2), yes(4), yes(3)))
    same = answers(standing_of(policy, yes(1), confirmed(5), beside))

    assert waiting == {"unconfirmed.consent.news.email": (day(4), OPEN, "consent_given@4")}
    assert same == {"consent.news.email": (day(5), OPEN, "consent_confirmed@5")}


@pytest.mark.parametrize(
    ("kept", "until"),
    [
        ("while case is open then 1 day", day(10)),
        ("while active", day(12)),
        ("1 month from consent.given", day(32)),
        ("latest of (while active, while case is open)", day(12)),
    ],
)
def test_a_consent_for_as_long_as_something_lasts_ends_with_it(kept: str, until: int) -> None:
    status = "status: active\nholds_while: 10 days from last order.placed"
    policy = shop(NEWS.replace("  channel: [email, sms]\n- a", f"  for: {kept}\n- a"), status)
    facts = (
        told(Kind.RELATION_OPENED, 0, what="case", thing="c"),
        told(Kind.RELATION_CLOSED, 9, what="case", thing="c"),
        told(Kind.HAPPENED, 2, what="order.placed"),
    )

    found = standing_of(policy, yes(1), *facts).get("consent.news")

    assert found == (day(1), until, "consent_given@1")


AUDIENCE = """
- activity: audience
  purpose: direct_marketing
  uses: [email]
  basis: consent
"""


@pytest.mark.parametrize(
    ("covers", "ends"),
    [
        ("[newsletter]", False),
        ("[newsletter, care]", True),
        ("[care]", True),
        ("[audience]", True),
        ("[newsletter, audience]", True),
        ("[gone]", True),
    ],
)
def test_a_no_that_spares_a_topic_ends_a_consent_unless_all_it_covers_is_messages(
    covers: str, *, ends: bool
) -> None:
    policy = shop(NEWS.replace("[newsletter]", covers), CARE, AUDIENCE)

    found = answers(standing_of(policy, yes(1), no(2, marks=("keep:news",))))

    assert ("consent.news.email" not in found) is ends
    assert ("no.consent.news.email" in found) is ends


def test_a_day_that_is_short_by_an_hour_counts_as_one() -> None:
    policy = shop(
        NEWS.replace("  channel: [email, sms]\n- a", "  for: 10 days from consent.given\n- a")
    )

    found = standing_of(policy, yes(85)).get("consent.news")

    assert found == (day(85), day(95) - DAY // 24, "consent_given@85")
