"""Turn the rows of a connected database into facts, once each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from placket.catalogue.check import looks_personal
from placket.facts import Fact, Kind, fact_id
from placket.identity import Identifier
from placket.sources.connect import SourceUnreachable
from placket.sources.routes import OWN, Reading, Route, read_select, routes
from placket.sources.told import (
    IMPORTED,
    Maker,
    NotYet,
    Row,
    RowOf,
    State,
    Teller,
    Telling,
    Told,
    identified,
    make_identifiers,
    make_test,
    own_key,
    read_instant,
)
from placket.store.refusals import FactConflict

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from placket.catalogue.model import Catalogue, Source, Subject, Table
    from placket.law.calendar import Instant

BATCH: Final = 5_000
Progress = Callable[[str, int, int], None]
"""Told the table, how many of its rows are done and how many there are."""


class Sink(Protocol):
    """All that a sync asks of the ledger."""

    def persons_for(
        self, keys: Sequence[tuple[Identifier, ...]], since: Sequence[Instant] = ()
    ) -> Sequence[str]:
        """Return the person of each key, in order, making those that are new.

        The first identifier of a key is the row's own and decides; the rest may help to know
        an erased person, whose row of before the erasure may come back under another key.
        since: since when each row stands. Empty text: this person must not come back, so
        nothing is told.
        """

    def elsewhere(self, identifiers: Collection[Identifier]) -> Mapping[Identifier, str]:
        """Return whose each of these is by now; what another source told of them counts too."""

    def root_of_each(self, persons: Collection[str]) -> Mapping[str, str]:
        """Return the one person that each of these is by now, after every link."""

    def has(self, ids: Collection[str]) -> AbstractSet[str]:
        """Return those of `ids` that are facts of the ledger already."""

    def append(self, told: Sequence[Told]) -> int:
        """Append the facts, sealing their payloads, and return how many were new."""

    def remembered(self, slots: Collection[str]) -> Mapping[str, str]:
        """Return what `remember` kept for those of `slots` that it knows."""

    def remember(self, values: Mapping[str, str]) -> None:
        """Keep the value of each slot in place of the one before.

        Losing them is harmless: what is told again has the id that it had.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSummary:
    """What one table gave: rows read, facts told and known, and rows that told nothing.

    later: told of the future; nobody: led to no person; unreadable: a value that is no time or
    date; suppressed: of a person who must not come back. watermark: the latest `changed_at`.
    """

    table: str
    rows: int = 0
    told: int = 0
    known: int = 0
    later: int = 0
    nobody: int = 0
    unreadable: int = 0
    suppressed: int = 0
    watermark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSummary:
    """What a sync did, table by table, and how many persons it found to be one."""

    source: str
    tables: tuple[TableSummary, ...]
    linked: int = 0

    @property
    def told(self) -> int:
        """Return how many facts were new."""
        return sum(table.told for table in self.tables) + self.linked

    def watermarks(self) -> dict[str, str]:
        """Return from where the next sync may go on, for tables with `changed_at`."""
        return {table.table: table.watermark for table in self.tables if table.watermark}


def unheard(_table: str, _done: int, _total: int) -> None:
    """Take no notice of progress."""


def sync(  # noqa: PLR0913 - what to read, where it goes, and the circumstances
    catalogue: Catalogue,
    source: str,
    engine: Engine,
    sink: Sink,
    *,
    now: Instant,
    policy_version: Callable[[Instant], str],
    secret: bytes,
    known: Mapping[str, str] | None = None,
    progress: Progress = unheard,
) -> SyncSummary:
    """Tell `sink` what the rows of `source` say, each once, however often this is done.

    now: microseconds UTC; nothing later is told. policy_version: the version in force at an
    instant. secret: 16 bytes or more, the same each time; it keeps ids of private values from
    being guessed. known: watermarks of the last sync; without, all rows are read.
    Raises SourceUnreachable when the database goes away; what was told until then stays told.
    """
    found = catalogue.source(source)
    if found is None:
        raise UnknownSource(f"the catalogue has no source `{source}`")
    telling = Telling(
        source=source,
        zone=ZoneInfo(found.times),
        now=now,
        version_at=policy_version,
        secret=secret,
    )
    run = _Sync(catalogue, found, sink, telling, dict(known or {}), progress)
    try:
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            tables = tuple(run.table(connection, table) for table in found.tables)
    except SQLAlchemyError as fault:
        raise SourceUnreachable(f"source `{source}` went away; run the sync again") from fault
    return SyncSummary(source=source, tables=tables, linked=run.link())


class UnknownSource(Exception):
    """The catalogue has no source of that name."""


@dataclass(slots=True)
class _Count:
    rows: int = 0
    told: int = 0
    known: int = 0
    later: int = 0
    nobody: int = 0
    unreadable: int = 0
    suppressed: int = 0


@dataclass(slots=True)
class _Holder:
    """A person who has an identifier, since when, and whether its table lets it link."""

    since: Instant
    links: bool


@dataclass(slots=True)
class _Sync:
    """One run: the persons found so far, and who has which identifier."""

    catalogue: Catalogue
    source: Source
    sink: Sink
    telling: Telling
    known: dict[str, str]
    progress: Progress
    persons: dict[Identifier, str] = field(default_factory=dict)
    holders: dict[Identifier, dict[str, _Holder]] = field(default_factory=dict)
    identified: set[tuple[str, Identifier]] = field(default_factory=set)
    matched: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        subjects = (table.subject for _, table in self.catalogue.tables() if table.subject)
        self.matched = frozenset(kind for subject in subjects for kind in subject.match)

    def table(self, connection: Connection, table: Table) -> TableSummary:
        """Tell what the rows of one table say."""
        count, name = _Count(), f"{self.source.name}.{table.name}"
        reader = _RowReader.of(self, table)
        if reader is None:
            return TableSummary(table=table.name)
        since = self.known.get(table.name, "") if not _links_by(table) else ""
        total = _count(connection, table)
        latest: Any = None
        for rows in _batches(connection, reader, since):
            self._batch(reader, rows, count)
            if reader.changed is not None:
                changed = [row[reader.changed] for row in rows if row[reader.changed] is not None]
                latest = max([*changed, latest] if latest is not None else changed, default=None)
            self.progress(name, count.rows, max(total, count.rows))
        # A row that tells of the future must be read again: the mark stays before it.
        mark = str(latest) if latest is not None and not count.later else since
        fields = {key: getattr(count, key) for key in _Count.__slots__}
        return TableSummary(table=table.name, watermark=mark, **fields)

    def _batch(self, reader: _RowReader, rows: Sequence[Row], count: _Count) -> None:
        keys = [reader.person_key(row) for row in rows]
        self._resolve({k: reader.since(row) for row, k in zip(rows, keys, strict=True) if k})
        told: list[Told] = []
        states: list[State] = []
        for row, key in zip(rows, keys, strict=True):
            count.rows += 1
            person = self.persons[key[0]] if key else ""
            if not person:
                count.suppressed += bool(key)
                count.nobody += not key
                continue
            named = RowOf(row, person, reader.name(row))
            self._tell(reader, named, (told, states), count)
            self._identify(reader, named, key, told)
        kept = self._settle(states, told)
        self._append(told, count, links=reader.matches - {"device"})
        if kept:
            self.sink.remember(kept)

    def _resolve(self, keys: Mapping[tuple[Identifier, ...], Instant]) -> None:
        # Where one key came with more identifiers and with fewer, the sink gets the most.
        new = [key for key in keys if key[0] not in self.persons]
        unique = {key[0]: key for key in sorted(new, key=lambda key: (len(key), key))}
        asked = list(unique.values())
        if asked:
            found = self.sink.persons_for(asked, [keys[key] for key in asked])
            self.persons.update(zip(unique, found, strict=True))

    def _tell(
        self,
        reader: _RowReader,
        row: RowOf,
        into: tuple[list[Told], list[State]],
        count: _Count,
    ) -> None:
        told, states = into
        for teller in reader.tellers:
            try:
                found = teller(row)
            except NotYet:
                count.later += 1
                continue
            except ValueError:
                count.unreadable += 1
                continue
            if isinstance(found, State):
                states.append(found)
            elif found is not None:
                told.append(found)
                if found.fact.kind is Kind.IDENTIFIED:
                    self._hold_told(found)

    def _identify(
        self, reader: _RowReader, row: RowOf, key: tuple[Identifier, ...], told: list[Told]
    ) -> None:
        # The own key too, whichever table it is met in first: it is by this that the next sync
        # finds the person again, also after one that was cut short.
        at = reader.since(row.values)
        for identifier in key:
            if (row.person, identifier) in self.identified:
                self._hold(identifier, row.person, at, links=identifier.kind in reader.matches)
                continue
            self.identified.add((row.person, identifier))
            told.append(identified(row, identifier, at, self.telling))
            self._hold(identifier, row.person, at, links=identifier.kind in reader.matches)

    def _hold_told(self, told: Told) -> None:
        identifier = _identifier_of(told)
        self._hold(identifier, told.fact.person, told.fact.occurred_at, links=False)

    def _hold(self, identifier: Identifier, person: str, at: Instant, *, links: bool) -> None:
        if identifier.kind not in self.matched:
            return
        holders = self.holders.setdefault(identifier, {})
        before = holders.get(person)
        if before is None:
            holders[person] = _Holder(at, links)
        else:
            before.since, before.links = min(at, before.since), links or before.links

    def _settle(self, states: list[State], told: list[Told]) -> dict[str, str]:
        """Add what states tell that is new; return what is to be remembered."""
        if not states:
            return {}
        before = self.sink.remembered([state.slot for state in states])
        kept: dict[str, str] = {}
        for state in states:
            last = before.get(state.slot)
            if last == state.value:
                continue
            says = state.first if last is None else state.changed
            if says is not None:
                told.append(says)
            if says is not None or last is not None:
                kept[state.slot] = state.value
        return kept

    def _append(self, told: list[Told], count: _Count, links: frozenset[str]) -> None:
        unique = {item.fact.id: item for item in told}
        have = self.sink.has(unique.keys())
        fresh = [item for id_, item in unique.items() if id_ not in have]
        proofs = [item for item in fresh if item.fact.what in links]
        fresh += self._elsewhere(proofs)
        count.known += len(unique) - len(fresh)
        count.told += self.sink.append(fresh) if fresh else 0
        for link in self._met_meanwhile(proofs):
            # The other sync may link the same two, at another instant.
            with suppress(FactConflict):
                count.told += self.sink.append([link])

    def link(self) -> int:
        """Link the persons who share an identifier that the catalogue takes for proof."""
        told = [told for pair in sorted(self._pairs()) for told in [self._link(*pair)]]
        unique = {item.fact.id: item for item in told}
        have = self.sink.has(unique.keys())
        fresh = [item for id_, item in unique.items() if id_ not in have]
        return self.sink.append(fresh) if fresh else 0

    def _pairs(self) -> Iterator[tuple[str, str, str, Instant]]:
        for identifier, holders in self.holders.items():
            hub = min((person for person, held in holders.items() if held.links), default="")
            # A device that several persons use proves nothing about any of them.
            shared = identifier.kind == "device" and len(holders) > 2  # noqa: PLR2004 - two
            if not hub or shared:
                continue
            for person, held in holders.items():
                if person != hub:
                    first, second = sorted((hub, person))
                    yield first, second, identifier.kind, max(held.since, holders[hub].since)

    def _elsewhere(self, told: Sequence[Told]) -> list[Told]:
        """Return links with whoever was known before by a proof that is now told.

        Another source told of them, or a row that is gone.
        """
        new = [(t.fact, _identifier_of(t)) for t in told if t.fact.kind is Kind.IDENTIFIED]
        whose = self.sink.elsewhere({identifier for _, identifier in new}) if new else {}
        links = {}
        for fact, identifier in new:
            first, second = sorted((fact.person, whose.get(identifier, fact.person)))
            if first != second:
                links[first, second, identifier.kind] = fact.occurred_at
        return [self._link(*pair, at) for pair, at in sorted(links.items())]

    def _met_meanwhile(self, told: Sequence[Told]) -> list[Told]:
        """Return links with whoever was met by a proof while this sync told of it.

        Of two syncs at once neither sees the other before it has appended; the later one does
        after.
        """
        # Whom this sync itself found to share a proof is linked at its end.
        new = [item for item in told if item.fact.kind is Kind.IDENTIFIED]
        links = self._elsewhere([t for t in new if len(self.holders[_identifier_of(t)]) == 1])
        ends = {end for link in links for end in (link.fact.person, link.fact.about)}
        roots = self.sink.root_of_each(ends) if ends else {}
        return [link for link in links if roots.get(link.fact.person) != roots.get(link.fact.about)]

    def _link(self, first: str, second: str, kind: str, at: Instant) -> Told:
        fact = Fact(
            id=fact_id("linked", first, second, kind),
            kind=Kind.IDENTITY_LINKED,
            occurred_at=at,
            recorded_at=self.telling.now,
            person=first,
            about=second,
            what=kind,
            marks=(f"match:{kind}",),
            route=IMPORTED,
            by="sync",
            version=self.telling.version_at(at),
        )
        return Told(fact)


def _identifier_of(told: Told) -> Identifier:
    kind, _, value = str((told.private or {})["identifier"]).partition(":")
    return Identifier(kind, value)  # type: ignore[arg-type]  # made from an Identifier


def _links_by(table: Table) -> bool:
    return table.subject is not None and bool(table.subject.match)


def _count(connection: Connection, of: Table) -> int:
    return int(connection.scalar(select(func.count()).select_from(table(of.name))) or 0)


@dataclass(slots=True)
class _RowReader:
    """Everything made once for one table, so that a row costs little."""

    table: Table
    reading: Reading
    routes: tuple[Route, ...]
    tellers: list[Teller]
    person_key: Callable[[Row], tuple[Identifier, ...]]
    name: Callable[[Row], str]
    since: Callable[[Row], Instant]
    matches: frozenset[str]
    changed: int | None

    @classmethod
    def of(cls, run: _Sync, at: Table) -> _RowReader | None:
        """Return the reader of `at`, None when its rows tell nothing of anybody."""
        found = routes(run.catalogue, run.source, at)
        if not found or not (at.tells or at.subject):
            return None
        reading = Reading(at.name)
        keys = [reading.place(column) for column in at.key]
        subject = at.subject
        return cls(
            table=at,
            reading=reading,
            routes=found,
            tellers=Maker(run.telling, run.source, at, reading).tellers(),
            person_key=_person_key(found, reading),
            name=_name_of(f"{run.source.name}.{at.name}:", keys, _digest(at, run.telling)),
            since=_since(subject, reading, run.telling),
            matches=frozenset(subject.match if subject else ()),
            changed=reading.place(at.changed_at) if at.changed_at else None,
        )


def _digest(at: Table, telling: Telling) -> Callable[[str], str]:
    """Return what makes a key fit to stand in the clear: a digest, where it is personal."""
    identifying = {column for _, column in at.subject.identifiers} if at.subject else set()
    if any(column in identifying or looks_personal(column) for column in at.key):
        return lambda key: telling.digest(at.name, key)
    return str


def _name_of(start: str, keys: list[int], fit: Callable[[str], str]) -> Callable[[Row], str]:
    if len(keys) == 1 and fit is str:
        place = keys[0]
        return lambda row: f"{start}{row[place]}"
    return lambda row: start + fit(",".join(str(row[place]) for place in keys))


def _since(subject: Subject | None, reading: Reading, telling: Telling) -> Callable[[Row], Instant]:
    if subject is None or not subject.since:
        return lambda _row: telling.now
    place = reading.place(subject.since)

    def since(row: Row) -> Instant:
        try:
            at = read_instant(row[place], telling.zone)
        except ValueError:
            return telling.now
        return telling.now if at is None else min(at, telling.now)

    return since


def _person_key(
    found: tuple[Route, ...], reading: Reading
) -> Callable[[Row], tuple[Identifier, ...]]:
    """Return a function that gives a row's person: own key first, then other identifiers."""
    ways = [_way(route, reading) for route in found]

    def person_key(row: Row) -> tuple[Identifier, ...]:
        return next((key for way in ways if (key := way(row))), ())

    return person_key


def _way(route: Route, reading: Reading) -> Callable[[Row], tuple[Identifier, ...]]:
    alias, name = route.key
    place = reading.place(name, alias)
    holds = make_test(tuple((reading.place(test.column, at), test) for at, test in route.tests))
    kind = {column: kind for kind, column in route.subject.identifiers}.get(name, "")
    others = make_identifiers(route.subject, reading) if route.is_own else None
    start = f"{route.source}.{route.anchor}:"

    def way(row: Row) -> tuple[Identifier, ...]:
        value = row[place]
        if value is None or not holds(row):
            return ()
        key = own_key(start, kind, value)
        return () if key is None else (key, *(others(row) if others else ()))

    return way


def _batches(connection: Connection, reader: _RowReader, since: str) -> Iterator[Sequence[Row]]:
    """Yield the rows of a table in batches, through a cursor that stays on the server."""
    steps = tuple(step for route in reader.routes for step in route.steps)
    statement = read_select(reader.reading, steps)
    bound: dict[str, Any] = {}
    if since and reader.table.changed_at:
        changed = reader.reading.places[OWN, reader.table.changed_at]
        of = statement.selected_columns[changed]
        bound = {"since": _bound(since, connection)}
        statement = statement.where(of.element >= bindparam("since", bound["since"]))
    streamed = connection.execution_options(stream_results=True, max_row_buffer=BATCH)
    result = streamed.execute(statement, bound)
    try:
        for part in result.partitions(BATCH):
            yield [tuple(row) for row in part]
    finally:
        result.close()


def _bound(since: str, connection: Connection) -> Any:
    if connection.dialect.name == "sqlite":
        return since
    try:
        return datetime.fromisoformat(since)
    except ValueError:
        return since
