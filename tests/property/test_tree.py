"""Theorems about the Merkle tree, against the recursive definitions of RFC 9162."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from placket.store.tree import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(bytes([number])) for number in range(65)]
SIZES = range(65)


def oracle_root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = oracle_split(len(leaves))
    return sha256(b"\x01" + oracle_root(leaves[:k]) + oracle_root(leaves[k:])).digest()


def oracle_split(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


def oracle_path(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = oracle_split(len(leaves))
    if index < k:
        return [*oracle_path(index, leaves[:k]), oracle_root(leaves[k:])]
    return [*oracle_path(index - k, leaves[k:]), oracle_root(leaves[:k])]


def oracle_subproof(size: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    if size == len(leaves):
        return [] if whole else [oracle_root(leaves)]
    k = oracle_split(len(leaves))
    if size <= k:
        return [*oracle_subproof(size, leaves[:k], whole=whole), oracle_root(leaves[k:])]
    return [*oracle_subproof(size - k, leaves[k:], whole=False), oracle_root(leaves[:k])]


@pytest.mark.parametrize("size", SIZES)
def test_root_frontier_and_definition_agree(size: int) -> None:
    frontier = Frontier()
    for leaf in LEAVES[:size]:
        frontier.append(leaf)

    assert frontier.root() == root(LEAVES[:size]) == oracle_root(LEAVES[:size])
    assert Frontier.from_bytes(frontier.to_bytes()).root() == frontier.root()


@pytest.mark.parametrize("size", SIZES[1:])
def test_every_leaf_has_the_defined_proof_and_it_verifies(size: int) -> None:
    leaves = LEAVES[:size]
    whole = oracle_root(leaves)
    for index in range(size):
        proof = inclusion_proof(leaves, index)

        assert proof == oracle_path(index, leaves)
        assert verify_inclusion(leaves[index], index, size, proof, whole)


@pytest.mark.parametrize("size", SIZES[1:])
def test_every_older_tree_has_the_defined_proof_and_it_verifies(size: int) -> None:
    leaves = LEAVES[:size]
    for old_size in range(1, size + 1):
        proof = consistency_proof(leaves, old_size)

        roots = oracle_root(leaves[:old_size]), oracle_root(leaves)
        assert proof == oracle_subproof(old_size, leaves)
        assert verify_consistency(old_size, size, *roots, proof)


@given(st.lists(st.integers(0, 20), max_size=6))
def test_cutting_the_leaves_into_batches_changes_nothing(batches: list[int]) -> None:
    leaves = [leaf_hash(bytes([number])) for number in range(sum(batches))]
    frontier, at = Frontier(), 0
    for count in batches:
        frontier.extend(leaves[at : at + count])
        at += count

    assert (frontier.size, frontier.root()) == (len(leaves), oracle_root(leaves))


@given(st.data())
def test_an_altered_inclusion_proof_does_not_verify(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 64))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LEAVES[:size], index)
    other = data.draw(altered(proof) | st.just(proof))
    leaf = data.draw(st.sampled_from(LEAVES))
    place = data.draw(st.integers(0, 64))
    assume((other, leaf, place) != (proof, LEAVES[index], index))

    assert not verify_inclusion(leaf, place, size, other, oracle_root(LEAVES[:size]))


@given(st.data())
def test_an_altered_consistency_proof_does_not_verify(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 64))
    old_size = data.draw(st.integers(1, size - 1))
    other = data.draw(altered(consistency_proof(LEAVES[:size], old_size)))

    roots = oracle_root(LEAVES[:old_size]), oracle_root(LEAVES[:size])
    assert not verify_consistency(old_size, size, *roots, other)


@given(st.data())
def test_a_forked_history_is_never_consistent(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 64))
    old_size = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, old_size - 1))
    fork = [*LEAVES[:changed], leaf_hash(b"forged"), *LEAVES[changed + 1 : size]]
    proof = consistency_proof(fork, old_size)

    roots = oracle_root(LEAVES[:old_size]), oracle_root(fork)
    assert not verify_consistency(old_size, size, *roots, proof)


def altered(proof: list[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Give proofs with a step too many, too few, swapped or of other bytes."""
    longer = st.builds(lambda step: [*proof, step], st.sampled_from(LEAVES))
    if not proof:
        return longer
    shorter = st.integers(0, len(proof) - 1).map(lambda at: proof[:at] + proof[at + 1 :])
    flipped = st.integers(0, len(proof) - 1).map(
        lambda at: [*proof[:at], bytes([proof[at][0] ^ 1]) + proof[at][1:], *proof[at + 1 :]],
    )
    return longer | shorter | flipped
