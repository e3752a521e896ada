"""The decision table in its order: all steps that could deny."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.decide.steps.basis import basis, channel, device
from placket.decide.steps.data import erased, locked, purpose, restricted, retention, special
from placket.decide.steps.declared import access, declared, recipient, situation
from placket.decide.steps.person import age, automated, frequency, objection, preference, role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.decide.steps.asking import Asking, Step

TABLE: Final[tuple[Callable[[Asking], Iterator[Step]], ...]] = (
    declared,
    erased,
    locked,
    purpose,
    restricted,
    objection,
    role,
    age,
    special,
    automated,
    basis,
    situation,
    device,
    channel,
    recipient,
    access,
    retention,
    preference,
    frequency,
)


def steps_of(asking: Asking) -> tuple[Step, ...]:
    """Return every step that could deny, in the order of the table."""
    return tuple(step for row in TABLE for step in row(asking))
