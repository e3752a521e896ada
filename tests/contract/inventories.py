"""Small shops in a real database, a ledger that knows some persons, and what is read of one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from placket.identity import Identifier
from placket.identity.identifier import parse_identifier
from placket.plan.build import plan_of
from placket.sources.inventory import Whom, read_inventory
from tests.contract.mariadb import plain_sql
from tests.unit.plan.shops import asking, catalogue, told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Engine

    from placket.plan.inventory import Inventory, Row

Rows = "Mapping[str, Sequence[Mapping[str, Any]]]"


def identifier(written: str) -> Identifier:
    """Return an identifier from `kind:value`; a bare `source.name:key` is a person's own key."""
    kind = written.partition(":")[0]
    found = parse_identifier(written if "." not in kind else f"customer:{written}")
    assert isinstance(found, Identifier), found
    return found


@dataclass(slots=True)
class Ledger:
    """Persons by their identifiers, and how often anybody was asked for."""

    persons: Mapping[str, Sequence[str]]
    asked: int = 0

    def persons_of(self, identifiers: Sequence[Identifier]) -> Sequence[str]:
        """Return the person of each identifier; empty for nobody."""
        self.asked += 1
        known = {identifier(i): person for person, held in self.persons.items() for i in held}
        return [known.get(each, "") for each in identifiers]

    def whom(self, person: str) -> Whom:
        """Return the person with all their identifiers."""
        held = tuple(identifier(each) for each in self.persons.get(person, ()))
        return Whom(person=person, members=frozenset({person, f"{person}2"}), identifiers=held)


@dataclass(slots=True)
class Shop:
    """A database with the tables of one test, described by the catalogue `tables`."""

    engine: sa.Engine
    tables: str
    ledger: Ledger = field(default_factory=lambda: Ledger({}))

    def make(self, *statements: str) -> None:
        """Run the statements that make the tables."""
        with plain_sql(self.engine) as connection:
            for statement in statements:
                connection.execute(sa.text(statement))

    def add(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Add rows; each names all the columns that it fills."""
        with self.engine.begin() as connection:
            for row in rows:
                of = sa.table(table, *map(sa.column, row))
                connection.execute(sa.insert(of), dict(row))

    def read(self, person: str = "ada", **more: Any) -> Inventory:
        """Return the inventory of a person."""
        return read_inventory(
            catalogue(self.tables),
            {"shop": self.engine},
            self.ledger.whom(person),
            self.ledger,
            **more,
        )

    def plan(self, person: str = "ada", **more: Any) -> list[str]:
        """Return what an erasure of the person would do, in short, and why it could not."""
        found = plan_of(
            asking(self.tables, (), (), inventory=self.read(person), person=person, **more)
        )
        return [*told(found.steps), *(obstacle.says for obstacle in found.obstacles)]


def whose(inventory: Inventory) -> dict[str, list[str]]:
    """Return the owners of each row by `table[key]`; who only appears stands in brackets."""
    return {
        place(row): [*sorted(row.owners), *(f"({p})" for p in sorted(row.parties))]
        for row in inventory.rows
    }


def place(row: Row) -> str:
    """Return `table[key]`."""
    return f"{row.at.table}[{','.join(str(value) for _, value in row.at.key)}]"


def known(owners: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the owners with whoever the ledger does not know as `somebody`."""
    return {
        at: [re.sub(r"unknown:\w+", "somebody", owner) for owner in held]
        for at, held in owners.items()
    }


ADA = "shop.customer:1"
BOB = "shop.customer:2"
BOTH = Ledger({"ada": [ADA, "email:ada@example.org"], "bob": [BOB, "email:bob@example.org"]})


def customers(shop: Shop, *more: str, **emails: str) -> None:
    """Make the customers Ada and Bob, with whatever else their row has."""
    columns = ", ".join(["id int PRIMARY KEY", "email text", *more])
    shop.make(f"CREATE TABLE customer ({columns})")
    for number, name in enumerate(("ada", "bob"), start=1):
        shop.add("customer", {"id": number, "email": emails.get(name, f"{name}@example.org")})


GUESTS = """
      customer:
        subject: {email: email, match: email}
        holds: {email: email}
        blank: {email: null}
      orders:
        owner: customer_id -> customer.id
        subject:
          as: contact
          key: guest_email
          email: guest_email
          when: {customer_id: null}
          match: email
        holds: {email: guest_email, order_id: number}
        delete: true
"""
ORDERS = "CREATE TABLE orders (id int PRIMARY KEY, customer_id int, guest_email text, number text)"


def guests(engine: Engine, *emails: str, of: Ledger = BOTH) -> Shop:
    """Make a shop where each of `emails` ordered without an account."""
    shop = Shop(engine, GUESTS, of)
    customers(shop)
    shop.make(ORDERS)
    for number, email in enumerate(emails, start=1):
        shop.add("orders", {"id": number, "guest_email": email})
    return shop


HOUSEHOLD = """
      customer:
        subject: {email: email}
        holds: {email: email}
        blank: {email: null}
        cut: address_id
      address:
        owner: <- customer.address_id
        holds: {postal_address: street}
"""


def household(engine: Engine, of: Ledger) -> Shop:
    """Make a shop where Ada and Bob share an address row, and somebody has another."""
    shop = Shop(engine, HOUSEHOLD, of)
    shop.make(
        "CREATE TABLE address (id int PRIMARY KEY, street text)",
        "CREATE TABLE customer"
        " (id int PRIMARY KEY, email text, address_id int REFERENCES address (id))",
    )
    shop.add("address", {"id": 9, "street": "1 Elm"}, {"id": 8, "street": "2 Oak"})
    shop.add("customer", {"id": 1, "email": "ada@example.org", "address_id": 9})
    shop.add("customer", {"id": 2, "email": "bob@example.org", "address_id": 9})
    shop.add("customer", {"id": 3, "email": "cy@example.org", "address_id": 8})
    return shop
