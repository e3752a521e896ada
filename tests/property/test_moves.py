"""Theorems of what moves a standing: what cannot move stands, and need not be folded anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from placket.standing.fold import fold, moves, refold
from placket.standing.standing import pack
from tests.property.strategies import Life, lives, policies

if TYPE_CHECKING:
    from placket.facts import Fact
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


@given(policy=policies, life=lives(), data=st.data())
def test_what_news_cannot_move_need_not_be_folded(
    policy: Policy, life: Life, data: st.DataObject
) -> None:
    # In any order, so that late facts are among them.
    news = data.draw(st.sets(st.sampled_from(life.facts), max_size=4) if life.facts else _NOBODY)
    known = [fact for fact in life.facts if fact not in news]
    before = fold(policy, "p1", known, private=life.private, connected=life.connected)

    after = refold(policy, before, news, life.facts, private=life.private, connected=life.connected)

    whole = fold(policy, "p1", life.facts, private=life.private, connected=life.connected)
    assert pack(after) == pack(whole)


_NOBODY: st.SearchStrategy[set[Fact]] = st.just(set())
