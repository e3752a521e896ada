"""The plan: ordered steps, each with its rows, columns, action and reason; its digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

# The decoder of a stored plan reads these annotations when it is made.
from placket.catalogue.model import Scalar  # noqa: TC001 - read at run time, see above
from placket.law.calendar import Instant  # noqa: TC001 - read at run time, see above
from placket.plan.inventory import Pairs  # noqa: TC001 - read at run time, see above
from placket.rights.moves import OBSTRUCTED, SECOND_PERSON, STEPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.plan.inventory import Row


class Action(StrEnum):
    """What becomes of rows or columns; what stays is in the plan as well."""

    CUT = "cut"
    SURROGATE = "surrogate"
    BLANK = "blank"
    WRITE = "write"
    DELETE = "delete"
    SHOW = "show"
    WITHHOLD = "withhold"
    RESTRICT = "restrict"
    KEEP = "keep"
    WAIT = "wait"
    HOLD = "hold"


WRITING: Final = frozenset({Action.CUT, Action.SURROGATE, Action.BLANK, Action.WRITE})
CHANGING: Final = WRITING | {Action.DELETE}
STAYING: Final = frozenset({Action.KEEP, Action.WAIT, Action.HOLD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """Why a step is in the plan: its clause and law, and of what stays on which ground how long.

    until: when it ends, microseconds UTC. release: what ends it, where that is no date.
    review_at: when that is looked at again. fact: the fact that it rests on.
    """

    law: str = ""
    clause: str = ""
    ground: str = ""
    until: Instant | None = None
    release: str = ""
    review_at: Instant | None = None
    fact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One action on some rows of one table.

    rows: their keys, sorted. columns: which are concerned, none for the whole row; values: what
    each then holds, of an action that writes.
    """

    source: str
    table: str
    action: Action
    rows: tuple[Pairs, ...]
    because: Because
    columns: tuple[str, ...] = ()
    values: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A row as the plan saw it, by its digest."""

    source: str
    table: str
    key: Pairs
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """Why the plan cannot be carried out as it is, known before the first write."""

    source: str
    table: str
    says: str
    mend: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done for one request, in order; approved by its digest.

    seen: every row of the person, so that a row that came, went or changed makes it stale. The
    keys, and the values of a rectification, are personal data: a stored plan is sealed.
    """

    request: str
    right: str
    person: str
    policy: str
    made_at: Instant
    steps: tuple[Step, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    seen: tuple[Seen, ...] = ()
    second_person: bool = False

    @property
    def changes(self) -> tuple[Step, ...]:
        """Return the steps that change a source, in order."""
        return tuple(step for step in self.steps if step.action in CHANGING)

    @property
    def to_do(self) -> tuple[Step, ...]:
        """Return the steps that are carried out, in order: neither what stays nor what is left out.

        A step's number, from 1, is its name in `step_carried_out`.
        """
        return tuple(step for step in self.steps if step.action not in {*STAYING, Action.WITHHOLD})

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what the `planned` fact says of the plan beside its digest."""
        large = (SECOND_PERSON,) if self.second_person else ()
        against = (OBSTRUCTED,) if self.obstacles else ()
        return (f"{STEPS}{len(self.to_do)}", *large, *against)

    @property
    def rows_changed(self) -> int:
        """Return how many rows are changed, each counted once."""
        return len({(s.source, s.table, key) for s in self.changes for key in s.rows})

    def digest(self) -> str:
        """Return the SHA-256 of the plan's bytes, in hex: what an approval names."""
        return hashlib.sha256(write_plan(self)).hexdigest()


_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_DECODER: Final = msgspec.json.Decoder(Plan)


def write_plan(plan: Plan) -> bytes:
    """Return the plan as canonical JSON, read back by `read_plan`."""
    return _ENCODER.encode(plan)


def read_plan(body: bytes) -> Plan:
    """Return the plan of `body`. Raises `msgspec.DecodeError` when the bytes are no plan."""
    return _DECODER.decode(body)


def seen(rows: Iterable[Row]) -> tuple[Seen, ...]:
    """Return the rows by their digests, sorted."""
    found = (
        Seen(source=r.at.source, table=r.at.table, key=r.at.key, digest=r.digest()) for r in rows
    )
    return tuple(sorted(found, key=lambda s: (s.source, s.table, repr(s.key))))


class StalePlan(Exception):
    """the rows changed since the plan was made; make a new plan."""

    def __init__(self, changes: tuple[Change, ...]) -> None:
        """Name the tables, never the keys: a key may be personal."""
        tables = sorted({f"`{each.source}.{each.table}`" for each in changes})
        super().__init__(
            f"the plan is stale: rows of {', '.join(tables)} changed since; make a new plan"
        )
        self.changes = changes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that is not as the plan saw it: `new`, `gone` or `changed`."""

    source: str
    table: str
    key: Pairs
    how: str


def changes_since(plan: Plan, rows: Iterable[Row]) -> tuple[Change, ...]:
    """Return the rows of the person that came, went or changed since the plan was made.

    rows: the person's, read anew, of every table that the plan looked at.
    """
    before = {(s.source, s.table, s.key): s.digest for s in plan.seen}
    after = {(s.source, s.table, s.key): s.digest for s in seen(rows)}
    places = sorted(before.keys() | after.keys(), key=repr)
    return tuple(
        Change(source=at[0], table=at[1], key=at[2], how=_how(before.get(at), after.get(at)))
        for at in places
        if before.get(at) != after.get(at)
    )


def _how(before: str | None, after: str | None) -> str:
    if before is None:
        return "new"
    return "gone" if after is None else "changed"


def refuse_stale(plan: Plan, rows: Iterable[Row]) -> None:
    """Raise StalePlan when any row is not as the plan saw it."""
    changes = changes_since(plan, rows)
    if changes:
        raise StalePlan(changes)
