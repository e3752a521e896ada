"""Open or create the keyring that a URL names, with the wrapping key from file or environment."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, Self

from placket.keyring.person_key import PersonKey
from placket.keyring.postgres import PostgresKeyring
from placket.keyring.refusals import KeyringMissing
from placket.keyring.sqlite import SqliteKeyring
from placket.keyring.wrapping import (
    VARIABLE,
    KeyFile,
    KeyInEnvironment,
    Point,
    WrappingKey,
    no_point,
)


class Keyring(Protocol):
    """The keys of one ledger's persons, its HMAC key and its signing key."""

    @property
    def id(self) -> str:
        """Return the keyring's id, which a ledger remembers so as to refuse another's."""

    @property
    def hmac_key(self) -> bytes:
        """Return the 32 bytes under which identifiers are hashed."""

    @property
    def public_key(self) -> bytes:
        """Return the 32 raw bytes of the Ed25519 key that checkpoints verify with."""

    @property
    def traces_until_rotation(self) -> bool:
        """Say whether the store's files may hold a destroyed key's wrap until `rotate`."""

    @property
    def is_unused(self) -> bool:
        """Say whether nobody's key was ever made here."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""

    def keys_for(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        """Return the living keys of these persons as asked; who has none is left out."""

    def ensure(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        """Return a key for each of these persons; those made now are on the disk already."""

    def has(self, person: str) -> bool:
        """Say whether this person has a living key."""

    def destroyed(self) -> tuple[str, ...]:
        """Return the persons whose keys were destroyed and not made anew, sorted."""

    def destroy(self, *persons: str, point: Point = no_point) -> None:
        """Destroy every key of these persons; safe to repeat."""

    def renew(self, *persons: str, point: Point = no_point) -> None:
        """Destroy every key of these persons, and give each a fresh one."""

    @property
    def rotated_at(self) -> int:
        """Return since when the wrapping key is the present one, microseconds UTC; 0: unknown."""

    def rotate(self, *, now: int = 0, before: int | None = None, point: Point = no_point) -> bool:
        """Wrap all living keys with a new wrapping key, and destroy the old one.

        before: only where the last rotation was earlier; returns whether it rotated.
        """

    def close(self) -> None:
        """Forget the keys and let go of the store."""

    def __enter__(self) -> Self:
        """Return the keyring itself."""

    def __exit__(self, *raised: object) -> None:
        """Close."""


def create_keyring(
    url: str,
    *,
    key_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    now: int = 0,
) -> Keyring:
    """Make the keyring that `url` names: `sqlite:///path`, a bare path or `postgresql://...`.

    now: kept as the day of its wrapping key, microseconds UTC.

    The wrapping key is in PLACKET_WRAPPING_KEY, else in `key_file`, which is made where it is
    absent; for SQLite that is by default the keyring's path with `.key` after it.
    Raises KeyringExists or KeyringMissing.
    """
    wrapping = _wrapping(url, key_file, environ)
    if _is_postgres(url):
        return PostgresKeyring.create(url, wrapping, now=now)
    return SqliteKeyring.create(_path(url), wrapping, now=now)


def open_keyring(
    url: str,
    *,
    keyring_id: str | None = None,
    key_file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Keyring:
    """Open the keyring that `url` names, as `create_keyring` made it.

    keyring_id: the one that the ledger knows, None for a new ledger.
    Raises KeyringMissing, ForeignKeyring, WrongWrappingKey or KeyringDamaged.
    """
    wrapping = _wrapping(url, key_file, environ)
    if _is_postgres(url):
        return PostgresKeyring.open(url, wrapping, keyring_id=keyring_id)
    return SqliteKeyring.open(_path(url), wrapping, keyring_id=keyring_id)


def _wrapping(url: str, key_file: Path | None, environ: Mapping[str, str]) -> WrappingKey:
    if environ.get(VARIABLE):
        return KeyInEnvironment(environ)
    if key_file is None and _is_postgres(url):
        raise KeyringMissing(f"no wrapping key is named; set {VARIABLE}, or name a key file")
    return KeyFile(key_file or Path(f"{_path(url)}.key"))


def _is_postgres(url: str) -> bool:
    return url.startswith(("postgresql://", "postgres://"))


def _path(url: str) -> Path:
    path = url.removeprefix("sqlite:///")
    if "://" in path or not path:
        raise KeyringMissing(
            "this is no place for a keyring; write sqlite:///path or postgresql://"
        )
    return Path(path)
