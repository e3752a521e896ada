"""The register of requests: opened by any route, moved under guards, read with what judges them."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.folds import PolicyFold
from placket.gate.newcomers import identified
from placket.gate.requests.evidence import evidence
from placket.gate.requests.proof import given
from placket.gate.views import refresh_views_of
from placket.rights.due import due, next_step
from placket.rights.effects import at_once, freezes_over
from placket.rights.fold import requests_of
from placket.rights.guards import refusal
from placket.rights.moves import ASKED_BY, IS_STAFF, PROOF, Move
from placket.rights.request import Asker
from placket.rights.terms import Settings, Terms, terms_of
from placket.sources.connect import SourceUnreachable
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from placket.gate.gate import Gate
    from placket.plan.asking import Correction
    from placket.policy.compile import Place, Policy
    from placket.rights.due import Next
    from placket.rights.effects import Effect
    from placket.rights.request import Request
    from placket.rights.right import Right
    from placket.standing.standing import Standing
    from placket.store.ledger import PersonHistory

LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of a reference that is read out on the telephone: none looks or sounds like another."""

REFERENCE_LETTERS: Final = 12
_PAGE: Final = 1_000
CORRECTIONS: Final = "corrections"
"""The key of the sealed payload under which a request says what is right instead."""
WORDS: Final = "words"
"""The key under which it says what the person wrote."""

_KINDS: Final[Mapping[Move, Kind]] = {
    Move.PLANNED: Kind.PLANNED,
    Move.CARRIED_OUT: Kind.STEP_CARRIED_OUT,
}


class NoSuchRequest(Exception):
    """there is no request of this reference; see `placket request list`."""


class MoveRefused(Exception):
    """the request does not let that be done now."""

    def __init__(self, why: str) -> None:
        """Keep the guard's own words."""
        super().__init__(why)
        self.why = why


def new_reference() -> str:
    """Return a fresh reference of a request: random, so that it says nothing of the person."""
    return "r_" + "".join(secrets.choice(LETTERS) for _ in range(REFERENCE_LETTERS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A request as it comes in.

    subject: who asks, as an identifier. by: who took it down, empty when the person did so
    themselves. staff: the staff id of a person who also works here. proof: by what it is known
    already who asks, such as `session`; address: the identifier that this went through.
    received_at: microseconds UTC, now when None: a letter counts from the day it came. words: what
    the person wrote, sealed. reference: the one to take, where it must be the same whenever the
    same is told again; a fresh one when empty.
    """

    subject: str
    right: Right
    route: str
    by: str = ""
    asker: Asker = Asker.DATA_SUBJECT
    staff: str = ""
    data: tuple[str, ...] = ()
    activity: str = ""
    channel: str = ""
    meant: str = ""
    corrections: tuple[Correction, ...] = field(default=(), repr=False)
    proof: tuple[str, ...] = ()
    address: str = field(default="", repr=False)
    received_at: int | None = None
    words: str = field(default="", repr=False)
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A request with all it is judged by, at one instant.

    places: where the person may be, of nobody known all of the policy. history: None for a
    person of whom the ledger knows nothing any more.
    """

    request: Request
    terms: Terms
    at: int
    policy: Policy = field(repr=False)
    places: tuple[Place, ...]
    standing: Standing | None = field(repr=False)
    history: PersonHistory = field(repr=False)

    @property
    def next(self) -> Next | None:
        """Return what comes next, None once the request is closed."""
        return next_step(self.request, self.terms, self.at)

    @property
    def due(self) -> date | None:
        """Return the last day to answer; None while the law counts no days."""
        return due(self.request, self.terms)

    @property
    def place(self) -> Place:
        """Return the place whose rules a plan follows: the first where the person may be."""
        return self.places[0]

    def after(self, fact: Fact) -> Case:
        """Return the request as one more fact leaves it: a letter tells its days by that."""
        folded = requests_of((*self.history.facts, fact), self.terms)
        return replace(self, request=next(r for r in folded if r.id == self.request.id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """All requests of one installation: facts in the ledger, folded when they are read.

    sheet: the style sheet of the pages that a person is given.
    """

    gate: Gate
    sheet: str = field(default="", repr=False)

    @property
    def settings(self) -> Settings:
        """Return what the installation chooses."""
        chosen = self.gate.settings
        return Settings(
            wait_hours=chosen.request_wait_hours,
            attempts=chosen.request_attempts,
            prompt_days=chosen.request_prompt_days,
            owner=chosen.request_owner,
        )

    # Reading

    def case(self, reference: str) -> Case:
        """Return the request of this reference. Raises NoSuchRequest."""
        fact = self.gate.ledger.fact(reference)
        if fact is None or fact.kind is not Kind.REQUESTED:
            raise NoSuchRequest(NoSuchRequest.__doc__)
        found = (case for case in self.cases_of(fact.person) if case.request.id == reference)
        case = next(found, None)
        if case is None:
            raise NoSuchRequest(NoSuchRequest.__doc__)
        return case

    def cases_of(self, person: str) -> list[Case]:
        """Return all requests of a person, the earliest first."""
        gate = self.gate
        history = gate.ledger.history_of(person)
        if history is None:
            return []
        policy, now = gate.in_force.ready(), gate.now()
        # Folded from the facts: of an erased person no standing is kept, and their law stays.
        standing = PolicyFold(policy=policy, keys=gate.keys).then(history, now)
        places = _places(policy, standing, now)
        terms = terms_of(policy, places, self.settings)
        return [
            Case(
                request=request,
                terms=terms,
                at=max(now, _told_last(history, request.id)),
                policy=policy,
                places=places or policy.places,
                standing=standing,
                history=history,
            )
            for request in requests_of(history.facts, terms)
        ]

    def cases(self, *, is_open: bool | None = None) -> Iterator[Case]:
        """Yield every request of the register, the earliest first; is_open: those alone."""
        seen: set[str] = set()
        after = 0
        while page := self.gate.ledger.requested(after=after, limit=_PAGE):
            after = page[-1][0]
            for _, fact in page:
                if fact.person not in seen:
                    seen.add(fact.person)
                    yield from (
                        case
                        for case in self.cases_of(fact.person)
                        if case.request.person == fact.person
                        and is_open in (None, case.request.is_open)
                    )

    # Writing

    def open(self, opening: Opening) -> Case:
        """Take a request down, whoever asks, and let take effect what needs no decision.

        Raises NotAnIdentifier, and what the ledger refuses with.
        """
        gate, reference = self.gate, opening.reference or new_reference()
        identifier = gate.identifier(opening.subject)
        person = gate.person_of(opening.subject)
        now = gate.now()
        fact = _requested(opening, reference, person or gate.met(identifier), now=now)
        first = [] if person else [identified(fact, identifier)]
        told = Told(fact, _private(opening))
        gate.record([*first, told])
        case = self.case(reference)
        gate.ledger.put_records([*given(gate, case, identifier), evidence(gate, fact)])
        if not opening.proof:
            return self.follow(case)
        return self.move(
            case,
            Move.IDENTITY_VERIFIED,
            by=opening.by,
            thing=self.address_id(opening.address or opening.subject),
            marks=tuple(f"{PROOF}{way}" for way in opening.proof),
        )

    def move(self, of: str | Case, move: Move, **said: Any) -> Case:
        """Append one move of a request, when its guards let it count, and what it brings about.

        of: its reference, or the request where it was read just now. said: fields of the fact.
        Raises NoSuchRequest and MoveRefused, a sentence.
        """
        case = self.case(of) if isinstance(of, str) else of
        return self.moves(case, ((move, said),))

    def moves(self, case: Case, moves: Iterable[tuple[Move, Mapping[str, Any]]]) -> Case:
        """Append moves that were made together, as `move` does one."""
        self.append(case, moves)
        return self.follow(self.case(case.request.id))

    def append(
        self, case: Case, moves: Iterable[tuple[Move, Mapping[str, Any]]], **how: Any
    ) -> None:
        """Append moves of one request together. Raises MoveRefused before any is written.

        how: what the ledger's `append` takes beside, such as a fence.
        """
        facts = [self.expect(case, move, **said) for move, said in moves]
        self.gate.record([Told(fact) for fact in facts], **how)

    def expect(self, case: Case, move: Move, **said: Any) -> Fact:
        """Return the fact of a move that would count now; nothing is written. Raises MoveRefused.

        What a letter tells must be so before the letter is written.
        """
        fact = _moved(case, move, said, self.gate.now())
        why = refusal(case.request, move, fact, case.terms)
        if why is not None:
            raise MoveRefused(why)
        return fact

    def follow(self, case: Case) -> Case:
        """Let take effect what needs no decision, once; return the request as it then stands."""
        effects, now = at_once(case.request, case.terms, case.at), self.gate.now()
        ended = freezes_over(case.request, case.history.facts)
        facts = [_effected(case, effect, now) for effect in effects]
        told = [Told(fact) for fact in (*facts, *(thawed(case, fact, now) for fact in ended))]
        known = self.gate.has([item.fact.id for item in told])
        news = [item for item in told if item.fact.id not in known]
        if not news:
            return case
        size = self.gate.size()
        self.gate.record(news)
        with suppress(SourceUnreachable):
            refresh_views_of(self.gate, case.request.person, since=size)
        return self.case(case.request.id)

    def address_id(self, written: str) -> str:
        """Return the opaque id of an address. Raises NotAnIdentifier."""
        return self.gate.hash_of(self.gate.identifier(written)).hex()[:24]


def _places(policy: Policy, standing: Standing | None, now: int) -> tuple[Place, ...]:
    if standing is None:
        return ()
    return tuple(p for p in policy.places if standing.holds(f"in.{p.name}", now))


def _told_last(history: PersonHistory, reference: str) -> int:
    """Return the instant of the newest fact that speaks of the request."""
    return max(f.occurred_at for f in history.facts if reference in {f.id, f.about})


def _requested(opening: Opening, reference: str, person: str, *, now: int) -> Fact:
    asker = () if opening.asker is Asker.DATA_SUBJECT else (f"{ASKED_BY}{opening.asker}",)
    staff = (f"{IS_STAFF}{opening.staff}",) if opening.staff else ()
    return Fact(
        id=reference,
        kind=Kind.REQUESTED,
        person=person,
        what=opening.right.value,
        activity=opening.activity,
        channel=opening.channel,
        topic=opening.meant,
        data=opening.data,
        marks=(*asker, *staff),
        route=opening.route,
        by=opening.by,
        occurred_at=now if opening.received_at is None else opening.received_at,
        recorded_at=now,
    )


def _private(opening: Opening) -> dict[str, object] | None:
    rows = [
        {"category": each.category, "value": each.value, "column": each.column}
        for each in opening.corrections
    ]
    said = {CORRECTIONS: rows, WORDS: opening.words}
    return {key: value for key, value in said.items() if value} or None


def _moved(case: Case, move: Move, said: Mapping[str, Any], now: int) -> Fact:
    request = case.request
    kind = _KINDS.get(move, Kind.REQUEST_MOVED)
    fields = {"what": move.value if kind is Kind.REQUEST_MOVED else "", "route": "", **said}
    named = [repr(fields[name]) for name in sorted(fields)]
    # INVARIANT: later than all that is told of the request, whatever the clock says.
    at = max(now, _told_last(case.history, request.id) + 1)
    # A step is carried out once, whenever that is told; any other move is one at its instant.
    when = () if kind is Kind.STEP_CARRIED_OUT else (at,)
    return Fact(
        id=fact_id("move", request.id, kind, *named, *when),
        kind=kind,
        person=request.person,
        about=request.id,
        occurred_at=at,
        recorded_at=now,
        **fields,
    )


def thawed(case: Case, frozen: Fact, now: int) -> Fact:
    """Return the fact that a restriction which the request brought is lifted."""
    return Fact(
        id=fact_id("thawed", frozen.id),
        kind=Kind.RESTRICTION_LIFTED,
        person=frozen.person,
        about=frozen.id,
        thing=case.request.id,
        route=case.request.route,
        occurred_at=max(now, frozen.occurred_at),
        recorded_at=now,
    )


def _effected(case: Case, effect: Effect, now: int) -> Fact:
    request = case.request
    parts = (effect.what, effect.activity, effect.channel, *effect.data)
    return Fact(
        id=fact_id("effect", request.id, effect.kind, *parts),
        kind=effect.kind,
        person=request.person,
        what=effect.what,
        activity=effect.activity,
        channel=effect.channel,
        data=effect.data,
        thing=request.id,
        route=request.route,
        by=request.recorded_by,
        occurred_at=now,
        recorded_at=now,
    )
