"""A keyring over rows in some store: makes, finds, destroys and re-wraps the keys."""

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from placket.keyring.person_key import PersonKey
from placket.keyring.refusals import ForeignKeyring, KeyringDamaged, WrongWrappingKey
from placket.keyring.wrapping import (
    KEY_BYTES,
    WRAPPED_BYTES,
    Point,
    Wrap,
    WrappingKey,
    no_point,
)

BLANK: Final = bytes(WRAPPED_BYTES)
"""What stands where the wrap of a destroyed key stood."""

REMEMBERED: Final = 100_000
_BATCH: Final = 10_000
_EPOCH_BYTES: Final = 16
_SECRETS: Final = ("hmac", "signing")
_ROTATED: Final = "rotated"
_AHEAD: Final = 86_400_000_000
"""So much later than now, microseconds, the clock of a rotation was wrong, not a little off."""


class Rows(Protocol):
    """All that a keyring asks of the store its rows are in."""

    traces_until_rotation: bool

    def reading(self) -> AbstractContextManager[None]:
        """Give one unchanging sight of the rows."""

    def writing(self) -> AbstractContextManager[None]:
        """Be the only writer; at the end all is durable, or after an error nothing changed."""

    def epoch(self) -> bytes:
        """Return the item `epoch`, which changes when a key is destroyed or re-wrapped."""

    def items(self) -> dict[str, bytes]:
        """Return what the keyring holds beside person keys, by name."""

    def put(self, items: Mapping[str, bytes]) -> None:
        """Write items, over those of the same name."""

    def find(self, persons: Sequence[str]) -> Iterable[tuple[str, int, bytes]]:
        """Return (person, generation, wrapped) of every generation, the latest last."""

    def add(self, keys: Sequence[tuple[str, int, bytes]]) -> None:
        """Add (person, generation, wrapped)."""

    def blank(self, persons: Sequence[str]) -> None:
        """Overwrite every wrap of these persons with BLANK."""

    def living(self, after: int, limit: int) -> list[tuple[int, str, int, bytes]]:
        """Return (slot, person, generation, wrapped) that are not blank, by slot."""

    def blanked(self) -> list[str]:
        """Return the persons of whom no wrap is left, sorted."""

    def rewrap(self, wraps: Sequence[tuple[bytes, int]]) -> None:
        """Write (wrapped, slot) over what stands there."""

    def purge(self, *, whole: bool = False) -> None:
        """Remove what was overwritten from the store's files. Raises ErasureUnfinished.

        whole: every row was written over, so the files may be written anew.
        """

    def close(self) -> None:
        """Let go of the store."""


class StoredKeyring:
    """The keys of one ledger's persons, wrapped, in a store of their own.

    A destroyed key leaves its person id, its generation and a blank: a person who gets a key
    again gets the next generation. `epoch` is read with every look-up, so a key destroyed by
    one process is used by no other from then on, and a re-wrapped keyring is loaded again.
    """

    def __init__(
        self,
        rows: Rows,
        wrapping: WrappingKey,
        *,
        keyring_id: str | None = None,
        remembered: int = REMEMBERED,
    ) -> None:
        self._rows = rows
        self._wrapping = wrapping
        self._remembered = remembered
        self._lock = threading.RLock()
        self._keys: dict[str, PersonKey] = {}
        with rows.reading():
            self._load(keyring_id)
        if not wrapping.is_settled():
            self._settle(no_point)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_raised: object) -> None:
        self.close()

    @property
    def id(self) -> str:
        """Return the keyring's id, which a ledger remembers so as to refuse another's."""
        return self._id

    @property
    def hmac_key(self) -> bytes:
        """Return the 32 bytes under which identifiers are hashed."""
        return self._hmac_key

    @property
    def public_key(self) -> bytes:
        """Return the 32 raw bytes of the Ed25519 key that checkpoints verify with."""
        return self._signing_key.public_key().public_bytes_raw()

    @property
    def traces_until_rotation(self) -> bool:
        """Say whether the store's files may hold a destroyed key's wrap until `rotate`."""
        return self._rows.traces_until_rotation

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte Ed25519 signature of `message`."""
        return self._signing_key.sign(message)

    def keys_for(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        """Return the living keys of these persons as asked; who has none is left out.

        Makes no key.
        """
        with self._lock:
            with self._rows.reading():
                self._refresh()
                known = {person: self._keys[person] for person in persons if person in self._keys}
                found = self._find([person for person in persons if person not in known])
            self._remember(found)
        found |= known
        return {person: found[person] for person in persons if person in found}

    def ensure(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        """Return a key for each of these persons; those made now are on the disk already."""
        with self._lock:
            found = self.keys_for(persons)
            missing = [person for person in dict.fromkeys(persons) if person not in found]
            if missing:
                with self._rows.writing():
                    self._refresh()
                    made = self._make(missing)
                self._remember(made)
                found |= made
        return {person: found[person] for person in persons}

    def has(self, person: str) -> bool:
        """Say whether this person has a living key."""
        return person in self.keys_for([person])

    @property
    def is_unused(self) -> bool:
        """Say whether nobody's key was ever made here."""
        with self._lock, self._rows.reading():
            return not self._rows.living(-1, 1) and not self._rows.blanked()

    def destroyed(self) -> tuple[str, ...]:
        """Return the persons whose keys were destroyed and not made anew, sorted."""
        with self._lock, self._rows.reading():
            return tuple(self._rows.blanked())

    def destroy(self, *persons: str, point: Point = no_point) -> None:
        """Destroy every key of these persons, and its wrap in the store's files.

        Safe to repeat: after a kill, or ErasureUnfinished, it ends what was begun.
        """
        with self._lock:
            with self._rows.writing():
                self._refresh()
                self._rows.blank(persons)
                epoch = self._new_epoch()
                point("wrap overwritten")
            for person in persons:
                self._keys.pop(person, None)
            self._epoch = epoch
            point("destruction committed")
            self._rows.purge()
            point("files purged")
            if self.keys_for(persons):
                raise KeyringDamaged("a destroyed key is still there; look at the keyring's disk")

    def renew(self, *persons: str, point: Point = no_point) -> None:
        """Destroy every key of these persons as `destroy` does, and give each a fresh one.

        What was sealed before opens no more, and what comes later can be sealed: in one
        transaction, so that nobody is left without a key as the erased are.
        """
        with self._lock:
            with self._rows.writing():
                self._refresh()
                self._rows.blank(persons)
                made = self._make(persons)
                epoch = self._new_epoch()
                point("wrap overwritten")
            self._keys.update(made)
            self._epoch = epoch
            point("renewal committed")
            self._rows.purge()
            point("files purged")

    @property
    def rotated_at(self) -> int:
        """Return since when the wrapping key is the present one, microseconds UTC; 0: unknown."""
        with self._lock, self._rows.reading():
            self._refresh()
            return self._rotated_at

    def rotate(self, *, now: int = 0, before: int | None = None, point: Point = no_point) -> bool:
        """Wrap all living keys with a new wrapping key, destroy the old one, and say so.

        now: the instant kept as `rotated_at`. before: rotates only where the last rotation was
        earlier, or a day and more ahead of now, so that of two who find it due one does it;
        else False.
        Killed at any point, the keyring opens with the one key or the other, and opening it
        ends what was begun.
        """
        with self._lock:
            with self._rows.writing():
                self._refresh()
                if before is not None and before <= self._rotated_at <= now + _AHEAD:
                    return False
                self._wrapping.settle(self._wrap.key, no_point)
                fresh = Wrap(self._wrapping.prepare(), self._id)
                if fresh.key == self._wrap.key:
                    raise WrongWrappingKey("the next wrapping key is the present one; make another")
                point("next wrapping key written")
                self._rewrap(fresh, now)
                point("keys wrapped again")
            point("rotation committed")
            self._settle(point)
            self._rows.purge(whole=True)
            point("files purged")
            return True

    def close(self) -> None:
        """Forget the keys and let go of the store."""
        with self._lock:
            self._keys.clear()
            self._rows.close()

    def _refresh(self) -> None:
        if self._rows.epoch() != self._epoch:
            self._load(self._id)

    def _load(self, keyring_id: str | None) -> None:
        items = self._rows.items()
        if not items.keys() >= {"id", "epoch", *_SECRETS}:
            raise KeyringDamaged("the keyring's own keys are not all there; restore the keyring")
        self._id = items["id"].decode()
        if keyring_id not in (None, self._id):
            raise ForeignKeyring(
                f"this is keyring `{self._id}`, the ledger's is `{keyring_id}`; name the other one",
            )
        self._wrap = self._opening(items)
        hmac_key, signing_key = (self._secret(items, what) for what in _SECRETS)
        self._hmac_key = hmac_key
        self._signing_key = Ed25519PrivateKey.from_private_bytes(signing_key)
        self._rotated_at = int(items.get(_ROTATED, b"0"))
        self._keys.clear()
        self._epoch = items["epoch"]

    def _opening(self, items: Mapping[str, bytes]) -> Wrap:
        """Return the wrap that opens this keyring: the HMAC key is the check value."""
        for key in self._wrapping.candidates():
            wrap = Wrap(key, self._id)
            if wrap.open(items["hmac"], what="hmac") is not None:
                return wrap
        raise WrongWrappingKey(
            f"the wrapping key does not open keyring `{self._id}`; "
            "give the one that was made or rotated with it",
        )

    def _secret(self, items: Mapping[str, bytes], what: str) -> bytes:
        secret = self._wrap.open(items[what], what=what)
        if secret is None:
            raise KeyringDamaged(f"the keyring's {what} key does not open; restore the keyring")
        return secret

    def _find(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        if not persons:
            return {}
        latest = {person: (number, wrap) for person, number, wrap in self._rows.find(persons)}
        return {
            person: self._unwrapped(person, generation, wrapped)
            for person, (generation, wrapped) in latest.items()
            if wrapped != BLANK
        }

    def _unwrapped(self, person: str, generation: int, wrapped: bytes) -> PersonKey:
        return PersonKey(person, generation, self._opened(person, generation, wrapped))

    def _opened(self, person: str, generation: int, wrapped: bytes) -> bytes:
        key = self._wrap.open(wrapped, what="person", name=person, generation=generation)
        if key is None:
            raise KeyringDamaged(f"the key of person `{person}` does not open; restore the keyring")
        return key

    def _make(self, persons: Sequence[str]) -> dict[str, PersonKey]:
        """Make keys for those who still have none, now that nobody else writes."""
        latest = {person: (number, wrap) for person, number, wrap in self._rows.find(persons)}
        made: dict[str, PersonKey] = {}
        added: list[tuple[str, int, bytes]] = []
        for person in persons:
            number, wrapped = latest.get(person, (0, BLANK))
            if wrapped == BLANK:
                key, number = os.urandom(KEY_BYTES), number + 1
                wrapped = self._wrap.seal(key, what="person", name=person, generation=number)
                added.append((person, number, wrapped))
                made[person] = PersonKey(person, number, key)
            else:
                made[person] = self._unwrapped(person, number, wrapped)
        self._rows.add(added)
        return made

    def _remember(self, keys: Mapping[str, PersonKey]) -> None:
        self._keys.update(keys)
        while len(self._keys) > self._remembered:
            del self._keys[next(iter(self._keys))]

    def _new_epoch(self) -> bytes:
        epoch = os.urandom(_EPOCH_BYTES)
        self._rows.put({"epoch": epoch})
        return epoch

    def _rewrap(self, fresh: Wrap, now: int) -> None:
        items = self._rows.items()
        secrets = {what: self._secret(items, what) for what in _SECRETS}
        sealed = {what: fresh.seal(secret, what=what) for what, secret in secrets.items()}
        self._rows.put({**sealed, _ROTATED: str(now).encode()})
        self._new_epoch()
        after = 0
        while batch := self._rows.living(after, _BATCH):
            self._rows.rewrap([(self._again(fresh, row), row[0]) for row in batch])
            after = batch[-1][0]

    def _again(self, fresh: Wrap, row: tuple[int, str, int, bytes]) -> bytes:
        _, person, generation, wrapped = row
        key = self._opened(person, generation, wrapped)
        return fresh.seal(key, what="person", name=person, generation=generation)

    def _settle(self, point: Point) -> None:
        """Keep the wrapping key that opens the keyring, and no other."""
        # Only a writer may: the second key may be that of a rotation that is still under way.
        with self._lock, self._rows.writing():
            self._load(self._id)
            self._wrapping.settle(self._wrap.key, point)
        point("old wrapping key destroyed")


def first_items(wrapping: WrappingKey, now: int) -> dict[str, bytes]:
    """Return the items of a new keyring, its keys wrapped; now: microseconds UTC."""
    keyring_id = f"k_{os.urandom(10).hex()}"
    wrap = Wrap(wrapping.first(), keyring_id)
    secrets = {what: wrap.seal(os.urandom(KEY_BYTES), what=what) for what in _SECRETS}
    told = {"id": keyring_id.encode(), "epoch": os.urandom(_EPOCH_BYTES)}
    return {**told, _ROTATED: str(now).encode(), **secrets}
