"""A plan carried out in a shop's database: all of it or nothing, and never what it did not see."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from placket.catalogue import Table
from placket.plan.apply import Applied, TakenOver, apply
from placket.plan.plan import Action, StalePlan
from tests.contract.mariadb import plain_sql
from tests.contract.written import (
    CUSTOMER,
    NOTE,
    ORDERS,
    Place,
    Told,
    all_of,
    engine_for,
    erased,
    erasure,
    fill,
    key,
    names_of,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


ADA = key(CUSTOMER, 1)


@pytest.fixture
def place(url: str) -> Iterator[Place]:
    engine = engine_for(url)
    fill(engine)
    yield Place(engine)
    engine.dispose()


@pytest.fixture
def anywhere(any_url: str) -> Iterator[Place]:
    """Yield the shop in MariaDB too, which has neither late constraints nor silent triggers."""
    engine = engine_for(any_url)
    fill(engine)
    yield Place(engine)
    engine.dispose()


def rows(place: Place, statement: str) -> list[tuple[Any, ...]]:
    with plain_sql(place.engine) as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def change(place: Place, statement: str) -> None:
    with plain_sql(place.engine) as connection:
        connection.exec_driver_sql(statement)


def done(place: Place) -> list[tuple[Any, ...]]:
    return rows(place, "SELECT plan, source, request, fence FROM placket_done")


def test_a_plan_is_carried_out_to_the_letter_and_once(anywhere: Place) -> None:
    plan, journal = erasure(anywhere), Told()

    first = anywhere.apply(plan, fence=3, journal=journal)
    second = anywhere.apply(plan, fence=4, journal=Told())

    assert first == second == Applied(done=("shop",))
    assert all_of(anywhere.engine) == erased()
    assert journal.numbers == set(range(1, 9))
    assert done(anywhere) == [(plan.digest(), "shop", "r_1", 3)]
    assert rows(anywhere, "SELECT * FROM placket_fence") == [("r_1", 4)]


@pytest.mark.parametrize(
    ("statement", "how"),
    [
        ('UPDATE "Customer" SET visits = 9 WHERE id = 1', "changed"),
        ("DELETE FROM line WHERE branch = 'a''b' AND number = 1 AND place = 2", "gone"),
    ],
)
def test_a_row_that_changed_or_went_makes_it_stale_and_nothing_is_written(
    anywhere: Place, statement: str, how: str
) -> None:
    plan, journal = erasure(anywhere), Told()
    change(anywhere, statement)
    before = all_of(anywhere.engine)

    with pytest.raises(StalePlan) as raised:
        anywhere.apply(plan, journal=journal)

    assert [each.how for each in raised.value.changes] == [how]
    assert "example.org" not in str(raised.value)
    assert (all_of(anywhere.engine), done(anywhere), journal.numbers) == (before, [], set())


def test_a_row_that_goes_between_two_steps_is_no_row_of_the_plan(anywhere: Place) -> None:
    plan = anywhere.plan(step(Action.BLANK, CUSTOMER, ADA, key(CUSTOMER, 7), visits=None))
    before = all_of(anywhere.engine)

    with pytest.raises(StalePlan):
        anywhere.apply(plan)

    assert all_of(anywhere.engine) == before


def test_rows_that_the_source_deletes_by_itself_are_gone_as_planned(any_url: str) -> None:
    shop = sa.MetaData()
    sa.Table("Customer", shop, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "note",
        shop,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.ForeignKey("Customer.id", ondelete="cascade")),
    )
    engine = engine_for(any_url)
    shop.create_all(engine)
    place = Place(engine)
    change(place, 'INSERT INTO "Customer" VALUES (1)')
    change(place, "INSERT INTO note VALUES (1, 1)")
    seen = place.seen((CUSTOMER, ADA), (NOTE, key(NOTE, 1)))
    steps = (step(Action.DELETE, CUSTOMER, ADA), step(Action.DELETE, NOTE, key(NOTE, 1)))

    applied = place.apply(place.plan(*steps, seen=seen))

    assert applied.is_whole
    assert rows(place, "SELECT * FROM note") == rows(place, 'SELECT * FROM "Customer"') == []
    engine.dispose()


def test_a_source_whose_trigger_keeps_rows_refuses(place: Place) -> None:
    if place.engine.dialect.name == "sqlite":
        change(
            place,
            "CREATE TRIGGER keep BEFORE DELETE ON note BEGIN SELECT RAISE(IGNORE); END",
        )
    else:
        change(place, "CREATE RULE keep AS ON DELETE TO note DO INSTEAD NOTHING")
    before = all_of(place.engine)

    applied = place.apply(erasure(place))

    assert applied.left == {
        "shop": "`shop.note` leaves rows as they are, by a trigger or rule of its own;"
        " nothing was written there"
    }
    assert (all_of(place.engine), done(place)) == (before, [])


def named(place: Place, sqlite: str, postgresql: str) -> str:
    return sqlite if place.engine.dialect.name == "sqlite" else postgresql


def test_a_constraint_that_fails_only_at_commit_is_named_and_nothing_is_written(
    place: Place,
) -> None:
    plan = place.plan(
        step(Action.SURROGATE, ORDERS, key(ORDERS, "c", 1), customer_id=0),
        step(Action.SURROGATE, ORDERS, key(ORDERS, "a'b", 1), customer_id=0),
        step(Action.DELETE, CUSTOMER, ADA),
    )
    before, points = all_of(place.engine), list[str]()

    applied = place.apply(plan, point=points.append)

    name = named(place, "customer_id", "note_customer")
    assert applied.left == {
        "shop": f"`shop.note` refuses by its foreign key `{name}`; nothing was written"
    }
    assert points[-1] == "before commit"
    assert (all_of(place.engine), done(place)) == (before, [])


@pytest.mark.parametrize(
    ("written", "sqlite", "postgresql"),
    [
        ({"email": None}, "not null `Customer.email`", "not null `email`"),
        (
            {"email": "bea@example.org"},
            "unique key `Customer.email`",
            "unique key `Customer_email_key`",
        ),
    ],
)
def test_a_constraint_that_refuses_is_named_without_a_value(
    place: Place, written: dict[str, Any], sqlite: str, postgresql: str
) -> None:
    before = all_of(place.engine)

    applied = place.apply(place.plan(step(Action.WRITE, CUSTOMER, ADA, **written)))

    by = named(place, sqlite, postgresql)
    assert applied.left == {"shop": f"`shop.Customer` refuses by its {by}; nothing was written"}
    assert (all_of(place.engine), done(place)) == (before, [])


def test_a_row_that_is_pointed_at_is_not_deleted(place: Place) -> None:
    before = all_of(place.engine)

    applied = place.apply(place.plan(step(Action.DELETE, ORDERS, key(ORDERS, "c", 1))))

    name = named(place, "branch, number", "line_orders")
    assert applied.left == {
        "shop": f"`shop.line` refuses by its foreign key `{name}`; nothing was written"
    }
    assert all_of(place.engine) == before


def test_a_link_to_nothing_is_refused(place: Place) -> None:
    plan = place.plan(step(Action.SURROGATE, ORDERS, key(ORDERS, "c", 1), customer_id=404))

    applied = place.apply(plan)

    name = named(place, "customer_id", "orders_customer")
    assert applied.left == {
        "shop": f"`shop.orders` refuses by its foreign key `{name}`; nothing was written"
    }


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("born", "the first of May", "date"),
        ("points", "many", "numeric(10, 2)"),
        ("visits", "a few", "integer"),
        ("opted_in", "perhaps", "boolean"),
    ],
)
def test_a_value_of_another_type_is_refused_and_not_shown(
    place: Place, column: str, value: str, kind: str
) -> None:
    applied = place.apply(place.plan(step(Action.WRITE, CUSTOMER, ADA, **{column: value})))

    assert applied.left == {
        "shop": f"`shop.Customer.{column}` takes `{kind}` alone, which the plan's value is not;"
        " make a new plan"
    }


def test_rows_are_found_by_keys_of_every_type(any_url: str) -> None:
    shop = sa.MetaData()
    kinds: list[Any] = [sa.Uuid, sa.Date, sa.Numeric(6, 2), sa.BigInteger, sa.LargeBinary]
    odd = sa.Table(
        'key;--"%',
        shop,
        *(sa.Column(f"k %{n}", kind, primary_key=True) for n, kind in enumerate(kinds)),
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("text", sa.String),
    )
    engine = engine_for(any_url)
    shop.create_all(engine)
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    keys = [(UUID(int=n), date(2026, 1, n), Decimal("1.50"), 2**40, b"\0%", at) for n in (1, 2, 3)]
    with engine.begin() as connection:
        for each in keys:
            connection.execute(sa.insert(odd).values((*each, "of Ada")))
    named = Table(name="".join(odd.name), key=names_of(odd))
    place = Place(engine, tables=(named,))
    first, second, _ = (seen.at.key for seen in place.seen())

    applied = place.apply(
        place.plan(step(Action.BLANK, odd, first, text=None), step(Action.DELETE, odd, second))
    )

    assert applied.is_whole
    with engine.connect() as connection:
        found = list(connection.scalars(sa.select(odd.c.text).order_by(odd.c[1])))
    assert found == [None, "of Ada"]
    engine.dispose()


def test_what_a_column_takes_is_written_in_its_type(place: Place) -> None:
    written = {"born": "2001-02-03", "points": "7.5", "opted_in": "false", "visits": "12"}

    place.apply(place.plan(step(Action.WRITE, CUSTOMER, ADA, Order=5, **written)))

    found = rows(
        place,
        'SELECT CAST(born AS TEXT), CAST(points AS TEXT), opted_in, visits, "Order"'
        ' FROM "Customer" WHERE id = 1',
    )
    points = named(place, "7.5", "7.50")
    assert found == [("2001-02-03", points, False, 12, "5")]


def test_a_column_that_is_no_longer_there_is_told(anywhere: Place) -> None:
    plan, target = erasure(anywhere), anywhere.target
    change(anywhere, 'ALTER TABLE line RENAME TO "lines"')

    applied = apply(plan, targets={"shop": target}, journal=Told(), fence=1)

    assert applied.left == {
        "shop": "`shop.line` is not as the catalogue has it; nothing was written"
    }


def test_two_who_apply_at_once_do_it_once(anywhere: Place) -> None:
    plan, at_once, ended = erasure(anywhere), threading.Barrier(2), list[object]()

    def worker(fence: int) -> None:
        at_once.wait()
        try:
            ended.append(anywhere.apply(plan, fence=fence))
        except TakenOver as lost:
            ended.append(lost)

    workers = [threading.Thread(target=worker, args=(fence,)) for fence in (1, 2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert Applied(done=("shop",)) in ended
    assert len(ended) == 2
    assert all_of(anywhere.engine) == erased()
    assert len(done(anywhere)) == 1


def test_a_worker_that_wakes_after_another_took_over_writes_nothing(anywhere: Place) -> None:
    plan = erasure(anywhere)

    def frozen(name: str) -> None:
        if name == "tables of ours there":
            anywhere.apply(plan, fence=2)

    with pytest.raises(TakenOver):
        anywhere.apply(plan, fence=1, point=frozen)

    assert all_of(anywhere.engine) == erased()
    assert [fence for *_, fence in done(anywhere)] == [2]


def test_a_worker_that_sleeps_over_a_new_plan_does_not_write_the_old_one(anywhere: Place) -> None:
    old = erasure(anywhere)
    new = replace(anywhere.plan(step(Action.WRITE, CUSTOMER, ADA, visits=5)), made_at=2)

    def frozen(name: str) -> None:
        if name == "tables of ours there":
            anywhere.apply(new, fence=2)

    with pytest.raises(TakenOver):
        anywhere.apply(old, fence=1, point=frozen)

    assert [plan for plan, *_ in done(anywhere)] == [new.digest()]
    assert rows(anywhere, "SELECT what FROM log") == [("UPDATE Customer 1",)]


def test_rows_that_somebody_else_holds_are_waited_for_and_then_left(any_url: str) -> None:
    options = {"connect_args": {"timeout": 0.1}} if any_url.startswith("sqlite") else {}
    place = Place(engine_for(any_url, **options))
    fill(place.engine)
    plan, target = erasure(place), place.target
    if place.engine.dialect.name != "sqlite":
        event.listen(place.engine, "before_cursor_execute", impatient, retval=True)

    others = engine_for(any_url)
    with others.begin() as other:
        other.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == 1).values(visits=3))
        left = apply(plan, targets={"shop": target}, journal=Told(), fence=1)
    later = apply(plan, targets={"shop": target}, journal=Told(), fence=1)

    assert left.left == {
        "shop": "`shop` did not answer or is in use by others; apply the plan again later"
    }
    assert later.is_whole
    place.engine.dispose()
    others.dispose()


def impatient(*call: Any) -> tuple[str, Any]:
    """Shorten the wait for locks, so that a test does not take ten seconds."""
    wanted = call[2].replace("lock_timeout = '10s'", "lock_timeout = '50ms'")
    return wanted.replace("lock_wait_timeout = 10", "lock_wait_timeout = 0"), call[3]
