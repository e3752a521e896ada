"""The shop in PostgreSQL holds the same rows as in SQLite."""

from datetime import UTC, datetime

from sqlalchemy import create_engine, inspect

from placket.demo.schema import METADATA
from placket.demo.shop import build_shop
from tests.unit.demo.conftest import SCALE, TODAY, BuiltShop, dump


def _aware(value: object) -> object:
    """Return a time of SQLite, which has no zones, as the time in UTC that it is."""
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def test_postgresql_gets_the_same_rows(built: BuiltShop, postgres_database: str) -> None:
    summary = build_shop(postgres_database, today=TODAY, scale=SCALE)

    there, here = dump(postgres_database), dump(built.url)
    assert summary == built.summary
    for table, rows in here.items():
        aware = [tuple(_aware(value) for value in row) for row in rows]
        assert [tuple(_aware(value) for value in row) for row in there[table]] == aware, table


def test_postgresql_keeps_the_comments_and_the_indexes(postgres_database: str) -> None:
    build_shop(postgres_database, today=TODAY, scale=0.001)

    engine = create_engine(postgres_database)
    schema = inspect(engine)
    comments = {name: schema.get_table_comment(name)["text"] for name in METADATA.tables}
    indexes = {index["name"] for name in METADATA.tables for index in schema.get_indexes(name)}
    engine.dispose()
    assert comments == {table.name: table.comment for table in METADATA.sorted_tables}
    assert {index.name for table in METADATA.sorted_tables for index in table.indexes} <= indexes
