"""A process that does one job on a ledger and kills itself at the k-th boundary, or survives."""

import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace as changed

from placket.facts import Fact, Kind, sealed_context
from placket.keyring import Keyring, create_keyring, open_keyring
from placket.store import Erasure, Ledger, Record, open_ledger
from placket.store.sqlite import SqliteDatabase
from placket.store.stored import StoredLedger
from tests.contract.ledgers import ADA, BEA, CAT, HASH, NOW, SEEN, Seen, linked, seen, told

NEXT = Seen("0ther000000000000000")
STARTED = told(Kind.ERASURE_STARTED, ADA)


class Killer:
    """Counts boundaries; kills the process at the k-th, without farewell."""

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _name: str) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def keyring_at(path: Path) -> Keyring:
    key_file = path.with_suffix(".key")
    if path.exists():
        return open_keyring(str(path), key_file=key_file, environ={})
    return create_keyring(str(path), key_file=key_file, environ={})


def batch(keyring: Keyring, point: Killer) -> tuple[list[Fact], dict[str, bytes]]:
    """Return facts of every sort, Ada's birth sealed; her key is made first."""
    key = keyring.ensure([ADA])[ADA]
    point("key made")
    born = changed(told(Kind.BORN, ADA, 3), generation=key.generation)
    # The same bytes at each try, so that the fact is the same one.
    born = changed(born, sealed=b"sealed under " + sealed_context(born))
    named = told(Kind.IDENTIFIED, ADA)
    facts = [seen(ADA, 1), born, named, linked(ADA, BEA, 4), told(Kind.USED, persons=(BEA, CAT))]
    return facts, {named.id: HASH}


def append(ledger: Ledger, keyring: Keyring, point: Killer) -> None:
    facts, hashes = batch(keyring, point)
    ledger.append(facts, [SEEN], now=NOW, identifiers=hashes, point=point)


def sequence(ledger: Ledger, keyring: Keyring, point: Killer) -> None:
    ledger.sequence(keyring, now=NOW, point=point)


def bury(ledger: Ledger, keyring: Keyring, point: Killer) -> None:
    def destroy(erasure: Erasure) -> list[Fact]:
        keyring.destroy(*erasure.members, point=point)
        tombs = [told(Kind.TOMBSTONE, thing=found.hex()) for found in erasure.hashes]
        return [told(Kind.KEY_DESTROYED, ADA), *tombs]

    ledger.bury(STARTED, destroy, [SEEN], now=NOW, point=point)


def register(ledger: Ledger, _keyring: Keyring, point: Killer) -> None:
    """Put three records of one round over those of the round before, under a lease."""
    fence = ledger.lease("work", "one", now=NOW, seconds=10)
    number = 1 + max((record.at for record in ledger.records("plan")), default=0)
    ledger.put_records([record(f"d_{k}", number) for k in range(3)], fence=fence, point=point)


def record(record_id: str, number: int) -> Record:
    return Record(
        kind="plan",
        id=record_id,
        request="r_1",
        person=ADA,
        at=number,
        until=None,
        state="made",
        generation=1,
        body=bytes([number]) * 5_000 * number,
    )


def is_of_one_round(ledger: Ledger) -> bool:
    """Say whether the records are those of one round, or there are none yet."""
    found = ledger.records("plan")
    return not found or found == [record(f"d_{k}", found[0].at) for k in range(3)]


def prepare(ledger: Ledger, _keyring: Keyring, point: Killer) -> None:
    ledger.prepare_fold(NEXT, progress=lambda done, _: point(str(done)))


JOBS = {
    "append": append,
    "sequence": sequence,
    "bury": bury,
    "prepare": prepare,
    "register": register,
}


def statement_by_statement(path: Path, keyring: Keyring, job: str) -> int:
    """Do the job in a child that dies at SQL statement 1, 2 ...; return at how many it did."""
    for number in range(1, 10_000):
        child = os.fork()
        if child == 0:
            database = SqliteDatabase(path, create=False)
            killer = Killer(number)
            ledger = StoredLedger(database)
            with database.reading() as session:
                session.connection.set_trace_callback(killer)
            JOBS[job](ledger, keyring, Killer(0))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        with open_ledger(str(path)) as opened:
            found = opened.verify(keyring.public_key, standing=SEEN)
            if not found.is_whole or not is_of_one_round(opened):
                raise AssertionError(f"killed at statement {number}: {found}")
        if status == 0:
            return number - 1
        if not os.WIFSIGNALED(status):
            raise AssertionError(f"the child of statement {number} ended by itself: {status}")
    raise AssertionError("the job never ended")


def program() -> None:
    """Do what the command line says: the ledger, the keyring, the job, the boundary."""
    url, keyring_path, job, at = sys.argv[1:]
    keyring = keyring_at(Path(keyring_path))
    if at == "statements":
        path = Path(url.removeprefix("sqlite:///"))
        sys.stdout.write(str(statement_by_statement(path, keyring, job)))
        return
    with open_ledger(url, create=True) as ledger:
        ledger.prepare_fold(SEEN)
        JOBS[job](ledger, keyring, Killer(int(at)))
