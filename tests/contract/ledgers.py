"""Facts of three persons, and a fold that is small enough to be read, for tests of the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace as changed

from placket.facts import OPEN, Fact, Kind
from placket.standing.layout import Layout
from placket.standing.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.standing.history import Connected

NOW = 1_700_000_000_000_000
ADA, BEA, CAT = "p_ada", "p_bea", "p_cat"
HASH, OTHER = b"\x01" * 32, b"\x02" * 32


@dataclass(frozen=True, slots=True)
class Seen:
    """A fold in ten lines: what happened last, how often, and who became whom when."""

    digest: str = "5ee00000000000000000"
    layout: Layout = field(init=False)

    def __post_init__(self) -> None:
        names = ("last.seen", "tombstone")
        object.__setattr__(self, "layout", Layout(digest=self.digest, names=names))

    def concerns(self, fact: Fact) -> bool:
        return fact.kind is not Kind.USED

    def fold(self, person: str, facts: Sequence[Fact], connected: Connected) -> Standing:
        told = sorted(facts, key=lambda fact: (fact.occurred_at, fact.id))
        happened = [fact for fact in told if fact.kind is Kind.HAPPENED]
        buried = [fact for fact in told if fact.kind is Kind.TOMBSTONE]
        others = {fact.person for fact in told if fact.person} - {person}
        latest = (("last.seen", happened[-1:]), ("tombstone", buried[-1:]))
        dense = {name: (f.occurred_at, OPEN, f.id) for name, found in latest for f in found}
        sparse = {f"did.{fact.what}": (fact.occurred_at, OPEN, fact.id) for fact in happened}
        for other in others:
            at = connected(person, other)
            sparse[f"is.{other}"] = (-1 if at is None else at, OPEN, "")
        return Standing(person=person, dense=dense, sparse=sparse)

    def refold(
        self, before: Standing, news: Sequence[Fact], facts: Sequence[Fact], connected: Connected
    ) -> Standing:
        del news
        return self.fold(before.person, facts, connected)


SEEN = Seen()


def seen(person: str, at: int, what: str = "visit") -> Fact:
    return Fact(
        id=f"f_{person}_{what}_{at}",
        kind=Kind.HAPPENED,
        occurred_at=at,
        recorded_at=at,
        person=person,
        what=what,
    )


def told(kind: Kind, person: str = "", at: int = 5, **said: object) -> Fact:
    made = Fact(
        id=f"f_{kind}_{person}_{at}", kind=kind, occurred_at=at, recorded_at=at, person=person
    )
    return changed(made, **said)


def linked(first: str, second: str, at: int) -> Fact:
    name = f"f_link_{first}_{second}"
    return told(Kind.IDENTITY_LINKED, first, at, about=second, id=name)


def voided(link: Fact, at: int) -> Fact:
    return told(Kind.LINK_VOIDED, link.person, at, about=link.id, id=f"f_void_{link.id}")
