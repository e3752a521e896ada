"""Folds of the ledger: build one's standing from all facts, catch up, switch, drop."""

from typing import Final

from placket.standing.layout import Layout
from placket.store.appending import folded, refold
from placket.store.histories import BATCH, histories
from placket.store.ledger import Fold, Progress
from placket.store.session import Database, Session
from placket.store.standings import drop_tables, make_tables, write

_FEW: Final = 1_000
"""Facts that may be left to catch up with while appends wait."""


def prepare(database: Database, fold: Fold, progress: Progress) -> None:
    """Build the standing under `fold` and make it active; safe to repeat, and after a kill."""
    with database.writing() as session:
        states = {digest: bool(active) for digest, active, _ in session.rows("folds")}
        if states.get(fold.layout.digest):
            return
        # What a killed process began is begun again: it may have missed an erasure.
        drop_tables(session, fold.layout)
        make_tables(session, fold.layout)
        session.run("put_fold", fold.layout.digest)
    reached = _settled(database)
    _build(database, fold, progress)
    while (latest := _settled(database)) - reached > _FEW:
        with database.writing() as session:
            _catch_up(session, fold, reached, latest)
        reached = latest
    with database.writing() as session:
        session.settle()
        latest = _last(session)
        _catch_up(session, fold, reached, latest)
        session.run("catch_up_fold", latest, fold.layout.digest)
        session.run("activate_fold", fold.layout.digest)


def _settled(database: Database) -> int:
    """Return a sequence number up to which no fact can still arrive."""
    with database.writing() as session:
        session.settle()
        return _last(session)


def _last(session: Session) -> int:
    row = session.one("last_seq")
    return int(row[0]) if row is not None else 0


def _build(database: Database, fold: Fold, progress: Progress) -> None:
    with database.reading() as session:
        row = session.one("count_persons")
    total, done, after = (int(row[0]) if row is not None else 0), 0, ""
    progress(0, total)
    while True:
        with database.writing() as session:
            roots = [found[0] for found in session.rows("persons_after", after, BATCH)]
            if not roots:
                return
            standings = [folded(fold, history) for history in histories(session, roots)]
            write(session, fold.layout, standings, known=())
        after, done = roots[-1], done + len(roots)
        progress(done, max(total, done))


def _catch_up(session: Session, fold: Fold, reached: int, latest: int) -> None:
    """Refold whom the facts after `reached`, up to `latest`, concern."""
    if latest > reached:
        touched = sorted(row[0] for row in session.rows("touched_after", reached, latest))
        for start in range(0, len(touched), BATCH):
            refold(session, fold, touched[start : start + BATCH])


def drop(database: Database, digest: str) -> None:
    """Forget a fold and its tables; safe to repeat."""
    with database.writing() as session:
        session.settle()
        drop_tables(session, Layout(digest=digest, names=()))
        session.run("drop_fold", digest)
