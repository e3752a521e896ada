"""Which index pays for an activity: over the few persons who have what it cannot do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.decide.condition import AnyOf, Condition, Holds, Not, leaves
from placket.decide.decide import prepare
from placket.decide.denials import FEW
from placket.decide.question import Question
from placket.decide.sql import denials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.decide.decide import Prepared
    from placket.policy.compile import Policy
    from placket.standing.layout import Layout


def suggested_index(prepared: Prepared, layout: Layout) -> tuple[str, ...]:
    """Return the states of an index that answers the question alone; none where none pays.

    The first is one without which nobody is permitted: rows where it never held can be left
    out. The others are all that the SQL reads, in the layout's order.
    """
    denied = denials(prepared)
    needed = {name for denial in denied for name in _needed(denial)}
    few = sorted(name for name in needed if name.startswith(FEW) and name in layout.columns)
    if not few:
        return ()
    # Of several the most particular, such as the one of a channel: fewer have it.
    first = max(few, key=lambda name: (name.count("."), name))
    read = {leaf.name for denial in denied for leaf in leaves(denial) if not leaf.sparse}
    return (first, *(name for name in layout.names if name in read - {first}))


def suggested_indexes(policy: Policy, layout: Layout) -> tuple[tuple[str, ...], ...]:
    """Return one index for each state that activities cannot do without, wide enough for all."""
    found: dict[str, set[str]] = {}
    for question in _questions(policy):
        index = suggested_index(prepare(policy, question), layout)
        if index:
            found.setdefault(index[0], set()).update(index)
    return tuple(
        (first, *(name for name in layout.names if name in others - {first}))
        for first, others in sorted(found.items())
    )


def _questions(policy: Policy) -> Iterator[Question]:
    for name, variants in policy.activities.items():
        channels = dict.fromkeys(("", *(c for variant in variants for c in variant.channel)))
        yield from (Question(activity=name, channel=channel) for channel in channels)


def _needed(denial: Condition) -> frozenset[str]:
    """Return the states that must hold, or the denial is true.

    Only those that stand in the SQL beside each other, not within an OR: no database looks there.
    """
    match denial:
        case Not(of=Holds(name=name, sparse=False)):
            return frozenset({name})
        case AnyOf(of=parts):
            return frozenset[str]().union(*map(_needed, parts))
        case _:
            return frozenset()
