"""The whole answer to for whom a policy differs, as one value to be shown or kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.gate.views import SourceViews
from placket.policy.comparing.telling import says
from placket.policy.concerning import recipients_to_tell
from placket.sources.overdue import newly_overdue
from placket.store.ledger import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.concerned import Asked, Concerned, Overdue, Reach
    from placket.gate.gate import Gate
    from placket.store.ledger import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRecipient:
    """A recipient who is told, and of what, in sentences."""

    name: str
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonsChange:
    """For whom a policy differs. at: the instant asked about, microseconds UTC.

    told, asked: how many persons are told of the material changes, and asked again; a person
    counts once in each. overdue_rows: of tables whose rows start clocks of their own.
    """

    at: int
    reaches: tuple[Reach, ...]
    told: int
    asked: int
    asked_for: tuple[Asked, ...]
    recipients: tuple[ToldRecipient, ...]
    overdue: tuple[Overdue, ...]
    overdue_rows: tuple[OverdueRows, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueRows:
    """How many rows of a table are past their due date now that were not before."""

    source: str
    table: str
    rows: int


def overdue_rows(gate: Gate, asked: Concerned) -> Iterator[OverdueRows]:
    """Yield what is newly overdue in each source that the settings name; its rows are only read.

    Raises what a source refuses with.
    """
    for name in gate.settings.databases:
        views = SourceViews(gate=gate, name=name)
        try:
            found = newly_overdue(views.engine, views.source, asked.old, asked.new, at=asked.at)
        finally:
            views.close()
        for table, rows in found.items():
            yield OverdueRows(source=name, table=table, rows=rows)


def persons_change(
    asked: Concerned, *, gate: Gate | None = None, progress: Progress = no_progress
) -> PersonsChange:
    """Return everything that is asked of two policies and everybody's standing under each.

    gate: whose sources are read for rows that are overdue; None reads none.
    """
    told = recipients_to_tell(asked.difference, asked.old, asked.new)
    return PersonsChange(
        at=asked.at,
        reaches=asked.reaches(progress),
        told=asked.count_told(),
        asked=asked.count_asked(),
        asked_for=asked.asked(),
        recipients=tuple(
            ToldRecipient(name=name, of=tuple(says(c) for c in changes))
            for name, changes in told.items()
        ),
        overdue=asked.overdue(),
        overdue_rows=tuple(overdue_rows(gate, asked)) if gate is not None else (),
    )
