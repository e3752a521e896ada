"""Reflection and sync, the same on SQLite, PostgreSQL, MariaDB and DuckDB."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    String,
    Table,
    create_engine,
    delete,
    insert,
    update,
)

from placket.catalogue import check_catalogue, check_schema
from placket.demo.schema import METADATA
from placket.facts import Kind
from placket.sources.connect import NotADatabase, SourceUnreachable, open_source
from placket.sources.reflect import reflect
from placket.sources.sync import UnknownSource, sync
from tests.contract.small_shop import (
    CATALOGUE,
    CUSTOMER,
    LATER,
    MORE,
    NOW,
    OBJECTION,
    PAYMENT,
    SECRET,
    Ledger,
    at,
    catalogue,
    day,
    told_by,
)


def test_the_schema_is_read_whatever_the_names_are(shop: Engine) -> None:
    schema = reflect(shop)

    hostile, orders = schema.table("x;--"), schema.table("orders")
    assert hostile is not None
    assert orders is not None
    assert [column.name for column in hostile.columns] == ['a"b', "$1", "100%"]
    assert hostile.primary_key == ('a"b',)
    assert [(key.columns, key.table, key.targets) for key in orders.foreign_keys] == [
        (("customer_id",), "customer", ("id",))
    ]
    assert orders.is_indexed("customer_id")
    assert not orders.is_indexed("guest_email")


def test_the_demo_shop_and_its_catalogue_agree(any_url: str) -> None:
    engine = create_engine(any_url.replace("postgresql:", "postgresql+psycopg:"))
    METADATA.create_all(engine)
    text = Path("policies/justelegance/catalogue.yaml").read_text(encoding="utf-8")

    schema = reflect(engine)

    engine.dispose()
    assert check_catalogue(catalogue(text)) == ()
    assert check_schema(catalogue(text), "shop", schema) == ()


def test_each_row_is_told_once_however_often_it_is_read(shop: Engine) -> None:
    ledger = Ledger()

    first = told_by(shop, ledger)
    facts = dict(ledger.facts)
    second = told_by(shop, ledger)

    assert first.told == len(facts)
    assert second.told == 0
    assert ledger.facts == facts


def test_an_order_is_told_of_its_customer(shop: Engine) -> None:
    ledger = Ledger()

    told_by(shop, ledger)

    ada = ledger.person("shop.customer:1")
    placed = [fact for fact in ledger.of(Kind.HAPPENED) if fact.what == "order.placed"]
    told = [(fact.person, fact.occurred_at, fact.thing, fact.version) for fact in placed]
    assert told[0] == (ada, at(3), "shop.orders:7", "2026-01")


def test_a_row_far_from_its_person_is_joined_to_them_and_belongs_to_the_named_thing(
    shop: Engine,
) -> None:
    ledger = Ledger()

    told_by(shop, ledger)

    paid = [fact for fact in ledger.of(Kind.HAPPENED) if fact.what == "payment.certified"]
    ada, guest = ledger.person("shop.customer:1"), ledger.person("shop.contact:ada@example.org")
    assert [(fact.person, fact.thing) for fact in paid] == [
        (ada, "shop.orders:7"),
        (guest, "shop.orders:8"),
    ]


def test_guests_with_one_address_are_one_person_and_are_linked_where_match_says_so(
    shop: Engine,
) -> None:
    ledger = Ledger()

    summary = told_by(shop, ledger)

    ada, guest = ledger.person("shop.customer:1"), ledger.person("shop.contact:ada@example.org")
    links = ledger.of(Kind.IDENTITY_LINKED)
    assert len(ledger.persons) == 3
    assert summary.linked == 1
    assert [(link.person, link.about, link.marks) for link in links] == [
        (*sorted((ada, guest)), ("match:email",))
    ]


def test_without_match_nobody_is_linked(shop: Engine) -> None:
    ledger = Ledger()

    told_by(
        shop,
        ledger,
        text=CATALOGUE.replace(", match: email", "").replace("          match: email\n", ""),
    )

    assert ledger.of(Kind.IDENTITY_LINKED) == []


def test_what_is_yet_to_come_is_told_when_it_has_come(shop: Engine) -> None:
    ledger = Ledger()

    before = told_by(shop, ledger)
    after = told_by(shop, ledger, now=LATER)

    later = {table.table: table.later for table in before.tables}
    new = [fact for fact in ledger.facts.values() if fact.recorded_at == LATER]
    assert later["orders"] == 2
    assert after.tables[1].later == 0
    assert sorted((fact.kind, fact.occurred_at) for fact in new) == [
        (Kind.HAPPENED, at(12)),
        (Kind.RELATION_OPENED, at(12)),
    ]


def test_private_values_are_handed_over_to_be_sealed_and_stand_in_no_clear_field(
    shop: Engine,
) -> None:
    ledger = Ledger()

    told_by(shop, ledger)

    born = ledger.of(Kind.BORN)
    clear = " ".join(str(fact) for fact in ledger.facts.values())
    assert [ledger.private[fact.id] for fact in born] == [{"birth_date": "1990-05-04"}]
    assert born[0].occurred_at == at(1)
    assert "1990-05-04" not in clear
    assert "example.org" not in clear.lower()


def test_a_changed_state_is_told_again_and_so_is_its_return(shop: Engine) -> None:
    ledger = Ledger()
    told_by(shop, ledger)

    for now, country in ((NOW + 1, "FR"), (NOW + 2, "GB"), (NOW + 3, "GB")):
        with shop.begin() as connection:
            connection.execute(update(CUSTOMER).where(CUSTOMER.c.id == 1).values(country=country))
        told_by(shop, ledger, now=now)

    located = [(fact.region, fact.occurred_at) for fact in ledger.of(Kind.LOCATED)]
    assert located == [("GB", at(1)), ("FR", NOW + 1), ("GB", NOW + 2)]


def test_a_bare_opt_in_is_an_imported_consent_and_its_end_a_withdrawal(shop: Engine) -> None:
    ledger = Ledger()
    told_by(shop, ledger)
    with shop.begin() as connection:
        connection.execute(update(CUSTOMER).values(opted_in=False))

    told_by(shop, ledger, now=NOW + 1)

    ada = ledger.person("shop.customer:1")
    told = ledger.of(Kind.CONSENT_GIVEN, Kind.CONSENT_WITHDRAWN)
    assert [(fact.kind, fact.person, fact.what, fact.occurred_at) for fact in told] == [
        (Kind.CONSENT_GIVEN, ada, "newsletter", at(1)),
        (Kind.CONSENT_WITHDRAWN, ada, "newsletter", NOW + 1),
    ]
    assert told[0].marks == ("imported",)


def test_what_was_remembered_may_be_lost_without_a_fact_told_twice(shop: Engine) -> None:
    ledger = Ledger()
    told_by(shop, ledger)
    ledger.slots.clear()

    again = told_by(shop, ledger, now=NOW + 1)

    assert again.told == 0


def test_a_decision_names_the_objection_that_it_answers(shop: Engine) -> None:
    ledger = Ledger()

    told_by(shop, ledger)

    (objected,), (decided,) = ledger.of(Kind.OBJECTED), ledger.of(Kind.OBJECTION_DECIDED)
    assert decided.about == objected.id
    assert (objected.what, decided.marks) == ("profiling", ("overruled",))


def test_only_data_that_the_row_holds_count_as_collected(shop: Engine) -> None:
    ledger = Ledger()

    told_by(shop, ledger)

    collected = [fact.data for fact in ledger.of(Kind.DATA_COLLECTED)]
    assert collected == [("email", "date_of_birth"), ("email",)]


def test_every_person_is_known_by_an_own_key_from_the_first_fact_on(shop: Engine) -> None:
    ledger = Ledger()
    text = CATALOGUE.replace("      payment:", "      late:").replace(
        "    tables:\n",
        "    tables:\n      payment:\n        owner: order_id -> orders.id\n"
        "        tells: [payment.made at paid_at]\n",
    )
    OBJECTION.drop(shop)

    with pytest.raises(SourceUnreachable):
        told_by(shop, ledger, text=text)

    named = {
        str((ledger.private[fact.id] or {})["identifier"]): fact.person
        for fact in ledger.of(Kind.IDENTIFIED)
    }
    assert {fact.person for fact in ledger.facts.values()} == set(ledger.persons.values())
    assert {
        f"customer:{key.value}": person for key, person in ledger.persons.items()
    }.items() <= named.items()


def test_a_key_that_is_personal_stands_in_no_clear_field(shop: Engine) -> None:
    ledger = Ledger()

    told_by(
        shop,
        ledger,
        text=CATALOGUE.replace(
            "      customer:\n",
            "      customer:\n        key: email\n        # the address names the row\n",
        ).replace("subject: {email", "subject: {key: id, email"),
    )

    assert len(ledger.of(Kind.BORN)) == 1
    assert "example.org" not in " ".join(str(fact) for fact in ledger.facts.values()).lower()


def test_who_must_not_come_back_does_not(shop: Engine) -> None:
    ledger = Ledger(barred=frozenset({"shop.customer:1"}))

    summary = told_by(shop, ledger)

    suppressed = {table.table: table.suppressed for table in summary.tables}
    assert suppressed == {"customer": 1, "orders": 1, "payment": 1, "objection": 0, "x;--": 1}
    assert ledger.of(Kind.BORN) == []


def test_a_row_that_leads_to_nobody_is_counted_and_tells_nothing(shop: Engine) -> None:
    ledger = Ledger()

    summary = told_by(shop, ledger)

    assert {table.table: table.nobody for table in summary.tables}["orders"] == 1
    assert not [fact for fact in ledger.facts.values() if fact.thing == "shop.orders:10"]


def test_with_changed_at_only_what_changed_is_read(shop: Engine) -> None:
    ledger = Ledger()
    text = CATALOGUE.replace("      payment:\n", "      payment:\n        changed_at: paid_at\n")
    first = told_by(shop, ledger, text=text)
    with shop.begin() as connection:
        connection.execute(insert(PAYMENT), [{"id": 3, "order_id": 7, "paid_at": day(9)}])

    second = told_by(shop, ledger, text=text, known=first.watermarks())

    rows = {table.table: (table.rows, table.told) for table in second.tables}
    assert list(first.watermarks()) == ["payment"]
    assert rows["payment"] == (2, 1)


def test_a_row_that_went_away_takes_no_fact_with_it(shop: Engine) -> None:
    ledger = Ledger()
    told_by(shop, ledger)
    facts = dict(ledger.facts)
    with shop.begin() as connection:
        connection.execute(delete(PAYMENT))

    told_by(shop, ledger)

    assert ledger.facts == facts


def test_a_table_that_is_gone_is_a_plain_error_and_keeps_what_was_told(shop: Engine) -> None:
    ledger = Ledger()
    PAYMENT.drop(shop)

    with pytest.raises(SourceUnreachable) as raised:
        told_by(shop, ledger)

    assert str(raised.value) == "source `shop` went away; run the sync again"
    assert ledger.of(Kind.BORN)


def test_progress_ends_with_all_rows(shop: Engine) -> None:
    seen: list[tuple[str, int, int]] = []

    sync(
        catalogue(),
        "shop",
        shop,
        Ledger(),
        now=NOW,
        policy_version=lambda _at: "1",
        secret=SECRET,
        progress=lambda table, done, total: seen.append((table, done, total)),
    )

    assert ("shop.orders", 4, 4) in seen


def test_an_engine_is_opened_by_its_address(shop_url: str, shop: Engine) -> None:
    engine = open_source(shop_url)

    assert reflect(engine) == reflect(shop)

    engine.dispose()


def test_an_address_that_is_none_and_a_database_that_is_away_are_told_apart(
    tmp_path: Path,
) -> None:
    with pytest.raises(NotADatabase):
        open_source("no address")
    with pytest.raises(SourceUnreachable):
        open_source(f"sqlite:///{tmp_path}/missing.db")
    with pytest.raises(SourceUnreachable) as raised:
        open_source("postgresql://ada:secret@127.0.0.1:1/shop")

    assert "secret" not in str(raised.value)
    assert not (tmp_path / "missing.db").exists()


VISIT = Table(
    "visit",
    MORE,
    Column("a", Integer, primary_key=True),
    Column("b", Integer, primary_key=True),
    Column("cookie", String),
    Column("customer_id", Integer),
    Column("order_id", Integer),
    Column("seen_at", String),
)
VISITS = """
        key: [a, b]
        owner: customer_id -> customer.id
        party: order_id -> orders.id
        subject:
          as: visitor
          key: cookie
          device: cookie
          since: seen_at
          when: {customer_id: null}
          match: device
        tells:
          - visit.made at seen_at
          - tell: customer.identified as device by cookie
            at: seen_at
            when: {customer_id: {not: null}}
          - gift.addressed at orders.placed_at
"""


@pytest.fixture
def visited(shop: Engine) -> Engine:
    MORE.create_all(shop)
    seen = [
        ("c1", None, 7, "2026-08-01 00:00:00"),
        ("c1", 1, None, "2026-08-02 00:00:00"),
        ("c2", None, None, "2026-08-03 00:00:00"),
        ("c2", 1, None, "2026-08-04 00:00:00"),
        ("c2", 2, None, "2026-08-05 00:00:00"),
        ("c3", None, None, "the day before"),
    ]
    rows = [
        {"a": 1, "b": b, "cookie": cookie, "customer_id": who, "order_id": order, "seen_at": at}
        for b, (cookie, who, order, at) in enumerate(seen)
    ]
    with shop.begin() as connection:
        connection.execute(insert(VISIT), rows)
    return shop


def test_a_device_links_its_one_owner_and_proves_nothing_where_two_share_it(
    visited: Engine,
) -> None:
    ledger = Ledger()

    told_by(visited, ledger, text=f"{CATALOGUE}      visit:{VISITS}")

    ada, visitor = ledger.person("shop.customer:1"), ledger.person("shop.visitor:c1")
    links = [f for f in ledger.of(Kind.IDENTITY_LINKED) if f.what == "device"]
    assert [(link.person, link.about, link.occurred_at) for link in links] == [
        (*sorted((ada, visitor)), at(8, 2))
    ]


def test_a_time_may_stand_in_the_row_that_a_link_leads_to(visited: Engine) -> None:
    ledger = Ledger()

    told_by(visited, ledger, text=f"{CATALOGUE}      visit:{VISITS}")

    gifts = [f for f in ledger.of(Kind.HAPPENED) if f.what == "gift.addressed"]
    assert [(gift.occurred_at, gift.thing) for gift in gifts] == [(at(3), "shop.visit:1,0")]


def test_what_is_no_time_is_counted_and_stops_nothing(visited: Engine) -> None:
    ledger = Ledger()

    summary = told_by(visited, ledger, text=f"{CATALOGUE}      visit:{VISITS}")

    assert {table.table: table.unreadable for table in summary.tables}["visit"] == 1
    assert ledger.person("shop.visitor:c3")


def test_a_source_that_the_catalogue_does_not_name_is_refused(shop: Engine) -> None:
    with pytest.raises(UnknownSource):
        sync(
            catalogue(),
            "till",
            shop,
            Ledger(),
            now=NOW,
            policy_version=lambda _at: "1",
            secret=SECRET,
        )


def test_a_key_on_a_name_with_a_line_break_is_told(postgres_database: str) -> None:
    engine = open_source(postgres_database)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE a (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql('CREATE TABLE c ("a\nid" INTEGER REFERENCES a (id))')

    with pytest.raises(SourceUnreachable, match="rename that table or column"):
        reflect(engine)

    engine.dispose()
