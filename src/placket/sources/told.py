"""From one row to the facts that it tells, by functions made once per table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from placket.catalogue.model import Condition, Says, Tell
from placket.facts import Fact, Kind, fact_id
from placket.identity import Identifier, normalise
from placket.law.calendar import Instant, date_of, start_of_day, to_instant

if TYPE_CHECKING:
    from placket.catalogue.model import Source, Subject, Table
    from placket.sources.routes import Reading

Row = tuple[Any, ...]

IMPORTED: Final = "imported"
WORDING: Final = "wording:"
LONGEST_LIFE: Final = 130
"""More years than anybody is known to have lived."""
_SECOND: Final = 1_000_000
_DAY: Final = 86_400 * _SECOND
_UTC: Final = ZoneInfo("UTC")

ANSWERS: Final[Mapping[Kind, Kind]] = {
    Kind.OBJECTION_DECIDED: Kind.OBJECTED,
    Kind.RESTRICTION_LIFTED: Kind.RESTRICTED,
    Kind.HOLD_LIFTED: Kind.HOLD_PLACED,
}
"""Facts that are about another fact of the same row."""


class Told(NamedTuple):
    """A fact that a row tells, and the payload to be sealed with it, if any."""

    fact: Fact
    private: Mapping[str, object] | None = None


class State(NamedTuple):
    """What a column holds now: told when it is not what was told last.

    slot: names row and column; value: a keyed digest. `first` is told when nothing was told
    from the slot before, `changed` when something else was; either may be None.
    """

    slot: str
    value: str
    first: Told | None
    changed: Told | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What all rows of one sync have in common.

    now: microseconds UTC; version_at: the policy's version in force at an instant; secret: the
    key under which ids and digests of private values are made, so that they cannot be guessed.
    """

    source: str
    zone: ZoneInfo
    now: Instant
    version_at: Callable[[Instant], str]
    secret: bytes

    def digest(self, *parts: str) -> str:
        """Return a keyed digest of private text."""
        text = "\0".join(parts).encode()
        return hashlib.blake2b(text, digest_size=15, key=self.secret[:64]).hexdigest()


class RowOf(NamedTuple):
    """A row with its person and its name `source.table:key`."""

    values: Row
    person: str
    name: str


Teller = Callable[[RowOf], "Told | State | None"]


class NotYet(Exception):
    """The row tells of something that has not happened yet."""


def read_instant(value: object, zone: ZoneInfo) -> Instant | None:
    """Return a column's time in microseconds UTC, None for null.

    A text is ISO 8601, a number counts seconds since 1970, a date is its first instant; a time
    without a zone is read in `zone`. Raises ValueError for anything else.
    """
    if value is None or is_zero_date(value):
        return None
    if isinstance(value, str):
        return _written(value, zone)
    if isinstance(value, datetime):
        return to_instant(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, date):
        return start_of_day(value, zone)
    if isinstance(value, int | float):
        return round(value * _SECOND)
    raise ValueError("a time is a text, a date or a number")


def is_zero_date(value: object) -> bool:
    """Say whether it is the date that MariaDB and MySQL write for none where null is refused."""
    return isinstance(value, str) and value.startswith("0000-00-00")


@lru_cache(maxsize=65_536)
def _written(text: str, zone: ZoneInfo) -> Instant:
    moment = datetime.fromisoformat(text)
    return to_instant(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def read_date(value: object) -> str | None:
    """Return a column's date as `YYYY-MM-DD`, None for null. Raises ValueError if it is none."""
    if value is None or is_zero_date(value):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return date.fromisoformat(str(value)[:10]).isoformat()


def read_birth(value: object, now: Instant) -> str | None:
    """Return a column's date of birth as `read_date` does.

    Shops write 9999-12-31 or 0001-01-01 for a day that they do not know. Raises ValueError for
    a day that nobody alive at `now` was born on.
    """
    day = read_date(value)
    if day is None:
        return None
    # A day of grace: somewhere it is tomorrow already.
    today, born = date_of(now + _DAY, _UTC), date.fromisoformat(day)
    if born > today or born.year < today.year - LONGEST_LIFE:
        raise ValueError("nobody alive was born on this day")
    return day


def as_text(value: object) -> str:
    """Return a column's value as the catalogue writes it."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def make_test(tests: tuple[tuple[int, Condition], ...]) -> Callable[[Row], bool]:
    """Return a function that says whether a row meets all tests, each on its place."""
    # A boolean column is 0 or 1 in SQLite, which Python holds equal to False and True.
    checks = [(place, test.any_of, test.negated) for place, test in tests]
    if not checks:
        return lambda _row: True
    return lambda row: all((row[place] in words) is not no for place, words, no in checks)


def make_word(said: Says, reading: Reading) -> Callable[[Row], str | None]:
    """Return a function that gives the word a row says; None where its value says nothing."""
    if not said.column:
        return lambda _row, word=said.constant: word  # type: ignore[misc]
    place = reading.place(said.column)
    if not said.values:
        return lambda row: "" if row[place] is None else str(row[place])
    words, otherwise = dict(said.values), said.otherwise or None
    booleans = {"true", "false"} & set(words)

    def word_of(row: Row) -> str | None:
        value = row[place]
        is_flag = booleans and isinstance(value, int) and value in {0, 1}
        return words.get(as_text(bool(value) if is_flag else value), otherwise)

    return word_of


@dataclass(slots=True)
class Maker:
    """Makes the tellers of one table."""

    telling: Telling
    source: Source
    table: Table
    reading: Reading

    def tellers(self) -> list[Teller]:
        """Return a function for each tell of the table, in order."""
        return [self._teller(tell) for tell in self.table.tells]

    def _teller(self, tell: Tell) -> Teller:
        if tell.word == "as":
            return self._identified(tell)
        if tell.kind is Kind.BORN:
            return self._born(tell)
        if tell.word == "in" and not tell.at:
            return self._state(tell)
        return self._event(tell)

    def _place(self, tell: Tell) -> int:
        """Return where the tell's column stands: in the row, or in a row that it links to."""
        if not tell.via:
            return self.reading.place(tell.column)
        link = next(link for link in self.table.links() if link.table == tell.via)
        near = self.table.key[0] if link.inward else link.column
        return self.reading.place_via(link, near, tell.column)

    def _matches(self, tell: Tell) -> Callable[[Row], bool]:
        return make_test(tuple((self.reading.place(t.column), t) for t in tell.when))

    def _event(self, tell: Tell) -> Teller:
        matches, shape = self._matches(tell), self._shape(tell)
        place = self.reading.place(tell.at) if tell.at else self._place(tell)
        region = self.reading.place(tell.column) if tell.kind is Kind.LOCATED else None
        zone, now = self.telling.zone, self.telling.now

        def tell_event(row: RowOf) -> Told | None:
            values = row.values
            at = read_instant(values[place], zone) if matches(values) else None
            if at is None or (region is not None and not values[region]):
                return None
            if at > now:
                raise NotYet
            fact = shape(row, at, "" if region is None else str(values[region]).upper())
            return Told(fact) if fact is not None else None

        return tell_event

    def _shape(self, tell: Tell) -> Callable[[RowOf, Instant, str], Fact | None]:
        """Return a function that makes the fact of a row at an instant."""
        words = [(name, make_word(said, self.reading)) for name, said in _said(tell)]
        wording = make_word(tell.wording, self.reading) if tell.wording != Says() else None
        thing, data, about = self._thing(tell), self._data(tell), self._about(tell)
        until = self.reading.place(tell.until) if tell.until else None
        what, kind, event, telling = _what(tell), tell.kind, tell.event, self.telling

        fixed = {"what": what, "route": IMPORTED, "by": "sync"}
        names, readers = [name for name, _ in words], [word for _, word in words]
        start = "\0".join((event, *tell.marks))

        def shape(row: RowOf, at: Instant, region: str) -> Fact | None:
            values = row.values
            said = [word(values) for word in readers]
            if None in said:
                return None
            held = data(values)
            shown = wording(values) if wording else ""
            end = read_instant(values[until], telling.zone) if until is not None else None
            fields: Any = {**fixed, **dict(zip(names, said, strict=True))} if said else fixed
            return Fact(
                id=fact_id(row.name, row.person, start, at, region, *said, *held, shown, end),
                kind=kind,
                occurred_at=at,
                recorded_at=telling.now,
                person=row.person,
                region=region,
                version=telling.version_at(at),
                thing=thing(row),
                about=about(row),
                until=end,
                data=held,
                marks=(*tell.marks, WORDING + shown) if shown else tell.marks,
                **fields,
            )

        return shape

    def _thing(self, tell: Tell) -> Callable[[RowOf], str]:
        if tell.thing is None:
            return lambda row: row.name
        place = self.reading.place(tell.thing.column)
        start = f"{tell.thing.source or self.source.name}.{tell.thing.table}:"
        return lambda row: row.name if row.values[place] is None else f"{start}{row.values[place]}"

    def _data(self, tell: Tell) -> Callable[[Row], tuple[str, ...]]:
        if tell.data or tell.kind is not Kind.DATA_COLLECTED:
            return lambda _row: tell.data
        held = [
            (held.category, tuple(self.reading.place_filled(c) for c in held.columns))
            for held in self.table.holds
        ]
        return lambda row: tuple(name for name, at in held if any(row[i] for i in at))

    def _about(self, tell: Tell) -> Callable[[RowOf], str]:
        """Return a function that gives the id of the fact that this one answers, if any."""
        asked = ANSWERS.get(tell.kind)
        if asked is None:
            return lambda _row: ""
        first = [self._event(t) for t in self.table.tells if t.kind is asked]

        def about(row: RowOf) -> str:
            found = (teller(row) for teller in first)
            return next((told.fact.id for told in found if isinstance(told, Told)), "")

        return about

    def _since(self) -> Callable[[Row], Instant]:
        """Return a function that gives since when the row's person is known."""
        subject = self.table.subject
        zone, now = self.telling.zone, self.telling.now
        if subject is None or not subject.since:
            return lambda _row: now
        place = self.reading.place(subject.since)

        def since(row: Row) -> Instant:
            at = read_instant(row[place], zone)
            return now if at is None else min(at, now)

        return since

    def _state(self, tell: Tell) -> Teller:
        """Return a teller of what a column holds now: told at first, and when it changed."""
        matches, place, since = self._matches(tell), self.reading.place(tell.column), self._since()
        shape, lifted = self._shape(tell), self._shape(_undone(tell))
        is_choice, now = tell.kind is Kind.CONSENT_GIVEN, self.telling.now

        def tell_state(row: RowOf) -> State | None:
            value = row.values[place]
            if not matches(row.values) or (value is None and not is_choice):
                return None
            if is_choice and not value:
                first, changed = None, lifted(row, now, "")
            else:
                region = "" if is_choice else str(value).upper()
                first, changed = shape(row, since(row.values), region), shape(row, now, region)
            slot = fact_id("slot", row.name, tell.event, tell.column)
            return State(slot, self.telling.digest(slot, as_text(value)), *_told(first, changed))

        return tell_state

    def _born(self, tell: Tell) -> Teller:
        matches, place, since = self._matches(tell), self.reading.place(tell.column), self._since()
        telling = self.telling

        def tell_born(row: RowOf) -> State | None:
            day = read_birth(row.values[place], telling.now) if matches(row.values) else None
            if day is None:
                return None
            slot = fact_id("slot", row.name, tell.event, tell.column)
            value = telling.digest(slot, day)
            told = [
                Told(
                    Fact(
                        id=fact_id(row.name, row.person, tell.event, value, start),
                        kind=Kind.BORN,
                        occurred_at=at,
                        recorded_at=telling.now,
                        person=row.person,
                        route=IMPORTED,
                        by="sync",
                        thing=row.name,
                        version=telling.version_at(at),
                    ),
                    {"birth_date": day},
                )
                for start, at in (("", since(row.values)), (telling.now, telling.now))
            ]
            return State(slot, value, *told)

        return tell_born

    def _identified(self, tell: Tell) -> Teller:
        matches, place = self._matches(tell), self.reading.place(tell.column)
        at_place = self.reading.place(tell.at) if tell.at else None
        since, kind, zone = self._since(), tell.identifier, self.telling.zone

        def tell_identified(row: RowOf) -> Told | None:
            if not matches(row.values) or row.values[place] is None:
                return None
            found = normalise(kind, str(row.values[place]))  # type: ignore[arg-type]  # checked C129
            if isinstance(found, str):
                return None
            at = since(row.values)
            if at_place is not None:
                at = min(read_instant(row.values[at_place], zone) or at, at)
            return identified(row, found, at, self.telling)

        return tell_identified


def _said(tell: Tell) -> list[tuple[str, Says]]:
    """Return the words of a tell by the fact's field; empty ones are left out."""
    named = {
        "what": tell.of,
        "activity": tell.activity,
        "channel": tell.channel,
        "topic": tell.topic,
        "recipient": tell.recipient,
        "ground": tell.ground,
        "route": tell.route,
        "by": tell.by,
    }
    return [(name, said) for name, said in named.items() if said != Says()]


def _what(tell: Tell) -> str:
    """Return what a fact is about, where the event itself says it."""
    if tell.kind is Kind.HAPPENED:
        return tell.event
    return tell.noun if tell.kind in {Kind.RELATION_OPENED, Kind.RELATION_CLOSED} else ""


def _undone(tell: Tell) -> Tell:
    """Return the tell of a yes that a column no longer holds."""
    return replace(tell, event="consent.withdrawn", word="at")


def _told(first: Fact | None, changed: Fact | None) -> tuple[Told | None, Told | None]:
    return (Told(first) if first else None, Told(changed) if changed else None)


def identified(row: RowOf, identifier: Identifier, at: Instant, telling: Telling) -> Told:
    """Return the fact that the row's person is also found by `identifier`, told once each."""
    named = f"{identifier.kind}:{identifier.value}"
    fact = Fact(
        id=fact_id("identified", row.person, telling.digest(row.person, named)),
        kind=Kind.IDENTIFIED,
        occurred_at=at,
        recorded_at=telling.now,
        person=row.person,
        what=identifier.kind,
        thing=row.name,
        route=IMPORTED,
        by="sync",
        version=telling.version_at(at),
    )
    return Told(fact, {"identifier": named})


def make_identifiers(
    subject: Subject, reading: Reading, alias: str = ""
) -> Callable[[Row], tuple[Identifier, ...]]:
    """Return a function that gives the identifiers of a subject's row, unreadable ones left out."""
    places = [(kind, reading.place(column, alias)) for kind, column in subject.identifiers]
    country = reading.place(subject.country, alias) if subject.country else None

    def identifiers(row: Row) -> tuple[Identifier, ...]:
        where = row[country] if country is not None else None
        read = (read_identifier(kind, row[at], where) for kind, at in places if row[at])
        return tuple(found for found in read if found is not None)

    return identifiers


def own_key(start: str, kind: str, value: object) -> Identifier | None:
    """Return the person's own key: `start` is `source.name:`, `kind` that of the key's column.

    None where the value is no identifier of that kind; the kind of a plain key is empty.
    """
    if kind:
        read = read_identifier(kind, value, None)
        if read is None:
            return None
        value = read.value
    return Identifier("customer", f"{start}{value}")


@lru_cache(maxsize=65_536)
def read_identifier(kind: Any, value: object, country: str | None) -> Identifier | None:
    """Return a column's value as an identifier in normal form, or None when it is none."""
    found = normalise(kind, str(value), country=country if kind == "phone" else None)
    return None if isinstance(found, str) else found
