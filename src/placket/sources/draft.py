"""Draft a catalogue from a schema: guesses by name, each to be confirmed by a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.catalogue.check import snake
from placket.catalogue.model import Catalogue, Condition, Held, Link, Source, Subject, Table, Tell
from placket.catalogue.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.catalogue.model import IdentifierKind
    from placket.catalogue.schema import ColumnSchema, Schema, TableSchema

HEAD: Final = """\
# Drafted from the names in the database. Each table says under `confirm` what was guessed:
# look at it, correct it, and take the word out. `placket catalogue check` shows what is left.

"""

_CATEGORIES: Final[tuple[tuple[str, str], ...]] = (
    (r"e?_?mail(_?address)?|courriel|adresse_mail", "email"),
    (r"mobile|handy|portable", "mobile"),
    (r"(tele)?phone(_?(no|number))?|tel|telefon(nummer)?|numero_tel(ephone)?", "phone"),
    (
        (
            r"(first|last|full|given|family|sur|middle|display|contact|recipient)_?name|salutation|title"
            r"|anrede|vorname|nachname|prenom|nom(_de_famille)?|civilite"
        ),
        "name",
    ),
    (
        r"birth_?(date|day)|date_of_birth|dob|geburts(datum|tag)|date_(de_)?naissance",
        "date_of_birth",
    ),
    (
        r"(shipping|delivery|liefer|livraison)_?(address|street|city|town|postcode|zip|adresse).*",
        "delivery_address",
    ),
    (
        r"(billing|invoice|rechnungs|facturation)_?(address|street|city|town|postcode|zip|adresse).*",
        "billing_address",
    ),
    (
        (
            r"(street|address|line)(_?(line)?_?\d)?|city|town|postcode|postal_?code|zip(_?code)?|strasse"
            r"|hausnummer|plz|ort|wohnort|anschrift|rue|ville|code_postal|adresse"
        ),
        "postal_address",
    ),
    (r"country(_?code)?|land|pays", "country"),
    (r"gender|sex|geschlecht|sexe", "gender"),
    (r"ip|ip_?addr(ess)?|remote_addr", "ip_address"),
    (r"user_?agent|device(_?(id|type|name))?|geraet|appareil", "device_info"),
    (r"password(_?(hash|digest))?|passwort|mot_de_passe|pwd", "password"),
    (r"iban|bic|account_number|kontonummer", "bank_account"),
    (r"card(_?(last_?4|number|token|brand))?|payment_?token|karte", "payment_details"),
    (r"visitor(_?id)?|cookie(_?id)?", "cookie_data"),
    (r"transcript|chat(_?text)?", "chat_messages"),
    (r"recording(_?(path|url|file))?", "call_recording"),
    (
        r"(accepts?|wants?|opt_?in|newsletter).*|.*(opt_?in|marketing|newsletter)(_.*)?",
        "marketing_preferences",
    ),
    (r"user_?name|login|nickname|handle|benutzername", "username"),
)
_CATEGORY: Final = tuple((re.compile(pattern), name) for pattern, name in _CATEGORIES)

_PREFIX: Final = re.compile(r"^(guest|customer|client|contact|user|buyer|guardian|kunde|gast)_")
"""What may stand before the name of a person's datum, as in `guest_email`."""

_PERSON: Final = re.compile(
    r"(customer|client|user|account|member|person|contact|subscriber|shopper|kunde|kunden|nutzer"
    r"|benutzer|utilisateur|abonne|membre)(s|en|n)?(_.*)?"
)
_ORDER: Final = re.compile(r"(sales_?)?(order|purchase|bestellung|commande)(s|en)?")
_MADE: Final = re.compile(
    r"(created|placed|ordered|registered|opened|erstellt|cree|date)(_?(at|on))?"
    r"|order_date|bestelldatum|date_(creation|commande)|created_date"
)
_EVENTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(paid|payment)_?(at|on|date)|bezahlt_am|date_paiement"), "paid"),
    (re.compile(r"(shipped|sent)_?(at|on|date)|versendet_am"), "sent"),
    (re.compile(r"delivered_?(at|on|date)|geliefert_am|date_livraison"), "delivered"),
    (re.compile(r"cancell?ed_?(at|on|date)|storniert_am"), "cancelled"),
)
_TIMES: Final = ("date", "time", "stamp")
_IDENTIFYING: Final[dict[str, IdentifierKind]] = {
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
}


def guess_category(column: str) -> str:
    """Return the category that a column's name speaks of, or empty text."""
    name = _PREFIX.sub("", snake(column))
    return next((category for known, category in _CATEGORY if known.fullmatch(name)), "")


def draft_catalogue(schema: Schema, *, name: str = "shop", source: str = "shop") -> str:
    """Return the YAML of a catalogue guessed from `schema`; it parses without an error."""
    persons = _persons(schema)
    tables = tuple(_table(table, schema, persons) for table in schema.tables)
    drafted = Source(name=source, tables=tables, dialect=schema.dialect, schema=schema.digest())
    return HEAD + render(Catalogue(name=name, sources=(drafted,)))


def _persons(schema: Schema) -> frozenset[str]:
    """Return the tables whose rows seem to be persons."""
    return frozenset(
        table.name
        for table in schema.tables
        if _PERSON.fullmatch(snake(table.name))
        and table.primary_key
        and _identifiers(table)
        and not any(_PERSON.fullmatch(snake(key.table)) for key in table.foreign_keys)
    )


def _identifiers(table: TableSchema) -> tuple[tuple[IdentifierKind, str], ...]:
    found: dict[IdentifierKind, str] = {}
    for column in table.columns:
        kind = _IDENTIFYING.get(guess_category(column.name))
        if kind is not None:
            found.setdefault(kind, column.name)
    return tuple((kind, column) for kind, column in sorted(found.items()))


def _table(table: TableSchema, schema: Schema, persons: frozenset[str]) -> Table:
    holds = _holds(table)
    is_person = table.name in persons
    owners = () if is_person else tuple(_owners(table, schema, persons))
    has_guests = not owners or _all_nullable(table, owners)
    is_subject = is_person or (has_guests and bool(_identifiers(table)))
    if not owners and not is_subject:
        return Table(name=table.name, key=_key(table), no_person=True, confirm=("no_person",))
    subject = _subject(table, owners, is_person=is_person) if is_subject else None
    tells = tuple(_tells(table, is_person=is_person))
    words = {"subject": subject, "owner": owners, "tells": tells, "holds": holds}
    return Table(
        name=table.name,
        key=_key(table),
        subject=subject,
        owner=owners,
        tells=tells,
        holds=holds,
        guests="nobody" if owners and has_guests and not is_subject else "",
        confirm=tuple(word for word, value in words.items() if value),
    )


def _key(table: TableSchema) -> tuple[str, ...]:
    return table.primary_key or tuple(column.name for column in table.columns[:1])


def _all_nullable(table: TableSchema, owners: tuple[Link, ...]) -> bool:
    columns = (table.column(link.column) for link in owners)
    return all(column is not None and column.nullable for column in columns)


def _owners(table: TableSchema, schema: Schema, persons: frozenset[str]) -> Iterator[Link]:
    """Yield links to persons, or else to tables that lead to some."""
    keys = [key for key in table.foreign_keys if len(key.columns) == 1]
    near = [key for key in keys if key.table in persons]
    far = [key for key in keys if _leads(key.table, schema, persons, {table.name})]
    for key in dict.fromkeys((*near, *far)):
        yield Link(column=key.columns[0], table=key.table, target=key.targets[0])


def _leads(name: str, schema: Schema, persons: frozenset[str], seen: set[str]) -> bool:
    table = schema.table(name)
    if table is None or name in seen:
        return False
    onward = (key.table for key in table.foreign_keys if len(key.columns) == 1)
    return name in persons or any(_leads(n, schema, persons, seen | {name}) for n in onward)


def _subject(table: TableSchema, owners: tuple[Link, ...], *, is_person: bool) -> Subject:
    # Who has no account is known by an address: the same one in several tables is one person.
    identifiers = _identifiers(table)
    country = next((c.name for c in table.columns if guess_category(c.name) == "country"), "")
    email = dict(identifiers).get("email", "")
    return Subject(
        anchor="" if is_person else "contact",
        key="" if is_person else email or identifiers[0][1],
        identifiers=identifiers,
        country=country,
        since=_made(table),
        when=tuple(Condition(column=link.column, any_of=(None,)) for link in owners),
    )


def _made(table: TableSchema) -> str:
    return next((c.name for c in _times(table) if _MADE.fullmatch(snake(c.name))), "")


def _times(table: TableSchema) -> Iterator[ColumnSchema]:
    for column in table.columns:
        if any(word in column.type for word in _TIMES):
            yield column


def _holds(table: TableSchema) -> tuple[Held, ...]:
    found: dict[str, list[str]] = {}
    for column in table.columns:
        category = guess_category(column.name)
        if category:
            found.setdefault(category, []).append(column.name)
    return tuple(Held(category=name, columns=tuple(cols)) for name, cols in found.items())


def _tells(table: TableSchema, *, is_person: bool) -> Iterator[Tell]:
    made = _made(table)
    if is_person:
        yield from _person_tells(table, made)
    elif made and _ORDER.fullmatch(snake(table.name)):
        yield Tell(event="order.placed", column=made)
        yield Tell(event="order.opened", column=made)
        for column in _times(table):
            yield from _order_tells(column)


def _person_tells(table: TableSchema, made: str) -> Iterator[Tell]:
    if made:
        yield Tell(event="account.opened", column=made)
    for column in table.columns:
        category = guess_category(column.name)
        if category == "date_of_birth":
            yield Tell(event="customer.born", word="on", column=column.name)
        if category == "country":
            yield Tell(event="customer.located", word="in", column=column.name)


def _order_tells(column: ColumnSchema) -> Iterator[Tell]:
    for known, participle in _EVENTS:
        if known.fullmatch(snake(column.name)):
            yield Tell(event=f"order.{participle}", column=column.name)
            if participle in {"delivered", "cancelled"}:
                yield Tell(event="order.closed", column=column.name)
