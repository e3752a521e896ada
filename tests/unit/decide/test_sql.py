"""The SQL of conditions and questions, each as the whole text that a database is given."""

import sqlite3
from contextlib import closing

import pytest
from sqlglot import exp

from placket.decide.condition import (
    FALSE,
    TRUE,
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Leaf,
    Not,
)
from placket.decide.decide import Prepared
from placket.decide.sql import (
    DIALECTS,
    balanced,
    by_reason,
    case,
    count_eligible,
    funnel,
    has_marks,
    joined,
    leaf_in,
    met,
    numbers_eligible,
    permitted,
    printed,
    select_eligible,
    select_marks,
    turning,
)
from tests.unit.decide.by_hand import OLD, asks

A_HOLDS = "(s.a_from <= :now AND s.a_until > :now)"
NO_A = "(s.a_from IS NULL OR s.a_from > :now OR s.a_until <= :now)"
OF_S = "SELECT 1 FROM mark_old AS m WHERE (m.person = s.person"
MARKED = f"EXISTS({OF_S} AND m.name = 'm' AND m.from_ <= :now AND m.until_ > :now))"
KNOWN_NO_M = f"NOT EXISTS({OF_S} AND m.name = 'm'))"
KNOWN_NO_N = f"NOT EXISTS({OF_S} AND m.name = 'n'))"
A, M = Holds("a"), Holds("m", sparse=True)


def text(query: exp.Expr) -> str:
    return printed(query, "sqlite")


@pytest.mark.parametrize(("every", "found"), [(False, [(1,)]), (True, [])])
def test_thousands_of_conditions_are_no_chain_that_a_database_refuses(
    every: bool, found: list[tuple[int]]
) -> None:
    one = exp.Literal.number(1)
    parts: list[exp.Expr] = [
        exp.EQ(this=one.copy(), expression=exp.Literal.number(n)) for n in range(5_000)
    ]
    query = exp.Select(expressions=[one]).where(joined(parts, every=every))

    with closing(sqlite3.connect(":memory:")) as database:
        rows = database.execute(printed(query, "sqlite")).fetchall()

    assert rows == found


@pytest.mark.parametrize(("parts", "brackets"), [(100, 0), (101, 1), (202, 3)])
def test_a_chain_of_a_hundred_is_the_longest_without_brackets(parts: int, brackets: int) -> None:
    chain = balanced([exp.Literal.number(1) for _ in range(parts)], exp.Add)

    assert text(chain).count("(") == brackets


@pytest.mark.parametrize(
    ("leaf", "is_true", "expected"),
    [
        (A, True, A_HOLDS),
        (A, False, NO_A),
        (Ended("a"), True, "s.a_until <= :now"),
        (Ended("a"), False, "(s.a_from IS NULL OR s.a_until > :now)"),
        (Known("a"), True, "NOT s.a_from IS NULL"),
        (Known("a"), False, "s.a_from IS NULL"),
        (Holds("never"), True, "FALSE"),
        (Holds("never"), False, "TRUE"),
        (M, True, MARKED),
        (M, False, f"NOT {MARKED}"),
        (Ended("m", sparse=True), True, f"EXISTS({OF_S} AND m.name = 'm' AND m.until_ <= :now))"),
        (Known("m", sparse=True), True, f"EXISTS({OF_S} AND m.name = 'm'))"),
    ],
)
def test_a_leaf_is_printed_as_itself_or_its_contrary(
    leaf: Leaf, is_true: bool, expected: str
) -> None:
    assert text(leaf_in(OLD)(leaf, is_true)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (A, A_HOLDS),
        (Not(All((A, Known("b")))), f"({NO_A} OR s.b_from IS NULL)"),
        (AnyOf((Known("a"), Not(Known("b")))), "(NOT s.a_from IS NULL OR s.b_from IS NULL)"),
        (Not(AnyOf((Known("a"), Not(Known("b"))))), "(s.a_from IS NULL AND NOT s.b_from IS NULL)"),
        (Not(Not(A)), A_HOLDS),
        (TRUE, "TRUE"),
        (FALSE, "FALSE"),
        (Not(TRUE), "FALSE"),
        (M, f"(s.marks > 0 AND {MARKED})"),
        (Not(M), f"NOT {MARKED}"),
    ],
)
def test_who_has_no_marks_is_not_searched_for_any(condition: Condition, expected: str) -> None:
    assert text(met(condition, OLD)) == expected


def test_a_condition_is_asked_of_the_row_that_is_named() -> None:
    assert text(met(All((Ended("a"), M)), OLD, "w")) == (
        "(w.marks > 0 AND (w.a_until <= :now AND " + MARKED.replace("s.person", "w.person") + "))"
    )
    assert text(permitted(asks(Known("a"), M), OLD, "w")) == (
        f"(w.a_from IS NULL AND (w.marks = 0 OR NOT {MARKED.replace('s.person', 'w.person')}))"
    )
    assert text(has_marks("w")) == "w.marks > 0"


SEVERAL = asks(Not(A), Ended("b"), M, Known("unheard"), aside=Known("a"))
ALLOWED = (
    f"({A_HOLDS} AND (s.b_from IS NULL OR s.b_until > :now) AND TRUE"
    f" AND (s.marks = 0 OR NOT {MARKED}))"
)


@pytest.mark.parametrize(
    ("prepared", "expected"),
    [
        (SEVERAL, ALLOWED),
        (asks(Not(A)), A_HOLDS),
        (asks(All((Holds("in.home_uk"), Not(A)))), A_HOLDS),
        (asks(M), f"(s.marks = 0 OR NOT {MARKED})"),
        (
            asks(M, Known("m", sparse=True), Known("n", sparse=True)),
            f"(s.marks = 0 OR (NOT {MARKED} AND {KNOWN_NO_M} AND {KNOWN_NO_N}))",
        ),
        (asks(), "TRUE"),
    ],
)
def test_whom_no_step_denies_is_permitted(prepared: Prepared, expected: str) -> None:
    assert text(permitted(prepared, OLD)) == expected


def test_the_permitted_are_read_in_order_and_page_by_page() -> None:
    read = "SELECT s.person FROM standing_old AS s WHERE"

    assert text(select_eligible(SEVERAL, OLD)) == f"{read} {ALLOWED} ORDER BY s.person"
    assert text(select_eligible(asks(Not(A)), OLD, after=True)) == (
        f"{read} ({A_HOLDS} AND s.person > :after) ORDER BY s.person"
    )


NUMBERED = "FROM standing_old AS s JOIN person AS p ON p.id = s.person WHERE"


def test_the_permitted_are_told_by_their_numbers() -> None:
    query = numbers_eligible(asks(Not(A)), OLD)

    assert text(query) == f"SELECT p.number {NUMBERED} {A_HOLDS}"


def turns(end: str) -> str:
    return f"({end} > :now AND {end} < :until)"


def test_an_answer_turns_where_a_state_that_is_asked_about_begins_or_ends() -> None:
    read = f"SELECT s.person, p.number {NUMBERED}"
    a_turns = f"{turns('s.a_from')} OR {turns('s.a_until')}"
    b_turns = f"{turns('s.b_from')} OR {turns('s.b_until')}"
    mark_turns = f"({turns('m.from_')} OR {turns('m.until_')})"

    assert text(turning(asks(Not(A), aside=Known("b")), OLD)) == f"{read} ({a_turns})"
    # A mark that is named like a column is none.
    assert text(turning(asks(Known("b", sparse=True)), OLD)) == (
        f"{read} (s.marks > 0 AND EXISTS({OF_S} AND {mark_turns})))"
    )
    assert text(turning(SEVERAL, OLD)) == (
        f"{read} ({a_turns} OR {b_turns} OR (s.marks > 0 AND EXISTS({OF_S} AND {mark_turns}))))"
    )


COUNTED = "SELECT COUNT(*) FROM standing_old AS s"


def test_the_permitted_are_counted() -> None:
    query = count_eligible(asks(Not(A)), OLD)

    assert text(query) == f"{COUNTED} WHERE {A_HOLDS}"


def test_a_funnel_counts_each_person_by_the_first_step_that_denies() -> None:
    count = "COUNT(*) AS persons FROM standing_old AS s GROUP BY 1"

    assert text(funnel(SEVERAL, OLD)) == (
        f"SELECT CASE WHEN {NO_A} THEN 0 WHEN s.b_until <= :now THEN 1"
        f" WHEN (s.marks > 0 AND {MARKED}) THEN 2 WHEN FALSE THEN 3 ELSE -1 END AS step, {count}"
    )
    assert text(funnel(asks(), OLD)) == f"SELECT -1 AS step, {count}"


def test_each_reason_is_counted_whatever_else_denies() -> None:
    query = by_reason(asks(Not(A), M).steps, OLD)

    assert text(query) == (
        f"SELECT SUM(CASE WHEN {NO_A} THEN 1 ELSE 0 END) AS step_0,"  # noqa: S608 - not run
        f" SUM(CASE WHEN (s.marks > 0 AND {MARKED}) THEN 1 ELSE 0 END) AS step_1"
        " FROM standing_old AS s"
    )


def test_all_marks_are_read() -> None:
    query = select_marks(OLD)

    assert text(query) == "SELECT m.person, m.name, m.from_, m.until_ FROM mark_old AS m"


def test_a_case_of_nothing_is_what_is_left() -> None:
    assert text(case([])) == "0"
    assert text(case([], otherwise=7)) == "7"
    assert text(case([(exp.true(), 3)], otherwise=7)) == "CASE WHEN TRUE THEN 3 ELSE 7 END"


@pytest.mark.parametrize(
    ("dialect", "bound"),
    [("sqlite", ":now"), ("postgres", "%(now)s"), ("mysql", ":now"), ("duckdb", "$now")],
)
def test_each_database_is_given_the_instant_in_its_own_way(dialect: str, bound: str) -> None:
    found = printed(met(Ended("a"), OLD), dialect)

    assert found == f"s.a_until <= {bound}"
    assert DIALECTS == ("sqlite", "postgres", "mysql", "duckdb", "spark")
