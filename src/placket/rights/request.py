"""A request as it stands: who asks what, what was shown, decided and done, and its state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from placket.rights.moves import METHODS, SECOND
from placket.rights.right import NEEDS, Need, Proof, Refusal, Right

if TYPE_CHECKING:
    from placket.law.calendar import Instant


class State(StrEnum):
    """The states of a request. Source: Data Privacy Vocabulary, `dpv:RequestStatus`."""

    INITIATED = "initiated"
    ACKNOWLEDGED = "acknowledged"
    REQUIRES_ACTION = "requires_action"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ACTION_DELAYED = "action_delayed"
    FULFILLED = "fulfilled"
    UNFULFILLED = "unfulfilled"


class Asker(StrEnum):
    """Who speaks: the person, somebody with their mandate, or their guardian."""

    DATA_SUBJECT = "data_subject"
    AGENT = "agent"
    GUARDIAN = "guardian"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """One showing of who asks; address: an opaque id of the address that it went through."""

    at: Instant
    methods: frozenset[str]
    address: str = ""

    @property
    def reaches(self) -> Proof:
        """Return how far the best of its ways reaches alone."""
        return max((METHODS[method] for method in self.methods), default=Proof.NONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Something asked of the person; answered_at: None while it is outstanding."""

    at: Instant
    answered_at: Instant | None = None


def is_awaited(*asked: Asked | None) -> bool:
    """Say whether an answer to any of these questions is still to come."""
    return any(each is not None and each.answered_at is None for each in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal; data: what it is confined to, none for the whole request."""

    at: Instant
    ground: Refusal
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The newest plan made for the request, by its digest; steps: how many there are to do.

    obstructed: something stands against it that was known when it was made.
    """

    at: Instant
    digest: str
    steps: int
    second_person: bool
    obstructed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """What waits for an open case, with the instant at which that is looked at again."""

    thing: str
    ground: str
    until: Instant


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheeded:
    """A fact that counts for nothing, and why."""

    fact: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, folded from its facts.

    meant: the consent, purpose or automated decision that it is about. recorded_by: who took it
    down. staff: the staff id of a person who also works here. earlier: how many requests of
    this person and right came before. approvals: who approved the newest plan, in order.
    approved: the digest of the newest plan that once had every approval it needs.
    """

    id: str
    person: str
    right: Right
    received_at: Instant
    asker: Asker = Asker.DATA_SUBJECT
    route: str = ""
    recorded_by: str = ""
    staff: frozenset[str] = frozenset()
    data: tuple[str, ...] = ()
    activity: str = ""
    channel: str = ""
    meant: str = ""
    earlier: int = 0
    owner: str = ""
    acknowledged_at: Instant | None = None
    identity: Asked | None = None
    proofs: tuple[Proven, ...] = ()
    failures: int = 0
    notified_at: Instant | None = None
    stopped_at: Instant | None = None
    mandate_at: Instant | None = None
    clarifications: tuple[Asked, ...] = ()
    evidence: Asked | None = None
    fee: Asked | None = None
    extended_at: Instant | None = None
    accepted_at: Instant | None = None
    refusals: tuple[Refused, ...] = ()
    plan: Planned | None = None
    approvals: tuple[str, ...] = ()
    approved: str = ""
    carried: frozenset[str] = frozenset()
    deferred: tuple[Deferred, ...] = ()
    answered_at: Instant | None = None
    ended_at: Instant | None = None
    unheeded: tuple[Unheeded, ...] = ()

    @property
    def need(self) -> Need:
        """Return what the right asks of whoever answers."""
        return NEEDS[self.right]

    @property
    def requesters(self) -> frozenset[str]:
        """Return the ids of all who asked or took the request down: none of them approves."""
        return (self.staff | {self.person, self.recorded_by}) - {""}

    @property
    def is_mandated(self) -> bool:
        """Say whether whoever speaks may speak for the person."""
        return self.asker is Asker.DATA_SUBJECT or self.mandate_at is not None

    @property
    def is_approved(self) -> bool:
        """Say whether the newest plan has every approval that it needs."""
        return self.plan is not None and len(self.approvals) >= 1 + self.plan.second_person

    @property
    def is_decided(self) -> bool:
        """Say whether it is clear what is done: a plan approved, or an act that needs none."""
        return self.is_approved if self.need.planned else self.accepted_at is not None

    @property
    def is_refused(self) -> bool:
        """Say whether the whole request was refused."""
        return any(not refused.data for refused in self.refusals)

    @property
    def remaining(self) -> int:
        """Return how many steps of the plan are not carried out, and how many parts wait."""
        steps = self.plan.steps if self.plan else 0
        return max(steps - len(self.carried), 0) + len(self.deferred)

    @property
    def outstanding(self) -> bool:
        """Say whether the person has been asked for something that has not come."""
        return is_awaited(self.identity, self.evidence, self.fee, *self.clarifications)

    @property
    def state(self) -> State:
        """Return the state; never `fulfilled` while something in scope remains."""
        if self.ended_at is not None:
            return State.UNFULFILLED
        if self.is_refused:
            return State.REJECTED
        if self.answered_at is not None:
            return State.ACTION_DELAYED if self.remaining else State.FULFILLED
        return self._open_state

    @property
    def _open_state(self) -> State:
        if self.outstanding or self.stopped_at is not None:
            return State.REQUIRES_ACTION
        if self.extended_at is not None or self.deferred:
            return State.ACTION_DELAYED
        if self.is_decided or self.accepted_at is not None:
            return State.ACCEPTED
        return State.INITIATED if self.acknowledged_at is None else State.ACKNOWLEDGED

    @property
    def is_open(self) -> bool:
        """Say whether somebody still has to do something."""
        return self.state not in {State.FULFILLED, State.UNFULFILLED, State.REJECTED}

    @property
    def addresses(self) -> frozenset[str]:
        """Return the addresses that were shown to be the person's own."""
        known = (proven for proven in self.proofs if proven.reaches >= Proof.KNOWN)
        return frozenset(proven.address for proven in known) - {""}


def known_at(request: Request) -> Instant | None:
    """Return since when it is known who asks, None while it is not."""
    return min((p.at for p in request.proofs if p.reaches >= Proof.KNOWN), default=None)


def strong_at(request: Request, wait: Instant) -> Instant | None:
    """Return when the proof is, or will be, strong; None while nothing leads there.

    wait: how long, in microseconds, a notice with a stop button stands unused. A person who is
    known needs a second way, or that wait; and in either case the notice went out.
    """
    known, told = known_at(request), request.notified_at
    if known is None or told is None or request.stopped_at is not None:
        return None
    second = min((p.at for p in request.proofs if p.methods & SECOND), default=None)
    waited = max(known, told) + wait
    return waited if second is None else min(waited, max(known, told, second))


def proof_at(request: Request, at: Instant, wait: Instant) -> Proof:
    """Return how well it is known at `at` who asks."""
    if request.stopped_at is not None:
        return Proof.NONE
    strong = strong_at(request, wait)
    if strong is not None and strong <= at:
        return Proof.STRONG
    return max((p.reaches for p in request.proofs if p.at <= at), default=Proof.NONE)
