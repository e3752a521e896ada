"""The link to a copy: what is there, and, once the button is pressed, the copy itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from placket.gate.requests.packing import DOWNLOAD, NoPackage, fetch
from placket.gate.requests.proof import NoSuchToken, read_token
from placket.gate.requests.register import NoSuchRequest
from placket.web.counter import desk_of
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from starlette.requests import Request

    from placket.gate.gate import Gate

_NAME: Final = "my-information.zip"


def look(request: Request) -> Response:
    """Answer with what the button gives; opening the link uses nothing up."""
    gate: Gate = request.app.state.gate
    try:
        read_token(desk_of(gate).register, request.path_params["token"], does=DOWNLOAD)
    except (NoSuchToken, NoSuchRequest):
        return _spent(gate)
    return page("requests_copy.html", front=gate.policy.front, step="ready")


def download(request: Request) -> Response:
    """Answer with the copy, once."""
    gate: Gate = request.app.state.gate
    try:
        _, body = fetch(desk_of(gate).register, request.path_params["token"])
    except (NoSuchToken, NoSuchRequest, NoPackage):
        return _spent(gate)
    headers = {"content-disposition": f'attachment; filename="{_NAME}"'}
    return Response(body, media_type="application/zip", headers=headers)


def _spent(gate: Gate) -> Response:
    return page("requests_copy.html", status=404, front=gate.policy.front, step="spent")
