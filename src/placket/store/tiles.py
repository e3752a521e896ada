"""The tree in tiles of 256 hashes: grown, summed and proved without reading every leaf.

Source: C2SP `tlog-tiles`: an entry at level k is the root of 256**k leaves.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from placket.store.tree import EMPTY_ROOT, node_hash, root

WIDTH: Final = 256
HASH_BYTES: Final = 32
_SHIFT: Final = 8

Read = Callable[[int, int], bytes]
"""Give the hashes of a tile, level and number, joined; empty when there is none."""

Tile = tuple[int, int, bytes]
"""Level, number and joined hashes; the last of a level may be unfinished."""


def grown(read: Read, size: int, leaves: Sequence[bytes]) -> Iterator[Tile]:
    """Yield the tiles that change when `leaves` are added to a tree of `size` leaves."""
    level, count, fresh = 0, size, list(leaves)
    while fresh:
        number, begun = divmod(count, WIDTH)
        hashes = split(read(level, number))[:begun] if begun else []
        hashes += fresh
        fresh = []
        for start in range(0, len(hashes), WIDTH):
            part = hashes[start : start + WIDTH]
            yield level, number + start // WIDTH, b"".join(part)
            if len(part) == WIDTH:
                fresh.append(root(part))
        level, count = level + 1, count // WIDTH


def split(joined: bytes) -> list[bytes]:
    """Return the hashes that a tile joins."""
    return [joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES)]


class Subtrees:
    """Roots over ranges of leaves, each tile read at most once."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def __call__(self, start: int, end: int) -> bytes:
        """Return the root over leaves `start` to `end`, exclusive, as RFC 9162 splits them."""
        count = end - start
        if count & (count - 1):
            middle = start + (1 << count.bit_length() - 1)
            return node_hash(self(start, middle), self(middle, end))
        level = (count.bit_length() - 1) // _SHIFT
        width = WIDTH**level
        number, first = divmod(start // width, WIDTH)
        hashes = self._tile(level, number)[first : first + count // width]
        if len(hashes) != count // width:
            raise IndexError("the tree's tiles end before its leaves")
        return root(hashes)

    def _tile(self, level: int, number: int) -> list[bytes]:
        found = self._tiles.get((level, number))
        if found is None:
            found = self._tiles[level, number] = split(self._read(level, number))
        return found


def root_of(read: Read, size: int) -> bytes:
    """Return the root over the first `size` leaves. Raises IndexError when tiles are missing."""
    return Subtrees(read)(0, size) if size else EMPTY_ROOT
