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
    for person, seq, fact in _told(session, list(root_of)):
        facts[root_of[person]][seq] = fact
    for root in roots:
        yield _history(session, root, people[root], facts[root])


def _told(session: Session, persons: Sequence[str]) -> Iterator[tuple[str, int, Fact]]:
    """Yield each fact that speaks of one of `persons`, with the person and its sequence number."""
    for person, seq, body in session.among("facts_among", persons):
        yield person, seq, read_fact(body)
    named = list(session.among("passages_among", persons))
    if named:
        # A passage names many, in a long body: it is read once for all of them.
        bodies = session.among("passage_bodies_among", persons)
        passages = {seq: read_fact(body) for seq, body in bodies}
        yield from ((person, seq, passages[seq]) for person, seq in named if seq in passages)
    for person, seq, body in session.among("tombstones_among", persons):
        yield person, seq, read_fact(body)


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
    found = {seq: fact for _, seq, fact in _told(session, list(members)) if seen(seq)}
    return [found[seq] for seq in sorted(found)]


def all_histories(session: Session) -> Iterator[PersonHistory]:
    """Yield the history of every person who has not been erased, in order of id."""
    for batch in history_batches(session):
        yield from batch


def history_batches(session: Session) -> Iterator[list[PersonHistory]]:
    """Yield what `all_histories` does, as many at once as are read at once."""
    after = ""
    while roots := [row[0] for row in session.rows("persons_after", after, BATCH)]:
        yield list(histories(session, roots))
        after = roots[-1]
