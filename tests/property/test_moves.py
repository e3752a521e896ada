"""Theorems of what moves a standing: what cannot move stands, and need not be folded anew."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from placket.standing.fold import fold, moves, refold
from placket.standing.standing import pack
from placket.store import open_ledger
from tests.contract.test_store_tree import SIGNER
from tests.property.counts import cases
from tests.property.strategies import Life, lives, policies
from tests.property.test_bitmaps import NOW, Days, Plain, days, of_this_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.facts import Fact
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing
    from placket.store import Ledger

RUNS = count(1_000_000)
"""Far from those of the other module that fills the same ledger on PostgreSQL."""


@given(policy=policies, life=lives(), data=st.data())
def test_a_fact_that_moves_nobody_may_be_left_out(
    policy: Policy, life: Life, data: st.DataObject
) -> None:
    still = [fact for fact in life.facts if not moves(policy, fact)]
    left_out = data.draw(st.sets(st.sampled_from(still)) if still else st.just(set()))
    rest = [fact for fact in life.facts if fact not in left_out]

    whole = folded(policy, life, life.facts)
    without = folded(policy, life, rest)

    assert without == whole


def folded(policy: Policy, life: Life, facts: Iterable[Fact]) -> Standing:
    return fold(policy, "p1", facts, private=life.private, connected=life.connected)


def told_later(life: Life) -> Iterator[set[Fact]]:
    """Yield what may be news: each fact alone, late or not, and every other one together."""
    yield from ({fact} for fact in life.facts)
    yield set(life.facts[::2])


@given(policy=policies, crowd=st.lists(lives(), min_size=1, max_size=6))
def test_what_news_cannot_move_need_not_be_folded(policy: Policy, crowd: list[Life]) -> None:
    for life in crowd:
        whole = folded(policy, life, life.facts)
        for news in told_later(life):
            before = folded(policy, life, [fact for fact in life.facts if fact not in news])

            after = refold(
                policy, before, news, life.facts, private=life.private, connected=life.connected
            )

            assert pack(after) == pack(whole)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def ledger(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """Yield an empty ledger on each engine, shared by the cases of the module."""
    where = str(tmp_path_factory.mktemp("moves") / "placket.db")
    if request.param == "postgres":
        where = request.getfixturevalue("postgres_url")
    with open_ledger(where, create=True) as opened:
        yield opened


@settings(
    max_examples=cases(quick=6, long=15), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(drawn=days())
def test_an_append_leaves_what_folding_everybody_gives(ledger: Ledger, drawn: Days) -> None:
    told = Plain(drawn.policy)
    run = next(RUNS)
    ledger.append(of_this_run(drawn.before, run), now=NOW)
    ledger.prepare_fold(told)
    try:
        ledger.append(of_this_run(drawn.after, run), [told], now=NOW)

        found = ledger.verify(SIGNER.public_key, standing=told)

        assert found.damage is None
    finally:
        ledger.drop_fold(told.layout.digest)
