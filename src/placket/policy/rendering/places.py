"""The regions of a policy as the countries that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from babel import Locale

from placket.policy.rendering.lay import lay, lay_list
from placket.policy.rules import Region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.policy.compile import Policy
    from placket.policy.rules import Rule

_OURS: Final = {
    "EEA": "the EEA",
    "EU": "the EU",
    "UK": "the United Kingdom",
    "rest": "all other countries",
}
_WITH_ARTICLE: Final = frozenset({"AE", "GB", "NL", "PH", "US"})
_SHORT: Final = 4
"""A region of more countries than these is told by its name."""


Regions = Mapping[str, tuple[str, ...]]
"""What each region of a policy stands for: a few countries in words, or its own name."""


@lru_cache(maxsize=8)
def regions_of(policy: Policy) -> Regions:
    """Return what the regions of the policy stand for."""
    return regions_in(policy.rules(Region))


def regions_in(rules: Iterable[Rule]) -> Regions:
    """Return what the regions among the rules stand for."""
    return {rule.name: _told(rule) for rule in rules if isinstance(rule, Region)}


def _told(region: Region) -> tuple[str, ...]:
    if len(region.countries) > _SHORT:
        return (lay(region.name),)
    return tuple(map(country, region.countries))


def where(names: Iterable[str], regions: Regions) -> str:
    """Return regions in words, each country once: `the EEA and the United Kingdom`."""
    found = (word for name in names for word in regions.get(name, (name,)))
    return lay_list(dict.fromkeys(found))


def country(code: str) -> str:
    """Return a country, or a set of countries that a policy may name, as a sentence holds it."""
    if code in _OURS:
        return _OURS[code]
    name = str(Locale("en").territories.get(code, code))
    return f"the {name}" if code in _WITH_ARTICLE else name
