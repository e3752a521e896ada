"""The plan: ordered steps, each with its rows, columns, action and reason; its digest."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from placket.catalogue.model import Scalar
from placket.law.calendar import Instant
from placket.plan.inventory import At, Pairs, Row
from placket.rights.moves import OBSTRUCTED, SECOND_PERSON, STEPS


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


LEDGER: Final = "placket"
"""The name under which the ledger's own records stand among the sources."""

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

    at: At
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
    found = (Seen(at=row.at, digest=row.digest()) for row in rows)
    return tuple(sorted(found, key=lambda seen: seen.at.in_order))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row that is not as the plan saw it: `new`, `gone` or `changed`."""

    at: At
    how: str


class StalePlan(Exception):
    """the rows changed since the plan was made; make a new plan."""

    def __init__(self, changes: tuple[Change, ...], why: str = "") -> None:
        """Name the tables, never the keys: a key may be personal. why: if not that rows changed."""
        tables = sorted({f"`{each.at.source}.{each.at.table}`" for each in changes})
        said = why or f"rows of {', '.join(tables)} changed since"
        super().__init__(f"the plan is stale: {said}; make a new plan")
        self.changes = changes


def changes_since(plan: Plan, rows: Iterable[Row]) -> tuple[Change, ...]:
    """Return the rows of the person that came, went or changed since the plan was made.

    rows: the person's, read anew, of every table that the plan looked at.
    """
    return differences(plan.seen, seen(rows))


def differences(before: Iterable[Seen], after: Iterable[Seen]) -> tuple[Change, ...]:
    """Return the rows that are in one of the two alone, or differ, in order."""
    was = {each.at: each.digest for each in before}
    now = {each.at: each.digest for each in after}
    return tuple(
        Change(at=at, how=_how(was.get(at), now.get(at)))
        for at in sorted(was.keys() | now.keys(), key=lambda at: at.in_order)
        if was.get(at) != now.get(at)
    )


def no_longer_so(plan: Plan, anew: Plan) -> tuple[Change, ...]:
    """Return the rows that `plan` changes in a way in which the plan made anew does not.

    The rows may be as they were: a hold, a restriction, the policy or the catalogue came since.
    """
    still = set(_written(anew))
    found = {at for at, *how in _written(plan) if (at, *how) not in still}
    return tuple(Change(at=at, how="changed") for at in sorted(found, key=lambda at: at.in_order))


def _written(plan: Plan) -> Iterator[tuple[At, Action, tuple[str, ...]]]:
    for step in plan.changes:
        for key in step.rows:
            yield At(source=step.source, table=step.table, key=key), step.action, step.columns


def _how(before: str | None, after: str | None) -> str:
    if before is None:
        return "new"
    return "gone" if after is None else "changed"


def refuse_stale(plan: Plan, rows: Iterable[Row]) -> None:
    """Raise StalePlan when any row is not as the plan saw it."""
    changes = changes_since(plan, rows)
    if changes:
        raise StalePlan(changes)
