"""What an answer says: what is gone, what stays and why, who was told; from plan and facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.gate.requests.connected import catalogue_of
from placket.gate.requests.planning import read_kept
from placket.plan.asking import category_of
from placket.plan.locks import erased_data
from placket.plan.plan import STAYING, Action
from placket.rights.letters import Heard, Particulars, Stays
from placket.rights.recipients import told_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.catalogue.model import Catalogue
    from placket.gate.requests.register import Case, Register
    from placket.plan.plan import Because, Plan, Step


def answered_with(
    register: Register, case: Case, *, outcome: str = "", why: str = ""
) -> Particulars:
    """Return the particulars of the answer to a request that is decided."""
    heard = tuple(_heard(case))
    if case.request.plan is None:
        return Particulars(outcome=outcome, why=why, heard=heard)
    plan = read_kept(register.gate, case)
    catalogue = catalogue_of(register.gate)
    return Particulars(
        outcome=outcome,
        why=why,
        gone=erased_data(plan, catalogue),
        stays=_parts(plan, catalogue, STAYING),
        left_out=_parts(plan, catalogue, {Action.WITHHOLD}),
        heard=heard,
    )


def _heard(case: Case) -> Iterator[Heard]:
    for telling in told_of(case.history.facts, case.request):
        yield Heard(recipient=telling.recipient, state=telling.state.value, told_at=telling.told_at)


def _parts(plan: Plan, catalogue: Catalogue, actions: Iterable[Action]) -> tuple[Stays, ...]:
    """Return what stays, or was left out, the categories of one reason together."""
    wanted = set(actions)
    found: dict[Because, dict[str, None]] = {}
    for step in plan.steps:
        if step.action in wanted:
            found.setdefault(step.because, {}).update(dict.fromkeys(_categories(step, catalogue)))
    return tuple(
        Stays(
            data=tuple(data),
            ground=because.ground,
            until=because.until,
            release=because.release,
            review_at=because.review_at,
            law=because.law,
            clause=because.clause,
        )
        for because, data in found.items()
        if data
    )


def _categories(step: Step, catalogue: Catalogue) -> Iterator[str]:
    source = catalogue.source(step.source)
    table = source.table(step.table) if source is not None else None
    if table is None:
        return
    columns = step.columns or tuple(c for held in table.holds for c in held.columns)
    yield from filter(None, (category_of(table, column) for column in columns))
