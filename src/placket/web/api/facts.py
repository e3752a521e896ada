"""`POST /v1/facts`: record facts, each once by its id, all of a batch or none."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.acting import question_of
from placket.gate.gate import NotAnIdentifier, new_person
from placket.gate.newcomers import ANEW, starts_anew
from placket.gate.sealing import IDENTIFIER
from placket.policy import vocabulary
from placket.sources.told import Told, read_birth
from placket.store.checks import TOLERANCE
from placket.store.refusals import FactConflict
from placket.web.api.decide import VERB as DECIDE
from placket.web.api.decide import expect_reach
from placket.web.api.messages import Facts, FactSent, Recorded
from placket.web.api.operations import Operation, instant
from placket.web.api.refusals import Fault, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.gate.gate import Gate
    from placket.identity.identifier import Identifier
    from placket.web.api.keys import Caller

VERB: Final = "facts"
ROUTE: Final = "api"
MOST_FAULTS: Final = 50

OURS: Final = frozenset(
    {
        Kind.IDENTITY_LINKED,
        Kind.LINK_VOIDED,
        Kind.REQUEST_MOVED,
        Kind.PLANNED,
        Kind.STEP_CARRIED_OUT,
        Kind.RECIPIENT_TOLD,
        Kind.RECIPIENT_ANSWERED,
        Kind.DATA_ERASED,
        Kind.ERASURE_STARTED,
        Kind.KEY_DESTROYED,
        Kind.TOMBSTONE,
        Kind.POLICY_PUBLISHED,
    }
)
"""Facts that the installation alone records: no key may claim that they happened."""

SENT: Final = tuple(kind for kind in Kind if kind not in OURS)

_CONSENTS: Final = frozenset(
    {
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
    }
)
_OF_DATA: Final = frozenset({Kind.RESTRICTED})
_OF_ONE: Final = frozenset({Kind.OBJECTED, Kind.SENT, Kind.SHARED, Kind.USED, *_OF_DATA})
"""Kinds that speak of the activity they name and of no other, without a purpose or data beside."""
_ID: Final = re.compile(r"[A-Za-z0-9._:-]+")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_IS_PAST: Final = "it is asked about before it is sent; say now"
_CLEAR: Final = ("what", "topic", "recipient", "clause", "thing", "ground", "about")
_SAME: Final = (
    "kind",
    "occurred_at",
    *("what", "activity", "channel", "topic", "region", "recipient", "clause"),
    *("thing", "ground", "about", "until", "data", "marks"),
)


def record(gate: Gate, caller: Caller, sent: Facts) -> Recorded:
    """Record the facts and say how many were new. Raises Refused; then none is recorded."""
    faults = [fault for place, one in _placed(sent) for fault in faults_of(gate, one, place)]
    faults += _not_alone(sent)
    if faults:
        raise Refused("field", errors=tuple(faults[:MOST_FAULTS]))
    for one in sent.facts:
        if not _reaches(gate, caller, one):
            raise Refused("scope-missing", "this key does not reach the activity of each fact")
        if one.if_permitted:
            expect_reach(caller, DECIDE, one.activity)
    try:
        return _recorded(gate, caller, sent)
    except FactConflict:
        # Another process may have met the same new person at this moment: now it is known.
        return _recorded(gate, caller, sent)


def _not_alone(sent: Facts) -> Iterator[Fault]:
    if len(sent.facts) == 1:
        return
    for place, one in _placed(sent):
        if one.if_permitted:
            yield Fault(pointer=f"{place}/if_permitted", detail="send this fact by itself")


def _placed(sent: Facts) -> Iterator[tuple[str, FactSent]]:
    for index, one in enumerate(sent.facts):
        yield f"/facts/{index}", one


def _reaches(gate: Gate, caller: Caller, one: FactSent) -> bool:
    """Say whether the key reaches every activity of which the fact can change something."""
    return all(caller.reaches(VERB, activity) for activity in _changed(gate, one) or ("",))


def _changed(gate: Gate, one: FactSent) -> tuple[str, ...]:
    """Return the activities that the fact speaks of; none where it may change any of them."""
    named = (one.activity,) if one.activity else ()
    if one.kind in _CONSENTS:
        consent = gate.policy.consents.get(one.what)
        return (*named, *(consent.activities if consent is not None else ()))
    is_wider = one.kind not in _OF_ONE or one.what or (one.kind in _OF_DATA and one.data)
    return () if is_wider else named


@dataclass(slots=True, kw_only=True)
class Batch:
    """Facts while they are made: what they have in common, and whom they have met."""

    gate: Gate
    by: str
    now: int
    persons: dict[Identifier, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


def _recorded(gate: Gate, caller: Caller, sent: Facts) -> Recorded:
    batch = Batch(gate=gate, by=f"key:{caller.name}", now=gate.now())
    unique: dict[str, FactSent] = {}
    for one in sent.facts:
        if unique.setdefault(one.id, one) != one:
            raise Refused("fact-conflict")
    have = gate.has(unique)
    fresh = [one for id_, one in unique.items() if id_ not in have]
    for there in have:
        _expect_same(batch, unique[there])
    anew = {gate.identifier(one.subject) for one in fresh if _starts_anew(gate, one)}
    for one in fresh:
        batch.told.append(_told(batch, one, anew))
    if batch.told and sent.facts[0].if_permitted:
        _act(batch)
    elif batch.told:
        gate.record(batch.told)
    known = len(sent.facts) - len(fresh)
    return Recorded(recorded=len(fresh), known=known, checkpoint=gate.checkpoint() or "")


def _act(batch: Batch) -> None:
    """Record the one message, with whom it meets, where it is permitted.

    Raises Refused, and FactConflict where its id is known by now.
    """
    gate, (*first, told) = batch.gate, batch.told
    if told.fact.occurred_at < batch.now - TOLERANCE:
        # Told as of an earlier month, it would count against that month's limit.
        raise Refused("field", errors=(Fault(pointer="/facts/0/occurred_at", detail=_IS_PAST),))
    decision = gate.act(told, question_of(told.fact), first=first)
    if not decision.is_permitted:
        if gate.has([told.fact.id]):
            raise FactConflict("another process recorded a fact of this id meanwhile")
        raise Refused("not-permitted", because=decision.because)
    gate.sequence()


def _starts_anew(gate: Gate, one: FactSent) -> bool:
    if one.kind not in ANEW:
        return False
    keyed = gate.hash_of(gate.identifier(one.subject))
    occurred = instant(gate, one.occurred_at, "/occurred_at") or 0
    return starts_anew(Kind(one.kind), occurred, gate.ledger.tombstones([keyed]).get(keyed, ()))


def _told(batch: Batch, one: FactSent, anew: set[Identifier]) -> Told:
    person = _person(batch, one, anew)
    return Told(fact_of(batch, one, person), _private(batch.gate, one) or None)


def fact_of(batch: Batch, one: FactSent, person: str) -> Fact:
    """Return the fact: recorded now, by the key, under the version in force when it occurred."""
    gate = batch.gate
    occurred = instant(gate, one.occurred_at, "/occurred_at") or 0
    return Fact(
        id=one.id,
        kind=Kind(one.kind),
        occurred_at=occurred,
        recorded_at=batch.now,
        person=person,
        what=_what(gate, one),
        activity=one.activity,
        channel=one.channel,
        topic=one.topic,
        region=one.region,
        recipient=one.recipient,
        clause=one.clause,
        version=gate.versions.version_at(occurred),
        route=ROUTE,
        by=batch.by,
        thing=one.thing,
        ground=one.ground,
        about=one.about,
        until=instant(gate, one.until, "/until"),
        data=tuple(one.data),
        marks=tuple(one.marks),
    )


def _what(gate: Gate, one: FactSent) -> str:
    is_identified = one.kind == Kind.IDENTIFIED.value
    return gate.identifier(one.private[IDENTIFIER]).kind if is_identified else one.what


def _private(gate: Gate, one: FactSent) -> dict[str, object]:
    private: dict[str, object] = dict(one.private)
    if one.kind == Kind.IDENTIFIED.value:
        identifier = gate.identifier(one.private[IDENTIFIER])
        private[IDENTIFIER] = f"{identifier.kind}:{identifier.value}"
    return private


def _expect_same(batch: Batch, one: FactSent) -> None:
    """Refuse a second fact under a known id, unless it says the same. Its own times stay."""
    gate = batch.gate
    known, again = gate.fact(one.id), fact_of(batch, one, "")
    if known is None or any(getattr(known, name) != getattr(again, name) for name in _SAME):
        raise Refused("fact-conflict")
    if not _is_of(gate, known.person, one.subject):
        raise Refused("fact-conflict")


def _is_of(gate: Gate, person: str, subject: str) -> bool:
    """Say whether a known fact's person may be whom `subject` names.

    Else a no under the id of another person's would be taken for known, and be lost. Whoever
    was erased has no address left to compare.
    """
    keyed = gate.hash_of(gate.identifier(subject))
    if gate.ledger.tombstones([keyed]):
        return True
    return gate.ledger.root_of(person) == gate.ledger.find(keyed)


def _person(batch: Batch, one: FactSent, anew: set[Identifier]) -> str:
    """Return whom the fact is of; whoever is met for the first time is identified first."""
    identifier = batch.gate.identifier(one.subject)
    if identifier not in batch.persons:
        batch.persons[identifier] = _met(batch, identifier, one, is_anew=identifier in anew)
    return batch.persons[identifier]


def _met(batch: Batch, identifier: Identifier, one: FactSent, *, is_anew: bool) -> str:
    gate = batch.gate
    known = gate.person_of(one.subject)
    if known is not None:
        return known
    person = gate.persons_for([(identifier,)])[0] or (new_person() if is_anew else "")
    if not person:
        raise Refused("person-erased")
    batch.told.append(_identified(batch, identifier, one, person))
    return person


def _identified(batch: Batch, identifier: Identifier, one: FactSent, person: str) -> Told:
    """Return the fact that makes the person.

    Two processes that meet one person at once choose one id: the second is refused and finds
    whom the first has made. After an erasure the next number is free.
    """
    gate, digest, number = batch.gate, batch.gate.hash_of(identifier).hex(), 0
    while gate.has([fact_id("identified", ROUTE, digest, number)]):
        number += 1
    occurred = instant(gate, one.occurred_at, "/occurred_at") or 0
    fact = Fact(
        id=fact_id("identified", ROUTE, digest, number),
        kind=Kind.IDENTIFIED,
        occurred_at=occurred,
        recorded_at=batch.now,
        person=person,
        what=identifier.kind,
        route=ROUTE,
        by=batch.by,
        version=gate.versions.version_at(occurred),
    )
    return Told(fact, {IDENTIFIER: f"{identifier.kind}:{identifier.value}"})


# What is checked before anything is made: each a function that yields what is wrong.


def faults_of(gate: Gate, one: FactSent, place: str) -> Iterator[Fault]:
    """Yield every fault of a fact by its field; what was sent is not said back."""
    for check in _CHECKS:
        for name, detail in check(gate, one):
            yield Fault(pointer=f"{place}/{name}", detail=detail)


def _kind(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    del gate
    if one.kind in OURS:
        yield "kind", "this installation alone records facts of this kind"
    elif one.kind not in SENT:
        near = get_close_matches(one.kind, SENT, n=1)
        meant = f"perhaps `{near[0]}` was meant" if near else "the kinds stand in /schema"
        yield "kind", f"there is no such kind of fact; {meant}"


def _named(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    if not _ID.fullmatch(one.id):
        yield "id", "write an id with letters, digits and `._:-`, nothing personal in it"
    try:
        gate.identifier(one.subject)
    except NotAnIdentifier as fault:
        yield "subject", str(fault)


def _times(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    for name in ("occurred_at", "until"):
        text = getattr(one, name)
        try:
            found = instant(gate, text, name)
        except Refused as refused:
            yield name, refused.errors[0].detail
            continue
        if name == "occurred_at" and found is None:
            yield name, "say when it occurred"
        elif name == "occurred_at" and found is not None and found > gate.now() + TOLERANCE:
            yield name, "it has not occurred yet; mend the clock of whoever recorded it"


def _terms(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    policy = gate.policy
    if one.activity and one.activity not in policy.activities:
        yield "activity", "no clause names this activity"
    if one.kind in _CONSENTS and one.what not in policy.consents:
        yield "what", "no clause asks for this consent"
    if one.kind == Kind.OBJECTED.value and one.what not in ("", *vocabulary.terms("purpose")):
        yield "what", "this is no purpose of the vocabulary"
    if one.channel and one.channel not in vocabulary.terms("channel"):
        yield "channel", "this is no channel of the vocabulary"
    if one.region and not _COUNTRY.fullmatch(one.region):
        yield "region", "write a country as two capital letters"
    for index, datum in enumerate(one.data):
        if datum not in vocabulary.terms("data"):
            yield f"data/{index}", "this is no datum of the vocabulary"


def _needed(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    """Yield what facts of this kind cannot do without."""
    if one.kind == Kind.BORN.value:
        try:
            read_birth(date.fromisoformat(one.private.get("birth_date", "")), gate.now())
        except ValueError:
            yield "private/birth_date", "write the day of a birth as in `2001-03-04`"
    if one.kind == Kind.LOCATED.value and not one.region:
        yield "region", "say in which country"
    if one.kind == Kind.RESTRICTED.value and not (one.data or one.activity):
        yield "data", "say which data or which activity; else nothing is restricted"
    if one.kind == Kind.IDENTIFIED.value:
        try:
            gate.identifier(one.private.get(IDENTIFIER, ""))
        except NotAnIdentifier as fault:
            yield f"private/{IDENTIFIER}", str(fault)


def _permitted(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    del gate
    if one.if_permitted and one.kind != Kind.SENT.value:
        yield "if_permitted", "only a fact of kind `sent` is asked about"
    elif one.if_permitted and not one.activity:
        yield "activity", "say which activity is to be permitted"


def _clear(gate: Gate, one: FactSent) -> Iterator[tuple[str, str]]:
    """Yield the clear fields that hold an address: the ledger keeps them for good."""
    del gate
    for name in _CLEAR:
        if "@" in getattr(one, name):
            yield name, "nothing personal may stand here; put it under `private`"
    for index, mark in enumerate(one.marks):
        if "@" in mark:
            yield f"marks/{index}", "nothing personal may stand here; put it under `private`"


_CHECKS: Final[tuple[Callable[[Gate, FactSent], Iterator[tuple[str, str]]], ...]] = (
    _kind,
    _named,
    _times,
    _terms,
    _needed,
    _permitted,
    _clear,
)

OPERATIONS: Final = (
    Operation(
        method="POST",
        path="/v1/facts",
        verb=VERB,
        summary="Record facts, each once by its id, all of them or none",
        takes=Facts,
        gives=Recorded,
        run=record,
        waits=True,
    ),
)
