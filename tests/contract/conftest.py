"""The small shop on each engine, and an empty ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import (
    Engine,
    create_engine,
    insert,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from placket.sources import connect  # noqa: F401 - who DuckDB is, to SQLAlchemy
from placket.store import Ledger, open_ledger
from tests.contract import mariadb  # noqa: F401 - how types are made there
from tests.contract.ledgers import SEEN
from tests.contract.small_shop import ROWS, SHOP

_SERVERS = {"postgresql": "postgres_database", "mariadb": "mariadb_database"}


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param in {"sqlite", "duckdb"}:
        return f"{request.param}:///{folder}/shop %.db"
    name: str = request.getfixturevalue(_SERVERS[request.param])
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _url(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _url(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql", "mariadb", "duckdb"])
def shop_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return _url(request, tmp_path)


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with open_ledger(url, create=True) as made:
        made.prepare_fold(SEEN)
        yield made


@pytest.fixture
def shop(shop_url: str) -> Iterator[Engine]:
    engine = create_engine(shop_url.replace("postgresql:", "postgresql+psycopg:"))
    SHOP.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS:
            connection.execute(insert(table), rows)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(any_url: str) -> Iterator[Engine]:
    engine = create_engine(any_url.replace("postgresql:", "postgresql+psycopg:"))
    yield engine
    engine.dispose()
