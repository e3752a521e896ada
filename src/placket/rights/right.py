"""The rights, and what each needs: its law, the strength of proof, a plan, grounds to refuse."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Right(StrEnum):
    """What a person may ask; a value is the word of the policy where it has one."""

    ACCESS = "access"
    CHAT_TRANSCRIPT = "chat_transcript"
    PORTABILITY = "portability"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"
    RESTRICTION = "restriction"
    OBJECTION = "objection"
    MARKETING_OPT_OUT = "marketing_opt_out"
    WITHDRAW_CONSENT = "withdraw_consent"
    AUTOMATED_DECISION_OPT_OUT = "automated_decision_opt_out"
    HUMAN_REVIEW = "human_review"
    COMPLAINT = "complaint"


class Proof(IntEnum):
    """How well it is known who asks: what opens or destroys data needs the most."""

    NONE = 0
    TOKEN = 1
    KNOWN = 2
    STRONG = 3


class Refusal(StrEnum):
    """Why a request is not carried out. Source: GDPR Art. 11, 12(4) to (6), 15(4), 17(3), 21(1)."""

    UNFOUNDED = "unfounded"
    EXCESSIVE = "excessive"
    UNIDENTIFIED = "unidentified"
    UNAUTHORISED = "unauthorised"
    NOT_HELD = "not_held"
    EXEMPT = "exempt"
    RIGHTS_OF_OTHERS = "rights_of_others"
    DUTY = "duty"
    CLAIMS = "claims"
    PUBLIC_INTEREST = "public_interest"
    COMPELLING_GROUNDS = "compelling_grounds"
    ACCURATE = "accurate"
    CONDITIONS_UNMET = "conditions_unmet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one right asks of whoever answers it.

    planned: it ends in a plan that somebody approves; the others act at once.
    refusable: the only grounds on which it may be refused; none for an absolute right.
    """

    law: str
    proof: Proof
    planned: bool = False
    refusable: frozenset[Refusal] = frozenset()


_ALWAYS: Final = frozenset(
    {Refusal.UNFOUNDED, Refusal.EXCESSIVE, Refusal.UNIDENTIFIED, Refusal.UNAUTHORISED}
)
_COPY: Final = _ALWAYS | {Refusal.NOT_HELD, Refusal.EXEMPT, Refusal.RIGHTS_OF_OTHERS}
_UNMET: Final = _ALWAYS | {Refusal.CONDITIONS_UNMET, Refusal.EXEMPT}
_KEPT: Final = frozenset({Refusal.DUTY, Refusal.CLAIMS, Refusal.PUBLIC_INTEREST})

NEEDS: Final[Mapping[Right, Need]] = MappingProxyType(
    {
        Right.ACCESS: Need(law="GDPR Art. 15", proof=Proof.STRONG, planned=True, refusable=_COPY),
        Right.CHAT_TRANSCRIPT: Need(
            law="GDPR Art. 15(3)", proof=Proof.STRONG, planned=True, refusable=_COPY
        ),
        Right.PORTABILITY: Need(
            law="GDPR Art. 20",
            proof=Proof.STRONG,
            planned=True,
            refusable=_COPY | {Refusal.CONDITIONS_UNMET},
        ),
        Right.RECTIFICATION: Need(
            law="GDPR Art. 16",
            proof=Proof.STRONG,
            planned=True,
            refusable=_ALWAYS | {Refusal.NOT_HELD, Refusal.ACCURATE, Refusal.EXEMPT},
        ),
        Right.ERASURE: Need(
            law="GDPR Art. 17",
            proof=Proof.STRONG,
            planned=True,
            refusable=_ALWAYS | _KEPT | {Refusal.NOT_HELD, Refusal.EXEMPT},
        ),
        Right.RESTRICTION: Need(law="GDPR Art. 18", proof=Proof.TOKEN, refusable=_UNMET),
        Right.OBJECTION: Need(
            law="GDPR Art. 21(1)",
            proof=Proof.TOKEN,
            refusable=_ALWAYS | {Refusal.COMPELLING_GROUNDS, Refusal.CLAIMS, Refusal.EXEMPT},
        ),
        Right.MARKETING_OPT_OUT: Need(law="GDPR Art. 21(2), 21(3)", proof=Proof.TOKEN),
        Right.WITHDRAW_CONSENT: Need(law="GDPR Art. 7(3)", proof=Proof.TOKEN),
        Right.AUTOMATED_DECISION_OPT_OUT: Need(
            law="GDPR Art. 22(1)", proof=Proof.TOKEN, refusable=_UNMET
        ),
        Right.HUMAN_REVIEW: Need(law="GDPR Art. 22(3)", proof=Proof.KNOWN, refusable=_UNMET),
        Right.COMPLAINT: Need(law="Data Protection Act 2018 s. 164A", proof=Proof.NONE),
    }
)
"""What each right needs. Strong proof of a rectification: it may change where an answer goes."""
