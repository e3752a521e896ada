"""Theorems of purpose views on MariaDB: their rows are those that decide permits, row by row."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import tests.contract.mariadb  # noqa: F401 - a text that is a key has a length there
from tests.property.counts import cases
from tests.property.strategies import Life, lives, policies
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
    from tests.servers import MariadbServer

# Shrinking would make each table hundreds of times again.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)


@pytest.fixture(scope="module")
def engine(mariadb: MariadbServer) -> Iterator[sa.Engine]:
    """Yield a database that the cases of the module share, each with tables of its own."""
    with mariadb.database() as url:
        engine = sa.create_engine(url)
        yield engine
        engine.dispose()


@contextmanager
def tables(engine: sa.Engine, *made: sa.Table) -> Iterator[None]:
    """Lend the database with these tables, empty, and no other."""
    with engine.begin() as connection:
        for name in sa.inspect(connection).get_table_names():
            sa.Table(name, sa.MetaData()).drop(connection)
        for table in made:
            table.create(connection)
    yield


def test_a_view_on_mariadb_shows_what_decide_permits(engine: sa.Engine, counted: Counted) -> None:
    number = 0

    @settings(max_examples=cases(quick=3, long=150), phases=PHASES)
    @given(policies, lives(), st.data())
    def each(policy: Policy, life: Life, data: st.DataObject) -> None:
        nonlocal number
        number += 1
        with tables(engine, CUSTOMER, ORDERS):
            show_what_decide_permits(engine, policy, life, data)

    each()
    counted("policies whose views on MariaDB are compared with decide", number)


def test_a_row_on_mariadb_is_shown_until_its_own_day(engine: sa.Engine, counted: Counted) -> None:
    number = 0

    @settings(max_examples=cases(quick=3, long=150), phases=PHASES)
    @given(
        st.sampled_from(sorted(PERIODS)),
        st.lists(st.one_of(st.none(), MONTH_ENDS), min_size=1, max_size=5),
        st.data(),
    )
    def each(period: str, ended: list[datetime | None], data: st.DataObject) -> None:
        nonlocal number
        number += 1
        with tables(engine, PERSON, CALL):
            show_until_its_own_day(engine, period, ended, data)

    each()
    counted("crowds of rows on MariaDB, each with a day of its own", number)
