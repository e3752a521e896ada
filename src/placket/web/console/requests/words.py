"""The words of the console for a request: its states, steps, waits, moves and what a plan does."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.law.calendar import date_of
from placket.plan.plan import Action
from placket.policy.rendering.lay import day_in_text
from placket.rights.due import Do, Wait
from placket.rights.moves import Move
from placket.rights.request import State
from placket.rights.right import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.gate.requests.register import Case

STATES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.INITIATED: ("wait", "New"),
        State.ACKNOWLEDGED: ("wait", "Acknowledged"),
        State.REQUIRES_ACTION: ("wait", "Waits for the person"),
        State.ACCEPTED: ("done", "Accepted"),
        State.REJECTED: ("no", "Refused"),
        State.ACTION_DELAYED: ("wait", "Delayed"),
        State.FULFILLED: ("done", "Answered"),
        State.UNFULFILLED: ("", "Ended"),
    }
)
"""Each state with the class of its tag."""

NEXT: Final[Mapping[Do, str]] = MappingProxyType(
    {
        Do.ACKNOWLEDGE: "Acknowledge it",
        Do.VERIFY: "See who asks",
        Do.SEE_MANDATE: "See the mandate",
        Do.DECIDE: "Decide",
        Do.PLAN: "Make the plan",
        Do.APPROVE: "Approve the plan",
        Do.CARRY_OUT: "Carry the plan out",
        Do.ANSWER: "Answer",
        Do.REVIEW: "Look again at what waits",
    }
)
WAITS: Final[Mapping[Wait, str]] = MappingProxyType(
    {
        Wait.STOPPED: "for staff to see who asks: it was stopped from a known address",
        Wait.IDENTITY: "for the person to show who they are",
        Wait.CLARIFICATION: "for an answer to our question",
        Wait.EVIDENCE: "for the evidence",
        Wait.FEE: "for the fee",
        Wait.NOTICE: "for whoever may stop it",
        Wait.CASE: "for an open case to end",
    }
)
PROOFS: Final[Mapping[Proof, str]] = MappingProxyType(
    {
        Proof.NONE: "Not known",
        Proof.TOKEN: "Weakly known: a link or a login alone",
        Proof.KNOWN: "Known: a code at a known address, or staff saw it",
        Proof.STRONG: "Strongly known: a second way, or a notice that nobody used",
    }
)
MOVES: Final[Mapping[Move, str]] = MappingProxyType(
    {
        Move.ASSIGNED: "Given to somebody",
        Move.ACKNOWLEDGED: "Acknowledged",
        Move.IDENTITY_ASKED: "Asked who asks",
        Move.IDENTITY_VERIFIED: "Identity shown",
        Move.IDENTITY_FAILED: "Wrong code",
        Move.NOTICE_SENT: "Notice sent to every known address",
        Move.STOPPED: "Stopped from a known address",
        Move.MANDATE_SHOWN: "Mandate shown",
        Move.CLARIFICATION_ASKED: "Question asked",
        Move.CLARIFICATION_ANSWERED: "Question answered",
        Move.EVIDENCE_ASKED: "Evidence asked for",
        Move.EVIDENCE_GIVEN: "Evidence came",
        Move.FEE_ASKED: "Fee asked for",
        Move.FEE_PAID: "Fee paid",
        Move.EXTENDED: "Extended by two months",
        Move.ACCEPTED: "Accepted",
        Move.REFUSED: "Refused",
        Move.PLANNED: "Plan made",
        Move.APPROVED: "Plan approved",
        Move.CARRIED_OUT: "Carried out",
        Move.DEFERRED: "A part waits",
        Move.RELEASED: "A part waits no more",
        Move.ANSWERED: "Answered",
        Move.WITHDRAWN: "Taken back by the person",
        Move.LAPSED: "Ended: what was asked for never came",
    }
)
GROUPS: Final[tuple[tuple[str, frozenset[Action]], ...]] = (
    ("Goes", frozenset({Action.DELETE})),
    (
        "Stays, and no longer points to the person",
        frozenset({Action.CUT, Action.SURROGATE, Action.BLANK}),
    ),
    ("Is corrected", frozenset({Action.WRITE})),
    ("Is shown", frozenset({Action.SHOW})),
    ("Is left out", frozenset({Action.WITHHOLD})),
    ("Is stored and not used", frozenset({Action.RESTRICT})),
    ("Waits", frozenset({Action.WAIT, Action.HOLD})),
    ("Stays as it is, for one purpose alone", frozenset({Action.KEEP})),
)
"""The parts of a plan, as a manager reads them."""

TAGS: Final[Mapping[Action, str]] = MappingProxyType(
    {
        Action.DELETE: "gone",
        Action.CUT: "change",
        Action.SURROGATE: "change",
        Action.BLANK: "change",
        Action.WRITE: "change",
        Action.SHOW: "done",
        Action.WITHHOLD: "wait",
        Action.RESTRICT: "keep",
        Action.KEEP: "keep",
        Action.WAIT: "wait",
        Action.HOLD: "wait",
    }
)


def next_in_words(case: Case) -> str:
    """Return what is to be done next, empty for a request that is closed."""
    if case.next is None:
        return ""
    if case.next.waits_for is Wait.NOTICE:
        return "Let the notice stand"
    return NEXT[case.next.do]


def waits_in_words(case: Case) -> str:
    """Return what the request waits for and until when, empty while it waits for nothing."""
    step = case.next
    if step is None or step.waits_for is None:
        return ""
    said = WAITS[step.waits_for]
    if step.until is None:
        return said
    return f"{said}, until {day_in_text(date_of(step.until, case.terms.zone))}"
