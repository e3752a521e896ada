"""Shopify's compliance webhooks: verified, taken into the register once, answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from starlette.concurrency import run_in_threadpool

from placket.gate.requests.register import Opening
from placket.sources.processors.refusals import RecipientUnset
from placket.sources.processors.shopify_inbound import (
    LARGEST,
    TOO_LARGE,
    InboundRefused,
    Topic,
    read_inbound,
)
from placket.store.refusals import LedgerRefuses
from placket.web.counter import desk_of, open_once, reference_of
from placket.web.headers import NO_STORE, SAFE_DATA

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

    from placket.gate.gate import Gate
    from placket.rights.right import Right
    from placket.sources.processors.shopify_inbound import Inbound

PREFIX: Final = "/v1/webhooks/shopify/"
ROUTE: Final = "shopify"
MOST_ORDERS: Final = 50
_TOPICS: Final = frozenset(topic.value for topic in Topic)
_OK: Final = 200
_UNKNOWN: Final = 404
_NO_METHOD: Final = 405
_OURS: Final = 500
_AGAIN: Final = 503
_LOG: Final = structlog.get_logger("placket.web")


class Webhooks:
    """What Shopify sends; any delivery may come twice, late, or in any order."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one delivery; whatever is not 2xx is sent again by Shopify."""
        topic = scope["path"].removeprefix(PREFIX)
        if topic not in _TOPICS or not self._gate.settings.shopify_secret_file:
            await _answer(send, _UNKNOWN)
        elif scope["method"] != "POST":
            await _answer(send, _NO_METHOD, ((b"allow", b"POST"),))
        else:
            await _answer(send, await self._taken(scope, topic, receive))

    async def _taken(self, scope: Scope, topic: str, receive: Receive) -> int:
        headers = {
            name.decode("latin-1"): text.decode("latin-1") for name, text in scope["headers"]
        }
        try:
            body = await _whole(receive)
            return await run_in_threadpool(_take, self._gate, topic, headers, body)
        except InboundRefused as refused:
            return refused.status
        except LedgerRefuses:
            return _AGAIN
        except Exception as failure:  # noqa: BLE001  # the edge: the log gets the kind, never the words
            _LOG.error("a webhook was not taken", failure=type(failure).__name__)
            return _OURS


async def _whole(receive: Receive) -> bytes:
    """Return the raw body, which the signature is over. Raises InboundRefused."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise InboundRefused(TOO_LARGE)
        if not message.get("more_body"):
            return body


def _take(gate: Gate, topic: str, headers: dict[str, str], body: bytes) -> int:
    settings = gate.settings
    secret = _secret(settings.folder / settings.shopify_secret_file)
    found = read_inbound(headers, body, secret, source=settings.shopify_source)
    if found.topic != topic:
        return _UNKNOWN
    if found.right is None:
        # Nobody is named: what was connected to the shop is taken out by hand.
        _LOG.warning("a whole shop is to be erased", shop=found.shop, delivery=found.id)
        return _OK
    open_once(desk_of(gate), opening_of(gate, found, found.right))
    return _OK


def _secret(file: Path) -> bytes:
    try:
        written = file.read_bytes().strip()
    except OSError:
        raise RecipientUnset("the file of Shopify's secret cannot be read") from None
    if not written:
        raise RecipientUnset("the file of Shopify's secret is empty")
    return written


def opening_of(gate: Gate, found: Inbound, right: Right) -> Opening:
    """Return the request that a delivery asks for, by what the ledger knows the person best.

    It proves nobody: the shop's owner pressed a button there, or Shopify passed a wish on.
    """
    subjects = [f"{each.kind}:{each.value}" for each in found.whom]
    known = (subject for subject in subjects if gate.person_of(subject) is not None)
    reached = (subject for subject in subjects if subject.startswith("email:"))
    return Opening(
        subject=next(known, None) or next(reached, None) or subjects[0],
        right=right,
        route=ROUTE,
        by=ROUTE,
        words=_words(found),
        reference=reference_of(gate, ROUTE, found.id),
    )


def _words(found: Inbound) -> str:
    orders = ", ".join(found.orders[:MOST_ORDERS])
    more = (
        "" if len(found.orders) <= MOST_ORDERS else f" and {len(found.orders) - MOST_ORDERS} more"
    )
    said = (
        f"Shopify's own request is {found.reference}." if found.reference else "",
        f"Shopify names the orders {orders}{more}." if orders else "",
    )
    return " ".join(filter(None, said))


async def _answer(send: Send, status: int, extra: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    headers = [(b"content-length", b"0"), NO_STORE, *SAFE_DATA, *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
