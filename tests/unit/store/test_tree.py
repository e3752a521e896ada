"""The Merkle tree against the known vectors of certificate transparency."""

import pytest

from placket.store.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_path,
    consistency_proof,
    inclusion_path,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

INPUTS = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_known_roots_come_out() -> None:
    assert [root(LEAVES[:size]).hex() for size in range(9)] == ROOTS


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (0, 1, []),
        (
            0,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            2,
            3,
            ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
    ],
)
def test_the_known_inclusion_proofs_come_out(index: int, size: int, proof: list[str]) -> None:
    assert [step.hex() for step in inclusion_proof(LEAVES[:size], index)] == proof


def test_the_known_consistency_proof_comes_out() -> None:
    proof = consistency_proof(LEAVES, 6)

    assert [step.hex() for step in proof] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


def test_a_restored_frontier_grows_as_if_it_had_never_stopped() -> None:
    begun = Frontier()
    begun.extend(LEAVES[:5])

    again = Frontier.from_bytes(begun.to_bytes())
    for leaf in LEAVES[5:]:
        again.append(leaf)

    assert (again.size, again.root().hex()) == (8, ROOTS[8])


@pytest.mark.parametrize("state", [b"", bytes(7), bytes(9), (1).to_bytes(8) + bytes(31)])
def test_a_cut_state_is_refused(state: bytes) -> None:
    with pytest.raises(ValueError, match="saved state has the wrong length"):
        Frontier.from_bytes(state)


def test_a_proof_asks_for_no_more_subtrees_than_it_has_steps() -> None:
    asked: list[tuple[int, int]] = []

    def subtree(start: int, end: int) -> bytes:
        asked.append((start, end))
        return root(LEAVES[start:end])

    path = inclusion_path(subtree, 6, 8)

    assert path == inclusion_proof(LEAVES, 6)
    assert asked == [(0, 4), (4, 6), (7, 8)]


def test_no_proof_is_made_outside_the_tree() -> None:
    with pytest.raises(IndexError, match="the tree has no leaf at this index"):
        inclusion_proof(LEAVES, 8)
    with pytest.raises(IndexError, match="the tree never had this size"):
        consistency_proof(LEAVES, 9)


def test_no_leaf_is_included_outside_the_tree() -> None:
    assert not verify_inclusion(LEAVES[0], 1, 1, [], LEAVES[0])
    assert not verify_inclusion(LEAVES[0], -1, 1, [], LEAVES[0])
    assert not verify_inclusion(LEAVES[0], 0, 1, [LEAVES[1]], LEAVES[0])


def test_every_tree_begins_with_the_empty_one() -> None:
    assert consistency_path(lambda _start, _end: b"", 0, 8) == []
    assert verify_consistency(0, 8, EMPTY_ROOT, root(LEAVES), [])
    assert not verify_consistency(0, 8, root(LEAVES), root(LEAVES), [])


def test_a_tree_of_one_size_has_one_root() -> None:
    whole = root(LEAVES)

    assert verify_consistency(8, 8, whole, whole, [])
    assert not verify_consistency(8, 8, EMPTY_ROOT, whole, [])
    assert not verify_consistency(8, 8, whole, whole, [whole])
    assert not verify_consistency(8, 7, whole, root(LEAVES[:7]), [])
    assert not verify_consistency(6, 8, root(LEAVES[:6]), whole, [])
    assert not verify_consistency(4, 8, root(LEAVES[:4]), whole, [whole, whole])
