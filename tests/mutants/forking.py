"""A process for each mutant, a few at a time, each ended by a test that fails or takes too long."""

from __future__ import annotations

import mmap
import os
import resource
import signal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KILLED: Final = 0
SURVIVED: Final = 1
CANNOT_REPLACE: Final = 2
BROKEN: Final = 3

_WALL_SECONDS: Final = 600
_MEMORY: Final = 4 << 30
_NUMBER: Final = 4


class Noted:
    """One number for each mutant, which its process writes and the process that forks reads."""

    def __init__(self, mutants: int) -> None:
        self._shared = mmap.mmap(-1, _NUMBER * (mutants + 1))

    def write(self, mutant: int, test: int) -> None:
        """Note the test that the mutant is in."""
        place = _NUMBER * mutant
        self._shared[place : place + _NUMBER] = test.to_bytes(_NUMBER, "little")

    def read(self, mutant: int) -> int:
        """Return the test that the mutant came to."""
        place = _NUMBER * mutant
        return int.from_bytes(self._shared[place : place + _NUMBER], "little")


def forked(numbers: Iterable[int], processes: int) -> Iterator[tuple[int, int | None]]:
    """Yield each number with the exit code of its process, negative when a signal ended it.

    In the process that is forked for a number it is yielded with None, as the last.
    """
    running: dict[int, int] = {}
    for number in numbers:
        if len(running) >= processes:
            yield _ended(running)
        if (child := os.fork()) == 0:
            _in_silence()
            yield number, None
            return
        running[child] = number
    while running:
        yield _ended(running)


def _ended(running: dict[int, int]) -> tuple[int, int]:
    child, status = os.wait()
    return running.pop(child), os.waitstatus_to_exitcode(status)


def limit(seconds: float) -> None:
    """Let this process be ended when it takes far longer than `seconds` of CPU from now on."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = spent.ru_utime + spent.ru_stime + 10 * seconds + 3
    resource.setrlimit(resource.RLIMIT_CPU, (int(until), resource.RLIM_INFINITY))
    signal.alarm(_WALL_SECONDS)


def _in_silence() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)
