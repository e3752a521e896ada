"""Show who asks: a code that came by mail, entered in a form and never in an address."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from placket.gate.gate import NotAnIdentifier
from placket.gate.requests.proof import NotOnFile, TooManyCodes, WrongCode
from placket.gate.requests.register import MoveRefused, NoSuchRequest
from placket.web.centre.requests.asking import NO_ADDRESS, SENT, end_of_answer
from placket.web.centre.requests.cookie import give
from placket.web.counter import HOUR, desk_of, is_client_too_often
from placket.web.forms import form_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case

TRIES_AN_HOUR: Final = 30
CODES_A_DAY: Final = 20
_REFERENCE: Final = re.compile(r"r_[2-9a-z]{12}")
_CODE: Final = re.compile(r"[0-9]{6}")
_WRONG: Final = "The reference or the code is wrong, or the code is too old. Ask for a new code."
_SPENT: Final = (
    "Codes do not count for this request any more: too many were wrong, or somebody at one of"
    " your addresses stopped it. Write to us, and we find another way."
)


async def prove(request: Request) -> Response:
    """Answer with the form for a code, and with the request once the code is right."""
    gate: Gate = request.app.state.gate
    if request.method != "POST":
        # A reference in the address opens nothing; a code never stands there.
        written = request.query_params.get("reference", "")
        return _page(gate, {"reference": written if _REFERENCE.fullmatch(written) else ""})
    form = await form_of(request)
    reference, code = _tidy(form.get("reference", "")), _tidy(form.get("code", ""))
    errors = _errors(reference, code)
    if errors:
        return _page(gate, form, errors=errors)
    if await run_in_threadpool(
        is_client_too_often, request, "tries", most=TRIES_AN_HOUR, within=HOUR
    ):
        return page("asked_often.html", status=429, front=gate.policy.front)
    found = await run_in_threadpool(_checked, gate, reference, code)
    if isinstance(found, str):
        return _page(gate, {"reference": reference}, errors={"code": found})
    answer = RedirectResponse(f"/privacy/requests/{reference}", status_code=303)
    give(request, answer, found)
    return answer


def _tidy(written: str) -> str:
    return "".join(written.split()).lower()


def _errors(reference: str, code: str) -> dict[str, str]:
    errors = {}
    if not _REFERENCE.fullmatch(reference):
        errors["reference"] = (
            "Write the reference as it stands in our mail, such as r_4k7m2p9x3hab."
        )
    if not _CODE.fullmatch(code):
        errors["code"] = "Write the 6 digits of the code."
    return errors


def _checked(gate: Gate, reference: str, code: str) -> Case | str:
    """Return the request that the code proves, or what is told in place of it."""
    try:
        return desk_of(gate).check_code(reference, code)
    except (WrongCode, NoSuchRequest):
        return _WRONG
    except MoveRefused:
        return _SPENT


async def send_again(request: Request) -> Response:
    """Send a new code, where one may go; the answer is the same for everybody."""
    gate: Gate = request.app.state.gate
    end = end_of_answer(request)
    form = await form_of(request)
    reference, subject = _tidy(form.get("again", "")), f"email:{form.get('email', '').strip()}"
    errors = _again_errors(gate, reference, subject)
    if errors:
        return _page(gate, form, errors=errors)
    if await run_in_threadpool(is_client_too_often, request, "codes", most=CODES_A_DAY):
        return page("asked_often.html", status=429, front=gate.policy.front)
    await run_in_threadpool(_send, gate, reference, subject)
    await anyio.sleep_until(end)
    return RedirectResponse(SENT, status_code=303)


def _again_errors(gate: Gate, reference: str, subject: str) -> dict[str, str]:
    errors = {}
    if not _REFERENCE.fullmatch(reference):
        errors["again"] = "Write the reference as it stands in our mail, such as r_4k7m2p9x3hab."
    try:
        gate.identifier(subject)
    except NotAnIdentifier:
        errors["email"] = NO_ADDRESS
    return errors


def _send(gate: Gate, reference: str, subject: str) -> None:
    desk = desk_of(gate)
    with suppress(NoSuchRequest, NotOnFile, TooManyCodes):
        desk.send_code(reference, desk.register.address_id(subject))


def _page(
    gate: Gate, form: Mapping[str, str], *, errors: Mapping[str, str] | None = None
) -> Response:
    return page(
        "requests_prove.html",
        status=422 if errors else 200,
        front=gate.policy.front,
        form=form,
        errors=errors or {},
    )
