"""The index of an activity: only over who could be permitted, and the engines take it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.decide.sql import NOW, count_eligible, printed, select_eligible
from placket.standing.layout import layout_of
from tests.contract.gates import ADA, NOON, Shop, known, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.gate.gate import Gate

NEWS = Question(activity="newsletter", channel="email")
# One in twenty said yes.
FILL = """
INSERT INTO {} (person, marks, {})
SELECT 'p_' || n, 0, CASE WHEN n % 20 = 0 THEN 1 END FROM generate_series(1, 300000) AS n
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = shop_in(tmp_path)
    yield made
    made.close()


def queries(gate: Gate, dialect: str) -> list[str]:
    """Return the count and the list of the newsletter."""
    prepared, layout = prepare(gate.policy, NEWS), layout_of(gate.policy)
    made = (count_eligible(prepared, layout), select_eligible(prepared, layout))
    return [printed(query, dialect) for query in made]


def test_sqlite_counts_and_lists_from_the_index_alone(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    connection = sqlite3.connect(shop.settings.folder / "placket.db")

    plans = [
        " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {q}", {NOW: NOON}))
        for q in queries(gate, "sqlite")
    ]

    connection.close()
    assert ["COVERING INDEX standing_" in plan for plan in plans] == [True, True]
    assert "B-TREE" not in plans[1]
    assert gate.count(NEWS) == 1


def test_postgresql_counts_from_the_index_at_three_hundred_thousand_persons(
    tmp_path: Path, postgres_database: str
) -> None:
    shop = shop_in(tmp_path, postgres_database)
    gate = shop.create(policy("v1"))
    fill(gate, postgres_database)

    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("SET search_path TO placket")
        count = queries(gate, "postgres")[0]
        rows = connection.execute(f"EXPLAIN {count}".encode(), {NOW: NOON}).fetchall()

    assert "standing_" in " ".join(row[0] for row in rows)
    assert "Index" in " ".join(row[0] for row in rows)
    shop.close()


def fill(gate: Gate, url: str) -> None:
    """Write rows of persons of whom one in twenty said yes."""
    layout = layout_of(gate.policy)
    begins = f"{layout.columns['consent.news.email']}_from"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO placket")
        connection.execute(sql.SQL(FILL).format(*map(sql.Identifier, (layout.wide, begins))))
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(layout.wide)))
