"""The moves of a request: the closed set of what may happen to it, and which fact tells each."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.rights.right import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping


class Move(StrEnum):
    """What may happen to a request once it is there; `what` of a `request_moved` fact.

    Of two at one instant the earlier of this list counts first: what is shown, then a stop, then
    what is decided.
    """

    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    IDENTITY_ASKED = "identity_asked"
    IDENTITY_VERIFIED = "identity_verified"
    IDENTITY_FAILED = "identity_failed"
    NOTICE_SENT = "notice_sent"
    STOPPED = "stopped"
    MANDATE_SHOWN = "mandate_shown"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFICATION_ANSWERED = "clarification_answered"
    EVIDENCE_ASKED = "evidence_asked"
    EVIDENCE_GIVEN = "evidence_given"
    FEE_ASKED = "fee_asked"
    FEE_PAID = "fee_paid"
    EXTENDED = "extended"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PLANNED = "planned"
    APPROVED = "approved"
    CARRIED_OUT = "carried_out"
    DEFERRED = "deferred"
    RELEASED = "released"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


METHODS: Final[Mapping[str, Proof]] = MappingProxyType(
    {
        "token": Proof.TOKEN,
        "code": Proof.KNOWN,
        "session": Proof.KNOWN,
        "staff": Proof.KNOWN,
        "login": Proof.TOKEN,
        "second_channel": Proof.TOKEN,
    }
)
"""Ways to show who one is, and how far each reaches alone; a fact names them as `proof:WAY`."""

SECOND: Final = frozenset({"login", "second_channel"})
"""Ways that make a known person a strongly proven one; an unused stop after a wait does too."""

BEYOND_DOUBT: Final = frozenset({"staff", "second_channel"})
"""Ways that still count after somebody at a known address stopped the request."""

PROOF: Final = "proof:"
STEPS: Final = "steps:"
ASKED_BY: Final = "asked_by:"
IS_STAFF: Final = "is_staff:"
SECOND_PERSON: Final = "second_person"
OBSTRUCTED: Final = "obstructed"
ABUSIVE_INTENT: Final = "abusive_intent"
REMEDIES_TOLD: Final = frozenset({"complaint_told", "court_told"})
EXTENSION_REASONS: Final = frozenset({"complexity", "number_of_requests"})

_BY_KIND: Final = {Kind.PLANNED: Move.PLANNED, Kind.STEP_CARRIED_OUT: Move.CARRIED_OUT}
OF_RECIPIENTS: Final = frozenset({Kind.RECIPIENT_TOLD, Kind.RECIPIENT_ANSWERED})
"""Facts about a request that do not move it: `rights/recipients.py` folds them."""

_OWN: Final = frozenset(_BY_KIND.values())
_TURNS: Final[Mapping[Move, int]] = {move: turn for turn, move in enumerate(Move)}


def move_of(fact: Fact) -> Move | None:
    """Return the move that `fact` tells, None when it tells none."""
    if fact.kind is not Kind.REQUEST_MOVED:
        return _BY_KIND.get(fact.kind)
    try:
        move = Move(fact.what)
    except ValueError:
        return None
    return None if move in _OWN else move


def in_turn(fact: Fact) -> tuple[int, int, str]:
    """Return what orders the facts of a request: the instant, the move, the id."""
    move = move_of(fact)
    return (fact.occurred_at, -1 if move is None else _TURNS[move], fact.id)


def marked(fact: Fact, prefix: str) -> tuple[str, ...]:
    """Return what the marks of `fact` that begin with `prefix` say after it."""
    return tuple(mark.removeprefix(prefix) for mark in fact.marks if mark.startswith(prefix))


def methods(fact: Fact) -> frozenset[str]:
    """Return the known ways by which the fact says that somebody proved who they are."""
    return frozenset(marked(fact, PROOF)) & METHODS.keys()
