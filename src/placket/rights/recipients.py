"""Recipients told of what a request changed: who must be, what each said, whom to ask again."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.policy.vocabulary import ALL_HELD, members
from placket.rights.moves import marked
from placket.rights.right import Right
from placket.standing.data import KEPT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from placket.law.calendar import Instant
    from placket.rights.request import Request

HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
WAITS: Final = (HOUR, DAY, 3 * DAY, 7 * DAY)
"""How long silence lasts before a recipient is asked again; after the last a person is."""

PATIENCE: Final = 30 * DAY
"""How long after the first telling a recipient's own promise is waited for at most."""

STATE: Final = "state:"
RECEIPT: Final = "receipt:"
WHOLE: Final = "whole:"
"""Of data that an erasure names as kept: nothing of them went, so no recipient is told."""

UNABLE: Final = "unable"
"""Ground of a failure that no further try mends: the way to the recipient cannot say this."""

_DIGEST: Final = re.compile("[0-9a-f]{64}")


class Act(StrEnum):
    """What a recipient is asked to do; `what` of the facts about it."""

    ERASE = "erase"
    RECTIFY = "rectify"
    RESTRICT = "restrict"
    ACCESS = "access"


ACTS: Final[Mapping[Right, Act]] = MappingProxyType(
    {
        Right.ERASURE: Act.ERASE,
        Right.RECTIFICATION: Act.RECTIFY,
        Right.RESTRICTION: Act.RESTRICT,
    }
)
"""The rights of which every recipient is told. Source: GDPR Art. 19."""


class State(StrEnum):
    """How far one recipient is."""

    TO_TELL = "to_tell"
    TOLD = "told"
    RECEIVED = "received"
    DONE = "done"
    PARTIAL = "partial"
    REFUSED = "refused"
    IMPOSSIBLE = "impossible"
    FAILED = "failed"
    SILENT = "silent"
    ESCALATED = "escalated"


class Impossible(StrEnum):
    """Why a recipient need not be told. Source: GDPR Art. 19, first sentence."""

    IMPOSSIBLE = "impossible"
    DISPROPORTIONATE = "disproportionate"


_FINAL: Final = (State.DONE, State.IMPOSSIBLE, State.PARTIAL, State.REFUSED)
"""Answers that end the asking, the one that leaves most to do last."""

SETTLED: Final = frozenset({State.DONE, State.IMPOSSIBLE})
FOR_A_PERSON: Final = frozenset({State.PARTIAL, State.REFUSED, State.ESCALATED})
_ASKABLE: Final = frozenset({State.TOLD, State.RECEIVED, State.FAILED, State.SILENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One recipient and one act, folded from what was handed over, told and answered.

    data: the categories that it is about, `all_held` when a passage does not say which.
    attempts: how often it was told or asked again. next_at: when it is told, or asked, next;
    None when it is not. reference: under which the recipient keeps it. receipt: the digest of
    what it signed. reason, decided_by: of what is impossible, with the id of the note in
    `reference`; of what failed, the reason alone.
    """

    request: str
    recipient: str
    act: Act
    state: State
    data: tuple[str, ...] = ()
    attempts: int = 0
    told_at: Instant | None = None
    next_at: Instant | None = None
    answered_at: Instant | None = None
    reference: str = ""
    receipt: str = ""
    reason: str = ""
    decided_by: str = ""

    @property
    def id(self) -> str:
        """Return the id of the message: the same however often it is sent."""
        return message_id(self.request, self.recipient, self.act)

    @property
    def is_settled(self) -> bool:
        """Say whether nothing is left to do; never without a receipt or somebody's decision."""
        return self.state in SETTLED

    @property
    def needs_a_person(self) -> bool:
        """Say whether a person has to look at it: no machine asks again."""
        return self.state in FOR_A_PERSON

    def is_due(self, at: Instant) -> bool:
        """Say whether it is to be told, or asked again, at `at`."""
        return self.next_at is not None and self.next_at <= at


def message_id(request: str, recipient: str, act: Act) -> str:
    """Return the id of what one recipient is told of one request."""
    text = f"{request}\0{recipient}\0{act.value}"
    return "m_" + hashlib.blake2b(text.encode(), digest_size=15).hexdigest()


def told_of(
    facts: Iterable[Fact],
    request: Request,
    *,
    kept: Collection[str] = (),
    outside: Collection[str] = (),
) -> tuple[Telling, ...]:
    """Return how far every recipient is that must be told of `request`, by name.

    facts: of the person alone, passages that cover many persons included. kept: categories of
    which nothing goes here, so that nobody is told of them, beside those that the request's own
    erasure kept. outside: recipients that are not
    told, such as an authority in one inquiry. Neither the order of `facts` nor repetition
    matters. Of a right that Art. 19 does not name, only who was told or answered is listed.
    Source: GDPR Art. 19, 4(9).
    """
    act = ACTS.get(request.right, Act.ACCESS)
    own = {fact.id: fact for fact in facts}.values()
    staying = _staying(own, request) | frozenset(members(tuple(kept)))
    stories: dict[str, list[_Event]] = {}
    for fact in own:
        event = _event(fact, request, act, staying)
        if event is not None and fact.recipient not in outside:
            stories.setdefault(fact.recipient, []).append(event)
    rounds = ((name, _folded(stories[name])) for name in sorted(stories))
    # An answer alone, from whoever got nothing and was told nothing, tells nothing.
    return tuple(_telling(request, name, act, r) for name, r in rounds if not r.is_empty)


def _staying(facts: Iterable[Fact], request: Request) -> frozenset[str]:
    """Return what the erasure that answers the request kept, and of which nothing went."""
    erasures = [f for f in facts if f.kind is Kind.DATA_ERASED and f.thing == request.id]
    kept = {mark.partition(":")[0] for fact in erasures for mark in marked(fact, KEPT)}
    went = {datum for fact in erasures for datum in {*fact.data} - {*marked(fact, WHOLE)}}
    return frozenset(kept - went)


def concerned(passed: tuple[str, ...], asked: tuple[str, ...]) -> frozenset[str]:
    """Return what of the data of one passage a request for `asked` is about.

    A passage that names no data may have held any; a request that names none is about all.
    """
    some, wanted = frozenset(members(passed)), frozenset(members(asked))
    if not wanted or ALL_HELD in wanted:
        return some or frozenset({ALL_HELD})
    if not some or ALL_HELD in some:
        return wanted
    return some & wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """A passage, a telling or an answer, of one recipient.

    turn: which of two at one instant counts first; of answers the one that leaves least to do.
    """

    fact: Fact
    turn: int
    state: State
    data: frozenset[str] = frozenset()

    @property
    def in_turn(self) -> tuple[Instant, int, str]:
        return (self.fact.occurred_at, self.turn, self.fact.id)

    @property
    def receipt(self) -> str:
        return next(filter(_DIGEST.fullmatch, marked(self.fact, RECEIPT)), "")


_TURNS: Final = (State.TO_TELL, State.TOLD, State.FAILED, State.RECEIVED, *_FINAL)


def _event(fact: Fact, request: Request, act: Act, kept: frozenset[str]) -> _Event | None:
    """Return what the fact tells of a recipient, None when it tells nothing here."""
    if not fact.recipient:
        return None
    data: frozenset[str] = frozenset()
    if fact.kind is Kind.SHARED:
        data = _handed(fact, request, kept)
        state = State.TO_TELL if data else None
    elif fact.about != request.id or fact.what != act.value:
        return None
    else:
        state = _said(fact)
        data = frozenset(members(fact.data) or (ALL_HELD,))
    if state is None:
        return None
    return _Event(fact=fact, turn=_TURNS.index(state), state=state, data=data)


def _handed(fact: Fact, request: Request, kept: frozenset[str]) -> frozenset[str]:
    """Return of which data the recipient must be told, for what this passage handed over."""
    # What passes after the answer is a new relation, of whoever came back.
    is_later = request.answered_at is not None and fact.occurred_at > request.answered_at
    if is_later or request.right not in ACTS:
        return frozenset()
    return concerned(fact.data, request.data) - kept


def _said(fact: Fact) -> State | None:
    """Return the state that a telling or an answer brings, None where it says none."""
    if fact.kind is Kind.RECIPIENT_TOLD:
        return State.TOLD
    if fact.kind is not Kind.RECIPIENT_ANSWERED:
        return None
    word = next(iter(marked(fact, STATE)), "")
    # INVARIANT: done only with a receipt; impossible only with a reason, by somebody.
    if word == State.DONE:
        has_receipt = any(map(_DIGEST.fullmatch, marked(fact, RECEIPT)))
        return State.DONE if has_receipt else State.RECEIVED
    if word == State.IMPOSSIBLE:
        is_decided = fact.ground in _IMPOSSIBLE and bool(fact.by)
        return State.IMPOSSIBLE if is_decided else None
    return next((state for state in _SAYABLE if state == word), None)


_IMPOSSIBLE: Final = frozenset(Impossible)
_SAYABLE: Final = (State.RECEIVED, State.PARTIAL, State.REFUSED, State.FAILED)


@dataclass(slots=True)
class _Round:
    """What was told and answered since the recipient last got data or was told anew."""

    data: frozenset[str] = frozenset()
    handed_at: Instant | None = None
    told: list[Instant] = field(default_factory=list)
    told_data: frozenset[str] = frozenset()
    received: _Event | None = None
    failed: _Event | None = None
    final: _Event | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.data or self.told or self.final)

    def take(self, event: _Event) -> None:
        match event.state:
            case State.TO_TELL:
                self._begin()
                self.data, self.handed_at = self.data | event.data, event.fact.occurred_at
            case State.TOLD:
                if self.final is not None and self.final.state is not State.DONE:
                    self._begin()
                self.told.append(event.fact.occurred_at)
                self.told_data |= event.data
                self.failed = None
            case State.IMPOSSIBLE:
                self.final = event
            case _ if self.told:
                self._answered(event)
            case _:
                pass  # nobody answers before they are told

    def _begin(self) -> None:
        self.told, self.told_data = [], frozenset()
        self.received, self.failed, self.final = None, None, None

    def end(self) -> None:
        """Begin anew when more must be told of than was: what waited here goes now as well."""
        is_all = ALL_HELD in self.told_data or self.data <= self.told_data
        if self.told and not is_all and not self._is_impossible:
            self._begin()

    def _answered(self, event: _Event) -> None:
        if event.state is State.RECEIVED:
            self.received, self.failed = event, None
        elif event.state is State.FAILED:
            self.failed = event
        elif event.state is State.DONE or not self._is_impossible:
            self.final = event

    @property
    def _is_impossible(self) -> bool:
        return self.final is not None and self.final.state is State.IMPOSSIBLE

    @property
    def answer(self) -> _Event | None:
        return self.final or self.failed or self.received

    @property
    def state(self) -> State:
        if self.final is not None:
            return self.final.state
        if not self.told:
            return State.TO_TELL
        if self._is_exhausted:
            return State.ESCALATED
        if self.answer is not None:
            return self.answer.state
        return State.TOLD if len(self.told) == 1 else State.SILENT

    @property
    def _is_exhausted(self) -> bool:
        if self.failed is not None and self.failed.fact.ground == UNABLE:
            return True
        return len(self.told) > len(WAITS)

    @property
    def next_at(self) -> Instant | None:
        """Return when the recipient is told or asked next, None when it is not."""
        if self.final is None and not self.told:
            return self.handed_at
        if self.state not in _ASKABLE:
            return None
        plain = self.told[-1] + WAITS[len(self.told) - 1]
        promised = self.received.fact.until if self.received is not None else None
        return plain if promised is None else max(plain, min(promised, self.told[0] + PATIENCE))


def _folded(events: Iterable[_Event]) -> _Round:
    found = _Round()
    for event in sorted(events, key=lambda each: each.in_turn):
        found.take(event)
    found.end()
    return found


def _telling(request: Request, name: str, act: Act, found: _Round) -> Telling:
    answer = found.answer
    # The reference of what was received holds while later questions fail.
    known = found.received if answer is found.failed else answer
    return Telling(
        request=request.id,
        recipient=name,
        act=act,
        state=found.state,
        data=tuple(sorted(found.data)),
        attempts=len(found.told),
        told_at=found.told[-1] if found.told else None,
        next_at=found.next_at,
        answered_at=answer.fact.occurred_at if answer is not None else None,
        reference=known.fact.thing if known is not None else "",
        receipt=answer.receipt if answer is not None else "",
        reason=answer.fact.ground if answer is not None else "",
        decided_by=answer.fact.by if answer is not None else "",
    )
