"""What proves how a request was answered: kept sealed for claims alone, and gone at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.gate.requests.sealed import EVIDENCE, KINDS, Drawer
from placket.law.calendar import DAY

if TYPE_CHECKING:
    from placket.facts import Fact
    from placket.gate.gate import Gate
    from placket.gate.requests.register import Register
    from placket.store.register import Record

_AT_ONCE: Final = 1_000


def evidence_until(gate: Gate, received_at: int) -> int:
    """Return until when what proves the answer is kept: counted from when the request came."""
    return received_at + gate.settings.request_evidence_days * DAY


def evidence(gate: Gate, asked: Fact) -> Record:
    """Return the record that says until when. asked: the fact that the request came."""
    drawer = Drawer(gate=gate, request=asked.id, person=asked.person)
    return drawer.record(EVIDENCE, asked.id, b"", until=evidence_until(gate, asked.occurred_at))


def forget(register: Register) -> int:
    """Destroy the keys of requests whose evidence has served, and its records; return how many.

    One that is still open is left. The facts of a request stay: they say nothing of the person
    but an opaque id.
    """
    gate = register.gate
    due = gate.ledger.due_records(EVIDENCE, gate.now(), _AT_ONCE)
    over = [r.request for r in due if not register.case(r.request).request.is_open]
    if over:
        gate.keys.destroy(*over)
    for reference in over:
        for kind in KINDS:
            names = [record.id for record in gate.ledger.records(kind, request=reference)]
            gate.ledger.drop_records(kind, names)
    return len(over)
