"""The whole web application: the interface, the notice and the console under one set of headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from placket.web.api.keys import WebKeys
from placket.web.api.refusals import TYPES
from placket.web.api.schema import schema
from placket.web.api.serving import Interface, ours
from placket.web.centre import leaflets
from placket.web.centre.notice import render_notice
from placket.web.centre.requests import asking, copying, own, proving, stopping
from placket.web.console import activities, audit, decisions
from placket.web.console.reach import Guard, Reach, refusal_page
from placket.web.console.requests import queue, who, whole
from placket.web.headers import SafeHeaders
from placket.web.look.rendering import page, serve_icon, serve_style
from placket.web.webhooks import PREFIX as WEBHOOKS
from placket.web.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from placket.gate.gate import Gate

ANSWER_SECONDS: Final = 0.7
PAGES: Final = (
    "/privacy/notice",
    "/privacy/cookies",
    "/privacy/changes",
    "/privacy/contact",
    "/privacy/requests",
    "/console/requests",
    "/console/activities",
    "/console/decisions",
    "/console/audit",
)
"""The pages that the first page links."""


def make_app(
    gate: Gate,
    keys_file: Path,
    *,
    reach: Reach | None = None,
    answer_seconds: float = ANSWER_SECONDS,
) -> ASGIApp:
    """Return the application over an open installation; it closes nothing.

    keys_file: of the interface's keys; it may be missing. reach: who may see the console.
    answer_seconds: how long an answer takes at least that must not say whom the shop knows.
    """
    interface = Interface(gate, WebKeys(keys_file))
    webhooks = Webhooks(gate)
    pages = SafeHeaders(Guard(_pages(gate, answer_seconds), reach or Reach()))

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"].startswith(WEBHOOKS):
            await webhooks(scope, receive, send)
        elif scope["path"].startswith("/v1/"):
            await interface(scope, receive, send)
        else:
            await _without_words(pages, scope, receive, send)

    return app


async def _without_words(pages: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Keep our own fault from the server's log, whose traceback may hold what a person sent.

    `fault_page` has told its place and answered by the time it arrives here.
    """
    try:
        await pages(scope, receive, send)
    except Exception as failure:  # noqa: BLE001  # told by fault_page
        del failure


def _pages(gate: Gate, answer_seconds: float) -> Starlette:
    routes = [
        Route("/", home),
        Route("/schema", serve_schema),
        Route("/problems", problems),
        Route("/static/placket.css", serve_style),
        Route("/static/placket.svg", serve_icon),
        Route("/favicon.ico", favicon),
        Route("/privacy/", to_first("/privacy/notice")),
        Route("/privacy/notice", notice),
        Route("/privacy/cookies", leaflets.cookies),
        Route("/privacy/changes", leaflets.changes),
        Route("/privacy/contact", leaflets.contact),
        Route("/privacy/requests", asking.overview),
        Route("/privacy/requests/new/{right}", asking.ask, methods=["GET", "POST"]),
        Route(asking.SENT, asking.sent),
        Route("/privacy/requests/prove", proving.prove, methods=["GET", "POST"]),
        Route("/privacy/requests/code", proving.send_again, methods=["POST"]),
        Route("/privacy/requests/stop/{token}", stopping.look),
        Route("/privacy/requests/stop/{token}", stopping.stop, methods=["POST"]),
        Route("/privacy/requests/copy/{token}", copying.look),
        Route("/privacy/requests/copy/{token}", copying.download, methods=["POST"]),
        Route("/privacy/requests/{reference}", own.follow),
        Route("/privacy/requests/{reference}/letters/{number:int}", own.read_letter),
        Route("/privacy/requests/{reference}/back", own.ask_back),
        Route("/privacy/requests/{reference}/back", own.take_back, methods=["POST"]),
        Route("/console/", to_first("/console/requests")),
        Route("/console/requests", queue.queue),
        Route("/console/requests/by", who.say_who, methods=["POST"]),
        Route("/console/requests/{reference}", whole.one),
        Route("/console/requests/{reference}/{act}", whole.act, methods=["POST"]),
        Route("/console/activities", activities.all_of_them),
        Route("/console/activities/{activity}", activities.one),
        Route("/console/decisions", decisions.explain, methods=["GET", "POST"]),
        Route("/console/audit", audit.overview),
        Route("/console/audit/verify", audit.verify, methods=["POST"]),
    ]
    app = Starlette(
        routes=routes, exception_handlers={HTTPException: refuse_page, Exception: fault_page}
    )
    app.state.gate = gate
    app.state.answer_seconds = answer_seconds
    return app


def home(request: Request) -> Response:
    """Answer with the first page: what there is to see, and for whom."""
    return page("home.html", cache_control="no-cache", front=request.app.state.gate.policy.front)


def notice(request: Request) -> Response:
    """Answer with the notice of the policy in force."""
    html, tag = render_notice(request.app.state.gate.policy)
    headers = {"cache-control": "no-cache", "etag": tag}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def to_first(page_path: str) -> Callable[[Request], Response]:
    """Return what answers with the first page of a part, for who types the part alone."""

    def redirect(request: Request) -> Response:
        del request
        return RedirectResponse(page_path, status_code=302)

    return redirect


def problems(request: Request) -> Response:
    """Answer with what each kind of refusal means and how to mend it."""
    front = request.app.state.gate.policy.front
    return page("problems.html", cache_control="no-cache", front=front, kinds=TYPES.values())


def serve_schema(request: Request) -> Response:
    """Answer with the interface as OpenAPI."""
    del request
    headers = {"cache-control": "no-cache"}
    return Response(schema(), media_type="application/json", headers=headers)


def favicon(request: Request) -> Response:
    """Answer browsers that look for an icon where there was none."""
    del request
    return RedirectResponse("/static/placket.svg", status_code=301)


def refuse_page(request: Request, refused: Exception) -> Response:
    """Answer an address or a method that there is not; a question about methods is answered."""
    status = refused.status_code if isinstance(refused, HTTPException) else 500
    headers = dict(getattr(refused, "headers", None) or {})
    if request.method == "OPTIONS" and "Allow" in headers:
        headers["Allow"] += ", OPTIONS"
        return Response(status_code=204, headers=headers)
    return refusal_page(status, headers)


def fault_page(request: Request, failure: Exception) -> Response:
    """Answer where the fault is ours, with the reference under which the log has its place."""
    del request
    return refusal_page(500, {}, ours(failure).detail)
