"""The short phrases of the catalogue: links, tells and clocks, read from text and written back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from placket.catalogue.model import INTERACTION, Link, Says, Tell

_TOKEN: Final = re.compile(r'"(?:[^"]|"")*"|->|<-|[^\s".:<>-](?:[^\s".:<>-]|-(?!>))*|\S')
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*")
_EVENT: Final = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_WORDS: Final = ("at", "on", "in", "as")

LINK_FORM: Final = "`column -> table.key`, or `<- table.column`"
TELL_FORM: Final = "`noun.past_participle at column`, such as `order.paid at paid_at`"


class NotAPhrase(ValueError):
    """The text is not such a phrase; `at` is the offset of the first word that does not fit."""

    def __init__(self, at: int, length: int, expected: str) -> None:
        """Keep the place and what would have fitted."""
        super().__init__(expected)
        self.at, self.length, self.expected = at, length, expected


@dataclass(slots=True)
class _Reader:
    text: str
    tokens: list[tuple[str, int]]
    index: int = 0

    def peek(self) -> str:
        return self.tokens[self.index][0] if self.index < len(self.tokens) else ""

    def accept(self, token: str) -> bool:
        if self.peek() != token:
            return False
        self.index += 1
        return True

    def expect(self, token: str, expected: str) -> None:
        if not self.accept(token):
            raise self.fail(expected)

    def fail(self, expected: str) -> NotAPhrase:
        if self.index < len(self.tokens):
            token, at = self.tokens[self.index]
            return NotAPhrase(at, len(token), expected)
        return NotAPhrase(len(self.text), 1, expected)

    def name(self, expected: str) -> str:
        token = self.peek()
        if token.startswith('"') and len(token) > 2:  # noqa: PLR2004 - two quotation marks
            self.index += 1
            return token[1:-1].replace('""', '"')
        if not _PLAIN.fullmatch(token):
            raise self.fail(expected)
        self.index += 1
        return token

    def end(self) -> None:
        if self.peek():
            raise self.fail("the end of the phrase")


def _read(text: str) -> _Reader:
    return _Reader(text, [(m.group(), m.start()) for m in _TOKEN.finditer(text)])


def quoted(name: str) -> str:
    """Return `name` as phrases write it: plain, or between quotation marks."""
    escaped = name.replace('"', '""')
    return name if _PLAIN.fullmatch(name) else f'"{escaped}"'


def parse_link(text: str) -> Link:
    """Return the link that `text` says. Raises NotAPhrase with the place of the fault."""
    reader = _read(text)
    if reader.accept("<-"):
        link = _target(reader, inward=True)
    else:
        column = reader.name(f"a link: {LINK_FORM}")
        reader.expect("->", "`->` and the table that the column points at")
        link = replace(_target(reader, inward=False), column=column)
    reader.end()
    return link


def _target(reader: _Reader, *, inward: bool) -> Link:
    source, table = "", reader.name("the name of a table")
    if reader.accept(":"):
        source, table = table, reader.name("the name of a table")
    reader.expect(".", "`.` and a column of the table")
    return Link(
        source=source, table=table, target=reader.name("a column of the table"), inward=inward
    )


def write_link(link: Link) -> str:
    """Return the phrase of `link`, which `parse_link` reads back."""
    source = f"{quoted(link.source)}:" if link.source else ""
    target = f"{source}{quoted(link.table)}.{quoted(link.target)}"
    return f"<- {target}" if link.inward else f"{quoted(link.column)} -> {target}"


def parse_tell(text: str) -> Tell:
    """Return the tell that the phrase `text` says. Raises NotAPhrase with the place."""
    event, _, rest = text.strip().partition(" ")
    if event != INTERACTION and not _EVENT.fullmatch(event):
        raise NotAPhrase(0, max(len(event), 1), TELL_FORM)
    offset = len(text) - len(text.lstrip()) + len(event) + 1
    try:
        return _tell(event, _read(rest))
    except NotAPhrase as fault:
        raise NotAPhrase(offset + fault.at, fault.length, fault.expected) from None


def _tell(event: str, reader: _Reader) -> Tell:
    word = reader.peek()
    if word not in _WORDS:
        raise reader.fail("`at`, `on`, `in` or `as`, then a column")
    reader.index += 1
    if word == "as":
        return _identified(event, reader)
    via, column = "", reader.name("the name of a column")
    if reader.accept("."):
        via, column = column, reader.name("a column of that table")
    channel = reader.name("a channel") if reader.accept("by") else ""
    reader.end()
    return Tell(event=event, word=word, column=column, via=via, channel=Says(constant=channel))


def _identified(event: str, reader: _Reader) -> Tell:
    identifier = reader.name("a kind of identifier, such as `device`")
    reader.expect("by", "`by` and the column that holds the identifier")
    column = reader.name("the name of a column")
    reader.end()
    return Tell(event=event, word="as", column=column, identifier=identifier)


def write_tell(tell: Tell) -> str:
    """Return the phrase of `tell`; what it cannot say stands in the long form beside it."""
    if tell.word == "as":
        return f"{tell.event} as {tell.identifier} by {quoted(tell.column)}"
    via = f"{quoted(tell.via)}." if tell.via else ""
    return f"{tell.event} {tell.word} {via}{quoted(tell.column)}"


def parse_clock(text: str) -> tuple[str, str]:
    """Return the duration and the start of `90 days from touched_at`."""
    after, word, start = text.partition(" from ")
    start = start.strip()
    if not word or not start:
        raise NotAPhrase(0, max(len(text), 1), "a period, such as `90 days from touched_at`")
    if start.startswith('"'):
        reader = _read(start)
        start = reader.name("a column")
        reader.end()
    return after.strip(), start


def write_clock(after: str, start: str) -> str:
    """Return the phrase that `parse_clock` reads back."""
    return f"{after} from {start if _EVENT.fullmatch(start) else quoted(start)}"
