"""A translation of a policy's text: one file a language, each clause by its id, no block."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from placket.policy.checks.amounts import NUMBERS as ENGLISH_NUMBERS
from placket.policy.checks.amounts import Amount, timed
from placket.policy.checks.book import seeing_places, told
from placket.policy.draft.periods import DURATION, NUMBERS, UNITS, durations_in
from placket.problems import Place, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from placket.policy.parse import Clause, Document
    from placket.problems import Problem

READ_ALOUD: Final = frozenset({"en", "fr"})
"""Languages whose numbers and periods we read in words too."""
_GROUPED: Final = re.compile("(?<=\\d)[ \u00a0\u202f.,'\u2019](?=\\d{3}(?!\\d))")
_TARGET: Final = re.compile(r"\]\([^)\s]*\)")
_FIGURES: Final = re.compile(r"\d+")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_IN_WORDS: Final = {**NUMBERS, **ENGLISH_NUMBERS}
Key = tuple[str, int, int]
"""Clause id, or the id of the next clause with level and turn for a heading without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A policy and its translation, both read. language: as the file's name says."""

    policy: Document
    translation: Document
    language: str
    originals: Mapping[Key, Clause] = field(init=False)
    translated: Mapping[Key, Clause] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "originals", dict(_keyed(self.policy)))
        object.__setattr__(self, "translated", dict(_keyed(self.translation)))

    @property
    def start(self) -> Span:
        """Return the first line of the translation."""
        return Span(file=self.translation.file)


def check_translation(
    policy: Document, translation: Document, language: str
) -> tuple[Problem, ...]:
    """Return what is wrong with a translation, by place and code."""
    pair = Pair(policy=policy, translation=translation, language=language)
    found = chain.from_iterable(find(pair) for find in _CHECKS)
    return tuple(sorted(found, key=lambda p: (p.at.line, p.at.column, p.code, p.summary)))


def translated(policy: Document, translation: Document) -> Document:
    """Return the policy's document with titles and prose of a translation without faults.

    What the translation lacks stays as it is in the original.
    """
    by_key = dict(_keyed(translation))
    clauses = (_with_text(clause, by_key.get(key)) for key, clause in _keyed(policy))
    front = replace(
        policy.front, language=translation.front.language, retailer=translation.front.retailer
    )
    return replace(policy, front=front, clauses=tuple(clauses))


def _with_text(clause: Clause, other: Clause | None) -> Clause:
    return replace(clause, title=other.title, prose=other.prose) if other else clause


def _keyed(document: Document) -> Iterator[tuple[Key, Clause]]:
    """Yield each clause with its key, in order of the text."""
    nexts: list[str] = []
    after = ""
    for clause in reversed(document.clauses):
        after = clause.id or after
        nexts.append(after)
    turns: Counter[tuple[str, int]] = Counter()
    for clause, following in zip(document.clauses, reversed(nexts), strict=True):
        if clause.id:
            yield (clause.id, 0, 0), clause
        else:
            turns[following, clause.level] += 1
            yield (following, clause.level, turns[following, clause.level]), clause


def _clauses_missing(pair: Pair) -> Iterator[Problem]:
    for key in pair.originals.keys() - pair.translated.keys():
        clause = pair.originals[key]
        what = f"clause `{clause.id}`" if clause.id else f"the heading `{clause.title}`"
        problem = told(
            "P601",
            Place(at=pair.start, clause=clause.id),
            f"{what} has no translation",
            f"add `{'#' * clause.level} Title{_tail(clause)}` and its prose",
        )
        yield seeing_places(problem, Place(at=clause.span, clause=clause.id))


def _tail(clause: Clause) -> str:
    return f" {{#{clause.id}}}" if clause.id else ""


def _clauses_too_many(pair: Pair) -> Iterator[Problem]:
    for key in pair.translated.keys() - pair.originals.keys():
        clause = pair.translated[key]
        what = f"clause `{clause.id}`" if clause.id else f"the heading `{clause.title}`"
        yield told(
            "P602",
            Place(at=clause.span, clause=clause.id),
            f"{what} is not in the policy",
            "take it out, or add it to the policy first",
        )


def _both(pair: Pair) -> Iterator[tuple[Clause, Clause]]:
    for key, clause in pair.translated.items():
        if key in pair.originals:
            yield pair.originals[key], clause


def _amounts_added(pair: Pair) -> Iterator[Problem]:
    for original, clause in _both(pair):
        for shown in _more(_text(clause), _text(original), pair.language):
            yield told(
                "P603",
                Place(at=clause.span, clause=clause.id),
                f"the translation says `{shown}`, and the policy does not",
                "write what the policy says, or change the policy first",
            )


def _amounts_lost(pair: Pair) -> Iterator[Problem]:
    for original, clause in _both(pair):
        for shown in _more(_text(original), _text(clause), pair.language):
            problem = told(
                "P604",
                Place(at=clause.span, clause=clause.id),
                f"the policy says `{shown}`, and the translation does not",
                f"say `{shown}` in the translation too",
            )
            yield seeing_places(problem, Place(at=original.span, clause=original.id))


def _text(clause: Clause) -> str:
    return f"{clause.title}.\n{clause.prose}"


def _more(one: str, other: str, language: str) -> Iterator[str]:
    """Yield the periods and figures of one text that the other has not, each once."""
    if language.partition("-")[0] in READ_ALOUD:
        # What is a period here may be an age or a rate there: any time of that length will do.
        theirs = {amount for amount, _ in _times(other)}
        ours = {(time.start, time.end): time for time in durations_in(one, within=True)}
        lacking = {a: words for span in ours for a, words in _times(one, span) if a not in theirs}
        yield from lacking.values()
        for start, end in ours:
            one = f"{one[:start]}{' ' * (end - start)}{one[end:]}"
    known = _numbers(other)
    yield from (figure for figure in dict.fromkeys(_figures(one)) if figure not in known)


def _figures(text: str) -> list[str]:
    shown = _GROUPED.sub("", _TARGET.sub("]", text))
    return [str(int(found)) for found in _FIGURES.findall(shown)]


def _numbers(text: str) -> set[str]:
    """Return every number of a text, in figures and in the words that we know; one counts always.

    `One` and `a` are one word in many languages.
    """
    spelt = (_IN_WORDS.get(word.lower()) for word in _WORDS.findall(text))
    return {"1", *_figures(text), *(str(number) for number in spelt if number)}


def _times(text: str, span: tuple[int, int] | None = None) -> Iterator[tuple[Amount, str]]:
    """Yield every length of time in the text or its span, whatever it is for."""
    for match in DURATION.finditer(text, *(span or ())):
        word = match["amount"].lower()
        number = NUMBERS.get(word) or int(word)
        unit = UNITS[match["unit"].lower()].removesuffix("s")
        yield timed(number, unit), " ".join(match.group().split())


def _blocks(pair: Pair) -> Iterator[Problem]:
    for clause in pair.translation.clauses:
        if clause.rules or clause.unread:
            yield told(
                "P605",
                Place(at=clause.span, clause=clause.id),
                "a block stands in a translation",
                "take it out: the policy's own block holds in every language",
            )


def _version(pair: Pair) -> Iterator[Problem]:
    theirs, ours = pair.translation.front.version, pair.policy.front.version
    if theirs != ours:
        yield told(
            "P606",
            Place(at=pair.start),
            f"it translates version `{theirs}`, and the policy is version `{ours}`",
            f"translate what has changed, then write `version: {ours}`",
        )


def _language(pair: Pair) -> Iterator[Problem]:
    language = pair.translation.front.language
    if language != pair.language:
        yield told(
            "P607",
            Place(at=pair.start),
            f"its language is `{language}`, and its name says `{pair.language}`",
            f"write `language: {pair.language}`, or rename the file",
        )


def _untranslated(pair: Pair) -> Iterator[Problem]:
    for original, clause in _both(pair):
        if clause.prose and " ".join(clause.prose.split()) == " ".join(original.prose.split()):
            yield told(
                "P608",
                Place(at=clause.span, clause=clause.id),
                "the prose is that of the policy, untranslated",
                "translate it",
            )


_CHECKS: Final[tuple[Callable[[Pair], Iterator[Problem]], ...]] = (
    _clauses_missing,
    _clauses_too_many,
    _amounts_added,
    _amounts_lost,
    _blocks,
    _version,
    _language,
    _untranslated,
)
