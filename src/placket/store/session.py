"""What the ledger asks of an engine: named statements over one borrowed connection."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

from placket.standing.layout import Layout
from placket.store.refusals import LedgerBusy

Row = tuple[Any, ...]
Query = str | tuple[str, Layout]
"""The name of a statement, with the layout of the tables it is for when it has any."""


class Session(Protocol):
    """One connection. Every method raises what `refusals` holds, never the driver's own."""

    @property
    def widest_index(self) -> int:
        """Return how many columns an index may have."""

    @property
    def is_only_writer(self) -> bool:
        """Say whether nobody else writes while this connection does."""

    def one(self, query: Query, *params: object) -> Row | None:
        """Return the first row, or None."""

    def rows(self, query: Query, *params: object) -> list[Row]:
        """Return all rows."""

    def stream(self, query: Query, *params: object) -> Iterator[Row]:
        """Yield rows as they come, in flat memory."""

    def run(self, query: Query, *params: object) -> int:
        """Carry out a statement; return the number of rows changed."""

    def many(self, query: Query, rows: Sequence[Sequence[object]]) -> None:
        """Write rows by a statement that writes one, as fast as the engine can."""

    def among(self, query: Query, keys: Sequence[str], *params: object) -> Iterable[Row]:
        """Return the rows of a statement that takes a list of texts first."""

    def by_hash(self, query: Query, hashes: Sequence[bytes]) -> Iterable[Row]:
        """Return the rows of a statement that takes hashes."""

    def written(self, sql: str, params: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows of a statement that was compiled elsewhere."""

    def next_seqs(self, count: int) -> Sequence[int]:
        """Return the sequence numbers of the next `count` facts."""

    def delete(self, query: Query, keys: Sequence[str], *params: object) -> None:
        """Carry out a statement that takes a list of texts first and gives nothing back."""

    def lock(self, roots: Sequence[str]) -> bool:
        """Hold these persons' rows until the transaction ends; they come sorted.

        Says whether somebody else may have written before they were held.
        """

    def share(self) -> None:
        """Hold off whoever wants a moment without appends, until the transaction ends."""

    def settle(self) -> None:
        """Wait until no append is under way, and let none begin until the transaction ends."""

    def alone(self) -> None:
        """Hold off any other sequencer until the transaction ends."""


class Database(Protocol):
    """An engine with its connections."""

    @property
    def dialect(self) -> str:
        """Return sqlglot's name of the engine's SQL."""

    def reading(self) -> AbstractContextManager[Session]:
        """Lend a connection for single statements."""

    def snapshot(self) -> AbstractContextManager[Session]:
        """Lend a connection with one unchanging sight of the rows."""

    def trial(self) -> AbstractContextManager[Session]:
        """Lend a connection with one unchanging sight of the rows, and temporary tables.

        What was written in these is gone at the end, also after a kill.
        """

    def writing(self) -> AbstractContextManager[Session]:
        """Lend a connection with a transaction, committed at the end.

        Raises CommitFailed when COMMIT itself raised.
        """

    def make(self, session: Session) -> None:
        """Make the tables unless they are there."""

    def upgrade(self, session: Session) -> None:
        """Make the tables that the version before had not; no append is under way meanwhile."""

    def holds_ledger(self) -> bool:
        """Say whether the tables are there."""

    def forget_deleted(self) -> None:
        """Overwrite what was deleted, as far as the engine can."""

    def close(self) -> None:
        """Close all connections."""


class Contended(LedgerBusy):
    """Two processes wrote about the same persons and one had to give way; try again."""


class CommitFailed(Exception):
    """COMMIT raised: whether the transaction took place is not known."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


@contextmanager
def writing_again(database: Database) -> Iterator[Session]:
    """Lend a transaction of what may be done again: a COMMIT that raised is told as its refusal."""
    try:
        with database.writing() as session:
            yield session
    except CommitFailed as failed:
        raise failed.refusal from failed
