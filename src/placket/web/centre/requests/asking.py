"""Ask for something: what may be asked, a form for each right, and one answer for everybody."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from placket.gate.gate import NotAnIdentifier
from placket.gate.requests.proof import NotOnFile, TooManyCodes
from placket.gate.requests.register import Opening
from placket.plan.asking import Correction
from placket.rights.request import Asker
from placket.rights.right import Right
from placket.web.centre.requests.rights import CHATS, PLAIN, askable, fields_of
from placket.web.counter import desk_of, is_client_too_often, is_too_often
from placket.web.forms import LONG, form_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.desk import Desk
    from placket.web.centre.requests.rights import Askable
    from placket.web.forms import Field

SENT: Final = "/privacy/requests/sent"
NO_ADDRESS: Final = "Write an email address, such as ada@example.org."
OPENED_A_DAY: Final = 5
BY_A_CLIENT: Final = 20
_LONGEST: Final = {"words": 4_000, "value": 500, "email": 320}
_ASKERS: Final = (
    (Asker.DATA_SUBJECT.value, "For me"),
    (Asker.AGENT.value, "For somebody who asked me to"),
    (Asker.GUARDIAN.value, "For somebody I am responsible for, such as my child"),
)


def overview(request: Request) -> Response:
    """Answer with what may be asked, each right with its clause."""
    policy = request.app.state.gate.policy
    groups: dict[str, list[Askable]] = {}
    for each in askable(policy):
        groups.setdefault(each.plain.group, []).append(each)
    return page("requests.html", front=policy.front, groups=groups)


async def ask(request: Request) -> Response:
    """Answer with the form of one right, and take down what was sent.

    Whether the address is known, was erased or never was: the answer is the same, to the byte.
    """
    gate: Gate = request.app.state.gate
    asked = _asked(gate, request.path_params["right"])
    if request.method != "POST":
        return _form(gate, asked, {})
    end = end_of_answer(request)
    form = await form_of(request, most=LONG)
    errors = dict(_errors(gate, asked, form))
    if errors:
        return _form(gate, asked, form, errors)
    if not await run_in_threadpool(_take, request, asked.right, form):
        return page("asked_often.html", status=429, front=gate.policy.front)
    await anyio.sleep_until(end)
    return RedirectResponse(SENT, status_code=303)


def end_of_answer(request: Request) -> float:
    """Return when the answer is given: how long the work took would say whom the shop knows."""
    seconds: float = request.app.state.answer_seconds
    return anyio.current_time() + seconds


def sent(request: Request) -> Response:
    """Answer with what happens now, whoever asked."""
    gate: Gate = request.app.state.gate
    days = gate.settings.request_address_days
    return page("requests_sent.html", front=gate.policy.front, days=days)


def _asked(gate: Gate, name: str) -> Askable:
    found = (each for each in askable(gate.policy) if each.right.value == name)
    asked = next(found, None)
    if asked is None:
        raise HTTPException(404)
    return asked


def _form(
    gate: Gate, asked: Askable, form: Mapping[str, str], errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "requests_new.html",
        status=422 if errors else 200,
        front=gate.policy.front,
        asked=asked,
        fields=fields_of(gate.policy, asked.right),
        askers=_ASKERS,
        form=form,
        errors=errors or {},
        longest=_LONGEST,
    )


def _errors(gate: Gate, asked: Askable, form: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is to be mended, by field, in the order of the form."""
    try:
        gate.identifier(_subject(form))
    except NotAnIdentifier:
        yield "email", NO_ADDRESS
    for field in fields_of(gate.policy, asked.right):
        written = form.get(field.name, "").strip()
        known = {value for value, _ in field.options}
        if field.needed and not written:
            yield field.name, field.needed
        elif field.kind == "choice" and written and written not in known:
            yield field.name, "Choose one of the list."
    for name, most in _LONGEST.items():
        if len(form.get(name, "")) > most:
            yield name, f"Write at most {most:,} characters."


def _subject(form: Mapping[str, str]) -> str:
    return f"email:{form.get('email', '').strip()}"


def _take(request: Request, right: Right, form: Mapping[str, str]) -> bool:
    """Take the request down and send a code where one may go; False when it is asked too often."""
    gate: Gate = request.app.state.gate
    opening = opening_of(gate, right, form)
    address = gate.hash_of(gate.identifier(opening.subject)).hex()
    # Both are counted, whichever is reached first.
    often = (
        is_client_too_often(request, "opens", most=BY_A_CLIENT),
        is_too_often(gate, "opens", address, most=OPENED_A_DAY),
    )
    if any(often):
        return False
    desk = desk_of(gate)
    reference = _waiting(desk, opening) or desk.open(opening).request.id
    with suppress(NotOnFile, TooManyCodes):
        desk.send_code(reference, desk.register.address_id(opening.subject))
    return True


def _waiting(desk: Desk, opening: Opening) -> str:
    """Return the reference of the same request that nobody has proven yet, empty for none.

    Who presses twice, or lost the code, asks once.
    """
    person = desk.register.gate.person_of(opening.subject)
    if person is None or opening.corrections or opening.words:
        return ""
    for case in desk.register.cases_of(person):
        found = case.request
        same = (found.right, found.data, found.activity, found.channel, found.meant, found.asker)
        asked = (opening.right, opening.data, opening.activity, opening.channel, opening.meant)
        is_same = same == (*asked, opening.asker) and found.person == person
        if is_same and found.is_open and not found.proofs and found.stopped_at is None:
            return found.id
    return ""


def opening_of(gate: Gate, right: Right, form: Mapping[str, str]) -> Opening:
    """Return what a form that has no errors asks for."""
    own = {field.name: field for field in fields_of(gate.policy, right)}
    said = {name: form.get(name, "").strip() for name in own}
    corrections = _corrections(said)
    return Opening(
        subject=_subject(form),
        right=right,
        route="web",
        asker=Asker(form["asker"]) if form.get("asker") in set(Asker) else Asker.DATA_SUBJECT,
        data=_data(right, own, form) or tuple(each.category for each in corrections),
        activity=said.get("activity", ""),
        channel=said.get("channel", ""),
        meant=said.get("consent", "") or said.get("decision", ""),
        corrections=corrections,
        words=said.get("words", ""),
    )


def _data(right: Right, own: Mapping[str, Field], form: Mapping[str, str]) -> tuple[str, ...]:
    if right is Right.CHAT_TRANSCRIPT:
        return (CHATS,)
    options = own["data"].options if "data" in own else ()
    return tuple(value for value, _ in options if form.get(f"data.{value}"))


def _corrections(said: Mapping[str, str]) -> tuple[Correction, ...]:
    if not said.get("category"):
        return ()
    return (Correction(category=said["category"], value=said["value"]),)


def title_of(right: Right) -> str:
    """Return the right as the centre names it."""
    return PLAIN[right].title
