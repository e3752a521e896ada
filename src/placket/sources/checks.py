"""Checks of a catalogue beside a policy: only here are both known."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from placket.catalogue.check import check_catalogue, check_schema
from placket.catalogue.model import EVENT_KINDS, INTERACTION
from placket.facts import Kind
from placket.law.calendar import parse_duration
from placket.policy import vocabulary
from placket.policy.period import Latest, NotAPeriod, WhileOpen, events_of, parse_period
from placket.policy.rules import Activity, Consent, Cookie, Retain, Role, Status
from placket.problems import Problem, Problems, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from placket.catalogue.model import Catalogue, Expire, Held, Table, Tell
    from placket.catalogue.schema import Schema
    from placket.policy.parse import Document
    from placket.policy.period import Period
    from placket.policy.rules import Rule

_CHOICES: Final = frozenset(
    {
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWords:
    """What a catalogue needs to know of a policy.

    data: the categories that some rule names, groups as their members; events: those that a
    clock or a role waits for; consents: names of consents and cookies.
    """

    data: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    activities: frozenset[str] = frozenset()
    purposes: frozenset[str] = frozenset()


def words_of(document: Document) -> PolicyWords:
    """Return the words that the rules of `document` use."""
    data, events, purposes = set[str](), set[str](), set[str]()
    for rule in document.rules():
        data.update(vocabulary.members(_data_of(rule)))
        events |= _events_of(rule)
        purposes.update(getattr(rule, "purpose", ()))
    return PolicyWords(
        data=frozenset(data),
        events=frozenset(events),
        consents=_names_of(document, Consent, Cookie),
        activities=_names_of(document, Activity),
        purposes=frozenset(purposes),
    )


def _names_of(document: Document, *kinds: type[Consent | Cookie | Activity]) -> frozenset[str]:
    return frozenset(rule.name for rule in document.rules() if isinstance(rule, kinds))


_NAMING_DATA: Final = ("what", "uses", "uses_also", "takes", "gets", "sees", "data")
"""The keys of a rule that name categories of data."""


def _data_of(rule: Rule) -> tuple[str, ...]:
    named = (getattr(rule, key, ()) for key in _NAMING_DATA)
    return tuple(datum for data in named if isinstance(data, tuple) for datum in data)


def _events_of(rule: Rule) -> frozenset[str]:
    match rule:
        case Role(taken_by=events):
            return frozenset(events)
        case Retain(period=period):
            return events_of(period) | _relations_of(period)
        case Status(holds_while=periods):
            return frozenset[str]().union(*(events_of(p) | _relations_of(p) for p in periods))
        case _:
            opened = getattr(rule, "open_while", None)
            return frozenset() if opened is None else events_of(opened) | _relations_of(opened)


def _relations_of(period: Period) -> frozenset[str]:
    match period:
        case WhileOpen(relation=relation):
            return frozenset({f"{relation}.opened", f"{relation}.closed"})
        case Latest(parts=parts):
            return frozenset[str]().union(*(_relations_of(part) for part in parts))
        case _:
            return frozenset()


def check_all(
    catalogue: Catalogue, schemas: dict[str, Schema], policy: PolicyWords | None = None
) -> tuple[Problem, ...]:
    """Return all problems of a catalogue: alone, beside each source's schema, beside a policy."""
    found = [*check_catalogue(catalogue)]
    for source, schema in schemas.items():
        found += check_schema(catalogue, source, schema)
    if policy is not None:
        found += check_policy(catalogue, policy)
    return Problems(found).sorted()


def check_policy(catalogue: Catalogue, policy: PolicyWords) -> tuple[Problem, ...]:
    """Return each word of the catalogue that the policy or its vocabulary does not know.

    A category that no clause names is drift: data without a promise. An event that a clause
    waits for and no row tells is a clock that never starts.
    """
    to = _Told(Problems(), policy)
    for _, table in catalogue.tables():
        for held in table.holds:
            _check_held(to, table, held)
        for tell in table.tells:
            _check_words(to, tell)
        for phrase, at in _periods(table):
            _check_period(to, phrase, at)
        for expire in table.expire:
            _check_expire(to, expire)
    _check_bound(to, catalogue)
    return to.problems.sorted()


@dataclass(frozen=True, slots=True)
class _Told:
    problems: Problems
    policy: PolicyWords

    def tell(self, code: str, at: Span, summary: str, mend: str, *, error: bool = True) -> None:
        severity = Severity.ERROR if error else Severity.WARNING
        problem = Problem(code=code, summary=summary, mend=mend, at=at, severity=severity)
        self.problems.add(problem)


def _near(word: str, words: Collection[str], otherwise: str) -> str:
    near = get_close_matches(word, words, n=1)
    return f"write `{near[0]}`" if near else otherwise


def _check_held(to: _Told, table: Table, held: Held) -> None:
    terms = vocabulary.terms("data")
    if held.category not in terms:
        mend = _near(held.category, terms, "choose a category of the policy's vocabulary")
        to.tell("C301", held.span, f"`{held.category}` is no category of data", mend)
    elif not set(vocabulary.members((held.category,))) & to.policy.data:
        to.tell(
            "C302",
            held.span,
            f"`{table.name}` holds `{held.category}`, and no clause of the policy names it",
            "write the clause that says why it is held, or stop holding it",
            error=False,
        )


def _check_words(to: _Told, tell: Tell) -> None:
    for channel in sorted(tell.channel.words()):
        if channel not in vocabulary.terms("channel"):
            mend = _near(channel, vocabulary.terms("channel"), "choose a channel")
            to.tell("C303", tell.span, f"`{channel}` is no channel", mend)
    for datum in tell.data:
        if datum not in vocabulary.terms("data"):
            mend = _near(datum, vocabulary.terms("data"), "choose a category")
            to.tell("C301", tell.span, f"`{datum}` is no category of data", mend)
    if tell.kind in _CHOICES:
        _check_names(to, tell, to.policy.consents, "consent or cookie")
    if tell.kind is Kind.OBJECTED:
        _check_names(to, tell, to.policy.purposes | to.policy.activities, "purpose")


def _check_names(to: _Told, tell: Tell, known: frozenset[str], what: str) -> None:
    for name in sorted(tell.of.words() - known):
        mend = _near(name, known, f"name a {what} of the policy, or leave the tell out")
        to.tell("C304", tell.span, f"the policy has no {what} `{name}`", mend)


def _periods(table: Table) -> Iterator[tuple[str, Span]]:
    keeps = [a for a in table.actions if a.word == "keep" and a.until]
    yield from ((action.until, action.span) for action in keeps)


def _check_period(to: _Told, phrase: str, at: Span) -> None:
    try:
        parse_period(phrase)
    except NotAPeriod as fault:
        mend = f"write {fault.expected} at character {fault.at + 1}"
        to.tell("C305", at, f"`{phrase}` is not a period", mend)


def _check_expire(to: _Told, expire: Expire) -> None:
    if parse_duration(expire.after) is None:
        mend = "write a number and a unit, such as `90 days from touched_at`"
        to.tell("C305", expire.span, f"`{expire.after}` is not a period", mend)


def told_events(catalogue: Catalogue) -> frozenset[str]:
    """Return the events that some row tells, by the names that a policy's clocks use."""
    told = (tell for _, table in catalogue.tables() for tell in table.tells)
    return frozenset(tell.event for tell in told)


def _check_bound(to: _Told, catalogue: Catalogue) -> None:
    told = told_events(catalogue)
    of_policy = {e for e in to.policy.events if e not in EVENT_KINDS and e != INTERACTION}
    kept_until = _kept_until(catalogue)
    for event in sorted((of_policy | kept_until.keys()) - told):
        to.tell(
            "C306",
            # What the policy waits for stands at no line of the catalogue.
            kept_until.get(event, Span(file=catalogue.file)),
            f"a clock waits for `{event}`, and no row tells it",
            f"add `{event} at` and a column to a table's `tells`, or tell it through the API",
            error=False,
        )


def _kept_until(catalogue: Catalogue) -> dict[str, Span]:
    """Return the events that periods of the catalogue wait for, and where the first does."""
    found: dict[str, Span] = {}
    for _, table in catalogue.tables():
        for phrase, span in _periods(table):
            try:
                events = events_of(parse_period(phrase))
            except NotAPeriod:
                continue
            for event in events - {INTERACTION}:
                found.setdefault(event, span)
    return found
