"""The demo's requests: each right asked by an invented customer, carried out and answered."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from itertools import cycle
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from placket.demo.schema import customer, order_line, orders, payment
from placket.demo.words import WIDTH
from placket.gate.requests import proof
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.certifying import certify_whole, kept_certificate
from placket.gate.requests.desk import Desk
from placket.gate.requests.planning import approve, make_plan, read_kept
from placket.gate.requests.post import letters_of
from placket.gate.requests.register import Opening, Register
from placket.gate.words import folded
from placket.plan.asking import Correction
from placket.plan.certificate_words import certificate_words
from placket.plan.words import lines
from placket.rights.moves import PROOF, Move
from placket.rights.right import NEEDS, Proof, Right
from placket.sources.connect import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.demo.telling import Telling
    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case

ASKED: Final = (
    Right.ACCESS,
    Right.PORTABILITY,
    Right.RECTIFICATION,
    Right.ERASURE,
    Right.RESTRICTION,
    Right.OBJECTION,
    Right.WITHDRAW_CONSENT,
    Right.HUMAN_REVIEW,
    Right.COMPLAINT,
)
"""Each right that a person may ask for; the three others are kinds of these."""

MANAGERS: Final = ("privacy-1", "privacy-2")
MOST_ORDERS: Final = 3
"""Customers with few orders are chosen, so that a plan can be read on one screen."""

WEB: Final = "http://127.0.0.1"


@dataclass(kw_only=True)
class Requests:
    """The requests of one run of the demo. whole: the address that is to be kept out of it."""

    gate: Gate
    url: str
    telling: Telling
    sheet: str
    spared: str = ""
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        """Open the desk."""
        self.desk = Desk(register=Register(gate=self.gate, sheet=self.sheet), web=WEB)

    def run(self) -> None:
        """Ask, carry out and answer one request of each right; show the books unchanged."""
        tell = self.telling
        tell.step("A request of each right: asked, proven, planned, approved, answered")
        before = self._books()
        subjects = [s for s in self._subjects() if s != self.spared]
        with tell.progress() as progress:
            answered = []
            for number, (right, subject) in enumerate(_each(subjects)):
                progress("requests", number, len(ASKED))
                answered.append(self._answered(right, subject))
        tell.lines(_rows(answered))
        tell.found["requests"] = {c.request.right.value: c.request.state.value for c in answered}
        erased = next(case for case in answered if case.request.right is Right.ERASURE)
        self._show(erased)
        self._prove(erased, before)

    def _books(self) -> dict[str, int]:
        """Return what the accounts count: it stays whoever is erased."""
        wanted = {
            "orders": select(func.count()).select_from(orders),
            "order lines": select(func.count()).select_from(order_line),
            "sold, pence": select(func.sum(orders.c.total_pence)),
            "paid, pence": select(func.sum(payment.c.amount_pence)),
        }
        engine = open_source(self.url)
        with engine.connect() as connection:
            found = {name: int(connection.scalar(each) or 0) for name, each in wanted.items()}
        engine.dispose()
        return found

    def _subjects(self) -> list[str]:
        """Return customers with an order or a few, as subjects, in order of their number."""
        bought = (
            select(orders.c.customer_id)
            .where(orders.c.delivered_at.is_not(None))
            .group_by(orders.c.customer_id)
            .having(func.count() <= MOST_ORDERS)
        )
        wanted = (
            select(customer.c.email)
            .where(customer.c.email.is_not(None), customer.c.id.in_(bought))
            .order_by(customer.c.id)
        )
        engine = open_source(self.url)
        with engine.connect() as connection:
            found = [str(email) for email in connection.scalars(wanted.limit(4 * len(ASKED)))]
        engine.dispose()
        return [f"email:{email.lower()}" for email in found]

    def _answered(self, right: Right, subject: str) -> Case:
        """Take one request from receipt to answer."""
        opened = self.desk.open(_opening(right, subject))
        reference = opened.request.id
        self._prove_who(opened)
        if NEEDS[right].planned:
            self._carried(reference)
            certify_whole(self.desk.register, reference)
        else:
            self.desk.accept(reference, by=MANAGERS[0])
        outcome, why = _OUTCOMES.get(right, ("", ""))
        return self.desk.answer(reference, outcome=outcome, why=why)

    def _prove_who(self, case: Case) -> None:
        """Show who asks as strongly as the right needs: a code, and the account's own login."""
        register, reference = self.desk.register, case.request.id
        address = next(
            a for a in proof.addresses_of(self.gate, case) if a.identifier.kind == "email"
        )
        _, code = proof.issue_code(register, reference, address.id)
        self.desk.check_code(reference, code)
        if case.request.need.proof is Proof.STRONG:
            register.move(
                reference,
                Move.IDENTITY_VERIFIED,
                thing=address.id,
                marks=(f"{PROOF}login",),
            )

    def _carried(self, reference: str) -> None:
        register = self.desk.register
        plan = make_plan(register, reference).plan
        for manager in MANAGERS[: 1 + plan.second_person]:
            approve(register, reference, plan.digest(), by=manager)
        carry_out(register, reference, holder="demo")

    def _show(self, case: Case) -> None:
        """Show the plan of the erasure, and the letter that answers it."""
        tell, register = self.telling, self.desk.register
        tell.step("An erasure: the plan that a manager approved, and the letter")
        tell.lines([folded(line) for line in lines(read_kept(self.gate, case), case.terms.zone)])
        letter = letters_of(register, case)[-1].kept
        tell.line()
        tell.line(letter.subject, style="bold")
        tell.lines([f"  {line}".rstrip() for line in letter.body.rstrip().split("\n")])

    def _prove(self, case: Case, before: dict[str, int]) -> None:
        """Read the shop again for the person, and the books as they were."""
        tell = self.telling
        tell.step("The shop read again without the catalogue, and the certificate")
        made, _ = kept_certificate(self.desk.register, case.request.id)
        words = certificate_words(made, case.terms.zone)
        tell.lines([part for line in words for part in _wrapped(line)])
        tell.found["certificate"] = made.state.value
        after = self._books()
        tell.found["books"] = {"before": before, "after": after}
        tell.line()
        tell.line("The books, before and after:", style="bold")
        tell.lines(
            f"  {name:<12}{count:>14,}{after[name]:>14,}  "
            f"{'unchanged' if after[name] == count else 'changed'}"
            for name, count in before.items()
        )


def _each(subjects: Sequence[str]) -> Iterator[tuple[Right, str]]:
    """Yield each right with who asks; in a small shop some ask twice, but who is erased once."""
    erased, *others = subjects
    asking = cycle(others)
    for right in ASKED:
        yield right, erased if right is Right.ERASURE else next(asking)


def _opening(right: Right, subject: str) -> Opening:
    match right:
        case Right.RECTIFICATION:
            corrections = (Correction(category="name", value="Lovelace", column="last_name"),)
            return Opening(
                subject=subject, right=right, route="web", data=("name",), corrections=corrections
            )
        case Right.WITHDRAW_CONSENT:
            return Opening(subject=subject, right=right, route="web", channel="email")
        case _:
            return Opening(subject=subject, right=right, route="web")


_OUTCOMES: Final[Mapping[Right, tuple[str, str]]] = {
    Right.HUMAN_REVIEW: ("A person changed the decision.", "The score was too cautious."),
    Right.COMPLAINT: ("You were right, and it is mended.", "A letter went to an old address."),
}


_AT_ONCE: Final = dict.fromkeys(
    (Right.RESTRICTION, Right.OBJECTION, Right.WITHDRAW_CONSENT), "; it held at once"
)


def _rows(answered: Sequence[Case]) -> Iterator[str]:
    for case in answered:
        right = case.request.right.value.replace("_", " ")
        state = case.request.state.value.replace("_", " ")
        yield f"  {right:<18}{state:<12}{_done(case)}"


def _done(case: Case) -> str:
    if case.request.plan is None:
        return "decided by a person" + _AT_ONCE.get(case.request.right, "")
    steps = case.request.plan.steps
    counted = f"{steps} step" if steps == 1 else f"{steps} steps"
    return f"{counted}, approved by {', '.join(case.request.approvals)}"


def _wrapped(line: str) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    return textwrap.wrap(line, WIDTH, subsequent_indent=f"{indent}  ") or [""]
