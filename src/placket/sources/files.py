"""Files as rows: a person's recordings and transcripts, found by a column or by their names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from placket.catalogue.filenames import COLUMNS, FILES, PATH, pattern_of
from placket.catalogue.schema import ColumnSchema, Schema, TableSchema
from placket.plan.inventory import At, Row
from placket.sources.bucket import Bucket
from placket.sources.connect import NotADatabase, SourceUnreachable
from placket.sources.folder import Folder
from placket.sources.inventory_owners import start_of_key
from placket.sources.inventory_reading import told
from placket.sources.routes import key_column
from placket.sources.rows import read_holding
from placket.sources.signing import Credentials
from placket.sources.stores import parse_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sqlalchemy import Engine

    from placket.catalogue.filenames import Pattern
    from placket.catalogue.model import Catalogue, Link, Source, Table
    from placket.plan.inventory import Inventory
    from placket.sources.inventory_owners import Whom
    from placket.sources.rows import Values
    from placket.sources.stores import Entry, Store

_LINES: Final = 2
ANOTHER: Final = "another"
"""Who owns a file beside the person, where a row of somebody else's names it too."""


def read_credentials(file: Path | None, region: str) -> Credentials | None:
    """Return who signs calls to a bucket: a file with the id of a key and its secret, a line each.

    Raises SourceUnreachable without the file's words.
    """
    if file is None:
        return None
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        lines = []
    if len(lines) != _LINES or not all(lines):
        raise SourceUnreachable(f"{file} needs the id of a key and its secret, a line each")
    return Credentials(key=lines[0], secret=lines[1], region=region or "us-east-1")


def open_store(url: str, *, endpoint: str = "", who: Credentials | None = None) -> Store:
    """Return the store at `file:///FOLDER` or `s3://BUCKET/PREFIX`. Raises NotADatabase.

    endpoint and who: of a bucket, where the store answers and who signs.
    """
    address = parse_address(url)
    if address.scheme == "file":
        return Folder(Path(address.path))
    if who is None:
        raise NotADatabase("a bucket needs `secret_file`, with the id of a key and its secret")
    prefix = address.path.strip("/")
    return Bucket(
        endpoint=endpoint or f"https://s3.{who.region}.amazonaws.com",
        name=address.bucket,
        who=who,
        prefix=f"{prefix}/" if prefix else "",
    )


def schema_of_files(source: Source) -> Schema:
    """Return the schema of a source of files: what each has, and what its name gives."""
    return Schema(tables=tuple(map(_shape, source.tables)), dialect=FILES)


def _shape(table: Table) -> TableSchema:
    named = pattern_of(table.files).columns if table.files else ()
    columns = tuple(ColumnSchema(name=name, nullable=False) for name in (*COLUMNS, *named))
    # A file is found by its path and by what its name gives: there is nothing to index.
    indexes = tuple((name,) for name in named)
    return TableSchema(name=table.name, columns=columns, primary_key=(PATH,), indexes=indexes)


def file_values(store: Store, entry: Entry, pattern: Pattern) -> Values:
    """Return a file as a row: path, size, time, digest of what it holds, and its name's parts.

    Raises SourceUnreachable when it went meanwhile.
    """
    digest = hashlib.sha256()
    try:
        for piece in store.read(entry.path):
            digest.update(piece)
    except FileNotFoundError:
        raise SourceUnreachable("a file went while it was read; read again") from None
    return {
        PATH: entry.path,
        "size": entry.size,
        "modified": entry.modified,
        "digest": digest.hexdigest(),
        **(pattern.values(entry.path) or {}),
    }


def with_files(
    inventory: Inventory,
    catalogue: Catalogue,
    stores: Mapping[str, Store],
    whom: Whom,
    *,
    engines: Mapping[str, Engine],
) -> Inventory:
    """Return the inventory with the person's files: those that a row or the person's key names.

    inventory: of the databases. stores: by source; a source without one is not read. engines:
    asked who else's row names the same file.
    Raises SourceUnreachable, StoreRefuses and NotAFile.
    """
    search = _Search(inventory, catalogue, whom, engines)
    rows: list[Row] = []
    schemas = dict(inventory.schemas)
    for source in catalogue.sources:
        store = stores.get(source.name)
        if store is not None and source.dialect == FILES:
            schemas[source.name] = schema_of_files(source)
            for table in source.tables:
                rows += search.rows(source, table, store)
    return replace(inventory, rows=(*inventory.rows, *rows), schemas=MappingProxyType(schemas))


@dataclass(slots=True)
class _Whose:
    """Whose a file is, and who appears in it."""

    owners: set[str] = field(default_factory=set)
    parties: set[str] = field(default_factory=set)


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for one person's files."""

    inventory: Inventory
    catalogue: Catalogue
    whom: Whom
    engines: Mapping[str, Engine]

    def rows(self, source: Source, table: Table, store: Store) -> Iterator[Row]:
        """Yield the files of one table that are the person's, or in which they appear."""
        pattern = pattern_of(table.files)
        found: dict[str, tuple[Entry, _Whose]] = {}
        for link in table.links():
            for value, persons in self._named(link).items():
                for entry in _entries(store, pattern, link.column, value):
                    whose = found.setdefault(entry.path, (entry, _Whose()))[1]
                    (whose.owners if link in table.owner else whose.parties).update(persons)
        for path in sorted(found):
            entry, whose = found[path]
            at = At(source=source.name, table=table.name, key=((PATH, path),))
            yield Row(
                at=at,
                values=file_values(store, entry, pattern),
                owners=frozenset(whose.owners),
                parties=frozenset(whose.parties - whose.owners),
            )

    def _named(self, link: Link) -> dict[str, set[str]]:
        """Return the values by which a link names the person's files, each with whose they are."""
        found: dict[str, set[str]] = {}
        mine = [row for row in self.inventory.rows if self._leads(link, row)]
        for row in mine:
            value = row.values.get(link.target)
            if value is not None:
                found.setdefault(str(value), set()).update(row.owners or row.parties)
        for value in self._shared(link, found, mine):
            found[value].add(ANOTHER)
        for value in self._own_keys(link):
            found.setdefault(value, set()).add(self.whom.person)
        return found

    def _leads(self, link: Link, row: Row) -> bool:
        is_there = (row.at.source, row.at.table) == (link.source, link.table)
        return is_there and row.concerns(self.whom.person)

    def _shared(self, link: Link, values: Iterable[str], mine: list[Row]) -> Iterator[str]:
        """Yield the values that a row holds which is not among the person's."""
        source, engine = self.catalogue.source(link.source), self.engines.get(link.source)
        table = source.table(link.table) if source is not None else None
        wanted: list[tuple[Any, ...]] = [(value,) for value in values]
        if table is None or engine is None or not wanted:
            return
        schema = self.inventory.schemas.get(link.source)
        shape = schema.table(link.table) if schema is not None else None
        known = {row.at.key for row in mine}
        with told(link.source, link.table), engine.connect() as connection:
            rows = read_holding(connection, table, shape, (link.target,), wanted)
        yield from {str(read[link.target]) for key, read in rows if key not in known}

    def _own_keys(self, link: Link) -> Iterator[str]:
        """Yield the person's own keys in the table that a link leads to, gone rows' too."""
        source = self.catalogue.source(link.source)
        table = source.table(link.table) if source is not None else None
        if source is None or table is None or table.subject is None:
            return
        start = start_of_key(source, table)
        for each in self.whom.identifiers if link.target == key_column(table) else ():
            if each.kind == "customer" and each.value.startswith(start):
                yield each.value.removeprefix(start)


def _entries(store: Store, pattern: Pattern, column: str, value: str) -> Iterator[Entry]:
    """Yield the files whose `column` holds `value`."""
    start = pattern.start(column, value)
    if start is None:
        return
    if column == PATH:
        entry = store.entry(value)
        yield from (entry,) if entry is not None else ()
        return
    for entry in store.entries(start):
        said = pattern.values(entry.path)
        if said is not None and said[column] == value:
            yield entry
