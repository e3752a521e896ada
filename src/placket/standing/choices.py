"""What a person chose: consents, refusals, objections, preferences; the no is never lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy.compile import Policy, consents_for, is_direct_marketing, is_marketing
from placket.policy.period import INTERACTION, After
from placket.policy.rules import Consent, Cookie, as_dict
from placket.standing.clocks import Clock, interval_of
from placket.standing.standing import Interval, consent_name, marketing_pairs, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from placket.law.rules import Law
    from placket.standing.history import History

IMPORTED: Final = "imported"
WORDING: Final = "wording:"
KEEP: Final = "keep:"
OVERRULED: Final = "overruled"
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
    """Return the newest yes, when it ends every no."""
    refused = list(noes)
    newest = max(yeses, key=lambda fact: (fact.occurred_at, fact.id), default=None)
    if newest is None or not all(lifts(history, newest, no) for no in refused):
        return None
    return newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The facts that answer one consent on one channel."""

    yeses: tuple[Fact, ...]
    unconfirmed: tuple[Fact, ...]
    noes: tuple[Fact, ...]


def answers(history: History, consent: Consent | Cookie, channel: str) -> Answers:
    """Return what the person answered to `consent` on `channel`.

    A yes counts by a wording that the rule publishes, an imported one only where accepted;
    with double confirmation from the confirming on. A no always counts.
    """
    given = [
        fact
        for fact in history.of(Kind.CONSENT_GIVEN)
        if fact.what == consent.name and _meets(fact, channel) and _by_wording(fact, consent)
    ]
    confirmed = [
        fact
        for fact in history.of(Kind.CONSENT_CONFIRMED)
        if fact.what == consent.name and _meets(fact, channel)
    ]
    doubled = getattr(consent, "confirm", "single") == "double"
    yeses, waiting = _confirmed(given, confirmed) if doubled else (given, [])
    return Answers(
        yeses=tuple(yeses),
        unconfirmed=tuple(waiting),
        noes=tuple(_noes(history, consent, channel)),
    )


def _meets(fact: Fact, channel: str) -> bool:
    return not fact.channel or not channel or fact.channel == channel


def _by_wording(fact: Fact, consent: Consent | Cookie) -> bool:
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


def _confirmed(given: list[Fact], confirmed: list[Fact]) -> tuple[list[Fact], list[Fact]]:
    yeses, waiting = [], []
    for fact in given:
        after = [c for c in confirmed if c.occurred_at >= fact.occurred_at]
        if after and after[0].person == fact.person:
            yeses.append(after[0])
        else:
            waiting.append(fact)
    return yeses, waiting


def refusals(history: History) -> list[Fact]:
    """Return every no to a consent or channel, those that outlived an erasure among them."""
    buried = [f for f in history.of(Kind.TOMBSTONE) if _REFUSED & set(f.marks)]
    return [*history.of(Kind.CONSENT_REFUSED, Kind.CONSENT_WITHDRAWN), *buried]


def _noes(history: History, consent: Consent | Cookie, channel: str) -> Iterator[Fact]:
    for fact in refusals(history):
        named = fact.what == consent.name
        on_channel = bool(channel) and not fact.what and fact.channel == channel
        # `stop everything`: neither a consent nor a channel named, no cookie choice is meant.
        everything = not fact.what and not fact.channel and isinstance(consent, Consent)
        if (named and _meets(fact, channel)) or on_channel or everything:
            yield fact


def fold_consents(history: History, policy: Policy, clock: Clock) -> Iterator[tuple[str, Interval]]:
    """Yield the intervals of every consent that the person answered."""
    answered = {f.what for f in history.of(Kind.CONSENT_GIVEN, Kind.CONSENT_CONFIRMED)}
    if not answered and not refusals(history):
        return
    for consent in policy.consents.values():
        for channel in getattr(consent, "channel", ()) or ("",):
            yield from _fold_consent(history, consent, channel, clock)


def _fold_consent(
    history: History, consent: Consent | Cookie, channel: str, clock: Clock
) -> Iterator[tuple[str, Interval]]:
    found = answers(history, consent, channel)
    name = consent_name(consent.name, channel)
    yes = standing_yes(history, found.yeses, found.noes)
    if yes is not None:
        yield name, (yes.occurred_at, _expires(history, consent, yes, clock), yes.id)
        return
    no = standing_no(history, found.noes, found.yeses)
    if no is not None:
        yield f"no.{name}", starts(no.occurred_at, no.id)
    waiting = standing_yes(history, found.unconfirmed, found.noes)
    if waiting is not None:
        yield f"unconfirmed.{name}", starts(waiting.occurred_at, waiting.id)


def _expires(history: History, consent: Consent | Cookie, yes: Fact, clock: Clock) -> int:
    period = consent.period
    if period is None:
        return OPEN
    if not isinstance(period, After):
        held = interval_of(history, period, clock)
        return held[1] if held is not None else yes.occurred_at
    begun = yes.occurred_at
    if period.anchor.event == INTERACTION:
        held = interval_of(history, period, clock)
        # Giving the consent is itself the first contact that keeps it current.
        given = clock.plus(begun, period.duration)
        met = held[1] if held is not None and held[2] else given
        return max(given, met)
    return clock.rounded(clock.plus(begun, period.duration), period.rounding)


def fold_marketing(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield the refusals and objections that stop marketing, by activity and channel."""
    objections = [*history.of(Kind.OBJECTED), *_buried(history, Kind.OBJECTED)]
    if not objections and not refusals(history):
        return
    for activity, channel in marketing_pairs(policy):
        tail = f"{activity}.{channel}" if channel else activity
        yeses = list(_yeses(history, policy, activity, channel))
        against = [f for f in objections if _objects_to(policy, f, activity, channel)]
        objection = standing_no(history, against, yeses)
        if objection is not None:
            yield f"objected.{tail}", starts(objection.occurred_at, objection.id)
        refusal = _refusal(history, policy, activity, channel, yeses)
        if refusal is not None:
            yield f"refused.{tail}", starts(refusal.occurred_at, refusal.id)


def _buried(history: History, kind: Kind) -> Iterator[Fact]:
    return (f for f in history.of(Kind.TOMBSTONE) if kind.value in f.marks)


def _yeses(history: History, policy: Policy, activity: str, channel: str) -> Iterator[Fact]:
    for variant in policy.activities[activity]:
        for name in consents_for(policy, variant, channel):
            yield from answers(history, policy.consents[name], channel).yeses


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
    return not fact.what or _is_marketing_consent(policy, fact.what)


def _is_marketing_consent(policy: Policy, name: str) -> bool:
    if not isinstance(policy.consents.get(name), Consent):
        return False
    return any(
        is_direct_marketing(variant) and name in consents_for(policy, variant, "")
        for variants in policy.activities.values()
        for variant in variants
    )


def fold_objections(history: History, policy: Policy) -> Iterator[tuple[str, Interval]]:
    """Yield the objections to activities that are no marketing, until each is decided."""
    decided = {f.about: f for f in history.of(Kind.OBJECTION_DECIDED)}
    for fact in history.of(Kind.OBJECTED):
        decision = decided.get(fact.id)
        ended = decision is not None and OVERRULED in decision.marks
        until = decision.occurred_at if decision is not None and ended else OPEN
        for name in _objected_activities(policy, fact):
            yield f"objected.{name}", (fact.occurred_at, until, fact.id)


def _objected_activities(policy: Policy, fact: Fact) -> Iterator[str]:
    for name, variants in policy.activities.items():
        if any(is_marketing(v) for v in variants):
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
