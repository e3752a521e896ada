"""What counts of what is told of a request, and its state."""

from __future__ import annotations

import pytest

from placket.facts import Fact, Kind
from placket.rights.fold import requests_of
from placket.rights.moves import Move
from placket.rights.request import Asker, Deferred, Planned, Refused, Request, State
from placket.rights.right import NEEDS, Refusal, Right
from tests.unit.rights.asking import (
    TOLD,
    approved,
    asked_for,
    carried_out,
    known_well,
    move,
    planned,
    request_of,
    terms,
    verified,
    why_not,
)
from tests.unit.standing.telling import day, told


def erasure(*facts: Fact) -> tuple[Fact, ...]:
    """Return an erasure whose asker is well known on day 1, and what follows."""
    return (asked_for(Right.ERASURE), *known_well(1), *facts)


def test_a_request_goes_from_initiated_to_fulfilled() -> None:
    told_of = [
        asked_for(Right.ERASURE),
        move(Move.ACKNOWLEDGED, 0.5),
        move(Move.IDENTITY_ASKED, 0.6),
        *known_well(1),
        planned(2, steps=2),
        approved(3),
        carried_out(4, "1"),
        move(Move.ANSWERED, 5, thing="mail"),
        carried_out(6, "2"),
    ]

    states = [request_of(*told_of[:count]).state for count in range(1, len(told_of) + 1)]

    assert states == [
        State.INITIATED,
        State.ACKNOWLEDGED,
        State.REQUIRES_ACTION,
        State.REQUIRES_ACTION,
        State.ACKNOWLEDGED,
        State.ACKNOWLEDGED,
        State.ACCEPTED,
        State.ACCEPTED,
        State.ACTION_DELAYED,
        State.FULFILLED,
    ]
    assert request_of(*told_of).unheeded == ()


def test_a_right_that_needs_no_plan_is_accepted_and_answered() -> None:
    request = request_of(
        asked_for(Right.RESTRICTION, data=("email",)),
        verified(1, "token"),
        move(Move.ACCEPTED, 1),
        move(Move.ANSWERED, 2),
    )

    assert (request.state, request.unheeded) == (State.FULFILLED, ())


@pytest.mark.parametrize(
    ("ways", "on"),
    [
        (("session",), 3.9),
        (("code",), 3.9),
        (("login",), 9),
        (("token", "second_channel"), 9),
    ],
)
def test_a_plan_is_not_approved_on_weak_proof(ways: tuple[str, ...], on: float) -> None:
    request = request_of(
        asked_for(Right.ACCESS),
        move(Move.NOTICE_SENT, 1),
        verified(1, *ways),
        planned(2),
        approved(on),
    )

    assert not request.is_approved
    assert why_not(request) == ("it is not known well enough who asks",)


@pytest.mark.parametrize(
    ("ways", "on"),
    [
        (("session",), 4),
        (("staff",), 4),
        (("code", "login"), 2.1),
        (("staff", "second_channel"), 2.1),
    ],
)
def test_a_second_way_or_an_unused_stop_makes_proof_strong(
    ways: tuple[str, ...], on: float
) -> None:
    request = request_of(
        asked_for(Right.ACCESS),
        move(Move.NOTICE_SENT, 1),
        verified(1, *ways),
        planned(2),
        approved(on),
    )

    assert request.is_approved


def test_the_wait_may_be_zero_and_the_notice_may_not_be_left_out() -> None:
    told_of = (asked_for(Right.ERASURE), verified(1, "session"), planned(2), approved(3))
    at_once = terms(wait_hours=0)

    assert not request_of(*told_of, under=at_once).is_approved
    assert request_of(*told_of, move(Move.NOTICE_SENT, 1), under=at_once).is_approved


def test_a_stop_takes_back_what_was_shown_and_approved() -> None:
    stopped = (*erasure(planned(2), approved(3)), move(Move.STOPPED, 4))

    request = request_of(*stopped, verified(6, "session"))

    assert request.state is State.REQUIRES_ACTION
    assert (request.proofs, request.approvals) == ((), ())
    assert why_not(request) == ("no way that counts is named",)


def test_what_was_done_before_a_stop_was_heard_is_told_all_the_same() -> None:
    stopped = (*erasure(planned(2), approved(3)), move(Move.STOPPED, 4))

    request = request_of(*stopped, carried_out(5, "1"))

    assert request.carried == {"1"}
    assert not request.is_approved


def test_after_a_stop_another_channel_shows_who_asks() -> None:
    request = request_of(
        *erasure(planned(2), approved(3)),
        move(Move.STOPPED, 4),
        move(Move.NOTICE_SENT, 5),
        verified(5, "staff", "second_channel"),
        approved(6),
    )

    assert request.is_approved


def test_codes_stop_counting_after_too_many_wrong_ones() -> None:
    wrong = tuple(move(Move.IDENTITY_FAILED, 1 + n / 100) for n in range(3))
    few = terms(attempts=3)

    by_code = request_of(asked_for(Right.ACCESS), *wrong, verified(2, "code"), under=few)
    by_staff = request_of(asked_for(Right.ACCESS), *wrong, verified(2, "staff"), under=few)

    assert (by_code.failures, by_code.proofs) == (3, ())
    assert len(by_staff.proofs) == 1


@pytest.mark.parametrize("by", ["ada", "web", "staff-9", ""])
def test_whoever_asked_does_not_approve(by: str) -> None:
    asking = asked_for(Right.ERASURE, marks=("is_staff:staff-9",))

    request = request_of(asking, *known_well(1), planned(2), approved(3, by=by))

    assert not request.is_approved
    assert len(request.unheeded) == 1


def test_a_large_plan_needs_two_different_persons() -> None:
    large = erasure(planned(2, "d1", "second_person"), approved(3, by="mia"))

    assert not request_of(*large).is_approved
    assert not request_of(*large, approved(4, by="mia")).is_approved
    assert request_of(*large, approved(4, by="tom")).is_approved


def test_a_new_plan_takes_the_approval_of_the_old_one() -> None:
    request = request_of(*erasure(planned(2), approved(3), planned(4, "d2"), approved(5)))

    assert request.plan == Planned(at=day(4), digest="d2", steps=1, second_person=False)
    assert not request.is_approved
    assert why_not(request) == ("this is not the newest plan",)


def test_a_plan_against_which_something_stands_is_not_approved() -> None:
    request = request_of(*erasure(planned(2, "d1", "obstructed"), approved(3)))

    assert why_not(request) == ("something stands against the plan",)


def test_an_answer_goes_to_no_address_but_the_persons_own() -> None:
    done = erasure(planned(2), approved(3), carried_out(4, "1"))

    elsewhere = request_of(*done, move(Move.ANSWERED, 5, thing="other"))

    assert elsewhere.state is State.ACCEPTED
    assert why_not(elsewhere) == ("the address is not known to be the person's",)
    assert request_of(*done, move(Move.ANSWERED, 5, thing="mail")).state is State.FULFILLED


def test_what_an_open_case_needs_waits_and_the_request_is_not_complete() -> None:
    told_of = erasure(
        planned(2),
        approved(3),
        carried_out(4, "1"),
        move(Move.DEFERRED, 4, thing="order", ground="contract", until=day(34)),
        move(Move.ANSWERED, 5, thing="mail"),
    )
    waiting = request_of(*told_of)

    released = request_of(*told_of, move(Move.RELEASED, 20, thing="order"))

    assert waiting.state is State.ACTION_DELAYED
    assert waiting.deferred == (Deferred(thing="order", ground="contract", until=day(34)),)
    assert released.state is State.FULFILLED


def test_what_waits_has_a_day_of_review() -> None:
    endless = move(Move.DEFERRED, 4, thing="order", ground="contract")

    request = request_of(*erasure(endless))

    assert why_not(request) == ("what waits has no name, ground or day of review",)


@pytest.mark.parametrize(
    ("right", "ground"),
    [
        (Right.MARKETING_OPT_OUT, Refusal.UNFOUNDED),
        (Right.WITHDRAW_CONSENT, Refusal.EXCESSIVE),
        (Right.ACCESS, Refusal.DUTY),
        (Right.ERASURE, Refusal.COMPELLING_GROUNDS),
        (Right.RESTRICTION, Refusal.CLAIMS),
    ],
)
def test_a_right_is_refused_on_its_own_grounds_alone(right: Right, ground: Refusal) -> None:
    request = request_of(asked_for(right), move(Move.REFUSED, 1, ground=ground, marks=TOLD))

    assert request.state is State.INITIATED
    assert why_not(request) == ("this is no ground to refuse this right",)


def test_a_refusal_tells_the_ways_to_complain() -> None:
    silent = move(Move.REFUSED, 1, ground=Refusal.DUTY, marks=("complaint_told",))
    told_well = move(Move.REFUSED, 2, ground=Refusal.DUTY, marks=TOLD)

    request = request_of(asked_for(Right.ERASURE), silent, told_well)

    assert request.state is State.REJECTED
    assert request.refusals == (Refused(at=day(2), ground=Refusal.DUTY),)
    assert why_not(request) == ("the ways to complain and to a court are not told",)


def test_a_part_may_be_refused_and_the_rest_goes_on() -> None:
    part = move(Move.REFUSED, 2, ground=Refusal.DUTY, marks=TOLD, data=("billing_records",))

    request = request_of(*erasure(part))

    assert request.is_open
    assert request.refusals == (Refused(at=day(2), ground=Refusal.DUTY, data=("billing_records",)),)


def test_a_first_request_is_excessive_only_with_abusive_intent() -> None:
    excess = move(Move.REFUSED, 2, ground=Refusal.EXCESSIVE, marks=TOLD)
    proven = move(Move.REFUSED, 2, ground=Refusal.EXCESSIVE, marks=(*TOLD, "abusive_intent"))
    before = asked_for(Right.ACCESS, -9, id="r0")
    now = asked_for(Right.ACCESS)

    assert request_of(now, excess).state is State.INITIATED
    assert request_of(now, proven).state is State.REJECTED
    repeated = next(r for r in _both(before, now, excess) if r.id == "r")
    assert (repeated.earlier, repeated.state) == (1, State.REJECTED)


def _both(*facts: Fact) -> tuple[Request, ...]:
    return requests_of(facts, terms())


def test_several_requests_go_their_own_ways() -> None:
    facts = (
        asked_for(Right.ACCESS, 0, id="a"),
        asked_for(Right.ERASURE, 1, id="b"),
        move(Move.WITHDRAWN, 2, about="a"),
        told(Kind.REQUESTED, 3, id="c", what="no such right"),
    )

    assert [(r.id, r.right, r.state) for r in _both(*facts)] == [
        ("a", Right.ACCESS, State.UNFULFILLED),
        ("b", Right.ERASURE, State.INITIATED),
    ]


def test_a_fee_is_asked_where_the_law_allows_one_and_told() -> None:
    fee = {"ground": Refusal.EXCESSIVE, "marks": ("abusive_intent",), "thing": "letter"}
    access = asked_for(Right.ACCESS)
    free = terms("right: access\nfee: none")

    due = request_of(access, move(Move.FEE_ASKED, 1, **fee))
    silent = request_of(access, move(Move.FEE_ASKED, 1, **(fee | {"thing": ""})))
    unlawful = request_of(access, move(Move.FEE_ASKED, 1, **(fee | {"ground": "costs"})))
    promised = request_of(access, move(Move.FEE_ASKED, 1, **fee), under=free)

    assert due.state is State.REQUIRES_ACTION
    assert why_not(silent) == ("no letter that told the person is named",)
    assert why_not(unlawful) == ("no law or clause lets a fee be asked for",)
    assert why_not(promised) == ("no law or clause lets a fee be asked for",)


def test_evidence_is_asked_where_a_clause_lets_it() -> None:
    wrong = (asked_for(Right.RECTIFICATION, data=("name",)), move(Move.EVIDENCE_ASKED, 1))
    silent = terms("- right: rectification\n  regions: [home]")

    assert request_of(*wrong, under=silent).state is State.REQUIRES_ACTION
    erasing = request_of(asked_for(Right.ERASURE), move(Move.EVIDENCE_ASKED, 1))
    assert why_not(erasing) == ("evidence is asked for where something is to be corrected",)


@pytest.mark.parametrize("asker", [Asker.AGENT, Asker.GUARDIAN])
def test_who_speaks_for_another_shows_that_they_may(asker: Asker) -> None:
    asking = asked_for(Right.ERASURE, marks=(f"asked_by:{asker}",))
    told_of = (asking, *known_well(1), planned(2))
    shown = move(Move.MANDATE_SHOWN, 2)

    assert not request_of(*told_of, approved(3)).is_approved
    assert request_of(*told_of, shown, approved(3)).is_approved


def test_an_extension_is_told_with_reasons_inside_the_first_month() -> None:
    access = asked_for(Right.ACCESS)
    reason = ("complexity",)

    silent = request_of(access, move(Move.EXTENDED, 5))
    late = request_of(access, move(Move.EXTENDED, 40, marks=reason))
    twice = request_of(
        access, move(Move.EXTENDED, 5, marks=reason), move(Move.EXTENDED, 6, marks=reason)
    )
    absolute = request_of(asked_for(Right.MARKETING_OPT_OUT), move(Move.EXTENDED, 5, marks=reason))

    assert why_not(silent) == ("no reason is told",)
    assert why_not(late) == ("the first month is over",)
    assert (twice.extended_at, why_not(twice)) == (day(5), ("it was extended before",))
    assert twice.state is State.ACTION_DELAYED
    assert why_not(absolute) == ("this right is not extended",)


def test_a_request_lapses_only_after_its_month_and_when_the_person_owes_something() -> None:
    asked = (asked_for(Right.ACCESS), move(Move.IDENTITY_ASKED, 1))

    assert request_of(*asked, move(Move.LAPSED, 20)).is_open
    assert request_of(*asked, move(Move.LAPSED, 60)).state is State.UNFULFILLED
    assert request_of(asked_for(Right.ACCESS), move(Move.LAPSED, 60)).is_open


def test_what_comes_after_the_end_counts_for_nothing() -> None:
    request = request_of(
        asked_for(Right.ACCESS), move(Move.WITHDRAWN, 1), move(Move.ACKNOWLEDGED, 2)
    )

    assert request.state is State.UNFULFILLED
    assert why_not(request) == ("the request is closed",)


def test_a_move_of_no_known_name_counts_for_nothing() -> None:
    odd = move(Move.ACKNOWLEDGED, 1, what="planned")
    unknown = move(Move.ACKNOWLEDGED, 2, what="praised")

    request = request_of(asked_for(Right.ACCESS), odd, unknown)

    assert why_not(request) == ("this is no move of a request",) * 2


def test_a_complaint_needs_no_proof_and_is_never_refused() -> None:
    complaint = asked_for(Right.COMPLAINT, person="")

    asked = request_of(complaint, move(Move.IDENTITY_ASKED, 1))

    assert why_not(asked) == ("this right needs no proof of who asks",)
    answered = request_of(complaint, move(Move.ACCEPTED, 1), move(Move.ANSWERED, 2))
    assert answered.state is State.FULFILLED


def test_every_right_of_the_list_has_its_need_and_law() -> None:
    assert set(NEEDS) == set(Right)
    assert [right for right, need in NEEDS.items() if not need.law] == []
