"""One small shop, built once for all tests that only read it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import Connection, create_engine

from placket.demo.schema import METADATA
from placket.demo.shop import ShopSummary, build_shop

TODAY = date(2026, 11, 24)
SCALE = 0.02

Dump = dict[str, list[tuple[object, ...]]]


@dataclass
class BuiltShop:
    """A shop of the first fiftieth of the customers, and what was told while it was built."""

    url: str
    summary: ShopSummary
    told: dict[str, tuple[int, int]] = field(default_factory=dict)


def dump(url: str) -> Dump:
    """Return every row of every table, by key."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = {
            table.name: [tuple(row) for row in connection.execute(table.select().order_by("id"))]
            for table in METADATA.sorted_tables
        }
    engine.dispose()
    return rows


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> BuiltShop:
    """Return the small shop."""
    url = f"sqlite:///{tmp_path_factory.mktemp('shop') / 'shop.sqlite'}"
    told = {}

    def tell(step: str, done: int, total: int) -> None:
        told[step] = (done, total)

    summary = build_shop(url, today=TODAY, scale=SCALE, progress=tell)
    return BuiltShop(url, summary, told)


@pytest.fixture
def shop(built: BuiltShop) -> Iterator[Connection]:
    """Yield a connection to the small shop."""
    engine = create_engine(built.url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()
