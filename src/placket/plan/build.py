"""Build the plan of a request: fates, order, obstacles, and whether it needs a second person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placket.law.grounds import Ground
from placket.plan.constraints import obstacles
from placket.plan.correcting import rectification, restriction
from placket.plan.erasing import erasure
from placket.plan.ordering import ordered, steps
from placket.plan.plan import LEDGER, Action, Because, Obstacle, Plan, Step, seen
from placket.plan.showing import access, portability
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.plan.asking import Asking, Doing


class NeedsNoPlan(Exception):
    """a right that acts at once has no plan."""

    def __init__(self, right: Right) -> None:
        """Name the right."""
        super().__init__(f"`{right}` acts at once and has no plan")


def plan_of(asking: Asking) -> Plan:
    """Return the plan for what was asked; the same inventory whatever the right.

    A plan with obstacles is shown and not approved. Raises NeedsNoPlan.
    """
    doings, known = _doings(asking)
    result = ordered(asking, doings)
    refused = (*known, *result.obstacles, *obstacles(asking, result.doings))
    plan = Plan(
        request=asking.request,
        right=asking.right.value,
        person=asking.person,
        policy=asking.policy.digest,
        made_at=asking.at,
        steps=(*steps(result.doings), *_evidence(asking)),
        obstacles=tuple(sorted(set(refused), key=lambda o: (o.source, o.table, o.says, o.mend))),
        seen=seen(asking.rows),
    )
    return replace(plan, second_person=asking.size.is_large(plan.rows_changed))


def _evidence(asking: Asking) -> Iterator[Step]:
    """Yield that what proves how an erasure was answered stays, sealed, until its end.

    Source: GDPR Art. 5(2), 7(1), 17(3)(e).
    """
    if asking.right is Right.ERASURE and asking.evidence_until is not None:
        because = Because(
            law="GDPR Art. 5(2), 17(3)(e)", ground=Ground.CLAIMS, until=asking.evidence_until
        )
        yield Step(
            source=LEDGER,
            table="evidence",
            action=Action.KEEP,
            rows=((("request", asking.request),),),
            because=because,
        )


def _doings(asking: Asking) -> tuple[tuple[Doing, ...], tuple[Obstacle, ...]]:
    match asking.right:
        case Right.ERASURE:
            return erasure(asking), ()
        case Right.ACCESS | Right.CHAT_TRANSCRIPT:
            return access(asking), ()
        case Right.PORTABILITY:
            return portability(asking), ()
        case Right.RECTIFICATION:
            return rectification(asking)
        case Right.RESTRICTION:
            return restriction(asking), ()
        case _:
            raise NeedsNoPlan(asking.right)
