"""A replica reads a table page by page, whatever its key is: no row twice, none left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.sources.connect import open_source
from placket.sources.replica import Replica
from placket.sources.replica_rows import BATCH
from tests.contract.viewed import NOW, POLICY, Ledger, Small, catalogue_of, policy_of, synced

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from placket.identity import Identifier

WORDED = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        key: [code, n]
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email}
"""
TYPE = "CREATE TYPE word AS ENUM ('b', 'a', 'c')"
EACH = 2 * BATCH // 3 + 1
"""Rows of each of three words: two pages, and a little more."""


@pytest.fixture(params=["postgresql", "mariadb", "duckdb"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "duckdb":
        found = sa.create_engine(f"duckdb:///{tmp_path}/shop.duckdb")
    else:
        by = {"postgresql": "postgres_database", "mariadb": "mariadb_database"}
        found = open_source(request.getfixturevalue(by[request.param]))
    yield found
    found.dispose()


def make_customers(engine: sa.Engine, each: int) -> None:
    """Make customers whose key begins with a word of a list, in another order than the words'."""
    is_mariadb = engine.dialect.name == "mysql"
    kind = "enum('b','a','c')" if is_mariadb else "word"
    numbers = f"seq_1_to_{each}" if is_mariadb else f"generate_series(1, {each}) AS s (seq)"
    columns = f"code {kind}, n int, email text, created_at date, PRIMARY KEY (code, n)"
    with engine.begin() as connection:
        if not is_mariadb:
            connection.exec_driver_sql(TYPE)
        connection.exec_driver_sql(f"CREATE TABLE customer ({columns})")
        for word in "abc":
            values = f"SELECT '{word}', seq, 'ada@example.org', '2026-01-01' FROM {numbers}"  # noqa: S608 - ours
            connection.exec_driver_sql(f"INSERT INTO customer {values}")


class Somebody:
    """A ledger that notes who it was asked for."""

    def __init__(self) -> None:
        self.asked: list[Identifier] = []

    def standings(self, identifiers: Any) -> list[None]:
        self.asked.extend(identifiers)
        return [None for _ in identifiers]


def test_the_words_of_a_key_are_read_page_by_page(engine: sa.Engine) -> None:
    make_customers(engine, EACH)
    rules = policy_of(POLICY)
    plan = Small(engine, rules, catalogue_of(WORDED), Ledger(rules)).plan("newsletter")
    Replica(engine).apply(plan)
    somebody, done = Somebody(), list[int]()

    Replica(engine).replicate(
        plan,
        somebody,
        now=NOW,
        good_for_seconds=60,
        position=1,
        progress=lambda _table, read, _total: done.append(read),
    )

    assert done[-1] == 3 * EACH
    assert {found.value for found in somebody.asked} == {f"shop.customer:{w}" for w in "abc"}


def test_a_row_whose_key_is_a_word_keeps_its_standing(engine: sa.Engine) -> None:
    make_customers(engine, 1)
    rules, catalogue = policy_of(POLICY), catalogue_of(WORDED.replace("[code, n]", "code"))
    ledger = Ledger(rules)
    synced(engine, catalogue, ledger, NOW)
    small = Small(engine, rules, catalogue, ledger)

    plan = small.ready("newsletter")
    again = small.replicate(plan)

    assert (again.written, again.removed) == (0, 0)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT code FROM placket_standing_customer")
        assert sorted(kept.scalars()) == ["a", "b", "c"]
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM customer")
    assert small.replicate(plan).removed == 3
