"""Programs run each in a process of its own, forked from one that has imported them already.

A command of ours spends most of its time on imports and on reading the law packs. Forked, it has
both, and else nothing of another run: its own folder, environment, streams and exit code. That
the installed script does the same is held by the tests that run the script itself.
"""

import atexit
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).parents[1]
STREAMS = ("stdin", "stdout", "stderr")


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


def _serve() -> None:
    """Fork for each line that comes, and answer with the exit code."""
    _import_all()
    for line in sys.stdin:
        program = json.loads(line)
        # Here, so that whoever calls it again forks from a process that has it too.
        importlib.import_module(program["call"].partition(":")[0])
        child = os.fork()
        if child == 0:
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
    _open_streams(program["streams"])
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
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - until it ends
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - as above


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
    _serve()
