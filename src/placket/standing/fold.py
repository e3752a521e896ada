"""Fold a person's facts into their standing under a policy: pure, in any order, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.law.calendar import Duration, come_of_age, parse_duration
from placket.policy.compile import Policy, is_marketing
from placket.policy.period import After, events_of
from placket.policy.rules import AudienceAge, Automated, Limit, Retain, Role, Status, as_dict
from placket.standing.choices import (
    Addressed,
    addressed_under,
    fold_marketing,
    fold_objections,
    fold_preferences,
    fold_soft_opt_in,
)
from placket.standing.clocks import Clock, interval_of, open_interval, status_interval
from placket.standing.consents import Answering, Asked, asked_under, fold_consents, refusals
from placket.standing.data import (
    Confining,
    confining_under,
    fold_erasures,
    fold_restrictions,
    fold_sources,
)
from placket.standing.history import Connected, History, gather, never_connected
from placket.standing.standing import (
    ALWAYS,
    Interval,
    Standing,
    dense_names,
    relations,
    retain_name,
    starts,
)

if TYPE_CHECKING:
    from placket.policy.compile import Place
    from placket.policy.period import Period

Named = Iterator[tuple[str, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What folding asks of a policy, worked out once.

    retains: the name of each clock with its period. asked: consents and cookies by name.
    """

    policy: Policy
    clock: Clock
    dense: frozenset[str]
    relations: frozenset[str]
    statuses: tuple[Status, ...]
    asked: Mapping[str, Asked]
    marketing: tuple[Addressed, ...]
    retains: tuple[tuple[str, Period], ...]
    confining: Confining
    roles: tuple[Role, ...]
    rates: tuple[Limit, ...]
    strictest_occasions: frozenset[str]
    strictest_age: int


@dataclass(slots=True, kw_only=True)
class Subject:
    """One person while they are folded: what was told of them, where they are.

    here: None when the country is unknown or in no region of the policy.
    """

    history: History
    folding: Folding
    answering: Answering
    here: Place | None


@lru_cache(maxsize=8)
def folding_for(policy: Policy) -> Folding:
    """Return what folding under `policy` asks, kept for the policies in use."""
    laws = tuple(policy.laws.values())
    occasions = [law.soft_opt_in.occasions for law in laws]
    return Folding(
        policy=policy,
        clock=Clock(
            zone=policy.front.timezone,
            year_end=policy.front.year_end,
            statuses={status.name: status for status in policy.rules(Status)},
        ),
        dense=frozenset(dense_names(policy)),
        relations=relations(policy),
        statuses=policy.rules(Status),
        asked=asked_under(policy),
        marketing=addressed_under(policy),
        retains=tuple((retain_name(r), r.period) for r in policy.rules(Retain) if not r.at),
        confining=confining_under(policy),
        roles=policy.rules(Role),
        rates=tuple(limit for limit in policy.rules(Limit) if as_dict(limit.allow)),
        strictest_occasions=frozenset.intersection(*occasions) if occasions else frozenset(),
        strictest_age=max((law.consent_age(None) for law in laws), default=18),
    )


def fold(
    policy: Policy,
    person: str,
    facts: Iterable[Fact],
    *,
    private: Mapping[str, Mapping[str, object]] | None = None,
    connected: Connected = never_connected,
) -> Standing:
    """Return what holds for `person` by `facts`.

    facts: of the person or the whole cluster, any order, tombstones of their identifiers
    among them. The standing answers for every instant from the latest fact on; for an
    earlier one, fold the facts that had occurred by then. private: opened payloads by fact
    id. connected: when two persons of a cluster became one.
    """
    history = gather(person, facts, private=private, connected=connected)
    folding = folding_for(policy)
    subject = Subject(
        history=history,
        folding=folding,
        answering=Answering(history, folding.asked, refusals(history)),
        here=policy.place_of(history.country) if history.country else None,
    )
    columns = folding.dense
    dense: dict[str, Interval] = {}
    sparse: dict[str, Interval] = {}
    for part in _PARTS:
        for name, interval in part(subject):
            into = dense if name in columns else sparse
            before = into.get(name)
            # Several facts may speak to one state; what holds longest holds.
            if before is None or interval[1] >= before[1]:
                into[name] = interval
    return Standing(person=person, country=history.country, dense=dense, sparse=sparse)


def _places(one: Subject) -> Named:
    here = one.here
    for place in one.folding.policy.places:
        # A person whose country is unknown may be anywhere: every place must permit. A known
        # country that no region covers is nowhere.
        if not one.history.country or (here is not None and place.name == here.name):
            yield f"in.{place.name}", (ALWAYS, OPEN, "")


def _roles(one: Subject) -> Named:
    events, collected = one.history.first, one.history.of(Kind.DATA_COLLECTED)
    for role in one.folding.roles:
        begun = [events[event] for event in role.taken_by if event in events]
        begun += [f for f in collected if f.marks and f"role:{role.name}" in f.marks]
        first = min(begun, key=lambda fact: (fact.occurred_at, fact.id), default=None)
        if first is not None:
            yield f"role.{role.name}", starts(first.occurred_at, first.id)


def _relations(one: Subject) -> Named:
    history = one.history
    # In order, so that the packed body is the same in every process.
    for relation in sorted(one.folding.relations & history.relations.keys()):
        held = open_interval(history, relation)
        if held is not None:
            yield f"open.{relation}", held
            first = history.first[f"{relation}.opened"]
            yield f"had.{relation}", starts(first.occurred_at, first.id)


def _statuses(one: Subject) -> Named:
    for status in one.folding.statuses:
        held = status_interval(one.history, status, one.folding.clock)
        if held is not None:
            yield f"status.{status.name}", held


def _consents(one: Subject) -> Named:
    return fold_consents(one.answering, one.folding.clock)


def _marketing(one: Subject) -> Named:
    return fold_marketing(one.answering, one.folding.marketing, one.here)


def _objections(one: Subject) -> Named:
    return fold_objections(one.history, one.folding.policy)


def _preferences(one: Subject) -> Named:
    return fold_preferences(one.history)


def _soft(one: Subject) -> Named:
    here, folding = one.here, one.folding
    occasions = folding.strictest_occasions
    if here is not None:
        occasions = folding.policy.laws[here.pack].soft_opt_in.occasions
    return fold_soft_opt_in(one.history, occasions)


def _ages(one: Subject) -> Named:
    history, folding = one.history, one.folding
    agreed = history.of(Kind.GUARDIAN_AGREED)
    if history.born is None:
        yield "age_unknown", (ALWAYS, OPEN, "")
        # When it ends is not known, nor whether anything asks for it.
        yield from (("guardian", starts(f.occurred_at, f.id)) for f in agreed[-1:])
        return
    born = history.of(Kind.BORN)[-1]
    zone, policy, here = folding.clock.zone, folding.policy, one.here
    age = folding.strictest_age
    if here is not None:
        age = policy.laws[here.pack].consent_age(history.country)
    of_age = come_of_age(history.born, age, zone)
    yield "minor", (ALWAYS, of_age, born.id)
    limits = [rule.age for rule in policy.rules(AudienceAge)]
    for limit in limits:
        yield f"under.{limit}", (ALWAYS, come_of_age(history.born, limit, zone), born.id)
    if agreed:
        # A guardian's agreement ends with the age that asked for it.
        until = come_of_age(history.born, max((age, *limits)), zone)
        yield "guardian", (agreed[-1].occurred_at, until, agreed[-1].id)


def _retention(one: Subject) -> Named:
    for name, period in one.folding.retains:
        kept = interval_of(one.history, period, one.folding.clock)
        if kept is not None:
            yield name, kept


def _rates(one: Subject) -> Named:
    sent = one.history.of(Kind.SENT)
    for limit in one.folding.rates:
        blocked = _blocked(one.history, one.folding, limit, sent)
        if blocked is not None:
            yield f"rate.{limit.name}", blocked


def _blocked(history: History, folding: Folding, limit: Limit, sent: list[Fact]) -> Interval | None:
    """Return until when the contact rule is used up: the n-th last message plus the time.

    A rate for each relation counts since the newest of them began, and lasts until the next one.
    """
    allow = as_dict(limit.allow)
    measure = str(allow.get("each", "month"))
    at_most, each = int(str(allow.get("at_most", 1))), each_time(measure)
    since = _begun(history, measure) if each is None else ALWAYS
    counted = [f for f in sent if f.occurred_at >= since and _counts(folding.policy, limit, f)]
    if len(counted) < at_most:
        return None
    begins = ALWAYS
    if isinstance(limit.after, After):
        begins = interval_of(history, limit.after, folding.clock)[1]  # type: ignore[index]  # After never gives None
    if at_most < 1:
        return (begins, OPEN, "")
    # Of two messages the later may leave its month the sooner: 30 and 31 January.
    ends = sorted((_leaves(f, each, folding.clock), f.id) for f in counted)
    until, fact = ends[-at_most]
    return (begins, until, fact)


def _counts(policy: Policy, limit: Limit, sent: Fact) -> bool:
    on_channel = not limit.channels or sent.channel in limit.channels
    return on_channel and limits_activity(policy, limit, sent.activity)


def _leaves(sent: Fact, each: Duration | None, clock: Clock) -> int:
    # What is no time does not pass: a rate for each relation ends when the next one begins.
    return clock.plus(sent.occurred_at, each) if each is not None else OPEN


def _begun(history: History, relation: str) -> int:
    things = history.relations.get(relation, {}).values()
    return max((thing.opened.occurred_at for thing in things), default=ALWAYS)


def each_time(text: str) -> Duration | None:
    """Return the time of a rate, such as `month` or `2 weeks`; None when it is a relation."""
    return parse_duration(text) or parse_duration(f"1 {text}")


def limits_activity(policy: Policy, limit: Limit, activity: str) -> bool:
    """Say whether the contact rule counts and stops messages of `activity`."""
    if activity in limit.activities:
        return True
    purposes = {p for v in policy.activities.get(activity, ()) for p in v.purpose}
    general = "direct_marketing" in limit.purpose and any(
        is_marketing(v) and v.channel for v in policy.activities.get(activity, ())
    )
    return general or bool(purposes & set(limit.purpose))


def _automation(one: Subject) -> Named:
    answered = one.history.of(Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED)
    for rule in one.folding.policy.rules(Automated):
        said = [fact for fact in answered if fact.what == rule.name]
        # On a tie the refusal speaks last.
        last = max(
            said,
            key=lambda f: (f.occurred_at, f.kind is Kind.AUTOMATION_DECLINED, f.id),
            default=None,
        )
        if last is not None and last.kind is Kind.AUTOMATION_DECLINED:
            yield f"declined.{rule.name}", starts(last.occurred_at, last.id)


def _holds(one: Subject) -> Named:
    lifted = {fact.about: fact.occurred_at for fact in one.history.of(Kind.HOLD_LIFTED)}
    for fact in one.history.of(Kind.HOLD_PLACED):
        yield "hold", (fact.occurred_at, lifted.get(fact.id, OPEN), fact.id)


def _erasures(one: Subject) -> Named:
    return fold_erasures(one.history, one.folding.policy)


def _restrictions(one: Subject) -> Named:
    return fold_restrictions(one.answering, one.folding.policy, one.folding.clock)


def _sources(one: Subject) -> Named:
    return fold_sources(one.history, one.folding.policy, one.folding.confining)


_PARTS: Final[tuple[Callable[[Subject], Named], ...]] = (
    _places,
    _roles,
    _relations,
    _statuses,
    _consents,
    _marketing,
    _objections,
    _preferences,
    _soft,
    _ages,
    _retention,
    _rates,
    _automation,
    _holds,
    _erasures,
    _restrictions,
    _sources,
)


_UNREAD: Final = frozenset(
    {
        Kind.SHARED,
        Kind.USED,
        Kind.PLANNED,
        Kind.STEP_CARRIED_OUT,
        Kind.POLICY_PUBLISHED,
        Kind.ERASURE_STARTED,
        Kind.KEY_DESTROYED,
        Kind.IDENTIFIED,
    }
)
"""Kinds that no part of the fold reads. Whom an identifier brings tombstones the ledger knows."""


def moves(policy: Policy, fact: Fact) -> bool:
    """Say whether `fact` may move the standing of its persons; when in doubt it does.

    An event moves nobody when no period, status or role of the policy waits for it, a message
    sent when no contact rule counts it, unless it was told as a contact with the person.
    """
    if "contact" in fact.marks:
        return True
    if fact.kind in _UNREAD:
        return False
    if fact.kind is Kind.SENT:
        return bool(folding_for(policy).rates)
    if fact.kind is Kind.HAPPENED:
        return fact.what in _events_read(policy)
    return True


@lru_cache(maxsize=8)
def _events_read(policy: Policy) -> frozenset[str]:
    folding = folding_for(policy)
    periods: list[Period | None] = [period for _, period in folding.retains]
    periods += [part for status in folding.statuses for part in status.holds_while]
    periods += [status.holds_after for status in folding.statuses]
    periods += [consent.period for consent in policy.consents.values()]
    periods += [limit.after for limit in folding.rates]
    waited = (events_of(period) for period in periods if period is not None)
    taken = (frozenset(role.taken_by) for role in folding.roles)
    return frozenset[str]().union(*waited, *taken)
