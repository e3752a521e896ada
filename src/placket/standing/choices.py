"""What a person chose beside consents: marketing refused, objections, preferences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy.compile import (
    Policy,
    consents_for,
    is_direct_marketing,
    is_marketing,
    limits_activity,
    yeses_for,
)
from placket.policy.rules import Consent, Limit
from placket.standing.consents import KEEP, covered, meets, standing_no
from placket.standing.standing import Interval, marketing_pairs, starts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.compile import Place
    from placket.standing.consents import Answering
    from placket.standing.history import History

OVERRULED: Final = "overruled"
ANYWHERE: Final = ""
"""Where a person is whose country is not known, or in no region of the policy."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Addressed:
    """Marketing by one activity on one channel or on none, worked out once.

    tail: how its states are named. refused_by: the consents a no to which refuses the channel.
    yeses: by the name of the person's place, the consents that are a yes to it there.
    """

    activity: str
    channel: str
    tail: str
    purposes: frozenset[str]
    topics: frozenset[str]
    refused_by: frozenset[str]
    yeses: Mapping[str, tuple[str, ...]]

    def is_objected_by(self, fact: Fact) -> bool:
        """Say whether the objection is to this marketing."""
        if fact.channel and fact.channel != self.channel:
            return False
        if fact.activity:
            return fact.activity == self.activity
        return not fact.what or fact.what == "direct_marketing" or fact.what in self.purposes

    def is_refused_by(self, fact: Fact) -> bool:
        """Say whether the no reaches every marketing message on the channel about its topics."""
        if not self.channel or not meets(fact, self.channel):
            return False
        if fact.topic and fact.topic not in self.topics:
            return False
        if any(f"{KEEP}{topic}" in fact.marks for topic in self.topics if topic):
            return False
        return not fact.what or fact.what in self.refused_by


def addressed_under(policy: Policy) -> tuple[Addressed, ...]:
    """Return all marketing under `policy`, by activity and channel."""
    marketing = {
        name: consent
        for name, consent in policy.consents.items()
        if isinstance(consent, Consent) and any(map(is_direct_marketing, covered(policy, name)))
    }
    return tuple(
        Addressed(
            activity=activity,
            channel=channel,
            tail=f"{activity}.{channel}" if channel else activity,
            purposes=frozenset(p for v in policy.activities[activity] for p in v.purpose),
            topics=frozenset(v.topic for v in policy.activities[activity]),
            refused_by=_refused_by(policy, marketing, activity, channel),
            yeses=_yeses_by_place(policy, activity, channel),
        )
        for activity, channel in marketing_pairs(policy)
    )


def _refused_by(
    policy: Policy, marketing: Mapping[str, Consent], activity: str, channel: str
) -> frozenset[str]:
    """Return the consents a no to which refuses the activity's messages on the channel.

    What rests on yeses of its own is refused by a no to one of them: of several things that a
    person said yes to, each is ended by itself. Anything else is refused by a no to any marketing
    there, and so is what a limit says that the person's own choices rule.
    """
    there = {name for name, c in marketing.items() if not c.channel or channel in c.channel}
    variants = policy.activities[activity]
    if any(v.basis != "consent" for v in variants) or _heeds_any_no(policy, activity, channel):
        return frozenset(there)
    own = {name for v in variants for name in consents_for(policy, v, channel)}
    return frozenset(marketing.keys() & own)


def _heeds_any_no(policy: Policy, activity: str, channel: str) -> bool:
    regions = [set(v.regions) for v in policy.activities[activity]]
    return any(
        limit.own_preferences
        and channel in limit.channels
        and limits_activity(policy, limit, activity)
        and any(not limit.regions or not here or here & set(limit.regions) for here in regions)
        for limit in policy.rules(Limit)
    )


def _yeses_by_place(policy: Policy, activity: str, channel: str) -> Mapping[str, tuple[str, ...]]:
    here = {
        place.name: yeses_for(policy, variant, channel, place)
        for place in policy.places
        if (variant := policy.variant(activity, place)) is not None
    }
    # Who may be anywhere says yes only where it is one in every place. A place where no rule
    # speaks of the activity refuses it anyway.
    first = next(iter(here.values()), ())
    return {**here, ANYWHERE: tuple(n for n in first if all(n in names for names in here.values()))}


def fold_marketing(
    answering: Answering, marketing: tuple[Addressed, ...], here: Place | None
) -> Iterator[tuple[str, Interval]]:
    """Yield the refusals and objections that stop marketing, by activity and channel."""
    history = answering.history
    objections = [*history.of(Kind.OBJECTED), *_buried(history, Kind.OBJECTED)]
    if not objections and not answering.refusals:
        return
    place = here.name if here is not None else ANYWHERE
    for each in marketing:
        against = [fact for fact in objections if each.is_objected_by(fact)]
        noes = [fact for fact in answering.refusals if each.is_refused_by(fact)]
        if against or noes:
            yield from _stopped(answering, each, place, against, noes)


def _stopped(
    answering: Answering, each: Addressed, place: str, against: list[Fact], noes: list[Fact]
) -> Iterator[tuple[str, Interval]]:
    history, names = answering.history, each.yeses.get(place, ())
    yeses = [yes for name in names for yes in answering.to(name, each.channel).yeses]
    objection = standing_no(history, against, yeses)
    if objection is not None:
        yield f"objected.{each.tail}", starts(objection.occurred_at, objection.id)
    on = f"channel:{each.channel}"
    back = [fact for fact in history.of(Kind.PREFERENCE_ON) if fact.what == on]
    refusal = standing_no(history, noes, [*yeses, *back])
    if refusal is not None:
        yield f"refused.{each.tail}", starts(refusal.occurred_at, refusal.id)


def _buried(history: History, kind: Kind) -> Iterator[Fact]:
    return (f for f in history.of(Kind.TOMBSTONE) if kind.value in f.marks)


def fold_objections(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield the objections to what is no marketing where it is none, until each is decided."""
    for fact in (*history.of(Kind.OBJECTED), *_buried(history, Kind.OBJECTED)):
        decided = [f for f in history.of(Kind.OBJECTION_DECIDED) if f.about == fact.id]
        # On a tie the decision for the person speaks last.
        last = max(decided, key=lambda f: (f.occurred_at, OVERRULED not in f.marks), default=None)
        until = last.occurred_at if last is not None and OVERRULED in last.marks else OPEN
        for name in _objected_activities(policy, fact):
            yield f"objected.interest.{name}", (fact.occurred_at, until, fact.id)


def _objected_activities(policy: Policy, fact: Fact) -> Iterator[str]:
    for name, variants in policy.activities.items():
        if all(is_marketing(v) for v in variants):
            continue
        purposes = {p for v in variants for p in v.purpose}
        if fact.activity == name or (fact.what and fact.what in purposes):
            yield name


def fold_preferences(history: History) -> Iterator[tuple[str, Interval]]:
    """Yield the channels and topics that the person switched off."""
    for what in sorted({f.what for f in history.of(Kind.PREFERENCE_OFF)}):
        offs = [f for f in history.of(Kind.PREFERENCE_OFF) if f.what == what]
        ons = [f for f in history.of(Kind.PREFERENCE_ON) if f.what == what]
        off = standing_no(history, offs, ons)
        if off is not None:
            yield f"off.{what.replace(':', '.')}", starts(off.occurred_at, off.id)
    for channel in sorted({f.channel for f in history.of(Kind.REGISTER_LISTED)}):
        ons = [f for f in history.of(Kind.REGISTER_LISTED) if f.channel == channel]
        offs = [f for f in history.of(Kind.REGISTER_CLEARED) if f.channel == channel]
        on = standing_no(history, ons, offs)
        if on is not None:
            yield f"listed.{channel}", starts(on.occurred_at, on.id)


_SOFT: Final = frozenset({"got_from:data_subject", "by:this_retailer", "refusal_offered"})


def fold_soft_opt_in(history: History, occasions: frozenset[str]) -> Iterator[tuple[str, Interval]]:
    """Yield, by channel, since when every personal condition of the soft opt-in is met.

    occasions: those that the law of the person's country accepts, or every law where it is not
    known. Source: ePrivacy Directive Art. 13(2); PECR 2003 reg. 22(3).
    """
    for fact in history.of(Kind.CONTACT_OBTAINED):
        sold = any(mark.removeprefix("in:") in occasions for mark in fact.marks)
        is_own = fact.occurred_at > history.erased_at
        if sold and is_own and fact.channel and _SOFT.issubset(fact.marks):
            yield f"soft.{fact.channel}", starts(fact.occurred_at, fact.id)
