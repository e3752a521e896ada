"""Groups of persons who are alike: how they are asked for, gathered and counted."""

import pytest

from placket.decide.alike import Alike, asked_leaves, count_words, gathered, select_alike
from placket.decide.condition import FALSE, TRUE, All, AnyOf, Ended, Holds, Known, Leaf, Not
from placket.standing.layout import Layout
from tests.unit.decide.by_hand import OLD, asks
from tests.unit.decide.test_sql import text

A, B, M = Holds("a"), Known("b"), Holds("m", sparse=True)
CROWD = Alike(persons=(1, 10, 100, 1000), true_of={A: 0b0101, B: 0b0011})


def test_each_person_is_counted_by_the_first_step_that_denies() -> None:
    assert CROWD.first_denials(asks(A, B, aside=TRUE)) == {0: 101, 1: 10, -1: 1000}
    assert CROWD.first_denials(asks(FALSE, Not(A), B)) == {1: 1010, 2: 1, -1: 100}
    assert CROWD.first_denials(asks(TRUE, A)) == {0: 1111, -1: 0}


def test_the_groups_that_no_step_denies_are_permitted() -> None:
    assert CROWD.permitted(asks(A, B, aside=TRUE)) == 0b1000
    assert CROWD.permitted(asks(Not(A))) == 0b0101
    assert CROWD.permitted(asks(All((A, B)))) == 0b1110
    assert CROWD.permitted(asks(AnyOf((A, B)))) == 0b1000
    assert CROWD.permitted(asks(M, Ended("a"))) == 0b1111
    assert CROWD.permitted(asks(TRUE)) == 0
    assert CROWD.permitted(asks()) == 0b1111


def test_the_persons_of_groups_are_summed() -> None:
    assert [CROWD.count(groups) for groups in (0, 0b1, 0b110, 0b1111)] == [0, 1, 110, 1111]


def test_only_leaves_over_columns_are_asked_and_each_once() -> None:
    prepared = [asks(Not(B), AnyOf((A, M, Holds("unheard"))), aside=Ended("a")), asks(B)]

    assert asked_leaves(prepared, OLD) == (A, B)


def test_truths_are_asked_as_numbers_a_bit_each() -> None:
    query = select_alike((Ended("a"), B), OLD)

    assert text(query) == (
        "SELECT CASE WHEN s.marks > 0 THEN s.person ELSE '' END,"
        " CASE WHEN s.a_until <= :now THEN 1 ELSE 0 END"
        " + CASE WHEN NOT s.b_from IS NULL THEN 2 ELSE 0 END,"
        " COUNT(*) FROM standing_old AS s GROUP BY 1, 2"
    )


@pytest.mark.parametrize(("leaves", "words"), [(0, 0), (1, 1), (48, 1), (49, 2), (96, 2), (97, 3)])
def test_a_number_holds_forty_eight_truths(leaves: int, words: int) -> None:
    names = tuple(f"n{number}" for number in range(leaves))
    asked, layout = tuple(map(Known, names)), Layout(digest="wide", names=names)

    query = text(select_alike(asked, layout))

    assert count_words(asked) == words
    assert query.endswith(f"GROUP BY {', '.join(str(place) for place in range(1, words + 2))}")
    # The bit of the first leaf of each word, and of the last of a full one.
    assert query.count("THEN 1 ") == words
    assert query.count(f"THEN {1 << 47} ") == leaves // 48
    assert f"THEN {1 << 48} " not in query


def test_groups_are_gathered_from_words_and_marks() -> None:
    leaves: tuple[Leaf, ...] = (A, *(Known(f"n{number}") for number in range(47)), B, Ended("b"))
    rows = [("", 0b1, 0b10, 7), ("ada", 0, 0b01, 1), ("", 1 << 47, 0, "20"), ("bob", "1", 0, 1)]
    marks = [
        ("ada", "now", 0, 11),
        ("ada", "over", 0, 10),
        ("ada", "ahead", "11", "12"),
        ("bob", "now", 10, 11),
        ("eve", "now", 0, 11),
    ]

    found = gathered(iter(rows), leaves, marks, 10)

    assert found == Alike(
        persons=(7, 1, 20, 1),
        true_of={
            A: 0b1001,
            Ended("b"): 0b0001,
            B: 0b0010,
            Known("n46"): 0b0100,
            Known("now", sparse=True): 0b1010,
            Holds("now", sparse=True): 0b1010,
            Known("over", sparse=True): 0b0010,
            Ended("over", sparse=True): 0b0010,
            Known("ahead", sparse=True): 0b0010,
        },
    )


def test_every_truth_of_a_word_is_gathered() -> None:
    found = gathered([("", 0b1011, 1), ("", 0b0110, 1)], (A, B, M, Ended("b")), (), 0)

    assert found.true_of == {A: 0b01, B: 0b11, M: 0b10, Ended("b"): 0b01}


@pytest.mark.parametrize("groups", [1, 8, 9, 17, 20])
def test_groups_of_any_number_are_gathered(groups: int) -> None:
    rows = [("", 1, 1)] * groups

    assert gathered(rows, (A,), (), 0).true_of == {A: (1 << groups) - 1}


def test_of_no_groups_nothing_is_gathered() -> None:
    assert gathered((), (A,), (), 0) == Alike(persons=(), true_of={})
