"""Whom the facts between two positions concern, as far as it can move a standing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.gate.folds import PolicyFold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from placket.policy.compile import Policy

MOST_FACTS: Final = 50_000
"""Facts after which looking everybody up is no more work than reading whom they concern."""

MOST_PERSONS: Final = 20_000

_READ_AT_ONCE: Final = 5_000


def changed_persons(gate: Gate, policy: Policy, start: int, end: int) -> set[str] | None:
    """Return every id of each cluster that the facts from `start` to before `end` concern.

    None where everybody is to be looked up: there are too many facts or persons, or a customer
    was identified, whose row may have no standing beside it yet.
    """
    if end - start > MOST_FACTS:
        return None
    fold, persons = PolicyFold(policy=policy, keys=gate.keys), set[str]()
    for at in range(start, end, _READ_AT_ONCE):
        for fact in gate.ledger.facts_between(at, min(at + _READ_AT_ONCE, end)):
            if fact.kind is Kind.IDENTIFIED and fact.what == "customer":
                return None
            if fold.concerns(fact) or fact.kind is Kind.ERASURE_STARTED:
                persons.update(_concerned(gate, fact))
        if len(persons) > MOST_PERSONS:
            return None
    return gate.ledger.members_of(sorted(persons))


def _concerned(gate: Gate, fact: Fact) -> Iterator[str]:
    yield from (fact.person,) if fact.person else fact.persons
    match fact.kind:
        case Kind.IDENTITY_LINKED:
            yield fact.about
        case Kind.LINK_VOIDED:
            link = gate.ledger.fact(fact.about)
            yield from (link.person, link.about) if link is not None else ()
        case Kind.TOMBSTONE:
            yield from gate.ledger.holders(bytes.fromhex(fact.thing))
        case _:
            return
