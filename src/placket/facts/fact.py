"""The fact: one thing that happened, its two times, what is clear and what is sealed."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Any, Final

import msgspec

OPEN: Final = 2**63 - 1
"""The greatest instant: an interval that has no end yet."""


class Kind(StrEnum):
    """The closed set of facts."""

    CONSENT_REQUESTED = "consent_requested"
    CONSENT_GIVEN = "consent_given"
    CONSENT_CONFIRMED = "consent_confirmed"
    CONSENT_REFUSED = "consent_refused"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONTACT_OBTAINED = "contact_obtained"
    PREFERENCE_OFF = "preference_off"
    PREFERENCE_ON = "preference_on"
    OBJECTED = "objected"
    OBJECTION_DECIDED = "objection_decided"
    RESTRICTED = "restricted"
    RESTRICTION_LIFTED = "restriction_lifted"
    HOLD_PLACED = "hold_placed"
    HOLD_LIFTED = "hold_lifted"
    RELATION_OPENED = "relation_opened"
    RELATION_CLOSED = "relation_closed"
    HAPPENED = "happened"
    INTERACTED = "interacted"
    IDENTIFIED = "identified"
    IDENTITY_LINKED = "identity_linked"
    LINK_VOIDED = "link_voided"
    BORN = "born"
    LOCATED = "located"
    GUARDIAN_AGREED = "guardian_agreed"
    DATA_COLLECTED = "data_collected"
    PURPOSE_ADMITTED = "purpose_admitted"
    AUTOMATION_DECLINED = "automation_declined"
    AUTOMATION_ACCEPTED = "automation_accepted"
    REGISTER_LISTED = "register_listed"
    REGISTER_CLEARED = "register_cleared"
    SENT = "sent"
    SHARED = "shared"
    USED = "used"
    REQUESTED = "requested"
    REQUEST_MOVED = "request_moved"
    PLANNED = "planned"
    STEP_CARRIED_OUT = "step_carried_out"
    RECIPIENT_TOLD = "recipient_told"
    RECIPIENT_ANSWERED = "recipient_answered"
    DATA_ERASED = "data_erased"
    ERASURE_STARTED = "erasure_started"
    KEY_DESTROYED = "key_destroyed"
    TOMBSTONE = "tombstone"
    POLICY_PUBLISHED = "policy_published"


# Without cyclic garbage collection: a fact holds plain values, and ledgers hold very many.
class Fact(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """One fact. Times are microseconds UTC; empty text means not said.

    what: the thing the fact is about, by kind: a consent, event, relation, role, register,
    purpose or automated decision of the policy; `channel:` or `topic:` names a preference.
    thing: the opaque id of the order, case or row, so that an end finds its beginning.
    persons: of a passage that covers many persons; `person` is then empty.
    sealed: ciphertext under the person's key; `private`: the same, opened, never encoded.
    """

    id: str
    kind: Kind
    occurred_at: int
    recorded_at: int
    person: str = ""
    what: str = ""
    activity: str = ""
    channel: str = ""
    topic: str = ""
    region: str = ""
    recipient: str = ""
    clause: str = ""
    version: str = ""
    route: str = ""
    by: str = ""
    thing: str = ""
    ground: str = ""
    about: str = ""
    until: int | None = None
    data: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    generation: int = 0
    sealed: bytes = b""

    def with_sealed(self, ciphertext: bytes, generation: int) -> Fact:
        """Return the fact carrying `ciphertext`, sealed under key `generation`."""
        return msgspec.structs.replace(self, sealed=ciphertext, generation=generation)


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Fact)


def canonical(fact: Fact) -> bytes:
    """Return the bytes that are stored and hashed into the tree; one fact, one encoding."""
    return _ENCODER.encode(fact)


def decode(body: bytes) -> Fact:
    """Return the fact of `body`. Raises `msgspec.DecodeError` when the bytes are no fact."""
    return _DECODER.decode(body)


def sealed_context(fact: Fact) -> bytes:
    """Return what a sealed payload is bound to: person, fact, kind and key generation."""
    return f"{fact.person}\0{fact.id}\0{fact.kind}\0{fact.generation}".encode()


def fact_id(*parts: Any) -> str:
    """Return the id of a fact that is told by a row: equal parts give the equal id.

    A row of a shop is thereby told once, however often it is read.
    """
    text = "\0".join(str(part) for part in parts)
    return "f_" + hashlib.blake2b(text.encode(), digest_size=15).hexdigest()
