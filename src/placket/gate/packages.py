"""Packages on their way to a person: one locked archive, and a signed link that soon ends."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import zipfile
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final

import pyzipper  # type: ignore[import-untyped]  # it has no stubs
from pyzipper.zipfile_aes import WZ_AES_V2  # type: ignore[import-untyped]  # nor has this

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.law.calendar import Instant
    from placket.plan.package import Package

DAYS: Final = 7
LASTS: Final = DAYS * 86_400_000_000
"""How long a package waits to be fetched, once, in microseconds."""

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and figures that nobody takes for one another when they are told by telephone."""
GROUPS, LETTERS = 5, 5

_LINK: Final = b"placket package link 1\0"
_MAC_BYTES: Final = 32
_UNTIL_BYTES: Final = 8
_LONGEST: Final = 400
_DATE: Final = (1980, 1, 1, 0, 0, 0)


class LinkUnusable(Exception):
    """the link is not ours, or its time is over; ask for a new one."""


def make_passphrase() -> str:
    """Return a new passphrase, 123 bits: five groups of five, to be told by another channel.

    The format of the archive slows guessing down by a thousand rounds only, so that the
    strength is here.
    """
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
    return "-".join(groups)


def lock(package: Package, passphrase: str) -> bytes:
    """Return the package as one archive, each file under AES-256 with a code that proves it whole.

    The names in an archive can be read without its passphrase, and a table's name may tell
    something: the tables stand in an archive of their own inside. Source: WinZip AE-2.
    """
    out = io.BytesIO()
    with pyzipper.AESZipFile(out, "w") as archive:
        archive.setpassword(passphrase.encode())
        archive.setencryption(pyzipper.WZ_AES, force_wz_aes_version=WZ_AES_V2)
        for name, body in _outer(package):
            entry = archive.zipinfo_cls(name, date_time=_DATE)
            archive.writestr(entry, body, compress_type=pyzipper.ZIP_DEFLATED)
    return out.getvalue()


def zipped(package: Package) -> bytes:
    """Return the package as one plain archive, for a way that is locked itself."""
    return _zipped(package.files.items())


def _outer(package: Package) -> Iterator[tuple[str, bytes]]:
    """Yield the files as the locked archive has them: what lies in a folder as one archive."""
    folders: dict[str, list[tuple[str, bytes]]] = {}
    for name, body in package.files.items():
        folder, is_within, _ = name.partition("/")
        if is_within:
            folders.setdefault(folder, []).append((name, body))
        else:
            yield name, body
    for folder, files in folders.items():
        yield f"{folder}.zip", _zipped(files)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in files:
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            archive.writestr(entry, body, compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def make_link(request: str, until: Instant, key: bytes) -> str:
    """Return a token that names the request and its end, and that nobody can make without `key`.

    It opens until its end, however often: that it is used once is for the caller to keep.
    """
    body = until.to_bytes(_UNTIL_BYTES, signed=True) + request.encode()
    return urlsafe_b64encode(_mac(body, key) + body).rstrip(b"=").decode()


def open_link(token: str, now: Instant, key: bytes) -> str:
    """Return the request that a token names. Raises LinkUnusable.

    Whatever is wrong with it, and wherever it differs, the answer is the same.
    """
    found = _decoded(token)
    mac, body = found[:_MAC_BYTES], found[_MAC_BYTES:]
    is_ours = hmac.compare_digest(mac, _mac(body, key))
    until = int.from_bytes(body[:_UNTIL_BYTES], signed=True)
    if not is_ours or len(body) <= _UNTIL_BYTES or now >= until:
        raise LinkUnusable(LinkUnusable.__doc__)
    return body[_UNTIL_BYTES:].decode()


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, _LINK + body, hashlib.sha256).digest()


def _decoded(token: str) -> bytes:
    """Return the bytes of a token, none where it is no token of the one form that we write."""
    if len(token) > _LONGEST:
        return b""
    try:
        found = urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
    except ValueError:
        return b""
    return found if urlsafe_b64encode(found).rstrip(b"=").decode() == token else b""
