"""From a request under `/v1` to its answer: the key, the message, the doing, the refusal."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Iterator
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from placket.store.refusals import (
    FactConflict,
    FactRefused,
    LedgerRefuses,
    PersonErased,
)
from placket.web.api import audit, decide, eligible, facts, requests
from placket.web.api.bodies import decoded, keyed, parameters, read_body
from placket.web.api.operations import JSON, Answer, Operation
from placket.web.api.refusals import MEDIA, Refused
from placket.web.headers import NO_STORE, SAFE_DATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

    from placket.gate.gate import Gate
    from placket.web.api.keys import Caller, WebKeys
    from placket.web.headers import Header

OPERATIONS: Final[tuple[Operation, ...]] = (
    *facts.OPERATIONS,
    *decide.OPERATIONS,
    *eligible.OPERATIONS,
    *audit.OPERATIONS,
    *requests.OPERATIONS,
)

_ENCODER: Final = msgspec.json.Encoder()
_HEAD: Final[tuple[Header, ...]] = (NO_STORE, *SAFE_DATA)
_REFUSALS: Final = (
    (FactConflict, "fact-conflict"),
    (PersonErased, "person-erased"),
    (FactRefused, "field"),
    (LedgerRefuses, "ledger-unavailable"),
)
_LOG: Final = structlog.get_logger("placket.web")


class Interface:
    """The operations under `/v1`, asked by whoever has a key."""

    def __init__(self, gate: Gate, keys: WebKeys) -> None:
        self._gate, self._keys = gate, keys
        self._at: dict[tuple[str, str], dict[str, Operation]] = {}
        for operation in OPERATIONS:
            place = (operation.stem, operation.tail)
            self._at.setdefault(place, {})[operation.method] = operation
        self._decoders = {op: msgspec.json.Decoder(op.takes) for op in OPERATIONS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong becomes problem details."""
        instance = "/v1"
        try:
            operation, part = self._operation(scope["path"], scope["method"])
            instance = operation.path
            headers = dict(scope["headers"])
            caller = self._caller(headers, operation)
            asked = await self._asked(operation, scope, part, (receive, headers))
            # A GET has its part in the message already.
            named = (part,) if part and operation.method == "POST" else ()
            if operation.waits:
                answer = await run_in_threadpool(operation.run, self._gate, caller, asked, *named)
            else:
                answer = operation.run(self._gate, caller, asked, *named)
        except Refused as refused:
            if (
                scope["method"] == "OPTIONS"
                and refused.kind.status == HTTPStatus.METHOD_NOT_ALLOWED
            ):
                await _send(send, 204, JSON, b"", refused.headers)
            else:
                await send_refusal(send, refused, instance)
        except LedgerRefuses as failure:
            await send_refusal(send, refusal_of(failure), instance)
        except Exception as failure:  # noqa: BLE001  # the edge: a person gets an answer, the log the place
            await send_refusal(send, ours(failure), instance)
        else:
            await send_answer(send, operation, answer, is_head=scope["method"] == "HEAD")

    def _operation(self, path: str, method: str) -> tuple[Operation, str]:
        """Return the operation and the parameter of the path. Raises Refused."""
        exact = self._at.get((path, ""))
        methods, part = (exact, "") if exact is not None else self._with_part(path)
        wanted = "GET" if method == "HEAD" else method
        found = methods.get(wanted)
        if found is None:
            raise Refused("method-not-allowed", headers=((b"allow", _allowed(methods)),))
        if bool(found.part) != bool(part):
            raise Refused("not-found")
        return found, part

    def _with_part(self, path: str) -> tuple[Mapping[str, Operation], str]:
        """Return the operations whose path has a parameter, and what stands there."""
        stem, slash, last = path.rpartition("/")
        above, _, inner = stem.rpartition("/")
        for start, part, tail in ((stem, last, ""), (above, inner, slash + last)):
            methods = self._at.get((f"{start}/", tail))
            if methods is not None and part:
                return methods, part
        raise Refused("not-found")

    def _caller(self, headers: Mapping[bytes, bytes], operation: Operation) -> Caller:
        caller = self._keys.caller(headers.get(b"authorization", b""))
        if caller is None:
            raise Refused("key-unknown", headers=((b"www-authenticate", b"Bearer"),))
        if not caller.may(operation.verb):
            raise Refused("scope-missing", f"this key needs the scope `{operation.verb}`")
        return caller

    async def _asked(
        self,
        operation: Operation,
        scope: Scope,
        part: str,
        body: tuple[Receive, Mapping[bytes, bytes]],
    ) -> Any:
        if operation.method == "POST":
            sent = await read_body(*body)
            asked = decoded(self._decoders[operation], sent, operation.takes)
            return keyed(asked, body[1]) if operation.keyed else asked
        named = {operation.part: part} if part else {}
        return parameters(scope["query_string"], named, operation.takes)


def _allowed(methods: Mapping[str, Operation]) -> bytes:
    names = [*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]
    return ", ".join(names).encode()


def refusal_of(failure: Exception) -> Refused:
    """Return what the interface says where the ledger refuses."""
    name = next(name for kind, name in _REFUSALS if isinstance(failure, kind))
    retry = ((b"retry-after", b"5"),) if name == "ledger-unavailable" else ()
    if name == "ledger-unavailable":
        _LOG.warning("ledger refused", failure=type(failure).__name__)
    return Refused(name, headers=retry)


def ours(failure: Exception) -> Refused:
    """Log where our own fault lies, without its words, and return the answer.

    The message of an exception may hold what a person sent; its place never does.
    """
    reference = secrets.token_hex(4)
    frames = traceback.extract_tb(failure.__traceback__)
    places = [f"{frame.name}:{frame.lineno}" for frame in frames[-6:]]
    _LOG.error("our fault", reference=reference, failure=type(failure).__name__, places=places)
    return Refused("ours", f"tell whoever runs this installation the reference {reference}")


async def send_refusal(send: Send, refused: Refused, instance: str) -> None:
    """Send problem details; a question about methods gets no body."""
    body = _ENCODER.encode(refused.details(instance))
    await _send(send, refused.kind.status, MEDIA, body, refused.headers)


async def send_answer(send: Send, operation: Operation, answer: Answer, *, is_head: bool) -> None:
    """Send a message, a note, or lines as they come."""
    if isinstance(answer, Iterator):
        await _send_lines(send, operation.media, answer, is_head=is_head)
        return
    body = answer.encode() if isinstance(answer, str) else _ENCODER.encode(answer)
    await _send(send, 200, operation.media, body, is_head=is_head)


async def _send(  # noqa: PLR0913  # the parts of an answer
    send: Send,
    status: int,
    media: str,
    body: bytes,
    extra: tuple[Header, ...] = (),
    *,
    is_head: bool = False,
) -> None:
    headers = [
        (b"content-type", _MEDIA_BYTES.get(media) or media.encode()),
        (b"content-length", b"%d" % len(body)),
        *_HEAD,
        *extra,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if is_head else body})


_MEDIA_BYTES: Final = {JSON: JSON.encode(), MEDIA: MEDIA.encode()}


async def _send_lines(send: Send, media: str, chunks: Iterator[bytes], *, is_head: bool) -> None:
    """Send chunks as they come; a failure midway cuts the connection, so the reader notices."""
    headers = [(b"content-type", media.encode()), *_HEAD]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    if not is_head:
        async for chunk in iterate_in_threadpool(chunks):
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
