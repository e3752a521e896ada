"""Theorems of the SQL: its rows are those whom `decide` permits, on each engine."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from placket.decide.alike import Alike, asked_leaves, gathered, select_alike
from placket.decide.condition import is_true
from placket.decide.decide import Prepared, permits, prepare
from placket.decide.question import Question
from placket.decide.sql import (
    by_reason,
    count_eligible,
    funnel,
    printed,
    select_eligible,
    select_marks,
)
from placket.policy.compile import Policy
from placket.standing.fold import fold
from placket.standing.layout import Layout, layout_of
from placket.standing.standing import Standing
from placket.store.postgres import PostgresDatabase
from placket.store.sqlite import SqliteDatabase
from placket.store.standings import drop_tables, make_tables, write
from tests.property.counts import cases
from tests.property.strategies import edges, lives, policies, questions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from placket.store.session import Database

Crowd = tuple[Policy, tuple[Standing, ...], tuple[Question, ...], int]


@st.composite
def crowds(draw: st.DrawFn) -> Crowd:
    """Draw a policy, the standing of a few persons at an instant, and some questions."""
    policy = draw(policies)
    crowd = draw(st.lists(lives(largest=12), min_size=1, max_size=6))
    at = draw(st.sampled_from(edges(policy, crowd[0])))
    standings = tuple(
        fold(policy, f"p{n}", life.by(at), private=life.private, connected=life.connected)
        for n, life in enumerate(crowd)
    )
    asked = st.lists(questions(policy), min_size=1, max_size=6)
    known = [q for q in draw(asked) if q.activity in policy.activities]
    return policy, standings, tuple(known), at


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """Yield an empty database of each engine, shared by the cases of the module."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("sql")
        opened: Database = SqliteDatabase(folder / "standing.db", create=True)
    else:
        opened = PostgresDatabase(request.getfixturevalue("postgres_url"))
    with opened.writing() as session:
        opened.make(session)
    yield opened
    opened.close()


class Standings(Protocol):
    """What the queries are asked of: a database that holds standings."""

    @property
    def dialect(self) -> str:
        """Return sqlglot's name of the engine's SQL."""

    def reading(self) -> AbstractContextManager[Any]:
        """Lend a connection whose `written` carries out a query."""


def rows(database: Standings, query: Any, at: int) -> list[tuple[Any, ...]]:
    text = printed(query, database.dialect)
    with database.reading() as session:
        return [tuple(row) for row in session.written(text, {"now": at})]


def first_denials(prepared: Prepared, standings: tuple[Standing, ...], at: int) -> Counter[int]:
    """Count the persons by the first step that denies them, -1 for the permitted."""
    steps = permits(prepared)
    found: Counter[int] = Counter()
    for standing in standings:
        denied = (
            index
            for index, step in enumerate(steps)
            if is_true(step.denies, standing.dense, standing.sparse, at)
        )
        found[next(denied, -1)] += 1
    return found


def alike(database: Standings, prepared: list[Prepared], layout: Layout, at: int) -> Alike:
    asked = asked_leaves(prepared, layout)
    with database.reading() as session:
        marks = list(session.written(printed(select_marks(layout), database.dialect), {}))
    return gathered(rows(database, select_alike(asked, layout), at), asked, marks, at)


# A failing crowd is small enough to read as it is drawn, and shrinking one takes minutes.
@settings(
    max_examples=cases(quick=15, long=40), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(crowd=crowds())
def test_the_rows_of_the_sql_are_whom_decide_permits(database: Database, crowd: Crowd) -> None:
    policy, standings, _, _ = crowd
    layout = layout_of(policy)
    with database.writing() as session:
        drop_tables(session, layout)
        make_tables(session, layout)
        write(session, layout, standings, known=())
    try:
        agree_with_decide(database, crowd)
    finally:
        with database.writing() as session:
            drop_tables(session, layout)


def agree_with_decide(database: Standings, crowd: Crowd) -> None:
    """Ask the database and `decide` the same questions: whom, how many, and for which reasons."""
    policy, standings, asked, at = crowd
    layout = layout_of(policy)
    together = alike(database, [prepare(policy, q) for q in asked], layout, at)
    for question in asked:
        prepared = prepare(policy, question)
        permitted = [s.person for s in standings if prepared.decide(s, at).is_permitted]

        selected = rows(database, select_eligible(prepared, layout), at)
        counted = rows(database, count_eligible(prepared, layout), at)
        lost = rows(database, funnel(prepared, layout), at)
        alone = rows(database, by_reason(prepared.steps, layout), at)

        assert [row[0] for row in selected] == sorted(permitted)
        assert counted == [(len(permitted),)]
        assert {int(s): int(n) for s, n in lost} == first_denials(prepared, standings, at)
        assert +Counter(together.first_denials(prepared)) == first_denials(prepared, standings, at)
        assert [int(n or 0) for n in alone[0]] == [
            sum(is_true(step.denies, s.dense, s.sparse, at) for s in standings)
            for step in prepared.steps
        ]
