"""A portable copy handed to whom the person names: over a checked channel, and on record."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.requests.connected import catalogue_of
from placket.gate.requests.packing import archive_of
from placket.gate.requests.planning import read_kept
from placket.gate.requests.register import MoveRefused
from placket.plan.locks import categories_of
from placket.plan.plan import Action
from placket.rights.right import Right
from placket.sources.told import Told

if TYPE_CHECKING:
    from placket.gate.requests.register import Case, Register
    from placket.sources.processors.outgoing import Outgoing

NAMED: Final = "subject_designated_party"
"""The recipient whom the person names, as the vocabulary has it."""

_TAKEN: Final = (200, 201, 202, 204)


def hand_over(register: Register, reference: str, url: str, *, calls: Outgoing, by: str) -> Case:
    """Send the copy of a carried out portability request to `url`, and record that it passed.

    The record holds the digest of what was sent, and never the address. Raises NoSuchRequest,
    MoveRefused, NoPackage and NotTold; then nothing is recorded, and the request stays open.
    Source: GDPR Art. 20(2).
    """
    gate, case = register.gate, register.case(reference)
    if case.request.right is not Right.PORTABILITY:
        raise MoveRefused("only what a person may take along is handed over")
    if not any(said.direct_transfer for said in case.terms.said[Right.PORTABILITY]):
        raise MoveRefused("no clause lets the copy be handed to somebody else")
    archive = archive_of(register, case)
    calls.post(url, archive, {"content-type": "application/zip"}).expected(*_TAKEN)
    gate.record([Told(_passed(register, case, hashlib.sha256(archive).hexdigest(), by))])
    return register.case(reference)


def _passed(register: Register, case: Case, digest: str, by: str) -> Fact:
    gate, catalogue = register.gate, catalogue_of(register.gate)
    shown = (s for s in read_kept(gate, case).steps if s.action is Action.SHOW)
    return Fact(
        id=fact_id("handed", case.request.id, digest),
        kind=Kind.SHARED,
        person=case.request.person,
        recipient=NAMED,
        data=tuple(sorted({c for step in shown for c in categories_of(step, catalogue)})),
        thing=digest,
        marks=(f"request:{case.request.id}",),
        by=by,
        occurred_at=gate.now(),
        recorded_at=gate.now(),
    )
