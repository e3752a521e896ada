"""What a batch of facts must be before the ledger takes it: known kinds, past times, persons."""

from collections.abc import Iterable, Mapping
from typing import Final

from placket.facts import Fact, Kind, canonical
from placket.store.refusals import (
    FactConflict,
    FactFromTheFuture,
    FactRefused,
    NobodyConcerned,
    UnknownKind,
)

TOLERANCE: Final = 300_000_000
"""How far, in microseconds, two clocks may differ before a fact is from the future."""

HASH_BYTES: Final = 32

# What may be said without naming a person: of the policy, of hashes, and of plans, steps and
# recipients whose persons stand in the request.
_IMPERSONAL: Final = frozenset(
    {
        Kind.POLICY_PUBLISHED,
        Kind.TOMBSTONE,
        Kind.REQUESTED,
        Kind.REQUEST_MOVED,
        Kind.PLANNED,
        Kind.STEP_CARRIED_OUT,
        Kind.RECIPIENT_TOLD,
        Kind.RECIPIENT_ANSWERED,
        Kind.SHARED,
        Kind.USED,
    }
)


def checked(
    facts: Iterable[Fact], identifiers: Mapping[str, bytes], now: int
) -> dict[str, tuple[Fact, bytes]]:
    """Return each fact with its canonical bytes by id, a repeated one once.

    Raises FactRefused, naming the fact by its id.
    """
    latest = now + TOLERANCE
    found: dict[str, tuple[Fact, bytes]] = {}
    for fact in facts:
        if fact.occurred_at > latest or fact.recorded_at > latest:
            raise FactFromTheFuture(f"fact `{fact.id}` has a time that is not yet; mend the clock")
        _expect_sense(fact)
        body = canonical(fact)
        before = found.setdefault(fact.id, (fact, body))
        if before[1] != body:
            raise conflict(fact.id)
    _expect_identified(identifiers, found)
    return found


def conflict(fact_id: str) -> FactConflict:
    """Return the refusal of a second fact with this id."""
    return FactConflict(f"fact `{fact_id}` is known already and says something else")


def tombstone_hash(fact: Fact) -> bytes | None:
    """Return the keyed hash that a tombstone names in `thing`, in hex; None when it names none."""
    if not fact.thing:
        return None
    try:
        found = bytes.fromhex(fact.thing)
    except ValueError:
        found = b""
    if len(found) != HASH_BYTES:
        raise FactRefused(f"tombstone `{fact.id}` names no keyed hash: 64 hex digits were expected")
    return found


def _expect_sense(fact: Fact) -> None:
    if not fact.id:
        raise FactRefused("a fact has no id")
    if type(fact.kind) is not Kind:
        raise UnknownKind(f"fact `{fact.id}` is of a kind that is not known")
    if fact.kind is Kind.TOMBSTONE:
        tombstone_hash(fact)
    if fact.person and fact.persons:
        raise NobodyConcerned(f"fact `{fact.id}` names both one person and a list")
    if not fact.person and not fact.persons and fact.kind not in _IMPERSONAL:
        raise NobodyConcerned(f"fact `{fact.id}` names no person")
    if fact.kind is Kind.IDENTITY_LINKED and not (fact.person and fact.about):
        raise NobodyConcerned(f"link `{fact.id}` names fewer than two persons")
    if fact.kind is Kind.LINK_VOIDED and not fact.about:
        raise FactRefused(f"fact `{fact.id}` does not say which link is void")


def _expect_identified(
    identifiers: Mapping[str, bytes], facts: Mapping[str, tuple[Fact, bytes]]
) -> None:
    for fact_id, keyed_hash in identifiers.items():
        told = facts.get(fact_id)
        if told is None or told[0].kind is not Kind.IDENTIFIED or not told[0].person:
            raise FactRefused(f"an identifier is given for `{fact_id}`, which identifies nobody")
        if len(keyed_hash) != HASH_BYTES:
            raise FactRefused(f"the identifier of `{fact_id}` is no keyed hash of 32 bytes")
