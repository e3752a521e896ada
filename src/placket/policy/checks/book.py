"""A document indexed for the checks, and how a check tells what it found."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, TypeVar

from placket.law.packs import NotInForce, country_sets, expand_countries, load_packs
from placket.policy.checks.codes import CODES, family_of
from placket.policy.compile import law_by_countries
from placket.policy.parse import UNREAD
from placket.policy.rules import Activity, Consent, Cookie, Region, Rule, keys_of
from placket.problems import NOWHERE, Place, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.law.rules import Law
    from placket.policy.parse import Document
    from placket.problems import Span

R = TypeVar("R", bound=Rule)
NOT_INHERITED: Final = frozenset({"name", "extends", "uses_also"})


def found(code: str, rule: Rule, key: str, summary: str, mend: str) -> Problem:
    """Return the problem `code` at the value of `key` in `rule`; its weight is the code's."""
    place = Place(at=rule.place_of(key), clause=rule.clause)
    return told(code, place, summary, mend)


def told(code: str, place: Place, summary: str, mend: str) -> Problem:
    """Return the problem `code` at a place; weight, source and family are the code's."""
    severity, source = CODES[code]
    return Problem(
        code=code,
        summary=summary,
        mend=mend,
        at=place.at,
        clause=place.clause,
        source=source,
        severity=severity,
        family=family_of(code),
    )


def seeing(problem: Problem, *others: Rule) -> Problem:
    """Return the problem with the places of the other rules that it is about."""
    places = (Place(at=other.span, clause=other.clause) for other in others)
    return replace(problem, also=(*problem.also, *places))


def seeing_places(problem: Problem, *places: Place) -> Problem:
    """Return the problem with the other places that it is about."""
    return replace(problem, also=(*problem.also, *places))


def meet(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Say whether two lists share a name; an empty list stands for every name."""
    return not some or not others or not set(some).isdisjoint(others)


def overlap(one: Rule, other: Rule) -> bool:
    """Say whether both rules hold in some region."""
    return meet(one.regions, other.regions)


def bend(words: Iterable[str]) -> str:
    """Return the words in backticks, parted by commas."""
    return ", ".join(f"`{word}`" for word in words)


def in_words(name: str) -> str:
    """Return a name of the policy language as words."""
    return name.replace("_", " ")


@dataclass(frozen=True, kw_only=True, eq=False)
class Book:
    """A document with what its rules say found by kind and name; read once for all checks."""

    document: Document

    def rules(self, kind: type[R]) -> tuple[R, ...]:
        """Return the rules of one kind, in order of the text."""
        return self._by_kind.get(kind, ())  # type: ignore[return-value]  # grouped by their type

    @cached_property
    def _by_kind(self) -> Mapping[type[Rule], tuple[Rule, ...]]:
        grouped: dict[type[Rule], list[Rule]] = {}
        for rule in self.document.rules():
            grouped.setdefault(type(rule), []).append(rule)
        return {kind: tuple(rules) for kind, rules in grouped.items()}

    @cached_property
    def all_rules(self) -> tuple[Rule, ...]:
        """Return all rules in order of the text."""
        return tuple(self.document.rules())

    @cached_property
    def written(self) -> Mapping[str, tuple[Activity, ...]]:
        """Return the activities as written, by name: more than one where regions differ."""
        grouped: dict[str, list[Activity]] = {}
        for activity in self.rules(Activity):
            grouped.setdefault(activity.name, []).append(activity)
        return {name: tuple(variants) for name, variants in grouped.items()}

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """Return the activities with what they inherit; a cyclic `extends` inherits nothing."""
        return tuple(self._extended(activity, frozenset()) for activity in self.rules(Activity))

    def _extended(self, activity: Activity, below: frozenset[str]) -> Activity:
        parent = next(iter(self.written.get(activity.extends, ())), None)
        if parent is None or activity.extends in below | {activity.name}:
            return activity
        parent = self._extended(parent, below | {activity.name})
        own = {name for name, _ in activity.places}
        inherited = {
            keyed.name: getattr(parent, keyed.name)
            for keyed in keys_of(Activity).values()
            if keyed.name not in own and keyed.name not in NOT_INHERITED
        }
        return replace(activity, uses_also=(*parent.uses_also, *activity.uses_also), **inherited)

    @cached_property
    def asking(self) -> tuple[Consent | Cookie, ...]:
        """Return what may be consented to: consents, then categories of cookies."""
        return (*self.rules(Consent), *self.rules(Cookie))

    @cached_property
    def asked(self) -> Mapping[str, Consent | Cookie]:
        """Return what may be consented to, by name."""
        return {rule.name: rule for rule in self.asking}

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """Return the regions by name."""
        return {region.name: region for region in self.rules(Region)}

    @cached_property
    def unread(self) -> frozenset[tuple[str, str]]:
        """Return kind and name of the rules that could not be read; both empty for any rule."""
        return frozenset(head for clause in self.document.clauses for head in clause.unread)

    def may_declare(self, name: str, *kinds: str) -> bool:
        """Say whether a rule that could not be read may declare `name`: it is told already."""
        return UNREAD in self.unread or any((kind, name) in self.unread for kind in kinds)

    def packs(self, rule: Rule) -> tuple[str, ...]:
        """Return the known law packs of the regions where `rule` holds, each once."""
        held = [
            pack
            for region in self.rules(Region)
            if not rule.regions or region.name in rule.regions
            for _, pack in law_by_countries(region)
            if pack in load_packs()
        ]
        return tuple(dict.fromkeys(held))

    def law(self, pack: str) -> Law:
        """Return what the pack says on the day the policy takes effect, or on its last day."""
        known = load_packs()[pack]
        try:
            return known.at(self.document.front.effective)
        except NotInForce:
            return known.at(known.changes[-1])

    def law_today(self, pack: str) -> Law:
        """Return the newest law of the pack: a text that stays up has to meet it too."""
        known = load_packs()[pack]
        return known.at(known.changes[-1])

    def covering(self, activity: Activity, channel: str) -> tuple[Consent | Cookie, ...]:
        """Return the consents that cover the activity on the channel, in order."""
        return tuple(
            rule
            for rule in self.asked.values()
            if (activity.name in rule.activities or rule.name in activity.needs)
            and overlap(rule, activity)
            and covers_channel(rule, channel)
        )

    def covering_any(self, activity: Activity) -> tuple[Consent | Cookie, ...]:
        """Return the consents that cover the activity on some channel of it, or without one."""
        channels = activity.channel or ("",)
        return tuple(rule for channel in channels for rule in self.covering(activity, channel))

    def said_by_parent(self, activity: Activity, *keys: str) -> bool:
        """Say whether the activity only inherits all of `keys`, so that its parent is told."""
        own = {name for name, _ in activity.places}
        return activity.extends in self.written and own.isdisjoint(keys)

    def reads(self, pattern: str, *clauses: str) -> bool:
        """Say whether a draft's text speaks of it, although no rule was read from its words.

        clauses: the only ones to look at; all of them when none is named.
        """
        if not any(rule.draft for rule in self.all_rules):
            return False
        texts = (
            f"{clause.title}\n{clause.prose}"
            for clause in self.document.clauses
            if not clauses or clause.id in clauses
        )
        return any(re.search(pattern, text, re.IGNORECASE) for text in texts)

    def head(self) -> Span:
        """Return the first place of the document, for what is wrong with it as a whole."""
        first = next(iter(self.document.clauses), None)
        return first.span if first else NOWHERE


def covers_channel(rule: Consent | Cookie, channel: str) -> bool:
    """Say whether a yes to `rule` holds for the channel; a cookie knows no channel."""
    channels = getattr(rule, "channel", ())
    return not channels or not channel or channel in channels


def lineage(pack: str) -> tuple[str, ...]:
    """Return the packs whose statutes hold where `pack` does, itself first."""
    parent = load_packs()[pack].parent
    return (pack,) if parent is None else (pack, *lineage(parent.id))


def countries_of(word: str) -> frozenset[str]:
    """Return the countries that a code or a set stands for; what is neither stands for itself."""
    return expand_countries(word) if word in country_sets() else frozenset({word})
