"""A sync through the gate: told once, also after the persons told of were linked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, text

from placket.catalogue import parse
from placket.cli.sync import run
from placket.facts import Fact, Kind
from placket.gate.in_force import LOADING
from placket.gate.opening import create_gate, open_gate, publish
from placket.law.calendar import to_instant
from placket.settings import Settings
from placket.sources.sync import sync
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from placket.gate.gate import Gate

NOW = to_instant(datetime(2026, 11, 24, 12, tzinfo=UTC))

CATALOGUE = """
catalogue: twins
sources:
  shop:
    times: UTC
    tables:
      customer:
        subject: {email: email, since: created_at, match: [email]}
        tells: [account.opened at created_at, data.collected at created_at]
        holds: {email: email}
        delete: true
"""

POLICY = """---
retailer: Example Shop
version: 2026-01
effective: 2026-01-01
---

## Where {#T-1}

Everywhere.

```placket
region: everywhere
countries: [rest]
law: uk
added: the text names none
```
"""


def test_a_sync_after_a_link_tells_nothing_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as shop:
        shop.execute(text("CREATE TABLE customer (id INTEGER PRIMARY KEY, email, created_at)"))
        shop.execute(
            text(
                "INSERT INTO customer VALUES (1, 'ada@example.org', '2026-02-01 10:00:00'),"
                " (2, 'ADA@example.org', '2026-03-01 10:00:00'),"
                " (3, 'bo@example.org', '2026-04-01 10:00:00')"
            )
        )
    catalogue = parse(CATALOGUE).catalogue
    assert catalogue is not None

    def synced() -> tuple[int, int]:
        found = sync(
            catalogue,
            "shop",
            engine,
            gate,
            now=NOW,
            policy_version=gate.versions.version_at,
            secret=gate.keys.hmac_key,
        )
        return found.told, found.linked

    with create_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        publish(gate, POLICY, "policy.md", by="test")
        first, again, third = synced(), synced(), synced()

    engine.dispose()
    assert first[0] > 0
    assert first[1] == 1
    assert (again, third) == ((0, 0), (0, 0))


@dataclass
class Met:
    """A gate at which another sync appends just before the first append of this one."""

    gate: Gate
    meanwhile: list[Callable[[], object]]

    def append(self, told: Sequence[Told]) -> int:
        while self.meanwhile:
            self.meanwhile.pop()()
        return self.gate.append(told)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.gate, name)


@pytest.mark.parametrize("ledger", ["sqlite", "postgres"])
def test_whom_two_first_syncs_of_two_sources_meet_at_once_is_one_person(
    tmp_path: Path, ledger: str, request: pytest.FixtureRequest
) -> None:
    at = "placket.db"
    if ledger == "postgres":
        at = request.getfixturevalue("postgres_database")
    settings = replace(Settings(folder=tmp_path), ledger=at)
    engines = []
    for name in ("shop", "till"):
        engines.append(create_engine(f"sqlite:///{tmp_path / name}.db"))
        with engines[-1].begin() as source:
            source.execute(
                text("CREATE TABLE customer (id INTEGER PRIMARY KEY, email, created_at)")
            )
            row = "INSERT INTO customer VALUES (:id, 'ada@example.org', '2026-02-01')"
            source.execute(text(row), {"id": len(engines)})

    def synced(sink: Gate | Met, name: str) -> None:
        catalogue = parse(CATALOGUE.replace("shop:", f"{name}:")).catalogue
        assert catalogue is not None
        sync(
            catalogue,
            name,
            engines[name == "till"],
            sink,
            now=NOW,
            policy_version=lambda _: "2026-01",
            secret=sink.keys.hmac_key,
        )

    with create_gate(settings, clock=lambda: NOW) as first:
        publish(first, POLICY, "policy.md", by="test")
        with open_gate(settings, clock=lambda: NOW) as second:
            synced(Met(first, [lambda: synced(second, "till")]), "shop")
            holders = first.ledger.holders(first.hash_of(first.identifier("email:ada@example.org")))

    for engine in engines:
        engine.dispose()
    assert len(holders) == 1


@pytest.mark.parametrize(
    ("created_at", "is_told"),
    [
        ("2026-02-01 10:00:00", False),
        ("2026-09-25 12:00:00", False),
        ("2026-10-02 10:00:00", True),
    ],
)
def test_a_row_of_before_an_erasure_brings_nobody_back_under_another_key(
    tmp_path: Path, created_at: str, *, is_told: bool
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as shop:
        shop.execute(text("CREATE TABLE customer (id INTEGER PRIMARY KEY, email, created_at)"))
        shop.execute(
            text("INSERT INTO customer VALUES (7, 'ada@example.org', :at)"), {"at": created_at}
        )
    catalogue = parse(CATALOGUE).catalogue
    assert catalogue is not None
    october = NOW - 60 * 86_400_000_000

    with create_gate(Settings(folder=tmp_path), clock=lambda: october) as gate:
        publish(gate, POLICY, "policy.md", by="test")
        person = gate.persons_for([(gate.identifier("email:ada@example.org"),)])[0]
        identified = Fact(
            id="f_ada",
            kind=Kind.IDENTIFIED,
            person=person,
            what="email",
            occurred_at=october,
            recorded_at=october,
        )
        gate.record([Told(identified, {"identifier": "email:ada@example.org"})])
        gate.erase(person, by="test", route="test")
    with open_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        found = sync(
            catalogue,
            "shop",
            engine,
            gate,
            now=NOW,
            policy_version=gate.versions.version_at,
            secret=gate.keys.hmac_key,
        )

    engine.dispose()
    assert (found.told > 0) is is_told
    assert [table.suppressed for table in found.tables] == [int(not is_told)]


def test_a_first_sync_that_was_cut_short_is_a_first_sync_still(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    with engine.begin() as shop:
        shop.execute(text("CREATE TABLE customer (id INTEGER PRIMARY KEY, email, created_at)"))
    catalogue = parse(CATALOGUE).catalogue
    assert catalogue is not None

    with create_gate(Settings(folder=tmp_path), clock=lambda: NOW) as gate:
        publish(gate, POLICY, "policy.md", by="test")
        happened = Fact(
            id="f_1", kind=Kind.HAPPENED, person="p_1", occurred_at=NOW, recorded_at=NOW
        )
        gate.record([Told(happened)])
        # As a process leaves it that was killed in the middle.
        gate.remember({LOADING: str(NOW)})
        run(gate, catalogue, "shop", engine)
        left = gate.remembered([LOADING])

    engine.dispose()
    assert left == {LOADING: ""}
