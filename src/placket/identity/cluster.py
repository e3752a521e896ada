"""Fold links between persons into clusters; a voided link splits them again."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

import msgspec

ALWAYS: Final = -(2**63)
"""The instant since which a person is connected to itself: before every other."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A statement, with its evidence, that two person ids are one person.

    id: of the fact that says so; occurred_at: microseconds UTC; evidence: its reference.
    """

    id: str
    first: str
    second: str
    occurred_at: int
    evidence: str


def clusters(links: Iterable[Link], voided: Collection[str] = ()) -> Mapping[str, str]:
    """Return the root, the smallest person id of the cluster, for each linked person.

    voided: ids of links that no longer count. A person without a living link is not a key.
    Neither the order of `links` nor repetition matters.
    """
    roots: dict[str, str] = {}
    for link in _living(links, voided):
        _join(roots, link)
    return {person: _root(roots, person) for person in roots}


def connected_at(links: Iterable[Link], voided: Collection[str], a: str, b: str) -> int | None:
    """Return the instant at which `a` and `b` first stood in one cluster, None if never.

    Microseconds UTC; ALWAYS when `a` is `b`. Links count in order of `occurred_at`.
    """
    if a == b:
        return ALWAYS
    roots: dict[str, str] = {a: a, b: b}
    for link in sorted(_living(links, voided), key=_occurred_at):
        _join(roots, link)
        if _root(roots, a) == _root(roots, b):
            return link.occurred_at
    return None


def _living(links: Iterable[Link], voided: Collection[str]) -> Iterator[Link]:
    gone = frozenset(voided)
    return (link for link in links if link.id not in gone)


def _occurred_at(link: Link) -> int:
    return link.occurred_at


def _join(roots: dict[str, str], link: Link) -> None:
    first, second = _root(roots, link.first), _root(roots, link.second)
    # INVARIANT: every parent is the smaller id, so a root is the smallest of its cluster.
    roots[max(first, second)] = min(first, second)


def _root(roots: dict[str, str], person: str) -> str:
    while (parent := roots.setdefault(person, person)) != person:
        roots[person] = roots.setdefault(parent, parent)
        person = parent
    return person
