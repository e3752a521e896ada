"""Statements that write: always refused, their reads followed in the same pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.sources import trees
from placket.sources.rewriting.allowed import parts_refused
from placket.sources.rewriting.names import Named, Scope
from placket.sources.rewriting.refusing import Refusal, refused_at
from placket.sources.rewriting.scopes import Pass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.sources.rewriting.names import Ground

_OF_READING: Final = ("expression", "from_", "using", "on", "where", "whens", "returning")


def is_write(tree: exp.Expr) -> bool:
    """Say whether a statement changes rows or makes something."""
    return isinstance(tree, exp.DML | exp.DDL) and not isinstance(tree, exp.Query)


class Writing:
    """A statement that writes. found: the pass over what it reads."""

    def __init__(self, ground: Ground, tree: exp.Expr) -> None:
        self.ground, self.tree = ground, tree
        self.found = Pass(ground, tree)

    def refusals(self) -> tuple[Refusal, ...]:
        """Return why it is refused: that it writes where it does, and each read that would be."""
        target = self._target()
        parts = [r for part in self._parts() for r in parts_refused(part, self.ground.dialect)]
        if not parts:
            self._follow(target)
        return (self._why(target), *parts, *self.found.refusals)

    def _target(self) -> exp.Table | None:
        this = self.tree.this
        if isinstance(this, exp.Schema):
            this = this.this
        return this if isinstance(this, exp.Table) else None

    def _parts(self) -> Iterator[exp.Expr]:
        with_ = self.tree.args.get("with_")
        yield from [with_] if with_ is not None else []
        for name in ("expressions", *_OF_READING):
            value = self.tree.args.get(name)
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, exp.Whens):
                    yield from _of_branches(part)
                elif isinstance(part, exp.Values):
                    yield from part.expressions
                elif isinstance(part, exp.Expr):
                    yield part

    def _why(self, target: exp.Table | None) -> Refusal:
        if target is None or not isinstance(target.this, exp.Identifier):
            return refused_at(self.tree, "the statement writes", _READ)
        name = self.found.tables.told(target.this)
        is_own = self.ground.fold(target.this).startswith(trees.own_name(""))
        if is_own or self.ground.table(target.this) is not None:
            whose = "Placket's own" if is_own else "in the catalogue"
            return refused_at(
                target,
                f"the table {name} is {whose}: a query never changes its rows",
                "what a person asks is changed by an approved plan; see `placket request`",
            )
        return refused_at(
            target,
            f"the table {name} is in no catalogue: what is copied there no clause covers"
            " and no erasure reaches",
            _READ,
        )

    def _follow(self, target: exp.Table | None) -> None:
        """Rewrite what the statement reads; the target's own columns are not looked up."""
        seen = self.found.with_(self.tree, {}, None)
        scope = Scope(ctes=seen, outer=None)
        if target is not None:
            alias = target.args.get("alias")
            name = alias.this if alias is not None else target.this
            scope.named.append(Named(alias=name, outputs=(), known=None, shown={}))
        self._relations(scope)
        for part in self._parts():
            if not isinstance(part, exp.With | exp.From | exp.Table | exp.Subquery):
                # What is written to is the target's; only the value beside it is read.
                is_set = isinstance(part, exp.EQ) and not isinstance(part.parent, exp.Where)
                self.found.visit(part.expression if is_set else part, scope, "write")

    def _relations(self, scope: Scope) -> None:
        from_, using = self.tree.args.get("from_"), self.tree.args.get("using")
        relations = [from_.this] if isinstance(from_, exp.From) else []
        relations += using if isinstance(using, list) else [using]
        for relation in relations:
            if isinstance(relation, exp.Expr):
                self.found.add(scope, relation)


def _of_branches(whens: exp.Whens) -> Iterator[exp.Expr]:
    """Yield what each branch of a MERGE reads: its condition, and the values it would write."""
    for when in whens.expressions:
        for part in (when.args.get("condition"), when.args.get("then")):
            if isinstance(part, exp.DML):
                yield from part.iter_expressions()
            elif isinstance(part, exp.Expr) and not isinstance(part, exp.Var):
                yield part


_READ: Final = "run the query behind it alone: it may read"
