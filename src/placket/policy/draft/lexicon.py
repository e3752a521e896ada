"""What words say: terms of the vocabulary and other signs, with the forms they take in a text."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.policy.draft.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.policy.draft.words import Word

LANGUAGES: Final = ("en", "fr")
WIDEST_GAP: Final = 4
"""How many words may stand where a form has `..`."""
_GAP: Final = ""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to say a term: folded words, of which an empty one is a gap.

    weak: an everyday word, written with `~` in the table: it counts only beside a plainer sign.
    """

    kind: str
    term: str
    parts: tuple[str, ...]
    weak: bool = False

    @property
    def size(self) -> int:
        """How many words the form names."""
        return sum(part != _GAP for part in self.parts)


@dataclass(frozen=True, slots=True)
class Match:
    """A form found: words `first` to before `end` of its sentence say `term`."""

    kind: str
    term: str
    first: int
    end: int
    size: int
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """The forms of one language by their first word and their second, empty where there is none."""

    language: str
    forms: Mapping[tuple[str, str], tuple[Form, ...]]

    def matches(self, words: Sequence[Word]) -> tuple[Match, ...]:
        """Return what `words` say, in order; of two that overlap in one kind the longer.

        Takes time in proportion to the words: each form begins at its first word, and is short.
        """
        found = [match for at in range(len(words)) for match in self._at(words, at)]
        return _longest(found)

    def _at(self, words: Sequence[Word], at: int) -> Iterator[Match]:
        first = words[at].fold
        second = words[at + 1].fold if at + 1 < len(words) else _GAP
        candidates = self.forms.get((first, _GAP), ())
        if second != _GAP:
            candidates = (*candidates, *self.forms.get((first, second), ()))
        for form in candidates:
            end = _end_of(form, words, at)
            if end:
                yield Match(form.kind, form.term, at, end, form.size, form.weak)


def _end_of(form: Form, words: Sequence[Word], at: int) -> int:
    """Return the index after the form's last word when it begins at `at`; 0 when it does not."""
    gap = 0
    for part in form.parts:
        if part == _GAP:
            gap = WIDEST_GAP
            continue
        last = min(len(words), at + gap + 1)
        at = next((i + 1 for i in range(at, last) if words[i].fold == part), 0)
        gap = 0
        if not at:
            return 0
    return at


def _longest(found: list[Match]) -> tuple[Match, ...]:
    kept: list[Match] = []
    taken: dict[str, set[int]] = {}
    spans: set[tuple[str, int, int]] = set()
    for match in sorted(found, key=lambda m: (-m.size, m.first)):
        span = range(match.first, match.end)
        rivals = taken.setdefault(match.kind, set())
        place = (match.kind, match.first, match.end)
        # One form may say two terms, as `billing and delivery address` does.
        if place in spans or rivals.isdisjoint(span):
            rivals.update(span)
            spans.add(place)
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: (m.first, -m.size, m.kind, m.term)))


@cache
def lexicon(language: str) -> Lexicon:
    """Return the lexicon of `language`, one of LANGUAGES, from its table in the package."""
    table = files("placket.policy.draft").joinpath("lexicon", f"{language}.csv")
    forms: dict[tuple[str, str], list[Form]] = {}
    for row in csv.DictReader(table.read_text(encoding="utf-8").splitlines()):
        for written in row["forms"].split("|"):
            form = Form(row["kind"], row["term"], _parts(written), weak=written.startswith("~"))
            second = form.parts[1] if form.size > 1 else _GAP
            forms.setdefault((form.parts[0], second), []).append(form)
    return Lexicon(
        language=language,
        forms=MappingProxyType({words: tuple(found) for words, found in forms.items()}),
    )


def _parts(written: str) -> tuple[str, ...]:
    pieces = [tuple(word.fold for word in words_of(piece)) for piece in written.split("..")]
    parts = [part for piece in pieces for part in (*piece, _GAP)]
    return tuple(parts[:-1])


@cache
def surfaces(language: str) -> Mapping[tuple[str, str], tuple[Form, ...]]:
    """Return the forms of each (kind, term)."""
    found: dict[tuple[str, str], list[Form]] = {}
    for forms in lexicon(language).forms.values():
        for form in forms:
            found.setdefault((form.kind, form.term), []).append(form)
    return MappingProxyType({key: tuple(forms) for key, forms in found.items()})
