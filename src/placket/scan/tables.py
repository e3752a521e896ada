"""Read every table of a database as its own catalogue lists them, in batches, and look."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from placket.plan.scanned import Finding, Probe, Scanned, Unread
from placket.scan.archives import STARTS
from placket.scan.dialects import dialect_of, reading
from placket.scan.reading import PIECE, Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, CursorResult, Engine

    from placket.scan.dialects import Dialect, Listed
    from placket.scan.looking import Look

KEYS: Final = 20
"""Keys that one finding names at most."""

_BATCH_BYTES: Final = 256 * 1024
_MOST_ROWS: Final = 2000
_FIRST_ROWS: Final = 64
_FEW: Final = 4
_REFUSED: Final = "the database refused to read it"
_STARTS: Final = re.compile(rb"\0(?:%b)" % b"|".join(map(re.escape, STARTS)))


class _Cut(Exception):
    """the connection was cut while a table was read."""


def scan_database(
    name: str, engine: Engine, look: Look, *, progress: Callable[[str, int, int], None]
) -> Scanned:
    """Return what the tables of one database hold of the needles.

    All are read within one sight, by a connection that cannot write; of a SQLite file without a
    write-ahead log each table by itself, since its writers wait meanwhile. A table that the
    database refuses to read is unread; where the connection was cut, all is read once more.
    Placket's own tables hold its keyed hashes on purpose: they count as read. Raises
    UnsupportedDialect, and what the driver raises when it is away.
    """
    with suppress(_Cut):
        return _scanned(name, engine, look, progress, is_last=False)
    return _scanned(name, engine, look, progress, is_last=True)


def _scanned(
    name: str,
    engine: Engine,
    look: Look,
    progress: Callable[[str, int, int], None],
    *,
    is_last: bool,
) -> Scanned:
    dialect = dialect_of(engine)
    with engine.connect() as connection, reading(dialect, connection):
        tables = dialect.tables(connection)
        beside = dialect.beside(connection, name)
        seen = [_Seen(name, table) for table in tables]
        told = _Told(name, progress, sum(table.rows for table in tables))
        _read_all(seen, connection, dialect, look, told, is_last=is_last)
    forms = look.needles.forms
    probes = [each.probe(forms) for each in seen if not each.is_refused]
    return Scanned(
        probes=tuple(probes) if seen else (Probe(where=name, rows=0, bytes=0, forms=forms),),
        findings=tuple(finding for each in seen for finding in each.findings()),
        unread=(*beside, *(unread for each in seen for unread in each.unread())),
    )


@dataclass(slots=True)
class _Seen:
    """What was seen of one table so far."""

    source: str
    table: Listed
    rows: int = 0
    bytes: int = 0
    is_refused: bool = False
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: dict[tuple[str, str], list[tuple[tuple[str, int], ...]]] = field(default_factory=dict)
    faults: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def where(self) -> str:
        return f"{self.source}.{self.table.place}"

    def probe(self, forms: tuple[str, ...]) -> Probe:
        sought = () if self.table.is_own else forms
        return Probe(where=self.where, rows=self.rows, bytes=self.bytes, forms=sought)

    def found(self, column: str, form: str, key: tuple[tuple[str, int], ...] | None) -> None:
        at = (column, form)
        self.counts[at] = self.counts.get(at, 0) + 1
        keys = self.keys.setdefault(at, [])
        if key and len(keys) < KEYS:
            keys.append(key)

    def findings(self) -> list[Finding]:
        return [
            Finding(
                source=self.source,
                table=self.table.place,
                column=column,
                form=form,
                count=count,
                keys=tuple(self.keys[column, form]),
            )
            for (column, form), count in sorted(self.counts.items())
        ]

    def unread(self) -> list[Unread]:
        if self.is_refused:
            return [Unread(where=self.where, why=_REFUSED)]
        return [
            Unread(where=f"{self.where}.{column}", why=why, count=count)
            for (column, why), count in sorted(self.faults.items())
        ]


@dataclass(slots=True)
class _Told:
    """Tells how many rows are read, of about how many."""

    source: str
    progress: Callable[[str, int, int], None]
    total: int
    done: int = 0

    def more(self, rows: int) -> None:
        self.done += rows
        self.progress(self.source, self.done, max(self.total, self.done))


def _read_all(  # noqa: PLR0913 - what is read, from where, for what, and who is told
    seen: Sequence[_Seen],
    connection: Connection,
    dialect: Dialect,
    look: Look,
    told: _Told,
    *,
    is_last: bool,
) -> None:
    """Read every table; one that the database refuses is marked, and so are all once it is gone.

    Raises _Cut where that may be tried again.
    """
    is_there, batches = True, _Batches(look)
    for each in seen:
        if each.table.is_own:
            continue
        if not each.table.columns:
            each.is_refused = True
            continue
        try:
            if not is_there:
                dialect.begin(connection)
                is_there = True
            _read(each, dialect.rows(connection, each.table), batches, told)
        except (SQLAlchemyError, UnicodeError) as fault:
            each.is_refused, is_there = True, False
            with suppress(SQLAlchemyError):
                connection.rollback()
            if not is_last and isinstance(fault, DBAPIError) and fault.connection_invalidated:
                raise _Cut(_Cut.__doc__) from fault
    batches.look_at_all()


def _read(seen: _Seen, rows: CursorResult[Any], batches: _Batches, told: _Told) -> None:
    size = _FIRST_ROWS
    with rows:
        while batch := rows.fetchmany(size):
            before = seen.bytes
            batches.add(batch, seen)
            average = (seen.bytes - before) // len(batch) + 1
            size = max(1, min(_MOST_ROWS, _BATCH_BYTES // average))
            told.more(len(batch))


@dataclass(slots=True)
class _Batches:
    """Rows that wait to be looked at together, of several tables where they are small."""

    look: Look
    cells: list[bytes] = field(default_factory=list)
    rows: list[tuple[_Seen, Sequence[Sequence[Any]]]] = field(default_factory=list)
    waiting: int = 0

    def add(self, batch: Sequence[Sequence[Any]], seen: _Seen) -> None:
        """Count the rows, and look when enough have come together."""
        cells = [
            # For the two common types here: a call for each of millions is a third of the time.
            value
            if type(value) is bytes
            else value.encode("utf-8", "replace")
            if type(value) is str
            else _as_bytes(value)
            for row in batch
            for value in row
            if value is not None
        ]
        size = sum(map(len, cells))
        seen.rows += len(batch)
        seen.bytes += size
        self.cells += cells
        self.rows.append((seen, batch))
        self.waiting += size
        if self.waiting > _BATCH_BYTES // 2:
            self.look_at_all()

    def look_at_all(self) -> None:
        """Look at all that wait, and at each value where one of them may hold something."""
        if self._may_hold(self.cells):
            self._narrow([(seen, row) for seen, batch in self.rows for row in batch])
        self.cells, self.rows, self.waiting = [], [], 0

    def _narrow(self, rows: Sequence[tuple[_Seen, Sequence[Any]]]) -> None:
        """Look at each value of those rows, half by half, that may hold something."""
        if len(rows) <= _FEW:
            for seen, row in rows:
                _look_at(row, seen, self.look)
            return
        middle = len(rows) // 2
        for some in (rows[:middle], rows[middle:]):
            if self._may_hold([_as_bytes(v) for _, row in some for v in row if v is not None]):
                self._narrow(some)

    def _may_hold(self, cells: Sequence[bytes]) -> bool:
        joined = b"\0".join((b"", *cells))
        is_long = len(joined) > PIECE
        return is_long or bool(_STARTS.search(joined)) or self.look.may_hold(joined)


def _look_at(row: Sequence[Any], seen: _Seen, look: Look) -> None:
    for column, value in zip(seen.table.columns, row, strict=True):
        if value is None:
            continue
        read = Reading(look)
        read.value(_as_bytes(value))
        for form in read.forms:
            seen.found(column.name, form, _key(row, seen, look))
        for why in read.unread:
            seen.faults[column.name, why] = seen.faults.get((column.name, why), 0) + 1


def _key(row: Sequence[Any], seen: _Seen, look: Look) -> tuple[tuple[str, int], ...] | None:
    """Return the row's key where it is of numbers in which no identifier stands."""
    pairs = [(seen.table.columns[at].name, _as_bytes(row[at])) for at in seen.table.key]
    if any(not value.isdigit() or look.forms_in(value) for _, value in pairs):
        return None
    return tuple((name, int(value)) for name, value in pairs)


def _as_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return bytes(value) if isinstance(value, bytearray | memoryview) else str(value).encode()
