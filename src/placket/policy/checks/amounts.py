"""Times and ages in words: read from prose and from rules alike, in one measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.law.calendar import Duration

NUMBERS: Final = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
    "twenty": 20,
    "twenty-one": 21,
    "twenty-four": 24,
    "twenty-five": 25,
    "twenty-eight": 28,
    "thirty": 30,
    "forty": 40,
    "forty-eight": 48,
    "fifty": 50,
    "sixty": 60,
    "seventy-two": 72,
    "ninety": 90,
    "hundred": 100,
}
_NUMBER: Final = "|".join(sorted(NUMBERS, key=len, reverse=True))
_UNIT: Final = "hour|day|week|fortnight|month|year"
_COUNTED: Final = re.compile(
    rf"\b(?P<number>\d{{1,3}}|{_NUMBER})[\s-]+(?:(?:working|business|calendar|full|whole|more)\s+)?"
    rf"(?P<unit>{_UNIT})s?\b(?P<after>[\s-]+(?:old\b|of\s+age\b|ago\b)|\s+each\b)?",
    re.IGNORECASE,
)
_ONE: Final = re.compile(
    rf"\b(?:for|within|after|of|in|until|most|least|than|further|another)\s+(?:up\s+to\s+)?an?\s+"
    rf"(?P<unit>{_UNIT})\b",
    re.IGNORECASE,
)
_AGE: Final = re.compile(
    r"\b(?:under|over|below|above|aged?(?:\s+of)?|younger\s+than|older\s+than|turn(?:ed|s)?|reach)"
    r"\s+(?:the\s+age\s+of\s+)?"
    rf"(?P<number>\d{{1,2}}|{_NUMBER})(?![\w-]|\s*(?:%|{_UNIT}|percent|euros?|pounds?|items?))",
    re.IGNORECASE,
)
_RATE: Final = re.compile(
    rf"\b(?P<number>once|twice|(?:\d{{1,3}}|{_NUMBER})\s+times)\s+(?:an?|per|each|every|in\s+an?)\s+"
    rf"(?P<unit>{_UNIT})\b",
    re.IGNORECASE,
)
_TIMES: Final = {"once": 1, "twice": 2}
_IN_MEASURE: Final = {
    "hour": ("hours", 1),
    "day": ("hours", 24),
    "week": ("hours", 168),
    "fortnight": ("hours", 336),
    "month": ("months", 1),
    "year": ("months", 12),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A time or age: `measure` is months, hours, age, or a rate such as `times a month`."""

    number: int
    measure: str


@dataclass(frozen=True, slots=True)
class Found:
    """An amount as it stands in a text, from `start` on."""

    amount: Amount
    start: int
    text: str


def amounts_in(text: str) -> Iterator[Found]:
    """Yield the times and ages in `text` in order of their kind; `five years ago` is none."""
    for match in _COUNTED.finditer(text):
        tail = (match["after"] or "").strip(" -\n").lower()
        if tail == "ago":
            continue
        number, unit = _number(match["number"]), match["unit"].lower()
        is_age = bool(tail) and tail != "each"
        amount = Amount(number, "age") if is_age else timed(number, unit)
        yield Found(amount, match.start(), _plain(match.group()))
    for match in _ONE.finditer(text):
        yield Found(timed(1, match["unit"].lower()), match.start(), _plain(match.group()))
    for match in _AGE.finditer(text):
        yield Found(Amount(_number(match["number"]), "age"), match.start(), _plain(match.group()))
    for match in _RATE.finditer(text):
        word = match["number"].lower().split()[0]
        number = _TIMES.get(word) or _number(word)
        rate = Amount(number, f"times a {match['unit'].lower()}")
        yield Found(rate, match.start(), _plain(match.group()))


def timed(number: int, unit: str) -> Amount:
    """Return `number` units as months or hours, so that 12 months are a year."""
    measure, factor = _IN_MEASURE[unit]
    return Amount(number * factor, measure)


def measured(duration: Duration) -> tuple[Amount, ...]:
    """Return the duration as months and hours, whichever it has."""
    hours = duration.hours + 24 * duration.total_days
    pairs = ((duration.total_months, "months"), (hours, "hours"))
    return tuple(Amount(number, measure) for number, measure in pairs if number)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBERS[word.lower()]


def _plain(text: str) -> str:
    return " ".join(text.split())
