"""What a name in a query stands for: the tables around it, their columns, and what hides them."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from placket.sources import trees

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlglot import exp

    from placket.catalogue.model import Source, Table
    from placket.catalogue.schema import Schema
    from placket.sources.views import PurposeViews, View

T = TypeVar("T")

_LOWER: Final = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_SYSTEM: Final = ("pg_", "sqlite_", "duckdb_", "pragma_", "mysql_", "innodb_")
_SYSTEM_SCHEMAS: Final = frozenset(
    {"pg_catalog", "information_schema", "mysql", "performance_schema", "sys", "system", "pg_toast"}
)
_DEFAULT_SCHEMAS: Final = {"sqlite": "main", "postgres": "public", "duckdb": "main"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What a query is rewritten by: the views of one activity, and what stands in the source.

    schema: as reflected, for the columns that the catalogue does not name. views: the shop's
    own views with their definitions. place: the schema in which all of it lies, the dialect's
    usual one if empty. clause: of the activity.
    """

    dialect: str
    purpose: PurposeViews
    source: Source
    schema: Schema
    views: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    clause: str = ""

    def fold(self, name: exp.Identifier) -> str:
        """Return the name as the database compares it.

        PostgreSQL lowers what is not quoted; the others take `A` for `a` in any case.
        """
        written = str(name.this)
        if self.dialect == "postgres" and name.quoted:
            return written
        return written.translate(_LOWER)

    def folded(self, name: str) -> str:
        """Return a name of the database's own as it compares it."""
        return self.fold(trees.identifier(name))

    def is_here(self, place: exp.Identifier | None) -> bool:
        """Say whether a schema before a name is the one in which the source's tables lie."""
        if place is None:
            return True
        here = self.place or _DEFAULT_SCHEMAS.get(self.dialect, "")
        return bool(here) and self.fold(place) == self.folded(here)

    def is_system(self, name: exp.Identifier, place: exp.Identifier | None) -> bool:
        """Say whether a table is the database's own."""
        within = place is not None and self.fold(place) in _SYSTEM_SCHEMAS
        return within or self.fold(name).startswith(_SYSTEM)

    def table(self, name: exp.Identifier) -> Table | None:
        """Return the table of the catalogue that the name stands for."""
        return self._named(name, {table.name: table for table in self.source.tables})

    def view(self, name: exp.Identifier) -> View | None:
        """Return the purpose view that the name stands for."""
        return self._named(name, {view.name: view for view in self.purpose.views})

    def view_on(self, table: Table) -> View | None:
        """Return the purpose view of a table; None where the activity has none."""
        return next((v for v in self.purpose.views if v.table.name == table.name), None)

    def own_view(self, name: exp.Identifier) -> str | None:
        """Return the name of the shop's own view that the name stands for."""
        return self._named(name, {view: view for view in self.views})

    def _named(self, name: exp.Identifier, among: Mapping[str, T]) -> T | None:
        wanted = self.fold(name)
        exact = among.get(wanted if self.dialect == "postgres" else str(name.this))
        return exact or next((of for n, of in among.items() if self.folded(n) == wanted), None)

    def real_names(self) -> frozenset[str]:
        """Return every name, folded, under which something of the source can be read."""
        named = (
            *(table.name for table in self.source.tables),
            *(table.name for table in self.schema.tables),
            *(view.name for view in self.purpose.views),
            *self.views,
        )
        return frozenset(map(self.folded, named))

    def columns_of(self, table: Table) -> tuple[str, ...]:
        """Return all columns of a table: those of the database, in order, then the catalogue's."""
        found = next((t for t in self.schema.tables if t.name == table.name), None)
        reflected = [column.name for column in found.columns] if found else []
        held = (name for each in table.holds for name in each.columns)
        told = (name for tell in table.tells for name in tell.columns())
        return tuple(dict.fromkeys([*reflected, *table.key, *held, *told]))


def shown_by(view: View, known: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of a view in the order of the table's own."""
    has = {*view.table.key, *view.columns}
    ordered = [name for name in known if name in has]
    return tuple(dict.fromkeys([*ordered, *view.table.key, *view.columns]))


@dataclass(slots=True, kw_only=True)
class Named:
    """A table, CTE or subquery in a FROM, by its alias.

    known: the columns of what the query names, folded, with their spelling; None after a
    refusal, when any will do. shown: those of them that may be read. view: whose they are.
    outputs: all columns in order, empty text for one without a name.
    """

    alias: exp.Identifier | None
    outputs: tuple[str, ...]
    known: Mapping[str, str] | None
    shown: Mapping[str, str]
    view: View | None = None

    def has(self, name: str) -> bool:
        """Say whether the column is one of what the query names."""
        return self.known is None or name in self.known


@dataclass(slots=True, kw_only=True)
class Scope:
    """One SELECT: the CTEs that it sees, its tables, its outputs' names, and what is around it.

    merged: columns that USING makes one of. outer: the query around, None where its columns
    cannot be named.
    """

    ctes: Mapping[str, Cte]
    outer: Scope | None
    named: list[Named] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)
    aliases: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True, eq=False)
class Cte:
    """A CTE: the names that its body sees, and its columns once they are known.

    written: its name in the query; name: as it is printed. is_open: its body is being read, so
    that whoever names it is it.
    """

    node: exp.CTE
    written: exp.Identifier
    name: exp.Identifier
    ctes: Mapping[str, Cte]
    outer: Scope | None
    outputs: tuple[str, ...] | None = None
    is_open: bool = False
    is_done: bool = False
