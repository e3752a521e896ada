"""The ledger's SQLite: WAL, synced at each commit, one writer at a time."""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from placket.store.idle import Idle
from placket.store.refusals import (
    FoldMissing,
    LedgerBusy,
    LedgerDamaged,
    LedgerMissing,
    LedgerReadOnly,
    LedgerRefuses,
    LedgerUnreachable,
    LedgerUnwritable,
)
from placket.store.session import CommitFailed, Query, Row, Session
from placket.store.statements import Statements

BUSY_MILLISECONDS: Final = 30_000

# Writers wait while the WAL is being emptied, and that waits for whoever is reading from it.
_PATIENCE_MILLISECONDS: Final = 2_000

# Each is asked for and its answer compared: a failing disk makes SQLite go on in silence.
_PRAGMAS: Final = (
    ("busy_timeout", "{busy}", "{busy}"),
    ("journal_mode", "wal", "wal"),
    ("synchronous", "full", 2),
    ("secure_delete", "on", 1),
    ("cache_size", "-65536", -65536),
    ("wal_autocheckpoint", "4000", 4000),
)

_STATEMENTS: Final = Statements("sqlite.sql", "sqlite_register.sql", integer="INTEGER", place="?")

_REFUSALS: Final[Mapping[int, type[LedgerRefuses]]] = {
    sqlite3.SQLITE_BUSY: LedgerBusy,
    sqlite3.SQLITE_LOCKED: LedgerBusy,
    sqlite3.SQLITE_FULL: LedgerUnwritable,
    sqlite3.SQLITE_IOERR: LedgerUnwritable,
    sqlite3.SQLITE_READONLY: LedgerReadOnly,
    sqlite3.SQLITE_CORRUPT: LedgerDamaged,
    sqlite3.SQLITE_NOTADB: LedgerDamaged,
    sqlite3.SQLITE_CANTOPEN: LedgerUnreachable,
}

# The extended codes of SQLite carry the code in their lowest byte.
_CODE: Final = 0xFF


def refusal(raised: sqlite3.Error) -> LedgerRefuses | sqlite3.Error:
    """Return what the ledger says where SQLite raised this; other errors are our own fault."""
    kind = _REFUSALS.get(getattr(raised, "sqlite_errorcode", 0) & _CODE)
    if kind is not None:
        return kind(kind.__doc__)
    if str(raised).startswith("no such table: "):
        return FoldMissing(FoldMissing.__doc__)
    # A damaged schema or a text that is not UTF-8 comes back as an error without its code.
    damaged = "malformed" in str(raised) or "decode to UTF-8" in str(raised)
    return LedgerDamaged(LedgerDamaged.__doc__) if damaged else raised


class SqliteSession:
    """One connection to the file."""

    __slots__ = ("connection",)

    widest_index = 2000
    is_only_writer = True

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def one(self, query: Query, *params: object) -> Row | None:
        """Return the first row, or None."""
        try:
            row: Row | None = self.connection.execute(_text(query), params).fetchone()
        except sqlite3.Error as raised:
            raise refusal(raised) from raised
        return row

    def rows(self, query: Query, *params: object) -> list[Row]:
        """Return all rows."""
        try:
            return self.connection.execute(_text(query), params).fetchall()
        except sqlite3.Error as raised:
            raise refusal(raised) from raised

    def stream(self, query: Query, *params: object) -> Iterator[Row]:
        """Yield rows as they come, in flat memory."""
        yield from self._streamed(_text(query), params)

    def _streamed(self, text: str, params: Any) -> Iterator[Row]:
        try:
            yield from self.connection.execute(text, params)
        except sqlite3.Error as raised:
            raise refusal(raised) from raised

    def run(self, query: Query, *params: object) -> int:
        """Carry out a statement; return the number of rows changed."""
        try:
            return self.connection.execute(_text(query), params).rowcount
        except sqlite3.Error as raised:
            raise refusal(raised) from raised

    def many(self, query: Query, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows by a statement that writes one."""
        try:
            self.connection.executemany(_text(query), rows)
        except sqlite3.Error as raised:
            raise refusal(raised) from raised

    def among(self, query: Query, keys: Sequence[str], *params: object) -> Iterable[Row]:
        """Return the rows of a statement that takes a list of texts first."""
        return self.rows(query, json.dumps(list(keys)), *params)

    def by_hash(self, query: Query, hashes: Sequence[bytes]) -> Iterable[Row]:
        """Return the rows of a statement that takes one hash, for each of them."""
        for keyed_hash in hashes:
            yield from self.stream(query, keyed_hash)

    def written(self, sql: str, params: Mapping[str, object]) -> Iterator[Row]:
        """Yield the rows of a statement that was compiled elsewhere."""
        return self._streamed(sql, params)

    def next_seqs(self, count: int) -> Sequence[int]:
        """Return the sequence numbers of the next `count` facts; there is no other writer."""
        row = self.one("last_seq")
        first = 1 if row is None else row[0] + 1
        return range(first, first + count)

    def delete(self, query: Query, keys: Sequence[str], *params: object) -> None:
        """Carry out a statement that takes a list of texts first and gives nothing back."""
        self.run(query, json.dumps(list(keys)), *params)

    def lock(self, roots: Sequence[str]) -> bool:
        """Say that nobody else wrote: whoever writes to the file is alone."""
        del roots
        return False

    def share(self) -> None:
        """Do nothing: whoever writes to the file is alone."""

    def settle(self) -> None:
        """Do nothing: whoever writes to the file is alone."""

    def alone(self) -> None:
        """Do nothing: whoever writes to the file is alone."""


def _text(query: Query) -> str:
    return _STATEMENTS.plain(query) if isinstance(query, str) else _STATEMENTS.of(*query)


class SqliteDatabase:
    """An SQLite file, with as many connections as are in use at once."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, create: bool, busy_ms: int = BUSY_MILLISECONDS) -> None:
        if not create and not path.is_file():
            raise LedgerMissing("there is no ledger at this path; create one, or name another")
        self._uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
        self._busy_ms = busy_ms
        self._idle: Idle[SqliteSession] = Idle(lambda session: session.connection.close())
        # In one process a lock is fairer than SQLite's waiting, which asks again and again.
        self._writer = threading.RLock()
        if create and not path.exists():
            self._touch(path)
        self._idle.give(self._connected())

    @staticmethod
    def _touch(path: Path) -> None:
        try:
            path.touch(mode=0o600)
        except OSError as refused:
            raise LedgerUnwritable(f"no ledger can be made here: {refused.strerror}") from refused

    def _connected(self) -> SqliteSession:
        connection: sqlite3.Connection | None = None
        try:
            connection = sqlite3.connect(
                self._uri, uri=True, isolation_level=None, check_same_thread=False
            )
            for name, wanted, answer in _PRAGMAS:
                self._set(connection, name, wanted, answer)
        except sqlite3.Error as raised:
            if connection is not None:
                connection.close()
            raise refusal(raised) from raised
        return SqliteSession(connection)

    def _set(
        self, connection: sqlite3.Connection, name: str, wanted: str, answer: str | int
    ) -> None:
        connection.execute(f"PRAGMA {name} = {wanted.format(busy=self._busy_ms)}").fetchall()
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if str(found) != str(answer).format(busy=self._busy_ms):
            connection.close()
            raise LedgerUnwritable(f"SQLite answers `{found}` to {name}; look at the ledger's disk")

    @contextmanager
    def reading(self) -> Iterator[SqliteSession]:
        """Lend a connection for single statements."""
        session = self._idle.take() or self._connected()
        try:
            yield session
        finally:
            self._idle.give(session)

    @contextmanager
    def snapshot(self) -> Iterator[SqliteSession]:
        """Lend a connection with one unchanging sight of the rows."""
        with self.reading() as session:
            _begin(session, "BEGIN")
            try:
                yield session
            finally:
                _roll_back(session)

    def trial(self) -> AbstractContextManager[SqliteSession]:
        """Lend a connection with one unchanging sight of the rows, and temporary tables.

        They stand in a file of their own, which has no name: rolled back or killed, it is gone.
        """
        return self.snapshot()

    @contextmanager
    def writing(self) -> Iterator[SqliteSession]:
        """Lend a connection as the only writer, committed at the end."""
        with self._writer, self.reading() as session:
            _begin(session, "BEGIN IMMEDIATE")
            try:
                yield session
                _commit(session)
            finally:
                _roll_back(session)

    def make(self, session: Session) -> None:
        """Make the tables unless they are there."""
        held = session.one("holds_ledger")
        if held is None or not held[0]:
            for name in _STATEMENTS.names("make_"):
                session.run(name)

    def upgrade(self, session: Session) -> None:
        """Make the tables that the version before had not."""
        for name in _STATEMENTS.names("make_3_"):
            session.run(name)

    def holds_ledger(self) -> bool:
        """Say whether the file holds a ledger's tables."""
        with self.reading() as session:
            row = session.one("holds_ledger")
            return bool(row and row[0])

    def forget_deleted(self) -> None:
        """Move all into the file, where the deleted bytes are overwritten, and empty the WAL.

        A long reader holds it off; the next checkpoint that SQLite makes by itself does it then.
        """
        with self.reading() as session:
            try:
                session.connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MILLISECONDS}")
                session.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                session.connection.execute(f"PRAGMA busy_timeout = {self._busy_ms}")
            except sqlite3.Error as raised:
                raise refusal(raised) from raised

    def close(self) -> None:
        """Close the connections that are not lent, and those that are once they come back."""
        self._idle.close()


def _begin(session: SqliteSession, statement: str) -> None:
    try:
        session.connection.execute(statement)
    except sqlite3.Error as raised:
        raise refusal(raised) from raised


def _commit(session: SqliteSession) -> None:
    try:
        session.connection.execute("COMMIT")
    except sqlite3.Error as raised:
        raise CommitFailed(refusal(raised)) from raised


def _roll_back(session: SqliteSession) -> None:
    if session.connection.in_transaction:
        # A disk that failed may fail here too; SQLite then rolls back when the file is next read.
        with suppress(sqlite3.Error):
            session.connection.execute("ROLLBACK")
