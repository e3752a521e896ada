"""The wrapping key, which stands in no database: a key file, or an environment variable."""

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from errno import EDQUOT, EIO, EMFILE, ENFILE, ENOSPC, EROFS
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from placket.keyring.person_key import NONCE_BYTES, TAG_BYTES
from placket.keyring.refusals import KeyringMissing, KeyringUnusable, WrongWrappingKey

KEY_BYTES: Final = 32
WRAPPED_BYTES: Final = NONCE_BYTES + KEY_BYTES + TAG_BYTES
VARIABLE: Final = "PLACKET_WRAPPING_KEY"
NEXT_VARIABLE: Final = "PLACKET_WRAPPING_KEY_NEXT"

# What says nothing of the file: another key would fare no better.
_OF_THE_DISK: Final = frozenset({EDQUOT, EIO, EMFILE, ENFILE, ENOSPC, EROFS})

Point = Callable[[str], None]
"""Is told the name of each step that was just made durable; tests kill the process there."""


def no_point(_name: str) -> None:
    """Do nothing."""


class WrappingKey(Protocol):
    """Where the wrapping key is kept. During a rotation there are two, old and next."""

    def first(self) -> bytes:
        """Return the key for a new keyring, made now if there is none."""

    def candidates(self) -> list[bytes]:
        """Return the one or two keys kept. Raises KeyringMissing when there is none."""

    def is_settled(self) -> bool:
        """Say whether no rotation has begun, or the last one has ended."""

    def prepare(self) -> bytes:
        """Keep a next key beside the present one, durably, and return it."""

    def settle(self, key: bytes, point: Point) -> None:
        """Keep `key`, which is one of the two, and destroy the other."""


class Wrap:
    """Wraps and unwraps the keys of one keyring; each wrap is bound to what it holds."""

    def __init__(self, key: bytes, keyring_id: str) -> None:
        self.key = key
        self._keyring_id = keyring_id
        self._cipher = AESGCM(key)

    def seal(self, secret: bytes, *, what: str, name: str = "", generation: int = 0) -> bytes:
        """Return the 32-byte `secret` wrapped, 60 bytes."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, self._place(what, name, generation))

    def open(
        self,
        wrapped: bytes,
        *,
        what: str,
        name: str = "",
        generation: int = 0,
    ) -> bytes | None:
        """Return the secret, or None when this key or this place is not the wrap's."""
        if len(wrapped) != WRAPPED_BYTES:
            return None
        place = self._place(what, name, generation)
        try:
            return self._cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], place)
        except InvalidTag:
            return None

    def _place(self, what: str, name: str, generation: int) -> bytes:
        # The name comes last: it alone may hold any character.
        return f"placket keyring 1\0{self._keyring_id}\0{what}\0{generation}\0{name}".encode()


class KeyInEnvironment:
    """A wrapping key in PLACKET_WRAPPING_KEY; its successor in PLACKET_WRAPPING_KEY_NEXT."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def first(self) -> bytes:
        """Return the key in the variable."""
        return self._read(VARIABLE)

    def candidates(self) -> list[bytes]:
        """Return the key, and the next one where that is set."""
        names = [VARIABLE, NEXT_VARIABLE] if self._environ.get(NEXT_VARIABLE) else [VARIABLE]
        return [self._read(name) for name in names]

    def is_settled(self) -> bool:
        """Say yes: there is nothing to end in an environment."""
        return True

    def prepare(self) -> bytes:
        """Return the next key, which whoever runs Placket has set beside the present one."""
        if not self._environ.get(NEXT_VARIABLE):
            raise KeyringMissing(
                f"there is no next wrapping key; set {NEXT_VARIABLE} to 32 new random bytes "
                f"in base64, rotate, then move it to {VARIABLE}",
            )
        return self._read(NEXT_VARIABLE)

    def settle(self, key: bytes, point: Point) -> None:
        """Do nothing: an environment is changed from outside."""

    def _read(self, name: str) -> bytes:
        key = _decoded(self._environ.get(name, "").encode())
        if key is None:
            raise WrongWrappingKey(f"{name} does not hold 32 bytes in base64; set it to the key")
        return key


class KeyFile:
    """A wrapping key in a file that its owner alone may read; the next one in `NAME.next`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._next = path.with_name(f"{path.name}.next")

    def first(self) -> bytes:
        """Return the file's key, made now where the file is absent or was never filled."""
        key = _read_key(self._path)
        if key is None:
            self._path.unlink(missing_ok=True)
            key = _write_key(self._path)
        return key

    def candidates(self) -> list[bytes]:
        """Return the keys of both files."""
        # Next first: a rename between the two reads then shows its key twice, never not at all.
        found = [_read_key(self._next), _read_key(self._path)]
        keys = [key for key in found if key is not None]
        if not keys:
            raise KeyringMissing(
                "there is no wrapping key in the key file; put back the file that was made "
                "with this keyring",
            )
        return keys

    def is_settled(self) -> bool:
        """Say whether there is no next file."""
        return not self._next.exists()

    def prepare(self) -> bytes:
        """Write a new key to the next file and bring it to the disk."""
        return _write_key(self._next)

    def settle(self, key: bytes, point: Point) -> None:
        """Make `key` the only one: the old file is overwritten, then replaced by a rename."""
        if _read_key(self._path) == key:
            _blank(self._next)
            self._next.unlink(missing_ok=True)
        elif _read_key(self._next) == key:
            _blank(self._path)
            point("old wrapping key overwritten")
            self._next.replace(self._path)
        else:
            raise WrongWrappingKey("the key files changed meanwhile; put back the ones before")
        _sync_folder(self._path.parent)


def _read_key(path: Path) -> bytes | None:
    """Return the key in a file; None when there is no file, or no whole key in it."""
    try:
        with _opened(path, os.O_RDONLY) as descriptor:
            return _decoded(os.read(descriptor, 4096).strip())
    except FileNotFoundError:
        return None


def _write_key(path: Path) -> bytes:
    key = os.urandom(KEY_BYTES)
    with _opened(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as descriptor:
        os.write(descriptor, b64encode(key) + b"\n")
        os.fsync(descriptor)
    _sync_folder(path.parent)
    return key


def _blank(path: Path) -> None:
    """Overwrite a file in place, where it exists, so that its blocks do not keep the key."""
    with suppress(FileNotFoundError), _opened(path, os.O_WRONLY) as descriptor:
        os.write(descriptor, bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """Open a regular file that is nobody else's, never through a link."""
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileNotFoundError:
        raise
    except OSError as refused:
        kind = KeyringUnusable if refused.errno in _OF_THE_DISK else WrongWrappingKey
        raise kind(f"the key file cannot be used: {refused.strerror}") from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode) or mode & 0o077:
            raise WrongWrappingKey(
                "the key file is open to others, or no plain file; give it mode 0600",
            )
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _decoded(text: bytes) -> bytes | None:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
