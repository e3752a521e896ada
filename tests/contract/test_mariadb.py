"""What is MariaDB's own as a source: types, checks, names, collations and histories."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.catalogue import Table
from placket.catalogue.schema import Check, ForeignKey, Schema, Trigger
from placket.facts import Kind
from placket.plan.certificate import Grounding
from placket.plan.inventory import row_digest
from placket.plan.scanned import Unread
from placket.scan.grounding import grounding
from placket.scan.scan import scan
from placket.sources.reflect import reflect
from placket.sources.reflected import reflected
from placket.sources.rows import at_keys, read_holding, read_rows
from tests.contract import small_shop
from tests.contract.inventories import Ledger, Shop, identifier, whose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ADA = "shop.customer:1"
ADA_WRITES = identifier("email:ada@example.org")
MOST = 2**64 - 1
KINDS = """
CREATE TABLE kinds (
  id bigint unsigned PRIMARY KEY,
  j json, b bit(1), ti tinyint(1), e enum('New','old'), s set('x','y'), d datetime(6), ts timestamp,
  dd date, tt time(3), y year, bl mediumblob, bi binary(2), de decimal(10,2), f double, t text,
  v varchar(10) COLLATE utf8mb4_bin DEFAULT 'q', u uuid, up int GENERATED ALWAYS AS (ti + 1)
)
"""
ROW = f"""
INSERT INTO kinds (id, j, b, ti, e, s, d, ts, dd, tt, y, bl, bi, de, f, t, u) VALUES
({MOST}, '{{"b": 1, "a": "é"}}', 1, 0, 'New', 'y,x', '2026-01-02 03:04:05.5', '2026-01-02 03:04:05',
 '2026-01-02', '-25:01:02.5', 2026, x'00ff', 'a', 1.5, 0.1, 'of Ada',
 '00000000-0000-0000-0000-000000000007')
"""  # noqa: S608 - our own words


@pytest.fixture
def engine(mariadb_database: str) -> Iterator[Engine]:
    engine = sa.create_engine(mariadb_database)
    yield engine
    engine.dispose()


def run(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement.replace(":", r"\:")))


def types_of(schema: Schema, name: str) -> dict[str, str]:
    table = schema.table(name)
    assert table is not None
    return {column.name: column.type for column in table.columns}


def test_types_are_read_whole_and_json_by_its_check(engine: Engine) -> None:
    run(engine, KINDS)

    found = types_of(reflect(engine), "kinds")

    assert found == {
        "id": "bigint(20) unsigned", "j": "json", "b": "bit(1)", "ti": "tinyint(1)",
        "e": "enum('new','old')", "s": "set('x','y')", "d": "datetime(6)", "ts": "timestamp",
        "dd": "date", "tt": "time(3)", "y": "year(4)", "bl": "mediumblob", "bi": "binary(2)",
        "de": "decimal(10,2)", "f": "double", "t": "text", "v": "varchar(10)", "u": "uuid",
        "up": "int(11)",
    }  # fmt: skip


def test_every_type_is_a_plain_value_and_its_digest_holds(engine: Engine) -> None:
    run(engine, KINDS, ROW)
    of, shape = Table(name="kinds"), reflect(engine).table("kinds")

    with engine.connect() as connection:
        ((key, values),) = read_rows(connection, of, shape)
        held = read_holding(connection, of, shape, ("id",), [(MOST,)])
        (where,) = at_keys(shape, [key])
        again = read_rows(connection, of, shape, where, lock=True)

    assert values == {
        "id": MOST, "j": '{"a":"é","b":1}', "b": True, "ti": False, "e": "New", "s": "x,y",
        "d": "2026-01-02T03:04:05.500000", "ts": "2026-01-02T03:04:05", "dd": "2026-01-02",
        "tt": "-25:01:02.500000", "y": 2026, "bl": b"\x00\xff", "bi": b"a\x00",
        "de": Decimal("1.50"), "f": 0.1, "t": "of Ada", "v": "q",
        "u": "00000000-0000-0000-0000-000000000007", "up": 1,
    }  # fmt: skip
    assert (type(values["b"]), type(values["ti"])) == (bool, bool)
    digest = row_digest(key, values)
    assert [row_digest(*row) for row in (*held, *again)] == [digest, digest]


def test_what_may_refuse_a_write_is_known(engine: Engine) -> None:
    run(
        engine,
        "CREATE TABLE `a%` (`select` varchar(7) PRIMARY KEY, `b``c` int CHECK (`b``c` > 1),"
        " kind enum('a','b') NOT NULL, more json, CONSTRAINT below CHECK (`b``c` < 9))",
        "CREATE TABLE c (id int PRIMARY KEY, of varchar(7),"
        " CONSTRAINT of_a FOREIGN KEY (of) REFERENCES `a%` (`select`) ON DELETE CASCADE)",
        "CREATE TRIGGER no BEFORE UPDATE ON c FOR EACH ROW"
        " IF new.id > 5 THEN SIGNAL SQLSTATE '45000'; END IF",
    )

    schema = reflect(engine)

    table, child = schema.table("a%"), schema.table("c")
    assert table is not None
    assert child is not None
    assert (table.primary_key, table.columns[0].length) == (("select",), 7)
    assert {check.name: check.text for check in table.checks} == {
        "below": "`b``c` < 9",
        "b`c": "`b``c` > 1",
        "more": "json_valid(`more`)",
        "kind": "`kind` in ('a','b')",
    }
    assert child.foreign_keys == (
        ForeignKey(columns=("of",), table="a%", targets=("select",), on_delete="cascade"),
    )
    assert child.triggers == (Trigger(name="no", event="update", may_refuse=True),)
    assert Check(name="below", text="`b``c` < 9") in table.checks


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TRIGGER no BEFORE DELETE ON one FOR EACH ROW SET @a = 1",
        "ALTER TABLE one ADD CONSTRAINT small CHECK (id < 9)",
        "ALTER TABLE one MODIFY name varchar(9) COLLATE utf8mb4_bin",
        "ALTER TABLE one COMMENT 'of customers'",
    ],
)
def test_a_change_that_only_mariadb_tells_is_seen(engine: Engine, change: str) -> None:
    run(engine, "CREATE TABLE one (id int PRIMARY KEY, name varchar(9))")
    first = reflected(engine)

    run(engine, change)

    assert reflected(engine) == reflect(engine) != first


LINES = """
      customer:
        subject: {email: email}
        holds: {email: email}
        delete: true
      orders:
        key: no
        owner: customer_id -> customer.id
        holds: {order_id: no}
        delete: true
      line:
        owner: order_no -> orders.no
        holds: {order_details: what}
        delete: true
"""


@pytest.mark.parametrize(
    ("collation", "lines"),
    [("utf8mb4_general_ci", ["1", "2"]), ("utf8mb4_bin", ["1"])],
)
def test_a_link_by_text_leads_where_the_database_says_that_it_does(
    engine: Engine, collation: str, lines: list[str]
) -> None:
    no = f"varchar(20) CHARACTER SET utf8mb4 COLLATE {collation}"
    shop = Shop(engine, LINES, Ledger({"ada": [ADA], "bob": ["shop.customer:2"]}))
    shop.make(
        "CREATE TABLE customer (id int PRIMARY KEY, email text)",
        f"CREATE TABLE orders (no {no} PRIMARY KEY, customer_id int)",
        f"CREATE TABLE line (id int PRIMARY KEY, order_no {no}, what text)",
    )
    shop.add("customer", {"id": 1, "email": "ada@example.org"}, {"id": 2, "email": "b@example.org"})
    shop.add("orders", {"no": "A-É", "customer_id": 1}, {"no": "B", "customer_id": 2})
    shop.add("line", {"id": 1, "order_no": "A-É"}, {"id": 2, "order_no": "a-e"})
    shop.add("line", {"id": 3, "order_no": "b"})

    mine = ["customer[1]", *(f"line[{line}]" for line in lines), "orders[A-É]"]
    assert sorted(whose(shop.read())) == mine
    assert shop.plan() == [
        "delete customer[1]", f"delete line[{','.join(lines)}]", "delete orders[A-É]"
    ]  # fmt: skip


def test_a_no_that_is_a_bit_is_no_yes_and_a_zero_date_is_none(engine: Engine) -> None:
    run(
        engine,
        "SET sql_mode = ''",
        "CREATE TABLE customer (id int PRIMARY KEY, email text, birth_date date, country text,"
        " created_at datetime, opted_in bit(1))",
        "INSERT INTO customer VALUES (1, 'a@example.org', '0000-00-00', 'gb', '2026-01-01', b'0'),"
        " (2, 'b@example.org', NULL, 'gb', '0000-00-00 00:00:00', b'1'),"
        " (3, 'c@example.org', NULL, 'gb', '2026-01-01', NULL)",
    )
    ledger = small_shop.Ledger()

    done = small_shop.told_by(engine, ledger, text=small_shop.CATALOGUE.partition("orders:")[0])

    assert [table.unreadable for table in done.tables] == [0]
    given = [(f.person, f.occurred_at) for f in ledger.of(Kind.CONSENT_GIVEN)]
    assert given == [(ledger.person("shop.customer:2"), small_shop.NOW)]
    assert ledger.of(Kind.BORN) == []


def test_what_a_history_keeps_is_only_hidden(engine: Engine) -> None:
    run(
        engine,
        "CREATE TABLE plain (id int PRIMARY KEY)",
        "CREATE TABLE kept (id int PRIMARY KEY) WITH SYSTEM VERSIONING",
        "INSERT INTO kept VALUES (1), (2)",
        "DELETE FROM kept WHERE id = 1",
    )

    found = scan({"shop": engine}, [ADA_WRITES])

    assert grounding("shop", engine, ["plain"], since=0).reached is Grounding.DELETED
    assert grounding("shop", engine, ["kept", "plain"], since=0).reached is Grounding.HIDDEN
    assert {probe.where: probe.rows for probe in found.probes} == {"shop.kept": 1, "shop.plain": 0}
    assert found.unread == (Unread(where="shop.kept", why="the history of a table"),)
