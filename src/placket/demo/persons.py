"""Invented persons: their names, and addresses and numbers that can never be anybody's."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import TYPE_CHECKING

from placket.demo.names import COUNTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator

DOMAINS = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "post.example.org",
    "inbox.example.net",
    "büro.example.org",
)
"""Where every invented email address is: RFC 2606 keeps these domains for examples."""

_HUNDRED, _THOUSAND = 100, 1000
_UNMARKED = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "Ae", "þ": "th", "Þ": "Th"}
)

NUMBER_RANGES: dict[str, tuple[tuple[str, int], ...]] = {
    # Ofcom, telephone numbers for drama: the mobile range comes first.
    "GB": tuple(
        (start, _THOUSAND)
        for start in (
            "+447700900",
            "+441134960",
            "+441144960",
            "+441154960",
            "+441164960",
            "+441174960",
            "+441184960",
            "+441214960",
            "+441314960",
            "+441414960",
            "+441514960",
            "+441614960",
            "+442079460",
            "+441914980",
            "+442920180",
            "+441632960",
        )
    ),
    # Arcep, national numbering plan: numbers for audiovisual works, mobile first.
    "FR": (("+33639980", _THOUSAND), ("+33199000", _THOUSAND)),
    # Bundesnetzagentur, numbers for use in media.
    "DE": (("+493023125", _THOUSAND), ("+496990009", _THOUSAND)),
    # The North American plan keeps 555-0100 to 555-0199 of each area for fiction.
    "US": (("+120255501", _HUNDRED), ("+131255501", _HUNDRED)),
}
"""By country: how a number starts and how many follow. Other countries' persons give none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person; `phone` is in E.164, or None."""

    title: str | None
    first: str
    last: str
    email: str
    phone: str | None
    country: str | None
    language: str
    street: str
    town: str
    postcode: str

    @property
    def name(self) -> str:
        """Return first and last name as one text."""
        return f"{self.first} {self.last}"

    @property
    def phone_as_typed(self) -> str | None:
        """Return the phone number as its owner may type it, in one of three ways."""
        if self.phone is None or self.country != "GB":
            return self.phone
        ways = (self.phone, f"0{self.phone[3:]}", f"0{self.phone[3:7]} {self.phone[7:]}")
        return ways[len(self.name) % len(ways)]

    @property
    def address(self) -> str:
        """Return street, town, postcode and country as one text."""
        return ", ".join(filter(None, (self.street, self.town, self.postcode, self.country)))


class Chance(Random):
    """A source of chance that is the same for the same seed, on every machine."""

    def happens(self, percent: float) -> bool:
        """Say whether something happens that does so `percent` times in a hundred."""
        return self.random() * 100 < percent


class Invention:
    """Invents persons, each from the seed and a key of its own, no two with one number."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._numbers = {country: _numbers(country) for country in NUMBER_RANGES}

    def chance(self, *key: object) -> Chance:
        """Return a source of chance that depends on the seed and `key` alone."""
        return Chance(f"{self._seed}/{key}")

    def person(self, country: str, key: str) -> Person:
        """Return a new person of `country` (the data's name for it); `key` is in the email."""
        chance, home = self.chance("person", key), COUNTRIES[country]
        first, last = chance.choice(home.tongue.first), chance.choice(home.tongue.last)
        return Person(
            title=chance.choice((None, None, None, None, "Dr")),
            first=first,
            last=last,
            email=f"{_plain(first)}.{_plain(last)}.{key}@{_domain(chance)}",
            phone=self._phone(home.code) if chance.happens(75) else None,
            country=home.code,
            language=home.tongue.language,
            street=f"{chance.randint(1, 180)} {chance.choice(home.tongue.streets)}",
            town=chance.choice(home.towns),
            postcode=_postcode(home.code, chance),
        )

    def _phone(self, country: str | None) -> str | None:
        numbers = self._numbers.get(country or "")
        return next(numbers, None) if numbers else None


def _numbers(country: str) -> Iterator[str]:
    """Yield each reserved number once, taking the ranges in turn."""
    for rest in count():
        ranges = [(start, size) for start, size in NUMBER_RANGES[country] if rest < size]
        if not ranges:
            return
        for start, size in ranges:
            yield f"{start}{rest:0{len(str(size - 1))}d}"


def _domain(chance: Random) -> str:
    return chance.choices(DOMAINS, weights=(20, 20, 20, 20, 20, 20, 1))[0]


def _plain(name: str) -> str:
    """Return `name` in the lower-case letters and digits that an address may have."""
    letters = unicodedata.normalize("NFKD", name.translate(_UNMARKED))
    return "".join(letter for letter in letters if letter.isascii() and letter.isalnum()).lower()


def _postcode(country: str | None, chance: Random) -> str:
    """Return a postcode in an area that does not exist: ZZ, or one that begins with 00."""
    if country in {"GB", "JE"}:
        return f"ZZ{chance.randint(1, 99)} {chance.randint(1, 9)}ZZ"
    return f"00{chance.randint(1, 499):03d}"
