"""A piece of work in a process of its own, every system call of it traced or failed by strace."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NoReturn

from tests.forked import run_forked

if TYPE_CHECKING:
    from collections.abc import Sequence

Say = Callable[[str], None]
"""Tells the watching process what was acknowledged, by a call that nothing else makes."""

_PR_SET_PTRACER: Final = 0x59616D61
_ANYBODY: Final = ctypes.c_ulong(-1)
_WIDEST: Final = 1 << 22


class Untraceable(RuntimeError):
    """no process may trace another on this machine."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a traced process ended: its exit code, negative for a signal, and what it said."""

    code: int
    said: tuple[str, ...]


@cache
def why_untraceable() -> str:
    """Return why nothing can be traced here, empty where it can."""
    if shutil.which("strace") is None:
        return "no strace is on the path"
    return run_forked(f"{__name__}:program").stdout


def program() -> None:
    """Print why nothing can be traced here."""
    try:
        ended = traced(lambda say: say("here"), ["-o", os.devnull, "-e", "trace=sendto"])
    except Untraceable as refused:
        sys.stdout.write(str(refused))
        return
    if ended != Ended(0, ("here",)):
        sys.stdout.write(f"strace ends what it traces: {ended}")


def traced(work: Callable[[Say], None], options: Sequence[str]) -> Ended:
    """Run `work` in a child under strace with `options`; return how it ended.

    The child is forked from this process, which has imported all, and waits until it is traced.
    Raises Untraceable.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with closing(ours), closing(theirs):
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WIDEST)
        child = os.fork()
        if child == 0:
            ours.close()
            _be_traced(work, theirs)
        theirs.close()
        return _watched(child, ours, options)


def _watched(child: int, ours: socket.socket, options: Sequence[str]) -> Ended:
    command = ["strace", "-f", "-p", str(child), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        first = next((line for line in strace.stderr if not line.startswith("strace: Req")), "")
        if "attached" not in first:
            ours.close()
            os.waitpid(child, 0)
            raise Untraceable(first.strip() or "strace ended at once")
        ours.send(b"go")
        said = []
        while told := ours.recv(_WIDEST):
            said.append(told.decode())
        _, status = os.waitpid(child, 0)
        strace.communicate()
    return Ended(os.waitstatus_to_exitcode(status), tuple(said))


def _say(theirs: socket.socket, told: str) -> None:
    theirs.send(told.encode())


def _be_traced(work: Callable[[Say], None], theirs: socket.socket) -> NoReturn:
    # Where only parents may trace, strace is none; elsewhere this does nothing.
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
    if not theirs.recv(2):
        os._exit(1)
    code = 1
    try:
        work(partial(_say, theirs))
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:  # noqa: BLE001 - the child must not go on as a copy of its parent
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)
