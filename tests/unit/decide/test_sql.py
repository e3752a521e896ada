import sqlite3
from contextlib import closing

import pytest
from sqlglot import exp

from placket.decide.sql import joined, printed


@pytest.mark.parametrize(("every", "found"), [(False, [(1,)]), (True, [])])
def test_thousands_of_conditions_are_no_chain_that_a_database_refuses(
    every: bool, found: list[tuple[int]]
) -> None:
    one = exp.Literal.number(1)
    parts: list[exp.Expr] = [
        exp.EQ(this=one.copy(), expression=exp.Literal.number(n)) for n in range(5_000)
    ]
    query = exp.Select(expressions=[one]).where(joined(parts, every=every))

    with closing(sqlite3.connect(":memory:")) as database:
        rows = database.execute(printed(query, "sqlite")).fetchall()

    assert rows == found
