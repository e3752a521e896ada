"""Theorems of rewriting: a query on the views is the query on a shop of lawful rows alone."""
# ruff: noqa: S608 - statements of the generator, on databases of the test's own

from __future__ import annotations

import sqlite3
from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import duckdb
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp, parse_one

from placket.sources.rewriting import Refused, Rewritten, rewrite
from tests.property.counts import cases
from tests.property.queries import Queries
from tests.unit.sources.asked import COLUMNS, CUSTOMER, ORDERS, asked, ground

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.counted import Counted

LAWFUL: Final = {
    # What a view does: some rows, some columns, of some persons a datum withheld.
    "customer": (
        "SELECT id, email, CASE WHEN id <> '4' THEN first_name END AS first_name, last_name"
        " FROM {}customer WHERE segment <> 'no'"
    ),
    "orders": "SELECT id, customer_id, recipient FROM {}orders WHERE total > '15'",
}
ROWS: Final[dict[str, list[tuple[str | None, ...]]]] = {
    "customer": [
        ("1", "ada", "ada", "a", "1", "yes", "1"),
        ("2", "bo", "bo", None, "2", "no", "2"),
        ("3", "cy", None, "a", "3", "yes", "3"),
        ("4", "di", "di", "b", None, "yes", "4"),
        ("5", "bo", "ada", "c", "5", "no", "5"),
    ],
    "orders": [
        ("1", "1", "ada", "10", "1"),
        ("2", "1", "bo", "20", "2"),
        ("3", "2", "ada", "30", "3"),
        ("4", "4", None, "40", "4"),
        ("5", None, "cy", "20", "5"),
    ],
}
VIEWS: Final = {"customer": CUSTOMER, "orders": ORDERS}
REAL: Final = frozenset(COLUMNS)
SEEDS: Final = st.integers(0, 2**32 - 1)

Ask: TypeAlias = "Callable[[str], list[Any]]"


def build(run: Callable[[str], object], *, is_copy: bool, before: str = "") -> None:
    """Make the shop with its views, or the copy that holds what the views show and no more."""
    for name, rows in ROWS.items():
        run(f"CREATE TABLE {before}{name} ({', '.join(f'{c} text' for c in COLUMNS[name])})")
        for row in rows:
            values = ", ".join("NULL" if value is None else f"'{value}'" for value in row)
            run(f"INSERT INTO {before}{name} VALUES ({values})")
    for name, query in LAWFUL.items():
        if not is_copy:
            run(f"CREATE VIEW {before}{VIEWS[name]} AS {query.format(before)}")
            continue
        run(f"CREATE TABLE {before}kept_{name} AS {query.format(before)}")
        run(f"DROP TABLE {before}{name}")
        run(f"ALTER TABLE {before}kept_{name} RENAME TO {name}")


def rows(ask: Ask, query: str) -> Counter[Any] | str:
    """Return the rows that a query gives, in any order; or that it fails."""
    try:
        return Counter(map(tuple, ask(query)))
    except (sqlite3.Error, psycopg.Error, duckdb.Error):
        return "fails"


class Watched:
    """A shop in SQLite that knows what a query read, and through which view."""

    def __init__(self) -> None:
        self.shop = sqlite3.connect(":memory:")
        build(self.shop.execute, is_copy=False)
        self.seen: set[tuple[str | None, str | None]] = set()
        self.shop.set_authorizer(self._sees)

    def _sees(self, action: int, first: str | None, _b: object, _c: object, via: str | None) -> int:
        if action == sqlite3.SQLITE_READ:
            self.seen.add((first, via))
        return sqlite3.SQLITE_OK

    def ask(self, query: str) -> list[Any]:
        """Return the rows; no table of the shop may be read but through a view."""
        self.seen.clear()
        found = self.shop.execute(query).fetchall()
        past = {(table, via) for table, via in self.seen if table in REAL}
        assert {via for _, via in past} <= set(VIEWS.values()), (query, past)
        return found


class Tried:
    """The queries of one test: how many were rewritten, and how many refused."""

    def __init__(self) -> None:
        self.rewritten, self.refused = 0, 0

    def compare(self, dialect: str, seed: int, full: Ask, copy: Ask) -> None:
        """Hold a generated query on the views to the same on the copy."""
        # The draws are of our own: Hypothesis would make too much of so many.
        query, _ = Queries(Random(seed), dialect).query()  # noqa: S311  # no secret

        found = asked(query, dialect)

        if isinstance(found, Refused):
            self.refused += 1
            return
        self.rewritten += 1
        assert rows(full, found.sql) == rows(copy, query), (query, found.sql)
        assert read(found, dialect) <= set(VIEWS.values())
        assert asked(found.sql, dialect) == found

    def is_enough(self) -> bool:
        """Say whether most of the queries were not refused."""
        return self.rewritten > self.refused


def read(found: Rewritten, dialect: str) -> set[str]:
    """Return the tables that the printed query reads, its CTEs left out."""
    tree = parse_one(found.sql, read=dialect)
    ctes = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert not {name.lower() for name in ctes} & REAL
    return {table.name for table in tree.find_all(exp.Table)} - ctes


def test_on_sqlite_a_query_gives_what_the_lawful_copy_gives(counted: Counted) -> None:
    tried, watched = Tried(), Watched()
    copy = sqlite3.connect(":memory:")
    build(copy.execute, is_copy=True)

    @settings(max_examples=cases(quick=60, long=2_500))
    @given(SEEDS)
    def compared(seed: int) -> None:
        tried.compare("sqlite", seed, watched.ask, lambda query: copy.execute(query).fetchall())

    compared()
    watched.shop.close()
    copy.close()

    assert tried.is_enough(), (tried.rewritten, tried.refused)
    counted("queries rewritten", tried.rewritten)


def test_on_duckdb_a_query_gives_what_the_lawful_copy_gives(counted: Counted) -> None:
    tried = Tried()
    full, copy = duckdb.connect(), duckdb.connect()
    build(full.execute, is_copy=False)
    build(copy.execute, is_copy=True)

    @settings(max_examples=cases(quick=8, long=400))
    @given(SEEDS)
    def compared(seed: int) -> None:
        tried.compare(
            "duckdb",
            seed,
            lambda query: full.execute(query).fetchall(),
            lambda query: copy.execute(query).fetchall(),
        )

    compared()
    full.close()
    copy.close()

    assert tried.is_enough(), (tried.rewritten, tried.refused)
    counted("queries rewritten", tried.rewritten)


def bytes_to(connection: psycopg.Connection) -> Callable[[str], object]:
    """Return what carries out a statement that is made here."""
    return lambda statement: connection.execute(statement.encode())


@pytest.fixture
def schemas(postgres_url: str) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """Yield connections to a schema with the shop and its views, and to one with the copy."""
    made: list[psycopg.Connection] = []
    for name in ("rewriting_full", "rewriting_copy"):
        opened = psycopg.connect(postgres_url, autocommit=True)
        opened.execute(f"CREATE SCHEMA {name}".encode())
        opened.execute(f"SET search_path = {name}".encode())
        build(bytes_to(opened), is_copy=name.endswith("copy"))
        made.append(opened)
    yield made[0], made[1]
    for opened in made:
        opened.execute(b"DROP SCHEMA IF EXISTS rewriting_full, rewriting_copy CASCADE")
        opened.close()


def test_on_postgresql_a_query_gives_what_the_lawful_copy_gives(
    schemas: tuple[psycopg.Connection, psycopg.Connection], counted: Counted
) -> None:
    tried, (full, copy) = Tried(), schemas

    @settings(max_examples=cases(quick=20, long=800))
    @given(SEEDS)
    def compared(seed: int) -> None:
        tried.compare(
            "postgres",
            seed,
            lambda query: full.execute(query.encode()).fetchall(),
            lambda query: copy.execute(query.encode()).fetchall(),
        )

    compared()

    assert tried.is_enough(), (tried.rewritten, tried.refused)
    counted("queries rewritten", tried.rewritten)


# Whatever is written

WORDS: Final = (
    *("SELECT", "FROM", "WHERE", "WITH", "RECURSIVE", "AS", "JOIN", "ON", "USING", "UNION", "ALL"),
    *("(", ")", ",", "*", ".", ";", "=", "'zq9'", '"zq9"', "`zq9`", "1", "--", "/*", "*/", "::"),
    *("customer", "orders", "secret", "email", "born", "c", "x", "id", "count", "lower", "EXISTS"),
    *("IN", "ORDER BY", "GROUP BY", "LIMIT", "VALUES", "UPDATE", "SET", "INSERT INTO", "DELETE"),
    *("LATERAL", "CREATE TABLE", "CREATE VIEW", "MERGE INTO", "$1", "?", ":x", "@x", "NULL"),
    *("read_csv", "pg_sleep", "pg_class", "public", "main", "CASE", "WHEN", "END", "[", "]", "{"),
)
SOUP: Final = st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)
DIALECTS: Final = ("sqlite", "postgres", "mysql", "duckdb", "spark")


@settings(max_examples=cases(quick=40, long=5_000))
@given(st.text(max_size=60) | SOUP | SOUP.map(lambda soup: f"SELECT * FROM customer {soup}"))
def test_any_text_is_rewritten_onto_the_views_or_refused(text: str) -> None:
    for dialect in DIALECTS:
        found = rewrite(text, ground(dialect, {"x": "SELECT email, born FROM customer"}))

        if isinstance(found, Rewritten):
            assert read(found, dialect) <= set(VIEWS.values())
        else:
            assert found.refusals
            assert "zq9" not in repr(found.refusals)
