"""What a person answered to each consent and category of cookies; the no is never lost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.policy.compile import Policy, consents_for, is_direct_marketing
from placket.policy.period import After
from placket.policy.rules import Activity, Consent, Cookie, as_dict
from placket.standing.clocks import Clock, anchored, interval_of
from placket.standing.history import History, in_time
from placket.standing.standing import Interval, consent_name, starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

IMPORTED: Final = "imported"
WORDING: Final = "wording:"
KEEP: Final = "keep:"
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
    stand = [no for no in noes if not any(lifts(history, yes, no) for yes in given)]
    return max(stand, key=in_time) if stand else None


def _refusals(history: History) -> list[Fact]:
    buried = [f for f in history.of(Kind.TOMBSTONE) if not _REFUSED.isdisjoint(f.marks)]
    return [*history.of(Kind.CONSENT_REFUSED), *history.of(Kind.CONSENT_WITHDRAWN), *buried]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """A consent or category of cookies, and what counts as its answer, worked out once.

    states: each channel on which it is asked, empty when it names none, with the state of a
    yes there. is_messages: all that it covers is marketing that is sent on some channel.
    """

    rule: Consent | Cookie
    states: tuple[tuple[str, str], ...]
    wordings: frozenset[str]
    accepts_imported: bool
    is_confirmed: bool
    is_messages: bool

    def accepts(self, yes: Fact) -> bool:
        """Say whether a yes counts: by published wordings alone, or imported if accepted."""
        return yes.route not in ONLY_REFUSING and self._is_answered_by(yes.marks)

    @lru_cache(maxsize=1_000)  # noqa: B019 - of the few policies in use
    def _is_answered_by(self, marks: tuple[str, ...]) -> bool:
        if IMPORTED in marks:
            return self.accepts_imported
        said = {mark.removeprefix(WORDING) for mark in marks if mark.startswith(WORDING)}
        return not self.wordings or (bool(said) and said <= self.wordings)

    def hears(self, no: Fact, channel: str) -> bool:
        """Say whether a no refuses this consent on `channel`."""
        # A no that spares a topic is told by each activity that it does not spare.
        if self.is_messages and _spares(no):
            return False
        if no.what:
            return no.what == self.rule.name and meets(no, channel)
        if no.channel:
            return no.channel == channel
        # `stop everything`: neither a consent nor a channel named, no cookie choice is meant.
        return isinstance(self.rule, Consent)


def asked_under(policy: Policy) -> Mapping[str, Asked]:
    """Return all that may be consented to under `policy`, by name."""
    return {name: _asked(policy, rule) for name, rule in policy.consents.items()}


def _asked(policy: Policy, rule: Consent | Cookie) -> Asked:
    channels = getattr(rule, "channel", ()) or ("",)
    asked = as_dict(getattr(rule, "asked", ())).get("wording")
    equal = getattr(rule, "wordings", ())
    return Asked(
        rule=rule,
        states=tuple((channel, consent_name(rule.name, channel)) for channel in channels),
        wordings=frozenset((*equal, *((str(asked),) if asked else ()))),
        accepts_imported=IMPORTED in getattr(rule, "accept", ()),
        is_confirmed=getattr(rule, "confirm", "single") == "double",
        is_messages=_only_messages(policy, rule),
    )


def covered(policy: Policy, name: str) -> list[Activity]:
    """Return the rules of the activities that the consent covers on some channel."""
    return [
        variant
        for variants in policy.activities.values()
        for variant in variants
        if name in consents_for(policy, variant, "")
    ]


def _only_messages(policy: Policy, rule: Consent | Cookie) -> bool:
    if not isinstance(rule, Consent):
        return False  # no message is refused by a no to cookies: it is told here or nowhere
    rules = covered(policy, rule.name)
    return bool(rules) and all(is_direct_marketing(v) and v.channel for v in rules)


def meets(fact: Fact, channel: str) -> bool:
    """Say whether what was said on the fact's channel concerns `channel`."""
    return not fact.channel or not channel or fact.channel == channel


def _spares(no: Fact) -> bool:
    return bool(no.topic) or any(mark.startswith(KEEP) for mark in no.marks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """The facts that answer one consent on one channel.

    given: each yes that counts with the fact from which on it does, itself or its confirmation.
    yeses: these latter facts.
    """

    given: list[tuple[Fact, Fact]]
    yeses: list[Fact]
    unconfirmed: list[Fact]
    noes: list[Fact]


class Answering:
    """What one person answered, each consent and channel looked at once.

    refusals: every no to a consent or channel, those that outlived an erasure among them.
    """

    def __init__(self, history: History, asked: Mapping[str, Asked]) -> None:
        self.history = history
        self.asked = asked
        self.refusals = _refusals(history)
        # Whoever had the identifiers before an erasure is another person.
        since = history.erased_at
        given = [fact for fact in history.of(Kind.CONSENT_GIVEN) if fact.occurred_at > since]
        self._yeses = _by_what(given)
        self._noes = _by_what(self.refusals)
        self._found: dict[tuple[str, str], Answers] = {}

    def speaks_of(self, name: str) -> bool:
        """Say whether some answer may be to the consent `name`."""
        return name in self._yeses or name in self._noes or "" in self._noes

    def to(self, name: str, channel: str) -> Answers:
        """Return what the person answered to the consent `name` on `channel`.

        A yes counts by a wording that the rule publishes, an imported one only where accepted,
        and by no way that only refuses; with double confirmation from the confirming on. A no
        always counts.
        """
        found = self._found.get((name, channel))
        if found is None:
            found = self._found[name, channel] = self._answers(name, channel)
        return found

    def _answers(self, name: str, channel: str) -> Answers:
        asked = self.asked[name]
        since = [
            (yes, self._confirmation(yes, channel) if asked.is_confirmed else yes)
            for yes in self._yeses.get(name, ())
            if meets(yes, channel) and asked.accepts(yes)
        ]
        noes = (*self._noes.get(name, ()), *self._noes.get("", ()))
        given = [(yes, fact) for yes, fact in since if fact is not None]
        return Answers(
            given=given,
            yeses=[fact for _, fact in given],
            unconfirmed=[yes for yes, fact in since if fact is None],
            noes=[no for no in noes if asked.hears(no, channel)],
        )

    def _confirmation(self, yes: Fact, channel: str) -> Fact | None:
        later = (
            fact
            for fact in self.history.of(Kind.CONSENT_CONFIRMED)
            if fact.what == yes.what
            and fact.person == yes.person
            and fact.route not in ONLY_REFUSING
            and meets(fact, channel)
            and fact.occurred_at >= yes.occurred_at
        )
        return next(later, None)


def _by_what(facts: Iterable[Fact]) -> Mapping[str, list[Fact]]:
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        found.setdefault(fact.what, []).append(fact)
    return found


def fold_consents(answering: Answering, clock: Clock) -> Iterator[tuple[str, Interval]]:
    """Yield the intervals of every consent that the person answered."""
    for name, asked in answering.asked.items():
        if not answering.speaks_of(name):
            continue
        for channel, state in asked.states:
            found = answering.to(name, channel)
            if found.given or found.noes or found.unconfirmed:
                yield from _states(answering.history, asked.rule, found, state, clock)


def _states(
    history: History, rule: Consent | Cookie, found: Answers, state: str, clock: Clock
) -> Iterator[tuple[str, Interval]]:
    yeses = found.yeses
    no, yes = standing_no(history, found.noes, yeses), None
    if no is not None:
        yield f"no.{state}", starts(no.occurred_at, no.id)
    elif yeses:
        yes = max(yeses, key=in_time)
        yield state, (yes.occurred_at, expires(history, rule, yes, clock), yes.id)
    waiting = max(found.unconfirmed, key=in_time, default=None)
    if waiting is not None and (yes is None or waiting.occurred_at > yes.occurred_at):
        yield f"unconfirmed.{state}", starts(waiting.occurred_at, waiting.id)


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
