"""The ledger's PostgreSQL: synced at each commit, many writers, each holding whom it touches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg import errors

from placket.store.idle import Idle
from placket.store.refusals import (
    FoldMissing,
    LedgerBusy,
    LedgerDamaged,
    LedgerRefuses,
    LedgerUnreachable,
    LedgerUnwritable,
)
from placket.store.session import CommitFailed, Contended, Query, Row, Session
from placket.store.statements import Statements

# Each is asked for and its answer compared: a server may be told to disregard one.
_SETTINGS: Final = (
    ("synchronous_commit", "on"),
    ("search_path", "placket"),
    ("lock_timeout", "30s"),
    ("client_encoding", "UTF8"),
    # A compiled condition is long, and compiling it costs seconds that running it never does.
    ("jit", "off"),
)

# Two advisory locks of the database: appends share the first, whoever wants a moment without
# them takes it alone; the second is the sequencer's.
_APPENDS: Final = 0x506C61636B657401
_SEQUENCER: Final = 0x506C61636B657402

_STATEMENTS: Final = Statements(
    "postgres.sql", "postgres_register.sql", integer="bigint", place="%s"
)
_STREAMED_ROWS: Final = 1_000

# The first that fits, so the narrower ones stand before `OperationalError`.
_REFUSALS: Final[tuple[tuple[type[psycopg.Error], type[LedgerRefuses]], ...]] = (
    (errors.DeadlockDetected, Contended),
    (errors.SerializationFailure, Contended),
    (errors.UniqueViolation, Contended),
    (errors.LockNotAvailable, LedgerBusy),
    (errors.DiskFull, LedgerUnwritable),
    (errors.IoError, LedgerUnwritable),
    (errors.ReadOnlySqlTransaction, LedgerUnwritable),
    (errors.DataCorrupted, LedgerDamaged),
    (errors.IndexCorrupted, LedgerDamaged),
    (errors.UndefinedTable, FoldMissing),
    (psycopg.OperationalError, LedgerUnreachable),
    (psycopg.InterfaceError, LedgerUnreachable),
)


def refusal(raised: psycopg.Error) -> LedgerRefuses | psycopg.Error:
    """Return what the ledger says where PostgreSQL raised this; other errors are our own fault."""
    for kind, refused in _REFUSALS:
        if isinstance(raised, kind):
            return refused(refused.__doc__)
    return raised


class PostgresSession:
    """One connection to the server."""

    __slots__ = ("connection",)

    widest_index = 32
    is_only_writer = False

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self.connection = connection

    def _done(self, text: str, params: Any) -> psycopg.Cursor[Row]:
        try:
            return self.connection.cursor(binary=True).execute(text, params)
        except psycopg.Error as raised:
            raise refusal(raised) from raised

    def one(self, query: Query, *params: object) -> Row | None:
        """Return the first row, or None."""
        return self._done(_text(query), params).fetchone()

    def rows(self, query: Query, *params: object) -> list[Row]:
        """Return all rows."""
        return self._done(_text(query), params).fetchall()

    def stream(self, query: Query, *params: object) -> Iterator[Row]:
        """Yield rows as they come, in flat memory."""
        return self._streamed(_text(query), params)

    def _streamed(self, text: str, params: Any) -> Iterator[Row]:
        try:
            with self.connection.cursor(binary=True) as cursor:
                yield from cursor.stream(text, params, size=_STREAMED_ROWS)
        except psycopg.Error as raised:
            raise refusal(raised) from raised

    def run(self, query: Query, *params: object) -> int:
        """Carry out a statement; return the number of rows changed."""
        return self._done(_text(query), params).rowcount

    def many(self, query: Query, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows by a statement that writes one, or that copies many."""
        text = _text(query)
        if not rows:
            return
        try:
            with self.connection.cursor() as cursor:
                if not text.startswith("COPY "):
                    cursor.executemany(text, rows)
                    return
                with cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row(row)
        except psycopg.Error as raised:
            raise refusal(raised) from raised

    def among(self, query: Query, keys: Sequence[str], *params: object) -> Iterable[Row]:
        """Return the rows of a statement that takes a list of texts first."""
        return self.rows(query, list(keys), *params)

    def delete(self, query: Query, keys: Sequence[str], *params: object) -> None:
        """Carry out a statement that takes a list of texts first and gives nothing back."""
        self.run(query, list(keys), *params)

    def by_hash(self, query: Query, hashes: Sequence[bytes]) -> Iterable[Row]:
        """Return the rows of a statement that takes a list of hashes."""
        return self.rows(query, list(hashes)) if hashes else ()

    def written(self, sql: str, params: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows of a statement that was compiled elsewhere."""
        return self._streamed(sql, params)

    def next_seqs(self, count: int) -> Sequence[int]:
        """Return sequence numbers that no other process gets, in order."""
        return [row[0] for row in self.rows("next_seqs", count)]

    def lock(self, roots: Sequence[str]) -> bool:
        """Hold these persons' rows until the transaction ends; others may have written before."""
        self.run("lock", list(roots))
        return True

    def share(self) -> None:
        """Hold off whoever wants a moment without appends, until the transaction ends."""
        self.run("share", _APPENDS)

    def settle(self) -> None:
        """Wait until no append is under way, and let none begin until the transaction ends."""
        self.run("alone", _APPENDS)

    def alone(self) -> None:
        """Hold off any other sequencer until the transaction ends."""
        self.run("alone", _SEQUENCER)


def _text(query: Query) -> str:
    return _STATEMENTS.plain(query) if isinstance(query, str) else _STATEMENTS.of(*query)


class PostgresDatabase:
    """A PostgreSQL database, with as many connections as are in use at once."""

    dialect = "postgres"

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: Idle[PostgresSession] = Idle(lambda session: session.connection.close())
        self._idle.give(self._connected())

    def _connected(self) -> PostgresSession:
        try:
            connection: psycopg.Connection[Row] = psycopg.connect(self._url, autocommit=True)
        except (psycopg.OperationalError, psycopg.ProgrammingError, ValueError) as raised:
            raise LedgerUnreachable(
                "the ledger's server does not let us in; is it up, and the URL right?"
            ) from raised
        except psycopg.Error as raised:
            raise refusal(raised) from raised
        session = PostgresSession(connection)
        try:
            for name, wanted in _SETTINGS:
                _set(session, name, wanted)
        except BaseException:
            connection.close()
            raise
        return session

    @contextmanager
    def reading(self) -> Iterator[PostgresSession]:
        """Lend a connection for single statements."""
        session = self._idle.take() or self._connected()
        try:
            yield session
        finally:
            if session.connection.closed:
                # Those that waited were cut with it, as when a server starts again.
                self._idle.clear()
            else:
                self._idle.give(session)

    @contextmanager
    def snapshot(self) -> Iterator[PostgresSession]:
        """Lend a connection with one unchanging sight of the rows."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") as session:
            yield session

    @contextmanager
    def trial(self) -> Iterator[PostgresSession]:
        """Lend a connection with one unchanging sight of the rows, and temporary tables.

        The transaction is never committed, so the tables are gone with it.
        """
        # Not READ ONLY: that forbids to make a table, be it temporary.
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ") as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[PostgresSession]:
        """Lend a connection with a transaction, committed at the end."""
        # What another process committed while we waited for its locks must be seen.
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED") as session:
            yield session
            _commit(session)

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[PostgresSession]:
        with self.reading() as session:
            _begin(session, begin)
            try:
                yield session
            finally:
                _roll_back(session)

    def make(self, session: Session) -> None:
        """Make the schema and its tables unless they are there."""
        session.settle()
        held = session.one("holds_ledger")
        if held is None or not held[0]:
            for name in _STATEMENTS.names("make_"):
                session.run(name)

    def upgrade(self, session: Session) -> None:
        """Make the tables that the version before had not; no append is under way meanwhile."""
        session.settle()
        for name in _STATEMENTS.names("make_3_"):
            session.run(name)

    def holds_ledger(self) -> bool:
        """Say whether the tables are there."""
        with self.reading() as session:
            row = session.one("holds_ledger")
            return bool(row and row[0])

    def forget_deleted(self) -> None:
        """Free the dead rows of identifiers and standing; the WAL keeps them until it turns."""
        with self.reading() as session:
            session.run("vacuum")

    def close(self) -> None:
        """Close the connections that are not lent, and those that are once they come back."""
        self._idle.close()


def _set(session: PostgresSession, name: str, wanted: str) -> None:
    session.run("set", name, wanted)
    row = session.one("setting", name)
    if row != (wanted,):
        raise LedgerUnwritable(f"the ledger's server does not take {name} `{wanted}`; set it so")


def _begin(session: PostgresSession, statement: str) -> None:
    try:
        session.connection.execute(statement)
    except psycopg.Error as raised:
        raise refusal(raised) from raised


def _commit(session: PostgresSession) -> None:
    try:
        session.connection.execute("COMMIT")
    except psycopg.Error as raised:
        raise CommitFailed(refusal(raised)) from raised


def _roll_back(session: PostgresSession) -> None:
    connection = session.connection
    if not connection.closed and connection.info.transaction_status:
        # A connection that fails here is closed by it, and whoever lent it lets it go.
        with suppress(psycopg.Error):
            connection.rollback()
