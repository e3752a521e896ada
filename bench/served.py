"""Decide over HTTP, one worker, under wrk, beside a server that only answers."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.ground import SQLITE
from bench.measure import MICRO, MOST, Row, Spread, Target
from bench.shop import NEWSLETTER, fill
from placket.settings import write_settings
from placket.web.api.keys import FILE, new_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.ground import Ground
    from placket.gate.gate import Gate

NAME: Final = "decide-http"
CPU: Final = Target(sense=MOST, bound=90)
HALF: Final = Target(sense=MOST, bound=1)
CONNECTIONS: Final = 16
STOP_SECONDS: Final = 20
ROOT: Final = Path(__file__).parents[1]
_WORDS: Final = 5

# The load's own language. A pause of random length keeps the connections out of step.
SCRIPT: Final = """
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer {key}"
local n = 0
request = function()
  n = (n + 7919) % {persons}
  local subject = string.format('"subject":"email:p%d@example.org"', n)
  local body = '{{"activity":"{activity}","channel":"{channel}",' .. subject .. '}}'
  return wrk.format(nil, "/v1/decide", nil, body)
end
{pause}
done = function(summary, latency, requests)
  io.write(string.format("measured %d %d %f %d\\n", summary.requests, summary.duration,
    latency:percentile(50), summary.errors.status))
end
"""
PAUSE: Final = "delay = function() return math.random(0, {most}) end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one run of load came to: CPU of the server a request, rate, median latency."""

    cpu_seconds: float
    rate: float
    p50_seconds: float
    refused: int


def measure(ground: Ground) -> Iterator[Row]:
    """Time the served interface at full and at half load."""
    wrk = shutil.which("wrk")
    if wrk is None:
        yield Row(bench=NAME, job="decide over HTTP", measured=None, note="wrk is not on the path")
        return
    with ground.installation(SQLITE) as gate:
        fill(gate, range(ground.size.persons))
        key = _prepare(gate)
        with _serving(_placket(gate)) as served, _serving(_bare()) as bare:
            yield from _rows(ground, wrk, key, served, bare)


def _rows(ground: Ground, wrk: str, key: str, served: _Server, bare: _Server) -> Iterator[Row]:
    def runs(server: _Server, pause_ms: int = 0) -> list[Load]:
        return [_load(ground, wrk, key, server, pause_ms) for _ in range(ground.size.runs)]

    floor, full = runs(bare), runs(served)
    rate = sorted(load.rate for load in full)[len(full) // 2]
    refused = sum(load.refused for load in full)
    yield Row(
        bench=NAME,
        job="decide over HTTP, CPU of one worker a request",
        measured=Spread.of([load.cpu_seconds for load in full], "µs", scale=MICRO),
        floor=Spread.of([load.cpu_seconds for load in floor], "µs", scale=MICRO),
        floor_name="the same server answering fixed bytes",
        target=CPU,
        note=f"{rate:,.0f} requests/s at full load, {refused} refused",
    )
    # The pauses alone give half the rate; each is drawn from nothing to twice the mean.
    pause_ms = round(2 * (2 * CONNECTIONS / rate) * 1000)
    half = runs(served, pause_ms)
    bare_half = runs(bare, pause_ms)
    yield Row(
        bench=NAME,
        job="decide over HTTP, median at half load",
        measured=Spread.of([load.p50_seconds for load in half], "ms", scale=1000),
        floor=Spread.of([load.p50_seconds for load in bare_half], "ms", scale=1000),
        floor_name="the same server answering fixed bytes",
        target=HALF,
        note=f"{sorted(load.rate for load in half)[len(half) // 2]:,.0f} requests/s",
    )


@dataclass(frozen=True, slots=True)
class _Server:
    process_id: int
    address: str


def _prepare(gate: Gate) -> str:
    folder = gate.settings.folder
    (folder / "placket.toml").write_text(write_settings(gate.settings), encoding="utf-8")
    return new_key(folder / FILE, "bench", ["decide"])


def _placket(gate: Gate) -> list[str]:
    program = str(Path(sys.executable).with_name("placket"))
    config = str(gate.settings.folder / "placket.toml")
    return [program, "serve", "--port", "0", "--config", config]


def _bare() -> list[str]:
    return [sys.executable, "-m", "bench.bare"]


@contextmanager
def _serving(command: list[str]) -> Iterator[_Server]:
    """Start a server, yield it once it says where it is, and stop it by its process."""
    process = subprocess.Popen(  # noqa: S603 - our own programs
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT, text=True
    )
    try:
        if process.stdout is None:
            raise ValueError("a server's output is a pipe")
        first = process.stdout.readline().split()
        if not first:
            raise RuntimeError(f"{Path(command[0]).name} did not start")
        yield _Server(process.pid, first[-1])
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        if process.stdout is not None:
            process.stdout.close()


def _load(ground: Ground, wrk: str, key: str, server: _Server, pause_ms: int) -> Load:
    script = ground.new_folder() / "load.lua"
    script.write_text(
        SCRIPT.format(
            key=key,
            persons=ground.size.persons,
            activity=NEWSLETTER.activity,
            channel=NEWSLETTER.channel,
            pause=PAUSE.format(most=pause_ms) if pause_ms else "",
        ),
        encoding="utf-8",
    )
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{ground.size.seconds}s", "-s", str(script)]
    before = _cpu_seconds(server.process_id)
    done = subprocess.run(  # noqa: S603 - a program of the distribution, on loopback
        [*command, server.address], capture_output=True, text=True, check=True
    )
    spent = _cpu_seconds(server.process_id) - before
    line = next(line for line in done.stdout.splitlines() if line.startswith("measured "))
    _, requests, micros, p50, refused = line.split()[:_WORDS]
    return Load(
        cpu_seconds=spent / max(int(requests), 1),
        rate=int(requests) / (int(micros) / MICRO),
        p50_seconds=float(p50) / MICRO,
        refused=int(refused),
    )


def _cpu_seconds(process_id: int) -> float:
    """Return the seconds of CPU that a process has used, its own and the system's for it."""
    text = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii")
    fields = text.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
