"""How deep a source says that something is gone: never deeper than it is."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, text

from placket.plan.certificate import Grounding
from placket.scan.grounding import grounding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine


def now() -> int:
    return time.time_ns() // 1000


def fill(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE note (id integer PRIMARY KEY, body text)"))
        for number in range(200):
            connection.execute(text("INSERT INTO note VALUES (:n, 'a note')"), {"n": number})


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/shop.db")

    @event.listens_for(engine, "connect")
    def keep(connection: Any, _record: object) -> None:
        # What SQLite does by itself is said when it is built: here, as most are.
        connection.execute("PRAGMA secure_delete = OFF")

    fill(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres(postgres_database: str) -> Iterator[Engine]:
    engine = create_engine(postgres_database.replace("postgresql:", "postgresql+psycopg:"))
    fill(engine)
    yield engine
    engine.dispose()


def deleted(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM note WHERE id < 100"))


def reached(engine: Engine, *tables: str, since: int = 0, overwrites: bool = False) -> Grounding:
    found = grounding("shop", engine, tables or ["note"], since=since, overwrites=overwrites)
    return found.reached


def test_sqlite_reaches_the_file_only_where_it_overwrites(sqlite: Engine) -> None:
    deleted(sqlite)

    assert reached(sqlite) is Grounding.DELETED
    assert reached(sqlite, overwrites=True) is Grounding.VACUUMED


def test_a_log_beside_the_file_may_still_hold_it(sqlite: Engine, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db", isolation_level=None)) as shop:
        shop.execute("PRAGMA journal_mode = WAL").fetchall()
        shop.execute("DELETE FROM note WHERE id < 100")

        before = reached(sqlite, overwrites=True)
        sqlite.dispose()
        shop.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        after = reached(sqlite, overwrites=True)

    assert (before, after) == (Grounding.DELETED, Grounding.VACUUMED)


def test_postgresql_reaches_what_a_vacuum_since_reached(postgres: Engine) -> None:
    deleted(postgres)
    since = now()

    before = reached(postgres, since=since)
    with postgres.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE note"))

    assert before is Grounding.DELETED
    assert reached(postgres, since=since) is Grounding.VACUUMED
    assert reached(postgres, since=now()) is Grounding.DELETED
    assert reached(postgres, "note", "other", since=since) is Grounding.DELETED


def test_a_folder_says_that_its_files_are_deleted(tmp_path: Path) -> None:
    found = grounding("calls", tmp_path, [], since=now())

    assert found.reached is Grounding.DELETED
