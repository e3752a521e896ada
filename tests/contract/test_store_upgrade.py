"""A ledger of the version before: opened, it gets what it lacks and keeps all that it has."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from placket.facts import Kind
from placket.store import open_ledger
from placket.store.refusals import AnotherVersion
from placket.store.stored import SCHEMA
from tests.contract.ledgers import ADA, NOW, SEEN, seen, told
from tests.contract.test_store_register import PLAN
from tests.contract.test_store_tree import SIGNER

FACTS = [seen(ADA, 1), told(Kind.REQUESTED, ADA)]
TAKEN_AWAY = """
DROP INDEX fact_requested; DROP TABLE record; DROP TABLE lease; DROP TABLE tally;
UPDATE meta SET value = '2' WHERE name = 'schema'
"""
SHAPES = {
    "sqlite": "SELECT name, sql FROM sqlite_master ORDER BY name",
    "postgres": """
        SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
        WHERE table_schema = 'placket'
        UNION ALL
        SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'placket'
        ORDER BY 1, 2
    """,
}
Sql = Callable[[str], list[tuple[object, ...]]]


def in_sqlite(path: Path) -> Sql:
    def run(text: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(path, isolation_level=None)) as sql:
            return [row for part in text.split(";") for row in sql.execute(part).fetchall()]

    return run


def in_postgres(url: str) -> Sql:
    def run(text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(url, autocommit=True) as sql:
            sql.execute("SET search_path TO placket")
            cursor = sql.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Sql, str]:
    """Return a ledger's URL, a way to its tables, and what asks for their shapes."""
    if request.param == "sqlite":
        path = tmp_path / "ledger.db"
        return f"sqlite:///{path}", in_sqlite(path), SHAPES["sqlite"]
    url = request.getfixturevalue("postgres_database")
    return url, in_postgres(url), SHAPES["postgres"]


def test_a_ledger_of_the_version_before_gets_what_it_lacks(place: tuple[str, Sql, str]) -> None:
    url, sql, shapes = place
    with open_ledger(url, create=True) as ledger:
        ledger.prepare_fold(SEEN)
        ledger.append(FACTS, [SEEN], now=NOW)
        ledger.sequence(SIGNER, now=NOW)
        before = ledger.latest_checkpoint()
    new = sql(shapes)
    sql(TAKEN_AWAY)
    old = sql(shapes)

    with open_ledger(url) as ledger:
        found = ledger.verify(SIGNER.public_key, standing=SEEN)
        ledger.put_records([PLAN])

        assert found.is_whole
        assert ledger.latest_checkpoint() == before
        assert [fact for _, fact in ledger.requested()] == [FACTS[1]]
        assert ledger.records("plan") == [PLAN]
    assert len(old) < len(new)
    assert sql(shapes) == new
    assert sql("SELECT value FROM meta WHERE name = 'schema'") == [(SCHEMA,)]


def test_many_who_open_an_old_ledger_at_once_upgrade_it_once(place: tuple[str, Sql, str]) -> None:
    url, sql, shapes = place
    open_ledger(url, create=True).close()
    new = sql(shapes)
    sql(TAKEN_AWAY)

    with ThreadPoolExecutor(4) as pool:
        for opened in [pool.submit(open_ledger, url) for _ in range(4)]:
            opened.result().close()

    assert sql(shapes) == new


@pytest.mark.parametrize("schema", ["1", "4"])
def test_a_ledger_of_any_other_version_says_how_to_go_on(
    place: tuple[str, Sql, str], schema: str
) -> None:
    url, sql, _ = place
    open_ledger(url, create=True).close()
    sql(f"UPDATE meta SET value = '{schema}' WHERE name = 'schema'")  # noqa: S608  # ours

    with pytest.raises(AnotherVersion, match="another version of Placket; install the newest one"):
        open_ledger(url)
