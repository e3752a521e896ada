"""The languages of the letters: texts and words from one file a language, English behind each."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from babel import Locale
from babel.dates import format_date

from placket.law.calendar import date_of
from placket.policy import vocabulary
from placket.policy.rendering.lay import lay, lay_period
from placket.policy.rendering.places import country
from placket.policy.rendering.rule_words import RIGHT_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from placket.law.calendar import Instant

ENGLISH: Final = "en"
LANGUAGES: Final = (ENGLISH, "fr")
_IS_CLOSED: Final = " is closed"
_TERMS: Final = ("data", "recipient")
_FRENCH: Final = "fr"
_SPACED: Final = ((" :", "\u00a0:"), (" ?", "\u00a0?"), (" ;", "\u00a0;"))
"""A French mark stays on the line of its word."""
_OWN: Final = "law."  # each language has names of its own for laws
_FEW: Final = 2  # a list of fewer words needs no `and`
Table = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Tongue:
    """One language. texts: by part and name; what it lacks is there in English."""

    language: str
    texts: Mapping[str, Mapping[str, Any]]

    def word(self, part: str, name: str) -> str:
        """Return the words for a name of one part, those for no name where it is unknown."""
        words = self.texts[part]
        return str(words.get(name) or words.get("", ""))

    def right(self, name: str) -> str:
        """Return a right as a shopper names it."""
        return self.word("right", name) or lay(name)

    def data(self, names: Iterable[str]) -> str:
        """Return categories as a list in a sentence."""
        return self.listed(self.term("data", name) for name in dict.fromkeys(names))

    def term(self, kind: str, name: str) -> str:
        """Return a word of the vocabulary, as it stands where it is none."""
        if name == vocabulary.ALL_HELD:
            return self.word("words", "everything")
        words = self.texts[kind].get(name)
        return str(words or (lay(name) if name in vocabulary.terms(kind) else name))

    def listed(self, words: Iterable[str], last: str = "and") -> str:
        """Return words as a list: `name, email and phone`."""
        found = [word for word in words if word]
        if len(found) < _FEW:
            return "".join(found)
        return f"{', '.join(found[:-1])} {self.word('words', last)} {found[-1]}"

    def day(self, day: date) -> str:
        """Return a day written out: `Monday 21 December 2026`."""
        locale = Locale("en", "GB") if self.language == ENGLISH else Locale(self.language)
        written = str(format_date(day, self.word("words", "day"), locale))
        first = self.texts["words"].get("first_of_month", "")
        return written.replace(" 1 ", f" {first} ", 1) if first and day.day == 1 else written

    def day_of(self, at: Instant, zone: ZoneInfo) -> str:
        """Return the day of an instant, written out."""
        return self.day(date_of(at, zone))

    def last_day(self, end: Instant, zone: ZoneInfo) -> str:
        """Return the last day before an end, which is the first instant after it."""
        return self.day_of(end - 1, zone)

    def country(self, code: str) -> str:
        """Return a country as a sentence holds it."""
        if self.language == ENGLISH:
            return country(code)
        return str(Locale(self.language).territories.get(code, code))

    def law(self, law: str) -> str:
        """Return a law as it is cited in the language."""
        for ours, theirs in self.texts["law"].items():
            law = law.replace(ours, theirs)
        return law

    def release(self, what: str) -> str:
        """Return what ends a keeping, where that is no day."""
        known = self.texts["release"]
        if what in known:
            return str(known[what])
        if what.endswith(_IS_CLOSED):
            relation = what.removesuffix(_IS_CLOSED)
            return str(known["case"]).format(case=self._case(relation))
        period = lay_period(what) if self.language == ENGLISH else what
        return str(known["period"]).format(period=period)

    def _case(self, relation: str) -> str:
        cases = self.texts["case"]
        unnamed = lay(relation) if self.language == ENGLISH else cases[""]
        return str(cases.get(relation) or unnamed)


@cache
def tongue(language: str) -> Tongue:
    """Return the language, English where we do not write it. language: such as `fr-CH`."""
    spoken = language.partition("-")[0]
    own = spoken if spoken in LANGUAGES else ENGLISH
    english, texts = _read(ENGLISH), _read(own)
    merged = {
        part: MappingProxyType(words | texts.get(part, {})) for part, words in english.items()
    }
    return Tongue(own, MappingProxyType(merged))


def missing(language: str) -> tuple[str, ...]:
    """Return what the language lacks and English gives, and what it has too many."""
    found = {f"{part}.{name}" for part, words in _read(language).items() for name in words}
    return tuple(sorted(each for each in _wanted() ^ found if not each.startswith(_OWN)))


def _wanted() -> set[str]:
    written = {f"{part}.{name}" for part, words in _read(ENGLISH).items() for name in words}
    terms = {f"{kind}.{name}" for kind in _TERMS for name in vocabulary.terms(kind)}
    return (written | terms) - {f"data.{vocabulary.ALL_HELD}"}


@cache
def _read(language: str) -> dict[str, Table]:
    written = files(__package__).joinpath("texts", f"{language}.toml").read_text(encoding="utf-8")
    for plain, kept_together in _SPACED:
        written = written.replace(plain, kept_together) if language == _FRENCH else written
    texts: dict[str, Table] = tomllib.loads(written)
    if language == ENGLISH:
        texts["right"] = {**RIGHT_WORDS, **texts["right"]}
        texts |= {kind: {} for kind in _TERMS}
    return texts
