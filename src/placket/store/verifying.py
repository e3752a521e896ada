"""Check the ledger against itself: bytes, leaves, positions, tree, checkpoints, standing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from placket.facts import Fact, Kind
from placket.identity import Link, clusters
from placket.standing.standing import pack
from placket.store import checkpoint as note
from placket.store.appending import folded
from placket.store.checkpoint import BadCheckpoint
from placket.store.histories import BATCH, history_batches, read_fact
from placket.store.ledger import Fold, PersonHistory, Progress
from placket.store.refusals import LedgerDamaged
from placket.store.sequencing import reader, tree_size
from placket.store.session import Row, Session
from placket.store.tiles import HASH_BYTES, WIDTH, Subtrees
from placket.store.tree import EMPTY_ROOT, root

CHUNK: Final = 32 * WIDTH
"""Leaves that are checked at once: whole tiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """The first thing that does not fit; `position` is None when no leaf can be named."""

    what: str
    position: int | None = None
    fact_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a verification looked at, and the first damage if there was any.

    facts: those whose bytes were hashed; unplaced: of these, committed after the last checkpoint.
    """

    facts: int
    unplaced: int
    checkpoints: int
    standings: int
    damage: Damage | None = None

    @property
    def is_whole(self) -> bool:
        """Say that nothing was found damaged."""
        return self.damage is None


class Found(Exception):
    """The first damage ends the search."""

    def __init__(self, what: str, *, position: int | None = None, fact_id: str = "") -> None:
        super().__init__(what)
        self.damage = Damage(what=what, position=position, fact_id=fact_id)


@dataclass(slots=True)
class Checked:
    """How far the search came."""

    facts: int = 0
    unplaced: int = 0
    checkpoints: int = 0
    standings: int = 0


# Of sequence numbers: a fact that was slipped in may have any.
_BEFORE_ALL: Final = -(2**63)

# A fact's bytes are an array of more than 15 items, so it begins with three bytes for their
# number; id, kind, both times and the person come first, as they do in the row.
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_ARRAY_BYTES: Final = 3


def verify(
    session: Session, origin: str, public_key: bytes, standing: Fold | None, progress: Progress
) -> Verified:
    """Recompute everything from stored bytes within one sight of the ledger."""
    done = Checked()
    damage = None
    try:
        _check_tree(session, done, progress)
        _check_checkpoints(session, origin, public_key, done)
        if standing is not None:
            _check_persons(session)
            _check_clusters(session)
            _check_tombstones(session)
            _check_passages(session)
            _check_standing(session, standing, done, progress)
    except Found as found:
        damage = found.damage
    except LedgerDamaged as damaged:
        damage = Damage(what=str(damaged), position=done.facts)
    return Verified(
        facts=done.facts,
        unplaced=done.unplaced,
        checkpoints=done.checkpoints,
        standings=done.standings,
        damage=damage,
    )


def _check_tree(session: Session, done: Checked, progress: Progress) -> None:
    size = tree_size(session)
    read, after = reader(session), _BEFORE_ALL
    above: list[bytes] = []
    for start in range(0, size, CHUNK):
        end = min(start + CHUNK, size)
        tiles = range(start // WIDTH, -(-end // WIDTH))
        stored = b"".join(read(0, number) for number in tiles)[: (end - start) * HASH_BYTES]
        places = session.rows("places", start, end)
        bound = places[-1][1] if places else after
        rows = session.rows("facts_between", after, bound)
        leaves = _leaves(rows)
        if b"".join(leaves) != stored or not _fits(rows, places, leaves, start):
            _name_first(rows, places, stored, start)
        full = len(leaves) - len(leaves) % WIDTH
        above += [root(leaves[at : at + WIDTH]) for at in range(0, full, WIDTH)]
        after, done.facts = bound, end
        progress(end, size)
    _check_upper(session, above)
    _check_unplaced(session, after, done)


def _leaves(rows: Sequence[Row]) -> list[bytes]:
    return [sha256(b"\x00" + row[-1]).digest() for row in rows]


def _fits(rows: Sequence[Row], places: Sequence[Row], leaves: Sequence[bytes], start: int) -> bool:
    """Say whether positions, sequence numbers, leaf hashes and columns are what they must be."""
    return (
        [place[0] for place in places] == list(range(start, start + len(rows)))
        and [place[1] for place in places] == [row[0] for row in rows]
        and [row[6] for row in rows] == leaves
        # As `_says_its_bytes`, without a call for each of millions.
        and all([r[7].startswith(_ENCODE(r[1:6])[1:], _ARRAY_BYTES) for r in rows])  # noqa: C419 - a generator takes longer than the test
    )


def _says_its_bytes(row: Row) -> bool:
    """Say whether a fact's columns repeat the beginning of its bytes."""
    told: bytes = row[7]
    return told.startswith(_ENCODE(row[1:6])[1:], _ARRAY_BYTES)


def _name_first(rows: Sequence[Row], places: Sequence[Row], stored: bytes, start: int) -> None:
    """Raise Found for the first leaf of a chunk that does not fit."""
    by_seq = {row[0]: row for row in rows}
    expected = [row[0] for row in rows]
    for offset in range(max(len(stored) // HASH_BYTES, len(rows), len(places))):
        position = start + offset
        place = places[offset] if offset < len(places) else (None, None)
        if place[0] != position:
            raise Found(f"the leaf at position {position} is missing", position=position)
        row = by_seq.get(place[1])
        if row is None:
            raise Found(f"the fact at position {position} is missing", position=position)
        if offset < len(expected) and expected[offset] != place[1]:
            extra = by_seq[expected[offset]][1]
            what = f"fact `{extra}` stands where the tree has another"
            raise Found(what, position=position, fact_id=extra)
        _expect_leaf(row, stored[offset * HASH_BYTES : (offset + 1) * HASH_BYTES], position)
    last = start + len(places)
    raise Found("there are more facts than leaves", position=last)


def _expect_leaf(row: Row, in_tree: bytes, position: int) -> None:
    leaf = sha256(b"\x00" + row[7]).digest()
    if leaf != row[6]:
        what = f"the bytes of fact `{row[1]}` are not those that were hashed"
    elif leaf != in_tree:
        what = f"fact `{row[1]}` is not the leaf that the tree has at position {position}"
    elif not _says_its_bytes(row):
        what = f"the row of fact `{row[1]}` says other than its bytes"
    else:
        return
    raise Found(what, position=position, fact_id=row[1])


def _check_upper(session: Session, hashes: list[bytes]) -> None:
    """Compare the tiles above the leaves with what the leaves give."""
    read, level = reader(session), 1
    while hashes:
        above: list[bytes] = []
        for start in range(0, len(hashes), WIDTH):
            part = hashes[start : start + WIDTH]
            if read(level, start // WIDTH) != b"".join(part):
                position = start * WIDTH**level
                raise Found(
                    f"a hash of the tree over the leaves from position {position} is damaged",
                    position=position,
                )
            if len(part) == WIDTH:
                above.append(root(part))
        hashes, level = above, level + 1


def _check_unplaced(session: Session, after: int, done: Checked) -> None:
    for row in session.stream("facts_after", after):
        if sha256(b"\x00" + row[7]).digest() != row[6]:
            raise Found(
                f"the bytes of fact `{row[1]}` are not those that were hashed", fact_id=row[1]
            )
        if not _says_its_bytes(row):
            raise Found(f"the row of fact `{row[1]}` says other than its bytes", fact_id=row[1])
        done.facts += 1
        done.unplaced += 1


def _check_checkpoints(session: Session, origin: str, public_key: bytes, done: Checked) -> None:
    size, good = tree_size(session), 0
    read = reader(session)
    for claimed, text in session.rows("checkpoints"):
        try:
            found = note.verify(text, origin, public_key)
        except BadCheckpoint as bad:
            raise Found(f"the checkpoint of {claimed} leaves is not signed: {bad}") from None
        if found.size != claimed or found.size > size:
            what = f"a checkpoint has {found.size} leaves, the ledger {size}: facts are missing"
            raise Found(what, position=min(size, found.size))
        here = Subtrees(read)(0, found.size) if found.size else EMPTY_ROOT
        if here != found.root:
            raise Found(
                f"a leaf from position {good} on, before {found.size}, is not what was signed",
                position=good,
            )
        good = found.size
        done.checkpoints += 1


def _check_clusters(session: Session) -> None:
    """Compare whose facts are folded together with what the links among the facts say."""
    told = {row[0]: read_fact(row[1]) for row in session.rows("link_facts")}
    _check_links(session, told)
    links = [
        Link(id=f.id, first=f.person, second=f.about, occurred_at=f.occurred_at, evidence=f.id)
        for f in told.values()
        if f.kind is Kind.IDENTITY_LINKED
    ]
    roots = clusters(links, {f.about for f in told.values() if f.kind is Kind.LINK_VOIDED})
    expected = {person: root for person, root in roots.items() if person != root}
    kept: dict[str, str] = dict(session.rows("merged"))
    for person in sorted(expected.keys() | kept.keys()):
        if expected.get(person) != kept.get(person):
            raise Found(f"the cluster of person `{person}` is not what its links make")


def _check_links(session: Session, told: Mapping[int, Fact]) -> None:
    """Compare the links and voids that a fold reads with the facts that they are of."""
    linked = {
        (f.id, f.person, f.about, f.occurred_at, seq)
        for seq, f in told.items()
        if f.kind is Kind.IDENTITY_LINKED
    }
    void = {(f.about, seq) for seq, f in told.items() if f.kind is Kind.LINK_VOIDED}
    for expected, kept, what in (
        (linked, set(session.rows("links")), "is not what its fact says"),
        (void, set(session.rows("voids")), "is void, or not, against what the facts say"),
    ):
        if expected != kept:
            raise Found(f"link `{min(expected ^ kept)[0]}` {what}")


def _check_tombstones(session: Session) -> None:
    """Compare by which hashes a tombstone is found with the one that its fact names."""
    total, after = 0, _BEFORE_ALL
    while rows := session.rows("tombstone_facts", after, BATCH):
        named = {bytes(row[1]): fact for row in rows if (fact := read_fact(row[1])).thing}
        hashes = sorted({bytes.fromhex(fact.thing) for fact in named.values()})
        kept = {(bytes(row[0]), bytes(row[1])) for row in session.by_hash("tombstones_of", hashes)}
        for body, fact in named.items():
            if (bytes.fromhex(fact.thing), body) not in kept:
                raise Found(f"tombstone `{fact.id}` is not found", fact_id=fact.id)
        total, after = total + len(named), rows[-1][0]
    row = session.one("count_tombstones")
    if row is not None and row[0] != total:
        raise Found(f"{row[0]} tombstones are found, {total} were told")


def _check_persons(session: Session) -> None:
    """Compare who is there, and who was erased, with what the facts say."""
    for query, what in (
        ("unknown_person", "has facts and is not among the persons"),
        ("erased_unsaid", "is marked as erased, and no fact says so"),
        ("said_unerased", "was erased and is not marked so"),
    ):
        row = session.one(query)
        if row is not None:
            raise Found(f"person `{row[0]}` {what}")


def _check_passages(session: Session) -> None:
    """Compare for whom each passage is found with whom it names."""
    total, after = 0, _BEFORE_ALL
    while rows := session.rows("passage_facts", after, BATCH):
        for seq, body in rows:
            fact = read_fact(body)
            persons = sorted(set(fact.persons))
            if len(list(session.among("passages_at", persons, seq))) != len(persons):
                what = f"passage `{fact.id}` is not found for all its persons"
                raise Found(what, fact_id=fact.id)
            total += len(persons)
        after = rows[-1][0]
    row = session.one("count_passages")
    if row is not None and row[0] != total:
        raise Found(f"{row[0]} persons are found in passages, {total} are named in them")


def _check_standing(session: Session, fold: Fold, done: Checked, progress: Progress) -> None:
    row = session.one("count_persons")
    total = int(row[0]) if row is not None else 0
    for told in history_batches(session):
        _compare(session, fold, told)
        done.standings += len(told)
        progress(done.standings, total)
    kept = session.one(("count_bodies", fold.layout))
    if kept is not None and kept[0] != done.standings:
        raise Found(f"{kept[0]} standings are kept, {done.standings} persons have one")


def _compare(session: Session, fold: Fold, told: Sequence[PersonHistory]) -> None:
    layout, roots = fold.layout, [history.person for history in told]
    bodies: dict[str, bytes] = dict(session.among(("bodies_of", layout), roots))
    wide = {row[0]: list(row) for row in session.among(("wide_of", layout), roots)}
    marks: dict[str, list[Row]] = {}
    for person, *mark in session.among(("marks_of", layout), roots):
        marks.setdefault(person, []).append(tuple(mark))
    for history in told:
        standing = folded(fold, history)
        person = history.person
        states = [(name, *interval[:2]) for name, interval in standing.sparse.items()]
        if (
            bodies.get(person) != pack(standing)
            or wide.get(person) != layout.wide_row(standing)
            or sorted(marks.get(person, [])) != sorted(states)
        ):
            raise Found(f"the standing of person `{person}` is not what the facts make")
