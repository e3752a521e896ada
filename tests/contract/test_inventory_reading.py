"""How the inventory is read: in few queries, with errors that name no value, on every example."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from placket.catalogue import parse
from placket.demo.examples import catalogue_of, example_policy
from placket.demo.shop import build_shop
from placket.plan.inventory import At
from placket.sources.connect import SourceUnreachable
from placket.sources.inventory import read_inventory
from placket.sources.reflect import reflect
from tests.contract.inventories import (
    BOTH,
    HOUSEHOLD,
    Ledger,
    Shop,
    guests,
    household,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture(scope="module")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path_factory.mktemp('demo')}/shop.db"
    build_shop(url, today=date(2026, 11, 24), scale=0.003)
    engine = sa.create_engine(url)
    yield engine
    engine.dispose()


def test_the_number_of_queries_does_not_grow_with_the_rows(engine: Engine) -> None:
    shop = guests(engine, *["ada@example.org"] * 3, of=Ledger(BOTH.persons))
    schemas = {"shop": reflect(engine)}
    queries: list[object] = []
    event.listen(engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    shop.read(schemas=schemas)
    few, asked = len(queries), shop.ledger.asked
    shop.add("orders", *({"id": number, "customer_id": 1} for number in range(10, 410)))
    queries.clear()

    rows = shop.read(schemas=schemas).rows

    assert len(rows) == 1 + 3 + 400
    assert len(queries) == few < 10
    assert shop.ledger.asked == 2 * asked < 6


def test_what_cannot_be_read_is_named_and_no_value_with_it(engine: Engine) -> None:
    shop = guests(engine)
    shop.make("DROP TABLE orders")

    with pytest.raises(SourceUnreachable) as raised:
        shop.read()

    assert str(raised.value).startswith("table `orders` of source `shop` could not be read")
    assert raised.value.__cause__ is None
    assert "ada" not in repr(raised.getrepr(style="short"))


def test_the_keys_of_rows_are_those_that_a_plan_writes_down(engine: Engine) -> None:
    found = household(engine, BOTH).read()

    assert At(source="shop", table="address", key=(("id", 9),)) in [row.at for row in found.rows]


@pytest.mark.parametrize("name", ["all", "justelegance", "lepiquet", "muse", "netaporter"])
def test_every_example_reads_a_person_of_the_demo_shop(name: str, demo_shop: Engine) -> None:
    policy = example_policy(name)
    read = parse(catalogue_of(policy).read_text(encoding="utf-8"))
    assert read.catalogue is not None
    with demo_shop.connect() as connection:
        key, email = connection.execute(
            sa.text("SELECT c.id, email FROM customer c JOIN orders o ON o.customer_id = c.id")
        ).fetchone() or ("", "")
    of = Ledger({"ada": [f"shop.customer:{key}", f"email:{email}"]})

    found = read_inventory(read.catalogue, {"shop": demo_shop}, of.whom("ada"), of)

    tables = {row.at.table for row in found.of("ada")}
    assert tables >= {"customer", "orders", "order_line"}
    assert any(row.events for row in found.of("ada") if row.at.table == "order_line")
    assert all(row.owners == {"ada"} for row in found.of("ada") if row.at.table == "orders")


@pytest.mark.parametrize("before", [1, 200])
def test_a_row_that_many_share_is_known_as_shared_wherever_the_others_stand(
    engine: Engine, before: int
) -> None:
    shop = Shop(engine, HOUSEHOLD, Ledger({"ada": [], "bob": []}))
    shop.make(
        "CREATE TABLE address (id int PRIMARY KEY, street text)",
        "CREATE TABLE customer (id int PRIMARY KEY, email text, address_id int)",
    )
    shop.add("address", {"id": 9, "street": "1 Elm"})
    shop.add("customer", *({"id": number, "address_id": 9} for number in range(1, 301)))
    mine = [f"shop.customer:{number}" for number in range(1, before + 1)]
    others = [f"shop.customer:{number}" for number in range(before + 1, 301)]
    shop.ledger = Ledger({"ada": mine, "bob": others})

    found = shop.read()

    address = [row for row in found.rows if row.at.table == "address"]
    assert [sorted(row.owners) for row in address] == [["ada", "bob"]]
    assert len(found.of("ada")) == before + 1
