"""What a keyring leaves in its SQLite file and key file, and whom it lets in."""

import os
import sqlite3
from base64 import b64encode
from contextlib import closing
from pathlib import Path

import pytest

from placket.keyring import (
    ErasureUnfinished,
    KeyFile,
    KeyInEnvironment,
    KeyringDamaged,
    KeyringMissing,
    KeyringUnusable,
    SqliteKeyring,
    WrongWrappingKey,
    create_keyring,
    open_keyring,
)
from placket.keyring.sqlite import SqliteRows
from placket.keyring.stored import BLANK, StoredKeyring
from tests.contract.places import KEY, Place, fail, killed


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(url=str(tmp_path / "keyring.db"), key_file=tmp_path / "wrapping.key")


def wraps(path: str) -> dict[str, bytes]:
    with closing(sqlite3.connect(path)) as sql:
        return dict(sql.execute("SELECT person, wrapped FROM person_key").fetchall())


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


def test_a_destroyed_wrap_is_in_no_file(sqlite_place: Place, tmp_path: Path) -> None:
    persons = [f"p_{os.urandom(8).hex()}" for _ in range(3_000)]
    with sqlite_place.create() as keyring:
        for start in range(0, len(persons), 50):
            keyring.ensure(persons[start : start + 50])
        before = wraps(sqlite_place.url)
        assert sum(wrap in all_bytes(tmp_path) for wrap in list(before.values())[:9]) == 9

        keyring.destroy(*persons[::2])

        held = all_bytes(tmp_path)
        assert [p for p in persons[::2] if before[p] in held] == []
        assert all(before[p] in held for p in persons[1:200:2])
        assert (tmp_path / "keyring.db-wal").stat().st_size == 0
        assert set(wraps(sqlite_place.url).values()) >= {BLANK}


def test_a_destruction_killed_before_the_purge_leaves_no_trace_once_opened(
    sqlite_place: Place,
    tmp_path: Path,
) -> None:
    with sqlite_place.create() as keyring:
        keyring.ensure(["p_1"])
        wrap = wraps(sqlite_place.url)["p_1"]
    killed(sqlite_place, "destroy", "destruction committed")
    assert wrap in all_bytes(tmp_path)

    with sqlite_place.open():
        held = all_bytes(tmp_path)

    assert wrap not in held


def test_after_a_rotation_neither_old_wraps_nor_the_old_key_are_in_any_file(
    sqlite_place: Place,
    tmp_path: Path,
) -> None:
    with sqlite_place.create() as keyring:
        keyring.ensure([f"p_{number}" for number in range(500)])
        before = wraps(sqlite_place.url)
        old = sqlite_place.key_file.read_bytes()

        keyring.rotate()

        held = all_bytes(tmp_path)
        assert [person for person, wrap in before.items() if wrap in held] == []
        assert old not in held


def test_a_long_read_elsewhere_leaves_an_erasure_unfinished(sqlite_place: Place) -> None:
    with sqlite_place.create() as keyring, closing(sqlite3.connect(sqlite_place.url)) as reader:
        keyring.ensure(["p_1"])
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person_key").fetchone()
        keyring._rows._sql.execute("PRAGMA busy_timeout = 10")  # type: ignore[attr-defined]  # noqa: SLF001  # not a minute

        with pytest.raises(ErasureUnfinished):
            keyring.destroy("p_1")
        assert not keyring.has("p_1")
        reader.rollback()
        keyring.destroy("p_1")


def test_a_writer_elsewhere_who_does_not_end_is_told(sqlite_place: Place) -> None:
    with sqlite_place.create() as keyring, closing(sqlite3.connect(sqlite_place.url)) as other:
        other.execute("BEGIN IMMEDIATE")
        keyring._rows._sql.execute("PRAGMA busy_timeout = 10")  # type: ignore[attr-defined]  # noqa: SLF001  # not a minute

        with pytest.raises(KeyringUnusable) as raised:
            keyring.ensure(["p_1"])

        other.rollback()
        assert str(raised.value) == "the keyring's file refuses: database is locked"
        assert keyring.ensure(["p_1"])["p_1"].generation == 1


def test_keyring_and_key_file_are_for_their_owner_alone(
    sqlite_place: Place,
    tmp_path: Path,
) -> None:
    with sqlite_place.create() as keyring:
        keyring.ensure(["p_1"])

        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert modes == dict.fromkeys(
        ["keyring.db", "keyring.db-wal", "keyring.db-shm", "wrapping.key"],
        0o600,
    )


def test_a_key_file_open_to_others_is_refused(sqlite_place: Place) -> None:
    sqlite_place.create().close()
    sqlite_place.key_file.chmod(0o640)

    with pytest.raises(WrongWrappingKey) as raised:
        sqlite_place.open()

    assert str(raised.value) == (
        "the key file is open to others, or no plain file; give it mode 0600"
    )


def test_a_key_file_is_never_reached_through_a_link(sqlite_place: Place, tmp_path: Path) -> None:
    sqlite_place.create().close()
    sqlite_place.key_file.rename(tmp_path / "elsewhere")
    sqlite_place.key_file.symlink_to(tmp_path / "elsewhere")

    with pytest.raises(WrongWrappingKey, match="the key file cannot be used: "):
        sqlite_place.open()


def test_a_creation_killed_early_can_be_done_again(sqlite_place: Place) -> None:
    Path(sqlite_place.url).touch(mode=0o600)
    sqlite_place.key_file.touch(mode=0o600)

    with sqlite_place.create() as keyring:
        assert keyring.ensure(["p_1"])["p_1"].generation == 1


def test_an_empty_file_holds_no_keyring(sqlite_place: Place) -> None:
    Path(sqlite_place.url).touch(mode=0o600)

    with pytest.raises(KeyringMissing, match="the file holds no keyring; create one, or name"):
        sqlite_place.open()


def test_a_file_that_is_no_database_is_damaged(sqlite_place: Place) -> None:
    Path(sqlite_place.url).write_bytes(b"no database at all" * 100)

    with pytest.raises(KeyringDamaged, match="the keyring's file cannot be used: "):
        sqlite_place.open()


def test_a_wrap_moved_to_another_person_does_not_open(sqlite_place: Place) -> None:
    with sqlite_place.create() as keyring:
        keyring.ensure(["p_1", "p_2"])
    with closing(sqlite3.connect(sqlite_place.url)) as sql, sql:
        sql.execute("UPDATE person_key SET wrapped = ?", (wraps(sqlite_place.url)["p_2"],))

    with sqlite_place.open() as again:
        assert again.has("p_2")
        with pytest.raises(KeyringDamaged) as raised:
            again.keys_for(["p_1"])

    assert str(raised.value) == "the key of person `p_1` does not open; restore the keyring"


def test_a_keyring_without_its_own_keys_is_damaged(sqlite_place: Place) -> None:
    sqlite_place.create().close()
    with closing(sqlite3.connect(sqlite_place.url)) as sql, sql:
        sql.execute("DELETE FROM item WHERE name = 'signing'")

    with pytest.raises(KeyringDamaged, match="the keyring's own keys are not all there"):
        sqlite_place.open()


def test_a_signing_key_that_does_not_open_is_told(sqlite_place: Place) -> None:
    sqlite_place.create().close()
    with closing(sqlite3.connect(sqlite_place.url)) as sql, sql:
        sql.execute("UPDATE item SET value = x'00' WHERE name = 'signing'")

    with pytest.raises(KeyringDamaged) as raised:
        sqlite_place.open()

    assert str(raised.value) == "the keyring's signing key does not open; restore the keyring"


def test_a_statement_that_the_file_refuses_is_told(sqlite_place: Place) -> None:
    with sqlite_place.create() as keyring:
        with closing(sqlite3.connect(sqlite_place.url)) as sql, sql:
            sql.execute("DROP TABLE person_key")

        with pytest.raises(KeyringUnusable) as raised:
            keyring.ensure(["p_1"])

    assert str(raised.value) == "the keyring's file refuses: no such table: person_key"


def test_no_keyring_is_made_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(KeyringMissing) as raised:
        create_keyring(str(tmp_path / "none" / "k.db"), environ={"PLACKET_WRAPPING_KEY": KEY})

    assert str(raised.value) == "no keyring can be made here: No such file or directory"


def test_no_key_file_is_touched_for_a_key_that_is_in_neither(sqlite_place: Place) -> None:
    sqlite_place.create().close()
    before = sqlite_place.key_file.read_bytes()

    with pytest.raises(WrongWrappingKey, match="the key files changed meanwhile"):
        KeyFile(sqlite_place.key_file).settle(bytes(32), fail)

    assert sqlite_place.key_file.read_bytes() == before


def test_a_full_memory_forgets_keys_but_finds_them_again(sqlite_place: Place) -> None:
    sqlite_place.create().close()
    persons = [f"p_{number}" for number in range(9)]
    rows, wrapping = SqliteRows(Path(sqlite_place.url)), KeyFile(sqlite_place.key_file)

    with StoredKeyring(rows, wrapping, remembered=4) as keyring:
        assert list(keyring.ensure(persons)) == persons
        assert sorted(keyring.keys_for(persons)) == persons


def test_the_wrapping_key_may_come_from_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "keyring.db"
    first, second = (b64encode(bytes([byte]) * 32).decode() for byte in (1, 2))
    with create_keyring(str(path), environ={"PLACKET_WRAPPING_KEY": first}) as keyring:
        keyring.ensure(["p_1"])
        with pytest.raises(KeyringMissing, match="there is no next wrapping key; set PLACKET_"):
            keyring.rotate()

    both = {"PLACKET_WRAPPING_KEY": first, "PLACKET_WRAPPING_KEY_NEXT": second}
    with SqliteKeyring.open(path, KeyInEnvironment(both)) as keyring:
        keyring.rotate()
        assert keyring.has("p_1")
        with pytest.raises(WrongWrappingKey, match="the next wrapping key is the present one"):
            keyring.rotate()

    with open_keyring(str(path), environ={"PLACKET_WRAPPING_KEY": second}) as keyring:
        assert keyring.has("p_1")
    assert [file.name for file in tmp_path.iterdir()] == ["keyring.db"]


@pytest.mark.parametrize("value", ["abc", "?", b64encode(bytes(31)).decode()])
def test_a_wrapping_key_that_is_no_key_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(WrongWrappingKey) as raised:
        create_keyring(str(tmp_path / "k.db"), environ={"PLACKET_WRAPPING_KEY": value})

    assert str(raised.value) == (
        "PLACKET_WRAPPING_KEY does not hold 32 bytes in base64; set it to the key"
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "mysql://shop.example.org/keys",
            "this is no place for a keyring; write sqlite:///path or postgresql://",
        ),
        ("", "this is no place for a keyring; write sqlite:///path or postgresql://"),
        (
            "postgresql://shop.example.org/keys",
            "no wrapping key is named; set PLACKET_WRAPPING_KEY, or name a key file",
        ),
    ],
)
def test_a_url_that_names_no_keyring_is_refused(url: str, sentence: str) -> None:
    with pytest.raises(KeyringMissing) as raised:
        open_keyring(url, environ={})

    assert str(raised.value) == sentence
