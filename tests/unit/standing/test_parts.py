"""What news moves: each fact that changes a state is looked at, and what changes none is not."""

from __future__ import annotations

from typing import Any

import pytest

from placket.facts import Fact, Kind
from placket.standing.fold import fold, moves, refold
from placket.standing.standing import pack
from tests.unit.standing.telling import TWO_LAWS, shop, told

TRADE = """
- role: customer
  taken_by: [order.placed, account.opened]
- status: active
  holds_while: [10 days from last visit.made, case is open]
- status: silent
  holds_after: 20 days from last interaction
- status: loyal
  holds_while: [active]
- status: golden
  holds_while: [loyal]
- retain: [email]
  for: 10 days from call.ended
- retain: [name]
  for: "latest of (while return is open then 1 day, while active, 1 day from parcel.sent)"
- role: referred
  taken_by: [gift.sent]
  confined_to: [customer_service]
- capture: raffle
  purposes_shown: [market_research]
- automated: scoring
  activities: [care]
  gateway: {union: contract}
  review: 5 days
- limit: calm
  purpose: direct_marketing
  allow: {at_most: 1, each: month}
- limit: once
  activities: [care]
  after: 1 day from last lesson.given
  allow: {at_most: 1, each: trial}
- audience_age: 16
  activities: [newsletter]
"""
CHOICES = """
- consent: news
  activities: [newsletter]
  channel: email
  confirm: double
  for: 30 days from last login.made
- cookie: analysis
  basis: consent
- consent: club
  activities: [care]
  for: while active
- activity: newsletter
  purpose: direct_marketing
  uses: [email, name]
  basis: consent
  channel: email
- activity: care
  purpose: customer_service
  uses: [email, name]
  basis: legitimate_interest
"""
SHOP = shop(TRADE, CHOICES, region=TWO_LAWS)
ABOUT: dict[str, Any] = {"what": "news", "channel": "email"}
SOLD = ("got_from:data_subject", "by:this_retailer", "refusal_offered", "in:sale")
EMAIL: dict[str, Any] = {"data": ("email",)}
OBJECTED = told(Kind.OBJECTED, 1, activity="care")
YES = told(Kind.CONSENT_GIVEN, 2, **ABOUT)
CONFIRMED = (YES, told(Kind.CONSENT_CONFIRMED, 3, **ABOUT))
PRIVATE = {"born@9": {"birth_date": "2013-01-01"}, "old": {"birth_date": "2013-01-01"}}
CASE: dict[str, Any] = {"what": "case", "thing": "t1"}

Case = tuple[tuple[Fact, ...], Fact, set[str]]
"""What was told before, the news, and the first words of all states that it moves."""


def case(news: Fact, *before: Fact, moved: str) -> Case:
    return before, news, set(moved.split())


DEALT: tuple[Case, ...] = (
    case(told(Kind.LOCATED, 9, region="GB"), moved="in"),
    case(told(Kind.LOCATED, 9, region="US"), moved="in"),
    case(told(Kind.HAPPENED, 9, what="order.placed"), moved="role"),
    case(told(Kind.RELATION_OPENED, 9, what="account"), moved="role open had status"),
    case(told(Kind.DATA_COLLECTED, 9, marks=("role:customer",), **EMAIL), moved="role"),
    case(told(Kind.HAPPENED, 9, what="visit.made"), moved="status"),
    case(
        told(Kind.HAPPENED, 9, what="visit.made"),
        told(Kind.HAPPENED, 1, what="parcel.sent"),
        moved="status retain",
    ),
    case(told(Kind.INTERACTED, 9), moved="status"),
    case(told(Kind.REQUESTED, 9), moved="status"),
    case(told(Kind.CONSENT_REQUESTED, 9), moved="status"),
    case(told(Kind.USED, 9, marks=("contact",)), moved="status"),
    case(told(Kind.RELATION_OPENED, 9, **CASE), moved="open had status retain"),
    case(
        told(Kind.RELATION_CLOSED, 9, **CASE),
        told(Kind.RELATION_OPENED, 1, **CASE),
        moved="open status retain",
    ),
    case(told(Kind.HAPPENED, 9, what="call.ended"), moved="retain"),
    case(told(Kind.HAPPENED, 9, what="parcel.sent"), moved="retain"),
    case(told(Kind.RELATION_OPENED, 9, what="return"), moved="open had retain status"),
    case(
        told(Kind.RELATION_CLOSED, 9, what="return"),
        told(Kind.RELATION_OPENED, 1, what="return"),
        moved="open retain",
    ),
)
ANSWERED: tuple[Case, ...] = (
    case(told(Kind.CONSENT_GIVEN, 9, **ABOUT), moved="unconfirmed status"),
    case(told(Kind.CONSENT_CONFIRMED, 9, **ABOUT), YES, moved="consent unconfirmed status"),
    case(told(Kind.HAPPENED, 9, what="login.made"), *CONFIRMED, moved="consent"),
    case(
        told(Kind.HAPPENED, 9, what="visit.made"),
        told(Kind.CONSENT_GIVEN, 2, what="club"),
        moved="consent status",
    ),
    case(told(Kind.CONSENT_WITHDRAWN, 9, **ABOUT), *CONFIRMED, moved="consent no refused status"),
    case(told(Kind.CONSENT_REFUSED, 9), moved="no refused status"),
    case(told(Kind.TOMBSTONE, 9, person="", marks=("erased",)), *CONFIRMED, moved="consent"),
    case(
        told(Kind.TOMBSTONE, 9, person="", channel="email", marks=("consent_withdrawn",)),
        moved="no refused",
    ),
    case(told(Kind.TOMBSTONE, 9, person="", marks=("objected",)), moved="objected"),
    case(
        told(Kind.TOMBSTONE, 9, person="", marks=("erased",)),
        told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=SOLD),
        moved="soft",
    ),
    case(told(Kind.OBJECTED, 9), moved="objected status"),
    case(
        told(Kind.OBJECTION_DECIDED, 9, about=OBJECTED.id, marks=("overruled",)),
        OBJECTED,
        moved="objected",
    ),
    case(told(Kind.CONSENT_GIVEN, 9, **ABOUT), told(Kind.OBJECTED, 1), moved="unconfirmed status"),
    case(
        told(Kind.CONSENT_CONFIRMED, 9, **ABOUT),
        YES,
        told(Kind.OBJECTED, 1),
        moved="consent unconfirmed objected status",
    ),
    case(
        told(Kind.PREFERENCE_ON, 9, what="channel:email"),
        told(Kind.CONSENT_WITHDRAWN, 1, channel="email"),
        moved="refused",
    ),
    case(told(Kind.PREFERENCE_OFF, 9, what="channel:email"), moved="off"),
    case(
        told(Kind.PREFERENCE_ON, 9, what="topic:sale"),
        told(Kind.PREFERENCE_OFF, 1, what="topic:sale"),
        moved="off",
    ),
    case(told(Kind.REGISTER_LISTED, 9, what="TPS", channel="phone"), moved="listed"),
    case(
        told(Kind.REGISTER_CLEARED, 9, what="TPS", channel="phone"),
        told(Kind.REGISTER_LISTED, 1, what="TPS", channel="phone"),
        moved="listed",
    ),
    case(told(Kind.CONTACT_OBTAINED, 9, channel="email", marks=SOLD), moved="soft"),
)
TIMED: tuple[Case, ...] = (
    case(told(Kind.BORN, 9), moved="minor age_unknown under"),
    case(told(Kind.LOCATED, 9, region="FR"), told(Kind.BORN, 1, id="old"), moved="in minor"),
    case(told(Kind.GUARDIAN_AGREED, 9), moved="guardian"),
    case(told(Kind.SENT, 9, activity="newsletter", channel="email"), moved="rate"),
    case(
        told(Kind.RELATION_OPENED, 9, what="trial"),
        told(Kind.SENT, 1, activity="care"),
        moved="rate status",
    ),
    case(
        told(Kind.HAPPENED, 9, what="lesson.given"),
        told(Kind.SENT, 1, activity="care"),
        moved="rate",
    ),
    case(told(Kind.AUTOMATION_DECLINED, 9, what="scoring"), moved="declined"),
    case(
        told(Kind.AUTOMATION_ACCEPTED, 9, what="scoring"),
        told(Kind.AUTOMATION_DECLINED, 1, what="scoring"),
        moved="declined",
    ),
    case(told(Kind.HOLD_PLACED, 9), moved="hold"),
    case(told(Kind.HOLD_LIFTED, 9, about="hold_placed@1"), told(Kind.HOLD_PLACED, 1), moved="hold"),
)
OF_DATA: tuple[Case, ...] = (
    case(told(Kind.DATA_ERASED, 9, marks=("kept:email:duty:",), **EMAIL), moved="erased kept"),
    case(told(Kind.DATA_COLLECTED, 9, **EMAIL), told(Kind.DATA_ERASED, 1, **EMAIL), moved="erased"),
    case(told(Kind.RESTRICTED, 9, activity="care", **EMAIL), moved="restricted"),
    case(
        told(Kind.RESTRICTION_LIFTED, 9, about="restricted@1"),
        told(Kind.RESTRICTED, 1, **EMAIL),
        moved="restricted",
    ),
    case(
        told(Kind.DATA_COLLECTED, 9, **EMAIL),
        told(Kind.RESTRICTED, 1, **EMAIL),
        moved="restricted",
    ),
    case(
        told(Kind.CONSENT_GIVEN, 9, what="analysis", **EMAIL),
        told(Kind.RESTRICTED, 1, **EMAIL),
        moved="consent released status",
    ),
    case(
        told(Kind.CONSENT_CONFIRMED, 9, **ABOUT),
        told(Kind.RESTRICTED, 1, **EMAIL),
        told(Kind.CONSENT_GIVEN, 2, **(ABOUT | EMAIL)),
        moved="consent unconfirmed released status",
    ),
    case(
        told(Kind.HAPPENED, 9, what="login.made"),
        told(Kind.RESTRICTED, 1, **EMAIL),
        told(Kind.CONSENT_GIVEN, 2, **(ABOUT | EMAIL)),
        CONFIRMED[1],
        moved="consent released",
    ),
    case(told(Kind.DATA_COLLECTED, 9, what="raffle", **EMAIL), moved="confined"),
    case(
        told(Kind.DATA_COLLECTED, 9, **EMAIL),
        told(Kind.DATA_COLLECTED, 1, what="raffle", **EMAIL),
        moved="free",
    ),
    case(told(Kind.DATA_COLLECTED, 9, marks=("source:third_party",), **EMAIL), moved="unproven"),
    case(told(Kind.PURPOSE_ADMITTED, 9, what="direct_marketing", **EMAIL), moved="admitted"),
)


def states(*facts: Fact) -> dict[str, Any]:
    standing = fold(SHOP, "ada", facts, private=PRIVATE)
    return standing.dense | standing.sparse


def moved_by(news: Fact, before: tuple[Fact, ...]) -> set[str]:
    then, now = states(*before), states(*before, news)
    return {name.split(".")[0] for name in then | now if then.get(name) != now.get(name)}


@pytest.mark.parametrize(("before", "news", "moved"), [*DEALT, *ANSWERED, *TIMED, *OF_DATA])
def test_what_news_moves_is_folded_anew_and_the_rest_stands(
    before: tuple[Fact, ...], news: Fact, moved: set[str]
) -> None:
    stood = fold(SHOP, "ada", before, private=PRIVATE)
    whole = fold(SHOP, "ada", (*before, news), private=PRIVATE)

    after = refold(SHOP, stood, [news], [*before, news], private=PRIVATE)

    assert moved_by(news, before) == moved
    assert moves(SHOP, news)
    assert pack(after) == pack(whole)


def test_a_state_of_any_kind_stands_where_nothing_moves_it() -> None:
    facts = (
        told(Kind.HAPPENED, 1, what="order.placed"),
        told(Kind.RELATION_OPENED, 1, **CASE),
        *CONFIRMED,
        told(Kind.CONSENT_GIVEN, 2, id="club", what="club", **EMAIL),
        told(Kind.CONSENT_REFUSED, 1, what="analysis"),
        told(Kind.CONSENT_GIVEN, 4, **ABOUT),
        told(Kind.CONSENT_WITHDRAWN, 5, person="bea", channel="email"),
        told(Kind.OBJECTED, 5, activity="care"),
        told(Kind.PREFERENCE_OFF, 1, what="channel:email"),
        told(Kind.REGISTER_LISTED, 1, what="TPS", channel="phone"),
        told(Kind.CONTACT_OBTAINED, 1, channel="email", marks=SOLD),
        told(Kind.BORN, 1, id="old"),
        told(Kind.GUARDIAN_AGREED, 1),
        told(Kind.SENT, 1, activity="newsletter", channel="email"),
        told(Kind.AUTOMATION_DECLINED, 1, what="scoring"),
        told(Kind.HOLD_PLACED, 1),
        told(Kind.RESTRICTED, 1, **EMAIL),
        told(Kind.PURPOSE_ADMITTED, 1, what="direct_marketing", **EMAIL),
        told(Kind.DATA_COLLECTED, 1, id="a", what="raffle", data=("name",)),
        told(Kind.DATA_COLLECTED, 1, id="b", marks=("role:referred",), data=("name",)),
        told(Kind.DATA_COLLECTED, 1, id="c", marks=("source:third_party",), data=("name",)),
        told(Kind.DATA_COLLECTED, 1, id="d", data=("name",)),
        told(Kind.DATA_ERASED, 1, marks=("kept:email:duty:",), **EMAIL),
    )
    whole = fold(SHOP, "ada", facts, private=PRIVATE)

    after = refold(SHOP, whole, [], facts, private=PRIVATE)

    assert pack(after) == pack(whole)
    assert {name.split(".")[0] for name in (*whole.dense, *whole.sparse)} == {
        *("in", "role", "open", "had", "status", "retain", "rate", "declined", "hold"),
        *("consent", "no", "unconfirmed", "objected", "refused", "off", "listed", "soft"),
        *("minor", "guardian", "under", "erased", "kept", "restricted", "released"),
        *("admitted", "confined", "role_bound", "unproven", "free"),
    }


@pytest.mark.parametrize(
    ("fact", "is_moving"),
    [
        (told(Kind.HAPPENED, what="never.asked"), False),
        (told(Kind.HAPPENED, what="never.asked", marks=("contact",)), True),
        (told(Kind.RELATION_CLOSED, what="account"), True),
        (told(Kind.RELATION_CLOSED, what="trial"), False),
        (told(Kind.USED, activity="care"), False),
        (told(Kind.SHARED, activity="care"), False),
        (told(Kind.IDENTIFIED), False),
        (told(Kind.REQUEST_MOVED), False),
        (told(Kind.IDENTITY_LINKED), True),
        (told(Kind.LINK_VOIDED), True),
    ],
)
def test_a_fact_that_no_state_waits_for_moves_nobody(fact: Fact, *, is_moving: bool) -> None:
    assert moves(SHOP, fact) is is_moving


def test_where_nothing_waits_for_messages_contacts_or_relations_they_move_nobody() -> None:
    quiet = shop(CHOICES)

    assert {kind for kind in Kind if not moves(quiet, told(kind))} == {
        Kind.CONSENT_REQUESTED,
        Kind.ERASURE_STARTED,
        Kind.HAPPENED,
        Kind.IDENTIFIED,
        Kind.INTERACTED,
        Kind.KEY_DESTROYED,
        Kind.PLANNED,
        Kind.POLICY_PUBLISHED,
        Kind.RECIPIENT_ANSWERED,
        Kind.RECIPIENT_TOLD,
        Kind.RELATION_CLOSED,
        Kind.RELATION_OPENED,
        Kind.REQUESTED,
        Kind.REQUEST_MOVED,
        Kind.SENT,
        Kind.SHARED,
        Kind.STEP_CARRIED_OUT,
        Kind.USED,
    }
