"""The link of a notice: what its button does, and, once pressed, the stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.gate.requests.desk import STOP
from placket.gate.requests.proof import NoSuchToken, read_token
from placket.gate.requests.register import MoveRefused, NoSuchRequest, Register
from placket.law.calendar import date_of
from placket.web.centre.requests.asking import title_of
from placket.web.counter import desk_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from placket.gate.gate import Gate
    from placket.gate.requests.register import Case


def look(request: Request) -> Response:
    """Answer with what the button does; a mail scanner that opens the link changes nothing."""
    gate: Gate = request.app.state.gate
    try:
        case, _ = read_token(Register(gate=gate), request.path_params["token"], does=STOP)
    except (NoSuchToken, NoSuchRequest):
        return _spent(gate)
    return _page(gate, "asked", case)


def stop(request: Request) -> Response:
    """Stop the request, once."""
    gate: Gate = request.app.state.gate
    try:
        case = desk_of(gate).stop(request.path_params["token"])
    except (NoSuchToken, NoSuchRequest, MoveRefused):
        return _spent(gate)
    return _page(gate, "stopped", case)


def _page(gate: Gate, step: str, case: Case) -> Response:
    return page(
        "requests_stop.html",
        front=gate.policy.front,
        step=step,
        title=title_of(case.request.right),
        received=date_of(case.request.received_at, case.terms.zone),
    )


def _spent(gate: Gate) -> Response:
    return page("requests_stop.html", status=404, front=gate.policy.front, step="spent")
