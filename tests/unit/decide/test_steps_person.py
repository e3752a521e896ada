from typing import Any

import pytest

from placket.decide.question import Question, Reason
from placket.facts import Fact, Kind
from tests.unit.standing.telling import TWO_LAWS, asked, day, noes, shop, told, why

ACTIVITIES = """
- activity: offers
  purpose: direct_marketing
  uses: [postal_address]
  basis: legitimate_interest
  channel: post
  topic: sale
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
- activity: claims
  purpose: legal_claims
  about: customer
  uses: [email]
  basis: legitimate_interest
- activity: updates
  purpose: order_updates
  about: customer
  uses: [email]
  basis: contract
  relation: [order]
  channel: email
  topic: sale
- activity: survey
  purpose: market_research
  uses: [email]
  basis: consent
- consent: study
  activities: [survey]
- role: customer
  taken_by: [order.opened]
"""
SHOP = shop(ACTIVITIES)
OFFERS, CARE, CLAIMS = (Question(activity=name) for name in ("offers", "care", "claims"))
UPDATES, SURVEY = Question(activity="updates"), Question(activity="survey")
ORDER = told(Kind.RELATION_OPENED, 0, what="order", thing="o1")
OBJECTED = told(Kind.OBJECTED, 1)
YES = told(Kind.CONSENT_GIVEN, 0, what="study")


@pytest.mark.parametrize(
    ("objection", "question", "expected"),
    [
        (
            {},
            OFFERS,
            (
                why(
                    "objection.direct_marketing",
                    "the person later says yes to this purpose on this channel",
                    law="UK GDPR Art. 21(2), 21(3)",
                    fact="objected@1",
                ),
            ),
        ),
        ({}, CARE, ()),
        (
            {"activity": "care"},
            CARE,
            (
                why(
                    "objection.legitimate_interest",
                    "the objection is withdrawn, or compelling grounds are decided and recorded",
                    law="UK GDPR Art. 21(1)",
                    fact="objected@1",
                ),
            ),
        ),
        ({"what": "customer_service"}, OFFERS, ()),
        ({"activity": "claims"}, CLAIMS, ()),
        ({"activity": "survey"}, SURVEY, ()),
    ],
)
def test_an_objection_stops_marketing_always_and_an_interest_until_it_is_decided(
    objection: dict[str, str], question: Question, expected: tuple[Reason, ...]
) -> None:
    decision = asked(SHOP, question, ORDER, YES, told(Kind.OBJECTED, 1, **objection))

    assert noes(decision) == expected


def test_who_is_met_in_no_role_of_the_activity_is_not_concerned() -> None:
    updates = ACTIVITIES.replace("relation: [order]", "relation: [account]")
    account = told(Kind.RELATION_OPENED, 0, what="account")

    decision = asked(shop(updates), UPDATES, account)

    assert noes(decision) == (why("role.not_concerned", "the person is met as customer"),)


def test_a_claim_reaches_whoever_it_is_against() -> None:
    assert asked(SHOP, CLAIMS).is_permitted


def test_a_role_is_taken_with_the_data_that_came_in_it() -> None:
    came = told(Kind.DATA_COLLECTED, 1, data=("email",), marks=("role:customer",))
    updates = ACTIVITIES.replace("relation: [order]", "relation: [account]")
    account = told(Kind.RELATION_OPENED, 0, what="account")

    assert asked(shop(updates), UPDATES, account, came).is_permitted


BORN = told(Kind.BORN, 1)
CONSENT_AGE = why(
    "age.consent",
    "a guardian agrees, or the person comes of age",
    law="UK GDPR Art. 8(1)",
    fact=BORN.id,
)


@pytest.mark.parametrize(
    ("birth", "more", "expected"),
    [
        ("2013-01-02", (), ()),
        ("2013-04-12", (), (CONSENT_AGE,)),
        ("2013-04-12", (told(Kind.GUARDIAN_AGREED, 2),), ()),
        ("", (), ()),
    ],
)
def test_a_child_consents_through_a_guardian(
    birth: str, more: tuple[Fact, ...], expected: tuple[Reason, ...]
) -> None:
    private = {BORN.id: {"birth_date": birth}} if birth else {}

    decision = asked(SHOP, SURVEY, YES, BORN, *more, private=private)

    assert noes(decision) == expected


AUDIENCE = "audience_age: 16\nactivities: [care]\nunknown_age: {unknown}"
UNDER = why("age.audience", "a guardian agrees, or the person comes of age", clause="G-002")


@pytest.mark.parametrize(
    ("unknown", "birth", "more", "expected"),
    [
        ("permit", "2010-01-01", (), ()),
        ("permit", "2011-01-01", (), (UNDER,)),
        ("permit", "2011-01-01", (told(Kind.GUARDIAN_AGREED, 2),), ()),
        ("permit", "", (), ()),
        ("deny", "", (), (UNDER,)),
        ("deny", "", (told(Kind.GUARDIAN_AGREED, 2),), ()),
    ],
)
def test_a_clause_keeps_the_young_out_whatever_the_basis(
    unknown: str, birth: str, more: tuple[Fact, ...], expected: tuple[Reason, ...]
) -> None:
    policy = shop(ACTIVITIES, AUDIENCE.format(unknown=unknown))
    private = {BORN.id: {"birth_date": birth}} if birth else {}

    decision = asked(policy, CARE, BORN, *more, private=private)

    found = [(r.code, r.clause, r.changes_when) for r in noes(decision)]
    assert found == [(r.code, r.clause, r.changes_when) for r in expected]


def test_an_age_gate_of_another_region_keeps_nobody_out_here() -> None:
    gate = AUDIENCE.format(unknown="deny") + "\nregions: [union]"

    assert asked(shop(ACTIVITIES, gate, region=TWO_LAWS), CARE).is_permitted


SCORING = "automated: scoring\nactivities: [care]\n"
FRENCH = told(Kind.LOCATED, 0, region="FR")


def scored(code: str, changes_when: str, law: str, fact: str = "") -> Reason:
    return why(code, changes_when, clause="G-002", law=law, fact=fact)


EU = "GDPR Art. 22; CJEU C-634/21"
NO_GATEWAY = scored("automated.no_gateway", "the clause names a gateway for each decision", EU)
NO_REVIEW = scored("automated.no_review", "the clause offers review by a person", EU)


@pytest.mark.parametrize(
    ("more", "facts", "expected"),
    [
        ("", (FRENCH,), (NO_GATEWAY, NO_REVIEW)),
        ("review: 5 days", (FRENCH,), (NO_GATEWAY,)),
        ("gateway: {lending: contract}\nreview: 5 days", (FRENCH,), ()),
        ("review: 5 days", (), ()),
        ("review: 5 days\nregions: [kingdom]", (FRENCH,), ()),
        (
            "review: 5 days\nif_declined: {refuse: credit}",
            (told(Kind.AUTOMATION_DECLINED, 1, what="scoring"),),
            (
                scored(
                    "automated.declined",
                    "the person accepts such decisions again",
                    "",
                    "automation_declined@1",
                ),
            ),
        ),
        (
            "review: 5 days\nif_declined: {refuse: credit}",
            (
                told(Kind.AUTOMATION_DECLINED, 1, what="scoring"),
                told(Kind.AUTOMATION_ACCEPTED, 2, what="scoring"),
            ),
            (),
        ),
        (
            "review: 5 days",
            (told(Kind.AUTOMATION_DECLINED, 1, what="scoring"),),
            (),
        ),
    ],
)
def test_a_machine_decides_through_a_gateway_and_with_review(
    more: str, facts: tuple[Fact, ...], expected: tuple[Reason, ...]
) -> None:
    decision = asked(shop(ACTIVITIES, SCORING + more, region=TWO_LAWS), CARE, *facts)

    assert noes(decision) == expected


def test_a_gateway_of_consent_needs_the_persons_yes() -> None:
    scoring = "automated: scoring\nactivities: [survey]\ngateway: {x: consent}\nreview: 5 days"
    policy = shop(ACTIVITIES, scoring, region=TWO_LAWS)
    expected = scored("automated.no_explicit_consent", "the person consents explicitly", EU)

    assert expected in asked(policy, SURVEY, FRENCH).because
    assert asked(policy, SURVEY, FRENCH, YES).is_permitted


@pytest.mark.parametrize(("condition", "permits"), [("g", True), ("i", False)])
def test_a_machine_decides_by_special_data_on_few_conditions(condition: str, permits: bool) -> None:
    care = "activity: care\npurpose: customer_service\nuses: email\n"
    care += f"basis: legitimate_interest\ncondition: {condition}\n"
    special = "data: email\nspecial: health"
    policy = shop(care, SCORING + "review: 5 days", special)
    expected = why(
        "automated.special_data",
        "the clause names a condition on which a machine may decide by these data",
        clause="G-002",
        law="UK GDPR Art. 22A to 22D",
        data=("email",),
    )

    assert noes(asked(policy, CARE)) == (() if permits else (expected,))


CHANNEL_OFF = told(Kind.PREFERENCE_OFF, 1, what="channel:post")
MAIL_OFF = told(Kind.PREFERENCE_OFF, 1, what="channel:email")
TOPIC_OFF = told(Kind.PREFERENCE_OFF, 2, what="topic:sale")


@pytest.mark.parametrize(
    ("facts", "question", "expected"),
    [
        (
            (CHANNEL_OFF, TOPIC_OFF),
            OFFERS,
            (
                why(
                    "preference.channel",
                    "the person switches the channel on",
                    fact=CHANNEL_OFF.id,
                ),
                why("preference.topic", "the person switches the topic on", fact=TOPIC_OFF.id),
            ),
        ),
        ((CHANNEL_OFF, TOPIC_OFF), CARE, ()),
        ((MAIL_OFF, TOPIC_OFF, ORDER), UPDATES, ()),
    ],
)
def test_what_was_switched_off_is_silent_but_for_a_contract(
    facts: tuple[Fact, ...], question: Question, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(SHOP, question, *facts)) == expected


def sent(on: float, **parts: Any) -> Fact:
    return told(Kind.SENT, on, **({"activity": "offers", "channel": "post"} | parts))


RATE = "limit: calm\npurpose: direct_marketing\nallow: {{at_most: {most}, each: {each}}}\n{more}"


def used_up(fact: str) -> tuple[Reason, ...]:
    return (
        why(
            "frequency",
            "the time between messages has passed",
            clause="G-002",
            fact=fact,
        ),
    )


@pytest.mark.parametrize(
    ("most", "each", "more", "facts", "expected"),
    [
        (1, "month", "", (sent(80),), used_up("sent@80")),
        (1, "month", "", (sent(60),), ()),
        (2, "month", "", (sent(80),), ()),
        (2, "month", "", (sent(80), sent(90)), used_up("sent@80")),
        (1, "month", "", (sent(80, activity="care"),), ()),
        (1, "month", "channels: [email]", (sent(80),), ()),
        (1, "month", "channels: [post]", (sent(80, channel="email"),), ()),
        (1, "month", "channels: [post]", (sent(80),), used_up("sent@80")),
        (1, "month", "regions: [elsewhere]", (sent(80),), ()),
        (1, "fortnight", "", (sent(1),), used_up("sent@1")),
        (0, "month", "", (), used_up("")),
        (
            1,
            "month",
            "after: 10 days from last interaction",
            (sent(80), told(Kind.INTERACTED, 89)),
            used_up("sent@80"),
        ),
        (
            1,
            "month",
            "after: 10 days from last interaction",
            (sent(80), told(Kind.INTERACTED, 91)),
            (),
        ),
        (1, "month", "after: 10 days from last interaction", (sent(80),), ()),
    ],
)
def test_a_contact_rule_stops_what_it_counts(
    most: int,
    each: str,
    more: str,
    facts: tuple[Fact, ...],
    expected: tuple[Reason, ...],
) -> None:
    policy = shop(ACTIVITIES, RATE.format(most=most, each=each, more=more))

    assert noes(asked(policy, OFFERS, *facts)) == expected


def test_of_two_messages_the_later_may_leave_its_month_the_sooner() -> None:
    late, early = sent(29.4), sent(29.6)  # 30 January, evening; 31 January, small hours
    policy = shop(ACTIVITIES, RATE.format(most=1, each="month", more=""))

    decision = asked(policy, OFFERS, late, early, on=58.2)

    assert noes(decision) == used_up("sent@29.4")
    assert asked(policy, OFFERS, early, on=58.2).is_permitted
    assert day(58.2) == late.occurred_at + day(28.8) - day(0)


def test_a_contact_rule_may_count_for_each_order() -> None:
    rate = "limit: calm\nactivities: [care]\nallow: {at_most: 1, each: order}"
    policy = shop(ACTIVITIES, rate)
    first = (ORDER, sent(50, activity="care"))
    anew = told(Kind.RELATION_OPENED, 60, what="order", thing="second")
    again = (*first, anew, sent(60, activity="care", id="again"))

    assert noes(asked(policy, CARE, ORDER, sent(-5, activity="care"))) == ()
    assert noes(asked(policy, CARE, *first)) == (
        why("frequency", "another order begins", clause="G-002", fact="sent@50"),
    )
    assert noes(asked(policy, CARE, *first, anew)) == ()
    assert noes(asked(policy, CARE, *again)) == (
        why("frequency", "another order begins", clause="G-002", fact="again"),
    )


def test_a_contact_rule_by_name_stops_messages_of_a_contract_never() -> None:
    rate = "limit: calm\nactivities: [updates, care]\nallow: {at_most: 1, each: month}"
    policy = shop(ACTIVITIES, rate)
    facts = (ORDER, sent(99, activity="updates", channel="email"), sent(99, activity="care"))

    assert asked(policy, UPDATES, *facts).is_permitted
    assert asked(policy, CARE, *facts).codes == ("frequency",)
