"""A rewritten query on each engine: its rows, whose they are, and that it can write nothing."""

from __future__ import annotations

import signal
from time import process_time
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.facts import Kind
from placket.sources import trees
from placket.sources.querying import QueryRefused, Read, ViewsStale, read_views
from placket.sources.reflect import reflect
from placket.sources.rewriting import Rewritten, rewrite
from placket.sources.rewriting.names import Ground
from placket.sources.views import PurposeViews, apply_views
from tests.contract.viewed import NOW, Small, small_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAR = 10 * 365 * 24 * 3600


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Small]:
    """Yield the small shop in SQLite, where it is quickest made."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/shop.db")
    yield small_in(engine)
    engine.dispose()


@pytest.fixture
def each(shop_url: str) -> Iterator[Small]:
    """Yield the small shop on each engine in turn."""
    engine = sa.create_engine(shop_url.replace("postgresql:", "postgresql+psycopg:"))
    yield small_in(engine)
    engine.dispose()


def made(small: Small, activity: str) -> PurposeViews:
    """Make the views of an activity, good for years by any clock."""
    plan = small.ready(activity)
    [views] = small.views(activity)
    with small.engine.begin() as connection:
        apply_views(connection, views)
    small.replicate(plan, good_for_seconds=FAR)
    return views


def rewritten(small: Small, purpose: PurposeViews, query: str) -> Rewritten:
    ground = Ground(
        dialect=trees.dialect_of(small.engine),
        purpose=purpose,
        source=small.catalogue.sources[0],
        schema=reflect(small.engine),
        place=sa.inspect(small.engine).default_schema_name or "",
    )
    found = rewrite(query, ground)
    assert isinstance(found, Rewritten), found
    return found


def test_on_each_engine_the_rows_are_read_and_nothing_else_is_done(each: Small) -> None:
    purpose = made(each, "newsletter")
    query = rewritten(
        each, purpose, "SELECT *, '50%' AS part FROM customer WHERE email LIKE '%o@%' ORDER BY id"
    )

    found = read_views(each.engine, query.sql, query.views, most_rows=9)
    for write in ("DELETE FROM customer", "CREATE TABLE copied (id int)"):
        with pytest.raises(QueryRefused):
            read_views(each.engine, write, purpose.views, most_rows=9)
    each.replicate(each.plan("newsletter"), now=0, good_for_seconds=1)
    with pytest.raises(ViewsStale, match="run `placket work`"):
        read_views(each.engine, query.sql, query.views, most_rows=9)

    names = ("id", "email", 'na"me', "100%", "part")
    rows = [(2, "bo@example.org", "Bo", "B", "50%")]
    assert found == Read(columns=names, rows=rows, persons=frozenset({"p1", "p2"}))
    assert "copied" not in sa.inspect(each.engine).get_table_names()


def test_a_count_tells_of_everybody_whom_it_counts(small: Small) -> None:
    purpose = made(small, "claims")
    query = rewritten(small, purpose, "SELECT count(*) AS n FROM order_line")

    found = read_views(small.engine, query.sql, query.views, most_rows=9)

    [guest] = [p for i, p in small.ledger.persons.items() if "guest@example.org" in i.value]
    assert found == Read(columns=("n",), rows=[(2,)], persons=frozenset({"p1", guest}))


def test_no_more_rows_are_read_than_are_asked_for(small: Small) -> None:
    purpose = made(small, "newsletter")
    query = rewritten(small, purpose, "SELECT id FROM customer ORDER BY id")

    found = read_views(small.engine, query.sql, query.views, most_rows=1)

    assert (found.rows, found.is_cut, len(found.persons)) == ([(1,)], True, 2)


def test_who_said_no_is_neither_shown_nor_recorded(small: Small) -> None:
    purpose = made(small, "newsletter")
    query = rewritten(small, purpose, "SELECT id FROM customer")
    small.ledger.add(Kind.CONSENT_WITHDRAWN, "shop.customer:1", NOW, what="news", channel="email")
    small.replicate(small.plan("newsletter"), good_for_seconds=FAR, position=2)

    found = read_views(small.engine, query.sql, query.views, most_rows=9)

    assert found == Read(columns=("id",), rows=[(2,)], persons=frozenset({"p2"}))


def test_what_the_database_says_of_a_value_is_not_repeated(small: Small) -> None:
    made(small, "newsletter")

    with pytest.raises(QueryRefused) as raised:
        read_views(small.engine, "SELECT nothing('ada@example.org')", (), most_rows=9)

    assert "ada" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_query_that_runs_long_is_stopped_when_told(small: Small) -> None:
    purpose = made(small, "newsletter")
    long = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 3e7) "
        "SELECT count(*) FROM n"
    )
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    began = process_time()
    signal.setitimer(signal.ITIMER_REAL, 0.2)

    try:
        with pytest.raises(KeyboardInterrupt):
            read_views(small.engine, long, purpose.views, most_rows=9)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    # To its end it takes eight.
    assert process_time() - began < 3
