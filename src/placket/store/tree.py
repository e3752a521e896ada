"""The Merkle tree over the ledger's facts: roots, and proofs that any holder can check.

Source: RFC 9162, section 2.1, with SHA-256.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, Self

EMPTY_ROOT: Final = sha256(b"").digest()
_HASH_BYTES: Final = 32
_SIZE_BYTES: Final = 8

Subtree = Callable[[int, int], bytes]
"""Give the root over the leaves from `start` up to, not including, `end`; never an empty range."""


def leaf_hash(stored: bytes) -> bytes:
    """Return the hash of a leaf over the bytes as they are stored."""
    return sha256(b"\x00" + stored).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over its two children's hashes."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """What an append-only tree must remember to grow: one root for each bit of its size."""

    __slots__ = ("_peaks", "size")

    def __init__(self) -> None:
        self.size = 0
        # The peak at `level` is the root of 2**level leaves, or None where the size has no bit.
        self._peaks: list[bytes | None] = []

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes at the right, in order; much faster for many than one by one."""
        row = list(leaves)
        self.size += len(row)
        level = 0
        while row:
            row = self._lift(level, row)
            level += 1

    def _lift(self, level: int, row: list[bytes]) -> list[bytes]:
        """Pair up a level's hashes, with the peak that waited; return the level above."""
        if level == len(self._peaks):
            self._peaks.append(None)
        waiting = self._peaks[level]
        if waiting is not None:
            row.insert(0, waiting)
        self._peaks[level] = row.pop() if len(row) % 2 else None
        pairs = iter(row)
        return [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs)]  # noqa: B905  # one iterator twice, always even

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        found: bytes | None = None
        for peak in self._peaks:
            if peak is not None:
                found = peak if found is None else node_hash(peak, found)
        return EMPTY_ROOT if found is None else found

    def to_bytes(self) -> bytes:
        """Return the state: the size in 8 bytes, then the peaks from the smallest."""
        peaks = b"".join(peak for peak in self._peaks if peak is not None)
        return self.size.to_bytes(_SIZE_BYTES) + peaks

    @classmethod
    def from_bytes(cls, state: bytes) -> Self:
        """Restore what `to_bytes` gave. Raises ValueError when the length is another."""
        frontier = cls()
        frontier.size = int.from_bytes(state[:_SIZE_BYTES])
        if len(state) != _SIZE_BYTES + _HASH_BYTES * frontier.size.bit_count():
            raise ValueError("the tree's saved state has the wrong length")
        at = _SIZE_BYTES
        for level in range(frontier.size.bit_length()):
            here = frontier.size >> level & 1
            frontier._peaks.append(state[at : at + _HASH_BYTES] if here else None)
            at += _HASH_BYTES * here
        return frontier


def root(leaves: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def subtree_of(leaves: Sequence[bytes]) -> Subtree:
    """Return a Subtree over leaf hashes held in memory."""
    return lambda start, end: root(leaves[start:end])


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Return the proof that leaf `index` is in the tree over these leaf hashes."""
    return inclusion_path(subtree_of(leaves), index, len(leaves))


def inclusion_path(subtree: Subtree, index: int, size: int) -> list[bytes]:
    """Return the inclusion proof of leaf `index` in the first `size` leaves, leaf's end first.

    Asks `subtree` at most once for each level, so the leaves may stay in a store.
    """
    if not 0 <= index < size:
        raise IndexError("the tree has no leaf at this index")
    start, end = 0, size
    path: list[bytes] = []
    while end - start > 1:
        middle = start + _left_size(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the proof that the first `old_size` of these leaf hashes stand unchanged."""
    return consistency_path(subtree_of(leaves), old_size, len(leaves))


def consistency_path(subtree: Subtree, old_size: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `old_size` leaves is the beginning of that of `size`."""
    if not 0 <= old_size <= size:
        raise IndexError("the tree never had this size")
    if old_size in (0, size):
        return []
    start, end = 0, size
    path: list[bytes] = []
    while old_size != end:
        middle = start + _left_size(end - start)
        if old_size <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:  # an old tree that is a whole subtree from 0 is known to the verifier already
        path.append(subtree(start, end))
    return path[::-1]


def _left_size(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(
    leaf: bytes,
    index: int,
    size: int,
    proof: Sequence[bytes],
    root_hash: bytes,
) -> bool:
    """Say whether `proof` shows leaf hash `leaf` at `index` of the tree with this size and root.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            place, last = _past_right_edge(place, last)
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root_hash


def verify_consistency(
    old_size: int,
    size: int,
    old_root: bytes,
    root_hash: bytes,
    proof: Sequence[bytes],
) -> bool:
    """Say whether `proof` shows the old tree to be the beginning of the newer one.

    Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root_hash
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    steps = [old_root, *proof] if old_size.bit_count() == 1 else list(proof)
    return bool(steps) and _grown(old_size, size, steps) == (old_root, root_hash)


def _grown(old_size: int, size: int, steps: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return both roots that the steps lead to; None when there are too few or too many."""
    place, last = _past_right_turns(old_size - 1, size - 1)
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            place, last = _past_right_edge(place, last)
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _past_right_edge(place: int, last: int) -> tuple[int, int]:
    """Go up from a last node without a sibling until it is a right child, or the root."""
    while not place & 1 and place:
        place, last = place >> 1, last >> 1
    return place, last


def _past_right_turns(place: int, last: int) -> tuple[int, int]:
    while place & 1:
        place, last = place >> 1, last >> 1
    return place, last
