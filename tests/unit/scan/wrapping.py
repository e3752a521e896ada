"""Ways in which a value stands in a database, a file or a session, nested at will."""

from __future__ import annotations

import base64
import gzip
import html
import json
import pickle
import quopri
import zlib
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _letters(written: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda value: "".join(map(written, value.decode("latin-1"))).encode()


def _php(value: bytes) -> bytes:
    return b'a:1:{s:5:"email";s:%d:"%b";}' % (len(value), value)


def _pickled(protocol: int) -> Callable[[bytes], bytes]:
    return lambda value: pickle.dumps(
        {"user": value.decode("latin-1"), "cart": [1, 2]}, protocol=protocol
    )


TEXT: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "percent": lambda value: quote(value, safe="").encode(),
    "percent, every letter": _letters(lambda letter: f"%{ord(letter):02X}"),
    "html": lambda value: html.escape(value.decode("latin-1")).encode(),
    "html, every letter": _letters(lambda letter: f"&#{ord(letter)};"),
    "html, in hex": _letters(lambda letter: f"&#x{ord(letter):x};"),
    "json": lambda value: json.dumps({"a": value.decode("latin-1")}).encode(),
    "json, every letter": _letters(lambda letter: f"\\u{ord(letter):04x}"),
    "quoted-printable": lambda value: quopri.encodestring(b"Subject: a\n\n" + value + b"\n" * 2),
    "php": _php,
}
"""What gives text again, so that another may be put around it."""

BYTES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "base64": base64.b64encode,
    "base64, at the second place": lambda value: base64.b64encode(b" " + value + b" y"),
    "base64, at the third place": lambda value: base64.b64encode(b"x " + value + b" y"),
    "base64 in lines": lambda value: base64.encodebytes(b"-" * 45 + b" " + value),
    "base64 of URLs": lambda value: base64.urlsafe_b64encode(b"\xfb\xff " + value),
    "hex": lambda value: value.hex().encode(),
    "hex in capitals": lambda value: b"0x" + value.hex().upper().encode(),
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib in base64": lambda value: base64.b64encode(zlib.compress(b"v=" + value)),
    "utf-16": lambda value: value.decode("latin-1").encode("utf-16"),
    **{f"pickle {protocol}": _pickled(protocol) for protocol in range(6)},
}
"""What may be the outermost."""
