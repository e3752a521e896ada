"""A rule as a tree over intervals: and, or, not, and whether a state holds; nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from placket.standing.standing import Interval

Intervals = dict[str, Interval]
Check = Callable[[Intervals, Intervals, int], bool]
"""dense intervals, sparse intervals, instant -> whether the condition is true."""


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


def compiled(condition: Condition) -> Check:
    """Return a function that says whether the condition is true of intervals at an instant."""
    match condition:
        case Holds():
            return _holds(condition)
        case Ended():
            return _ended(condition)
        case Known():
            return _known(condition)
        case Not(of=part):
            return _not(part)
        case All(of=parts):
            return _all(tuple(compiled(part) for part in parts))
        case AnyOf(of=parts):
            return _any(tuple(compiled(part) for part in parts))


def _holds(leaf: Holds) -> Check:
    name = leaf.name
    if leaf.sparse:

        def holds_sparse(_dense: Intervals, sparse: Intervals, at: int) -> bool:
            interval = sparse.get(name)
            return interval is not None and interval[0] <= at < interval[1]

        return holds_sparse

    def holds(dense: Intervals, _sparse: Intervals, at: int) -> bool:
        interval = dense.get(name)
        return interval is not None and interval[0] <= at < interval[1]

    return holds


def _ended(leaf: Ended) -> Check:
    name, is_sparse = leaf.name, leaf.sparse

    def ended(dense: Intervals, sparse: Intervals, at: int) -> bool:
        interval = (sparse if is_sparse else dense).get(name)
        return interval is not None and interval[1] <= at

    return ended


def _known(leaf: Known) -> Check:
    name, is_sparse = leaf.name, leaf.sparse

    def known(dense: Intervals, sparse: Intervals, at: int) -> bool:
        del at
        return name in (sparse if is_sparse else dense)

    return known


def _not(part: Condition) -> Check:
    if isinstance(part, Holds) and not part.sparse:
        name = part.name

        # The commonest shape by far, in one step instead of two.
        def lacks(dense: Intervals, _sparse: Intervals, at: int) -> bool:
            interval = dense.get(name)
            return interval is None or at < interval[0] or interval[1] <= at

        return lacks
    inner = compiled(part)
    return lambda dense, sparse, at: not inner(dense, sparse, at)


def _all(parts: tuple[Check, ...]) -> Check:
    if len(parts) == 2:  # noqa: PLR2004 - a pair is worth its own closure
        first, second = parts
        return lambda dense, sparse, at: first(dense, sparse, at) and second(dense, sparse, at)

    def every(dense: Intervals, sparse: Intervals, at: int) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs more than the parts
            if not part(dense, sparse, at):
                return False
        return True

    return every


def _any(parts: tuple[Check, ...]) -> Check:
    if len(parts) == 2:  # noqa: PLR2004 - a pair is worth its own closure
        first, second = parts
        return lambda dense, sparse, at: first(dense, sparse, at) or second(dense, sparse, at)

    def some(dense: Intervals, sparse: Intervals, at: int) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs more than the parts
            if part(dense, sparse, at):
                return True
        return False

    return some
