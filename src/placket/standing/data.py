"""What became of single data: erased, kept on a ground, restricted, bound to their form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy import vocabulary
from placket.policy.compile import ALL, Policy
from placket.policy.rules import Capture, Datum, Role
from placket.standing.consents import expires, standing_no
from placket.standing.standing import ALWAYS, Interval, starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.standing.clocks import Clock
    from placket.standing.consents import Answering
    from placket.standing.history import History

KEPT: Final = "kept:"
ROLE: Final = "role:"
PERMISSION: Final = "permission"
NOTICE: Final = "notice"


def named_data(policy: Policy, data: tuple[str, ...]) -> tuple[str, ...]:
    """Return the data that a fact names: groups as members, `all_held` as all of the policy's."""
    return policy.data if set(data) & set(ALL) else vocabulary.members(data)


def fold_erasures(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield what was erased and not collected since, and on which grounds it was kept.

    What was erased twice is kept on the grounds that both erasures left; but one request is one
    erasure, of which the newest fact says how it stands: what waited goes later.
    """
    live: dict[str, dict[str, Fact]] = {}
    for fact in history.of(Kind.DATA_ERASED):
        for datum in named_data(policy, fact.data):
            if not _collected(history, policy, datum, fact.occurred_at):
                of = live.setdefault(datum, {})
                of.pop(fact.thing, None)
                of[fact.thing or fact.id] = fact
    for datum, erasures in live.items():
        facts = list(erasures.values())
        yield f"erased.{datum}", starts(facts[0].occurred_at, facts[-1].id)
        kept = [_kept(policy, fact, datum) for fact in facts]
        for ground in sorted(set.intersection(*(set(grounds) for grounds in kept))):
            until = min(grounds[ground] for grounds in kept)
            yield f"kept.{datum}.{ground}", (facts[-1].occurred_at, until, facts[-1].id)


def _collected(history: History, policy: Policy, datum: str, after: int) -> list[Fact]:
    return [
        fact
        for fact in history.of(Kind.DATA_COLLECTED)
        if fact.occurred_at > after and datum in named_data(policy, fact.data)
    ]


def _kept(policy: Policy, fact: Fact, datum: str) -> dict[str, int]:
    # A mark reads `kept:DATUM:GROUND:UNTIL`, the end in microseconds or empty.
    found: dict[str, int] = {}
    for mark in fact.marks:
        if mark.startswith(KEPT):
            named, ground, until = mark.removeprefix(KEPT).split(":")
            if datum in named_data(policy, (named,)):
                found[ground] = int(until) if until else OPEN
    return found


def fold_restrictions(
    answering: Answering, policy: Policy, clock: Clock
) -> Iterator[tuple[str, Interval]]:
    """Yield the restricted data and activities, and each yes given since that names them."""
    history = answering.history
    lifted = {fact.about for fact in history.of(Kind.RESTRICTION_LIFTED)}
    newest: dict[str, Fact] = {}
    for fact in history.of(Kind.RESTRICTED):
        if fact.id in lifted:
            continue
        if fact.activity:
            newest[f"activity.{fact.activity}"] = fact
        for datum in named_data(policy, fact.data):
            if not _collected(history, policy, datum, fact.occurred_at):
                newest[datum] = fact
    for what, fact in newest.items():
        yield f"restricted.{what}", starts(fact.occurred_at, fact.id)
    if newest:
        yield from _released(answering, policy, clock, newest)


def _released(
    answering: Answering, policy: Policy, clock: Clock, newest: Mapping[str, Fact]
) -> Iterator[tuple[str, Interval]]:
    history = answering.history
    for name, asked in answering.asked.items():
        found = [answering.to(name, channel) for channel, _ in asked.states]
        if any(standing_no(history, each.noes, each.yeses) for each in found):
            continue
        for yes, since in (pair for each in found for pair in each.given):
            until = expires(history, asked.rule, since, clock)
            for what in _named_by(policy, yes):
                if what in newest and yes.occurred_at > newest[what].occurred_at:
                    yield f"released.{what}.{name}", (since.occurred_at, until, yes.id)


def _named_by(policy: Policy, yes: Fact) -> tuple[str, ...]:
    activity = (f"activity.{yes.activity}",) if yes.activity else ()
    return (*activity, *named_data(policy, yes.data))


@dataclass(frozen=True, slots=True, kw_only=True)
class Confining:
    """What confines the use of a datum: forms and roles of the policy, data it guards."""

    forms: frozenset[str]
    roles: frozenset[str]
    guarded: frozenset[str]

    def may_touch(self, fact: Fact, policy: Policy) -> bool:
        """Say whether the collection may confine some datum; of most it is plain that none is."""
        if fact.marks or fact.what in self.forms:
            return True
        return bool(self.guarded) and not self.guarded.isdisjoint(named_data(policy, fact.data))

    def names(self, fact: Fact, datum: str) -> Iterator[str]:
        """Yield the states by which the collection confines the datum."""
        if not self._is_proven(fact, datum):
            yield f"unproven.{datum}"
        for mark in fact.marks:
            if mark.startswith(ROLE) and mark.removeprefix(ROLE) in self.roles:
                yield f"role_bound.{datum}.{mark.removeprefix(ROLE)}"
        if fact.what in self.forms:
            yield f"confined.{datum}.{fact.what}"

    def _is_proven(self, fact: Fact, datum: str) -> bool:
        # Telling the person is no permission of theirs: it makes up for none that a rule wants.
        if PERMISSION in fact.marks:
            return True
        return datum not in self.guarded and (
            NOTICE in fact.marks or "source:third_party" not in fact.marks
        )


def confining_under(policy: Policy) -> Confining:
    """Return what confines data under `policy`."""
    guards = (rule.what for rule in policy.rules(Datum) if rule.needs_permission)
    return Confining(
        forms=frozenset(c.name for c in policy.rules(Capture) if c.purposes_shown),
        roles=frozenset(r.name for r in policy.rules(Role) if r.confined_to),
        guarded=frozenset(datum for what in guards for datum in vocabulary.members(what)),
    )


def fold_sources(
    history: History, policy: Policy, confining: Confining
) -> Iterator[tuple[str, Interval]]:
    """Yield data that came by a form, role or third party that confines their use.

    `confined.DATUM.FORM`: taken by a form that showed its own purposes; `role_bound.DATUM.ROLE`:
    taken in a confined role; `unproven.DATUM`: without the permission that a rule asks for, or
    from a third party with neither permission nor notice (GDPR Art. 14);
    `free.DATUM`: also taken without any of these, so that nothing confines it.
    """
    for fact in history.of(Kind.PURPOSE_ADMITTED):
        for datum in named_data(policy, fact.data):
            yield f"admitted.{datum}.{fact.what}", starts(fact.occurred_at, fact.id)
    if any(confining.may_touch(fact, policy) for fact in history.of(Kind.DATA_COLLECTED)):
        yield from _confined(history, policy, confining)


def _confined(
    history: History, policy: Policy, confining: Confining
) -> Iterator[tuple[str, Interval]]:
    confined: set[str] = set()
    free: dict[str, Interval] = {}
    for datum, fact in _held(history, policy):
        names = tuple(confining.names(fact, datum))
        yield from ((name, starts(fact.occurred_at, fact.id)) for name in names)
        if names:
            confined.add(datum)
        else:
            free.setdefault(datum, starts(fact.occurred_at, fact.id))
    # What nothing confines needs no word that it is free: nearly everything of everybody.
    yield from ((f"free.{datum}", free[datum]) for datum in sorted(confined & free.keys()))


def _held(history: History, policy: Policy) -> Iterator[tuple[str, Fact]]:
    """Yield each datum with each fact by which what is held of it came.

    Once a datum was erased and came anew, what came before tells nothing of it.
    """
    erased: dict[str, int] = {}
    for fact in history.of(Kind.DATA_ERASED):
        erased |= dict.fromkeys(named_data(policy, fact.data), fact.occurred_at)
    came: dict[str, list[Fact]] = {}
    for fact in history.of(Kind.DATA_COLLECTED):
        for datum in named_data(policy, fact.data):
            came.setdefault(datum, []).append(fact)
    for datum, facts in came.items():
        anew = [f for f in facts if f.occurred_at > erased.get(datum, ALWAYS)]
        yield from ((datum, fact) for fact in anew or facts)
