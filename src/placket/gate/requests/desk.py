"""What staff and the person do with a request, each with the letter that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from placket.gate.requests import proof
from placket.gate.requests.answers import answered_with
from placket.gate.requests.carrying import is_begun
from placket.gate.requests.certifying import is_left_over
from placket.gate.requests.packing import link_to
from placket.gate.requests.post import post
from placket.gate.requests.proof import NotOnFile, addresses_of
from placket.gate.requests.register import MoveRefused
from placket.law.calendar import DAY
from placket.rights.letters import LetterKind, Particulars
from placket.rights.moves import ABUSIVE_INTENT, PROOF, REMEDIES_TOLD, Move
from placket.rights.right import Proof, Right

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from placket.gate.requests.proof import Address
    from placket.gate.requests.register import Case, Opening, Register
    from placket.rights.request import Request

STOP: Final = "stop"
NO_DAYS: Final = "the law counts no days now: extend once the person has answered"
JUSTIFICATION: Final = "justification"
COPIES: Final = frozenset({Right.ACCESS, Right.CHAT_TRANSCRIPT, Right.PORTABILITY})
"""The rights that are answered with a copy."""

STOP_LASTS: Final = 60 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One installation's desk for requests. web: the address of the shoppers' pages."""

    register: Register
    web: str

    # The person

    def open(self, opening: Opening) -> Case:
        """Take a request down, say that it came, and warn every address on file where it counts.

        Raises what `Register.open` raises.
        """
        return self._acknowledge(self.register.open(opening))

    def acknowledge(self, reference: str) -> Case:
        """Say that a request came, as `open` does, where that was cut short or never begun."""
        return self._acknowledge(self.register.case(reference))

    def _acknowledge(self, case: Case) -> Case:
        post(self.register, case, LetterKind.RECEIVED, to=self._on_file(case))
        is_warned = case.request.need.proof is Proof.STRONG and self._warn(case)
        told = (Move.ACKNOWLEDGED, Move.NOTICE_SENT) if is_warned else (Move.ACKNOWLEDGED,)
        return self.register.moves(case, [(move, {}) for move in told])

    def notify(self, reference: str) -> Case:
        """Write to every address on file that somebody asks, with a link that stops it."""
        case = self.register.case(reference)
        # Nobody is warned where no address is on file: then no wait begins.
        return self.register.move(case, Move.NOTICE_SENT) if self._warn(case) else case

    def _warn(self, case: Case) -> bool:
        """Write to every address on file; say whether there is one."""
        known = self._on_file(case)
        for address in known:
            token, link = proof.make_token(
                self.register, case, does=STOP, address=address.id, until=case.at + STOP_LASTS
            )
            says = Particulars(link=f"{self.web}/privacy/requests/stop/{token}")
            to, when = (address,), str(case.at)
            post(self.register, case, LetterKind.NOTICE, says, to=to, occasion=when, beside=(link,))
        return bool(known)

    def stop(self, token: str) -> Case:
        """Stop the request of a notice's link: whoever reads this address did not ask."""
        case, _ = proof.read_token(self.register, token, does=STOP)
        is_late = is_begun(self.register, case)
        case = self.register.move(case.request.id, Move.STOPPED)
        kind = LetterKind.STOPPED_LATE if is_late else LetterKind.STOPPED
        post(self.register, case, kind, to=self._on_file(case), occasion=str(case.at))
        # INVARIANT: only then. A kill before it leaves a link that stops, never one used in vain.
        proof.use_token(self.register, token, does=STOP)
        return case

    def send_code(self, reference: str, address_id: str) -> Case:
        """Send a one-time code to an address on file. Raises NotOnFile, TooManyCodes."""
        address, code = proof.issue_code(self.register, reference, address_id)
        case = self.register.case(reference)
        minutes = proof.CODE_LASTS // 60_000_000
        link = f"{self.web}/privacy/requests/prove?reference={reference}"
        says = Particulars(code=code, minutes=minutes, link=link)
        post(self.register, case, LetterKind.CODE, says, to=(address,), occasion=str(case.at))
        return case

    def check_code(self, reference: str, code: str) -> Case:
        """Take the code that the person gives. Raises WrongCode."""
        return proof.check_code(self.register, reference, code)

    def confirm(self, reference: str, *, ways: Sequence[str], by: str, address: str) -> Case:
        """Take it that staff saw who asks, by the ways named, at an address on file."""
        case = self.register.case(reference)
        if address not in {each.id for each in addresses_of(self.register.gate, case)}:
            raise NotOnFile(NotOnFile.__doc__)
        marks = tuple(f"{PROOF}{way}" for way in ways)
        return self._move(reference, Move.IDENTITY_VERIFIED, by=by, thing=address, marks=marks)

    def withdraw(self, reference: str) -> Case:
        """Take it that the person took the request back."""
        case = self._move(reference, Move.WITHDRAWN)
        post(self.register, case, LetterKind.WITHDRAWN)
        return case

    # Staff

    def assign(self, reference: str, owner: str, *, by: str) -> Case:
        """Give the request to somebody."""
        return self._move(reference, Move.ASSIGNED, thing=owner, by=by)

    def ask_identity(self, reference: str, needs: Sequence[str]) -> Case:
        """Ask the person to show who they are. needs: what is needed, in words, never more."""
        return self._ask(reference, Move.IDENTITY_ASKED, LetterKind.IDENTITY_ASKED, needs)

    def clarify(self, reference: str, questions: Sequence[str]) -> Case:
        """Ask the person what they mean."""
        return self._ask(
            reference, Move.CLARIFICATION_ASKED, LetterKind.CLARIFICATION_ASKED, questions
        )

    def ask_evidence(self, reference: str, needs: Sequence[str]) -> Case:
        """Ask for something that shows what is right, where a clause lets it be asked for."""
        return self._ask(reference, Move.EVIDENCE_ASKED, LetterKind.EVIDENCE_ASKED, needs)

    def came(self, reference: str, move: Move, *, by: str) -> Case:
        """Take it that what was asked for came: clarification, evidence, a fee or a mandate."""
        return self._move(reference, move, by=by)

    def ask_fee(
        self, reference: str, *, amount: str, ground: str, by: str, abusive: bool = False
    ) -> Case:
        """Ask for a fee, where law and clauses let one be asked for; never silently.

        abusive: that abusive intent was shown, without which a first request is not excessive.
        """
        case = self.register.case(reference)
        says = Particulars(amount=amount, ground=ground)
        name = f"fee:{case.at}"
        marks = (ABUSIVE_INTENT,) if abusive else ()
        self.register.expect(case, Move.FEE_ASKED, ground=ground, thing=name, by=by, marks=marks)
        post(self.register, case, LetterKind.FEE_ASKED, says, occasion=name)
        return self._move(reference, Move.FEE_ASKED, ground=ground, thing=name, by=by, marks=marks)

    def extend(self, reference: str, reasons: Sequence[str], *, by: str) -> Case:
        """Take two more months, told with the reasons inside the first one."""
        case = self.register.case(reference)
        said: Mapping[str, Any] = {"marks": tuple(reasons), "by": by}
        self.register.expect(case, Move.EXTENDED, **said)
        if case.due is None:
            raise MoveRefused(NO_DAYS)
        post(self.register, case, LetterKind.EXTENDED, Particulars(reasons=tuple(reasons)))
        return self._move(reference, Move.EXTENDED, **said)

    def accept(self, reference: str, *, by: str) -> Case:
        """Decide that what was asked is done, of a right that needs no plan."""
        return self._move(reference, Move.ACCEPTED, by=by)

    def refuse(  # noqa: PLR0913 - a refusal: its ground, by whom, of what, and why in words
        self,
        reference: str,
        *,
        ground: str,
        by: str,
        data: tuple[str, ...] = (),
        why: str = "",
        abusive: bool = False,
    ) -> Case:
        """Refuse a request or, where `data` are named, that part, with reasons and remedies.

        abusive: that abusive intent was shown, without which a first request is not excessive.
        Raises MoveRefused, also where a clause asks for a `why` and there is none.
        """
        case = self.register.case(reference)
        clauses = case.terms.said[case.request.right]
        if not why and any(JUSTIFICATION in said.needs(ground) for said in clauses):
            raise MoveRefused("a clause asks for a justification in words, and none is given")
        marks = (*sorted(REMEDIES_TOLD), *((ABUSIVE_INTENT,) if abusive else ()))
        said: Mapping[str, Any] = {"ground": ground, "by": by, "data": data, "marks": marks}
        self.register.expect(case, Move.REFUSED, **said)
        kind = LetterKind.PARTLY_REFUSED if data else LetterKind.REFUSED
        says = Particulars(ground=ground, why=why, data=data)
        post(self.register, case, kind, says, occasion=str(len(case.request.refusals)))
        return self._move(reference, Move.REFUSED, **said)

    def answer(self, reference: str, *, to: str = "", outcome: str = "", why: str = "") -> Case:
        """Answer what was decided, to an address that was shown to be the person's own.

        to: the opaque id of that address; the first one proven when empty. outcome, why: of a
        complaint or a human review, in words. Raises MoveRefused while nothing is decided or
        what was decided is not done, and Unsaid when the letter would not say what it is for.
        """
        case = self.register.case(reference)
        address = self._answer_to(case, to)
        thing = address.id if address is not None else ""
        self.register.expect(case, Move.ANSWERED, thing=thing)
        if _is_undone(case.request):
            raise MoveRefused("the plan is not carried out")
        link = self._copy(case, thing)
        says = answered_with(self.register, case, outcome=outcome, why=why, link=link)
        reached = (address,) if address is not None else self._on_file(case)
        occasion = case.request.plan.digest if case.request.plan else ""
        kind = _kind_of(case)
        post(self.register, case, kind, says, to=reached, occasion=occasion)
        return self._move(reference, Move.ANSWERED, thing=thing)

    def lapse(self, reference: str) -> Case:
        """End a request for which nothing came that was asked for, when its month is over."""
        case = self.register.case(reference)
        self.register.expect(case, Move.LAPSED)
        post(self.register, case, LetterKind.LAPSED)
        return self._move(reference, Move.LAPSED)

    def _ask(self, reference: str, move: Move, kind: LetterKind, needs: Sequence[str]) -> Case:
        case = self.register.case(reference)
        asked = self.register.expect(case, move)
        says = Particulars(asks=tuple(needs))
        post(self.register, case.after(asked), kind, says, occasion=str(case.at))
        return self._move(reference, move)

    def _move(self, reference: str, move: Move, **said: Any) -> Case:
        return self.register.move(reference, move, **said)

    def _copy(self, case: Case, address: str) -> str:
        """Return the link to the copy that was made, empty where none is asked for."""
        if not (case.request.right in COPIES and address):
            return ""
        return link_to(self.register, case, address=address, web=self.web)

    def _on_file(self, case: Case) -> tuple[Address, ...]:
        return addresses_of(self.register.gate, case)

    def _answer_to(self, case: Case, to: str) -> Address | None:
        own = [a for a in self._on_file(case) if a.id in case.request.addresses]
        if to:
            return next((address for address in own if address.id == to), None)
        return next(iter(own), None)


def desk_at(register: Register) -> Desk:
    """Return the desk whose letters name the address that is set, else where the pages run."""
    settings = register.gate.settings
    web = settings.web_address.rstrip("/")
    return Desk(register=register, web=web or f"http://{settings.host}:{settings.port}")


def _is_undone(request: Request) -> bool:
    """Say whether steps are left of which no certificate says why: no letter would be true."""
    steps = request.plan.steps if request.plan is not None else 0
    is_certified = any(is_left_over(each.thing) for each in request.deferred)
    return len(request.carried) < steps and not is_certified


def _kind_of(case: Case) -> LetterKind:
    """Return which letter answers: one that says so while something waits, or after it did."""
    if case.request.deferred:
        return LetterKind.DEFERRED
    return LetterKind.ANSWERED if case.request.answered_at is None else LetterKind.COMPLETED
