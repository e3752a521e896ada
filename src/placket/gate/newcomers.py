"""Persons whom two processes met at once, made one; and a no, told to all who share an address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from placket.facts import Fact, Kind, fact_id
from placket.gate.sealing import IDENTIFIER, open_payload
from placket.identity.identifier import Identifier, keyed_hash, parse_identifier
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from placket.gate.sealing import Keys

NOES: Final = frozenset({Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN, Kind.OBJECTED})
"""What a person says no by."""

ANEW: Final = frozenset(
    {Kind.RELATION_OPENED, Kind.CONSENT_REQUESTED, Kind.CONSENT_GIVEN, Kind.REQUESTED}
)
"""Acts of the person: by one that came after an erasure, who was erased is met as a new one."""

EVIDENCE: Final = "match:identifier"
"""The mark of a link between two ids that were made for one identifier."""

_OF_ONE_TELLING: Final = ("recorded_at", "sealed", "generation")


class Holding(Protocol):
    """All that is asked of the ledger here."""

    def facts_of(self, person: str) -> list[Fact]:
        """Return every fact that speaks of the person's cluster."""

    def fact(self, fact_id: str) -> Fact | None:
        """Return the fact of this id, or None."""

    def holders_of(self, hashes: Sequence[bytes]) -> dict[bytes, tuple[str, ...]]:
        """Return the roots of all persons identified by each hash, first identified first."""

    def root_of(self, person: str) -> str | None:
        """Return the root of the person's cluster; None when the person is not known."""


def starts_anew(kind: Kind, occurred_at: int, tombstones: Iterable[Fact]) -> bool:
    """Say whether a fact makes a new person of whom `tombstones` say that they were erased."""
    return kind in ANEW and all(fact.occurred_at < occurred_at for fact in tombstones)


def met_by(told: Iterable[Told], hashes: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return by which hash each person of the batch is identified first."""
    found: dict[str, bytes] = {}
    for item in told:
        if item.fact.id in hashes:
            found.setdefault(item.fact.person, hashes[item.fact.id])
    return found


def duplicates(told: Sequence[Told], met: Mapping[str, bytes], ledger: Holding) -> Iterator[Told]:
    """Yield the links of persons who were made twice for one identifier.

    met: by person, the hash that nobody held when the person was made.
    """
    holders = ledger.holders_of(list(dict.fromkeys(met.values())))
    facts = {item.fact.person: item.fact for item in told if item.fact.kind is Kind.IDENTIFIED}
    for person, keyed in met.items():
        for other in holders.get(keyed, ())[1:]:
            yield Told(_link(facts[person], holders[keyed][0], other))


def _link(of: Fact, first: str, second: str) -> Fact:
    return Fact(
        id=fact_id("linked", first, second, "identifier"),
        kind=Kind.IDENTITY_LINKED,
        occurred_at=of.occurred_at,
        recorded_at=of.recorded_at,
        person=first,
        about=second,
        what=of.what,
        marks=(EVIDENCE,),
        route=of.route,
        by=of.by,
        version=of.version,
    )


def renamed(told: Iterable[Told], settled: Mapping[str, str]) -> list[Told]:
    """Return the facts with each person who had been made twice under the id that stands."""
    return [_renamed(item, settled) for item in told]


def _renamed(item: Told, settled: Mapping[str, str]) -> Told:
    fact = item.fact
    person, about = settled.get(fact.person, fact.person), settled.get(fact.about, fact.about)
    if (person, about) == (fact.person, fact.about):
        return item
    return Told(msgspec.structs.replace(fact, person=person, about=about), item.private)


def untold(told: Iterable[Told], ledger: Holding, keys: Keys) -> list[Told]:
    """Return the facts that the ledger has not; one is known if it says the same but when told."""
    return [item for item in told if not _is_known(item, ledger.fact(item.fact.id), keys)]


def _is_known(item: Told, known: Fact | None, keys: Keys) -> bool:
    if known is None:
        return False
    same = {name: getattr(known, name) for name in _OF_ONE_TELLING}
    is_same = msgspec.structs.replace(item.fact, **same) == known
    return is_same and open_payload(known, keys) == (item.private and dict(item.private))


def spread(told: Sequence[Told], ledger: Holding, keys: Keys) -> list[Told]:
    """Return the facts, each no told of everybody who shares an address with who said it.

    A household has one, and two processes may have made two persons for it: who answers for
    it must not be written to under another id.
    """
    found = list(told)
    for item in told:
        if item.fact.kind in NOES:
            found += _told_too(item.fact, told, ledger, keys)
    return found


def _told_too(no: Fact, told: Sequence[Told], ledger: Holding, keys: Keys) -> Iterator[Told]:
    facts = ledger.facts_of(no.person)
    hashes = sorted(_addresses(no.person, facts, told, keys))
    holders = ledger.holders_of(hashes)
    # Who was one with the person when these were read hears the no as it is told, also where
    # the two are parted at this moment: by what was the other's alone nobody shares an address.
    ours = {no.person, ledger.root_of(no.person), *(fact.person for fact in facts)}
    others = {person for keyed in hashes for person in holders.get(keyed, ())}
    for other in sorted(others - ours):
        yield Told(
            msgspec.structs.replace(
                no, id=fact_id("shared", no.id, other), person=other, sealed=b"", generation=0
            )
        )


def _addresses(person: str, facts: Iterable[Fact], told: Iterable[Told], keys: Keys) -> set[bytes]:
    """Return the hashes by which the person is written to or called; a device is no address."""
    said = [t.private for t in told if t.fact.kind is Kind.IDENTIFIED and t.fact.person == person]
    said += [open_payload(f, keys) for f in facts if f.kind is Kind.IDENTIFIED]
    written = (parse_identifier(str(p[IDENTIFIER])) for p in said if p is not None)
    return {
        keyed_hash(identifier, keys.hmac_key)
        for identifier in written
        if isinstance(identifier, Identifier) and identifier.kind != "device"
    }


def settle(
    made: Mapping[str, bytes], found: Mapping[bytes, str], among: Collection[str]
) -> dict[str, str]:
    """Return the person that stands for each of `among` whom another process made first."""
    theirs = {person: found.get(made[person]) for person in among if person in made}
    return {mine: other for mine, other in theirs.items() if other and other != mine}


def identified(first: Fact, identifier: Identifier) -> Told:
    """Return the fact that a new person is found by `identifier`, from `first` on."""
    fact = Fact(
        id=fact_id("identified", first.person, first.id),
        kind=Kind.IDENTIFIED,
        person=first.person,
        what=identifier.kind,
        occurred_at=first.occurred_at,
        recorded_at=first.recorded_at,
        route=first.route,
        by=first.by,
        version=first.version,
    )
    return Told(fact, {IDENTIFIER: f"{identifier.kind}:{identifier.value}"})
