"""Recipients on this machine that answer as told: well, falsely, late, at length, or never."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import msgspec

from placket.identity.identifier import Identifier
from placket.rights.recipients import Act
from placket.sources.processors.message import Message
from placket.sources.processors.outgoing import Outgoing
from placket.sources.processors.signing import signed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping
    from socket import socket

SECRET = b"a secret of the ferry, long enough"
NOW = 1_700_000_000
ADA = (Identifier("email", "ada@example.org"), Identifier("customer", "shop:7"))


def clock() -> int:
    """Return the instant at which all of this happens."""
    return NOW * 1_000_000


def message(**parts: Any) -> Message:
    """Return that Ada's email is to be erased."""
    given: dict[str, Any] = {
        "id": "m_1",
        "request": "r",
        "act": Act.ERASE,
        "data": ("email",),
        "whom": ADA,
        "asked_at": clock(),
    }
    return Message(**(given | parts))


def outgoing(seconds: float = 5.0, **more: Any) -> Outgoing:
    """Return calls that may go to this machine."""
    return Outgoing(loopback=True, seconds=seconds, **more)


@dataclass(frozen=True)
class Seen:
    """A call as the recipient got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass(frozen=True)
class Reply:
    """What the recipient answers."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def signed_reply(name: str, said: object, *, secret: bytes = SECRET, at: int = NOW) -> Reply:
    """Return an answer signed as `name`."""
    body = msgspec.json.encode(said)
    return Reply(200, body, signed(secret, name, body, at))


class Recipient:
    """A server that keeps what it was told. answers: a reply, or what to do with the socket."""

    def __init__(self, answers: Callable[[Seen], Any], tls: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._reader(answers))
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/told"

    def _reader(self, answers: Callable[[Seen], Any]) -> type[BaseHTTPRequestHandler]:
        recipient = self

        class Reader(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers.get("content-length", "0")))
                seen = Seen(self.command, self.path, headers, body)
                recipient.seen.append(seen)
                reply = answers(seen)
                if not isinstance(reply, Reply):
                    reply(self.connection, recipient.closing)
                    return
                self.send_response(reply.status)
                for name, value in {**reply.headers, "content-length": len(reply.body)}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST  # noqa: N815  # the name that the server looks for

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        return Reader

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


# What is done with the socket in place of an answer


def hangs(_connection: socket, closing: threading.Event) -> None:
    """Say nothing for as long as the test lasts."""
    closing.wait(30)


def drips(connection: socket, closing: threading.Event) -> None:
    """Send one header byte after the other, so that no single wait is long."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
    _until_gone(connection, closing, b"a")


def drips_body(connection: socket, closing: threading.Event) -> None:
    """Send the body byte by byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
    _until_gone(connection, closing, b" ")


def _until_gone(connection: socket, closing: threading.Event, byte: bytes) -> None:
    try:
        while not closing.wait(0.01):
            connection.sendall(byte)
    except OSError:
        pass  # the caller hung up, as it should


def is_endless(connection: socket, closing: threading.Event) -> None:
    """Send a body without end, in chunks."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    try:
        while not closing.is_set():
            connection.sendall(chunk)
    except OSError:
        pass  # the caller hung up, as it should


def hangs_up(connection: socket, _closing: threading.Event) -> None:
    """End in the middle of the answer."""
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")


def is_no_http(connection: socket, _closing: threading.Event) -> None:
    """Answer in another tongue."""
    connection.sendall(b"220 mail.example.org ESMTP\r\n")
