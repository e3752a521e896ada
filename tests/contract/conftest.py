"""The small shop on each engine."""

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

from tests.contract.small_shop import ROWS, SHOP


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shop %.db"
    name: str = request.getfixturevalue("postgres_database")
    return name


@pytest.fixture
def shop(url: str) -> Iterator[Engine]:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    SHOP.create_all(engine)
    with engine.begin() as connection:
        for table, rows in ROWS:
            connection.execute(insert(table), rows)
    yield engine
    engine.dispose()
