"""Open or create the ledger that a URL names."""

import os
from pathlib import Path

from placket.store.ledger import Ledger
from placket.store.postgres import PostgresDatabase
from placket.store.refusals import LedgerMissing
from placket.store.session import Database, writing_again
from placket.store.sqlite import SqliteDatabase
from placket.store.stored import BEFORE, SCHEMA, StoredLedger

_ID_BYTES = 10


def open_ledger(url: str, *, create: bool = False) -> Ledger:
    """Open the ledger that `url` names: `sqlite:///path`, a bare path or `postgresql://...`.

    create: make it first where there is none. Raises LedgerMissing, AnotherVersion,
    LedgerDamaged, LedgerUnreachable or LedgerUnwritable.
    """
    database = _database(url, create=create)
    try:
        if create:
            _make(database)
        _upgrade(database)
        return StoredLedger(database)
    except BaseException:
        database.close()
        raise


def _database(url: str, *, create: bool) -> Database:
    if url.startswith(("postgresql://", "postgres://")):
        return PostgresDatabase(url)
    path = url.removeprefix("sqlite:///")
    if "://" in path or not path:
        raise LedgerMissing("this is no place for a ledger; write sqlite:///path or postgresql://")
    return SqliteDatabase(Path(path), create=create)


def _make(database: Database) -> None:
    with writing_again(database) as session:
        database.make(session)
        session.run("put_meta", "id", f"l_{os.urandom(_ID_BYTES).hex()}")
        session.run("put_meta", "schema", SCHEMA)


def _upgrade(database: Database) -> None:
    """Make what a ledger of the version before lacks; its facts and its tree stay as they are."""
    if not database.holds_ledger() or _schema_in(database) != BEFORE:
        return
    with writing_again(database) as session:
        database.upgrade(session)
        session.run("set_schema", SCHEMA)


def _schema_in(database: Database) -> str | None:
    with database.reading() as session:
        meta: dict[str, str] = dict(session.rows("meta"))
    return meta.get("schema")
