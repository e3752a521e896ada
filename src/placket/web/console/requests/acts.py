"""What staff do with a request: each act with its form, when it is offered, and the doing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

from placket.gate.requests.carrying import carry_out
from placket.gate.requests.planning import approve as approve_plan
from placket.gate.requests.planning import make_plan
from placket.gate.requests.proof import addresses_of
from placket.policy.rendering.lay import capital, lay
from placket.rights.moves import EXTENSION_REASONS, Move
from placket.rights.request import is_awaited, proof_at
from placket.rights.right import Proof, Refusal, Right
from placket.rights.tongues import ENGLISH, tongue
from placket.web.forms import Field

if TYPE_CHECKING:
    from placket.gate.requests.desk import Desk
    from placket.gate.requests.register import Case
    from placket.web.forms import Options

Form = Mapping[str, str]
Run = Callable[["Desk", "Case", Form, str], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act. says: what it does; fields: of its form, named `ACT.FIELD` on the page."""

    name: str
    title: str
    says: str
    button: str
    offered: Callable[[Case], bool]
    run: Run
    fields: Callable[[Desk, Case], tuple[Field, ...]] = lambda _desk, _case: ()


def ticked(form: Form, field: str) -> tuple[str, ...]:
    """Return the boxes of a field that were ticked."""
    prefix = f"{field}."
    return tuple(name.removeprefix(prefix) for name in form if name.startswith(prefix))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


# Fields


def on_file(desk: Desk, case: Case, *, own: bool = False) -> Options:
    """Return the addresses on file. own: those alone that were shown to be the person's."""
    return tuple(
        (each.id, f"{each.identifier.value} ({each.identifier.kind})")
        for each in addresses_of(desk.register.gate, case)
        if not own or each.id in case.request.addresses
    )


def _address(desk: Desk, case: Case, name: str) -> Field:
    return Field(
        name=name,
        label="Address on file",
        kind="choice",
        needed="Choose an address on file.",
        options=on_file(desk, case),
    )


def _says(name: str, label: str) -> Field:
    hint = "One a line, a sentence each; never more than is needed."
    return Field(name=name, label=label, kind="area", hint=hint, needed="Write what is needed.")


def _verify(desk: Desk, case: Case) -> tuple[Field, ...]:
    ways = Field(
        name="verify.ways",
        label="What was seen",
        kind="many",
        needed="Tick what was seen.",
        options=(
            ("staff", "Named facts, confirmed with the person"),
            ("second_channel", "A second channel of theirs, such as a call to a known number"),
            ("login", "A login to their account"),
        ),
    )
    return (ways, _address(desk, case, "verify.address"))


def _fee(_desk: Desk, case: Case) -> tuple[Field, ...]:
    able = {Refusal.UNFOUNDED, Refusal.EXCESSIVE} & case.request.need.refusable
    return (
        Field(name="fee.amount", label="Amount", kind="text", needed="Write the amount."),
        Field(
            name="fee.ground",
            label="Ground in law",
            kind="choice",
            needed="Choose the ground.",
            options=grounds(able),
        ),
        *_abusive(case, "fee.abusive"),
    )


def _abusive(case: Case, name: str) -> tuple[Field, ...]:
    """Return what asks whether abusive intent was shown: of a first request alone."""
    shown = Field(
        name=name,
        label="Of a first request",
        kind="many",
        options=(("yes", "Abusive intent was shown"),),
    )
    return (shown,) if not case.request.earlier else ()


def grounds(known: frozenset[Refusal] | set[Refusal]) -> Options:
    """Return grounds of refusal with what the letter says for each."""
    words = tongue(ENGLISH).texts["refusal"]
    return tuple(
        (each.value, f"{capital(lay(each.value))}: {words[each.value]}")
        for each in Refusal
        if each in known
    )


def _refuse(_desk: Desk, case: Case) -> tuple[Field, ...]:
    ground = Field(
        name="refuse.ground",
        label="Ground in law",
        kind="choice",
        hint="Only those that this right knows.",
        needed="Choose a ground.",
        options=grounds(case.request.need.refusable),
    )
    asked = tuple((name, capital(lay(name))) for name in case.request.data)
    parts = Field(
        name="refuse.data",
        label="Only these parts",
        kind="many",
        hint="Tick nothing to refuse the whole.",
        options=asked,
    )
    why = Field(
        name="refuse.why", label="Why, to the person", kind="area", hint="A sentence or two, plain."
    )
    return (ground, *((parts,) if asked else ()), why, *_abusive(case, "refuse.abusive"))


def _answer(desk: Desk, case: Case) -> tuple[Field, ...]:
    to = Field(
        name="answer.to",
        label="To",
        kind="choice",
        hint="Only what was shown to be the person's own.",
        options=on_file(desk, case, own=case.request.need.proof >= Proof.KNOWN),
    )
    found = (
        Field(name="answer.outcome", label="What came of it", kind="area", needed="Write it."),
        Field(name="answer.why", label="Why", kind="area", needed="Write why."),
    )
    words = case.request.right in {Right.COMPLAINT, Right.HUMAN_REVIEW}
    return (*((to,) if to.options else ()), *(found if words else ()))


def _came(_desk: Desk, case: Case) -> tuple[Field, ...]:
    options = tuple((name, words) for name, words, asked in _awaited(case) if asked)
    return (
        Field(
            name="came.what",
            label="What came",
            kind="choice",
            needed="Choose what came.",
            options=options,
        ),
    )


def _awaited(case: Case) -> tuple[tuple[str, str, bool], ...]:
    request = case.request
    return (
        (
            "clarification_answered",
            "The answer to our question",
            is_awaited(*request.clarifications),
        ),
        ("evidence_given", "The evidence", is_awaited(request.evidence)),
        ("fee_paid", "The fee", is_awaited(request.fee)),
    )


def _reasons(_desk: Desk, _case: Case) -> tuple[Field, ...]:
    return (
        Field(
            name="extend.reasons",
            label="Why",
            kind="many",
            needed="Tick a reason.",
            options=tuple((each, capital(lay(each))) for each in sorted(EXTENSION_REASONS)),
        ),
    )


# When an act is offered


def _is_open(case: Case) -> bool:
    return case.request.is_open


def _needs_proof(case: Case) -> bool:
    request = case.request
    known = proof_at(request, case.at, case.terms.wait)
    return request.is_open and request.need.proof > Proof.NONE and known < request.need.proof


def _is_planned(case: Case) -> bool:
    return case.request.is_open and case.request.need.planned


def _is_refusable(case: Case) -> bool:
    return case.request.is_open and bool(case.request.need.refusable)


def _is_extendable(case: Case) -> bool:
    return _is_refusable(case) and case.request.extended_at is None


def _has_plan(case: Case) -> bool:
    return _is_planned(case) and case.request.plan is not None and not case.request.is_approved


def _is_approved(case: Case) -> bool:
    request = case.request
    return request.is_open and request.is_approved and request.remaining > len(request.deferred)


def _is_unaccepted(case: Case) -> bool:
    request = case.request
    return request.is_open and not request.need.planned and request.accepted_at is None


def _owes(case: Case) -> bool:
    request = case.request
    return request.is_open and (request.outstanding or request.stopped_at is not None)


def _is_corrected(case: Case) -> bool:
    return (
        case.request.is_open
        and case.terms.may_ask_evidence(case.request.right)
        and (case.request.right is Right.RECTIFICATION)
    )


ACTS: Final[tuple[Act, ...]] = (
    Act(
        name="acknowledge",
        title="Say that it came",
        says="A letter to every address on file, with the last day to answer.",
        button="Write",
        offered=lambda case: case.request.is_open and case.request.acknowledged_at is None,
        run=lambda desk, case, _form, _by: desk.acknowledge(case.request.id),
    ),
    Act(
        name="code",
        title="Send a code",
        says="A one-time code to an address on file; the person types it in the privacy centre.",
        button="Send the code",
        offered=_needs_proof,
        fields=lambda desk, case: (_address(desk, case, "code.address"),),
        run=lambda desk, case, form, _by: desk.send_code(case.request.id, form["code.address"]),
    ),
    Act(
        name="verify",
        title="Confirm who asks",
        says="Only what you saw yourself. Knowing a name, an address or a birthday proves nobody.",
        button="Confirm",
        offered=_needs_proof,
        fields=_verify,
        run=lambda desk, case, form, by: desk.confirm(
            case.request.id,
            ways=ticked(form, "verify.ways"),
            by=by,
            address=form["verify.address"],
        ),
    ),
    Act(
        name="identity",
        title="Ask who asks",
        says="A letter that says what is needed, for a person whom no code reaches.",
        button="Ask",
        offered=_needs_proof,
        fields=lambda _desk, _case: (_says("identity.says", "What is needed"),),
        run=lambda desk, case, form, _by: desk.ask_identity(
            case.request.id, _lines(form["identity.says"])
        ),
    ),
    Act(
        name="mandate",
        title="Mandate seen",
        says="Whoever speaks for the person has shown that they may.",
        button="It was shown",
        offered=lambda case: case.request.is_open and not case.request.is_mandated,
        run=lambda desk, case, _form, by: desk.came(case.request.id, Move.MANDATE_SHOWN, by=by),
    ),
    Act(
        name="plan",
        title="Make the plan",
        says="Every source is read, and each row's fate told. Nothing is changed.",
        button="Make the plan",
        offered=_is_planned,
        run=lambda desk, case, _form, _by: make_plan(desk.register, case.request.id),
    ),
    Act(
        name="approve",
        title="Approve the plan",
        says="Approval holds for this plan alone. If a row changes before, it is made anew.",
        button="Approve",
        offered=_has_plan,
        run=lambda desk, case, form, by: approve_plan(
            desk.register, case.request.id, form.get("approve.digest", ""), by=by
        ),
    ),
    Act(
        name="apply",
        title="Carry the plan out",
        says="What is deleted cannot be brought back. Pressed again, it ends what was cut short.",
        button="Carry it out",
        offered=_is_approved,
        run=lambda desk, case, _form, by: carry_out(
            desk.register, case.request.id, holder=f"console_{by}_{token_hex(4)}"
        ),
    ),
    Act(
        name="accept",
        title="Accept",
        says="What was asked is done. This right needs no plan.",
        button="Accept",
        offered=_is_unaccepted,
        run=lambda desk, case, _form, by: desk.accept(case.request.id, by=by),
    ),
    Act(
        name="answer",
        title="Answer",
        says="The letter says what was done, what stays and why, and who was told.",
        button="Send the answer",
        offered=_is_open,
        fields=_answer,
        run=lambda desk, case, form, _by: desk.answer(
            case.request.id,
            to=form.get("answer.to", ""),
            outcome=form.get("answer.outcome", ""),
            why=form.get("answer.why", ""),
        ),
    ),
    Act(
        name="clarify",
        title="Ask what they mean",
        says="The days do not count while the answer is awaited, where the law says so.",
        button="Ask",
        offered=_is_open,
        fields=lambda _desk, _case: (_says("clarify.says", "What to ask"),),
        run=lambda desk, case, form, _by: desk.clarify(
            case.request.id, _lines(form["clarify.says"])
        ),
    ),
    Act(
        name="evidence",
        title="Ask for evidence",
        says="Where a clause lets it be asked for. The field stays frozen meanwhile.",
        button="Ask",
        offered=_is_corrected,
        fields=lambda _desk, _case: (_says("evidence.says", "What would show it"),),
        run=lambda desk, case, form, _by: desk.ask_evidence(
            case.request.id, _lines(form["evidence.says"])
        ),
    ),
    Act(
        name="came",
        title="It came",
        says="What the person was asked for is here.",
        button="It came",
        offered=lambda case: case.request.is_open and any(asked for *_, asked in _awaited(case)),
        fields=_came,
        run=lambda desk, case, form, by: desk.came(case.request.id, Move(form["came.what"]), by=by),
    ),
    Act(
        name="assign",
        title="Give it to somebody",
        says="Whose it is from now on.",
        button="Give",
        offered=_is_open,
        fields=lambda _desk, _case: (
            Field(
                name="assign.owner",
                label="Staff id",
                kind="text",
                needed="Name whose it is.",
            ),
        ),
        run=lambda desk, case, form, by: desk.assign(case.request.id, form["assign.owner"], by=by),
    ),
    Act(
        name="extend",
        title="Take two more months",
        says="Told with the reason inside the first month.",
        button="Extend",
        offered=_is_extendable,
        fields=_reasons,
        run=lambda desk, case, form, by: desk.extend(
            case.request.id, ticked(form, "extend.reasons"), by=by
        ),
    ),
    Act(
        name="fee",
        title="Ask for a fee",
        says="Only for what is plainly unfounded or excessive, and never where a clause is free.",
        button="Ask for it",
        offered=_is_refusable,
        fields=_fee,
        run=lambda desk, case, form, by: desk.ask_fee(
            case.request.id,
            amount=form["fee.amount"],
            ground=form["fee.ground"],
            by=by,
            abusive=bool(ticked(form, "fee.abusive")),
        ),
    ),
    Act(
        name="refuse",
        title="Refuse",
        says="Wholly or in part. The letter names the ground, the authority and the court.",
        button="Refuse",
        offered=_is_refusable,
        fields=_refuse,
        run=lambda desk, case, form, by: desk.refuse(
            case.request.id,
            ground=form["refuse.ground"],
            by=by,
            data=ticked(form, "refuse.data"),
            why=form.get("refuse.why", ""),
            abusive=bool(ticked(form, "refuse.abusive")),
        ),
    ),
    Act(
        name="withdraw",
        title="The person takes it back",
        says="They said so. What was done stays done.",
        button="Take it back",
        offered=_is_open,
        run=lambda desk, case, _form, _by: desk.withdraw(case.request.id),
    ),
    Act(
        name="lapse",
        title="End it unanswered",
        says="What was asked for never came, and the month is over.",
        button="End it",
        offered=_owes,
        run=lambda desk, case, _form, _by: desk.lapse(case.request.id),
    ),
)


def faults(act: Act, desk: Desk, case: Case, form: Form, by: str) -> dict[str, str]:
    """Return what is to be mended in the form of an act, by field."""
    found: dict[str, str] = {} if by else {"by": "Say who you are first, by your staff id."}
    for field in act.fields(desk, case):
        known = {value for value, _ in field.options}
        said = (
            ticked(form, field.name) if field.kind == "many" else form.get(field.name, "").strip()
        )
        if field.needed and not said:
            found[field.name] = field.needed
        elif field.kind == "choice" and said and said not in known:
            found[field.name] = "Choose one of the list."
    return found
