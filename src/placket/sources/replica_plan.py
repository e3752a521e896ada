"""What the views need beside the shop's rows: which standings and which due dates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from placket.sources.rowclocks import DueTable, row_clocks
from placket.sources.trees import own_name, state_stem
from placket.standing.layout import Layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.catalogue.model import Source, Table
    from placket.policy.compile import Policy
    from placket.sources.views import PurposeViews
    from placket.standing.standing import Standing

CONTROL: Final = "placket_replica"
"""The table with one row per subject table: by what policy, how far, and good until when."""

NOBODY: Final = ""
"""No table's name: the row of the control table that a replication on MariaDB locks."""

WIDEST: Final = 1_500
"""Columns that a table may have: PostgreSQL allows 1,600, SQLite 2,000."""

WIDEST_INNODB: Final = 960
"""The same of MariaDB: half a page holds 8,126 bytes, of which a key may take some hundred."""


class TooManyStates(Exception):
    """The views of one table ask for more states than a table has columns; make fewer views."""


@dataclass(frozen=True, slots=False, kw_only=True, eq=False)
class StandingLayout(Layout):
    """The columns of a standing table, whose names depend on the states alone."""

    @cached_property
    def columns(self) -> Mapping[str, str]:
        """Return the stem of each state's two columns, by state."""
        return MappingProxyType({name: state_stem(name) for name in self.names})


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingTable:
    """The standing of one subject table's persons, keyed by that table's own key.

    states: those with columns, in order; sparse: which of them few persons have, so that
    `marks` counts them.
    """

    table: Table
    states: tuple[str, ...]
    sparse: frozenset[str]

    @property
    def name(self) -> str:
        """Return the name of the table of standings."""
        return standing_name(self.table)

    def columns(self) -> tuple[str, ...]:
        """Return all columns after the key, in order."""
        stems = [state_stem(state) for state in self.states]
        ends = (f"{stem}_{end}" for stem in stems for end in ("from", "until"))
        return ("person", "marks", *ends)

    def values(self, standing: Standing) -> list[object]:
        """Return the values of one person's row after the key, as `columns`."""
        row: list[object] = [standing.person, sum(s in standing.sparse for s in self.sparse)]
        for state in self.states:
            row += (standing.get(state) or (None, None))[:2]
        return row


def standing_name(table: Table) -> str:
    """Return the name of the table that holds the standing of a subject table's persons."""
    return own_name("standing", table.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaPlan:
    """Which tables of ours a source needs for its views, and what fills them.

    digest: of the policy's rules, which the views ask for too.
    """

    source: Source
    policy: Policy
    standings: tuple[StandingTable, ...]
    dues: tuple[DueTable, ...]

    @property
    def digest(self) -> str:
        """Return the digest of what decides, which the views ask for too."""
        return self.policy.fold_digest


def plan_replica(
    source: Source, policy: Policy, views: Iterable[PurposeViews], *, widest: int = WIDEST
) -> ReplicaPlan:
    """Return the plan for all views that are to read the replica, in the source's order.

    Raises TooManyStates when a table would be too wide for its database.
    """
    made = [view for purpose in views for view in purpose.views]
    states: dict[str, dict[str, None]] = {}
    sparse: dict[str, set[str]] = {}
    for view in made:
        for subject in view.subjects:
            states.setdefault(subject, {}).update(dict.fromkeys(view.states))
            sparse.setdefault(subject, set()).update(view.sparse)
    clocked = {view.table.name for view in made if view.clocks}
    standings = tuple(
        StandingTable(
            table=table, states=tuple(states[table.name]), sparse=frozenset(sparse[table.name])
        )
        for table in source.tables
        if table.name in states
    )
    if any(len(found.columns()) > widest for found in standings):
        raise TooManyStates(str(TooManyStates.__doc__))
    dues = tuple(
        DueTable(table=table, clocks=row_clocks(policy, table))
        for table in source.tables
        if table.name in clocked
    )
    return ReplicaPlan(source=source, policy=policy, standings=standings, dues=dues)
