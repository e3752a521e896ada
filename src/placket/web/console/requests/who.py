"""Who acts in the console while it has no sign-in: a staff id that the browser remembers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse

from placket.web.forms import form_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

NAME: Final = "placket_by"
FIELD: Final = "by"
QUEUE: Final = "/console/requests"
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_PLACE: Final = re.compile(r"/console/requests(?:/r_[2-9a-z]{1,40})?")
_YEAR_SECONDS: Final = 31_536_000


def who(request: Request) -> str:
    """Return the staff id of whoever sits there, empty while they have not said."""
    written = request.cookies.get(NAME, "")
    return written if _ID.fullmatch(written) else ""


async def say_who(request: Request) -> Response:
    """Remember who sits there, and lead back to where they were."""
    form = await form_of(request)
    written, back = form.get(FIELD, "").strip(), form.get("back", "")
    answer = RedirectResponse(back if _PLACE.fullmatch(back) else QUEUE, status_code=303)
    if _ID.fullmatch(written):
        secure = request.url.scheme == "https"
        answer.set_cookie(
            NAME,
            written,
            max_age=_YEAR_SECONDS,
            path="/console",
            secure=secure,
            httponly=True,
            samesite="strict",
        )
    else:
        answer.delete_cookie(NAME, path="/console")
    return answer
