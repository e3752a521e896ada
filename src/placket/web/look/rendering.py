"""Templates to pages: escaped by default, a missing name is our own fault and raises."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from placket.policy.rendering.lay import (
    capital,
    day_in_text,
    lay,
    lay_list,
    moment_in_text,
    thousands,
    weekday_in_text,
)
from placket.policy.rendering.prose import as_html

if TYPE_CHECKING:
    from starlette.requests import Request

_STYLE: Final = "placket.css"
_YEAR: Final = "public, max-age=31536000, immutable"


@cache
def style_sheet() -> tuple[bytes, str]:
    """Return the style sheet and the digest that stands in its address."""
    sheet = files("placket.web.look").joinpath("static", _STYLE).read_bytes()
    return sheet, hashlib.sha256(sheet).hexdigest()[:12]


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("placket.web.look", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    templates.filters |= {
        "capital": capital,
        "day": day_in_text,
        "lay": lay,
        "lay_list": lay_list,
        "moment": moment_in_text,
        "prose": as_html,
        "thousands": thousands,
        "weekday": weekday_in_text,
    }
    templates.globals["style"] = style_sheet()[1]
    return templates


def render(template: str, **shown: Any) -> str:
    """Return the HTML of a template."""
    return _templates().get_template(template).render(shown)


def page(template: str, *, status: int = 200, cache_control: str = "", **shown: Any) -> Response:
    """Return a page; it is not to be stored unless `cache_control` says otherwise."""
    headers = {"cache-control": cache_control} if cache_control else None
    return HTMLResponse(render(template, **shown), status_code=status, headers=headers)


async def serve_style(request: Request) -> Response:
    """Answer with the style sheet, for a year when asked for by its digest."""
    sheet, digest = style_sheet()
    is_named = request.query_params.get("v") == digest
    return Response(
        sheet,
        media_type="text/css; charset=utf-8",
        headers={"cache-control": _YEAR if is_named else "no-cache", "etag": f'"{digest}"'},
    )


async def serve_icon(request: Request) -> Response:
    """Answer with the icon of every page."""
    del request
    icon = files("placket.web.look").joinpath("static", "placket.svg").read_bytes()
    return Response(
        icon, media_type="image/svg+xml", headers={"cache-control": "public, max-age=86400"}
    )
