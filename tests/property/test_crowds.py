"""Theorems of decide and of the fold, on crowds that are drawn and judged once for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from placket.decide.decide import decide
from placket.standing.fold import fold, refold
from placket.standing.standing import pack, unpack
from tests.property.counts import cases
from tests.property.model import Verdict, oracle
from tests.property.strategies import Life, edges, lives, policies, questions
from tests.property.test_decide import agrees

if TYPE_CHECKING:
    from placket.decide.question import Question
    from placket.policy.compile import Policy


class Judged(NamedTuple):
    """A person under a policy, and what the plain model answers about them."""

    policy: Policy
    life: Life
    answers: tuple[tuple[int, Question, Verdict], ...]


@pytest.fixture(scope="session")
def crowd() -> list[Judged]:
    """Return people under a few policies, the same in each run."""
    found = []

    @settings(
        max_examples=cases(quick=5, long=40),
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(policies, st.lists(lives(), min_size=8, max_size=8), st.data())
    def draw(policy: Policy, people: list[Life], data: st.DataObject) -> None:
        for life in people:
            asked = data.draw(st.lists(questions(policy), min_size=4, max_size=4))
            instants = data.draw(st.lists(st.sampled_from(edges(policy, life)), max_size=2))
            answers = tuple(
                (at, q, oracle(policy, life.facts, life.private, life.connected, q, at))
                for at in instants
                for q in asked
            )
            found.append(Judged(policy, life, answers))

    draw()
    return found


def test_the_model_agrees_about_a_crowd(crowd: list[Judged]) -> None:
    for policy, life, answers in crowd:
        standings = {
            at: fold(policy, "p1", known, private=life.private, connected=life.connected)
            if (known := life.by(at))
            else None
            for at, _, _ in answers
        }
        for at, question, expected in answers:
            decision = decide(policy, standings[at], question, at)

            assert agrees(decision, expected)


def test_a_standing_is_the_same_in_any_order_by_steps_and_out_of_its_packing(
    crowd: list[Judged],
) -> None:
    for policy, life, _ in crowd:
        private, connected, news = life.private, life.connected, life.facts[::4]
        whole = fold(policy, "p1", life.facts, private=private, connected=connected)
        first = [fact for fact in life.facts if fact not in news]
        before = fold(policy, "p1", first, private=private, connected=connected)
        again = (*life.facts[::-1], *news)

        after = refold(policy, before, news, life.facts, private=private, connected=connected)
        otherwise = fold(policy, "p1", again, private=private, connected=connected)

        assert pack(after) == pack(whole)
        assert unpack(pack(whole)) == whole
        assert otherwise == whole
