"""`GET /schema`: the interface as OpenAPI 3.1, made from the operations and their messages."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

import msgspec

from placket.web.api.bodies import MOST_KEY
from placket.web.api.operations import JSON, LINES, Operation
from placket.web.api.refusals import MEDIA, TYPES, ProblemDetails
from placket.web.api.serving import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPLATE: Final = "#/components/schemas/{name}"
_EVERYWHERE: Final = ("key-unknown", "scope-missing", "field", "ours", "ledger-unavailable")
_WITH_BODY: Final = ("not-json", "too-large", "media-type")
_OWN: Final = {
    "/v1/facts": ("fact-conflict", "not-permitted", "person-erased"),
    "/v1/audit/checkpoint": ("not-in-tree",),
    "/v1/audit/proof/{fact}": ("fact-unknown", "not-in-tree"),
    "/v1/audit/consistency": ("not-in-tree",),
    "/v1/audit/fact/{fact}": ("fact-unknown",),
    "/v1/requests": ("request-conflict",),
}
_OF_REQUESTS: Final = "/v1/requests/{reference}"
_OF_ACTS: Final = ("request-unknown", "move-refused", "letter-incomplete")
_OF_SOURCES: Final = ("plan-stale", "plan-missing", "catalogue-unusable", "source-unavailable")
_OWN_ACTS: Final = {
    "": ("request-unknown",),
    "/verify": (*_OF_ACTS, "code-wrong", "address-unknown", "too-often"),
    "/plan": (*_OF_ACTS, *_OF_SOURCES),
    "/apply": (*_OF_ACTS, *_OF_SOURCES, "request-in-hand"),
    "/answer": (*_OF_ACTS, "plan-missing"),
}


@cache
def schema() -> bytes:
    """Return the OpenAPI document as JSON."""
    return msgspec.json.encode(document())


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    messages = [m for op in OPERATIONS for m in (op.takes, op.gives)]
    unique = tuple(dict.fromkeys([*messages, ProblemDetails]))
    found, components = msgspec.json.schema_components(unique, ref_template=_TEMPLATE)
    shapes = dict(zip(unique, found, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(
            operation, shapes, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Placket",
            "version": version("placket"),
            "description": "Ask before each use of data; what no clause covers is refused.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
    }


def _operation(
    operation: Operation, shapes: dict[Any, Any], components: dict[str, Any]
) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "operationId": operation.run.__name__,
        "summary": operation.summary,
        "description": f"Needs the scope `{operation.verb}`.",
        "responses": _responses(operation, shapes),
    }
    if operation.method == "POST":
        content = {JSON: {"schema": shapes[operation.takes]}}
        shown["requestBody"] = {"required": True, "content": content}
        parameters = list(_beside_a_body(operation))
    else:
        parameters = list(_parameters(operation, components[operation.takes.__name__]))
    return (
        shown
        if operation.method == "POST" and not parameters
        else {**shown, "parameters": parameters}
    )


def _beside_a_body(operation: Operation) -> Iterable[dict[str, Any]]:
    text = {"type": "string", "maxLength": MOST_KEY}
    if operation.part:
        yield {"name": operation.part, "in": "path", "required": True, "schema": text}
    if operation.keyed:
        yield {"name": "Idempotency-Key", "in": "header", "required": False, "schema": text}


def _parameters(operation: Operation, message: dict[str, Any]) -> Iterable[dict[str, Any]]:
    required = message.get("required", [])
    for name, shape in message.get("properties", {}).items():
        yield {
            "name": name,
            "in": "path" if name == operation.part else "query",
            "required": name in required,
            "schema": shape,
        }


def _own(operation: Operation) -> tuple[str, ...]:
    if operation.path.startswith(_OF_REQUESTS):
        return _OWN_ACTS.get(operation.tail, _OF_ACTS)
    return _OWN.get(operation.path, ())


def _responses(operation: Operation, shapes: dict[Any, Any]) -> dict[str, Any]:
    media = operation.media.partition(";")[0]
    said = "One JSON document a line" if operation.media == LINES else "The answer"
    names = [*_EVERYWHERE, *_own(operation)]
    names += _WITH_BODY if operation.method == "POST" else ()
    responses: dict[str, Any] = {
        "200": {"description": said, "content": {media: {"schema": shapes[operation.gives]}}}
    }
    for kind in sorted((TYPES[name] for name in names), key=lambda kind: kind.status):
        before = responses.get(str(kind.status))
        words = f"{before['description']}; or {kind.title}" if before else kind.title
        responses[str(kind.status)] = {
            "description": words,
            "content": {MEDIA: {"schema": shapes[ProblemDetails]}},
        }
    return responses
