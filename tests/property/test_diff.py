"""Theorems of comparing policies: nothing differs from itself, and no word is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from placket.policy.comparing.words import compared
from placket.policy.diff import compare
from tests.property.test_policy_round_trip import documents

if TYPE_CHECKING:
    from placket.policy.parse import Document

WORD = st.sampled_from(["we", "keep", "your", "data", "for", "6", "7", "months.", "years,"])
WORDS = st.lists(WORD, max_size=20)


@settings(max_examples=25)
@given(document=documents())
def test_a_policy_does_not_differ_from_itself(document: Document) -> None:
    found = compare(document, document)

    assert (found.clauses, found.rules, found.consequences, found.triggers) == ((), (), (), ())


@settings(max_examples=25)
@given(old=documents(), new=documents())
def test_what_came_one_way_went_the_other(old: Document, new: Document) -> None:
    there, back = compare(old, new), compare(new, old)

    assert len(there.rules) == len(back.rules)
    assert {c.clause for c in there.clauses} == {c.clause for c in back.clauses}


@given(before=WORDS, after=WORDS)
def test_the_pieces_are_both_texts_again(before: list[str], after: list[str]) -> None:
    pieces = list(compared(" ".join(before), " ".join(after)))

    def text(*kinds: str) -> list[str]:
        return [w for piece in pieces if piece.what in kinds for w in piece.text.split()]

    assert text("same", "out") == before
    assert text("same", "in") == after
