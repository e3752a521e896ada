"""Keys of the interface: random, shown once, kept as hashes, each with its scopes."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
import tomllib
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.sources.durable import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE: Final = "placket-web-keys.toml"
VERBS: Final = ("facts", "decide", "eligible", "audit", "requests", "desk", "approve")
WHOLE: Final = frozenset({"audit", "requests", "desk", "approve"})
"""Scopes that no activity narrows."""

_PREFIX: Final = "plk_"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_SCOPE: Final = re.compile(r"([a-z]+)(?::([a-z0-9_]+))?")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_BEARER: Final = b"bearer "


LOOK_SECONDS: Final = 1.0
"""How often the file of keys is looked at, at most."""


class KeysUnusable(Exception):
    """the file of web keys cannot be read."""


class KeyRefused(ValueError):
    """the key cannot be made."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key's name and, by verb, the activities it reaches; None means all."""

    name: str
    reach: Mapping[str, frozenset[str] | None]

    def may(self, verb: str) -> bool:
        """Say whether the key has the verb at all."""
        return verb in self.reach

    def reaches(self, verb: str, activity: str) -> bool:
        """Say whether the key has the verb for `activity`; empty asks for all of them."""
        activities = self.reach.get(verb, frozenset())
        return activities is None or activity in activities


class WebKeys:
    """The keys of a file, read again within a second of a change: a revoked key stops."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._looked = -LOOK_SECONDS
        self._callers: Mapping[bytes, Caller] = MappingProxyType({})

    def caller(self, authorization: bytes) -> Caller | None:
        """Return whose key the `Authorization` header bears, None when nobody's.

        A key has 256 random bits: it needs no slow hash, and its digest is looked up, so that
        the time taken says nothing about any key.
        """
        if authorization[:7].lower() != _BEARER:
            return None
        self._read_again()
        return self._callers.get(hashlib.sha256(authorization[7:].strip()).digest())

    def __len__(self) -> int:
        """Return how many keys there are."""
        self._read_again()
        return len(self._callers)

    def _read_again(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        try:
            self._read_changed()
        finally:
            # Last: a request beside this one must not go by keys that are not read yet.
            self._looked = now

    def _read_changed(self) -> None:
        try:
            found = self._file.stat()
        except FileNotFoundError:
            self._seen, self._callers = None, MappingProxyType({})
            return
        seen = (found.st_mtime_ns, found.st_size, found.st_ino)
        if seen != self._seen:
            self._callers, self._seen = read_keys(self._file), seen


def read_keys(file: Path) -> Mapping[bytes, Caller]:
    """Return the callers by the SHA-256 of their key. Raises KeysUnusable."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return MappingProxyType({})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise KeysUnusable(f"{file.name} is no TOML that can be read") from fault
    found: dict[bytes, Caller] = {}
    for name, entry in written.items():
        digest = str(entry.get("sha256", "")) if isinstance(entry, dict) else ""
        if not _HASH.fullmatch(digest):
            raise KeysUnusable(f"`[{name}]` in {file.name} needs `sha256`, 64 hex digits")
        found[bytes.fromhex(digest)] = Caller(name, read_scopes(entry.get("scopes", ())))
    return MappingProxyType(found)


def read_scopes(scopes: Iterable[str]) -> Mapping[str, frozenset[str] | None]:
    """Return the activities by verb of `decide` or `decide:ACTIVITY`. Raises KeyRefused."""
    reach: dict[str, frozenset[str] | None] = {}
    for scope in scopes:
        match = _SCOPE.fullmatch(scope)
        if match is None or match[1] not in VERBS or (match[1] in WHOLE and match[2]):
            raise KeyRefused(
                f"`{scope}` is no scope: write {', '.join(VERBS)}, or such as `decide:newsletter`"
            )
        verb, activity = match[1], match[2]
        before = reach.get(verb, frozenset())
        reach[verb] = None if activity is None or before is None else before | {activity}
    return MappingProxyType(reach)


def new_key(file: Path, name: str, scopes: Iterable[str]) -> str:
    """Add a key to the file and return it; nothing can show it again. Raises KeyRefused."""
    wanted = tuple(dict.fromkeys(scopes))
    read_scopes(wanted)
    if not _NAME.fullmatch(name):
        raise KeyRefused("a key's name has lower-case letters, digits, `-` and `_`, at most 63")
    if name in {caller.name for caller in read_keys(file).values()}:
        raise KeyRefused(f"there is a key `{name}` already; choose another name")
    if not wanted:
        raise KeyRefused(f"a key needs a scope: {', '.join(VERBS)}, or such as `decide:newsletter`")
    key = _PREFIX + secrets.token_urlsafe(32)
    digest = hashlib.sha256(key.encode()).hexdigest()
    listed = ", ".join(f'"{scope}"' for scope in wanted)
    entry = f'[{name}]\nsha256 = "{digest}"\nscopes = [{listed}]\n'
    before = file.read_text(encoding="utf-8").rstrip("\n") + "\n\n" if file.exists() else ""
    write_whole(file, (before + entry).encode())
    return key
