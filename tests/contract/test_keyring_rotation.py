"""The wrapping key changes when it is due, while others work, and leaves no old key behind."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from base64 import b64decode, b64encode
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from placket.keyring import ErasureUnfinished
from placket.keyring.wrapping import Wrap
from tests.contract.places import AAD, Place
from tests.servers import find_postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 86_400_000_000
PERSONS = [f"p_{number}" for number in range(40)]
ERASED, LIVING = PERSONS[:10], PERSONS[10:]


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    key_file = tmp_path / "wrapping.key"
    if request.param == "sqlite":
        yield Place(url=str(tmp_path / "keyring.db"), key_file=key_file)
    else:
        yield Place(url=request.getfixturevalue("postgres_database"), key_file=key_file)


def test_a_keyring_knows_since_when_its_wrapping_key_is_the_present_one(place: Place) -> None:
    with place.create() as keyring:
        began = keyring.rotated_at

        assert keyring.rotate(now=9 * DAY)
        assert not keyring.rotate(now=10 * DAY, before=9 * DAY)
        assert keyring.rotate(now=17 * DAY, before=10 * DAY)

        assert (began, keyring.rotated_at) == (0, 17 * DAY)
    with place.open() as again:
        assert again.rotated_at == 17 * DAY


def test_the_old_key_is_overwritten_where_it_stood(place: Place, tmp_path: Path) -> None:
    with place.create() as keyring:
        (tmp_path / "same blocks").hardlink_to(tmp_path / "wrapping.key")

        keyring.rotate(now=DAY)

    assert set((tmp_path / "same blocks").read_bytes()) == {0}


def test_of_several_who_find_it_due_one_rotates(place: Place) -> None:
    place.create().close()
    rotated: list[bool] = []
    together = threading.Barrier(4)

    def rotate() -> None:
        with place.open() as keyring:
            together.wait()
            rotated.append(keyring.rotate(now=9 * DAY, before=2 * DAY))

    threads = [threading.Thread(target=rotate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(rotated) == [False, False, False, True]


def test_who_works_during_rotations_loses_no_key(place: Place) -> None:
    place.create().close()
    sealed: dict[str, bytes] = {}
    faults: list[BaseException] = []
    rotations_over = threading.Event()

    def work() -> None:
        try:
            with place.open() as keyring:
                number = 0
                while not rotations_over.is_set() or number < 20:
                    person = f"p_{number}"
                    sealed[person] = keyring.ensure([person])[person].seal(b"x", aad=AAD)
                    number += 1
        except BaseException as fault:  # noqa: BLE001 - told to the test, whatever it is
            faults.append(fault)

    thread = threading.Thread(target=work)
    thread.start()
    with place.open() as rotating:
        for day in range(1, 8):
            assert rotating.rotate(now=day * DAY)
    rotations_over.set()
    thread.join()

    assert faults == []
    with place.open() as keyring:
        keys = keyring.keys_for(list(sealed))
        assert {p: keys[p].open(text, aad=AAD) for p, text in sealed.items()} == dict.fromkeys(
            sealed, b"x"
        )


def rows_of(place: Place) -> list[tuple[str, int, bytes]]:
    """Return (person, generation, wrapped) as they stand in the store."""
    query = "SELECT person, generation, wrapped FROM {} ORDER BY slot"
    if place.url.startswith("postgresql"):
        with psycopg.connect(place.url) as server:
            return server.execute(query.format("placket_keyring.person_key")).fetchall()
    with closing(sqlite3.connect(place.url)) as file:
        return file.execute(query.format("person_key")).fetchall()


def files_of(place: Place, folder: Path) -> dict[Path, bytes]:
    """Return the files in which the store and the wrapping key stand, and a dump of it."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    dump = b""
    if place.url.startswith("postgresql"):
        with psycopg.connect(place.url, autocommit=True) as server:
            server.execute("CHECKPOINT")
            (data,) = server.execute("SHOW data_directory").fetchone() or ("",)
            (oid,) = server.execute(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).fetchone() or (0,)
        if not Path(data).exists():
            pytest.skip("the server's files are on another machine")
        files += [*Path(data, "base", str(oid)).iterdir(), *Path(data, "pg_wal").glob("0*")]
        program = str((find_postgres() or Path()) / "pg_dump")
        dump = subprocess.run([program, place.url], check=True, capture_output=True).stdout
    else:
        with closing(sqlite3.connect(place.url)) as file:
            dump = "\n".join(file.iterdump()).lower().encode()
    return {**{path: path.read_bytes() for path in files}, Path("dump"): dump}


def written(secret: bytes) -> tuple[bytes, bytes, bytes]:
    """Return how a secret may stand in a file."""
    return secret, secret.hex().encode(), b64encode(secret).rstrip(b"=")[:-1]


def test_after_a_rotation_no_file_holds_what_opens_an_erased_persons_facts(
    place: Place, tmp_path: Path
) -> None:
    with place.create() as keyring:
        keyring.ensure(PERSONS)
        old, before = b64decode(place.key_file.read_bytes()), rows_of(place)
        wrap = Wrap(old, keyring.id)
        keys = [
            wrap.open(wrapped, what="person", name=person, generation=generation) or b""
            for person, generation, wrapped in before
        ]
        keyring.destroy(*ERASED)
        held = files_of(place, tmp_path)
        assert any(word in text for word in written(old) for text in held.values())

        keyring.rotate(now=DAY)

        held, after = files_of(place, tmp_path), rows_of(place)
        new = Wrap(b64decode(place.key_file.read_bytes()), keyring.id)
    assert {len(key) for key in keys} == {32}
    searched = [word for secret in [old, *keys] for word in written(secret)]
    assert {path for path, text in held.items() for word in searched if word in text} == set()
    # Of the write-ahead log that is all: old wraps stay there, and nothing is left to open one.
    assert {
        new.open(wrapped, what="person", name=person, generation=generation)
        for person, generation, wrapped in before
    } == {None}
    rows_and_dump = [text for path, text in held.items() if "pg_wal" not in path.parts]
    old_wraps = [form for _, _, wrapped in before for form in written(wrapped)[:2]]
    assert [wrap for wrap in old_wraps for text in rows_and_dump if wrap in text] == []
    assert all(
        any(wrapped in text for text in rows_and_dump)
        for person, _, wrapped in after
        if person in LIVING
    )


def test_a_rotation_does_not_wait_for_who_holds_the_keyring_and_tells_so(
    postgres_database: str, tmp_path: Path
) -> None:
    place = Place(url=postgres_database, key_file=tmp_path / "wrapping.key")
    with place.create() as keyring, psycopg.connect(place.url) as forgotten:
        keyring.ensure(PERSONS[:2])
        keyring._rows._alone_seconds = 1  # type: ignore[attr-defined]  # noqa: SLF001  # not five
        forgotten.execute("SELECT count(*) FROM placket_keyring.person_key")

        with pytest.raises(ErasureUnfinished, match="end its transaction and rotate again"):
            keyring.rotate(now=DAY)
        forgotten.rollback()

        assert keyring.has("p_0")
        assert keyring.rotate(now=2 * DAY)


def test_a_clock_that_ran_ahead_does_not_put_off_rotation_for_years(place: Place) -> None:
    with place.create() as keyring:
        keyring.rotate(now=3_650 * DAY)

        assert keyring.rotate(now=20 * DAY, before=13 * DAY)
        assert not keyring.rotate(now=20 * DAY, before=13 * DAY)
        assert keyring.rotated_at == 20 * DAY
