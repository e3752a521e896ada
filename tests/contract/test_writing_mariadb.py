"""A plan carried out in MariaDB: what is its own beside what every database does."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from placket.catalogue import Table
from placket.plan.apply import Applied, apply
from placket.plan.plan import Action
from tests.contract.test_writing import change, done, rows
from tests.contract.written import (
    CUSTOMER,
    ORDERS,
    Place,
    Told,
    all_of,
    engine_for,
    erased,
    erasure,
    fill,
    key,
    overtaken,
    step,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

ADA = key(CUSTOMER, 1)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def place(mariadb_database: str) -> Iterator[Place]:
    engine = engine_for(mariadb_database)
    fill(engine)
    yield Place(engine)
    engine.dispose()


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
    before = all_of(place.engine)

    applied = place.apply(place.plan(doing))

    assert applied.left == {"shop": f"{says}; nothing was written"}
    assert all_of(place.engine) == before


def test_a_value_too_long_is_refused_where_the_server_would_cut_it(place: Place) -> None:
    change(place, "SET GLOBAL sql_mode = ''")
    place.engine.dispose()
    before = all_of(place.engine)

    applied = place.apply(place.plan(step(Action.WRITE, CUSTOMER, ADA, email="x" * 50)))

    change(place, "SET GLOBAL sql_mode = DEFAULT")
    assert not applied.is_whole
    assert all_of(place.engine) == before


def test_a_trigger_that_refuses_is_told_without_its_words(place: Place) -> None:
    change(
        place,
        "CREATE TRIGGER no BEFORE DELETE ON note FOR EACH ROW"
        " SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ada@example.org'",
    )
    before = all_of(place.engine)

    applied = place.apply(erasure(place))

    assert applied.left == {"shop": "`shop.note` refuses by its trigger; nothing was written"}
    assert (all_of(place.engine), done(place)) == (before, [])


def test_a_table_that_undoes_nothing_is_refused(place: Place) -> None:
    change(place, "CREATE TABLE old (id int PRIMARY KEY, email varchar(40)) ENGINE=MyISAM")
    change(place, "INSERT INTO old VALUES (1, 'ada@example.org')")
    old = sa.Table("old", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    with_old = replace(place, tables=(*place.tables, Table(name="old", key=("id",))))
    before = all_of(place.engine)

    applied = with_old.apply(
        with_old.plan(*erasure(place).steps, step(Action.DELETE, old, key(old, 1)))
    )

    assert applied.left == {
        "shop": "`shop.old` is kept by a storage engine without transactions, where a plan could"
        " be left half done; nothing was written; make it InnoDB's"
    }
    assert all_of(place.engine) == before
    assert rows(place, "SELECT id FROM old") == [(1,)]


KINDS = """
CREATE TABLE "odd `name" (
  "key" bigint unsigned PRIMARY KEY, "is" bit(1), "as" tinyint(1), more json, kind enum('a', 'b'),
  raw blob, at datetime(6), born date, opens time, price decimal(8, 2), "100%%" double, y year
)
"""
MOST = 2**64 - 1


def test_what_a_column_takes_is_written_in_its_type(place: Place) -> None:
    odd = sa.Table("odd `name", sa.MetaData(), sa.Column("key", sa.BigInteger, primary_key=True))
    change(place, KINDS)
    change(
        place,
        f"""INSERT INTO "odd `name" ("key", "is", more) VALUES ({MOST}, 1, '[]'), (7, 1, '[]')""",  # noqa: S608 - our own words
    )
    here = replace(place, tables=(Table(name="odd `name", key=("key",)),))
    written: dict[str, Any] = {
        "is": "false", "as": "1", "more": '{"a": 1}', "kind": "b", "raw": None, "price": "7.5",
        "born": "2001-02-03", "at": "2026-01-02T03:04:05.678", "opens": "09:30:00",
        "100%": "0.5", "y": "2026",
    }  # fmt: skip

    applied = here.apply(here.plan(step(Action.WRITE, odd, key(odd, MOST), **written)))

    assert applied.is_whole
    (found,) = rows(
        place,
        f"""SELECT "is", "as", more, kind, born, CAST(at AS CHAR), CAST(opens AS CHAR), price,
        "100%%", y FROM "odd `name" WHERE "key" = {MOST}""",  # noqa: S608 - our own words
    )
    assert found == (
        b"\0", 1, '{"a": 1}', "b", date(2001, 2, 3), "2026-01-02 03:04:05.678000", "09:30:00",
        Decimal("7.50"), 0.5, 2026,
    )  # fmt: skip
    assert rows(place, 'SELECT "is" FROM "odd `name" WHERE "key" = 7') == [(b"\1",)]


def test_a_worker_that_freezes_with_rows_in_hand_does_not_hold_them(place: Place) -> None:
    took_over = overtaken(
        place, "SELECT SLEEP(1.2)", ("transaction_timeout = 30", "transaction_timeout = 1")
    )

    assert took_over == [Applied(done=("shop",))]
    assert all_of(place.engine) == erased()
    assert [number for *_, number in done(place)] == [2]


def test_a_role_that_may_make_no_tables_is_told_what_to_run(place: Place) -> None:
    database = place.engine.url.database
    role = f"w_{database}"
    change(place, f"CREATE USER {role}@'127.0.0.1' IDENTIFIED BY 'secret'")
    change(place, f"GRANT SELECT, INSERT, UPDATE, DELETE ON {database}.* TO {role}@'127.0.0.1'")
    url = place.engine.url.set(username=role, password="secret")  # noqa: S106 - of this test alone
    engine = engine_for(url.render_as_string(hide_password=False))
    plan, target = erasure(place), replace(place.target, engine=engine)

    refused = apply(plan, targets={"shop": target}, journal=Told(), fence=1).left["shop"]
    head, _, statements = refused.partition("; run there: ")
    for statement in statements.split("; "):
        change(place, statement)
    again = apply(plan, targets={"shop": target}, journal=Told(), fence=1)

    engine.dispose()
    change(place, f"DROP USER {role}@'127.0.0.1'")
    assert head == "the role may not make tables in `shop`"
    assert statements.count("CREATE TABLE") == 2
    assert again.is_whole
    assert all_of(place.engine) == erased()


def test_a_process_killed_at_some_points_is_resumed_to_the_same_end(
    mariadb_database: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "tests.contract.killed", mariadb_database, str(tmp_path)]

    ended = subprocess.run(
        [*command, "5", "point"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == {"point": 3}
