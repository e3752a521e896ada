"""Requests, run from receipt to answer: the rights that the law adds, and what a claim holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.gate.requests.completing import complete
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.telling import tellings
from placket.plan.asking import Correction
from placket.rights.recipients import Act
from placket.rights.request import State
from placket.rights.right import Right
from tests.acceptance.requests import ADA, BEN, BOSS, DAY, FAY, LENA, SECOND, STAFF, steps_of

if TYPE_CHECKING:
    from tests.acceptance.requests import Office

CLAIMED = ("order_details", "payment_details")


@pytest.mark.clause("NP-035")
def test_what_a_claim_needs_is_held_from_an_erasure_until_the_claim_closes(
    office: Office,
) -> None:
    placed = office.told(Kind.HOLD_PLACED, LENA, data=CLAIMED, thing="L-1")
    case = office.strongly(LENA, Right.ERASURE)
    plan = office.planned(case)
    delayed = office.desk.answer(office.carried(case).request.id)

    assert {step.table for step in steps_of(plan, "hold")} == {"orders", "payment"}
    assert delayed.request.state is State.ACTION_DELAYED
    assert office.rows("payment", "token")[4] == ("tok-15",)
    assert "tok-15" not in office.letter(delayed, "deferred")
    office.pass_time(DAY)
    assert complete(office.register, case.request.id, holder="w1") is None
    office.told(Kind.HOLD_LIFTED, LENA, about=placed.id, days_ago=0)
    office.pass_time(SECOND)
    assert complete(office.register, case.request.id, holder="w1") is not None
    assert office.rows("payment", "token")[4] == ("",)
    assert office.case(case).request.state is State.FULFILLED


@pytest.mark.clause("NP-035", "NP-036")
def test_the_claim_file_takes_what_is_relevant_and_only_while_there_is_a_claim(
    office: Office,
) -> None:
    file = {"actor": "legal", "case": "L-1"}
    before = office.ask(LENA, "legal_claims", data=("order_id",), **file)
    office.told(Kind.RELATION_OPENED, LENA, what="claim", thing="L-1")
    relevant = office.ask(LENA, "legal_claims", data=("name", "order_id"), **file)
    browsing = office.ask(LENA, "legal_claims", data=("browsing_history",), **file)

    assert before.outcome == "deny"
    assert relevant.outcome == "permit"
    assert "declared.data NP-035" in browsing.because


@pytest.mark.clause("NP-104")
def test_the_rights_that_the_law_adds_are_asked_for_and_answered(office: Office) -> None:
    said = Correction(category="name", value="Ashe", column="last_name")
    office.shared(BEN, "courier", "name")
    right = office.strongly(BEN, Right.RECTIFICATION, data=("name",), corrections=(said,))

    seen = office.answered(office.strongly(ADA, Right.ACCESS))
    taken = office.answered(office.strongly(ADA, Right.PORTABILITY))
    corrected = office.answered(right)
    gone = office.answered(office.strongly(FAY, Right.ERASURE))

    assert {case.request.state for case in (seen, taken, corrected, gone)} == {State.FULFILLED}
    assert office.rows("customer", "last_name")[1] == ("Ashe",)
    assert [(each.recipient, each.act) for each in tellings(corrected)] == [
        ("courier", Act.RECTIFY)
    ]
    assert office.gate.person_of(FAY) is None


@pytest.mark.clause("NP-104")
def test_no_fee_is_asked_for_a_right(office: Office) -> None:
    case = office.strongly(ADA, Right.ACCESS)

    with pytest.raises(MoveRefused):
        office.desk.ask_fee(case.request.id, amount="5 GBP", ground="excessive", by=STAFF)


@pytest.mark.clause("NP-105")
def test_a_no_to_marketing_works_at_once_and_cannot_be_refused(office: Office) -> None:
    case = office.opened(ADA, Right.MARKETING_OPT_OUT, proof=("token",))

    with pytest.raises(MoveRefused, match="no ground to refuse this right"):
        office.desk.refuse(case.request.id, ground="compelling_grounds", by=BOSS, why="no")
    assert office.ask(ADA, "newsletter", channel="email").outcome == "deny"


@pytest.mark.clause("NP-106")
def test_a_complaint_is_acknowledged_and_answered_with_the_authority(office: Office) -> None:
    case = office.opened(LENA, Right.COMPLAINT)
    office.pass_time(SECOND)
    office.desk.accept(case.request.id, by=BOSS)

    done = office.desk.answer(case.request.id, outcome="We were slow.", why="A form was lost.")

    assert case.request.acknowledged_at is not None
    assert "You can complain to the authority" in office.letter(done, "received")
    assert "We were slow." in office.letter(done, "answered")
