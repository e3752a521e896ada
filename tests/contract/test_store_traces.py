"""What an SQLite ledger keeps of a record that was dropped or written over: nothing."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from placket.store import Ledger, open_ledger
from placket.store.register import Record
from tests.contract.test_store_register import PLAN

MARK = re.compile(rb"body \d{6} of \d{6}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with open_ledger(str(path), create=True) as made:
        yield made


def bodies_in(path: Path) -> set[bytes]:
    """Return the marks of all bodies that stand anywhere in the ledger's file and WAL."""
    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["ledger.db", "ledger.db-shm", "ledger.db-wal"]
    return {found for file in files for found in MARK.findall(file.read_bytes())}


def record(chance: Random, number: int, step: int, sizes: tuple[int, ...]) -> Record:
    mark = b"body %06d of %06d" % (step, number)
    body = (mark * 1_500)[: max(len(mark), chance.choice(sizes))]
    return replace(PLAN, id=f"d_{number * 7_919 % 997}_{number}", body=body)


@pytest.mark.parametrize("sizes", [(20, 60, 100, 200, 400), (20, 700, 1_500, 4_000, 30_000)])
def test_nothing_is_left_of_a_body_that_was_dropped_or_written_over(
    ledger: Ledger, path: Path, sizes: tuple[int, ...]
) -> None:
    chance = Random(2)  # noqa: S311  # the same rows at each run
    kept: dict[str, bytes] = {}
    for step in range(160):
        put = {}
        for _ in range(20):
            made = record(chance, chance.randrange(400), step, sizes)
            put[made.id] = made
        ledger.put_records(list(put.values()))
        kept |= {made.id: made.body for made in put.values()}
        if step % 3 == 0:
            gone = chance.sample(sorted(kept), min(len(kept), 25))
            ledger.drop_records("plan", gone)
            kept = {name: body for name, body in kept.items() if name not in gone}

    ledger.drop_records("plan", [])

    assert {made.id: made.body for made in ledger.records("plan")} == kept
    assert bodies_in(path) == {MARK.findall(body)[0] for body in kept.values()}


def test_a_long_reader_holds_the_last_bytes_off_until_the_next_drop(
    ledger: Ledger, path: Path
) -> None:
    body = b"body 000001 of 000001"
    ledger.put_records([replace(PLAN, body=body), replace(PLAN, id="d_2", body=b"other")])
    reader = ledger.rows("SELECT kind FROM record", {})
    next(iter(reader))

    ledger.drop_records("plan", ["d_1"])
    seen_meanwhile = bodies_in(path)
    list(reader)
    ledger.drop_records("plan", [])

    assert seen_meanwhile == {body}
    assert bodies_in(path) == set()
