"""The catalogue as values: sources, tables, links, what rows tell, what columns hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from placket.facts import Kind
from placket.problems import NOWHERE, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Scalar = str | int | bool | None
IdentifierKind = Literal["email", "phone", "device", "order", "other"]
IDENTIFIER_KINDS: Final[tuple[IdentifierKind, ...]] = ("email", "phone", "device", "order", "other")
INTERACTION: Final = "interaction"

EVENT_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "consent.requested": Kind.CONSENT_REQUESTED,
        "consent.given": Kind.CONSENT_GIVEN,
        "consent.confirmed": Kind.CONSENT_CONFIRMED,
        "consent.refused": Kind.CONSENT_REFUSED,
        "consent.withdrawn": Kind.CONSENT_WITHDRAWN,
        "contact.obtained": Kind.CONTACT_OBTAINED,
        "preference.off": Kind.PREFERENCE_OFF,
        "preference.on": Kind.PREFERENCE_ON,
        "objection.made": Kind.OBJECTED,
        "objection.decided": Kind.OBJECTION_DECIDED,
        "restriction.placed": Kind.RESTRICTED,
        "restriction.lifted": Kind.RESTRICTION_LIFTED,
        "hold.placed": Kind.HOLD_PLACED,
        "hold.lifted": Kind.HOLD_LIFTED,
        "guardian.agreed": Kind.GUARDIAN_AGREED,
        "data.collected": Kind.DATA_COLLECTED,
        "data.erased": Kind.DATA_ERASED,
        "right.requested": Kind.REQUESTED,
        "purpose.admitted": Kind.PURPOSE_ADMITTED,
        "automation.declined": Kind.AUTOMATION_DECLINED,
        "automation.accepted": Kind.AUTOMATION_ACCEPTED,
        "register.listed": Kind.REGISTER_LISTED,
        "register.cleared": Kind.REGISTER_CLEARED,
        "message.sent": Kind.SENT,
        INTERACTION: Kind.INTERACTED,
    }
)
"""Events with a meaning of their own; every other one is a relation, a trait or just happened."""

_BY_PARTICIPLE: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "opened": Kind.RELATION_OPENED,
        "closed": Kind.RELATION_CLOSED,
        "born": Kind.BORN,
        "located": Kind.LOCATED,
        "identified": Kind.IDENTIFIED,
    }
)

NAMING: Final = frozenset(
    {
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
        Kind.OBJECTED,
        Kind.OBJECTION_DECIDED,
        Kind.RESTRICTED,
        Kind.RESTRICTION_LIFTED,
        Kind.PREFERENCE_OFF,
        Kind.PREFERENCE_ON,
        Kind.REQUESTED,
        Kind.PURPOSE_ADMITTED,
        Kind.AUTOMATION_DECLINED,
        Kind.AUTOMATION_ACCEPTED,
        Kind.REGISTER_LISTED,
        Kind.REGISTER_CLEARED,
        Kind.GUARDIAN_AGREED,
    }
)
"""Kinds whose tell says `of:` what: a consent, an objection, a preference and so on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on one column: its value is one of `any_of`, or none of them if `negated`."""

    column: str
    any_of: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """A word that a row says: a constant, or a column's value, looked up in `values` if any.

    values: pairs of a column's value as text (`true`, `false` and `null` included) and the word;
    a value that is not there says `otherwise`.
    """

    constant: str = ""
    column: str = ""
    values: tuple[tuple[str, str], ...] = ()
    otherwise: str = ""

    def words(self) -> frozenset[str]:
        """Return every word that can be said, as far as the catalogue tells."""
        said = {self.constant, self.otherwise, *(word for _, word in self.values)}
        return frozenset(said - {""})


NOTHING: Final = Says()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A way from a row to another: `column -> table.key`, or `<- table.column` from there.

    inward: the other table's `target` column points at this table's key. source: empty for
    the same source.
    """

    column: str = ""
    table: str
    target: str
    source: str = ""
    inward: bool = False
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Rows that are natural persons.

    anchor: the name under which keys are counted; tables that share it share their persons.
    key: the columns that tell persons apart, the table's key if empty. identifiers: what also
    identifies the person, by column. country: a column, for phone numbers without a country
    code. since: a time column, from when the person is known. match: kinds of identifier that
    prove two persons to be one.
    """

    anchor: str = ""
    key: str = ""
    identifiers: tuple[tuple[IdentifierKind, str], ...] = ()
    country: str = ""
    since: str = ""
    when: tuple[Condition, ...] = ()
    match: tuple[IdentifierKind, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """What a row says happened.

    word: `at` a time, `on` a date, `in` a column that holds a state, or `as` an identifier.
    column: the one behind the word; via: the linked table that it stands in, empty for the
    row's own. at: a time column beside an `in` or `as`.
    of: the consent, objection or other thing that the fact is about. thing: the row that the
    fact belongs to, if another. marks: constant marks; wording and offers become marks.
    """

    event: str
    word: str = "at"
    column: str
    via: str = ""
    at: str = ""
    when: tuple[Condition, ...] = ()
    of: Says = NOTHING
    activity: Says = NOTHING
    channel: Says = NOTHING
    topic: Says = NOTHING
    recipient: Says = NOTHING
    ground: Says = NOTHING
    route: Says = NOTHING
    by: Says = NOTHING
    wording: Says = NOTHING
    marks: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    until: str = ""
    identifier: str = ""
    thing: Link | None = None
    span: Span = field(default=NOWHERE, compare=False)

    @property
    def kind(self) -> Kind:
        """Return the kind of fact that this tell gives."""
        fixed = EVENT_KINDS.get(self.event)
        participle = self.event.rpartition(".")[2]
        return fixed or _BY_PARTICIPLE.get(participle, Kind.HAPPENED)

    @property
    def noun(self) -> str:
        """Return what stands before the dot: the relation that is opened or closed."""
        return self.event.partition(".")[0]

    @property
    def is_state(self) -> bool:
        """Say whether the column holds what is so now, not when something happened."""
        return self.word in {"in", "on"}

    def says(self) -> tuple[Says, ...]:
        """Return all words that a row says, empty ones too."""
        return (
            self.of,
            self.activity,
            self.channel,
            self.topic,
            self.recipient,
            self.ground,
            self.route,
            self.by,
            self.wording,
        )

    def columns(self) -> tuple[str, ...]:
        """Return the row's own columns that the tell reads, each once, in order."""
        named = (
            "" if self.via else self.column,
            self.at,
            self.until,
            *(test.column for test in self.when),
            *(said.column for said in self.says()),
            self.thing.column if self.thing else "",
        )
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A category of data and the columns that hold it."""

    category: str
    columns: tuple[str, ...]
    span: Span = field(default=NOWHERE, compare=False)


ACTIONS: Final = ("delete", "cut", "blank", "surrogate", "keep")


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """What becomes of a row: `delete`, `cut`, `blank`, `surrogate` or `keep`.

    columns: which are cut, blanked or pointed at a placeholder; of `keep`, which stay (all if
    none is named). values: what a blanked column holds afterwards, null if it is not named.
    until: of `keep`, a period in words. then: what follows a `keep`.
    """

    word: str
    columns: tuple[str, ...] = ()
    values: tuple[tuple[str, Scalar], ...] = ()
    until: str = ""
    basis: str = ""
    law: str = ""
    then: tuple[Action, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    """An action that is due a period after a time column or an event.

    after: a duration in words, such as `90 days`. start: a column, or an event.
    """

    after: str
    start: str
    then: tuple[Action, ...]
    when: tuple[Condition, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: whose rows they are, what they tell and hold, and what becomes of them.

    key: the columns that name a row. shared: of a row with several owners, whether it goes with
    the `last` or with `any` of them. guests: `nobody` where a row without an owner is no person's.
    nobody: the key of the row that stands for no person, at which `surrogate` links point.
    files: of a source of files, which of them are the rows, as a pattern of their names.
    allows: the checks and triggers of the database that a person has looked at: they let pass
    what a plan writes. confirm: the words that were guessed and not yet confirmed.
    """

    name: str
    key: tuple[str, ...] = ("id",)
    subject: Subject | None = None
    owner: tuple[Link, ...] = ()
    party: tuple[Link, ...] = ()
    tells: tuple[Tell, ...] = ()
    holds: tuple[Held, ...] = ()
    actions: tuple[Action, ...] = ()
    expire: tuple[Expire, ...] = ()
    changed_at: str = ""
    hide: tuple[str, ...] = ()
    seal: tuple[str, ...] = ()
    undo: str = ""
    shared: str = ""
    guests: str = ""
    nobody: Scalar = None
    no_person: bool = False
    files: str = ""
    allows: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    span: Span = field(default=NOWHERE, compare=False)

    def categories(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns of each category."""
        return {held.category: held.columns for held in self.holds}

    def links(self) -> tuple[Link, ...]:
        """Return owner and party links, owners first."""
        return self.owner + self.party


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One connected database.

    times: the zone in which times without a zone are read. schema: the digest of the schema
    at the last check, empty if it was never checked.
    """

    name: str
    tables: tuple[Table, ...] = ()
    dialect: str = ""
    times: str = "UTC"
    schema: str = ""
    span: Span = field(default=NOWHERE, compare=False)

    def table(self, name: str) -> Table | None:
        """Return the table of that name, or None."""
        return next((table for table in self.tables if table.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """Where the retailer's data live."""

    name: str
    sources: tuple[Source, ...] = ()
    file: str = field(default="", compare=False)

    def source(self, name: str) -> Source | None:
        """Return the source of that name, or None."""
        return next((source for source in self.sources if source.name == name), None)

    def tables(self) -> Iterator[tuple[Source, Table]]:
        """Yield each table with its source, in the order of the file."""
        for source in self.sources:
            for table in source.tables:
                yield source, table

    def target(self, link: Link, source: Source) -> Table | None:
        """Return the table that `link` of a table in `source` leads to, or None."""
        found = self.source(link.source) if link.source else source
        return found.table(link.table) if found else None
