"""Bulk eligibility of a crowd in 40 columns: counted, counted by an index, all ids out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

import psycopg

from bench.ground import FULL, POSTGRES, SMALL_SHOP, SQLITE
from bench.measure import MILLI, MOST, Row, Spread, Target, repeated_in_turns, spent
from bench.shop import NEWSLETTER, standing_of
from bench.stored import run_on
from placket.decide.decide import prepare
from placket.decide.index import suggested_index
from placket.decide.sql import count_eligible, printed, select_eligible
from placket.gate import bitmaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bench.ground import Ground
    from placket.gate.gate import Gate
    from placket.standing.layout import Layout

NAME: Final = "eligible"
PATTERNS: Final = 1_000
"""Different histories, each repeated through the crowd with instants of its own."""

CHUNK: Final = 500_000
DISK_BYTES_A_PERSON: Final = 1_000
UNINDEXED: Final = Target(sense=MOST, bound=1.5)
INDEXED: Final = Target(sense=MOST, bound=0.3)
BITMAP: Final = Target(sense=MOST, bound=100)
IDS: Final = Target(sense=MOST, bound=4)
SECONDS: Final = "s"


def measure(ground: Ground) -> Iterator[Row]:
    """Time the compiled query of one activity over a crowd, on each engine."""
    for engine in ground.engines:
        with ground.installation(engine, SMALL_SHOP) as gate:
            url, layout = gate.settings.ledger, gate.layout
            indexes = _take_indexes(url, layout)
            fill = _fill_sqlite if engine == SQLITE else _fill_postgres
            fill(url, layout, _patterns(gate), ground.size.crowd)
            yield from _rows(ground, engine, gate, indexes)


def _rows(ground: Ground, engine: str, gate: Gate, indexes: Sequence[str]) -> Iterator[Row]:
    prepared, layout, runs = prepare(gate.policy, NEWSLETTER), gate.layout, ground.size.runs
    dialect = gate.ledger.dialect
    now: Mapping[str, object] = {"now": gate.now()}
    count = printed(count_eligible(prepared, layout), dialect)
    select = printed(select_eligible(prepared, layout), dialect)
    # The targets are of ten million; of fewer the times are shown and not judged.
    is_full = ground.size.crowd >= FULL.crowd
    whom = f"{ground.size.crowd:,} persons, {engine}"

    def timed(job: Callable[[], object], floor: str) -> tuple[Spread, Spread]:
        found = repeated_in_turns(job, lambda: run_on(gate.settings.ledger, floor), runs)
        return Spread.of(found[0], SECONDS), Spread.of(found[1], SECONDS)

    # The last column of a row, so that every row is read to its end.
    scan = f"SELECT count({layout.wide_columns()[-1]}) FROM {_table(layout, engine)}"  # noqa: S608 - the layout's own names
    permitted = gate.ledger.count(count, now)
    measured, floor = timed(lambda: gate.ledger.count(count, now), scan)
    yield Row(
        bench=NAME,
        job=f"count without an index, {whom}",
        measured=measured,
        floor=floor,
        floor_name="a full scan that counts one column",
        target=UNINDEXED if is_full else None,
        note=f"{permitted:,} are permitted",
    )
    for index in indexes:
        run_on(gate.settings.ledger, index)
    _settle(gate.settings.ledger, layout)
    measured, floor = timed(lambda: gate.ledger.count(count, now), _over_index(gate))
    yield Row(
        bench=NAME,
        job=f"count with the index of the activity, {whom}",
        measured=measured,
        floor=floor,
        floor_name="the same index scanned, one test",
        target=INDEXED if is_full else None,
        note=f"indexes that publishing makes: {len(indexes)}",
    )
    ids = f"{_over_index(gate).replace('count(*)', 'person')} ORDER BY person LIMIT {permitted}"
    measured, floor = timed(lambda: sum(1 for _ in gate.ledger.select(select, now)), ids)
    yield Row(
        bench=NAME,
        job=f"all ids out, {whom}",
        measured=measured,
        floor=floor,
        floor_name="as many ids by the bare driver",
        target=IDS if is_full else None,
        note=f"{permitted:,} ids",
    )
    yield _bitmaps(gate, whom, BITMAP if is_full else None, runs)


def _bitmaps(gate: Gate, whom: str, target: Target | None, runs: int) -> Row:
    job = f"count by a kept set, {whom}"
    if bitmaps.roaring is None:
        return Row(bench=NAME, job=job, measured=None, note="needs pyroaring")
    prepared, now = prepare(gate.policy, NEWSLETTER), gate.now()

    def count(slow_seconds: float = 60) -> int:
        return bitmaps.counted(gate.ledger, prepared, now, slow_seconds=slow_seconds)

    by_database = count(0)
    making = spent(lambda: count(0))
    kept = bitmaps.kept_set(gate.ledger, prepared)
    if kept is None or not kept.permitted:
        return Row(bench=NAME, job=job, measured=None, note="too many turn within the hour")
    permitted = bitmaps.roaring.BitMap.deserialize(kept.permitted)
    took, floored = repeated_in_turns(count, lambda: len(permitted - permitted[:1]), runs * 5)
    return Row(
        bench=NAME,
        job=job,
        measured=Spread.of(took, "ms", scale=MILLI),
        floor=Spread.of(floored, "ms", scale=MILLI),
        floor_name="pyroaring alone, one set less another",
        target=target,
        note=f"made with one more count in {making:.1f} s; {len(kept.turning):,} decided anew,"
        f" {len(kept.permitted):,} bytes; the same number: {count() == by_database}",
    )


def _patterns(gate: Gate) -> list[tuple[list[object], list[tuple[str, int, int]]]]:
    """Return wide rows without their person, each with its sparse states."""
    found = []
    for number in range(PATTERNS):
        standing = standing_of(gate.policy, number)
        marks = [(name, i[0], i[1]) for name, i in standing.sparse.items()]
        found.append((gate.layout.wide_row(standing)[1:], marks))
    return found


def _take_indexes(url: str, layout: Layout) -> list[str]:
    """Drop the indexes that publishing made for activities; return what makes them again."""
    if url.startswith("sqlite:///"):
        found = run_on(
            url,
            f"SELECT name, sql FROM sqlite_master WHERE tbl_name = '{layout.wide}'"  # noqa: S608 - the layout's own names
            " AND type = 'index' AND sql IS NOT NULL",
        )
    else:
        found = run_on(
            url,
            f"SELECT indexname, indexdef FROM pg_indexes WHERE tablename = '{layout.wide}'"  # noqa: S608 - as above
            " AND indexdef LIKE '% WHERE %'",
        )
    for name, _ in found:
        run_on(url, f"DROP INDEX {name}")
    return [made for _, made in found]


def _over_index(gate: Gate) -> str:
    first = gate.layout.columns[suggested_index(prepare(gate.policy, NEWSLETTER), gate.layout)[0]]
    table = _table(gate.layout, POSTGRES if gate.ledger.dialect == "postgres" else SQLITE)
    return f"SELECT count(*) FROM {table} WHERE {first}_from IS NOT NULL"  # noqa: S608 - the layout's own names


def _table(layout: Layout, engine: str) -> str:
    return layout.wide if engine == SQLITE else f"placket.{layout.wide}"


def _shifted(layout: Layout) -> str:
    """Return the columns to select from a pattern, each beginning moved by the person's number.

    So that no two persons have the same instants, and an index cannot fold them together.
    """
    return ", ".join(
        f"t.{name} + n" if name.endswith("_from") else f"t.{name}" for name in layout.wide_columns()
    )


def _fill_sqlite(url: str, layout: Layout, patterns: Sequence[Any], crowd: int) -> None:
    columns = layout.wide_columns()
    numbers = "WITH RECURSIVE c(n) AS (SELECT ? UNION ALL SELECT n + 1 FROM c WHERE n < ?)"
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as into:
        into.execute("PRAGMA synchronous = off")
        into.execute(f"CREATE TEMP TABLE t (k INTEGER PRIMARY KEY, {', '.join(columns)})")
        into.execute("CREATE TEMP TABLE tm (k INTEGER, name TEXT, from_ INTEGER, until_ INTEGER)")
        for k, (row, marks) in enumerate(patterns):
            into.execute(f"INSERT INTO t VALUES ({', '.join('?' * (len(row) + 1))})", [k, *row])  # noqa: S608 - places alone
            into.executemany("INSERT INTO tm VALUES (?, ?, ?, ?)", [(k, *mark) for mark in marks])
        for start in range(0, crowd, CHUNK):
            span = (start, min(start + CHUNK, crowd) - 1)
            into.execute(
                f"INSERT INTO {layout.wide} (person, {', '.join(columns)})"  # noqa: S608 - the layout's own names
                f" {numbers} SELECT printf('p_%016x', n), {_shifted(layout)}"
                f" FROM c CROSS JOIN t ON t.k = n % {len(patterns)}",
                span,
            )
            into.execute(
                "INSERT INTO person (id, root, number)"  # noqa: S608 - as above
                f" {numbers} SELECT printf('p_%016x', n), printf('p_%016x', n), n FROM c",
                span,
            )
            into.execute(
                f"INSERT INTO {layout.marks} (person, name, from_, until_)"  # noqa: S608 - as above
                f" {numbers} SELECT printf('p_%016x', n), tm.name, tm.from_, tm.until_"
                f" FROM c JOIN tm ON tm.k = n % {len(patterns)}",
                span,
            )
    _settle(url, layout)


def _fill_postgres(url: str, layout: Layout, patterns: Sequence[Any], crowd: int) -> None:
    columns = layout.wide_columns()
    person = "'p_' || lpad(to_hex(n), 16, '0')"
    with psycopg.connect(
        url, options="-c search_path=placket -c synchronous_commit=off", autocommit=True
    ) as into:
        typed = ", ".join(f"{name} bigint" for name in ("k", *columns))
        into.execute(f"CREATE TEMP TABLE t ({typed})".encode())
        into.execute("CREATE TEMP TABLE tm (k bigint, name text, from_ bigint, until_ bigint)")
        with into.cursor().copy("COPY t FROM STDIN") as copy:
            for k, (row, _) in enumerate(patterns):
                copy.write_row([k, *row])
        with into.cursor().copy("COPY tm FROM STDIN") as copy:
            for k, (_, marks) in enumerate(patterns):
                for mark in marks:
                    copy.write_row([k, *mark])
        for start in range(0, crowd, CHUNK):
            series = f"generate_series({start}, {min(start + CHUNK, crowd) - 1}) AS n"
            into.execute(
                f"INSERT INTO {layout.wide} (person, {', '.join(columns)})"  # noqa: S608 - the layout's own names
                f" SELECT {person}, {_shifted(layout)}"
                f" FROM {series} JOIN t ON t.k = n % {len(patterns)}".encode()
            )
            into.execute(
                f"INSERT INTO person (id, root) SELECT {person}, {person} FROM {series}".encode()  # noqa: S608 - as above
            )
            into.execute(
                f"INSERT INTO {layout.marks} (person, name, from_, until_)"  # noqa: S608 - as above
                f" SELECT {person}, tm.name, tm.from_, tm.until_"
                f" FROM {series} JOIN tm ON tm.k = n % {len(patterns)}".encode()
            )
    _settle(url, layout)


def _settle(url: str, layout: Layout) -> None:
    """Let the engine learn what is there, and write it where it stays."""
    if url.startswith("sqlite:///"):
        run_on(url, "PRAGMA wal_checkpoint(TRUNCATE)")
        run_on(url, "ANALYZE")
    else:
        run_on(url, f"VACUUM (ANALYZE) {layout.wide}, {layout.marks}, person")
