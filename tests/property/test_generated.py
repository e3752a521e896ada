"""Theorem of the generated functions: they find the conditions that are true, and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from placket.decide.condition import All, AnyOf, Condition, Ended, Holds, Known, Not, is_true
from placket.decide.generated import denied_by

if TYPE_CHECKING:
    from placket.standing.standing import Interval

DENSE, SPARSE = ("in.a", "in.b", "c", "d"), ("m", "n")
PLACES = ("in.a", "in.b")


def leaves() -> st.SearchStrategy[Condition]:
    kinds = st.sampled_from((Holds, Ended, Known))
    dense = st.builds(lambda kind, name: kind(name), kinds, st.sampled_from(DENSE))
    sparse = st.builds(lambda kind, name: kind(name, sparse=True), kinds, st.sampled_from(SPARSE))
    return st.one_of(dense, sparse)


def trees(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, max_size=3).map(tuple)
    return st.one_of(parts.map(Not), several.map(All), several.map(AnyOf))


conditions = st.lists(st.recursive(leaves(), trees, max_leaves=8), min_size=1, max_size=5)
ends = st.integers(0, 4)
intervals: st.SearchStrategy[Interval] = st.tuples(ends, ends, st.just("f1"))


@given(
    asked=conditions,
    dense=st.dictionaries(st.sampled_from(DENSE), intervals),
    sparse=st.dictionaries(st.sampled_from(SPARSE), intervals),
    at=ends,
)
def test_the_generated_function_finds_the_conditions_that_are_true(
    asked: list[Condition], dense: dict[str, Interval], sparse: dict[str, Interval], at: int
) -> None:
    nowhere = Not(AnyOf(tuple(Holds(place) for place in PLACES)))
    every = (nowhere, *asked)

    found = denied_by(every, PLACES)(dense, sparse, at)

    assert sorted(found) == [
        number for number, condition in enumerate(every) if is_true(condition, dense, sparse, at)
    ]
