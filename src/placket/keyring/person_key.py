"""One person's data key: seals what is personal in a fact, and opens it again."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from placket.keyring.refusals import SealBroken

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class PersonKey:
    """An unwrapped data key, 32 bytes of AES-256-GCM; shows itself to no log."""

    __slots__ = ("_cipher", "generation", "person")

    def __init__(self, person: str, generation: int, key: bytes) -> None:
        self.person = person
        self.generation = generation
        self._cipher = AESGCM(key)

    def __repr__(self) -> str:
        """Name the person's id and the generation, never the key."""
        return f"PersonKey({self.person}, generation {self.generation})"

    def seal(self, plaintext: bytes, *, aad: bytes) -> bytes:
        """Return a random 12-byte nonce, then the ciphertext with its tag.

        aad: what the bytes belong to; the caller puts person, fact id, type and generation in.
        """
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plaintext, aad)

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        """Return the plaintext of what `seal` gave. Raises SealBroken."""
        if len(sealed) < NONCE_BYTES + TAG_BYTES:
            raise SealBroken("the sealed bytes are cut short")
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
        except InvalidTag:
            raise SealBroken("the sealed bytes do not open with this key and place") from None
