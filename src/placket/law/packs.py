"""The law packs: what the law of a place says on a given day, with its source."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final

from placket.law.bundled import PackFault, bundled_packs, read_yaml
from placket.law.grounds import Ground, Prohibition
from placket.law.reading import (
    FIELDS,
    KEYED,
    countries,
    country_sets,
    expand_countries,
    read_facts,
    words,
)
from placket.law.rules import ConsentKind, Law, LawFact

__all__ = [
    "Ground",
    "Law",
    "LawFact",
    "LawPack",
    "NotInForce",
    "PackFault",
    "Prohibition",
    "country_sets",
    "expand_countries",
    "load_packs",
    "pack_of",
    "read_pack",
]

_PACK_KEYS: Final = frozenset({"id", "name", "countries", "extends", "facts"})
_KEY_OF: Final[Mapping[str, Any]] = {
    "consent_lifetime": ConsentKind,
    "passes": Prohibition,
    "consent_ages": str,
    "retention_norms": str,
}
_REQUIRED: Final = frozenset(
    {*FIELDS}
    | {f"passes.{prohibition}" for prohibition in Prohibition}
    | {f"consent_lifetime.{kind}" for kind in ConsentKind}
)


class NotInForce(Exception):
    """a law pack says nothing about a day before it came into force."""

    def __init__(self, pack: str, day: date, missing: str) -> None:
        super().__init__(f"the law pack `{pack}` says nothing about {missing} on {day}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LawPack:
    """The law of one place through time; what it does not state is its parent's.

    states: each fact's dated states by path, the parent's left out; countries: where it holds.
    """

    id: str
    name: str
    countries: frozenset[str]
    parent: "LawPack | None"
    states: Mapping[str, tuple[LawFact, ...]]
    changes: tuple[date, ...] = field(init=False)

    def __post_init__(self) -> None:
        days = {day for states in self.states.values() for fact in states for day in _days(fact)}
        inherited = self.parent.changes if self.parent else ()
        object.__setattr__(self, "changes", tuple(sorted(days.union(inherited))))

    @property
    def extends(self) -> str | None:
        """The id of the pack that this one adds to, if any."""
        return self.parent.id if self.parent else None

    def at(self, day: date) -> Law:
        """Return what the law says on `day`; NotInForce before the pack's first day.

        The same value is returned for every day between two of the pack's `changes`.
        """
        since = bisect_right(self.changes, day) - 1
        if since < 0:
            raise NotInForce(self.id, day, "anything")
        return _law(self, self.changes[since])

    def facts(self, day: date) -> dict[str, LawFact]:
        """Return the facts in force on `day` by path, the parent's included."""
        facts = self.parent.facts(day) if self.parent else {}
        for path, states in self.states.items():
            facts.update((path, fact) for fact in states if _holds(fact, day))
        return facts


@cache
def load_packs() -> Mapping[str, LawPack]:
    """Return the bundled packs by id, each read once in the life of the process."""
    written = {file: read_yaml(file) for file in bundled_packs()}
    packs: dict[str, LawPack] = {}
    for file in sorted(written, key=lambda each: "extends" in written[each]):
        pack = read_pack(written[file], file, packs)
        packs[pack.id] = pack
    return MappingProxyType(packs)


def pack_of(country: str, packs: Mapping[str, LawPack]) -> LawPack | None:
    """Return the pack of `packs` that speaks for `country` most closely, if one does."""
    fitting = [pack for pack in packs.values() if country in pack.countries]
    return min(fitting, key=lambda pack: (len(pack.countries), pack.id), default=None)


def read_pack(written: Mapping[str, Any], file: str, packs: Mapping[str, LawPack]) -> LawPack:
    """Read one pack; PackFault names the file and key of what is unknown, missing or amiss.

    packs: those it may extend; a pack that extends another is not extended itself.
    """
    for unknown in sorted(map(str, written.keys() - _PACK_KEYS)):
        raise PackFault(file, unknown, "a law pack has no such key")
    for missing in sorted(_PACK_KEYS - {"extends"} - written.keys()):
        raise PackFault(file, missing, "this key is missing")
    if f"packs/{written['id']}.yaml" != file:
        raise PackFault(file, "id", f"`{written['id']}` is not the name of the file")
    if "extends" in written and written["extends"] not in packs:
        raise PackFault(file, "extends", f"there is no pack `{written['extends']}`")
    try:
        return LawPack(
            id=words(written["id"]),
            name=words(written["name"]),
            countries=countries(written["countries"]),
            parent=packs[written["extends"]] if "extends" in written else None,
            states=MappingProxyType(read_facts(written["facts"], file)),
        )
    except ValueError as fault:
        raise PackFault(file, "id, name, countries", str(fault)) from fault


@lru_cache(maxsize=256)
def _law(pack: LawPack, day: date) -> Law:
    facts = pack.facts(day)
    missing = _REQUIRED - facts.keys()
    if missing:
        raise NotInForce(pack.id, day, min(missing))
    plain: dict[str, Any] = {name: facts[name].value for name in FIELDS}
    keyed: dict[str, Any] = {name: _entries(name, facts) for name in KEYED}
    return Law(**plain, **keyed, facts=MappingProxyType(facts))


def _entries(name: str, facts: Mapping[str, LawFact]) -> Mapping[Any, object]:
    keys = {path: path.removeprefix(f"{name}.") for path in facts if path.startswith(f"{name}.")}
    return MappingProxyType({_KEY_OF[name](key): facts[path].value for path, key in keys.items()})


def _days(fact: LawFact) -> tuple[date, ...]:
    return (fact.since,) if fact.until is None else (fact.since, fact.until)


def _holds(fact: LawFact, day: date) -> bool:
    return fact.since <= day and (fact.until is None or day < fact.until)
