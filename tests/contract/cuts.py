"""Cuts a process at its k-th boundary: an SQL statement, or a named point of ours."""

from __future__ import annotations

import mmap
import os
import signal
import sqlite3
import sys
import traceback
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import psycopg

from placket.keyring import wrapping
from placket.plan import apply
from placket.store import ledger

if TYPE_CHECKING:
    from collections.abc import Callable

Level = Literal["statement", "point"]

POINTS: Final = frozenset(module.no_point.__code__ for module in (ledger, apply, wrapping))
"""The code that the product calls at a named point, wherever nobody gave it another."""

_COUNT_BYTES: Final = 8


class Cutter:
    """Counts boundaries where its parent sees it; kills the process at the k-th.

    at: 0 for never. What it counted and the names that it met stand in memory that both share.
    """

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self._shared = mmap.mmap(-1, mmap.PAGESIZE * 16)
        self._shared.seek(_COUNT_BYTES)

    def __call__(self, name: str = "") -> None:
        count = self.count + 1
        self._shared[:_COUNT_BYTES] = count.to_bytes(_COUNT_BYTES, "big")
        if name:
            self._shared.write(f"{name}\n".encode())
        if count == self._at:
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def count(self) -> int:
        """Return how many boundaries there were."""
        return int.from_bytes(self._shared[:_COUNT_BYTES], "big")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the boundaries in their order, of those that have one."""
        return tuple(self._shared[_COUNT_BYTES:].rstrip(b"\0").decode().splitlines())

    def close(self) -> None:
        """Let go of the shared memory."""
        self._shared.close()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. count, names: the boundaries that it reached, up to where it was cut."""

    is_cut: bool
    count: int
    names: tuple[str, ...]


def in_child(do: Callable[[], None], level: Level = "statement", at: int = 0) -> Ended:
    """Do it in a child that is killed at its `at`-th boundary; an error of its own is raised."""
    cutter = Cutter(at)
    child = os.fork()
    if child == 0:
        _become(do, level, cutter)
    _, status = os.waitpid(child, 0)
    ended = Ended(os.WIFSIGNALED(status), cutter.count, cutter.names)
    cutter.close()
    if status and not ended.is_cut:
        raise AssertionError(f"a child that was to be cut at {level} {at} failed by itself")
    return ended


def _become(do: Callable[[], None], level: Level, cutter: Cutter) -> None:
    """Do it and end, without what the parent does at its end."""
    with suppress(BaseException):
        try:
            _WATCHES[level](cutter)
            do()
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told, and then it ends
            traceback.print_exc()
            sys.stderr.flush()
    os._exit(1)


def _watch_statements(cutter: Cutter) -> None:
    """Count what each database is asked before it is: here drivers, never code of ours, change."""
    connect: Any = sqlite3.connect

    def traced(*given: Any, **named: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **named)
        connection.set_trace_callback(lambda _text: cutter())
        return connection

    drivers: tuple[Any, ...] = (sqlite3, sqlite3.dbapi2)
    for driver in drivers:
        driver.connect = traced
    _before(psycopg.Connection, "wait", cutter)


def _before(kind: Any, method: str, cutter: Cutter) -> None:
    done = getattr(kind, method)

    def asked(*given: Any, **named: Any) -> Any:
        cutter()
        return done(*given, **named)

    setattr(kind, method, asked)


def _watch_points(cutter: Cutter) -> None:
    """Count the calls of what does nothing at a named point."""

    def seen(frame: Any, event: str, _given: object) -> None:
        if event == "call" and frame.f_code in POINTS:
            cutter(frame.f_locals["_name"])

    sys.setprofile(seen)


_WATCHES: Final = {"statement": _watch_statements, "point": _watch_points}
