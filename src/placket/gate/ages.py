"""Files sealed with age: for whom, by whom opened, and what is said when that fails."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_SECRET: Final = "AGE-SECRET-KEY-"  # noqa: S105 - how such a line begins, not a secret
_ERRNO: Final = re.compile(r"\[Errno (\d+)\]")
_MISSING: Final = (
    "sealing with age needs a library; install it with `pip install 'placket[backup]'`"
)


class AgeMissing(Exception):
    """The library that seals with age is not installed."""


class NotARecipient(Exception):
    """A recipient of age is a line that begins with `age1`, and this is none."""


class NotAnIdentity(Exception):
    """the file holds no identity of age."""


class NotSealed(Exception):
    """What was to be sealed could not be read, or the sealed not written."""


class NotOpened(Exception):
    """The file does not open: another identity, or it was cut short or changed."""


def new_identity(file: Path) -> str:
    """Write a new identity to a file that its owner alone may read; return its recipient.

    Raises AgeMissing, and FileExistsError where something stands there.
    """
    identity = _age().x25519.Identity.generate()
    recipient = str(identity.to_public())
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        written.write(f"# public key: {recipient}\n{identity}\n")
        written.flush()
        os.fsync(written.fileno())
    return recipient


def seal(plain: BinaryIO, sealed: BinaryIO, recipients: Sequence[str]) -> None:
    """Seal `plain` into `sealed` for each recipient.

    Raises AgeMissing, NotARecipient and NotSealed.
    """
    age = _age()
    try:
        known = [age.x25519.Recipient.from_str(each) for each in recipients]
    except age.RecipientError:
        raise NotARecipient(str(NotARecipient.__doc__)) from None
    try:
        age.encrypt_io(plain, sealed, known)
    except age.EncryptError as refused:
        # Of a fault of the system the library keeps the words alone.
        number = _ERRNO.search(str(refused))
        why = os.strerror(int(number[1])).lower() if number else str(refused)
        raise NotSealed(f"the backup could not be written: {why}") from None


def unseal(sealed: BinaryIO, plain: BinaryIO, identity_file: Path) -> None:
    """Open `sealed` into `plain`.

    Raises AgeMissing, NotAnIdentity, and NotOpened, perhaps after a part was written: what was
    written then is worth nothing.
    """
    age = _age()
    known = [age.x25519.Identity.from_str(line) for line in _identities(age, identity_file)]
    try:
        age.decrypt_io(sealed, plain, known)
    except (age.DecryptError, OSError) as refused:
        if isinstance(refused, OSError) and refused.errno is not None:
            raise  # the disk's or the pipe's own
        raise NotOpened(str(NotOpened.__doc__)) from None


def _identities(age: Any, file: Path) -> list[str]:
    lines = file.read_text(encoding="ascii", errors="replace").splitlines()
    found = [line.strip() for line in lines if line.startswith(_SECRET)]
    try:
        for each in found:
            age.x25519.Identity.from_str(each)
    except age.IdentityError:
        found = []
    if not found:
        raise NotAnIdentity(f"{file.name} holds no identity of age; it has a line `{_SECRET}...`")
    return found


def _age() -> Any:
    try:
        import pyrage  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise AgeMissing(_MISSING) from None
    return pyrage
