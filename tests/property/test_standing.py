"""Theorems of the fold: order, repetition and form do not matter, and a merge keeps every no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import assume, given
from hypothesis import strategies as st

from placket.facts import OPEN, Kind
from placket.standing.fold import fold
from placket.standing.layout import layout_of
from placket.standing.standing import Standing, dense_names, pack, unpack
from tests.property.strategies import MOMENTS, Life, lives, policies

if TYPE_CHECKING:
    from placket.policy.compile import Policy


def standing_of(policy: Policy, life: Life) -> Standing:
    return fold(policy, "p1", life.facts, private=life.private, connected=life.connected)


@given(policies, lives(), st.data())
def test_neither_order_nor_repetition_matters(
    policy: Policy, life: Life, data: st.DataObject
) -> None:
    told = data.draw(st.permutations((*life.facts, *life.facts[::3])))

    assert standing_of(policy, life._replace(facts=tuple(told))) == standing_of(policy, life)


@given(policies, lives())
def test_a_standing_survives_being_packed(policy: Policy, life: Life) -> None:
    standing = standing_of(policy, life)

    assert unpack(pack(standing)) == standing


@given(policies, lives())
def test_a_state_is_a_column_or_a_mark_and_never_both(policy: Policy, life: Life) -> None:
    standing, columns = standing_of(policy, life), set(dense_names(policy))

    assert standing.dense.keys() <= columns
    assert standing.sparse.keys().isdisjoint(columns)


@given(policies, lives())
def test_a_wide_row_holds_every_column(policy: Policy, life: Life) -> None:
    layout, standing = layout_of(policy), standing_of(policy, life)

    row = layout.wide_row(standing)

    assert row[:2] == ["p1", len(standing.sparse)]
    ends = zip(row[2::2], row[3::2], strict=True)
    held = {
        name: pair for name, pair in zip(layout.names, ends, strict=True) if pair[0] is not None
    }
    assert held == {name: interval[:2] for name, interval in standing.dense.items()}


@given(policies, lives())
def test_every_interval_rests_on_a_fact_that_is_there_or_on_none(
    policy: Policy, life: Life
) -> None:
    standing = standing_of(policy, life)

    intervals = (*standing.dense.values(), *standing.sparse.values())
    assert {fact for _, _, fact in intervals} <= {"", *(fact.id for fact in life.facts)}


NOES = ("no.", "objected.", "refused.", "off.", "listed.", "declined.")


@given(policies, lives())
def test_a_merge_never_loses_a_no(policy: Policy, life: Life) -> None:
    facts = tuple(f for f in life.facts if f.kind is not Kind.TOMBSTONE)
    assume(facts)
    # The two became one after all that happened: no yes of the one has yet answered the other.
    merged = standing_of(policy, life._replace(facts=facts, joined=MOMENTS[-1] + 1))
    for person in ("p1", "p2"):
        alone = fold(policy, person, (fact for fact in facts if fact.person == person))
        for name, (_, until, _) in (*alone.dense.items(), *alone.sparse.items()):
            if name.startswith(NOES) and until == OPEN:
                assert merged.get(name) is not None
