"""Reading plain text into pieces: headings, hard-wrapped paragraphs, lists and tables of text."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from placket.policy.draft.piece import Piece, Shape, reads_as_heads, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BULLET: Final = re.compile(
    r"^\s{0,12}(?:[-*\u2022\u2023\u25aa\u25cf\u25e6\u00b7\u2013\u2014\u27a2\uf0b7]|o(?=\s))\s{1,8}(?=\S)"
)
NUMBER: Final = re.compile(
    r"^\s{0,12}(?:\(?(?P<mark>\d{1,2}(?:\.\d{1,2}){0,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]|"
    r"(?P<bare>\d{1,2}(?:\.\d{1,2}){1,3}))\s{1,8}(?=\S)"
)
_HASHES: Final = re.compile(r"^\s{0,3}(#{1,6})\s+(?=\S)")
_UNDERLINE: Final = re.compile(r"^\s*(?:={3,}|-{3,}|~{3,}|_{3,}|\*{3,})\s*$")
_RULE: Final = re.compile(r"^[\s|:+=-]+$")
_WIDE: Final = re.compile(r"\S {3,}\S")
_ENDS: Final = (".", ";", ":", "!", "?", ",")
_SHORT: Final = 90
_LOUD_LETTERS: Final = 4
"""How many letters a line in capitals has, at least: fewer are an abbreviation."""
_LOUD_SHARE: Final = 0.8
_HEADING_WORDS: Final = 13
_NARROW: Final = 40
_WRAPPED_AT: Final = 110
_START: Final = 20
"""By how many letters a piece is found again in its text."""
_AHEAD: Final = 60


def read_plain(text: str) -> tuple[Piece, ...]:
    """Return the pieces of plain text, in order; time follows its length."""
    pieces: list[Piece] = []
    blocks = _blocks(text.split("\n"))
    for at, block in enumerate(blocks):
        after = blocks[at + 1][0] if at + 1 < len(blocks) else ""
        pieces += _block(block, after)
    return tuple(_placed(pieces, text.split("\n")))


def _placed(pieces: list[Piece], lines: list[str]) -> Iterator[Piece]:
    """Yield the pieces, each with the number of the line on which it begins."""
    plain = [_letters(line) for line in lines]
    at = -1
    for piece in pieces:
        start = _letters(piece.text)[:_START]
        ahead = range(at + 1, min(len(lines), at + _AHEAD))
        at = next((i for i in ahead if _begins(plain[i], start)), at)
        yield replace(piece, line=max(at, 0) + 1)


def _letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def _begins(line: str, start: str) -> bool:
    return bool(line) and bool(start) and (start in line or start.startswith(line[-_START:]))


def _blocks(lines: list[str]) -> list[list[str]]:
    """Return the runs of lines between blank ones."""
    blocks: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            blocks[-1].append(line.expandtabs(1) if "\t" not in line.strip() else line)
        elif blocks[-1]:
            blocks.append([])
    return [block for block in blocks if block]


def _block(lines: list[str], after: str) -> list[Piece]:
    if table := _table(lines):
        return table
    pieces: list[Piece] = []
    for at, line in enumerate(lines := _unwrapped(_underlined(lines))):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        pieces.append(_piece(line, below, after, is_first=at == 0))
    return pieces


def _underlined(lines: list[str]) -> list[str]:
    """Return the lines with a line of marks under a heading made marks before it."""
    kept: list[str] = []
    for line in lines:
        if not _UNDERLINE.match(line):
            kept.append(line)
        elif kept and len(kept[-1].strip()) <= _SHORT and not _is_marked(kept[-1]):
            kept[-1] = f"## {kept[-1].strip()}"
    return kept


def _is_marked(line: str) -> bool:
    return bool(BULLET.match(line) or NUMBER.match(line) or _HASHES.match(line))


def _unwrapped(lines: list[str]) -> list[str]:
    """Return the lines with those joined that only a narrow page parted."""
    if not _is_wrapped(lines):
        return lines
    joined: list[str] = []
    for line in lines:
        begins = not joined or _is_marked(line) or _HASHES.match(joined[-1]) or is_shout(line)
        if begins or is_shout(joined[-1]):
            joined.append(line)
        else:
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
    return joined


def _is_wrapped(lines: list[str]) -> bool:
    bodies = [line for line in lines if not _HASHES.match(line) and not is_shout(line)]
    if max(map(len, bodies), default=0) > _WRAPPED_AT:
        return False
    # A line that stops inside a sentence, and whose follower begins with a small letter or is
    # set in from its mark, goes on.
    goes_on = [
        not a.rstrip().endswith(_ENDS[:5]) and len(a.strip()) > _NARROW and not _is_marked(b)
        for a, b in pairwise(bodies)
    ]
    return any(goes_on) and sum(len(a) > _NARROW for a in bodies[:-1]) * 2 > len(bodies) - 1


def is_shout(line: str) -> bool:
    """Say whether a short line is written in capitals, as headings are."""
    letters = [c for c in line if c.isalpha()]
    if len(letters) < _LOUD_LETTERS or len(line.strip()) > _SHORT or _is_place(line):
        return False
    return sum(c.isupper() for c in letters) > _LOUD_SHARE * len(letters)


def _piece(line: str, below: str, after: str, *, is_first: bool) -> Piece:
    text = " ".join(line.split())
    if hashes := _HASHES.match(line):
        return Piece(shape=Shape.HEADING, level=len(hashes[1]), text=text[len(hashes[1]) :].strip())
    bare = unmarked(text)
    if is_shout(text) and len(bare) >= _LOUD_LETTERS:
        return Piece(shape=Shape.HEADING, level=2, text=bare)
    if _is_numbered_heading(text, below or after):
        return Piece(shape=Shape.HEADING, level=2, text=bare)
    if bare != text:
        return Piece(shape=Shape.ITEM, text=bare)
    if _is_heading(text, below, after, is_first=is_first):
        return Piece(shape=Shape.HEADING, level=3, text=text)
    return Piece(shape=Shape.PARAGRAPH, text=text)


def unmarked(text: str) -> str:
    """Return the text without the bullet or number that it begins with."""
    mark = BULLET.match(text) or NUMBER.match(text)
    return text[mark.end() :] if mark else text


def _is_place(text: str) -> bool:
    """Say whether a line is an address of some sort, and no heading."""
    return "@" in text or "://" in text or (text.count(",") > 1 and any(c.isdigit() for c in text))


def is_title(text: str) -> bool:
    """Say whether a text is short and open enough for a heading."""
    is_short = len(text) <= _SHORT and len(text.split()) <= _HEADING_WORDS
    return (
        is_short and not text.endswith(_ENDS[:4]) and not text.endswith(",") and not _is_place(text)
    )


def _is_numbered_heading(text: str, below: str) -> bool:
    mark = NUMBER.match(text)
    if mark is None or not is_title(text) or not text[mark.end()].isupper():
        return False
    # A run of numbered lines is a list.
    return bool(below) and not NUMBER.match(below) and not BULLET.match(below)


def _is_heading(text: str, below: str, after: str, *, is_first: bool) -> bool:
    follows = below or after
    if not (is_title(text) and text[0].isupper() and is_first and follows):
        return False
    is_list = bool(below) and is_title(below.strip())
    return not is_list and (len(follows.strip()) > len(text) or _is_marked(follows))


def _table(lines: list[str]) -> list[Piece]:
    """Return the rows of a table drawn with tabs, bars or wide gaps; nothing for other lines."""
    part = _parting(lines)
    if part is None:
        return []
    rows = [[cell.strip() for cell in part(line)] for line in lines if not _RULE.match(line)]
    pieces: list[Piece] = []
    heads: list[str] = []
    for cells in rows:
        if reads_as_heads(cells) and (not heads or cells == heads):
            heads = cells
        elif len([cell for cell in cells if cell]) == 1:
            pieces.append(Piece(shape=Shape.PARAGRAPH, text=next(c for c in cells if c)))
        else:
            pieces.append(row_of(cells, heads))
    return pieces


def _parting(lines: list[str]) -> Callable[[str], list[str]] | None:
    ruled = [line for line in lines if not _RULE.match(line)]
    if ruled and all("\t" in line.strip() for line in ruled):
        return lambda line: line.strip().split("\t")
    if len(ruled) > 1 and all(line.count("|") > 1 or " | " in line for line in ruled):
        return lambda line: line.strip().strip("|").split("|")
    if len(ruled) > 1 and all(_WIDE.search(line.strip()) for line in ruled):
        return lambda line: re.split(r" {3,}", line.strip())
    return None
