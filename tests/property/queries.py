"""Generated queries of a small grammar: scopes within scopes, names that hide each other."""
# ruff: noqa: S608 - that is what it makes

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("id", "email", "first_name", "last_name"),
    "orders": ("id", "customer_id", "recipient"),
}
"""The columns of each table that its view shows."""

WITHHELD: Final[Mapping[str, tuple[str, ...]]] = {
    "customer": ("born", "segment"),
    "orders": ("total",),
}
VALUES: Final = ("'1'", "'2'", "'4'", "'ada'", "'bo'", "NULL")
_SUBQUERIES: Final = 2
"""How deep a query lies in another at most."""

Columns = tuple[str, ...]


@dataclass(frozen=True)
class Near:
    """What a query sees around it: CTEs by name, and tables of the queries around by alias."""

    ctes: Mapping[str, Columns] = field(default_factory=dict)
    outer: Mapping[str, Columns] = field(default_factory=dict)


@dataclass
class Queries:
    """A generator of queries. faults: how often in a hundred a column is one that is withheld."""

    random: Random
    dialect: str
    faults: int = 2
    made: int = 0

    def query(self, near: Near = Near(), depth: int = 0, wide: int = 0) -> tuple[str, Columns]:
        """Return a query and its columns, `wide` of them if that is said."""
        if depth < _SUBQUERIES and self._one_in(3):
            with_, near = self._with(near, depth)
        else:
            with_ = ""
        wide = wide or self.random.randint(1, 3)
        if not self._one_in(5):
            body, columns = self._select(near, depth, wide)
            return with_ + body, columns
        first, columns = self._select(near, depth, wide, is_plain=True)
        other, _ = self._select(near, depth, wide, is_plain=True)
        word = self.random.choice(["UNION", "UNION ALL", "EXCEPT", "INTERSECT"])
        order = f" ORDER BY {columns[0]}" if columns[0] and self._one_in(2) else ""
        return f"{with_}{first} {word} {other}{order}", columns

    def _with(self, near: Near, depth: int) -> tuple[str, Near]:
        parts: list[str] = []
        seen = dict(near.ctes)
        names = self.random.sample(["customer", "orders", "visit", "x", "y"], k=2)
        for name in names[: self.random.randint(1, 2)]:
            # SQLite takes a table of the same name within it for the CTE itself.
            within = {n: c for n, c in seen.items() if n != name or self.dialect != "sqlite"}
            body, columns = self.query(Near(within, near.outer), depth + 1)
            if self.dialect == "sqlite" and name in _words(body):
                continue
            listed = tuple(f"k{self._number()}" for _ in columns)
            parts.append(f"{name}({', '.join(listed)}) AS ({body})")
            seen[name] = listed
        return (f"WITH {', '.join(parts)} " if parts else ""), Near(seen, near.outer)

    def _select(
        self, near: Near, depth: int, wide: int, *, is_plain: bool = False
    ) -> tuple[str, Columns]:
        sources: dict[str, Columns] = {}
        from_ = self._source(near, depth, sources)
        if self._one_in(3):
            word = self.random.choice([" CROSS JOIN ", " JOIN ", " LEFT JOIN ", ", "])
            joined = self._source(near, depth, sources)
            is_on = "JOIN" in word and "CROSS" not in word
            within = Near(near.ctes, {**near.outer, **sources})
            on = f" ON {self._condition(within, sources, depth)}" if is_on else ""
            from_ += word + joined + on
        within = Near(near.ctes, {**near.outer, **sources})
        where = f" WHERE {self._condition(within, sources, depth)}" if self._one_in(2) else ""
        if self._one_in(6) and not is_plain:
            return self._grouped(from_ + where, sources, wide)
        if self._one_in(6) and len(sources) == 1:
            [(_, columns)] = sources.items()
            if len(columns) == wide:
                return f"SELECT * FROM {from_}{where}", columns
        items = [self._output(within, sources, depth) for _ in range(wide)]
        distinct = "DISTINCT " if self._one_in(6) else ""
        order = "" if is_plain else self._order(items[0][1], is_alone=wide == 1)
        listed = ", ".join(sql for sql, _ in items)
        return f"SELECT {distinct}{listed} FROM {from_}{where}{order}", tuple(n for _, n in items)

    def _grouped(self, rest: str, sources: Mapping[str, Columns], wide: int) -> tuple[str, Columns]:
        by = self._column(sources)
        names = tuple(f"g{self._number()}" for _ in range(wide))
        first = f"{by} AS {names[0]}"
        counts = [f"CAST(count(*) AS text) AS {name}" for name in names[1:]]
        having = " HAVING count(*) > 1" if self._one_in(3) else ""
        return f"SELECT {', '.join([first, *counts])} FROM {rest} GROUP BY {by}{having}", names

    def _order(self, name: str, *, is_alone: bool) -> str:
        if not self._one_in(3):
            return ""
        # What a limit leaves is told by the order alone where one column is all there is.
        limit = f" LIMIT {self.random.randint(1, 4)}" if is_alone else ""
        return f" ORDER BY {name}{limit}"

    def _source(self, near: Near, depth: int, sources: dict[str, Columns]) -> str:
        choices: list[Callable[[], tuple[str, str, Columns]]] = [
            lambda: self._table(near),
            lambda: self._table(near),
        ]
        if near.ctes:
            choices += [lambda: self._cte(near)] * 2
        if depth < _SUBQUERIES:
            choices.append(lambda: self._derived(near, depth))
        sql, alias, columns = self.random.choice(choices)()
        if alias in sources or alias not in sql:
            alias = f"t{self._number()}"
            sql = f"{sql.partition(' AS ')[0]} AS {alias}" if " (" not in sql else sql
        sources[alias] = columns
        return sql

    def _table(self, near: Near) -> tuple[str, str, Columns]:
        free = [name for name in TABLES if name not in near.ctes]
        if not free:
            return self._cte(near)
        name = self.random.choice(free)
        return self._named(name, TABLES[name])

    def _cte(self, near: Near) -> tuple[str, str, Columns]:
        name = self.random.choice(sorted(near.ctes))
        return self._named(name, near.ctes[name])

    def _named(self, name: str, columns: Columns) -> tuple[str, str, Columns]:
        if self._one_in(3):
            return self._cased(name), name, columns
        alias = f"t{self._number()}"
        return f"{self._cased(name)} AS {alias}", alias, columns

    def _derived(self, near: Near, depth: int) -> tuple[str, str, Columns]:
        body, columns = self.query(Near(near.ctes), depth + 1)
        names = tuple(name or f"z{self._number()}" for name in columns)
        alias = f"t{self._number()}"
        return f"({body}) AS {alias}", alias, names

    def _output(self, near: Near, sources: Mapping[str, Columns], depth: int) -> tuple[str, str]:
        # A name that may be that of a column which is not shown, or of one beside it.
        name = self.random.choice(
            [f"c{self._number()}", f"c{self._number()}", f"o{self._number()}"]
        )
        if depth < _SUBQUERIES and self._one_in(6):
            body, _ = self.query(Near(near.ctes, near.outer), depth + 1, wide=1)
            return f"(SELECT max(s.v) FROM ({_as_v(body)}) AS s) AS {name}", name
        return f"{self._expression(sources)} AS {name}", name

    def _expression(self, sources: Mapping[str, Columns]) -> str:
        column = self._column(sources)
        return self.random.choice(
            [
                column,
                column,
                f"upper({column})",
                f"coalesce({column}, {self._column(sources)}, 'none')",
                f"CASE WHEN {column} = {self._value()} THEN {column} ELSE 'other' END",
            ]
        )

    def _condition(self, near: Near, sources: Mapping[str, Columns], depth: int) -> str:
        column = self._column(sources)
        choices = [
            f"{column} = {self._column(near.outer)}",
            f"{column} <> {self._value()}",
            f"{column} IS NOT NULL",
            f"{column} IN ({self._value()}, {self._value()})",
            f"NOT ({column} < {self._value()} OR {column} = {self._column(sources)})",
        ]
        if depth < _SUBQUERIES and self._one_in(2):
            body, _ = self.query(Near(near.ctes, near.outer), depth + 1, wide=1)
            return self.random.choice([f"{column} IN ({body})", f"EXISTS ({body})"])
        return self.random.choice(choices)

    def _column(self, sources: Mapping[str, Columns]) -> str:
        alias = self.random.choice(sorted(sources))
        names = [name for name in sources[alias] if name]
        if not names:
            return "'nothing'"
        hidden = WITHHELD.get(alias, ("born",))
        name = self.random.choice(hidden if self.random.randrange(100) < self.faults else names)
        among = [a for a, columns in sources.items() if name in columns]
        is_bare = len(among) == 1 and self._one_in(3)
        return self._cased(name) if is_bare else f"{alias}.{self._cased(name)}"

    def _value(self) -> str:
        return self.random.choice(VALUES)

    def _cased(self, name: str) -> str:
        return name.upper() if self._one_in(8) else name

    def _one_in(self, number: int) -> bool:
        return self.random.randrange(number) == 0

    def _number(self) -> int:
        self.made += 1
        return self.made


def _as_v(body: str) -> str:
    """Return a query of one column whose name is `v`, whatever it was."""
    return (
        f"SELECT * FROM (SELECT NULL AS v WHERE 1 = 0) AS e UNION ALL SELECT * FROM ({body}) AS b"
    )


def _words(sql: str) -> set[str]:
    return {word.strip("(),").lower() for word in sql.replace("(", " ").split()}
