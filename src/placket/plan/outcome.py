"""What a letter says of a plan: what is gone, what stays and why, what was left out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from placket.plan.locks import categories_of, erased_data
from placket.plan.plan import STAYING, Action
from placket.rights.letters import Stays

if TYPE_CHECKING:
    from collections.abc import Container

    from placket.catalogue.model import Catalogue
    from placket.plan.plan import Because, Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a person's data by a plan, in categories.

    stays: one for each reason, in the order of the plan. left_out: of a copy.
    """

    gone: tuple[str, ...] = ()
    stays: tuple[Stays, ...] = ()
    left_out: tuple[Stays, ...] = ()


def outcome_of(plan: Plan, catalogue: Catalogue, carried: Container[str] | None = None) -> Outcome:
    """Return what the person is told of the plan: categories and reasons, no key and no value.

    carried: the numbers of the steps that are carried out, all when None. Of what is still to do
    nothing is said to be gone.
    """
    numbered = enumerate(plan.to_do, start=1)
    left = {step for n, step in numbered if carried is not None and str(n) not in carried}
    done = replace(plan, steps=tuple(step for step in plan.steps if step not in left))
    still = {category for step in left for category in categories_of(step, catalogue)}
    return Outcome(
        gone=tuple(each for each in erased_data(done, catalogue) if each not in still),
        stays=_reasons(plan, catalogue, STAYING),
        left_out=_reasons(plan, catalogue, {Action.WITHHOLD}),
    )


def _reasons(plan: Plan, catalogue: Catalogue, actions: Container[Action]) -> tuple[Stays, ...]:
    found: dict[Because, dict[str, None]] = {}
    for step in plan.steps:
        if step.action in actions:
            named = categories_of(step, catalogue)
            # A key without a category stays with its row: there is nothing to tell of it.
            if named or step.action is Action.WITHHOLD:
                found.setdefault(step.because, {}).update(dict.fromkeys(named))
    return tuple(_stays(because, tuple(data)) for because, data in found.items())


def _stays(because: Because, data: tuple[str, ...]) -> Stays:
    return Stays(
        data=data,
        ground=because.ground,
        until=because.until,
        release=because.release,
        review_at=because.review_at,
        law=because.law,
        clause=because.clause,
    )
