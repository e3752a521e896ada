"""Requests, run from receipt to answer: the rights that the law adds, here and there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.register import MoveRefused
from placket.rights.request import State
from placket.rights.right import Right
from tests.acceptance.requests import ADA, BEN, BOSS, FAY, LENA, SECOND

if TYPE_CHECKING:
    from tests.acceptance.requests import Office


@pytest.mark.clause("AL-102", "AL-104")
def test_the_copy_tells_who_got_data_and_what_protects_data_that_leave(office: Office) -> None:
    office.shared(LENA, "courier", "name", "delivery_address")
    copy = office.copy(office.answered(office.strongly(LENA, Right.ACCESS)))

    assert [each["recipient"] for each in copy["received"]] == ["courier"]
    assert [each["name"] for each in copy["transfers"]] == ["out_of_eea_and_uk"]
    assert all(each["safeguard"] for each in copy["receivers"] if each["countries"])


@pytest.mark.clause("AL-104")
def test_of_who_never_bought_nothing_stays(office: Office) -> None:
    case = office.answered(office.strongly(FAY, Right.ERASURE))

    assert case.request.state is State.FULFILLED
    assert office.gate.person_of(FAY) is None
    assert office.rows("customer", "email", "last_name")[5] == (None, "")


@pytest.mark.clause("AL-104")
def test_a_restriction_leaves_the_data_and_stops_their_use(office: Office) -> None:
    before = office.ask(BEN, "know_purchases").outcome
    office.opened(BEN, Right.RESTRICTION, proof=("token",))

    assert before == "permit"
    assert office.ask(BEN, "know_purchases").because[0].startswith("restricted")
    assert office.rows("customer", "email")[1] == ("ben@example.org",)


@pytest.mark.clause("AL-105")
def test_a_no_to_marketing_is_never_refused(office: Office) -> None:
    case = office.opened(ADA, Right.MARKETING_OPT_OUT, proof=("token",))

    with pytest.raises(MoveRefused, match="no ground to refuse this right"):
        office.desk.refuse(case.request.id, ground="compelling_grounds", by=BOSS, why="no")


@pytest.mark.clause("AL-106")
@pytest.mark.parametrize(
    ("subject", "authority"), [(ADA, "Information Commissioner's Office"), (LENA, "where you live")]
)
def test_a_complaint_is_answered_with_the_authority_of_the_country(
    office: Office, subject: str, authority: str
) -> None:
    case = office.opened(subject, Right.COMPLAINT)
    office.pass_time(SECOND)
    office.desk.accept(case.request.id, by=BOSS)

    done = office.desk.answer(case.request.id, outcome="We were slow.", why="A form was lost.")

    assert authority in office.letter(done, "received")
