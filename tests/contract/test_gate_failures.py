"""A ledger that cannot be read or written: a clear refusal, and nothing done by halves."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.in_force import LOOK
from placket.settings import write_settings
from placket.sources.told import Told
from placket.store.refusals import LedgerDamaged, LedgerRefuses, LedgerUnwritable
from tests.contract.gates import ADA, Shop, fact, known, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate

NEWS = Question(activity="newsletter", channel="email")
COMMAND = Path(sys.executable).with_name("placket")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = shop_in(tmp_path)
    yield made
    made.close()


def bytes_of(folder: Path) -> list[tuple[str, str]]:
    """Return name and digest of each file in the folder, but what readers share in memory."""
    files = sorted(at for at in folder.iterdir() if not at.name.endswith("-shm"))
    return [(at.name, hashlib.sha256(at.read_bytes()).hexdigest()) for at in files]


def test_deciding_writes_nothing(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    before = bytes_of(shop.settings.folder)

    gate.decide(ADA, NEWS)
    gate.decide(ADA, NEWS, at=gate.now())
    gate.count(NEWS)
    list(gate.eligible(NEWS))
    gate.funnel(NEWS)

    assert bytes_of(shop.settings.folder) == before


def test_while_another_process_writes_decisions_go_on(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    writer = sqlite3.connect(shop.settings.folder / "placket.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")

    decision = gate.decide(ADA, NEWS)

    writer.execute("ROLLBACK")
    writer.close()
    assert decision.is_permitted


def test_on_a_full_disk_decisions_go_on_and_an_append_is_refused_whole(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    ada = known(gate, ADA)
    gate.record([yes(gate, ada)])
    gate.close()
    full = shop.open()
    with full.ledger._database.reading() as session:  # type: ignore[attr-defined]  # noqa: SLF001 - a disk is filled here
        pages = session.connection.execute("PRAGMA page_count").fetchone()[0]
        session.connection.execute(f"PRAGMA max_page_count = {pages}")
    size = full.size()

    with pytest.raises(LedgerUnwritable):
        full.append([_no_of(full, ada, at) for at in range(200)])
    shop.clock.now += LOOK
    decision = full.decide(ADA, NEWS)

    assert decision.outcome in {"permit", "deny"}
    assert full.size() == size


def _no_of(gate: Gate, person: str, thing: int) -> Told:
    return Told(fact(gate, Kind.CONSENT_WITHDRAWN, person, what="news", thing=str(thing)))


def test_a_damaged_ledger_is_refused_in_a_sentence(shop: Shop) -> None:
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    gate.close()
    (shop.settings.folder / "placket.toml").write_text(write_settings(shop.settings))
    file = shop.settings.folder / "placket.db"
    file.write_bytes(b"no database" * 1000)

    with pytest.raises(LedgerDamaged):
        shop.open()
    done = subprocess.run(
        [COMMAND, "decide", "newsletter", "--subject", ADA],
        cwd=shop.settings.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("placket: the ledger's file is damaged")
    assert "Traceback" not in done.stderr


def test_a_server_that_went_away_is_refused_and_the_next_question_answered(
    tmp_path: Path, postgres_database: str
) -> None:
    shop = shop_in(tmp_path, postgres_database)
    gate = shop.create(policy("v1"))
    gate.record([yes(gate, known(gate, ADA))])
    with psycopg.connect(postgres_database, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with pytest.raises(LedgerRefuses):
        gate.decide(ADA, NEWS)
    after = gate.decide(ADA, NEWS)

    assert after.is_permitted
    shop.close()
