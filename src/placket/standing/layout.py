"""How standing lies in a database: a wide row of intervals, few marks, one packed body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.standing.standing import dense_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.policy.compile import Policy
    from placket.standing.standing import Standing

_FIRST: Final = 2
"""Values of a wide row before its states: the person, and how many marks there are."""

LONGEST: Final = 50
"""Characters of a state's name in a column: PostgreSQL cuts identifiers at 63 bytes."""


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class Layout:
    """The tables that hold the standing under one fold.

    names: the states with columns, in order. The wide table has `person`, `marks` (how many
    sparse states the person has) and `NAME_from`, `NAME_until` per state; the marks table has
    `person`, `name`, `from_`, `until_`; the body table has `person` and the packed Standing.
    """

    digest: str
    names: tuple[str, ...]

    @property
    def wide(self) -> str:
        """Return the name of the table of wide rows."""
        return f"standing_{self.digest[:12]}"

    @property
    def marks(self) -> str:
        """Return the name of the table of sparse states."""
        return f"mark_{self.digest[:12]}"

    @property
    def bodies(self) -> str:
        """Return the name of the table of packed standings."""
        return f"body_{self.digest[:12]}"

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Return the stem of each state's two columns, by state."""
        found: dict[str, str] = {}
        for name in self.names:
            stem = re.sub(r"[^a-z0-9]+", "_", name.lower())[:LONGEST]
            taken = set(found.values())
            number = 2
            free = stem
            while free in taken:
                free = f"{stem[: LONGEST - 3]}_{number}"
                number += 1
            found[name] = free
        return MappingProxyType(found)

    def wide_columns(self) -> tuple[str, ...]:
        """Return all columns of a wide row after `person`, in order."""
        stems = (self.columns[name] for name in self.names)
        return ("marks", *(f"{stem}_{end}" for stem in stems for end in ("from", "until")))

    def wide_row(self, standing: Standing) -> list[object]:
        """Return the values of a wide row: the person, then as `wide_columns`."""
        row: list[object] = [None] * (_FIRST + 2 * len(self.names))
        row[:_FIRST] = standing.person, len(standing.sparse)
        places = self._places
        for name, interval in standing.dense.items():
            place = places.get(name)
            if place is not None:
                row[place : place + 2] = interval[:2]
        return row

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Return where in a wide row each state begins."""
        return {name: _FIRST + 2 * number for number, name in enumerate(self.names)}


@lru_cache(maxsize=8)
def layout_of(policy: Policy) -> Layout:
    """Return how standing under `policy` lies in a database."""
    return Layout(digest=policy.fold_digest, names=dense_names(policy))
