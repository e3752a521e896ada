"""Two processes and many threads at one ledger: nothing lost, nothing twice, standing right."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from placket.facts import Fact, Kind
from placket.store import Erasure, Ledger, open_ledger
from placket.store.refusals import FactConflict, PersonErased, StaleFolds
from tests.contract.ledgers import ADA, HASH, NOW, SEEN, Seen, linked, seen, told
from tests.contract.test_store_tree import SIGNER

ROOT = Path(__file__).parents[2]
PERSONS = [f"p_{number}" for number in range(6)]
ROUNDS = 40


def whole(ledger: Ledger) -> bool:
    ledger.sequence(SIGNER, now=NOW)
    found = ledger.verify(SIGNER.public_key, standing=SEEN)
    assert found.damage is None
    assert found.unplaced == 0
    return found.is_whole


def rounds(mine: int) -> list[list[Fact]]:
    """Return batches of which half are also the other writer's, in another order of persons."""
    order = PERSONS if mine else PERSONS[::-1]
    return [
        [
            *(seen(person, 10 * number, "both") for person in order),
            seen(order[0], 10 * number + mine, "one"),
            told(Kind.USED, persons=tuple(order), at=10 * number + 1 + mine),
        ]
        for number in range(ROUNDS)
    ]


def in_turn(jobs: list[Callable[[], object]]) -> None:
    """Run the jobs at once, each in a thread, and raise what any of them raised."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for running in [pool.submit(run, job) for job in jobs]:
            running.result()


def test_two_processes_that_append_at_once_lose_nothing(ledger: Ledger, url: str) -> None:
    command = [sys.executable, "-m", "tests.contract.test_store_races", url]
    running = [
        subprocess.Popen([*command, str(mine)], cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for mine in (0, 1)
    ]
    ended = [(process.communicate()[1], process.returncode) for process in running]

    assert ended == [("", 0), ("", 0)]
    expected = {fact.id for mine in (0, 1) for batch in rounds(mine) for fact in batch}
    assert ledger.has(list(expected)) == expected
    assert whole(ledger)
    assert ledger.tree_size() == len(expected)


def append_rounds(url: str, mine: int) -> None:
    with open_ledger(url) as ledger:
        for number, batch in enumerate(rounds(mine)):
            ledger.append(batch, [SEEN], now=NOW)
            if number % 10 == mine:
                ledger.sequence(SIGNER, now=NOW)


def test_threads_that_append_sequence_and_read_at_once_keep_one_ledger(ledger: Ledger) -> None:
    def sequence() -> None:
        for _ in range(ROUNDS):
            ledger.sequence(SIGNER, now=NOW)

    def read() -> None:
        for _ in range(ROUNDS):
            for person in PERSONS:
                found = ledger.history_of(person)
                assert found is None or found.person == person

    def append(mine: int) -> Callable[[], object]:
        return lambda: [ledger.append(batch, [SEEN], now=NOW) for batch in rounds(mine)]

    in_turn([append(0), append(1), sequence, read])

    assert whole(ledger)


def test_links_made_at_once_make_one_cluster(ledger: Ledger) -> None:
    people = [f"p_{number:02d}" for number in range(12)]
    pairs = list(pairwise(people))

    def link(pair: tuple[str, str]) -> Callable[[], object]:
        facts = [linked(*pair, 1), seen(pair[0], 2)]
        return lambda: [ledger.append([fact], [SEEN], now=NOW) for fact in facts]

    in_turn([link(pair) for pair in pairs])

    assert {ledger.root_of(person) for person in people} == {"p_00"}
    assert list(ledger.persons()) == ["p_00"]
    assert whole(ledger)


def test_one_fact_of_nobody_told_by_many_is_there_once(ledger: Ledger) -> None:
    published = told(Kind.POLICY_PUBLISHED)
    done: list[int] = []

    in_turn([lambda: done.append(ledger.append([published], [SEEN], now=NOW).new)] * 6)

    assert sum(done) == 1
    assert whole(ledger)


def test_of_two_meanings_of_one_id_told_at_once_one_stands(ledger: Ledger) -> None:
    refused: list[str] = []

    def tell(what: str) -> Callable[[], object]:
        fact = Fact(
            id="f_1", kind=Kind.HAPPENED, occurred_at=1, recorded_at=1, person=what, what=what
        )

        def append() -> None:
            try:
                ledger.append([fact], [SEEN], now=NOW)
            except FactConflict:
                refused.append(what)

        return append

    in_turn([tell("one"), tell("two"), tell("three")])

    stands = ledger.fact("f_1")
    assert stands is not None
    assert sorted([stands.what, *refused]) == ["one", "three", "two"]
    assert list(ledger.persons()) == [stands.what]


def test_whoever_is_identified_while_a_tombstone_is_written_hears_it(ledger: Ledger) -> None:
    for number in range(20):
        keyed_hash = bytes([number]) * 32
        named = told(Kind.IDENTIFIED, f"p_{number}")
        tomb = told(Kind.TOMBSTONE, thing=keyed_hash.hex(), id=f"f_tomb_{number}")

        def identify(named: Fact = named, keyed_hash: bytes = keyed_hash) -> object:
            return ledger.append([named], [SEEN], now=NOW, identifiers={named.id: keyed_hash})

        def bury(tomb: Fact = tomb) -> object:
            return ledger.append([tomb], [SEEN], now=NOW)

        in_turn([identify, bury])

        standing = ledger.standing_of(named.person, SEEN.digest)
        assert standing is not None
        assert "tombstone" in standing.dense


def test_a_fold_built_while_facts_arrive_misses_none(ledger: Ledger) -> None:
    other = Seen("0ther000000000000000")
    ledger.append([seen(f"p_{number}", 1) for number in range(300)], [SEEN], now=NOW)
    stop = threading.Event()

    def append() -> None:
        for number in range(2, 10_000):
            if stop.is_set():
                return
            folds = [SEEN, other] if other.digest in ledger.active_folds() else [SEEN]
            # Between the look and the append the new fold may have become active.
            with suppress(StaleFolds):
                ledger.append([seen(f"p_{number % 300}", number)], folds, now=NOW)

    def prepare() -> None:
        try:
            ledger.prepare_fold(other)
        finally:
            stop.set()

    in_turn([append, prepare])

    assert ledger.verify(SIGNER.public_key, standing=other).damage is None


def test_a_fold_that_several_prepare_at_once_is_built_once(ledger: Ledger) -> None:
    other = Seen("0ther000000000000000")
    ledger.append([seen(f"p_{number}", 1) for number in range(300)], [SEEN], now=NOW)

    in_turn([lambda: ledger.prepare_fold(other)] * 4)

    assert ledger.active_folds() == (SEEN.digest, other.digest)
    assert ledger.verify(SIGNER.public_key, standing=other).damage is None


def test_nobody_is_linked_to_a_person_who_is_being_erased(ledger: Ledger) -> None:
    named = told(Kind.IDENTIFIED, ADA)
    ledger.append([named], [SEEN], now=NOW, identifiers={named.id: HASH})
    covered: list[tuple[str, ...]] = []
    refused: list[int] = []

    def bury() -> None:
        def destroy(erasure: Erasure) -> list[Fact]:
            covered.append(erasure.members)
            return [told(Kind.KEY_DESTROYED, ADA)]

        ledger.bury(told(Kind.ERASURE_STARTED, ADA), destroy, [SEEN], now=NOW)

    def link() -> None:
        for number in range(20):
            try:
                ledger.append([linked(ADA, f"p_{number:02d}", 2)], [SEEN], now=NOW)
            except PersonErased:
                refused.append(number)

    in_turn([bury, link])

    assert len(covered[0]) - 1 + len(refused) == 20
    assert list(ledger.persons()) == []


if __name__ == "__main__":
    append_rounds(sys.argv[1], int(sys.argv[2]))
