"""Terms in groups of their vocabulary's parents, so that a long list folds."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from placket.policy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Group:
    """A group of terms. words: as a heading reads."""

    name: str
    words: str


@cache
def _parents(kind: str) -> tuple[tuple[str, Group], ...]:
    """Return each parent with its group, the narrower first; the last takes whatever is left."""
    text = files(__package__).joinpath("groups.csv").read_text(encoding="utf-8")
    rows = (row for row in csv.DictReader(text.splitlines()) if row["kind"] == kind)
    found = [(row["parent"], Group(row["group"], row["words"])) for row in rows]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


@cache
def group_of(kind: str, name: str) -> Group:
    """Return the group of a term: by its Fides parent, else by its parent in DPV."""
    term = vocabulary.terms(kind).get(name)
    above = (term.fides or term.dpv) if term else ""
    return next(
        group
        for parent, group in _parents(kind)
        if not parent or above == parent or above.startswith(f"{parent}.")
    )


def grouped(kind: str, names: Iterable[str]) -> Mapping[Group, tuple[str, ...]]:
    """Return the terms by group, groups in the order of their first term, each term once."""
    found: dict[Group, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(group_of(kind, name), []).append(name)
    return {group: tuple(members) for group, members in found.items()}
