import os
from pathlib import Path

import pytest

from placket.web.api.keys import (
    FILE,
    Caller,
    KeyRefused,
    KeysUnusable,
    WebKeys,
    new_key,
    read_keys,
    read_scopes,
)


def bearer(key: str) -> bytes:
    return f"Bearer {key}".encode()


def test_a_key_is_known_by_its_hash_alone(tmp_path: Path) -> None:
    file = tmp_path / FILE

    key = new_key(file, "shop", ["decide:newsletter", "facts"])

    caller = WebKeys(file).caller(bearer(key))
    assert caller == Caller("shop", {"decide": frozenset({"newsletter"}), "facts": None})
    assert key not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_request_beside_the_first_reading_is_known_too(tmp_path: Path) -> None:
    key = new_key(tmp_path / "keys.toml", "shop", ["decide"])
    beside: list[Caller | None] = []

    class Interrupted(type(tmp_path)):  # type: ignore[misc]  # the kind of path of this system
        """A file in the midst of whose first reading another request comes."""

        def stat(self, **options: bool) -> os.stat_result:
            if not beside:
                beside.append(None)
                beside[0] = keys.caller(f"Bearer {key}".encode())
            return super().stat(**options)  # type: ignore[no-any-return]  # as above

    keys = WebKeys(Interrupted(tmp_path / "keys.toml"))

    first = keys.caller(f"Bearer {key}".encode())

    assert first is not None
    assert beside == [first]


def test_two_keys_stand_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / FILE

    first, second = new_key(file, "a", ["audit"]), new_key(file, "b", ["decide"])

    keys = WebKeys(file)
    found = [keys.caller(bearer(key)) for key in (first, second)]
    assert [caller.name for caller in found if caller] == ["a", "b"]
    assert len(keys) == 2


@pytest.mark.parametrize("header", [b"", b"Bearer", b"Bearer ", b"Basic abc", b"plk_x", b"\xff"])
def test_what_bears_no_known_key_is_nobody(tmp_path: Path, header: bytes) -> None:
    new_key(tmp_path / FILE, "shop", ["decide"])

    assert WebKeys(tmp_path / FILE).caller(header) is None


def test_no_file_means_no_caller(tmp_path: Path) -> None:
    keys = WebKeys(tmp_path / FILE)

    assert keys.caller(bearer("plk_x")) is None
    assert len(keys) == 0


def test_a_key_for_all_activities_outranks_one_of_them() -> None:
    assert read_scopes(["decide:newsletter", "decide", "decide:offers"]) == {"decide": None}


def test_reach_is_by_verb_and_activity() -> None:
    caller = Caller("shop", read_scopes(["decide:newsletter", "eligible"]))

    assert caller.reaches("decide", "newsletter")
    assert not caller.reaches("decide", "offers")
    assert not caller.reaches("decide", "")
    assert caller.reaches("eligible", "anything")
    assert not caller.reaches("facts", "newsletter")
    assert not caller.may("audit")


@pytest.mark.parametrize("scope", ["", "everything", "decide:", "audit:newsletter", "decide: x"])
def test_what_is_no_scope_is_refused(scope: str) -> None:
    with pytest.raises(KeyRefused):
        read_scopes([scope])


@pytest.mark.parametrize(
    ("name", "scopes", "sentence"),
    [
        (
            "Shop",
            ["decide"],
            "a key's name has lower-case letters, digits, `-` and `_`, at most 63",
        ),
        ("", ["decide"], "a key's name has lower-case letters, digits, `-` and `_`, at most 63"),
        (
            "till",
            [],
            (
                "a key needs a scope: facts, decide, eligible, audit, requests, desk, approve,"
                " or such as `decide:newsletter`"
            ),
        ),
        ("shop", ["decide"], "there is a key `shop` already; choose another name"),
    ],
)
def test_a_key_that_cannot_be_made_changes_nothing(
    tmp_path: Path, name: str, scopes: list[str], sentence: str
) -> None:
    file = tmp_path / FILE
    new_key(file, "shop", ["decide"])
    before = file.read_text()

    with pytest.raises(KeyRefused) as refused:
        new_key(file, name, scopes)

    assert str(refused.value) == sentence
    assert file.read_text() == before


@pytest.mark.parametrize("text", ["[", "shop = 1\n", "[shop]\n", '[shop]\nsha256 = "12"\n'])
def test_a_damaged_file_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)

    with pytest.raises(KeysUnusable):
        read_keys(tmp_path / FILE)
