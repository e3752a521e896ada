"""A person's facts, sorted out by what the fold asks of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from operator import attrgetter
from typing import Final

from placket.facts import OPEN, Fact, Kind
from placket.policy.period import INTERACTION
from placket.standing.standing import ALWAYS
from placket.standing.topics import is_contact

Connected = Callable[[str, str], int | None]
"""When two persons of one cluster became connected: microseconds UTC."""

ERASED: Final = "erased"
"""The mark of a tombstone that says no more than that an erasure was."""


@dataclass(slots=True)
class Relation:
    """One order, case or account: when it began and, once closed, when it ended."""

    opened: Fact
    closed: Fact | None = None


@dataclass(slots=True)
class History:
    """The facts of one person (or cluster) known at one moment.

    events: the latest fact of each event, by event and by event and channel. first: the
    earliest. contacts: the latest contact by channel, with `` for any. spans: when each
    relation asked about was last open. erased_at: when whoever had the identifiers before was
    erased last; what was said until then is not this person's.
    """

    person: str
    connected: Connected
    events: dict[tuple[str, str], Fact] = field(default_factory=dict)
    first: dict[str, Fact] = field(default_factory=dict)
    contacts: dict[str, Fact] = field(default_factory=dict)
    relations: dict[str, dict[str, Relation]] = field(default_factory=dict)
    spans: dict[str, tuple[int, int, str] | None] = field(default_factory=dict)
    kinds: dict[Kind, list[Fact]] = field(default_factory=dict)
    born: date | None = None
    country: str = ""
    erased_at: int = ALWAYS

    @property
    def topics(self) -> set[str]:
        """Return what the facts speak to, as `topics` says of each."""
        met = (INTERACTION,) if self.contacts else ()
        return {*self.kinds, *self.first, *met}

    def of(self, kind: Kind) -> Sequence[Fact]:
        """Return the facts of `kind`, earliest first."""
        return self.kinds.get(kind, ())

    def of_any(self, *kinds: Kind) -> list[Fact]:
        """Return the facts of `kinds`, earliest first."""
        return sorted(chain.from_iterable(map(self.of, kinds)), key=in_time)


in_time: Final = attrgetter("occurred_at", "id")


def never_connected(_first: str, _second: str) -> int | None:
    """Say that no two persons are connected: the history of one person alone."""
    return None


def gather(
    person: str,
    facts: Iterable[Fact],
    *,
    private: Mapping[str, Mapping[str, object]] | None = None,
    connected: Connected = never_connected,
) -> History:
    """Return the history that `facts` make; neither their order nor repetition matters.

    private: opened payloads by fact id; only `born` is read. A payload that is not there
    leaves the age unknown.
    """
    history = History(person=person, connected=connected)
    unique = {fact.id: fact for fact in facts}
    kinds, contacts = history.kinds, history.contacts
    for fact in sorted(unique.values(), key=in_time):
        kind = fact.kind
        if kind in kinds:
            kinds[kind].append(fact)
        else:
            kinds[kind] = [fact]
        if is_contact(fact):
            contacts[""] = contacts[fact.channel] = fact
        reader = _READERS.get(kind)
        if reader is not None:
            reader(history, fact)
    _close_relations(history)
    _read_birth(history, private or {})
    return history


def _happened(history: History, fact: Fact) -> None:
    _told(history, fact.what, fact)


def _told(history: History, event: str, fact: Fact) -> None:
    history.events[event, ""] = fact
    history.events[event, fact.channel] = fact
    history.first.setdefault(event, fact)


def _opened(history: History, fact: Fact) -> None:
    things = history.relations.setdefault(fact.what, {})
    # A second opening of one thing is the same thing told again: the first stands.
    things.setdefault(fact.thing or fact.id, Relation(opened=fact))
    _told(history, f"{fact.what}.opened", fact)


def _closed(history: History, fact: Fact) -> None:
    _told(history, f"{fact.what}.closed", fact)


def _close_relations(history: History) -> None:
    # After all openings are known, so that an end told before its beginning still counts.
    for fact in history.kinds.get(Kind.RELATION_CLOSED, ()):
        things = history.relations.get(fact.what, {})
        if fact.thing in things:
            things[fact.thing].closed = fact
        elif not fact.thing:
            # An end that names no thing ends what had begun by then.
            for relation in things.values():
                if relation.opened.occurred_at <= fact.occurred_at:
                    relation.closed = fact


def _located(history: History, fact: Fact) -> None:
    history.country = fact.region


def _read_birth(history: History, private: Mapping[str, Mapping[str, object]]) -> None:
    for fact in history.kinds.get(Kind.BORN, ()):
        written = private.get(fact.id, {}).get("birth_date")
        if isinstance(written, str):
            history.born = date.fromisoformat(written)


def _buried(history: History, fact: Fact) -> None:
    if ERASED in fact.marks:
        history.erased_at = fact.occurred_at


_READERS: Final[Mapping[Kind, Callable[[History, Fact], None]]] = {
    Kind.HAPPENED: _happened,
    Kind.RELATION_OPENED: _opened,
    Kind.RELATION_CLOSED: _closed,
    Kind.LOCATED: _located,
    Kind.TOMBSTONE: _buried,
}


def covers_open(relation: Relation) -> int:
    """Return the instant at which the relation ended, OPEN while it has not.

    An end that is told for a time before the beginning ends it as it begins.
    """
    if relation.closed is None:
        return OPEN
    return max(relation.closed.occurred_at, relation.opened.occurred_at)
