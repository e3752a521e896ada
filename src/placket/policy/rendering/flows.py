"""Where data come from, where they go and how long they stay, read off the rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from placket.policy import vocabulary
from placket.policy.compile import holds_in, retains_for, uses_of
from placket.policy.rules import Activity, Capture, Datum, Recipient, Role, Rule, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.policy.compile import Policy
    from placket.policy.rules import Retain

UNSTATED: Final = "none_stated"
_SAME: Final = {"another_person": "other_person", "staff": "controller_added"}
"""Words of the language beside the vocabulary's own for the same source."""


def variants(policy: Policy) -> Iterator[Activity]:
    """Yield every rule of every activity, in order of the text."""
    for found in policy.activities.values():
        yield from found


def recipients_of(policy: Policy, activity: Activity) -> tuple[str, ...]:
    """Return who receives data in the activity: whom it names, and who is named for it."""
    named = dict.fromkeys((*activity.recipients, *shared_with(activity)))
    for rule in policy.rules(Recipient):
        if activity.name in activities_for(rule) and meet(rule, activity):
            named |= dict.fromkeys(rule.name)
    return tuple(named)


def shared_with(activity: Activity) -> tuple[str, ...]:
    """Return to whom the activity hands data on, by its key `shares`."""
    to = as_dict(activity.shares).get("to", ())
    return (to,) if isinstance(to, str) else tuple(to)


def activities_for(rule: Recipient) -> tuple[str, ...]:
    """Return the activities that a recipient's rule names, in whatever role."""
    by_role = as_dict(rule.role).values()
    return (*rule.activities, *(name for names in by_role for name in names))


def unbound(policy: Policy) -> tuple[Recipient, ...]:
    """Return the rules of recipients whom no activity names."""
    bound = {name for variant in variants(policy) for name in recipients_of(policy, variant)}
    return tuple(rule for rule in policy.rules(Recipient) if bound.isdisjoint(rule.name))


def meet(one: Rule, other: Rule) -> bool:
    """Say whether two rules hold in some region both."""
    return not one.regions or not other.regions or not set(one.regions).isdisjoint(other.regions)


def rules_on(policy: Policy, name: str, activity: Activity) -> tuple[Recipient, ...]:
    """Return the rules on a recipient that hold where the activity does."""
    return tuple(r for r in policy.rules(Recipient) if name in r.name and meet(r, activity))


@lru_cache(maxsize=8)
def sources(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Return each datum of the policy with the sources that its rules name for it."""
    found: dict[str, dict[str, None]] = {datum: {} for datum in policy.data}
    for datum, source in _said(policy):
        found.setdefault(datum, {}).setdefault(_SAME.get(source, source), None)
    return {datum: tuple(named) or (UNSTATED,) for datum, named in found.items()}


def _said(policy: Policy) -> Iterator[tuple[str, str]]:
    for rule in policy.rules(Datum):
        if rule.source:
            yield from ((datum, rule.source) for datum in vocabulary.members(rule.what))
    for capture in policy.rules(Capture):
        source = capture.source or "data_subject"
        taken = (*capture.takes, *as_dict(capture.fields))
        yield from ((datum, source) for datum in vocabulary.members(taken))
    for role in policy.rules(Role):
        for source, data in as_dict(role.sources).items():
            yield from ((datum, _source(source)) for datum in _listed(data))


def _source(word: str) -> str:
    return word if word in vocabulary.terms("source") else _SAME.get(word, "controller_added")


def _listed(data: Any) -> Iterable[str]:
    return (data,) if isinstance(data, str) else tuple(data)


def kept_for(policy: Policy, activity: Activity) -> tuple[tuple[Retain, tuple[str, ...]], ...]:
    """Return each rule on how long the activity's data stay, with the data it is for."""
    places = [place for place in policy.places if holds_in(activity, place)]
    found: dict[Retain, dict[str, None]] = {}
    for datum in uses_of(activity):
        for place in places:
            for rule in retains_for(policy, datum, place):
                found.setdefault(rule, {}).setdefault(datum, None)
    return tuple((rule, tuple(data)) for rule, data in found.items())
