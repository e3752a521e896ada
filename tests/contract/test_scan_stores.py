"""The scan of object stores: what they hand out by name is read, what they refuse is unread."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from placket.plan.scanned import Scanned, Unread, file_name
from placket.scan.scan import scan
from placket.sources.files import open_store
from tests.contract.bucket_server import WHO, Shelf, bucket_server
from tests.contract.test_scan import forms, of, zip_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.scan.stores import Store

ADDRESS = b"to ada@example.org, again"


def scanned(store: Store) -> Scanned:
    return scan({"calls": store}, of("email:ada@example.org"))


def test_the_objects_of_a_bucket_are_read_with_their_names() -> None:
    shelf = Shelf()
    objects = {
        "chats/a.txt": ADDRESS,
        "chats/ada@example.org/b.txt": b"",
        "sheets/c.xlsx": zip_of({"xl/sharedStrings.xml": ADDRESS}),
        "logs/d": gzip.compress(b"x" * 100 + ADDRESS),
        "late": b"x " * 1_500_000 + ADDRESS,
        "other": b"nada@example.org",
    }
    for path, body in objects.items():
        shelf.put(path, body)

    with bucket_server(shelf) as endpoint:
        store = open_store("s3://shop/", endpoint=endpoint, who=WHO)
        found = scanned(store)
        store.close()

    assert forms(found) == {
        file_name("chats/a.txt"): {"email"},
        file_name("chats/ada@example.org/b.txt"): {"email in a file name"},
        file_name("sheets/c.xlsx"): {"email in an archive"},
        file_name("logs/d"): {"email in an archive"},
        file_name("late"): {"email"},
    }
    assert (found.unread, found.rows) == ((), 6)
    assert found.probes[0].bytes > 3_000_000


@dataclass(frozen=True)
class Entry:
    path: str


@dataclass
class Lying:
    """A store that lists what it does not hand out, and stops in the middle of its list."""

    names: tuple[str, ...]
    held: dict[str, list[bytes]] = field(default_factory=dict)
    stops: bool = False

    def entries(self, start: str) -> Iterator[Entry]:
        yield from (Entry(name) for name in self.names)
        if self.stops:
            raise TimeoutError("ada@example.org")

    def read(self, path: str) -> Iterator[bytes]:
        yield from self.held[path]


def test_what_a_store_does_not_hand_out_is_unread_and_its_words_are_not_told() -> None:
    store = Lying(names=("gone", "here"), held={"here": [b"to ada@", b"example.org"]}, stops=True)

    found = scanned(store)

    assert forms(found) == {file_name("here"): {"email"}}
    assert found.unread == (
        Unread(where=f"calls.{file_name('gone')}", why="the store did not hand it out"),
        Unread(where=f"calls.{file_name('')}", why="the store did not list all that it holds"),
    )
    assert "ada@" not in repr(found)


def test_an_archive_that_is_held_in_memory_has_a_limit() -> None:
    head = gzip.compress(b"")[:10]
    store = Lying(names=("a",), held={"a": [head, *[bytes(1 << 20)] * 65]})

    assert [each.why for each in scanned(store).unread] == [
        "an archive over the limits of size, number or time"
    ]
