"""Processes killed at every boundary: ledger, standing and tree stay one, and the work ends."""

import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from placket.facts import Kind
from placket.store import Ledger, open_ledger
from tests.acceptance.store.worker import NEXT, STARTED, is_of_one_round, keyring_at
from tests.contract.ledgers import ADA, BEA, CAT, HASH, SEEN, told
from tests.forked import run_forked

MOST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A ledger and its keyring, which stand apart."""

    url: str
    keyring: Path

    def do(self, job: str, at: int | str = 0) -> subprocess.CompletedProcess[str]:
        """Do the job in a process of its own that is killed at boundary `at`, 0 for never."""
        worker = "tests.acceptance.store.worker:program"
        return run_forked(worker, self.url, str(self.keyring), job, str(at))

    def done(self, job: str) -> None:
        ended = self.do(job)
        assert ended.returncode == 0, ended.stderr

    def open(self) -> Ledger:
        return open_ledger(self.url)

    def expect_whole(self) -> None:
        with keyring_at(self.keyring) as keyring, self.open() as ledger:
            assert ledger.verify(keyring.public_key, standing=SEEN).damage is None
            assert is_of_one_round(ledger)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    keyring = tmp_path / "keyring.db"
    if request.param == "sqlite":
        return Place(url=f"sqlite:///{tmp_path / 'ledger.db'}", keyring=keyring)
    return Place(url=request.getfixturevalue("postgres_database"), keyring=keyring)


def killed_at_every_boundary(place: Place, job: str) -> int:
    """Kill the job at boundary 1, 2 ... until it survives; return how often it was killed."""
    for at in range(1, MOST):
        ended = place.do(job, at)
        place.expect_whole()
        if ended.returncode == 0:
            return at - 1
        assert ended.returncode == -signal.SIGKILL, ended.stderr
    raise AssertionError("the job never ended")


def test_an_append_killed_anywhere_is_whole_or_absent(place: Place) -> None:
    place.done("sequence")

    kills = killed_at_every_boundary(place, "append")

    # The key, the facts, the standing; after the commit the next try finds all there.
    assert kills == 4
    with place.open() as ledger:
        assert [ledger.root_of(person) for person in (ADA, BEA, CAT)] == [ADA, ADA, CAT]
        assert len(ledger.facts_of(ADA)) == 5
        assert ledger.find(HASH) == ADA


def test_sequencing_killed_anywhere_goes_on(place: Place) -> None:
    place.done("append")

    kills = killed_at_every_boundary(place, "sequence")

    assert kills == 4
    with place.open() as ledger:
        assert ledger.tree_size() == 5


def test_an_erasure_killed_anywhere_is_finished_by_the_next_try(place: Place) -> None:
    place.done("append")

    kills = killed_at_every_boundary(place, "bury")

    assert kills >= 5
    with place.open() as ledger, keyring_at(place.keyring) as keyring:
        assert not keyring.has(ADA)
        assert ledger.unfinished_erasures() == ()
        assert ledger.find(HASH) is None
        assert ledger.standing_of(ADA, SEEN.digest) is None
        assert ledger.tombstones([HASH]) == {HASH: [told(Kind.TOMBSTONE, thing=HASH.hex())]}
        # What was written at all was written once.
        kinds = [fact.kind for fact in ledger.facts_of(ADA)]
        assert kinds.count(Kind.ERASURE_STARTED) == kinds.count(Kind.KEY_DESTROYED) == 1


def test_an_erasure_that_was_killed_says_so(place: Place) -> None:
    place.done("append")

    place.do("bury", 2)

    with place.open() as ledger:
        (found,) = ledger.unfinished_erasures()
        assert (found.fact_id, found.members, found.hashes) == (STARTED.id, (ADA, BEA), (HASH,))
        assert ledger.standing_of(BEA, SEEN.digest) is None


def test_records_whose_writing_is_killed_anywhere_are_all_new_or_all_old(place: Place) -> None:
    place.done("register")

    kills = killed_at_every_boundary(place, "register")

    # Before the commit nothing was written, so that the second round was written after it alone.
    assert kills == 2
    with place.open() as ledger:
        assert {record.at for record in ledger.records("plan")} == {3}


def test_a_fold_whose_building_was_killed_is_not_active_and_is_built_anew(place: Place) -> None:
    place.done("append")

    place.do("prepare", 2)
    with place.open() as ledger:
        active = ledger.active_folds()
    place.done("prepare")

    assert active == (SEEN.digest,)
    with place.open() as ledger:
        assert ledger.active_folds() == (SEEN.digest, NEXT.digest)
        assert ledger.standing_of(BEA, NEXT.digest) == ledger.standing_of(ADA, SEEN.digest)


@pytest.mark.parametrize("job", ["append", "sequence", "bury", "register"])
def test_a_process_killed_at_any_statement_leaves_the_file_whole(tmp_path: Path, job: str) -> None:
    place = Place(url=f"sqlite:///{tmp_path / 'ledger.db'}", keyring=tmp_path / "keyring.db")
    place.done("sequence" if job == "append" else "append")

    ended = place.do(job, "statements")

    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) > 10
