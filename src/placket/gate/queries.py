"""A query by hand on the purpose views: rewritten, run, and whose data it used recorded first."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from placket.facts import Fact, Kind
from placket.sources import trees
from placket.sources.querying import QueryRefused, Read, ViewsStale, read_views
from placket.sources.reflect import reflect
from placket.sources.replica import reached
from placket.sources.rewriting import Refused, Rewritten, rewrite
from placket.sources.rewriting.names import Ground
from placket.sources.told import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Engine

    from placket.decide.question import Question
    from placket.gate.gate import Gate
    from placket.gate.views import SourceViews

AT_ONCE: Final = 1_000
"""Persons of one fact at most."""

ROUTE: Final = "query"


class ViewsNotMade(Exception):
    """the views of this activity are not made on the source."""


def ground_of(views: SourceViews, question: Question) -> Ground:
    """Return what a query on the source is rewritten by, for the activity in question.

    Raises UnknownActivity, SourceUnreachable, and UnsupportedDialect.
    """
    purpose = views.of(question)
    rules = views.gate.policy.activities[question.activity]
    clauses = (rule.clause for rule in rules)
    with reached(views.name):
        return Ground(
            dialect=trees.dialect_of(views.engine),
            purpose=purpose,
            source=views.source,
            schema=reflect(views.engine),
            views=_own_views(views.engine),
            place=_place(views.engine),
            clause=next(clauses, ""),
        )


def _own_views(engine: Engine) -> Mapping[str, str]:
    """Return the shop's own views with their definitions, Placket's left out."""
    inspector, own = sa.inspect(engine), trees.own_name("")
    names = (name for name in inspector.get_view_names() if not name.startswith(own))
    return {name: inspector.get_view_definition(name) or "" for name in names}


def _place(engine: Engine) -> str:
    return sa.inspect(engine).default_schema_name or ""


def rewrite_query(views: SourceViews, question: Question, text: str) -> Rewritten | Refused:
    """Return the query over the views of the activity, or why it is refused."""
    return rewrite(text, ground_of(views, question))


def run_query(  # noqa: PLR0913 - what is asked, of what, by whom, and who is told
    views: SourceViews,
    question: Question,
    query: Rewritten,
    *,
    most_rows: int,
    by: str,
    progress: Callable[[int, int], None],
) -> Read:
    """Return the rows of a rewritten query, once it is recorded whose data it used.

    The record names everybody whom one of its views shows, though the rows be a count.
    Raises ViewsNotMade, ViewsStale, QueryRefused, SourceAway, and what the ledger refuses with:
    then nothing is shown.
    """
    kept = views.kept()
    if any(view.name not in kept.views for view in query.views):
        raise ViewsNotMade(str(ViewsNotMade.__doc__))
    if query.views and kept.digest != views.gate.in_force.ready().fold_digest:
        raise ViewsStale(str(ViewsStale.__doc__))
    try:
        found: Read | QueryRefused = read_views(
            views.engine, query.sql, query.views, most_rows=most_rows
        )
    except QueryRefused as refused:
        found = refused
    told = list(_used(views.gate, question, query, sorted(found.persons), by=by))
    for done, fact in enumerate(told):
        # INVARIANT: no row is shown of anybody whose fact is not in the ledger, nor that a row
        # made the query fail.
        views.gate.append([fact], is_placed=True)
        progress(done + 1, len(told))
    if told:
        views.gate.sequence()
    if isinstance(found, QueryRefused):
        raise found
    return found


def _used(
    gate: Gate, question: Question, query: Rewritten, persons: list[str], *, by: str
) -> Iterator[Told]:
    """Yield the facts that data of `persons` were used, some at once, all at one instant."""
    now, policy = gate.now(), gate.policy
    for start in range(0, len(persons), AT_ONCE):
        yield Told(
            Fact(
                id=f"f_{secrets.token_hex(15)}",
                kind=Kind.USED,
                persons=tuple(persons[start : start + AT_ONCE]),
                activity=question.activity,
                channel=question.channel,
                data=query.data,
                version=policy.front.version,
                route=ROUTE,
                by=by,
                occurred_at=now,
                recorded_at=now,
            )
        )
