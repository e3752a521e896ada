"""A scan of a small shop and of a large table, beside fetching the same rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from bench.measure import LEAST, MILLI, MOST, Row, Spread, Target, repeated
from placket.identity import Identifier
from placket.scan.scan import scan
from placket.sources.connect import parse_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bench.ground import Ground

NAME: Final = "scan"
SMALL_SHOP: Final = Target(sense=MOST, bound=10)
LARGE: Final = Target(sense=LEAST, bound=50_000)
FLOOR: Final = "the same rows fetched, and nothing looked for"
TABLES: Final = 11
ROWS: Final = 20
MOST_ROWS: Final = 1_000_000
ADA: Final = (
    Identifier("email", "ada@example.org"),
    Identifier("phone", "+447700900123"),
)
NOTES: Final = ("call back", "left at the door, 50 % off", "token 9f86d081884c7d659a2feaa0c55ad015")


def measure(ground: Ground) -> Iterator[Row]:
    """Time the scan of 11 small tables, and of one with five columns of text."""
    for engine in ground.engines:
        with ground.database(engine) as url, closing(_Shop(url)) as shop:
            for number in range(TABLES):
                shop.fill(f"t{number}", ROWS)
            yield _of_small(ground, engine, shop)
        with ground.database(engine) as url, closing(_Shop(url)) as shop:
            rows = min(ground.size.crowd, MOST_ROWS)
            shop.fill("customer", rows)
            yield _of_large(ground, engine, shop, rows)


def _of_small(ground: Ground, engine: str, shop: _Shop) -> Row:
    return Row(
        bench=NAME,
        job=f"a scan of {TABLES} tables of {ROWS} rows, {engine}",
        measured=Spread.of(repeated(shop.scanned, ground.size.runs * 10), "ms", scale=MILLI),
        floor=Spread.of(repeated(shop.fetched, ground.size.runs * 10), "ms", scale=MILLI),
        floor_name=FLOOR,
        target=SMALL_SHOP,
    )


def _of_large(ground: Ground, engine: str, shop: _Shop, rows: int) -> Row:
    def rates(job: Callable[[], None]) -> Spread:
        return Spread.of([rows / took for took in repeated(job, ground.size.runs)], "rows/s")

    return Row(
        bench=NAME,
        job=f"a scan of {rows:,} rows with five texts, {engine}",
        measured=rates(shop.scanned),
        floor=rates(shop.fetched),
        floor_name=FLOOR,
        target=LARGE,
    )


class _Shop:
    """A database of tables with five columns of text."""

    def __init__(self, url: str) -> None:
        self._engine = sa.create_engine(parse_url(url))
        self._known = sa.MetaData()

    def fill(self, name: str, rows: int) -> None:
        """Make a table with that many rows."""
        texts = (sa.Column(text, sa.Text) for text in ("name", "email", "street", "city", "note"))
        table = sa.Table(name, self._known, sa.Column("id", sa.Integer, primary_key=True), *texts)
        table.create(self._engine)
        with self._engine.begin() as connection:
            for start in range(0, rows, 10_000):
                some = range(start, min(start + 10_000, rows))
                connection.execute(table.insert(), [_row(number) for number in some])

    def scanned(self) -> None:
        """Look for somebody who is not there."""
        found = scan({"shop": self._engine}, ADA, key=bytes(32))
        if found.outcome != "clean":
            raise ValueError("the scan of the benchmark finds nobody")

    def fetched(self) -> None:
        """Fetch the same rows."""
        with self._engine.connect() as connection:
            for table in self._known.sorted_tables:
                found = connection.execute(table.select().execution_options(yield_per=2000))
                for _ in found.partitions():
                    pass

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()


def _row(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"Zoë Smith {number}",
        "email": f"person{number}@example.net",
        "street": f"{number} High Street & Sons",
        "city": "London",
        "note": NOTES[number % len(NOTES)],
    }
