"""What a person chose: consents, refusals, objections, preferences; the no is never lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy.compile import (
    Policy,
    consents_for,
    is_direct_marketing,
    is_marketing,
    yeses_for,
)
from placket.policy.period import After
from placket.policy.rules import Activity, Consent, Cookie, as_dict
from placket.standing.clocks import Clock, anchored, interval_of
from placket.standing.standing import Interval, consent_name, marketing_pairs, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from placket.law.rules import Law
    from placket.policy.compile import Place
    from placket.standing.history import History

IMPORTED: Final = "imported"
WORDING: Final = "wording:"
KEEP: Final = "keep:"
OVERRULED: Final = "overruled"
ONLY_REFUSING: Final = frozenset({"browser_settings", "unsubscribe_link"})
"""Ways that can carry a no and never a yes. Source: GDPR Art. 4(11); C-673/17, 52 to 63."""
_REFUSED: Final = frozenset({Kind.CONSENT_REFUSED.value, Kind.CONSENT_WITHDRAWN.value})


def lifts(history: History, yes: Fact, no: Fact) -> bool:
    """Say whether `yes` ends `no`.

    A later yes of the same person does. Of another person of the cluster only one that came
    after the two were connected: a no is never undone by a merge.
    """
    if yes.occurred_at <= no.occurred_at:
        return False
    if yes.person == no.person:
        return True
    joined = history.connected(yes.person, no.person) if no.person else None
    # A tombstone's no names no person: it speaks for whoever has the identifier, until a yes.
    return (not no.person) or (joined is not None and yes.occurred_at > joined)


def standing_no(history: History, noes: Iterable[Fact], yeses: Iterable[Fact]) -> Fact | None:
    """Return the newest no that no yes has ended."""
    given = list(yeses)
    stand = (no for no in noes if not any(lifts(history, yes, no) for yes in given))
    return max(stand, key=lambda fact: (fact.occurred_at, fact.id), default=None)


def standing_yes(history: History, yeses: Iterable[Fact], noes: Iterable[Fact]) -> Fact | None:
    """Return the newest yes, when each no has been ended by some yes."""
    given = list(yeses)
    if standing_no(history, noes, given) is not None:
        return None
    return max(given, key=lambda fact: (fact.occurred_at, fact.id), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The facts that answer one consent on one channel.

    given: each yes that counts with the fact from which on it does, itself or its confirmation.
    """

    given: tuple[tuple[Fact, Fact], ...]
    unconfirmed: tuple[Fact, ...]
    noes: tuple[Fact, ...]

    @property
    def yeses(self) -> tuple[Fact, ...]:
        """Return the facts from which on each yes counts."""
        return tuple(since for _, since in self.given)


def answers(history: History, policy: Policy, name: str, channel: str) -> Answers:
    """Return what the person answered to the consent `name` on `channel`.

    A yes counts by a wording that the rule publishes, an imported one only where accepted, and
    by no way that only refuses; with double confirmation from the confirming on. A no always
    counts.
    """
    consent = policy.consents[name]
    said = [f for f in history.of(Kind.CONSENT_GIVEN) if f.what == name and _meets(f, channel)]
    accepted = [fact for fact in said if _counts(fact, consent)]
    doubled = getattr(consent, "confirm", "single") == "double"
    since = [(f, _confirmation(history, f, channel) if doubled else f) for f in accepted]
    return Answers(
        given=tuple((yes, fact) for yes, fact in since if fact is not None),
        unconfirmed=tuple(yes for yes, fact in since if fact is None),
        noes=tuple(_noes(history, policy, consent, channel)),
    )


def _meets(fact: Fact, channel: str) -> bool:
    return not fact.channel or not channel or fact.channel == channel


def _counts(fact: Fact, consent: Consent | Cookie) -> bool:
    if fact.route in ONLY_REFUSING:
        return False
    if IMPORTED in fact.marks:
        return IMPORTED in getattr(consent, "accept", ())
    published = wordings(consent)
    said = {mark.removeprefix(WORDING) for mark in fact.marks if mark.startswith(WORDING)}
    return not published or bool(said & published)


def wordings(consent: Consent | Cookie) -> frozenset[str]:
    """Return the wordings by which a yes to `consent` counts; none means any."""
    asked = as_dict(getattr(consent, "asked", ())).get("wording")
    equal = getattr(consent, "wordings", ())
    return frozenset((*equal, *((str(asked),) if asked else ())))


def _confirmation(history: History, yes: Fact, channel: str) -> Fact | None:
    later = (
        fact
        for fact in history.of(Kind.CONSENT_CONFIRMED)
        if fact.what == yes.what
        and fact.person == yes.person
        and fact.route not in ONLY_REFUSING
        and _meets(fact, channel)
        and fact.occurred_at >= yes.occurred_at
    )
    return next(later, None)


def refusals(history: History) -> list[Fact]:
    """Return every no to a consent or channel, those that outlived an erasure among them."""
    buried = [f for f in history.of(Kind.TOMBSTONE) if _REFUSED & set(f.marks)]
    return [*history.of(Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN), *buried]


def _noes(
    history: History, policy: Policy, consent: Consent | Cookie, channel: str
) -> Iterator[Fact]:
    for fact in refusals(history):
        # A no that spares a topic is told by each activity that it does not spare.
        if _spares(fact) and only_messages(policy, consent.name):
            continue
        named = fact.what == consent.name
        on_channel = bool(channel) and not fact.what and fact.channel == channel
        # `stop everything`: neither a consent nor a channel named, no cookie choice is meant.
        everything = not fact.what and not fact.channel and isinstance(consent, Consent)
        if (named and _meets(fact, channel)) or on_channel or everything:
            yield fact


def _spares(fact: Fact) -> bool:
    return bool(fact.topic) or any(mark.startswith(KEEP) for mark in fact.marks)


def _covered(policy: Policy, name: str) -> list[Activity]:
    return [
        variant
        for variants in policy.activities.values()
        for variant in variants
        if name in consents_for(policy, variant, "")
    ]


@lru_cache(maxsize=1024)
def only_messages(policy: Policy, name: str) -> bool:
    """Say whether all that the consent covers is marketing that is sent on some channel."""
    if not isinstance(policy.consents[name], Consent):
        return False  # no message is refused by a no to cookies: it is told here or nowhere
    covered = _covered(policy, name)
    return bool(covered) and all(is_direct_marketing(v) and v.channel for v in covered)


def fold_consents(history: History, policy: Policy, clock: Clock) -> Iterator[tuple[str, Interval]]:
    """Yield the intervals of every consent that the person answered."""
    answered = {f.what for f in history.of(Kind.CONSENT_GIVEN, Kind.CONSENT_CONFIRMED)}
    if not answered and not refusals(history):
        return
    for consent in policy.consents.values():
        for channel in channels_of(consent):
            yield from _fold_consent(history, policy, consent.name, channel, clock)


def channels_of(consent: Consent | Cookie) -> tuple[str, ...]:
    """Return the channels on which the consent is asked, one without a name when it names none."""
    return getattr(consent, "channel", ()) or ("",)


def _fold_consent(
    history: History, policy: Policy, consent: str, channel: str, clock: Clock
) -> Iterator[tuple[str, Interval]]:
    found, name = answers(history, policy, consent, channel), consent_name(consent, channel)
    no = standing_no(history, found.noes, found.yeses)
    if no is not None:
        yield f"no.{name}", starts(no.occurred_at, no.id)
    yes = standing_yes(history, found.yeses, found.noes)
    if yes is not None:
        until = expires(history, policy.consents[consent], yes, clock)
        yield name, (yes.occurred_at, until, yes.id)
    waiting = max(found.unconfirmed, key=lambda fact: (fact.occurred_at, fact.id), default=None)
    if waiting is not None and (yes is None or waiting.occurred_at > yes.occurred_at):
        yield f"unconfirmed.{name}", starts(waiting.occurred_at, waiting.id)


def expires(history: History, consent: Consent | Cookie, yes: Fact, clock: Clock) -> int:
    """Return when `yes` is no longer current.

    A clock of the consent starts with the yes and starts again whenever its event happens.
    """
    period = consent.period
    if period is None:
        return OPEN
    if not isinstance(period, After):
        held = interval_of(history, period, clock)
        return held[1] if held is not None else yes.occurred_at
    renewed = anchored(history, period.anchor)
    start = max(yes.occurred_at, renewed.occurred_at if renewed is not None else yes.occurred_at)
    return clock.rounded(clock.plus(start, period.duration), period.rounding)


def fold_marketing(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield the refusals and objections that stop marketing, by activity and channel."""
    objections = [*history.of(Kind.OBJECTED), *_buried(history, Kind.OBJECTED)]
    if not objections and not refusals(history):
        return
    places = places_of(policy, history.country)
    for activity, channel in marketing_pairs(policy):
        tail = f"{activity}.{channel}" if channel else activity
        names = marketing_yeses(policy, activity, channel, places)
        yeses = [yes for n in names for yes in answers(history, policy, n, channel).yeses]
        against = [f for f in objections if _objects_to(policy, f, activity, channel)]
        objection = standing_no(history, against, yeses)
        if objection is not None:
            yield f"objected.{tail}", starts(objection.occurred_at, objection.id)
        refusal = _refusal(history, policy, activity, channel, yeses)
        if refusal is not None:
            yield f"refused.{tail}", starts(refusal.occurred_at, refusal.id)


def _buried(history: History, kind: Kind) -> Iterator[Fact]:
    return (f for f in history.of(Kind.TOMBSTONE) if kind.value in f.marks)


def places_of(policy: Policy, country: str) -> tuple[Place, ...]:
    """Return where the person may be: everywhere when the country is not known."""
    here = policy.place_of(country) if country else None
    return (here,) if here is not None else policy.places


def marketing_yeses(
    policy: Policy, activity: str, channel: str, places: tuple[Place, ...]
) -> tuple[str, ...]:
    """Return the consents that are a yes to the marketing wherever the person may be.

    A place where no rule speaks of it refuses it anyway.
    """
    found = [
        yeses_for(policy, variant, channel, place)
        for place in places
        if (variant := policy.variant(activity, place)) is not None
    ]
    first = found[0] if found else ()
    return tuple(name for name in first if all(name in other for other in found))


def _objects_to(policy: Policy, fact: Fact, activity: str, channel: str) -> bool:
    if fact.channel and fact.channel != channel:
        return False
    if fact.activity:
        return fact.activity == activity
    purposes = {p for v in policy.activities[activity] for p in v.purpose}
    return not fact.what or fact.what == "direct_marketing" or fact.what in purposes


def _refusal(
    history: History, policy: Policy, activity: str, channel: str, yeses: list[Fact]
) -> Fact | None:
    if not channel:
        return None
    topics = {v.topic for v in policy.activities[activity]}
    back = [f for f in history.of(Kind.PREFERENCE_ON) if f.what == f"channel:{channel}"]
    noes = [fact for fact in refusals(history) if _refuses(policy, fact, channel, topics)]
    return standing_no(history, noes, [*yeses, *back])


def _refuses(policy: Policy, fact: Fact, channel: str, topics: set[str]) -> bool:
    """Say whether a no reaches every marketing message on `channel` about `topics`."""
    if not _meets(fact, channel) or (fact.topic and fact.topic not in topics):
        return False
    if any(f"{KEEP}{topic}" in fact.marks for topic in topics if topic):
        return False
    return not fact.what or _markets_on(policy, fact.what, channel)


def _markets_on(policy: Policy, name: str, channel: str) -> bool:
    consent = policy.consents.get(name)
    if not isinstance(consent, Consent) or (consent.channel and channel not in consent.channel):
        return False
    return any(is_direct_marketing(variant) for variant in _covered(policy, name))


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
    named = {f.what for f in history.of(Kind.PREFERENCE_OFF)}
    for what in sorted(named):
        offs = [f for f in history.of(Kind.PREFERENCE_OFF) if f.what == what]
        ons = [f for f in history.of(Kind.PREFERENCE_ON) if f.what == what]
        off = standing_no(history, offs, ons)
        if off is not None:
            yield f"off.{what.replace(':', '.')}", starts(off.occurred_at, off.id)
    listed = {f.channel for f in history.of(Kind.REGISTER_LISTED)}
    for channel in sorted(listed):
        ons = [f for f in history.of(Kind.REGISTER_LISTED) if f.channel == channel]
        offs = [f for f in history.of(Kind.REGISTER_CLEARED) if f.channel == channel]
        on = standing_no(history, ons, offs)
        if on is not None:
            yield f"listed.{channel}", starts(on.occurred_at, on.id)


def fold_soft_opt_in(
    history: History, law_here: Callable[[], Law | None], strictest: frozenset[str]
) -> Iterator[tuple[str, Interval]]:
    """Yield, by channel, since when every personal condition of the soft opt-in is met.

    law_here: of the person's country, None when unknown; `strictest` are then the occasions
    that every law accepts. Source: ePrivacy Directive Art. 13(2); PECR 2003 reg. 22(3).
    """
    obtained = history.of(Kind.CONTACT_OBTAINED)
    if not obtained:
        return
    law = law_here()
    occasions = law.soft_opt_in.occasions if law is not None else strictest
    for fact in obtained:
        told = {"got_from:data_subject", "by:this_retailer", "refusal_offered"} <= set(fact.marks)
        sold = any(mark.removeprefix("in:") in occasions for mark in fact.marks)
        if told and sold and fact.channel:
            yield f"soft.{fact.channel}", starts(fact.occurred_at, fact.id)
