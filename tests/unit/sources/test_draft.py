"""Drafts for a shop of one's own: the catalogue and the starter policy."""

from datetime import date

import pytest

from placket.catalogue import (
    Catalogue,
    ColumnSchema,
    ForeignKey,
    Link,
    Schema,
    Subject,
    TableSchema,
    check_catalogue,
    check_schema,
    parse,
)
from placket.catalogue.model import Condition
from placket.policy.load import load_policy
from placket.problems import Severity, has_errors
from placket.sources.draft import draft_catalogue, guess_category
from placket.sources.starter import starter_policy


def columns(*names: str) -> tuple[ColumnSchema, ...]:
    kind = {"at": "timestamp", "date": "date"}
    return tuple(
        ColumnSchema(name=name, type=kind.get(name.rpartition("_")[2], "text")) for name in names
    )


def link(column: str, table: str) -> ForeignKey:
    return ForeignKey(columns=(column,), table=table, targets=("id",))


SHOP = Schema(
    dialect="postgresql",
    tables=(
        TableSchema(
            name="customers",
            columns=columns("id", "firstName", "Email", "country", "birth_date", "created_at"),
            primary_key=("id",),
        ),
        TableSchema(
            name="order",
            columns=columns("id", "customer_id", "guest_email", "created_at", "delivered_at"),
            primary_key=("id",),
            foreign_keys=(link("customer_id", "customers"),),
        ),
        TableSchema(
            name='line "x"',
            columns=columns("id", "order_id", "sku"),
            primary_key=("id",),
            foreign_keys=(link("order_id", "order"),),
        ),
        TableSchema(name="product", columns=columns("id", "sku"), primary_key=("id",)),
    ),
)


def drafted() -> Catalogue:
    parsed = parse(draft_catalogue(SHOP))
    assert parsed.problems == ()
    assert parsed.catalogue is not None
    return parsed.catalogue


def test_a_draft_has_no_error_and_notes_each_guess() -> None:
    catalogue = drafted()

    problems = (*check_catalogue(catalogue), *check_schema(catalogue, "shop", SHOP))

    assert not has_errors(problems)
    assert sum(p.severity is Severity.NOTE for p in problems) == len(SHOP.tables)


def test_persons_owners_and_guests_are_found_by_names_and_keys() -> None:
    customers, order, line, product = drafted().sources[0].tables

    assert customers.subject == Subject(
        identifiers=(("email", "Email"),), country="country", since="created_at"
    )
    assert order.owner == (Link(column="customer_id", table="customers", target="id"),)
    assert order.subject == Subject(
        anchor="contact",
        key="guest_email",
        identifiers=(("email", "guest_email"),),
        since="created_at",
        when=(Condition(column="customer_id", any_of=(None,)),),
    )
    assert line.owner == (Link(column="order_id", table="order", target="id"),)
    assert product.no_person


def test_what_rows_tell_is_guessed_from_their_times() -> None:
    customers, order, *_ = drafted().sources[0].tables

    assert [(tell.event, tell.word, tell.column) for tell in customers.tells] == [
        ("account.opened", "at", "created_at"),
        ("customer.located", "in", "country"),
        ("customer.born", "on", "birth_date"),
    ]
    assert [(tell.event, tell.column) for tell in order.tells] == [
        ("order.placed", "created_at"),
        ("order.opened", "created_at"),
        ("order.delivered", "delivered_at"),
        ("order.closed", "delivered_at"),
    ]


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("E-Mail", "email"),
        ("guest_email", "email"),
        ("Vorname", "name"),
        ("lastName", "name"),
        ("nom", "name"),
        ("geburtsdatum", "date_of_birth"),
        ("code_postal", "postal_address"),
        ("shipping_city", "delivery_address"),
        ("plz", "postal_address"),
        ("telefon", "phone"),
        ("accepts_email_marketing", "marketing_preferences"),
        ("gast_name", "name"),
        ("prénom", "name"),
        ("name", ""),
        ("sku", ""),
    ],
)
def test_a_category_is_guessed_from_a_name_in_three_languages(column: str, category: str) -> None:
    assert guess_category(column) == category


def test_the_starter_policy_checks_clean_for_the_drafted_catalogue() -> None:
    text = starter_policy(drafted(), "My Shop", effective=date(2026, 11, 1))

    loaded = load_policy(text, "policy.md", on=date(2026, 11, 24))

    assert loaded.problems == ()
    assert loaded.policy is not None
    assert sorted(loaded.policy.activities) == [
        "answer_questions",
        "fulfil_order",
        "newsletter",
        "order_updates",
        "run_account",
    ]


def test_the_starter_policy_checks_clean_for_an_empty_catalogue() -> None:
    text = starter_policy(Catalogue(name="x"), "My  Shop", effective=date(2026, 11, 1))

    assert load_policy(text, "policy.md", on=date(2026, 11, 24)).problems == ()


GERMAN = Schema(
    dialect="sqlite",
    tables=(
        TableSchema(
            name="kunden",
            columns=columns("id", "e_mail", "angelegt_am", "gelöscht_am", "hauptadresse"),
            primary_key=("id",),
            foreign_keys=(link("hauptadresse", "adressen"),),
        ),
        TableSchema(
            name="haendler_kunden",
            columns=columns("id", "mail", "registriert_am"),
            primary_key=("id",),
        ),
        TableSchema(
            name="adressen",
            columns=columns("id", "kunde_id", "strasse"),
            primary_key=("id",),
            foreign_keys=(link("kunde_id", "kunden"),),
        ),
        TableSchema(
            name="bestellungen",
            columns=columns("id", "kunde", "haendler", "gast_email", "gast_name", "bestellt_am"),
            primary_key=("id",),
            foreign_keys=(link("kunde", "kunden"), link("haendler", "haendler_kunden")),
        ),
        TableSchema(
            name="lieferanten",
            columns=(
                *columns("id", "nachname"),
                ColumnSchema(name="email", type="text", nullable=False),
            ),
            primary_key=("id",),
        ),
        TableSchema(
            name="artikel",
            columns=columns("id", "lieferant"),
            primary_key=("id",),
            foreign_keys=(link("lieferant", "lieferanten"),),
        ),
    ),
)


def test_a_shop_with_two_customer_tables_in_german_drafts_without_an_error() -> None:
    catalogue = parse(draft_catalogue(GERMAN)).catalogue
    assert catalogue is not None

    kunden, haendler, _, bestellungen, *_ = catalogue.sources[0].tables

    assert not has_errors((*check_catalogue(catalogue), *check_schema(catalogue, "shop", GERMAN)))
    assert [(tell.event, tell.column) for tell in kunden.tells] == [
        ("account.opened", "angelegt_am"),
        ("account.closed", "gelöscht_am"),
    ]
    assert haendler.subject == Subject(identifiers=(("email", "mail"),), since="registriert_am")
    assert [at.table for at in bestellungen.owner] == ["kunden", "haendler_kunden"]
    assert [tell.event for tell in bestellungen.tells] == ["order.placed", "order.opened"]
    assert bestellungen.categories() == {"email": ("gast_email",), "name": ("gast_name",)}


def test_a_draft_says_what_becomes_of_rows_that_would_stand_in_the_way() -> None:
    catalogue = parse(draft_catalogue(GERMAN)).catalogue
    assert catalogue is not None

    table = {table.name: table for table in catalogue.sources[0].tables}

    assert [(a.word, a.columns) for a in table["kunden"].actions] == [
        ("delete", ()),
        ("cut", ("hauptadresse",)),
    ]
    assert [(a.word, a.values) for a in table["lieferanten"].actions] == [
        ("blank", (("nachname", None), ("email", ""))),
    ]
    assert "blank" in table["lieferanten"].confirm


def test_a_key_to_a_table_that_was_not_read_is_no_hindrance() -> None:
    person = TableSchema(
        name="customer",
        columns=columns("id", "email", "region_id"),
        primary_key=("id",),
        foreign_keys=(link("region_id", "elsewhere"),),
    )

    catalogue = parse(draft_catalogue(Schema(tables=(person,)))).catalogue

    assert catalogue is not None
    (table,) = catalogue.sources[0].tables
    assert table.subject is not None
    assert table.actions == ()
