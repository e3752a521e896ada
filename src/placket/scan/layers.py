"""What a value is wrapped in: escapes, encodings and packed bytes, each read to what it means."""

from __future__ import annotations

import binascii
import html
import re
import sys
import zlib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

DEPTH: Final = 4
"""How many layers are opened within each other."""

MOST: Final = 64 * 1024 * 1024
RATIO: Final = 100
_SLACK: Final = 1024 * 1024

_ESCAPE: Final = re.compile(
    rb"%([0-9A-Fa-f]{2})"
    rb"|&(#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
    rb"|\\(?:u\{([0-9A-Fa-f]{1,6})\}|[uU]([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|([0-7]{3})|([\s\S]))"
)
_PERCENT: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_QUOTED: Final = re.compile(rb"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
_TAG: Final = re.compile(rb"<[^<>\0]{0,4096}>")
# Written out, since a group that is repeated has no first letter to be searched by.
_WIDE: Final = re.compile(rb"\0[\x20-\x7e]\0[\x20-\x7e]\0[\x20-\x7e]")
_GZIP: Final = re.compile(rb"\x1f\x8b\x08")
_ZLIB: Final = re.compile(rb"x[\x01\x5e\x9c\xda]")
# Only looked ahead at: the byte before a mark may be the same letter.
_LONG: Final = re.compile(rb"X(?=([\s\S]{2}\0\0))")
_SHORT: Final = re.compile(rb"\x8c(?=([\s\S]))")
_BREAK: Final = re.compile(rb"[\r\n\t ]+")
_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_LOWER_HEX: Final = b"0123456789abcdef-"
_UPPER_HEX: Final = b"0123456789ABCDEF-"
_SIMPLE: Final = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f", b"0": b"\0"}
_MANY: Final = 4096
_PIECE: Final = 65_536
_SALVAGED: Final = 1024 * 1024


class TooMuch(Exception):
    """What is packed here is more than the limits allow, and was not read to its end."""


class _Meanings(dict[bytes, bytes]):
    """What each escape means, worked out when it is first met."""

    def __missing__(self, escape: bytes) -> bytes:
        match = _ESCAPE.fullmatch(escape)
        meaning = _meaning(match) if match is not None else escape
        if len(self) < _MANY:
            self[escape] = meaning
        return meaning


_MEANINGS: Final = _Meanings()


def escapes(value: bytes) -> bytes | None:
    """Return the value with escapes of URLs, HTML, JSON and code read; None without any."""
    found, count = _ESCAPE.subn(_escape, value)
    return found if count else None


def _escape(match: re.Match[bytes]) -> bytes:
    return _MEANINGS[match[0]]


def _meaning(match: re.Match[bytes]) -> bytes:
    percent, entity, braced, unicode, byte, octal, simple = match.groups()
    if percent or byte:
        return bytes.fromhex((percent or byte).decode())
    if entity:
        return html.unescape(match[0].decode()).encode("utf-8", "replace")
    if octal:
        return bytes([int(octal, 8) & 255])
    if simple:
        return _SIMPLE.get(simple, simple)
    return _letter(int(braced or unicode, 16))


def _letter(code: int) -> bytes:
    return chr(code).encode("utf-8", "replace") if code <= sys.maxunicode else b"?"


def form_fields(value: bytes) -> bytes | None:
    """Return a form's fields with `+` for a blank, where percent signs show that it is one."""
    if b"+" not in value or not _PERCENT.search(value):
        return None
    return escapes(value.replace(b"+", b" "))


def quoted_printable(value: bytes) -> bytes | None:
    """Return quoted-printable text as it is read; None where nothing is quoted."""
    return binascii.a2b_qp(value) if _QUOTED.search(value) else None


def markup(value: bytes) -> bytes | None:
    """Return what is left of a text without its tags: they may split an address."""
    if b"<" not in value:
        return None
    found, count = _TAG.subn(b"", value)
    return found if count else None


def wide(value: bytes) -> bytes | None:
    """Return text of two bytes a letter as UTF-8, from both alignments."""
    if b"\0" not in value or not _WIDE.search(value):
        return None
    both = (part.decode("utf-16-le", "replace").encode() for part in (value, value[1:]))
    return b"\0".join(both)


def session(value: bytes) -> bytes | None:
    """Return the texts of a pickle, as its lengths part them; None without any."""
    found = []
    for match in chain(_LONG.finditer(value), _SHORT.finditer(value)):
        length, start = int.from_bytes(match[1], "little"), match.end(1)
        text = value[start : start + length]
        if length and len(text) == length:
            found.append(text)
    return b"\0".join(found) if found else None


def packed(value: bytes) -> bytes | None:
    """Return what gzip and zlib members within the value hold. Raises TooMuch."""
    parts: list[bytes] = []
    left, view = min(RATIO * len(value) + _SLACK, MOST), memoryview(value)
    for number, match in enumerate(chain(_GZIP.finditer(value), _ZLIB.finditer(value))):
        part, _ = _inflated(view[match.start() :], left)
        left -= max(len(part), 1)
        if left <= 0 or number == _MANY:
            raise TooMuch(TooMuch.__doc__)
        if part:
            parts.append(part)
    return b"\0".join(parts) if parts else None


def _inflated(value: memoryview, most: int) -> tuple[bytes, bool]:
    """Return what one member holds as far as it can be read, and whether it goes on.

    What stands before damage is read byte by byte: all that a reader could still get out of it.
    """
    try:
        return _run_through(value, most, bytearray(), _PIECE)
    except zlib.error:
        found = bytearray()
    try:
        return _run_through(value[:_SALVAGED], most, found, 1)
    except zlib.error:
        return bytes(found), False


def _run_through(value: memoryview, most: int, out: bytearray, step: int) -> tuple[bytes, bool]:
    """Read a member in steps into `out`. Raises zlib.error where it is damaged."""
    # 32 added: gzip or zlib, whichever the header says.
    opened = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for at in range(0, len(value), step):
        piece: bytes | memoryview = value[at : at + step]
        while piece and len(out) < most:
            out += opened.decompress(piece, most - len(out))
            piece = opened.unconsumed_tail
        if opened.eof or len(out) >= most:
            break
    return bytes(out), not opened.eof


class Reader:
    """Opens the layers of values in which texts of some length are looked for.

    shortest: the bytes of the shortest text. A run that is too short to hold it is not opened.
    """

    def __init__(self, shortest: int) -> None:
        # As many letters as the shortest text has in base64; in hex it has more.
        self._run = re.compile(
            rb"[A-Za-z0-9+/_\-]{%d,}(?:\r?\n[ \t]*[A-Za-z0-9+/_\-]+)*" % (shortest * 4 // 3)
        )
        self._hex = re.compile(rb"[0-9A-Fa-f]{%d,}" % (shortest * 2))
        self._printable = re.compile(rb"[\t\r\n\x20-\x7e]{%d,}" % shortest)

    def views(self, value: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the value as it is, then what each layer makes of it, with the layers' names.

        Of a value that zero bytes part, a layer reads only the parts that have it. The layers
        nearest to the value come first. Raises TooMuch.
        """
        yield "", value
        level = [("", value)]
        known = Known(views={value})
        for _ in range(DEPTH):
            level = [found for name, view in level for found in self._opened(name, view, known)]
            yield from level
        if any(packed(view) for _, view in level):
            raise TooMuch(TooMuch.__doc__)

    def _opened(self, within: str, value: bytes, known: Known) -> Iterator[tuple[str, bytes]]:
        """Yield what each layer makes of a view, where that is new."""
        # Without its tags a text holds no more than with them, but for addresses that they split.
        if within.startswith("markup"):
            return
        is_coded = within.startswith(("base64", "hex"))
        text = b"\0".join(self._printable.findall(value)) if is_coded else value
        for name, found in self._read(value, text, known):
            if found and found not in known.views:
                known.views.add(found)
                yield (f"{name} in {within}" if within else name), found

    def _read(self, value: bytes, text: bytes, known: Known) -> Iterator[tuple[str, bytes | None]]:
        parts = text.split(b"\0")
        for name, marks, read in _OF_TEXT:
            some = [p for mark in marks if mark in text for p in parts if mark in p]
            yield name, read(b"\0".join(dict.fromkeys(some))) if some else None
        runs = [_BREAK.sub(b"", run) for run in known.new(self._run.findall(text))]
        yield "base64", base64(runs)
        yield "hex", hexadecimal([run for some in runs for run in self._hex.findall(some)])
        yield "two-byte text", wide(value)
        yield "a session", session(value)
        yield "packed bytes", packed(value)


@dataclass(slots=True)
class Known:
    """What was read of one value already: many layers leave most of it as it is."""

    views: set[bytes]
    runs: set[bytes] = field(default_factory=set)

    def new(self, runs: Iterable[bytes]) -> list[bytes]:
        """Return the runs that no view had before."""
        found = [run for run in runs if run not in self.runs]
        self.runs.update(found)
        return found


def base64(runs: Sequence[bytes]) -> bytes:
    """Return what runs of base64 hold, from each of the four places a group may begin."""
    whole = [run.translate(_TO_STANDARD) for run in runs if not _is_hex(run)]
    pieces = [
        b"A" * shift + run + b"A" * (-(shift + len(run)) % 4) for run in whole for shift in range(4)
    ]
    return binascii.a2b_base64(b"AAAA".join(pieces))


def _is_hex(run: bytes) -> bool:
    """Say whether a run has letters of hex alone, in one case.

    As base64 it would hold neither `@` nor two digits beside each other: no address, no number,
    and none of the escapes. A hash, by a chance of one in 2^44.
    """
    return not run.translate(None, _LOWER_HEX) or not run.translate(None, _UPPER_HEX)


def hexadecimal(runs: Sequence[bytes]) -> bytes:
    """Return what runs of hex hold, from both places a pair may begin."""
    pieces = [run[at : at + (len(run) - at) // 2 * 2] for run in runs for at in (0, 1)]
    return bytes.fromhex(b"00".join(pieces).decode())


_OF_TEXT: Final = (
    ("escapes", (b"\\", b"%", b"&"), escapes),
    ("a form", (b"+",), form_fields),
    ("quoted-printable", (b"=",), quoted_printable),
    ("markup", (b"<",), markup),
)
"""Layers of text: the name, marks of which a part must have one, and what reads it."""


def runs_over(value: bytes, before: int) -> bool:
    """Say whether a packed member that begins before `before` goes on beyond the value."""
    view = memoryview(value)
    return any(
        _inflated(view[match.start() :], MOST)[1]
        for match in chain(_GZIP.finditer(value), _ZLIB.finditer(value))
        if match.start() < before
    )
