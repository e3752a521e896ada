"""Programs run each in a process of its own, forked from one that has imported them already.

A command of ours spends most of its time on imports and on reading the law packs. Forked, it has
both, and else nothing of another run: its own folder, environment, streams and exit code. That
the installed script does the same is held by the tests that run the script itself.
"""

import array
import atexit
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
STREAMS = ("stdin", "stdout", "stderr")
DOOR = """#!{python} -IS
import array, json, os, socket, sys
link = socket.socket(socket.AF_UNIX)
link.connect({address!r})
asked = {{"call": "placket.cli:main", "arguments": sys.argv[1:], "cwd": os.getcwd()}}
asked["environ"] = dict(os.environ)
streams = array.array("i", [0, 1, 2])
link.sendmsg([json.dumps(asked).encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, streams)])
link.shutdown(socket.SHUT_WR)
code = int(link.recv(16) or b"70")
sys.exit(code if code >= 0 else 128 - code)
"""
"""A `placket` that hands its command line and streams to a process that has imported all."""

_ASKED_BYTES = 1 << 20


def run_forked(
    call: str,
    *arguments: str,
    cwd: Path = ROOT,
    given: str = "",
    environ: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Call `module:function` as the program that `arguments` are the command line of.

    environ: None for this process's own. The exit code is negative when a signal ended it.
    """
    with tempfile.TemporaryDirectory(prefix="placket-run-") as name:
        files = {stream: Path(name, stream) for stream in STREAMS}
        files["stdin"].write_text(given, encoding="utf-8")
        code = _parent().run(
            {
                "call": call,
                "arguments": arguments,
                "cwd": str(cwd),
                "environ": dict(os.environ if environ is None else environ),
                "streams": {stream: str(file) for stream, file in files.items()},
            }
        )
        out, err = (files[stream].read_text(encoding="utf-8") for stream in STREAMS[1:])
    return subprocess.CompletedProcess((call, *arguments), code, out, err)


class Parent:
    """The process that forks, told of one program after another by lines of JSON."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._turn = threading.Lock()

    def run(self, program: Mapping[str, Any]) -> int:
        """Have the program run to its end; return its exit code."""
        asked, answered = self._process.stdin, self._process.stdout
        assert asked is not None
        assert answered is not None
        with self._turn:
            asked.write(json.dumps(program) + "\n")
            asked.flush()
            return int(answered.readline())

    def close(self) -> None:
        """Let it end, and wait until it did."""
        self._process.communicate()


@cache
def _parent() -> Parent:
    made = Parent()
    atexit.register(made.close)
    return made


@contextmanager
def door(folder: Path) -> Iterator[Path]:
    """Lend a folder with a `placket` for shells that starts in a fiftieth of a second."""
    address = str(folder / "door")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.forked", address], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    script = folder / "bin" / "placket"
    script.parent.mkdir()
    script.write_text(DOOR.format(python=sys.executable, address=address), encoding="utf-8")
    script.chmod(0o700)
    yield script.parent
    process.terminate()
    process.communicate()


def _listen(address: str) -> None:
    """Fork for each caller; it gets the exit code of what it asked for."""
    _import_all()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("open", flush=True)  # noqa: T201 - whoever started it waits for this
        while True:
            caller, _ = listening.accept()
            if os.fork() == 0:
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _answer(caller)
            caller.close()


def _answer(caller: socket.socket) -> NoReturn:
    """Fork once more for the program, so that its end can be waited for, and tell its code."""
    streams = array.array("i", [-1] * len(STREAMS))
    size = socket.CMSG_SPACE(len(streams) * streams.itemsize)
    text, given, _, _ = caller.recvmsg(_ASKED_BYTES, size)
    while more := caller.recv(_ASKED_BYTES):
        text += more
    streams = array.array("i", given[0][2])
    child = os.fork()
    if child == 0:
        for number, opened in enumerate(streams):
            os.dup2(opened, number)
            os.close(opened)
        caller.close()
        _become(json.loads(text))
    for opened in streams:
        os.close(opened)
    _, status = os.waitpid(child, 0)
    caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _serve() -> None:
    """Fork for each line that comes, and answer with the exit code."""
    _import_all()
    for line in sys.stdin:
        program = json.loads(line)
        # Here, so that whoever calls it again forks from a process that has it too.
        importlib.import_module(program["call"].partition(":")[0])
        child = os.fork()
        if child == 0:
            _open_streams(program["streams"])
            _become(program)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - the answer


def _import_all() -> None:
    """Import every command and read the law, so that no child needs to."""
    from placket.cli.command import COMMANDS  # noqa: PLC0415 - only here, not in the tests' process
    from placket.law.packs import load_packs  # noqa: PLC0415 - as above

    for module, _ in COMMANDS.values():
        importlib.import_module(module)
    load_packs()
    gc.freeze()


def _become(program: Mapping[str, Any]) -> NoReturn:
    """Be the program, and end as it ends."""
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until it ends
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    os.environ.clear()
    os.environ.update(program["environ"])
    time.tzset()
    os.chdir(program["cwd"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    module, _, function = program["call"].partition(":")
    sys.argv = [module, *program["arguments"]]
    code = 1
    try:
        code = _exit_code(getattr(importlib.import_module(module), function))
    except BaseException:  # noqa: BLE001 - as the interpreter does for a whole program
        traceback.print_exc()
    finally:
        _end(code)


def _exit_code(function: Any) -> int:
    try:
        function()
    except SystemExit as left:
        if isinstance(left.code, str):
            sys.stderr.write(left.code + "\n")
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


def _open_streams(streams: Mapping[str, str]) -> None:
    """Put the program's files in place of the parent's pipes."""
    for number, (name, flags) in enumerate(
        zip(STREAMS, (os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2), strict=True)
    ):
        opened = os.open(streams[name], flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


def _end(code: int) -> NoReturn:
    """Do what the interpreter does at the end, without taking every module apart."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - waits for its threads
    atexit._run_exitfuncs()  # noqa: SLF001 - as above
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    # Who interrupts the tests ends them; this process ends with its standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.argv[1:]:
        _listen(sys.argv[1])
    _serve()
