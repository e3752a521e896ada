"""What stands in a FROM: a CTE, a table that becomes its view, a shop's view, a subquery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlglot import exp

from placket.sources import trees
from placket.sources.rewriting.allowed import parts_refused
from placket.sources.rewriting.names import Named, Scope, shown_by
from placket.sources.rewriting.parsing import read_query
from placket.sources.rewriting.refusing import Refusal, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.catalogue.model import Table
    from placket.sources.rewriting.names import Cte
    from placket.sources.rewriting.scopes import Pass
    from placket.sources.views import View

_LEAVE: Final = "leave it out, or let a clause of the policy name the data"
_TABLES: Final = "read from the tables that it is made of"
_OWN: Final = trees.own_name("")
_OTHERWISE: Final = "of that name"
_UNNAMED: Final = {"mysql": ("column_", 0), "duckdb": ("col", 0), "spark": ("col", 1)}


class Tables:
    """The tables of one pass. inside: the shop's own views whose definitions are being read."""

    def __init__(self, whole: Pass) -> None:
        self.whole, self.ground = whole, whole.ground
        self.inside: list[str] = []

    def named(self, node: exp.Expr, scope: Scope) -> Named:
        """Rewrite what stands in a FROM, and return it by its alias."""
        match node:
            case exp.Table():
                return self._table(node, scope)
            case exp.Subquery():
                return self._derived(node, self.whole.query(node, scope.ctes, scope.outer))
            case exp.Lateral(this=exp.Subquery()):
                return self._derived(node, self.whole.query(node.this, scope.ctes, scope))
            case exp.Values():
                return self._derived(node, self.values(node, scope))
            case _:
                self.whole.refuse(
                    node, "no table stands where one should", "read from tables alone"
                )
                return _anything(None)

    def told(self, name: exp.Identifier) -> str:
        """Return a name for a refusal: one of the source's, or one that cannot be a text.

        SQLite takes a name in double quotes for a text where nothing has that name.
        """
        word = str(name.this)
        if not name.quoted or self._is_of_source(word):
            return shown(word, _OTHERWISE)
        return _OTHERWISE

    def _is_of_source(self, word: str) -> bool:
        columns = (c.name for table in self.ground.schema.tables for c in table.columns)
        names = {*self.ground.real_names(), *map(self.ground.folded, columns)}
        return self.ground.folded(word) in names

    def why_no_column(self, name: exp.Identifier, named: Named) -> tuple[str, str]:
        """Return why a column is not there, or not to be read, and the mend."""
        folded = self.ground.fold(name)
        if named.view is None or named.known is None or folded not in named.known:
            of = f"{self.told(named.alias)} has" if named.alias else "there is"
            return (
                f"{of} no column {self.told(name)}",
                "name a column that it has; a text stands in single quotes",
            )
        return self._withheld(named.view, named.known[folded])

    def _withheld(self, view: View, column: str) -> tuple[str, str]:
        at = f"`{view.table.name}.{column}`"
        held = [each.category for each in view.table.holds if column in each.columns]
        if not held:
            return f"the catalogue gives {at} no category, so no clause covers it", _LEAVE
        # A column may hold data that the activity uses beside one that it does not.
        seen = {datum for data in view.columns.values() for datum in data}
        other = next((datum for datum in held if datum not in seen), held[0])
        return f"{at} holds `{other}`, which {self._activity()} does not use", _LEAVE

    def _activity(self) -> str:
        clause = f" (clause {self.ground.clause})" if self.ground.clause else ""
        return f"`{self.ground.purpose.activity}`{clause}"

    # Tables

    def _table(self, node: exp.Table, scope: Scope) -> Named:
        name, place = node.this, node.args.get("db")
        cte = scope.ctes.get(self.ground.fold(name)) if place is None else None
        if cte is not None:
            return self._from_cte(node, cte)
        alias = node.args.get("alias")
        if alias is not None and alias.columns:
            self.whole.refuse(
                node, "columns of a table are named anew by their place", "name them with `AS`"
            )
        return self._real(node) or _anything(_alias_of(node) or name)

    def _from_cte(self, node: exp.Table, cte: Cte) -> Named:
        outputs = self.whole.outputs_of(cte)
        alias = _alias_of(node)
        if alias is None and cte.written.this != cte.name.this:
            alias = node.this.copy()
            node.set("alias", exp.TableAlias(this=alias.copy()))
        name = alias or cte.name.copy()
        node.set("this", cte.name.copy())
        if outputs is None:
            self.whole.refuse(
                node,
                f"the CTE {self.told(cte.written)} reads itself before it has rows",
                "give the CTE another name than the table",
            )
            return _anything(name)
        listed = node.args["alias"].columns if node.args.get("alias") else ()
        return self._of(name, _renamed(outputs, listed))

    def _real(self, node: exp.Table) -> Named | None:
        """Return the table or view of the source, rewritten; None once it is refused."""
        name, place = node.this, node.args.get("db")
        if self.ground.is_system(name, place):
            self.whole.refuse(
                node, "a table is the database's own", "read from the shop's tables alone"
            )
            return None
        if not self.ground.is_here(place):
            self.whole.refuse(
                node,
                "a table is named in a schema that is not the source's",
                "leave the schema out",
            )
            return None
        node.set("db", None)
        view, table = self.ground.view(name), self.ground.table(name)
        if view is not None:
            return self._over(node, view, is_written=True)
        if self.ground.fold(name).startswith(_OWN):
            self._refuse_own(node)
        elif table is not None:
            return self._of_catalogue(node, table)
        elif own := self.ground.own_view(name):
            return self._own_view(node, own)
        else:
            self.whole.refuse(
                node,
                f"the table {self.told(name)} is in no catalogue, so no clause covers it",
                "leave it out, or describe it in the catalogue",
            )
        return None

    def _refuse_own(self, node: exp.Table) -> None:
        self.whole.refuse(
            node,
            f"{self.told(node.this)} is Placket's own, and no view of {self._activity()}",
            "name the shop's table",
        )

    def _of_catalogue(self, node: exp.Table, table: Table) -> Named | None:
        view = self.ground.view_on(table)
        if view is not None:
            return self._over(node, view, is_written=False)
        self.whole.refuse(node, self._no_view(table), "leave the table out")
        return None

    def _no_view(self, table: Table) -> str:
        if table.no_person:
            return f"`{table.name}` has no view: by the catalogue it holds no personal data"
        if not any(each.columns for each in table.holds):
            return f"`{table.name}` has no view: the catalogue says of no column what it holds"
        return (
            f"`{table.name}` has no view for {self._activity()}: it holds nothing that this uses,"
            " or its rows lead to no person here"
        )

    def _over(self, node: exp.Table, view: View, *, is_written: bool) -> Named:
        """Return the view in the place of its table; the alias stays, or is the table's name."""
        name = _alias_of(node) or node.this.copy()
        columns = self.ground.columns_of(view.table)
        outputs = shown_by(view, columns)
        if not is_written:
            node.set("alias", exp.TableAlias(this=name.copy()))
        node.set("this", trees.identifier(view.name))
        self.whole.reads(view)
        return Named(
            alias=name,
            outputs=outputs,
            known=self._folded(outputs if is_written else columns),
            shown=self._folded(outputs),
            view=view,
        )

    def _own_view(self, node: exp.Table, name: str) -> Named | None:
        """Return a view of the shop's own by its definition, as a subquery."""
        tree = self._definition(name)
        if tree is None:
            self.whole.refuse(
                node,
                f"the view `{name}` is the shop's own, and what it reads cannot be followed",
                _TABLES,
            )
            return None
        alias = _alias_of(node) or node.this.copy()
        query, columns = tree
        before = len(self.whole.refusals)
        self.inside.append(name)
        outputs = self.whole.query(query, {}, None)
        self.inside.pop()
        # What is refused of the definition is told at the place that names the view.
        told = [_within(each, name) for each in self.whole.refusals[before:]]
        self.whole.refusals[before:] = []
        for sentence, mend in told:
            self.whole.refuse(node, sentence, mend)
        if columns and not _rename(query, columns):
            self.whole.refuse(node, f"the columns of the view `{name}` cannot be named", _TABLES)
        node.replace(exp.Subquery(this=query, alias=exp.TableAlias(this=alias.copy())))
        return self._of(alias, _renamed(outputs, columns))

    def _definition(self, name: str) -> tuple[exp.Query, list[exp.Identifier]] | None:
        """Return the query of a view and the names it gives its columns; None if not followed."""
        if name in self.inside:
            return None
        tree = read_query(self.ground.views[name], self.ground.dialect)
        columns: list[exp.Identifier] = []
        if isinstance(tree, exp.Create) and tree.kind == "VIEW":
            if isinstance(tree.this, exp.Schema):
                columns = list(tree.this.expressions)
            tree = tree.expression
        if not isinstance(tree, exp.Query) or any(parts_refused(tree, self.ground.dialect)):
            return None
        self.whole.prepare(tree)
        return tree, columns

    # Queries in a FROM

    def _derived(self, node: exp.Expr, outputs: tuple[str, ...]) -> Named:
        alias = node.args.get("alias")
        if alias is None or alias.this is None:
            self.whole.refuse(node, "a query in a FROM has no name", "write `AS name` behind it")
            return _anything(None)
        return self._of(alias.this, _renamed(outputs, alias.columns))

    def _of(self, name: exp.Identifier, outputs: tuple[str, ...]) -> Named:
        columns = self._folded(each for each in outputs if each)
        return Named(alias=name, outputs=outputs, known=columns, shown=columns)

    def values(self, node: exp.Values, scope: Scope) -> tuple[str, ...]:
        """Rewrite rows that are written out; return the names that the database gives them."""
        self.whole.visit(
            list(node.expressions), Scope(ctes=scope.ctes, outer=scope.outer), "values"
        )
        first = node.expressions[0] if node.expressions else None
        wide = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        stem, start = _UNNAMED.get(self.ground.dialect, ("column", 1))
        return tuple(f"{stem}{number}" for number in range(start, start + wide))

    def _folded(self, names: Iterable[str]) -> dict[str, str]:
        return {self.ground.folded(name): name for name in names}


def _anything(alias: exp.Identifier | None) -> Named:
    """Return what stands for a table that was refused, so that its columns are not refused too."""
    return Named(alias=alias, outputs=(), known=None, shown={})


def _alias_of(node: exp.Expr) -> exp.Identifier | None:
    alias = node.args.get("alias")
    found: exp.Identifier | None = alias.this if alias is not None else None
    return found


def _renamed(outputs: tuple[str, ...], names: Iterable[exp.Identifier]) -> tuple[str, ...]:
    listed = tuple(str(name.this) for name in names)
    return (*listed, *outputs[len(listed) :])


def _rename(query: exp.Query, columns: list[exp.Identifier]) -> bool:
    """Give the columns of a query other names in their order; say whether that could be done.

    Not every database can list them behind the alias of a subquery.
    """
    first: exp.Expr = query
    while not isinstance(first, exp.Select):
        first = first.this
    if len(first.expressions) != len(columns) or any(e.is_star for e in first.expressions):
        return False
    values = (e.this if isinstance(e, exp.Alias) else e for e in first.expressions)
    pairs = zip(values, columns, strict=True)
    first.set("expressions", [exp.Alias(this=v, alias=name.copy()) for v, name in pairs])
    return True


def _within(refusal: Refusal, view: str) -> tuple[str, str]:
    return f"in the view `{view}`: {refusal.sentence}", refusal.mend
