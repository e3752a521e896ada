"""Sealed backups: of one moment, each apart, whole or not there, put back as they were."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from placket.gate.ages import NotAnIdentity, NotARecipient, NotOpened, new_identity, seal
from placket.gate.backups import (
    AlreadyThere,
    BackupUnderWay,
    NotApart,
    NothingToBackUp,
    NotThisBackup,
    RotationUnderWay,
    ToolFailed,
    What,
    back_up,
    part_of,
    put_back,
)
from placket.gate.opening import open_gate
from placket.store.ledger import no_progress
from tests.contract.gates import ADA, Shop, known, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.settings import Settings
    from tests.servers import PostgresServer

DAY = 86_400_000_000


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shop]:
    """Yield a shop whose ledger and keyring are on each store."""
    found = shop_in(tmp_path)
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.emptied() as ledger, server.emptied() as keyring:
            found.settings = replace(found.settings, ledger=ledger, keyring=keyring)
            yield found
            found.close()
    else:
        yield found
        found.close()


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    new_identity(tmp_path / "identity")
    return tmp_path / "identity"


def recipient(identity: Path) -> str:
    return identity.read_text().splitlines()[0].removeprefix("# public key: ")


def backed_up(settings: Settings, what: What, folder: Path, identity: Path) -> Path:
    return back_up(
        part_of(settings, what), folder, [recipient(identity)], now=DAY, progress=no_progress
    )


@pytest.fixture
def elsewhere(shop: Shop, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Yield settings of the same kinds of stores, in which nothing is yet."""
    there = tmp_path / "elsewhere"
    there.mkdir()
    if not shop.settings.ledger.startswith("postgresql"):
        yield replace(shop.settings, folder=there)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.emptied() as ledger, server.emptied() as keyring:
        yield replace(shop.settings, folder=there, ledger=ledger, keyring=keyring)


def test_what_is_put_back_decides_and_verifies_as_before(
    shop: Shop, elsewhere: Settings, identity: Path, tmp_path: Path
) -> None:
    gate = shop.create(policy("v1"))
    ada = known(gate, ADA)
    gate.record([yes(gate, ada)])
    gate.sequence()
    size, seals = gate.size(), gate.keys.keys_for([ada])[ada].seal(b"x", aad=b"a")

    files = {
        what: backed_up(shop.settings, what, tmp_path / "backups" / what, identity) for what in What
    }
    for what, file in files.items():
        put_back(part_of(elsewhere, what), file, identity)

    again = open_gate(elsewhere, clock=shop.clock)
    with again:
        assert again.keys.keys_for([ada])[ada].open(seals, aad=b"a") == b"x"
        assert again.size() == size
        assert again.verify(standing=True).is_whole
        assert known(again, ADA) == ada
    assert files[What.LEDGER].name == "placket-ledger-19700102T000000Z.age"
    assert {file.stat().st_mode & 0o777 for file in files.values()} == {0o600}


def test_a_backup_shows_nothing_of_what_it_holds(
    shop: Shop, identity: Path, tmp_path: Path
) -> None:
    gate = shop.create(policy("v1"))
    known(gate, ADA)

    for what in What:
        sealed = backed_up(shop.settings, what, tmp_path / what, identity).read_bytes()

        assert sealed.startswith(b"age-encryption.org/v1\n")
        assert not any(word in sealed for word in (b"SQLite", b"PGDMP", gate.keys.id.encode()))


def test_a_backup_is_of_one_moment_while_others_write(
    shop: Shop, elsewhere: Settings, identity: Path, tmp_path: Path
) -> None:
    gate = shop.create(policy("v1"))
    ada = known(gate, ADA)
    over = threading.Event()

    def write() -> None:
        with open_gate(shop.settings, clock=shop.clock) as writing:
            while not over.is_set():
                shop.clock.now += 1
                writing.record([yes(writing, ada)])

    thread = threading.Thread(target=write)
    thread.start()
    try:
        file = backed_up(shop.settings, What.LEDGER, tmp_path / "ledger", identity)
    finally:
        over.set()
        thread.join()
    keys = [
        (what, backed_up(shop.settings, what, tmp_path / what, identity))
        for what in (What.KEYRING, What.KEY)
    ]
    for what, each in [*keys, (What.LEDGER, file)]:
        put_back(part_of(elsewhere, what), each, identity)

    with open_gate(elsewhere, clock=shop.clock) as again:
        assert again.verify(standing=True).is_whole


def test_parts_are_never_backed_up_together(shop: Shop, identity: Path, tmp_path: Path) -> None:
    shop.create(policy("v1"))
    backed_up(shop.settings, What.LEDGER, tmp_path / "ledger", identity)

    with pytest.raises(NotApart, match="a folder and under a recipient each"):
        backed_up(shop.settings, What.KEYRING, tmp_path / "ledger", identity)

    assert len(list((tmp_path / "ledger").iterdir())) == 1


def test_nothing_is_put_over_what_stands_there(shop: Shop, identity: Path, tmp_path: Path) -> None:
    gate = shop.create(policy("v1"))
    files = {what: backed_up(shop.settings, what, tmp_path / what, identity) for what in What}
    size = gate.size()

    for what, file in files.items():
        with pytest.raises(AlreadyThere):
            put_back(part_of(shop.settings, what), file, identity)

    assert gate.size() == size


def test_a_backup_of_another_part_is_refused(
    shop: Shop, elsewhere: Settings, identity: Path, tmp_path: Path
) -> None:
    shop.create(policy("v1"))
    ledger = backed_up(shop.settings, What.LEDGER, tmp_path / "ledger", identity)
    other = tmp_path / "other.age"
    with other.open("wb") as written:
        seal(BytesIO(b"a letter"), written, [recipient(identity)])

    with pytest.raises(NotThisBackup, match="this is a backup of `ledger "):
        put_back(part_of(elsewhere, What.KEYRING), ledger, identity)
    with pytest.raises(NotThisBackup, match="this is a backup of `something else`"):
        put_back(part_of(elsewhere, What.LEDGER), other, identity)

    assert list(elsewhere.folder.iterdir()) == []


@pytest.mark.parametrize(
    "broken", list(product(What, ("cut short", "changed", "another identity")))
)
def test_what_does_not_open_leaves_nothing(
    shop: Shop, elsewhere: Settings, identity: Path, tmp_path: Path, broken: tuple[What, str]
) -> None:
    what, fault = broken
    shop.create(policy("v1"))
    file = backed_up(shop.settings, what, tmp_path / what, identity)
    sealed = file.read_bytes()
    if fault == "cut short":
        file.write_bytes(sealed[:-1])
    elif fault == "changed":
        file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    else:
        identity = tmp_path / "another"
        new_identity(identity)

    with pytest.raises(NotOpened):
        put_back(part_of(elsewhere, what), file, identity)

    assert list(elsewhere.folder.iterdir()) == []
    file.write_bytes(sealed)
    put_back(part_of(elsewhere, what), file, tmp_path / "identity")


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_place_that_is_no_folder_is_said_to_be_none(
    tmp_path: Path, identity: Path, kind: str
) -> None:
    shop = shop_in(tmp_path)
    shop.create(policy("v1"))
    shop.close()
    place = tmp_path / "place"
    if kind == "file":
        place.write_text("kept")
    else:
        place.symlink_to("nowhere")

    with pytest.raises(NotADirectoryError):
        backed_up(shop.settings, What.LEDGER, place, identity)

    assert place.is_symlink() or place.read_text() == "kept"


def test_a_disk_that_is_full_leaves_no_half_backup(tmp_path: Path, identity: Path) -> None:
    shop = shop_in(tmp_path)
    shop.create(policy("v1"))
    shop.close()
    pipe = tmp_path / "full"
    pipe.mkdir()
    (pipe / "placket-key-19700102T000000Z.age.part").symlink_to("/dev/full")

    file = backed_up(shop.settings, What.KEY, pipe, identity)

    # What a killed one left is taken away, and never written through.
    assert [each.name for each in pipe.iterdir()] == [file.name]
    assert not file.is_symlink()


def test_two_backups_of_one_ledger_at_once_never_mix(tmp_path: Path, identity: Path) -> None:
    shop = shop_in(tmp_path)
    shop.create(policy("v1"))
    shop.close()
    ledger, to = part_of(shop.settings, What.LEDGER), [recipient(identity)]
    refused: list[BaseException] = []

    def meanwhile(_done: int, _total: int) -> None:
        for folder in (tmp_path / "one", tmp_path / "two"):
            with pytest.raises(BackupUnderWay) as caught:
                back_up(ledger, folder, to, now=DAY, progress=no_progress)
            refused.append(caught.value)

    file = back_up(ledger, tmp_path / "one", to, now=DAY, progress=meanwhile)

    assert len(refused) >= 2
    assert [each.name for each in (tmp_path / "one").iterdir()] == [file.name]
    assert list((tmp_path / "two").iterdir()) == []
    put_back(replace(ledger, place=str(tmp_path / "again.db")), file, identity)


def test_a_copy_that_a_kill_left_is_in_nobodys_way(tmp_path: Path, identity: Path) -> None:
    shop = shop_in(tmp_path)
    shop.create(policy("v1"))
    shop.close()
    ledger = part_of(shop.settings, What.LEDGER)
    copy = Path(f"{ledger.place}.copy")
    copy.write_bytes(b"half of a page")

    file = backed_up(shop.settings, What.LEDGER, tmp_path / "l", identity)

    assert not copy.exists()
    put_back(replace(ledger, place=str(tmp_path / "again.db")), file, identity)


@pytest.mark.parametrize("point", ["next wrapping key written", "old wrapping key overwritten"])
def test_no_key_is_backed_up_while_it_is_changed(
    tmp_path: Path, identity: Path, point: str
) -> None:
    shop = shop_in(tmp_path)
    gate = shop.create(policy("v1"))

    class Killed(BaseException):
        """the process was killed."""

    def kill(name: str) -> None:
        if name == point:
            raise Killed

    with pytest.raises(Killed):
        gate.keys.rotate(point=kill)
    with pytest.raises(RotationUnderWay):
        backed_up(shop.settings, What.KEY, tmp_path / "k", identity)

    assert list((tmp_path / "k").iterdir()) == []


def test_no_key_is_put_back_beside_one_that_a_rotation_left(
    shop: Shop, elsewhere: Settings, identity: Path, tmp_path: Path
) -> None:
    shop.create(policy("v1"))
    file = backed_up(shop.settings, What.KEY, tmp_path / "k", identity)
    part = part_of(elsewhere, What.KEY)
    left = Path(f"{part.place}.next")
    left.write_bytes(b"the only key of a newer keyring")

    with pytest.raises(AlreadyThere, match=left.name):
        put_back(part, file, identity)

    assert list(elsewhere.folder.iterdir()) == [left]


def test_wrong_words_are_refused_with_a_sentence(tmp_path: Path, identity: Path) -> None:
    shop = shop_in(tmp_path)
    shop.create(policy("v1"))
    shop.close()
    (tmp_path / "letter").write_text("dear sir")
    key = part_of(shop.settings, What.KEY)
    away = replace(shop.settings, ledger="postgresql://127.0.0.1:1/none")

    with pytest.raises(NotARecipient):
        back_up(key, tmp_path / "k", ["age1x"], now=DAY, progress=no_progress)
    file = backed_up(shop.settings, What.KEY, tmp_path / "k", identity)
    with pytest.raises(NotAnIdentity, match="letter holds no identity of age"):
        put_back(replace(key, place=str(tmp_path / "new.key")), file, tmp_path / "letter")
    with pytest.raises(NothingToBackUp, match="there is no ledger at its place"):
        backed_up(replace(shop.settings, ledger="none.db"), What.LEDGER, tmp_path / "l", identity)
    with pytest.raises(ToolFailed, match="`pg_dump` failed: "):
        backed_up(away, What.LEDGER, tmp_path / "l", identity)

    assert [each.name for each in (tmp_path / "l").iterdir()] == []
    assert [each for each in (tmp_path / "k").iterdir() if each != file] == []


def test_a_keyring_that_is_backed_up_leaves_no_second_copy_on_the_disk(
    tmp_path: Path, identity: Path
) -> None:
    shop = shop_in(tmp_path)
    gate = shop.create(policy("v1"))
    known(gate, ADA)
    shop.close()
    place = part_of(shop.settings, What.KEYRING).place
    with closing(sqlite3.connect(place)) as sql:
        (wrap,) = sql.execute("SELECT wrapped FROM person_key").fetchone()

    backed_up(shop.settings, What.KEYRING, tmp_path / "k", identity)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    holding = {path.name.removesuffix("-wal") for path in files if wrap in path.read_bytes()}
    assert holding == {Path(place).name}
