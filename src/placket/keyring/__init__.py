"""Wrapped person keys, the identifier key and the signing key, in a store of their own."""

from placket.keyring.opening import Keyring, create_keyring, open_keyring
from placket.keyring.person_key import PersonKey
from placket.keyring.postgres import PostgresKeyring
from placket.keyring.refusals import (
    ErasureUnfinished,
    ForeignKeyring,
    KeyringDamaged,
    KeyringExists,
    KeyringMissing,
    KeyringUnusable,
    SealBroken,
    WrongWrappingKey,
)
from placket.keyring.sqlite import SqliteKeyring
from placket.keyring.wrapping import KeyFile, KeyInEnvironment, WrappingKey

__all__ = [
    "ErasureUnfinished",
    "ForeignKeyring",
    "KeyFile",
    "KeyInEnvironment",
    "Keyring",
    "KeyringDamaged",
    "KeyringExists",
    "KeyringMissing",
    "KeyringUnusable",
    "PersonKey",
    "PostgresKeyring",
    "SealBroken",
    "SqliteKeyring",
    "WrappingKey",
    "WrongWrappingKey",
    "create_keyring",
    "open_keyring",
]
