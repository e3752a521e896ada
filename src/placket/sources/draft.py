"""Draft a catalogue from a schema: guesses by name, each to be confirmed by a person."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.catalogue.check import snake
from placket.catalogue.model import (
    Action,
    Catalogue,
    Condition,
    Held,
    Link,
    Source,
    Subject,
    Table,
    Tell,
)
from placket.catalogue.render import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.catalogue.model import IdentifierKind
    from placket.catalogue.schema import ColumnSchema, ForeignKey, Schema, TableSchema

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
            r"|anrede|vorname|nachname|ansprechpartner|prenom|nom(_de_famille)?|civilite"
            r"|(guest|customer|client|buyer|kunde|kunden|gast|invite)_(name|nom)"
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

_PREFIX: Final = re.compile(
    r"^(guest|customer|client|contact|user|buyer|guardian|kunde|gast|invite)_"
)
"""What may stand before the name of a person's datum, as in `guest_email`."""

_PERSON: Final = re.compile(
    r"(customer|client|user|account|member|person|contact|subscriber|shopper|kunde|kunden|nutzer"
    r"|benutzer|utilisateur|abonne|membre)(s|en|n)?(_.*)?"
    r"|(.+_)(customer|client|kunde)(s|n)?"
)
_ORDER: Final = re.compile(
    r"(.+_)?(order|purchase|bestellung|auftrag|auftraege|commande|achat)(s|en)?"
)
_MADE: Final = re.compile(
    r"(created|placed|ordered|registered|opened|date)(_?(at|on))?|order_date|created_date"
    r"|(erstellt|angelegt|bestellt|registriert|erfasst)(_?(am|um))?"
    r"|(bestell|anlage|anmelde|registrierungs)_?datum|kunde_seit"
    r"|(cree|creee|passee|commandee|inscrite?|enregistree?)(_?le)?"
    r"|date_((de|d)_)?(creation|commande|inscription)"
)
_CLOSED: Final = re.compile(
    r"(closed|deleted|deactivated)_?(at|on)|(geloe?scht|geschlossen|gekue?ndigt)_?am"
    r"|(supprimee?|fermee?|cloturee?)_?le|date_((de|d)_)?(suppression|fermeture|cloture)"
)
_EVENTS: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (re.compile(r"(paid|payment)_?(at|on|date)|bezahlt_?am|payee?_?le|date_paiement"), "paid"),
    (re.compile(r"(shipped|sent)_?(at|on|date)|(versendet|versandt)_?am|expediee?_?le"), "sent"),
    (
        re.compile(
            r"delivered_?(at|on|date)|(geliefert|zugestellt)_?am|livree?_?le|date_livraison"
        ),
        "delivered",
    ),
    (re.compile(r"cancell?ed_?(at|on|date)|storniert_?am|annulee?_?le"), "cancelled"),
)
_TIMES: Final = ("date", "time", "stamp")
_SAYS_WHEN: Final = re.compile(r".+_(at|on|am|le)|(.+_)?(date|datum)(_.+)?")
"""A name that speaks of a time; SQLite keeps many of them in columns of text."""
_IDENTIFYING: Final[dict[str, IdentifierKind]] = {
    "email": "email",
    "phone": "phone",
    "mobile": "phone",
}


def guess_category(column: str) -> str:
    """Return the category that a column's name speaks of, or empty text."""
    whole = _plain(column)
    names = (whole, _PREFIX.sub("", whole))
    found = (category for known, category in _CATEGORY if any(map(known.fullmatch, names)))
    return next(found, "")


def _plain(name: str) -> str:
    """Return `name` in snake case without accents: `Créé le` is `cree_le`."""
    spelt = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    return snake("".join(letter for letter in spelt if not unicodedata.combining(letter)))


def draft_catalogue(schema: Schema, *, name: str = "shop", source: str = "shop") -> str:
    """Return the YAML of a catalogue guessed from `schema`; it parses without an error."""
    persons = _persons(schema)
    tables = tuple(_table(table, schema, persons) for table in schema.tables)
    tables = tuple(_unhindered(table, tables, schema) for table in tables)
    drafted = Source(name=source, tables=tables, dialect=schema.dialect, schema=schema.digest())
    return HEAD + render(Catalogue(name=name, sources=(drafted,)))


def _persons(schema: Schema) -> frozenset[str]:
    """Return the tables whose rows seem to be persons."""
    return frozenset(
        table.name
        for table in schema.tables
        if _PERSON.fullmatch(_plain(table.name))
        and table.primary_key
        and _identifiers(table)
        and not any(_PERSON.fullmatch(_plain(key.table)) for key in table.foreign_keys)
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
    return next((c.name for c in _times(table) if _MADE.fullmatch(_plain(c.name))), "")


def _times(table: TableSchema) -> Iterator[ColumnSchema]:
    for column in table.columns:
        timed = any(word in column.type for word in _TIMES)
        if timed or ("text" in column.type and _SAYS_WHEN.fullmatch(_plain(column.name))):
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
    elif made and _ORDER.fullmatch(_plain(table.name)):
        yield Tell(event="order.placed", column=made)
        yield Tell(event="order.opened", column=made)
        for column in _times(table):
            yield from _order_tells(column)


def _person_tells(table: TableSchema, made: str) -> Iterator[Tell]:
    if made:
        yield Tell(event="account.opened", column=made)
    for column in _times(table):
        if made and _CLOSED.fullmatch(_plain(column.name)):
            yield Tell(event="account.closed", column=column.name)
    for column in table.columns:
        category = guess_category(column.name)
        if category == "date_of_birth":
            yield Tell(event="customer.born", word="on", column=column.name)
        if category == "country":
            yield Tell(event="customer.located", word="in", column=column.name)


def _order_tells(column: ColumnSchema) -> Iterator[Tell]:
    for known, participle in _EVENTS:
        if known.fullmatch(_plain(column.name)):
            yield Tell(event=f"order.{participle}", column=column.name)
            if participle in {"delivered", "cancelled"}:
                yield Tell(event="order.closed", column=column.name)


def _unhindered(table: Table, tables: tuple[Table, ...], schema: Schema) -> Table:
    """Return `table` with what must become of its rows so that no other row stands in the way."""
    own = schema.table(table.name)
    if own is None or table.no_person:
        return table
    apart = {other.name for other in tables if other.no_person}
    going = {other.name for other in tables} - apart
    cut = tuple(
        column
        for key in own.foreign_keys
        if (column := _cut_from(table, own, key)) and key.table in going
    )
    if cut:
        freed = (Action(word="delete"), Action(word="cut", columns=cut))
        return replace(table, actions=freed, confirm=(*table.confirm, "cut"))
    kept = (key for other, key in schema.referring(table.name) if other.name in apart)
    if not table.owner and any(not key.gives_way for key in kept):
        return replace(table, actions=(_blank(table, own),), confirm=(*table.confirm, "blank"))
    return table


def _cut_from(table: Table, own: TableSchema, key: ForeignKey) -> str:
    """Return the column of a link that is no owner's and may be cleared, or empty text."""
    column = own.column(key.columns[0]) if len(key.columns) == 1 else None
    linked = {link.column for link in table.owner}
    if column is None or not column.nullable or column.name in linked:
        return ""
    return "" if key.gives_way else column.name


def _blank(table: Table, own: TableSchema) -> Action:
    names = [name for held in table.holds for name in held.columns]
    columns = [column for column in map(own.column, names) if column is not None]
    values = tuple((column.name, None if column.nullable else "") for column in columns)
    return Action(word="blank", columns=tuple(name for name, _ in values), values=values)
