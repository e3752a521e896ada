"""What a text consists of before anybody asks what it says: headings, paragraphs, items, rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_HEAD_WORDS: Final = 8


class Shape(StrEnum):
    """How a piece stands on the page."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One heading, paragraph, list item or row of a table.

    text: in one line; of a row, its cells one after the other. level: of a heading, 1 to 6.
    cells: of a row, each with the words at the head of its column, which may be empty.
    line: where it begins in its text, counted from 1.
    """

    shape: Shape
    text: str
    level: int = 0
    cells: tuple[tuple[str, str], ...] = ()
    line: int = 1


def row_of(cells: list[str], heads: list[str], *, line: int = 1) -> Piece:
    """Return a table's row, of which some cell is filled, as a piece."""
    named = [
        (heads[at] if at < len(heads) else "", " ".join(cell.split()))
        for at, cell in enumerate(cells)
    ]
    filled = tuple((head, cell) for head, cell in named if cell)
    return Piece(
        shape=Shape.ROW, text=" ".join(cell for _, cell in filled), cells=filled, line=line
    )


def reads_as_heads(cells: list[str]) -> bool:
    """Say whether the first row of a table names its columns."""
    return all(
        0 < len(cell.split()) <= _HEAD_WORDS and not cell.endswith(".") and cell[:1].isupper()
        for cell in cells
    )
