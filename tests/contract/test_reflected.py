"""A schema is read again when it changed, and else not, on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.sources.reflect import reflect
from placket.sources.reflected import reflected

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def engine(any_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(any_url.replace("postgresql:", "postgresql+psycopg:"))
    run(engine, "CREATE TABLE one (id int PRIMARY KEY, name varchar(9))")
    yield engine
    engine.dispose()


def run(engine: sa.Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_a_schema_that_did_not_change_is_not_read_again(engine: sa.Engine) -> None:
    first = reflected(engine)
    run(engine, "INSERT INTO one VALUES (1, 'a')")

    assert reflected(engine) is first
    assert first == reflect(engine)


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE two (id int PRIMARY KEY, one_id int REFERENCES one (id))",
        "ALTER TABLE one ADD COLUMN born date",
        "ALTER TABLE one RENAME COLUMN name TO named",
        "CREATE UNIQUE INDEX by_name ON one (name)",
        "DROP TABLE one",
    ],
)
def test_every_change_of_a_schema_is_seen(engine: sa.Engine, change: str) -> None:
    first = reflected(engine)

    run(engine, change)

    assert reflected(engine) == reflect(engine) != first


def test_a_database_in_memory_is_read_each_time() -> None:
    engine = sa.create_engine("sqlite://")
    first = reflected(engine)

    run(engine, "CREATE TABLE one (id int PRIMARY KEY)")

    assert first.tables == ()
    assert [table.name for table in reflected(engine).tables] == ["one"]
    engine.dispose()
