"""The pages to which the texts point: cookies, changes of the policy, and how to reach us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.policy.rendering.flows import variants
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.places import country, regions_of, where
from placket.policy.rendering.rule_words import (
    RIGHT_WORDS,
    period_of,
    right_in_particular,
    words_of,
)
from placket.policy.rules import Complaint, Controller, Cookie, Notice, Right, Rule, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.policy.compile import Policy
    from placket.policy.rendering.places import Regions

ABOUT_COOKIES: Final = frozenset({"cookie", "cookies"})
ABOUT_CHANGES: Final = frozenset(
    {"change", "changes", "changed", "update", "comparison", "version", "versions"}
)
ABOUT_CONTACT: Final = frozenset(
    {"contact", "representative", "representatives", "officer", "care", "questions"}
)
"""Words in the name of a notice by which it belongs to a page."""
_TELLS_OF_CHANGES: Final = "terms_updates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """A clause with what its rules say on the page's matter; prose is Markdown."""

    clause: str
    title: str
    prose: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieKind:
    """A category of cookies. asked: whether it waits for a yes; off: how it is switched off."""

    name: str
    purposes: str
    data: str
    asked: bool
    off: str
    lasts: str
    regions: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CookiePage:
    """All that the policy says of cookies. elsewhere: addresses of a cookie policy of its own."""

    kinds: tuple[CookieKind, ...]
    sayings: tuple[Saying, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Who answers, and by which way."""

    name: str
    regions: str
    lines: tuple[tuple[str, str], ...]
    email: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Where a person may complain; url is empty unless it is one that a page may link."""

    name: str
    country: str
    url: str
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRight:
    """A right. ways: how it is asked for, what it costs, each with its clause; also: the rest."""

    name: str
    ways: tuple[tuple[str, str], ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedThere:
    """The rights that the policy names for some regions; regions is empty for all of them."""

    regions: str
    rights: tuple[AskedRight, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPage:
    """Everybody to turn to. rights: by region, with what is said of how each is asked for."""

    contacts: tuple[Contact, ...]
    authorities: tuple[Authority, ...]
    rights: tuple[AskedThere, ...]
    sayings: tuple[Saying, ...]


def cookie_page(policy: Policy) -> CookiePage:
    """Return what stands on the page of cookies. Source: ePrivacy Directive Art. 5(3)."""
    notices = _named(policy, ABOUT_COOKIES)
    urls = (notice.url for notice in notices)
    policies = (rule.policy for rule in policy.rules(Cookie))
    return CookiePage(
        kinds=tuple(_kind(rule, regions_of(policy)) for rule in policy.rules(Cookie)),
        sayings=_sayings(policy, (*policy.rules(Cookie), *notices)),
        elsewhere=tuple(dict.fromkeys(filter(is_link, (*urls, *policies)))),
    )


def change_page(policy: Policy) -> tuple[Saying, ...]:
    """Return the clauses on how a change of the policy is told."""
    telling = [v for v in variants(policy) if _TELLS_OF_CHANGES in v.purpose]
    return _sayings(policy, (*_named(policy, ABOUT_CHANGES), *telling))


def contact_page(policy: Policy) -> ContactPage:
    """Return who answers and where to complain. Source: GDPR Art. 13(1)(a), (b), 13(2)(d)."""
    return ContactPage(
        contacts=tuple(_contact(rule, regions_of(policy)) for rule in policy.rules(Controller)),
        authorities=tuple(_authority(rule) for rule in policy.rules(Complaint)),
        rights=tuple(_rights(policy)),
        sayings=_sayings(policy, _named(policy, ABOUT_CONTACT)),
    )


def _rights(policy: Policy) -> Iterator[AskedThere]:
    """Yield each right once a region, in order of the text."""
    found: dict[str, dict[str, list[Right]]] = {}
    for rule in policy.rules(Right):
        there = found.setdefault(where(rule.regions, regions_of(policy)), {})
        there.setdefault(rule.name, []).append(rule)
    for regions, named in found.items():
        rights = tuple(_asked(name, rules) for name, rules in named.items())
        yield AskedThere(regions=regions, rights=rights)


def _asked(name: str, rules: Iterable[Right]) -> AskedRight:
    said = {rule.clause: right_in_particular(rule) for rule in rules}
    return AskedRight(
        name=capital(RIGHT_WORDS.get(name) or lay(name)),
        ways=tuple((words, clause) for clause, words in said.items() if words),
        also=tuple(clause for clause, words in said.items() if not words),
    )


def is_link(url: str) -> bool:
    """Say whether a page may link the address: nothing but the web."""
    return url.startswith(("https://", "http://"))


def _named(policy: Policy, words: frozenset[str]) -> tuple[Notice, ...]:
    return tuple(n for n in policy.rules(Notice) if words & set(n.name.split("_")))


def _kind(rule: Cookie, regions: Regions) -> CookieKind:
    return CookieKind(
        name=capital(lay(rule.name)),
        purposes=capital(lay_list(rule.purpose)),
        data=capital(lay_list(rule.data)),
        asked=rule.basis == "consent",
        off=capital(lay_list(rule.withdrawn_by, last="or")),
        lasts=capital(lay_period(period_of(rule))) if rule.period else "",
        regions=where(rule.regions, regions),
        clause=rule.clause,
    )


def _contact(rule: Controller, regions: Regions) -> Contact:
    by = (
        (f"In {country(place.upper())}", str(who))
        for place, who in as_dict(rule.representative).items()
    )
    lines = (
        ("Address", rule.address),
        ("Post", rule.post if rule.post != rule.address else ""),
        ("Phone", rule.phone),
        ("Data protection officer", rule.officer),
        *by,
    )
    return Contact(
        name=rule.name,
        regions=where(rule.regions, regions),
        lines=tuple((term, said) for term, said in lines if said),
        email=rule.email,
        clause=rule.clause,
    )


def _authority(rule: Complaint) -> Authority:
    url = rule.url if is_link(rule.url) else ""
    return Authority(
        name=capital(rule.to), country=country(rule.country), url=url, clause=rule.clause
    )


def _sayings(policy: Policy, rules: Iterable[Rule]) -> tuple[Saying, ...]:
    """Return the clauses of the rules in order of the text, each once."""
    said: dict[str, list[str]] = {}
    regions = regions_of(policy)
    for rule in rules:
        said.setdefault(rule.clause, []).append(words_of(rule, regions))
    return tuple(_in_order(policy, said))


def _in_order(policy: Policy, said: dict[str, list[str]]) -> Iterator[Saying]:
    for name, clause in policy.clauses.items():
        if name in said:
            yield Saying(
                clause=name, title=clause.title, prose=clause.prose, words=tuple(said[name])
            )
