"""Seal the payload of a fact under the key of its person, and open it again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from placket.facts import Fact, Kind, sealed_context
from placket.identity.identifier import Identifier, keyed_hash, parse_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from placket.sources.told import Told

IDENTIFIER = "identifier"
"""The key of a sealed payload under which an `identified` fact says what it identified by."""


class PersonKey(Protocol):
    """All that sealing asks of a person's key."""

    @property
    def generation(self) -> int:
        """Return which key of the person this is; a destroyed one is never used again."""

    def seal(self, plaintext: bytes, *, aad: bytes) -> bytes:
        """Return `plaintext` sealed and bound to `aad`."""

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Return what was sealed, or raise when key, text or `aad` differ."""


class Keys(Protocol):
    """All that sealing asks of the keyring."""

    @property
    def hmac_key(self) -> bytes:
        """Return the key of identifier hashes."""

    def ensure(self, persons: Sequence[str]) -> Mapping[str, PersonKey]:
        """Return a key for each person, made and durable before this returns."""

    def keys_for(self, persons: Sequence[str]) -> Mapping[str, PersonKey]:
        """Return the keys that there are."""


def seal(told: Sequence[Told], keys: Keys) -> list[Fact]:
    """Return the facts, each payload sealed under its person's key.

    A key is durable before the first fact that needs it: an orphan key is harmless, a fact
    without a key would be lost.
    """
    owners = {item.fact.person for item in told if item.private is not None}
    own = keys.ensure(sorted(owners)) if owners else {}
    return [
        item.fact if item.private is None else _sealed(item.fact, item.private, own)
        for item in told
    ]


def _sealed(fact: Fact, private: Mapping[str, object], own: Mapping[str, PersonKey]) -> Fact:
    key = own[fact.person]
    bound = fact.with_sealed(b"", key.generation)
    plaintext = json.dumps(dict(private), sort_keys=True, ensure_ascii=False).encode()
    return bound.with_sealed(key.seal(plaintext, aad=sealed_context(bound)), key.generation)


def open_payload(fact: Fact, keys: Keys) -> dict[str, Any] | None:
    """Return the payload of `fact`, None when it has none or its key was destroyed."""
    return open_payloads([fact], keys).get(fact.id)


def open_payloads(facts: Iterable[Fact], keys: Keys) -> dict[str, dict[str, Any]]:
    """Return the payloads of those of `facts` that have one and whose key is there, by fact id."""
    sealed = [fact for fact in facts if fact.sealed]
    own = keys.keys_for(sorted({fact.person for fact in sealed})) if sealed else {}
    pairs = ((fact, own.get(fact.person)) for fact in sealed)
    return {
        fact.id: json.loads(key.open(fact.sealed, aad=sealed_context(fact)))
        for fact, key in pairs
        if key is not None and key.generation == fact.generation
    }


def births(facts: Iterable[Fact], keys: Keys) -> dict[str, dict[str, Any]]:
    """Return the opened payloads that a fold reads, by fact id: births and nothing else."""
    return open_payloads([fact for fact in facts if fact.kind is Kind.BORN], keys)


def identifier_hashes(told: Sequence[Told], keys: Keys) -> dict[str, bytes]:
    """Return the keyed hash that each `identified` fact stands for, by fact id."""
    found: dict[str, bytes] = {}
    for item in told:
        if item.fact.kind is Kind.IDENTIFIED and item.private is not None:
            identifier = parse_identifier(str(item.private[IDENTIFIER]))
            if isinstance(identifier, Identifier):
                found[item.fact.id] = keyed_hash(identifier, keys.hmac_key)
    return found
