"""Decide with the read of the standing, beside a bare keyed select of the same columns."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from bench.measure import MICRO, MOST, Row, Spread, Target, each, in_turns
from bench.shop import NEWSLETTER, fill, person_of, subject_of
from placket.decide.condition import leaves
from placket.decide.decide import decide, prepare
from placket.standing.layout import layout_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.ground import Ground
    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.standing.layout import Layout

NAME: Final = "decide-read"
TARGETS: Final = {
    "SQLite": Target(sense=MOST, bound=20),
    "PostgreSQL": Target(sense=MOST, bound=1.3, is_ratio=True),
}
TAIL: Final = Target(sense=MOST, bound=10, is_ratio=True, is_tail=True)


def measure(ground: Ground) -> Iterator[Row]:
    """Time the read and the decision, by hash and by address, on each engine."""
    for engine in ground.engines:
        with ground.installation(engine) as gate:
            fill(gate, range(ground.size.persons))
            yield from _rows(ground, engine, gate)


def _rows(ground: Ground, engine: str, gate: Gate) -> Iterator[Row]:
    numbers = [call * 7919 % ground.size.persons for call in range(ground.size.calls)]
    subjects = [subject_of(number) for number in numbers]
    hashes = [gate.hash_of(gate.identifier(subject)) for subject in subjects]
    policy, ledger, digest = gate.policy, gate.ledger, gate.layout.digest
    now = gate.now()

    def by_hash(keyed_hash: bytes) -> object:
        standing = ledger.standing_by_identifier(keyed_hash, digest)
        return decide(policy, standing, NEWSLETTER, now)

    with bare_select(gate) as select:
        pairs = list(zip(hashes, [person_of(number) for number in numbers], strict=True))
        in_turns(by_hash, select, pairs[:100])
        took, floored = in_turns(by_hash, select, pairs)
    measured = Spread.of(took, "µs", scale=MICRO)
    floor = Spread.of(floored, "µs", scale=MICRO)
    bare = "keyed select of the activity's columns"
    yield Row(
        bench=NAME,
        job=f"decide with the read, {engine}",
        measured=measured,
        floor=floor,
        floor_name=bare,
        target=TARGETS[engine],
    )
    yield Row(
        bench=NAME,
        job=f"the same, its 99th of a hundred, {engine}",
        measured=measured,
        floor=measured,
        floor_name="its own median",
        target=TAIL,
        note=f"99th of a hundred: {measured.p99:.0f} µs",
    )
    took = each(lambda subject: gate.decide(subject, NEWSLETTER), subjects)
    yield Row(
        bench=NAME,
        job=f"the same from an address, parsed and hashed, {engine}",
        measured=Spread.of(took, "µs", scale=MICRO),
        floor=floor,
        floor_name=bare,
    )


def asked_columns(policy: Policy) -> tuple[str, ...]:
    """Return the columns that the newsletter's dense conditions read, in order."""
    layout = layout_of(policy)
    steps = prepare(policy, NEWSLETTER).steps
    names = dict.fromkeys(leaf.name for step in steps for leaf in leaves(step.denies))
    stems = [layout.columns[name] for name in names if name in layout.columns]
    return tuple(f"{stem}_{end}" for stem in stems for end in ("from", "until"))


@contextmanager
def bare_select(gate: Gate) -> Iterator[Callable[[str], object]]:
    """Lend a function that reads the activity's columns of one person by the bare driver."""
    columns, url = asked_columns(gate.policy), gate.settings.ledger
    if gate.ledger.dialect == "sqlite":
        with _sqlite(url, columns, gate.layout) as select:
            yield select
    else:
        with _postgres(url, columns, gate.layout) as select:
            yield select


@contextmanager
def _sqlite(
    url: str, columns: tuple[str, ...], layout: Layout
) -> Iterator[Callable[[str], object]]:
    text = f"SELECT {', '.join(columns)} FROM {layout.wide} WHERE person = ?"  # noqa: S608 - the layout's own names
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("PRAGMA cache_size = -65536")
        yield lambda person: connection.execute(text, (person,)).fetchone()


@contextmanager
def _postgres(
    url: str, columns: tuple[str, ...], layout: Layout
) -> Iterator[Callable[[str], object]]:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    table = sql.Identifier("placket", layout.wide)
    with psycopg.connect(url, autocommit=True) as connection:
        text = (
            (sql.SQL("SELECT {} FROM {} WHERE person = %s").format(names, table))
            .as_string(connection)
            .encode()
        )

        def select(person: str) -> Any:
            return connection.cursor(binary=True).execute(text, (person,)).fetchone()

        yield select
