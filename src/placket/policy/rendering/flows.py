"""Where data come from, where they go and how long they stay, read off the rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from placket.policy import vocabulary
from placket.policy.compile import holds_in, retains_for
from placket.policy.rules import Activity, Capture, Cookie, Datum, Recipient, Role, Rule, as_dict

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


def unbound(policy: Policy) -> Iterator[tuple[Recipient, tuple[str, ...]]]:
    """Yield each rule of recipients of whom no activity names some, with these."""
    bound = {name for variant in variants(policy) for name in recipients_of(policy, variant)}
    for rule in policy.rules(Recipient):
        if names := tuple(name for name in rule.name if name not in bound):
            yield rule, names


def unused(policy: Policy) -> Iterator[tuple[Rule, tuple[str, ...]]]:
    """Yield each rule by which data are collected or held that no activity uses, with these."""
    apart = {*policy.data, *_kept_out(policy)}
    for rule in policy.document.rules():
        named = vocabulary.members(_named(rule))
        if data := tuple(datum for datum in named if datum not in apart):
            yield rule, data


def _kept_out(policy: Policy) -> set[str]:
    """Return the data that never come into our hands, though a rule speaks of them."""
    rules = (rule for rule in policy.rules(Datum) if rule.never or rule.here == "nothing")
    return {datum for rule in rules for datum in vocabulary.members(rule.what)}


def _named(rule: Rule) -> tuple[str, ...]:
    """Return the data that a rule says are taken or held."""
    match rule:
        case Capture():
            return (*rule.takes, *as_dict(rule.fields))
        case Datum():
            return rule.what
        case Cookie():
            return rule.data
        case _:
            return ()


def meet(one: Rule, other: Rule) -> bool:
    """Say whether two rules hold in some region both."""
    return not one.regions or not other.regions or not set(one.regions).isdisjoint(other.regions)


def rules_on(policy: Policy, name: str, rule: Rule) -> tuple[Recipient, ...]:
    """Return the rules on a recipient that hold where `rule` does."""
    return tuple(r for r in policy.rules(Recipient) if name in r.name and meet(r, rule))


@lru_cache(maxsize=8)
def sources(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """Return each datum of the policy with the sources that its rules name for it."""
    idle = (datum for _, data in unused(policy) for datum in data)
    found: dict[str, dict[str, None]] = {datum: {} for datum in (*policy.data, *idle)}
    for datum, source in _said(policy):
        found.setdefault(datum, {}).setdefault(_SAME.get(source, source), None)
    return {datum: tuple(named) or (UNSTATED,) for datum, named in found.items()}


def _said(policy: Policy) -> Iterator[tuple[str, str]]:
    for rule in policy.rules(Datum):
        if rule.source:
            yield from ((datum, rule.source) for datum in vocabulary.members(rule.what))
    for capture in policy.rules(Capture):
        source = capture.source or "data_subject"
        yield from ((datum, source) for datum in vocabulary.members(_named(capture)))
    for role in policy.rules(Role):
        for source, data in as_dict(role.sources).items():
            yield from ((datum, _source(source)) for datum in _listed(data))


def _source(word: str) -> str:
    return word if word in vocabulary.terms("source") else _SAME.get(word, "controller_added")


def _listed(data: Any) -> Iterable[str]:
    return (data,) if isinstance(data, str) else tuple(data)


def kept_for(
    policy: Policy, rule: Rule, data: Iterable[str]
) -> tuple[tuple[Retain, tuple[str, ...]], ...]:
    """Return each rule on how long the data stay where `rule` holds, with the data it is for."""
    places = [place for place in policy.places if holds_in(rule, place)]
    found: dict[Retain, dict[str, None]] = {}
    for datum in data:
        for place in places:
            for retain in retains_for(policy, datum, place):
                found.setdefault(retain, {}).setdefault(datum, None)
    return tuple((retain, tuple(named)) for retain, named in found.items())
