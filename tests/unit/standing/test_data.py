from typing import Any

from placket.facts import OPEN, Fact, Kind
from tests.unit.standing.telling import day, shop, standing_of, told

CARE = """
activity: care
purpose: customer_service
uses: [email, name]
basis: legitimate_interest
"""


def erased(on: float, *kept: str, **parts: Any) -> Fact:
    marks = tuple(f"kept:{each}" for each in kept)
    return told(Kind.DATA_ERASED, on, **({"data": ("all_held",), "marks": marks} | parts))


def collected(on: float, *data: str) -> Fact:
    return told(Kind.DATA_COLLECTED, on, data=data)


def test_all_that_is_held_is_what_some_activity_uses() -> None:
    standing = standing_of(shop(CARE), erased(1))

    assert standing.sparse == {
        "erased.email": (day(1), OPEN, "data_erased@1"),
        "erased.name": (day(1), OPEN, "data_erased@1"),
    }


def test_what_came_anew_is_erased_no_longer() -> None:
    standing = standing_of(shop(CARE), erased(1, "name:claims:"), collected(2, "email"))

    assert standing.sparse == {
        "erased.name": (day(1), OPEN, "data_erased@1"),
        "kept.name.claims": (day(1), OPEN, "data_erased@1"),
    }


def test_what_was_erased_twice_is_kept_as_long_as_both_say() -> None:
    first = erased(1, f"email:claims:{day(9)}", "email:duty:", data=("email",))
    second = erased(2, "email:claims:", data=("email",))

    standing = standing_of(shop(CARE), first, second)

    assert standing.sparse == {
        "erased.email": (day(1), OPEN, "data_erased@2"),
        "kept.email.claims": (day(2), day(9), "data_erased@2"),
    }


def test_a_restriction_of_what_came_since_is_none() -> None:
    restricted = told(Kind.RESTRICTED, 1, data=("email", "name"))

    standing = standing_of(shop(CARE), restricted, collected(2, "email"))

    assert standing.sparse == {"restricted.name": (day(1), OPEN, restricted.id)}


def test_what_came_freely_needs_no_word_of_it() -> None:
    assert standing_of(shop(CARE), collected(1, "email")).sparse == {}


def test_telling_the_person_is_no_permission_where_a_rule_asks_for_one() -> None:
    guarded = shop(CARE, "data: email\nneeds_permission: true")
    told_of = ("source:third_party", "notice")
    passed_on = told(Kind.DATA_COLLECTED, 1, data=("email", "name"), marks=told_of)

    assert standing_of(guarded, passed_on).sparse == {
        "unproven.email": (day(1), OPEN, passed_on.id)
    }
    assert standing_of(shop(CARE), passed_on).sparse == {}
