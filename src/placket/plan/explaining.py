"""What an answer to an access request says of each category held, beside the copy itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.plan.asking import category_of
from placket.plan.plan import Action
from placket.plan.showing import access
from placket.policy import vocabulary
from placket.policy.compile import holds_in, retains_for, uses_of
from placket.policy.rules import Automated, Datum, Recipient
from placket.rights.moves import marked
from placket.standing.standing import retain_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.law.calendar import Instant
    from placket.plan.asking import Asking
    from placket.policy.compile import Place, Policy
    from placket.policy.rules import Activity


SOURCE: Final = "source:"
"""What stands before the source in a mark of data that somebody else passed on."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Received:
    """That a recipient got data, and when."""

    at: Instant
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is told of one category.

    recipients: who may get it by the clauses; received: who got it. periods: in words, of every
    clause; goes_at: when the last of their clocks ends, None while one has no end yet.
    sources: where the clauses, or whoever collected it, say it comes from; of none, from the
    person. automated: decisions by machine in which it is used. Source: GDPR Art. 15(1).
    """

    category: str
    purposes: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    received: tuple[Received, ...] = ()
    periods: tuple[str, ...] = ()
    goes_at: Instant | None = None
    sources: tuple[str, ...] = ()
    automated: tuple[str, ...] = ()


def explained(asking: Asking, facts: Iterable[Fact]) -> tuple[About, ...]:
    """Return what is told of each category of which the copy shows a value, by name.

    facts: of the person; those of data handed to recipients, or got from others, are read.
    """
    told = tuple(fact for fact in facts if fact.kind in {Kind.SHARED, Kind.DATA_COLLECTED})
    return tuple(_about(asking, category, told) for category in sorted(_held(asking)))


def _held(asking: Asking) -> set[str]:
    """Return the categories of which the copy shows a value: copy and account agree."""
    shown = (doing for doing in access(asking) if doing.action is Action.SHOW)
    return {
        category_of(asking.table(doing.row), column)
        for doing in shown
        for column in doing.columns
        if doing.row.values[column] not in (None, "")
    } - {""}


def _about(asking: Asking, category: str, told: tuple[Fact, ...]) -> About:
    said, clocks = _said(asking.policy, asking.place, category)
    own = tuple(fact for fact in told if vocabulary.covers(fact.data, category))
    got = (fact for fact in own if fact.kind is Kind.SHARED)
    passed_on = (source for fact in own for source in marked(fact, SOURCE))
    return replace(
        said,
        received=tuple(sorted({Received(at=f.occurred_at, recipient=f.recipient) for f in got})),
        goes_at=_goes_at(asking, clocks),
        sources=_each((*said.sources, *passed_on)),
    )


@lru_cache(maxsize=1024)
def _said(policy: Policy, place: Place, category: str) -> tuple[About, tuple[str, ...]]:
    """Return what the clauses say of a category in a place, and the clocks of its periods.

    The same for everybody there, so it is gathered once.
    """
    uses = _uses(policy, place, category)
    retains = retains_for(policy, category, place)
    about = About(
        category=category,
        purposes=_each(purpose for activity in uses for purpose in activity.purpose),
        bases=_each(activity.basis for activity in uses),
        clauses=_each(activity.clause for activity in uses),
        recipients=_recipients(policy, place, category, uses),
        periods=_each(str(rule.period) for rule in retains),
        sources=_sources(policy, place, category),
        automated=_automated(policy, place, uses),
    )
    return about, tuple(retain_name(rule) for rule in retains)


def _uses(policy: Policy, place: Place, category: str) -> tuple[Activity, ...]:
    variants = (each for found in policy.activities.values() for each in found)
    return tuple(v for v in variants if holds_in(v, place) and category in uses_of(v))


def _recipients(
    policy: Policy, place: Place, category: str, uses: tuple[Activity, ...]
) -> tuple[str, ...]:
    named = (recipient for activity in uses for recipient in activity.recipients)
    getting = (
        name
        for rule in policy.rules(Recipient)
        if holds_in(rule, place) and vocabulary.covers(rule.gets, category)
        for name in rule.names or rule.name
    )
    return _each((*named, *getting))


def _goes_at(asking: Asking, clocks: tuple[str, ...]) -> Instant | None:
    intervals = [asking.standing.get(name) for name in clocks]
    ends = [interval[1] if interval is not None else OPEN for interval in intervals]
    latest = max(ends, default=OPEN)
    return None if latest == OPEN else latest


def _sources(policy: Policy, place: Place, category: str) -> tuple[str, ...]:
    rules = (rule for rule in policy.rules(Datum) if holds_in(rule, place))
    return _each(rule.source for rule in rules if vocabulary.covers(rule.what, category))


def _automated(policy: Policy, place: Place, uses: tuple[Activity, ...]) -> tuple[str, ...]:
    names = {activity.name for activity in uses}
    rules = (rule for rule in policy.rules(Automated) if holds_in(rule, place))
    return _each(rule.name for rule in rules if names & set(rule.activities))


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
