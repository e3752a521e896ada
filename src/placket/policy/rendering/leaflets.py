"""The pages to which the texts point: cookies, changes of the policy, and how to reach us."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.policy.rendering.flows import variants
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.rule_words import period_of, words_of
from placket.policy.rules import Complaint, Controller, Cookie, Notice, Right, Rule, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.policy.compile import Policy

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
class ContactPage:
    """Everybody to turn to. rights: what a request costs and how it is made, in words."""

    contacts: tuple[Contact, ...]
    authorities: tuple[Authority, ...]
    rights: tuple[tuple[str, str], ...]
    sayings: tuple[Saying, ...]


def cookie_page(policy: Policy) -> CookiePage:
    """Return what stands on the page of cookies. Source: ePrivacy Directive Art. 5(3)."""
    notices = _named(policy, ABOUT_COOKIES)
    urls = (notice.url for notice in notices)
    policies = (rule.policy for rule in policy.rules(Cookie))
    return CookiePage(
        kinds=tuple(_kind(rule) for rule in policy.rules(Cookie)),
        sayings=_sayings(policy, (*policy.rules(Cookie), *notices)),
        elsewhere=tuple(dict.fromkeys(filter(is_link, (*urls, *policies)))),
    )


def change_page(policy: Policy) -> tuple[Saying, ...]:
    """Return the clauses on how a change of the policy is told."""
    telling = [v for v in variants(policy) if _TELLS_OF_CHANGES in v.purpose]
    return _sayings(policy, (*_named(policy, ABOUT_CHANGES), *telling))


def contact_page(policy: Policy) -> ContactPage:
    """Return who answers and where to complain. Source: GDPR Art. 13(1)(a), (b), 13(2)(d)."""
    rights = {words_of(rule): rule.clause for rule in policy.rules(Right)}
    return ContactPage(
        contacts=tuple(_contact(rule) for rule in policy.rules(Controller)),
        authorities=tuple(_authority(rule) for rule in policy.rules(Complaint)),
        rights=tuple(rights.items()),
        sayings=_sayings(policy, _named(policy, ABOUT_CONTACT)),
    )


def is_link(url: str) -> bool:
    """Say whether a page may link the address: nothing but the web."""
    return url.startswith(("https://", "http://"))


def _named(policy: Policy, words: frozenset[str]) -> tuple[Notice, ...]:
    return tuple(n for n in policy.rules(Notice) if words & set(n.name.split("_")))


def _kind(rule: Cookie) -> CookieKind:
    return CookieKind(
        name=capital(lay(rule.name)),
        purposes=capital(lay_list(rule.purpose)),
        data=capital(lay_list(rule.data)),
        asked=rule.basis == "consent",
        off=capital(lay_list(rule.withdrawn_by, last="or")),
        lasts=capital(lay_period(period_of(rule))) if rule.period else "",
        regions=lay_list(rule.regions),
        clause=rule.clause,
    )


def _contact(rule: Controller) -> Contact:
    by = ((f"In {place}", str(who)) for place, who in as_dict(rule.representative).items())
    lines = (
        ("Address", rule.address),
        ("Post", rule.post if rule.post != rule.address else ""),
        ("Phone", rule.phone),
        ("Data protection officer", rule.officer),
        *by,
    )
    return Contact(
        name=rule.name,
        regions=lay_list(rule.regions),
        lines=tuple((term, said) for term, said in lines if said),
        email=rule.email,
        clause=rule.clause,
    )


def _authority(rule: Complaint) -> Authority:
    url = rule.url if is_link(rule.url) else ""
    return Authority(name=capital(rule.to), country=rule.country, url=url, clause=rule.clause)


def _sayings(policy: Policy, rules: Iterable[Rule]) -> tuple[Saying, ...]:
    """Return the clauses of the rules in order of the text, each once."""
    said: dict[str, list[str]] = {}
    for rule in rules:
        said.setdefault(rule.clause, []).append(words_of(rule))
    return tuple(_in_order(policy, said))


def _in_order(policy: Policy, said: dict[str, list[str]]) -> Iterator[Saying]:
    for name, clause in policy.clauses.items():
        if name in said:
            yield Saying(
                clause=name, title=clause.title, prose=clause.prose, words=tuple(said[name])
            )
