"""A gate with two customers who said yes, beside their shop's database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from placket.decide.question import Question
from placket.gate.instants import system_now
from placket.gate.views import SourceViews
from placket.settings import SourceSettings, write_settings
from placket.sources.connect import parse_url
from tests.contract.gates import Shop, known, policy, shop_in, yes
from tests.contract.mariadb import plain_sql

if TYPE_CHECKING:
    from pathlib import Path

    from placket.gate.gate import Gate

NEWS = Question(activity="newsletter", channel="email")

CATALOGUE = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        subject: {since: created_at}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email, name: name}
      call:
        owner: customer_id -> customer.id
        tells: [call.ended at ended]
        holds: {call_recording: recording}
"""

SCHEMA = (
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, created_at TEXT)",
    'CREATE TABLE "call" (id INTEGER PRIMARY KEY, customer_id INTEGER, ended TEXT, recording TEXT)',
    "INSERT INTO customer VALUES (1, 'Ada', 'ada@example.org', '2026-01-01 10:00:00')",
    "INSERT INTO customer VALUES (2, 'Ben', 'ben@example.org', '2026-01-01 10:00:00')",
    "INSERT INTO \"call\" VALUES (7, 1, '2026-10-01 10:00:00', 'ring.wav')",
)


@dataclass(slots=True)
class Installation:
    """A gate with two customers who said yes, beside their shop's database."""

    shop: Shop
    gate: Gate
    views: SourceViews
    persons: tuple[str, str]

    def rows(self, view: str) -> list[Any]:
        """Return the first column of a view, sorted."""
        with self.views.engine.connect() as connection:
            return sorted(
                connection.scalars(sa.select(sa.column("id")).select_from(sa.table(view)))
            )

    def names(self) -> set[str]:
        """Return the names of the views and tables that are Placket's own."""
        found = sa.inspect(self.views.engine)
        names = {*found.get_view_names(), *found.get_table_names()}
        return {name for name in names if name.startswith("placket_")}

    def publish(self, text: str) -> None:
        """Publish a version."""
        self.shop.publish(self.gate, text)

    def close(self) -> None:
        """Let go of the shop and of the installation."""
        self.views.close()
        self.shop.close()


def install(folder: Path, url: str) -> Installation:
    """Return an installation in `folder` beside a new shop in the database at `url`."""
    engine = sa.create_engine(parse_url(url))
    with plain_sql(engine) as connection:
        for statement in SCHEMA:
            connection.execute(sa.text(statement))
    engine.dispose()
    file = folder / "catalogue.yaml"
    file.write_text(CATALOGUE)
    shop = shop_in(folder)
    shop.settings = replace(
        shop.settings, sources={"shop": SourceSettings(url=url, catalogue=file)}
    )
    (folder / "placket.toml").write_text(write_settings(shop.settings))
    shop.clock = system_now  # the views go by the database's clock
    gate = shop.create(policy("v1", calls=True))
    persons = known(gate, "customer:shop.customer:1"), known(gate, "customer:shop.customer:2")
    gate.record([yes(gate, person) for person in persons])
    return Installation(shop, gate, SourceViews(gate=gate, name="shop"), persons)
