"""Theorems of the SQL on DuckDB and Spark: the same queries, printed for each, are `decide`."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any, Protocol

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.pool import StaticPool

from placket.standing.layout import layout_of
from tests.property.counts import cases
from tests.property.engines import DuckDb, Filled, Spark, fill
from tests.property.strategies import Life, lives, policies
from tests.property.test_sql import Crowd, Standings, agree_with_decide, crowds
from tests.property.test_views import (
    CALL,
    CUSTOMER,
    MONTH_ENDS,
    ORDERS,
    PERIODS,
    PERSON,
    show_until_its_own_day,
    show_what_decide_permits,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from placket.policy.compile import Policy
    from tests.counted import Counted

    class Engine(Filled, Standings, Protocol):
        """An engine that is filled and asked."""


# Shrinking would ask each engine thousands of times.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


def agreed(engine: Engine, crowd: Crowd) -> int:
    """Compare the engine with `decide`; return how many answers were compared."""
    policy, standings, asked, _ = crowd
    fill(engine, layout_of(policy), standings)
    agree_with_decide(engine, crowd)
    return len(standings) * len(asked)


def test_the_rows_of_the_sql_on_duckdb_are_whom_decide_permits(counted: Counted) -> None:
    number = 0

    @settings(max_examples=cases(quick=2, long=40), phases=PHASES)
    @given(crowd=crowds())
    def each(crowd: Crowd) -> None:
        nonlocal number
        number += agreed(DuckDb(connection), crowd)

    with duckdb.connect(config={"threads": 1}) as connection:
        each()
    counted("answers of SQL on DuckDB compared with decide", number)


def shop_in_memory(*tables: sa.Table) -> sa.Engine:
    """Return an empty shop in DuckDB."""
    engine = sa.create_engine("duckdb:///:memory:?threads=1", poolclass=StaticPool)
    with engine.begin() as connection:
        for table in tables:
            table.create(connection)
    return engine


def test_a_view_on_duckdb_shows_what_decide_permits(counted: Counted) -> None:
    number = 0

    @settings(max_examples=cases(quick=2, long=100), phases=PHASES)
    @given(policies, lives(), st.data())
    def each(policy: Policy, life: Life, data: st.DataObject) -> None:
        nonlocal number
        number += 1
        engine = shop_in_memory(CUSTOMER, ORDERS)
        show_what_decide_permits(engine, policy, life, data)
        engine.dispose()

    each()
    counted("policies whose views on DuckDB are compared with decide", number)


def test_a_row_on_duckdb_is_shown_until_its_own_day(counted: Counted) -> None:
    number = 0

    @settings(max_examples=cases(quick=2, long=100), phases=PHASES)
    @given(
        st.sampled_from(sorted(PERIODS)),
        st.lists(st.one_of(st.none(), MONTH_ENDS), min_size=1, max_size=5),
        st.data(),
    )
    def each(period: str, ended: list[datetime | None], data: st.DataObject) -> None:
        nonlocal number
        number += 1
        engine = shop_in_memory(PERSON, CALL)
        show_until_its_own_day(engine, period, ended, data)
        engine.dispose()

    each()
    counted("crowds of rows on DuckDB, each with a day of its own", number)


# Spark, where somebody has put it and a Java beside it.


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="no pyspark is installed")
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java is on the path")
    builder = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    yield session
    session.stop()


@pytest.mark.long
# What Spark's own Python leaves open is not ours.
@pytest.mark.filterwarnings("default")
def test_the_rows_of_the_sql_on_spark_are_whom_decide_permits(spark: Any) -> None:
    @settings(max_examples=cases(quick=1, long=3), phases=PHASES)
    @given(crowd=crowds())
    def each(crowd: Crowd) -> None:
        agreed(Spark(spark), crowd)

    each()
