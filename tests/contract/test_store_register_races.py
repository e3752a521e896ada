"""Threads and processes at one register: one holder of a lease, every attempt counted once."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from placket.facts import Kind
from placket.store import Fence, Ledger, open_ledger
from placket.store.refusals import LeaseLost
from tests.contract.ledgers import ADA, NOW, SEEN, told
from tests.contract.test_store_races import in_turn
from tests.contract.test_store_register import PLAN

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000
ROUNDS = 30
TIMES = 20


def in_two_processes(url: str, job: str) -> list[int]:
    """Return the numbers that two processes, doing the job at once, tell."""
    command = [sys.executable, "-m", "tests.contract.test_store_register_races", url, job]
    running = [
        subprocess.Popen(
            [*command, holder],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for holder in ("one", "two")
    ]
    ended = [(*process.communicate(), process.returncode) for process in running]
    assert [(errors, code) for _, errors, code in ended] == [("", 0), ("", 0)]
    return [int(word) for told_by, _, _ in ended for word in told_by.split()]


def lease_rounds(ledger: Ledger, holder: str) -> list[int]:
    """Ask for one lease at instants of which each is after the end of the lease before."""
    asked = (
        ledger.lease("work", holder, now=number * 10 * SECOND, seconds=10)
        for number in range(ROUNDS)
    )
    return [fence.number for fence in asked if fence is not None]


def tally_rounds(ledger: Ledger, _holder: str) -> list[int]:
    """Count attempts of one name, pairs of them at the same instant."""
    return [
        ledger.tally("answers", now=NOW + number // 2, within=SECOND) for number in range(TIMES)
    ]


def test_of_threads_that_ask_for_a_lease_at_once_one_gets_it(ledger: Ledger) -> None:
    got: list[int] = []

    def ask(holder: str) -> Callable[[], object]:
        return lambda: got.extend(lease_rounds(ledger, holder))

    in_turn([ask(f"holder {number}") for number in range(4)])

    assert sorted(got) == list(range(1, ROUNDS + 1))


def test_of_two_processes_that_ask_for_a_lease_at_once_one_gets_it(
    ledger: Ledger, url: str
) -> None:
    got = in_two_processes(url, "lease")

    assert sorted(got) == list(range(1, ROUNDS + 1))
    next_one = ledger.lease("work", "three", now=ROUNDS * 10 * SECOND, seconds=1)
    assert next_one is not None
    assert next_one.number == ROUNDS + 1


def test_threads_that_count_at_once_each_get_a_count_of_their_own(ledger: Ledger) -> None:
    counts: list[int] = []

    in_turn([lambda: counts.extend(tally_rounds(ledger, ""))] * 4)

    assert sorted(counts) == list(range(1, 4 * TIMES + 1))


def test_processes_that_count_at_once_each_get_a_count_of_their_own(
    ledger: Ledger, url: str
) -> None:
    counts = in_two_processes(url, "tally")

    assert sorted(counts) == list(range(1, 2 * TIMES + 1))
    assert ledger.tallied("answers", now=NOW + TIMES, within=SECOND) == 2 * TIMES


def test_nothing_of_an_old_holder_comes_after_the_first_of_a_new_one(ledger: Ledger) -> None:
    first = ledger.lease("work", "one", now=0, seconds=10)
    assert first is not None
    is_under_way = threading.Event()
    lost: list[int] = []

    def work_on() -> None:
        for number in range(1_000):
            fact = told(Kind.REQUESTED, ADA, at=number, what="old", id=f"f_old_{number}")
            try:
                ledger.append([fact], [SEEN], now=NOW, fence=first)
                ledger.put_records([replace(PLAN, at=number)], fence=first)
            except LeaseLost:
                lost.append(number)
                return
            if number == 5:
                is_under_way.set()

    def take_over() -> None:
        is_under_way.wait(60)
        fence = ledger.lease("work", "two", now=10 * SECOND, seconds=10)
        ledger.put_records([replace(PLAN, at=5_000)], fence=fence)
        ledger.append([told(Kind.REQUESTED, ADA, what="new")], [SEEN], now=NOW, fence=fence)

    in_turn([work_on, take_over])

    order = [fact.what for _, fact in ledger.requested(limit=2_000)]
    assert len(lost) == 1
    assert order[-1] == "new"
    assert order.count("old") in (lost[0], lost[0] + 1)
    assert [record.at for record in ledger.records("plan")] == [5_000]


@pytest.mark.parametrize("what", ["facts", "records"])
def test_nobody_takes_over_between_the_look_at_a_fence_and_the_commit(
    ledger: Ledger, what: str
) -> None:
    first = ledger.lease("work", "one", now=0, seconds=10)
    taken: list[Fence | None] = []
    taking = threading.Thread(
        target=lambda: taken.append(ledger.lease("work", "two", now=10 * SECOND, seconds=10))
    )
    taken_within: list[int] = []

    def point(name: str) -> None:
        if name in ("facts written", "records written"):
            taking.start()
            taking.join(0.3)
            taken_within.append(len(taken))

    if what == "facts":
        ledger.append([told(Kind.REQUESTED, ADA)], [SEEN], now=NOW, fence=first, point=point)
    else:
        ledger.put_records([PLAN], fence=first, point=point)
    taking.join()

    assert taken_within == [0]
    assert [fence.number for fence in taken if fence is not None] == [2]


def test_records_put_and_dropped_by_many_at_once_are_each_whole(ledger: Ledger) -> None:
    names = [f"d_{number:03}" for number in range(200)]

    def put(mine: int) -> Callable[[], object]:
        order = names if mine else names[::-1]
        batch = [replace(PLAN, id=name, at=mine, body=bytes([mine]) * 9) for name in order]

        def put_again_and_again() -> None:
            for _ in range(TIMES):
                ledger.put_records(batch)

        return put_again_and_again

    def drop() -> None:
        for _ in range(3):
            ledger.drop_records("plan", names[::-1])

    in_turn([put(0), put(1), drop])

    found = ledger.records("plan")
    assert len({record.at for record in found}) <= 1
    assert [record.body for record in found] == [bytes([record.at]) * 9 for record in found]


JOBS = {"lease": lease_rounds, "tally": tally_rounds}


if __name__ == "__main__":
    with open_ledger(sys.argv[1]) as opened:
        told_numbers = JOBS[sys.argv[2]](opened, sys.argv[3])
    sys.stdout.write(" ".join(map(str, told_numbers)))
