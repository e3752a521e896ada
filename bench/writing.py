"""Facts one at a time and in batches, and passages, beside the disk and bare rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bench import disk
from bench.measure import LEAST, MICRO, MOST, Row, Spread, Target, each, in_turns, rates
from bench.shop import NOW, fill, person_of, told_of, yes
from placket.facts import Fact, Kind, canonical, fact_id
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.ground import Ground
    from placket.gate.gate import Gate

ONE: Final = "facts-one"
BATCHES: Final = "facts-batch"
PASSAGES: Final = "passages"
OF_SYNCS: Final = Target(sense=LEAST, bound=0.8, is_ratio=True)
KNOWN: Final = Target(sense=LEAST, bound=40_000)
NEW: Final = Target(sense=LEAST, bound=25_000)
A_PERSON: Final = Target(sense=MOST, bound=20)
A_SECOND: Final = "facts/s"
FRESH: Final = 10**6
"""Numbers from here on are of persons whom no ledger knows yet."""


def measure_one(ground: Ground) -> Iterator[Row]:
    """Time appends of one sealed fact each, of known persons, beside syncs of the same disk."""
    size = ground.size
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            fill(gate, range(size.persons))
            told = [[yes(call % size.persons, -1, f"one {call}")] for call in range(size.commits)]
            with disk.syncing(ground.folder) as sync:
                took, synced = in_turns(gate.append, sync, [(one, disk.PAGE) for one in told])
            yield Row(
                bench=ONE,
                job=f"a fact, sealed, with leaf and standing, {engine}",
                measured=Spread.of([1 / t for t in took], A_SECOND),
                floor=Spread.of([1 / s for s in synced], "syncs/s"),
                floor_name="4 KiB appended and synced on the same disk",
                target=OF_SYNCS,
            )


def measure_batches(ground: Ground) -> Iterator[Row]:
    """Time batches for persons who are known and for persons who are new."""
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            yield from _batches(ground, engine, gate)


def _batches(ground: Ground, engine: str, gate: Gate) -> Iterator[Row]:
    size = ground.size
    new = [_newcomers(size.batch, batch) for batch in range(size.batches + 1)]
    gate.append(new.pop())
    yield _row(ground, engine, "new", rates(gate.append, new, size.batch), new, NEW)
    fill(gate, range(size.batch))
    known = [
        [yes(number, -1, f"batch {batch}") for number in range(size.batch)]
        for batch in range(size.batches)
    ]
    yield _row(ground, engine, "known", rates(gate.append, known, size.batch), known, KNOWN)


def _row(  # noqa: PLR0913, PLR0917 - the parts of a row
    ground: Ground,
    engine: str,
    whose: str,
    measured: list[float],
    batches: Sequence[Sequence[Told]],
    target: Target,
) -> Row:
    bodies = [[canonical(told.fact) for told in batch] for batch in batches]
    persons = len({told.fact.person for told in batches[0]})
    return Row(
        bench=BATCHES,
        job=f"batches of {len(batches[0]):,} facts of {whose} persons, {engine}",
        measured=Spread.of(measured, A_SECOND),
        floor=Spread.of(disk.bare_batches(ground, engine, bodies), A_SECOND),
        floor_name="the same bytes sealed, hashed and written bare",
        target=target,
        note=f"a batch is about {persons:,} persons",
    )


def _newcomers(size: int, batch: int) -> list[Told]:
    told: list[Told] = []
    number = FRESH + batch * size
    while len(told) < size:
        told += told_of(number)
        number += 1
    return told[:size]


def measure_passages(ground: Ground) -> Iterator[Row]:
    """Time a passage of many persons: a use, which moves no standing, and a sending."""
    size = ground.size
    persons = tuple(person_of(number) for number in range(size.passage))
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            fill(gate, range(size.passage))
            for kind, word in ((Kind.USED, "used"), (Kind.SENT, "sent")):
                told = [[_passage(kind, persons, run)] for run in range(size.runs)]
                took = [t / size.passage for t in each(gate.append, told)]
                bare = [[name.encode() for name in persons]] * size.runs
                bared = [1 / rate for rate in disk.bare_batches(ground, engine, bare)]
                yield Row(
                    bench=PASSAGES,
                    job=f"`{word}` of {size.passage:,} persons, {engine}",
                    measured=Spread.of(took, "µs a person", scale=MICRO),
                    floor=Spread.of(bared, "µs a person", scale=MICRO),
                    floor_name="as many rows sealed, hashed and written bare",
                    target=A_PERSON,
                    note="" if kind is Kind.USED else "no contact rule of the policy counts it",
                )


def _passage(kind: Kind, persons: tuple[str, ...], run: int) -> Told:
    return Told(
        Fact(
            id=fact_id("passage", kind, run),
            kind=kind,
            persons=persons,
            activity="newsletter",
            channel="email",
            data=("email", "name"),
            occurred_at=NOW + run,
            recorded_at=NOW + run,
            by="shop",
            version="v1",
        )
    )
