"""PostgreSQL stopped without farewell while it is written to: what was acknowledged is there."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING, Final

import psycopg
import pytest

from placket.keyring import KeyringUnusable, create_keyring, open_keyring
from placket.store import open_ledger
from placket.store.postgres import PostgresDatabase
from placket.store.refusals import LedgerRefuses
from tests.contract.ledgers import NOW, SEEN, seen
from tests.contract.places import KEY
from tests.contract.test_store_tree import SIGNER
from tests.servers import HardServer, find_postgres, hard_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.counted import Counted

STOPS: Final = 20
ENVIRON: Final = {"PLACKET_WRAPPING_KEY": KEY}


@pytest.fixture
def server() -> Iterator[HardServer]:
    if find_postgres() is None:
        pytest.skip("no PostgreSQL server is installed")
    with hard_server() as made:
        with psycopg.connect(made.url, autocommit=True) as sql:
            sql.execute("CREATE DATABASE keys")
        with open_ledger(made.url, create=True) as ledger:
            ledger.prepare_fold(SEEN)
        create_keyring(keys_at(made), environ=ENVIRON).close()
        yield made


def keys_at(server: HardServer) -> str:
    """Return the URL of the keyring's database."""
    return f"{server.url.rpartition('/')[0]}/keys"


class Writer(threading.Thread):
    """Appends one person's fact after another, each with a key, until the server is gone."""

    def __init__(self, server: HardServer, first: int, enough: int) -> None:
        super().__init__()
        self.told: list[str] = []
        self.is_due = threading.Event()
        self._urls = (server.url, keys_at(server))
        self._first, self._enough = first, enough

    def run(self) -> None:
        ledger_url, keys_url = self._urls
        with open_ledger(ledger_url) as ledger, open_keyring(keys_url, environ=ENVIRON) as keys:
            try:
                for number in range(self._first, self._first + 100_000):
                    person = f"p_{number}"
                    keys.ensure([person])
                    ledger.append([seen(person, number)], [SEEN], now=NOW)
                    ledger.sequence(SIGNER, now=NOW)
                    self.told.append(person)
                    if len(self.told) == self._enough:
                        self.is_due.set()
            except (LedgerRefuses, KeyringUnusable):
                return


@pytest.mark.long
def test_a_server_that_is_stopped_at_once_has_all_that_was_acknowledged(
    server: HardServer, counted: Counted
) -> None:
    told: list[str] = []
    for stops in range(STOPS):
        writer = Writer(server, 1 + 100_000 * stops, 3 + stops)
        writer.start()
        assert writer.is_due.wait(60)
        server.stop()
        writer.join()
        server.start()

        told += writer.told
        with open_ledger(server.url) as ledger:
            there = [person for person in told if ledger.root_of(person) == person]
            verified = ledger.verify(SIGNER.public_key, standing=SEEN)
        with open_keyring(keys_at(server), environ=ENVIRON) as keys:
            kept = keys.keys_for(told)
        assert there == told
        assert list(kept) == told
        assert verified.damage is None

    counted("servers stopped at once", STOPS)


@pytest.mark.parametrize("asked", ["off", "local", "remote_write"])
def test_a_database_that_is_set_to_commit_without_syncing_is_synced_to_all_the_same(
    postgres_database: str, asked: str
) -> None:
    with psycopg.connect(postgres_database, autocommit=True) as sql:
        name = sql.info.dbname
        sql.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = {asked}')

    open_ledger(postgres_database, create=True).close()
    with closing(PostgresDatabase(postgres_database)) as database, database.writing() as session:
        found = session.connection.execute("SHOW synchronous_commit").fetchone()

    assert found == ("on",)
