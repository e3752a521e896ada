"""The keyring's contract, kept by SQLite and by PostgreSQL."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from placket.keyring import (
    ErasureUnfinished,
    ForeignKeyring,
    KeyFile,
    KeyInEnvironment,
    Keyring,
    KeyringDamaged,
    KeyringExists,
    KeyringMissing,
    KeyringUnusable,
    SealBroken,
    SqliteKeyring,
    WrongWrappingKey,
    create_keyring,
    open_keyring,
)
from placket.keyring.sqlite import SqliteRows
from placket.keyring.stored import BLANK, StoredKeyring

KEY = b64encode(bytes(32)).decode()
AAD = b"p_1 f_1 consent.given 1"
ROTATION = [
    "next wrapping key written",
    "keys wrapped again",
    "rotation committed",
    "old wrapping key overwritten",
    "old wrapping key destroyed",
    "files purged",
]
DESTRUCTION = ["wrap overwritten", "destruction committed", "files purged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a test's keyring stands, and its wrapping key."""

    url: str
    key_file: Path

    def create(self) -> Keyring:
        return create_keyring(self.url, key_file=self.key_file, environ={})

    def open(self, keyring_id: str | None = None) -> Keyring:
        return open_keyring(
            self.url,
            keyring_id=keyring_id,
            key_file=self.key_file,
            environ={},
        )


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    key_file = tmp_path / "wrapping.key"
    if request.param == "sqlite":
        return Place(url=f"sqlite:///{tmp_path / 'keyring.db'}", key_file=key_file)
    return Place(url=request.getfixturevalue("postgres_database"), key_file=key_file)


@pytest.fixture
def keyring(place: Place) -> Iterator[Keyring]:
    with place.create() as made:
        yield made


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    return Place(url=str(tmp_path / "keyring.db"), key_file=tmp_path / "wrapping.key")


def test_a_new_keyring_holds_no_person_key(keyring: Keyring) -> None:
    assert keyring.keys_for(["p_1", "p_2"]) == {}
    assert not keyring.has("p_1")


def test_ensure_makes_one_key_for_each_person_and_keeps_it(keyring: Keyring) -> None:
    made = keyring.ensure(["p_1", "p_2", "p_1"])

    again = keyring.ensure(["p_2", "p_3"])

    assert [(key.person, key.generation) for key in made.values()] == [("p_1", 1), ("p_2", 1)]
    assert list(keyring.keys_for(["p_1", "p_2", "p_3", "p_4"])) == ["p_1", "p_2", "p_3"]
    assert again["p_2"].open(made["p_2"].seal(b"x", aad=AAD), aad=AAD) == b"x"


def test_what_was_sealed_opens_after_the_keyring_was_closed(place: Place) -> None:
    with place.create() as first:
        sealed = first.ensure(["p_1"])["p_1"].seal(b"born 1990-01-01", aad=AAD)
        about = (first.id, first.hmac_key, first.public_key)

    with place.open() as second:
        assert second.keys_for(["p_1"])["p_1"].open(sealed, aad=AAD) == b"born 1990-01-01"
        assert (second.id, second.hmac_key, second.public_key) == about


def test_a_seal_opens_with_its_own_key_and_place_only(keyring: Keyring) -> None:
    keys = keyring.ensure(["p_1", "p_2"])
    sealed = keys["p_1"].seal(b"secret", aad=AAD)

    for key, given, aad in [
        (keys["p_2"], sealed, AAD),
        (keys["p_1"], sealed, b"p_1 f_2 consent.given 1"),
        (keys["p_1"], sealed[:-1], AAD),
        (keys["p_1"], sealed[:-1] + bytes([sealed[-1] ^ 1]), AAD),
        (keys["p_1"], b"", AAD),
    ]:
        with pytest.raises(SealBroken):
            key.open(given, aad=aad)


def test_two_seals_of_one_text_differ(keyring: Keyring) -> None:
    key = keyring.ensure(["p_1"])["p_1"]

    assert key.seal(b"secret", aad=AAD) != key.seal(b"secret", aad=AAD)


def test_a_repr_shows_no_key(keyring: Keyring) -> None:
    assert repr(keyring.ensure(["p_1"])["p_1"]) == "PersonKey(p_1, generation 1)"


def test_the_signature_verifies_with_the_public_key(keyring: Keyring) -> None:
    signature = keyring.sign(b"checkpoint")

    Ed25519PublicKey.from_public_bytes(keyring.public_key).verify(signature, b"checkpoint")


def test_a_destroyed_key_is_gone_for_good(place: Place, keyring: Keyring) -> None:
    before = keyring.ensure(["p_1", "p_2"])
    sealed = before["p_1"].seal(b"secret", aad=AAD)

    keyring.destroy("p_1")

    assert list(keyring.keys_for(["p_1", "p_2"])) == ["p_2"]
    with place.open() as other:
        assert not other.has("p_1")
    after = keyring.ensure(["p_1"])["p_1"]
    assert after.generation == 2
    with pytest.raises(SealBroken):
        after.open(sealed, aad=AAD)


def test_a_cluster_is_destroyed_at_once_and_again_without_harm(keyring: Keyring) -> None:
    keyring.ensure(["p_1", "p_2", "p_3"])

    keyring.destroy("p_1", "p_3", "p_never")
    keyring.destroy("p_1")

    assert list(keyring.keys_for(["p_1", "p_2", "p_3"])) == ["p_2"]


def test_a_key_destroyed_by_one_process_is_used_by_no_other(
    place: Place,
    keyring: Keyring,
) -> None:
    keyring.ensure(["p_1", "p_2"])
    with place.open() as other:
        assert other.has("p_1")

        keyring.destroy("p_1")

        assert list(other.keys_for(["p_1", "p_2"])) == ["p_2"]


def test_two_that_ensure_at_once_get_the_same_keys(place: Place, keyring: Keyring) -> None:
    persons = [f"p_{number}" for number in range(200)]
    with place.open() as other:
        thread = threading.Thread(target=lambda: [other.ensure([p]) for p in persons])
        thread.start()
        for person in reversed(persons):
            keyring.ensure([person])
        thread.join()

        mine, theirs = keyring.keys_for(persons), other.keys_for(persons)

    sealed = {person: key.seal(b"x", aad=AAD) for person, key in mine.items()}
    assert {theirs[p].open(sealed[p], aad=AAD) for p in persons} == {b"x"}


def test_all_keys_open_after_a_rotation_with_the_new_wrapping_key(place: Place) -> None:
    with place.create() as keyring:
        keyring.ensure(["p_1", "p_2"])
        keyring.destroy("p_2")
        sealed = keyring.ensure(["p_1"])["p_1"].seal(b"x", aad=AAD)
        about = (keyring.id, keyring.hmac_key, keyring.public_key)
        old = place.key_file.read_bytes()

        keyring.rotate()

        assert keyring.keys_for(["p_1", "p_2"])["p_1"].open(sealed, aad=AAD) == b"x"
    assert place.key_file.read_bytes() != old
    with place.open() as again:
        assert again.keys_for(["p_1", "p_2"])["p_1"].open(sealed, aad=AAD) == b"x"
        assert (again.id, again.hmac_key, again.public_key) == about
        again.ensure(["p_2"])
        again.rotate()
        assert len(again.keys_for(["p_1", "p_2"])) == 2


def test_the_old_wrapping_key_opens_nothing_after_a_rotation(place: Place) -> None:
    with place.create() as keyring:
        keyring.ensure(["p_1"])
        old = place.key_file.read_bytes()
        keyring.rotate()
        keyring_id = keyring.id
    place.key_file.write_bytes(old)

    with pytest.raises(WrongWrappingKey) as raised:
        place.open()

    assert str(raised.value) == (
        f"the wrapping key does not open keyring `{keyring_id}`; "
        "give the one that was made or rotated with it"
    )


def test_a_process_that_was_open_works_on_after_a_rotation(place: Place, keyring: Keyring) -> None:
    with place.open() as other:
        other.ensure(["p_1"])

        keyring.rotate()
        other.ensure(["p_2"])

        assert list(other.keys_for(["p_1", "p_2"])) == ["p_1", "p_2"]
    with place.open() as again:
        assert list(again.keys_for(["p_1", "p_2"])) == ["p_1", "p_2"]


@pytest.mark.parametrize("when", ROTATION)
def test_opening_during_a_rotation_does_not_disturb_it(
    place: Place,
    keyring: Keyring,
    when: str,
) -> None:
    keyring.ensure(["p_1"])
    seen: list[bool] = []

    def look() -> None:
        with place.open() as other:
            seen.append(other.has("p_1"))

    thread = threading.Thread(target=look)
    keyring.rotate(point=lambda name: thread.start() if name == when else None)
    thread.join()

    assert seen == [True]
    assert keyring.has("p_1")
    with place.open() as again:
        assert again.has("p_1")


CHILD = """
import os, signal, sys
from pathlib import Path
from placket.keyring import open_keyring
url, key_file, act, when = sys.argv[1:]
keyring = open_keyring(url, key_file=Path(key_file), environ={})
def point(name):
    if name == when:
        os.kill(os.getpid(), signal.SIGKILL)
keyring.rotate(point=point) if act == "rotate" else keyring.destroy("p_1", point=point)
"""


def killed(place: Place, act: str, when: str) -> None:
    """Run `act` in a process that kills itself at the point `when`."""
    arguments = [sys.executable, "-c", CHILD, place.url, str(place.key_file), act, when]
    done = subprocess.run(arguments, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("when", ROTATION)
def test_a_rotation_killed_at_any_point_loses_no_key(place: Place, when: str) -> None:
    with place.create() as keyring:
        sealed = keyring.ensure(["p_1"])["p_1"].seal(b"x", aad=AAD)

    killed(place, "rotate", when)

    with place.open() as again:
        assert again.keys_for(["p_1"])["p_1"].open(sealed, aad=AAD) == b"x"
        assert sorted(place.key_file.parent.glob("wrapping*")) == [place.key_file]
        again.rotate()
        assert again.has("p_1")


@pytest.mark.parametrize("when", DESTRUCTION)
def test_a_destruction_killed_at_any_point_is_done_or_not_begun(place: Place, when: str) -> None:
    with place.create() as keyring:
        keyring.ensure(["p_1", "p_2"])

    killed(place, "destroy", when)

    with place.open() as again:
        assert again.has("p_1") == (when == "wrap overwritten")
        again.destroy("p_1")
        assert list(again.keys_for(["p_1", "p_2"])) == ["p_2"]


def test_every_point_has_its_kill(keyring: Keyring) -> None:
    rotation: list[str] = []
    destruction: list[str] = []

    keyring.rotate(point=rotation.append)
    keyring.destroy("p_1", point=destruction.append)

    assert (rotation, destruction) == (ROTATION, DESTRUCTION)


def test_a_step_that_fails_changes_nothing(keyring: Keyring) -> None:
    keyring.ensure(["p_1"])

    with pytest.raises(ZeroDivisionError):
        keyring.rotate(point=fail)
    with pytest.raises(ZeroDivisionError):
        keyring.destroy("p_1", point=fail)

    assert keyring.has("p_1")
    keyring.rotate()
    assert keyring.has("p_1")


def fail(_name: str) -> None:
    raise ZeroDivisionError


def test_there_is_one_keyring_in_one_place(place: Place, keyring: Keyring) -> None:
    with pytest.raises(KeyringExists, match="a keyring stands here already; open it, or name"):
        place.create()

    assert not keyring.has("p_1")


def test_a_keyring_that_is_not_there_is_missing(place: Place) -> None:
    with pytest.raises(KeyringMissing, match="create one, or name another"):
        place.open()


def test_the_keyring_of_another_ledger_is_refused(place: Place, keyring: Keyring) -> None:
    with pytest.raises(ForeignKeyring) as raised:
        place.open("k_other")

    assert str(raised.value) == (
        f"this is keyring `{keyring.id}`, the ledger's is `k_other`; name the other one"
    )
    with place.open(keyring.id) as mine:
        assert mine.id == keyring.id


def test_without_its_wrapping_key_nothing_opens(place: Place, keyring: Keyring) -> None:
    place.key_file.unlink()

    with pytest.raises(KeyringMissing) as raised:
        place.open(keyring.id)

    assert str(raised.value) == (
        "there is no wrapping key in the key file; "
        "put back the file that was made with this keyring"
    )


def test_only_postgres_keeps_traces_until_the_next_rotation(place: Place, keyring: Keyring) -> None:
    assert keyring.traces_until_rotation == place.url.startswith("postgres")


def test_a_cut_connection_is_told_and_made_again(postgres_database: str, tmp_path: Path) -> None:
    place = Place(url=postgres_database, key_file=tmp_path / "wrapping.key")
    with place.create() as keyring:
        keyring.ensure(["p_1"])
        with psycopg.connect(place.url, autocommit=True) as sql:
            sql.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )

        with pytest.raises(KeyringUnusable, match="the keyring's server went away; try again"):
            keyring.ensure(["p_2"])

        assert list(keyring.ensure(["p_1", "p_2"])) == ["p_1", "p_2"]


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(KeyringUnusable) as raised:
        open_keyring("postgresql://127.0.0.1:1/keys", environ={"PLACKET_WRAPPING_KEY": KEY})

    assert str(raised.value) == "the keyring's server does not let us in; is it up?"


# From here on: what holds of the SQLite file and of the key file.


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
