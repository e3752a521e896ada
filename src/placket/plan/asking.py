"""What a plan is built from: policy, catalogue, inventory, standing, holds; and its parts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from placket.plan.plan import Action, Because
from placket.policy import vocabulary
from placket.policy.compile import holds_in
from placket.rights.right import NEEDS, Right
from placket.rights.said import Said, said_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.catalogue.model import Catalogue, Scalar, Table
    from placket.law.calendar import Instant
    from placket.plan.inventory import At, Inventory, Row
    from placket.policy.compile import Place, Policy
    from placket.policy.rules import Activity
    from placket.standing.standing import Standing


class NotInCatalogue(Exception):
    """the inventory holds a row of a table that the catalogue does not name."""

    def __init__(self, at: At) -> None:
        """Name the table, never the row."""
        super().__init__(f"the catalogue does not name `{at.source}.{at.table}`")


class By(StrEnum):
    """Who wants something to stay."""

    LAW = "law"
    DATA_SUBJECT = "data_subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What stops an erasure for what it names: a legal hold, or the person's own restriction.

    data: categories, groups and `all_held` allowed; rows: which; of neither named, everything.
    release: what ends it, in words. fact: the fact that placed it.
    Source: GDPR Art. 17(3)(e); for the person's wish Art. 18(1)(b) and (c).
    """

    by: By
    release: str
    data: tuple[str, ...] = ()
    rows: frozenset[At] = frozenset()
    law: str = ""
    clause: str = ""
    fact: str = ""

    def names(self, row: Row, category: str) -> bool:
        """Say whether the hold names this category in this row; a key has no category."""
        here = not self.rows or row.at in self.rows
        return here and (not self.data or vocabulary.covers(self.data, category))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is right instead: of one category, in the column named or its only one."""

    category: str
    value: Scalar
    column: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """When a plan is large: it changes more rows than `times` the usual, and than `at_least`."""

    usual: int = 0
    times: int = 5
    at_least: int = 100

    def is_large(self, rows: int) -> bool:
        """Say whether a plan that changes `rows` needs a second person."""
        return rows > max(self.at_least, self.times * self.usual)


@dataclass(frozen=True, kw_only=True, eq=False)
class Asking:
    """One request, and all that a plan for it is built from.

    place: where the person is. review_at: when what waits is looked at again. data: categories
    that the request is confined to, none for all. evidence_until: how long what proves the
    answer is kept, sealed; None where nothing is.
    """

    request: str
    right: Right
    person: str
    at: Instant
    review_at: Instant
    policy: Policy = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    place: Place
    inventory: Inventory
    standing: Standing = field(repr=False)
    holds: tuple[Hold, ...] = ()
    data: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    evidence_until: Instant | None = None
    size: Size = Size()

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Return the person's rows: one inventory, whatever the right.

        By table in the order of the catalogue, then by key: equal rows make one plan, in
        whatever order they were read.
        """
        places = [(source.name, table.name) for source, table in self.catalogue.tables()]
        turns = {place: turn for turn, place in enumerate(places)}
        return tuple(
            sorted(
                self.inventory.of(self.person),
                key=lambda r: (turns.get((r.at.source, r.at.table), -1), repr(r.at.key)),
            )
        )

    @cached_property
    def said(self) -> Said:
        """Return what the policy says of the right."""
        return said_of(self.policy, self.right, self.place)

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        """Return the activities of the person's place, each as it is done there."""
        variants = (v for vs in self.policy.activities.values() for v in vs)
        return tuple(variant for variant in variants if holds_in(variant, self.place))

    @cached_property
    def because(self) -> Because:
        """Return the reason of a step that does what was asked."""
        clause = next(iter(self.said.clauses), "")
        return Because(law=NEEDS[self.right].law, clause=clause)

    def table(self, row: Row) -> Table:
        """Return what the catalogue says of the row's table. Raises NotInCatalogue."""
        source = self.catalogue.source(row.at.source)
        table = source.table(row.at.table) if source is not None else None
        if table is None:
            raise NotInCatalogue(row.at)
        return table

    @property
    def is_narrowed(self) -> bool:
        """Say whether the request is about some categories alone."""
        return bool(self.data) and vocabulary.ALL_HELD not in self.data

    def is_asked(self, category: str) -> bool:
        """Say whether the request is about the category."""
        return not self.is_narrowed or vocabulary.covers(self.data, category)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doing:
    """One action on one row, before rows of one fate become a step."""

    row: Row
    action: Action
    because: Because
    columns: tuple[str, ...] = ()
    values: tuple[Scalar, ...] = ()

    @property
    def written(self) -> Mapping[str, Scalar]:
        """Return what each column holds afterwards."""
        return dict(zip(self.columns, self.values, strict=False))


def category_of(table: Table, column: str) -> str:
    """Return the category whose data the column holds, empty for none."""
    return next((held.category for held in table.holds if column in held.columns), "")


def held_columns(table: Table) -> tuple[str, ...]:
    """Return the columns that hold personal data, in order."""
    return tuple(dict.fromkeys(column for held in table.holds for column in held.columns))
