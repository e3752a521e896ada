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

    at: 0 for never. What it counted and where it cut stand in memory that both share.
    """

    def __init__(self, at: int = 0) -> None:
        self._at = at
        self._shared = mmap.mmap(-1, mmap.PAGESIZE)

    def __call__(self, name: str = "") -> None:
        count = self.count + 1
        self._shared[:_COUNT_BYTES] = count.to_bytes(_COUNT_BYTES, "big")
        if count == self._at:
            said = name.encode()[:200]
            self._shared[_COUNT_BYTES : _COUNT_BYTES + len(said)] = said
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def count(self) -> int:
        """Return how many boundaries there were."""
        return int.from_bytes(self._shared[:_COUNT_BYTES], "big")

    @property
    def name(self) -> str:
        """Return the boundary at which it cut."""
        return self._shared[_COUNT_BYTES:].rstrip(b"\0").decode(errors="replace")

    def close(self) -> None:
        """Let go of the shared memory."""
        self._shared.close()


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. count: the boundaries that it reached; name: the one it was cut at."""

    is_cut: bool
    count: int
    name: str


def in_child(do: Callable[[], None], level: Level = "statement", at: int = 0) -> Ended:
    """Do it in a child that is killed at its `at`-th boundary; an error of its own is raised."""
    cutter = Cutter(at)
    child = os.fork()
    if child == 0:
        _become(do, level, cutter)
    _, status = os.waitpid(child, 0)
    ended = Ended(os.WIFSIGNALED(status), cutter.count, cutter.name)
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
        connection.set_trace_callback(cutter)
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
