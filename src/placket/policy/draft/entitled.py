"""Recognising rights and the routes to them, and where a person may complain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.draft.contacts import urls_in
from placket.policy.draft.drafted import Drafted, Names, drafted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence

ROUTES: Final = frozenset(
    {
        "email",
        "phone",
        "post",
        "account_settings",
        "preference_centre",
        "unsubscribe_link",
        "sms_stop",
        "customer_care",
        "browser_settings",
        "app_settings",
        "cookie_banner",
        "cookie_policy_page",
        "platform_settings",
        "web_form",
        "live_chat",
    }
)
_BARE: Final = frozenset({"access", "erasure", "rectification", "restriction"})
"""Rights whose shorter forms are everyday words: said only where somebody may ask."""


def entitled(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield each right that a clause grants, once, with the routes that it names."""
    del names
    granted: dict[str, list[str]] = {}
    last: tuple[str, ...] = ()
    for sentence in reading.sentences:
        rights = _granted(sentence)
        if not rights and (sentence.has("act", "say") or "rights" in sentence.topics):
            rights = last
        for right in tuple(granted) if rights == ("any",) and granted else rights:
            routes = granted.setdefault(right, [])
            routes += [c for c in sentence.channels() if c in ROUTES and c not in routes]
        last = (*last, *rights) if sentence.topics & {"rights"} else rights
    if len(granted) > 1:
        granted.pop("any", None)
    for right, routes in granted.items():
        if right != "complaint" or not reading.terms("authority"):
            yield drafted(
                "right",
                right,
                by=routes,
                fee=_fee(reading) if right in {"access", "any"} else "",
                format=list(reading.terms("format")) if right == "portability" else [],
            )


def _granted(sentence: Sentence) -> tuple[str, ...]:
    may = sentence.has("act", "say") or "rights" in sentence.topics
    # `until you ask us to delete it` is a period.
    if not may or sentence.text.endswith("?") or sentence.has("asked"):
        return ()
    found = sentence.terms("right")
    if not sentence.has("act", "say"):
        # A list of rights names them in full.
        return tuple(m.term for m in sentence.of("right") if m.size > 1 or m.term not in _BARE)
    return found


def _fee(reading: Reading) -> str:
    fees = reading.terms("fee")
    return fees[0] if fees else ""


def complained(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield each authority to which a clause sends complaints, in the words of the text."""
    del names
    is_about = reading.has("right", "complaint") or bool(reading.topics & {"complaints", "rights"})
    told: set[str] = set()
    for sentence in reading.sentences:
        may = is_about or sentence.has("act", "say")
        for match in sentence.of("authority") if may else ():
            name = sentence.words_at(match)
            if name.casefold() not in told:
                told.add(name.casefold())
                url = next(iter(urls_in(sentence.text) or urls_in(reading.passage.prose())), "")
                yield drafted("complaint", name, url=url)
