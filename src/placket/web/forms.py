"""Forms: what a page asks, and what arrives, bounded and of one value a field, or refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

MOST_BYTES: Final = 16_384
LONG: Final = 65_536
"""The bytes of a form with room for what a person writes at length."""

_MOST_FIELDS: Final = 200

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question of a form.

    kind: `text`, `area`, `choice`, or `many` for boxes that are ticked. needed: what is said when
    it is left empty; empty where it may be.
    """

    name: str
    label: str
    kind: str
    hint: str = ""
    needed: str = ""
    options: Options = ()


async def form_of(request: Request, *, most: int = MOST_BYTES) -> Mapping[str, str]:
    """Return the fields of a form that was sent, its last value each. Raises HTTPException.

    most: how many bytes it may have.
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise HTTPException(413)
    except ClientDisconnect:
        raise HTTPException(400) from None
    try:
        return dict(parse_qsl(body.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="strict"))
    except ValueError:
        raise HTTPException(400) from None
