"""Recipients told of what a request changed, and asked again until they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from placket.facts import Fact, Kind, fact_id
from placket.gate.requests.planning import corrections_of, whom
from placket.gate.requests.post import post
from placket.gate.requests.proof import kept_with
from placket.gate.requests.sealed import RECEIPT, Drawer
from placket.rights.effects import at_once
from placket.rights.letters import Heard, LetterKind, Particulars
from placket.rights.recipients import ACTS, STATE, UNABLE, Act, State, Telling, told_of
from placket.sources.processors.letter import SAYABLE, recorded
from placket.sources.processors.message import Answer, Correction, Message, asked, told
from placket.sources.processors.opening import Given, open_processor
from placket.sources.processors.refusals import RecipientUnset
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case, Register
    from placket.identity.identifier import Identifier
    from placket.settings import RecipientSettings
    from placket.sources.mail import Post
    from placket.sources.processors.message import Processor
    from placket.sources.processors.outgoing import Outgoing

UNSET: Final = "unset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Messenger:
    """What recipients are told with. post: None where no mail is set."""

    register: Register
    calls: Outgoing
    post: Post | None = field(default=None, repr=False)

    def tell(self, reference: str) -> tuple[Telling, ...]:
        """Tell every recipient that is due, or ask it again; return how far each is then.

        What was told is a fact before the next is told. A telling whose outcome a kill left
        unknown is made again, as the same message.
        """
        case = self.register.case(reference)
        for telling in tellings(case):
            if telling.is_due(case.at):
                self._tell(case, telling)
        return tellings(self.register.case(reference))

    def _tell(self, case: Case, telling: Telling) -> None:
        message = self._message(case, telling)
        try:
            processor = self._processor(telling.recipient)
        except RecipientUnset:
            self._record(case, telling, Answer(state=State.FAILED, why=UNABLE))
            return
        if telling.state is State.RECEIVED and telling.reference:
            answer = asked(processor, message, telling.reference)
        else:
            answer = told(processor, message)
        self._record(case, telling, answer)

    def _processor(self, recipient: str) -> Processor:
        gate = self.register.gate
        settings: RecipientSettings | None = gate.settings.recipients.get(recipient)
        if settings is None:
            raise RecipientUnset(f"`[recipients.{recipient}]` is not set")
        given = Given(
            name=recipient,
            settings=settings,
            calls=self.calls,
            clock=gate.now,
            post=self.post,
        )
        return open_processor(given)

    def _message(self, case: Case, telling: Telling) -> Message:
        gate = self.register.gate
        rectifies = telling.act is Act.RECTIFY
        corrections = corrections_of(gate, case) if rectifies else ()
        return Message(
            id=telling.id,
            request=case.request.id,
            act=telling.act,
            data=telling.data,
            whom=self._known_by(case),
            asked_at=case.request.received_at,
            corrections=tuple(
                Correction(category=each.category, value=str(each.value)) for each in corrections
            ),
            attempt=telling.attempts + 1,
        )

    def _known_by(self, case: Case) -> tuple[Identifier, ...]:
        """Return by what recipients know the person; of an erased one, what the request kept."""
        known = whom(self.register.gate, case.history).identifiers
        kept = (each.identifier for each in kept_with(self.register.gate, case))
        return known or tuple(kept)

    def _record(self, case: Case, telling: Telling, answer: Answer) -> None:
        """Keep what was signed, then tell the telling and the answer as facts."""
        gate = self.register.gate
        _keep(gate, case, telling, answer)
        now = gate.now()
        said = self._fact(Kind.RECIPIENT_TOLD, case, telling, now)
        facts = [said]
        if answer.state is not State.TOLD:
            facts.append(self._fact(Kind.RECIPIENT_ANSWERED, case, telling, now + 1, answer))
        gate.record([Told(fact) for fact in facts])

    def _fact(
        self, kind: Kind, case: Case, telling: Telling, at: int, answer: Answer | None = None
    ) -> Fact:
        return Fact(
            id=fact_id(kind, telling.id, at),
            kind=kind,
            person=case.request.person,
            about=case.request.id,
            what=telling.act.value,
            recipient=telling.recipient,
            data=telling.data,
            marks=answer.marks if answer is not None else (),
            ground=answer.why if answer is not None else "",
            thing=answer.reference if answer is not None else "",
            until=answer.until if answer is not None else None,
            occurred_at=at,
            recorded_at=at,
        )


def _keep(gate: Gate, case: Case, telling: Telling, answer: Answer) -> None:
    """Keep what was signed, sealed: all of which the receipt is the digest."""
    drawer = Drawer(gate=gate, request=case.request.id, person=case.request.person)
    for number, part in enumerate(answer.signed):
        drawer.put(RECEIPT, f"{telling.id}:{answer.receipt}:{number}", part)


def may_tell(case: Case) -> bool:
    """Say whether what the recipients are to do is done here: nobody is told of a mere wish."""
    request = case.request
    if request.right not in ACTS or request.is_refused:
        return False
    if not request.need.planned:
        return bool(at_once(request, case.terms, case.at)) or request.is_decided
    return request.is_approved and request.remaining == len(request.deferred)


def tellings(case: Case) -> tuple[Telling, ...]:
    """Return how far each recipient of the request is."""
    return told_of(case.history.facts, case.request)


def heard(case: Case) -> Iterator[Heard]:
    """Yield what an answer says of each recipient."""
    for telling in tellings(case):
        yield Heard(recipient=telling.recipient, state=telling.state.value, told_at=telling.told_at)


def record_answer(  # noqa: PLR0913 - whose answer, what it says, by whom
    register: Register,
    reference: str,
    recipient: str,
    state: State,
    *,
    by: str,
    ground: str = "",
    reply: bytes = b"",
) -> Case:
    """Take down what a recipient said, or that telling it is impossible, as staff know it.

    reply: the letter in which it says so, kept sealed; its digest is the receipt. A `done`
    without one counts as received.
    """
    case, now = register.case(reference), register.gate.now()
    telling = next((each for each in tellings(case) if each.recipient == recipient), None)
    if telling is None:
        raise NotARecipient(NotARecipient.__doc__)
    answer = recorded(telling.id, state, reply) if reply and state in SAYABLE else None
    if answer is not None:
        _keep(register.gate, case, telling, answer)
    fact = Fact(
        id=fact_id("said", telling.id, state, by, now),
        kind=Kind.RECIPIENT_ANSWERED,
        person=case.request.person,
        about=reference,
        what=telling.act.value,
        recipient=recipient,
        data=telling.data,
        marks=answer.marks if answer is not None else (f"{STATE}{state.value}",),
        ground=ground,
        by=by,
        occurred_at=now,
        recorded_at=now,
    )
    register.gate.record([Told(fact)])
    return register.case(reference)


class NotARecipient(Exception):
    """nobody of that name received data that the request is about."""


def write_of_recipients(register: Register, case: Case) -> None:
    """Write to the person which recipients were told, and what each says."""
    said = tuple(heard(case))
    if said:
        states = ",".join(f"{each.recipient}={each.state}" for each in said)
        occasion = fact_id(states)
        post(register, case, LetterKind.RECIPIENTS_TOLD, Particulars(heard=said), occasion=occasion)
