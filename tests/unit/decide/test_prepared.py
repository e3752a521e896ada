"""A question made ready by hand: what its steps and supports make of the answer."""

from dataclasses import replace
from typing import Any

import pytest

from placket.decide.condition import (
    FALSE,
    TRUE,
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Not,
    all_of,
    any_of,
    leaves,
    names,
    negated,
    none_of,
)
from placket.decide.decide import Prepared, Support, decide, permits, prepare
from placket.decide.question import Decision, Question, Reason
from placket.decide.steps.asking import Step
from placket.decide.telling import Telling
from placket.policy.compile import Policy
from placket.standing.standing import Standing
from tests.unit.decide.by_hand import CARE, SHOP
from tests.unit.standing.telling import TWO_LAWS, shop

A, B, M = Holds("a"), Holds("b"), Holds("m", sparse=True)
ADA = Standing(person="ada", dense={"a": (0, 9, "f1"), "in.home_uk": (0, 9, "")})
MARKED = Standing(person="ada", dense=ADA.dense, sparse={"m": (0, 9, "f2")})
GROUND = Reason(code="permitted", clause="G-1")


def reason(code: str) -> Reason:
    return Reason(code=code, law="law")


def step(code: str, denies: Condition, *data: str, **more: Any) -> Step:
    told = Telling(by_place=(), elsewhere=reason(code), names=(), clocks=())
    return Step(code=code, denies=denies, data=data, told=told, **more)


def prepared(*steps: Step, supports: tuple[Support, ...] = ()) -> Prepared:
    return Prepared(
        policy=SHOP,
        question=Question(activity="care"),
        steps=steps,
        supports=(Support(reason=GROUND, state="", places=()), *supports),
        asked=("name", "email", "phone"),
    )


def answer(outcome: Any, **parts: Any) -> Decision:
    return Decision(outcome=outcome, activity="care", at=5, **parts)


SILENT = Step(code="silent", denies=A, data=("phone",), is_vital=False, is_said=False)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((), answer("permit", data=("name", "email", "phone"), because=(GROUND,))),
        (
            (step("one", B), step("two", M, "name")),
            answer("permit", data=("name", "email", "phone"), because=(GROUND,)),
        ),
        ((step("one", A),), answer("deny", because=(reason("one"),))),
        (
            (step("one", A, "phone", "name"), step("two", B), step("three", Not(B), "email")),
            answer(
                "deny",
                withheld=("name", "email", "phone"),
                because=(reason("one"), reason("three")),
            ),
        ),
        (
            (step("one", A, "phone", is_vital=False), step("two", B)),
            answer(
                "permit",
                data=("name", "email"),
                withheld=("phone",),
                because=(GROUND, reason("one")),
            ),
        ),
        ((SILENT,), answer("permit", data=("name", "email"), because=(GROUND,))),
        (
            (SILENT, step("one", A, "email", is_vital=False)),
            answer("permit", data=("name",), withheld=("email",), because=(GROUND, reason("one"))),
        ),
        (
            (SILENT, step("one", A, "email", is_vital=False), step("two", A)),
            answer("deny", withheld=("email",), because=(reason("one"), reason("two"))),
        ),
    ],
)
def test_an_answer_is_made_of_the_steps_that_deny(
    steps: tuple[Step, ...], expected: Decision
) -> None:
    assert prepared(*steps).decide(ADA, 5) == expected


def test_what_marks_deny_is_told_last_and_grounds_that_do_not_hold_never() -> None:
    supports = (
        Support(reason=reason("held"), state="a", places=("in.home_uk",)),
        Support(reason=reason("not held"), state="b", places=()),
    )
    steps = (step("marks", M, "name", is_vital=False), step("all", A, "phone", is_vital=False))

    decision = prepared(*steps, supports=supports).decide(MARKED, 5)

    held = Reason(code="held", law="law", fact="f1")
    assert decision == answer(
        "permit",
        data=("email",),
        withheld=("name", "phone"),
        because=(GROUND, held, reason("all"), reason("marks")),
    )


def test_who_is_in_none_of_the_places_is_asked_about_all_steps() -> None:
    steps = (step("nowhere", Not(Holds("in.home_uk"))), step("here", All((Holds("in.home_uk"), A))))
    nobody = Standing(person="ada", dense={"a": (0, 9, "f1")})

    asked = prepared(*steps)

    assert asked.decide(nobody, 5).codes == ("nowhere",)
    assert asked.decide(ADA, 5).codes == ("here",)
    assert permits(prepared(*steps, SILENT)) == steps


TWICE = """
- activity: news
  purpose: direct_marketing
  uses: [name, email]
  basis: consent
  channel: email
  regions: [union]
- activity: news
  purpose: direct_marketing
  uses: [email, mobile]
  basis: consent
  channel: email
- activity: apart
  purpose: customer_service
  uses: [name]
  basis: legitimate_interest
  regions: [kingdom]
- consent: letters
  activities: [news]
  channel: email
"""
TWO = shop(TWICE, region=TWO_LAWS)


def test_a_question_is_asked_once_for_both_places() -> None:
    found = prepare(TWO, Question(activity="news"))

    both = {s.code: s for s in found.steps}
    union, kingdom = Holds("in.union_eu"), Holds("in.kingdom_uk")
    unused = [s for s in found.steps if not s.is_said]
    assert found.asked == ("name", "email", "mobile")
    assert found.steps[0] == Step(
        code="declared.country",
        denies=Not(AnyOf((union, kingdom))),
        changes_when="a clause names the person's country",
        told=found.steps[0].told,
    )
    # Equal but for the law: bound to no place, and with the law of each.
    objection = both["objection.direct_marketing"]
    assert (objection.denies, objection.law, objection.laws) == (
        Holds("objected.news.email"),
        "",
        (("union_eu", "GDPR Art. 21(2), 21(3)"), ("kingdom_uk", "UK GDPR Art. 21(2), 21(3)")),
    )
    assert objection.told is not None
    assert [(place, r.law) for place, r in objection.told.by_place] == [
        (f"in.{place}", law) for place, law in objection.laws
    ]
    assert unused == [
        Step(
            code="declared.data",
            denies=here,
            clause=clause,
            data=(datum,),
            laws=((place, ""),),
            is_vital=False,
            is_said=False,
        )
        for here, clause, datum, place in (
            (union, "G-001", "mobile", "union_eu"),
            (kingdom, "G-001", "name", "kingdom_uk"),
        )
    ]
    assert {s.told for s in unused} == {None}


def test_what_no_rule_of_a_region_permits_is_denied_there() -> None:
    found = prepare(TWO, Question(activity="apart"))

    first, second = found.steps[:2]
    assert first.code == "declared.country"
    assert replace(second, told=None) == Step(
        code="declared.region",
        denies=Holds("in.union_eu"),
        changes_when="a clause names this activity for the person's region",
        laws=(("union_eu", ""),),
    )
    assert second.told is not None
    assert second.told.by_place == ()
    assert [(s.reason.code, s.reason.clause, s.state, s.places) for s in found.supports] == [
        ("permitted.legitimate_interest", "G-001", "", ("in.kingdom_uk",))
    ]


def test_a_permission_rests_on_the_clause_and_on_each_yes() -> None:
    found = prepare(TWO, Question(activity="news"))

    assert [(s.reason.code, s.reason.text, s.state, s.places) for s in found.supports] == [
        ("permitted.consent", "What 1 says.", "", ()),
        ("permitted.consent_given", "What 1 says.", "consent.letters.email", ()),
    ]


def rests_on(policy: Policy, question: Question) -> list[tuple[str, str, str, tuple[str, ...]]]:
    supports = prepare(policy, question).supports
    return [(s.reason.code, s.reason.clause, s.state, s.places) for s in supports]


ABROAD = """
activity: news
purpose: direct_marketing
uses: [email]
basis: consent
channel: email
regions: [union]
"""
AT_HOME = ABROAD.replace("union", "kingdom")
LETTERS = """
consent: letters
activities: [news, tailor, care]
"""


def test_the_clauses_of_all_places_are_told_before_any_yes() -> None:
    policy = shop(ABROAD, AT_HOME, LETTERS, region=TWO_LAWS)

    assert rests_on(policy, Question(activity="news")) == [
        ("permitted.consent", "G-001", "", ("in.union_eu",)),
        ("permitted.consent", "G-002", "", ("in.kingdom_uk",)),
        ("permitted.consent_given", "G-003", "consent.letters", ()),
    ]


TAILOR = """
activity: tailor
purpose: personalisation
uses: [email]
basis: consent
"""
ORDERS = """
activity: orders
purpose: order_fulfilment
uses: [email]
basis: contract
relation: [order, account]
"""


@pytest.mark.parametrize(
    ("block", "question", "expected"),
    [
        (TAILOR, "tailor", [("permitted.consent_given", "G-002", "consent.letters", ())]),
        (CARE, "care", []),
        (
            ORDERS,
            "orders",
            [
                ("permitted.relation", "G-001", "had.order", ()),
                ("permitted.relation", "G-001", "had.account", ()),
            ],
        ),
    ],
)
def test_a_permission_rests_on_a_yes_or_a_relation_where_its_basis_does(
    block: str, question: str, expected: list[tuple[str, str, str, tuple[str, ...]]]
) -> None:
    policy = shop(block, LETTERS)

    first, *others = rests_on(policy, Question(activity=question))

    assert first == (f"permitted.{policy.activities[question][0].basis}", "G-001", "", ())
    assert others == expected


CALLS = """
activity: calls
purpose: customer_service
uses: [name, phone, mobile]
basis: legitimate_interest
channel: phone
"""


@pytest.mark.parametrize(
    ("uses", "vital"),
    [
        ("[name, phone, mobile]", {"phone"}),
        ("[mobile, phone]", {"phone"}),
        ("[name, mobile]", {"mobile"}),
        ("[name, email]", {"name", "email"}),
    ],
)
def test_of_several_addresses_the_usual_one_that_is_used_is_vital(
    uses: str, vital: set[str]
) -> None:
    policy = shop(CALLS.replace("[name, phone, mobile]", uses))

    steps = prepare(policy, Question(activity="calls")).steps

    assert {s.data[0] for s in steps if s.code == "erased" and s.is_vital} == vital


def test_data_that_a_question_names_are_each_vital() -> None:
    whole = prepare(TWO, Question(activity="news"))
    named = prepare(TWO, Question(activity="news", data=("contact_data",)))

    def erasures(found: Prepared) -> list[tuple[tuple[str, ...], bool]]:
        return [(s.data, s.is_vital) for s in found.steps if s.code == "erased"]

    assert erasures(whole) == [(("name",), False), (("email",), True), (("mobile",), False)]
    assert "contact_data" not in named.asked
    assert {vital for _, vital in erasures(named)} == {True}
    assert {data for data, _ in erasures(named)} == {(datum,) for datum in named.asked}


def test_the_unknown_are_answered_without_their_data() -> None:
    question = Question(activity="care", data=("name",))

    assert decide(SHOP, None, question, 5) == answer(
        "deny",
        withheld=("name",),
        because=(Reason(code="subject.unknown", changes_when="the person is known to the ledger"),),
    )


def test_trees_are_flat_and_say_nothing_twice() -> None:
    assert all_of() == All(())
    assert any_of() == AnyOf(())
    assert all_of(A, B) == All((A, B))
    assert any_of(A, B) == AnyOf((A, B))
    assert any_of(All((A, B)), A) == AnyOf((All((A, B)), A))
    assert all_of(AnyOf((A, B)), A) == All((AnyOf((A, B)), A))
    assert negated(A) == Not(A)
    assert none_of("a", "b") == Not(AnyOf((Holds("a"), Holds("b"))))
    assert none_of("m", sparse=True) == Not(M)
    assert none_of() == TRUE
    assert negated(any_of(FALSE)) == TRUE


def test_leaves_are_read_from_left_to_right() -> None:
    tree = AnyOf((Not(Ended("x")), All((A, Known("m", sparse=True), AnyOf((A,)))), M))

    assert list(leaves(tree)) == [Ended("x"), A, Known("m", sparse=True), A, M]
    assert names(tree) == ("x", "a", "m")


def test_what_a_question_does_not_name_is_empty() -> None:
    asked = Question(activity="care")

    parts = (asked.channel, asked.recipient, asked.sender, asked.actor, asked.case)
    assert (asked.data, *parts, asked.product, asked.occasion) == ((), *("",) * 7)
