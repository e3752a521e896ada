"""Read a file or a long value piece by piece, archives and what they hold included."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from placket.scan.archives import (
    DEPTH,
    FAULTS,
    IN_MEMORY,
    Budget,
    Member,
    OverLimit,
    Stream,
    is_archive,
    members,
    sealed,
)
from placket.scan.layers import runs_over

if TYPE_CHECKING:
    from placket.scan.looking import Look

PIECE: Final = 1024 * 1024
OVERLAP: Final = 64 * 1024
"""Bytes that two pieces share: an identifier is shorter, however it is escaped."""

_EDGE: Final = 320
_START: Final = 32
_GOES_ON: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-%&#;=\\@\0"
)
_DEEP: Final = "an archive within archives, deeper than is opened"
_LARGE: Final = "an archive over the limits of size, number or time"
_DAMAGED: Final = "an archive that is damaged, or of a kind that is not opened"
_ENCRYPTED: Final = "encrypted"
_RUNS_OVER: Final = "a packed part over the limits of size"


@dataclass(slots=True)
class Reading:
    """What reading one file or value gave: the forms found, and why some of it was not read."""

    look: Look = field(repr=False)
    budget: Budget = field(default_factory=Budget)
    forms: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    read_bytes: int = 0

    def value(self, value: bytes) -> None:
        """Read a value of a column."""
        if is_archive(value[:_START]) or sealed(value[:_START]) or len(value) > PIECE:
            self.file(io.BytesIO(value), len(value))
        else:
            self._piece(value, "")
            self.read_bytes += len(value)

    def file(self, stream: IO[bytes], size: int) -> None:
        """Read a file that can be sought in, `size` bytes long."""
        start = stream.read(_START)
        if is_archive(start):
            self._archive(stream, start, size, depth=1, within="")
        else:
            self._plain(start, stream, within="")

    def _archive(
        self, stream: IO[bytes], start: bytes, size: int, *, depth: int, within: str
    ) -> None:
        if depth > DEPTH:
            self.unread.add(_DEEP)
            return
        inside = f" in an archive{within}"
        try:
            for member in members(stream, start, size, self.budget):
                self._member(member, depth, inside)
        except OverLimit:
            self.unread.add(_LARGE)
        except FAULTS:
            self.unread.add(_DAMAGED)

    def _member(self, member: Member, depth: int, within: str) -> None:
        self.name(member.name, within)
        if member.open is None:
            self.unread.add(_ENCRYPTED)
        else:
            self._forward(member.open(), depth, within)

    def stream(self, stream: Stream) -> None:
        """Read a file that can only be read forward; an archive is held in memory."""
        try:
            self._forward(stream, 0, "")
        except OverLimit:
            self.unread.add(_LARGE)

    def _forward(self, stream: Stream, depth: int, within: str) -> None:
        start = stream.read(_START)
        if not is_archive(start):
            self._plain(start, stream, within)
            return
        rest = stream.read(IN_MEMORY)
        if len(rest) == IN_MEMORY:
            raise OverLimit(OverLimit.__doc__)
        whole = start + rest
        self._archive(io.BytesIO(whole), start, len(whole), depth=depth + 1, within=within)

    def name(self, name: str, within: str = "") -> None:
        """Read the name of a file, with and without its ending."""
        for text in {name, name.rpartition(".")[0]}:
            self._piece(text.encode("utf-8", "replace"), f" in a file name{within}")

    def _plain(self, start: bytes, stream: Stream, within: str) -> None:
        why = sealed(start)
        if why:
            self.unread.add(why)
        kept = start
        while more := stream.read(PIECE):
            self.read_bytes += len(more)
            piece, kept = _cut(kept + more)
            self._piece(piece, within, is_last=False)
        self._piece(kept, within)
        self.read_bytes += len(start)

    def _piece(self, piece: bytes, within: str, *, is_last: bool = True) -> None:
        if not is_last and runs_over(piece, len(piece) - OVERLAP):
            self.unread.add(_RUNS_OVER)
        if not self.look.may_hold(piece):
            return
        found: set[str] = set()
        if not self.look.gather(piece, found):
            self.unread.add(_RUNS_OVER)
        self.forms.update(f"{form}{within}" for form in found)


def _cut(value: bytes) -> tuple[bytes, bytes]:
    """Return the piece to look at now, and what the next piece begins with.

    Both are cut where no address goes on: half of one would be another person's.
    """
    end = _edge_before(value, len(value))
    return value[:end], value[_edge_before(value, max(end - OVERLAP, 0)) :]


def _edge_before(value: bytes, at: int) -> int:
    """Return the nearest place at or before `at` where a text ends; `at` when none is near."""
    for place in range(at, max(at - _EDGE, 0), -1):
        if value[place - 1] not in _GOES_ON:
            return place
    return at
