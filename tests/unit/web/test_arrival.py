"""Connections that are slow on purpose, against a server that has little patience."""

import asyncio

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.server import ServerState

from placket.web.arrival import MOST_HEAD_BYTES, PromptProtocol

HEAD = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n"


class Quick(PromptProtocol):
    """Waits for a tenth of a second."""

    seconds = 0.1


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"<" + body + b">"})


async def answer_to(*sent: bytes, protocol: type[PromptProtocol] = Quick) -> bytes:
    """Return all that the server sends until it closes the connection; nothing else is sent."""
    state, config = ServerState(), Config(echo, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in sent:
            writer.write(part)
            await writer.drain()
        try:
            return await asyncio.wait_for(reader.read(), timeout=30)
        finally:
            writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD, HEAD + b"ab"])
def test_a_request_that_does_not_arrive_is_not_waited_for(sent: bytes) -> None:
    answer = asyncio.run(answer_to(sent))

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert answer.endswith(b"send it again")


def test_the_next_request_of_a_connection_is_not_waited_for_either() -> None:
    answer = asyncio.run(answer_to(HEAD + b"abcd", HEAD + b"ab"))

    assert b"<abcd>" in answer
    assert b"HTTP/1.1 408 " in answer


def test_a_head_without_an_end_is_refused() -> None:
    class Patient(PromptProtocol):
        """Would wait longer than the test."""

    endless = b"GET / HTTP/1.1\r\nx: " + b"a" * (MOST_HEAD_BYTES + 1)

    answer = asyncio.run(answer_to(endless, protocol=Patient))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"too long.")
