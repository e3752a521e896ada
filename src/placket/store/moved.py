"""Whom facts concern that came after a mark, and how these persons stand now."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Final

from placket.facts import Fact, Kind
from placket.standing.layout import Layout
from placket.standing.standing import Standing, unpack
from placket.store.checks import tombstone_hash
from placket.store.clusters import persons_of
from placket.store.histories import members_of, read_fact
from placket.store.session import Database, Session, writing_again

# What no fold reads, and yet writes or takes away a row: an erasure, and an identifier whose
# tombstone speaks of the person.
_ALWAYS: Final = frozenset({Kind.ERASURE_STARTED, Kind.IDENTIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point between appends: every later fact and person has a greater number than these."""

    seq: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The numbers of all whose standing may have moved, and the standings of all asked about."""

    numbers: tuple[int, ...]
    standings: tuple[Standing, ...]


def mark(database: Database) -> Mark:
    """Return a mark at which no append is under way."""
    with writing_again(database) as session:
        session.settle()
        return Mark(seq=_first(session, "last_seq"), number=_first(session, "last_number"))


def _first(session: Session, query: str) -> int:
    row = session.one(query)
    return 0 if row is None else int(row[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of the time since a mark.

    moves: whether a fact may move a standing; persons: asked about whoever moved; most: facts
    and persons beyond which it is not worth the reading.
    """

    since: Mark
    layout: Layout
    moves: Callable[[Fact], bool]
    persons: Collection[str]
    most: int


def moved(session: Session, asked: Asked) -> Moved | None:
    """Return who moved since the mark, and how they and `asked.persons` stand; in one snapshot.

    None where that is more than `asked.most`.
    """
    if _first(session, "last_seq") - asked.since.seq > asked.most:
        return None
    named = {row[0] for row in session.rows("persons_newer", asked.since.number)}
    for row in session.rows("facts_after", asked.since.seq):
        fact = read_fact(row[7])
        if fact.kind in _ALWAYS or asked.moves(fact):
            named.update(_named(session, fact))
        if len(named) > asked.most:
            return None
    roots = {row[1] for row in session.among("persons_among", sorted(named))}
    persons = sorted(members_of(session, sorted(roots)))
    if len(persons) + len(asked.persons) > asked.most:
        return None
    whom = sorted({*persons, *asked.persons})
    return Moved(
        numbers=tuple(row[0] for row in session.among("numbers_among", persons)),
        standings=tuple(unpack(row[1]) for row in session.among(("bodies_of", asked.layout), whom)),
    )


def _named(session: Session, fact: Fact) -> Iterator[str]:
    """Yield whom a fact concerns: also the ends of a voided link, and whom a tombstone buries."""
    yield from persons_of((fact,))
    if fact.kind is Kind.LINK_VOIDED:
        for row in session.among("links_among", [fact.about]):
            yield from row[1:3]
    buried = tombstone_hash(fact) if fact.kind is Kind.TOMBSTONE else None
    if buried is not None:
        yield from (row[1] for row in session.by_hash("holders_of", [buried]))
