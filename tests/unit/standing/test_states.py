"""The whole interval of each state: since when, until when, and by which fact."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from placket.facts import OPEN, Fact, Kind
from placket.law.calendar import come_of_age
from placket.standing.standing import ALWAYS
from tests.unit.standing.telling import TWO_LAWS, day, shop, standing_of, told

if TYPE_CHECKING:
    from placket.standing.standing import Interval

LONDON = ZoneInfo("Europe/London")
CARE = """
activity: care
purpose: customer_service
uses: [email, name]
basis: legitimate_interest
"""
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
ROLE = "role: customer\ntaken_by: [order.placed, order.opened]"
CAPTURE = "capture: raffle\npurposes_shown: [market_research]"
BOUND = "role: referred\ntaken_by: [order.placed]\nconfined_to: [customer_service]"
SCORING = """
- automated: scoring
  activities: [care]
  gateway: {union: contract}
  review: 5 days
- automated: sorting
  activities: [care]
  gateway: {union: contract}
  review: 5 days
"""


def got(standing: Any, *words: str) -> dict[str, Interval]:
    """Return the states whose names begin with one of the words."""
    states = standing.dense | standing.sparse
    return {name: states[name] for name in states if name.split(".")[0] in words}


def collected(on: float, *marks: str, what: str = "", data: tuple[str, ...] = ("email",)) -> Fact:
    return told(Kind.DATA_COLLECTED, on, data=data, what=what, marks=marks)


def test_of_several_holds_the_one_that_ends_last_is_told() -> None:
    lifted = (
        told(Kind.HOLD_LIFTED, 5, about="hold_placed@2"),
        told(Kind.HOLD_LIFTED, 9, about="hold_placed@1"),
    )
    placed = (told(Kind.HOLD_PLACED, 1), told(Kind.HOLD_PLACED, 2))

    ended = standing_of(shop(CARE), *placed, *lifted)
    standing = standing_of(shop(CARE), *placed)

    assert got(ended, "hold") == {"hold": (day(1), day(9), "hold_placed@1")}
    assert got(standing, "hold") == {"hold": (day(2), OPEN, "hold_placed@2")}


def test_a_person_is_in_the_one_place_of_their_country_and_without_one_in_each() -> None:
    policy = shop(CARE, region=TWO_LAWS)

    known = standing_of(policy, told(Kind.LOCATED, 1, region="GB"))
    unknown = standing_of(policy)

    assert (known.country, got(known, "in")) == ("GB", {"in.kingdom_uk": (ALWAYS, OPEN, "")})
    assert got(unknown, "in") == {
        "in.union_eu": (ALWAYS, OPEN, ""),
        "in.kingdom_uk": (ALWAYS, OPEN, ""),
    }


def test_a_role_begins_with_what_takes_it_first() -> None:
    placed = told(Kind.HAPPENED, 3, what="order.placed")
    policy = shop(CARE, ROLE)

    by_event = standing_of(policy, placed, collected(1), collected(5, "role:customer"))
    by_mark = standing_of(policy, placed, collected(2, "role:customer"))

    assert got(by_event, "role") == {"role.customer": (day(3), OPEN, "happened@3")}
    assert got(by_mark, "role") == {"role.customer": (day(2), OPEN, "data_collected@2")}


def test_a_relation_was_had_since_it_first_began_and_those_of_no_rule_are_not_told() -> None:
    facts = (
        told(Kind.RELATION_OPENED, 1, what="order", thing="t1"),
        told(Kind.RELATION_CLOSED, 2, what="order", thing="t1"),
        told(Kind.RELATION_OPENED, 4, what="order", thing="t2"),
        told(Kind.RELATION_OPENED, 4, id="case", what="case", thing="t3"),
    )

    standing = standing_of(shop(CARE, ROLE), *facts)

    assert got(standing, "open", "had") == {
        "open.order": (day(4), OPEN, "relation_opened@4"),
        "had.order": (day(1), OPEN, "relation_opened@1"),
    }


@pytest.mark.parametrize(
    ("country", "age"), [("DK", 15), ("DE", 16), ("GB", 13), ("", 16), ("US", 16)]
)
def test_a_guardian_is_asked_until_the_age_of_the_country_by_the_latest_facts(
    country: str, age: int
) -> None:
    facts = (
        told(Kind.LOCATED, 0, region=country),
        told(Kind.BORN, 1),
        told(Kind.BORN, 2),
        told(Kind.GUARDIAN_AGREED, 3),
        told(Kind.GUARDIAN_AGREED, 4),
    )
    private = {
        "born@1": {"birth_date": "2001-01-01"},
        "born@2": {"birth_date": "2012-05-06"},
    }
    policy = shop(CARE, "audience_age: 10", region=TWO_LAWS)
    until, ten = (come_of_age(date(2012, 5, 6), each, LONDON) for each in (age, 10))

    standing = standing_of(policy, *facts, private=private)

    assert got(standing, "minor", "under", "guardian", "age_unknown") == {
        "minor": (ALWAYS, until, "born@2"),
        "under.10": (ALWAYS, ten, "born@2"),
        "guardian": (day(4), until, "guardian_agreed@4"),
    }


def test_of_whom_no_age_is_known_the_latest_agreement_of_a_guardian_stands() -> None:
    facts = (told(Kind.GUARDIAN_AGREED, 3), told(Kind.GUARDIAN_AGREED, 4))

    standing = standing_of(shop(CARE), *facts)

    assert got(standing, "minor", "guardian", "age_unknown") == {
        "age_unknown": (ALWAYS, OPEN, ""),
        "guardian": (day(4), OPEN, "guardian_agreed@4"),
    }


def test_each_machine_decision_is_declined_by_its_own_last_word_and_on_a_tie_it_is() -> None:
    declined = told(Kind.AUTOMATION_DECLINED, 1, what="scoring")
    same = told(Kind.AUTOMATION_ACCEPTED, 1, what="scoring")
    other = told(Kind.AUTOMATION_ACCEPTED, 2, what="sorting")
    later = told(Kind.AUTOMATION_ACCEPTED, 3, what="scoring")
    policy = shop(CARE, SCORING)

    standing = standing_of(policy, declined, same, other)

    assert got(standing, "declined") == {
        "declined.scoring": (day(1), OPEN, "automation_declined@1")
    }
    assert got(standing_of(policy, declined, later), "declined") == {}


def test_each_channel_topic_and_register_is_switched_by_its_own_last_word() -> None:
    facts = (
        told(Kind.PREFERENCE_OFF, 1, what="channel:email"),
        told(Kind.PREFERENCE_OFF, 1, id="topic", what="topic:news"),
        told(Kind.PREFERENCE_ON, 2, what="topic:sale"),
        told(Kind.PREFERENCE_OFF, 3, what="channel:sms"),
        told(Kind.PREFERENCE_ON, 4, what="channel:sms"),
        told(Kind.REGISTER_LISTED, 5, what="TPS", channel="phone"),
        told(Kind.REGISTER_LISTED, 6, what="MPS", channel="post"),
        told(Kind.REGISTER_CLEARED, 7, what="MPS", channel="post"),
    )

    standing = standing_of(shop(NEWS), *facts)

    assert got(standing, "off", "listed") == {
        "off.channel.email": (day(1), OPEN, "preference_off@1"),
        "off.topic.news": (day(1), OPEN, "topic"),
        "listed.phone": (day(5), OPEN, "register_listed@5"),
    }


def test_another_person_of_the_cluster_does_not_switch_on_what_one_switched_off() -> None:
    facts = (
        told(Kind.PREFERENCE_OFF, 1, what="channel:email"),
        told(Kind.PREFERENCE_ON, 4, what="channel:email", person="bea"),
        told(Kind.REGISTER_LISTED, 5, what="TPS", channel="phone"),
        told(Kind.REGISTER_CLEARED, 7, what="TPS", channel="phone", person="bea"),
    )

    apart = standing_of(shop(NEWS), *facts, connected=lambda _a, _b: day(9))
    one = standing_of(shop(NEWS), *facts, connected=lambda _a, _b: day(3))

    assert list(got(apart, "off", "listed")) == ["off.channel.email", "listed.phone"]
    assert got(one, "off", "listed") == {}


def test_what_came_by_a_form_a_role_or_another_party_is_bound_and_told_free_beside() -> None:
    facts = (
        collected(1, what="raffle"),
        collected(2, "role:referred", "seen"),
        collected(3, "source:third_party"),
        collected(4, what="checkout"),
        collected(5, "notice", "source:third_party"),
        told(Kind.PURPOSE_ADMITTED, 6, data=("contact_data",), what="direct_marketing"),
    )

    standing = standing_of(shop(CARE, CAPTURE, BOUND), *facts)

    found = got(standing, "confined", "role_bound", "unproven", "free")
    assert found == {
        "confined.email.raffle": (day(1), OPEN, "data_collected@1"),
        "role_bound.email.referred": (day(2), OPEN, "data_collected@2"),
        "unproven.email": (day(3), OPEN, "data_collected@3"),
        "free.email": (day(4), OPEN, "data_collected@4"),
    }
    admitted = got(standing, "admitted")
    assert admitted["admitted.email.direct_marketing"] == (day(6), OPEN, "purpose_admitted@6")
    assert "admitted.contact_data.direct_marketing" not in admitted


def test_what_came_before_an_erasure_binds_what_came_after_no_more() -> None:
    facts = (
        collected(1, what="raffle"),
        told(Kind.DATA_ERASED, 2, data=("email",)),
        told(Kind.DATA_ERASED, 3, data=("name",)),
        collected(4, "role:referred"),
    )

    standing = standing_of(shop(CARE, CAPTURE, BOUND), *facts)

    assert got(standing, "confined", "role_bound", "free") == {
        "role_bound.email.referred": (day(4), OPEN, "data_collected@4")
    }


def test_what_was_told_at_the_moment_of_an_erasure_went_with_it() -> None:
    tombstone = told(Kind.TOMBSTONE, 2, person="", marks=("erased",))
    says: dict[str, Any] = {"what": "news", "channel": "email"}
    sold = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale")
    facts = [
        told(kind, on, id=f"{kind}{on}", **more)
        for on in (1, 2)
        for kind, more in (
            (Kind.CONSENT_GIVEN, says),
            (Kind.CONTACT_OBTAINED, {"channel": "email", "marks": sold}),
        )
    ]
    later = told(Kind.CONSENT_GIVEN, 3, **says)

    standing = standing_of(shop(NEWS), tombstone, *facts)
    since = standing_of(shop(NEWS), tombstone, *facts, later)

    assert got(standing, "consent", "soft") == {}
    assert got(since, "consent", "soft") == {
        "consent.news.email": (day(3), OPEN, "consent_given@3")
    }


def test_a_yes_given_since_a_restriction_releases_what_it_names_until_it_ends() -> None:
    consent = "consent: study\nactivities: [care]\nfor: 10 days from consent.given"
    facts = (
        told(Kind.RESTRICTED, 1, data=("email", "name"), activity="care"),
        told(Kind.CONSENT_GIVEN, 1, id="same", what="study", data=("name",)),
        told(Kind.CONSENT_GIVEN, 3, what="study", data=("email",), activity="care"),
    )

    standing = standing_of(shop(CARE, consent), *facts)

    assert got(standing, "restricted", "released") == {
        "restricted.activity.care": (day(1), OPEN, "restricted@1"),
        "restricted.email": (day(1), OPEN, "restricted@1"),
        "restricted.name": (day(1), OPEN, "restricted@1"),
        "released.activity.care.study": (day(3), day(13), "consent_given@3"),
        "released.email.study": (day(3), day(13), "consent_given@3"),
    }


def test_one_restriction_lifted_leaves_the_next() -> None:
    facts = (
        told(Kind.RESTRICTED, 1, data=("email",)),
        told(Kind.RESTRICTED, 2, data=("name",)),
        told(Kind.RESTRICTION_LIFTED, 3, about="restricted@1"),
    )

    standing = standing_of(shop(CARE), *facts)

    assert got(standing, "restricted") == {"restricted.name": (day(2), OPEN, "restricted@2")}


def test_one_request_is_one_erasure_and_its_newest_word_stands() -> None:
    first = told(Kind.DATA_ERASED, 1, data=("email",), thing="r1", marks=("kept:email:claims:",))
    last = told(Kind.DATA_ERASED, 5, data=("email",), thing="r1")
    other = told(Kind.DATA_ERASED, 3, data=("email",), thing="r2", marks=("kept:email:claims:",))

    standing = standing_of(shop(CARE), first, other, last)

    assert got(standing, "erased", "kept") == {
        "erased.email": (day(3), OPEN, "data_erased@5"),
    }
