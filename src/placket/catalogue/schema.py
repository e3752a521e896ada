"""A database's schema as plain data: what reflection found, and the digest of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSchema:
    """One column; type: the database's own word for it, in lower case.

    length: how many characters it holds at most, 0 where the database sets no limit.
    """

    name: str
    type: str = ""
    nullable: bool = True
    has_default: bool = False
    comment: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A condition that each row has to meet, in the database's own SQL.

    name: the constraint's; of one without a name its text.
    """

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What a database runs by itself when rows are changed.

    event: `insert`, `update` or `delete`. columns: of an update, those whose writing starts it,
    none for all. may_refuse: its body may raise an error, leave a row as it is, or is not read.
    """

    name: str
    event: str
    columns: tuple[str, ...] = ()
    may_refuse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignKey:
    """A constraint: `columns` hold the `targets` of a row of `table`.

    on_delete: what the database itself does, such as `cascade` or `set null`; else empty.
    deferred: it is looked at when a transaction commits, not before.
    """

    columns: tuple[str, ...]
    table: str
    targets: tuple[str, ...]
    on_delete: str = ""
    deferred: bool = False

    @property
    def gives_way(self) -> bool:
        """Say whether the database itself deletes or cuts rows that point at a deleted one."""
        return self.on_delete in {"cascade", "set null"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSchema:
    """One table as it is; indexes: the columns of each, in order, unique ones included.

    folds: columns whose texts the database takes for alike whatever their letter case, accents
    and blanks at the end.
    """

    name: str
    columns: tuple[ColumnSchema, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    unique: tuple[tuple[str, ...], ...] = ()
    comment: str = ""
    checks: tuple[Check, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    folds: frozenset[str] = frozenset()

    def column(self, name: str) -> ColumnSchema | None:
        """Return the column of that name, or None."""
        return next((column for column in self.columns if column.name == name), None)

    def is_indexed(self, column: str) -> bool:
        """Say whether rows are found by `column` without reading the whole table."""
        leading = (self.primary_key, *self.indexes, *self.unique)
        return any(columns[:1] == (column,) for columns in leading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """All tables of one database, by name."""

    tables: tuple[TableSchema, ...]
    dialect: str = ""

    def table(self, name: str) -> TableSchema | None:
        """Return the table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)

    def referring(self, name: str) -> tuple[tuple[TableSchema, ForeignKey], ...]:
        """Return each constraint by which other rows point at table `name`."""
        return tuple(
            (table, key) for table in self.tables for key in table.foreign_keys if key.table == name
        )

    def digest(self) -> str:
        """Return a digest of names, types, nulls and keys, and of what else may refuse a write.

        Comments and indexes do not count. A table without checks, triggers and deferred keys adds
        nothing for these, so that a digest that was taken before they were read still holds.
        """
        shape = [
            (
                table.name,
                sorted((c.name, c.type, c.nullable) for c in table.columns),
                table.primary_key,
                sorted((key.columns, key.table, key.targets) for key in table.foreign_keys),
                *_refusing(table),
            )
            for table in sorted(self.tables, key=lambda table: table.name)
        ]
        return hashlib.sha256(msgspec.json.encode(shape)).hexdigest()[:32]


def _refusing(table: TableSchema) -> tuple[object, ...]:
    """Return what may refuse a write beside columns and keys; empty where there is nothing."""
    checks = sorted((check.name, check.text) for check in table.checks)
    triggers = sorted((t.name, t.event, t.columns, t.may_refuse) for t in table.triggers)
    deferred = sorted(key.columns for key in table.foreign_keys if key.deferred)
    return (checks, triggers, deferred) if checks or triggers or deferred else ()
