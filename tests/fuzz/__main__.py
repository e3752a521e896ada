"""`python -m tests.fuzz [NAME ...] --seconds N`: fuzz the readers with atheris, one after another.

Each reader has a process of its own, guided by which of our code it reaches. A text that breaks
a rule is kept in `.fuzz/`, and the exit code is 1. Prints how many texts each reader was given.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

FOUND = Path(".fuzz")
RUN = re.compile(r"stat::number_of_executed_units: (\d+)")
LONGEST_BYTES = 4_096
SLOWEST_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzed:
    """How many texts a reader was given, and what it printed where it broke."""

    name: str
    texts: int
    broke: str


def main() -> int:
    """Fuzz each reader that is named, or all."""
    asked = argparse.ArgumentParser(prog="python -m tests.fuzz")
    asked.add_argument("names", nargs="*")
    asked.add_argument("--seconds", type=int, default=15)
    asked.add_argument("--processes", type=int, default=1)
    asked.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.child:
        return _fuzz(given.names[0], given.seconds)
    from tests.fuzz.targets import targets  # noqa: PLC0415 - a child imports it instrumented

    names = given.names or sorted(targets())
    with ThreadPoolExecutor(given.processes) as pool:
        done = list(pool.map(lambda name: _told(_run(name, given.seconds)), names))
    _say(f"{sum(each.texts for each in done):,} texts, {len(done)} readers")
    return 1 if any(each.broke for each in done) else 0


def _run(name: str, seconds: int) -> Fuzzed:
    FOUND.mkdir(exist_ok=True)
    words = [sys.executable, "-m", "tests.fuzz", name, "--child", "--seconds", str(seconds)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    run = RUN.search(done.stderr)
    broke = done.stderr if done.returncode or run is None else ""
    return Fuzzed(name=name, texts=int(run[1]) if run else 0, broke=broke)


def _told(fuzzed: Fuzzed) -> Fuzzed:
    _say(f"{fuzzed.name:12} {fuzzed.texts:>9,} {'BROKE' if fuzzed.broke else 'holds'}")
    if fuzzed.broke:
        _say(fuzzed.broke[-4_000:])
    return fuzzed


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _fuzz(name: str, seconds: int) -> int:
    import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]  # noqa: PLC0415 - an extra

    with atheris.instrument_imports(include=["placket"]):
        from tests.fuzz.targets import targets  # noqa: PLC0415 - instrumented here

    target = targets()[name]
    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(target.seeds):
            Path(corpus, str(number)).write_bytes(seed[:LONGEST_BYTES])
        options = (
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST_BYTES}",
            f"-timeout={SLOWEST_SECONDS}",
            f"-artifact_prefix={FOUND}/{name.replace(' ', '-')}-",
            "-print_final_stats=1",
            "-seed=1",
            "-rss_limit_mb=3000",
        )
        atheris.Setup([sys.argv[0], *options, corpus], target.holds)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
