"""Fold a person's facts into their standing under a policy: pure, in any order, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.law.calendar import Duration, come_of_age, parse_duration
from placket.policy.compile import Policy, is_marketing
from placket.policy.period import After
from placket.policy.rules import AudienceAge, Automated, Limit, Retain, Role, Status, as_dict
from placket.standing.choices import (
    fold_consents,
    fold_marketing,
    fold_objections,
    fold_preferences,
    fold_soft_opt_in,
)
from placket.standing.clocks import Clock, interval_of, open_interval, status_interval
from placket.standing.data import fold_erasures, fold_restrictions, fold_sources
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
    from placket.law.rules import Law

Named = Iterator[tuple[str, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What folding asks of a policy, worked out once."""

    policy: Policy
    clock: Clock
    dense: frozenset[str]
    relations: frozenset[str]
    statuses: tuple[Status, ...]
    retains: tuple[Retain, ...]
    roles: tuple[Role, ...]
    rates: tuple[Limit, ...]
    strictest_occasions: frozenset[str]
    strictest_age: int


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
        retains=tuple(rule for rule in policy.rules(Retain) if not rule.at),
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
    dense: dict[str, Interval] = {}
    sparse: dict[str, Interval] = {}
    for part in _PARTS:
        for name, interval in part(history, folding):
            into = dense if name in folding.dense else sparse
            before = into.get(name)
            # Several facts may speak to one state; what holds longest holds.
            if before is None or interval[1] >= before[1]:
                into[name] = interval
    return Standing(person=person, country=history.country, dense=dense, sparse=sparse)


def _places(history: History, folding: Folding) -> Named:
    policy = folding.policy
    here = policy.place_of(history.country) if history.country else None
    for place in policy.places:
        # A person whose country is unknown may be anywhere: every place must permit. A known
        # country that no region covers is nowhere.
        if not history.country or (here is not None and place.name == here.name):
            yield f"in.{place.name}", (ALWAYS, OPEN, "")


def _roles(history: History, folding: Folding) -> Named:
    for role in folding.roles:
        begun = [history.first[e] for e in role.taken_by if e in history.first]
        begun += [f for f in history.of(Kind.DATA_COLLECTED) if f"role:{role.name}" in f.marks]
        first = min(begun, key=lambda fact: (fact.occurred_at, fact.id), default=None)
        if first is not None:
            yield f"role.{role.name}", starts(first.occurred_at, first.id)


def _relations(history: History, folding: Folding) -> Named:
    for relation in folding.relations & history.relations.keys():
        held = open_interval(history, relation)
        if held is not None:
            yield f"open.{relation}", held
            first = history.first[f"{relation}.opened"]
            yield f"had.{relation}", starts(first.occurred_at, first.id)


def _statuses(history: History, folding: Folding) -> Named:
    for status in folding.statuses:
        held = status_interval(history, status, folding.clock)
        if held is not None:
            yield f"status.{status.name}", held


def _consents(history: History, folding: Folding) -> Named:
    yield from fold_consents(history, folding.policy, folding.clock)


def _marketing(history: History, folding: Folding) -> Named:
    yield from fold_marketing(history, folding.policy)
    yield from fold_objections(history, folding.policy)
    yield from fold_preferences(history)


def _soft(history: History, folding: Folding) -> Named:
    def law_here() -> Law | None:
        here = folding.policy.place_of(history.country) if history.country else None
        return folding.policy.laws[here.pack] if here is not None else None

    yield from fold_soft_opt_in(history, law_here, folding.strictest_occasions)


def _ages(history: History, folding: Folding) -> Named:
    agreed = history.of(Kind.GUARDIAN_AGREED)
    if history.born is None:
        yield "age_unknown", (ALWAYS, OPEN, "")
        # When it ends is not known, nor whether anything asks for it.
        yield from (("guardian", starts(f.occurred_at, f.id)) for f in agreed[-1:])
        return
    born = history.of(Kind.BORN)[-1]
    zone, policy = folding.clock.zone, folding.policy
    here = policy.place_of(history.country) if history.country else None
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


def _retention(history: History, folding: Folding) -> Named:
    for rule in folding.retains:
        kept = interval_of(history, rule.period, folding.clock)
        if kept is not None:
            yield retain_name(rule), kept


def _rates(history: History, folding: Folding) -> Named:
    sent = history.of(Kind.SENT)
    for limit in folding.rates:
        blocked = _blocked(history, folding, limit, sent)
        if blocked is not None:
            yield f"rate.{limit.name}", blocked


def _blocked(history: History, folding: Folding, limit: Limit, sent: list[Fact]) -> Interval | None:
    """Return until when the contact rule is used up: the n-th last message plus the time."""
    allow = as_dict(limit.allow)
    at_most, each = int(str(allow.get("at_most", 1))), _each(str(allow.get("each", "month")))
    counted = [f for f in sent if _counts(folding.policy, limit, f)]
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
    # A time that cannot be read never passes.
    return clock.plus(sent.occurred_at, each) if each is not None else OPEN


def _each(text: str) -> Duration | None:
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


def _automation(history: History, folding: Folding) -> Named:
    for rule in folding.policy.rules(Automated):
        said = [
            fact
            for fact in history.of(Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED)
            if fact.what == rule.name
        ]
        # On a tie the refusal speaks last.
        last = max(
            said,
            key=lambda f: (f.occurred_at, f.kind is Kind.AUTOMATION_DECLINED, f.id),
            default=None,
        )
        if last is not None and last.kind is Kind.AUTOMATION_DECLINED:
            yield f"declined.{rule.name}", starts(last.occurred_at, last.id)


def _holds(history: History, folding: Folding) -> Named:
    del folding
    lifted = {fact.about: fact.occurred_at for fact in history.of(Kind.HOLD_LIFTED)}
    for fact in history.of(Kind.HOLD_PLACED):
        yield "hold", (fact.occurred_at, lifted.get(fact.id, OPEN), fact.id)


def _data(history: History, folding: Folding) -> Named:
    yield from fold_erasures(history, folding.policy)
    yield from fold_restrictions(history, folding.policy, folding.clock)
    yield from fold_sources(history, folding.policy)


_PARTS: Final[tuple[Callable[[History, Folding], Named], ...]] = (
    _places,
    _roles,
    _relations,
    _statuses,
    _consents,
    _marketing,
    _soft,
    _ages,
    _retention,
    _rates,
    _automation,
    _holds,
    _data,
)
