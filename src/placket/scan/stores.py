"""Read every object of a store that hands them out by name, and look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from placket.scan.files import Seen
from placket.scan.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.plan.scanned import Scanned
    from placket.scan.looking import Look

_REFUSED: Final = "the store did not hand it out"
_NO_LIST: Final = "the store did not list all that it holds"


class Held(Protocol):
    """One object: the path by which the store hands it out."""

    @property
    def path(self) -> str:
        """Return its path from the store's root."""


class Store(Protocol):
    """All that the scanner asks of an object store; what it raises is told as unread."""

    def entries(self, start: str, /) -> Iterator[Held]:
        """Yield the objects whose path begins with `start`."""

    def read(self, path: str, /) -> Iterator[bytes]:
        """Yield what one object holds, piece by piece."""


class _NotHandedOut(Exception):
    """the store refused."""


def scan_store(
    name: str, store: Store, look: Look, *, progress: Callable[[str, int, int], None]
) -> Scanned:
    """Return what the objects of a store hold of the needles, their names included.

    The versions of today alone: what a store keeps of earlier ones is not handed out by name.
    """
    seen = Seen(name, look)
    try:
        for number, path in enumerate(_listed(store), start=1):
            _read(path, store, seen)
            progress(name, number, number)
    except _NotHandedOut:
        seen.left("", _NO_LIST)
    return seen.scanned()


def _listed(store: Store) -> Iterator[str]:
    try:
        yield from (entry.path for entry in store.entries(""))
    except Exception:  # noqa: BLE001  # each store has its own refusals: all mean that it was not read
        raise _NotHandedOut from None


def _read(path: str, store: Store, seen: Seen) -> None:
    reading = Reading(seen.look)
    reading.name(path)
    reading.name(path.rpartition("/")[2])
    try:
        reading.stream(_Pieces(_handed_out(store, path)))
    except _NotHandedOut:
        reading.unread.add(_REFUSED)
    seen.files += 1
    seen.bytes += reading.read_bytes
    seen.found(path, reading)


def _handed_out(store: Store, path: str) -> Iterator[bytes]:
    try:
        yield from store.read(path)
    except Exception:  # noqa: BLE001  # as above
        raise _NotHandedOut from None


@dataclass(slots=True)
class _Pieces:
    """Pieces of any size as a stream that is read forward."""

    pieces: Iterator[bytes]
    kept: bytes = b""

    def read(self, size: int, /) -> bytes:
        """Return `size` bytes, fewer only at the end."""
        found = [self.kept]
        length = len(self.kept)
        while length < size and (piece := next(self.pieces, None)) is not None:
            found.append(piece)
            length += len(piece)
        whole = b"".join(found)
        self.kept = whole[size:]
        return whole[:size]
