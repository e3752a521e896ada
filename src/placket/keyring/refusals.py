"""What a keyring refuses, each with a sentence that says what to do."""


class KeyringUnusable(Exception):
    """The keyring cannot be used."""


class KeyringMissing(KeyringUnusable):
    """There is no keyring here, or no wrapping key for it."""


class KeyringExists(KeyringUnusable):
    """A keyring stands here already."""


class ForeignKeyring(KeyringUnusable):
    """The keyring belongs to another ledger."""


class WrongWrappingKey(KeyringUnusable):
    """The wrapping key does not open this keyring."""


class KeyringDamaged(KeyringUnusable):
    """What the keyring's store gives back is not what was written."""


class ErasureUnfinished(KeyringUnusable):
    """A key is gone from use, but traces of its wrap may still stand in the store's files."""


class SealBroken(Exception):
    """The sealed bytes do not open: another key, other associated data, or altered bytes."""
