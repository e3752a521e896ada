"""Theorem of the bitmaps: what they count is what the SQL counts and whom `decide` permits."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from placket.decide.decide import prepare
from placket.decide.sql import count_eligible, printed
from placket.facts import Fact, Kind
from placket.gate.bitmaps import TERM, by_set, counted, kept_set
from placket.standing.fold import fold, moves, refold
from placket.standing.layout import Layout, layout_of
from placket.store import open_ledger
from tests.property.counts import cases
from tests.property.strategies import edges, lives, policies, questions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.decide.question import Question
    from placket.policy.compile import Policy
    from placket.standing.history import Connected
    from placket.standing.standing import Standing
    from placket.store import Ledger

pytest.importorskip("pyroaring")

NOW = 2**60
RUNS = count()
# What the ledger asks more of than these lives tell: hashes, links and ends.
UNTOLD = {Kind.TOMBSTONE, Kind.KEY_DESTROYED, Kind.IDENTITY_LINKED, Kind.LINK_VOIDED}


@dataclass(frozen=True, slots=True)
class Plain:
    """The fold of a policy that opens no payload."""

    policy: Policy

    @property
    def layout(self) -> Layout:
        return layout_of(self.policy)

    def concerns(self, fact: Fact) -> bool:
        return moves(self.policy, fact)

    def fold(self, person: str, facts: Sequence[Fact], connected: Connected) -> Standing:
        return fold(self.policy, person, facts, connected=connected)

    def refold(
        self, before: Standing, news: Sequence[Fact], facts: Sequence[Fact], connected: Connected
    ) -> Standing:
        return refold(self.policy, before, news, facts, connected=connected)


@dataclass(frozen=True, slots=True)
class Days:
    """What is told before a set is made and after, what is asked, and when."""

    policy: Policy
    before: list[Fact]
    after: list[Fact]
    asked: list[Question]
    at: int
    later: int


@st.composite
def days(draw: st.DrawFn) -> Days:
    """Draw a crowd whose facts come in part after the first count."""
    policy = draw(policies)
    crowd = draw(st.lists(lives(largest=8), min_size=1, max_size=5))
    facts = [
        msgspec.structs.replace(
            fact,
            id=f"{number}-{fact.id}",
            person=f"{number}-{fact.person}",
            about=fact.about and f"{number}-{fact.about}",
        )
        for number, life in enumerate(crowd)
        for fact in life.facts
        if fact.kind not in UNTOLD
    ]
    late = [draw(st.integers(0, 3)) == 0 for _ in facts]
    asked = st.lists(questions(policy), min_size=1, max_size=4)
    at = draw(st.sampled_from(edges(policy, crowd[0])))
    return Days(
        policy,
        [fact for fact, is_late in zip(facts, late, strict=True) if not is_late],
        [fact for fact, is_late in zip(facts, late, strict=True) if is_late],
        [q for q in draw(asked) if q.activity in policy.activities],
        at,
        at + draw(st.sampled_from((0, 1, 2, TERM - 1, TERM))),
    )


def of_this_run(facts: list[Fact], run: int) -> list[Fact]:
    """Return the facts as they are told of persons whom no other case has."""
    return [
        msgspec.structs.replace(
            fact,
            id=f"r{run}-{fact.id}",
            person=f"r{run}-{fact.person}",
            about=fact.about and f"r{run}-{fact.about}",
        )
        for fact in facts
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def ledger(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ledger]:
    """Yield an empty ledger on each engine, shared by the cases of the module."""
    if request.param == "sqlite":
        where = str(tmp_path_factory.mktemp("bitmaps") / "placket.db")
    else:
        where = request.getfixturevalue("postgres_url")
    with open_ledger(where, create=True) as opened:
        yield opened


@settings(
    max_examples=cases(quick=10, long=30), phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
@given(drawn=days())
def test_a_kept_set_counts_what_the_database_counts_and_decide_permits(
    ledger: Ledger, drawn: Days
) -> None:
    told = Plain(drawn.policy)
    run = next(RUNS)
    ledger.append(of_this_run(drawn.before, run), now=NOW)
    ledger.prepare_fold(told)
    try:
        for question in drawn.asked:
            prepared = prepare(drawn.policy, question)
            for _ in range(2):
                counted(ledger, prepared, drawn.at, slow_seconds=0)
        ledger.append(of_this_run(drawn.after, run), [told], now=NOW)
        for question in drawn.asked:
            prepared = prepare(drawn.policy, question)
            standings = [ledger.standing_of(p, told.layout.digest) for p in ledger.persons()]

            text = printed(count_eligible(prepared, told.layout), ledger.dialect)
            by_database = ledger.count(text, {"now": drawn.later})
            kept = kept_set(ledger, prepared)
            assert kept is not None
            found = by_set(ledger, prepared, kept, drawn.later)

            assert kept.serves(drawn.later) is (drawn.later < drawn.at + TERM)
            assert by_database == sum(
                prepared.decide(s, drawn.later).is_permitted for s in standings if s
            )
            if kept.serves(drawn.later):
                assert found == by_database
    finally:
        ledger.drop_fold(told.layout.digest)
