"""Rows of the table on single data, each asked alone: its steps as whole values."""

import pytest

from placket.decide.condition import TRUE, All, AnyOf, Condition, Holds, Not
from placket.decide.steps.asking import Step
from placket.decide.steps.data import (
    erased,
    locked,
    purpose,
    restricted,
    retention,
    sensitive_data,
    special,
)
from placket.law.grounds import Ground
from tests.property.strategies import document, policy_of
from tests.unit.decide.by_hand import asking
from tests.unit.standing.telling import BRITAIN, TWO_LAWS, shop

UNION, KINGDOM = 0, 1
ACTIVITIES = """
- activity: care
  purpose: [customer_service, returns]
  uses: [email]
  basis: legitimate_interest
- activity: warranty
  purpose: returns
  uses: [email]
  basis: contract
  relation: [order]
- activity: claims
  purpose: legal_claims
  uses: [email]
  basis: legitimate_interest
- activity: safety
  purpose: product_recall
  uses: [email]
  basis: legitimate_interest
  under_restriction: public_interest
- activity: survey
  purpose: market_research
  uses: [name, email]
  basis: consent
- consent: study
  activities: [survey]
"""
SHOP = shop(ACTIVITIES)


def marks(*names: str) -> tuple[Condition, ...]:
    return tuple(Holds(name, sparse=True) for name in names)


def not_any(*names: str) -> Condition:
    return Not(AnyOf(marks(*names)))


def kept(*grounds: Ground) -> tuple[str, ...]:
    return tuple(f"kept.email.{ground}" for ground in grounds)


OTHERS = tuple(ground for ground in Ground if ground is not Ground.CONTRACT)


def test_erased_data_serve_only_the_ground_on_which_they_are_kept() -> None:
    asked = asking(SHOP, "warranty")

    (gone,), (elsewhere,) = erased(asked), locked(asked)

    (is_erased,) = marks("erased.email")
    assert gone == Step(
        code="erased",
        denies=All((is_erased, not_any(*kept(*Ground)))),
        clause="G-001",
        law="UK GDPR Art. 17(1)",
        changes_when="the person gives the data anew",
        data=("email",),
        names=("erased.email",),
    )
    own = Not(Holds("kept.email.contract", sparse=True))
    assert elsewhere == Step(
        code="lock.kept_after_erasure",
        denies=All((is_erased, AnyOf(marks(*kept(*OTHERS))), own)),
        clause="G-001",
        law="UK GDPR Art. 17(3)(b), 17(3)(e)",
        changes_when="the activity serves the ground on which the data are kept",
        data=("email",),
        names=("erased.email",),
    )
    assert tuple(locked(asking(SHOP, "claims"))) == ()


FORMS = """
- capture: stall
  purposes_shown: [market_research]
- capture: counter
- capture: returns_desk
  purposes_shown: [market_research, returns]
- capture: panel
  purposes_shown: [market_research, direct_marketing]
"""
GUARDS = (
    "data: email\nspecial: health",
    "data: postal_address\nneeds_permission: true",
    "data: contact_data\nneeds_permission: true",
)
PROOF = "the source proves the person's permission"


@pytest.mark.parametrize(
    ("guards", "clause", "changes_when"),
    [((), "G-001", f"{PROOF}, or the person gives the data"), (GUARDS, "G-005", PROOF)],
)
def test_unproven_data_wait_for_proof_by_the_clause_that_guards_them(
    guards: tuple[str, ...], clause: str, changes_when: str
) -> None:
    (step,) = purpose(asking(shop(ACTIVITIES, "capture: counter", *guards), "care"))

    (unproven,) = marks("unproven.email")
    assert step == Step(
        code="purpose.unproven_source",
        denies=All((unproven, Not(Holds("free.email", sparse=True)))),
        clause=clause,
        law="UK GDPR Art. 6(1), 14",
        changes_when=changes_when,
        data=("email",),
        names=("unproven.email",),
    )


def test_data_are_bound_to_the_forms_that_showed_another_purpose() -> None:
    policy = shop(FORMS, ACTIVITIES)

    _, step = purpose(asking(policy, "care"))

    hidden = ("confined.email.stall", "confined.email.panel")
    free = (
        "free.email",
        "confined.email.returns_desk",
        "admitted.email.customer_service",
        "admitted.email.returns",
    )
    assert step == Step(
        code="purpose.not_shown",
        denies=All((AnyOf(marks(*hidden)), not_any(*free))),
        clause="G-001",
        law="UK GDPR Art. 5(1)(b), 6(4), 13(3)",
        changes_when=(
            "the purpose is shown and the data are given again, or a compatibility decision is made"
        ),
        data=("email",),
        names=hidden,
        clocks=tuple((name, "G-001") for name in hidden),
    )
    assert [s.data for s in purpose(asking(policy, "survey"))] == [("name",), ("email",)]


def test_the_first_form_that_hid_the_purpose_speaks_before_it_is_known_which_did() -> None:
    stall, panel = "capture: stall\npurposes_shown: [market_research]", "capture: panel\n"
    panel += "purposes_shown: [market_research]"

    _, step = purpose(asking(shop(ACTIVITIES, stall, panel), "care"))

    assert step.clause == "G-002"
    assert step.clocks == (("confined.email.stall", "G-002"), ("confined.email.panel", "G-003"))


def test_restricted_data_and_acts_wait_for_a_yes_by_name() -> None:
    steps = tuple(restricted(asking(SHOP, "survey")))

    assert steps == tuple(
        Step(
            code="restricted",
            denies=All((held, Not(Holds(f"released.{what}.study", sparse=True)))),
            clause="G-001",
            law="UK GDPR Art. 18(2)",
            changes_when="the restriction is lifted, or the person consents to this use by name",
            data=data,
            names=(f"restricted.{what}",),
        )
        for what, data in (("activity.survey", ()), ("name", ("name",)), ("email", ("email",)))
        for held in marks(f"restricted.{what}")
    )


@pytest.mark.parametrize(("activity", "steps"), [("claims", 0), ("safety", 0), ("warranty", 2)])
def test_a_restriction_lets_pass_what_rests_on_one_of_its_grounds(
    activity: str, steps: int
) -> None:
    assert len(tuple(restricted(asking(SHOP, activity)))) == steps


SPECIAL = (
    "data: email\nneeds_permission: true",
    "data: [name, health_adverse_effect]\nspecial: health",
)


def test_only_data_of_a_special_category_are_sensitive() -> None:
    policy = shop(ACTIVITIES, *SPECIAL)

    assert sensitive_data(asking(policy, "survey")) == ("name",)
    assert sensitive_data(asking(policy, "care")) == ()
    assert tuple(special(asking(policy, "care"))) == ()
    assert tuple(special(asking(policy, "survey"))) == (
        Step(
            code="special.no_condition",
            denies=TRUE,
            clause="G-001",
            law="UK GDPR Art. 9(2), 10",
            changes_when="the clause names a condition of Art. 9(2)",
            data=("name",),
        ),
    )


def test_special_data_on_consent_need_a_yes_to_the_act() -> None:
    survey = ACTIVITIES.replace("basis: consent", "basis: consent\n  condition: a")

    (step,) = special(asking(shop(survey, *SPECIAL), "survey"))

    assert step == Step(
        code="special.no_explicit_consent",
        denies=Not(Holds("consent.study")),
        clause="G-001",
        law="UK GDPR Art. 9(2)(a)",
        changes_when="the person consents explicitly",
        data=("name",),
    )


KEPT = "retain: email\nfor: 10 days from call.ended"
LAWFUL = "retain: email\nfor: 20 days from call.ended\nground: duty"
OWED = "retain: email\nfor: 30 days from call.ended\nground: contract"
AFAR = "retain: email\nfor: 5 days from call.ended\nregions: [union]"
CLOCK, DUTY, CONTRACT = (
    f"retain.G-{number}.email.{rest}_days_from_call.ended"
    for number, rest in (("002", "10"), ("003", "duty.20"), ("004", "contract.30"))
)
FAR = "retain.G-005.email.union.5_days_from_call.ended"
SERVES = "the activity serves the ground on which the data are kept"


def over(denies: Condition, clocks: tuple[tuple[str, str], ...]) -> Step:
    return Step(
        code="retention.ended",
        denies=denies,
        clause=clocks[0][1],
        law="UK GDPR Art. 5(1)(e)",
        changes_when="the data are given anew",
        data=("email",),
        names=tuple(name for name, _ in clocks),
        clocks=clocks,
    )


def lawful(denies: Condition, clocks: tuple[tuple[str, str], ...]) -> Step:
    return Step(
        code="lock.statutory",
        denies=denies,
        clause=clocks[0][1],
        law="UK GDPR Art. 17(3)(b), 17(3)(e)",
        changes_when=SERVES,
        data=("email",),
        names=tuple(name for name, _ in clocks),
        clocks=clocks,
    )


RETAINED = shop(ACTIVITIES, KEPT, LAWFUL, OWED, AFAR, region=TWO_LAWS, kept="while order is open")


def test_data_past_their_clock_are_kept_for_others_or_for_nobody() -> None:
    steps = tuple(retention(asking(RETAINED, "care", place=KINGDOM)))

    ended, others = Not(Holds(CLOCK)), AnyOf((Holds(DUTY), Holds(CONTRACT)))
    assert steps == (
        over(All((ended, Not(others))), ((CLOCK, "G-002"),)),
        lawful(All((ended, others)), ((DUTY, "G-003"), (CONTRACT, "G-004"))),
    )


def test_data_serve_the_ground_of_the_act_as_long_as_that_keeps_them() -> None:
    steps = tuple(retention(asking(RETAINED, "warranty", place=KINGDOM)))

    ended = Not(AnyOf((Holds(CLOCK), Holds(CONTRACT))))
    assert steps == (
        over(All((ended, Not(Holds(DUTY)))), ((CLOCK, "G-002"), (CONTRACT, "G-004"))),
        lawful(All((ended, Holds(DUTY))), ((DUTY, "G-003"),)),
    )


def test_data_serve_a_claim_until_every_clock_and_every_hold_is_over() -> None:
    steps = tuple(retention(asking(RETAINED, "claims", place=KINGDOM)))

    names = (CLOCK, DUTY, CONTRACT)
    ended = Not(AnyOf(tuple(Holds(name) for name in names)))
    clocks = tuple(zip(names, ("G-002", "G-003", "G-004"), strict=True))
    assert steps == (over(All((ended, Not(Holds("hold", sparse=True)))), clocks),)


def test_a_clock_runs_in_the_region_of_its_rule() -> None:
    ended, _ = retention(asking(RETAINED, "care", place=UNION))

    assert ended.clocks == ((CLOCK, "G-002"), (FAR, "G-005"))


def test_data_that_only_a_law_keeps_are_past_their_time_by_its_clause() -> None:
    policy = policy_of(document((BRITAIN, ACTIVITIES, LAWFUL)))
    clock = DUTY.replace("G-003", "G-002")

    steps = tuple(retention(asking(policy, "care")))

    assert steps == (
        over(Not(Holds(clock)), ((clock, "G-002"),)),
        lawful(Holds(clock), ((clock, "G-002"),)),
    )


def test_data_of_the_same_clocks_are_past_their_time_together() -> None:
    (step,) = retention(asking(SHOP, "survey"))
    (missing,) = retention(asking(policy_of(document((BRITAIN, ACTIVITIES))), "survey"))

    assert step.data == ("name", "email")
    assert missing == Step(
        code="retention.no_period",
        denies=TRUE,
        clause="G-001",
        law="UK GDPR Art. 5(1)(e)",
        changes_when="a clause says how long the data are kept",
        data=("name", "email"),
    )
