"""Words of a text with their places, folded so that spellings and number make no difference."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHES: Final = "'\u2019\u02bc"
_KEPT: Final = frozenset(
    {
        "always",
        "analysis",
        "does",
        "gps",
        "has",
        "his",
        "its",
        "news",
        "nous",
        "perhaps",
        "plus",
        "sans",
        "sms",
        "this",
        "thus",
        "vous",
        "was",
    }
)
"""Words whose last letter is no plural."""
_STEM: Final = 3
"""How many letters are left of a word, at least, when its plural is cut off."""
_LONG: Final = 5


@dataclass(frozen=True, slots=True)
class Word:
    """One word: folded for comparing, and where it stands in its text."""

    fold: str
    start: int
    end: int


def words_of(text: str) -> tuple[Word, ...]:
    """Return the words of `text` in order; `don't` gives `don` and `not`."""
    found = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        is_not = match[0] in "tT" and start > 1 and text[start - 1] in _APOSTROPHES
        fold = "not" if is_not and text[start - 2] in "nN" else folded(match[0])
        found.append(Word(fold, start, end))
    return tuple(found)


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """Return the word in small letters, without accents, in the singular, in one spelling.

    British and American spellings fold alike: `organisation` and `organization`, `colour` and
    `color`, `fulfil` and `fulfill`.
    """
    letters = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return _spelt(_singular(plain))


def _singular(word: str) -> str:
    if len(word) >= _STEM + 2 and word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if len(word) >= _STEM + 2 and word.endswith(("ies", "ie")):
        return word.removesuffix("s")[:-2] + "y"
    is_plural = word.endswith("s") and not word.endswith(("ss", "us", "is"))
    is_cut = is_plural and len(word) > _STEM and word not in _KEPT
    return word[:-1] if is_cut else word


def _spelt(word: str) -> str:
    if len(word) <= _LONG:
        return word
    return word.replace("iz", "is").replace("yz", "ys").replace("our", "or").replace("ll", "l")
