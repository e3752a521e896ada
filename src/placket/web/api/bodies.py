"""Read what was sent: bounded, of the right type, into a typed message or a named fault."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl

import msgspec

from placket.web.api.refusals import Refused, field_refused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive

MOST_BYTES: Final = 1 << 20
MOST_KEY: Final = 128
_MOST_PARAMETERS: Final = 20
_JSON: Final = b"application/json"
_PATH: Final = re.compile(r" - at `\$([^`]*)`$")
_STEP: Final = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]")
_MISSING: Final = re.compile(r"missing required field `(\w+)`")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`")
_EXPECTED: Final[tuple[tuple[str, str], ...]] = (
    ("Expected `str`", "a text was expected"),
    ("Expected `int`", "a whole number was expected"),
    ("Expected `array`", "a list was expected"),
    ("Expected `object`", "an object was expected"),
    ("Expected `str` of length <=", "the text is too long"),
    ("Expected `str` of length >=", "the text is empty"),
    ("Expected `array` of length <=", "the list is too long"),
    ("Expected `array` of length >=", "the list is empty"),
    ("Expected `object` of length <=", "the object has too many fields"),
    ("Expected `int` >=", "the number is too small"),
    ("Expected `int` <=", "the number is too large"),
)

T = TypeVar("T")


async def read_body(receive: Receive, headers: Mapping[bytes, bytes]) -> bytes:
    """Return the body of a request. Raises Refused when it is no JSON or too large."""
    if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != _JSON:
        raise Refused("media-type")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length) > MOST_BYTES:
        raise Refused("too-large")
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > MOST_BYTES:
            raise Refused("too-large")
        message = await receive()
        body += message.get("body", b"")
    if len(body) > MOST_BYTES:
        raise Refused("too-large")
    return body


def decoded(decoder: msgspec.json.Decoder[T], body: bytes, takes: type[T]) -> T:
    """Return the message in `body`. Raises Refused, which names the field, never its value.

    The types bound the depth: where a text belongs, an open bracket is refused at once.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as fault:
        raise _refusal(str(fault), takes) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("not-json") from None


def keyed(asked: T, headers: Mapping[bytes, bytes]) -> T:
    """Return the message with the `Idempotency-Key` header as its id. Raises Refused.

    A body that says its id itself says the same.
    """
    sent = headers.get(b"idempotency-key", b"").decode("latin-1").strip('" ')
    own: str = getattr(asked, "id", "")
    if len(sent) > MOST_KEY or (sent and own and sent != own):
        raise field_refused("/id", f"say one id, of at most {MOST_KEY} characters")
    # A message is a msgspec struct; the type variable cannot say so.
    return msgspec.structs.replace(asked, id=own or sent)  # type: ignore[type-var]


def parameters(query: bytes, found: Mapping[str, str], takes: type[T]) -> T:
    """Return the message in a query and the path's parts. Raises Refused."""
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(query),
            max_num_fields=_MOST_PARAMETERS,
            errors="strict",
        )
    except ValueError:
        raise field_refused("/query", "write it as `name=value`, in UTF-8, once each") from None
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names) or set(names) & set(found):
        raise field_refused("/query", "name each parameter once")
    try:
        return msgspec.convert({**dict(pairs), **found}, takes, strict=False)
    except msgspec.ValidationError as fault:
        raise _refusal(str(fault), takes, root="/query") from None


def _names(takes: Any, *, nested: bool) -> tuple[str, ...]:
    """Return the fields of a message, or those of the messages listed in it."""
    fields = msgspec.structs.fields(takes)
    inner = [f.type.__origin__.__args__[0] for f in fields if nested and _is_list(f.type)]
    inner = [item for item in inner if isinstance(item, type) and issubclass(item, msgspec.Struct)]
    return tuple(f.name for takes in inner or [takes] for f in msgspec.structs.fields(takes))


def _is_list(kind: Any) -> bool:
    return getattr(getattr(kind, "__origin__", None), "__origin__", None) is list


def _refusal(message: str, takes: Any, *, root: str = "") -> Refused:
    at = _PATH.search(message)
    pointer = root + (_pointer(at[1]) if at else "")
    missing, unknown = _MISSING.search(message), _UNKNOWN.search(message)
    if missing:
        return field_refused(f"{pointer}/{missing[1]}", "the field is missing")
    if unknown:
        return field_refused(pointer, _unknown(unknown[1], _names(takes, nested=pointer != root)))
    said = [words for start, words in _EXPECTED if message.startswith(start)]
    return field_refused(pointer, said[-1] if said else "it cannot be read")


def _unknown(name: str, fields: tuple[str, ...]) -> str:
    """Say which field was perhaps meant; what was sent is not said back."""
    near = get_close_matches(name, fields, n=1)
    meant = f"perhaps `{near[0]}` was meant" if near else f"the fields are {', '.join(fields)}"
    return f"it has a field that is not known; {meant}"


def _pointer(path: str) -> str:
    """Return msgspec's path as a JSON pointer, `...` for a key that the caller chose."""
    return "".join(f"/{name or index}" for name, index in _STEP.findall(path))
