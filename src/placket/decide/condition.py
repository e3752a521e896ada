"""A rule as a tree over intervals: and, or, not, and whether a state holds; nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.standing.standing import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator

Intervals = dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Holds:
    """The state `name` holds: its interval contains the instant."""

    name: str
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The state `name` once held, or was to hold, and its end has passed."""

    name: str
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """The state `name` has an interval at all."""

    name: str
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary of a condition."""

    of: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Every one of the conditions; true of none."""

    of: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the conditions; false of none."""

    of: tuple[Condition, ...]


Leaf = Holds | Ended | Known
Condition = Leaf | Not | All | AnyOf

TRUE: Final = All(())
FALSE: Final = AnyOf(())


def all_of(*conditions: Condition) -> Condition:
    """Return the conjunction, without what is always true, flat where it can be."""
    parts: list[Condition] = []
    for condition in conditions:
        if condition == FALSE:
            return FALSE
        parts.extend(condition.of if isinstance(condition, All) else (condition,))
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else All(unique)


def any_of(*conditions: Condition) -> Condition:
    """Return the disjunction, without what is never true, flat where it can be."""
    parts: list[Condition] = []
    for condition in conditions:
        if condition == TRUE:
            return TRUE
        parts.extend(condition.of if isinstance(condition, AnyOf) else (condition,))
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def negated(condition: Condition) -> Condition:
    """Return the contrary of `condition`."""
    if condition == TRUE:
        return FALSE
    if condition == FALSE:
        return TRUE
    return condition.of if isinstance(condition, Not) else Not(condition)


def none_of(*names: str, sparse: bool = False) -> Condition:
    """Return that none of the states holds."""
    return negated(any_of(*(Holds(name, sparse) for name in names)))


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield the leaves of the tree, left to right."""
    match condition:
        case All(of=parts) | AnyOf(of=parts):
            for part in parts:
                yield from leaves(part)
        case Not(of=part):
            yield from leaves(part)
        case Holds() | Ended() | Known():
            yield condition


def names(condition: Condition) -> tuple[str, ...]:
    """Return the states that the condition asks about, in order, each once."""
    return tuple(dict.fromkeys(leaf.name for leaf in leaves(condition)))


def needs_sparse(condition: Condition) -> bool:
    """Say whether the condition can only be true when some sparse state holds.

    Then a person without sparse states need not be asked.
    """
    match condition:
        case Holds(sparse=sparse) | Ended(sparse=sparse) | Known(sparse=sparse):
            return sparse
        case All(of=parts):
            return any(needs_sparse(part) for part in parts)
        case AnyOf(of=parts):
            return bool(parts) and all(needs_sparse(part) for part in parts)
        case Not():
            return False


def is_true(condition: Condition, dense: Intervals, sparse: Intervals, at: int) -> bool:
    """Say whether the condition is true of intervals at an instant.

    The meaning in a few lines; `generated.py` and `sql.py` say the same faster.
    """
    match condition:
        case Not(of=part):
            return not is_true(part, dense, sparse, at)
        case All(of=parts):
            return all(is_true(part, dense, sparse, at) for part in parts)
        case AnyOf(of=parts):
            return any(is_true(part, dense, sparse, at) for part in parts)
        case Holds() | Ended() | Known():
            return _leaf_is_true(condition, (sparse if condition.sparse else dense), at)


def _leaf_is_true(leaf: Leaf, among: Intervals, at: int) -> bool:
    interval = among.get(leaf.name)
    if interval is None:
        return False
    match leaf:
        case Holds():
            return interval[0] <= at < interval[1]
        case Ended():
            return interval[1] <= at
        case Known():
            return True
