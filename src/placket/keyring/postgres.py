"""The keyring in a PostgreSQL database of its own, beside the ledger's and never in its backup."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Self

import psycopg
from psycopg import errors

from placket.keyring.refusals import (
    ErasureUnfinished,
    KeyringDamaged,
    KeyringExists,
    KeyringMissing,
    KeyringUnusable,
)
from placket.keyring.stored import BLANK, StoredKeyring, first_items
from placket.keyring.wrapping import WrappingKey

_SCHEMA: Final = (
    "CREATE SCHEMA placket_keyring",
    "CREATE TABLE placket_keyring.item (name text PRIMARY KEY, value bytea NOT NULL)",
    """CREATE TABLE placket_keyring.person_key (
        slot bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person text NOT NULL,
        generation integer NOT NULL,
        wrapped bytea NOT NULL CHECK (length(wrapped) = 60),
        UNIQUE (person, generation)
    )""",
)


class PostgresRows:
    """The rows of a keyring in PostgreSQL."""

    # A row written over stays in heap pages, in the WAL and with replicas, whatever is vacuumed.
    traces_until_rotation = True

    def __init__(self, url: str) -> None:
        self._url = url
        self._alone_seconds = 5
        self._sql = self._connected()

    def _connected(self) -> psycopg.Connection:
        try:
            sql = psycopg.connect(self._url, autocommit=True)
            sql.execute("SET synchronous_commit = on")
            row = sql.execute("SHOW synchronous_commit").fetchone()
        except (psycopg.OperationalError, psycopg.ProgrammingError, ValueError) as refused:
            raise KeyringUnusable(
                "the keyring's server does not let us in; is it up, and the URL right?"
            ) from refused
        if row != ("on",):
            raise KeyringDamaged("the keyring's server does not commit to its disk; set it so")
        return sql

    def expect_keyring(self) -> None:
        """Raise KeyringMissing unless a keyring was made in this database."""
        with self.reading():
            row = self._sql.execute("SELECT to_regclass('placket_keyring.item')").fetchone()
        if row == (None,):
            raise KeyringMissing("the database holds no keyring; create one, or name another")

    def make(self, items: Mapping[str, bytes]) -> None:
        """Make the tables and put the first items in, all or nothing."""
        try:
            with self._sql.transaction():
                for statement in _SCHEMA:
                    self._sql.execute(statement)
                self.put(items)
        except (errors.DuplicateSchema, errors.UniqueViolation):
            raise KeyringExists(
                "a keyring stands here already; open it, or name another database",
            ) from None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Give one unchanging sight of the rows."""
        with self._transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"):
            yield

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer: whoever writes first takes the row of the epoch."""
        with self._transaction("BEGIN ISOLATION LEVEL READ COMMITTED"):
            self._sql.execute(
                "SELECT FROM placket_keyring.item WHERE name = 'epoch' FOR UPDATE",
            )
            yield

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[None]:
        if self._sql.closed:
            self._sql = self._connected()
        try:
            self._sql.execute(begin)
            yield
            self._sql.execute("COMMIT")
        except psycopg.OperationalError as refused:
            # A commit that raised is unknown. All that the keyring does may be done again.
            raise KeyringUnusable("the keyring's server went away; try again") from refused
        finally:
            if not self._sql.closed and self._sql.info.transaction_status:
                self._sql.rollback()

    def epoch(self) -> bytes:
        """Return the item `epoch`."""
        return self.items()["epoch"]

    def items(self) -> dict[str, bytes]:
        """Return every item by name."""
        return dict(self._sql.execute("SELECT name, value FROM placket_keyring.item").fetchall())

    def put(self, items: Mapping[str, bytes]) -> None:
        """Write items, over those of the same name."""
        self._sql.execute(
            "INSERT INTO placket_keyring.item (name, value)"
            " SELECT * FROM unnest(%s::text[], %s::bytea[])"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (list(items), list(items.values())),
        )

    def find(self, persons: Sequence[str]) -> Iterable[tuple[str, int, bytes]]:
        """Return (person, generation, wrapped) of every generation, the latest last."""
        return self._sql.cursor(binary=True).execute(
            "SELECT person, generation, wrapped FROM placket_keyring.person_key"
            " WHERE person = ANY(%s) ORDER BY generation",
            (list(persons),),
        )

    def add(self, keys: Sequence[tuple[str, int, bytes]]) -> None:
        """Add (person, generation, wrapped)."""
        self._sql.execute(
            "INSERT INTO placket_keyring.person_key (person, generation, wrapped)"
            " SELECT * FROM unnest(%s::text[], %s::integer[], %b::bytea[])",
            tuple(list(column) for column in zip(*keys, strict=True)) or ([], [], []),
        )

    def blank(self, persons: Sequence[str]) -> None:
        """Overwrite every wrap of these persons."""
        self._sql.execute(
            "UPDATE placket_keyring.person_key SET wrapped = %s WHERE person = ANY(%s)",
            (BLANK, list(persons)),
        )

    def living(self, after: int, limit: int) -> list[tuple[int, str, int, bytes]]:
        """Return (slot, person, generation, wrapped) that are not blank, by slot."""
        cursor = self._sql.cursor(binary=True).execute(
            "SELECT slot, person, generation, wrapped FROM placket_keyring.person_key"
            " WHERE slot > %s AND wrapped <> %s ORDER BY slot LIMIT %s",
            (after, BLANK, limit),
        )
        return cursor.fetchall()

    def blanked(self) -> list[str]:
        """Return the persons of whom no wrap is left, sorted."""
        return [
            row[0]
            for row in self._sql.execute(
                "SELECT person FROM placket_keyring.person_key GROUP BY person"
                " HAVING count(*) FILTER (WHERE wrapped <> %s) = 0 ORDER BY person",
                (BLANK,),
            )
        ]

    def rewrap(self, wraps: Sequence[tuple[bytes, int]]) -> None:
        """Write (wrapped, slot) over what stands there."""
        self._sql.execute(
            "UPDATE placket_keyring.person_key AS k SET wrapped = new.wrapped"
            " FROM unnest(%b::bytea[], %s::bigint[]) AS new (wrapped, slot)"
            " WHERE k.slot = new.slot",
            ([wrapped for wrapped, _ in wraps], [slot for _, slot in wraps]),
        )

    def purge(self, *, whole: bool = False) -> None:
        """Free the dead rows: see `traces_until_rotation` for what may stay.

        whole: the heap is written anew and the old file goes; the write-ahead log keeps the
        old wraps until it is reused, and no key is left that opens one.
        """
        try:
            if whole:
                # It needs each table alone. Behind a transaction that somebody forgot to end it
                # would keep out all others, so it waits a moment only.
                self._sql.execute(f"SET lock_timeout = '{self._alone_seconds}s'")
                for table in ("item", "person_key"):
                    self._sql.execute(f"VACUUM (FULL) placket_keyring.{table}")
                self._sql.execute("RESET lock_timeout")
            else:
                self._sql.execute("VACUUM placket_keyring.item, placket_keyring.person_key")
        except errors.LockNotAvailable:
            self._sql.execute("RESET lock_timeout")
            raise ErasureUnfinished(
                "another process holds the keyring's tables; end its transaction and rotate again"
            ) from None
        except psycopg.OperationalError as refused:
            raise ErasureUnfinished("the keyring's server went away; destroy again") from refused

    def close(self) -> None:
        """Close the connection."""
        self._sql.close()


class PostgresKeyring(StoredKeyring):
    """A keyring in a PostgreSQL database of its own."""

    @classmethod
    def create(cls, url: str, wrapping: WrappingKey, *, now: int = 0) -> Self:
        """Make a keyring in the database. Raises KeyringExists."""
        rows = PostgresRows(url)
        try:
            rows.make(first_items(wrapping, now))
            return cls(rows, wrapping)
        except BaseException:
            rows.close()
            raise

    @classmethod
    def open(cls, url: str, wrapping: WrappingKey, *, keyring_id: str | None = None) -> Self:
        """Open the keyring in the database, and end whatever a killed process left begun.

        keyring_id: the one that the ledger knows, None for a new ledger.
        Raises KeyringMissing, ForeignKeyring, WrongWrappingKey or KeyringDamaged.
        """
        rows = PostgresRows(url)
        try:
            rows.expect_keyring()
            return cls(rows, wrapping, keyring_id=keyring_id)
        except BaseException:
            rows.close()
            raise
