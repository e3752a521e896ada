"""The ledger's tree, kept by SQLite and by PostgreSQL: positions, proofs, and what damage shows."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace as changed

from placket.facts import Kind, canonical
from placket.store import Ledger
from placket.store.checkpoint import verify as read_checkpoint
from placket.store.refusals import NotInTree
from placket.store.tree import EMPTY_ROOT, leaf_hash, root, verify_consistency, verify_inclusion
from placket.store.verifying import Damage, Verified
from tests.contract.ledgers import ADA, BEA, NOW, SEEN, linked, seen, told

Tamper = Callable[..., None]


class Signer:
    """An Ed25519 key, as a keyring holds it."""

    def __init__(self, seed: int = 1) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


SIGNER = Signer()


@pytest.fixture
def tamper(url: str) -> Tamper:
    """Return how somebody with the database's password changes it behind the ledger's back."""

    def on_sqlite(statement: str, *params: object) -> None:
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as sql, sql:
            sql.execute(statement, params)

    def on_postgres(statement: str, *params: object) -> None:
        with psycopg.connect(url, options="-c search_path=placket") as sql:
            sql.execute(statement.replace("?", "%s").encode(), params)

    return on_sqlite if url.startswith("sqlite") else on_postgres


def filled(ledger: Ledger, count: int, at: int = 0) -> None:
    """Append so many facts and give them positions."""
    facts = [seen(f"p_{number % 7}", at + number) for number in range(count)]
    ledger.append(facts, [SEEN], now=NOW)
    ledger.sequence(SIGNER, now=at)


def checked(ledger: Ledger) -> Verified:
    return ledger.verify(SIGNER.public_key, standing=SEEN)


def test_the_first_checkpoint_may_be_of_an_empty_tree(ledger: Ledger) -> None:
    text = ledger.sequence(SIGNER, now=3)

    assert text is not None
    found = read_checkpoint(text, ledger.id, SIGNER.public_key)
    assert (found.size, found.root, found.at) == (0, EMPTY_ROOT, 3)
    assert ledger.sequence(SIGNER, now=4) is None
    assert ledger.latest_checkpoint() == text


def test_the_tree_is_that_of_the_facts_in_their_order(ledger: Ledger) -> None:
    sizes, leaves = [], list[bytes]()
    for start, count in ((0, 1), (10, 254), (300, 3), (400, 700)):
        filled(ledger, count, start)
        facts = [seen(f"p_{number % 7}", start + number) for number in range(count)]
        leaves += [leaf_hash(canonical(fact)) for fact in facts]
        text = ledger.latest_checkpoint()
        assert text is not None
        found = read_checkpoint(text, ledger.id, SIGNER.public_key)
        assert (found.size, found.root) == (len(leaves), root(leaves))
        sizes.append(found.size)

    assert sizes == [1, 255, 258, 958]
    assert ledger.tree_size() == 958
    assert checked(ledger) == Verified(facts=958, unplaced=0, checkpoints=4, standings=7)


def test_every_fact_is_proved_to_stand_in_the_tree(ledger: Ledger) -> None:
    filled(ledger, 600)

    for number in (0, 1, 255, 256, 511, 599):
        fact = seen(f"p_{number % 7}", number)
        proof = ledger.inclusion_proof(fact.id)
        found = read_checkpoint(proof.checkpoint, ledger.id, SIGNER.public_key)
        assert (proof.position, proof.leaf) == (number, leaf_hash(canonical(fact)))
        assert verify_inclusion(proof.leaf, number, found.size, proof.path, found.root)


def test_every_older_tree_is_proved_to_be_the_beginning(ledger: Ledger) -> None:
    filled(ledger, 600)
    leaves = [leaf_hash(canonical(seen(f"p_{n % 7}", n))) for n in range(600)]

    for old in (0, 1, 255, 256, 257, 512, 599, 600):
        proof = ledger.consistency_proof(old)
        found = read_checkpoint(proof.checkpoint, ledger.id, SIGNER.public_key)
        assert verify_consistency(old, found.size, root(leaves[:old]), found.root, proof.path)


def test_what_has_no_position_has_no_proof(ledger: Ledger) -> None:
    with pytest.raises(NotInTree):
        ledger.consistency_proof(0)
    filled(ledger, 2)
    ledger.append([seen(ADA, 9)], [SEEN], now=NOW)

    for fact_id in (seen(ADA, 9).id, "f_none"):
        with pytest.raises(NotInTree):
            ledger.inclusion_proof(fact_id)
    with pytest.raises(NotInTree, match="the tree never had 3 leaves; the newest has 2"):
        ledger.consistency_proof(3)


def test_what_was_known_then_is_what_stood_in_the_tree_then(ledger: Ledger) -> None:
    first, second, link = seen(ADA, 9), seen(BEA, 1), linked(BEA, ADA, 2)
    for fact in (first, second, link):
        ledger.append([fact], [SEEN], now=NOW)
        ledger.sequence(SIGNER, now=1)

    assert ledger.facts_known_at(BEA, 0) == []
    assert ledger.facts_known_at(BEA, 2) == [second]
    assert ledger.facts_known_at(BEA, 3) == [first, second, link]
    before, after = ledger.history_of(BEA, size=2), ledger.history_of(BEA, size=3)
    assert before is not None
    assert after is not None
    assert (before.person, before.members) == (BEA, (BEA,))
    assert (after.person, after.members) == (ADA, (ADA, BEA))
    assert after.connected(ADA, BEA) == 2
    assert ledger.history_of("p_none", size=3) is None


def test_facts_without_position_are_verified_too(ledger: Ledger, tamper: Tamper) -> None:
    filled(ledger, 3)
    ledger.append([seen(ADA, 9)], [SEEN], now=NOW)

    assert checked(ledger) == Verified(facts=4, unplaced=1, checkpoints=1, standings=4)

    tamper("UPDATE fact SET body = ? WHERE id = ?", canonical(seen(ADA, 8)), seen(ADA, 9).id)

    assert checked(ledger).damage == Damage(
        what="the bytes of fact `f_p_ada_visit_9` are not those that were hashed",
        fact_id="f_p_ada_visit_9",
    )


FORGED = canonical(changed(seen("p_2", 2), what="nothing"))


@pytest.mark.parametrize(
    ("statement", "params", "damage"),
    [
        (
            "UPDATE fact SET body = ? WHERE id IN ('f_p_2_visit_2', 'f_p_5_visit_5')",
            (FORGED,),
            Damage(
                what="the bytes of fact `f_p_2_visit_2` are not those that were hashed",
                position=2,
                fact_id="f_p_2_visit_2",
            ),
        ),
        (
            "UPDATE fact SET body = ?, leaf = ? WHERE id = 'f_p_2_visit_2'",
            (FORGED, leaf_hash(FORGED)),
            Damage(
                what="fact `f_p_2_visit_2` is not the leaf that the tree has at position 2",
                position=2,
                fact_id="f_p_2_visit_2",
            ),
        ),
        (
            "UPDATE fact SET person = 'p_9' WHERE id = 'f_p_2_visit_2'",
            (),
            Damage(
                what="the row of fact `f_p_2_visit_2` says other than its bytes",
                position=2,
                fact_id="f_p_2_visit_2",
            ),
        ),
        (
            "UPDATE fact SET occurred_at = 9 WHERE id = 'f_p_2_visit_2'",
            (),
            Damage(
                what="the row of fact `f_p_2_visit_2` says other than its bytes",
                position=2,
                fact_id="f_p_2_visit_2",
            ),
        ),
        (
            "DELETE FROM fact WHERE id = 'f_p_2_visit_2'",
            (),
            Damage(what="the fact at position 2 is missing", position=2),
        ),
        (
            "DELETE FROM place WHERE position = 2",
            (),
            Damage(what="the leaf at position 2 is missing", position=2),
        ),
        (
            "UPDATE place SET position = 1000 WHERE position = 2",
            (),
            Damage(what="the leaf at position 2 is missing", position=2),
        ),
        (
            "DELETE FROM place WHERE position >= 8",
            (),
            Damage(what="a checkpoint has 10 leaves, the ledger 8: facts are missing", position=8),
        ),
        (
            "INSERT INTO fact VALUES (-1, 'f_x', '', 'used', 1, 1, ?, ?)",
            (leaf_hash(b""), b""),
            Damage(what="fact `f_x` stands where the tree has another", position=0, fact_id="f_x"),
        ),
        (
            "DELETE FROM tile",
            (),
            Damage(
                what="fact `f_p_0_visit_0` is not the leaf that the tree has at position 0",
                position=0,
                fact_id="f_p_0_visit_0",
            ),
        ),
    ],
)
def test_verifying_names_the_first_damage(
    ledger: Ledger, tamper: Tamper, statement: str, params: tuple[object, ...], damage: Damage
) -> None:
    filled(ledger, 10)

    tamper(statement, *params)

    assert checked(ledger).damage == damage


def test_exchanged_leaves_are_named(ledger: Ledger, tamper: Tamper) -> None:
    filled(ledger, 10)

    tamper("UPDATE place SET position = -1 WHERE position = 4")
    tamper("UPDATE place SET position = 4 WHERE position = 3")
    tamper("UPDATE place SET position = 3 WHERE position = -1")

    found = checked(ledger).damage
    assert found is not None
    assert (found.position, found.fact_id) == (3, "f_p_3_visit_3")


def test_a_history_written_anew_does_not_fit_its_signed_checkpoint(
    ledger: Ledger, tamper: Tamper
) -> None:
    filled(ledger, 2)
    filled(ledger, 3, 100)
    forged = canonical(changed(seen("p_0", 100), what="nothing"))
    leaf = leaf_hash(forged)

    tamper("UPDATE fact SET body = ?, leaf = ? WHERE id = 'f_p_0_visit_100'", forged, leaf)
    leaves = [leaf_hash(canonical(seen(f"p_{n}", n))) for n in (0, 1)]
    leaves += [leaf, *(leaf_hash(canonical(seen(f"p_{n}", 100 + n))) for n in (1, 2))]
    tamper("UPDATE tile SET hashes = ? WHERE level = 0", b"".join(leaves))

    assert checked(ledger).damage == Damage(
        what="a leaf from position 2 on, before 5, is not what was signed", position=2
    )


def test_a_checkpoint_of_another_key_is_named(ledger: Ledger) -> None:
    filled(ledger, 2)

    found = ledger.verify(Signer(2).public_key)

    assert found.damage is not None
    assert found.damage.what.startswith("the checkpoint of 2 leaves is not signed: ")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {wide} SET last_seen_until = 7 WHERE person = 'p_2'",
        "DELETE FROM {wide} WHERE person = 'p_2'",
        "DELETE FROM {marks} WHERE person = 'p_2'",
        "UPDATE {bodies} SET body = ? WHERE person = 'p_2'",
    ],
)
def test_a_standing_that_the_facts_do_not_make_is_named(
    ledger: Ledger, tamper: Tamper, statement: str
) -> None:
    filled(ledger, 10)
    layout = SEEN.layout

    text = statement.format(wide=layout.wide, marks=layout.marks, bodies=layout.bodies)
    tamper(text, *([b"x"] if "?" in text else []))

    assert ledger.verify(SIGNER.public_key).is_whole
    assert checked(ledger).damage == Damage(
        what="the standing of person `p_2` is not what the facts make"
    )


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        (
            "UPDATE person SET root = 'p_1' WHERE id = 'p_2'",
            "the cluster of person `p_2` is not what its links make",
        ),
        (
            "UPDATE person SET root = id WHERE id = 'p_4'",
            "the cluster of person `p_4` is not what its links make",
        ),
        (
            "DELETE FROM passage WHERE person = 'p_2'",
            "passage `f_used__5` is not found for all its persons",
        ),
        (
            "INSERT INTO passage (person, seq) VALUES ('p_3', 1)",
            "3 persons are found in passages, 2 are named in them",
        ),
    ],
)
def test_a_table_that_says_other_than_its_facts_is_named(
    ledger: Ledger, tamper: Tamper, statement: str, what: str
) -> None:
    filled(ledger, 10)
    used = told(Kind.USED, persons=("p_1", "p_2"))
    ledger.append([linked("p_3", "p_4", 1), used], [SEEN], now=NOW)

    tamper(statement)

    found = checked(ledger).damage
    assert found is not None
    assert found.what == what


def test_a_standing_of_nobody_is_named(ledger: Ledger, tamper: Tamper) -> None:
    filled(ledger, 10)

    tamper(f"INSERT INTO {SEEN.layout.bodies} (person, body) VALUES ('p_x', ?)", b"x")  # noqa: S608  # a layout's name

    assert checked(ledger).damage == Damage(what="8 standings are kept, 7 persons have one")


def test_a_damaged_hash_above_the_leaves_is_named(ledger: Ledger, tamper: Tamper) -> None:
    filled(ledger, 600)

    tamper("UPDATE tile SET hashes = ? WHERE level = 1", b"\0" * 64)

    assert checked(ledger).damage == Damage(
        what="a hash of the tree over the leaves from position 0 is damaged", position=0
    )


def test_verifying_tells_how_far_it_is(ledger: Ledger) -> None:
    filled(ledger, 10)
    steps: list[tuple[int, int]] = []

    ledger.verify(
        SIGNER.public_key, standing=SEEN, progress=lambda done, total: steps.append((done, total))
    )

    assert steps == [(10, 10), (7, 7)]
