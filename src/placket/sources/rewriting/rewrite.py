"""A query by hand onto the purpose views: one pass over its scopes, or refused with the reason.

What a name stands for is looked up as the database does it, a CTE before a table; sqlglot's own
scopes know neither case folding nor which CTEs see each other where. Three things make it safe
whatever is misread: a table is only ever printed as a view of the activity; a CTE that is named
like anything real gets another name; and what was printed is read again and looked over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from placket.sources.rewriting.allowed import parts_refused
from placket.sources.rewriting.parsing import read_query
from placket.sources.rewriting.refusing import Refusal
from placket.sources.rewriting.scopes import Pass
from placket.sources.rewriting.writes import Writing, is_write

if TYPE_CHECKING:
    from placket.sources.rewriting.names import Ground
    from placket.sources.views import View

_ONE: Final = "write one query that starts with `SELECT` or `WITH`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewritten:
    """The query over the views, which views it reads, and which categories of data."""

    sql: str
    views: tuple[View, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Every reason to refuse a query, in its order.

    reads: of a statement that writes, and whose reads alone would be lawful, how these would be
    rewritten; it is for reading and is not run.
    """

    refusals: tuple[Refusal, ...]
    reads: str = ""


def rewrite(text: str, ground: Ground) -> Rewritten | Refused:
    """Return the query over the views of an activity, or why it is refused.

    No other error is raised, whatever the text; no refusal repeats a value of it.
    """
    try:
        return _rewritten(text, ground)
    except RecursionError:
        deep = Refusal(sentence="the query is nested too deeply", mend="write it with `WITH`")
        return Refused(refusals=(deep,))


def _rewritten(text: str, ground: Ground) -> Rewritten | Refused:
    tree = read_query(text, ground.dialect)
    if isinstance(tree, Refusal):
        return Refused(refusals=(tree,))
    if is_write(tree):
        return _refused_write(tree, ground)
    if not isinstance(tree, exp.Query):
        return Refused(refusals=(Refusal(sentence="the statement is no query", mend=_ONE),))
    refusals = tuple(parts_refused(tree, ground.dialect))
    return Refused(refusals=refusals) if refusals else _read(tree, ground)


def _read(tree: exp.Query, ground: Ground) -> Rewritten | Refused:
    """Return a query of harmless parts over the views, or why it cannot be."""
    found = Pass(ground, tree)
    found.query(tree, {}, None)
    if found.refusals:
        return Refused(refusals=tuple(found.refusals))
    sql = _printed(tree, found)
    if isinstance(sql, Refusal):
        return Refused(refusals=(sql,))
    return Rewritten(sql=sql, views=tuple(found.read.values()), data=tuple(found.data()))


def _refused_write(tree: exp.Expr, ground: Ground) -> Refused:
    """Return that a write is refused, and what its reads alone would be."""
    writing = Writing(ground, tree)
    refusals = writing.refusals()
    is_lawful = len(refusals) == 1 and bool(writing.found.read)
    sql = _printed(tree, writing.found) if is_lawful else ""
    return Refused(refusals=refusals, reads=sql if isinstance(sql, str) else "")


def _printed(tree: exp.Expr, found: Pass) -> str | Refusal:
    """Return the tree as SQL, every name quoted, once it is seen to read nothing but views."""
    try:
        sql = tree.sql(
            dialect=found.ground.dialect,
            identify=True,
            comments=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except SqlglotError:
        return _UNWRITTEN
    return sql if is_write(tree) or _is_over_views(sql, found) else _UNWRITTEN


_UNWRITTEN: Final = Refusal(
    sentence="the query cannot be written back as it was read", mend="write it in a plainer way"
)


def _is_over_views(sql: str, found: Pass) -> bool:
    """Say whether the printed query, read again, has harmless parts and reads views alone."""
    again, ground = read_query(sql, found.ground.dialect), found.ground
    if not isinstance(again, exp.Query) or any(parts_refused(again, ground.dialect)):
        return False
    # INVARIANT: no CTE is named like anything that can be read in the source.
    ctes = {ground.fold(cte.args["alias"].this) for cte in again.find_all(exp.CTE)}
    views = {ground.folded(view.name) for view in found.read.values()}
    tables = {ground.fold(table.this) for table in again.find_all(exp.Table)}
    return tables <= ctes | views and not ctes & ground.real_names()
