"""Whom a person may turn to: the authority of their country, and the retailer itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from placket.policy.compile import holds_in
from placket.policy.rules import Complaint, Controller, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.policy.compile import Place, Policy

_WAYS: Final = ("email", "phone", "post", "officer")
_OURSELVES: Final = frozenset({"us", "nous"})
_NO_NAME: Final = "the "
R = TypeVar("R", bound=Rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """An authority for data protection; name: empty for that of the person's own country.

    country: which country's, empty for any. url: where it takes complaints, as the policy says.
    """

    name: str
    country: str = ""
    url: str = ""


def authorities_for(
    policy: Policy, places: tuple[Place, ...], country: str = ""
) -> tuple[Authority, ...]:
    """Return where the person may complain: of their country, or of each that it may be.

    What the policy says of a country counts before what the law of the place says; of neither a
    name there is always the authority of the country where they live.
    Source: GDPR Art. 13(2)(d), 77.
    """
    known = country or _only_country(places)
    named = tuple(_named(policy, places))
    if not known:
        return (*named, Authority(name=""))
    own = tuple(each for each in named if each.country == known)
    return own or (_by_law(policy, places, known),)


def contact_for(policy: Policy, places: tuple[Place, ...]) -> tuple[tuple[str, str], ...]:
    """Return the ways to the retailer, each with its word: `email`, `phone`, `post`, `officer`."""
    first = next(iter(_of(policy.rules(Controller), places)), None)
    if first is None:
        return ()
    found = (first.email, first.phone, first.post or first.address, first.officer)
    return tuple((way, value) for way, value in zip(_WAYS, found, strict=True) if value)


def _only_country(places: tuple[Place, ...]) -> str:
    codes = places[0].countries if len(places) == 1 else None
    return next(iter(codes)) if codes is not None and len(codes) == 1 else ""


def _named(policy: Policy, places: tuple[Place, ...]) -> Iterator[Authority]:
    """Yield the authorities that the policy names for a country, one a country."""
    told: set[str] = set()
    for rule in _of(policy.rules(Complaint), places):
        is_us = rule.to.partition(",")[0] in _OURSELVES
        if rule.country and not is_us and rule.country not in told:
            told.add(rule.country)
            yield Authority(name=rule.to, country=rule.country, url=rule.url)


def _by_law(policy: Policy, places: tuple[Place, ...], country: str) -> Authority:
    # A pack that covers many countries has no name to give, only a description.
    place = policy.place_of(country) or next(iter(places), None)
    names = policy.laws[place.pack].authority if place is not None else ()
    name = next((name for name in names if not name.startswith(_NO_NAME)), "")
    return Authority(name=name, country=country)


def _of(rules: Iterable[R], places: tuple[Place, ...]) -> tuple[R, ...]:
    return tuple(rule for rule in rules if any(holds_in(rule, place) for place in places))
