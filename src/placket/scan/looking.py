"""Look for the needles in a value: quickly in many at once, then exactly in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.scan.edges import apart_in_text, folded, stands_alone
from placket.scan.layers import Reader, TooMuch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.scan.needles import Needles, Phone, Text

_NO_DIGITS: Final = b" \t.-/()" + bytes(range(0x80, 0x100))
"""All that may stand between the digits of a number, and more: less of it only joins more."""


class Look:
    """The needles of one scan, ready to be looked for."""

    def __init__(self, needles: Needles) -> None:
        self.needles = needles
        self._reader = Reader(needles.shortest)
        self._texts = tuple(dict.fromkeys(needle.text for needle in needles.texts))
        self._numbers = tuple(phone.national for phone in needles.phones)
        digests = dict.fromkeys(needle.digest for needle in needles.digests)
        self._digests = tuple(digests)
        # Not one in 65,000, but then in any text.
        self._ascii_digests = tuple(digest for digest in digests if digest.isascii())

    def may_hold(self, values: bytes) -> bool:
        """Say whether any of the values, joined by zero bytes, can hold a needle.

        INVARIANT: where this says no, `gather` finds nothing in any of them: both read the same
        layers, and this one judges no edges. What cannot be read to its end may hold one.
        """
        try:
            return any(self._touches(view) for _, view in self._reader.views(values))
        except TooMuch:
            return True

    def forms_in(self, value: bytes) -> frozenset[str]:
        """Return the forms in which needles stand in one value, as far as it can be read."""
        found: set[str] = set()
        self.gather(value, found)
        return frozenset(found)

    def gather(self, value: bytes, found: set[str]) -> bool:
        """Add the forms in which needles stand in one value; say whether it was read to its end."""
        try:
            for layer, view in self._reader.views(value):
                found.update(f"{what} in {layer}" if layer else what for what in self._within(view))
        except TooMuch:
            return False
        return True

    def _touches(self, view: bytes) -> bool:
        lowered = view.lower()
        return (
            any(text in lowered for text in self._texts)
            or (bool(self._numbers) and self._may_ring(view))
            or any(digest in view for digest in self._ascii_digests)
            or (not view.isascii() and self._touches_beyond_ascii(view))
        )

    def _may_ring(self, view: bytes) -> bool:
        digits = view.translate(None, _NO_DIGITS)
        return any(number in digits for number in self._numbers)

    def _touches_beyond_ascii(self, view: bytes) -> bool:
        if any(digest in view for digest in self._digests):
            return True
        if not self.needles.wide:
            return False
        text = folded(view.decode("utf-8", "replace"))
        return any(needle.text.decode() in text for needle in self.needles.wide)

    def _within(self, view: bytes) -> Iterator[str]:
        lowered = view.lower()
        yield from (needle.what for needle in self.needles.texts if _stands(lowered, needle))
        yield from (phone.what for phone in self.needles.phones if _rings(view, phone))
        yield from (each.what for each in self.needles.digests if each.digest in view)
        if not view.isascii():
            text = folded(view.decode("utf-8", "replace")) if self.needles.wide else ""
            yield from (needle.what for needle in self.needles.wide if _stands_in(text, needle))


def _stands(lowered: bytes, needle: Text) -> bool:
    at = lowered.find(needle.text)
    while at >= 0:
        if stands_alone(lowered, at, at + len(needle.text), needle.edges):
            return True
        at = lowered.find(needle.text, at + 1)
    return False


def _stands_in(text: str, needle: Text) -> bool:
    wanted = needle.text.decode()
    at = text.find(wanted)
    while at >= 0:
        if apart_in_text(text, at, at + len(wanted), needle.edges):
            return True
        at = text.find(wanted, at + 1)
    return False


def _rings(view: bytes, phone: Phone) -> bool:
    return any(
        phone.is_led(view[max(match.start() - 24, 0) : match.start()])
        for match in phone.digits.finditer(view)
    )
