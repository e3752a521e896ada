"""Checks of the wording alone: counts, numbering, and what a sentence points to."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from placket.policy.checks.amounts import NUMBERS
from placket.policy.checks.book import seeing_places, told
from placket.policy.checks.prose import Passage
from placket.problems import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.policy.parse import Clause
    from placket.problems import Problem

_MOST: Final = 20
_NUMBER: Final = "|".join(word for word, n in NUMBERS.items() if n <= _MOST)
_COUNT: Final = re.compile(
    rf"\b(?P<number>{_NUMBER}|\d{{1,2}})\s+(?:\w+\s+){{0,2}}?"
    r"(?P<what>reasons|rights|ways|purposes|categories|principles|cases|grounds|bases|conditions|"
    r"steps|types|kinds|criteria|situations|options)\b",
    re.IGNORECASE,
)
_ITEM: Final = re.compile(r"^\s{0,3}(?:[-*+]|\(?[a-z0-9]{1,4}[.)])\s+\S", re.MULTILINE)
BASES: Final = {
    "contract": re.compile(r"\bcontracts?\b|\bagreement with you\b", re.IGNORECASE),
    "consent": re.compile(r"\bconsent\b|\bpermission\b", re.IGNORECASE),
    "legitimate interest": re.compile(r"\blegitimate interests?\b", re.IGNORECASE),
    "legal obligation": re.compile(r"\b(?:legal|statutory) (?:obligations?|duty)\b", re.IGNORECASE),
    "the person's own interests": re.compile(
        r"\bprotect (?:your|their|his|her|the person's) (?:vital )?interests\b|\bvital interests\b",
        re.IGNORECASE,
    ),
    "public task": re.compile(r"\bpublic (?:task|interest)\b", re.IGNORECASE),
}
"""How a text speaks of each legal basis."""

_ROMAN: Final = re.compile(r"\((?P<mark>[ivx]{1,5}|[a-z]|\d{1,2})\)")
_HEADED: Final = re.compile(r"(?P<number>\d{1,2})[.)]\s+\S")
_VALUES: Final = {"i": 1, "v": 5, "x": 10}
_SECTION: Final = re.compile(
    r"\b(?:(?:see|read|refer to)\s+(?:our\s+|the\s+)?(?:section|paragraph|chapter)\s+"
    r"(?:called|titled|headed|entitled|on|about)\s+|"
    r"(?:in|from|see|read)\s+(?:our\s+|the\s+)?(?:previous\s+)?(?:section|paragraph|chapter)\s+"
    r"(?:(?:called|titled|headed|entitled)\s+|(?=[\u201c\u2018\"'])))"
    r"(?:[\u201c\u2018\"'](?P<quoted>[^\u201d\u2019\"'\n]{4,90})|(?P<name>[^.;\u201d\"()\n]{4,90}))",
    re.IGNORECASE,
)
_DATE_AT: Final = re.compile(
    r"\bdate of (?:the |its |our )?(?:last |latest )?(?:update|change|revision|version)s?\b"
    r"[^.]{0,80}\b(?:beginning|top|start|head|end|bottom|foot)\b",
    re.IGNORECASE,
)
_MONTHS: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
DATE: Final = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:{_MONTHS})\s+\d{{4}}\b|\b(?:{_MONTHS})\s+\d{{1,2}},?\s+"
    rf"\d{{4}}\b|\b\d{{4}}-\d{{2}}-\d{{2}}\b|\b\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}\b|"
    rf"\b(?:{_MONTHS})\s+\d{{4}}\b",
    re.IGNORECASE,
)
_CHANGES: Final = re.compile(
    r"\b(?:change|update|amend|modify|review)\w*\s+(?:the terms of\s+)?(?:this|our)\s+"
    r"(?:\w+\s+)?(?:policy|notice|statement)\b|"
    r"\b(?:this|our)\s+(?:\w+\s+)?(?:policy|notice|statement)\s+(?:may|can|will)\s+change\b",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[a-z]{4,}")
_IDLE: Final = frozenset(
    {
        "about",
        "also",
        "with",
        "your",
        "that",
        "this",
        "from",
        "they",
        "them",
        "what",
        "more",
        "information",
        "section",
        "called",
        "when",
        "have",
        "will",
        "other",
        "below",
        "above",
        "their",
    }
)
_ENOUGH: Final = 0.6


def read(book: Book) -> Iterator[Passage]:
    """Yield every clause of the document that has prose."""
    yield from (Passage(clause=c) for c in book.document.clauses if c.prose)


def counts(book: Book) -> Iterator[Problem]:
    """Tell each count that is not the number of the items that follow."""
    clauses = book.document.clauses
    for at, clause in enumerate(clauses):
        passage = Passage(clause=clause)
        for match in _COUNT.finditer(clause.prose):
            number = NUMBERS.get(match["number"].lower()) or int(match["number"])
            rest = clause.prose[match.end() :]
            inline = _ROMAN.findall(rest.split(". ")[0])
            items = len(_ITEM.findall(rest)) or len(inline)
            named = f"{match['number'].lower()} {match['what'].lower()}"
            at_count = passage.where(match)
            if items > 1 and items != number:
                yield passage.tell(
                    "P501",
                    at_count,
                    f"the text names `{named}`, and {items} follow",
                    "count again, or name no number",
                )
            elif match["what"].lower() in {"reasons", "bases", "grounds"} and items <= 1:
                yield from _bases(passage, match, clauses[at + 1 : at + 1 + number], number)


def _bases(
    passage: Passage, match: re.Match[str], following: tuple[Clause, ...], number: int
) -> Iterator[Problem]:
    """Tell a count of reasons where one of those that follow holds two."""
    held = [(c, [b for b, said in BASES.items() if said.search(c.prose)]) for c in following]
    every = {basis for _, bases in held for basis in bases}
    double = [(c, bases) for c, bases in held if len(bases) > 1]
    if len(following) == number and len(every) > number and double:
        clause, bases = double[-1]
        problem = passage.tell(
            "P501",
            passage.where(match),
            f"the text names `{match.group().lower()}`, and {len(every)} follow: one item holds "
            f"both `{bases[0]}` and `{bases[1]}`",
            "give each of them an item of its own, and count again",
        )
        yield seeing_places(problem, Passage(clause=clause).place)


def numbering(book: Book) -> Iterator[Problem]:
    """Tell each item of a numbered list that is out of order."""
    for passage in read(book):
        marks = [(m, _value(m["mark"])) for m in _ROMAN.finditer(passage.clause.prose)]
        if not marks or marks[0][1] != 1:
            continue
        for (before, value), (mark, next_value) in pairwise(marks):
            if (
                next_value not in {value + 1, 1}
                and before["mark"].isdigit() == mark["mark"].isdigit()
            ):
                yield passage.tell(
                    "P502",
                    passage.where(mark),
                    f"`{mark.group()}` follows `{before.group()}`",
                    "number the items again",
                )


def headings(book: Book) -> Iterator[Problem]:
    """Tell each numbered heading that does not follow the one before."""
    numbered = [
        (clause, int(match["number"]))
        for clause in book.document.clauses
        if (match := _HEADED.match(clause.title))
    ]
    for (before, first), (clause, second) in pairwise(numbered):
        if second not in {first, first + 1, 1} and clause.level == before.level:
            yield told(
                "P502",
                Place(at=clause.span, clause=clause.id),
                f"the heading `{clause.title}` follows `{before.title}`",
                "number the headings again, or write the part that is missing",
            )


def _value(mark: str) -> int:
    if mark.isdigit():
        return int(mark)
    if not set(mark) <= set(_VALUES):
        return ord(mark[0]) - ord("a") + 1
    values = [_VALUES[letter] for letter in mark]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return sum(-value if value < after else value for value, after in pairs)


def references(book: Book) -> Iterator[Problem]:
    """Tell each section or table that the text points to and does not have."""
    titles = [set(_WORD.findall(c.title.casefold())) for c in book.document.clauses if c.title]
    for passage in read(book):
        for match in _SECTION.finditer(passage.clause.prose):
            name = match["quoted"] or match["name"]
            words = set(_WORD.findall(name.casefold())) - _IDLE
            if words and not any(_is_named(words, title, passage) for title in titles):
                yield passage.tell(
                    "P503",
                    passage.at(match.end() - len(name), len(name.rstrip())),
                    f"no section is called `{' '.join(name.split())}`",
                    "name a section by its heading, or write the section",
                )


def _is_named(words: set[str], title: set[str], passage: Passage) -> bool:
    own = set(_WORD.findall(passage.clause.title.casefold()))
    alike = {w for w in words if any(w[:6] == other[:6] for other in title)}
    return title != own and len(alike) / len(words) >= _ENOUGH


def dates(book: Book) -> Iterator[Problem]:
    """Tell a text without a date, above all one that says where its date stands."""
    passages = list(read(book))
    heads = (c.title for c in book.document.clauses)
    if any(DATE.search(text) for text in (*heads, *(p.clause.prose for p in passages))):
        return
    for passage in passages:
        match = _DATE_AT.search(passage.clause.prose)
        if match is not None:
            yield passage.tell(
                "P504",
                passage.where(match),
                f"the text says where its date stands (`{' '.join(match.group().split())}`), and "
                "no date stands there",
                "write the date of the last change where the text says it is",
            )
            return
    changing = [p for p in passages if _CHANGES.search(p.clause.prose)]
    place = changing[0] if changing else None
    if place is None and not passages:
        return
    if place is None:
        yield told("P438", Place(at=book.head()), "the text carries no date", _DATED)
    else:
        yield place.tell(
            "P438", place.clause.span, "the text may change and carries no date", _DATED
        )


_DATED: Final = "write the day of the last change at the top"
