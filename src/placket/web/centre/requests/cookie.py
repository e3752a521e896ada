"""The cookie of whoever proved a request: signed, bound to that request alone, for an hour."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from placket.gate.requests.register import Register
from placket.web.counter import HOUR, keyed

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case

NAME: Final = "placket_request"
LASTS: Final = HOUR
_PARTS: Final = 4
_MICROSECOND: Final = 1_000_000


def give(request: Request, answer: Response, case: Case) -> None:
    """Let the browser bear who proved the request; it goes to this request's pages alone."""
    gate: Gate = request.app.state.gate
    reference, person, until = case.request.id, case.request.person, str(gate.now() + LASTS)
    answer.set_cookie(
        NAME,
        f"{reference}.{person}.{until}.{_mac(gate, reference, person, until)}",
        max_age=LASTS // _MICROSECOND,
        path=f"/privacy/requests/{reference}",
        secure=is_https(request),
        httponly=True,
        samesite="strict",
    )


def take_back(answer: Response, reference: str) -> None:
    """Let the browser forget who proved the request."""
    answer.delete_cookie(NAME, path=f"/privacy/requests/{reference}")


def is_https(request: Request) -> bool:
    """Say whether shoppers reach the pages over TLS, which a proxy may end."""
    gate: Gate = request.app.state.gate
    return request.url.scheme == "https" or gate.settings.web_address.startswith("https://")


def own_case(request: Request) -> Case:
    """Return the request of the address, read through the person whom the cookie proves.

    Raises HTTPException 404 for no cookie, another's and a reference that there is not: all the
    same. So it is once somebody at a known address has said that they did not ask.
    """
    gate: Gate = request.app.state.gate
    reference = request.path_params["reference"]
    person = _person(gate, request.cookies.get(NAME, ""), reference)
    found = Register(gate=gate).cases_of(person) if person else []
    case = next((case for case in found if case.request.id == reference), None)
    if case is None or case.request.stopped_at is not None:
        raise HTTPException(404)
    return case


def _person(gate: Gate, cookie: str, reference: str) -> str:
    """Return the person of a cookie that was made here for `reference`, empty for any other."""
    parts = cookie.split(".")
    if len(parts) != _PARTS:
        return ""
    named, person, until, mac = parts
    is_ours = hmac.compare_digest(mac.encode(), _mac(gate, named, person, until).encode())
    return person if is_ours and named == reference and int(until) > gate.now() else ""


def _mac(gate: Gate, reference: str, person: str, until: str) -> str:
    return keyed(gate, "cookie", reference, person, until)
