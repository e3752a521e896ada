"""A folder and a bucket are the same store of files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from placket.sources.bucket import Bucket
from placket.sources.connect import NotADatabase, SourceUnreachable
from placket.sources.files import open_store, read_credentials
from placket.sources.folder import Folder
from placket.sources.signing import Credentials, signed
from placket.sources.stores import NotAFile, StoreRefuses
from tests.contract.bucket_server import WHO, Shelf, bucket_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from placket.sources.stores import Store

FILES = {
    "calls/4711/a.wav": b"Ada speaks",
    "calls/4711/b c+d&é.wav": b"Ada again",
    "calls/4712/a.wav": b"Bob speaks",
    "chats/x.txt": b"",
}


@dataclass
class Lent:
    """A store with the files in it, and a way to put more there behind its back."""

    store: Store
    put: Callable[[str, bytes], None]


def in_folder(root: Path) -> Lent:
    def put(path: str, body: bytes) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(body)

    return Lent(open_store(f"file://{root}"), put)


@pytest.fixture(params=["folder", "bucket", "bucket without a prefix"])
def lent(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lent]:
    if request.param == "folder":
        found = in_folder(tmp_path)
        fill(found)
        yield found
        return
    prefix = "" if "without" in request.param else "kept/here/"
    shelf = Shelf()
    shelf.put("elsewhere/calls/4711/a.wav", b"not in the store")
    with bucket_server(shelf) as endpoint:
        store = open_store(f"s3://shop/{prefix}", endpoint=endpoint, who=WHO)
        assert isinstance(store, Bucket)
        found = Lent(store, lambda path, body: shelf.put(prefix + path, body))
        fill(found)
        yield found
        store.close()


def fill(lent: Lent) -> None:
    for path, body in FILES.items():
        lent.put(path, body)


def paths(lent: Lent, start: str) -> list[str]:
    return [entry.path for entry in lent.store.entries(start)]


def test_files_are_listed_by_what_their_path_begins_with(lent: Lent) -> None:
    assert paths(lent, "calls/4711/") == ["calls/4711/a.wav", "calls/4711/b c+d&é.wav"]
    assert paths(lent, "calls/471") == list(FILES)[:3]
    assert paths(lent, "none/") == []


def test_a_file_is_read_whole_and_known_by_its_size(lent: Lent) -> None:
    for path, body in FILES.items():
        entry = lent.store.entry(path)
        assert entry is not None
        assert entry.size == len(body)
        assert datetime.fromisoformat(entry.modified).tzinfo == UTC
        assert b"".join(lent.store.read(path)) == body


def test_what_is_not_there_is_no_file(lent: Lent) -> None:
    assert lent.store.entry("calls/4711/none.wav") is None
    assert lent.store.entry("calls/4711") is None
    with pytest.raises(FileNotFoundError):
        list(lent.store.read("calls/4711/none.wav"))


def test_a_file_is_deleted_once_and_deleting_it_again_changes_nothing(lent: Lent) -> None:
    lent.store.delete("calls/4711/a.wav")
    lent.store.delete("calls/4711/a.wav")
    lent.store.delete("nowhere/at/all.wav")

    assert paths(lent, "calls/") == list(FILES)[1:3]


def test_what_placket_keeps_for_itself_is_no_row(lent: Lent) -> None:
    lent.store.put("placket_done/f_1", b"one")
    lent.store.put("placket_done/f_1", b"two")

    assert list(lent.store.own("placket_done/")) == ["placket_done/f_1"]
    assert b"".join(lent.store.read("placket_done/f_1")) == b"two"
    assert not any(path.startswith("placket_") for path in paths(lent, ""))


@pytest.mark.parametrize(
    "path", ["../out", "/etc/passwd", "calls/../../out", "calls//a", ".", "", "a\0b", "calls/"]
)
def test_no_path_leads_outside(lent: Lent, path: str) -> None:
    for act in (lent.store.delete, lambda path: list(lent.store.read(path))):
        with pytest.raises(NotAFile):
            act(path)


def test_a_link_is_neither_listed_nor_followed_nor_deleted(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"not ours")
    root = tmp_path / "root"
    root.mkdir()
    store = in_folder(root).store
    (root / "link.txt").symlink_to(outside / "secret.txt")
    (root / "below").symlink_to(outside)
    os.mkfifo(root / "pipe")

    assert list(store.entries("")) == []
    for path in ("link.txt", "below/secret.txt", "pipe"):
        with pytest.raises((NotAFile, FileNotFoundError)):
            list(store.read(path))
    for path in ("link.txt", "pipe"):
        with pytest.raises(NotAFile):
            store.delete(path)
    store.delete("below/secret.txt")
    assert (outside / "secret.txt").read_bytes() == b"not ours"
    assert (root / "link.txt").is_symlink()


def test_a_folder_that_is_not_there_is_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="there is no folder"):
        list(Folder(tmp_path / "unmounted").entries(""))


def test_a_name_that_is_no_text_stops_the_reading(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xff.wav")).write_bytes(b"")

    with pytest.raises(SourceUnreachable, match="a name that is not UTF-8"):
        list(Folder(tmp_path).entries(""))


def test_every_version_of_an_object_goes() -> None:
    shelf = Shelf(keeps_versions=True)
    for body in (b"one", b"two", None, b"three"):
        shelf.put("a.wav", body)
    shelf.put("a.wav.txt", b"another")
    with bucket_server(shelf) as endpoint:
        store = Bucket(endpoint, "shop", WHO)

        store.delete("a.wav")
        store.close()

    assert list(shelf.objects) == ["a.wav.txt"]


def test_a_store_that_lists_no_versions_deletes_the_object() -> None:
    shelf = Shelf(lists_versions=False)
    shelf.put("a.wav", b"one")
    with bucket_server(shelf) as endpoint:
        store = Bucket(endpoint, "shop", WHO)

        store.delete("a.wav")
        store.close()

    assert shelf.objects == {}


def test_a_store_that_is_away_or_refuses_is_told_without_a_path() -> None:
    shelf = Shelf()
    with bucket_server(shelf) as endpoint:
        wrong = Bucket(endpoint, "shop", Credentials(key="AKIDEXAMPLE", secret="no"))  # noqa: S106 - of the test
        with pytest.raises(StoreRefuses):
            wrong.entry("ada.wav")
        wrong.close()
        missing = Bucket(endpoint, "none", WHO)
        with pytest.raises(SourceUnreachable, match="there is no bucket `none` there"):
            list(missing.entries("ada"))
        missing.close()
        right = Bucket(endpoint, "shop", WHO)
        shelf.is_down = True
        with pytest.raises(SourceUnreachable, match="answered with 503") as raised:
            list(right.entries("ada"))
        right.close()
    gone = Bucket(endpoint, "shop", WHO)
    with pytest.raises(SourceUnreachable, match="did not answer"):
        gone.put("placket_done/x", b"")
    gone.close()
    assert "ada" not in str(raised.value)


@pytest.mark.parametrize(
    ("path", "query", "headers", "signature"),
    [
        (
            "/test.txt",
            "",
            {"range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (
            "/",
            "max-keys=2&prefix=J",
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_requests_are_signed_as_the_reference_shows(
    path: str, query: str, headers: dict[str, str], signature: str
) -> None:
    who = Credentials(key="AKIAIOSFODNN7EXAMPLE", secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")  # noqa: S106 - of the reference
    at = datetime(2013, 5, 24, tzinfo=UTC)
    host = {"host": "examplebucket.s3.amazonaws.com"}

    found = signed(who, "GET", path, query, host | headers, at=at)

    assert found["authorization"].rpartition("Signature=")[2] == signature


@pytest.mark.parametrize("url", ["file://host/a", "s3:///a", "file:a", "ftp://a/b", "s3://b/p"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(NotADatabase):
        open_store(url)


def test_who_signs_is_read_from_a_file_of_two_lines(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("AKID\n a secret \n")

    assert read_credentials(file, "") == Credentials(key="AKID", secret="a secret")  # noqa: S106 - of the test
    assert read_credentials(None, "eu-west-1") is None
    file.write_text("AKID\n")
    with pytest.raises(SourceUnreachable, match="needs the id of a key and its secret"):
        read_credentials(file, "")
