"""What an erasure left waiting, looked at again: completed by itself once nothing holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.gate.requests.answers import answered_with
from placket.gate.requests.carrying import carry_out, waiting_name
from placket.gate.requests.certifying import certify_whole, is_left_over
from placket.gate.requests.connected import connected
from placket.gate.requests.planning import asking_of, keep_plan, read_approved
from placket.gate.requests.post import post
from placket.plan.build import plan_of
from placket.plan.plan import Action
from placket.rights.letters import LetterKind
from placket.rights.moves import Move

if TYPE_CHECKING:
    from placket.gate.requests.carrying import Carried
    from placket.gate.requests.register import Case, Register
    from placket.plan.plan import Plan

_STOPPED: Final = frozenset({Action.WAIT, Action.HOLD})
COMPLETION: Final = "plan:"
"""What stands before the digest of the approved plan in whose name a rest is carried out."""


def complete(register: Register, reference: str, *, holder: str) -> Carried | None:
    """Carry out what of an approved plan no longer waits; None while all of it still does.

    What was told as waiting was approved with the plan: the rest needs no second approval as
    long as it touches no row that was not in that plan. What still waits gets a new day of
    review. Raises what `carry_out` raises.
    """
    gate, case = register.gate, register.case(reference)
    approved = read_approved(gate, case)
    with connected(gate) as sources:
        asking = asking_of(register, case, sources)
    plan = plan_of(asking)
    waiting = {waiting_name(s.because): s for s in plan.steps if s.action in _STOPPED}
    things = [each.thing for each in case.request.deferred]
    released = [t for t in things if t not in waiting and not is_left_over(t)]
    if any(map(is_left_over, things)) and not released:
        certify_whole(register, reference)
        _tell_ended(register, reference)
    if not released:
        _look_again(register, reference, asking.review_at)
        return None
    done = _carry_rest(register, case, plan, approved, holder=holder)
    if done is not None and done.is_done:
        # Last: with nothing left to do and nothing waiting the request is closed.
        said = [(Move.RELEASED, {"thing": thing}) for thing in released]
        certify_whole(register, reference)
        ended = register.case(reference)
        if {each.thing for each in ended.request.deferred} <= set(released):
            _tell_completed(register, ended)
        register.append(ended, said)
        register.follow(register.case(reference))
    return done


def _tell_completed(register: Register, case: Case) -> None:
    """Write that the rest is done too, to whom the answer said that it waits."""
    if case.request.answered_at is not None:
        post(register, case, LetterKind.COMPLETED, answered_with(register, case))


def _tell_ended(register: Register, reference: str) -> None:
    """Write that all is done where a second reading ended the request."""
    case = register.case(reference)
    if not (case.request.is_open or case.request.deferred):
        _tell_completed(register, case)


def _carry_rest(
    register: Register, case: Case, plan: Plan, approved: Plan, *, holder: str
) -> Carried | None:
    """Carry out what no longer waits; None when it goes beyond what was approved."""
    reference, digest = case.request.id, plan.digest()
    is_within = _is_within(plan, approved)
    if not (is_within or case.request.is_approved):
        return None  # a plan of the rest was made before, and waits for a person
    keep_plan(register.gate, case, plan)
    register.move(reference, Move.PLANNED, thing=digest, marks=plan.marks)
    if not is_within:
        return None
    by = f"{COMPLETION}{approved.digest()}"
    register.move(reference, Move.APPROVED, thing=digest, by=by)
    return carry_out(register, reference, holder=holder)


def _look_again(register: Register, reference: str, review_at: int) -> None:
    case = register.case(reference)
    said = [
        (Move.DEFERRED, {"thing": each.thing, "ground": each.ground, "until": review_at})
        for each in case.request.deferred
        if each.until <= case.at
    ]
    if said:
        register.append(case, said)


def _is_within(plan: Plan, approved: Plan) -> bool:
    """Say whether the plan changes only rows that the approved one told of."""
    known = {(s.source, s.table, key) for s in approved.steps for key in s.rows}
    touched = {(s.source, s.table, key) for s in plan.changes for key in s.rows}
    return touched <= known and not plan.obstacles and not plan.second_person
