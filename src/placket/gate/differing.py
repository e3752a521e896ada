"""The whole answer to for whom a policy differs, as one value to be shown or kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.policy.comparing.telling import says
from placket.policy.concerning import recipients_to_tell
from placket.store.ledger import no_progress

if TYPE_CHECKING:
    from placket.gate.concerned import Asked, Concerned, Overdue, Reach
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
    counts once in each. rows are not persons: see `overdue_rows`.
    """

    at: int
    reaches: tuple[Reach, ...]
    told: int
    asked: int
    asked_for: tuple[Asked, ...]
    recipients: tuple[ToldRecipient, ...]
    overdue: tuple[Overdue, ...]


def persons_change(asked: Concerned, *, progress: Progress = no_progress) -> PersonsChange:
    """Return everything that is asked of two policies and everybody's standing under each."""
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
    )
