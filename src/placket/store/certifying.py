"""Certificates as signed notes, verified from their text and a public key alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from placket.plan.certificate import read_certificate, write_certificate
from placket.store import checkpoint as note

if TYPE_CHECKING:
    from placket.plan.certificate import Certificate
    from placket.store.checkpoint import Signer

HEAD: Final = "placket certificate 1"
LIMIT: Final = 16 * 1024 * 1024
"""Letters of a certificate at most."""

# A name with half a letter, as a file that is no UTF-8 gives, is nobody's.
_SIGNED_BY: Final = re.compile("\n\u2014 ([^\\s+\ud800-\udfff]+) [A-Za-z0-9+/=]+\n")


class BadCertificate(Exception):
    """The text is no certificate that this key signed."""


def sign_certificate(certificate: Certificate, checkpoint: str, key: Signer) -> str:
    """Return the certificate, the ledger's newest checkpoint within it, as a signed note."""
    whole = msgspec.structs.replace(certificate, checkpoint=checkpoint)
    return note.sign_text(f"{HEAD}\n{write_certificate(whole).decode()}\n", certificate.ledger, key)


def verify_certificate(text: str, public_key: bytes) -> Certificate:
    """Return the certificate in `text` once its signature and its checkpoint's are checked.

    public_key: 32 raw bytes, from a place that the reader trusts. One text has one spelling: a
    note with any other byte is refused. Raises BadCertificate.
    """
    _, gap, below = text.rpartition("\n\n")
    signed_by = _SIGNED_BY.fullmatch(f"\n{below}") if gap else None
    if signed_by is None:
        raise BadCertificate("no signature stands under the text, or more than one")
    ledger = signed_by[1]
    try:
        found = _read(note.signed_text(text, ledger, public_key, limit=LIMIT))
        note.verify(found.checkpoint, ledger, public_key)
    except note.BadCheckpoint:
        raise BadCertificate(
            "the signature does not fit: the text was altered, or another key signed it"
        ) from None
    if found.ledger != ledger:
        raise BadCertificate("it is of another ledger than the one that signed it")
    return found


def _read(signed: str) -> Certificate:
    head, _, rest = signed.partition("\n")
    body = rest.removesuffix("\n").encode()
    try:
        found = read_certificate(body) if head == HEAD else None
    except msgspec.DecodeError:
        found = None
    if found is None or write_certificate(found) != body:
        raise BadCertificate("the signed text is no certificate")
    return found
