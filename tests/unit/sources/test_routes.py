"""The ways from a row to its person."""

from sqlalchemy.dialects.postgresql import psycopg

from placket.catalogue import Catalogue, Source, parse, render
from placket.sources.routes import Reading, Route, read_select, routes

SHOP = """
catalogue: shop
sources:
  shop:
    tables:
      customer: {subject: {email: email}}
      orders:
        owner: customer_id -> customer.id
        subject: {as: contact, key: mail, email: mail, when: {customer_id: null}}
      line: {owner: order_id -> orders.id}
      loop: {owner: [other_id -> loop.id, line_id -> line.id]}
      visit: {owner: <- login.visit_id}
      login: {owner: who -> customer.id}
  till:
    tables:
      receipt: {owner: 'customer -> shop:customer.id'}
"""


def shop() -> Catalogue:
    found = parse(SHOP).catalogue
    assert found is not None
    return found


def ways(table: str, source: str = "shop") -> tuple[Route, ...]:
    catalogue = shop()
    home = catalogue.source(source) or Source(name="")
    start = home.table(table)
    assert start is not None
    return routes(catalogue, home, start)


def shape(route: Route) -> tuple[str, int, tuple[str, str], bool]:
    return (f"{route.source}.{route.anchor}", len(route.steps), route.key, route.is_own)


def test_a_link_to_a_persons_key_needs_no_join() -> None:
    found = ways("orders")

    assert [shape(route) for route in found] == [
        ("shop.customer", 0, ("", "customer_id"), False),
        ("shop.contact", 0, ("", "mail"), True),
    ]


def test_a_row_further_off_is_joined_to_each_way_of_its_owner() -> None:
    found = ways("line")

    assert [shape(route) for route in found] == [
        ("shop.customer", 1, ("_0", "customer_id"), False),
        ("shop.contact", 1, ("_0", "mail"), False),
    ]


def test_a_link_back_to_the_same_table_is_not_followed_for_ever() -> None:
    found = ways("loop")

    assert [len(route.steps) for route in found] == [2, 2]


def test_a_row_may_be_owned_through_a_row_that_points_at_it() -> None:
    found = ways("visit")

    assert [shape(route) for route in found] == [("shop.customer", 1, ("_0", "who"), False)]


def test_a_row_may_hold_the_key_of_a_person_in_another_source() -> None:
    found = ways("receipt", "till")

    assert [shape(route) for route in found] == [("shop.customer", 0, ("", "customer"), False)]


def test_the_select_quotes_what_the_dialect_would_take_for_its_own() -> None:
    reading = Reading('x;--"')
    reading.place("a%b")
    reading.place_filled("select")

    statement = str(read_select(reading, ()).compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]

    assert statement == (
        'SELECT "x;--"""."a%%b" AS c0, "x;--"""."select" IS NOT NULL AS c1 \nFROM "x;--"""'
    )


def test_a_row_that_points_at_nobody_is_no_persons() -> None:
    text = SHOP.replace("customer: {subject", "customer: {nobody: 0, subject")
    catalogue = parse(text).catalogue
    assert catalogue is not None
    found = {
        table.name: [(at, test.column, test.any_of) for at, test in routes(*at)[0].tests]
        for at in ((catalogue, source, table) for source, table in catalogue.tables())
        for table in (at[2],)
    }

    assert found["customer"] == [("", "id", (0,))]
    assert found["orders"] == [("", "customer_id", (0,))]
    assert found["receipt"] == [("", "customer", (0,))]
    assert parse(render(catalogue)).catalogue == catalogue
