"""What is told when a request does not let something be done: why not, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.gate.requests.carrying import InHand
from placket.gate.requests.packing import NoPackage
from placket.gate.requests.planning import NoPlan
from placket.gate.requests.proof import NotOnFile, TooManyCodes, WrongCode
from placket.gate.requests.register import MoveRefused, NoSuchRequest
from placket.gate.views import CatalogueUnusable, SourceNotSet
from placket.plan.apply import TakenOver, TargetRefuses, TargetUnreachable
from placket.plan.asking import NotInCatalogue
from placket.plan.build import NeedsNoPlan
from placket.plan.plan import StalePlan
from placket.rights.letters import Unsaid
from placket.sources.connect import DriverMissing, NotADatabase, SourceUnreachable
from placket.store.refusals import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A refusal in words. kind: its name among the problems of the interface."""

    kind: str
    says: str
    mend: str


MENDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "the request is closed": "open a new one when the person asks again",
        "it is not known well enough who asks": (
            "send a code to an address on file, or confirm what you saw; a full copy or an erasure"
            " also needs a second way, or the wait after the notice"
        ),
        "whoever asks has not shown that they may speak for the person": (
            "see the mandate, then say that it was shown"
        ),
        "this right needs no plan": "accept the request instead",
        "this is not the newest plan": "look at the newest plan, and approve its digest",
        "nobody is named": "say who you are, by your staff id",
        "whoever asked does not decide": "let somebody decide who neither asked nor took it down",
        "a first request is not excessive without abusive intent": (
            "answer it, or say that abusive intent was shown"
        ),
        "no owner is named": "name whose it is",
        "this right needs no proof of who asks": "go on without asking",
        "it is known well enough who asks": "go on without asking",
        "no way that counts is named": (
            "name another way: codes stop counting after too many wrong ones, and after a stop"
            " only what staff saw or a second channel counts"
        ),
        "a question is still open": "wait for the answer, or say that it came",
        "nothing was asked": "ask first",
        "evidence is asked for where something is to be corrected": "go on without it",
        "no clause lets evidence be asked for": "go on without it: the policy promises as much",
        "no law or clause lets a fee be asked for": "answer without a fee",
        "no letter that told the person is named": "ask for the fee by a letter first",
        "this right is not extended": "answer within the first month",
        "it was extended before": "answer by the last day",
        "no reason is told": "name why more time is needed",
        "the first month is over": "answer now",
        "this is no ground to refuse this right": "choose a ground that this right knows",
        "the ways to complain and to a court are not told": "tell both in the refusal",
        "the plan has no digest": "make the plan anew",
        "the plan does not count its steps": "make the plan anew",
        "something stands against the plan": "mend what the plan names, then make it anew",
        "a fee is still to be paid": "wait until it is paid, then say that it came",
        "the same person approved before": "let a second person approve",
        "the plan is not approved": "have it approved first",
        "what waits has no name, ground or day of review": "name all three",
        "nothing of that name waits": "see what waits",
        "it is not decided": "approve the plan, or accept the request, first",
        "the address is not known to be the person's": (
            "have the person prove an address, then answer to that one"
        ),
        "the person owes nothing": "answer the request",
        "the month is not over": "wait until it is",
    }
)
"""What mends each guard's refusal, by the guard's own words."""

_KINDS: Final[tuple[tuple[type[Exception], str, str], ...]] = (
    (NoSuchRequest, "request-unknown", "look the reference up in the register"),
    (StalePlan, "plan-stale", "look at the new plan and approve that"),
    (NoPlan, "plan-missing", "make the plan first"),
    (NeedsNoPlan, "move-refused", "accept the request instead"),
    (InHand, "request-in-hand", "look again in a minute"),
    (TakenOver, "request-in-hand", "look again in a minute"),
    (LeaseLost, "request-in-hand", "look again in a minute"),
    (WrongCode, "code-wrong", "send a new one"),
    (TooManyCodes, "too-often", "confirm what you saw instead, or wait a day"),
    (NotOnFile, "address-unknown", "choose one of those on file"),
    (NoPackage, "plan-missing", "make a new plan, and have it carried out"),
    (SourceUnreachable, "source-unavailable", "try again when the source answers"),
    (TargetUnreachable, "source-unavailable", "try again when the source answers"),
    (DriverMissing, "source-unavailable", "install the driver, then try again"),
    (NotADatabase, "source-unavailable", "mend the address of the source in the settings"),
    (TargetRefuses, "plan-stale", "mend what the source names, then make the plan anew"),
    (
        CatalogueUnusable,
        "catalogue-unusable",
        "run `placket catalogue check` and mend what it says",
    ),
    (NotInCatalogue, "catalogue-unusable", "name the table in the catalogue"),
    (SourceNotSet, "catalogue-unusable", "add the source to the settings"),
    (Unsaid, "letter-incomplete", "write what it names"),
)
REFUSALS: Final[tuple[type[Exception], ...]] = (
    MoveRefused,
    *(kind for kind, _, _ in _KINDS),
)
"""What may be raised where a request does not let something be done, or a letter lacks words."""


def told(failure: Exception) -> Told | None:
    """Return what is told of a refusal, None when it is none of those."""
    if isinstance(failure, MoveRefused):
        mend = MENDS.get(failure.why, "see where the request stands")
        return Told(kind="move-refused", says=failure.why, mend=mend)
    for kind, name, mend in _KINDS:
        if isinstance(failure, kind):
            return Told(kind=name, says=_sentence(failure), mend=mend)
    return None


def _sentence(failure: Exception) -> str:
    return str(failure).partition("; ")[0].rstrip(".").lstrip()
