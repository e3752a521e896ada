"""Staff and worker who bring a request to its end, from wherever it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import NoCertificate, certify_whole, kept_certificate
from placket.gate.requests.desk import Desk
from placket.gate.requests.planning import approve, make_plan
from placket.gate.requests.register import NoSuchRequest, Opening, Register
from placket.gate.requests.telling import Messenger
from placket.gate.requests.upkeep import Upkeep
from placket.gate.worker import Worker
from placket.rights.moves import PROOF as SHOWN_BY
from placket.rights.moves import Move
from placket.sources.processors.outgoing import Outgoing

if TYPE_CHECKING:
    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case
    from placket.rights.right import Right
    from tests.contract.cut_grounds import Ground

MINUTE: Final = 60_000_000

PROOF: Final = ("code", "second_channel")
WEB: Final = "https://privacy.example.org"


def asked_for(ground: Ground, subject: str, right: Right) -> None:
    """Bring a request from its opening to its answer; what stands already is not done again."""
    with ground.gate() as gate:
        desk = Desk(register=Register(gate=gate), web=WEB)
        reference = _opened(desk, subject, right).request.id
        # Beside a second way the notice went out, and time has moved on a little.
        later = gate.now() + 2 * MINUTE
        gate.in_force.clock = lambda: later
        work_once(gate)
        _planned(desk.register, reference)
        _carried(desk.register, reference)
        if desk.register.case(reference).request.answered_at is None:
            desk.answer(reference)


def _opened(desk: Desk, subject: str, right: Right) -> Case:
    """Return the request, opened unless it was, and shown to be the person's own."""
    register, reference = desk.register, f"r_{right.value}"
    try:
        case = register.case(reference)
    except NoSuchRequest:
        opening = Opening(
            subject=subject, right=right, route="web", proof=PROOF, reference=reference
        )
        return desk.open(opening)
    if case.request.is_open and not case.request.proofs:
        marks = tuple(f"{SHOWN_BY}{way}" for way in PROOF)
        thing = register.address_id(subject)
        return register.move(case, Move.IDENTITY_VERIFIED, thing=thing, marks=marks)
    return case


def work_once(gate: Gate) -> None:
    """Let the worker make a round; what a round was refused the next one does."""
    register, said = Register(gate=gate), list[str]()
    messenger = Messenger(register=register, calls=Outgoing(loopback=True), post=None)
    upkeep = Upkeep(register=register, messenger=messenger, holder="w1")
    worker = Worker(gate=gate, every_seconds=1, tell=said.append, upkeep=upkeep)
    worker.once()
    if worker.troubled:
        worker.once()
    if worker.troubled:
        raise AssertionError(said)


def _planned(register: Register, reference: str) -> None:
    request = register.case(reference).request
    if request.plan is None:
        make_plan(register, reference)
        request = register.case(reference).request
    if request.plan is not None and not request.is_approved:
        approve(register, reference, request.plan.digest, by="boss-1")


def _carried(register: Register, reference: str) -> None:
    done = carry_out(register, reference, holder="w1")
    if not done.is_done:
        raise AssertionError(done.left)
    try:
        kept_certificate(register, reference)
    except NoCertificate:
        certify_whole(register, reference)
