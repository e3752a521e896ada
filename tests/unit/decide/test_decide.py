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
    is_true,
    names,
    needs_sparse,
    negated,
)
from placket.decide.decide import decide, text_of
from placket.decide.question import Decision, Question, Reason
from placket.facts import Kind
from placket.standing.fold import fold
from tests.unit.standing.telling import TWO_LAWS, asked, day, shop, told, why

CARE = """
activity: care
purpose: customer_service
uses: [name, email]
requires: [name]
basis: legitimate_interest
"""
SHOP = shop(CARE)


def test_an_activity_of_no_clause_is_denied() -> None:
    decision = asked(SHOP, Question(activity="unheard_of", data=("name",)))

    assert decision == Decision(
        outcome="deny",
        activity="unheard_of",
        at=day(100),
        withheld=("name",),
        because=(Reason(code="declared.activity", changes_when="a clause names this activity"),),
    )


def test_a_person_unknown_to_the_ledger_is_denied() -> None:
    decision = decide(SHOP, None, Question(activity="care"), day(1))

    assert decision.codes == ("subject.unknown",)


def test_a_permission_says_on_what_it_rests() -> None:
    decision = asked(SHOP, Question(activity="care"))

    assert decision == Decision(
        outcome="permit",
        activity="care",
        at=day(100),
        data=("name", "email"),
        because=(why("permitted.legitimate_interest", ""),),
    )


def test_what_the_act_can_do_without_is_withheld() -> None:
    gone = told(Kind.DATA_ERASED, 1, data=("email",))

    decision = asked(SHOP, Question(activity="care"), gone)

    assert (decision.outcome, decision.data, decision.withheld) == ("permit", ("name",), ("email",))
    assert decision.codes == ("permitted.legitimate_interest", "erased")


@pytest.mark.parametrize("data", [(), ("name", "email")])
def test_what_the_act_needs_or_the_question_names_denies_it(data: tuple[str, ...]) -> None:
    lost = ("name",) if not data else ("email",)
    gone = told(Kind.DATA_ERASED, 1, data=lost)

    decision = asked(SHOP, Question(activity="care", data=data), gone)

    assert (decision.outcome, decision.data, decision.withheld) == ("deny", (), lost)
    assert not decision.is_permitted


def test_a_channel_requires_its_address_and_else_all_that_is_used() -> None:
    by_mail = CARE.replace("requires: [name]\n", "channel: email\n")
    everything = CARE.replace("requires: [name]\n", "")
    gone = told(Kind.DATA_ERASED, 1, data=("name",))

    assert asked(shop(by_mail), Question(activity="care"), gone).is_permitted
    assert not asked(shop(everything), Question(activity="care"), gone).is_permitted


def test_a_permission_cites_the_clause_of_the_persons_own_region() -> None:
    union = CARE + "regions: [union]\n"
    kingdom = CARE + "regions: [kingdom]\n"
    policy = shop(union, kingdom, region=TWO_LAWS)

    decision = asked(policy, Question(activity="care"))

    assert decision.because == (why("permitted.legitimate_interest", "", clause="G-002"),)


def test_every_region_must_permit_who_may_be_in_any() -> None:
    policy = shop(CARE + "regions: [union]\n", region=TWO_LAWS)
    seen = told(Kind.INTERACTED, 1)

    decision = decide(policy, fold(policy, "ada", (seen,)), Question(activity="care"), day(2))

    assert decision.codes == ("declared.region",)


def test_a_state_that_holds_tells_more_than_one_that_ended() -> None:
    block = """
access: staff
sees: [name]
while: latest of (while case is open, while order is open)
"""
    case = told(Kind.RELATION_OPENED, 1, id="case", what="case", thing="c")
    closed = told(Kind.RELATION_CLOSED, 2, what="case", thing="c")
    order = told(Kind.RELATION_OPENED, 3, id="order", what="order", thing="o")
    question = Question(activity="care", actor="staff", data=("name",))

    decision = asked(shop(CARE, block), question, case, closed, order)

    assert [(r.code, r.fact) for r in decision.because] == [("access.no_open_case", "order")]


def test_a_clause_without_prose_is_told_by_its_title() -> None:
    assert text_of(SHOP, "G-001") == "What 1 says."
    assert text_of(SHOP, "G-404") == ""


def test_a_decision_is_shown_as_the_contract_says() -> None:
    decision = Decision(
        outcome="deny", activity="care", at=0, withheld=("name",), because=(Reason(code="erased"),)
    )

    assert decision.as_json("1970-01-01T00:00:00Z") == {
        "outcome": "deny",
        "activity": "care",
        "data": [],
        "withheld": ["name"],
        "at": "1970-01-01T00:00:00Z",
        "because": [
            {
                "code": "erased",
                "clause": "",
                "text": "",
                "law": "",
                "fact": "",
                "changes_when": "",
                "data": (),
            }
        ],
    }


A, B, MARK = Holds("a"), Holds("b"), Holds("mark", sparse=True)
DENSE: dict[str, Any] = {"a": (0, 10, "f1"), "b": (5, 20, "f2")}
SPARSE: dict[str, Any] = {"mark": (2, 4, "f3")}


@pytest.mark.parametrize(
    ("condition", "true_at"),
    [
        (A, range(10)),
        (MARK, (2, 3)),
        (Not(A), (10, 11)),
        (Not(MARK), (0, 1, *range(4, 12))),
        (Ended("a"), (10, 11)),
        (Ended("mark", sparse=True), range(4, 12)),
        (Known("a"), range(12)),
        (Known("mark", sparse=True), range(12)),
        (Holds("never"), ()),
        (Holds("never", sparse=True), ()),
        (Ended("never"), ()),
        (Known("never"), ()),
        (Not(Holds("never")), range(12)),
        (All((A, B)), range(5, 10)),
        (All((A, B, MARK)), ()),
        (All((A, Not(B), MARK)), (2, 3)),
        (AnyOf((A, B)), range(12)),
        (AnyOf((MARK, Ended("a"), Holds("never"))), (2, 3, 10, 11)),
        (TRUE, range(12)),
        (FALSE, ()),
    ],
)
def test_a_condition_is_true_of_intervals_at_an_instant(
    condition: Condition, true_at: tuple[int, ...]
) -> None:
    found = [at for at in range(12) if is_true(condition, DENSE, SPARSE, at)]

    assert found == list(true_at)


def test_conditions_are_built_without_what_says_nothing() -> None:
    assert all_of(A, TRUE, A) == A
    assert all_of(A, FALSE) == FALSE
    assert all_of(A, All((B, MARK))) == All((A, B, MARK))
    assert any_of(A, FALSE, A) == A
    assert any_of(A, TRUE) == TRUE
    assert any_of(A, AnyOf((B, MARK))) == AnyOf((A, B, MARK))
    assert negated(negated(A)) == A
    assert (negated(TRUE), negated(FALSE)) == (FALSE, TRUE)
    assert names(All((A, Not(AnyOf((MARK, A)))))) == ("a", "mark")


@pytest.mark.parametrize(
    ("condition", "needs"),
    [
        (A, False),
        (MARK, True),
        (Ended("m", sparse=True), True),
        (Known("m", sparse=True), True),
        (All((A, MARK)), True),
        (AnyOf((A, MARK)), False),
        (AnyOf((MARK, MARK)), True),
        (Not(MARK), False),
        (FALSE, False),
    ],
)
def test_a_person_without_marks_need_not_be_asked_about_them(
    condition: Condition, needs: bool
) -> None:
    assert needs_sparse(condition) is needs
