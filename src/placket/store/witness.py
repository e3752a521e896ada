"""A checkpoint that somebody kept, held against the ledger as it is now."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from placket.store import checkpoint as note
from placket.store.certifying import HEAD, BadCertificate, verify_certificate
from placket.store.checkpoint import BadCheckpoint
from placket.store.refusals import NotInTree
from placket.store.tree import verify_consistency
from placket.store.verifying import Damage

if TYPE_CHECKING:
    from placket.store.ledger import Consistency

NOT_OURS: Final = "what was kept is no checkpoint of this ledger"
"""How it begins where the text that was kept cannot be held against the ledger at all."""


class Grown(Protocol):
    """All that is asked of the ledger here."""

    @property
    def id(self) -> str:
        """Return the ledger's id."""

    def consistency_proof(self, old_size: int) -> Consistency:
        """Return the proof that the tree of `old_size` leaves stands unchanged in the newest."""


def unlike_kept(ledger: Grown, text: str, public_key: bytes) -> Damage | None:
    """Return how the ledger differs from what somebody kept, None where it only grew since.

    text: a checkpoint, a certificate, or JSON that has one, as a proof or a receipt does.
    public_key: 32 raw bytes. Whoever has the signing key can write the ledger anew so that it
    fits itself; it does not fit what was signed before.
    """
    try:
        kept = note.verify(checkpoint_in(text, public_key), ledger.id, public_key)
    except (BadCheckpoint, BadCertificate) as bad:
        return Damage(what=f"{NOT_OURS}: {bad}")
    try:
        proof = ledger.consistency_proof(kept.size)
        newest = note.verify(proof.checkpoint, ledger.id, public_key)
    except NotInTree:
        what = f"fewer facts stand here than the {kept.size} that were signed: facts are missing"
        return Damage(what=what)
    if verify_consistency(kept.size, newest.size, kept.root, newest.root, proof.path):
        return None
    what = f"the first {kept.size} facts are not those that were signed: the past was rewritten"
    return Damage(what=what)


def checkpoint_in(text: str, public_key: bytes) -> str:
    """Return the checkpoint that a text is or holds. Raises BadCertificate."""
    if text.startswith(f"{HEAD}\n"):
        return verify_certificate(text, public_key).checkpoint
    # A text that is nested too deeply is no JSON of ours either.
    with suppress(ValueError, RecursionError):
        read = json.loads(text)
        if isinstance(read, dict):
            return str(read.get("checkpoint", ""))
    return _as_signed(text)


def _as_signed(text: str) -> str:
    """Return a note without what a mailbox, an editor or our own print adds to it."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n")
    note_, line, key = plain.rpartition("\npublic key: ")
    return f"{note_}\n" if line and "\n" not in key.removesuffix("\n") else plain
