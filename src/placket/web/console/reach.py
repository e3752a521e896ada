"""Who may see the console, before there is a sign-in: whoever sits at this machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.requests import Request

from placket.web.headers import host_of, is_loopback, is_same_site
from placket.web.look.rendering import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

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
    """An application whose `/console` is closed to whom its Reach does not admit.

    No page takes a form that another site's page sent.
    """

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app, self._reach = app, reach

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        headers = Request(scope).headers
        host = headers.get("host", "")
        is_console = scope["path"].startswith("/console")
        if is_console and not self._reach.admits(host):
            await refusal_page(403)(scope, receive, send)
        elif scope["method"] == "POST" and not is_same_site(
            headers.get("origin", ""), headers.get("sec-fetch-site", ""), host
        ):
            await foreign_form()(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def foreign_form() -> Response:
    """Return the page for a form that another site's page sent."""
    return page(
        "refusal.html",
        status=403,
        title="The form came from elsewhere",
        mend="Open the page here and send its form again. Nothing was changed.",
        detail="",
    )


def refusal_page(
    status: int, headers: Mapping[str, str] | None = None, detail: str = ""
) -> Response:
    """Return the page that says what was refused and what to do."""
    title, mend = _SAID.get(status, ("This cannot be done", "Go back."))
    answer = page("refusal.html", status=status, title=title, mend=mend, detail=detail)
    answer.headers.update(headers or {})
    return answer
