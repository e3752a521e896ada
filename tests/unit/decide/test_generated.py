"""The text of a generated function: numbers and its own words, whatever a policy names."""

import re

from placket.decide.condition import All, AnyOf, Condition, Ended, Holds, Known, Not
from placket.decide.generated import Writing, denied_by

EVIL = ("x') or __import__('os').abort() or ('", "n0\nreturn ()\n#", '"""', "{h0}", "\\", "at")
WORDS = re.compile(
    r"\s+|def denied\(dense, sparse, at\):|\b(?:if|not|and|or|is|None|True|False|return|at)\b"
    r"|\b(?:dense|sparse)(?:\.get)?\b|\bget\b|\b[nh]\d+\b|\bv\[[01]\]|\bv :=|\bfound(?:\.append)?\b"
    r"|\d+|<=|<|=|\[\]|[():]"
)


def evil() -> tuple[Condition, ...]:
    """Return conditions over states that are named like code."""
    dense = tuple(Holds(name) for name in EVIL)
    sparse = tuple(Known(name, sparse=True) for name in EVIL)
    return (All(dense), AnyOf(sparse), Not(Ended(EVIL[0])), All(()), AnyOf(()))


def test_nothing_that_a_policy_names_stands_in_the_text() -> None:
    text = Writing(evil(), ()).text()

    assert WORDS.sub("", text) == ""


def test_states_are_asked_for_by_their_whole_names() -> None:
    held = dict.fromkeys(EVIL, (0, 10, "f1"))
    denied = denied_by(evil())

    assert list(denied(held, {}, 5)) == [0, 2, 3]
    assert list(denied(held, held, 5)) == [0, 2, 3, 1]
    assert list(denied({}, {}, 5)) == [2, 3]
