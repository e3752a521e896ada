"""Erase a person: keys destroyed, and a tombstone for each no that still stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.sealing import IDENTIFIER, open_payload
from placket.identity.identifier import Identifier, keyed_hash, parse_identifier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.keyring import Keyring
    from placket.standing.standing import Standing
    from placket.store.ledger import Ledger

ERASED: Final = "erased"
_NOES: Final = ("no.", "refused.", "objected.")


def erase(  # noqa: PLR0913 - whose, where, when, and who asked by which route
    ledger: Ledger, keys: Keyring, digest: str, person: str, *, now: int, by: str, route: str
) -> None:
    """Erase `person`: write that it began, destroy the keys, write that it ended.

    digest: of the fold whose standing says which refusals still speak. now: microseconds UTC.
    """
    begun = next((e for e in ledger.unfinished_erasures() if person in e.members), None)
    at = now if begun is None else _began(ledger, begun.fact_id, now)
    started = Fact(
        id=fact_id("erasure", person, at),
        kind=Kind.ERASURE_STARTED,
        person=person,
        occurred_at=at,
        recorded_at=at,
        by=by,
        route=route,
    )
    destroyed = Fact(
        id=fact_id("destroyed", person, at),
        kind=Kind.KEY_DESTROYED,
        person=person,
        about=started.id,
        occurred_at=at,
        recorded_at=at,
        by=by,
        route=route,
    )
    stones = tuple(tombstones(ledger, keys, digest, person, at))
    ledger.bury(started, (*stones, destroyed), lambda persons: keys.destroy(*persons), now=now)


def _began(ledger: Ledger, fact: str, now: int) -> int:
    found = ledger.fact(fact)
    return found.occurred_at if found is not None else now


def tombstones(ledger: Ledger, keys: Keyring, digest: str, person: str, at: int) -> Iterator[Fact]:
    """Yield what outlives the erasure: by keyed hash, that it was, and each no that stands.

    A no that a later yes ended is not buried. Nothing else of the person is in them.
    """
    history = ledger.history_of(person)
    if history is None:
        return
    standing = ledger.standing_of(person, digest)
    noes = _standing_noes(history.facts, standing)
    for digest_hex in sorted(set(_hashes(history.facts, keys))):
        yield Fact(
            id=fact_id(ERASED, digest_hex, at),
            kind=Kind.TOMBSTONE,
            what=ERASED,
            occurred_at=at,
            recorded_at=at,
            thing=digest_hex,
            marks=(ERASED,),
        )
        yield from (_buried(no, digest_hex, at) for no in noes)


def _standing_noes(facts: list[Fact], standing: Standing | None) -> list[Fact]:
    if standing is None:
        return []
    speaking = {i[2] for name, i in standing.dense.items() if name.startswith(_NOES)}
    return [fact for fact in facts if fact.id in speaking]


def _hashes(facts: list[Fact], keys: Keyring) -> Iterator[str]:
    for fact in facts:
        if fact.kind is Kind.IDENTIFIED:
            payload = open_payload(fact, keys) or {}
            identifier = parse_identifier(str(payload.get(IDENTIFIER, "")))
            if isinstance(identifier, Identifier):
                yield keyed_hash(identifier, keys.hmac_key).hex()


def _buried(no: Fact, digest_hex: str, at: int) -> Fact:
    # A no that was itself dug up from an earlier erasure is buried once more as it was.
    mark = no.marks[0] if no.kind is Kind.TOMBSTONE else no.kind.value
    return Fact(
        id=fact_id("buried", digest_hex, no.id),
        kind=Kind.TOMBSTONE,
        what=no.what,
        channel=no.channel,
        topic=no.topic,
        activity=no.activity,
        occurred_at=no.occurred_at,
        recorded_at=at,
        thing=digest_hex,
        marks=(mark, *(m for m in no.marks if m.startswith("keep:"))),
        clause=no.clause,
        version=no.version,
    )
