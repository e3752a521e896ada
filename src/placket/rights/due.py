"""When a request falls due, what is to be done next, by whom, or what it waits for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from placket.law.calendar import date_of
from placket.law.deadlines import (
    Clarification,
    Start,
    Waits,
    acknowledge_due,
    answer_due,
)
from placket.rights.request import Request, is_awaited, proof_at, strong_at
from placket.rights.right import Proof, Right

if TYPE_CHECKING:
    from datetime import date

    from placket.law.calendar import Instant
    from placket.law.rules import Law
    from placket.rights.request import Asked
    from placket.rights.terms import Terms


class Do(StrEnum):
    """What is to be done next with an open request."""

    ACKNOWLEDGE = "acknowledge"
    VERIFY = "verify"
    SEE_MANDATE = "see_mandate"
    DECIDE = "decide"
    PLAN = "plan"
    APPROVE = "approve"
    CARRY_OUT = "carry_out"
    ANSWER = "answer"
    REVIEW = "review"


class Wait(StrEnum):
    """What an open request waits for, by name."""

    STOPPED = "stopped"
    IDENTITY = "identity"
    CLARIFICATION = "clarification"
    EVIDENCE = "evidence"
    FEE = "fee"
    NOTICE = "notice"
    CASE = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """What comes next: whose it is, what is to be done or awaited, and by when.

    due: the last day of the answer, None while the law stops the clock: then it waits.
    until: when a wait ends by itself, or is looked at again; None where the person ends it.
    """

    owner: str
    do: Do
    due: date | None
    waits_for: Wait | None = None
    until: Instant | None = None


def due(request: Request, terms: Terms) -> date | None:
    """Return the last day to answer; None while the law counts no days.

    The earliest under the laws of all places where the person may be.
    Source: GDPR Art. 12(3), 12(6); UK GDPR Art. 12A.
    """
    days = (_due_by(law, request, terms) for law in terms.laws)
    return min((day for day in days if day is not None), default=None)


def plain_due(request: Request, terms: Terms) -> date:
    """Return the last day to answer as if nothing had been asked of the person."""
    found = due(_heard(request, before=request.received_at), terms)
    if found is None:
        raise ValueError("terms name no law")
    return found


def acknowledgement_due(request: Request, terms: Terms) -> date | None:
    """Return the last day to acknowledge a complaint; None where no law sets one.

    Source: Data Protection Act 2018 s. 164A.
    """
    if request.right is not Right.COMPLAINT:
        return None
    received = date_of(request.received_at, terms.zone)
    days = (
        acknowledge_due(received, law.complaint.acknowledge, law.holiday_calendar)
        for law in terms.laws
        if law.complaint is not None
    )
    return min(days, default=None)


def _due_by(law: Law, request: Request, terms: Terms) -> date | None:
    # Each question counts while there is time left: what has run out is revived by none.
    asked = (request.identity, request.fee, *request.clarifications)
    last = _last_day(law, _heard(request, before=request.received_at), terms)
    for at in sorted(each.at for each in asked if each is not None):
        if last is None or date_of(at, terms.zone) > last:
            break
        last = _last_day(law, _heard(request, before=at + 1), terms)
    return last


def _heard(request: Request, *, before: Instant) -> Request:
    """Return the request as if nothing had been asked of the person from `before` on."""
    return replace(
        request,
        identity=_asked(request.identity, before),
        fee=_asked(request.fee, before),
        clarifications=tuple(each for each in request.clarifications if each.at < before),
    )


def _asked(asked: Asked | None, before: Instant) -> Asked | None:
    return asked if asked is not None and asked.at < before else None


def _last_day(law: Law, request: Request, terms: Terms) -> date | None:
    rule = law.answer_rule
    identity = _starting(request, rule.starts, terms)
    fee = request.fee if Start.FEE in rule.starts else None
    if is_awaited(identity, fee, *(request.clarifications if rule.excludes_clarification else ())):
        return None
    waits = Waits(
        identity=_answered(identity, terms),
        fee=_answered(fee, terms),
        clarifications=_clarified(request, terms),
    )
    extended = request.extended_at is not None
    received = date_of(request.received_at, terms.zone)
    return answer_due(received, rule, law.holiday_calendar, extended=extended, waits=waits)


def _starting(request: Request, starts: frozenset[Start], terms: Terms) -> Asked | None:
    """Return the question about identity whose answer sets the clock going, None for none."""
    if request.identity is None or Start.IDENTITY in starts:
        return request.identity
    asked, received = request.identity.at, request.received_at
    passed = date_of(asked, terms.zone) - date_of(received, terms.zone)
    is_prompt = passed.days <= terms.settings.prompt_days
    return request.identity if is_prompt and Start.PROMPT_IDENTITY in starts else None


def _answered(asked: Asked | None, terms: Terms) -> date | None:
    if asked is None or asked.answered_at is None:
        return None
    return date_of(asked.answered_at, terms.zone)


def _clarified(request: Request, terms: Terms) -> tuple[Clarification, ...]:
    return tuple(
        Clarification(
            asked=date_of(each.at, terms.zone), answered=date_of(each.answered_at, terms.zone)
        )
        for each in request.clarifications
        if each.answered_at is not None
    )


def next_step(request: Request, terms: Terms, at: Instant) -> Next | None:
    """Return what comes next at `at`, None once the request is closed.

    Every open request has an owner, and a due day or a named wait.
    """
    if not request.is_open:
        return None
    owner = request.owner or terms.settings.owner
    last = due(request, terms)
    wait, until = _wait(request, terms, at)
    do = _do(request, terms, at)
    if do is Do.ACKNOWLEDGE:
        last = acknowledgement_due(request, terms) or last
    return Next(owner=owner, do=do, due=last, waits_for=wait, until=until)


def _wait(request: Request, terms: Terms, at: Instant) -> tuple[Wait | None, Instant | None]:
    asked = (
        (Wait.IDENTITY, (request.identity,)),
        (Wait.CLARIFICATION, request.clarifications),
        (Wait.EVIDENCE, (request.evidence,)),
        (Wait.FEE, (request.fee,)),
    )
    if request.stopped_at is not None:
        return Wait.STOPPED, None
    for wait, each in asked:
        if is_awaited(*each):
            return wait, None
    strong = strong_at(request, terms.wait)
    if request.need.proof is Proof.STRONG and strong is not None and strong > at:
        return Wait.NOTICE, strong
    if request.deferred and request.answered_at is not None:
        return Wait.CASE, min(each.until for each in request.deferred)
    return None, None


def _do(request: Request, terms: Terms, at: Instant) -> Do:
    planned = request.need.planned
    undone = (
        (Do.ACKNOWLEDGE, request.acknowledged_at is None),
        (Do.VERIFY, proof_at(request, at, terms.wait) < request.need.proof),
        (Do.SEE_MANDATE, not request.is_mandated),
        (Do.DECIDE, not planned and request.accepted_at is None),
        (Do.PLAN, planned and request.plan is None),
        (Do.APPROVE, planned and not request.is_approved),
        (Do.CARRY_OUT, request.remaining > len(request.deferred)),
        (Do.ANSWER, request.answered_at is None),
    )
    return next((do for do, is_next in undone if is_next), Do.REVIEW)
