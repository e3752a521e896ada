"""Who may see the console, before there is a sign-in: whoever sits at this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from placket.web.headers import host_of, is_loopback, is_same_site
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_FORM_BYTES: Final = 16_384
_MOST_FIELDS: Final = 20
_SAID: Final[Mapping[int, tuple[str, str]]] = {
    400: ("The form cannot be read", "Go back and send it again."),
    403: (
        "The console is closed here",
        (
            "It answers on the machine it runs on. Whoever runs it can open it to others"
            " behind a sign-in: `placket serve --help` says how."
        ),
    ),
    404: ("There is nothing at this address", "All pages are listed on the first one."),
    405: ("This page takes no such request", "Go back and use its links and forms."),
    413: ("The form is too large", "Go back and write less."),
    500: ("The fault is ours", "Nothing is known to be changed."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who may see the console.

    loopback: the server listens on this machine alone. open_console: whoever runs it vouches
    that a sign-in stands before it.
    """

    loopback: bool = True
    open_console: bool = False

    def admits(self, host: str) -> bool:
        """Say whether the console answers under the name in the `Host` header.

        On loopback a foreign name belongs to a page elsewhere whose name was pointed here.
        """
        return self.open_console or (self.loopback and is_loopback(host_of(host)))


class Guard:
    """An application whose `/console` is closed to whom its Reach does not admit."""

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app, self._reach = app, reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["path"].startswith("/console") and not self._admits(Request(scope)):
            await refusal_page(403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _admits(self, request: Request) -> bool:
        headers = request.headers
        host = headers.get("host", "")
        if not self._reach.admits(host):
            return False
        return request.method != "POST" or is_same_site(
            headers.get("origin", ""), headers.get("sec-fetch-site", ""), host
        )


def refusal_page(
    status: int, headers: Mapping[str, str] | None = None, detail: str = ""
) -> Response:
    """Return the page that says what was refused and what to do."""
    title, mend = _SAID.get(status, ("This cannot be done", "Go back."))
    answer = page("refusal.html", status=status, title=title, mend=mend, detail=detail)
    answer.headers.update(headers or {})
    return answer


async def form_of(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that was sent, its last value each. Raises HTTPException."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_FORM_BYTES:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise HTTPException(400) from None
