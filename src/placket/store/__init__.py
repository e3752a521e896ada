"""The ledger with its tree and everybody's standing, in SQLite or PostgreSQL."""

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

__all__ = [
    "Appended",
    "Consistency",
    "Erasure",
    "Fold",
    "Inclusion",
    "KeptPolicy",
    "Ledger",
    "PersonHistory",
    "open_ledger",
]
