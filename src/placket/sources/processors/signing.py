"""Signed webhooks: HMAC-SHA256 over id, time and raw body, as Standard Webhooks writes it."""

from __future__ import annotations

import base64
import binascii
import hmac
from typing import TYPE_CHECKING, Final

from placket.sources.processors.refusals import AnswerOfAnother, RecipientUnset, SignatureWrong

if TYPE_CHECKING:
    from collections.abc import Mapping

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"
VERSION: Final = "v1,"
TOLERANCE_SECONDS: Final = 300
PREFIX: Final = "whsec_"
LEAST: Final = 24
"""The bytes of a secret at least."""
MOST_SIGNATURES: Final = 8
"""While a secret changes two signatures may stand there; a list of thousands is no such list."""


def read_secret(written: bytes) -> bytes:
    """Return the secret of a file: `whsec_` and base64, or the bytes themselves.

    Raises RecipientUnset for one that is too short to be a secret.
    """
    text = written.strip()
    if text.startswith(PREFIX.encode()):
        try:
            text = base64.b64decode(text.removeprefix(PREFIX.encode()), validate=True)
        except binascii.Error:
            raise RecipientUnset(f"the secret after `{PREFIX}` is not base64") from None
    if len(text) < LEAST:
        raise RecipientUnset(f"the secret is shorter than {LEAST} bytes")
    return text


def signed(secret: bytes, message_id: str, body: bytes, seconds: int) -> dict[str, str]:
    """Return the headers that sign `body`, sent at `seconds` since 1970."""
    return {
        ID: message_id,
        TIMESTAMP: str(seconds),
        SIGNATURE: VERSION + _mac(secret, message_id, str(seconds), body),
    }


def verify(
    secret: bytes, message_id: str, headers: Mapping[str, str], body: bytes, seconds: int
) -> None:
    """Return when `body` is signed as `message_id`, within five minutes of `seconds`.

    headers: their names in lower case. Raises SignatureWrong and AnswerOfAnother.
    """
    stamp = headers.get(TIMESTAMP, "")
    mac = _mac(secret, headers.get(ID, ""), stamp, body).encode()
    given = headers.get(SIGNATURE, "").split(" ", MOST_SIGNATURES)[:MOST_SIGNATURES]
    known = (each.removeprefix(VERSION) for each in given if each.startswith(VERSION))
    if not any(hmac.compare_digest(mac, each.encode()) for each in known):
        raise SignatureWrong
    if not _is_near(stamp, seconds):
        raise SignatureWrong("the answer was signed at another time")
    if headers.get(ID) != message_id:
        raise AnswerOfAnother


def _is_near(stamp: str, seconds: int) -> bool:
    plain = stamp.isascii() and stamp.isdecimal() and len(stamp) <= len("9999999999")
    return plain and abs(int(stamp) - seconds) <= TOLERANCE_SECONDS


def _mac(secret: bytes, message_id: str, stamp: str, body: bytes) -> str:
    text = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.digest(secret, text, "sha256")).decode()
