"""Standing under folds that are tried: in tables that nobody else sees and that leave no trace."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from placket.standing.layout import Layout
from placket.store.appending import folded
from placket.store.histories import history_batches
from placket.store.ledger import Fold, Progress
from placket.store.session import Database, Row, Session
from placket.store.standings import make_bare_tables, write_bare

PREFIX: Final = "t_"
"""What the digest of a tried fold begins with, so that its tables are no fold's own."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Standing under several folds as of one instant of the ledger.

    layouts: where the standing under each fold lies, in the order in which they were asked for.
    """

    session: Session
    layouts: tuple[Layout, ...]

    def rows(self, sql: str, params: Mapping[str, object]) -> list[Row]:
        """Return the rows of a compiled statement."""
        return list(self.session.written(sql, params))

    def stream(self, sql: str, params: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows of a compiled statement in flat memory, before the next one is asked."""
        yield from self.session.written(sql, params)


@contextmanager
def trial(database: Database, folds: Sequence[Fold], progress: Progress) -> Iterator[Trial]:
    """Yield the standing under `folds`, all of one instant; at the end it is gone.

    What the ledger keeps is read where it is; every other fold is built from the same facts, in
    tables of this connection alone. Nothing that others see is written, and a process that is
    killed leaves nothing: the tables go with the connection.
    """
    with database.trial() as session:
        active = {digest for digest, is_active, _ in session.rows("folds") if is_active}
        tried = {
            fold.layout.digest: (fold, _own(fold.layout))
            for fold in folds
            if fold.layout.digest not in active
        }
        _build(session, list(tried.values()), progress)
        layouts = (
            tried[digest][1] if (digest := fold.layout.digest) in tried else fold.layout
            for fold in folds
        )
        yield Trial(session, tuple(layouts))


def _own(layout: Layout) -> Layout:
    """Return a layout with tables of other names than those of the ledger's own folds."""
    return Layout(digest=f"{PREFIX}{layout.digest}", names=layout.names)


def _build(session: Session, tried: Sequence[tuple[Fold, Layout]], progress: Progress) -> None:
    if not tried:
        return
    for _, layout in tried:
        make_bare_tables(session, layout)
    row = session.one("count_persons")
    total, done = (int(row[0]) if row is not None else 0), 0
    progress(0, total)
    for told in history_batches(session):
        for fold, layout in tried:
            write_bare(session, layout, [folded(fold, history) for history in told])
        done += len(told)
        progress(done, max(total, done))
    for _, layout in tried:
        session.run(("analyse_tried", layout))
