"""What a request brings about at once, before anybody decides: a no is easy."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.policy.vocabulary import ALL_HELD
from placket.rights.request import proof_at
from placket.rights.right import Proof, Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from placket.law.calendar import Instant
    from placket.rights.request import Request
    from placket.rights.terms import Terms

MARKETING: Final = "direct_marketing"
_MEANWHILE: Final = frozenset({Right.RECTIFICATION, Right.ERASURE})
"""The rights while which a clause may freeze data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A fact to be appended about the person, in the words of `facts`."""

    kind: Kind
    what: str = ""
    activity: str = ""
    channel: str = ""
    data: tuple[str, ...] = ()


def at_once(request: Request, terms: Terms, at: Instant) -> tuple[Effect, ...]:
    """Return what takes effect now that it is weakly known who asks, or nothing.

    A restriction and an objection work through the standing from this moment; a rectification
    freezes its field, and an erasure stops all use, where a clause says so.
    Source: GDPR Art. 7(3), 18, 21.
    """
    if not request.is_open or proof_at(request, at, terms.wait) < Proof.TOKEN:
        return ()
    brings = _EFFECTS.get(request.right)
    return tuple(brings(request, terms)) if brings is not None else ()


def freezes_over(request: Request, facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Return the freezes that the request brought about for its own time, once that is over.

    What was asked for as a restriction lasts. facts: of the person. Source: GDPR Art. 18(1)(a).
    """
    if request.is_open or request.right not in _MEANWHILE:
        return ()
    known = tuple(facts)
    lifted = {fact.about for fact in known if fact.kind is Kind.RESTRICTION_LIFTED}
    own = (f for f in known if f.kind is Kind.RESTRICTED and f.thing == request.id)
    return tuple(fact for fact in own if fact.id not in lifted)


def _restricted(request: Request, _terms: Terms) -> Iterator[Effect]:
    # What is restricted is data or one activity: an activity named leaves the rest free.
    data = request.data if request.activity else request.data or (ALL_HELD,)
    yield Effect(kind=Kind.RESTRICTED, data=data, activity=request.activity)


def _objected(request: Request, _terms: Terms) -> Iterator[Effect]:
    # Who names nothing objects at least to what needs no reason.
    what = request.meant or ("" if request.activity else MARKETING)
    yield Effect(kind=Kind.OBJECTED, what=what, activity=request.activity)


def _opted_out(request: Request, _terms: Terms) -> Iterator[Effect]:
    yield Effect(kind=Kind.OBJECTED, what=MARKETING, channel=request.channel)


def _withdrawn(request: Request, _terms: Terms) -> Iterator[Effect]:
    yield Effect(kind=Kind.CONSENT_WITHDRAWN, what=request.meant, channel=request.channel)


def _declined(request: Request, terms: Terms) -> Iterator[Effect]:
    # Who names no decision declines every one that a clause lets a machine make.
    every = (name for said in terms.said[request.right] for name in said.decisions)
    for name in dict.fromkeys((request.meant,) if request.meant else every):
        yield Effect(kind=Kind.AUTOMATION_DECLINED, what=name)


def _frozen(request: Request, terms: Terms) -> Iterator[Effect]:
    if "freeze_field" in terms.meanwhile(request.right) and request.data:
        yield Effect(kind=Kind.RESTRICTED, data=request.data)


def _ceased(request: Request, terms: Terms) -> Iterator[Effect]:
    if "stop_processing" in terms.meanwhile(request.right):
        yield Effect(kind=Kind.RESTRICTED, data=request.data or (ALL_HELD,))


_EFFECTS: Final[Mapping[Right, Callable[[Request, Terms], Iterator[Effect]]]] = MappingProxyType(
    {
        Right.RESTRICTION: _restricted,
        Right.OBJECTION: _objected,
        Right.MARKETING_OPT_OUT: _opted_out,
        Right.WITHDRAW_CONSENT: _withdrawn,
        Right.AUTOMATED_DECISION_OPT_OUT: _declined,
        Right.RECTIFICATION: _frozen,
        Right.ERASURE: _ceased,
    }
)
