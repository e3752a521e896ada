"""After a plan: every source read again without the catalogue, and a signed certificate of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError

from placket.facts import Kind
from placket.gate.requests.connected import connected
from placket.gate.requests.planning import of_databases, read_kept, whom
from placket.gate.requests.proof import kept_with
from placket.gate.requests.sealed import CERTIFICATE, Drawer
from placket.gate.requests.telling import tellings
from placket.law.calendar import DAY
from placket.plan.certificate import Certificate, Evidence, Grounded, Grounding, certify
from placket.plan.plan import CHANGING, LEDGER
from placket.plan.scanned import Scanned, Unread
from placket.policy.vocabulary import ALL_HELD
from placket.rights.letters import Stays
from placket.rights.moves import Move
from placket.rights.right import Right
from placket.scan.grounding import grounding
from placket.scan.scan import AWAY, scan
from placket.sources.connect import SourceUnreachable
from placket.store.certifying import sign_certificate, verify_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.facts import Fact
    from placket.gate.requests.connected import Connected
    from placket.gate.requests.register import Case, Register
    from placket.keyring import PersonKey
    from placket.law.calendar import Instant
    from placket.plan.inventory import At, Row
    from placket.plan.plan import Plan

FOUND: Final = "found"
UNREAD: Final = "unread"
_DATA: Final = frozenset({"email", "phone"})
"""Identifiers that are categories of data by their own name."""


class NoCertificate(Exception):
    """no certificate was made: it belongs to an erasure of everything; carry its plan out first."""


def certificate_of(
    register: Register, reference: str, *, unreached: Mapping[str, str] | None = None
) -> tuple[Certificate, str]:
    """Return a new certificate of what became of the approved plan, and its signed text.

    Every connected source is read again by code that does not know the catalogue, for all that
    the person was known by. Made again, it takes the place of the one before: it says how things
    stand at its instant. Raises NoSuchRequest, NoPlan.
    """
    gate, case = register.gate, register.case(reference)
    plan = read_kept(gate, case)
    with connected(gate) as sources:
        evidence = Evidence(
            carried={int(number) for number in case.request.carried},
            scanned=_scanned(register, case, sources),
            sources=tuple(gate.settings.sources),
            newer=_newer(register, case, sources),
            unreached={**sources.silent, **(unreached or {})},
            groundings=tuple(_groundings(register, case, plan, sources)),
            recipients=tellings(case),
        )
    made = certify(
        plan, evidence, ledger=gate.ledger.id, policy=case.policy.digest, made_at=gate.now()
    )
    checkpoint = gate.sequence() or gate.checkpoint() or ""
    text = sign_certificate(made, checkpoint, gate.keys)
    drawer = Drawer(gate=gate, request=reference, person=case.request.person)
    drawer.put(CERTIFICATE, reference, text.encode(), state=made.state.value)
    return verify_certificate(text, gate.keys.public_key), text


def certify_whole(register: Register, reference: str) -> Certificate | None:
    """Return the certificate of a whole erasure, what it found keeping the request open.

    None for any other request: who asks for a part, or for a copy, is found on purpose.
    """
    request = register.case(reference).request
    if request.right is not Right.ERASURE or request.data:
        return None
    made, _ = certificate_of(register, reference)
    hold_open(register, reference, made)
    return made


def kept_certificate(register: Register, reference: str) -> tuple[Certificate, str]:
    """Return the newest certificate of the request and its text. Raises NoCertificate."""
    gate, case = register.gate, register.case(reference)
    drawer = Drawer(gate=gate, request=reference, person=case.request.person)
    body = drawer.get(CERTIFICATE, reference)
    if body is None:
        raise NoCertificate(NoCertificate.__doc__)
    text = body.decode()
    return verify_certificate(text, gate.keys.public_key), text


def _scanned(register: Register, case: Case, sources: Connected) -> Scanned:
    """Return what the sources still hold of all that the person was known by."""
    gate = register.gate
    known = [each.identifier for each in kept_with(gate, case)]
    written = [f"{each.kind}:{each.value}" for each in known]
    found = scan(sources.readable, known, written=written, key=gate.keys.hmac_key)
    away = tuple(Unread(where=name, why=AWAY) for name in sources.silent)
    return Scanned(probes=found.probes, findings=found.findings, unread=(*away, *found.unread))


def _newer(register: Register, case: Case, sources: Connected) -> frozenset[At]:
    """Return the rows of whoever came after the erasure and is known by the same identifiers.

    Who was erased and buys again is somebody new, whose rows are none of those that were to go:
    theirs are rows that are nobody else's, and that tell of nothing before the erasure.
    """
    gate, facts = register.gate, case.history.facts
    erased = [fact.occurred_at for fact in facts if fact.kind is Kind.KEY_DESTROYED]
    known = [each.identifier for each in kept_with(gate, case)] if erased else []
    found: set[At] = set()
    others = {*gate.elsewhere(known).values()} - {*case.history.members}
    for history in filter(None, map(gate.ledger.history_of, sorted(others))):
        # Where a source went away, that it was not read again is told by the scan.
        with suppress(SourceUnreachable):
            rows = of_databases(gate, sources, whom(gate, history), now=case.at).rows
            found |= {row.at for row in rows if _begins_after(row, history.person, max(erased))}
    return frozenset(found)


def _begins_after(row: Row, person: str, instant: Instant) -> bool:
    """Say whether the row is this person's alone, and tells of nothing until the instant."""
    is_own = row.owners == {person} and not row.parties - {person}
    return is_own and bool(row.events) and min(at for _, at in row.events) > instant


def _groundings(
    register: Register, case: Case, plan: Plan, sources: Connected
) -> Iterator[Grounded]:
    """Yield how deep each source that was changed let go, and what became of the person's keys."""
    touched: dict[str, set[str]] = {}
    for step in plan.steps:
        if step.action in CHANGING:
            touched.setdefault(step.source, set()).add(step.table)
    for name, tables in touched.items():
        if name in sources.engines:
            try:
                # What carries a plan out has SQLite overwrite what it frees.
                yield grounding(name, sources.engines[name], tables, since=case.at, overwrites=True)
            except DBAPIError:
                continue  # it went away: that it was not read again is told by the scan
    yield from _of_ledger(register, case)


def _of_ledger(register: Register, case: Case) -> Iterator[Grounded]:
    """Yield that nothing of the person opens any more, where that is so."""
    gate = register.gate
    living = gate.keys.keys_for(case.history.members)
    sealed = [fact for fact in case.history.facts if fact.sealed]
    if sealed and not any(_opens(fact, living.get(fact.person)) for fact in sealed):
        says = "what was sealed in the ledger opens no more; the keyring's backups hold the key"
        days = gate.settings.backup_days
        # A backup of today may still hold the key: it was destroyed today.
        until = case.at + days * DAY if days else None
        yield Grounded(
            source=LEDGER, reached=Grounding.KEY_DESTROYED, says=says, in_backups_until=until
        )


def _opens(fact: Fact, key: PersonKey | None) -> bool:
    return key is not None and key.generation == fact.generation


# What was found again keeps the request open


def hold_open(register: Register, reference: str, certificate: Certificate) -> Case:
    """Let what was found again, or not read, keep the request open; what went is released."""
    case = register.case(reference)
    if not case.request.is_open:
        return case
    left, known = set(_left_over(certificate)), {each.thing for each in case.request.deferred}
    until = case.at + register.gate.settings.request_review_days * DAY
    moves: list[tuple[Move, Mapping[str, Any]]] = [
        (Move.DEFERRED, {"thing": thing, "ground": FOUND, "until": until}) for thing in sorted(left)
    ]
    moves += [
        (Move.RELEASED, {"thing": thing}) for thing in sorted(known - left) if is_left_over(thing)
    ]
    for move, said in moves:
        register.append(register.case(reference), [(move, said)])
    return register.case(reference)


def _left_over(certificate: Certificate) -> Iterator[str]:
    for finding in certificate.findings:
        yield f"{FOUND}:{finding.form.partition(' ')[0]}:{finding.where}"
    for unread in certificate.unread:
        yield f"{UNREAD}:{unread.where}"


def is_left_over(thing: str) -> bool:
    """Say whether something waits because a scan found it again or could not read it."""
    return thing.partition(":")[0] in {FOUND, UNREAD}


def found_again(case: Case) -> tuple[Stays, ...]:
    """Return what a letter says of that: by what the person was known, and when it is looked at."""
    kinds: dict[str, int] = {}
    for each in case.request.deferred:
        if is_left_over(each.thing):
            kind = each.thing.split(":")[1] if each.thing.startswith(FOUND) else ""
            kinds.setdefault(kind if kind in _DATA else ALL_HELD, each.until)
    return tuple(
        Stays(data=(kind,), ground=FOUND, release="we have looked into it", review_at=until)
        for kind, until in kinds.items()
    )
