"""Files of a person: found by a column or a name, planned as rows, deleted and gone on with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.catalogue import parse
from placket.plan.apply import TakenOver, apply
from placket.plan.build import plan_of
from placket.plan.inventory import At
from placket.plan.plan import Action, StalePlan
from placket.sources.connect import SourceUnreachable
from placket.sources.files import ANOTHER, open_store, with_files
from placket.sources.files_writing import FilesTarget
from placket.sources.inventory import read_inventory
from tests.contract.bucket_server import WHO, Shelf, bucket_server
from tests.contract.inventories import Ledger, whose
from tests.unit.plan.shops import asking

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from placket.catalogue import Catalogue
    from placket.plan.inventory import Inventory
    from placket.plan.plan import Plan
    from placket.sources.stores import Entry, Store

TEXT = """
catalogue: small
sources:
  shop:
    tables:
      customer:
        subject: {email: email}
        holds: {email: email}
      calls:
        owner: customer_id -> customer.id
        holds: {call_log: started_at}
  recordings:
    dialect: files
    tables:
      call:
        files: calls/**.wav
        owner: path -> shop:calls.recording
        holds: {call_recording: path}
      chat:
        files: chats/{customer}/{name}.txt
        owner: customer -> shop:customer.id
        holds: {chat_messages: path}
"""
TABLES = """
CREATE TABLE customer (id INTEGER PRIMARY KEY, email TEXT);
CREATE TABLE calls (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer (id),
    started_at TEXT, recording TEXT);
INSERT INTO customer VALUES (1, 'ada@example.org'), (2, 'bob@example.org'),
    (11, 'cleo@example.org');
INSERT INTO calls VALUES (1, 1, '2026-03-01', 'calls/2026/a.wav'), (2, 1, NULL, NULL),
    (3, 1, '2026-03-02', 'calls/gone.wav'), (4, 1, '2026-03-03', '../secret.wav'),
    (5, 2, '2026-03-04', 'calls/2026/b.wav');
"""
FILES = {
    "calls/2026/a.wav": b"Ada speaks",
    "calls/2026/b.wav": b"Bob speaks",
    "chats/1/one.txt": b"Ada writes",
    "chats/1/two.txt": b"Ada writes again",
    "chats/11/one.txt": b"Cleo writes",
    "chats/1/deep/er.txt": b"no name of this pattern",
}
ANY = "      customer: {no_person: true}\n"
ADAS = ["calls/2026/a.wav", "chats/1/one.txt", "chats/1/two.txt"]
LEDGER = Ledger(
    {
        "ada": ["shop.customer:1", "email:ada@example.org"],
        "bob": ["shop.customer:2", "email:bob@example.org"],
        "cleo": ["shop.customer:11", "email:cleo@example.org"],
    }
)


def catalogue(text: str = TEXT) -> Catalogue:
    found = parse(text)
    assert found.catalogue is not None
    assert found.problems == ()
    return found.catalogue


@dataclass
class Shop:
    """A shop with its calls in a database, and its recordings in a store."""

    engine: sa.Engine
    store: Store
    catalogue: Catalogue

    def run(self, statement: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement))

    def read(self, person: str = "ada") -> Inventory:
        whom, engines = LEDGER.whom(person), {"shop": self.engine}
        rows = read_inventory(self.catalogue, engines, whom, LEDGER)
        stores = {"recordings": self.store}
        return with_files(rows, self.catalogue, stores, whom, engines=engines)

    def plan(self, person: str = "ada") -> Plan:
        found = asking(ANY, (), (), inventory=self.read(person), person=person)
        return plan_of(replace(found, catalogue=self.catalogue))

    def files(self) -> list[str]:
        return [entry.path for entry in self.store.entries("")]

    def own(self) -> list[str]:
        return [path for at in ("done", "fence") for path in self.store.own(f"placket_{at}/")]

    def apply(self, plan: Plan, journal: Journal | None = None, **more: object) -> None:
        target = FilesTarget(self.store, self.catalogue, "recordings")
        of_files = replace(plan, steps=tuple(s for s in plan.steps if s.source == "recordings"))
        applied = apply(
            of_files,
            targets={"recordings": target},
            journal=journal or Journal(),
            **{"fence": 1, **more},  # type: ignore[arg-type]  # by name
        )
        assert applied.is_whole, applied.left


class Journal:
    """A journal in memory."""

    def __init__(self) -> None:
        self.done: frozenset[int] = frozenset()

    def carried(self) -> frozenset[int]:
        return self.done

    def carry(self, numbers: Sequence[int]) -> None:
        self.done |= frozenset(numbers)


@pytest.fixture(params=["folder", "bucket"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        for statement in TABLES.strip().strip(";").split(";"):
            connection.execute(sa.text(statement))
    shelf = Shelf()
    with bucket_server(shelf) as endpoint:
        if request.param == "folder":
            store = open_store(f"file://{tmp_path}/root")
            (tmp_path / "root").mkdir()
            (tmp_path / "secret.wav").write_bytes(b"not ours")
        else:
            store = open_store("s3://shop/all", endpoint=endpoint, who=WHO)
        for path, body in FILES.items():
            store.put(path, body)
        yield Shop(engine, store, catalogue())
        store.close()
    engine.dispose()


# Finding


def test_a_file_is_the_persons_whose_row_names_it_or_whose_key_its_name_holds(shop: Shop) -> None:
    found = {at: owners for at, owners in whose(shop.read()).items() if "/" in at}

    assert found == {f"{'call' if 'calls' in path else 'chat'}[{path}]": ["ada"] for path in ADAS}


def test_a_file_is_a_row_with_its_size_time_digest_and_the_parts_of_its_name(shop: Shop) -> None:
    row = next(row for row in shop.read().rows if row.at.key == (("path", "chats/1/one.txt"),))

    assert row.at == At(source="recordings", table="chat", key=(("path", "chats/1/one.txt"),))
    assert {name: value for name, value in row.values.items() if name != "modified"} == {
        "path": "chats/1/one.txt",
        "size": 10,
        "digest": sha256(b"Ada writes").hexdigest(),
        "customer": "1",
        "name": "one",
    }
    schema = shop.read().table(row)
    assert schema is not None
    assert {column.name for column in schema.columns} == set(row.values)


def test_a_file_is_found_by_the_persons_key_when_their_row_is_gone(shop: Shop) -> None:
    shop.run("DELETE FROM calls WHERE customer_id = 1")
    shop.run("DELETE FROM customer WHERE id = 1")

    assert [row.at.key[0][1] for row in shop.read().rows] == ADAS[1:]


def test_a_file_that_somebody_elses_row_names_too_is_shared_and_stays(shop: Shop) -> None:
    shop.run("UPDATE calls SET recording = 'calls/2026/a.wav' WHERE id = 5")

    found = whose(shop.read())
    plan = shop.plan()

    assert found["call[calls/2026/a.wav]"] == sorted([ANOTHER, "ada"])
    assert [s.action for s in plan.steps if s.table == "call"] == [Action.KEEP]
    assert plan.obstacles == ()


# Planning


def test_a_plan_deletes_the_files_beside_the_rows(shop: Shop) -> None:
    plan = shop.plan()

    assert plan.obstacles == ()
    steps = [(s.table, s.action, s.rows) for s in plan.changes if s.source == "recordings"]
    assert steps == [
        ("call", Action.DELETE, ((("path", ADAS[0]),),)),
        ("chat", Action.DELETE, ((("path", ADAS[1]),), (("path", ADAS[2]),))),
    ]
    assert {seen.at.table for seen in plan.seen} == {"customer", "calls", "call", "chat"}


# Carrying out


def test_the_persons_files_go_and_nobody_elses(shop: Shop) -> None:
    plan = shop.plan()

    shop.apply(plan)

    assert shop.files() == [path for path in sorted(FILES) if path not in ADAS]
    assert [path.partition("/")[0] for path in shop.own()] == ["placket_done", "placket_fence"]


def test_what_placket_notes_holds_no_name_of_a_file(shop: Shop) -> None:
    shop.apply(shop.plan())

    for path in shop.own():
        assert b"".join(shop.store.read(path)) == b""
        assert not any(part in path for part in ("calls", "chats", ".wav", ".txt"))


def test_a_plan_that_is_applied_again_does_nothing(shop: Shop) -> None:
    plan = shop.plan()
    shop.apply(plan)
    shop.store.put("chats/1/one.txt", b"written since")

    shop.apply(plan)

    assert "chats/1/one.txt" in shop.files()


@pytest.mark.parametrize("change", ["changed", "gone"])
def test_a_stale_plan_deletes_nothing(shop: Shop, change: str) -> None:
    plan = shop.plan()
    if change == "gone":
        shop.store.delete("chats/1/two.txt")
    else:
        shop.store.put("chats/1/two.txt", b"ada WRITES again")
    before = shop.files()

    with pytest.raises(StalePlan) as raised:
        shop.apply(plan)

    assert [(c.at.table, c.how) for c in raised.value.changes] == [("chat", change)]
    assert shop.files() == before


def test_a_worker_whose_lease_was_taken_over_deletes_nothing(shop: Shop) -> None:
    plan = shop.plan()
    FilesTarget(shop.store, shop.catalogue, "recordings")
    shop.store.put(f"placket_fence/{plan.request}.7", b"")

    with pytest.raises(TakenOver):
        shop.apply(plan, fence=6)
    assert set(ADAS) < set(shop.files())

    shop.apply(plan, fence=8)
    assert shop.own()[1:] == [f"placket_fence/{plan.request}.8"]


class Killed(Exception):
    """the process ended here."""


def test_a_plan_that_is_killed_at_any_point_ends_the_same(shop: Shop) -> None:
    points = 0
    plan = shop.plan()
    while points < 50:
        points += 1
        for path in ADAS:
            shop.store.put(path, FILES[path])
        for path in shop.own():
            shop.store.delete(path)
        plan = shop.plan()
        passed = iter(range(1, 100))

        def die(_name: str, passed: Iterator[int] = passed, last: int = points) -> None:
            if next(passed) == last:
                raise Killed

        journal = Journal()
        try:
            shop.apply(plan, journal, point=die)
        except Killed:
            shop.apply(plan, journal, fence=2)
            assert not set(ADAS) & set(shop.files())
            assert not any(path.endswith(".begun") for path in shop.own())
            continue
        break

    # The fence, the comparison, the beginning, three files, the end, and two of `apply`.
    assert points - 1 == 10


def test_what_came_meanwhile_in_place_of_a_file_stops_what_was_begun(shop: Shop) -> None:
    plan = shop.plan()

    def die(name: str) -> None:
        if "deleted" in name:
            raise Killed

    with pytest.raises(Killed):
        shop.apply(plan, point=die)
    shop.store.put("chats/1/two.txt", b"written since")

    with pytest.raises(StalePlan):
        shop.apply(plan, fence=2)

    assert "chats/1/two.txt" in shop.files()


def test_a_file_is_never_written(shop: Shop) -> None:
    plan = shop.plan()
    cut = tuple(replace(s, action=Action.BLANK) for s in plan.steps)

    with pytest.raises(AssertionError, match="holds files, which are deleted or kept"):
        shop.apply(replace(plan, steps=cut))

    assert set(ADAS) < set(shop.files())


@dataclass(frozen=True)
class Silent:
    """A store that answers no more, once it has named its files."""

    def entry(self, path: str, _body: bytes = b"") -> Entry | None:
        raise SourceUnreachable(path)

    entries = read = delete = own = put = entry


def test_a_store_that_is_away_is_told_without_a_path(shop: Shop) -> None:
    plan = shop.plan()
    target = FilesTarget(Silent(), shop.catalogue, "recordings")  # type: ignore[arg-type]  # silent

    applied = apply(plan, targets={"recordings": target}, journal=Journal(), fence=1)

    assert applied.left["recordings"] == ("`recordings` did not answer; apply the plan again later")
