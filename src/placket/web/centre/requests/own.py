"""One's own request: where it stands, by which day, what was written, and a way back."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from placket.gate.requests.post import letters_of
from placket.gate.requests.register import MoveRefused, Register
from placket.gate.requests.sealed import PACKAGE
from placket.law.calendar import date_of
from placket.policy.rendering.lay import day_in_text
from placket.rights.due import Do, Wait
from placket.rights.letters import LetterKind
from placket.rights.remedies import authorities_for
from placket.rights.request import State, known_at
from placket.web.centre.requests.asking import title_of
from placket.web.centre.requests.cookie import own_case
from placket.web.counter import desk_of
from placket.web.look.pictures import lifeline
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from markupsafe import Markup
    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.post import Written
    from placket.gate.requests.register import Case

NOT_SHOWN: Final = frozenset({LetterKind.CODE.value, LetterKind.NOTICE.value})
"""Letters that open or stop something for whoever holds them: read in the mailbox alone."""

STATES: Final[Mapping[State, tuple[str, str]]] = MappingProxyType(
    {
        State.INITIATED: ("wait", "It came"),
        State.ACKNOWLEDGED: ("wait", "In hand"),
        State.REQUIRES_ACTION: ("wait", "Waits for you"),
        State.ACCEPTED: ("done", "Being done"),
        State.REJECTED: ("no", "Refused"),
        State.ACTION_DELAYED: ("wait", "Takes longer"),
        State.FULFILLED: ("done", "Done and answered"),
        State.UNFULFILLED: ("", "Ended"),
    }
)
"""How each state is told, with the class of its tag."""

WAITS: Final[Mapping[Wait, str]] = MappingProxyType(
    {
        Wait.STOPPED: "Somebody at one of your addresses stopped it. Write to us if you want it.",
        Wait.IDENTITY: "We asked you to show that it is you. The letter says how.",
        Wait.CLARIFICATION: "We asked you a question. The letter has it.",
        Wait.EVIDENCE: "We asked you for something that shows what is right. The letter says what.",
        Wait.FEE: "We asked you for a fee. The letter says why, and how to complain about it.",
        Wait.NOTICE: (
            "We told every address that we have for you that somebody asked this in your name."
            " If nobody stops it, we go on."
        ),
        Wait.CASE: "A part of it waits for a case that is still open. It is done by itself after.",
    }
)
DOES: Final[Mapping[Do, str]] = MappingProxyType(
    {
        Do.ACKNOWLEDGE: "We write to you that your request came.",
        Do.VERIFY: "We make sure that it is you who asks, and nobody else.",
        Do.SEE_MANDATE: "We look at whether you may speak for this person.",
        Do.DECIDE: "A person decides.",
        Do.PLAN: "We look for information about you in every system that we have.",
        Do.APPROVE: "A person checks what we are about to do, before it is done.",
        Do.CARRY_OUT: "It is being done.",
        Do.ANSWER: "We write you the answer.",
        Do.REVIEW: "We look again at what is left.",
    }
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One button of the seam. how: `done`, `now`, or empty for what is to come."""

    how: str
    name: str
    when: str = ""


def follow(request: Request) -> Response:
    """Answer with where the request stands."""
    case = own_case(request)
    gate: Gate = request.app.state.gate
    tag, word = STATES[case.request.state]
    letters = tuple(own_letters(Register(gate=gate), case))
    country = case.standing.country if case.standing is not None else ""
    return page(
        "requests_own.html",
        front=gate.policy.front,
        case=case,
        title=title_of(case.request.right),
        tag=tag,
        word=word,
        received=_day(case, case.request.received_at),
        next=_next(case),
        until=_until(case),
        life=life_of(case),
        stages=tuple(stages(case)),
        letters=letters,
        copy=_copy(gate, case, letters),
        authorities=authorities_for(case.policy, case.places, country),
        day=lambda at: _day(case, at),
    )


def _day(case: Case, at: int) -> date:
    return date_of(at, case.terms.zone)


def _next(case: Case) -> str:
    step = case.next
    if step is None:
        return ""
    return WAITS[step.waits_for] if step.waits_for is not None else DOES[step.do]


def _until(case: Case) -> date | None:
    step = case.next
    return _day(case, step.until) if step is not None and step.until is not None else None


def _copy(gate: Gate, case: Case, letters: tuple[Written, ...]) -> tuple[int, date] | None:
    """Return the number of the letter that has the link to the copy, and the copy's last day."""
    waiting = gate.ledger.record(PACKAGE, case.request.id)
    told = (n for n, each in enumerate(letters, 1) if each.kept.kind == LetterKind.ANSWERED)
    number = next(told, None)
    if number is None or waiting is None or waiting.until is None or waiting.until <= case.at:
        return None
    return number, _day(case, waiting.until)


def life_of(case: Case) -> Markup | None:
    """Return the thread from the day it came to the last day, None while no day counts."""
    if case.due is None or not case.request.is_open:
        return None
    first, today = _day(case, case.request.received_at), _day(case, case.at)
    whole, used = max((case.due - first).days, 1), (today - first).days
    return lifeline(used, whole, f"{min(used, whole)} of {whole} days are used")


def stages(case: Case) -> Iterator[Stage]:
    """Yield what happened and what is to come, as buttons of one seam."""
    request = case.request
    yield Stage("done", "It came", day_in_text(_day(case, request.received_at)))
    proven = known_at(request)
    if proven is not None:
        yield Stage("done", "You showed that it is you", day_in_text(_day(case, proven)))
    if request.need.planned:
        yield from _planned(case)
    elif request.accepted_at is not None:
        yield Stage("done", "Decided", day_in_text(_day(case, request.accepted_at)))
    yield _last(case)


def _planned(case: Case) -> Iterator[Stage]:
    plan = case.request.plan
    if plan is not None:
        yield Stage("done", "Found what there is", day_in_text(_day(case, plan.at)))
    if case.request.is_approved:
        yield Stage("done", "Checked by a person")


def _last(case: Case) -> Stage:
    request = case.request
    if request.answered_at is not None:
        return Stage("done", "Answered", day_in_text(_day(case, request.answered_at)))
    if request.is_open:
        by = f"By {day_in_text(case.due)}" if case.due else "The days do not count just now"
        return Stage("now", "The answer", by)
    return Stage("done", STATES[request.state][1])


def own_letters(register: Register, case: Case) -> Iterator[Written]:
    """Yield the letters to addresses that were shown to be the person's own, the earliest first."""
    for written in letters_of(register, case):
        is_own = register.address_id(written.kept.to) in case.request.addresses
        if is_own and written.kept.kind not in NOT_SHOWN:
            yield written


def read_letter(request: Request) -> Response:
    """Answer with one letter, as it was sent."""
    case = own_case(request)
    gate: Gate = request.app.state.gate
    found = tuple(own_letters(Register(gate=gate), case))
    number = int(request.path_params["number"])
    if not 1 <= number <= len(found):
        raise HTTPException(404)
    letter = found[number - 1]
    return page(
        "requests_letter.html",
        front=gate.policy.front,
        case=case,
        letter=letter,
        day=_day(case, letter.at),
    )


def ask_back(request: Request) -> Response:
    """Answer with what taking the request back means, before it is done."""
    case = own_case(request)
    front = request.app.state.gate.policy.front
    return page("requests_back.html", front=front, case=case, title=title_of(case.request.right))


def take_back(request: Request) -> Response:
    """Take the request back, and show it as it then stands."""
    case = own_case(request)
    gate: Gate = request.app.state.gate
    try:
        desk_of(gate).withdraw(case.request.id)
    except MoveRefused:
        return page(
            "requests_back.html",
            status=409,
            front=gate.policy.front,
            case=case,
            title=title_of(case.request.right),
        )
    return RedirectResponse(f"/privacy/requests/{case.request.id}", status_code=303)
