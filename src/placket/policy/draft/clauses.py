"""Splitting a text into clauses: what belongs together stays together, and each says one thing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

from placket.policy.draft.piece import Piece, Shape
from placket.policy.draft.reading import leans
from placket.policy.draft.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.policy.draft.lexicon import Lexicon

_STOP: Final = re.compile(
    r"[.!?][\"'\u201d\u2019)]?(?=\s+[\"'\u201c\u2018(\u00ab]?[A-Z0-9\u00c0-\u00dd])"
)
_ABBREVIATION: Final = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|Ltd|Inc|Mr|Mrs|Ms|Dr|No|no|Art|art|p|pp|cf|al|vs|Co|Corp|St|S\.A|ex)"
    r"|\b[A-Z]|(?<!\w)\d{1,2})\.$"
)
_LONGEST: Final = 2000
"""A sentence is cut there: text without a full stop is no sentence."""
_ROOM: Final = 420
"""A clause takes further sentences up to this many characters; what leans on it, always."""
_MOST: Final = 1500
_LED: Final = 6
"""How many paragraphs an introduction that ends in a colon leads."""
_BEGINNING: Final = 9
_ITEM_WORDS: Final = 14
_GOES_ON: Final = re.compile(r"^.{1,110}(?:[,;]| or| and| ou| et)$")
_ITEM_SHORT: Final = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sentence, item or cell, with the words that lead to it: an introduction, a column head."""

    text: str
    lead: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A clause before it is read.

    heading: what it stands under. shape: how its parts are set. line: where it begins in the
    text. title: of the clause; title_said is the same where the heading says something for the
    clause itself, as `(consent)` does.
    """

    heading: str
    parts: tuple[Part, ...]
    shape: Shape
    intro: str = ""
    line: int = 1
    title: str = ""
    title_said: str = ""

    def prose(self) -> str:
        """Return the text of the clause, in Markdown; nothing is added to it or left out."""
        if self.shape is Shape.ROW:
            return "\n".join(f"- {_headed(part)}" for part in self.parts)
        if self.shape is Shape.ITEM:
            listed = "\n".join(f"- {part.text}" for part in self.parts)
            return f"{self.intro}\n\n{listed}" if self.intro else listed
        return " ".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading that structures the text."""

    text: str
    level: int


Entry: TypeAlias = Heading | Passage


def _headed(part: Part) -> str:
    return f"{part.lead}: {part.text}" if part.lead else part.text


def entries_of(pieces: Sequence[Piece], lexicon: Lexicon) -> tuple[Entry, ...]:
    """Return the headings and clauses of a text, in order."""
    return tuple(_entries(_listed(pieces), lexicon))


def _entries(pieces: Sequence[Piece], lexicon: Lexicon) -> Iterator[Entry]:
    heading, lead, led, at = "", "", 0, 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if piece.shape is Shape.HEADING:
            heading, led = piece.text, 0
            yield Heading(text=piece.text, level=piece.level)
        elif piece.shape is Shape.ROW:
            yield Passage(heading=heading, parts=_cells(piece), shape=Shape.ROW, line=piece.line)
        elif piece.shape is Shape.ITEM:
            end = _end_of_list(pieces, at)
            yield from _list(None, pieces[at - 1 : end], heading, lexicon)
            at = end
        elif not piece.text.endswith(".") and at < len(pieces) and _is_item(pieces[at]):
            end = _end_of_list(pieces, at)
            yield from _list(piece, pieces[at:end], heading, lexicon)
            at = end
        else:
            yield from _paragraph(piece, heading, lexicon, lead=lead if led > 0 else "")
            led -= 1
            if piece.text.endswith(":"):
                lead, led = piece.text, _LED


def _is_item(piece: Piece) -> bool:
    return piece.shape is Shape.ITEM


def _cells(piece: Piece) -> tuple[Part, ...]:
    return tuple(Part(text=cell, lead=head) for head, cell in piece.cells)


def _listed(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces, short lines after a colon made items of its list."""
    found: list[Piece] = []
    listing = False
    for at, piece in enumerate(pieces):
        is_line = piece.shape is Shape.PARAGRAPH and len(piece.text) <= _ITEM_SHORT
        if listing and is_line and not piece.text.endswith((".", ":")):
            found.append(replace(piece, shape=Shape.ITEM))
            continue
        below = pieces[at + 1].text if at + 1 < len(pieces) else ""
        opens = piece.text.endswith(":") or (is_line and bool(_GOES_ON.search(below)))
        listing = piece.shape is Shape.PARAGRAPH and opens and not piece.text.endswith(".")
        found.append(piece)
    return found


def _end_of_list(pieces: Sequence[Piece], at: int) -> int:
    while at < len(pieces) and pieces[at].shape is Shape.ITEM:
        at += 1
    return at


def _list(
    intro: Piece | None, items: Sequence[Piece], heading: str, lexicon: Lexicon
) -> Iterator[Passage]:
    """Yield one clause for a list of words, one for each item that is a sentence of its own."""
    lead = intro.text if intro else ""
    lengths = sorted(len(item.text.split()) for item in items)
    if lengths[len(lengths) // 2] <= _ITEM_WORDS:
        parts = tuple(Part(text=item.text, lead=lead) for item in items)
        line = (intro or items[0]).line
        yield Passage(heading=heading, parts=parts, shape=Shape.ITEM, intro=lead, line=line)
        return
    if intro:
        yield from _paragraph(intro, heading, lexicon)
    for item in items:
        yield from _paragraph(item, heading, lexicon, lead=lead)


def _paragraph(
    piece: Piece, heading: str, lexicon: Lexicon, *, lead: str = ""
) -> Iterator[Passage]:
    for group in _grouped(sentences_of(piece.text), lexicon):
        parts = tuple(Part(text=sentence, lead=lead) for sentence in group)
        yield Passage(heading=heading, parts=parts, shape=Shape.PARAGRAPH, line=piece.line)


def _grouped(sentences: list[str], lexicon: Lexicon) -> Iterator[list[str]]:
    """Yield the sentences that make one clause: what rests on one basis, else a few that lean."""
    whole = sum(map(len, sentences)) <= _MOST
    if whole and any(_rests(sentence, lexicon) for sentence in sentences[1:]):
        yield sentences
        return
    group: list[str] = []
    for sentence in sentences:
        size = sum(map(len, group))
        fits = size + len(sentence) <= _ROOM or (size <= _MOST and _leans(sentence, lexicon))
        if group and not fits:
            yield group
            group = []
        group.append(sentence)
    yield group


def _rests(sentence: str, lexicon: Lexicon) -> bool:
    """Say whether the sentence gives the legal basis of what stood before it."""
    matches = lexicon.matches(words_of(sentence))
    is_basis = any(match.kind == "basis" for match in matches)
    return is_basis and _leans(sentence, lexicon)


def _leans(sentence: str, lexicon: Lexicon) -> bool:
    """Say whether the sentence goes on with what stood before it."""
    return leans(lexicon.matches(words_of(sentence[:_ITEM_SHORT])[:_BEGINNING]))


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a paragraph, each at most 2000 characters long."""
    found, start = [], 0
    for stop in _STOP.finditer(text):
        if _ABBREVIATION.search(text[max(start, stop.end() - 12) : stop.end()]):
            continue
        found.append(text[start : stop.end()].strip())
        start = stop.end()
    found.append(text[start:].strip())
    return [piece for sentence in found for piece in _cut(sentence) if piece]


def _cut(sentence: str) -> Iterator[str]:
    while len(sentence) > _LONGEST:
        at = sentence.rfind(" ", 1, _LONGEST)
        at = at if at > 0 else _LONGEST
        yield sentence[:at].strip()
        sentence = sentence[at:].strip()
    yield sentence
