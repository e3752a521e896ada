"""Give committed facts their positions in the tree, sign checkpoints, and prove from tiles."""

from typing import Final

from placket.store import checkpoint as note
from placket.store.checkpoint import Checkpoint, Signer
from placket.store.ledger import Consistency, Inclusion, Point
from placket.store.refusals import NotInTree
from placket.store.session import Database, Session, writing_again
from placket.store.tiles import Read, Subtrees, grown, root_of
from placket.store.tree import consistency_path, inclusion_path

BATCH: Final = 50_000
"""Facts that get their positions in one transaction."""


def sequence(database: Database, origin: str, signer: Signer, now: int, point: Point) -> str | None:
    """Place every committed fact; return the newest checkpoint when one was made now.

    now: microseconds UTC, written into the checkpoint.
    """
    made: str | None = None
    with writing_again(database) as session:
        bound = _settled(session)
    while True:
        with writing_again(database) as session:
            session.alone()
            placed, text = place(session, bound, origin, signer, now, point)
        point("sequenced")
        made = text or made
        if placed < BATCH:
            return made


def place(  # noqa: PLR0913, PLR0917 - as `sequence`, within a transaction
    session: Session, bound: int, origin: str, signer: Signer, now: int, point: Point
) -> tuple[int, str | None]:
    """Place facts up to `bound`; return how many, and the checkpoint that was made of them."""
    placed = _place(session, bound, point)
    text = _sign(session, origin, signer, now)
    point("checkpoint written")
    return placed, text


def place_own(session: Session, origin: str, signer: Signer, now: int, point: Point) -> None:
    """Place what this transaction wrote, where nobody else can be writing; else leave it."""
    if session.is_only_writer:
        place(session, _last(session), origin, signer, now, point)


def _settled(session: Session) -> int:
    """Return a sequence number up to which no fact can still arrive."""
    session.settle()
    return _last(session)


def _last(session: Session) -> int:
    row = session.one("last_seq")
    return int(row[0]) if row is not None else 0


def tree_size(session: Session) -> int:
    """Return how many facts have a position."""
    row = session.one("tree_size")
    return int(row[0]) if row is not None else 0


def _place(session: Session, bound: int, point: Point) -> int:
    size = tree_size(session)
    row = session.one("seq_at", size)
    rows = session.rows("unplaced", 0 if row is None else row[0], bound, BATCH)
    if rows:
        places = enumerate((seq for seq, _ in rows), start=size)
        session.many("add_places", list(places))
        point("positions written")
        tiles = list(grown(reader(session), size, [leaf for _, leaf in rows]))
        session.many("put_tiles", tiles)
        point("tree written")
    return len(rows)


def _sign(session: Session, origin: str, signer: Signer, now: int) -> str | None:
    """Sign the tree unless its size has a checkpoint already; the first may be of no leaves."""
    size = tree_size(session)
    row = session.one("latest_checkpoint")
    if row is not None and row[0] >= size:
        return None
    root = root_of(reader(session), size)
    text = note.sign(Checkpoint(origin=origin, size=size, root=root, at=now), signer)
    session.run("put_checkpoint", size, text)
    return text


def reader(session: Session) -> Read:
    """Return how tiles are read from the database."""

    def read(level: int, number: int) -> bytes:
        row = session.one("tile", level, number)
        return b"" if row is None else bytes(row[0])

    return read


def _latest(session: Session) -> tuple[int, str]:
    row = session.one("latest_checkpoint")
    if row is None:
        raise NotInTree(NotInTree.__doc__)
    return row[0], row[1]


def prove_inclusion(session: Session, fact_id: str) -> Inclusion:
    """Return the proof that a fact stands under the newest checkpoint. Raises NotInTree."""
    size, text = _latest(session)
    row = session.one("place_of", fact_id)
    if row is None or row[0] >= size:
        raise NotInTree(NotInTree.__doc__)
    position, leaf = row
    path = tuple(inclusion_path(Subtrees(reader(session)), position, size))
    return Inclusion(
        fact_id=fact_id, leaf=bytes(leaf), position=position, path=path, checkpoint=text
    )


def prove_consistency(session: Session, old_size: int) -> Consistency:
    """Return the proof that the tree of `old_size` leaves is the newest one's beginning."""
    size, text = _latest(session)
    if not 0 <= old_size <= size:
        raise NotInTree(f"the tree never had {old_size} leaves; the newest has {size}")
    path = tuple(consistency_path(Subtrees(reader(session)), old_size, size))
    return Consistency(old_size=old_size, path=path, checkpoint=text)
