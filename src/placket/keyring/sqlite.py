"""The keyring in an SQLite file of its own, which keeps no trace of a destroyed key."""

import json
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from placket.keyring.refusals import (
    ErasureUnfinished,
    KeyringDamaged,
    KeyringExists,
    KeyringMissing,
    KeyringUnusable,
)
from placket.keyring.stored import BLANK, StoredKeyring, first_items
from placket.keyring.wrapping import WrappingKey

_BUSY_MILLISECONDS: Final = 60_000
_CHECKPOINT_TRIES: Final = 500
_CHECKPOINT_PAUSE_SECONDS: Final = 0.01

# Each is asked for and its answer compared: a failing disk makes SQLite go on in silence.
_PRAGMAS: Final = (
    ("journal_mode", "wal", "wal"),
    ("synchronous", "full", 2),
    ("secure_delete", "on", 1),
    ("busy_timeout", str(_BUSY_MILLISECONDS), _BUSY_MILLISECONDS),
)

# INVARIANT: a row of person_key never moves and never changes its length. Measured: deleting
# rows keyed by person leaves now and then a copy of a wrap in the gap of a page from which
# SQLite once moved it. Rows are only appended by slot, and a destroyed wrap is overwritten where
# it stands.
_SCHEMA: Final = (
    "CREATE TABLE item (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
    """CREATE TABLE person_key (
        slot INTEGER PRIMARY KEY,
        person TEXT NOT NULL,
        generation INTEGER NOT NULL,
        wrapped BLOB NOT NULL CHECK (length(wrapped) = 60),
        UNIQUE (person, generation)
    )""",
)


class SqliteRows:
    """The rows of a keyring in an SQLite file."""

    traces_until_rotation = False

    def __init__(self, path: Path) -> None:
        try:
            self._sql = sqlite3.connect(
                f"{path.absolute().as_uri()}?mode=rw",
                uri=True,
                isolation_level=None,
                check_same_thread=False,
            )
            for name, wanted, answer in _PRAGMAS:
                self._set(name, wanted, answer)
        except sqlite3.DatabaseError as refused:
            raise KeyringDamaged(f"the keyring's file cannot be used: {refused}") from refused

    def _set(self, name: str, wanted: str, answer: str | int) -> None:
        self._sql.execute(f"PRAGMA {name} = {wanted}")
        (found,) = self._sql.execute(f"PRAGMA {name}").fetchone()
        if found != answer:
            raise KeyringDamaged(
                f"SQLite answers `{found}` to {name}, `{answer}` was expected; "
                "look at the keyring's disk",
            )

    def expect_keyring(self) -> None:
        """Raise KeyringMissing unless a keyring was made in this file."""
        with self.reading():
            is_there = self._holds_keyring()
        if not is_there:
            raise KeyringMissing("the file holds no keyring; create one, or name another path")

    def _holds_keyring(self) -> bool:
        query = "SELECT count(*) FROM sqlite_master WHERE name = 'item'"
        return bool(self._sql.execute(query).fetchone()[0])

    def make(self, items: Mapping[str, bytes]) -> None:
        """Make the tables and put the first items in, all or nothing."""
        with self.writing():
            if self._holds_keyring():
                raise KeyringExists("a keyring stands here already; open it, or name another path")
            for statement in _SCHEMA:
                self._sql.execute(statement)
            self.put(items)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Give one unchanging sight of the rows."""
        with self._transaction("BEGIN"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer; COMMIT brings the rows to the disk."""
        with self._transaction("BEGIN IMMEDIATE"):
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        try:
            self._sql.execute(begin)
            yield
            self._sql.execute("COMMIT")
        except sqlite3.DatabaseError as refused:
            raise KeyringUnusable(f"the keyring's file refuses: {refused}") from refused
        finally:
            if self._sql.in_transaction:
                # A disk that failed may fail here too; SQLite rolls back when it is next read.
                with suppress(sqlite3.DatabaseError):
                    self._sql.execute("ROLLBACK")

    def epoch(self) -> bytes:
        """Return the item `epoch`."""
        query = "SELECT value FROM item WHERE name = 'epoch'"
        return bytes(self._sql.execute(query).fetchone()[0])

    def items(self) -> dict[str, bytes]:
        """Return every item by name."""
        return dict(self._sql.execute("SELECT name, value FROM item"))

    def put(self, items: Mapping[str, bytes]) -> None:
        """Write items, over those of the same name."""
        self._sql.executemany(
            "INSERT INTO item (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            list(items.items()),
        )

    def find(self, persons: Sequence[str]) -> Iterable[tuple[str, int, bytes]]:
        """Return (person, generation, wrapped) of every generation, the latest last."""
        return self._sql.execute(
            "SELECT k.person, k.generation, k.wrapped FROM json_each(?) AS asked"
            " CROSS JOIN person_key AS k ON k.person = asked.value"
            " ORDER BY k.generation",
            (json.dumps(persons),),
        )

    def add(self, keys: Sequence[tuple[str, int, bytes]]) -> None:
        """Add (person, generation, wrapped)."""
        self._sql.executemany(
            "INSERT INTO person_key (person, generation, wrapped) VALUES (?, ?, ?)",
            keys,
        )

    def blank(self, persons: Sequence[str]) -> None:
        """Overwrite every wrap of these persons where it stands."""
        self._sql.executemany(
            "UPDATE person_key SET wrapped = ? WHERE person = ?",
            [(BLANK, person) for person in persons],
        )

    def living(self, after: int, limit: int) -> list[tuple[int, str, int, bytes]]:
        """Return (slot, person, generation, wrapped) that are not blank, by slot."""
        return self._sql.execute(
            "SELECT slot, person, generation, wrapped FROM person_key"
            " WHERE slot > ? AND wrapped <> ? ORDER BY slot LIMIT ?",
            (after, BLANK, limit),
        ).fetchall()

    def blanked(self) -> list[str]:
        """Return the persons of whom no wrap is left, sorted."""
        return [
            row[0]
            for row in self._sql.execute(
                "SELECT person FROM person_key GROUP BY person"
                " HAVING sum(wrapped <> ?) = 0 ORDER BY person",
                (BLANK,),
            )
        ]

    def rewrap(self, wraps: Sequence[tuple[bytes, int]]) -> None:
        """Write (wrapped, slot) over what stands there."""
        self._sql.executemany("UPDATE person_key SET wrapped = ? WHERE slot = ?", wraps)

    def purge(self, *, whole: bool = False) -> None:
        """Move all into the database file, where the old bytes are overwritten; empty the WAL."""
        del whole  # each wrap is written over where it stands
        for _ in range(_CHECKPOINT_TRIES):
            busy, pages = self._checkpointed()
            if not busy:
                return
            if pages >= 0:
                break  # a reader held on for the whole of busy_timeout
            # Another checkpoint is running: the one thing SQLite does not wait for by itself.
            time.sleep(_CHECKPOINT_PAUSE_SECONDS)
        raise ErasureUnfinished(
            "another process holds the keyring open in a long read; end it and destroy again",
        )

    def _checkpointed(self) -> tuple[int, int]:
        """Return whether somebody was in the way, and how many pages stand in the WAL."""
        try:
            busy, pages, _ = self._sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.DatabaseError as refused:
            raise ErasureUnfinished(
                f"the keyring's file cannot be cleaned: {refused}; make room and destroy again",
            ) from refused
        return busy, pages

    def close(self) -> None:
        """Close the file."""
        self._sql.close()


class SqliteKeyring(StoredKeyring):
    """A keyring in an SQLite file of its own."""

    @classmethod
    def create(cls, path: Path, wrapping: WrappingKey, *, now: int = 0) -> Self:
        """Make a keyring in a new file that its owner alone may read. Raises KeyringExists."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600))
        except OSError as refused:
            raise KeyringMissing(f"no keyring can be made here: {refused.strerror}") from None
        rows = SqliteRows(path)
        try:
            rows.make(first_items(wrapping, now))
            return cls(rows, wrapping)
        except BaseException:
            rows.close()
            raise

    @classmethod
    def open(cls, path: Path, wrapping: WrappingKey, *, keyring_id: str | None = None) -> Self:
        """Open the keyring in a file, and end whatever a killed process left begun.

        keyring_id: the one that the ledger knows, None for a new ledger.
        Raises KeyringMissing, ForeignKeyring, WrongWrappingKey or KeyringDamaged.
        """
        if not path.is_file():
            raise KeyringMissing("there is no keyring at this path; create one, or name another")
        rows = SqliteRows(path)
        try:
            rows.expect_keyring()
            keyring = cls(rows, wrapping, keyring_id=keyring_id)
            with suppress(ErasureUnfinished):
                rows.purge()  # a process killed in `destroy` may have left the WAL full
        except BaseException:
            rows.close()
            raise
        return keyring
