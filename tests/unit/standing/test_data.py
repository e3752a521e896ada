from typing import Any

import pytest

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


ALL: dict[str, Any] = {"data": ("all_held",)}
STUDY = "consent: study\nactivities: [care]"


def yes(on: float, what: str = "study", **parts: Any) -> Fact:
    return told(Kind.CONSENT_GIVEN, on, what=what, **({"data": ("email",)} | parts))


def test_what_names_all_that_is_held_means_each_datum_of_the_policy() -> None:
    kept = erased(1, "all_held:duty:")
    restricted = told(Kind.RESTRICTED, 2, **ALL)
    admitted = told(Kind.PURPOSE_ADMITTED, 3, what="direct_marketing", **ALL)
    released = yes(4, **ALL)

    assert standing_of(shop(CARE, STUDY), kept, restricted, admitted, released).sparse == {
        f"{state}.{datum}{tail}": interval
        for state, tail, interval in (
            ("erased", "", (day(1), OPEN, kept.id)),
            ("kept", ".duty", (day(1), OPEN, kept.id)),
            ("restricted", "", (day(2), OPEN, restricted.id)),
            ("released", ".study", (day(4), OPEN, released.id)),
            ("admitted", ".direct_marketing", (day(3), OPEN, admitted.id)),
        )
        for datum in ("email", "name")
    }


def test_what_came_with_all_that_is_held_came_anew() -> None:
    before = (erased(1), told(Kind.RESTRICTED, 1, **ALL))

    assert standing_of(shop(CARE), *before, collected(2, "all_held")).sparse == {}


def test_what_came_at_the_moment_of_an_erasure_was_erased_too() -> None:
    same = told(Kind.DATA_COLLECTED, 2, data=("email",), marks=("source:third_party",))
    erasure = erased(2, data=("email",))

    gone = standing_of(shop(CARE), erasure, same)
    anew = standing_of(shop(CARE), erased(2), same, collected(3, "all_held"))

    assert gone.sparse == {
        "erased.email": (day(2), OPEN, erasure.id),
        "unproven.email": (day(2), OPEN, same.id),
    }
    assert anew.sparse == {}


GUARDED = """
- data: email
  needs_permission: true
- data: name
  special: other
"""
FORMS = """
- capture: raffle
  purposes_shown: [market_research]
- capture: checkout
- role: customer
  taken_by: [order.placed]
"""


def test_what_a_rule_guards_is_unproven_without_the_persons_permission() -> None:
    policy, bound = shop(CARE, GUARDED), "unproven.email"
    permitted = told(
        Kind.DATA_COLLECTED, 1, data=("email",), marks=("source:third_party", "permission")
    )

    assert standing_of(policy, collected(1, "email")).sparse.keys() == {bound}
    assert standing_of(policy, collected(1, "all_held")).sparse.keys() == {bound}
    assert standing_of(policy, collected(1, "name")).sparse == {}
    assert standing_of(policy, permitted).sparse == {}


def test_a_form_without_purposes_of_its_own_and_a_role_that_confines_nothing_bind_nothing() -> None:
    by_form = told(Kind.DATA_COLLECTED, 1, what="checkout", **ALL)
    in_role = told(Kind.DATA_COLLECTED, 2, marks=("role:customer",), **ALL)
    raffle = told(Kind.DATA_COLLECTED, 3, what="raffle", **ALL)
    policy = shop(CARE, FORMS)

    free, bound = standing_of(policy, by_form, in_role), standing_of(policy, raffle)

    assert free.sparse == {}
    assert bound.sparse == {
        "confined.email.raffle": (day(3), OPEN, raffle.id),
        "confined.name.raffle": (day(3), OPEN, raffle.id),
    }


def test_what_came_before_an_erasure_of_all_counts_only_while_nothing_came_since() -> None:
    raffle = told(Kind.DATA_COLLECTED, 1, what="raffle", **ALL)
    again = told(Kind.DATA_COLLECTED, 3, what="raffle", data=("name",))

    standing = standing_of(shop(CARE, FORMS), raffle, erased(2), again)

    assert standing.sparse == {
        "erased.email": (day(2), OPEN, "data_erased@2"),
        "confined.email.raffle": (day(1), OPEN, raffle.id),
        "confined.name.raffle": (day(3), OPEN, again.id),
    }


SURVEY = """
- consent: survey
  activities: [care]
  channel: [email, sms]
"""
RESTRICTED = told(Kind.RESTRICTED, 1, data=("email",))


def refused(on: float, **parts: Any) -> Fact:
    return told(Kind.CONSENT_WITHDRAWN, on, **parts)


@pytest.mark.parametrize(
    ("answers", "released"),
    [
        ((yes(4, "survey", channel="email"),), {"survey"}),
        ((yes(4, "survey", channel="email"), refused(3, what="survey", channel="sms")), set()),
        ((yes(4, "survey", channel="email"), refused(5, what="survey", channel="sms")), set()),
        ((yes(4, "survey"), refused(3, what="survey", channel="sms")), {"survey"}),
        ((yes(4), yes(4, "survey", id="s"), refused(5, what="survey")), {"study"}),
        ((yes(4), yes(4, "survey", id="s"), refused(5, what="study")), {"survey"}),
        ((yes(4), refused(3, what="study", person="bea")), set()),
    ],
)
def test_a_yes_releases_what_is_restricted_unless_a_no_to_it_stands_on_some_channel(
    answers: tuple[Fact, ...], released: set[str]
) -> None:
    standing = standing_of(shop(CARE, SURVEY, STUDY), RESTRICTED, *answers)

    assert standing.sparse.keys() == {
        "restricted.email",
        *(f"released.email.{name}" for name in released),
    }


def test_a_restriction_ends_a_release_from_before() -> None:
    standing = standing_of(shop(CARE, STUDY), yes(1), told(Kind.RESTRICTED, 2, **ALL))

    assert standing.sparse.keys() == {"restricted.email", "restricted.name"}
