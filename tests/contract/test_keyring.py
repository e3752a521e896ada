"""The keyring's contract, kept by SQLite and by PostgreSQL."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from placket.keyring import (
    ForeignKeyring,
    Keyring,
    KeyringExists,
    KeyringMissing,
    KeyringUnusable,
    SealBroken,
    WrongWrappingKey,
    open_keyring,
)
from tests.contract.places import AAD, DESTRUCTION, KEY, ROTATION, Place, fail, killed


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


def test_a_renewed_key_opens_nothing_from_before_and_is_no_destroyed_one(
    place: Place, keyring: Keyring
) -> None:
    before = keyring.ensure(["p_1", "p_2"])
    sealed = before["p_1"].seal(b"born 1990-01-01", aad=AAD)

    keyring.renew("p_1")

    fresh = keyring.keys_for(["p_1", "p_2"])
    assert [(key.person, key.generation) for key in fresh.values()] == [("p_1", 2), ("p_2", 1)]
    with pytest.raises(SealBroken):
        fresh["p_1"].open(sealed, aad=AAD)
    with place.open() as again:
        assert again.destroyed() == ()
        assert (
            again.keys_for(["p_1"])["p_1"].open(fresh["p_1"].seal(b"x", aad=AAD), aad=AAD) == b"x"
        )


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

    assert (
        str(raised.value) == "the keyring's server does not let us in; is it up, and the URL right?"
    )


# From here on: what holds of the SQLite file and of the key file.
