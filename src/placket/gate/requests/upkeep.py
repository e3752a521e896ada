"""What requests need that nobody waits for: letters sent, plans ended, recipients asked again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from placket.facts import Kind
from placket.gate.requests.carrying import ASKED, BEGUN, InHand, carry_out
from placket.gate.requests.certifying import certify_whole
from placket.gate.requests.completing import complete
from placket.gate.requests.desk import desk_at
from placket.gate.requests.evidence import evidence, forget
from placket.gate.requests.lifting import lift_due
from placket.gate.requests.packing import drop_old
from placket.gate.requests.planning import NoPlan
from placket.gate.requests.post import deliver
from placket.gate.requests.register import MoveRefused, NoSuchRequest
from placket.gate.requests.sealed import WORK
from placket.gate.requests.telling import may_tell, tellings
from placket.gate.views import CatalogueUnusable
from placket.plan.apply import TakenOver
from placket.plan.asking import NotInCatalogue
from placket.plan.plan import StalePlan
from placket.rights.letters import Unsaid
from placket.rights.moves import Move, move_of
from placket.rights.right import Proof
from placket.sources.connect import SourceUnreachable
from placket.sources.mail import MailNotSent, MailRefused
from placket.store.refusals import LeaseLost

if TYPE_CHECKING:
    from collections.abc import Callable

    from placket.gate.requests.post import Written
    from placket.gate.requests.register import Case, Register
    from placket.gate.requests.telling import Messenger
    from placket.sources.mail import Post
    from placket.store.register import Record

TRIED_AGAIN: Final = (
    InHand,
    TakenOver,
    LeaseLost,
    SourceUnreachable,
    MailNotSent,
)
"""What the next round mends by itself."""

FOR_A_PERSON: Final = (
    StalePlan,
    MoveRefused,
    NoPlan,
    NoSuchRequest,
    MailRefused,
    CatalogueUnusable,
    NotInCatalogue,
    Unsaid,
    OSError,
)
"""What only a person can mend; the request stands in the register with its next step."""


ENDING: Final = frozenset({Kind.RELATION_CLOSED, Kind.HOLD_LIFTED, Kind.RESTRICTION_LIFTED})
"""What may end what an erasure waits for."""

_OPENING: Final = 60_000_000
"""How long, in microseconds, a process that opens a request is left to write its letters."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one round did. refused: by request, or empty for the post, why it was not done."""

    sent: int = 0
    carried: int = 0
    completed: int = 0
    told: int = 0
    lifted: int = 0
    dropped: int = 0
    forgotten: int = 0
    refused: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Upkeep:
    """One worker's round over the register. holder: its opaque id; post: None without mail."""

    register: Register
    messenger: Messenger
    holder: str
    post: Post | None = None
    _refused: dict[str, str] = field(default_factory=dict)

    def round(self) -> Kept:
        """Do what is due: end plans that were begun, complete, tell recipients, send letters."""
        self._refused = {}
        lifted = lift_due(self.register)
        carried = sum(self._carried(record.request) for record in self._begun())
        completed = told = 0
        for case in self.register.cases():
            self._acknowledged(case)
            completed += self._completed(case)
            told += self._told(case)
        return Kept(
            sent=self._sent(),
            carried=carried,
            completed=completed,
            told=told,
            lifted=lifted,
            dropped=drop_old(self.register),
            forgotten=forget(self.register),
            refused=dict(self._refused),
        )

    def _acknowledged(self, case: Case) -> None:
        """End the opening of a request that a killed process left without its letters."""
        opened = next(fact for fact in case.history.facts if fact.id == case.request.id)
        is_late = opened.recorded_at < self.register.gate.now() - _OPENING
        if not (is_late and case.request.is_open):
            return
        if case.request.acknowledged_at is None:
            self.register.gate.ledger.put_records([evidence(self.register.gate, opened)])
            self._tried(opened.id, lambda: desk_at(self.register).acknowledge(opened.id))
        elif _lacks_notice(case):
            self._tried(opened.id, lambda: desk_at(self.register).notify(opened.id))

    def _begun(self) -> list[Record]:
        ledger = self.register.gate.ledger
        return [*ledger.records(WORK, state=ASKED), *ledger.records(WORK, state=BEGUN)]

    def _carried(self, reference: str) -> bool:
        done = self._tried(
            reference, lambda: carry_out(self.register, reference, holder=self.holder)
        )
        if done is None or not done.is_done:
            return False
        self._tried(reference, lambda: certify_whole(self.register, reference))
        return True

    def _completed(self, case: Case) -> bool:
        if not (case.request.is_open and case.request.deferred and _may_be_over(case)):
            return False
        reference = case.request.id
        done = self._tried(
            reference, lambda: complete(self.register, reference, holder=self.holder)
        )
        return done is not None and done.is_done

    def _told(self, case: Case) -> int:
        if not may_tell(case):
            return 0
        due = sum(telling.is_due(case.at) for telling in tellings(case))
        if due:
            self._tried(case.request.id, lambda: self.messenger.tell(case.request.id))
        return due

    def _sent(self) -> int:
        if self.post is None:
            return 0
        sent: list[Written] = []
        post = self.post
        self._tried("", lambda: sent.extend(deliver(self.register, post)))
        return len(sent)

    def _tried(self, what: str, do: Callable[[], T]) -> T | None:
        """Return what `do` gives; None, and the reason noted, where it is refused."""
        try:
            return do()
        except (*TRIED_AGAIN, *FOR_A_PERSON) as refused:
            # The name of a file may be personal.
            self._refused[what] = getattr(refused, "strerror", None) or str(refused)
            return None


def _lacks_notice(case: Case) -> bool:
    """Say whether the notice of the opening never went; after a stop, staff send the next."""
    request = case.request
    told = {move_of(fact) for fact in case.history.facts if fact.about == request.id}
    is_needed = request.need.proof is Proof.STRONG and request.notified_at is None
    return is_needed and Move.STOPPED not in told


def _may_be_over(case: Case) -> bool:
    """Say whether what waits is due to be looked at, or something ended since it was."""
    looked = max(
        (f.occurred_at for f in case.history.facts if f.about == case.request.id), default=0
    )
    is_due = any(waiting.until <= case.at for waiting in case.request.deferred)
    return is_due or any(
        fact.kind in ENDING and fact.recorded_at > looked for fact in case.history.facts
    )
