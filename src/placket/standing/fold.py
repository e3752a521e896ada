"""Fold a person's facts into their standing under a policy: pure, in any order, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.law.calendar import Duration, come_of_age, parse_duration
from placket.policy.compile import Policy, limits_activity
from placket.policy.period import After
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
from placket.standing.consents import Answering, Asked, asked_under, fold_consents
from placket.standing.data import (
    Confining,
    confining_under,
    fold_erasures,
    fold_restrictions,
    fold_sources,
)
from placket.standing.history import Connected, History, gather, in_time, never_connected
from placket.standing.standing import (
    ALWAYS,
    Interval,
    Standing,
    dense_names,
    relations,
    retain_name,
    starts,
)
from placket.standing.topics import awaited, status_awaits, topics

if TYPE_CHECKING:
    from placket.policy.compile import Place
    from placket.policy.period import Period

Named = Iterator[tuple[str, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folding:
    """What folding asks of a policy, worked out once.

    retains: the period of each clock by its name. asked: consents and cookies by name.
    """

    policy: Policy
    clock: Clock
    dense: frozenset[str]
    relations: frozenset[str]
    statuses: tuple[Status, ...]
    asked: Mapping[str, Asked]
    marketing: tuple[Addressed, ...]
    retains: Mapping[str, Period]
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """Some states of a standing, and what they are folded from.

    states: what their names begin with. reads: the topics of the facts that are looked at.
    untold: the states of a person of whom no such fact was told.
    """

    states: tuple[str, ...]
    reads: frozenset[str]
    fold: Callable[[Subject], Named]
    untold: tuple[tuple[str, Interval], ...] = ()


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
        retains={retain_name(r): r.period for r in policy.rules(Retain) if not r.at},
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
    one = _subject(policy, person, facts, private or {}, connected)
    told = one.history.topics
    return _standing(
        one,
        chain.from_iterable(
            part.untold if part.reads.isdisjoint(told) else part.fold(one)
            for part in parts_of(policy)
        ),
    )


def refold(  # noqa: PLR0913 - as `fold`, and what stood before
    policy: Policy,
    before: Standing,
    news: Iterable[Fact],
    facts: Iterable[Fact],
    *,
    private: Mapping[str, Mapping[str, object]] | None = None,
    connected: Connected = never_connected,
) -> Standing:
    """Return what `fold` does, where `before` is the standing by `facts` without `news`.

    What the news cannot move stands as it stood. For one whose cluster is the same as before.
    """
    moved = _moved(policy, frozenset(topic for fact in news for topic in topics(fact)))
    one = _subject(policy, before.person, facts, private or {}, connected)
    stood = chain(before.dense.items(), before.sparse.items())
    states = [(part, state) for state in stood if (part := _part_of(policy, state[0])) not in moved]
    states += [(number, state) for number, part in moved.items() for state in part.fold(one)]
    # INVARIANT: in the order of `fold`, or the packed standing would be another.
    states.sort(key=itemgetter(0))
    return _standing(one, (state for _, state in states))


def _subject(
    policy: Policy,
    person: str,
    facts: Iterable[Fact],
    private: Mapping[str, Mapping[str, object]],
    connected: Connected,
) -> Subject:
    history = gather(person, facts, private=private, connected=connected)
    folding = folding_for(policy)
    return Subject(
        history=history,
        folding=folding,
        answering=Answering(history, folding.asked),
        here=policy.place_of(history.country) if history.country else None,
    )


def _standing(one: Subject, states: Iterable[tuple[str, Interval]]) -> Standing:
    columns = one.folding.dense
    dense: dict[str, Interval] = {}
    sparse: dict[str, Interval] = {}
    for name, interval in states:
        into = dense if name in columns else sparse
        before = into.get(name)
        # Several facts may speak to one state; what holds longest holds.
        if before is None or interval[1] >= before[1]:
            into[name] = interval
    history = one.history
    return Standing(person=history.person, country=history.country, dense=dense, sparse=sparse)


def _places(one: Subject) -> Named:
    here = one.here
    for place in one.folding.policy.places:
        # A person whose country is unknown may be anywhere: every place must permit. A known
        # country that no region covers is nowhere.
        if not one.history.country or (here is not None and place.name == here.name):
            yield f"in.{place.name}", (ALWAYS, OPEN, "")


def _roles(one: Subject) -> Named:
    events, collected = one.history.first, one.history.of(Kind.DATA_COLLECTED)
    marked = [fact for fact in collected if fact.marks]
    for role in one.folding.roles:
        begun = [events[event] for event in role.taken_by if event in events]
        if marked:
            begun += [fact for fact in marked if f"role:{role.name}" in fact.marks]
        if begun:
            first = min(begun, key=in_time)
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


def _status(status: Status, one: Subject) -> Named:
    held = status_interval(one.history, status, one.folding.clock)
    if held is not None:
        yield f"status.{status.name}", held


def _consents(one: Subject) -> Named:
    return fold_consents(one.answering, one.folding.clock)


def _objections(one: Subject) -> Named:
    yield from fold_marketing(one.answering, one.folding.marketing, one.here)
    yield from fold_objections(one.history, one.folding.policy)


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


def _retention(name: str, period: Period, one: Subject) -> Named:
    kept = interval_of(one.history, period, one.folding.clock)
    if kept is not None:
        yield name, kept


def _rate(limit: Limit, one: Subject) -> Named:
    blocked = _blocked(one.history, one.folding, limit, one.history.of(Kind.SENT))
    if blocked is not None:
        yield f"rate.{limit.name}", blocked


def _blocked(
    history: History, folding: Folding, limit: Limit, sent: Sequence[Fact]
) -> Interval | None:
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


def _automation(one: Subject) -> Named:
    answered = one.history.of_any(Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED)
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


@lru_cache(maxsize=8)
def parts_of(policy: Policy) -> tuple[Part, ...]:
    """Return the parts of a standing under `policy`, in the order of its states."""
    nobody = _subject(policy, "", (), {}, never_connected)
    return tuple(
        replace(part, untold=tuple(part.fold(nobody))) for part in _parts(folding_for(policy))
    )


@lru_cache(maxsize=1_000)
def _moved(policy: Policy, told: frozenset[str]) -> Mapping[int, Part]:
    """Return the parts, by number, that facts of these topics can move."""
    parts = enumerate(parts_of(policy))
    return {number: part for number, part in parts if not part.reads.isdisjoint(told)}


@lru_cache(maxsize=10_000)
def _part_of(policy: Policy, state: str) -> int:
    """Return the number of the part that folds a state: that of its name, or of its first word."""
    parts = {name: number for number, part in enumerate(parts_of(policy)) for name in part.states}
    return parts[state if state in parts else state.partition(".")[0]]


_LOCATED: Final = frozenset({Kind.LOCATED})
_ANSWERS: Final = frozenset(
    {
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
        Kind.TOMBSTONE,
    }
)


def _parts(folding: Folding) -> Iterator[Part]:
    yield from _dealings(folding)
    yield from _choices(folding)
    yield from _times(folding)
    yield from _fates(folding)


def _dealings(folding: Folding) -> Iterator[Part]:
    taken = {event for role in folding.roles for event in role.taken_by}
    ends = {f"{name}.{end}" for name in folding.relations for end in ("opened", "closed")}
    yield _part(("in",), _LOCATED, _places)
    yield _part(("role",), taken | {Kind.DATA_COLLECTED}, _roles)
    yield _part(("open", "had"), ends, _relations)
    for status in folding.statuses:
        reads = status_awaits(status, folding.clock.statuses)
        yield _part((f"status.{status.name}",), reads, partial(_status, status))


def _choices(folding: Folding) -> Iterator[Part]:
    said = {Kind.OBJECTED, Kind.OBJECTION_DECIDED, Kind.PREFERENCE_ON}
    switched = {Kind.PREFERENCE_OFF, Kind.PREFERENCE_ON}
    listed = {Kind.REGISTER_LISTED, Kind.REGISTER_CLEARED}
    yield _part(("consent", "no", "unconfirmed"), _answers(folding), _consents)
    yield _part(("objected", "refused"), _ANSWERS | said | _LOCATED, _objections)
    yield _part(("off", "listed"), switched | listed, _preferences)
    yield _part(("soft",), _LOCATED | {Kind.CONTACT_OBTAINED, Kind.TOMBSTONE}, _soft)
    # An erasure may take the birth date along.
    ages = _LOCATED | {Kind.BORN, Kind.GUARDIAN_AGREED, Kind.DATA_ERASED}
    yield _part(("minor", "guardian", "age_unknown", "under"), ages, _ages)


def _answers(folding: Folding) -> frozenset[str]:
    """Return the topics that move a consent: answers, and what renews or ends one."""
    periods = [asked.rule.period for asked in folding.asked.values()]
    return _ANSWERS.union(*(awaited(period, folding.clock.statuses) for period in periods))


def _times(folding: Folding) -> Iterator[Part]:
    statuses = folding.clock.statuses
    for name, period in folding.retains.items():
        yield _part((name,), awaited(period, statuses), partial(_retention, name, period))
    for limit in folding.rates:
        since = {Kind.SENT, f"{as_dict(limit.allow).get('each')}.opened"}
        yield _part(
            (f"rate.{limit.name}",), since | awaited(limit.after, statuses), partial(_rate, limit)
        )
    answered = {Kind.AUTOMATION_DECLINED, Kind.AUTOMATION_ACCEPTED}
    yield _part(("declined",), answered, _automation)
    yield _part(("hold",), {Kind.HOLD_PLACED, Kind.HOLD_LIFTED}, _holds)


def _fates(folding: Folding) -> Iterator[Part]:
    held = {Kind.DATA_COLLECTED, Kind.DATA_ERASED}
    restricted = {Kind.RESTRICTED, Kind.RESTRICTION_LIFTED, Kind.DATA_COLLECTED}
    bound = ("admitted", "confined", "role_bound", "unproven", "free")
    yield _part(("erased", "kept"), held, _erasures)
    yield _part(("restricted", "released"), _answers(folding) | restricted, _restrictions)
    yield _part(bound, held | {Kind.PURPOSE_ADMITTED}, _sources)


def _part(
    states: tuple[str, ...], reads: AbstractSet[str], fold: Callable[[Subject], Named]
) -> Part:
    return Part(states=states, reads=frozenset(reads), fold=fold)


_LINKS: Final = frozenset({Kind.IDENTITY_LINKED, Kind.LINK_VOIDED})
"""What makes two persons one, or two of one, moves whatever the facts of each do."""


def moves(policy: Policy, fact: Fact) -> bool:
    """Say whether `fact` may move the standing of its persons; when in doubt it does.

    An event moves nobody when no period, status or role of the policy waits for it, a message
    sent when no contact rule counts it, unless it was told as a contact with the person.
    """
    return fact.kind in _LINKS or not _all_read(policy).isdisjoint(topics(fact))


@lru_cache(maxsize=8)
def _all_read(policy: Policy) -> frozenset[str]:
    return frozenset[str]().union(*(part.reads for part in parts_of(policy)))
