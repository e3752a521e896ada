"""Requests of persons, from receipt to package or certificate, and the shop's traffic meanwhile."""

from __future__ import annotations

import cProfile
import json
import multiprocessing
import pstats
import time
import zipfile
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from bench.asked import (
    FEW,
    MANY,
    TABLES,
    USUAL,
    Asked,
    Place,
    asked_at,
    asked_on,
    email_of,
    new_order,
)
from bench.measure import MILLI, MOST, Row, Spread, Target, spent
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.synchronize import Event

    from bench.ground import Ground, Size

NAME: Final = "rights"
COPY: Final = Target(sense=MOST, bound=50)
COPIES: Final = Target(sense=MOST, bound=1)
ERASED: Final = Target(sense=MOST, bound=100)
ERASURES: Final = Target(sense=MOST, bound=5)
LARGE: Final = Target(sense=MOST, bound=1)
BESIDE: Final = Target(sense=MOST, bound=1.07, is_ratio=True)
ASKERS: Final = 20
WINDOW: Final = 0.5
OTHERS: Final = 5
"""How many other customers there are for each person that a ledger is measured with."""

HUNDRED: Final = 100
"""How many there are in a small shop, where scanning is little."""

_WARM: Final = 2
"""Requests before the first that counts: what a process does once is done by then."""


def measure(ground: Ground) -> Iterator[Row]:
    """Time access, erasure, a person with many rows, and the shop's own traffic."""
    size = ground.size
    askers = max(min(ASKERS, size.persons // 10), 1)
    asked_of = [USUAL] * (3 * askers + 2 * _WARM)
    first, rest = _WARM + askers + 1, len(asked_of) + 1
    many = {**MANY, "orders": min(MANY["orders"], size.persons)}
    others = [FEW] * (size.persons * OTHERS)
    for engine in ground.engines:
        with _shop(ground, engine, [*asked_of, many, many, *others]) as (asked, place):
            where = f"{len(others):,} others, {engine}"
            yield from _copies(asked, engine, range(1, first))
            yield from _erasures(asked, where, range(first, rest), askers)
            yield _large(asked, engine, rest, Right.ACCESS, "copied")
            yield _large(asked, engine, rest + 1, Right.ERASURE, "erased")
            numbers = range(rest + 2, rest + 2 + len(others))
            yield _beside(asked, engine, place, size, numbers)
        if len(others) > HUNDRED:
            with _shop(ground, engine, [*asked_of, *[FEW] * HUNDRED]) as (asked, _):
                where = f"{HUNDRED} others, {engine}"
                yield from _erasures(asked, where, range(first, rest), askers)


@contextmanager
def _shop(
    ground: Ground, engine: str, people: list[dict[str, int]]
) -> Iterator[tuple[Asked, Place]]:
    with asked_on(ground, engine, people) as place, asked_at(place) as asked:
        yield asked, place


def _copies(asked: Asked, engine: str, numbers: range) -> Iterator[Row]:
    for number in numbers[:_WARM]:
        asked.carried(number, Right.ACCESS)
    rows = asked.rows_of(numbers[0])
    told = [_clocked(partial(asked.carried, n, Right.ACCESS)) for n in numbers[_WARM:]]
    floor = [_clocked(partial(_by_hand, asked, n))[1] for n in numbers[_WARM:]]
    yield Row(
        bench=NAME,
        job=f"access from request to package, 11 tables, CPU, {engine}",
        measured=Spread.of([cpu for _, cpu in told], "ms", scale=MILLI),
        floor=Spread.of(floor, "ms", scale=MILLI),
        floor_name="the rows by hand, zipped as JSON",
        target=COPY,
        note=f"{rows} rows",
    )
    yield _together(f"access requests, {len(told)} in turn, {engine}", told, COPIES)


def _erasures(asked: Asked, where: str, numbers: range, askers: int) -> Iterator[Row]:
    *counted, _ = numbers[: askers + _WARM + 1]
    for number in counted[:_WARM]:
        asked.carried(number, Right.ERASURE)
    half = _WARM + max(askers // 2, 1)
    timed = [_in_database(partial(asked.carried, n, Right.ERASURE)) for n in counted[_WARM:half]]
    told = [_clocked(partial(asked.carried, n, Right.ERASURE)) for n in counted[half:]]
    floor = [spent(partial(_erased_by_hand, asked, n)) for n in numbers[len(counted) :]]
    yield Row(
        bench=NAME,
        job=f"erasure planned, applied, scanned, database time, {where}",
        measured=Spread.of(timed, "ms", scale=MILLI),
        floor=Spread.of(floor, "ms", scale=MILLI),
        floor_name="deleted by hand, and every table read once",
        target=ERASED,
        note="of the shop, the ledger and the keyring, syncs included",
    )
    yield _together(f"erasures, {askers} in turn, {where}", told, ERASURES, askers)


def _together(
    job: str, told: list[tuple[float, float]], target: Target, times: int | None = None
) -> Row:
    """Return the row of as many requests in turn, by those that were timed."""
    scale = times or len(told)
    cpu = Spread.of([cpu for _, cpu in told], "s", scale=scale)
    return Row(
        bench=NAME,
        job=job,
        measured=Spread.of([wall for wall, _ in told], "s", scale=scale),
        target=target,
        note=f"{cpu.median:.2f} s of CPU",
    )


def _large(asked: Asked, engine: str, number: int, right: Right, word: str) -> Row:
    rows = asked.rows_of(number)
    wall, cpu = _clocked(partial(asked.carried, number, right))
    return Row(
        bench=NAME,
        job=f"one person with {rows:,} rows {word}, {engine}",
        measured=Spread.of([wall], "s"),
        target=LARGE,
        note=f"{cpu:.2f} s of CPU",
    )


def _beside(asked: Asked, engine: str, place: Place, size: Size, numbers: range) -> Row:
    """Time the shop's own transactions in turns, with plans carried out beside them and without."""
    took: list[float] = []
    alone: list[float] = []
    shop = _Traffic(asked)
    with _planning(place, numbers) as is_on:
        for _ in range(max(round(size.seconds / WINDOW), 1)):
            is_on.clear()
            alone.append(shop.for_a_while())
            is_on.set()
            took.append(shop.for_a_while())
    return Row(
        bench=NAME,
        job=f"a purchase while plans are carried out, {engine}",
        measured=Spread.of(took, "ms", scale=MILLI),
        floor=Spread.of(alone, "ms", scale=MILLI),
        floor_name="without",
        target=BESIDE,
    )


# How the time is taken


def _clocked(job: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of wall and of CPU."""
    began, used = time.perf_counter(), time.process_time()
    job()
    return time.perf_counter() - began, time.process_time() - used


def _in_database(job: Callable[[], object]) -> float:
    """Return the seconds within the drivers' own calls, however slow what is around them."""
    profile = cProfile.Profile()
    profile.runcall(job)
    found = 0.0
    stats: dict[tuple[str, int, str], Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    for (file, _, name), (_, _, own, *_) in stats.items():
        if "sqlite3." in name or ("/psycopg/" in file and name == "wait"):
            found += own
    return found


# Floors


def _by_hand(asked: Asked, number: int) -> bytes:
    """Return the person's rows as one who knows the shop would select them."""
    with asked.engine.connect() as connection:
        rows = {
            name: [dict(row) for row in connection.execute(asked.of(name, number)).mappings()]
            for name in TABLES
        }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        into.writestr("data.json", json.dumps(rows, default=str))
    return packed.getvalue()


def _erased_by_hand(asked: Asked, number: int) -> None:
    """Delete what the person has, in one transaction, and look for them in every table."""
    with asked.engine.begin() as connection:
        for name in reversed(TABLES):
            connection.execute(asked.of(name, number, deletes=True))
    wanted = email_of(number)
    with asked.engine.connect() as connection:
        for table in TABLES.values():
            for row in connection.execute(sa.select(table)).all():
                if wanted in row:
                    raise ValueError("still there")


# The shop's own traffic


class _Traffic:
    """Customers who look at their orders and buy."""

    def __init__(self, asked: Asked) -> None:
        self._engine = asked.engine
        self._first = asked.last("orders") + 1_000_000
        self._done = 0

    def for_a_while(self) -> float:
        """Return the seconds that a purchase took, on average of a window."""
        began, before = time.perf_counter(), self._done
        while time.perf_counter() < began + WINDOW:
            self._buy()
        return (time.perf_counter() - began) / (self._done - before)

    def _buy(self) -> None:
        self._done += 1
        who = TABLES["customer"].c
        with self._engine.begin() as connection:
            email = email_of(1 + self._done % 3)
            found = connection.execute(sa.select(who.id).where(who.email == email)).first()
            customer = found.id if found is not None else None
            for name, row in new_order(self._first + self._done, customer):
                connection.execute(TABLES[name].insert(), [row])


@contextmanager
def _planning(place: Place, numbers: range) -> Iterator[Event]:
    """Lend a switch: while it is on, another process carries requests out."""
    context = multiprocessing.get_context("spawn")
    is_on, is_over, is_ready = context.Event(), context.Event(), context.Event()
    given = (place, numbers, is_on, is_over, is_ready)
    process = context.Process(target=_plan, args=given)
    process.start()
    try:
        while not is_ready.wait(timeout=1):
            if not process.is_alive():
                raise ValueError("the process that carries plans out did not begin")
        yield is_on
    finally:
        is_over.set()
        is_on.set()
        process.join()


def _plan(place: Place, numbers: range, is_on: Event, is_over: Event, is_ready: Event) -> None:
    with asked_at(place) as asked:
        asked.carried(numbers[0], Right.ACCESS)
        is_ready.set()
        for number in numbers[1:]:
            is_on.wait()
            if is_over.is_set():
                return
            asked.carried(number, Right.ERASURE if number % 2 else Right.ACCESS)
