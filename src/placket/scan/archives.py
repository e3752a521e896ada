"""What files are made of: archives are opened within limits, what cannot be opened is named."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import IO, TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTH: Final = 3
RATIO: Final = 100
ENTRIES: Final = 10_000
BYTES: Final = 1024**3
SECONDS: Final = 10
IN_MEMORY: Final = 64 * 1024**2
"""Bytes of an archive within an archive at most: it is held in memory."""

_SLACK: Final = 64 * 1024

SEALED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "a PDF: its text is drawn, not written"),
    (b"SQLite format 3\0", "a database: connect it as a source of its own"),
    (b"PAR1\x15", "a Parquet file"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office or Outlook file"),
    (b"7z\xbc\xaf\x27\x1c", "an archive of a kind that is not opened"),
    (b"Rar!\x1a\x07", "an archive of a kind that is not opened"),
    (b"\x28\xb5\x2f\xfd", "an archive of a kind that is not opened"),
    (b"\x04\x22\x4d\x18", "an archive of a kind that is not opened"),
    (b"-----BEGIN PGP MESSAGE", "encrypted"),
)
"""How kinds begin whose text cannot be read, and what is said of each."""


class Stream(Protocol):
    """All that reading asks of a file."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes, none at the end."""


_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_STREAMS: Final[tuple[tuple[bytes, Callable[[IO[bytes]], Stream]], ...]] = (
    (b"\x1f\x8b\x08", lambda stream: gzip.GzipFile(fileobj=stream)),
    *((b"BZh%d1AY&SY" % level, bz2.BZ2File) for level in range(1, 10)),
    (b"\xfd7zXZ\0", lzma.LZMAFile),
)
STARTS: Final = (*_ZIP, *(start for start, _ in _STREAMS), *(start for start, _ in SEALED))
"""How a value begins that is more than its bytes."""

FAULTS: Final = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, EOFError, OSError,
    RuntimeError, NotImplementedError, ValueError, IndexError, KeyError, OverflowError,
)  # fmt: skip
"""What the readers of archives raise on bytes that are none, or that are encrypted."""


class OverLimit(Exception):
    """An archive is larger, deeper or slower than the limits allow."""


@dataclass(slots=True)
class Budget:
    """How much may yet be opened of one file or value, however many archives are in it."""

    clock: Callable[[], float] = time.monotonic
    entries: int = ENTRIES
    left_bytes: int = BYTES
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = self.clock() + SECONDS

    def spend(self, *, entries: int = 0, opened: int = 0) -> None:
        """Count entries and opened bytes. Raises OverLimit."""
        self.entries -= entries
        self.left_bytes -= opened
        if self.entries < 0 or self.left_bytes < 0 or self.clock() > self.ends:
            raise OverLimit(OverLimit.__doc__)


class Opened:
    """A stream of what an archive holds, that ends where the limits do."""

    def __init__(self, stream: Stream, budget: Budget, packed: int) -> None:
        self._stream, self._budget = stream, budget
        self._left = RATIO * packed + _SLACK

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes. Raises OverLimit."""
        found = self._stream.read(size)
        self._left -= len(found)
        self._budget.spend(opened=len(found))
        if self._left < 0:
            raise OverLimit(OverLimit.__doc__)
        return found


@dataclass(frozen=True, slots=True)
class Member:
    """One part of an archive: its name, and how its content is read; None when it is encrypted."""

    name: str
    open: Callable[[], Opened] | None


def is_archive(start: bytes) -> bool:
    """Say whether a file that begins so can be opened."""
    return start.startswith((*_ZIP, *(begins for begins, _ in _STREAMS)))


def sealed(start: bytes) -> str:
    """Say why a file that begins so cannot be read; empty when it can."""
    return next((why for begins, why in SEALED if start.startswith(begins)), "")


def members(stream: IO[bytes], start: bytes, size: int, budget: Budget) -> Iterator[Member]:
    """Yield the parts of an archive. Raises OverLimit, and one of FAULTS when it is damaged.

    start: its first bytes, already read; size: of the whole in bytes.
    """
    stream.seek(0)
    if start.startswith(_ZIP):
        yield from _of_zip(stream, budget)
        return
    for begins, opened in _STREAMS:
        if start.startswith(begins):
            budget.spend(entries=1)
            yield Member("", partial(_unpacked, opened, stream, budget, size))


def _unpacked(
    opened: Callable[[IO[bytes]], Stream], stream: IO[bytes], budget: Budget, size: int
) -> Opened:
    return Opened(opened(stream), budget, size)


def _of_zip(stream: IO[bytes], budget: Budget) -> Iterator[Member]:
    with zipfile.ZipFile(stream) as archive:
        yield Member(archive.comment.decode("utf-8", "replace"), partial(_nothing, budget))
        for entry in archive.infolist():
            budget.spend(entries=1)
            if entry.flag_bits & 1:
                yield Member(entry.filename, None)
            elif not entry.is_dir():
                yield Member(entry.filename, partial(_entry, archive, entry, budget))


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, budget: Budget) -> Opened:
    return Opened(archive.open(entry), budget, entry.compress_size)


def _nothing(budget: Budget) -> Opened:
    return Opened(io.BytesIO(), budget, 0)
