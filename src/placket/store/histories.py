"""Read what facts speak of which persons, for folding and for showing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import msgspec

from placket.facts import Fact, decode
from placket.standing.history import Connected, never_connected
from placket.store.clusters import tied
from placket.store.ledger import PersonHistory
from placket.store.refusals import LedgerDamaged
from placket.store.session import Session

BATCH: Final = 2_000
"""Persons whose histories are read at once."""

_SHARED: Final = ("passages_among", "tombstones_among")
_SOURCES: Final = ("facts_among", *_SHARED)

Seen = Callable[[int], bool]
"""Says whether the fact of a sequence number was there."""


def read_fact(body: bytes) -> Fact:
    """Return the fact of its stored bytes. Raises LedgerDamaged when they are none."""
    try:
        return decode(body)
    except (msgspec.DecodeError, msgspec.ValidationError):
        raise LedgerDamaged("a stored fact cannot be read; run `placket audit verify`") from None


def members_of(session: Session, roots: Sequence[str]) -> dict[str, str]:
    """Return the root of every person in the clusters of `roots`, by person."""
    found = {root: root for root in roots}
    found.update(session.among("members_among", roots))
    return found


def histories(session: Session, roots: Sequence[str]) -> Iterator[PersonHistory]:
    """Yield the history of each root's cluster, in the order of `roots`."""
    root_of = members_of(session, roots)
    people: dict[str, list[str]] = {root: [] for root in roots}
    for person, root in root_of.items():
        people[root].append(person)
    facts: dict[str, dict[int, Fact]] = {root: {} for root in roots}
    for person, seq, body in session.among("facts_among", list(root_of)):
        facts[root_of[person]][seq] = read_fact(body)
    # One passage speaks of many persons: it is read once for all of them.
    read: dict[int, Fact] = {}
    for query in _SHARED:
        for person, seq, body in session.among(query, list(root_of)):
            fact = read.get(seq)
            if fact is None:
                fact = read[seq] = read_fact(body)
            facts[root_of[person]][seq] = fact
    for root in roots:
        yield _history(session, root, people[root], facts[root])


def _history(
    session: Session, root: str, members: list[str], facts: dict[int, Fact]
) -> PersonHistory:
    connected: Connected = never_connected
    if len(members) > 1:
        connected = tied(session, members)[0].connected()
    in_order = [facts[seq] for seq in sorted(facts)]
    return PersonHistory(
        person=root, members=tuple(sorted(members)), facts=in_order, connected=connected
    )


def facts_of(session: Session, members: Iterable[str], seen: Seen) -> list[Fact]:
    """Return the facts that speak of any of `members` and were seen, in order of recording."""
    found: dict[int, Fact] = {}
    named = list(members)
    for query in _SOURCES:
        for _, seq, body in session.among(query, named):
            if seq not in found and seen(seq):
                found[seq] = read_fact(body)
    return [found[seq] for seq in sorted(found)]


def all_histories(session: Session) -> Iterator[PersonHistory]:
    """Yield the history of every person who has not been erased, in order of id."""
    after = ""
    while roots := [row[0] for row in session.rows("persons_after", after, BATCH)]:
        yield from histories(session, roots)
        after = roots[-1]
