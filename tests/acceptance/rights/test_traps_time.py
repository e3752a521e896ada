"""What happens meanwhile: a second request, a new order, a stale plan, a kill, a source away."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from placket.decide.question import Question
from placket.facts import Kind
from placket.gate.requests.carrying import InHand
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.register import MoveRefused
from placket.plan.plan import StalePlan
from placket.rights.request import State
from placket.rights.right import Right
from placket.sources.connect import SourceUnreachable
from tests.acceptance.rights.customers import CUSTOMER, CUSTOMERS, ORDER, ORDERS, customer, order
from tests.acceptance.rights.worlds import ADA, BEN, BOSS, HOUR, World
from tests.contract.gates import DAY, SECOND

if TYPE_CHECKING:
    from placket.gate.requests.register import Case
    from tests.acceptance.rights.conftest import Make

SHOP = (
    CUSTOMER,
    ORDER,
    customer(1, "Ada", "ada@example.org"),
    customer(2, "Ben", "ben@example.org"),
    order(1, 1),
    order(2, 2),
)
AFTER = [(2, "Ben")], [(1, None, None, 40), (2, 2, "1 Elm", 40)]


def books(shop: World) -> tuple[object, object]:
    """Return who is in the shop, and its orders."""
    return shop.rows("customer", "id, name"), shop.rows("orders", "id, customer_id, ship_to, total")


def carried_out(shop: World, case: Case) -> list[str]:
    """Return the numbers of the steps that are told as carried out, as often as they are."""
    facts = shop.register.case(case.request.id).history.facts
    return sorted(f.what for f in facts if f.kind is Kind.STEP_CARRIED_OUT)


# Again


def test_a_person_erased_twice_has_nothing_left_and_is_told_so(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)

    first = shop.erases(ADA)
    second = shop.erases(ADA)

    assert books(shop) == AFTER
    assert second.plan.changes == ()
    assert (first.case.request.state, second.case.request.state) == (State.FULFILLED,) * 2
    assert (first.certificate.state, second.certificate.state) == (State.FULFILLED,) * 2
    assert first.case.request.id != second.case.request.id


def test_one_of_whom_nothing_stayed_may_ask_again(make: Make) -> None:
    shop = make(CUSTOMERS, CUSTOMER, customer(1, "Ada", "ada@example.org"))

    first = shop.erases(ADA)
    second = shop.erases(ADA)

    assert shop.rows("customer") == []
    assert (first.case.request.state, second.case.request.state) == (State.FULFILLED,) * 2


def test_whoever_orders_again_after_an_erasure_is_new_and_their_old_no_still_speaks(
    make: Make,
) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    shop.tell(Kind.OBJECTED, ADA, what="quality_monitoring", activity="care_quality")
    shop.erases(ADA)
    shop.run(customer(9, "Ada", "Ada@example.org", since="2027-02-01 10:00:00"))
    shop.run(order(9, 9, placed="2027-02-01 10:00:00", closed="2027-02-09 10:00:00"))
    shop.clock.now += 60 * DAY
    shop.sync()

    calls = [shop.gate.decide(who, Question(activity="care_quality")) for who in (ADA, BEN)]
    again = shop.erases(ADA)

    assert [each.is_permitted for each in calls] == [False, True]
    assert [row[0] for row in shop.rows("customer", "id")] == [2]
    assert shop.rows("orders", "id, customer_id") == [(1, None), (2, 2), (9, None)]
    assert again.certificate.state is State.FULFILLED


def test_whoever_comes_back_after_all_went_is_somebody_new(make: Make) -> None:
    shop = make(
        CUSTOMERS,
        CUSTOMER,
        customer(1, "Ada", "ada@example.org"),
        customer(2, "Ben", "ben@example.org"),
    )
    before = shop.gate.person_of(ADA)
    shop.tell(Kind.OBJECTED, ADA, what="quality_monitoring", activity="care_quality")
    shop.erases(ADA)
    shop.run(customer(9, "Ada", "Ada@example.org", since="2027-02-01 10:00:00"))
    shop.clock.now += 60 * DAY
    shop.sync()

    after = shop.gate.person_of(ADA)
    calls = [shop.gate.decide(who, Question(activity="care_quality")) for who in (ADA, BEN)]
    again = shop.erases(ADA)

    assert after not in (None, before)
    assert [each.is_permitted for each in calls] == [False, True]
    assert shop.rows("customer", "id") == [(2,)]
    assert again.certificate.state is State.FULFILLED


# Stale


@pytest.mark.parametrize(
    "meanwhile",
    [
        order(3, 1),
        "UPDATE customer SET name = 'Augusta' WHERE id = 1",
        "DELETE FROM orders WHERE id = 1",
    ],
    ids=["came", "changed", "went"],
)
def test_a_plan_that_went_stale_changes_nothing_and_a_new_one_does(
    make: Make, urls: dict[str, str], meanwhile: str
) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP, urls=urls)
    case = shop.asks(ADA)
    shop.planned(case)
    shop.run(meanwhile)
    before = books(shop)

    with pytest.raises(StalePlan):
        shop.carry(case)
    left = books(shop)
    shop.clock.now += SECOND
    shop.planned(case)
    shop.carry(case)
    done = shop.ended(case)

    assert left == before
    assert shop.rows("customer", "id") == [(2,)]
    assert done.certificate.state is State.FULFILLED


# Two at once


def test_of_two_erasures_at_once_the_second_plan_is_stale_and_a_new_one_has_nothing_to_do(
    make: Make,
) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    first, second = shop.asks(ADA), shop.asks(ADA, route="phone")
    shop.planned(first)
    shop.planned(second)

    shop.carry(first)
    with pytest.raises((StalePlan, MoveRefused)):
        shop.carry(second)
    shop.clock.now += SECOND
    shop.planned(second)
    shop.carry(second)

    assert books(shop) == AFTER
    assert [shop.ended(each).case.request.state for each in (first, second)] == [
        State.FULFILLED
    ] * 2


def test_a_copy_that_is_asked_for_beside_an_erasure_is_of_what_was_there_when_it_was_made(
    make: Make,
) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    access, erasure = shop.asks(ADA, Right.ACCESS), shop.asks(ADA)
    shop.planned(access)
    shop.planned(erasure)

    shop.carry(access)
    shop.carry(erasure)
    answered = shop.desk.answer(access.request.id)

    assert answered.request.state is State.FULFILLED
    assert shop.ended(erasure).case.request.state is State.FULFILLED
    assert books(shop) == AFTER


def test_a_copy_that_was_not_made_before_an_erasure_is_planned_anew(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    access, erasure = shop.asks(ADA, Right.ACCESS), shop.asks(ADA)
    shop.planned(access)
    shop.planned(erasure)

    shop.carry(erasure)
    ended = shop.ended(erasure)
    with pytest.raises(StalePlan):
        shop.carry(access)
    shop.clock.now += SECOND
    plan = shop.planned(access)
    shop.carry(access)
    answered = shop.desk.answer(access.request.id)

    assert ended.certificate.state is State.FULFILLED
    assert {step.table for step in plan.steps} <= {"orders"}
    assert answered.request.state is State.FULFILLED


# Killed


def killed(shop: World, case: Case, at: int) -> bool:
    """Carry the plan out in a child that is killed at a boundary; say whether it came so far."""
    child = os.fork()
    if child == 0:
        left = at

        def die(_name: str) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            shop.again().carry(case, holder=f"w{at}", point=die)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    if status and not os.WIFSIGNALED(status):
        raise AssertionError("the child ended by itself")
    return bool(status)


def test_whoever_is_killed_at_any_step_is_followed_by_one_who_ends_it(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    case = shop.asks(ADA)
    plan = shop.planned(case)
    shop.gate.ledger.close()
    kills = 0

    while killed(shop.again(), case, kills):
        kills += 1
        shop.clock.now += 61 * SECOND

    last = shop.again()
    done = last.ended(case)
    print(f"{kills} kills at {kills} boundaries")  # noqa: T201 - counts are shown
    assert kills > 4
    assert carried_out(last, case) == sorted(str(n + 1) for n in range(len(plan.to_do)))
    assert books(shop) == AFTER
    assert done.certificate.state is State.FULFILLED


# Sources

TWO = """
catalogue: two
sources:
  shop:
    tables:
{shop}
  desk:
    tables:
      ticket:
        subject: {{email: email, since: at, match: [email]}}
        tells: [care_case.opened at at, care_case.closed at done_at]
        holds: {{email: email, correspondence: words}}
        delete: true
"""
TICKETS = """
CREATE TABLE ticket (
    id INTEGER PRIMARY KEY, email VARCHAR(80), words VARCHAR(80), at TIMESTAMP,
    done_at TIMESTAMP
);
INSERT INTO ticket VALUES
    (1, 'ada@example.org', 'a seam', '2026-05-01 10:00:00', '2026-05-02 10:00:00'),
    (2, 'ben@example.org', 'a hem', '2026-05-01 10:00:00', '2026-05-02 10:00:00')
"""


def two(make: Make, tickets: str = TICKETS) -> World:
    catalogue = TWO.format(shop=(CUSTOMERS + ORDERS).strip("\n"))
    return make(catalogue, shops={"shop": ";".join(SHOP), "desk": tickets})


def test_a_source_that_is_down_for_an_hour_is_ended_when_it_is_back(make: Make) -> None:
    shop = two(make)
    case = shop.asks(ADA)
    shop.planned(case)

    def fail(name: str) -> None:
        if name == "shop recorded":
            shop.take_away("desk")

    with pytest.raises(MoveRefused):
        shop.desk.answer(case.request.id)
    first = shop.carry(case, point=fail)
    with pytest.raises(MoveRefused):
        shop.desk.answer(case.request.id)
    certificate = certify_whole(shop.register, case.request.id)
    away = shop.upkeep().round()
    early = shop.desk.answer(case.request.id)
    shop.clock.now += HOUR
    shop.bring_back("desk")
    back = shop.upkeep().round()
    late = shop.register.case(case.request.id)

    assert list(first.left) == ["desk"]
    assert (early.request.state, late.request.state) == (State.ACTION_DELAYED, State.FULFILLED)
    assert "correspondence" not in shop.letter(early, "deferred").partition("stay")[0]
    assert certificate is not None
    assert certificate.state is State.ACTION_DELAYED
    assert [each.where for each in certificate.unread] == ["desk"]
    assert {each.source for each in certificate.left} == {"desk"}
    assert (away.carried, back.carried) == (0, 1)
    assert books(shop) == AFTER
    assert shop.rows("ticket", "id", source="desk") == [(2,)]
    assert len(carried_out(shop, case)) == len(set(carried_out(shop, case)))


def test_no_plan_is_made_while_a_source_is_away(make: Make) -> None:
    shop = two(make)
    case = shop.asks(ADA)
    shop.take_away("desk")

    with pytest.raises(SourceUnreachable):
        make_plan(shop.register, case.request.id)

    shop.bring_back("desk")
    shop.planned(case)
    assert shop.carry(case).is_done


KEPT = f"""{TICKETS};
CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES ticket (id) DEFERRABLE INITIALLY DEFERRED
)"""


def test_one_source_is_done_and_the_other_refuses_only_at_commit(make: Make) -> None:
    shop = two(make, KEPT)
    case = shop.asks(ADA)
    shop.planned(case)

    def late(name: str) -> None:
        if name == "shop recorded":
            # A row that nobody could know of when the plan was made, and that no row of hers is.
            shop.run("INSERT INTO reply VALUES (1, 1)", source="desk")

    first = shop.carry(case, point=late)
    certificate = certify_whole(shop.register, case.request.id)
    tickets = shop.rows("ticket", "id", source="desk")
    shop.run("DELETE FROM reply", source="desk")
    shop.clock.now += 61 * SECOND
    second = shop.upkeep().round()
    done = shop.ended(case)

    assert list(first.left) == ["desk"]
    assert "reply" in first.left["desk"]
    assert tickets == [(1,), (2,)]
    assert certificate is not None
    assert certificate.state is State.ACTION_DELAYED
    assert {each.source for each in certificate.gone} == {"shop"}
    assert second.carried == 1
    assert shop.rows("ticket", "id", source="desk") == [(2,)]
    assert done.certificate.state is State.FULFILLED


def test_a_worker_that_sleeps_over_its_lease_writes_nothing_when_it_wakes(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    case = shop.asks(ADA)
    plan = shop.planned(case)

    def sleep(name: str) -> None:
        if name == "tables of ours there":
            shop.clock.now += 61 * SECOND
            assert shop.carry(case, holder="w2").is_done

    with pytest.raises(Exception, match=r"took this plan over|lease"):
        shop.carry(case, holder="w1", point=sleep)

    assert books(shop) == AFTER
    assert carried_out(shop, case) == sorted(str(n + 1) for n in range(len(plan.to_do)))
    assert shop.ended(case).certificate.state is State.FULFILLED


def test_two_workers_at_once_are_one(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    case = shop.asks(ADA)
    shop.planned(case)
    refused: list[type[BaseException]] = []

    def second(name: str) -> None:
        if name == "tables of ours there":
            with pytest.raises(InHand):
                shop.carry(case, holder="w2")
            refused.append(InHand)

    assert shop.carry(case, holder="w1", point=second).is_done
    assert refused == [InHand]
    assert books(shop) == AFTER


def test_who_asked_does_not_approve_and_what_nobody_approved_is_not_done(make: Make) -> None:
    shop = make(CUSTOMERS + ORDERS, *SHOP)
    case = shop.asks(BEN, by=BOSS)
    plan = make_plan(shop.register, case.request.id).plan
    before = books(shop)

    with pytest.raises(MoveRefused):
        approve(shop.register, case.request.id, plan.digest(), by=BOSS)
    with pytest.raises(MoveRefused):
        shop.carry(case)

    assert books(shop) == before
