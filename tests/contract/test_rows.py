"""Whole rows in plain values, the same on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.catalogue.model import Table
from placket.plan.inventory import row_digest
from placket.sources.reflect import reflect
from placket.sources.rows import AT_ONCE, among, any_of, at_keys, read_holding, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from placket.catalogue.schema import TableSchema
    from placket.sources.rows import Read

METADATA = sa.MetaData()
KINDS = sa.Table(
    "Order",
    METADATA,
    sa.Column("group", sa.String, primary_key=True),
    sa.Column("No", sa.Integer, primary_key=True),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("local", sa.DateTime),
    sa.Column("born", sa.Date),
    sa.Column("opens", sa.Time),
    sa.Column("is_paid", sa.Boolean),
    sa.Column("more", sa.JSON),
    sa.Column("photo", sa.LargeBinary),
    sa.Column("mark", sa.Uuid(native_uuid=True)),
    sa.Column("100%", sa.Float),
)
BLOBS = sa.Table("blobs", METADATA, sa.Column("id", sa.LargeBinary, primary_key=True))
DAYS = sa.Table("days", METADATA, sa.Column("at", sa.DateTime(timezone=True), primary_key=True))
ORDER = Table(name="Order", key=("group", "No"))
FULL: dict[str, Any] = {
    "group": "a",
    "No": 1,
    "price": Decimal("12.5"),
    "at": datetime(2026, 5, 1, 12, tzinfo=timezone(timedelta(hours=2))),
    "local": datetime(2026, 5, 1, 12, 0, 0, 5),  # noqa: DTZ001 - a column without a zone
    "born": date(1990, 2, 3),
    "opens": time(9, 30),
    "is_paid": True,
    "more": {"b": [1, None], "a": "é"},
    "photo": b"\x00\xff",
    "mark": uuid.UUID(int=7),
    "100%": 0.5,
}


@pytest.fixture
def engine(any_url: str) -> Iterator[Engine]:
    engine = sa.create_engine(any_url.replace("postgresql:", "postgresql+psycopg:"))
    METADATA.create_all(engine)
    yield engine
    engine.dispose()


def schema_of(engine: Engine, name: str) -> TableSchema:
    found = reflect(engine).table(name)
    assert found is not None
    return found


def read(engine: Engine, of: Table, **more: Any) -> list[Read]:
    with engine.connect() as connection:
        return read_rows(connection, of, schema_of(engine, of.name), **more)


def add(engine: Engine, of: sa.Table, *rows: dict[str, Any]) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(of), list(rows))


def test_every_engine_gives_the_same_plain_values(engine: Engine) -> None:
    zoned = engine.dialect.name == "postgresql"
    add(engine, KINDS, FULL)

    ((key, values),) = read(engine, ORDER)

    assert key == (("group", "a"), ("No", 1))
    assert values == FULL | {
        "price": Decimal("12.50"),
        "at": "2026-05-01T10:00:00+00:00" if zoned else "2026-05-01T12:00:00",
        "local": "2026-05-01T12:00:00.000005",
        "born": "1990-02-03",
        "opens": "09:30:00",
        "more": '{"a":"é","b":[1,null]}',
        "mark": uuid.UUID(int=7).hex if engine.dialect.name == "sqlite" else str(uuid.UUID(int=7)),
    }
    assert type(values["is_paid"]) is bool
    assert type(values["photo"]) is bytes


def test_a_row_that_did_not_change_has_the_digest_that_it_had(engine: Engine) -> None:
    add(engine, KINDS, FULL)
    before = [row_digest(*row) for row in read(engine, ORDER)]

    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET TIME ZONE 'Asia/Tokyo'")
        again = read_rows(connection, ORDER, schema_of(engine, "Order"), lock=True)

    assert [row_digest(*row) for row in again] == before


@pytest.mark.parametrize(
    "change",
    [{"price": Decimal("12.51")}, {"is_paid": False}, {"more": {"a": "é"}}, {"photo": None}],
    ids=str,
)
def test_a_row_that_changed_has_another_digest(engine: Engine, change: dict[str, Any]) -> None:
    add(engine, KINDS, FULL)
    (before,) = read(engine, ORDER)

    with engine.begin() as connection:
        connection.execute(sa.update(KINDS).values(change))

    (after,) = read(engine, ORDER)
    assert row_digest(*after) != row_digest(*before)


def test_rows_are_found_again_by_their_keys_however_many(engine: Engine) -> None:
    rows = [{"group": "a'; --", "No": number} for number in range(AT_ONCE + 2)]
    add(engine, KINDS, *rows, {"group": "b", "No": 0})
    schema = schema_of(engine, "Order")
    keys = [key for key, values in read(engine, ORDER) if values["group"] != "b"]

    conditions = list(at_keys(schema, keys))

    assert len(conditions) == 2
    assert len(read(engine, ORDER, where=any_of(conditions))) == AT_ONCE + 2


@pytest.mark.parametrize(
    ("of", "row"),
    [
        (BLOBS, {"id": b"\x01\xfe"}),
        (DAYS, {"at": datetime(2026, 5, 1, 12, tzinfo=UTC)}),
    ],
    ids=["bytes", "time"],
)
def test_a_key_of_another_type_than_text_or_number_finds_its_row(
    engine: Engine, of: sa.Table, row: dict[str, Any]
) -> None:
    add(engine, of, row)
    table = Table(name=of.name, key=tuple(row))
    ((key, _),) = read(engine, table)

    (where,) = at_keys(schema_of(engine, of.name), [key])

    assert len(read(engine, table, where=where)) == 1


def test_a_value_that_a_column_cannot_hold_finds_nothing(engine: Engine) -> None:
    add(engine, KINDS, FULL)
    schema = schema_of(engine, "Order")

    assert list(among(schema, ("No",), [("many",), (None,), (2**70,)])) == []
    assert len(list(among(schema, ("No",), [("1",), (1,)]))) == 1


def test_both_ways_to_read_give_the_same_values_of_the_same_types(engine: Engine) -> None:
    add(engine, KINDS, FULL)
    schema = schema_of(engine, "Order")

    with engine.connect() as connection:
        found = read_holding(connection, ORDER, schema, ("group",), [("a",)])
        first = read_holding(connection, ORDER, schema, ("No",), [(1,)], most=1)
        expected = read_rows(connection, ORDER, schema)

    digests = [row_digest(*row) for row in expected]
    assert [row_digest(*row) for row in found] == digests
    assert [row_digest(*row) for row in first] == digests


def test_of_many_rows_with_the_same_value_the_first_by_key_are_read(engine: Engine) -> None:
    add(engine, KINDS, *({"group": group, "No": n} for group in "ab" for n in range(4)))
    schema = schema_of(engine, "Order")

    with engine.connect() as connection:
        every = read_holding(connection, ORDER, schema, ("group",), [("a",), ("c",)])
        few = read_holding(connection, ORDER, schema, ("group",), [("a",), ("b",)], most=2)

    assert [values["No"] for _, values in every] == [0, 1, 2, 3]
    assert sorted(key for key, _ in few) == [
        (("group", group), ("No", n)) for group in "ab" for n in (0, 1)
    ]


def test_a_table_without_a_known_schema_is_read_whole(engine: Engine) -> None:
    add(engine, KINDS, FULL)

    with engine.connect() as connection:
        ((key, values),) = read_rows(connection, ORDER, None)

    assert key == (("group", "a"), ("No", 1))
    assert values.keys() == FULL.keys()


def test_an_end_that_no_calendar_has_is_read_as_the_word_it_is(
    postgres_database: str,
) -> None:
    engine = sa.create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE lease (id int PRIMARY KEY, until timestamptz)")
        connection.exec_driver_sql("INSERT INTO lease VALUES (1, 'infinity')")

    found = read(engine, Table(name="lease"))

    engine.dispose()
    assert found == [((("id", 1),), {"id": 1, "until": "infinity"})]
