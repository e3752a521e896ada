"""Connections that wait to be lent again, given and taken by many threads at once."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Idle(Generic[T]):
    """What is not lent now. After `close` nothing waits any more: what comes back is let go."""

    def __init__(self, let_go: Callable[[T], None]) -> None:
        self._let_go = let_go
        self._waiting: list[T] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def take(self) -> T | None:
        """Return one that waits, the last given first, or None when all are lent."""
        with self._lock:
            return self._waiting.pop() if self._waiting else None

    def give(self, back: T) -> None:
        """Let `back` wait to be taken again."""
        with self._lock:
            if not self._is_closed:
                self._waiting.append(back)
                return
        self._let_go(back)

    def clear(self) -> None:
        """Let go of all that wait."""
        with self._lock:
            found, self._waiting = self._waiting, []
        for each in found:
            self._let_go(each)

    def close(self) -> None:
        """Let go of all that wait, and of each that comes back later."""
        with self._lock:
            self._is_closed = True
        self.clear()
