"""From any row to its person: the joins along the owner links, and the select that reads both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import column, select, table
from sqlalchemy.sql.expression import label
from sqlalchemy.types import NullType

from placket.catalogue.model import Condition

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnClause, Dialect, Select

    from placket.catalogue.model import Catalogue, Link, Source, Subject, Table

_BITS: Final = 16
"""The number of the type BIT in the protocol of MariaDB and MySQL."""

OWN = ""
"""The alias of the table whose rows are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One join: rows of `table` as `alias` whose `target` equals `column` of `before`."""

    before: str
    column: str
    table: str
    target: str
    alias: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How a row leads to a person: joins, the column of the person's key, and conditions.

    anchor: the name under which the person's key counts, with its source. key: alias and
    column. tests: by alias; the route holds where all of them do. is_own: the row itself is
    the person's.
    """

    anchor: str
    source: str
    subject: Subject
    key: tuple[str, str]
    steps: tuple[Step, ...] = ()
    tests: tuple[tuple[str, Condition], ...] = ()
    is_own: bool = False


def routes(catalogue: Catalogue, source: Source, start: Table) -> tuple[Route, ...]:
    """Return the routes of a row to its person: its owners in order, then the row itself.

    A link into another source is followed where the row holds the person's key there; a join
    cannot cross, so no route leads on from such a link.
    """
    return tuple(_routes(_Walk(catalogue, source), start, OWN, frozenset()))


@dataclass(frozen=True, slots=True)
class _Walk:
    catalogue: Catalogue
    source: Source


def _routes(walk: _Walk, at: Table, alias: str, seen: frozenset[str]) -> list[Route]:
    found: list[Route] = []
    for number, link in enumerate(at.owner):
        found += _over(walk, link, alias, f"{alias}_{number}", seen | {at.name})
    if at.subject is not None:
        found.append(_end(walk.source, at, at.subject, alias))
    return found


def _end(source: Source, at: Table, subject: Subject, alias: str) -> Route:
    return Route(
        anchor=subject.anchor or at.name,
        source=source.name,
        subject=subject,
        key=(alias, key_column(at)),
        tests=tuple((alias, test) for test in (*subject.when, *_is_somebody(at, at.key[0]))),
        is_own=alias == OWN,
    )


def _is_somebody(at: Table, name: str) -> tuple[Condition, ...]:
    """Return the condition that a column does not hold the key of the row for nobody."""
    if at.nobody is None or not name:
        return ()
    return (Condition(column=name, any_of=(at.nobody,), negated=True),)


def key_column(at: Table) -> str:
    """Return the column that tells the persons of a subject table apart."""
    return (at.subject.key if at.subject else "") or at.key[0]


def _over(walk: _Walk, link: Link, alias: str, joined: str, seen: frozenset[str]) -> list[Route]:
    target = walk.catalogue.target(link, walk.source)
    if target is None:
        return []
    if target.subject and leads_straight(target, link):
        home = walk.catalogue.source(link.source) if link.source else walk.source
        end = _end(home or walk.source, target, target.subject, alias)
        near = link.column if link.target == target.key[0] else ""
        tests = tuple((alias, test) for test in _is_somebody(target, near))
        return [replace(end, key=(alias, link.column), tests=tests, is_own=False)]
    if link.source or target.name in seen:
        return []
    near = target.key[0] if link.inward else link.column
    step = Step(before=alias, column=near, table=target.name, target=link.target, alias=joined)
    onward = _routes(walk, target, joined, seen)
    return [replace(route, steps=(step, *route.steps)) for route in onward]


def leads_straight(target: Table, link: Link) -> bool:
    """Say whether a row's link holds the key of a person of `target`: that row need not be read."""
    return bool(
        target.subject
        and not link.inward
        and link.target == key_column(target)
        and not target.owner
        and not target.subject.when
    )


@dataclass(slots=True)
class Reading:
    """The select of one table, and where each selected value stands in a row.

    places: by alias and column; filled: by column, whether it holds anything, for columns
    whose content is not read.
    """

    name: str
    places: dict[tuple[str, str], int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def place_via(self, link: Link, near: str, name: str) -> int:
        """Return where a column of the row that `link` leads to stands, joining that row."""
        alias = f"_{link.table}_{near}"
        step = Step(before=OWN, column=near, table=link.table, target=link.target, alias=alias)
        if step not in self.steps:
            self.steps.append(step)
        return self.place(name, alias)

    def place(self, name: str, alias: str = OWN) -> int:
        """Return where the column's value stands, selecting it if it was not yet."""
        return self.places.setdefault((alias, name), self._next())

    def place_filled(self, name: str) -> int:
        """Return where it stands whether the column holds anything."""
        return self.filled.setdefault(name, self._next())

    def _next(self) -> int:
        return len(self.places) + len(self.filled)


def read_select(reading: Reading, steps: tuple[Step, ...]) -> Select[Any]:
    """Return the select of `reading`, joined along `steps`; names are quoted by the dialect."""
    tables = {OWN: table(reading.name)}
    joined: Any = tables[OWN]
    for step in dict.fromkeys((*steps, *reading.steps)):
        tables[step.alias] = table(step.table).alias(f"t{step.alias}")  # type: ignore[assignment]
        near = _of(tables[step.before], step.column)
        joined = joined.outerjoin(tables[step.alias], near == _of(tables[step.alias], step.target))
    ordered = _ordered(reading, tables)
    return select(*ordered).select_from(joined)


def _of(of: Any, name: str) -> ColumnClause[Any]:
    return column(name, _AsRead(), _selectable=of)


class _AsRead(NullType):
    """A column's value as its driver gives it, but for the bits of MariaDB and MySQL.

    Those come as bytes, and a byte of zero is true in Python: a no would be read as a yes.
    """

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Return what makes a number of a column of bits, None for any other column."""
        is_bits = dialect.name in {"mysql", "mariadb"} and coltype == _BITS
        return _number if is_bits else None


def _number(bits: Any) -> Any:
    return int.from_bytes(bits, "big") if isinstance(bits, bytes) else bits


def _ordered(reading: Reading, tables: dict[str, Any]) -> list[Any]:
    values = {
        place: label(f"c{place}", _of(tables[alias], name))
        for (alias, name), place in reading.places.items()
    }
    values |= {
        place: label(f"c{place}", _of(tables[OWN], name).is_not(None))
        for name, place in reading.filled.items()
    }
    return [values[place] for place in sorted(values)]
