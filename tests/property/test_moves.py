"""Theorems of what moves a standing: what is said to move nobody moves nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from placket.standing.fold import fold, moves
from tests.property.strategies import Life, lives, policies

if TYPE_CHECKING:
    from placket.policy.compile import Policy


@given(policy=policies, life=lives(), data=st.data())
def test_a_fact_that_moves_nobody_may_be_left_out(
    policy: Policy, life: Life, data: st.DataObject
) -> None:
    still = [fact for fact in life.facts if not moves(policy, fact)]
    left_out = data.draw(st.sets(st.sampled_from(still)) if still else st.just(set()))
    rest = [fact for fact in life.facts if fact not in left_out]

    whole = fold(policy, "p1", life.facts, private=life.private, connected=life.connected)
    without = fold(policy, "p1", rest, private=life.private, connected=life.connected)

    assert without == whole
