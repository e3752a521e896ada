"""What a plan leaves when sources go away, commits stay unknown, and roles may not."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from select import select
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from placket.plan.apply import Applied, apply
from placket.plan.plan import Action
from placket.sources.connect import open_source
from tests.contract.test_writing import ADA, change, done, rows
from tests.contract.written import (
    CUSTOMER,
    Place,
    Told,
    all_of,
    engine_for,
    erased,
    erasure,
    fill,
    overtaken,
    refill,
    step,
)
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.plan.plan import Plan

ROOT = Path(__file__).parents[2]
MOST = 200
LEFT = "`shop` went away; apply the plan again later"
Cut = Callable[[int, bytes], str]
"""Told the number and the bytes of what is sent; answers `before`, `after` or nothing."""


class Wire:
    """A way to the server that is cut before a question is sent, or after it is answered."""

    def __init__(self, url: str) -> None:
        self._to = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self.cut: Cut = lambda _number, _sent: ""
        self.sent = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        port = self._listening.getsockname()[1]
        self.url = f"{url.replace(f':{self._to[1]}/', f':{port}/')}?sslmode=disable"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                with client, socket.create_connection(self._to) as server:
                    self._carry(client, server)

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                (ready, *_), _, _ = select([client, server], [], [])
                found = ready.recv(1 << 20)
                if not found or not self._passes(found, is_question=ready is client, to=server):
                    return
                (server if ready is client else client).sendall(found)

    def _passes(self, found: bytes, *, is_question: bool, to: socket.socket) -> bool:
        if not is_question:
            return True
        self.sent += 1
        how = self.cut(self.sent, found)
        if how == "after":
            to.sendall(found)
            answer, part = b"", b" "
            # Until the server says that it is ready for the next question.
            while part and answer[-6:-1] != b"Z\0\0\0\5":
                part = to.recv(1 << 20)
                answer += part
        return not how

    def close(self) -> None:
        self._listening.close()


@contextmanager
def wired(url: str) -> Iterator[tuple[Wire, Place]]:
    wire = Wire(url)
    engine = engine_for(wire.url)
    try:
        yield wire, Place(engine)
    finally:
        engine.dispose()
        wire.close()


@pytest.fixture
def behind(postgres_database: str) -> Iterator[Place]:
    """Yield the shop by the short way, to fill it and to look at it."""
    engine = engine_for(postgres_database)
    fill(engine)
    yield Place(engine)
    engine.dispose()


def once(how: str, at: Callable[[int, bytes], bool]) -> Cut:
    cuts: list[int] = []

    def cut(number: int, sent: bytes) -> str:
        if cuts or not at(number, sent):
            return ""
        cuts.append(number)
        return how

    return cut


@pytest.mark.parametrize("how", ["before", "after"])
def test_a_commit_whose_answer_is_lost_is_asked_for_and_not_done_twice(
    behind: Place, postgres_database: str, how: str
) -> None:
    plan, journal = erasure(behind), Told()
    with wired(postgres_database) as (wire, place):
        target, passed = place.target, list[str]()

        def at_commit(_number: int, sent: bytes) -> bool:
            return "before commit" in passed and b"COMMIT" in sent

        wire.cut = once(how, at_commit)
        applied = apply(
            plan, targets={"shop": target}, journal=journal, fence=1, point=passed.append
        )

    assert applied == Applied(done=("shop",))
    assert passed.count("before commit") == 2
    assert passed.count("noted as done") == {"before": 2, "after": 1}[how]
    assert all_of(behind.engine) == erased()
    assert len(done(behind)) == 1


def from_then_on(first: int) -> Cut:
    return lambda number, _sent: "before" if number >= first else ""


def once_after(only: int) -> Cut:
    return lambda number, _sent: "after" if number == only else ""


@pytest.mark.parametrize(("cutting", "least"), [(from_then_on, 0), (once_after, 20)])
def test_a_wire_cut_at_any_question_leaves_all_or_nothing_and_the_rest_for_later(
    behind: Place, postgres_database: str, cutting: Callable[[int], Cut], least: int
) -> None:
    plan, cuts, whole = erasure(behind), 0, 0
    before = all_of(behind.engine)
    with wired(postgres_database) as (wire, place):
        target = place.target
        for number in range(1, MOST):
            refill(behind.engine)
            place.engine.dispose()
            wire.sent, wire.cut = 0, cutting(number)
            first = apply(plan, targets={"shop": target}, journal=Told(), fence=1)
            assert all_of(behind.engine) in (before, erased())
            if wire.sent < number:
                break
            cuts, whole = cuts + 1, whole + first.is_whole
            wire.cut = from_then_on(MOST**2)
            again = apply(plan, targets={"shop": target}, journal=Told(), fence=2)
            assert (again.is_whole, all_of(behind.engine)) == (True, erased())

    print(f"{cuts} cuts, {whole} of them mended at once")  # noqa: T201 - counts are shown
    assert cuts > 20
    assert whole >= least


def test_connections_that_the_server_closed_meanwhile_are_opened_anew(behind: Place) -> None:
    plan, target = erasure(behind), behind.target
    other = engine_for(behind.engine.url.render_as_string(hide_password=False))
    with other.begin() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.dispose()

    applied = apply(plan, targets={"shop": target}, journal=Told(), fence=1)

    assert applied.is_whole
    assert all_of(behind.engine) == erased()


def test_a_worker_that_freezes_with_rows_in_hand_does_not_hold_them(behind: Place) -> None:
    took_over = overtaken(behind, "SELECT pg_sleep(0.2)", ("timeout = '30s'", "timeout = '100ms'"))

    assert took_over == [Applied(done=("shop",))]
    assert all_of(behind.engine) == erased()
    assert [number for *_, number in done(behind)] == [2]


def test_a_source_that_is_down_is_left_and_ended_once_it_is_back(
    behind: Place, tmp_path: Path
) -> None:
    mail = Place(engine_for(f"sqlite:///{tmp_path}/mail.db"), "mail")
    fill(mail.engine)
    plan = both(behind, mail)
    down = engine_for(f"postgresql://placket@127.0.0.1:{free_port()}/shop")
    away, journal = replace(behind.target, engine=down), Told()

    hour = apply(plan, targets={"shop": away, "mail": mail.target}, journal=journal, fence=1)
    told = set(journal.numbers)
    later = apply(
        plan, targets={"shop": behind.target, "mail": mail.target}, journal=journal, fence=2
    )

    assert (hour.done, told) == (("mail",), {2})
    assert hour.left == {
        "shop": "`shop` did not answer or is in use by others; apply the plan again later"
    }
    assert (later, journal.numbers) == (Applied(done=("shop", "mail")), {1, 2})
    visits = 'SELECT visits FROM "Customer" WHERE id = 1'
    assert (rows(behind, visits), rows(mail, visits)) == ([(8,)], [(7,)])
    assert rows(mail, "SELECT what FROM log") == [("UPDATE Customer 1",)]
    mail.engine.dispose()
    down.dispose()


def both(shop: Place, mail: Place) -> Plan:
    """Return a plan with a write in each of two sources."""
    there = replace(step(Action.WRITE, CUSTOMER, ADA, visits=7), source=mail.name)
    seen = (*shop.seen((CUSTOMER, ADA)), *mail.seen((CUSTOMER, ADA)))
    return shop.plan(step(Action.WRITE, CUSTOMER, ADA, visits=8), there, seen=seen)


def test_one_source_refuses_and_the_other_is_done(behind: Place, tmp_path: Path) -> None:
    mail = Place(engine_for(f"sqlite:///{tmp_path}/mail.db"), "mail")
    fill(mail.engine)
    plan, journal = both(behind, mail), Told()
    change(
        mail,
        'CREATE TRIGGER no BEFORE UPDATE ON "Customer"'
        " BEGIN SELECT RAISE(ABORT, 'ada@example.org'); END",
    )

    applied = apply(
        plan, targets={"shop": behind.target, "mail": mail.target}, journal=journal, fence=1
    )

    assert (applied.done, journal.numbers) == (("shop",), {1})
    assert applied.left == {"mail": "`mail.Customer` refuses by its trigger; nothing was written"}
    assert done(mail) == []
    mail.engine.dispose()


def test_a_file_that_is_away_is_left(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    engine = engine_for(f"sqlite:///{file}")
    fill(engine)
    place = Place(engine)
    plan, kept = erasure(place), file.read_bytes()
    engine.dispose()
    engine = open_source(f"sqlite:///{file}")
    target = replace(place.target, engine=engine)
    engine.dispose()

    file.unlink()
    away = apply(plan, targets={"shop": target}, journal=Told(), fence=1)
    file.write_bytes(kept)
    back = apply(plan, targets={"shop": target}, journal=Told(), fence=2)

    assert away.left == {
        "shop": "`shop` did not answer or is in use by others; apply the plan again later"
    }
    assert back.is_whole
    engine.dispose()


def test_a_role_that_may_make_no_tables_is_told_what_to_run(behind: Place) -> None:
    role = f"writer_{free_port()}"
    change(behind, f"CREATE ROLE {role} LOGIN")
    change(behind, f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    change(behind, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    url = behind.engine.url.set(username=role).render_as_string()
    plan, target = erasure(behind), replace(behind.target, engine=engine_for(url))

    refused = apply(plan, targets={"shop": target}, journal=Told(), fence=1).left["shop"]
    head, _, statements = refused.partition("; run there: ")
    change(behind, statements)
    change(behind, f"GRANT SELECT, INSERT, UPDATE ON placket_fence, placket_done TO {role}")
    again = apply(plan, targets={"shop": target}, journal=Told(), fence=1)

    assert head == "the role may not make tables in `shop`"
    assert statements.count("CREATE TABLE") == 2
    assert again.is_whole
    assert all_of(behind.engine) == erased()
    target.engine.dispose()
    change(behind, f"DROP OWNED BY {role}")
    change(behind, f"DROP ROLE {role}")


def test_a_role_that_may_not_write_a_table_is_told_which(behind: Place) -> None:
    role = f"reader_{free_port()}"
    change(behind, f"CREATE ROLE {role} LOGIN")
    change(behind, f"GRANT CREATE ON SCHEMA public TO {role}")
    change(behind, f"GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO {role}")
    change(behind, f"GRANT INSERT ON log TO {role}")
    change(behind, f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
    url = behind.engine.url.set(username=role).render_as_string()
    before, target = all_of(behind.engine), replace(behind.target, engine=engine_for(url))

    applied = apply(erasure(behind), targets={"shop": target}, journal=Told(), fence=1)

    assert applied.left == {
        "shop": "`shop.line` may not be held and changed by this role; nothing was written"
    }
    assert all_of(behind.engine) == before
    target.engine.dispose()
    change(behind, f"DROP OWNED BY {role}")
    change(behind, f"DROP ROLE {role}")


def test_a_process_killed_anywhere_is_resumed_to_the_same_end(url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.contract.killed", url.replace(" %", ""), str(tmp_path)]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 0, ended.stderr
    kills = json.loads(ended.stdout)
    print(f"kills at each point and statement: {kills}")  # noqa: T201 - counts are shown
    assert kills["point"] == 16
    assert kills["statement"] > 20


def test_a_connection_goes_back_to_its_pool_as_it_came(tmp_path: Path) -> None:
    engine = engine_for(f"sqlite:///{tmp_path}/shop.db", pool_size=1, max_overflow=0)
    fill(engine)
    place = Place(engine)
    pragmas = ("PRAGMA foreign_keys", "PRAGMA secure_delete")
    before = [rows(place, each) for each in pragmas]

    place.apply(erasure(place))

    assert [rows(place, each) for each in pragmas] == before
    engine.dispose()
