"""Each fault on each kind of source: all or nothing, and the next application ends it."""

from __future__ import annotations

import re
import resource
import sqlite3
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from errno import EIO, ENOSPC
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from placket.plan.apply import TargetRefuses, TargetUnreachable, apply
from placket.sources.connect import SourceUnreachable
from placket.sources.files import open_store
from placket.sources.files_writing import FilesTarget
from tests.contract.test_files import ADAS, FILES, TABLES, Shop, catalogue
from tests.contract.written import Place, Told, all_of, engine_for, erased, erasure, fill, refill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from placket.plan.apply import Applied
    from placket.plan.plan import Plan

ROOT = Path(__file__).parents[1]
KINDS: Final = ("SQLite", "PostgreSQL", "files")

WRITING = "contract/test_writing.py"
FAILURES = "contract/test_writing_failures.py"
STORES = "contract/test_files.py"
HERE = "contract/test_fault_cells.py"
CELLS: Final = {
    ("unknown commit", "SQLite"): f"{HERE}::test_a_commit_that_raised_was_done_or_not",
    ("unknown commit", "PostgreSQL"): (
        f"{FAILURES}::test_a_commit_whose_answer_is_lost_is_asked_for_and_not_done_twice"
    ),
    ("unknown commit", "files"): f"{HERE}::test_a_store_that_fails_at_any_call",
    ("cut connection", "SQLite"): "there is none: the file is opened by the process itself",
    ("cut connection", "PostgreSQL"): (
        f"{FAILURES}::test_a_wire_cut_at_any_question_leaves_all_or_nothing_and_the_rest_for_later"
    ),
    ("cut connection", "files"): f"{HERE}::test_a_store_that_fails_at_any_call",
    ("full disk", "SQLite"): f"{HERE}::test_a_file_that_may_not_grow",
    ("full disk", "PostgreSQL"): f"{HERE}::test_a_server_whose_disk_is_full_or_broken",
    ("full disk", "files"): f"{HERE}::test_a_store_that_fails_at_any_call",
    ("input or output", "SQLite"): f"{HERE}::test_a_disk_that_refuses_a_write",
    ("input or output", "PostgreSQL"): f"{HERE}::test_a_server_whose_disk_is_full_or_broken",
    ("input or output", "files"): f"{HERE}::test_a_store_that_fails_at_any_call",
    ("stopped", "SQLite"): f"{FAILURES}::test_a_file_that_is_away_is_left",
    ("stopped", "PostgreSQL"): f"{HERE}::test_a_server_that_goes_at_any_boundary",
    ("stopped", "files"): f"{STORES}::test_a_store_that_is_away_is_told_without_a_path",
    ("frozen past the lease", "SQLite"): (
        f"{WRITING}::test_a_worker_that_wakes_after_another_took_over_writes_nothing"
    ),
    ("frozen past the lease", "PostgreSQL"): (
        f"{FAILURES}::test_a_worker_that_freezes_with_rows_in_hand_does_not_hold_them"
    ),
    ("frozen past the lease", "files"): (
        f"{STORES}::test_a_worker_whose_lease_was_taken_over_deletes_nothing"
    ),
    ("killed", "SQLite"): f"{FAILURES}::test_a_process_killed_anywhere_is_resumed_to_the_same_end",
    ("killed", "PostgreSQL"): (
        f"{FAILURES}::test_a_process_killed_anywhere_is_resumed_to_the_same_end"
    ),
    ("killed", "files"): f"{STORES}::test_a_plan_that_is_killed_at_any_point_ends_the_same",
}
"""Where each fault is shown on each kind of source, or why it cannot be."""


def test_each_cell_is_shown_by_a_test_or_cannot_be() -> None:
    named = [cell.partition("::") for cell in CELLS.values() if "::" in cell]

    for file, _, test in named:
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(), re.MULTILINE), test
    faults = dict.fromkeys(fault for fault, _ in CELLS)
    assert set(CELLS) == {(fault, kind) for fault in faults for kind in KINDS}
    print(f"{len(CELLS)} cells, {len(named)} shown")  # noqa: T201 - counts are shown


# Databases


@dataclass
class Hurt:
    """The shop in a database, a plan for it, and how it ended."""

    place: Place
    plan: Plan
    before: dict[str, list[tuple[Any, ...]]]
    fence: int = 0
    ended: list[bool] = field(default_factory=list)

    def once(self, engine: Engine | None = None, **how: Any) -> Applied | None:
        """Apply over a hurt engine: all or nothing must be there; then apply again, to the end."""
        refill(self.place.engine)
        target = self.place.target
        hurt = target if engine is None else replace(target, engine=engine)
        self.fence += 2
        journal, applied = Told(), None
        applied = apply(self.plan, targets={"shop": hurt}, journal=journal, fence=self.fence, **how)
        found = all_of(self.place.engine)
        assert found in (self.before, erased())
        assert not (journal.numbers and found == self.before)
        self.ended.append(applied.is_whole)
        return applied

    def again(self) -> None:
        """Apply over a sound engine."""
        applied = apply(
            self.plan, targets={"shop": self.place.target}, journal=Told(), fence=self.fence + 1
        )
        assert applied.is_whole, applied.left
        assert all_of(self.place.engine) == erased()


@contextmanager
def hurt_at(url: str) -> Iterator[Hurt]:
    engine = engine_for(url)
    fill(engine)
    place = Place(engine)
    yield Hurt(place, erasure(place), all_of(engine))
    engine.dispose()


def test_a_commit_that_raised_was_done_or_not(tmp_path: Path) -> None:
    with hurt_at(f"sqlite:///{tmp_path}/shop.db") as hurt:
        for when in ("before", "after"):
            engine = engine_for(f"sqlite:///{tmp_path}/shop.db")
            passed: list[str] = []
            failing(engine, when, passed)
            hurt.once(engine, point=passed.append)
            hurt.again()
            engine.dispose()

    assert len(hurt.ended) == 2


def failing(engine: Engine, when: str, passed: list[str]) -> None:
    """Let the commit of the plan fail once, before or after it is done."""
    commit, failed = engine.dialect.do_commit, list[bool]()

    def do_commit(connection: Any) -> None:
        is_due = passed[-1:] == ["before commit"] and not failed
        if not is_due or when == "after":
            commit(connection)
        if is_due:
            failed.append(True)
            fault = sqlite3.OperationalError("disk I/O error")
            fault.sqlite_errorcode, fault.sqlite_errorname = sqlite3.SQLITE_IOERR, "SQLITE_IOERR"
            raise fault

    engine.dialect.do_commit = do_commit  # type: ignore[method-assign,assignment]  # a disk that fails


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with hurt_at(url) as hurt:
        for room in range(12):
            refill(hurt.place.engine)
            engine = engine_for(url)
            limited(engine, room)
            hurt.once(engine)
            engine.dispose()
            hurt.again()

    print(f"{hurt.ended.count(False)} times full")  # noqa: T201 - counts are shown
    assert hurt.ended[-1]


def limited(engine: Engine, room: int) -> None:
    """Let the file grow by `room` pages."""

    def limit(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + room}")

    event.listen(engine, "connect", limit)


def test_a_disk_that_refuses_a_write(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    with hurt_at(url) as hurt:
        for most in (0, 512, *(2**power for power in range(10, 18))):
            refill(hurt.place.engine)
            hurt.place.engine.dispose()
            engine = engine_for(url)
            target, limits = hurt.place.target, resource.getrlimit(resource.RLIMIT_FSIZE)
            hurt.fence += 2
            journal = Told()
            try:
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
                applied = apply(
                    hurt.plan,
                    targets={"shop": replace(target, engine=engine)},
                    journal=journal,
                    fence=hurt.fence,
                )
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            engine.dispose()
            assert all_of(hurt.place.engine) in (hurt.before, erased())
            hurt.ended.append(applied.is_whole)
            hurt.again()

    print(f"{hurt.ended.count(False)} times refused")  # noqa: T201 - counts are shown
    assert False in hurt.ended
    assert hurt.ended[-1]


@pytest.mark.parametrize("code", ["53100", "58030"], ids=["full", "broken"])
def test_a_server_whose_disk_is_full_or_broken(postgres_database: str, code: str) -> None:
    with hurt_at(postgres_database) as hurt:
        for table in ("Customer", "orders", "line"):
            refill(hurt.place.engine)
            refuse(hurt.place.engine, table, code)
            hurt.once()
            refuse(hurt.place.engine, table, "")
            hurt.again()

    assert hurt.ended == [False] * 3


def refuse(engine: Engine, table: str, code: str) -> None:
    """Let the server say, at each change of a table, what it says when its disk fails."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f'DROP TRIGGER IF EXISTS "disk" ON "{table}"')
        if code:
            connection.exec_driver_sql(
                "CREATE OR REPLACE FUNCTION disk() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"
            )
            connection.exec_driver_sql(
                f'CREATE TRIGGER "disk" BEFORE UPDATE OR DELETE ON "{table}"'
                " FOR EACH ROW EXECUTE FUNCTION disk()"
            )


def test_a_server_that_goes_at_any_boundary(postgres_database: str) -> None:
    with hurt_at(postgres_database) as hurt:
        for number in range(1, 40):
            passed: list[str] = []

            def stop(name: str, passed: list[str] = passed, last: int = number) -> None:
                passed.append(name)
                if len(passed) == last:
                    end_all(hurt.place.engine)

            engine = engine_for(postgres_database)
            hurt.once(engine, point=stop)
            engine.dispose()
            hurt.again()
            if len(passed) < number:
                break

    print(f"{len(hurt.ended)} times stopped")  # noqa: T201 - counts are shown
    assert len(hurt.ended) > 10


def end_all(engine: Engine) -> None:
    """End every other connection to this database, as a server does that stops."""
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()


# Files


class Failing:
    """A store of which the n-th call fails, before it does anything or after all is done."""

    def __init__(self, store: Any, number: int, when: str, fault: OSError) -> None:
        self._store, self._left, self._when, self._fault = store, number, when, fault

    def __getattr__(self, name: str) -> Any:
        done = getattr(self._store, name)

        def call(*given: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._when == "before":
                raise SourceUnreachable(str(self._fault.strerror))
            found = done(*given)
            if self._left == 0:
                raise SourceUnreachable(str(self._fault.strerror))
            return found

        return call

    @property
    def has_failed(self) -> bool:
        return self._left <= 0


@pytest.mark.parametrize(("when", "code"), [("before", ENOSPC), ("after", EIO)])
def test_a_store_that_fails_at_any_call(tmp_path: Path, when: str, code: int) -> None:
    (tmp_path / "root").mkdir()
    store, failures = open_store(f"file://{tmp_path}/root"), 0
    for number in range(1, 60):
        for path in store.own("placket_"):
            store.delete(path)
        for path, body in FILES.items():
            store.put(path, body)
        plan, fault = plan_for(store), OSError(code, "no room")
        hurt = Failing(store, number, when, fault)
        with suppress(TargetUnreachable, TargetRefuses):
            of_files(hurt, plan, 1)
        left = {entry.path for entry in store.entries("")}
        assert set(FILES) - set(ADAS) <= left
        assert of_files(store, plan, 2).is_whole
        assert {entry.path for entry in store.entries("")} == set(FILES) - set(ADAS)
        if not hurt.has_failed:
            break
        failures += 1

    print(f"{failures} calls failed")  # noqa: T201 - counts are shown
    assert failures > 10


def of_files(store: Any, plan: Plan, fence: int) -> Applied:
    target = FilesTarget(store, catalogue(), "recordings")
    return apply(plan, targets={"recordings": target}, journal=Told(), fence=fence)


def plan_for(store: Any) -> Plan:
    """Return a plan that deletes Ada's files."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    with engine.begin() as connection:
        for statement in TABLES.strip().strip(";").split(";"):
            connection.execute(sa.text(statement))
    plan = Shop(engine, store, catalogue()).plan()
    engine.dispose()
    return replace(plan, steps=tuple(s for s in plan.steps if s.source == "recordings"))
