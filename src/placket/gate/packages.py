"""Packages on their way to a person: one archive, plain or locked by a passphrase."""

from __future__ import annotations

import io
import secrets
import zipfile
from typing import TYPE_CHECKING, Final

import pyzipper  # type: ignore[import-untyped]  # it has no stubs
from pyzipper.zipfile_aes import WZ_AES_V2  # type: ignore[import-untyped]  # nor has this

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.plan.package import Package

DAYS: Final = 7
LASTS: Final = DAYS * 86_400_000_000
"""How long a package waits to be fetched, once, in microseconds."""

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and figures that nobody takes for one another when they are told by telephone."""
GROUPS, LETTERS = 5, 5

_DATE: Final = (1980, 1, 1, 0, 0, 0)


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
