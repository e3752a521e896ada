"""Identifiers of persons, their keyed hashes, and the clusters that links make of persons."""

from placket.identity.cluster import ALWAYS, Link, clusters, connected_at
from placket.identity.identifier import (
    KINDS,
    Identifier,
    Kind,
    keyed_hash,
    normalise,
    parse_identifier,
)

__all__ = [
    "ALWAYS",
    "KINDS",
    "Identifier",
    "Kind",
    "Link",
    "clusters",
    "connected_at",
    "keyed_hash",
    "normalise",
    "parse_identifier",
]
