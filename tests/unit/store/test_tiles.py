"""Tiles give the roots and proofs that the whole list of leaves gives."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from placket.store.tiles import WIDTH, Subtrees, grown, root_of, split
from placket.store.tree import (
    EMPTY_ROOT,
    consistency_path,
    consistency_proof,
    inclusion_path,
    inclusion_proof,
    root,
)

LEAVES = [sha256(str(number).encode()).digest() for number in range(WIDTH * WIDTH + 700)]


def stored(*sizes: int) -> Callable[[int, int], bytes]:
    """Return how to read the tiles of a tree that grew to each of `sizes` in turn."""
    tiles: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        return tiles.get((level, number), b"")

    size = 0
    for to in sizes:
        tiles.update({tile[:2]: tile[2] for tile in list(grown(read, size, LEAVES[size:to]))})
        size = to
    return read


@pytest.mark.parametrize("steps", [(1,), (255, 256), (256,), (3, 257, 600), (255, 513, 1024)])
def test_the_root_does_not_depend_on_how_the_tree_grew(steps: tuple[int, ...]) -> None:
    assert root_of(stored(*steps), steps[-1]) == root(LEAVES[: steps[-1]])


def test_no_leaf_has_the_empty_root() -> None:
    assert root_of(stored(), 0) == EMPTY_ROOT


def test_three_levels_of_tiles_give_every_proof() -> None:
    size = len(LEAVES)
    read = stored(70, 40_000, size)

    assert len(split(read(2, 0))) == 1
    assert root_of(read, size) == root(LEAVES)
    for index in (0, 255, 256, 65_535, 65_536, size - 1):
        path = inclusion_path(Subtrees(read), index, size)
        assert path == inclusion_proof(LEAVES, index)
    for old in (1, 256, 65_536, 65_537, size - 1):
        assert consistency_path(Subtrees(read), old, size) == consistency_proof(LEAVES, old)


def test_a_proof_reads_few_tiles() -> None:
    read, asked = stored(len(LEAVES)), []

    def counted(level: int, number: int) -> bytes:
        asked.append((level, number))
        return read(level, number)

    inclusion_path(Subtrees(counted), 12_345, len(LEAVES))

    assert len(asked) == len(set(asked)) <= 8


def test_missing_tiles_are_not_taken_for_a_smaller_tree() -> None:
    with pytest.raises(IndexError):
        root_of(stored(300), 400)
