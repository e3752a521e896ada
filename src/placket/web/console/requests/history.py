"""What happened to a request, as the buttons of a seam: each move once, with when and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.facts import Kind
from placket.policy.rendering.lay import lay, lay_list
from placket.rights.moves import Move, in_turn, methods, move_of
from placket.web.console.requests.words import MOVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.facts import Fact
    from placket.gate.requests.register import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One thing that happened. more: what is told beside it; by: who did it."""

    name: str
    at: int
    by: str = ""
    more: str = ""


def happened(case: Case) -> Iterator[Happened]:
    """Yield what counted, the earliest first; steps that were carried out together are one."""
    request = case.request
    unheeded = {each.fact for each in request.unheeded}
    yield Happened(
        name="Received",
        at=request.received_at,
        by=request.recorded_by,
        more=f"by {lay(request.route)}" if request.route else "",
    )
    facts = (f for f in case.history.facts if f.about == request.id and f.id not in unheeded)
    steps: list[Fact] = []
    for fact in sorted(facts, key=in_turn):
        move = move_of(fact)
        if move is Move.CARRIED_OUT:
            steps.append(fact)
            continue
        yield from _carried(steps)
        steps = []
        if move is not None:
            yield Happened(
                name=MOVES[move], at=fact.occurred_at, by=fact.by, more=_more(move, fact)
            )
        elif fact.kind in {Kind.RECIPIENT_TOLD, Kind.RECIPIENT_ANSWERED}:
            told = "told" if fact.kind is Kind.RECIPIENT_TOLD else "answered"
            yield Happened(name=f"{fact.recipient} {told}", at=fact.occurred_at)
        elif fact.kind is Kind.DATA_ERASED:
            yield Happened(name="Told as erased", at=fact.occurred_at, more=lay_list(fact.data))
    yield from _carried(steps)


def _carried(steps: list[Fact]) -> Iterator[Happened]:
    if steps:
        count = f"{len(steps)} step" if len(steps) == 1 else f"{len(steps)} steps"
        yield Happened(name=f"Carried out: {count}", at=steps[-1].occurred_at)


def _more(move: Move, fact: Fact) -> str:
    """Return what the clear part of a move tells beside its name."""
    if move is Move.IDENTITY_VERIFIED:
        return f"by {lay_list(sorted(methods(fact)))}"
    if move is Move.ASSIGNED:
        return f"to {fact.thing}"
    if move in {Move.PLANNED, Move.APPROVED}:
        return f"plan {fact.thing[:12]}"
    if move is Move.REFUSED:
        return f"{lay(fact.ground)}{f', only {lay_list(fact.data)}' if fact.data else ''}"
    if move is Move.EXTENDED:
        return lay_list(fact.marks)
    return lay(fact.ground) if move is Move.FEE_ASKED else ""
