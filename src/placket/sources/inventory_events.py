"""What the rows of an inventory tell: the events of each row's case, and who supplied it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from placket.facts import Kind
from placket.plan.inventory import texts_of
from placket.sources.routes import OWN, Reading, key_column, leads_straight
from placket.sources.told import Maker, NotYet, RowOf, Telling, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from placket.catalogue.model import Catalogue, Link, Table, Tell
    from placket.law.calendar import Instant
    from placket.sources.inventory_reading import Found, Shelf
    from placket.sources.routes import Step
    from placket.sources.told import Row, Teller

ANOTHER_PERSON: Final = "another_person"
"""The route of data that somebody else gave, such as the buyer of a gift."""

_NO_SECRET: Final = bytes(16)
"""Ids of these facts go nowhere: nobody can guess at them."""

Event = tuple[str, "Instant"]


class _Said(NamedTuple):
    event: str
    at: Instant
    thing: str
    route: str


@dataclass(frozen=True, slots=True, eq=False)
class _Tellers:
    """What makes a table's rows tell: made once."""

    tells: tuple[Tell, ...]
    tellers: Sequence[Teller]
    reading: Reading


@dataclass(frozen=True, eq=False)
class Events:
    """The events of rows by the catalogue's tells, through the code that a sync tells them by.

    now: what lies later has not happened.
    """

    catalogue: Catalogue
    shelf: Shelf
    now: Instant
    _made: dict[tuple[str, str], _Tellers] = field(default_factory=dict, repr=False)
    _said: dict[Found, tuple[_Said, ...]] = field(default_factory=dict, repr=False)

    def told(self, rows: Sequence[Found]) -> dict[Found, tuple[Event, ...]]:
        """Return the events of each row and of its case, by time.

        A row's case is the row itself, what its tells are about, and each row that it links to,
        such as the order of an order line: but no person's, whose events are of all they did.
        """
        self._join(rows)
        cases = {row: self._case(row) for row in rows}
        telling = dict.fromkeys((*rows, *(near for case in cases.values() for near in case)))
        of: dict[str, dict[Event, None]] = {}
        for row in telling:
            for said in self.said(row):
                of.setdefault(said.thing, {})[said.event, said.at] = None
        return {row: self._events(row, cases[row], of) for row in rows}

    def _events(
        self, row: Found, case: Sequence[Found], of: dict[str, dict[Event, None]]
    ) -> tuple[Event, ...]:
        things = dict.fromkeys((row.name, *(near.name for near in case)))
        things |= dict.fromkeys(said.thing for said in self.said(row))
        found = dict.fromkeys(event for thing in things for event in of.get(thing, ()))
        return tuple(sorted(found, key=lambda event: (event[1], event[0])))

    def is_from_another(self, row: Found) -> bool:
        """Say whether the row tells that somebody else than its owner gave what it holds."""
        return any(said.route == ANOTHER_PERSON for said in self.said(row))

    def said(self, row: Found) -> tuple[_Said, ...]:
        """Return what the row tells, each with the thing that it is about."""
        found = self._said.get(row)
        if found is None:
            found = self._said[row] = tuple(self._tell(row))
        return found

    def _tell(self, row: Found) -> Iterator[_Said]:
        made = self._tellers(row)
        named = RowOf(self._cells(row, made.reading), "", row.name)
        for tell, teller in zip(made.tells, made.tellers, strict=True):
            try:
                told = teller(named)
            except (NotYet, ValueError):
                continue
            if isinstance(told, Told):
                fact = told.fact
                yield _Said(tell.event, fact.occurred_at, fact.thing, fact.route)

    def _tellers(self, row: Found) -> _Tellers:
        at = (row.source.name, row.table.name)
        if at not in self._made:
            telling = Telling(
                source=row.source.name,
                zone=ZoneInfo(row.source.times),
                now=self.now,
                version_at=lambda _at: "",
                secret=_NO_SECRET,
            )
            tells = tuple(tell for tell in row.table.tells if _happens(tell))
            reading = Reading(row.table.name)
            maker = Maker(telling, row.source, replace(row.table, tells=tells), reading)
            self._made[at] = _Tellers(tells, maker.tellers(), reading)
        return self._made[at]

    def _join(self, rows: Iterable[Found]) -> None:
        """Read the rows in which times stand that others tell of, table by table."""
        tables: dict[tuple[str, str], list[Found]] = {}
        for row in rows:
            if any(tell.via for tell in row.table.tells):
                tables.setdefault((row.source.name, row.table.name), []).append(row)
        for same in tables.values():
            for link in _joined(same[0].table):
                self.shelf.led_to(same, link)

    def _cells(self, row: Found, reading: Reading) -> Row:
        places: dict[int, Any] = {
            place: row.values.get(name) if at == OWN else self._near(row, reading, at, name)
            for (at, name), place in reading.places.items()
        }
        places |= {p: row.values.get(name) is not None for name, p in reading.filled.items()}
        return tuple(places[place] for place in range(len(places)))

    def _near(self, row: Found, reading: Reading, alias: str, name: str) -> Any:
        step = next(step for step in reading.steps if step.alias == alias)
        found = next(iter(self._stepped(row, step)), None)
        return None if found is None else found.values.get(name)

    def _stepped(self, row: Found, step: Step) -> list[Found]:
        table = row.source.table(step.table)
        wanted = (row.values.get(step.column),)
        if table is None or texts_of(wanted) is None:
            return []
        return self.shelf.holding(row.source, table, (step.target,), [wanted])

    def _case(self, row: Found) -> tuple[Found, ...]:
        return tuple(dict.fromkeys(self._near_rows(row, frozenset(), row.table.links())))

    def _near_rows(
        self, row: Found, seen: frozenset[str], links: Iterable[Link]
    ) -> Iterator[Found]:
        before = seen | {row.table.name}
        for link in links:
            target = self.catalogue.target(link, row.source)
            if target is None or link.inward or link.source or target.name in before:
                continue
            if leads_straight(target, link) or _is_person(target):
                continue
            for near in self.shelf.near(row, link):
                yield near
                yield from self._near_rows(near, before, near.table.owner)


def _happens(tell: Tell) -> bool:
    """Say whether the tell is of an event, not of a state or an identifier."""
    is_state = tell.word == "in" and not tell.at
    return not is_state and tell.word != "as" and tell.kind not in {Kind.BORN, Kind.LOCATED}


def _is_person(table: Table) -> bool:
    """Say whether each row of the table is one person."""
    return table.subject is not None and not table.owner and key_column(table) == table.key[0]


def _joined(table: Table) -> list[Link]:
    near = {tell.via for tell in table.tells if tell.via and _happens(tell)}
    return [link for link in table.links() if link.table in near]
