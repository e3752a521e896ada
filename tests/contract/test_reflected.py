"""What may refuse a write is read the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine

from placket.catalogue.schema import Check, Trigger
from placket.sources.reflect import reflect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from placket.catalogue import TableSchema

TABLES = """
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, email VARCHAR(40), status TEXT, total INTEGER, "odd, name" TEXT,
    CONSTRAINT known CHECK (total > 0)
);
CREATE TABLE wallet (
    id INTEGER PRIMARY KEY, customer_id INTEGER,
    FOREIGN KEY (customer_id) REFERENCES customer (id) DEFERRABLE INITIALLY DEFERRED
);
"""
ON_SQLITE = """
CREATE TRIGGER "guard before delete" BEFORE DELETE ON customer
BEGIN SELECT RAISE(ABORT, 'no'); END;
CREATE TRIGGER stamp AFTER UPDATE OF email, "odd, name" ON customer
BEGIN UPDATE customer SET status = 'raise(' WHERE id = NEW.id; -- raise
END;
"""
ON_POSTGRESQL = """
CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'no'; END $$;
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE NOTICE 'raise'; RETURN NEW; END $$;
CREATE TRIGGER "guard before delete" BEFORE DELETE ON customer FOR EACH ROW EXECUTE FUNCTION no();
CREATE TRIGGER stamp AFTER UPDATE OF email, "odd, name" ON customer
FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER skips BEFORE DELETE ON wallet FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE TRIGGER asleep BEFORE DELETE ON wallet FOR EACH ROW EXECUTE FUNCTION no();
ALTER TABLE wallet DISABLE TRIGGER asleep;
"""


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    raw = made.raw_connection()
    if made.dialect.name == "sqlite":
        raw.driver_connection.executescript(TABLES + ON_SQLITE)  # type: ignore[union-attr]  # open
    else:
        raw.cursor().execute(TABLES + ON_POSTGRESQL)
        raw.commit()
    raw.close()
    yield made
    made.dispose()


def table(engine: Engine, name: str) -> TableSchema:
    found = reflect(engine).table(name)
    assert found is not None
    return found


def test_checks_are_read_with_their_names(engine: Engine) -> None:
    assert table(engine, "customer").checks == (Check(name="known", text="total > 0"),)


def test_triggers_are_read_with_what_starts_them_and_whether_they_may_refuse(
    engine: Engine,
) -> None:
    found = table(engine, "customer").triggers

    assert [
        Trigger(
            name=t.name, event=t.event, columns=tuple(sorted(t.columns)), may_refuse=t.may_refuse
        )
        for t in found
    ] == [
        Trigger(name="guard before delete", event="delete", may_refuse=True),
        Trigger(name="stamp", event="update", columns=("email", "odd, name")),
    ]


def test_a_key_that_waits_for_the_commit_is_known(engine: Engine) -> None:
    assert [key.deferred for key in table(engine, "wallet").foreign_keys] == [True]


def test_a_length_is_read_where_it_is_kept(engine: Engine) -> None:
    lengths = {column.name: column.length for column in table(engine, "customer").columns}

    kept = 0 if engine.dialect.name == "sqlite" else 40
    assert lengths == {"id": 0, "email": kept, "status": 0, "total": 0, "odd, name": 0}


def test_a_deletion_that_hands_on_a_new_row_passes_the_old_one_over(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no such triggers")

    assert table(engine, "wallet").triggers == (
        Trigger(name="skips", event="delete", may_refuse=True),
    )
