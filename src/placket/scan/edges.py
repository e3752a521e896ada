"""Where a text ends: an address within a longer address is another person's."""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from enum import Enum
from typing import Final
from urllib.parse import unquote_to_bytes

SIGHT: Final = 48
"""Bytes on either side that are looked at."""

_JOINS: Final = "._+-"
_UNICODE: Final = re.compile(r"\\u([0-9a-f]{4})", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&#?[a-z0-9]{1,31};", re.IGNORECASE)
_SOFT: Final = re.compile(rb"=\r?\n\Z|\A=\r?\n")
_QUOTED: Final = re.compile(rb"=[0-9a-f]{2}")
_OPCODE: Final = re.compile(rb"(?:\A|[\n(.])[sv]\Z")
_MEMO: Final = re.compile(rb"\np[0-9]+\n")
_LONG: Final = 32
_BYTE: Final = 256
_ROUNDS: Final = 3


class Edges(Enum):
    """What a text must not be a part of."""

    ADDRESS = "address"
    WORD = "word"


def folded(text: str) -> str:
    """Return the text with letter case and Unicode's ways of writing one letter folded."""
    return text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()


def stands_alone(value: bytes, start: int, end: int, edges: Edges) -> bool:
    """Say whether what stands from `start` to `end` is no part of a longer text.

    Beside it may stand an escape, such as `%2E` or `&#46;`: what that means counts too.
    """
    if _is_measured(value, start, end):
        return True
    before, after = value[max(start - SIGHT, 0) : start], value[end : end + SIGHT]
    return _is_apart(_text(before), _text(after), edges) and (
        _is_plain(before, after)
        or all(_is_apart(one, two, edges) for one, two in _meant(before, after))
    )


def apart_in_text(value: str, start: int, end: int, edges: Edges) -> bool:
    """Say the same of a text in letters."""
    return _is_apart(value[max(start - SIGHT, 0) : start], value[end : end + SIGHT], edges)


def _text(part: bytes) -> str:
    return part.decode("utf-8", "replace")


def _is_apart(before: str, after: str, edges: Edges) -> bool:
    if edges is Edges.WORD:
        return not (_is_word(before[-1:]) or _is_word(after[:1]))
    return not (_goes_on_before(before) or _goes_on_after(after))


def _is_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


def _goes_on_before(before: str) -> bool:
    """Say whether the local part begins earlier: a dash or dot alone is punctuation."""
    if before[-1:] in _JOINS[2:] or before[-1:] == ".":
        before = before[:-1] if before else before
        return bool(before) and _is_word(before[-1])
    return _is_word(before[-1:])


def _goes_on_after(after: str) -> bool:
    """Say whether the domain goes on: a dot that ends a sentence does not make it longer."""
    if after[:1] in {".", "-"}:
        return after[1:2].isalnum()
    return after[:1].isalnum()


def _is_plain(before: bytes, after: bytes) -> bool:
    near = before + after
    return not any(mark in near for mark in (b"%", b"&", b"=", b"\\"))


def _meant(before: bytes, after: bytes) -> list[tuple[str, str]]:
    """Return what stands beside as each reading of escapes has it, escaped escapes included."""
    found = [(before, after)]
    for _ in range(_ROUNDS):
        found.append((_unescaped(found[-1][0]), _unescaped(found[-1][1])))
    if _SOFT.search(before) or _SOFT.search(after) or _QUOTED.match(after):
        found.append((binascii.a2b_qp(before), binascii.a2b_qp(after)))
    return [(_text(one), _text(two)) for one, two in found[1:]]


def _unescaped(part: bytes) -> bytes:
    read = _ENTITY.sub(_entity, _text(unquote_to_bytes(part)))
    return _UNICODE.sub(_letter, read).encode("utf-8", "replace")


def _entity(match: re.Match[str]) -> str:
    return html.unescape(match[0])


def _letter(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


def _is_measured(value: bytes, start: int, end: int) -> bool:
    """Say whether a format of sessions tells where it begins and ends: by its length, or a line."""
    length = end - start
    before = value[max(start - 4, 0) : start]
    if _MEMO.match(value, end) and _OPCODE.search(before):
        return True
    if before == length.to_bytes(4, "little") or before[-2:] == b"\x00" + bytes([length & 255]):
        return True
    last = before[-1:]
    if length < _LONG:
        return last in {bytes([length]), bytes([0xA0 | length])}
    # The mark of a short text in a pickle, or of one in MessagePack.
    return length < _BYTE and before[-2:] in {bytes((0x8C, length)), bytes((0xD9, length))}
