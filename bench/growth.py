"""A ledger that grows on PostgreSQL, ten facts a person: loaded, folded again, asked, verified.

After each size the same jobs are timed, each with the greatest memory that it took, so that one
sees whether time grows as the ledger does, and whether memory does not.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

from bench.ground import POSTGRES, SMALL_SHOP, policy_text
from bench.measure import Row, Spread
from bench.shop import NEWSLETTER, more_of, told_of
from bench.stored import run_on
from placket.gate.opening import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.ground import Ground
    from placket.gate.gate import Gate
    from placket.sources.told import Told

NAME: Final = "growth"
FACTS_A_PERSON: Final = 10
DISK_BYTES_A_FACT: Final = 1_500
"""With its indexes, its standing twice over, and the write-ahead log, on the safe side."""

_BATCH: Final = 1_000
_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")


def measure(ground: Ground) -> Iterator[Row]:
    """Grow one ledger from size to size, and time what grows with it."""
    if POSTGRES not in ground.engines:
        return
    with ground.installation(POSTGRES, SMALL_SHOP) as gate:
        before = 0
        for number, persons in enumerate(ground.size.growth):
            whom = f"{persons:,} persons, {persons * FACTS_A_PERSON:,} facts"
            wanted = (persons - before) * FACTS_A_PERSON * DISK_BYTES_A_FACT
            free = shutil.disk_usage(ground.folder).free
            if free < wanted:
                note = f"{free / 1e9:.0f} GB are free, {wanted / 1e9:.0f} are wanted"
                yield Row(bench=NAME, job=f"growth to {whom}", measured=None, note=note)
                return
            yield from _grown(gate, range(before, persons), whom, number)
            before = persons


def _grown(gate: Gate, new: range, whom: str, number: int) -> Iterator[Row]:
    """Load the persons of `new`, and time the jobs over all."""
    persons, facts = new.stop, new.stop * FACTS_A_PERSON
    jobs: tuple[tuple[str, int, str, Callable[[], object]], ...] = (
        ("loaded", len(new) * FACTS_A_PERSON, "facts/s", lambda: _load(gate, new)),
        ("folded again", persons, "persons/s", lambda: _refold(gate, number)),
        ("statistics", persons, "persons/s", lambda: run_on(gate.settings.ledger, "ANALYZE")),
        ("eligible, counted", persons, "persons/s", lambda: gate.count(NEWSLETTER)),
        ("eligible, every id", persons, "persons/s", lambda: _read(gate)),
        ("verified", facts, "facts/s", lambda: _verify(gate, standing=False)),
        ("verified with standing", facts, "facts/s", lambda: _verify(gate, standing=True)),
    )
    for what, count, unit, job in jobs:
        yield _timed(f"{what}, {whom}", count, unit, job)
    size = run_on(gate.settings.ledger, "SELECT pg_database_size(current_database())")[0][0]
    yield Row(
        bench=NAME,
        job=f"bytes of the database a fact, {whom}",
        measured=Spread.of([size / facts], "bytes"),
        note=f"{size / 1e9:.1f} GB",
    )


def _timed(what: str, number: int, unit: str, job: Callable[[], object]) -> Row:
    _forget_peak()
    began = perf_counter()
    job()
    took = perf_counter() - began
    peak = f", at most {_peak_megabytes():,} MB" if _STATUS.exists() else ""
    return Row(
        bench=NAME,
        job=what,
        measured=Spread.of([number / took], unit),
        note=f"{took:,.1f} s{peak}",
    )


def _load(gate: Gate, new: range) -> None:
    for start in range(new.start, new.stop, _BATCH):
        some = range(start, min(start + _BATCH, new.stop))
        gate.append([told for n in some for told in _history(n)])
        gate.sequence()


def _history(number: int) -> list[Told]:
    told = told_of(number)
    return [*told, *more_of(number, FACTS_A_PERSON - len(told))]


def _refold(gate: Gate, number: int) -> None:
    """Publish a version whose periods are other ones, so that everybody is folded again."""
    text = policy_text(SMALL_SHOP).replace("version: v1", f"version: v{number + 2}")
    years = ("five", "5") if number % 2 == 0 else ("seven", "7")
    text = text.replace("six years", f"{years[0]} years").replace("6 years", f"{years[1]} years")
    done = publish(gate, text, "policy.md", by="bench")
    if not done.version:
        raise ValueError("\n".join(map(str, done.problems)))


def _read(gate: Gate) -> int:
    return sum(1 for _ in gate.eligible(NEWSLETTER))


def _verify(gate: Gate, *, standing: bool) -> None:
    found = gate.verify(standing=standing)
    if not found.is_whole:
        raise ValueError(str(found.damage))


def _forget_peak() -> None:
    """Let the system count this process's greatest memory from now on, where it can."""
    with suppress(OSError):
        _CLEAR.write_text("5", encoding="ascii")


def _peak_megabytes() -> int:
    line = next(x for x in _STATUS.read_text("ascii").splitlines() if x.startswith("VmHWM"))
    return int(line.split()[1]) // 1_024
