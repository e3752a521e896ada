"""Decide one act for one person: every reason, deny unless permitted, pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from placket.decide.condition import (
    FALSE,
    TRUE,
    Holds,
    all_of,
    any_of,
    none_of,
)
from placket.decide.generated import Denied, denied_by
from placket.decide.question import DENY, PERMIT, Decision, Question, Reason
from placket.decide.steps.asking import Asking, Step
from placket.decide.steps.basis import channel_yeses, needed_consents
from placket.decide.steps.table import steps_of
from placket.decide.telling import Telling, resting_on
from placket.policy import vocabulary
from placket.policy.compile import Policy, uses_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.rules import Activity
    from placket.standing.standing import Standing

_ASKED_TOGETHER: Final = 4096
"""Distinct questions kept compiled: activities times channels, recipients and roles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What a permission rests on if `state` holds or is empty, in `places` or, if none, in all."""

    reason: Reason
    state: str
    places: tuple[str, ...]

    def ground(self, standing: Standing, at: int) -> Reason | None:
        """Return the reason if a permission for the person rests on it."""
        if self.places and not any(standing.holds(place, at) for place in self.places):
            return None
        if not self.state:
            return self.reason
        interval = standing.dense.get(self.state) or standing.sparse.get(self.state)
        if interval is None or not interval[0] <= at < interval[1]:
            return None
        return resting_on(self.reason, interval[2])


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class Prepared:
    """A question compiled under a policy: asked of any number of persons.

    steps: all that could deny, merged over the places; supports: what a permission rests on;
    asked: all data in question.
    """

    policy: Policy
    question: Question
    steps: tuple[Step, ...]
    supports: tuple[Support, ...]
    asked: tuple[str, ...]

    @cached_property
    def denied(self) -> Denied:
        """Return what tells the numbers of the steps that deny; who only prints needs none."""
        places = tuple(f"in.{place.name}" for place in self.policy.places)
        return denied_by(tuple(step.denies for step in self.steps), places)

    def decide(self, standing: Standing, at: int) -> Decision:
        """Return the decision for the person of `standing` at `at`, microseconds UTC."""
        denied = self.denied(standing.dense, standing.sparse, at)
        if denied:
            return self._partly([self.steps[number] for number in denied], standing, at)
        return Decision(
            outcome=PERMIT,
            activity=self.question.activity,
            at=at,
            data=self.asked,
            because=self._grounds(standing, at),
        )

    def _partly(self, denied: list[Step], standing: Standing, at: int) -> Decision:
        because = tuple([step.told.reason(standing, at) for step in denied if step.told])
        lost = {datum for step in denied for datum in step.data}
        kept_back = {datum for step in denied if step.is_said for datum in step.data}
        withheld = tuple([datum for datum in self.asked if datum in kept_back])
        if [step for step in denied if step.is_vital]:
            return Decision(
                outcome=DENY,
                activity=self.question.activity,
                at=at,
                withheld=withheld,
                because=because,
            )
        return Decision(
            outcome=PERMIT,
            activity=self.question.activity,
            at=at,
            data=tuple([datum for datum in self.asked if datum not in lost]),
            withheld=withheld,
            because=(*self._grounds(standing, at), *because),
        )

    def _grounds(self, standing: Standing, at: int) -> tuple[Reason, ...]:
        found = [support.ground(standing, at) for support in self.supports]
        return tuple([reason for reason in found if reason is not None])


def _told(policy: Policy, step: Step) -> Step:
    """Return the step with the reason that it gives, if it gives one."""
    if not step.is_said:
        return step
    plain = Reason(
        code=step.code,
        clause=step.clause,
        text=text_of(policy, step.clause),
        changes_when=step.changes_when,
        data=step.data,
    )
    telling = Telling(
        by_place=tuple(
            (f"in.{place}", msgspec.structs.replace(plain, law=law))
            for place, law in step.laws
            if law
        ),
        elsewhere=plain,
        names=step.names,
        clocks=tuple((state, clause, text_of(policy, clause)) for state, clause in step.clocks),
    )
    return replace(step, told=telling)


@lru_cache(maxsize=4096)
def text_of(policy: Policy, clause: str) -> str:
    """Return the prose of a clause in one line, empty when there is no such clause."""
    found = policy.clauses.get(clause)
    return " ".join((found.prose or found.title).split()) if found is not None else ""


def decide(policy: Policy, standing: Standing | None, question: Question, at: int) -> Decision:
    """Say whether the act in `question` is lawful for one data subject, and why.

    Pure: the caller reads the ledger and the clock. standing: None when the person is unknown
    to the ledger. at: microseconds UTC; an interval's end is exclusive. A prohibition outranks
    every permission; what no clause permits is denied. All reasons are gathered.
    """
    if question.activity not in policy.activities:
        return _refused(question, at, "declared.activity", "a clause names this activity")
    if standing is None:
        return _refused(question, at, "subject.unknown", "the person is known to the ledger")
    return prepare(policy, question).decide(standing, at)


def _refused(question: Question, at: int, code: str, changes: str) -> Decision:
    return Decision(
        outcome=DENY,
        activity=question.activity,
        at=at,
        withheld=question.data,
        because=(Reason(code=code, changes_when=changes),),
    )


@lru_cache(maxsize=_ASKED_TOGETHER)
def prepare(policy: Policy, question: Question) -> Prepared:
    """Return the question compiled: the table's steps for every place the policy knows.

    The activity is one of the policy's.
    """
    variants = policy.activities[question.activity]
    channel = question.channel or _only_channel(variants)
    asked = vocabulary.members(question.data) or _all_uses(variants)
    found, supports = _steps(policy, question, channel, asked)
    steps = tuple(_told(policy, step) for step in found)
    return Prepared(
        policy=policy,
        question=question,
        steps=steps,
        supports=supports,
        asked=asked,
    )


def _only_channel(variants: tuple[Activity, ...]) -> str:
    channels = {channel for variant in variants for channel in variant.channel}
    return channels.pop() if len(channels) == 1 else ""


def _all_uses(variants: tuple[Activity, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(datum for variant in variants for datum in uses_of(variant)))


def _required(activity: Activity, channel: str) -> tuple[str, ...]:
    """Return what the activity cannot do without.

    Named by `requires`; else the address by which the channel reaches the person; else all
    that the activity `uses`.
    """
    named = vocabulary.members(activity.requires)
    uses = uses_of(activity)
    address = tuple(d for d in vocabulary.ADDRESSED_BY.get(channel, ()) if d in uses)
    return named or address[:1] or vocabulary.members(activity.uses)


def _steps(
    policy: Policy, question: Question, channel: str, asked: tuple[str, ...]
) -> tuple[tuple[Step, ...], tuple[Support, ...]]:
    by_place: list[tuple[Step, ...]] = []
    supports: dict[tuple[str, str, str], list[str]] = {}
    for place in policy.places:
        activity = policy.variant(question.activity, place)
        if activity is None:
            denied = Step(
                code="declared.region",
                denies=TRUE,
                changes_when="a clause names this activity for the person's region",
            )
            by_place.append((denied,))
            continue
        asking = Asking(
            policy=policy,
            place=place,
            law=policy.laws[place.pack],
            activity=activity,
            question=question,
            channel=channel,
            data=vocabulary.members(question.data) or uses_of(activity),
        )
        by_place.append((*_weighed(asking), *_unused(asking, asked)))
        for support in dict.fromkeys(_supports(asking)):
            supports.setdefault(support, []).append(place.name)
    found = (
        Support(
            reason=Reason(code=code, clause=clause, text=text_of(policy, clause)),
            state=state,
            # Who is permitted is in one of the policy's places: what all have need not be asked.
            places=tuple(f"in.{p}" for p in places) if len(places) < len(policy.places) else (),
        )
        # The activity's own clause is told first, also where another region shares the yes.
        for (code, clause, state), places in sorted(supports.items(), key=lambda s: bool(s[0][2]))
    )
    return (_nowhere(policy), *_merged(policy, by_place)), tuple(found)


def _weighed(asking: Asking) -> tuple[Step, ...]:
    """Return the steps of one place, each told whether the act can do without its data."""
    named = vocabulary.members(asking.question.data)
    must = frozenset(named or _required(asking.activity, asking.channel))
    return tuple(
        replace(step, is_vital=False) if step.data and must.isdisjoint(step.data) else step
        for step in steps_of(asking)
    )


def _unused(asking: Asking, asked: tuple[str, ...]) -> Iterator[Step]:
    """Leave out, without a word, what other regions use and nobody asked for by name."""
    unused = tuple(datum for datum in asked if datum not in asking.data)
    if unused:
        step = asking.step("declared.data", TRUE, "", data=unused)
        yield replace(step, is_vital=False, is_said=False)


def _nowhere(policy: Policy) -> Step:
    return Step(
        code="declared.country",
        denies=none_of(*(f"in.{place.name}" for place in policy.places)),
        changes_when="a clause names the person's country",
    )


def _merged(policy: Policy, by_place: list[tuple[Step, ...]]) -> Iterator[Step]:
    """Yield each step once, bound to the places that have it unless all of them do.

    Where places differ in nothing but the law they name, it is one step that knows each law.
    """
    places_of: dict[Step, dict[str, str]] = {}
    for place, steps in zip(policy.places, by_place, strict=True):
        for step in steps:
            if step.denies != FALSE:
                laws = places_of.setdefault(replace(step, law="") if step.law else step, {})
                laws[place.name] = step.law
    for step, laws in places_of.items():
        here = any_of(*(Holds(f"in.{name}") for name in laws))
        bound = step.denies if len(laws) == len(policy.places) else all_of(here, step.denies)
        yield replace(step, denies=bound, laws=tuple(laws.items()))


def _supports(asking: Asking) -> Iterator[tuple[str, str, str]]:
    """Yield code, clause and state of what a permission rests on, the activity's clause first."""
    activity = asking.activity
    yield f"permitted.{activity.basis}", activity.clause, ""
    needed = needed_consents(asking) if activity.basis == "consent" else ()
    for name in (*(name for group in needed for name in group), *channel_yeses(asking)):
        consent = asking.policy.consents[name.split(".")[1]]
        yield "permitted.consent_given", consent.clause, name
    for relation in activity.relation:
        yield "permitted.relation", activity.clause, f"had.{relation}"
    if activity.soft_opt_in and asking.channel:
        yield "permitted.soft_opt_in", activity.clause, f"soft.{asking.channel}"


def permits(prepared: Prepared) -> tuple[Step, ...]:
    """Return the steps any of which denies the whole act: the contrary of their union permits."""
    return tuple(step for step in prepared.steps if step.is_vital)
