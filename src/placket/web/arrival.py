"""HTTP connections whose requests must arrive in time and in size: who dawdles is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

MOST_HEAD_BYTES: Final = 1 << 16

_LATE: Final = b"the request did not arrive in time; send it again"
_ANSWER: Final = (
    b"HTTP/1.1 408 Request Timeout\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_LATE), _LATE)
)


class PromptProtocol(HttpToolsProtocol):
    """A connection that is closed when a request takes too long to arrive.

    uvicorn waits for ever for a head or a body: a few thousand connections that send a byte a
    minute would hold every file that this process may open. How long an answer takes is free.
    """

    seconds: ClassVar[float] = 30.0
    """From the connection, or from its next request's first byte, to that request's last."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._is_in_head = True
        self._head_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Begin, and wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._arrived()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; a head without an end is refused before it fills the memory."""
        # Counted before it is read: what ends a request begins the next head at nothing.
        self._head_bytes += len(data) if self._is_in_head else 0
        super().data_received(data)
        if self._is_in_head and self._head_bytes > MOST_HEAD_BYTES:
            self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """Note that a request begins; the first one's time runs since the connection was made."""
        super().on_message_begin()
        self._is_in_head = True
        if self._deadline is None:
            self._wait()

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the request is whole."""
        self._arrived()
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def shutdown(self) -> None:
        """End as the server does; what has not arrived is not waited for."""
        if self._deadline is not None and not self.pipeline:
            self.transport.close()
        else:
            super().shutdown()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.seconds, self._late)

    def _arrived(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _late(self) -> None:
        self._deadline = None
        if self.pipeline:
            # It waits behind a request that is being answered, and is not read meanwhile.
            self._wait()
        elif not self.transport.is_closing():
            if not self._is_answering:
                self.transport.write(_ANSWER)
            self.transport.close()

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # None until the first request
        return cycle is not None and cycle.response_started and not cycle.response_complete
