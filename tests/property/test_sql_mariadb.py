"""Theorems of the SQL on MariaDB: the same queries, printed for it, agree with `decide`."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from hypothesis import Phase, given, settings

from placket.standing.layout import layout_of
from tests.property.counts import cases
from tests.property.test_sql import Crowd, agree_with_decide, crowds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from placket.standing.layout import Layout
    from placket.standing.standing import Standing
    from tests.counted import Counted
    from tests.servers import MariadbServer

WORD = sa.String(190, collation="utf8mb4_bin")


@dataclass(frozen=True)
class Session:
    """One connection, as far as a query asks for it."""

    connection: sa.Connection

    def written(self, sql: str, params: Mapping[str, object]) -> Iterator[Any]:
        """Yield the rows of a statement that was compiled elsewhere."""
        yield from self.connection.exec_driver_sql(sql.replace(":now", "%(now)s"), dict(params))


@dataclass(frozen=True)
class Mariadb:
    """Standings on MariaDB, where no ledger lives: tables as the ledger has them."""

    engine: sa.Engine
    dialect: str = "mysql"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Lend a connection whose `written` carries out a query."""
        with self.engine.connect() as connection:
            yield Session(connection)

    @contextmanager
    def holding(self, layout: Layout, standings: Sequence[Standing]) -> Iterator[None]:
        """Hold these standings alone for a while."""
        wide, marks = tables(layout)
        with self.engine.begin() as connection:
            wide.create(connection)
            marks.create(connection)
            names = [column.name for column in wide.columns]
            for standing in standings:
                values = zip(names, layout.wide_row(standing), strict=True)
                connection.execute(wide.insert().values(dict(values)))
                for name, (begin, end, *_) in standing.sparse.items():
                    connection.execute(marks.insert().values((standing.person, name, begin, end)))
        try:
            yield
        finally:
            with self.engine.begin() as connection:
                wide.drop(connection)
                marks.drop(connection)


def tables(layout: Layout) -> tuple[sa.Table, sa.Table]:
    """Return the tables of wide rows and of marks."""
    made = sa.MetaData()
    states = (sa.Column(name, sa.BigInteger) for name in layout.wide_columns())
    ends = (sa.Column(name, sa.BigInteger) for name in ("from_", "until_"))
    wide = sa.Table(layout.wide, made, sa.Column("person", WORD, primary_key=True), *states)
    who = sa.Column("person", WORD, nullable=False, index=True)
    return wide, sa.Table(layout.marks, made, who, sa.Column("name", WORD), *ends)


@pytest.fixture(scope="module")
def database(mariadb: MariadbServer) -> Iterator[Mariadb]:
    with mariadb.database() as url:
        engine = sa.create_engine(url)
        yield Mariadb(engine)
        engine.dispose()


def test_the_rows_of_the_sql_on_mariadb_are_whom_decide_permits(
    database: Mariadb, counted: Counted
) -> None:
    number = 0

    @settings(
        max_examples=cases(quick=2, long=60),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(crowd=crowds())
    def each(crowd: Crowd) -> None:
        nonlocal number
        policy, standings, asked, _ = crowd
        with database.holding(layout_of(policy), standings):
            agree_with_decide(database, crowd)
        number += len(standings) * len(asked)

    each()
    counted("answers of SQL on MariaDB compared with decide", number)
