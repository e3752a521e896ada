"""What facts may matter to: the topics that a fact speaks to and that a period waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind
from placket.policy.period import INTERACTION, After, Latest, Period, WhileHolds, WhileOpen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.rules import Status

CONTACTS: Final = frozenset(
    {
        Kind.INTERACTED,
        Kind.RELATION_OPENED,
        Kind.CONSENT_REQUESTED,
        Kind.CONSENT_GIVEN,
        Kind.CONSENT_CONFIRMED,
        Kind.CONSENT_REFUSED,
        Kind.CONSENT_WITHDRAWN,
        Kind.OBJECTED,
        Kind.REQUESTED,
    }
)
"""Facts that are themselves a contact with the person; others count when told as one."""


def is_contact(fact: Fact) -> bool:
    """Say whether the fact was a contact with the person."""
    return fact.kind in CONTACTS or "contact" in fact.marks


def topics(fact: Fact) -> Iterator[str]:
    """Yield what the fact speaks to: its kind, the event that it is, any interaction."""
    yield fact.kind
    match fact.kind:
        case Kind.HAPPENED:
            yield fact.what
        case Kind.RELATION_OPENED:
            yield f"{fact.what}.opened"
        case Kind.RELATION_CLOSED:
            yield f"{fact.what}.closed"
        case _:
            pass
    if is_contact(fact):
        yield INTERACTION


def awaited(period: Period | None, statuses: Mapping[str, Status]) -> frozenset[str]:
    """Return the topics that can move the interval of `period`."""
    match period:
        case After(anchor=anchor):
            return frozenset({anchor.event})
        case WhileOpen(relation=relation):
            return frozenset({f"{relation}.opened", f"{relation}.closed"})
        case WhileHolds(status=name):
            return status_awaits(statuses[name], statuses) if name in statuses else frozenset()
        case Latest(parts=parts):
            return frozenset[str]().union(*(awaited(part, statuses) for part in parts))
        case _:
            return frozenset()


def status_awaits(status: Status, statuses: Mapping[str, Status]) -> frozenset[str]:
    """Return the topics that can move when `status` holds."""
    parts = (*status.holds_while, status.holds_after)
    return frozenset[str]().union(*(awaited(part, statuses) for part in parts))
