"""A small installation, and each way in which somebody with its passwords may change it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace as changed

from placket.facts import Kind, canonical, decode
from placket.gate.opening import open_gate
from placket.gate.requests.sealed import LETTER, Drawer
from placket.plan.certificate import Certificate
from placket.sources.told import Told
from placket.store import checkpoint as note
from placket.store.certifying import sign_certificate, verify_certificate
from placket.store.tree import leaf_hash
from tests.contract.gates import ADA, SECOND, Clock, Shop, fact, known, no, policy, shop_in, yes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from placket.gate.gate import Gate

BEN, CAT = "email:ben@example.org", "email:cat@example.org"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The installation before anybody changes it.

    kept: a checkpoint that somebody else has; facts: their ids in order, the last without place.
    """

    folder: Path
    ledger: str
    ada: str
    ben: str
    facts: tuple[str, ...]
    kept: str
    certificate: str
    bodies: str
    tables: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Somebody with the passwords of the databases, at a copy of the installation."""

    scene: Scene
    folder: Path
    ledger: str

    def run(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Carry a statement out on the ledger's database."""
        if self.ledger.startswith("postgresql"):
            with psycopg.connect(self.ledger, options="-c search_path=placket") as sql:
                cursor = sql.execute(statement.replace("?", "%s").encode(), params)
                return cursor.fetchall() if cursor.description else []
        return self._on_file("placket.db", statement, *params)

    def on_keyring(self, statement: str, *params: object) -> list[tuple[Any, ...]]:
        """Carry a statement out on the keyring's database."""
        return self._on_file("placket-keys.db", statement, *params)

    def _on_file(self, name: str, statement: str, *params: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / name)) as opened, opened:
            return opened.execute(statement, params).fetchall()

    @contextmanager
    def open(self) -> Iterator[Gate]:
        """Open the installation as its owner does."""
        settings = shop_in(self.folder, self.ledger).settings
        with open_gate(settings, clock=Clock()) as gate:
            yield gate

    def body(self, fact_id: str, **said: object) -> bytes:
        """Return a fact's bytes as they would be if it had said something else."""
        ((body,),) = self.run("SELECT body FROM fact WHERE id = ?", fact_id)
        return canonical(changed(decode(bytes(body)), **said))


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to tamper. what: as the page of the ledger names it; opens: who reads it then."""

    what: str
    tamper: Callable[[Hand], object]
    opens: Callable[[Hand], object] | None = None


def make_scene(folder: Path, ledger: str) -> Scene:
    """Make the installation: three customers, two of them one person, a no, letters, a purchase."""
    shop = shop_in(folder, ledger)
    gate = shop.create(policy("v1"))
    ada, ben, cat = (known(gate, subject) for subject in (ADA, BEN, CAT))
    gate.record([yes(gate, person) for person in (ada, ben)])
    kept = gate.checkpoint() or ""
    _go_on(shop, gate, (ada, ben, cat))
    certificate = Certificate(
        ledger=gate.ledger.id,
        request="r_1",
        right="erasure",
        person=ada,
        policy=gate.policy.digest,
        plan="b" * 64,
        made_at=gate.now(),
    )
    scene = Scene(
        folder=folder,
        ledger=ledger,
        ada=ada,
        ben=ben,
        facts=tuple(f.id for f in gate.ledger.facts_between(0, gate.size())),
        kept=kept,
        certificate=sign_certificate(certificate, kept, gate.keys),
        bodies=gate.layout.bodies,
        tables=(gate.layout.wide, gate.layout.marks, gate.layout.bodies),
    )
    shop.close()
    return scene


def _go_on(shop: Shop, gate: Gate, persons: tuple[str, str, str]) -> None:
    ada, ben, cat = persons
    shop.clock.now += SECOND
    gate.record([Told(fact(gate, Kind.IDENTITY_LINKED, ada, about=cat))])
    used = changed(fact(gate, Kind.USED, "", activity="newsletter"), persons=(ada, ben))
    gate.record([Told(used)])
    buried = fact(gate, Kind.TOMBSTONE, "", thing="ab" * 32, marks=("erased",))
    gate.record([Told(buried)])
    for request, person in (("r_1", ada), ("r_2", ben)):
        Drawer(gate=gate, request=request, person=person).put(LETTER, f"{request}:1", b"Dear you")
    # As it stands for a second on a server: written, and not yet in its place.
    gate.append([no(gate, ben)])


@contextmanager
def copied(scene: Scene, folder: Path) -> Iterator[Hand]:
    """Yield somebody's hand at a copy of the scene; on a server, at the scene until the end."""
    for file in scene.folder.iterdir():
        shutil.copy(file, folder / file.name)
    if not scene.ledger.startswith("postgresql"):
        yield Hand(scene=scene, folder=folder, ledger=scene.ledger)
        return
    with psycopg.connect(scene.ledger, autocommit=True) as sql:
        sql.execute(_KEEP)
        yield Hand(scene=scene, folder=folder, ledger=scene.ledger)
        sql.execute(_PUT_BACK)


_KEEP: Final = """
DO $$ DECLARE name text; BEGIN
    IF to_regnamespace('kept') IS NULL THEN
        CREATE SCHEMA kept;
        FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'placket'
        LOOP EXECUTE format('CREATE TABLE kept.%1$I AS TABLE placket.%1$I', name); END LOOP;
    END IF;
END $$
"""
_PUT_BACK: Final = """
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'kept'
    LOOP
        EXECUTE format('DELETE FROM placket.%1$I', name);
        EXECUTE format('INSERT INTO placket.%1$I OVERRIDING SYSTEM VALUE '
            'SELECT * FROM kept.%1$I', name);
    END LOOP;
END $$
"""


# The ways


def _change_bytes(hand: Hand) -> None:
    forged = hand.body(hand.scene.facts[5], what="nothing")
    hand.run("UPDATE fact SET body = ? WHERE id = ?", forged, hand.scene.facts[5])


def _change_bytes_and_hash(hand: Hand) -> None:
    forged = hand.body(hand.scene.facts[5], what="nothing")
    statement = "UPDATE fact SET body = ?, leaf = ? WHERE id = ?"
    hand.run(statement, forged, leaf_hash(forged), hand.scene.facts[5])


def _take_out(hand: Hand) -> None:
    hand.run("DELETE FROM fact WHERE id = ?", hand.scene.facts[5])


def _put_in(hand: Hand) -> None:
    forged = hand.body(hand.scene.facts[5], id="forged")
    statement = "INSERT INTO fact VALUES (-1, 'forged', ?, ?, 1, 1, ?, ?)"
    hand.run(statement, hand.scene.ada, "consent_given", leaf_hash(forged), forged)


def _exchange(hand: Hand) -> None:
    for place, before in ((-1, 4), (4, 3), (3, -1)):
        hand.run("UPDATE place SET position = ? WHERE position = ?", place, before)


def _leave_a_place_out(hand: Hand) -> None:
    hand.run("DELETE FROM place WHERE position = 4")


def _change_the_tree(hand: Hand) -> None:
    ((hashes,),) = hand.run("SELECT hashes FROM tile WHERE level = 0 AND n = 0")
    forged = bytes(hashes[:32]) + bytes(32) + bytes(hashes[64:])
    hand.run("UPDATE tile SET hashes = ? WHERE level = 0 AND n = 0", forged)


def _move_the_time(hand: Hand) -> None:
    hand.run("UPDATE fact SET recorded_at = recorded_at - 1 WHERE id = ?", hand.scene.facts[5])


def _checkpoint_of(hand: Hand) -> tuple[int, str]:
    ((size, text),) = hand.run("SELECT size, text FROM checkpoint ORDER BY size DESC LIMIT 1")
    return size, text


def _change_the_checkpoint(hand: Hand) -> None:
    size, text = _checkpoint_of(hand)
    hand.run(
        "UPDATE checkpoint SET text = ? WHERE size = ?",
        text.replace("\nat 1", "\nat 2"),
        size,
    )


class _Stranger:
    """Another key than the keyring's."""

    _key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public_key = _key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def _sign_with_another_key(hand: Hand) -> None:
    size, text = _checkpoint_of(hand)
    body, name = text.partition("\n\n")[0] + "\n", text.partition("\n")[0]
    signed = note.sign_text(body, name, _Stranger())
    hand.run("UPDATE checkpoint SET text = ? WHERE size = ?", signed, size)


def _take_checkpoints_out(hand: Hand) -> None:
    hand.run("DELETE FROM checkpoint")


def _cut_the_end_off(hand: Hand) -> None:
    hand.run("DELETE FROM fact WHERE seq > (SELECT max(seq) FROM place)")


def _change_a_standing(hand: Hand) -> None:
    bodies = hand.scene.bodies
    (_, body), (person, _) = hand.run(f"SELECT person, body FROM {bodies}")[:2]  # noqa: S608 - a layout's name
    hand.run(f"UPDATE {bodies} SET body = ? WHERE person = ?", body, person)  # noqa: S608 - as above


def _hide_a_person(hand: Hand) -> None:
    """Mark somebody as erased, so that nobody looks for their standing."""
    _forget_standing(hand, hand.scene.ben)
    hand.run("UPDATE person SET gone = 1 WHERE id = ?", hand.scene.ben)


def _take_a_person_out(hand: Hand) -> None:
    _forget_standing(hand, hand.scene.ben)
    hand.run("DELETE FROM person WHERE id = ?", hand.scene.ben)


def _forget_standing(hand: Hand, person: str) -> None:
    for table in hand.scene.tables:
        hand.run(f"DELETE FROM {table} WHERE person = ?", person)  # noqa: S608 - a layout's name


def _take_an_identifier_out(hand: Hand) -> None:
    hand.run("DELETE FROM identifier WHERE person = ?", hand.scene.ben)


def _point_an_identifier_elsewhere(hand: Hand) -> None:
    hand.run("UPDATE identifier SET person = ? WHERE person = ?", hand.scene.ada, hand.scene.ben)


def _change_an_identifier(hand: Hand) -> None:
    hand.run("UPDATE identifier SET hash = ? WHERE person = ?", bytes(32), hand.scene.ben)


def _part_a_cluster(hand: Hand) -> None:
    hand.run("UPDATE person SET root = id")


def _take_a_link_out(hand: Hand) -> None:
    hand.run("DELETE FROM link")


def _void_a_link(hand: Hand) -> None:
    hand.run("INSERT INTO void SELECT id, seq FROM link")


def _take_a_tombstone_out(hand: Hand) -> None:
    hand.run("DELETE FROM tombstone")


def _take_a_passage_out(hand: Hand) -> None:
    hand.run("DELETE FROM passage WHERE person = ?", hand.scene.ben)


def _change_a_policy(hand: Hand) -> None:
    hand.run("UPDATE policy SET text = replace(text, 'said yes', 'said no')")


def _put_an_older_copy_back(hand: Hand) -> None:
    """Put the ledger back to an early checkpoint, standing and all, as a backup would."""
    ((size,),) = hand.run("SELECT min(size) FROM checkpoint WHERE size > 1")
    last = "(SELECT seq FROM place WHERE position = ?)"
    for table in ("identifier", "passage", "link", "tombstone", "fact"):
        hand.run(f"DELETE FROM {table} WHERE seq > {last}", size - 1)  # noqa: S608 - a fixed name
    hand.run("DELETE FROM place WHERE position >= ?", size)
    hand.run("DELETE FROM checkpoint WHERE size > ?", size)
    hand.run("UPDATE tile SET hashes = substr(hashes, 1, ?)", size * 32)
    hand.run("DELETE FROM person WHERE id NOT IN (SELECT person FROM fact)")
    hand.run("UPDATE person SET root = id")
    _fold_anew(hand)


def _fold_anew(hand: Hand) -> None:
    with hand.open() as gate:
        gate.ledger.drop_fold(gate.policy.fold_digest)
        gate.in_force.catch_up()


def _fork(hand: Hand) -> None:
    """Write the whole history anew without one fact, and sign it with the right key."""
    _take_out(hand)
    for table in ("place", "tile", "checkpoint"):
        hand.run(f"DELETE FROM {table}")  # noqa: S608 - a fixed name
    _fold_anew(hand)
    with hand.open() as gate:
        gate.sequence()


def _swap_wraps(hand: Hand) -> None:
    pair = (hand.scene.ada, hand.scene.ben)
    one, two = (
        hand.on_keyring("SELECT wrapped FROM person_key WHERE person = ?", person)[0][0]
        for person in pair
    )
    for person, wrapped in zip(pair, (two, one), strict=True):
        hand.on_keyring("UPDATE person_key SET wrapped = ? WHERE person = ?", wrapped, person)


def _swap_letters(hand: Hand) -> None:
    rows = hand.run("SELECT request, body FROM record WHERE kind = 'letter' ORDER BY request")
    (first, one), (second, two) = rows
    for request, body in ((first, two), (second, one)):
        hand.run("UPDATE record SET body = ? WHERE request = ?", body, request)


def _give_a_letter_to_another(hand: Hand) -> None:
    hand.run("DELETE FROM record WHERE request = 'r_2'")
    hand.run("UPDATE record SET request = 'r_2', id = 'r_2:1' WHERE request = 'r_1'")


def _open_a_letter(hand: Hand) -> bytes | None:
    with hand.open() as gate:
        return Drawer(gate=gate, request="r_2", person=hand.scene.ben).get(LETTER, "r_2:1")


def _open_a_key(hand: Hand) -> object:
    with hand.open() as gate:
        return gate.keys.keys_for([hand.scene.ada, hand.scene.ben])


def _open_a_certificate(hand: Hand) -> object:
    """Read the certificate after somebody wrote another person's request into it."""
    with hand.open() as gate:
        return verify_certificate(
            hand.scene.certificate.replace("r_1", "r_2"), gate.keys.public_key
        )


WAYS: Final = (
    Way(what="the bytes of a fact", tamper=_change_bytes),
    Way(what="the bytes of a fact, with their hash", tamper=_change_bytes_and_hash),
    Way(what="a fact, taken out", tamper=_take_out),
    Way(what="a fact, put in", tamper=_put_in),
    Way(what="two facts, exchanged", tamper=_exchange),
    Way(what="a place in the tree, left out", tamper=_leave_a_place_out),
    Way(what="a hash of the tree", tamper=_change_the_tree),
    Way(what="when a fact was recorded", tamper=_move_the_time),
    Way(what="a checkpoint", tamper=_change_the_checkpoint),
    Way(what="a checkpoint, signed with another key", tamper=_sign_with_another_key),
    Way(what="all checkpoints, taken out", tamper=_take_checkpoints_out),
    Way(what="the text of a policy", tamper=_change_a_policy),
    Way(what="an identifier, taken out", tamper=_take_an_identifier_out),
    Way(what="an identifier, pointed to another person", tamper=_point_an_identifier_elsewhere),
    Way(what="the hash of an identifier", tamper=_change_an_identifier),
    Way(what="facts after the last checkpoint, taken out", tamper=_cut_the_end_off),
    Way(what="a standing", tamper=_change_a_standing),
    Way(what="a person, marked as erased", tamper=_hide_a_person),
    Way(what="a person, taken out", tamper=_take_a_person_out),
    Way(what="a cluster, parted", tamper=_part_a_cluster),
    Way(what="a link, taken out", tamper=_take_a_link_out),
    Way(what="a link, made void", tamper=_void_a_link),
    Way(what="a tombstone, taken out", tamper=_take_a_tombstone_out),
    Way(what="whom a passage names", tamper=_take_a_passage_out),
    Way(what="the key of a person, put in another's place", tamper=_swap_wraps, opens=_open_a_key),
    Way(what="two sealed letters, exchanged", tamper=_swap_letters, opens=_open_a_letter),
    Way(
        what="a sealed letter, given to another request",
        tamper=_give_a_letter_to_another,
        opens=_open_a_letter,
    ),
    Way(what="a certificate", tamper=lambda _: None, opens=_open_a_certificate),
    Way(what="the whole ledger, for an older copy", tamper=_put_an_older_copy_back),
    Way(what="the whole ledger, written anew and signed with the right key", tamper=_fork),
)
