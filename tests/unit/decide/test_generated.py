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


A, B, C = Holds("in.a"), Ended("b"), Known("c")
M, N = Holds("m", sparse=True), Ended("n", sparse=True)

PLAIN_FIRST = """\
def denied(dense, sparse, at):
  get = dense.get
  if not sparse and not (True): return ()
  h0 = ((v := get(n0)) is not None and v[0] <= at < v[1])
  h1 = ((v := get(n1)) is not None and v[1] <= at)
  h3 = ((v := get(n2)) is not None)
  if not sparse:
    found = []
    if (not h0): found.append(0)
    if (h3 or h0): found.append(2)
    if (True): found.append(5)
    if (True): found.append(6)
    return found
  get = sparse.get
  h2 = ((v := get(n3)) is not None and v[0] <= at < v[1])
  h4 = ((v := get(n4)) is not None and v[1] <= at)
  h5 = ((v := get(n3)) is not None)
  found = []
  if (not h0): found.append(0)
  if (h3 or h4 or (h0 and (not h2))): found.append(2)
  if (True): found.append(5)
  if (not h2): found.append(6)
  if (h1 and h2): found.append(1)
  if h5: found.append(4)
  return found"""


def test_who_has_no_marks_is_asked_less_and_each_state_is_asked_for_once() -> None:
    either = AnyOf((C, N, All((A, Not(M)))))
    known = Known("m", sparse=True)
    writing = Writing((Not(A), All((B, M)), either, AnyOf(()), known, All(()), Not(M)), ("in.a",))

    text = writing.text()

    assert text == PLAIN_FIRST
    assert writing.numbers == {"in.a": 0, "b": 1, "c": 2, "m": 3, "n": 4}


def test_whom_nothing_denies_is_found_by_the_shortened_conditions() -> None:
    other = Holds("in.b")
    both = (All((A, B)), All((other, B)), Not(AnyOf((A, other))))
    ended = "((v := get(n0)) is not None and v[1] <= at)"
    here, there = (
        f"((v := get({number})) is not None and v[0] <= at < v[1])" for number in ("n1", "n2")
    )

    third = Writing(both, ("in.a", "in.b")).text().splitlines()[2]

    assert third == (
        f"  if not sparse and not ({ended} or ((not {here}) and (not {there}))): return ()"
    )


def test_what_is_true_of_nobody_is_not_true_within_a_condition() -> None:
    denied = denied_by((All((Not(AnyOf(())), Not(M))), AnyOf((AnyOf(()), M))))

    assert list(denied({}, {"other": (0, 9, "f1")}, 5)) == [0]
