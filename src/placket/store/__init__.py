"""The ledger with its tree, everybody's standing and the register, in SQLite or PostgreSQL."""

from placket.store.ledger import (
    Appended,
    Consistency,
    Erasure,
    Fold,
    Inclusion,
    KeptPolicy,
    Ledger,
    PersonHistory,
)
from placket.store.opening import open_ledger
from placket.store.register import Fence, Record

__all__ = [
    "Appended",
    "Consistency",
    "Erasure",
    "Fence",
    "Fold",
    "Inclusion",
    "KeptPolicy",
    "Ledger",
    "PersonHistory",
    "Record",
    "open_ledger",
]
