"""Recognising the rest: who answers, what is told, how data are protected, cookies, age."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.policy.draft.contacts import (
    address_in,
    companies_in,
    controller_in,
    emails_in,
    phones_in,
    urls_in,
)
from placket.policy.draft.drafted import Drafted, Names, drafted
from placket.policy.draft.periods import periods_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.draft.reading import Reading, Sentence

AGE: Final = re.compile(
    r"(?i)\b(?:under(?: the age of)?|below(?: the age of)?|younger than|less than|aged under|"
    r"over the age of|at least|age of|moins de|aged|older than|de moins de)\s+"
    r"(?P<age>1[0-9]|2[01])\b(?!\s*(?:%|days?|months?|jours?|mois|hours?))"
)
_CONTACTS: Final = ("email", "phone", "post", "live_chat", "web_form", "social_media")
_TOLD: Final = ("email", "onsite_banner", "website", "app", "post", "onsite_popup")


def answering(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the controller that a clause names, with its addresses."""
    del names
    text = reading.passage.prose()
    is_about = bool(reading.topics & {"controller", "contact"})
    name = controller_in(text)
    if not name and (is_about or address_in(text)):
        name = next(iter(companies_in(text)), "")
    if name:
        yield drafted(
            "controller",
            name,
            address=address_in(text),
            email=next(iter(emails_in(text)), ""),
            phone=next(iter(phones_in(text)), ""),
        )


def told(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield what a clause says that persons are told, and where they may ask."""
    text = reading.passage.prose()
    terms = [t for t in reading.terms("notice") if t not in {"contact", "terms", "cookie_policy"}]
    for term in terms[:2]:
        speaks = term == "policy_change" and reading.has("act", "inform")
        channels = [c for c in reading.terms("channel") if c in _TOLD] if speaks else []
        yield drafted("notice", names.new("notice", term), channels=channels)
    places = [*emails_in(text), *phones_in(text)]
    if "cookie_policy" in reading.terms("notice") and urls_in(text):
        name = names.new("notice", "cookie_policy")
        yield drafted("notice", name, url=urls_in(text)[0])
    if reading.has("notice", "contact") or (places and reading.has("word", "contact")):
        spoken = (c for sentence in reading.sentences for c in sentence.channels())
        channels = [c for c in dict.fromkeys(spoken) if c in _CONTACTS]
        if places or channels:
            name = names.new("notice", "contact")
            yield drafted("notice", name, at=places, channels=channels)


def protected(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the measures that a clause says are in place."""
    del names
    measures: list[str] = []
    for sentence in reading.sentences:
        is_about = sentence.has("act", "protect") or "security" in sentence.topics
        plain = sentence.terms("security")
        own = {"card_not_stored", "recording_pause", "processor_instructions", "processor_vetting"}
        measures += [m for m in plain if is_about or m in own or m == "identity_check"]
    if measures:
        yield drafted("security", list(dict.fromkeys(measures)))


def cookies(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the categories of cookies whose basis a clause names, with their purposes."""
    for sentence in reading.sentences:
        basis = _cookie_basis(sentence, reading)
        named = [t for t in sentence.terms("cookie") if t != "cookies"]
        is_cookie = sentence.has("cookie") and (named or sentence.has("cookie", "cookies"))
        if not (is_cookie and basis):
            continue
        periods, _ = periods_in(sentence)
        yield drafted(
            "cookie",
            names.new("cookie", named[0] if len(named) == 1 else "cookies"),
            purpose=list(sentence.terms("purpose")),
            basis=basis,
            for_=periods[0].phrase if periods and not periods[0].is_implied else "",
            withdrawn_by=[
                c
                for c in reading.terms("channel")
                if c in {"browser_settings", "cookie_banner", "cookie_policy_page"}
            ],
        )


def _cookie_basis(sentence: Sentence, reading: Reading) -> str:
    bases = sentence.terms("cookiebasis")
    if not bases and reading.passage.shape == "row":
        bases = reading.terms("cookiebasis")
    return bases[0] if bases else ""


def aged(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the age that a clause asks for, where it speaks of children or guardians."""
    del names
    is_about = "children" in reading.topics or reading.has("age", "guardian")
    for sentence in reading.sentences:
        found = AGE.search(sentence.text)
        if found and (is_about or sentence.has("age", "under")):
            guardian = "guardian_agreement" if reading.has("age", "guardian") else ""
            yield drafted("audience_age", int(found["age"]), needs=guardian)
            return


def automatic(reading: Reading, names: Names) -> Iterator[Drafted]:
    """Yield the decisions that a clause says a machine makes."""
    for sentence in reading.sentences:
        if "rights" in sentence.topics and reading.passage.shape == "item":
            continue
        decides = sentence.has("automated") and not sentence.denies("automated")
        is_right = sentence.has("act", "say") and sentence.has("right")
        if decides and sentence.has("act", "use") and not is_right:
            yield drafted("automated", names.new("automated", "automated_decisions"))
            return
