"""Erase a person: keys destroyed, and a tombstone for each no that still stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.standing.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.gate.folds import PolicyFold
    from placket.keyring import Keyring
    from placket.policy.compile import Policy
    from placket.store.ledger import Erasure, Ledger, PersonHistory

ERASED: Final = "erased"
_NOES: Final = ("no.", "refused.", "objected.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """What an erasure is done with, by whom and by which route it was asked.

    policy: whose rules say which refusals still speak. now: as `erased_at` says.
    """

    ledger: Ledger
    keys: Keyring
    policy: Policy
    folds: tuple[PolicyFold, ...]
    now: int
    by: str
    route: str

    def erase(self, person: str) -> None:
        """Write that it began, destroy the keys, write that it ended; safe to repeat."""
        self.ledger.bury(self._started(person), self._destroy, self.folds, now=self.now)

    def _started(self, person: str) -> Fact:
        unfinished = (e for e in self.ledger.unfinished_erasures() if person in e.members)
        begun = next(unfinished, None)
        fact = self.ledger.fact(begun.fact_id) if begun is not None else None
        return fact or self._fact(
            Kind.ERASURE_STARTED, person, fact_id("erasure", person, self.now)
        )

    def _destroy(self, erasure: Erasure) -> Sequence[Fact]:
        history = self.ledger.history_of(erasure.person)
        noes = standing_noes(self.policy, history, self.now) if history is not None else []
        stones = tuple(tombstones(noes, erasure, self.now))
        self.keys.destroy(*erasure.members)
        destroyed = self._fact(
            Kind.KEY_DESTROYED,
            erasure.person,
            fact_id("destroyed", erasure.fact_id),
            about=erasure.fact_id,
        )
        return (*stones, destroyed)

    def _fact(self, kind: Kind, person: str, name: str, about: str = "") -> Fact:
        return Fact(
            id=name,
            kind=kind,
            person=person,
            about=about,
            occurred_at=self.now,
            recorded_at=self.now,
            by=self.by,
            route=self.route,
        )


def erased_at(history: PersonHistory | None, now: int) -> int:
    """Return when an erasure counts: at `now`, or with the person's newest fact if that is later.

    Else, by a clock that was set back, what it erased could be told again as said since.
    """
    facts = history.facts if history is not None else ()
    return max((now, *(fact.occurred_at for fact in facts)))


def tombstones(noes: Sequence[Fact], erasure: Erasure, at: int) -> Iterator[Fact]:
    """Yield what outlives the erasure: by keyed hash, that it was, and each of `noes`.

    Nothing else of the person is in them.
    """
    for keyed_hash in sorted(erasure.hashes):
        name = keyed_hash.hex()
        yield Fact(
            id=fact_id(ERASED, name, erasure.fact_id),
            kind=Kind.TOMBSTONE,
            what=ERASED,
            thing=name,
            marks=(ERASED,),
            occurred_at=at,
            recorded_at=at,
        )
        yield from (_buried(no, name, at) for no in noes)


def standing_noes(policy: Policy, history: PersonHistory, at: int) -> list[Fact]:
    """Return the refusals and objections that still speak at `at`.

    One that a later yes ended does not, whichever person of the cluster gave it, nor an
    objection that a recorded decision overruled.
    """
    # Births stay sealed here: no refusal depends on an age.
    standing = fold(policy, history.person, history.facts, connected=history.connected)
    states = (*standing.dense.items(), *standing.sparse.items())
    speaking = {fact for name, (_, until, fact) in states if name.startswith(_NOES) and until > at}
    return [fact for fact in history.facts if fact.id in speaking]


def _buried(no: Fact, name: str, at: int) -> Fact:
    # A no that was itself dug up from an earlier erasure is buried once more as it was.
    mark = no.marks[0] if no.kind is Kind.TOMBSTONE else no.kind.value
    return Fact(
        id=fact_id("buried", name, no.id),
        kind=Kind.TOMBSTONE,
        what=no.what,
        channel=no.channel,
        topic=no.topic,
        activity=no.activity,
        thing=name,
        marks=(mark, *(m for m in no.marks if m.startswith("keep:"))),
        clause=no.clause,
        version=no.version,
        occurred_at=no.occurred_at,
        recorded_at=at,
    )
