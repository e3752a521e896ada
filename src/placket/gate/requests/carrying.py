"""An approved plan carried out: under a lease, journalled, looked at again, certified."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.requests.connected import connected
from placket.gate.requests.packing import pack
from placket.gate.requests.planning import asking_of, read_kept
from placket.gate.requests.proof import identifiers
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.sealed import WORK, Drawer
from placket.gate.views import refresh_views_of
from placket.plan.apply import Applied, apply
from placket.plan.build import plan_of
from placket.plan.locks import erased_data, kept_marks, locked_data
from placket.plan.plan import Action, StalePlan, changes_since, no_longer_so
from placket.rights.fold import requests_of
from placket.rights.moves import Move
from placket.rights.recipients import WHOLE
from placket.rights.right import Right
from placket.sources.connect import SourceUnreachable
from placket.sources.files_writing import FilesTarget
from placket.sources.reflected import reflected
from placket.sources.told import Told
from placket.sources.writing import SqlTarget
from placket.store.ledger import no_point

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from placket.gate.gate import Gate
    from placket.gate.requests.connected import Connected
    from placket.gate.requests.register import Case, Register
    from placket.plan.apply import Target
    from placket.plan.asking import Asking
    from placket.plan.plan import Because, Plan, Step
    from placket.store.ledger import Point
    from placket.store.register import Fence

LEASE_SECONDS: Final = 60
ASKED: Final = "asked"
BEGUN: Final = "begun"
STALE: Final = "stale"
DONE: Final = "done"
_LINKS: Final = frozenset({Kind.IDENTITY_LINKED, Kind.LINK_VOIDED})


class InHand(Exception):
    """somebody else carries this plan out at this moment; look again in a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What carrying out gave: the request as it stands, and what each source left, with why."""

    case: Case
    plan: Plan = field(repr=False)
    left: Mapping[str, str]

    @property
    def is_done(self) -> bool:
        """Say whether every step of the plan is carried out."""
        return not self.left


@dataclass(slots=True, kw_only=True)
class _Journal:
    """The ledger as the journal of a plan: a step that is told was carried out.

    The request is read under the lease, and again once a step was told.
    """

    register: Register
    reference: str
    digest: str
    fence: Fence
    _read: Case | None = field(default=None, repr=False)

    def case(self) -> Case:
        """Return the request as it stands."""
        if self._read is None:
            self._read = self.register.case(self.reference)
        return self._read

    def carried(self) -> frozenset[int]:
        """Return the numbers of the steps that are told as carried out."""
        return frozenset(int(number) for number in self.case().request.carried)

    def carry(self, numbers: Sequence[int]) -> None:
        """Tell that these steps are carried out; a step told twice stands once."""
        said = [
            (Move.CARRIED_OUT, {"what": str(number), "thing": self.digest}) for number in numbers
        ]
        self.register.append(self.case(), said, fence=self.fence)
        self._read = None


def carry_out(
    register: Register, reference: str, *, holder: str, point: Point = no_point
) -> Carried:
    """Carry the approved plan out in every source, and end what a killed process began.

    holder: an opaque id of this worker. Raises MoveRefused, NoPlan, InHand, StalePlan (nothing
    was done; make a new plan), SourceUnreachable.
    """
    gate, case = register.gate, register.case(reference)
    size, plan = gate.size(), read_kept(gate, case)
    if not case.request.is_approved:
        raise MoveRefused("the plan is not approved")
    if _is_over(register, case, plan):
        return Carried(case=case, plan=plan, left={})
    fence = gate.ledger.lease(f"request:{reference}", holder, now=gate.now(), seconds=LEASE_SECONDS)
    if fence is None:
        raise InHand(InHand.__doc__)
    try:
        left = _carry_out(register, case, plan, fence, point)
    except StalePlan:
        # Nothing is tried again with this plan: it needs another, and an approval of that.
        _mark(register, reference, STALE)
        raise
    finally:
        gate.ledger.release(fence)
    # What went leaves the views now; of a source that is away they go stale by themselves.
    with suppress(SourceUnreachable):
        refresh_views_of(gate, case.history.person, since=size)
    return Carried(case=register.case(reference), plan=plan, left=left)


def _carry_out(
    register: Register, case: Case, plan: Plan, fence: Fence, point: Point
) -> Mapping[str, str]:
    """Carry the plan out under a lease; return each source that is left, with why."""
    gate, reference = register.gate, case.request.id
    drawer, digest = Drawer(gate=gate, request=reference, person=case.request.person), plan.digest()
    is_begun = _is_begun(drawer, plan)
    if not is_begun:
        # A source may be away: then any worker tries again, as it does after a kill.
        asked = drawer.record(WORK, reference, digest.encode(), state=ASKED)
        gate.ledger.put_records([asked], fence=fence)
    with connected(gate) as sources:
        asking = None
        if not is_begun:
            asking = _not_stale(register, case, plan, sources)
            begun = drawer.record(WORK, reference, digest.encode(), state=BEGUN)
            gate.ledger.put_records([*identifiers(gate, case), begun], fence=fence)
        journal = _Journal(register=register, reference=reference, digest=digest, fence=fence)
        applied = apply(
            plan, targets=_targets(sources), journal=journal, fence=fence.number, point=point
        )
        case = _show(journal, plan, lambda now: asking or asking_of(register, now, sources))
        _settle(register, case, plan, applied, sources)
    if not applied.left:
        _mark(register, reference, DONE)
    return applied.left


def _mark(register: Register, reference: str, state: str) -> None:
    """Let no worker try this again."""
    for before in (ASKED, BEGUN):
        register.gate.ledger.move_record(WORK, reference, before=before, after=state)


def is_begun(register: Register, case: Case) -> bool:
    """Say whether anything of the request may be done already: a row gone, or a copy given."""
    record = register.gate.ledger.record(WORK, case.request.id)
    return record is not None and record.state in {BEGUN, DONE}


def _is_begun(drawer: Drawer, plan: Plan) -> bool:
    """Say whether a worker began with this plan: then rows may be changed by the plan itself."""
    return _stands(drawer, plan, BEGUN)


def _is_over(register: Register, case: Case, plan: Plan) -> bool:
    """Say whether this plan is carried out: whoever applies it again has nothing to do."""
    drawer = Drawer(gate=register.gate, request=case.request.id, person=case.request.person)
    return _stands(drawer, plan, DONE)


def _stands(drawer: Drawer, plan: Plan, state: str) -> bool:
    record = drawer.gate.ledger.record(WORK, drawer.request)
    stands = record is not None and record.state == state
    return stands and drawer.get(WORK, drawer.request) == plan.digest().encode()


def _not_stale(register: Register, case: Case, plan: Plan, sources: Connected) -> Asking:
    """Return what the plan would be made from now.

    Raises StalePlan when a row of the person came, went or changed since the plan was made, when
    somebody else was linked to them or parted from them, and when it would not be made so now.
    """
    asking = asking_of(register, case, sources)
    changes = changes_since(plan, asking.rows)
    if changes:
        raise StalePlan(changes)
    made_at = case.request.plan.at if case.request.plan is not None else plan.made_at
    if any(f.kind in _LINKS and f.recorded_at > made_at for f in case.history.facts):
        raise StalePlan((), "who the person is changed since")
    undone = no_longer_so(plan, plan_of(asking)) if plan.changes else ()
    if undone:
        raise StalePlan(undone, "what may be done with the rows changed since")
    return asking


def _targets(sources: Connected) -> dict[str, Target]:
    databases = {
        name: SqlTarget(engine, sources.catalogue, name, reflected(engine))
        for name, engine in sources.engines.items()
    }
    files = {
        name: FilesTarget(store, sources.catalogue, name) for name, store in sources.stores.items()
    }
    return {**databases, **files}


def _show(journal: _Journal, plan: Plan, asked: Callable[[Case], Asking]) -> Case:
    """Make the copy that the plan shows; only then its steps are carried out.

    asked: what the copy is made from. Returns the request as it then stands.
    """
    case = journal.case()
    numbered = enumerate(plan.to_do, start=1)
    shown = [number for number, step in numbered if step.action is Action.SHOW]
    if not shown or case.request.carried.issuperset(map(str, shown)):
        return case
    pack(journal.register, case, plan, asked(case))
    journal.carry(shown)
    return journal.case()


def _settle(
    register: Register, case: Case, plan: Plan, applied: Applied, sources: Connected
) -> None:
    """Write into the ledger what was done in the sources, once nothing is left there."""
    if applied.left:
        return
    if plan.right == Right.ERASURE:
        _tell_erased(register, case, plan, sources)
    elif plan.right == Right.RECTIFICATION:
        _tell_corrected(register, case, plan)
    waiting = [(Move.DEFERRED, said) for said in _deferred(case, plan)]
    if waiting:
        register.append(case, waiting)


def _tell_erased(register: Register, case: Case, plan: Plan, sources: Connected) -> None:
    """Tell what went and what is kept on which ground, and destroy the keys of what was sealed.

    Of whom something is kept the standing stays, for that ground alone; of whom nothing is, it
    goes as well.
    """
    gate, marks = register.gate, kept_marks(plan, sources.catalogue)
    gone, locked = (of(plan, sources.catalogue) for of in (erased_data, locked_data))
    whole = tuple(f"{WHOLE}{datum}" for datum in locked if datum not in gone)
    # While something waits or is held, who they are is still needed.
    goes = not case.request.data and not any(_is_stopped(step) for step in plan.steps)
    if goes:
        _keep_for_answers(gate, case)
    if goes and marks:
        gate.keys.renew(*case.history.members)
    told = Fact(
        id=fact_id("erased", case.request.id, plan.digest()),
        kind=Kind.DATA_ERASED,
        person=case.request.person,
        thing=case.request.id,
        # INVARIANT: what is kept on a ground is gone for every other, though nothing of it went.
        data=tuple(sorted({*gone, *locked})),
        marks=(*marks, *whole),
        occurred_at=gate.now(),
        recorded_at=gate.now(),
        route=case.request.route,
    )
    # Where nothing went it is told as well: of what is kept no recipient is told to erase it.
    if (told.data or marks) and not gate.has([told.id]):
        over = [] if case.request.data else _yeses_over(case, gate.now())
        # What waited goes later: a yes that was said meanwhile stands.
        known = gate.has([fact.id for fact in over])
        gate.record([Told(fact) for fact in (told, *over) if fact.id not in known])
    if goes and not marks:
        gate.erase(case.history.person, by=case.request.id, route="request")


def _yeses_over(case: Case, now: int) -> list[Fact]:
    """Return that every yes is over with the data: whoever comes back says it anew."""
    given = (fact for fact in case.history.facts if fact.kind is Kind.CONSENT_GIVEN)
    return [
        Fact(
            id=fact_id("over", case.request.id, what, channel),
            kind=Kind.CONSENT_WITHDRAWN,
            person=case.request.person,
            what=what,
            channel=channel,
            thing=case.request.id,
            occurred_at=now,
            recorded_at=now,
            route=case.request.route,
        )
        for what, channel in sorted({(fact.what, fact.channel) for fact in given})
    ]


def _keep_for_answers(gate: Gate, case: Case) -> None:
    """Keep by what the person is known with what else they asked: that is answered as well."""
    others = (
        replace(case, request=each)
        for each in requests_of(case.history.facts, case.terms)
        if each.is_open and each.id != case.request.id
    )
    kept = [record for other in others for record in identifiers(gate, other)]
    if kept:
        gate.ledger.put_records(kept)


def _tell_corrected(register: Register, case: Case, plan: Plan) -> None:
    """Lift the freeze that the request itself brought about, now that the field is right."""
    gate = register.gate
    frozen = (
        fact
        for fact in case.history.facts
        if fact.kind is Kind.RESTRICTED and fact.thing == case.request.id
    )
    told = [
        Told(
            Fact(
                id=fact_id("thawed", fact.id, plan.digest()),
                kind=Kind.RESTRICTION_LIFTED,
                person=fact.person,
                about=fact.id,
                occurred_at=gate.now(),
                recorded_at=gate.now(),
                route=case.request.route,
            )
        )
        for fact in frozen
    ]
    gate.record([each for each in told if not gate.has([each.fact.id])])


def _is_stopped(step: Step) -> bool:
    return step.action in {Action.WAIT, Action.HOLD}


def _deferred(case: Case, plan: Plan) -> Iterator[Mapping[str, object]]:
    """Yield what of the plan waits or is held, each release once, with its day of review."""
    known = {each.thing for each in case.request.deferred}
    found: dict[str, Because] = {}
    for step in plan.steps:
        if _is_stopped(step):
            found.setdefault(waiting_name(step.because), step.because)
    for name, because in found.items():
        if name not in known and because.review_at is not None:
            yield {"thing": name, "ground": because.ground, "until": because.review_at}


def waiting_name(because: Because) -> str:
    """Return the name under which something waits: the fact that holds it, or what ends it."""
    return because.fact or because.release.replace(" ", "_")
