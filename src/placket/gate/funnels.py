"""Funnels: for how many persons each act may be done, and which reason loses the others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.decide.alike import asked_leaves, gathered, select_alike
from placket.decide.decide import permits, prepare
from placket.decide.sql import funnel, printed, select_marks
from placket.gate.answers import Funnel, Lost
from placket.standing.layout import layout_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placket.decide.decide import Prepared
    from placket.decide.question import Question
    from placket.policy.compile import Policy
    from placket.store.ledger import Ledger

FEW: Final = 3
"""Questions that are asked one by one: reading everybody once costs as much."""


def funnels(
    ledger: Ledger, policy: Policy, questions: Sequence[Question], now: int
) -> list[Funnel]:
    """Return the funnel of each question, in order, at `now`, microseconds UTC.

    Each person lost is counted once, at the first reason of the table that denies.
    """
    prepared = [prepare(policy, question) for question in questions]
    if len(prepared) <= FEW:
        return [_funnel(each, _counts(ledger, each, now), now) for each in prepared]
    layout = layout_of(policy)
    asked = asked_leaves(prepared, layout)
    rows = ledger.rows(printed(select_alike(asked, layout), ledger.dialect), {"now": now})
    marks = ledger.rows(printed(select_marks(layout), ledger.dialect), {})
    alike = gathered(rows, asked, marks, now)
    return [_funnel(each, alike.first_denials(each), now) for each in prepared]


def _counts(ledger: Ledger, prepared: Prepared, now: int) -> dict[int, int]:
    query = printed(funnel(prepared, layout_of(prepared.policy)), ledger.dialect)
    return {int(str(row[0])): int(str(row[1])) for row in ledger.rows(query, {"now": now})}


def _funnel(prepared: Prepared, counts: Mapping[int, int], now: int) -> Funnel:
    """Return the funnel of `counts`: persons by the step that is the first to deny, -1 for none."""
    by_reason: dict[tuple[str, str], Lost] = {}
    for index, step in enumerate(permits(prepared)):
        persons = counts.get(index, 0)
        if not persons:
            continue
        lost = by_reason.get((step.code, step.clause)) or Lost(
            code=step.code, clause=step.clause, changes_when=step.changes_when, persons=0
        )
        by_reason[step.code, step.clause] = replace(lost, persons=lost.persons + persons)
    return Funnel(
        activity=prepared.question.activity,
        channel=prepared.question.channel,
        at=now,
        persons=sum(counts.values()),
        permitted=counts.get(-1, 0),
        lost=tuple(sorted(by_reason.values(), key=lambda row: (-row.persons, row.code))),
    )
