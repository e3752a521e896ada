"""What an answer says: what is gone, what stays and why, who was told; from plan and facts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placket.gate.packages import LASTS
from placket.gate.requests.certifying import found_again
from placket.gate.requests.connected import catalogue_of
from placket.gate.requests.planning import read_kept
from placket.gate.requests.telling import heard
from placket.plan.outcome import outcome_of
from placket.rights.letters import Particulars

if TYPE_CHECKING:
    from placket.gate.requests.register import Case, Register


def answered_with(
    register: Register, case: Case, *, outcome: str = "", why: str = "", link: str = ""
) -> Particulars:
    """Return the particulars of the answer to a request that is decided.

    outcome, why: of a complaint or a review, in words. link: where a copy is fetched.
    """
    until = case.at + LASTS if link else None
    said = Particulars(
        outcome=outcome,
        why=why,
        reasons=(why,) if why else (),
        link=link,
        until=until,
        heard=tuple(heard(case)),
    )
    if case.request.plan is None:
        return said
    plan, catalogue = read_kept(register.gate, case), catalogue_of(register.gate)
    of = outcome_of(plan, catalogue, case.request.carried)
    stays = (*of.stays, *found_again(case))
    return replace(said, gone=of.gone, stays=stays, left_out=of.left_out)
