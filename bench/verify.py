"""Verify the tree over the stored bytes, and refold everybody, beside hashing alone."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from bench.measure import LEAST, Row, Spread, Target, repeated
from bench.shop import fill
from bench.stored import bodies_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.ground import Ground
    from placket.gate.gate import Gate

NAME: Final = "verify"
TREE: Final = Target(sense=LEAST, bound=500_000)
REFOLD: Final = Target(sense=LEAST, bound=50_000)
A_SECOND: Final = "facts/s"


def measure(ground: Ground) -> Iterator[Row]:
    """Time `audit verify` without and with the standing, on each engine."""
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            fill(gate, range(ground.size.persons))
            yield from _rows(ground, engine, gate)


def _rows(ground: Ground, engine: str, gate: Gate) -> Iterator[Row]:
    facts, runs = gate.size(), ground.size.runs
    bodies = bodies_of(gate)
    hashed = repeated(lambda: _hash(bodies), runs)
    read = repeated(lambda: bodies_of(gate), runs)
    tree = repeated(gate.verify, runs)
    yield Row(
        bench=NAME,
        job=f"the tree over stored bytes, {engine}",
        measured=Spread.of([facts / took for took in tree], A_SECOND),
        floor=Spread.of([facts / took for took in hashed], A_SECOND),
        floor_name="SHA-256 over the same bytes in memory",
        target=TREE,
        note=f"reading the bytes alone: {facts / min(read):,.0f} {A_SECOND}",
    )
    whole = repeated(lambda: gate.verify(standing=True), runs)
    persons = gate.verify(standing=True).standings
    median = sorted(whole)[len(whole) // 2]
    yield Row(
        bench=NAME,
        job=f"the tree, and everybody folded again, {engine}",
        measured=Spread.of([facts / took for took in whole], A_SECOND),
        floor=Spread.of([facts / took for took in hashed], A_SECOND),
        floor_name="SHA-256 over the same bytes in memory",
        target=REFOLD,
        note=f"{persons:,} persons, {persons / median:,.0f} a second",
    )


def _hash(bodies: Sequence[bytes]) -> None:
    for body in bodies:
        sha256(b"\x00" + body).digest()
