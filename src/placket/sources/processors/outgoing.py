"""Calls to recipients: bound to the address that was checked, no redirect, little time and room."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

import httpcore

from placket.sources.processors.addresses import place_of, resolved
from placket.sources.processors.refusals import (
    AnswerRefused,
    AnswerTooLong,
    AnswerUnreadable,
    RecipientUnreachable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.sources.processors.addresses import Place, Resolve

SECONDS: Final = 5.0
LARGEST: Final = 1_048_576
"""The bytes of an answer at most."""
AGENT: Final = "placket"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer as it came: its names in lower case, of a repeated one the first."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def expected(self, *statuses: int) -> Reply:
        """Return it when its status is one of these. Raises AnswerRefused."""
        if self.status not in statuses:
            raise AnswerRefused(f"the recipient answered with status {self.status}")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """How recipients are called.

    loopback: whether this machine may be, and by plain http; for trying out. seconds: for one
    whole call, the last byte included. tls: which certificates are trusted, by default those
    that the system trusts.
    """

    loopback: bool = False
    seconds: float = SECONDS
    largest: int = LARGEST
    resolve: Resolve = resolved
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Return the answer to `body`, which is JSON. Raises NotTold."""
        return self._call("POST", url, body, {"content-type": "application/json", **headers})

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        """Return what stands at `url`. Raises NotTold."""
        return self._call("GET", url, b"", headers)

    def _call(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        ends = monotonic() + self.seconds
        place = place_of(url, self.resolve, loopback=self.loopback)
        try:
            return self._read(_Bound(place.address, ends), method, place, body, headers)
        except (httpcore.TimeoutException, httpcore.NetworkError):
            raise RecipientUnreachable from None
        except (httpcore.ProtocolError, ValueError):
            raise AnswerUnreadable("the recipient's answer is no HTTP") from None

    def _read(
        self, backend: _Bound, method: str, place: Place, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        url = httpcore.URL(
            scheme=place.scheme.encode(),
            host=place.host.encode(),
            port=place.port,
            target=place.target.encode(),
        )
        sent = {
            "host": _host(place),
            "user-agent": AGENT,
            "accept": "application/json",
            # An answer that unfolds to many times its size is not asked for.
            "accept-encoding": "identity",
            "connection": "close",
            **headers,
        }
        with (
            httpcore.ConnectionPool(ssl_context=self.tls, network_backend=backend) as pool,
            pool.stream(method, url, headers=list(sent.items()), content=body) as answer,
        ):
            found = _headers(answer.headers)
            if found.get("content-encoding", "identity") != "identity":
                raise AnswerUnreadable("the recipient's answer is packed")
            return Reply(status=answer.status, headers=found, body=self._body(answer))

    def _body(self, answer: httpcore.Response) -> bytes:
        found = bytearray()
        for chunk in answer.iter_stream():
            found += chunk
            if len(found) > self.largest:
                raise AnswerTooLong
        return bytes(found)


def _host(place: Place) -> str:
    host = f"[{place.host}]" if ":" in place.host else place.host
    return (
        host if place.port == {"https": 443, "http": 80}[place.scheme] else f"{host}:{place.port}"
    )


def _headers(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
    return found


class _Bound(httpcore.NetworkBackend):
    """Connects to one address, whatever the name says by then, and until one instant."""

    def __init__(self, address: str, ends: float) -> None:
        self._address, self._ends = address, ends

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  # its address was looked at before
        port: int,
        timeout: float | None = None,  # noqa: ARG002  # the whole call has one
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        stream = httpcore.SyncBackend().connect_tcp(
            self._address, port, _left(self._ends), local_address, socket_options
        )
        return _BoundStream(stream, self._ends)


class _BoundStream(httpcore.NetworkStream):
    """A stream whose every read and write has only what is left of the whole call's time."""

    def __init__(self, stream: httpcore.NetworkStream, ends: float) -> None:
        self._stream, self._ends = stream, ends

    def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ARG002  # the whole call has one
    ) -> bytes:
        return self._stream.read(max_bytes, _left(self._ends))

    def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ARG002  # the whole call has one
    ) -> None:
        self._stream.write(buffer, _left(self._ends))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the whole call has one
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, _left(self._ends))
        return _BoundStream(secured, self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(ends: float) -> float:
    """Return the seconds that are left. Raises `httpcore.ReadTimeout` when none are."""
    left = ends - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
