"""Fold the facts about requests into each request as it stands: pure, in any order, no clock."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from placket.facts import Fact, Kind
from placket.rights.guards import refusal
from placket.rights.moves import (
    ASKED_BY,
    IS_STAFF,
    OBSTRUCTED,
    OF_RECIPIENTS,
    SECOND_PERSON,
    STEPS,
    Move,
    in_turn,
    marked,
    methods,
    move_of,
)
from placket.rights.request import (
    Asked,
    Asker,
    Deferred,
    Planned,
    Proven,
    Refused,
    Request,
    Unheeded,
)
from placket.rights.right import Refusal, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from placket.rights.terms import Terms

_ASKERS: Final = frozenset(Asker)
_RIGHTS: Final = frozenset(Right)


def requests_of(facts: Iterable[Fact], terms: Terms) -> tuple[Request, ...]:
    """Return the requests that one person's `facts` tell, the earliest first.

    Facts count by when they occurred, on a tie by their move and id; neither the order in which
    they arrive nor repetition matters. What a guard turns away is kept as unheeded, with the why.
    """
    ordered = sorted({f.id: f for f in facts}.values(), key=in_turn)
    earlier: dict[Right, int] = {}
    found: dict[str, Request] = {}
    for fact in ordered:
        if fact.kind is Kind.REQUESTED and fact.what in _RIGHTS:
            right = Right(fact.what)
            found[fact.id] = _opened(fact, right, earlier.get(right, 0))
            earlier[right] = earlier.get(right, 0) + 1
    for fact in ordered:
        if fact.about in found and fact.kind not in OF_RECIPIENTS:
            found[fact.about] = moved(found[fact.about], fact, terms)
    return tuple(found.values())


def moved(request: Request, fact: Fact, terms: Terms) -> Request:
    """Return `request` after `fact`, which counts for nothing when a guard turns it away."""
    move = move_of(fact)
    if move is None:
        return _unheeded(request, fact, "this is no move of a request")
    why = refusal(request, move, fact, terms)
    if why is not None:
        return _unheeded(request, fact, why)
    return replace(request, **_CHANGES[move](request, fact))


def _unheeded(request: Request, fact: Fact, why: str) -> Request:
    return replace(request, unheeded=(*request.unheeded, Unheeded(fact=fact.id, why=why)))


def _opened(fact: Fact, right: Right, earlier: int) -> Request:
    asker = next((word for word in marked(fact, ASKED_BY) if word in _ASKERS), Asker.DATA_SUBJECT)
    return Request(
        id=fact.id,
        person=fact.person,
        right=right,
        received_at=fact.occurred_at,
        asker=Asker(asker),
        route=fact.route,
        recorded_by=fact.by,
        staff=frozenset(marked(fact, IS_STAFF)),
        data=fact.data,
        activity=fact.activity,
        channel=fact.channel,
        meant=fact.topic,
        earlier=earlier,
    )


Changed = dict[str, Any]


def _verified(request: Request, fact: Fact) -> Changed:
    proven = Proven(at=fact.occurred_at, methods=methods(fact), address=fact.thing)
    return {
        "proofs": (*request.proofs, proven),
        "identity": _answered(request.identity, fact),
        "stopped_at": None,
    }


def _stopped(_request: Request, fact: Fact) -> Changed:
    # Whoever sits at a known address says that it was not they: nothing shown so far counts.
    return {
        "stopped_at": fact.occurred_at,
        "proofs": (),
        "accepted_at": None,
        "approvals": (),
        "notified_at": None,
    }


def _answered(asked: Asked | None, fact: Fact) -> Asked | None:
    if asked is None or asked.answered_at is not None:
        return asked
    return replace(asked, answered_at=fact.occurred_at)


def _clarified(request: Request, fact: Fact) -> Changed:
    answered = (_answered(each, fact) for each in request.clarifications)
    return {"clarifications": tuple(each for each in answered if each is not None)}


def _refused(request: Request, fact: Fact) -> Changed:
    refused = Refused(at=fact.occurred_at, ground=Refusal(fact.ground), data=fact.data)
    return {"refusals": (*request.refusals, refused)}


def _planned(_request: Request, fact: Fact) -> Changed:
    plan = Planned(
        at=fact.occurred_at,
        digest=fact.thing,
        steps=next(int(number) for number in marked(fact, STEPS) if number.isdecimal()),
        second_person=SECOND_PERSON in fact.marks,
        obstructed=OBSTRUCTED in fact.marks,
    )
    return {"plan": plan, "approvals": (), "carried": frozenset()}


def _approved(request: Request, fact: Fact) -> Changed:
    after = replace(request, approvals=(*request.approvals, fact.by))
    approved = fact.thing if after.is_approved else request.approved
    return {"approvals": after.approvals, "approved": approved}


def _deferred(request: Request, fact: Fact) -> Changed:
    others = tuple(each for each in request.deferred if each.thing != fact.thing)
    until = fact.until if fact.until is not None else fact.occurred_at
    return {"deferred": (*others, Deferred(thing=fact.thing, ground=fact.ground, until=until))}


def _released(request: Request, fact: Fact) -> Changed:
    return {"deferred": tuple(each for each in request.deferred if each.thing != fact.thing)}


def _at(name: str) -> Callable[[Request, Fact], Changed]:
    return lambda _request, fact: {name: fact.occurred_at}


def _asks(name: str) -> Callable[[Request, Fact], Changed]:
    return lambda _request, fact: {name: Asked(at=fact.occurred_at)}


def _answers(name: str) -> Callable[[Request, Fact], Changed]:
    return lambda request, fact: {name: _answered(getattr(request, name), fact)}


_CHANGES: Final[Mapping[Move, Callable[[Request, Fact], Changed]]] = MappingProxyType(
    {
        Move.ASSIGNED: lambda _request, fact: {"owner": fact.thing},
        Move.ACKNOWLEDGED: _at("acknowledged_at"),
        Move.IDENTITY_ASKED: _asks("identity"),
        Move.IDENTITY_VERIFIED: _verified,
        Move.IDENTITY_FAILED: lambda request, _fact: {"failures": request.failures + 1},
        Move.NOTICE_SENT: _at("notified_at"),
        Move.STOPPED: _stopped,
        Move.MANDATE_SHOWN: _at("mandate_at"),
        Move.CLARIFICATION_ASKED: lambda request, fact: {
            "clarifications": (*request.clarifications, Asked(at=fact.occurred_at))
        },
        Move.CLARIFICATION_ANSWERED: _clarified,
        Move.EVIDENCE_ASKED: _asks("evidence"),
        Move.EVIDENCE_GIVEN: _answers("evidence"),
        Move.FEE_ASKED: _asks("fee"),
        Move.FEE_PAID: _answers("fee"),
        Move.EXTENDED: _at("extended_at"),
        Move.ACCEPTED: _at("accepted_at"),
        Move.REFUSED: _refused,
        Move.PLANNED: _planned,
        Move.APPROVED: _approved,
        Move.CARRIED_OUT: lambda request, fact: {"carried": request.carried | {fact.what}},
        Move.DEFERRED: _deferred,
        Move.RELEASED: _released,
        Move.ANSWERED: _at("answered_at"),
        Move.WITHDRAWN: _at("ended_at"),
        Move.LAPSED: _at("ended_at"),
    }
)
"""What each move changes of a request."""
