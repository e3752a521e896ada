"""Many questions in one reading: persons told apart by no more than is asked, then counted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from itertools import compress
from operator import and_, or_
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.decide.condition import (
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Leaf,
    Not,
    leaves,
)
from placket.decide.decide import permits
from placket.decide.sql import ROW, balanced, case, has_marks, joined, leaf_in, standing_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from placket.decide.decide import Prepared
    from placket.standing.layout import Layout

    Row = Sequence[object]

_IN_A_WORD: Final = 48
"""Truths that share one number; every database has whole numbers of 63 bits."""

_AS_TRUTHS: Final = bytes.maketrans(b"01", b"\0\1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Groups of persons who are alike in all that some questions ask.

    persons: how many each group has. true_of: by leaf the groups of which it is true, group n
    as bit n; a leaf that is missing is true of none.
    """

    persons: tuple[int, ...]
    true_of: Mapping[Leaf, int]

    def first_denials(self, prepared: Prepared) -> dict[int, int]:
        """Return how many persons each vital step is the first to deny, -1 for the permitted."""
        left = self._all
        counts: dict[int, int] = {}
        for index, step in enumerate(permits(prepared)):
            denied = self._where(step.denies) & left
            left ^= denied
            counts[index] = self.count(denied)
        return {index: count for index, count in counts.items() if count} | {-1: self.count(left)}

    def permitted(self, prepared: Prepared) -> int:
        """Return the groups whom the act is permitted, group n as bit n."""
        return reduce(
            and_, (self._all ^ self._where(s.denies) for s in permits(prepared)), self._all
        )

    @property
    def _all(self) -> int:
        return (1 << len(self.persons)) - 1

    def _where(self, condition: Condition) -> int:
        match condition:
            case Not(of=part):
                return self._all ^ self._where(part)
            case All(of=parts):
                return reduce(and_, map(self._where, parts), self._all)
            case AnyOf(of=parts):
                return reduce(or_, map(self._where, parts), 0)
            case Holds() | Ended() | Known():
                return self.true_of.get(condition, 0)

    def count(self, groups: int) -> int:
        """Return how many persons there are in `groups`, group n as bit n."""
        truths = f"{groups:b}"[::-1].encode().translate(_AS_TRUTHS)
        return sum(compress(self.persons, truths))


def asked_leaves(prepared: Iterable[Prepared], layout: Layout) -> tuple[Leaf, ...]:
    """Return the leaves over columns of the wide row that the questions ask about, in order."""
    asked = {leaf for each in prepared for step in permits(each) for leaf in leaves(step.denies)}
    return tuple(sorted((x for x in asked if not x.sparse and x.name in layout.columns), key=repr))


def select_alike(asked: Sequence[Leaf], layout: Layout) -> exp.Select:
    """Return the query for the groups: `person`, words of truths of `asked`, `persons`.

    person: empty, unless the person has marks and so stands alone.
    """
    query = grouped(truth_words(asked, layout), (ROW,))
    return query.from_(standing_row(layout), copy=False)


def grouped(words: Sequence[exp.Expr], rows: Sequence[str]) -> exp.Select:
    """Return what a query for groups selects: `person`, `words`, `persons`.

    rows: the names of the wide tables, in any of which a person may have marks.
    """
    marked = joined([has_marks(row) for row in rows], every=False)
    alone = exp.If(this=marked, true=exp.column("person", rows[0]))
    person = exp.Case(ifs=[alone], default=exp.Literal.string(""))
    groups = [exp.Literal.number(place + 1) for place in range(len(words) + 1)]
    count = exp.Count(this=exp.Star())
    return exp.Select(expressions=[person, *words, count]).group_by(*groups, copy=False)


def truth_words(asked: Sequence[Leaf], layout: Layout, row: str = ROW) -> list[exp.Expr]:
    """Return SQL of numbers that hold the truths of `asked`, a bit each, as `gathered` reads them.

    row: the name of the wide table that it is asked of.
    """
    starts = range(0, len(asked), _IN_A_WORD)
    return [_word(asked[start : start + _IN_A_WORD], layout, row) for start in starts]


def count_words(asked: Sequence[Leaf]) -> int:
    """Return how many words hold the truths of `asked`."""
    return -(-len(asked) // _IN_A_WORD)


def _word(asked: Sequence[Leaf], layout: Layout, row: str) -> exp.Expr:
    printed = leaf_in(layout, row)
    truths = [case([(printed(leaf, True), 1 << place)]) for place, leaf in enumerate(asked)]
    return balanced(truths, exp.Add)


def gathered(rows: Iterable[Row], asked: Sequence[Leaf], marks: Iterable[Row], at: int) -> Alike:
    """Return the groups that `select_alike` found, with the sparse states of those who have any.

    rows: as that query's; asked: as it was given; marks: as those of `select_marks`; at: the
    instant, microseconds UTC.
    """
    found = list(rows)
    bits: dict[Leaf, bytearray] = defaultdict(lambda: bytearray(len(found) // 8 + 1))
    for group, leaf in (*_of_words(found, asked), *_of_marks(found, marks, at)):
        bits[leaf][group // 8] |= 1 << group % 8
    return Alike(
        persons=tuple(int(str(row[-1])) for row in found),
        true_of={leaf: int.from_bytes(some, "little") for leaf, some in bits.items()},
    )


def _of_words(found: Sequence[Row], asked: Sequence[Leaf]) -> Iterator[tuple[int, Leaf]]:
    """Yield each group with each leaf over a column that is true of it."""
    for group, (_, *words, _) in enumerate(found):
        for place, word in enumerate(words):
            for bit in _bits(int(str(word))):
                yield group, asked[place * _IN_A_WORD + bit]


def _of_marks(found: Sequence[Row], marks: Iterable[Row], at: int) -> Iterator[tuple[int, Leaf]]:
    """Yield the group of each person who has marks, with each leaf that is true of a mark."""
    alone = {row[0]: group for group, row in enumerate(found)}
    for person, name, since, until in marks:
        if person in alone:
            for leaf in _true_of_mark(str(name), int(str(since)), int(str(until)), at):
                yield alone[person], leaf


def _bits(word: int) -> Iterator[int]:
    while word:
        low = word & -word
        yield low.bit_length() - 1
        word ^= low


def _true_of_mark(name: str, since: int, until: int, at: int) -> Iterator[Leaf]:
    yield Known(name, sparse=True)
    if until <= at:
        yield Ended(name, sparse=True)
    elif since <= at:
        yield Holds(name, sparse=True)
