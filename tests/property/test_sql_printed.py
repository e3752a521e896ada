"""Theorems of the SQL that is printed for Spark: parsed again, it is the query it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlglot
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from placket.catalogue import parse
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.decide.sql import (
    by_reason,
    count_eligible,
    funnel,
    numbers_eligible,
    select_eligible,
    select_marks,
    turning,
)
from placket.sources.views import select_of, view_of
from placket.standing.layout import layout_of
from tests.property.counts import cases
from tests.property.strategies import policies, questions
from tests.property.test_views import SHOP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.decide.decide import Prepared
    from placket.policy.compile import Policy
    from tests.counted import Counted

# To shrink one would print and parse it thousands of times.
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)
CALLED: Final = {
    *(exp.And, exp.Or, exp.Case, exp.If, exp.Exists),
    *(exp.Cast, exp.TryCast, exp.Count, exp.Sum),
}
"""All that a printed query calls: Spark has each of them."""


AS_WRITTEN: Final[dict[type, type]] = {exp.TryCast: exp.Cast}
"""A cast is read as one that gives null, which Spark's own were by default before its fourth."""


def expect_read_back(queries: Iterable[exp.Expr]) -> int:
    """Expect each query back from its text; return how many there were.

    A tree that was read has its parentheses as nodes, and joins from the left.
    """
    number = 0
    for query in queries:
        number += 1
        text = query.sql(dialect="spark", identify=True)

        read = sqlglot.parse_one(text, dialect="spark")

        assert read.sql(dialect="spark", identify=True) == text
        assert shape(read) == shape(query)
        assert {type(found) for found in read.find_all(exp.Func)} <= CALLED
        assert {str(found.this) for found in read.find_all(exp.Placeholder)} <= {
            "now",
            "until",
            "after",
        }
    return number


def shape(tree: exp.Expr) -> Any:
    """Return what stands within what: each node's kind with its own parts, a leaf with its name."""
    node = tree.unnest()
    if isinstance(node, exp.Ordered):
        # Rising is not said by who writes a query, and is by who reads one.
        node = node.this
    kind = AS_WRITTEN.get(type(node), type(node))
    if isinstance(node, exp.And | exp.Or):
        return (kind, *map(shape, joined_by(kind, node)))
    parts = [shape(part) for part in node.iter_expressions()]
    return (kind, *parts) if parts else (kind, node.name)


def joined_by(kind: type, tree: exp.Expr) -> Iterator[exp.Expr]:
    """Yield what a connector joins, however its pairs are bracketed."""
    left = [tree]
    while left:
        node = left.pop().unnest()
        if type(node) is kind:
            left += [node.args["expression"], node.this]
        else:
            yield node


def bulk(prepared: Prepared, policy: Policy) -> list[exp.Expr]:
    """Return every query of the ledger's standing."""
    layout = layout_of(policy)
    return [
        select_eligible(prepared, layout),
        select_eligible(prepared, layout, after=True),
        numbers_eligible(prepared, layout),
        turning(prepared, layout),
        count_eligible(prepared, layout),
        funnel(prepared, layout),
        by_reason(prepared.steps, layout),
        select_marks(layout),
    ]


def test_each_query_is_read_by_spark_as_it_was_printed(counted: Counted) -> None:
    number = 0
    assert SHOP is not None
    source = SHOP.sources[0]

    @settings(max_examples=cases(quick=4, long=40), phases=PHASES)
    @given(policies, st.data())
    def each(policy: Policy, data: st.DataObject) -> None:
        nonlocal number
        question = data.draw(questions(policy).filter(lambda q: q.activity in policy.activities))
        prepared = prepare(policy, question)
        views = view_of(prepared, SHOP, source).views
        number += expect_read_back([*bulk(prepared, policy), *map(select_of, views)])

    each()
    counted("queries and views printed for Spark and parsed again", number)


ODD = """
catalogue: odd
sources:
  shop:
    tables:
      'se`lect "from" -- x':
        key: ['a`b', '$1']
        subject: {email: '100%'}
        tells: []
        holds: {email: '100%', name: ['Größe; DROP', 'it''s :now', "new\\nline"]}
"""


@settings(max_examples=cases(quick=2, long=20), phases=PHASES)
@given(policies)
def test_any_name_is_read_by_spark_as_it_was_printed(policy: Policy) -> None:
    odd = parse(ODD).catalogue
    assert odd is not None
    for activity in sorted(policy.activities)[:2]:
        views = view_of(prepare(policy, Question(activity=activity)), odd, odd.sources[0]).views
        expect_read_back(map(select_of, views))
