from typing import Any

import msgspec
import pytest

from placket.decide.question import Question, Reason
from placket.facts import Fact, Kind
from tests.property.strategies import document, policy_of
from tests.unit.standing.telling import BRITAIN, asked, day, noes, shop, told, why

ACTIVITIES = """
- activity: care
  purpose: customer_service
  uses: [email]
  basis: legitimate_interest
- activity: claims
  purpose: legal_claims
  uses: [email]
  basis: legitimate_interest
- activity: warranty
  purpose: returns
  uses: [email]
  basis: contract
  relation: [order]
- activity: safety
  purpose: product_recall
  uses: [email]
  basis: legitimate_interest
  under_restriction: public_interest
- activity: survey
  purpose: market_research
  uses: [email]
  basis: consent
- consent: study
  activities: [survey]
  wordings: [w1]
- role: gift_recipient
  confined_to: [warranty]
- capture: magazine
  purposes_shown: [market_research]
"""
SHOP = shop(ACTIVITIES)
ORDER = told(Kind.RELATION_OPENED, 0, what="order", thing="o1")
CARE, CLAIMS = Question(activity="care"), Question(activity="claims")
WARRANTY, SAFETY = Question(activity="warranty"), Question(activity="safety")
SURVEY = Question(activity="survey")


def erased(on: float, *kept: str, **parts: Any) -> Fact:
    marks = tuple(f"kept:{each}" for each in kept)
    return told(Kind.DATA_ERASED, on, data=("email",), marks=marks, **parts)


def collected(on: float, *marks: str, **parts: Any) -> Fact:
    return told(Kind.DATA_COLLECTED, on, data=("email",), marks=marks, **parts)


GONE = why(
    "erased",
    "the person gives the data anew",
    law="UK GDPR Art. 17(1)",
    fact="data_erased@2",
    data=("email",),
)
LOCKED = why(
    "lock.kept_after_erasure",
    "the activity serves the ground on which the data are kept",
    law="UK GDPR Art. 17(3)(b), 17(3)(e)",
    fact="data_erased@2",
    data=("email",),
)


@pytest.mark.parametrize(
    ("facts", "question", "expected"),
    [
        ((erased(2),), CARE, (GONE,)),
        ((erased(2),), CLAIMS, (GONE,)),
        ((erased(2), collected(2)), CARE, (GONE,)),
        ((erased(2), collected(3)), CARE, ()),
        ((erased(2, "email:claims:"),), CARE, (LOCKED,)),
        ((erased(2, "contact_data:claims:"),), CARE, (LOCKED,)),
        ((erased(2, "email:claims:"),), CLAIMS, ()),
        ((erased(2, "email:contract:"), ORDER), WARRANTY, ()),
        ((erased(2, "email:claims:"), ORDER), WARRANTY, (LOCKED,)),
        ((erased(2, f"email:claims:{day(50)}"),), CLAIMS, (GONE,)),
        ((erased(1, "email:claims:"), erased(2)), CLAIMS, (GONE,)),
        ((erased(1, "email:claims:", "email:duty:"), erased(2, "email:duty:")), CARE, (LOCKED,)),
    ],
)
def test_an_erasure_leaves_what_it_keeps_for_its_ground(
    facts: tuple[Fact, ...], question: Question, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(SHOP, question, *facts)) == expected


def restricted(on: float, **parts: Any) -> Fact:
    return told(Kind.RESTRICTED, on, **({"data": ("email",)} | parts))


def yes(on: float, **parts: Any) -> Fact:
    about = {"what": "study", "marks": ("wording:w1",), "data": ("email",)}
    return told(Kind.CONSENT_GIVEN, on, **(about | parts))


def held(data: tuple[str, ...] = ("email",)) -> Reason:
    return why(
        "restricted",
        "the restriction is lifted, or the person consents to this use by name",
        law="UK GDPR Art. 18(2)",
        fact="restricted@2",
        data=data,
    )


@pytest.mark.parametrize(
    ("facts", "question", "expected"),
    [
        ((restricted(2),), CARE, (held(),)),
        ((restricted(2, data=(), activity="care"),), CARE, (held(()),)),
        ((restricted(2, data=(), activity="survey"),), CARE, ()),
        ((restricted(2),), CLAIMS, ()),
        ((restricted(2),), SAFETY, ()),
        ((restricted(2), ORDER), WARRANTY, (held(),)),
        ((restricted(2), told(Kind.RESTRICTION_LIFTED, 3, about="restricted@2")), CARE, ()),
        ((restricted(2), collected(3)), CARE, ()),
        ((restricted(2), yes(3)), SURVEY, ()),
        ((restricted(2), yes(1)), SURVEY, (held(),)),
        ((restricted(2), yes(3, data=()), yes(1, id="older")), SURVEY, (held(),)),
        ((restricted(2), yes(3)), CARE, (held(),)),
        ((restricted(1), yes(1.5), restricted(2)), SURVEY, (held(),)),
        ((restricted(2, data=(), activity="survey"), yes(3)), SURVEY, (held(()),)),
        ((restricted(2, data=(), activity="survey"), yes(3, activity="survey")), SURVEY, ()),
    ],
)
def test_a_restriction_stops_all_but_what_the_law_and_a_later_yes_let_pass(
    facts: tuple[Fact, ...], question: Question, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(SHOP, question, *facts)) == expected


@pytest.mark.parametrize(
    "answers",
    [
        (yes(3, marks=("wording:w9",)), yes(1, id="valid", data=())),
        (yes(3), told(Kind.CONSENT_WITHDRAWN, 4, what="study")),
    ],
)
def test_a_yes_that_does_not_count_releases_nothing(answers: tuple[Fact, ...]) -> None:
    decision = asked(SHOP, SURVEY, restricted(2), *answers)

    assert "restricted" in decision.codes


UNPROVEN = why(
    "purpose.unproven_source",
    "the source proves the person's permission, or the person gives the data",
    law="UK GDPR Art. 6(1), 14",
    fact="data_collected@1",
    data=("email",),
)
HIDDEN = why(
    "purpose.not_shown",
    "the purpose is shown and the data are given again, or a compatibility decision is made",
    law="UK GDPR Art. 5(1)(b), 6(4), 13(3)",
    fact="data_collected@1",
    data=("email",),
)
CONFINED = why(
    "role.confined",
    "the person gives the data in another role",
    fact="data_collected@1",
    data=("email",),
)
ADMITTED = told(Kind.PURPOSE_ADMITTED, 3, data=("email",), what="customer_service")


@pytest.mark.parametrize(
    ("facts", "question", "expected"),
    [
        ((collected(1, "source:third_party"),), CARE, (UNPROVEN,)),
        ((collected(1, "source:third_party", "permission"),), CARE, ()),
        ((collected(1, "source:third_party", "notice"),), CARE, ()),
        ((collected(1, "source:third_party"), collected(2)), CARE, ()),
        ((collected(1, what="magazine"),), CARE, (HIDDEN,)),
        ((collected(1, what="magazine"), collected(2)), CARE, ()),
        ((collected(1, what="magazine"), ADMITTED), CARE, ()),
        ((collected(1, what="magazine"), yes(2)), SURVEY, ()),
        ((collected(1, "role:gift_recipient"),), CARE, (CONFINED,)),
        ((collected(1, "role:gift_recipient"), ORDER), WARRANTY, ()),
        ((collected(1, "role:gift_recipient"), collected(2)), CARE, ()),
        ((collected(1, "role:gift_recipient"),), CLAIMS, ()),
        ((collected(1, "role:gift_recipient", what="magazine"),), CARE, (HIDDEN, CONFINED)),
        ((collected(-1), erased(0), collected(1, what="magazine")), CARE, (HIDDEN,)),
    ],
)
def test_data_serve_what_was_shown_and_proven_when_they_came(
    facts: tuple[Fact, ...], question: Question, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(SHOP, question, *facts)) == expected


PANEL = "capture: panel\npurposes_shown: [market_research]"
PRIZE = "capture: prize\npurposes_shown: [market_research]"


def test_the_form_that_took_the_datum_is_the_one_that_is_named() -> None:
    decision = asked(shop(ACTIVITIES, PANEL, PRIZE), CARE, collected(1, what="prize"))

    named = msgspec.structs.replace(HIDDEN, clause="G-003", text="What 3 says.")
    assert noes(decision) == (named,)


GUARDED = "data: contact_data\nneeds_permission: true"
HEALTH = "data: [contact_data, health_adverse_effect]\nspecial: health"


def test_a_guarded_group_guards_its_members_by_its_own_clause() -> None:
    decision = asked(shop(ACTIVITIES, GUARDED), CARE, collected(1))

    assert noes(decision) == (
        why(
            "purpose.unproven_source",
            "the source proves the person's permission",
            clause="G-002",
            law="UK GDPR Art. 6(1), 14",
            fact="data_collected@1",
            data=("email",),
        ),
    )


@pytest.mark.parametrize(
    ("condition", "question", "facts", "code", "changes_when", "law"),
    [
        (
            "",
            CARE,
            (),
            "special.no_condition",
            "the clause names a condition of Art. 9(2)",
            "UK GDPR Art. 9(2), 10",
        ),
        (
            "condition: a",
            CARE,
            (),
            "special.no_explicit_consent",
            "the person consents explicitly",
            "UK GDPR Art. 9(2)(a)",
        ),
    ],
)
def test_special_data_need_a_condition(  # noqa: PLR0913, PLR0917 - one row, part by part
    condition: str,
    question: Question,
    facts: tuple[Fact, ...],
    code: str,
    changes_when: str,
    law: str,
) -> None:
    care = f"activity: care\npurpose: customer_service\nuses: [email, name]\n{condition}\n"
    policy = shop(f"{care}basis: legitimate_interest\n", HEALTH)

    decision = asked(policy, question, *facts)

    assert noes(decision) == (why(code, changes_when, law=law, data=("email", "name")),)


@pytest.mark.parametrize("condition", ["i", "a"])
def test_special_data_pass_by_their_condition(condition: str) -> None:
    survey = ACTIVITIES.replace("basis: consent", f"basis: consent\n  condition: {condition}")

    assert asked(shop(survey, HEALTH), SURVEY, yes(1)).is_permitted


CALLS = """
- retain: email
  for: 10 days from call.ended
- retain: email
  for: 200 days from call.ended
  ground: duty
"""
CALLED = told(Kind.HAPPENED, 0, what="call.ended")
HELD = told(Kind.HOLD_PLACED, 1)


@pytest.mark.parametrize(
    ("facts", "question", "on", "expected"),
    [
        ((CALLED,), CARE, 9.99, ()),
        (
            (CALLED,),
            CARE,
            10,
            (
                why(
                    "lock.statutory",
                    "the activity serves the ground on which the data are kept",
                    clause="G-002",
                    law="UK GDPR Art. 17(3)(b), 17(3)(e)",
                    fact=CALLED.id,
                    data=("email",),
                ),
            ),
        ),
        ((CALLED,), CLAIMS, 10, ()),
        (
            (CALLED,),
            CARE,
            200,
            (
                why(
                    "retention.ended",
                    "the data are given anew",
                    clause="G-002",
                    law="UK GDPR Art. 5(1)(e)",
                    fact=CALLED.id,
                    data=("email",),
                ),
            ),
        ),
        ((CALLED, HELD), CLAIMS, 200, ()),
    ],
)
def test_data_serve_until_their_clock_has_run_out(
    facts: tuple[Fact, ...], question: Question, on: float, expected: tuple[Reason, ...]
) -> None:
    assert noes(asked(shop(ACTIVITIES, CALLS), question, *facts, on=on)) == expected


def test_a_hold_that_was_lifted_keeps_nothing() -> None:
    lifted = told(Kind.HOLD_LIFTED, 2, about=HELD.id)

    decision = asked(shop(ACTIVITIES, CALLS), CLAIMS, CALLED, HELD, lifted, on=200)

    assert decision.codes == ("retention.ended",)


def test_data_without_a_period_serve_nothing() -> None:
    policy = policy_of(document((BRITAIN, ACTIVITIES)))

    decision = asked(policy, CARE)

    assert noes(decision) == (
        why(
            "retention.no_period",
            "a clause says how long the data are kept",
            law="UK GDPR Art. 5(1)(e)",
            data=("email",),
        ),
    )


CLOCKS = ("retain: all\nfor: 10 days from call.ended", "retain: all\nfor: 20 days from visit.made")
"""What is kept by either of two clauses, G-002 and G-003."""


@pytest.mark.parametrize(
    ("visit", "clause", "fact"),
    [(-15, "G-002", CALLED.id), (5, "G-003", "happened@5")],
)
def test_the_clock_that_ran_out_last_is_named(visit: float, clause: str, fact: str) -> None:
    policy = shop(ACTIVITIES, *CLOCKS, kept="while order is open")

    decision = asked(policy, CARE, CALLED, told(Kind.HAPPENED, visit, what="visit.made"), on=30)

    assert [(r.code, r.clause, r.fact) for r in decision.because] == [
        ("retention.ended", clause, fact)
    ]
