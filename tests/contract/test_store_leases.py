"""Leases of tasks, kept by SQLite and by PostgreSQL: one holder, and no writing by an old one."""

import pytest

from placket.store import Ledger
from placket.store.refusals import LeaseLost
from placket.store.register import Fence
from tests.contract.ledgers import ADA, NOW, SEEN, seen
from tests.contract.test_store_register import PLAN

SECOND = 1_000_000


def lease(ledger: Ledger, holder: str, now: int, task: str = "apply r_1") -> Fence:
    found = ledger.lease(task, holder, now=now, seconds=10)
    assert found is not None
    return found


def test_a_lease_is_one_holders_until_it_is_past(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)

    assert first == Fence(task="apply r_1", holder="one", number=1, until=10 * SECOND)
    assert ledger.lease("apply r_1", "two", now=10 * SECOND - 1, seconds=10) is None
    assert lease(ledger, "two", 0, task="apply r_2").number == 1
    assert lease(ledger, "two", 10 * SECOND).number == 2
    assert ledger.lease("apply r_1", "one", now=11 * SECOND, seconds=10) is None


def test_a_holder_who_asks_again_shuts_out_their_own_twin(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)

    second = lease(ledger, "one", 1)

    assert second.number == 2
    assert ledger.renew(first, now=2, seconds=10) is None


def test_a_lease_that_is_renewed_runs_on(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)

    renewed = ledger.renew(first, now=9 * SECOND, seconds=10)

    assert renewed == Fence(task="apply r_1", holder="one", number=1, until=19 * SECOND)
    assert ledger.lease("apply r_1", "two", now=18 * SECOND, seconds=10) is None
    assert lease(ledger, "two", 19 * SECOND).number == 2
    assert ledger.renew(first, now=20 * SECOND, seconds=10) is None


def test_a_number_grows_also_after_a_release(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)

    ledger.release(first)
    ledger.release(first)
    second = lease(ledger, "two", 1)
    ledger.release(first)

    assert second.number > first.number
    assert ledger.renew(first, now=1, seconds=10) is None
    assert ledger.renew(second, now=1, seconds=10) is not None


def test_an_old_fence_writes_no_fact(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)
    ledger.append([seen(ADA, 1)], [SEEN], now=NOW, fence=first)
    second = lease(ledger, "two", 10 * SECOND)

    with pytest.raises(LeaseLost, match="Somebody else took over this task; nothing was written"):
        ledger.append([seen(ADA, 2)], [SEEN], now=NOW, fence=first)

    assert ledger.facts_of(ADA) == [seen(ADA, 1)]
    assert ledger.append([seen(ADA, 3)], [SEEN], now=NOW, fence=second).new == 1


def test_an_old_fence_writes_no_record(ledger: Ledger) -> None:
    first = lease(ledger, "one", 0)
    ledger.put_records([PLAN], fence=first)
    ledger.release(first)

    with pytest.raises(LeaseLost):
        ledger.put_records([PLAN, PLAN], fence=first)
    with pytest.raises(LeaseLost):
        ledger.put_records([], fence=Fence(task="none", holder="one", number=1, until=5))

    assert ledger.records("plan") == [PLAN]
