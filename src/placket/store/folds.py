"""Folds of the ledger: build one's standing from all facts, catch up, switch, drop."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from placket.standing.layout import Layout
from placket.store.appending import folded, refold
from placket.store.histories import BATCH, histories
from placket.store.ledger import Fold, Progress
from placket.store.session import Contended, Database, Session, writing_again
from placket.store.standings import drop_tables, make_indexes, make_tables, write

_FEW: Final = 1_000
"""Facts that may be left to catch up with while appends wait."""

# Another process's building has stopped when for 30 seconds nothing has changed.
_PAUSE_SECONDS: Final = 0.1
_PATIENCE: Final = 300


class Overtaken(Exception):
    """Another process has begun to build the same fold."""


Also = Callable[[Session], None]
"""Done in the transaction that makes a fold active."""


def nothing_else(_session: Session) -> None:
    """Do nothing beside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """A fold to be built, with its indexes, and what is done when it becomes active."""

    fold: Fold
    indexes: Sequence[Sequence[str]] = ()
    also: Also = nothing_else


def prepare(database: Database, building: Building, progress: Progress) -> None:
    """Build the standing under a fold and make it active; safe to repeat, and after a kill.

    Nothing is done where the fold is active already. Of several processes that begin, the last
    one builds and the others wait for it; when it comes no further, as after a kill, one of
    them begins anew.
    """
    layout = building.fold.layout
    while True:
        try:
            number = _begin(database, layout)
            if number is None:
                return
            _prepare(database, building, number, progress)
        except (Overtaken, Contended):
            _wait(database, layout.digest)


def _begin(database: Database, layout: Layout) -> int | None:
    """Make empty tables and return the number of this attempt; None when the fold is active."""
    with writing_again(database) as session:
        state = session.one("fold_state", layout.digest)
        if state is not None and state[1]:
            return None
        session.run("put_fold", layout.digest)
        # What a killed process began is begun again: it may have missed an erasure.
        drop_tables(session, layout)
        make_tables(session, layout)
        return _number(session, layout.digest)


def _number(session: Session, digest: str) -> int:
    """Return the number of the attempt that builds now, and hold off any later one."""
    state = session.one("fold_state", digest)
    return -1 if state is None else int(state[0])


def _expect_mine(session: Session, digest: str, number: int) -> None:
    if _number(session, digest) != number:
        raise Overtaken


def _wait(database: Database, digest: str) -> None:
    """Return when the fold is active, or when whoever builds it comes no further."""
    before, since = None, 0
    while since < _PATIENCE:
        with writing_again(database) as session:
            state = session.one("fold_state", digest)
        if state is None or state[1]:
            return
        before, since = state, (since + 1 if state == before else 0)
        time.sleep(_PAUSE_SECONDS)


def _prepare(database: Database, building: Building, number: int, progress: Progress) -> None:
    fold, digest = building.fold, building.fold.layout.digest
    reached = _settled(database)
    _build(database, fold, number, progress)
    with writing_again(database) as session:
        _expect_mine(session, digest, number)
        make_indexes(session, fold.layout, building.indexes)
    while (latest := _settled(database)) - reached > _FEW:
        with writing_again(database) as session:
            _expect_mine(session, digest, number)
            _catch_up(session, fold, reached, latest)
        reached = latest
    with writing_again(database) as session:
        session.settle()
        _expect_mine(session, digest, number)
        latest = _last(session)
        _catch_up(session, fold, reached, latest)
        session.run("catch_up_fold", latest, digest)
        session.run("activate_fold", digest)
        building.also(session)


def _settled(database: Database) -> int:
    """Return a sequence number up to which no fact can still arrive."""
    with writing_again(database) as session:
        session.settle()
        return _last(session)


def _last(session: Session) -> int:
    row = session.one("last_seq")
    return int(row[0]) if row is not None else 0


def _build(database: Database, fold: Fold, number: int, progress: Progress) -> None:
    with database.reading() as session:
        row = session.one("count_persons")
    total, done, after = (int(row[0]) if row is not None else 0), 0, ""
    progress(0, total)
    while True:
        with writing_again(database) as session:
            _expect_mine(session, fold.layout.digest, number)
            roots = [found[0] for found in session.rows("persons_after", after, BATCH)]
            if not roots:
                return
            standings = [folded(fold, history) for history in histories(session, roots)]
            write(session, fold.layout, standings, known=())
            session.run("catch_up_fold", done + len(roots), fold.layout.digest)
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
    with writing_again(database) as session:
        session.settle()
        drop_tables(session, Layout(digest=digest, names=()))
        session.run("drop_sets", digest)
        session.run("drop_fold", digest)
