"""A restriction that a request brought, lifted: the person is told first, and in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.facts import Kind
from placket.gate.requests.post import post
from placket.gate.requests.register import MoveRefused, thawed
from placket.gate.requests.sealed import LIFT, Drawer
from placket.law.calendar import DAY
from placket.rights.letters import LetterKind, Particulars
from placket.rights.right import Right
from placket.sources.told import Told

if TYPE_CHECKING:
    from placket.facts import Fact
    from placket.gate.requests.register import Case, Register

_AT_ONCE: Final = 1_000


def announce(register: Register, reference: str, *, why: str, days: int) -> Case:
    """Write to the person that and why the restriction ends, and let it end after `days`.

    Raises NoSuchRequest, MoveRefused and, without a reason, Unsaid.
    Source: GDPR Art. 18(3).
    """
    case = register.case(reference)
    if case.request.right is not Right.RESTRICTION or not standing_restrictions(case):
        raise MoveRefused("no restriction of this request stands")
    until = case.at + days * DAY
    says = Particulars(until=until, why=why)
    # The letter first: a restriction never ends untold.
    post(register, case, LetterKind.RESTRICTION_ENDS, says, occasion=str(until))
    drawer = Drawer(gate=register.gate, request=reference, person=case.request.person)
    drawer.put(LIFT, reference, b"", state="announced", until=until)
    return register.case(reference)


def standing_restrictions(case: Case) -> tuple[Fact, ...]:
    """Return the restrictions that the request brought and that nothing lifted."""
    facts = case.history.facts
    lifted = {fact.about for fact in facts if fact.kind is Kind.RESTRICTION_LIFTED}
    return tuple(
        fact
        for fact in facts
        if fact.kind is Kind.RESTRICTED and fact.thing == case.request.id and fact.id not in lifted
    )


def lift_due(register: Register) -> int:
    """Lift the restrictions whose announced day has come; return of how many requests."""
    gate = register.gate
    due = gate.ledger.due_records(LIFT, gate.now(), _AT_ONCE)
    for record in due:
        case = register.case(record.request)
        told = [Told(thawed(case, fact, gate.now())) for fact in standing_restrictions(case)]
        if told:
            gate.record(told)
        gate.ledger.drop_records(LIFT, [record.id])
    return len(due)
