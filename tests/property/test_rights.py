"""Theorems about requests: what no sequence of facts brings about, whatever its order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from placket.facts import Fact, Kind
from placket.law.calendar import date_of
from placket.rights.due import due, next_step, plain_due
from placket.rights.fold import requests_of
from placket.rights.moves import EXTENSION_REASONS, METHODS, REMEDIES_TOLD, Move, in_turn
from placket.rights.request import Request, State, proof_at
from placket.rights.right import Proof, Refusal, Right
from tests.unit.rights.asking import UNION, move, terms, verified
from tests.unit.standing.telling import TWO_LAWS, day, told

UNDER = (terms(), terms(region=UNION), terms(region=TWO_LAWS, wait_hours=0, attempts=1))
PEOPLE = ("ada", "web", "sam", "mia", "tom", "")
DAYS = (0, 1, 1.5, 2, 3, 5, 8, 30, 33, 90, 400)


@st.composite
def moves(draw: st.DrawFn) -> Fact:
    """Draw one move of a request, sensible or not."""
    what = draw(st.sampled_from(Move))
    on = draw(st.sampled_from(DAYS))
    known = (*REMEDIES_TOLD, *EXTENSION_REASONS, "steps:1", "abusive_intent", "second_person")
    marks = draw(st.lists(st.sampled_from((*known, *(f"proof:{m}" for m in METHODS)))))
    parts: dict[str, Any] = {
        "id": f"{what}@{on}-{draw(st.integers(0, 3))}",
        "by": draw(st.sampled_from(PEOPLE)),
        "thing": draw(st.sampled_from(("", "d1", "d2", "mail"))),
        "ground": draw(st.sampled_from(("", *Refusal))),
        "until": draw(st.sampled_from((None, day(40)))),
        "data": draw(st.sampled_from(((), ("email",)))),
        "marks": tuple(marks) if what is not Move.PLANNED else (*marks, "steps:1"),
    }
    return move(what, on, **parts)


LIKELY = (
    move(Move.NOTICE_SENT, 1),
    verified(1, "session"),
    verified(1.2, "second_channel", address="phone"),
    verified(1.5, "code", address="other"),
    move(Move.PLANNED, 2, thing="d1", marks=("steps:1",)),
    move(Move.APPROVED, 3, thing="d1", by="mia"),
    move(Move.CARRIED_OUT, 4, thing="d1", what="1"),
    move(Move.ACCEPTED, 4),
    move(Move.ANSWERED, 5, thing="mail"),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Fact]:
    """Draw a request with anything that may be told of it, often a good part of a good story."""
    marks = draw(st.sampled_from(((), ("asked_by:agent",), ("is_staff:mia",))))
    asking = told(
        Kind.REQUESTED,
        0,
        id="r",
        what=draw(st.sampled_from((*Right, Right.ACCESS, Right.ERASURE, Right.ERASURE))).value,
        by=draw(st.sampled_from(("web", "sam"))),
        marks=marks,
    )
    left_out = draw(st.sets(st.sampled_from(range(len(LIKELY))), max_size=3))
    usual = [fact for place, fact in enumerate(LIKELY) if place not in left_out]
    drawn = draw(st.lists(moves(), max_size=8))
    return list({fact.id: fact for fact in (asking, *usual, *drawn)}.values())


def heeded(facts: list[Fact], request: Request) -> list[Fact]:
    """Return the moves that counted, in order."""
    lost = {unheeded.fact for unheeded in request.unheeded}
    kept = (fact for fact in facts if fact.about and fact.id not in lost)
    return sorted(kept, key=in_turn)


@given(stories(), st.sampled_from(UNDER))
def test_nothing_is_approved_for_whom_nobody_knows(facts: list[Fact], under: Any) -> None:
    (request,) = requests_of(facts, under)

    for fact in heeded(facts, request):
        if fact.what == Move.APPROVED:
            before = [f for f in facts if in_turn(f) < in_turn(fact)]
            (then,) = requests_of([*before, *(f for f in facts if not f.about)], under)
            assert proof_at(then, fact.occurred_at, under.wait) >= then.need.proof
            assert any(p.methods & {"code", "session", "staff"} for p in then.proofs)
            assert then.notified_at is not None


@given(stories(), st.sampled_from(UNDER))
def test_whoever_asked_never_approves_or_refuses(facts: list[Fact], under: Any) -> None:
    (request,) = requests_of(facts, under)

    deciders = {
        fact.by for fact in heeded(facts, request) if fact.what in {Move.APPROVED, Move.REFUSED}
    }

    assert not deciders & ({"ada", ""} | request.requesters)


@given(stories(), st.sampled_from(UNDER), st.sampled_from(DAYS))
def test_every_open_request_has_an_owner_and_a_day_or_a_named_wait(
    facts: list[Fact], under: Any, on: float
) -> None:
    (request,) = requests_of(facts, under)

    step = next_step(request, under, day(on))

    assert (step is None) == (not request.is_open)
    if step is not None:
        assert step.owner
        assert step.due is not None or step.waits_for is not None


@given(stories().flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts * 2))))
def test_neither_order_nor_repetition_of_facts_matters(
    told_of: tuple[list[Fact], list[Fact]],
) -> None:
    facts, shuffled = told_of

    assert requests_of(shuffled, UNDER[0]) == requests_of(facts, UNDER[0])


@given(stories(), st.sampled_from(UNDER))
def test_nothing_is_fulfilled_while_something_remains(facts: list[Fact], under: Any) -> None:
    (request,) = requests_of(facts, under)

    if request.state is State.FULFILLED:
        assert request.remaining == 0
        assert request.is_decided
        assert request.answered_at is not None


@given(stories(), st.sampled_from(UNDER))
def test_an_answer_with_data_goes_only_where_the_person_was_met(
    facts: list[Fact], under: Any
) -> None:
    (request,) = requests_of(facts, under)

    counted = heeded(facts, request)
    for fact in counted:
        if fact.what == Move.ANSWERED and request.need.proof >= Proof.KNOWN:
            met = (f for f in counted if f.what == Move.IDENTITY_VERIFIED)
            assert fact.thing in {f.thing for f in met if in_turn(f) < in_turn(fact)}
            assert fact.thing != ""


@given(stories(), st.sampled_from(UNDER))
def test_nobody_is_refused_an_absolute_right_or_without_remedies(
    facts: list[Fact], under: Any
) -> None:
    (request,) = requests_of(facts, under)

    for fact in heeded(facts, request):
        if fact.what == Move.REFUSED:
            assert request.right not in {
                Right.MARKETING_OPT_OUT,
                Right.WITHDRAW_CONSENT,
                Right.COMPLAINT,
            }
            assert set(fact.marks) >= REMEDIES_TOLD


@given(stories(), st.sampled_from(UNDER))
def test_a_pause_and_an_extension_never_shorten_the_time(facts: list[Fact], under: Any) -> None:
    (request,) = requests_of(facts, under)

    last = due(request, under)

    assert plain_due(request, under) > date_of(request.received_at, under.zone)
    assert last is None or last >= plain_due(request, under) or request.extended_at is not None
    for fact in heeded(facts, request):
        if fact.what == Move.EXTENDED:
            assert set(fact.marks) & EXTENSION_REASONS


@given(stories(), st.sampled_from(UNDER))
def test_a_step_is_carried_out_only_of_an_approved_plan(facts: list[Fact], under: Any) -> None:
    (request,) = requests_of(facts, under)

    counted = heeded(facts, request)
    for place, fact in enumerate(counted):
        if fact.kind is Kind.STEP_CARRIED_OUT:
            before = [f for f in counted[:place] if f.what == Move.APPROVED]
            assert fact.thing in {f.thing for f in before}
