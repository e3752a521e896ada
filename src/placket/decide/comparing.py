"""Two policies asked about the same persons: their two standings joined, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.decide.alike import grouped, truth_words
from placket.decide.condition import leaves
from placket.decide.decide import permits
from placket.decide.sql import (
    case,
    has_marks,
    joined,
    met,
    permitted,
    select_marks,
    standing_row,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from placket.decide.condition import Condition, Leaf
    from placket.decide.decide import Prepared
    from placket.standing.layout import Layout

_OLD: Final = "o"
_NEW: Final = "n"
_NEVER: Final = -(2**63) + 1
"""Stands for a state that never held; earlier than any instant."""

GAINED: Final = 1
LOST: Final = 2
KEPT: Final = 3
"""Whom the act is permitted: under the new policy alone, the old one alone, or both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The standings under two policies, a row for each person."""

    old: Layout
    new: Layout

    def is_permitted(self, prepared: Prepared | None, *, new: bool) -> exp.Expr:
        """Return SQL that is true of those whom the act is permitted; of nobody for None."""
        if prepared is None:
            return exp.false()
        return permitted(prepared, *self._side(new=new))

    def holds(self, condition: Condition, *, new: bool) -> exp.Expr:
        """Return SQL that is true of those of whom `condition` is, under one of the policies."""
        return met(condition, *self._side(new=new))

    def _side(self, *, new: bool) -> tuple[Layout, str]:
        return (self.new, _NEW) if new else (self.old, _OLD)

    def outcomes(self, old: exp.Expr, new: exp.Expr) -> exp.Select:
        """Return the query for how many persons each outcome has.

        Rows: `outcome`, which is GAINED, LOST, KEPT or 0 for neither, and `persons`.
        """
        outcome = exp.Add(this=case([(old, LOST)]), expression=case([(new, GAINED)]))
        query = exp.Select(
            expressions=[
                exp.Alias(this=outcome, alias=exp.to_identifier("outcome")),
                exp.Alias(this=exp.Count(this=exp.Star()), alias=exp.to_identifier("persons")),
            ]
        )
        return self._from(query).group_by(exp.Literal.number(1), copy=False)

    def persons(self, wanted: Iterable[exp.Expr]) -> exp.Select:
        """Return the query for the persons of whom any of `wanted` is true, in order."""
        query = exp.Select(expressions=[exp.column("person", _OLD)])
        return (
            self._from(query)
            .where(joined(list(wanted), every=False), copy=False)
            .order_by(exp.column("person", _OLD), copy=False)
        )

    def count(self, wanted: Iterable[exp.Expr]) -> exp.Select:
        """Return the query for how many persons there are of whom any of `wanted` is true."""
        query = exp.Select(expressions=[exp.Count(this=exp.Star())])
        return self._from(query).where(joined(list(wanted), every=False), copy=False)

    def _from(self, query: exp.Select) -> exp.Select:
        old, new = standing_row(self.old, _OLD), standing_row(self.new, _NEW)
        same = exp.EQ(this=exp.column("person", _NEW), expression=exp.column("person", _OLD))
        return query.from_(old, copy=False).join(new, on=same, copy=False)

    def alike(self, old: Sequence[Leaf], new: Sequence[Leaf]) -> exp.Select:
        """Return the query for groups of persons who are alike in all of `old` and of `new`.

        Columns: `person`, empty unless the person has marks under one of the policies and so
        stands alone; the words of the truths of `old`, then those of `new`; `persons`.
        """
        words = [*truth_words(old, self.old, _OLD), *truth_words(new, self.new, _NEW)]
        return self._from(grouped(words, (_OLD, _NEW)))

    def marked(self) -> exp.Select:
        """Return the query for how many persons have marks under one of the policies."""
        return self.count([has_marks(_OLD), has_marks(_NEW)])

    def changes(self, states: Sequence[str]) -> exp.Select:
        """Return the query for whether each of `states` differs for anybody: one row of 0 and 1.

        states: with columns in both layouts.
        """
        columns = [exp.Max(this=case([(self._differs(name), 1)])) for name in states]
        return self._from(exp.Select(expressions=columns))

    def _differs(self, name: str) -> exp.Expr:
        ends: list[exp.Expr] = [
            exp.NEQ(
                this=_filled(f"{self.old.columns[name]}_{end}", _OLD),
                expression=_filled(f"{self.new.columns[name]}_{end}", _NEW),
            )
            for end in ("from", "until")
        ]
        return joined(ends, every=False)

    def common(self) -> tuple[str, ...]:
        """Return the states that have columns in both layouts."""
        return tuple(name for name in self.new.names if name in self.old.columns)

    def changed_marks(self) -> exp.Expr:
        """Return the query for the names of the sparse states that differ for anybody."""
        return exp.Union(
            this=_only_in(self.old, self.new),
            expression=_only_in(self.new, self.old),
        )


def but_not(wanted: exp.Expr, unless: exp.Expr) -> exp.Expr:
    """Return SQL that is true where `wanted` is and `unless` is false or null."""
    unmet = exp.EQ(this=case([(unless, 1)]), expression=exp.Literal.number(0))
    return joined([wanted, unmet], every=True)


def _filled(column: str, row: str) -> exp.Expr:
    never = exp.Literal.number(_NEVER)
    return exp.Coalesce(this=exp.column(column, row), expressions=[never])


def _only_in(one: Layout, other: Layout) -> exp.Expr:
    rows = exp.Except(this=select_marks(one), expression=select_marks(other))
    inner = rows.subquery("x")
    return exp.Select(expressions=[exp.column("name", "x")]).from_(inner, copy=False)


def asks_alike(old: Prepared, new: Prepared, changed: frozenset[str]) -> bool:
    """Say whether the act is surely permitted to the same persons under both policies.

    changed: the states that differ for anybody, or that one of the policies does not have.
    """
    before = {step.denies for step in permits(old)}
    if before != {step.denies for step in permits(new)}:
        return False
    asked = {leaf.name for condition in before for leaf in leaves(condition)}
    return asked.isdisjoint(changed)
