"""What an erasure leaves locked to its ground, in the words of the fact that tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.law.grounds import Ground
from placket.plan.asking import category_of
from placket.plan.erasing import OTHERS
from placket.plan.plan import CHANGING, STAYING
from placket.standing.data import KEPT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from placket.catalogue.model import Catalogue, Table
    from placket.plan.plan import Plan, Step


def erased_data(plan: Plan, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the categories of which something goes, sorted: `data` of `data_erased`."""
    changed = (step for step in plan.steps if step.action in CHANGING)
    return tuple(sorted({c for step in changed for c in categories_of(step, catalogue)}))


def locked_data(plan: Plan, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the categories that stay on a ground, sorted: gone for any other.

    What waits for an open case serves that alone.
    """
    kept = (step for step in plan.steps if step.action in STAYING)
    grounded = (step for step in kept if step.because.ground not in {OTHERS, Ground.STORAGE})
    return tuple(sorted({c for step in grounded for c in categories_of(step, catalogue)}))


def kept_marks(plan: Plan, catalogue: Catalogue) -> tuple[str, ...]:
    """Return `kept:DATUM:GROUND:UNTIL` of what stays: for that ground alone, until then.

    Of one datum and ground the latest end counts; without an end it is empty.
    """
    ends: dict[tuple[str, str], int | None] = {}
    for step in plan.steps:
        if step.action in STAYING and step.because.ground != OTHERS:
            for category in categories_of(step, catalogue):
                place = (category, step.because.ground)
                ends[place] = _later((ends.get(place, step.because.until), step.because.until))
    return tuple(
        f"{KEPT}{category}:{ground}:{'' if end is None else end}"
        for (category, ground), end in sorted(ends.items())
    )


def _later(ends: Iterable[int | None]) -> int | None:
    found = list(ends)
    return None if None in found else max(end for end in found if end is not None)


def categories_of(step: Step, catalogue: Catalogue) -> tuple[str, ...]:
    """Return the categories that a step is about, each once, in the order of its columns."""
    source = catalogue.source(step.source)
    table = source.table(step.table) if source is not None else None
    if table is None:
        return ()
    return _held(table, step.columns)


def _held(table: Table, columns: tuple[str, ...]) -> tuple[str, ...]:
    if not columns:
        return tuple(dict.fromkeys(held.category for held in table.holds))
    return tuple(dict.fromkeys(filter(None, (category_of(table, c) for c in columns))))
