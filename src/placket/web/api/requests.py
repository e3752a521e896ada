"""`/v1/requests`: the register of requests, and what staff do with each, by whoever has a key."""

from __future__ import annotations

from functools import wraps
from itertools import islice
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Final

import msgspec

from placket.gate.gate import NotAnIdentifier
from placket.gate.requests.carrying import carry_out
from placket.gate.requests.planning import approve as approve_plan
from placket.gate.requests.planning import make_plan
from placket.gate.requests.register import Opening
from placket.plan.asking import Correction
from placket.policy import vocabulary
from placket.rights.moves import METHODS, Move
from placket.rights.request import Asker
from placket.rights.right import Refusal, Right
from placket.web.api import request_messages as said
from placket.web.api.messages import Nothing
from placket.web.api.operations import LINES, Operation, instant
from placket.web.api.refusals import Refused, field_refused
from placket.web.api.request_shown import applied_shown, plan_shown, request_shown
from placket.web.counter import desk_of, open_once, reference_of
from placket.web.mending import REFUSALS, told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from placket.gate.gate import Gate
    from placket.gate.requests.desk import Desk
    from placket.gate.requests.register import Case
    from placket.web.api.keys import Caller

READ: Final = "requests"
WRITE: Final = "desk"
APPROVE: Final = "approve"
_CHUNK: Final = 64
"""Lines sent at once."""

_ENCODER: Final = msgspec.json.Encoder()


def _refusing(run: Callable[..., Any]) -> Callable[..., Any]:
    """Let what a request does not let be done become a problem of the interface."""

    @wraps(run)
    def asked(*given: Any) -> Any:
        try:
            return run(*given)
        except REFUSALS as failure:
            found = told(failure)
            if found is None:
                raise
            raise Refused(found.kind, f"{found.says}; {found.mend}") from failure

    return asked


def _who(caller: Caller, asked: Any) -> str:
    """Return who does it: whom the body names, else the key. Never who opens or approves."""
    return asked.by or caller.name


# Opening


@_refusing
def open_request(gate: Gate, caller: Caller, sent: said.RequestSent) -> said.RequestShown:
    """Take a request down, once for each id."""
    desk, opening = desk_of(gate), _opening(gate, caller, sent)
    if not opening.reference:
        return request_shown(gate, desk.open(opening))
    case = open_once(desk, opening)
    found = case.request
    same = (found.right, found.activity, found.channel, found.meant)
    is_same = same == (opening.right, opening.activity, opening.channel, opening.meant)
    if not is_same or gate.person_of(opening.subject) != found.person:
        raise Refused("request-conflict")
    return request_shown(gate, case)


def _opening(gate: Gate, caller: Caller, sent: said.RequestSent) -> Opening:
    _expect(sent.right, set(Right), "/right")
    for place, word in enumerate(sent.proof):
        _expect(word, METHODS, f"/proof/{place}")
    _expect_data(sent.data, "/data")
    _expect_data([each.category for each in sent.corrections], "/corrections")
    if sent.activity:
        _expect(sent.activity, gate.policy.activities, "/activity")
    try:
        gate.identifier(sent.subject)
    except NotAnIdentifier as fault:
        raise field_refused("/subject", str(fault)) from None
    corrections = tuple(
        Correction(category=each.category, value=each.value, column=each.column)
        for each in sent.corrections
    )
    return Opening(
        subject=sent.subject,
        right=Right(sent.right),
        route=sent.route,
        # INVARIANT: the requester is not the approver, so both are the key's own name.
        by=caller.name,
        asker=Asker(sent.asked_by),
        staff=sent.staff,
        data=tuple(sent.data) or tuple(dict.fromkeys(each.category for each in corrections)),
        activity=sent.activity,
        channel=sent.channel,
        meant=sent.about,
        corrections=corrections,
        proof=tuple(sent.proof),
        received_at=instant(gate, sent.received_at, "/received_at"),
        words=sent.words,
        reference=reference_of(gate, caller.name, sent.id) if sent.id else "",
    )


def _expect(word: str, known: Collection[str], pointer: str) -> None:
    if word not in known:
        raise field_refused(pointer, "this is no word of the policy or the vocabulary")


def _expect_data(words: list[str], pointer: str) -> None:
    known = {*vocabulary.terms("data"), *vocabulary.GROUPS}
    for place, word in enumerate(words):
        _expect(word, known, f"{pointer}/{place}")


# Reading


def list_requests(gate: Gate, caller: Caller, which: said.Register) -> Iterator[bytes]:
    """Return the requests, one a line."""
    del caller
    is_open = True if which.state == "open" else None
    cases = desk_of(gate).register.cases(is_open=is_open)
    return _in_chunks(gate, cases)


def _in_chunks(gate: Gate, cases: Iterator[Case]) -> Iterator[bytes]:
    while some := [request_shown(gate, case) for case in islice(cases, _CHUNK)]:
        yield _ENCODER.encode_lines(some)


@_refusing
def read_request(gate: Gate, caller: Caller, which: said.WhichRequest) -> said.RequestShown:
    """Return a request as it stands."""
    del caller
    return request_shown(gate, desk_of(gate).register.case(which.reference))


# Acts


@_refusing
def verify_request(
    gate: Gate, caller: Caller, how: said.Verifying, reference: str
) -> said.RequestShown:
    """Show who asks: by a code, by what staff saw, or by a mandate."""
    return request_shown(gate, _verified(desk_of(gate), reference, how, _who(caller, how)))


def _verified(desk: Desk, reference: str, how: said.Verifying, by: str) -> Case:
    if how.send_code:
        return desk.send_code(reference, how.send_code)
    if how.code:
        return desk.check_code(reference, how.code)
    if how.mandate:
        return desk.came(reference, Move.MANDATE_SHOWN, by=by)
    for place, word in enumerate(how.seen):
        _expect(word, METHODS, f"/seen/{place}")
    if not how.seen:
        raise field_refused("", "say how it is known: send_code, code, seen or mandate")
    return desk.confirm(reference, ways=how.seen, by=by, address=how.address)


@_refusing
def plan_request(gate: Gate, caller: Caller, nothing: Nothing, reference: str) -> said.PlanShown:
    """Make the plan from every source; nothing is changed."""
    del caller, nothing
    made = make_plan(desk_of(gate).register, reference)
    return plan_shown(gate, made.plan, made.case)


@_refusing
def approve_request(
    gate: Gate, caller: Caller, how: said.Approving, reference: str
) -> said.RequestShown:
    """Approve the newest plan by its digest; whoever asked cannot."""
    register = desk_of(gate).register
    return request_shown(gate, approve_plan(register, reference, how.digest, by=caller.name))


@_refusing
def apply_request(
    gate: Gate, caller: Caller, nothing: Nothing, reference: str
) -> said.AppliedShown:
    """Carry the approved plan out; asked again, it ends what was cut short."""
    del nothing
    done = carry_out(desk_of(gate).register, reference, holder=f"api_{caller.name}_{token_hex(4)}")
    return applied_shown(gate, done.case, done.left)


@_refusing
def answer_request(
    gate: Gate, caller: Caller, how: said.Answering, reference: str
) -> said.RequestShown:
    """Answer what was decided, to an address that was shown to be the person's own."""
    del caller
    case = desk_of(gate).answer(reference, to=how.to, outcome=how.outcome, why=how.why)
    return request_shown(gate, case)


@_refusing
def extend_request(
    gate: Gate, caller: Caller, how: said.Extending, reference: str
) -> said.RequestShown:
    """Take two more months, told with the reasons inside the first."""
    case = desk_of(gate).extend(reference, how.reasons, by=_who(caller, how))
    return request_shown(gate, case)


@_refusing
def refuse_request(
    gate: Gate, caller: Caller, how: said.Refusing, reference: str
) -> said.RequestShown:
    """Refuse, wholly or in part, with reasons and remedies told."""
    _expect(how.ground, set(Refusal), "/ground")
    _expect_data(how.data, "/data")
    case = desk_of(gate).refuse(
        reference,
        ground=how.ground,
        by=_who(caller, how),
        data=tuple(how.data),
        why=how.why,
        abusive=how.abusive,
    )
    return request_shown(gate, case)


@_refusing
def accept_request(
    gate: Gate, caller: Caller, how: said.Doing, reference: str
) -> said.RequestShown:
    """Decide that what was asked is done, of a right that needs no plan."""
    return request_shown(gate, desk_of(gate).accept(reference, by=_who(caller, how)))


@_refusing
def withdraw_request(
    gate: Gate, caller: Caller, nothing: Nothing, reference: str
) -> said.RequestShown:
    """Take it that the person took the request back."""
    del caller, nothing
    return request_shown(gate, desk_of(gate).withdraw(reference))


@_refusing
def assign_request(
    gate: Gate, caller: Caller, how: said.Assigning, reference: str
) -> said.RequestShown:
    """Give the request to somebody."""
    case = desk_of(gate).assign(reference, how.owner, by=_who(caller, how))
    return request_shown(gate, case)


@_refusing
def ask_person(gate: Gate, caller: Caller, how: said.Asking, reference: str) -> said.RequestShown:
    """Ask the person for something: who they are, what they mean, evidence, or a fee."""
    desk = desk_of(gate)
    if how.what == "fee":
        case = desk.ask_fee(
            reference,
            amount=how.amount,
            ground=how.ground,
            by=_who(caller, how),
            abusive=how.abusive,
        )
        return request_shown(gate, case)
    if not how.says:
        raise field_refused("/says", "say what is needed, a sentence each")
    asks = {
        "identity": desk.ask_identity,
        "clarification": desk.clarify,
        "evidence": desk.ask_evidence,
    }
    return request_shown(gate, asks[how.what](reference, how.says))


_CAME: Final = {
    "clarification": Move.CLARIFICATION_ANSWERED,
    "evidence": Move.EVIDENCE_GIVEN,
    "fee": Move.FEE_PAID,
}


@_refusing
def take_what_came(
    gate: Gate, caller: Caller, how: said.Coming, reference: str
) -> said.RequestShown:
    """Take it that what was asked for came."""
    case = desk_of(gate).came(reference, _CAME[how.what], by=_who(caller, how))
    return request_shown(gate, case)


_ACTS: Final[tuple[tuple[str, str, type[Any], type[Any], Callable[..., Any], str], ...]] = (
    ("verify", WRITE, said.Verifying, said.RequestShown, verify_request, "Show who asks"),
    ("ask", WRITE, said.Asking, said.RequestShown, ask_person, "Ask the person for something"),
    ("came", WRITE, said.Coming, said.RequestShown, take_what_came, "Say that it came"),
    ("assign", WRITE, said.Assigning, said.RequestShown, assign_request, "Give it to somebody"),
    ("extend", WRITE, said.Extending, said.RequestShown, extend_request, "Take two more months"),
    ("accept", WRITE, said.Doing, said.RequestShown, accept_request, "Accept, without a plan"),
    (
        "refuse",
        WRITE,
        said.Refusing,
        said.RequestShown,
        refuse_request,
        "Refuse, wholly or in part",
    ),
    ("plan", WRITE, Nothing, said.PlanShown, plan_request, "Make the plan; nothing is changed"),
    (
        "approve",
        APPROVE,
        said.Approving,
        said.RequestShown,
        approve_request,
        "Approve the newest plan",
    ),
    ("apply", WRITE, Nothing, said.AppliedShown, apply_request, "Carry the approved plan out"),
    ("answer", WRITE, said.Answering, said.RequestShown, answer_request, "Answer what was decided"),
    (
        "withdraw",
        WRITE,
        Nothing,
        said.RequestShown,
        withdraw_request,
        "Take it back, for the person",
    ),
)

OPERATIONS: Final[tuple[Operation, ...]] = (
    Operation(
        method="POST",
        path="/v1/requests",
        verb=WRITE,
        summary="Take a request down, once for each id",
        takes=said.RequestSent,
        gives=said.RequestShown,
        run=open_request,
        waits=True,
        keyed=True,
    ),
    Operation(
        method="GET",
        path="/v1/requests",
        verb=READ,
        summary="List the requests that are open, or all, one a line",
        takes=said.Register,
        gives=said.RequestShown,
        run=list_requests,
        media=LINES,
        waits=True,
    ),
    Operation(
        method="GET",
        path="/v1/requests/{reference}",
        verb=READ,
        summary="Return a request as it stands",
        takes=said.WhichRequest,
        gives=said.RequestShown,
        run=read_request,
        waits=True,
    ),
    *(
        Operation(
            method="POST",
            path=f"/v1/requests/{{reference}}/{act}",
            verb=verb,
            summary=summary,
            takes=takes,
            gives=gives,
            run=run,
            waits=True,
        )
        for act, verb, takes, gives, run, summary in _ACTS
    ),
)
