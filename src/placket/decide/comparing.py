"""Two policies asked about the same persons: their two standings joined, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.decide.alike import truth_words
from placket.decide.condition import FALSE, Condition, Leaf, leaves
from placket.decide.decide import permits
from placket.decide.sql import denies, permitted
from placket.decide.steps.asking import Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from placket.decide.decide import Prepared
    from placket.standing.layout import Layout

_ROW: Final = "s"
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
        layout = self.new if new else self.old
        return _of(permitted(prepared, layout), _NEW if new else _OLD)

    def holds(self, condition: Condition, *, new: bool) -> exp.Expr:
        """Return SQL that is true of those of whom `condition` is, under one of the policies."""
        if condition == FALSE:
            return exp.false()
        asked = Step(code="", denies=condition)
        return _of(denies(asked, self.new if new else self.old), _NEW if new else _OLD)

    def outcomes(self, old: exp.Expr, new: exp.Expr) -> exp.Select:
        """Return the query for how many persons each outcome has.

        Rows: `outcome`, which is GAINED, LOST, KEPT or 0 for neither, and `persons`.
        """
        outcome = exp.Add(this=_one(old, LOST), expression=_one(new, GAINED))
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
            .where(any_true(wanted), copy=False)
            .order_by(exp.column("person", _OLD), copy=False)
        )

    def count(self, wanted: Iterable[exp.Expr]) -> exp.Select:
        """Return the query for how many persons there are of whom any of `wanted` is true."""
        query = exp.Select(expressions=[exp.Count(this=exp.Star())])
        return self._from(query).where(any_true(wanted), copy=False)

    def _from(self, query: exp.Select) -> exp.Select:
        tables = (
            exp.alias_(exp.to_table(layout.wide), row, table=True)
            for layout, row in ((self.old, _OLD), (self.new, _NEW))
        )
        old, new = tables
        same = exp.EQ(this=exp.column("person", _NEW), expression=exp.column("person", _OLD))
        return query.from_(old, copy=False).join(new, on=same, copy=False)

    def alike(self, old: Sequence[Leaf], new: Sequence[Leaf]) -> exp.Select:
        """Return the query for groups of persons who are alike in all of `old` and of `new`.

        Columns: `person`, empty unless the person has marks under one of the policies and so
        stands alone; the words of the truths of `old`, then those of `new`; `persons`.
        """
        marked = any_true(
            exp.GT(this=exp.column("marks", row), expression=exp.Literal.number(0))
            for row in (_OLD, _NEW)
        )
        alone = exp.If(this=marked, true=exp.column("person", _OLD))
        person = exp.Case(ifs=[alone], default=exp.Literal.string(""))
        words = [
            *(_of(word, _OLD) for word in truth_words(old, self.old)),
            *(_of(word, _NEW) for word in truth_words(new, self.new)),
        ]
        count = exp.Count(this=exp.Star())
        groups = [exp.Literal.number(place + 1) for place in range(len(words) + 1)]
        query = self._from(exp.Select(expressions=[person, *words, count]))
        return query.group_by(*groups, copy=False)

    def marked(self) -> exp.Select:
        """Return the query for how many persons have marks under one of the policies."""
        rows = (_OLD, _NEW)
        return self.count(
            exp.GT(this=exp.column("marks", row), expression=exp.Literal.number(0)) for row in rows
        )

    def changes(self, states: Sequence[str]) -> exp.Select:
        """Return the query for whether each of `states` differs for anybody: one row of 0 and 1.

        states: with columns in both layouts.
        """
        columns = [exp.Max(this=_one(self._differs(name), 1)) for name in states]
        return self._from(exp.Select(expressions=columns))

    def _differs(self, name: str) -> exp.Expr:
        ends = (
            exp.NEQ(
                this=_filled(f"{self.old.columns[name]}_{end}", _OLD),
                expression=_filled(f"{self.new.columns[name]}_{end}", _NEW),
            )
            for end in ("from", "until")
        )
        return any_true(ends)

    def common(self) -> tuple[str, ...]:
        """Return the states that have columns in both layouts."""
        return tuple(name for name in self.new.names if name in self.old.columns)

    def changed_marks(self) -> exp.Expr:
        """Return the query for the names of the sparse states that differ for anybody."""
        return exp.Union(
            this=_only_in(self.old, self.new),
            expression=_only_in(self.new, self.old),
            distinct=True,
        )


def _of(condition: exp.Expr, row: str) -> exp.Expr:
    """Return the condition, which is new and asked of one row, asked of the row named `row`."""
    for column in condition.find_all(exp.Column):
        if column.table == _ROW:
            column.set("table", exp.to_identifier(row))
    return condition


def _one(condition: exp.Expr, value: int) -> exp.Expr:
    """Return `value` where the condition is true, 0 where it is false or null."""
    when = exp.If(this=condition, true=exp.Literal.number(value))
    return exp.Case(ifs=[when], default=exp.Literal.number(0))


def but_not(wanted: exp.Expr, unless: exp.Expr) -> exp.Expr:
    """Return SQL that is true where `wanted` is and `unless` is false or null."""
    unmet = exp.EQ(this=_one(unless, 1), expression=exp.Literal.number(0))
    return exp.And(this=exp.Paren(this=wanted), expression=unmet)


def any_true(conditions: Iterable[exp.Expr]) -> exp.Expr:
    """Return SQL that is true where any condition is."""
    parts = [exp.Paren(this=part) for part in conditions]
    return _halves(parts) if parts else exp.false()


def _halves(parts: Sequence[exp.Expr]) -> exp.Expr:
    # Halves instead of a chain, which a database may refuse for its depth.
    if len(parts) == 1:
        return parts[0]
    middle = len(parts) // 2
    both = exp.Or(this=_halves(parts[:middle]), expression=_halves(parts[middle:]))
    return exp.Paren(this=both)


def _filled(column: str, row: str) -> exp.Expr:
    never = exp.Literal.number(_NEVER)
    return exp.Coalesce(this=exp.column(column, row), expressions=[never])


def _only_in(one: Layout, other: Layout) -> exp.Expr:
    rows = exp.Except(this=_marks(one), expression=_marks(other), distinct=True)
    inner = rows.subquery("x")
    return exp.Select(expressions=[exp.column("name", "x")]).from_(inner, copy=False)


def _marks(layout: Layout) -> exp.Select:
    columns = [exp.column(name) for name in ("person", "name", "from_", "until_")]
    return exp.Select(expressions=columns).from_(exp.to_table(layout.marks), copy=False)


def asks_alike(old: Prepared, new: Prepared, changed: frozenset[str]) -> bool:
    """Say whether the act is surely permitted to the same persons under both policies.

    changed: the states that differ for anybody, or that one of the policies does not have.
    """
    before = {step.denies for step in permits(old)}
    if before != {step.denies for step in permits(new)}:
        return False
    asked = {leaf.name for condition in before for leaf in leaves(condition)}
    return asked.isdisjoint(changed)
