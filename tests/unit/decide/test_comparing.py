"""The SQL over the standings under two policies, each query as its whole text."""

import pytest

from placket.decide.comparing import GAINED, KEPT, LOST, Joined, asks_alike, but_not
from placket.decide.condition import All, Ended, Holds, Known, Not
from placket.decide.decide import Prepared
from placket.decide.sql import met
from tests.unit.decide.by_hand import NEW, OLD, asks
from tests.unit.decide.test_sql import text

BOTH = Joined(old=OLD, new=NEW)
JOINED = "FROM standing_old AS o JOIN standing_new AS n ON n.person = o.person"
OLD_B = BOTH.holds(Ended("b"), new=False)
NEW_C = BOTH.holds(Ended("c"), new=True)


def test_each_policy_is_asked_of_its_own_row() -> None:
    prepared = asks(Ended("b"))

    assert text(BOTH.is_permitted(prepared, new=False)) == "(o.b_from IS NULL OR o.b_until > :now)"
    assert text(BOTH.is_permitted(prepared, new=True)) == "(n.b_from IS NULL OR n.b_until > :now)"
    assert text(BOTH.is_permitted(None, new=True)) == "FALSE"
    assert (text(OLD_B), text(NEW_C)) == ("o.b_until <= :now", "n.c_until <= :now")
    # A state that only the other policy has.
    assert text(BOTH.holds(Known("c"), new=False)) == "FALSE"


def test_outcomes_are_counted_by_a_number_for_both_policies() -> None:
    assert text(BOTH.outcomes(OLD_B, NEW_C)) == (
        "SELECT CASE WHEN o.b_until <= :now THEN 2 ELSE 0 END"
        " + CASE WHEN n.c_until <= :now THEN 1 ELSE 0 END AS outcome,"
        f" COUNT(*) AS persons {JOINED} GROUP BY 1"
    )


def test_who_is_permitted_under_both_policies_has_the_sum_of_their_numbers() -> None:
    assert (GAINED, LOST, KEPT) == (1, 2, GAINED + LOST)


def test_persons_of_whom_anything_wanted_is_true_are_read_and_counted() -> None:
    wanted = "(o.b_until <= :now OR n.c_until <= :now)"

    persons, count = BOTH.persons([OLD_B, NEW_C]), BOTH.count([OLD_B, NEW_C])

    assert text(persons) == f"SELECT o.person {JOINED} WHERE {wanted} ORDER BY o.person"
    assert text(count) == f"SELECT COUNT(*) {JOINED} WHERE {wanted}"


def test_persons_alike_under_both_policies_are_one_group() -> None:
    query = BOTH.alike((Ended("a"), Ended("b")), (Known("c"),))

    assert text(query) == (
        "SELECT CASE WHEN (o.marks > 0 OR n.marks > 0) THEN o.person ELSE '' END,"
        " CASE WHEN o.a_until <= :now THEN 1 ELSE 0 END"
        " + CASE WHEN o.b_until <= :now THEN 2 ELSE 0 END,"
        f" CASE WHEN NOT n.c_from IS NULL THEN 1 ELSE 0 END, COUNT(*) {JOINED} GROUP BY 1, 2, 3"
    )


def test_who_has_marks_under_either_policy_is_counted() -> None:
    query = BOTH.marked()

    assert text(query) == f"SELECT COUNT(*) {JOINED} WHERE (o.marks > 0 OR n.marks > 0)"


def test_a_state_differs_where_one_of_its_ends_does() -> None:
    never = "-9223372036854775807"

    query = BOTH.changes(["b"])

    assert text(query) == (
        f"SELECT MAX(CASE WHEN (COALESCE(o.b_from, {never}) <> COALESCE(n.b_from, {never})"
        f" OR COALESCE(o.b_until, {never}) <> COALESCE(n.b_until, {never}))"
        f" THEN 1 ELSE 0 END) {JOINED}"
    )
    assert BOTH.common() == ("b",)


def test_marks_differ_that_stand_under_one_policy_alone() -> None:
    old, new = (
        f"SELECT m.person, m.name, m.from_, m.until_ FROM mark_{name} AS m"  # noqa: S608 - not run
        for name in ("old", "new")
    )

    assert text(BOTH.changed_marks()) == (
        f"SELECT x.name FROM ({old} EXCEPT {new}) AS x"  # noqa: S608 - not run
        f" UNION SELECT x.name FROM ({new} EXCEPT {old}) AS x"
    )


def test_what_is_unknown_of_the_exception_is_wanted() -> None:
    found = but_not(met(Ended("a"), OLD), met(Ended("b"), OLD))

    assert text(found) == (
        "(s.a_until <= :now AND CASE WHEN s.b_until <= :now THEN 1 ELSE 0 END = 0)"
    )


A, B = Holds("a"), Holds("b")


@pytest.mark.parametrize(
    ("old", "new", "changed", "expected"),
    [
        (asks(A, Not(B)), asks(Not(B), A), set(), True),
        (asks(A, Not(B)), asks(A, Not(B)), {"c"}, True),
        (asks(A, Not(B)), asks(A, Not(B)), {"b", "c"}, False),
        (asks(All((A, B))), asks(All((A, B))), {"a"}, False),
        (asks(A), asks(A, B), set(), False),
        (asks(A, B), asks(A), set(), False),
        (asks(A, aside=B), asks(A), {"b"}, True),
        (asks(A), asks(A, aside=B), {"b"}, True),
    ],
)
def test_two_policies_ask_alike_by_the_same_conditions_of_unchanged_states(
    old: Prepared, new: Prepared, changed: set[str], expected: bool
) -> None:
    assert asks_alike(old, new, frozenset(changed)) is expected
