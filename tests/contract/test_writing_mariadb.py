"""A plan carried out in MariaDB: to the letter, once, and refused with names alone."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from placket.plan.apply import Applied, TakenOver, apply
from placket.plan.plan import Action, StalePlan
from tests.contract.written import (
    CUSTOMER,
    LINE,
    NOTE,
    ORDERS,
    Place,
    Told,
    erased,
    erasure,
    fill_plainly,
    key,
    rows_of,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA = key(CUSTOMER, 1)
# Nobody's key is 0, which MariaDB would else take for the next number.
SETTING = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')"


@pytest.fixture
def place() -> Iterator[Place]:
    """Yield the shop in the server that PLACKET_TEST_MARIADB names, as `mysql+pymysql://...`."""
    named = os.environ.get("PLACKET_TEST_MARIADB")
    if not named:
        pytest.skip("no MariaDB server is named in PLACKET_TEST_MARIADB")
    server, name = sa.create_engine(named), f"placket_test_{os.getpid()}"
    with server.begin() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    engine = sa.create_engine(server.url.set(database=name), connect_args={"init_command": SETTING})
    fill_plainly(engine)
    yield Place(engine)
    engine.dispose()
    with server.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")
    server.dispose()


def without_log(found: dict[str, Any]) -> dict[str, Any]:
    return {name: rows for name, rows in found.items() if name != "log"}


def test_a_plan_is_carried_out_to_the_letter_and_once(place: Place) -> None:
    plan, journal = erasure(place), Told()

    first = place.apply(plan, fence=1, journal=journal)
    second = place.apply(plan, fence=2)

    assert first == second == Applied(done=("shop",))
    assert rows_of(place.engine) == without_log(erased())
    assert journal.numbers == set(range(1, 9))


@pytest.mark.parametrize(
    ("doing", "says"),
    [
        (
            step(Action.WRITE, CUSTOMER, ADA, email="bea@example.org"),
            "`shop.Customer` refuses by its unique key `email`",
        ),
        (
            step(Action.WRITE, CUSTOMER, ADA, email=None),
            "`shop.Customer` refuses by its not null `email`",
        ),
        (
            step(Action.WRITE, CUSTOMER, ADA, email="x" * 50),
            "`shop.Customer` has a column that does not take what the plan writes there",
        ),
        (
            step(Action.DELETE, ORDERS, key(ORDERS, "a'b", 2)),
            "`shop.line` refuses by its foreign key `line_orders`",
        ),
        (
            step(Action.SURROGATE, ORDERS, key(ORDERS, "c", 1), customer_id=404),
            "`shop.orders` refuses by its foreign key `orders_customer`",
        ),
    ],
)
def test_a_constraint_that_refuses_is_named_without_a_value(
    place: Place, doing: Any, says: str
) -> None:
    before = rows_of(place.engine)

    applied = place.apply(place.plan(doing))

    assert applied.left == {"shop": f"{says}; nothing was written"}
    assert rows_of(place.engine) == before


def test_a_changed_row_makes_it_stale_and_a_lost_lease_is_refused(place: Place) -> None:
    plan = erasure(place)
    with place.engine.begin() as connection:
        connection.execute(sa.update(LINE).values(text="to Bea"))
    before = rows_of(place.engine)

    with pytest.raises(StalePlan):
        place.apply(plan, fence=5)
    place.apply(place.plan(step(Action.DELETE, NOTE)), fence=5)
    with pytest.raises(TakenOver):
        place.apply(plan, fence=4)

    assert rows_of(place.engine) == before


def test_two_who_apply_at_once_do_it_once(place: Place) -> None:
    plan, target, at_once = erasure(place), place.target, threading.Barrier(2)
    ended, updates = list[object](), list[str]()
    event.listen(
        place.engine,
        "before_cursor_execute",
        lambda *call: updates.append(call[2]) if call[2].startswith("DELETE") else None,
    )

    def worker(fence: int) -> None:
        at_once.wait()
        try:
            ended.append(apply(plan, targets={"shop": target}, journal=Told(), fence=fence))
        except TakenOver as lost:
            ended.append(lost)

    workers = [threading.Thread(target=worker, args=(fence,)) for fence in (1, 2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert Applied(done=("shop",)) in ended
    assert len(ended) == 2
    assert len(updates) == sum(each.action is Action.DELETE for each in plan.steps)
    assert rows_of(place.engine) == without_log(erased())
