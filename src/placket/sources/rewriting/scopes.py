"""The pass over a query's scopes: each table becomes its view, each column is looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.sources import trees
from placket.sources.rewriting.names import Cte, Named, Scope
from placket.sources.rewriting.refusing import Refusal, refused_at
from placket.sources.rewriting.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.sources.rewriting.names import Ground
    from placket.sources.views import View

_BY_ALIAS: Final = frozenset({"group", "having", "qualify", "order"})
_WHERE_TOO: Final = frozenset({"sqlite", "duckdb"})
_SELECT_TOO: Final = frozenset({"duckdb", "spark"})
_CLAUSES: Final = ("where", "group", "having", "qualify", "windows", "distinct", "limit", "offset")


class Pass:
    """One pass: the tree is changed in place, and every reason to refuse is gathered.

    read: the views that the query reads, by name.
    """

    def __init__(self, ground: Ground, tree: exp.Expr) -> None:
        self.ground = ground
        self.refusals: list[Refusal] = []
        self.read: dict[str, View] = {}
        self.held: dict[str, None] = {}
        self.taken = set(ground.real_names())
        self.tables = Tables(self)
        self.prepare(tree)

    def prepare(self, tree: exp.Expr) -> None:
        """Give names their letter case, as all are printed in quotes; note those of CTEs."""
        for name in tree.find_all(exp.Identifier):
            if self.ground.dialect == "postgres" and not name.quoted:
                name.set("this", self.ground.fold(name))
        for cte in tree.find_all(exp.CTE):
            self.taken.add(self.ground.fold(cte.args["alias"].this))

    def data(self) -> Iterable[str]:
        """Return the categories of data that the query reads; counting rows reads all of them."""
        if self.held:
            return self.held
        return dict.fromkeys(d for v in self.read.values() for of in v.columns.values() for d in of)

    def refuse(self, node: exp.Expr, sentence: str, mend: str) -> None:
        """Note a reason to refuse, at the place of `node`."""
        self.refusals.append(refused_at(node, sentence, mend))

    def reads(self, view: View, name: str = "") -> None:
        """Note that a view is read, and one of its columns."""
        self.read[view.name] = view
        self.held.update(dict.fromkeys(view.columns.get(name, ())))

    # Queries

    def query(
        self,
        node: exp.Expr,
        ctes: Mapping[str, Cte],
        outer: Scope | None,
        cte: Cte | None = None,
    ) -> tuple[str, ...]:
        """Rewrite a query and return its columns, empty text for one without a name.

        outer: the scope around whose columns it may name. cte: the one whose body it is.
        """
        seen = self.with_(node, ctes, outer)
        match node:
            case exp.Select():
                return self._select(node, seen, outer)
            case exp.SetOperation():
                outputs = self.query(node.this, seen, outer)
                if cte is not None and cte.outputs is None:
                    # Its first half says which columns a query has that names itself.
                    cte.outputs = outputs
                self.query(node.expression, seen, outer)
            case exp.Subquery():
                outputs = self.query(node.this, seen, outer)
            case exp.Values():
                return self.tables.values(node, Scope(ctes=seen, outer=outer))
            case _:
                self.refuse(node, "a table stands in parentheses", "leave the parentheses out")
                return ()
        self._order_of_union(node, outputs)
        bare = Scope(ctes=seen, outer=None)
        for name in ("limit", "offset"):
            self.visit(node.args.get(name), bare, name)
        return outputs

    def _order_of_union(self, node: exp.Expr, outputs: tuple[str, ...]) -> None:
        named = {self.ground.folded(name) for name in outputs}
        order = node.args.get("order")
        for ordered in order.expressions if order else ():
            term = ordered.this
            is_output = _is_bare(term) and self.ground.fold(term.this) in named
            if not is_output and not isinstance(term, exp.Literal):
                self.refuse(
                    ordered,
                    "what is put together is ordered by more than a column of it",
                    "order by the name of a column",
                )

    def with_(
        self, node: exp.Expr, ctes: Mapping[str, Cte], outer: Scope | None
    ) -> Mapping[str, Cte]:
        """Rewrite the CTEs of a query; return all that it sees, by folded name."""
        with_ = node.args.get("with_")
        if with_ is None:
            return ctes
        made = [self._cte(each, ctes, outer) for each in with_.expressions]
        for at, cte in enumerate(made):
            cte.ctes = {**ctes, **self._by_name(self._visible(made, at, with_))}
        if len(self._by_name(made)) < len(made):
            self.refuse(with_, "two CTEs have one name", "name each in its own way")
        for cte in made:
            self.outputs_of(cte)
        return {**ctes, **self._by_name(made)}

    def _by_name(self, ctes: Iterable[Cte]) -> dict[str, Cte]:
        return {self.ground.fold(cte.written): cte for cte in ctes}

    def _visible(self, made: list[Cte], at: int, with_: exp.With) -> list[Cte]:
        """Return which CTEs of one WITH the body at `at` sees; of a later name it sees a table.

        Where a database should see the later CTE instead, the view is read: never a table.
        """
        dialect = self.ground.dialect
        if dialect == "sqlite" or (dialect == "postgres" and with_.recursive):
            return made
        return made[: at + 1] if with_.recursive else made[:at]

    def _cte(self, node: exp.CTE, ctes: Mapping[str, Cte], outer: Scope | None) -> Cte:
        name = node.args["alias"].this
        printed = name.copy()
        printed.set("this", self._free(str(name.this), self.ground.fold(name)))
        node.args["alias"].set("this", printed.copy())
        return Cte(node=node, written=name, name=printed, ctes=ctes, outer=outer)

    def _free(self, name: str, folded: str) -> str:
        """Return a name for a CTE that nothing real has, its own where that is so."""
        if folded not in self.ground.real_names():
            return name
        while self.ground.folded(name) in self.taken:
            name = f"{name}_"
        self.taken.add(self.ground.folded(name))
        return name

    def outputs_of(self, cte: Cte) -> tuple[str, ...] | None:
        """Return the columns of a CTE, rewriting it first; None where it is not known yet."""
        if cte.is_done or cte.is_open:
            return cte.outputs
        cte.is_open = True
        listed = tuple(str(name.this) for name in cte.node.args["alias"].columns)
        cte.outputs = listed or None
        outputs = self.query(cte.node.this, cte.ctes, cte.outer, cte)
        cte.outputs = (*listed, *outputs[len(listed) :])
        cte.is_done = True
        return cte.outputs

    def _select(
        self, node: exp.Select, ctes: Mapping[str, Cte], outer: Scope | None
    ) -> tuple[str, ...]:
        scope = Scope(ctes=ctes, outer=outer)
        from_, joins = node.args.get("from_"), node.args.get("joins") or []
        if from_ is not None:
            self.add(scope, from_.this)
        for join in joins:
            self.add(scope, join.this)
            self._using(join, scope)
        scope.aliases = {
            self.ground.fold(each.args["alias"])
            for each in node.expressions
            if isinstance(each, exp.Alias) and not self._is_same(each)
        }
        outputs = self._outputs(node, scope)
        for join in joins:
            self.visit(join.args.get("on"), scope, "on")
        for clause in _CLAUSES:
            self.visit(node.args.get(clause), scope, clause)
        self._order(node, scope, outputs)
        return outputs

    def add(self, scope: Scope, node: exp.Expr) -> None:
        """Rewrite what stands in a FROM, and add it to the scope under its alias."""
        named = self.tables.named(node, scope)
        alias = self.ground.fold(named.alias) if named.alias else ""
        if alias and any(n.alias and self.ground.fold(n.alias) == alias for n in scope.named):
            self.refuse(node, "two tables have one name", "give each another with `AS`")
        scope.named.append(named)

    def _is_same(self, alias: exp.Alias) -> bool:
        """Say whether an output is a column under the column's own name."""
        name = alias.this.this if isinstance(alias.this, exp.Column) else None
        if not isinstance(name, exp.Identifier):
            return False
        return self.ground.fold(name) == self.ground.fold(alias.args["alias"])

    def _using(self, join: exp.Join, scope: Scope) -> None:
        *before, joined = scope.named
        for name in join.args.get("using") or ():
            word = name.this if isinstance(name, exp.Column) else name
            folded = self.ground.fold(word)
            holders = [named for named in before if named.has(folded)]
            scope.merged.add(folded)
            for named in (*holders, joined):
                self._may_read(word, named)
            if not holders:
                self.refuse(word, "what is joined has no such column before it", _NAME_ON)

    # Outputs

    def _outputs(self, node: exp.Select, scope: Scope) -> tuple[str, ...]:
        expanded: list[exp.Expr] = []
        names: list[str] = []
        for each in node.expressions:
            starred = self._starred(each, scope)
            if starred is None:
                self.visit(each, scope, "select")
                expanded.append(each)
                names.append(each.alias_or_name if _has_name(each) else "")
                continue
            for named in starred:
                expanded += self._all_of(named)
                names += named.outputs
        if not expanded:
            # Also a star beside no table at all.
            self.refuse(node, "the query asks for nothing", _NAME_ALL)
        node.set("expressions", expanded)
        return tuple(names)

    def _starred(self, node: exp.Expr, scope: Scope) -> list[Named] | None:
        """Return what a star at the top of a SELECT stands for, None where it is none."""
        if isinstance(node, exp.Star):
            if scope.merged:
                self.refuse(node, "a star stands beside `USING`, which makes one of two", _NAME_ALL)
            return scope.named
        if not isinstance(node, exp.Column) or not isinstance(node.this, exp.Star):
            return None
        table = node.args["table"]
        found = [n for n in scope.named if n.alias and self._is(n.alias, table)]
        if not found:
            self.refuse(table, "the star is of no table of this query", _NAME_ALL)
        return found

    def _all_of(self, named: Named) -> Iterator[exp.Expr]:
        """Yield the columns behind a star: of a view those it has, else the star, as they are."""
        if named.alias is None:
            return
        if named.view is None:
            yield exp.Column(this=exp.Star(), table=named.alias.copy())
            return
        for name in named.outputs:
            self.reads(named.view, name)
            yield exp.Column(this=trees.identifier(name), table=named.alias.copy())

    def _order(self, node: exp.Select, scope: Scope, outputs: tuple[str, ...]) -> None:
        named = {*scope.aliases, *(self.ground.folded(name) for name in outputs if name)}
        order = node.args.get("order")
        for ordered in order.expressions if order else ():
            # A name alone is that of an output before that of a column, in every database.
            if not (_is_bare(ordered.this) and self.ground.fold(ordered.this.this) in named):
                self.visit(ordered.this, scope, "order")

    # Expressions

    def visit(self, node: object, scope: Scope, clause: str) -> None:
        """Rewrite what stands in an expression: the queries in it and its columns."""
        match node:
            case exp.Query():
                self.query(node, scope.ctes, scope)
            case exp.Column():
                self._column(node, scope, clause)
            case exp.Star() | exp.Table() | exp.Values():
                self._misplaced(node)
            case list() | exp.Expr():
                parts = node if isinstance(node, list) else list(node.iter_expressions())
                for part in parts:
                    self.visit(part, scope, clause)
            case _:
                return

    def _misplaced(self, node: exp.Expr) -> None:
        if not isinstance(node, exp.Star):
            self.refuse(node, "a table stands where a value should", "write `(SELECT ...)`")
        elif not isinstance(node.parent, exp.Count):
            self.refuse(node, "a star stands where one value should", _NAME_ALL)

    def _column(self, node: exp.Column, scope: Scope, clause: str) -> None:
        if isinstance(node.this, exp.Star):
            self.refuse(node, "a star stands where one value should", _NAME_ALL)
        elif not self.ground.is_here(node.args.get("db")):
            self.refuse(node, "a column is named with a schema", "write `table.column`")
        elif node.args.get("table") is not None:
            node.set("db", None)
            self._qualified(node, scope)
        else:
            self._bare(node, scope, clause)

    def _qualified(self, node: exp.Column, scope: Scope) -> None:
        """Look a column up in the nearest table of that name."""
        at: Scope | None = scope
        while at is not None:
            for named in at.named:
                if named.alias is not None and self._is(named.alias, node.args["table"]):
                    self._take(node, named)
                    return
            at = at.outer
        self.refuse(
            node, f"no table here is called {self.tables.told(node.args['table'])}", _NAME_TABLE
        )

    def _bare(self, node: exp.Column, scope: Scope, clause: str) -> None:
        """Look a name up from the inside out, as the database would in the tables themselves.

        What is found gets its table's name in front, so that the views' fewer columns change
        nothing of what it means.
        """
        name = self.ground.fold(node.this)
        inner: list[Named] = []
        at: Scope | None = scope
        while at is not None:
            is_own = at is scope
            found = [n for n in at.named if n.known is not None and name in n.known]
            if name in at.merged:
                return
            if len(found) > 1 or (found and is_own and name in at.aliases and clause in _BY_ALIAS):
                self.refuse(node, f"{self.tables.told(node.this)} means more than one", _NAME_TABLE)
                return
            if found:
                self._taken_from(node, found[0], inner)
                return
            if any(n.known is None for n in at.named) or (
                is_own and self._is_alias(name, at, clause)
            ):
                return
            inner += at.named
            at = at.outer
        self._unknown(node, scope)

    def _is_alias(self, name: str, scope: Scope, clause: str) -> bool:
        dialect = self.ground.dialect
        may = clause in _BY_ALIAS or (
            (clause == "where" and dialect in _WHERE_TOO)
            or (clause in {"where", "select"} and dialect in _SELECT_TOO)
        )
        return may and name in scope.aliases

    def _taken_from(self, node: exp.Column, named: Named, inner: list[Named]) -> None:
        """Take a bare column from `named`; tables of nearer scopes must not have its name."""
        alias = named.alias
        if alias is not None and any(n.alias and self._is(n.alias, alias) for n in inner):
            self.refuse(
                node,
                f"{self.tables.told(node.this)} is of a table whose name another has nearer by",
                "give the tables different names with `AS`",
            )
            return
        self._take(node, named)

    def _take(self, node: exp.Column, named: Named) -> None:
        if not self._may_read(node.this, named) or named.alias is None:
            return
        node.set("table", named.alias.copy())

    def _may_read(self, name: exp.Identifier, named: Named) -> bool:
        """Say whether a column may be read; spell it as the table does, or note why not."""
        folded = self.ground.fold(name)
        if named.known is None:
            return False
        if folded not in named.shown:
            self.refuse(name, *self.tables.why_no_column(name, named))
            return False
        spelled = named.shown[folded]
        name.set("this", spelled)
        name.set("quoted", True)
        if named.view is not None:
            self.reads(named.view, spelled)
        return True

    def _unknown(self, node: exp.Column, scope: Scope) -> None:
        named = scope.named[0] if len(scope.named) == 1 else None
        if named is not None:
            self.refuse(node, *self.tables.why_no_column(node.this, named))
        else:
            self.refuse(
                node,
                f"no table here has a column {self.tables.told(node.this)}",
                "name a column; a text stands in single quotes",
            )

    def _is(self, one: exp.Identifier, other: exp.Identifier) -> bool:
        return self.ground.fold(one) == self.ground.fold(other)


_NAME_ALL: Final = "name the columns"
_NAME_ON: Final = "name the columns after `ON`"
_NAME_TABLE: Final = "write `table.column`, and give tables and outputs different names"


def _is_bare(node: exp.Expr) -> bool:
    return (
        isinstance(node, exp.Column)
        and node.args.get("table") is None
        and isinstance(node.this, exp.Identifier)
    )


def _has_name(node: exp.Expr) -> bool:
    return isinstance(node, exp.Alias | exp.Column)
