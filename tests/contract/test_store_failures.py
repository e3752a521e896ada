"""What a ledger says when the world fails: files, disks, servers and other writers."""

import resource
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from placket.store import Ledger, open_ledger
from placket.store.postgres import PostgresDatabase
from placket.store.refusals import (
    AnotherVersion,
    LedgerBusy,
    LedgerDamaged,
    LedgerMissing,
    LedgerRefuses,
    LedgerUnreachable,
    LedgerUnwritable,
    UnknownOutcome,
)
from placket.store.session import CommitFailed, Database
from placket.store.sqlite import SqliteDatabase
from placket.store.stored import StoredLedger
from tests.contract.ledgers import ADA, NOW, SEEN, seen
from tests.contract.test_store_register import PLAN
from tests.contract.test_store_tree import SIGNER
from tests.forked import run_forked

MANY = [seen(f"p_{number}", number) for number in range(2_000)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of an SQLite ledger with a few facts."""
    at = tmp_path / "ledger.db"
    with open_ledger(str(at), create=True) as ledger:
        ledger.prepare_fold(SEEN)
        ledger.append(MANY[:500], [SEEN], now=NOW)
        ledger.sequence(SIGNER, now=1)
    return at


def whole(at: Path) -> bool:
    with open_ledger(str(at)) as ledger:
        return ledger.verify(SIGNER.public_key, standing=SEEN).is_whole


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as sql:
        sql.execute("CREATE TABLE shop (name TEXT)")
    text = tmp_path / "notes.txt"
    text.write_text("no database at all\n" * 100)

    with pytest.raises(LedgerMissing):
        open_ledger(str(other))
    with pytest.raises(LedgerDamaged):
        open_ledger(str(text))
    with pytest.raises(LedgerUnwritable, match="no ledger can be made here"):
        open_ledger(str(tmp_path / "none" / "ledger.db"), create=True)


def test_a_ledger_of_another_version_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as sql, sql:
        sql.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")

    with pytest.raises(AnotherVersion, match="made by another version of Placket"):
        open_ledger(str(path))


def test_damaged_pages_are_said_to_be_damaged(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        # The tables and indexes themselves are written down in the first pages.
        for at in range(64 * 4096, size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)

    with open_ledger(str(path)) as ledger:
        with pytest.raises(LedgerDamaged):
            list(ledger.stream_histories())
        found = ledger.verify(SIGNER.public_key)

    assert not found.is_whole


def test_a_file_cut_short_is_said_to_be_damaged(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)

    with pytest.raises(LedgerDamaged), open_ledger(str(path)) as ledger:
        list(ledger.stream_histories())


def test_another_writer_is_waited_for_and_then_named(path: Path) -> None:
    ledger = StoredLedger(SqliteDatabase(path, create=False, busy_ms=50))

    with ledger, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerBusy, match="Another process has been writing"):
            ledger.append([seen(ADA, 1)], [SEEN], now=NOW)
        other.execute("ROLLBACK")
        done = ledger.append([seen(ADA, 1)], [SEEN], now=NOW)

    assert done.new == 1


def test_a_full_disk_writes_all_or_nothing(path: Path) -> None:
    for room in (0, *(50_000 * 2**step for step in range(9))):
        ended = run_forked(f"{__name__}:program", str(path), str(room))
        assert (ended.returncode, ended.stdout) in ((0, ""), (4, LedgerUnwritable.__doc__)), ended
        with open_ledger(str(path)) as ledger:
            there = ledger.has([fact.id for fact in MANY])
            assert len(there) == (500 if ended.returncode else 2_000)
        assert whole(path)
        if not ended.returncode:
            break
    else:
        raise AssertionError("the room never was enough")

    assert room > 0


def program() -> None:
    """Append to the ledger that the command line names, with the room that it names."""
    sys.exit(append_with_room(sys.argv[1], int(sys.argv[2])))


def append_with_room(path: str, room: int) -> int:
    """Append with files that may grow by `room` bytes; return the exit code."""
    with open_ledger(path) as ledger:
        most = Path(path).stat().st_size + room
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        try:
            ledger.append(MANY, [SEEN], now=NOW)
        except LedgerUnwritable as full:
            sys.stdout.write(str(full))
            return 4
        finally:
            resource.setrlimit(
                resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            )
    return 0


def test_a_server_that_is_not_there_is_named_without_its_password() -> None:
    with pytest.raises(LedgerUnreachable) as raised:
        open_ledger("postgresql://ada:secret@127.0.0.1:1/none")

    assert str(raised.value) == (
        "the ledger's server does not let us in; is it up, and the URL right?"
    )


@pytest.fixture
def served(postgres_database: str) -> Iterator[Ledger]:
    with open_ledger(postgres_database, create=True) as ledger:
        ledger.prepare_fold(SEEN)
        ledger.append(MANY[:5], [SEEN], now=NOW)
        yield ledger


def cut(url: str) -> None:
    """End every other session on the database, as a server that stops does."""
    with psycopg.connect(url, autocommit=True) as sql:
        sql.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_server_that_went_away_is_named_and_found_again(
    served: Ledger, postgres_database: str
) -> None:
    cut(postgres_database)

    with pytest.raises(LedgerUnreachable):
        served.facts_of("p_1")

    assert served.facts_of("p_1") == [seen("p_1", 1)]


def test_a_server_that_goes_away_mid_query_is_named(served: Ledger, postgres_database: str) -> None:
    rows = served.select("SELECT id FROM person CROSS JOIN generate_series(1, 200000) AS many", {})
    first = next(rows)

    cut(postgres_database)

    assert first.startswith("p_")
    with pytest.raises(LedgerUnreachable):
        list(rows)
    assert served.root_of("p_1") == "p_1"


def test_an_append_that_is_cut_before_its_commit_writes_nothing(
    served: Ledger, postgres_database: str
) -> None:
    def point(name: str) -> None:
        if name == "standing written":
            cut(postgres_database)

    with pytest.raises(LedgerUnreachable):
        served.append([seen(ADA, 1)], [SEEN], now=NOW, point=point)

    assert served.root_of(ADA) is None
    assert served.append([seen(ADA, 1)], [SEEN], now=NOW).new == 1


class CommitLost:
    """A database whose next COMMIT takes place, or not, and then raises."""

    def __init__(self, database: Database, *, takes_place: bool, then_away: bool) -> None:
        self._database = database
        self._takes_place = takes_place
        self._then_away = then_away
        self._lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    @contextmanager
    def writing(self) -> Iterator[Any]:
        self._lost = True
        away = LedgerUnreachable(LedgerUnreachable.__doc__)
        with suppress(InterruptedError), self._database.writing() as session:
            yield session
            self._interrupt()
        raise CommitFailed(away)

    def _interrupt(self) -> None:
        if not self._takes_place:
            raise InterruptedError

    @contextmanager
    def reading(self) -> Iterator[Any]:
        if self._lost and self._then_away:
            raise LedgerUnreachable(LedgerUnreachable.__doc__)
        with self._database.reading() as session:
            yield session


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """Return the database of an empty ledger."""
    if request.param == "sqlite":
        open_ledger(str(tmp_path / "ledger.db"), create=True).close()
        return SqliteDatabase(tmp_path / "ledger.db", create=False)
    url = request.getfixturevalue("postgres_database")
    open_ledger(url, create=True).close()
    return PostgresDatabase(url)


@pytest.mark.parametrize(
    ("takes_place", "then_away", "said"),
    [
        (True, False, None),
        (False, False, LedgerUnreachable),
        (True, True, UnknownOutcome),
        (False, True, UnknownOutcome),
    ],
)
def test_a_commit_that_raised_is_read_by_id(
    database: Database, takes_place: bool, then_away: bool, said: type[LedgerRefuses] | None
) -> None:
    lost = StoredLedger(CommitLost(database, takes_place=takes_place, then_away=then_away))

    with StoredLedger(database) as ledger:
        if said is None:
            assert lost.append([seen(ADA, 1)], now=NOW).new == 1
        else:
            with pytest.raises(said):
                lost.append([seen(ADA, 1)], now=NOW)

        assert ledger.has([seen(ADA, 1).id]) == ({seen(ADA, 1).id} if takes_place else set())
        assert ledger.append([seen(ADA, 1)], now=NOW).known == int(takes_place)


@pytest.mark.parametrize("takes_place", [True, False])
def test_a_commit_that_raised_of_what_may_be_done_again_is_told_as_its_refusal(
    database: Database, takes_place: bool
) -> None:
    lost = StoredLedger(CommitLost(database, takes_place=takes_place, then_away=False))

    with StoredLedger(database) as ledger:
        with pytest.raises(LedgerUnreachable):
            lost.put_records([PLAN])
        with pytest.raises(LedgerUnreachable):
            lost.remember({"slot": "value"})

        assert ledger.records("plan") == ([PLAN] if takes_place else [])
        ledger.put_records([PLAN])
        assert ledger.records("plan") == [PLAN]
