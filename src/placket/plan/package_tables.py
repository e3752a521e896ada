"""The rows of a package: what a plan shows, as JSON values and as CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import math
import re
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

from placket.plan.asking import category_of
from placket.plan.package_document import Column, Records
from placket.plan.plan import Action
from placket.policy.rendering.record import as_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.plan.asking import Asking
    from placket.plan.inventory import At, Row
    from placket.plan.package_document import Cell
    from placket.plan.plan import Plan

FOLDER: Final = "tables"
BYTE_ORDER_MARK: Final = "\ufeff"
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(slots=True)
class _Gathered:
    """The shown rows of one table while they are gathered, in the order of the plan."""

    columns: dict[str, None] = field(default_factory=dict)
    rows: dict[At, dict[str, Any]] = field(default_factory=dict)


def tables_of(asking: Asking, plan: Plan) -> tuple[Records, ...]:
    """Return what the plan shows, a table at a time, in the order of the plan."""
    rows = {row.at: row for row in asking.rows}
    found: dict[tuple[str, str], _Gathered] = {}
    for at, columns in _shown(plan, rows):
        row, gathered = rows[at], found.setdefault((at.source, at.table), _Gathered())
        names = columns or tuple(row.values)
        gathered.columns.update(dict.fromkeys(names))
        gathered.rows.setdefault(at, {}).update({name: row.values[name] for name in names})
    taken: set[str] = set()
    return tuple(
        _records(asking, rows, gathered, _file(source, table, taken))
        for (source, table), gathered in found.items()
    )


def _shown(plan: Plan, rows: Mapping[At, Row]) -> Iterator[tuple[At, tuple[str, ...]]]:
    by_key = {(at.source, at.table, at.key): at for at in rows}
    for step in plan.steps:
        if step.action is Action.SHOW:
            for key in step.rows:
                yield by_key[step.source, step.table, key], step.columns


def _records(asking: Asking, rows: Mapping[At, Row], gathered: _Gathered, file: str) -> Records:
    first = next(iter(gathered.rows))
    table = asking.table(rows[first])
    cells = [
        {name: as_value(value) for name, value in row.items()} for row in gathered.rows.values()
    ]
    return Records(
        source=first.source,
        table=first.table,
        file=file,
        columns=tuple(
            Column(
                name=name,
                category=category_of(table, name),
                type=_type(row.get(name) for row in gathered.rows.values()),
            )
            for name in gathered.columns
        ),
        rows=tuple(cells),
    )


def _file(source: str, table: str, taken: set[str]) -> str:
    """Return a file name that every system takes, and that no other table has."""
    stem = f"{FOLDER}/{_UNFIT.sub('_', f'{source}.{table}')}"
    name, number = f"{stem}.csv", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}.csv"
    taken.add(name.casefold())
    return name


def as_value(value: Any) -> Cell:
    """Return a value of a source as JSON has it: times in ISO 8601, bytes in base64."""
    match value:
        case float() if not math.isfinite(value):
            return str(value)
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case bytes() | bytearray() | memoryview():
            return b64encode(bytes(value)).decode()
        case _:
            return str(value)


def _type(values: Iterable[Any]) -> str:
    kinds = {_kind(value) for value in values if value is not None}
    return kinds.pop() if len(kinds) == 1 else "text" if kinds else "empty"


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "truth"
        case int() | float():
            return "number"
        case datetime() | date() | time():
            return "time"
        case bytes() | bytearray() | memoryview():
            return "bytes"
        case _:
            return "text"


def as_csv(records: Records) -> bytes:
    """Return the table as CSV: UTF-8 with a mark that spreadsheets look for, lines end in CRLF.

    A text that a spreadsheet might run begins with an apostrophe. Source: RFC 4180; OWASP.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = [column.name for column in records.columns]
    writer.writerow(map(as_cell, names))
    writer.writerows([_written(row.get(name)) for name in names] for row in records.rows)
    return f"{BYTE_ORDER_MARK}{out.getvalue()}".encode()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case str():
            return as_cell(cell)
        case _:
            return str(cell)
