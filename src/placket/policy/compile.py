"""From a checked Document to an immutable Policy: packs bound, extensions merged, all indexed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from placket.policy import vocabulary
from placket.policy.render import render, rule_as_yaml
from placket.policy.rules import (
    Activity,
    Consent,
    Cookie,
    Limit,
    Region,
    Retain,
    Rule,
    as_dict,
    keys_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.law.rules import Law
    from placket.policy.front import Front
    from placket.policy.parse import Clause, Document

REST: Final = "rest"
ALL: Final = ("all", vocabulary.ALL_HELD)
"""The words of a `retain` rule that stand for everything held."""

FOLDING: Final = 4
"""Counted up whenever the fold gives another standing for the same facts: standing that an
older release left is then built anew."""

R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one set of rules and one law hold.

    region: of the policy; pack: the law pack; countries: ISO codes, None for all others.
    """

    region: str
    pack: str
    countries: frozenset[str] | None

    @property
    def name(self) -> str:
        """Return the name under which standing says that a person may be here."""
        return f"{self.region}_{self.pack}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """A policy that runs; nothing in it changes, and it is equal to itself alone.

    laws: by pack id, as dated on the effective day. lineage: for each pack the packs whose
    statutes hold there, itself first. Rules keep the order of the text.
    """

    document: Document
    laws: Mapping[str, Law]
    lineage: Mapping[str, tuple[str, ...]]
    places: tuple[Place, ...]
    activities: Mapping[str, tuple[Activity, ...]]

    @property
    def front(self) -> Front:
        """Return the front matter."""
        return self.document.front

    def rules(self, kind: type[R]) -> tuple[R, ...]:
        """Return the rules of one kind, in order of the text."""
        return self._by_kind.get(kind, ())  # type: ignore[return-value]  # grouped by their type

    @cached_property
    def _by_kind(self) -> Mapping[type[Rule], tuple[Rule, ...]]:
        found: dict[type[Rule], list[Rule]] = {}
        for rule in self.document.rules():
            found.setdefault(type(rule), []).append(rule)
        return MappingProxyType({kind: tuple(rules) for kind, rules in found.items()})

    @cached_property
    def clauses(self) -> Mapping[str, Clause]:
        """Return the clauses by id."""
        return MappingProxyType({c.id: c for c in self.document.clauses if c.id})

    @cached_property
    def consents(self) -> Mapping[str, Consent | Cookie]:
        """Return what may be consented to, by name: consents and categories of cookies."""
        asked: tuple[Consent | Cookie, ...] = (*self.rules(Consent), *self.rules(Cookie))
        return MappingProxyType({rule.name: rule for rule in asked})

    @cached_property
    def data(self) -> tuple[str, ...]:
        """Return every datum that some activity uses, groups as their members, sorted."""
        used = (uses_of(variant) for name in self.activities for variant in self.activities[name])
        return tuple(sorted({datum for data in used for datum in data}))

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical text, in hex."""
        return hashlib.sha256(render(self.document).encode()).hexdigest()

    @cached_property
    def fold_digest(self) -> str:
        """Return a digest of what decides: the rules and their law, not the prose."""
        running = (replace(rule, published=None) for rule in self.document.rules())
        written: list[Any] = [FOLDING, *(rule_as_yaml(rule) for rule in running)]
        written.append([(pack, _law_values(law)) for pack, law in sorted(self.laws.items())])
        written.append([self.front.zone, self.front.year_end, self.front.effective.isoformat()])
        text = json.dumps(written, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()

    def variant(self, activity: str, place: Place) -> Activity | None:
        """Return the rule of `activity` that holds in `place`."""
        variants = self.activities.get(activity, ())
        return next((v for v in variants if holds_in(v, place)), None)

    def place_of(self, country: str) -> Place | None:
        """Return the place of a country, None when no region of the policy covers it."""
        named = (p for p in self.places if p.countries is not None and country in p.countries)
        rest = (p for p in self.places if p.countries is None)
        return next(named, None) or next(rest, None)


def holds_in(rule: Rule, place: Place) -> bool:
    """Say whether the rule holds in the place: everywhere unless it names regions."""
    return not rule.regions or place.region in rule.regions


def uses_of(activity: Activity) -> tuple[str, ...]:
    """Return all data the activity uses, groups as their members, in order."""
    return vocabulary.members((*activity.uses, *activity.uses_also))


def is_marketing(activity: Activity) -> bool:
    """Say whether the activity markets or profiles for it: an objection always stops it."""
    return activity.message == "marketing" or any(
        vocabulary.is_marketing(purpose) for purpose in activity.purpose
    )


def is_direct_marketing(activity: Activity) -> bool:
    """Say whether the activity sends messages that promote."""
    return activity.message == "marketing" or any(
        vocabulary.is_direct_marketing(purpose) for purpose in activity.purpose
    )


def limits_activity(policy: Policy, limit: Limit, activity: str) -> bool:
    """Say whether the limit is one to `activity`: a rate counts and stops its messages."""
    if activity in limit.activities:
        return True
    purposes = {p for v in policy.activities.get(activity, ()) for p in v.purpose}
    general = "direct_marketing" in limit.purpose and any(
        is_marketing(v) and v.channel for v in policy.activities.get(activity, ())
    )
    return general or bool(purposes & set(limit.purpose))


def retains_for(policy: Policy, datum: str, place: Place | None = None) -> tuple[Retain, ...]:
    """Return the rules that say how long `datum` is kept: its own, else those for all data.

    What keeps all data on a ground keeps each datum on it, whatever else is said of that one.
    place: only those that hold there.
    """
    rules = (r for r in policy.rules(Retain) if not r.at)
    here = [r for r in rules if place is None or holds_in(r, place)]
    own = tuple(r for r in here if datum in vocabulary.members(r.what))
    is_told = any(not r.ground for r in own)
    general = (r for r in here if set(r.what) & set(ALL))
    return (*own, *(r for r in general if r.ground or not is_told))


def kept_by(rule: Retain) -> tuple[str, ...]:
    """Return the data that the rule keeps, `all_held` alone where it keeps everything."""
    keeps_all = set(rule.what) & set(ALL)
    return (vocabulary.ALL_HELD,) if keeps_all else vocabulary.members(rule.what)


def consents_for(
    policy: Policy, activity: Activity, channel: str, place: Place | None = None
) -> tuple[str, ...]:
    """Return the names of the consents that cover `activity` on `channel`, in order.

    A consent covers the activities it lists and those that name it under `needs`. place: only
    those that hold there.
    """
    return tuple(
        name
        for name, consent in policy.consents.items()
        if (activity.name in consent.activities or name in activity.needs)
        and _covers_channel(consent, channel)
        and (place is None or holds_in(consent, place))
    )


def yeses_for(policy: Policy, activity: Activity, channel: str, place: Place) -> tuple[str, ...]:
    """Return the names of the consents that are a yes to `activity` itself on `channel`, in order.

    A category of cookies is none: it opens the device, and the basis of what `needs` it.
    Source: ePrivacy Directive Art. 5(3) beside Art. 13(1).
    """
    named = consents_for(policy, activity, channel, place)
    return tuple(name for name in named if isinstance(policy.consents[name], Consent))


def _covers_channel(consent: Consent | Cookie, channel: str) -> bool:
    channels = getattr(consent, "channel", ())
    return not channels or not channel or channel in channels


def compile_policy(
    document: Document,
    laws: Mapping[str, Law],
    lineage: Mapping[str, tuple[str, ...]],
    countries: Mapping[str, frozenset[str]],
) -> Policy:
    """Return the policy that `document` says, under `laws`.

    The document has passed the checks: what extends something finds it, each named pack is
    in `laws`. countries: sets such as `EEA` by name.
    """
    used = {pack: laws[pack] for pack in _packs_named(document)}
    return Policy(
        document=document,
        laws=MappingProxyType(used),
        lineage=MappingProxyType({pack: lineage[pack] for pack in used}),
        places=merged(_places(document, countries)),
        activities=MappingProxyType(activities_of(document)),
    )


def _law_values(law: Law) -> list[tuple[str, str]]:
    return sorted((path, json.dumps(_settled(fact.value))) for path, fact in law.facts.items())


def _settled(value: Any) -> Any:
    """Return a value of a law pack in an order that is the same in every process."""
    if isinstance(value, (frozenset, set)):
        return sorted(json.dumps(_settled(item)) for item in value)
    if isinstance(value, (tuple, list)):
        return [_settled(item) for item in value]
    if isinstance(value, MappingABC):
        return sorted((str(key), _settled(item)) for key, item in value.items())
    if is_dataclass(value):
        return [_settled(getattr(value, part.name)) for part in fields(value)]
    return str(value)


def law_by_countries(region: Region) -> tuple[tuple[str, str], ...]:
    """Return (country or set of countries, pack) pairs of the region, as written."""
    if isinstance(region.law, str):
        return tuple((country, region.law) for country in region.countries)
    return tuple(as_dict(region.law).items())


def _packs_named(document: Document) -> Iterator[str]:
    for rule in document.rules():
        if isinstance(rule, Region):
            yield from dict.fromkeys(pack for _, pack in law_by_countries(rule))


def _places(document: Document, sets: Mapping[str, frozenset[str]]) -> Iterator[Place]:
    regions = [rule for rule in document.rules() if isinstance(rule, Region)]
    taken: set[str] = set()
    for region in regions:
        named = [
            (sets.get(word, frozenset({word})), pack, word in sets)
            for word, pack in law_by_countries(region)
            if word != REST
        ]
        # A country named by itself wins over a set that holds it.
        for codes, pack, _ in sorted(named, key=lambda item: item[2]):
            yield Place(region=region.name, pack=pack, countries=codes - taken)
            taken |= codes
    for region in regions:
        for word, pack in law_by_countries(region):
            if word == REST:
                yield Place(region=region.name, pack=pack, countries=None)


def merged(places: Iterable[Place]) -> tuple[Place, ...]:
    """Return the places with those of one region and pack made one."""
    found: dict[str, Place] = {}
    for place in places:
        before = found.get(place.name)
        if before is None:
            found[place.name] = place
        elif before.countries is None or place.countries is None:
            found[place.name] = replace(place, countries=None)
        else:
            found[place.name] = replace(place, countries=before.countries | place.countries)
    return tuple(found.values())


def activities_of(document: Document) -> dict[str, tuple[Activity, ...]]:
    """Return the rules of each activity by its name, what they extend merged into them."""
    written: dict[str, list[Activity]] = {}
    for rule in document.rules():
        # A check refuses a policy with drafts; compiled all the same, a draft permits nothing.
        if isinstance(rule, Activity) and not rule.draft:
            written.setdefault(rule.name, []).append(rule)
    return {
        name: tuple(_extended(variant, written, ()) for variant in variants)
        for name, variants in written.items()
    }


def _extended(
    activity: Activity, written: Mapping[str, list[Activity]], over: tuple[str, ...]
) -> Activity:
    parent = next(iter(written.get(activity.extends, ())), None)
    # A check refuses what extends itself; compiled all the same, the circle ends where it closes.
    if parent is None or activity.extends in over:
        return activity
    parent = _extended(parent, written, (*over, activity.name))
    own = {name for name, _ in activity.places}
    inherited = {
        keyed.name: getattr(parent, keyed.name)
        for keyed in keys_of(Activity).values()
        if keyed.name not in own and keyed.name not in {"name", "extends", "uses_also"}
    }
    also = (*parent.uses_also, *activity.uses_also)
    return replace(activity, uses_also=also, **inherited)
