"""A wire to a database server that is cut after a byte of what the server answers."""

from __future__ import annotations

import mmap
import os
import selectors
import signal
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

COMMITTED: Final = b"C\x00\x00\x00\x0bCOMMIT\x00"
"""How a PostgreSQL server answers a COMMIT that was done."""

_WORD: Final = 8
_CHUNK: Final = 65_536


class Wire:
    """Carries every connection to a server, in a process of its own; cuts one of them, once.

    after: how many bytes of the server's answers pass, over all connections; 0 for all. What
    passed, and where each answer to a COMMIT began, stand in memory that both processes share.
    """

    def __init__(self, to: tuple[str, int], after: int = 0) -> None:
        self._to, self._after = to, after
        self._shared = mmap.mmap(-1, mmap.PAGESIZE * 4)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._child = os.fork()
        if self._child == 0:
            with suppress(BaseException):
                self._serve()
            os._exit(0)
        port = self._listening.getsockname()[1]
        self._listening.close()
        self.port = int(port)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _raised: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)

    @property
    def passed(self) -> int:
        """Return how many bytes of answers passed."""
        return self._word(0)

    @property
    def is_cut(self) -> bool:
        """Say whether a connection was cut."""
        return bool(self._word(1))

    @property
    def commits(self) -> list[int]:
        """Return before which bytes a COMMIT was answered."""
        return [self._word(3 + number) for number in range(self._word(2))]

    def _word(self, at: int) -> int:
        return int.from_bytes(self._shared[at * _WORD : (at + 1) * _WORD], "big")

    def _put(self, at: int, value: int) -> None:
        self._shared[at * _WORD : (at + 1) * _WORD] = value.to_bytes(_WORD, "big")

    def _serve(self) -> None:
        """Carry on both sides, one chunk after another."""
        ready = selectors.DefaultSelector()
        ready.register(self._listening, selectors.EVENT_READ)
        ends: dict[socket.socket, tuple[socket.socket, bool]] = {}
        while True:
            for key, _ in ready.select():
                at = key.fileobj
                assert isinstance(at, socket.socket)
                if at is self._listening:
                    client, _ = at.accept()
                    server = socket.create_connection(self._to)
                    ends[client], ends[server] = (server, False), (client, True)
                    ready.register(client, selectors.EVENT_READ)
                    ready.register(server, selectors.EVENT_READ)
                elif at in ends and not self._carry(at, *ends[at]):
                    for end in (at, ends[at][0]):
                        ready.unregister(end)
                        del ends[end]
                        end.close()

    def _carry(self, at: socket.socket, to: socket.socket, is_answer: bool) -> bool:
        """Carry what has come; say whether the connection goes on."""
        try:
            found = at.recv(_CHUNK)
            passes = self._passing(found) if is_answer else found
            to.sendall(passes)
        except OSError:
            return False
        return bool(found) and len(passes) == len(found)

    def _passing(self, found: bytes) -> bytes:
        """Return what passes of an answer."""
        before = self.passed
        start = found.find(COMMITTED)
        while start >= 0:
            number = self._word(2)
            self._put(3 + number, before + start)
            self._put(2, number + 1)
            start = found.find(COMMITTED, start + 1)
        is_last = not self.is_cut and 0 < self._after <= before + len(found)
        if is_last:
            self._put(1, 1)
            found = found[: max(self._after - before, 0)]
        self._put(0, before + len(found))
        return found
