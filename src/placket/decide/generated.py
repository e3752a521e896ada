"""The conditions of one question as one generated function: numbers alone stand in its text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.decide.condition import (
    FALSE,
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Intervals,
    Known,
    Leaf,
    Not,
    all_of,
    any_of,
    leaves,
    needs_sparse,
    negated,
)
from placket.decide.denials import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Denied = Callable[[Intervals, Intervals, int], Sequence[int]]
"""dense intervals, sparse intervals, instant -> the numbers of the conditions that are true."""

_HEAD: Final = "def denied(dense, sparse, at):"


@lru_cache(maxsize=1024)
def denied_by(conditions: tuple[Condition, ...], places: tuple[str, ...] = ()) -> Denied:
    """Return a function that tells which of `conditions` are true, in order.

    Those that only a sparse state makes true come last, as they are asked of few. places: as
    in `shortened`; that somebody is in none of them is itself among the conditions.
    """
    writing = Writing(conditions, places)
    # INVARIANT: the text has numbers and our own words; what a policy names is bound to them.
    text = writing.text()
    bound: dict[str, object] = {f"n{at}": name for name, at in writing.numbers.items()}
    exec(text, bound)  # noqa: S102 - as above
    made: Denied = bound["denied"]  # type: ignore[assignment] # the text defines it
    return made


@dataclass(frozen=True, slots=True)
class Writing:
    """The text of the function, and by which number it knows each state."""

    conditions: tuple[Condition, ...]
    places: tuple[str, ...]
    numbers: dict[str, int] = field(default_factory=dict)

    def text(self) -> str:
        """Return the function: whether any denies; then each leaf once, and the conditions of them.

        Nearly nobody has a sparse state; for those without any the conditions are shorter.
        """
        plain = [_without_sparse(condition) for condition in self.conditions]
        order = sorted(range(len(plain)), key=lambda at: needs_sparse(self.conditions[at]))
        every = dict.fromkeys(leaf for condition in self.conditions for leaf in leaves(condition))
        held = {leaf: f"h{at}" for at, leaf in enumerate(every)}
        anything = any_of(*shortened(plain, self.places))
        lines = [
            _HEAD,
            "  get = dense.get",
            f"  if not sparse and not {_written(anything, self._tested)}: return ()",
            *(f"  {held[leaf]} = {self._tested(leaf)}" for leaf in every if not leaf.sparse),
            "  if not sparse:",
            *self._found(plain, order, held, indent="    "),
            "  get = sparse.get",
            *(f"  {held[leaf]} = {self._tested(leaf)}" for leaf in every if leaf.sparse),
            *self._found(self.conditions, order, held, indent="  "),
        ]
        return "\n".join(lines)

    def _tested(self, leaf: Leaf) -> str:
        slot = f"n{self.numbers.setdefault(leaf.name, len(self.numbers))}"
        found = f"(v := get({slot})) is not None"
        match leaf:
            case Holds():
                return f"({found} and v[0] <= at < v[1])"
            case Ended():
                return f"({found} and v[1] <= at)"
            case Known():
                return f"({found})"

    def _found(
        self, of: Sequence[Condition], order: Iterable[int], held: dict[Leaf, str], *, indent: str
    ) -> Iterator[str]:
        yield f"{indent}found = []"
        for at in order:
            if of[at] != FALSE:
                yield f"{indent}if {_written(of[at], held.__getitem__)}: found.append({at})"
        yield f"{indent}return found"


def _written(condition: Condition, leaf: Callable[[Leaf], str]) -> str:
    match condition:
        case Not(of=part):
            return f"(not {_written(part, leaf)})"
        case All(of=parts):
            return f"({' and '.join(_written(part, leaf) for part in parts) or True})"
        case AnyOf(of=parts):
            return f"({' or '.join(_written(part, leaf) for part in parts) or False})"
        case Holds() | Ended() | Known():
            return leaf(condition)


def _without_sparse(condition: Condition) -> Condition:
    """Return the condition as it is for whoever has no sparse state."""
    match condition:
        case Not(of=part):
            return negated(_without_sparse(part))
        case All(of=parts):
            return all_of(*map(_without_sparse, parts))
        case AnyOf(of=parts):
            return any_of(*map(_without_sparse, parts))
        case Holds() | Ended() | Known():
            return FALSE if condition.sparse else condition
