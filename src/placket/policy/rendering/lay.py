"""Terms, lists and days in plain words."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Final

from placket.policy import vocabulary
from placket.policy.front import Front

_EVENT: Final = re.compile(r"\b([a-z_]+)\.([a-z_]+)\b")


_SHORT: Final = re.compile(r"\b(?:ip|id|it provider|uk|eea|eu|ugc|sms|tls)\b")
_LATEST: Final = re.compile(r"latest of \((.*)\)")
_CODE: Final = re.compile(r"`([^`]*)`")
_LIMITS: Final = 2  # a list of fewer words needs no `and`


def lay(term: str) -> str:
    """Return a term of the policy as words: `order_updates` is `order updates`."""
    if term == vocabulary.ALL_HELD:
        return "everything"
    words = term.replace("_", " ")
    return _SHORT.sub(
        lambda short: (
            short[0].replace("provider", "").strip().upper()
            + (" provider" if "provider" in short[0] else "")
        ),
        words,
    )


def lay_list(terms: Iterable[str], *, last: str = "and") -> str:
    """Return terms as a list in a sentence: `name, email and phone`."""
    words = [lay(term) for term in terms]
    if len(words) < _LIMITS:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def lay_period(period: str) -> str:
    """Return a period as words, its events named: `6 months from “call ended”`."""
    latest = _LATEST.fullmatch(period)
    if latest:
        parts = latest[1].split(", ")
        if all(part.startswith("while ") for part in parts):
            return f"while {lay_list((p.removeprefix('while ') for p in parts), last='or')}"
        return f"the latest of: {'; '.join(lay_period(part) for part in parts)}"
    return lay(_EVENT.sub(lambda event: f"“{event[1]} {event[2]}”", period))


def day_in_text(day: date) -> str:
    """Return a day as a sentence holds it: `1 January 2024`."""
    return f"{day.day} {day:%B %Y}"


def weekday_in_text(day: date) -> str:
    """Return a last day as a sentence holds it: `Monday 21 December 2026`."""
    return f"{day:%A} {day_in_text(day)}"


def standing_in_text(front: Front) -> str:
    """Return which version a policy is and from when; a draft is in force at no time."""
    if front.is_draft:
        return "draft, not in force"
    return f"version {front.version}, in force from {day_in_text(front.effective)}"


def moment_in_text(at: int) -> str:
    """Return an instant, microseconds UTC, as `24 Nov 2026, 12:00:03 UTC`."""
    try:
        moment = datetime.fromtimestamp(at // 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return "always" if at < 0 else "never"
    return f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"


def thousands(number: int) -> str:
    """Return a whole number with its thousands apart: `1,284`."""
    return f"{number:,}"


def quoted(sentence: str) -> str:
    """Return a sentence with its `code` in quotation marks, as a page shows it."""
    return _CODE.sub("“\\1”", sentence)


def without_code(sentence: str) -> str:
    """Return a sentence with its `code` as plain words."""
    return _CODE.sub(r"\1", sentence)


def capital(sentence: str) -> str:
    """Return the sentence with its first letter large; an address is left alone."""
    first = sentence.partition(" ")[0]
    return sentence if "@" in first or "://" in first else sentence[:1].upper() + sentence[1:]
