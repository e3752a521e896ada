"""The plan of a request: made from every source, kept sealed, shown, approved by its digest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from placket.gate.requests.connected import connected
from placket.gate.requests.evidence import evidence_until
from placket.gate.requests.proof import known_by
from placket.gate.requests.register import CORRECTIONS, MoveRefused
from placket.gate.requests.sealed import PLAN, Drawer
from placket.gate.sealing import open_payloads
from placket.law.calendar import DAY
from placket.plan.asking import Asking, Correction, Size
from placket.plan.build import plan_of
from placket.plan.holding import holds_of
from placket.plan.plan import Plan, read_plan, write_plan
from placket.rights.moves import Move
from placket.sources.connect import SourceUnreachable
from placket.sources.files import with_files
from placket.sources.inventory import Whom, read_inventory
from placket.standing.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.gate.gate import Gate
    from placket.gate.requests.connected import Connected
    from placket.gate.requests.register import Case, Register
    from placket.identity.identifier import Identifier
    from placket.law.calendar import Instant
    from placket.plan.inventory import Inventory
    from placket.store.ledger import PersonHistory


class NoPlan(Exception):
    """no plan was made for this request; run `placket request plan`."""


@dataclass(frozen=True, slots=True)
class Persons:
    """Whose an identifier is, as an inventory asks: the root of the cluster, empty for nobody."""

    gate: Gate

    def persons_of(self, identifiers: Sequence[Identifier]) -> Sequence[str]:
        """Return the person of each identifier, in order; makes nobody."""
        hashes = [self.gate.hash_of(identifier) for identifier in identifiers]
        found = self.gate.ledger.find_many(list(dict.fromkeys(hashes)))
        return [found.get(each, "") for each in hashes]


def whom(gate: Gate, history: PersonHistory) -> Whom:
    """Return a person with every identifier that the ledger can still open."""
    return Whom(
        person=history.person,
        members=frozenset(history.members),
        identifiers=tuple(each.identifier for each in known_by(gate, history)),
    )


def inventory_of(register: Register, case: Case, sources: Connected) -> Inventory:
    """Return the person's rows in every source. Raises SourceUnreachable when one is silent."""
    for name, why in sources.silent.items():
        raise SourceUnreachable(f"source `{name}` {why}" if why[:1] != "`" else why)
    gate = register.gate
    who = whom(gate, case.history)
    rows = of_databases(gate, sources, who, now=case.at)
    return with_files(rows, sources.catalogue, sources.stores, who, engines=sources.engines)


def of_databases(gate: Gate, sources: Connected, who: Whom, *, now: Instant) -> Inventory:
    """Return somebody's rows in every database. Raises SourceUnreachable."""
    return read_inventory(sources.catalogue, sources.engines, who, Persons(gate), now=now)


def asking_of(register: Register, case: Case, sources: Connected) -> Asking:
    """Return all that a plan for the request is built from, read now."""
    gate, request = register.gate, case.request
    review = case.at + gate.settings.request_review_days * DAY
    return Asking(
        request=request.id,
        right=request.right,
        person=case.history.person,
        at=case.at,
        review_at=review,
        policy=case.policy,
        catalogue=sources.catalogue,
        place=case.place,
        inventory=inventory_of(register, case, sources),
        standing=case.standing or Standing(person=case.history.person),
        holds=holds_of(case.history.facts),
        data=request.data,
        corrections=corrections_of(gate, case),
        evidence_until=evidence_until(gate, case.request.received_at),
        size=Size(),
    )


def corrections_of(gate: Gate, case: Case) -> tuple[Correction, ...]:
    """Return what is right instead, as the request says; none once its person's key is gone."""
    asked = [fact for fact in case.history.facts if fact.id == case.request.id]
    private = open_payloads(asked, gate.keys).get(case.request.id, {})
    return tuple(
        Correction(category=row["category"], value=row["value"], column=row["column"])
        for row in private.get(CORRECTIONS, ())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A plan with what it was made from."""

    plan: Plan
    case: Case
    asking: Asking = field(repr=False)


def make_plan(register: Register, reference: str) -> Made:
    """Read every source, make the plan of the request and keep it, to be approved.

    Raises NoSuchRequest, MoveRefused, NeedsNoPlan, NotInCatalogue, SourceUnreachable.
    """
    case = register.case(reference)
    if not case.request.is_open:
        raise MoveRefused("the request is closed")
    with connected(register.gate) as sources:
        asking = asking_of(register, case, sources)
    plan = plan_of(asking)
    # The plan is kept before it is told: a plan that was told can always be read.
    keep_plan(register.gate, case, plan)
    moved = register.move(case, Move.PLANNED, thing=plan.digest(), marks=plan.marks)
    return Made(plan=plan, case=moved, asking=asking)


def keep_plan(gate: Gate, case: Case, plan: Plan) -> None:
    """Keep a plan under the request's own key."""
    drawer = Drawer(gate=gate, request=case.request.id, person=case.request.person)
    drawer.put(PLAN, plan.digest(), write_plan(plan))


def read_kept(gate: Gate, case: Case) -> Plan:
    """Return the newest plan of the request. Raises NoPlan."""
    return _read(gate, case, case.request.plan.digest if case.request.plan is not None else "")


def read_approved(gate: Gate, case: Case) -> Plan:
    """Return the newest plan of the request that was approved as a whole. Raises NoPlan."""
    return _read(gate, case, case.request.approved)


def _read(gate: Gate, case: Case, digest: str) -> Plan:
    drawer = Drawer(gate=gate, request=case.request.id, person=case.request.person)
    body = drawer.get(PLAN, digest) if digest else None
    if body is None:
        raise NoPlan(NoPlan.__doc__)
    return read_plan(body)


def approve(register: Register, reference: str, digest: str, *, by: str) -> Case:
    """Approve the plan of this digest. Raises MoveRefused, with the guard's reason."""
    return register.move(reference, Move.APPROVED, thing=digest, by=by)
