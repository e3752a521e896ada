"""The rows of the table on single data, for the plain model: what became of each datum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from placket.facts import Fact, Kind
from placket.law.grounds import Ground, Prohibition
from placket.policy import vocabulary
from placket.policy.compile import (
    Policy,
    consents_for,
    holds_in,
    is_marketing,
    uses_of,
)
from placket.policy.rules import (
    Activity,
    Capture,
    Consent,
    Datum,
    Retain,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from placket.decide.question import Question
    from placket.law.rules import Law
    from placket.policy.compile import Place

    Connected = Callable[[str, str], int | None]
    Private = Mapping[str, Mapping[str, object]]

from tests.property.person import Person, channels_of

NOBODY = frozenset[str]()


class Denial(NamedTuple):
    """A row's no: its code, and the data it concerns; none means the whole act."""

    code: str
    data: frozenset[str] = NOBODY


def asked_data(policy: Policy, question: Question) -> tuple[str, ...]:
    """Return the data in question: those named, else all that some rule of the activity uses."""
    if question.data:
        return vocabulary.members(question.data)
    rules = policy.activities[question.activity]
    return tuple(dict.fromkeys(datum for rule in rules for datum in uses_of(rule)))


@dataclass(frozen=True)
class Asked:
    """A question about one person in one place: what every row looks at."""

    person: Person
    question: Question
    place: Place
    activity: Activity
    channel: str

    @property
    def policy(self) -> Policy:
        return self.person.policy

    @property
    def law(self) -> Law:
        return self.policy.laws[self.place.pack]

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """The data in question here: those named, else all that the rule of this place uses."""
        return vocabulary.members(self.question.data) or uses_of(self.activity)

    @cached_property
    def must(self) -> frozenset[str]:
        """What the act cannot do without."""
        if self.question.data:
            return frozenset(self.asked)
        uses = uses_of(self.activity)
        address = [d for d in vocabulary.ADDRESSED_BY.get(self.channel, ()) if d in uses][:1]
        named = vocabulary.members(self.activity.requires)
        return frozenset(named or address or vocabulary.members(self.activity.uses))

    @cached_property
    def ground(self) -> Ground:
        if self.activity.ground:
            return Ground(self.activity.ground)
        if is_marketing(self.activity):
            return Ground.NONE
        if "legal_claims" in self.activity.purpose:
            return Ground.CLAIMS
        by_basis = {
            "contract": Ground.CONTRACT,
            "legal_obligation": Ground.DUTY,
            "vital_interest": Ground.VITAL_INTEREST,
        }
        return by_basis.get(self.activity.basis, Ground.NONE)

    def passes(self, prohibition: Prohibition) -> bool:
        return self.law.lets_pass(prohibition, self.ground)

    def denying(self, code: str, data: Iterable[str]) -> Iterator[Denial]:
        found = frozenset(data)
        if found:
            yield Denial(code, found)

    def named(self, data: tuple[str, ...]) -> tuple[str, ...]:
        everything = {"all", "all_held"} & set(data)
        return self.policy.data if everything else vocabulary.members(data)

    def collected(self, datum: str, *, after: int) -> list[Fact]:
        facts = self.person.of(Kind.DATA_COLLECTED)
        return [f for f in facts if f.occurred_at > after and datum in self.named(f.data)]

    @property
    def variants(self) -> tuple[Activity, ...]:
        return self.policy.activities[self.activity.name]

    def has_marketing_consent(self) -> bool:
        return any(
            "given" in self.states(name)
            for name in self.covering(self.activity, self.place)
            if isinstance(self.policy.consents[name], Consent)
        )

    def covering(self, rule: Activity, place: Place) -> list[str]:
        """Return the consents that cover the rule on this channel and are asked in the place."""
        consents = self.policy.consents
        named = consents_for(self.policy, rule, self.channel)
        return [name for name in named if holds_in(consents[name], place)]

    def states(self, name: str) -> list[str]:
        """Return the consent's state: for an act on no channel, on each that it is asked for."""
        channels = channels_of(self.policy.consents[name])
        asked = (self.channel,) if self.channel in channels else channels
        return [self.person.consent_state(name, channel) for channel in asked]


@dataclass(frozen=True)
class Held(Asked):
    """The rows on single data."""

    def erasures(self, datum: str) -> list[Fact]:
        """Return the erasures of the datum since which it was not collected anew.

        Of one request the newest alone: what waited is told again when it goes.
        """
        facts = [f for f in self.person.of(Kind.DATA_ERASED) if datum in self.named(f.data)]
        live = [f for f in facts if not self.collected(datum, after=f.occurred_at)]
        later = {
            f.id
            for f in live
            for other in live
            if f.thing
            and other.thing == f.thing
            and (other.occurred_at, other.id) > (f.occurred_at, f.id)
        }
        return [f for f in live if f.id not in later]

    def kept(self, erasure: Fact, datum: str) -> set[str]:
        """Return the grounds on which the erasure left the datum, today."""
        grounds = set()
        for mark in erasure.marks:
            if mark.startswith("kept:"):
                _, named, ground, until = mark.split(":")
                lasts = not until or self.person.at < int(until)
                if lasts and datum in self.named((named,)):
                    grounds.add(ground)
        return grounds

    def erased_and_locked(self) -> Iterator[Denial]:
        for datum in self.asked:
            erasures = self.erasures(datum)
            if not erasures:
                continue
            grounds = set.intersection(*(self.kept(erasure, datum) for erasure in erasures))
            if not grounds:
                yield Denial("erased", frozenset({datum}))
            elif self.ground not in grounds and not self.passes(Prohibition.LOCK):
                yield Denial("lock.kept_after_erasure", frozenset({datum}))

    def held_since(self, datum: str) -> list[Fact]:
        """Return the collections from which the datum now held comes."""
        facts = [f for f in self.person.of(Kind.DATA_ERASED) if datum in self.named(f.data)]
        last = max((f.occurred_at for f in facts), default=-(2**63))
        return self.collected(datum, after=last) or self.collected(datum, after=-(2**63))

    def is_unproven(self, fact: Fact, datum: str) -> bool:
        guarded = any(
            datum in vocabulary.members(rule.what)
            for rule in self.policy.rules(Datum)
            if rule.needs_permission
        )
        if guarded:
            return "permission" not in fact.marks
        told = {"permission", "notice"} & set(fact.marks)
        return "source:third_party" in fact.marks and not told

    def role_of(self, fact: Fact) -> Role | None:
        roles = [r for r in self.policy.rules(Role) if r.confined_to]
        return next((r for r in roles if f"role:{r.name}" in fact.marks), None)

    def form_of(self, fact: Fact) -> Capture | None:
        forms = [c for c in self.policy.rules(Capture) if c.purposes_shown]
        return next((c for c in forms if c.name == fact.what), None)

    def came_free(self, datum: str) -> bool:
        return any(
            not (self.is_unproven(f, datum) or self.role_of(f) or self.form_of(f))
            for f in self.held_since(datum)
        )

    def purpose(self) -> Iterator[Denial]:
        for datum in self.asked:
            if self.came_free(datum):
                continue
            facts, one = self.held_since(datum), frozenset({datum})
            if any(self.is_unproven(fact, datum) for fact in facts):
                yield Denial("purpose.unproven_source", one)
            forms = [form for form in map(self.form_of, facts) if form]
            shown = [f for f in forms if set(f.purposes_shown) & set(self.activity.purpose)]
            if forms and not shown and not self.is_admitted(datum):
                yield Denial("purpose.not_shown", one)

    def is_admitted(self, datum: str) -> bool:
        facts = [f for f in self.person.of(Kind.PURPOSE_ADMITTED) if datum in self.named(f.data)]
        return any(fact.what in self.activity.purpose for fact in facts)

    def restricted(self) -> Iterator[Denial]:
        grounds = {self.ground, Ground(self.activity.under_restriction or self.ground)}
        if any(self.law.lets_pass(Prohibition.RESTRICTED, ground) for ground in grounds):
            return
        stand = self.standing_restrictions()
        processing = [r for r in stand if r.activity == self.activity.name]
        if processing and not self.is_released(processing, activity=self.activity.name):
            yield Denial("restricted")
        for datum in self.asked:
            on_datum = [
                r
                for r in stand
                if datum in self.named(r.data) and not self.collected(datum, after=r.occurred_at)
            ]
            if on_datum and not self.is_released(on_datum, datum=datum):
                yield Denial("restricted", frozenset({datum}))

    def standing_restrictions(self) -> list[Fact]:
        lifted = {fact.about for fact in self.person.of(Kind.RESTRICTION_LIFTED)}
        return [fact for fact in self.person.of(Kind.RESTRICTED) if fact.id not in lifted]

    def is_released(self, restrictions: list[Fact], *, datum: str = "", activity: str = "") -> bool:
        """Say whether a yes to this activity, given since, names what is restricted."""
        newest = max(fact.occurred_at for fact in restrictions)
        for name in self.covering(self.activity, self.place):
            if self.is_refused_anywhere(name):
                continue
            for channel in channels_of(self.policy.consents[name]):
                for given, yes in self.person.yes_pairs(name, channel):
                    names = datum in self.named(given.data) if datum else given.activity == activity
                    runs = self.person.at < self.person.expires(name, yes)
                    if names and given.occurred_at > newest and runs:
                        return True
        return False

    def is_refused_anywhere(self, name: str) -> bool:
        person = self.person
        return any(
            person.stands(person.noes(name, channel), person.yeses(name, channel))
            for channel in channels_of(self.policy.consents[name])
        )

    def special(self) -> Iterator[Denial]:
        sensitive = self.sensitive
        if not self.activity.condition:
            yield from self.denying("special.no_condition", sensitive)
        elif self.activity.condition == "a" and not self.has_marketing_consent():
            yield from self.denying("special.no_explicit_consent", sensitive)

    @property
    def sensitive(self) -> frozenset[str]:
        named = {
            datum
            for rule in self.policy.rules(Datum)
            if rule.special
            for datum in vocabulary.members(rule.what)
        }
        return frozenset(named & set(self.asked))

    def retention(self) -> Iterator[Denial]:
        for datum in self.asked:
            rules, one = self.keeping(datum), frozenset({datum})
            if not rules:
                yield Denial("retention.no_period", one)
            elif any(self.person.runs(r.period) for r in rules if self.may_serve(r)) or (
                self.passes(Prohibition.LOCK) and self.is_held()
            ):
                continue
            elif any(self.person.runs(r.period) for r in rules if not self.may_serve(r)):
                yield Denial("lock.statutory", one)
            else:
                yield Denial("retention.ended", one)

    def keeping(self, datum: str) -> list[Retain]:
        """Return what keeps the datum: a rule for all data gives way to one of its own.

        Not so where it keeps on a ground.
        """
        here = [r for r in self.policy.rules(Retain) if holds_in(r, self.place) and not r.at]
        own = [r for r in here if datum in vocabulary.members(r.what)]
        plain = [r for r in own if not r.ground]
        general = [r for r in here if {"all", "all_held"} & set(r.what)]
        return [*own, *(r for r in general if r.ground or not plain)]

    def may_serve(self, rule: Retain) -> bool:
        """Say whether what the rule keeps is kept for this activity too."""
        return self.passes(Prohibition.LOCK) or not rule.ground or rule.ground == self.ground

    def is_held(self) -> bool:
        lifted = {fact.about for fact in self.person.of(Kind.HOLD_LIFTED)}
        return any(fact.id not in lifted for fact in self.person.of(Kind.HOLD_PLACED))
