"""What is looked for: a person's identifiers as texts, as phone numbers and as hashes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import md5, sha1, sha256
from typing import TYPE_CHECKING, Final

import phonenumbers

from placket.identity import Identifier, keyed_hash, parse_identifier
from placket.scan.edges import Edges, folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LEAST: Final = 8
"""Characters of a key that can be told apart from any other text."""

_HASHES: Final[tuple[tuple[str, Callable[[bytes], bytes]], ...]] = (
    # What others call an identifier's hash is found again; nothing rests on its strength.
    ("md5", lambda text: md5(text, usedforsecurity=False).digest()),
    ("sha1", lambda text: sha1(text, usedforsecurity=False).digest()),
    ("sha256", lambda text: sha256(text).digest()),
)
_SHORTEST_HASH: Final = 16
_GAP: Final = rb"(?:[ \t.\-/()]|\xc2\xa0|\xe2\x80[\x90-\x95\xaf]){0,3}"
_FOREIGN: Final = re.compile(rb"(?:\+|(?<![0-9])00)%b[0-9]{0,3}%b\Z" % (_GAP, _GAP))


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in lower case, and what must not stand beside it; what: of which kind it is."""

    what: str
    text: bytes = field(repr=False)
    edges: Edges


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """The digits of a number within its country, however they are spaced, and what leads to it."""

    what: str
    national: bytes = field(repr=False)
    digits: re.Pattern[bytes] = field(repr=False)
    leads: re.Pattern[bytes] = field(repr=False)

    def is_led(self, before: bytes) -> bool:
        """Say whether what stands before the digits can begin this number and no other."""
        if self.leads.search(before):
            return True
        return not before[-1:].isdigit() and not _FOREIGN.search(before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A hash as bytes; its texts in hex and base64 are read as bytes first."""

    what: str
    digest: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needles:
    """All that one scan looks for.

    texts: ASCII ones, found in bytes; wide: others, found in text. left_out: how many keys are
    too short to be told apart from other text.
    """

    texts: tuple[Text, ...] = ()
    wide: tuple[Text, ...] = ()
    phones: tuple[Phone, ...] = ()
    digests: tuple[Digest, ...] = ()
    left_out: int = 0

    @property
    def forms(self) -> tuple[str, ...]:
        """Return what is looked for, each once, sorted."""
        words = {needle.what for needle in (*self.texts, *self.wide)}
        words |= {phone.what for phone in self.phones} | {each.what for each in self.digests}
        return tuple(sorted(words))

    @property
    def shortest(self) -> int:
        """Return the length in bytes of the shortest of all."""
        texts = (len(needle.text) for needle in (*self.texts, *self.wide))
        return min((*texts, *(len(phone.national) for phone in self.phones), _SHORTEST_HASH))


def needles_of(
    identifiers: Iterable[Identifier], *, written: Iterable[str] = (), key: bytes = b""
) -> Needles:
    """Return what to look for.

    written: the identifiers as the person wrote them, `kind:value`, for their own hashes. key: of
    the installation's keyed hash; none is looked for without it.
    """
    known = tuple(dict.fromkeys(identifiers))
    spelt = {identifier: dict.fromkeys(_spellings(identifier)) for identifier in known}
    for line in written:
        found, raw = parse_identifier(line), line.partition(":")[2]
        if isinstance(found, Identifier) and found in spelt:
            spelt[found] |= dict.fromkeys((raw, raw.strip()))
    long = {i: tuple(words) for i, words in spelt.items() if _is_telling(i)}
    texts = [text for i, words in long.items() for text in _texts(i, words)]
    return Needles(
        texts=tuple(text for text in texts if text.text.isascii()),
        wide=tuple(text for text in texts if not text.text.isascii()),
        phones=tuple(phone for i in long if i.kind == "phone" for phone in _phones(i)),
        digests=(*_digests(long), *(_keyed(known, key) if key else ())),
        left_out=len(known) - len(long),
    )


def _is_telling(identifier: Identifier) -> bool:
    own = identifier.value.partition(":")[2] if identifier.kind == "customer" else identifier.value
    return identifier.kind in {"email", "phone"} or len(own) >= LEAST


def _spellings(identifier: Identifier) -> Iterator[str]:
    yield identifier.value
    if identifier.kind == "email":
        yield _in_letters(identifier.value)
    elif identifier.kind == "customer":
        yield identifier.value.partition(":")[2]
    elif identifier.kind == "phone":
        yield identifier.value.removeprefix("+")
        yield f"00{identifier.value.removeprefix('+')}"
        number = phonenumbers.parse(identifier.value)
        national = phonenumbers.national_significant_number(number)
        yield from (national, f"0{national}")


def _in_letters(address: str) -> str:
    """Return an address with its domain in its own letters, where it is an IDN."""
    local, _, domain = address.rpartition("@")
    parts = [_label(part) for part in domain.split(".")]
    return f"{local}@{'.'.join(parts)}"


def _label(part: str) -> str:
    if not part.startswith("xn--"):
        return part
    try:
        return part.removeprefix("xn--").encode().decode("punycode")
    except UnicodeError:
        return part


def _texts(identifier: Identifier, spelt: tuple[str, ...]) -> Iterator[Text]:
    if identifier.kind == "phone":
        return
    edges = Edges.ADDRESS if identifier.kind == "email" else Edges.WORD
    for text in dict.fromkeys(folded(each) for each in spelt):
        if len(text) >= LEAST or identifier.kind == "email":
            yield Text(what=identifier.kind, text=text.encode(), edges=edges)


def _phones(identifier: Identifier) -> Iterator[Phone]:
    number = phonenumbers.parse(identifier.value)
    national = phonenumbers.national_significant_number(number)
    yield Phone(
        what="phone",
        national=national.encode(),
        digits=re.compile(_spaced(national) + rb"(?![0-9])"),
        # This country's code, with or without the way out, or the trunk zero.
        leads=re.compile(
            rb"(?<![0-9])(?:(?:\+|00)?%b%b%b(?:0%b)?|0%b)\Z"
            % (_GAP, _spaced(str(number.country_code)), _GAP, _GAP, _GAP)
        ),
    )


def _spaced(digits: str) -> bytes:
    return _GAP.join(bytes([digit]) for digit in digits.encode())


def _digests(spelt: dict[Identifier, tuple[str, ...]]) -> Iterator[Digest]:
    for identifier, words in spelt.items():
        for name, hashed in _HASHES:
            for digest in dict.fromkeys(hashed(word.encode()) for word in words):
                yield Digest(what=f"{name} of {identifier.kind}", digest=digest)


def _keyed(identifiers: Iterable[Identifier], key: bytes) -> Iterator[Digest]:
    for identifier in identifiers:
        yield Digest(what=f"keyed hash of {identifier.kind}", digest=keyed_hash(identifier, key))
