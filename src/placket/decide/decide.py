"""Decide one act for one person: every reason, deny unless permitted, pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from placket.decide.condition import (
    FALSE,
    TRUE,
    Check,
    Holds,
    all_of,
    any_of,
    compiled,
    needs_sparse,
    none_of,
)
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
    """What a permission rests on in `places`, states themselves, if `state` holds or is empty."""

    reason: Reason
    state: str
    places: tuple[str, ...]

    def bears(self, standing: Standing, at: int) -> bool:
        """Say whether a permission for the person rests on it."""
        if self.state and not standing.holds(self.state, at):
            return False
        return any(standing.holds(place, at) for place in self.places)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A question compiled under a policy: asked of any number of persons.

    steps: all that could deny, merged over the places; supports: what a permission rests on;
    asked: all data in question. dense, sparse: the steps that need no sparse state, or do,
    each with what tests it. here: the state of each place and its name.
    """

    policy: Policy
    question: Question
    steps: tuple[Step, ...]
    dense: tuple[tuple[Check, Step], ...]
    sparse: tuple[tuple[Check, Step], ...]
    here: tuple[tuple[str, str], ...]
    supports: tuple[Support, ...]
    asked: tuple[str, ...]

    def decide(self, standing: Standing, at: int) -> Decision:
        """Return the decision for the person of `standing` at `at`, microseconds UTC."""
        dense, sparse = standing.dense, standing.sparse
        denied = [step for check, step in self.dense if check(dense, sparse, at)]
        if sparse:
            denied += [step for check, step in self.sparse if check(dense, sparse, at)]
        if not denied:
            return Decision(
                outcome=PERMIT,
                activity=self.question.activity,
                at=at,
                data=self.asked,
                because=tuple(self._grounds(standing, at)),
            )
        return self._partly(denied, standing, at)

    def _partly(self, denied: list[Step], standing: Standing, at: int) -> Decision:
        here = [place for state, place in self.here if standing.holds(state, at)]
        because = tuple([step.told.reason(standing, here, at) for step in denied if step.told])
        lost = {datum for step in denied for datum in step.data}
        withheld = tuple([datum for datum in self.asked if datum in lost])
        if any(step.is_vital for step in denied):
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

    def _grounds(self, standing: Standing, at: int) -> Iterator[Reason]:
        for support in self.supports:
            if support.bears(standing, at):
                interval = standing.get(support.state) if support.state else None
                yield resting_on(support.reason, interval[2] if interval is not None else "")


def _told(policy: Policy, step: Step) -> Step:
    """Return the step with the reason that it gives."""
    plain = Reason(
        code=step.code,
        clause=step.clause,
        text=text_of(policy, step.clause),
        changes_when=step.changes_when,
        data=step.data,
    )
    telling = Telling(
        by_place={place: msgspec.structs.replace(plain, law=law) for place, law in step.laws},
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
    checked = [(compiled(step.denies), step) for step in steps]
    return Prepared(
        policy=policy,
        question=question,
        steps=steps,
        dense=tuple(pair for pair in checked if not needs_sparse(pair[1].denies)),
        sparse=tuple(pair for pair in checked if needs_sparse(pair[1].denies)),
        here=tuple((f"in.{place.name}", place.name) for place in policy.places),
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
            data=asked,
        )
        by_place.append(_weighed(asking))
        for support in dict.fromkeys(_supports(asking)):
            supports.setdefault(support, []).append(place.name)
    found = (
        Support(
            reason=Reason(code=code, clause=clause, text=text_of(policy, clause)),
            state=state,
            places=tuple(f"in.{place}" for place in places),
        )
        for (code, clause, state), places in supports.items()
    )
    return (_nowhere(policy), *_merged(policy, by_place)), tuple(found)


def _weighed(asking: Asking) -> tuple[Step, ...]:
    """Return the steps of one place, each told whether the act can do without its data."""
    named = vocabulary.members(asking.question.data)
    must = frozenset(named or _required(asking.activity, asking.channel))
    return tuple(
        replace(step, is_vital=not step.data or not must.isdisjoint(step.data))
        for step in steps_of(asking)
    )


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
                laws = places_of.setdefault(replace(step, law=""), {})
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
