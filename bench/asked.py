"""A shop of eleven tables whose customers ask: its rows, its installation, its desk."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from ruamel.yaml import YAML

from bench.ground import RETAILER, policy_text
from placket.demo.schema import METADATA
from placket.gate.opening import create_gate, open_gate, publish
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.desk import Desk
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.register import Opening, Register
from placket.gate.views import read_catalogue
from placket.settings import Settings, SourceSettings
from placket.sources.connect import open_source, parse_url
from placket.sources.sync import sync

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bench.ground import Ground
    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case
    from placket.rights.right import Right

SHOP: Final = "shop"
CATALOGUE: Final = RETAILER.with_name("catalogue.yaml")
NAMES: Final = (
    "customer",
    "address",
    "product",
    "orders",
    "order_line",
    "payment",
    "invoice",
    "wish_list_item",
    "newsletter_choice",
    "care_call",
    "review",
)
"""The tables of the retailer's own shop that this one has."""

TABLES: Final = {name: METADATA.tables[name] for name in NAMES}
OPENED: Final = datetime(2025, 1, 2, 10, tzinfo=UTC)
MANAGERS: Final = ("boss-1", "boss-2")
PROOF: Final = ("code", "login")
SHEET: Final = "body { margin: 2rem }"
Rows = dict[str, list[dict[str, Any]]]

USUAL: Final = {
    "address": 1,
    "orders": 2,
    "order_line": 2,
    "wish_list_item": 3,
    "care_call": 1,
    "review": 3,
}
"""Rows of a customer who asks; of an order: payment and invoice beside its lines. About 20."""

FEW: Final = {**USUAL, "orders": 1, "wish_list_item": 0, "care_call": 0, "review": 0}
"""Rows of anybody else."""

MANY: Final = {**USUAL, "orders": 555, "order_line": 6}
"""Rows of one who buys for others: 555 orders of nine rows each."""


def email_of(number: int) -> str:
    """Return the address of a customer."""
    return f"c{number}@example.org"


def fill(engine: sa.Engine, footprints: Sequence[dict[str, int]]) -> None:
    """Make the tables, and the rows of a customer for each footprint."""
    rows: Rows = {name: [] for name in NAMES}
    rows["product"] = [_whole("product", {"id": 1, "code": "P-1", "name": "a coat"})]
    for number, footprint in enumerate(footprints, start=1):
        _customer(rows, number, footprint)
    with engine.begin() as connection:
        METADATA.create_all(connection, tables=list(TABLES.values()))
        for name in NAMES:
            connection.execute(TABLES[name].insert(), rows[name])


def _customer(rows: Rows, number: int, footprint: dict[str, int]) -> None:
    email, at = email_of(number), OPENED + timedelta(minutes=number)
    own = {"customer_id": number, "product_id": 1, "role": "home", "line_1": f"{number} Elm Row"}
    _add(rows, "customer", id=number, email=email, first_name="Ada", last_name="Ker", created_at=at)
    choice = {"choice": "yes", "channel": "email", "wording": "news-2", "route": "newsletter_form"}
    _add(rows, "newsletter_choice", customer_id=number, email=email, **choice)
    for name in ("address", "wish_list_item", "care_call", "review"):
        for _ in range(footprint[name]):
            _add(rows, name, **own)
    for _ in range(footprint["orders"]):
        _order(rows, number, footprint["order_line"])


def _order(rows: Rows, customer: int, lines: int) -> None:
    order = len(rows["orders"]) + 1
    for name, row in new_order(order, customer):
        rows[name].append(row)
    for _ in range(lines):
        _add(rows, "order_line", order_id=order, product_id=1, quantity=1, unit_price_pence=2_000)


def new_order(number: int, customer: int | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the rows of an order without its lines, by table."""
    name, where = f"I-{number}", f"{customer} Elm Row"
    order = {"status": "delivered", "delivery_address": where, "delivered_at": OPENED}
    paid = {"method": "card", "token": f"tok-{number}", "amount_pence": 4_000}
    billed = {"number": name, "billing_name": "Ada Ker", "gross_pence": 4_000}
    for table, said in (
        ("orders", {"customer_id": customer, "invoice_no": name, "country": "GB", **order}),
        ("payment", {"order_id": number, **paid}),
        ("invoice", {"order_id": number, **billed}),
    ):
        yield table, _whole(table, {"id": number, **said})


def _add(rows: Rows, name: str, **said: Any) -> None:
    row = {"id": len(rows[name]) + 1, "country": "GB", **said}
    rows[name].append(_whole(name, row))


_FILLED: Final = {str: "", int: 0, bool: False, datetime: OPENED}


def _whole(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with something in every column that must not be empty, and no other."""
    columns = TABLES[name].columns
    empty = {c.name: None if c.nullable else _FILLED[c.type.python_type] for c in columns}
    return {key: row.get(key, value) for key, value in empty.items()}


def catalogue_text() -> str:
    """Return the retailer's own catalogue, of these tables alone."""
    yaml = YAML()
    said = yaml.load(policy_text(CATALOGUE))
    tables = said["sources"][SHOP]["tables"]
    for name in [name for name in tables if name not in NAMES]:
        del tables[name]
    written = io.StringIO()
    yaml.dump(said, written)
    return written.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an installation is, as another process is told."""

    folder: Path
    ledger: str
    url: str

    @property
    def settings(self) -> Settings:
        """Return its settings; nobody waits for a warning to be read."""
        return replace(
            Settings(folder=self.folder, ledger=self.ledger),
            request_wait_hours=0,
            sources={SHOP: SourceSettings(url=self.url, catalogue=self.folder / CATALOGUE.name)},
        )


@dataclass(slots=True)
class Asked:
    """The shop with its installation, and the desk that answers."""

    gate: Gate
    engine: sa.Engine
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.desk = Desk(register=Register(gate=self.gate, sheet=SHEET), web="https://p.example")

    def carried(self, number: int, right: Right) -> Case:
        """Take a request from receipt until it is carried out, and looked at again if erased."""
        subject, register = f"email:{email_of(number)}", self.desk.register
        opened = self.desk.open(Opening(subject=subject, right=right, route="web", proof=PROOF))
        reference = opened.request.id
        plan = make_plan(register, reference).plan
        if plan.obstacles:
            raise ValueError(str(plan.obstacles))
        for by in MANAGERS[: 2 if plan.second_person else 1]:
            approve(register, reference, plan.digest(), by=by)
        done = carry_out(register, reference, holder="bench")
        if not done.is_done:
            raise ValueError(f"left undone: {dict(done.left)}")
        certify_whole(register, reference)
        return done.case

    def of(self, name: str, number: int, *, deletes: bool = False) -> Any:
        """Return the statement by which a table's rows of one customer are read, or deleted."""
        table, orders = TABLES[name], TABLES["orders"]
        own = sa.select(orders.c.id).where(orders.c.customer_id == number)
        column, wanted = next(
            (table.c[column], wanted)
            for column, wanted in (
                ("customer_id", [number]),
                ("order_id", own),
                ("id", [number] if name == "customer" else [0]),
            )
            if column in table.c
        )
        which: Any = sa.delete(table) if deletes else sa.select(table)
        return which.where(column.in_(wanted))

    def rows_of(self, number: int) -> int:
        """Return how many rows a customer has."""
        with self.engine.connect() as connection:
            return sum(len(connection.execute(self.of(name, number)).all()) for name in NAMES)

    def last(self, name: str) -> int:
        """Return the greatest number of a table's rows."""
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.max(TABLES[name].c.id))) or 0)


@contextmanager
def asked_on(ground: Ground, engine: str, footprints: Sequence[dict[str, int]]) -> Iterator[Place]:
    """Lend an installation on `engine`, its ledger and its shop in a database each, synced."""
    folder = ground.new_folder()
    (folder / CATALOGUE.name).write_text(catalogue_text(), encoding="utf-8")
    with ground.database(engine) as url, ground.database(engine) as ledger:
        place = Place(folder=folder, ledger=ledger, url=url)
        # SQLAlchemy names the driver in the address, which others do not take.
        shop = sa.create_engine(parse_url(url))
        fill(shop, footprints)
        with create_gate(place.settings) as gate:
            publish(gate, policy_text(RETAILER), RETAILER.name, by="bench")
            with gate.in_force.loading():
                _sync(gate, shop)
        shop.dispose()
        yield place


@contextmanager
def asked_at(place: Place) -> Iterator[Asked]:
    """Lend the installation, opened, and its shop."""
    engine = open_source(place.url)
    with open_gate(place.settings) as gate:
        yield Asked(gate, engine)
    engine.dispose()


def _sync(gate: Gate, shop: sa.Engine) -> None:
    sync(
        read_catalogue(catalogue_text(), CATALOGUE.name),
        SHOP,
        shop,
        gate,
        now=gate.now(),
        policy_version=gate.versions.version_at,
        secret=gate.keys.hmac_key,
    )
    gate.sequence()
