"""A shop whose customers ask: an account, a shared address, orders kept for the books, calls."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from placket.catalogue import parse
from placket.gate.requests.desk import Desk
from placket.gate.requests.register import Opening, Register
from placket.settings import SourceSettings
from placket.sources.connect import open_source, parse_url
from placket.sources.sync import sync
from tests.contract.gates import DAY, Shop, shop_in
from tests.contract.mariadb import plain_sql

if TYPE_CHECKING:
    from pathlib import Path

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case
    from placket.rights.right import Right

ADA = "email:ada@example.org"
BEN = "email:ben@example.org"
CAT = "email:cat@example.net"

CATALOGUE = """
catalogue: asked
sources:
  shop:
    tables:
      customer:
        subject: {email: email, since: created_at}
        tells: [account.opened at created_at, customer.located in country]
        holds: {email: email, name: name}
        delete: true
      address:
        owner: <- customer.address_id
        holds: {postal_address: street}
        delete: true
      orders:
        owner: customer_id -> customer.id
        tells: [order.opened at placed_at, order.closed at closed_at, data.collected at placed_at]
        holds: {order_details: [placed_at, total], delivery_address: ship_to}
        cut: customer_id
        keep:
          columns: [placed_at, closed_at, total]
          until: 6 years from order.closed
          basis: legal_obligation
          law: Value Added Tax Act 1994
        blank: {ship_to: null}
      call:
        owner: customer_id -> customer.id
        tells: [call.ended at at]
        holds: {call_recording: recording}
        delete: true
"""

SCHEMA = """
CREATE TABLE address (id INTEGER PRIMARY KEY, street TEXT NOT NULL);
CREATE TABLE customer (
    id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, country TEXT, created_at TEXT,
    address_id INTEGER REFERENCES address (id)
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id), placed_at TEXT,
    closed_at TEXT, total INTEGER NOT NULL, ship_to TEXT
);
CREATE TABLE "call" (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customer (id), "at" TEXT,
    recording TEXT
);
INSERT INTO address VALUES (9, '1 Elm'), (8, '2 Oak');
INSERT INTO customer VALUES
    (1, 'Ada', 'Ada@Example.org', 'GB', '2026-01-01 10:00:00', 9),
    (2, 'Ben', 'ben@example.org', 'GB', '2026-01-01 10:00:00', 9),
    (3, 'Cat', 'cat@example.net', 'GB', '2026-01-01 10:00:00', 8);
INSERT INTO orders VALUES
    (5, 1, '2026-03-01 10:00:00', '2026-03-09 10:00:00', 40, '1 Elm'),
    (6, 2, '2026-03-02 10:00:00', NULL, 50, '1 Elm');
INSERT INTO "call" VALUES
    (7, 1, '2026-10-01 10:00:00', 'ring.wav'), (8, 3, '2026-10-01 10:00:00', 'cat.wav')
"""

POLICY = """
---
retailer: Small Shop
version: v1
effective: 2024-01-01
language: en-GB
time_zone: Europe/London
---

# Policy

## All of it {#S-1}

We ship what you order and keep the books for six years. Calls are recorded so that we answer well.
Newsletters go to those who said yes. You can ask us to erase what we have of you.

```placket
- region: everywhere
  countries: [rest]
  law: {GB: uk, EEA: eu, rest: uk}
- role: customer
  taken_by: [account.opened]
- activity: shipping
  purpose: order_fulfilment
  uses: [name, email, postal_address, order_details, delivery_address]
  basis: contract
  relation: [order]
- activity: bookkeeping
  purpose: legal_compliance
  uses: [order_details]
  basis: legal_obligation
  law: {uk: Value Added Tax Act 1994}
- activity: care_quality
  purpose: quality_monitoring
  uses: [call_recording]
  basis: legitimate_interest
  interest: good answers
  assessment: li-1
- activity: newsletter
  purpose: direct_marketing
  uses: [name, email]
  requires: [email]
  basis: consent
  needs: [news]
  channel: email
- consent: news
  activities: [newsletter]
  channel: email
- right: erasure
  by: [email]
  fee: none
  waits_while: [order is open]
- right: access
  by: [email]
  fee: none
- retain: all
  for: 6 years from last interaction
- retain: order_details
  for: 6 years from order.closed
  ground: duty
```
"""


@dataclass(slots=True)
class Asked:
    """The shop with its installation, and the desk that answers."""

    shop: Shop
    gate: Gate
    engine: sa.Engine
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.desk = Desk(register=Register(gate=self.gate), web="https://privacy.example.org")

    @property
    def register(self) -> Register:
        """Return the register of requests."""
        return self.desk.register

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """Return every row of a table, sorted."""
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(sa.text("*")).select_from(sa.table(table)))
            return sorted(map(tuple, found), key=repr)

    def run(self, statement: str) -> None:
        """Change the shop by hand."""
        with plain_sql(self.engine) as connection:
            connection.execute(sa.text(statement))

    def sync(self) -> None:
        """Tell the ledger what the rows say."""
        catalogue = parse(CATALOGUE, "catalogue.yaml").catalogue
        assert catalogue is not None
        sync(
            catalogue,
            "shop",
            self.engine,
            self.gate,
            now=self.gate.now(),
            policy_version=self.gate.versions.version_at,
            secret=self.gate.keys.hmac_key,
        )

    def strongly(self, subject: str, right: Right, **said: Any) -> Case:
        """Open a request of whom it is strongly known who asks."""
        proof = ("code", "second_channel")
        opened = self.desk.open(
            Opening(subject=subject, right=right, route="web", proof=proof, **said)
        )
        # Beside a second way the notice went out, and time has moved on a little.
        self.shop.clock.now += 1_000_000
        return self.register.case(opened.request.id)

    def close(self) -> None:
        """Let go of the shop and of the installation."""
        self.engine.dispose()
        self.shop.close()


def asked_in(
    folder: Path,
    url: str,
    ledger: str = "placket.db",
    keyring: str = "placket-keys.db",
    *,
    schema: str = SCHEMA,
) -> Asked:
    """Return an installation in `folder` beside a new shop in the database at `url`, synced."""
    engine = sa.create_engine(parse_url(url))
    with plain_sql(engine) as connection:
        for statement in schema.split(";"):
            connection.execute(sa.text(statement))
    engine.dispose()
    file = folder / "catalogue.yaml"
    file.write_text(CATALOGUE)
    shop = shop_in(folder, ledger, keyring)
    sources = {"shop": SourceSettings(url=url, catalogue=file)}
    shop.settings = replace(shop.settings, sources=sources)
    gate = shop.create(POLICY.lstrip())
    made = Asked(shop, gate, open_source(url))
    made.sync()
    shop.clock.now += 40 * DAY
    return made
