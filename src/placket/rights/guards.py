"""The table of moves: what must hold for each to count, so that no order of facts goes around."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.law.calendar import date_of
from placket.rights.due import due, plain_due
from placket.rights.moves import (
    ABUSIVE_INTENT,
    BEYOND_DOUBT,
    EXTENSION_REASONS,
    REMEDIES_TOLD,
    STEPS,
    Move,
    marked,
    methods,
)
from placket.rights.request import is_awaited, proof_at
from placket.rights.right import Proof, Refusal, Right

if TYPE_CHECKING:
    from placket.facts import Fact
    from placket.rights.request import Request
    from placket.rights.terms import Terms

Holds = Callable[["Request", "Fact", "Terms"], bool]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition of a move, and what is said when it does not hold."""

    why: str
    holds: Holds


def refusal(request: Request, move: Move, fact: Fact, terms: Terms) -> str | None:
    """Return why `move` does not count now, None when it does.

    The fold asks this of every fact and a caller before it appends one, so that both agree.
    """
    if not request.is_open:
        return "the request is closed"
    return next((g.why for g in GUARDS[move] if not g.holds(request, fact, terms)), None)


def _is_proven(request: Request, fact: Fact, terms: Terms) -> bool:
    return proof_at(request, fact.occurred_at, terms.wait) >= request.need.proof


def _has_method(request: Request, fact: Fact, terms: Terms) -> bool:
    found = methods(fact)
    if request.failures >= terms.settings.attempts:
        found -= {"code"}
    if request.stopped_at is not None:
        found &= BEYOND_DOUBT
    return bool(found)


def _in_first_month(request: Request, fact: Fact, terms: Terms) -> bool:
    last = due(request, terms)
    return last is None or date_of(fact.occurred_at, terms.zone) <= last


def _may_cost(request: Request, fact: Fact, terms: Terms) -> bool:
    # The law lets a fee be asked for what is unfounded or excessive alone, and a clause that
    # promises none binds. Source: GDPR Art. 12(5).
    allowed = {Refusal.UNFOUNDED, Refusal.EXCESSIVE} & request.need.refusable
    return fact.ground in allowed and not any(said.free for said in terms.said[request.right])


def _is_excess_shown(request: Request, fact: Fact, _terms: Terms) -> bool:
    # A first request is excessive only on proven abusive intent: C-526/24.
    first = request.earlier == 0 and ABUSIVE_INTENT not in fact.marks
    return fact.ground != Refusal.EXCESSIVE or not first


def _is_address_own(request: Request, fact: Fact, _terms: Terms) -> bool:
    return request.need.proof < Proof.KNOWN or fact.thing in request.addresses


def _has_lapsed(request: Request, fact: Fact, terms: Terms) -> bool:
    return date_of(fact.occurred_at, terms.zone) > plain_due(request, terms)


def _counts_steps(_request: Request, fact: Fact, _terms: Terms) -> bool:
    return any(number.isdecimal() for number in marked(fact, STEPS))


PROVEN: Final = Guard("it is not known well enough who asks", _is_proven)
MANDATED: Final = Guard(
    "whoever asks has not shown that they may speak for the person",
    lambda request, _fact, _terms: request.is_mandated,
)
PLANNED: Final = Guard(
    "this right needs no plan", lambda request, _fact, _terms: request.need.planned
)
SAME_PLAN: Final = Guard(
    "this is not the newest plan",
    lambda request, fact, _terms: request.plan is not None and fact.thing == request.plan.digest,
)
BY_SOMEBODY: Final = Guard("nobody is named", lambda _request, fact, _terms: bool(fact.by))
NOT_ITS_OWN: Final = Guard(
    "whoever asked does not decide", lambda request, fact, _terms: fact.by not in request.requesters
)
EXCESS: Final = Guard("a first request is not excessive without abusive intent", _is_excess_shown)

GUARDS: Final[Mapping[Move, tuple[Guard, ...]]] = MappingProxyType(
    {
        Move.ASSIGNED: (
            Guard("no owner is named", lambda _request, fact, _terms: bool(fact.thing)),
        ),
        Move.ACKNOWLEDGED: (),
        Move.IDENTITY_ASKED: (
            Guard(
                "this right needs no proof of who asks",
                lambda request, _fact, _terms: request.need.proof > Proof.NONE,
            ),
            Guard(
                "it is known well enough who asks",
                lambda request, fact, terms: not _is_proven(request, fact, terms),
            ),
        ),
        Move.IDENTITY_VERIFIED: (Guard("no way that counts is named", _has_method),),
        Move.IDENTITY_FAILED: (),
        Move.NOTICE_SENT: (),
        Move.STOPPED: (),
        Move.MANDATE_SHOWN: (BY_SOMEBODY,),
        Move.CLARIFICATION_ASKED: (
            Guard(
                "a question is still open",
                lambda request, _fact, _terms: not is_awaited(*request.clarifications),
            ),
        ),
        Move.CLARIFICATION_ANSWERED: (
            Guard(
                "nothing was asked",
                lambda request, _fact, _terms: is_awaited(*request.clarifications),
            ),
        ),
        Move.EVIDENCE_ASKED: (
            Guard(
                "evidence is asked for where something is to be corrected",
                lambda request, _fact, _terms: request.right is Right.RECTIFICATION,
            ),
            Guard(
                "no clause lets evidence be asked for",
                lambda request, _fact, terms: terms.may_ask_evidence(request.right),
            ),
        ),
        Move.EVIDENCE_GIVEN: (
            Guard("nothing was asked", lambda request, _fact, _terms: is_awaited(request.evidence)),
        ),
        Move.FEE_ASKED: (
            Guard("no law or clause lets a fee be asked for", _may_cost),
            EXCESS,
            Guard(
                "no letter that told the person is named",
                lambda _request, fact, _terms: bool(fact.thing),
            ),
        ),
        Move.FEE_PAID: (
            Guard("nothing was asked", lambda request, _fact, _terms: is_awaited(request.fee)),
        ),
        Move.EXTENDED: (
            Guard(
                "this right is not extended",
                lambda request, _fact, _terms: bool(request.need.refusable),
            ),
            Guard(
                "it was extended before",
                lambda request, _fact, _terms: request.extended_at is None,
            ),
            Guard(
                "no reason is told",
                lambda _request, fact, _terms: bool(EXTENSION_REASONS & set(fact.marks)),
            ),
            Guard("the first month is over", _in_first_month),
        ),
        Move.ACCEPTED: (PROVEN, MANDATED),
        Move.REFUSED: (
            Guard(
                "this is no ground to refuse this right",
                lambda request, fact, _terms: fact.ground in request.need.refusable,
            ),
            EXCESS,
            Guard(
                "the ways to complain and to a court are not told",
                lambda _request, fact, _terms: set(fact.marks) >= REMEDIES_TOLD,
            ),
            BY_SOMEBODY,
            NOT_ITS_OWN,
        ),
        Move.PLANNED: (
            PLANNED,
            Guard("the plan has no digest", lambda _request, fact, _terms: bool(fact.thing)),
            Guard("the plan does not count its steps", _counts_steps),
        ),
        Move.APPROVED: (
            PLANNED,
            SAME_PLAN,
            Guard(
                "something stands against the plan",
                lambda request, _fact, _terms: (
                    request.plan is not None and not request.plan.obstructed
                ),
            ),
            # INVARIANT: no path to approved without verified identity.
            PROVEN,
            MANDATED,
            Guard(
                "a fee is still to be paid",
                lambda request, _fact, _terms: not is_awaited(request.fee),
            ),
            BY_SOMEBODY,
            # INVARIANT: the requester is not the approver.
            NOT_ITS_OWN,
            Guard(
                "the same person approved before",
                lambda request, fact, _terms: fact.by not in request.approvals,
            ),
        ),
        Move.CARRIED_OUT: (
            SAME_PLAN,
            # What a source has done is told, though somebody stopped the request meanwhile.
            Guard(
                "the plan is not approved",
                lambda request, fact, _terms: request.approved == fact.thing,
            ),
        ),
        Move.DEFERRED: (
            PLANNED,
            Guard(
                "what waits has no name, ground or day of review",
                lambda _request, fact, _terms: (
                    bool(fact.thing and fact.ground)
                    and fact.until is not None
                    and fact.until > fact.occurred_at
                ),
            ),
        ),
        Move.RELEASED: (
            Guard(
                "nothing of that name waits",
                lambda request, fact, _terms: fact.thing in {d.thing for d in request.deferred},
            ),
        ),
        Move.ANSWERED: (
            Guard("it is not decided", lambda request, _fact, _terms: request.is_decided),
            Guard("the address is not known to be the person's", _is_address_own),
        ),
        Move.WITHDRAWN: (),
        Move.LAPSED: (
            Guard(
                "the person owes nothing",
                lambda request, _fact, _terms: (
                    request.outstanding or request.stopped_at is not None
                ),
            ),
            Guard("the month is not over", _has_lapsed),
        ),
    }
)
"""What must hold for each move to count, beside that the request is open."""
