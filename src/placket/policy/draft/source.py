"""From the bytes of a file to its text: encodings, and what is no text at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MOST_BYTES: Final = 4 * 1024 * 1024
MOST_CHARACTERS: Final = 200_000
"""Longer than any privacy policy: what comes after would only cost time."""

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_FORMATS: Final = (
    (
        b"%PDF",
        "a PDF",
        "save its text, as in `pdftotext policy.pdf policy.txt`; a scan has to be recognised first",
    ),
    (b"\x89PNG", "a picture", "a picture holds no text: use the page that it shows"),
    (b"\xff\xd8\xff", "a picture", "a picture holds no text: use the page that it shows"),
    (b"GIF8", "a picture", "a picture holds no text: use the page that it shows"),
    (b"II*\x00", "a picture", "a picture holds no text: use the page that it shows"),
    (b"MM\x00*", "a picture", "a picture holds no text: use the page that it shows"),
    (b"PK\x03\x04", "an archive or office document", "save it as plain text or HTML"),
    (b"\xd0\xcf\x11\xe0", "an office document", "save it as plain text or HTML"),
    (b"{\\rtf", "rich text", "save it as plain text or HTML"),
    (b"\x1f\x8b", "compressed", "unpack it first"),
)
_CHARSET: Final = re.compile(rb"""(?i)charset\s{0,3}=\s{0,3}["']?([a-z0-9_-]{3,20})""")
_CHARSETS: Final = frozenset(
    {"iso-8859-1", "iso-8859-15", "windows-1252", "latin1", "utf-16", "utf-16le", "utf-16be"}
)
_HEAD: Final = 4096
_FEW: Final = 0.01
_UNPRINTED: Final = frozenset(map(chr, (*range(9), 11, *range(14, 32), 127, 0xFFFD)))
# A form feed parts the pages of what `pdftotext` writes.
_LINE_END: Final = re.compile("\r\n|\r|\f")
# Marks of direction can make a text read otherwise than it is written.
_DIRECTIONS: Final = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u00ad]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a file gives no draft, and what to do about it."""

    why: str
    mend: str


def read_source(raw: bytes) -> str | Unreadable:
    """Return the text of a file's bytes, line ends as in Unix, or why there is none.

    Tried in turn: a byte order mark, UTF-8, UTF-16 without a mark, what an HTML page declares,
    Windows-1252.
    """
    if len(raw) > MOST_BYTES:
        return too_large("file is larger than 4 MiB")
    for magic, what, mend in _FORMATS:
        if raw.startswith(magic):
            return Unreadable(why=f"the file is {what}, not text", mend=mend)
    text = _decoded(raw)
    if text is None or _is_binary(text):
        return Unreadable(why="the file is not text", mend="name a plain-text or HTML file")
    text = _DIRECTIONS.sub("", _LINE_END.sub("\n", text))
    text = "".join("" if c in _UNPRINTED else c for c in text) if _has_unprinted(text) else text
    if not text.strip():
        return Unreadable(why="the file holds no text", mend="name the file with the policy in it")
    return text


def too_large(what: str) -> Unreadable:
    """Return that the text is no policy by its size alone."""
    return Unreadable(
        why=f"the {what}, and no privacy policy is that long",
        mend="keep the policy, and leave out what is not part of it",
    )


def _decoded(raw: bytes) -> str | None:
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _as(raw[len(mark) :], name)
    if b"\x00" in raw[:_HEAD]:
        return _wide(raw)
    return _as(raw, "utf-8") or _as(raw, _declared(raw)) or raw.decode("cp1252", errors="replace")


def _as(raw: bytes, name: str) -> str | None:
    try:
        return raw.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _wide(raw: bytes) -> str | None:
    head = raw[:_HEAD]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 4:
        return None
    return _as(raw, "utf-16-le" if odd > even else "utf-16-be")


def _declared(raw: bytes) -> str:
    found = _CHARSET.search(raw[:_HEAD])
    name = found[1].decode("ascii").lower() if found else ""
    return name if name in _CHARSETS else "cp1252"


def _has_unprinted(text: str) -> bool:
    return not _UNPRINTED.isdisjoint(text)


def _is_binary(text: str) -> bool:
    head = text[:_HEAD]
    return sum(c in _UNPRINTED for c in head) > _FEW * len(head)
