"""Checks of regions: each country has one region and one known law pack."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from placket.law.packs import country_sets, load_packs
from placket.policy.checks.book import bend, countries_of, found, seeing, told
from placket.policy.checks.references import near
from placket.policy.compile import REST, law_by_countries
from placket.policy.rules import Activity, Complaint, Controller, Recipient, Region, Retain, as_dict
from placket.problems import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.policy.rules import Rule
    from placket.problems import Problem

NO_COUNTRIES: Final = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
_ENOUGH: Final = 3
"""So many countries show which are meant."""

_LOST: Final = frozenset({"", "region"})
MEANT: Final = {"UK": "GB", "EL": "GR", "ENG": "GB", "SCT": "GB"}


@cache
def known_countries() -> frozenset[str]:
    """Return the ISO codes of all countries. Source: CLDR, through babel."""
    from babel import Locale  # noqa: PLC0415 - a policy that names no country starts without it

    codes = (str(code) for code in Locale("en").territories)
    return frozenset(filter(re.compile("[A-Z]{2}").fullmatch, codes)) - NO_COUNTRIES


def _is_country(word: str, *, of_region: bool) -> bool:
    return word in known_countries() or (of_region and (word == REST or word in country_sets()))


def _countries_named(book: Book) -> Iterator[tuple[Rule, str, str]]:
    for region in book.rules(Region):
        yield from ((region, "countries", word) for word in region.countries)
        if not isinstance(region.law, str):
            yield from ((region, "law", word) for word in as_dict(region.law))
    for recipient in book.rules(Recipient):
        yield from ((recipient, "country", word) for word in recipient.country)
    seated: tuple[Controller | Complaint, ...] = (
        *book.rules(Controller),
        *book.rules(Complaint),
    )
    for rule in seated:
        if rule.country:
            yield rule, "country", rule.country


def unknown_countries(book: Book) -> Iterator[Problem]:
    """Tell each country that is no ISO code, nor a set where a set may stand."""
    for rule, key, word in _countries_named(book):
        if not _is_country(word, of_region=isinstance(rule, Region)):
            sets = f", or {bend((*country_sets(), REST))}" if isinstance(rule, Region) else ""
            meant = MEANT.get(word.upper())
            yield found(
                "P111",
                rule,
                key,
                f"`{word}` is no country",
                f"write `{meant}`" if meant else f"write an ISO code, such as `GB`{sets}",
            )


def unknown_packs(book: Book) -> Iterator[Problem]:
    """Tell each law pack that no file holds."""
    packs = load_packs()
    named = [
        (region, pack) for region in book.rules(Region) for _, pack in law_by_countries(region)
    ]
    obliging: tuple[Activity | Retain, ...] = (*book.rules(Activity), *book.rules(Retain))
    asked: list[tuple[Rule, str]] = [*named]
    asked += [(rule, pack) for rule in obliging for pack in as_dict(rule.law)]
    for rule, pack in dict.fromkeys(asked):
        if pack not in packs:
            yield found(
                "P206",
                rule,
                "law",
                f"there is no law pack `{pack}`",
                near(pack, packs, f"write one of {bend(tuple(sorted(packs)))}"),
            )


def no_region(book: Book) -> Iterator[Problem]:
    """Tell that a policy with rules names no region, so that no law holds."""
    rules = book.all_rules
    if book.rules(Region) or not rules or not {kind for kind, _ in book.unread}.isdisjoint(_LOST):
        return
    yield told(
        "P207",
        Place(at=rules[0].span, clause=rules[0].clause),
        "the policy names no region, so no law holds",
        "add a block `region: everywhere` with `countries: [rest]` and `law: {rest: eu}`",
    )


def countries_twice(book: Book) -> Iterator[Problem]:
    """Tell each region that claims a country which a region before it claims."""
    taken: dict[str, Region] = {}
    for region in book.rules(Region):
        own = {code for word in region.countries for code in countries_of(word)}
        clashes = sorted(code for code in own if code in taken)
        if clashes:
            other = taken[clashes[0]]
            problem = found(
                "P208",
                region,
                "countries",
                f"`{region.name}` claims {_some(clashes)}, as `{other.name}` does",
                "take it out of one of the two regions",
            )
            yield seeing(problem, other)
        taken.update(dict.fromkeys(own - taken.keys(), region))


def _some(codes: list[str]) -> str:
    shown, more = bend(codes[:_ENOUGH]), len(codes) - _ENOUGH
    return f"{shown} and {more} more" if more > 0 else shown


def law_and_countries(book: Book) -> Iterator[Problem]:
    """Tell each country of a region without a law, and each law without a country of it."""
    for region in book.rules(Region):
        if isinstance(region.law, str):
            continue
        named = as_dict(region.law)
        lawful = {code for word in named for code in countries_of(word)}
        claimed = {code for word in region.countries for code in countries_of(word)}
        for word in region.countries:
            if word in named or (countries_of(word) <= lawful and word != REST):
                continue
            yield found(
                "P209",
                region,
                "law",
                f"`{word}` is a country of `{region.name}` and has no law",
                f"add `{word}: PACK` to `law:`, such as `{word}: eu`",
            )
        for word in named:
            if REST in claimed or countries_of(word) <= claimed:
                continue
            yield found(
                "P209",
                region,
                "law",
                f"`{word}` has a law and is no country of `{region.name}`",
                f"add `{word}` to `countries:`, or take it out of `law:`",
            )
