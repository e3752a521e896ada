"""Reading an HTML page into pieces; scripts, styles and what only navigates are dropped."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from placket.policy.draft.piece import Piece, Shape, reads_as_heads, row_of
from placket.policy.draft.plain import is_shout, is_title

_MARKUP: Final = re.compile(
    r"(?i)<(?:!doctype|html|body|head|p|div|table|tr|td|ul|ol|li|h[1-6]|br|section|article)\b"
)
_TAG: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}(?: [^<>\n]{0,300})?/?>")
# The parser takes the square of the time where many tags are opened and none is closed.
_UNCLOSED: Final = re.compile(r"<(?=[A-Za-z/!?])(?![^<>]{0,20000}>)")
DROPPED: Final = frozenset(
    {
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "nav",
        "button",
        "select",
        "textarea",
        "iframe",
        "object",
    }
)
BLOCKS: Final = frozenset(
    {
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "aside",
        "address",
        "blockquote",
        "dl",
        "dt",
        "dd",
        "br",
        "hr",
        "pre",
        "figure",
        "figcaption",
        "center",
        "details",
        "summary",
        "ul",
        "ol",
        "li",
        "table",
        "thead",
        "tbody",
        "tfoot",
        "tr",
        "td",
        "th",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "body",
        "html",
        "title",
    }
)
_STRONG: Final = frozenset({"b", "strong"})
_TERMS: Final = frozenset({"dt", "summary"})
_LOWEST: Final = 3
_HEADINGS: Final = {f"h{level}": level for level in range(1, 7)}


_SHAPED: Final = frozenset({*_HEADINGS, *_TERMS, "li", "dd"})


def is_page(text: str) -> bool:
    """Say whether the text is HTML with a structure, and not plain text with a stray tag."""
    return bool(_MARKUP.search(text))


def without_tags(text: str) -> str:
    """Return plain text without the tags that stand in it."""
    return _TAG.sub("", text)


def read_page(text: str) -> tuple[Piece, ...]:
    """Return the pieces of an HTML page, in order; time and memory follow its length."""
    reader = _Page()
    reader.feed(_UNCLOSED.sub("&lt;", _without_comments(text)))
    reader.close()
    reader.end_block()
    return tuple(reader.pieces)


def _without_comments(text: str) -> str:
    """Return the page without comments, their line ends left, so that lines keep their number."""
    kept, at = [], 0
    while (start := text.find("<!--", at)) >= 0:
        end = text.find("-->", start)
        kept.append(text[at:start])
        at = len(text) if end < 0 else end + 3
        kept.append("\n" * text.count("\n", start, at))
    return "".join([*kept, text[at:]])


@dataclass(slots=True)
class _Table:
    """A table while it is read. A table inside a cell ends the row around it."""

    heads: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    all_heads: bool = True
    in_cell: bool = False
    is_layout: bool = False


class _Page(HTMLParser):
    """Gathers pieces as tags open and close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self._words: list[str] = []
        self._dropping: list[str] = []
        self._tables: list[_Table] = []
        self._shape: tuple[Shape, int] = (Shape.PARAGRAPH, 0)
        self._line = 1
        self._strong = 0
        self._loud = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._dropping or tag in DROPPED:
            if tag in DROPPED:
                self._dropping.append(tag)
            return
        self._strong += tag in _STRONG
        if tag == "img":
            self._words.append(f" {dict(attrs).get('alt') or ''} ")
        if tag not in BLOCKS:
            return
        self._open_block(tag)

    def _open_block(self, tag: str) -> None:
        if tag == "table":
            self._leave_row()
            self._tables.append(_Table())
        elif self._in_table() and tag in {"tr", "td", "th"}:
            self._table_part(tag)
        elif self._in_cell() and tag not in _HEADINGS:
            # What stands in a cell stays in it; a break parts its words.
            is_next = tag == "li" and any(word.strip() for word in self._words)
            self._words.append(", " if is_next else " ")
        else:
            if self._in_cell():
                # A heading in a cell: the table only lays the page out.
                self._leave_row()
                self._tables[-1].is_layout = True
            self.end_block()
            if tag in _HEADINGS:
                self._shape = (Shape.HEADING, _HEADINGS[tag])
            elif tag in _TERMS:
                self._shape = (Shape.HEADING, _LOWEST)
            elif tag in {"li", "dd"}:
                self._shape = (Shape.ITEM, 0)

    def handle_endtag(self, tag: str) -> None:
        if self._dropping:
            if tag == self._dropping[-1]:
                self._dropping.pop()
            return
        self._strong = max(0, self._strong - (tag in _STRONG))
        if tag == "table" and self._tables:
            self._end_row()
            self._tables.pop()
        elif self._in_table() and tag in {"tr", "td", "th"}:
            self._table_part(f"/{tag}")
        elif tag == "title":
            self._words.clear()
        elif tag in BLOCKS and not self._in_cell():
            self.end_block()
            if tag in _SHAPED:
                self._shape = (Shape.PARAGRAPH, 0)

    def _in_table(self) -> bool:
        return bool(self._tables) and not self._tables[-1].is_layout

    def _in_cell(self) -> bool:
        return self._in_table() and self._tables[-1].in_cell

    def handle_data(self, data: str) -> None:
        if self._dropping:
            return
        if data.strip() and not any(word.strip() for word in self._words):
            self._line = self.getpos()[0]
        self._words.append(data)
        self._loud += len("".join(data.split())) if self._strong else 0

    def _table_part(self, tag: str) -> None:
        table = self._tables[-1]
        if tag in {"tr", "/tr"}:
            self._end_row()
            return
        self._end_cell()
        if not tag.startswith("/"):
            self.end_block()
            table.in_cell = True
            table.all_heads = table.all_heads and tag == "th"

    def _end_cell(self) -> None:
        table = self._tables[-1]
        if table.in_cell:
            table.cells.append(self._taken())
            table.in_cell = False

    def _end_row(self) -> None:
        if not self._in_table():
            self.end_block()
            return
        self._end_cell()
        table = self._tables[-1]
        cells, table.cells = table.cells, []
        all_heads, table.all_heads = table.all_heads, True
        if not any(cells):
            return
        if len(cells) == 1:
            self.pieces.append(Piece(shape=Shape.PARAGRAPH, text=cells[0], line=self._line))
        elif all_heads or (not table.heads and reads_as_heads(cells)):
            table.heads = cells
        else:
            self.pieces.append(row_of(cells, table.heads, line=self._line))

    def _leave_row(self) -> None:
        """End the row around a table in a cell: what it held so far stands for itself."""
        if self._tables:
            table = self._tables[-1]
            held = [*table.cells, self._taken()]
            table.cells, table.in_cell, table.all_heads = [], False, True
            self.pieces.extend(
                Piece(shape=Shape.PARAGRAPH, text=t, line=self._line) for t in held if t
            )
        else:
            self.end_block()

    def _taken(self) -> str:
        text = " ".join("".join(self._words).split()).replace(" , ", ", ")
        self._words.clear()
        return text

    def end_block(self) -> None:
        """Close what is open and keep it as a piece."""
        loud, self._loud = self._loud, 0
        text = self._taken()
        if not text:
            return
        shape, level = self._shape
        self._shape = (Shape.PARAGRAPH, 0)
        is_strong = loud >= len("".join(text.split()))
        if shape is Shape.PARAGRAPH and is_title(text) and (is_strong or is_shout(text)):
            shape, level = Shape.HEADING, _LOWEST
        self.pieces.append(Piece(shape=shape, level=level, text=text, line=self._line))
