"""The holds that stand: legal ones, and restrictions that a person wants instead of erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.plan.asking import By, Hold
from placket.policy.vocabulary import ALL_HELD

if TYPE_CHECKING:
    from collections.abc import Iterable

INSTEAD: Final = "instead_of_erasure"
_LIFTS: Final = frozenset({Kind.HOLD_LIFTED, Kind.RESTRICTION_LIFTED})


def holds_of(facts: Iterable[Fact]) -> tuple[Hold, ...]:
    """Return the holds that nothing lifted, by the facts that placed them, earliest first.

    A hold that names no data names everything. Neither order nor repetition matters. What a
    restriction names is stopped only where the person wants it in place of erasure.
    Source: GDPR Art. 17(3)(e), 18(1)(b), 18(1)(c).
    """
    known = {fact.id: fact for fact in facts}
    lifted = {fact.about for fact in known.values() if fact.kind in _LIFTS}
    placed = sorted(known.values(), key=lambda fact: (fact.occurred_at, fact.id))
    return tuple(_hold(f) for f in placed if f.id not in lifted and _stops_erasure(f))


def _stops_erasure(fact: Fact) -> bool:
    return fact.kind is Kind.HOLD_PLACED or (fact.kind is Kind.RESTRICTED and INSTEAD in fact.marks)


def _hold(fact: Fact) -> Hold:
    own = fact.kind is Kind.RESTRICTED
    return Hold(
        by=By.DATA_SUBJECT if own else By.LAW,
        release="the data subject lifts the restriction" if own else "the hold is lifted",
        data=() if ALL_HELD in fact.data else fact.data,
        clause=fact.clause,
        fact=fact.id,
    )
