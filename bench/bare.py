"""The floor of an answer over HTTP: the same server, an application that only answers."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

ANSWER = b'{"outcome":"permit"}'.ljust(600)
"""About as long as a decision."""


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and answer the same bytes every time."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": ANSWER})


def main() -> None:
    """Serve on a free loopback port and write where, as `placket serve` does."""
    # Named as TCP, so that the server sends small packets at once, as `placket serve` does.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    sys.stdout.write(f"serving http://127.0.0.1:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    config = uvicorn.Config(
        app, access_log=False, log_config=None, lifespan="off", server_header=False, ws="none"
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
