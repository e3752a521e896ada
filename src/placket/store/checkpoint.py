"""Checkpoints: the tree's size and root at an instant, as a note signed with Ed25519.

Source: C2SP `signed-note` and `tlog-checkpoint`.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519: Final = b"\x01"  # the signature type of the signed note format
_KEY_HASH_BYTES: Final = 4
_ROOT_BYTES: Final = 32
_TEXT_LIMIT: Final = 65_536

_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_AT = re.compile(r"at (0|-?[1-9][0-9]{0,18})", re.ASCII)


class BadCheckpoint(Exception):
    """The text is no checkpoint signed by this key."""


class Signer(Protocol):
    """All that signing a checkpoint asks of a keyring."""

    @property
    def public_key(self) -> bytes:
        """Return the 32 raw bytes of the Ed25519 public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a ledger commits to: its first `size` leaves have this root.

    origin: the ledger's name, which is its key's name too, without blanks or `+`;
    at: when it was made, microseconds UTC.
    """

    origin: str
    size: int
    root: bytes
    at: int


def sign(checkpoint: Checkpoint, key: Signer) -> str:
    """Return the checkpoint as a signed note under the origin's name."""
    return sign_text(_body(checkpoint), checkpoint.origin, key)


def sign_text(body: str, name: str, key: Signer) -> str:
    """Return a text, which ends with a line break, as a note signed under `name`."""
    if not _NAME.fullmatch(name):
        raise ValueError("a checkpoint's origin has neither blanks nor `+`")
    signed = key_hash(name, key.public_key) + key.sign(body.encode())
    return f"{body}\n\u2014 {name} {b64encode(signed).decode()}\n"


def verify(text: str, name: str, public_key: bytes) -> Checkpoint:
    """Return the checkpoint in `text` once the key's signature has been checked.

    name: of the key, and the origin expected; public_key: 32 raw bytes. Signatures of other
    keys, such as witnesses', and extension lines that are not ours are passed over.
    Raises BadCheckpoint.
    """
    checkpoint = _parse(signed_text(text, name, public_key))
    if checkpoint.origin != name:
        raise BadCheckpoint(f"the checkpoint is of another ledger than `{name}`")
    return checkpoint


def signed_text(text: str, name: str, public_key: bytes, *, limit: int = _TEXT_LIMIT) -> str:
    """Return the signed part of a note, its last line break included.

    limit: letters of a note at most.
    Raises BadCheckpoint when no signature of this name and key stands under it and holds.
    """
    if len(text) > limit:
        raise BadCheckpoint("the text is too long for a checkpoint")
    body, gap, below = text.rpartition("\n\n")
    if not gap or not below.endswith("\n"):
        raise BadCheckpoint("the checkpoint is cut short: no signature stands under it")
    signature = _signature(below, name, key_hash(name, public_key))
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, f"{body}\n".encode())
    except (InvalidSignature, UnicodeEncodeError):
        raise BadCheckpoint("the signature does not fit: text or signature was altered") from None
    return f"{body}\n"


def key_hash(name: str, public_key: bytes) -> bytes:
    """Return the 4 bytes by which a signature line names its Ed25519 key."""
    return sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:_KEY_HASH_BYTES]


def _body(checkpoint: Checkpoint) -> str:
    root = b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\nat {checkpoint.at}\n"


def _signature(below: str, name: str, wanted: bytes) -> bytes:
    lines = [_signature_line(line) for line in below.removesuffix("\n").split("\n")]
    for signer, signed in lines:
        if signer == name and signed[:_KEY_HASH_BYTES] == wanted:
            return signed[_KEY_HASH_BYTES:]
    raise BadCheckpoint(f"no signature of `{name}` with this key stands under the checkpoint")


def _signature_line(line: str) -> tuple[str, bytes]:
    dash, _, rest = line.partition(" ")
    signer, _, encoded = rest.partition(" ")
    if dash != "\u2014" or not signer or not encoded:
        raise BadCheckpoint("a line under the checkpoint is no signature")
    return signer, _decoded(encoded)


def _parse(body: str) -> Checkpoint:
    lines = body.removesuffix("\n").split("\n")
    if len(lines) < 3 or not lines[0] or not _SIZE.fullmatch(lines[1]):  # noqa: PLR2004  # origin, size, root
        raise BadCheckpoint("the signed text is no checkpoint: origin, size and root were expected")
    root = _decoded(lines[2])
    instants = [match for line in lines[3:] if (match := _AT.fullmatch(line))]
    if len(root) != _ROOT_BYTES:
        raise BadCheckpoint("the checkpoint's root is not a SHA-256 hash")
    if len(instants) != 1:
        raise BadCheckpoint("the checkpoint does not say when it was made, in one line `at`")
    return Checkpoint(origin=lines[0], size=int(lines[1]), root=root, at=int(instants[0][1]))


def _decoded(text: str) -> bytes:
    """Read canonical base64: there is one spelling for each value."""
    try:
        found = b64decode(text, validate=True)
    except (NotBase64, ValueError):
        raise BadCheckpoint("a line of the checkpoint is not in base64") from None
    if b64encode(found).decode() != text:
        raise BadCheckpoint("a line of the checkpoint is not in base64")
    return found
