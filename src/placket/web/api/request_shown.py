"""A request, its plan and what came of it, as the interface shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.gate.instants import rfc3339
from placket.gate.requests.proof import addresses_of
from placket.plan.words import told_step
from placket.rights.request import proof_at
from placket.web.api import request_messages as said

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case
    from placket.plan.plan import Plan, Step


def request_shown(gate: Gate, case: Case) -> said.RequestShown:
    """Return a request; nothing of it names the person but their opaque id."""
    request, step = case.request, case.next
    return said.RequestShown(
        reference=request.id,
        person=request.person,
        right=request.right.value,
        state=request.state.value,
        route=request.route,
        asked_by=request.asker.value,
        received=rfc3339(request.received_at),
        due=case.due.isoformat() if case.due else None,
        owner=step.owner if step else None,
        next=step.do.value if step else None,
        waits_for=step.waits_for.value if step and step.waits_for else None,
        waits_until=rfc3339(step.until) if step and step.until is not None else None,
        proof=proof_at(request, case.at, case.terms.wait).name.lower(),
        proof_needed=request.need.proof.name.lower(),
        data=list(request.data),
        plan=_planned(case),
        left=request.remaining,
        refused=[said.RefusedShown(ground=r.ground, data=list(r.data)) for r in request.refusals],
        unheeded=[said.UnheededShown(fact=u.fact, why=u.why) for u in request.unheeded],
        addresses=_addresses(gate, case),
    )


def _planned(case: Case) -> said.PlannedShown | None:
    plan = case.request.plan
    if plan is None:
        return None
    return said.PlannedShown(
        digest=plan.digest,
        steps=plan.steps,
        carried_out=len(case.request.carried),
        second_person=plan.second_person,
        obstructed=plan.obstructed,
        approved_by=list(case.request.approvals),
    )


def _addresses(gate: Gate, case: Case) -> list[said.AddressShown]:
    return [
        said.AddressShown(
            id=each.id,
            kind=each.identifier.kind,
            since=rfc3339(each.since),
            own=each.id in case.request.addresses,
        )
        for each in addresses_of(gate, case)
    ]


def plan_shown(gate: Gate, plan: Plan, case: Case) -> said.PlanShown:
    """Return a plan without keys and values."""
    return said.PlanShown(
        digest=plan.digest(),
        rows_changed=plan.rows_changed,
        second_person=plan.second_person,
        steps=[_step(step, case) for step in plan.steps],
        obstacles=[
            said.ObstacleShown(source=o.source, table=o.table, says=o.says, mend=o.mend)
            for o in plan.obstacles
        ],
        request=request_shown(gate, case),
    )


def _step(step: Step, case: Case) -> said.StepShown:
    because = step.because
    return said.StepShown(
        action=step.action.value,
        source=step.source,
        table=step.table,
        rows=len(step.rows),
        columns=list(step.columns),
        law=because.law,
        clause=because.clause,
        ground=because.ground,
        until=None if because.until is None else rfc3339(because.until),
        says=told_step(step, case.terms.zone),
    )


def applied_shown(gate: Gate, case: Case, left: Mapping[str, str]) -> said.AppliedShown:
    """Return what carrying out gave."""
    return said.AppliedShown(request=request_shown(gate, case), left=dict(left))
