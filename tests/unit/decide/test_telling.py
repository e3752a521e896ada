"""Reasons and grounds, each told of a standing that is written by hand."""

import pytest

from placket.decide.decide import Support
from placket.decide.question import Reason
from placket.decide.telling import Telling, resting_on
from placket.standing.standing import Interval, Standing

PLAIN = Reason(
    code="code", clause="G-1", text="One.", law="law", changes_when="then", data=("name",)
)
BRITISH = Reason(code="code", clause="G-1", text="One.", law="uk", data=("email",))
FRENCH = Reason(code="code", clause="G-1", text="One.", law="fr")


def by(fact: str, reason: Reason = PLAIN, clause: str = "G-1", text: str = "One.") -> Reason:
    return Reason(
        code=reason.code,
        clause=clause,
        text=text,
        law=reason.law,
        fact=fact,
        changes_when=reason.changes_when,
        data=reason.data,
    )


def ada(
    dense: dict[str, Interval] | None = None, sparse: dict[str, Interval] | None = None
) -> Standing:
    return Standing(person="ada", dense=dense or {}, sparse=sparse or {})


def telling(
    *names: str,
    by_place: tuple[tuple[str, Reason], ...] = (),
    clocks: tuple[tuple[str, str, str], ...] = (),
) -> Telling:
    return Telling(by_place=by_place, elsewhere=PLAIN, names=names, clocks=clocks)


@pytest.mark.parametrize(
    ("names", "standing", "expected"),
    [
        ((), ada({"a": (0, 9, "f1")}), PLAIN),
        (("a",), ada(), PLAIN),
        (("a",), ada({"a": (0, 9, "")}), PLAIN),
        (("a",), ada({"a": (0, 9, "f1")}), by("f1")),
        (("a",), ada({}, {"a": (0, 9, "f1")}), by("f1")),
        (("a", "b"), ada({"a": (0, 9, "f1"), "b": (0, 9, "f2")}), by("f1")),
        (("b", "a"), ada({"a": (0, 9, "f1"), "b": (0, 9, "f2")}), by("f2")),
        # At 5: what begins now holds, what ends now does not.
        (("a", "b"), ada({"a": (0, 5, "f1"), "b": (5, 6, "f2")}), by("f2")),
        (("a", "b"), ada({"a": (6, 9, "f1"), "b": (0, 5, "f2")}), by("f1")),
        (("a", "b"), ada({"a": (0, 5, "f1"), "b": (6, 9, "f2")}), by("f1")),
        (("a", "b"), ada({"a": (0, 9, ""), "b": (0, 1, "f2")}), by("f2")),
    ],
)
def test_a_reason_rests_on_the_fact_of_the_most_telling_state(
    names: tuple[str, ...], standing: Standing, expected: Reason
) -> None:
    assert telling(*names).reason(standing, 5) == expected


PLACES = (("in.uk", BRITISH), ("in.fr", FRENCH))


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (ada(), PLAIN),
        (ada({"in.uk": (0, 5, ""), "in.fr": (6, 9, "")}), PLAIN),
        (ada({"in.fr": (5, 6, "")}), FRENCH),
        (ada({"in.uk": (0, 6, ""), "in.fr": (0, 6, "")}), BRITISH),
        (ada({"in.uk": (6, 9, ""), "in.fr": (0, 9, "")}), FRENCH),
        (ada({"in.uk": (0, 9, ""), "a": (0, 9, "f1")}), by("f1", BRITISH)),
    ],
)
def test_a_reason_names_the_law_of_the_first_place_that_has_it(
    standing: Standing, expected: Reason
) -> None:
    assert telling("a", by_place=PLACES).reason(standing, 5) == expected


CLOCKS = (("one", "G-2", "Two."), ("two", "G-3", "Three."))


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (ada(), PLAIN),
        (ada({"a": (0, 9, "f1")}), by("f1")),
        (ada({"one": (0, 3, "f2"), "a": (0, 9, "f1")}), by("f2", PLAIN, "G-2", "Two.")),
        (ada({"two": (-9, -3, "f3")}), by("f3", PLAIN, "G-3", "Three.")),
        (ada({"one": (0, 3, "f2"), "two": (0, 4, "f3")}), by("f3", PLAIN, "G-3", "Three.")),
        (ada({"one": (0, 4, "f2"), "two": (0, 4, "f3")}), by("f2", PLAIN, "G-2", "Two.")),
        (ada({"two": (0, 3, "f3")}, {"one": (0, 4, "")}), by("", PLAIN, "G-2", "Two.")),
        (ada({"two": (0, 4, "f3"), "in.fr": (0, 9, "")}), by("f3", FRENCH, "G-3", "Three.")),
    ],
)
def test_of_clocks_the_one_that_ends_last_speaks(standing: Standing, expected: Reason) -> None:
    assert telling("a", by_place=PLACES, clocks=CLOCKS).reason(standing, 5) == expected


def test_a_reason_that_rests_on_no_fact_is_itself() -> None:
    assert resting_on(PLAIN, "") is PLAIN
    assert resting_on(PLAIN, "f1") == by("f1")


@pytest.mark.parametrize(
    ("state", "places", "standing", "expected"),
    [
        ("", (), ada(), PLAIN),
        ("", ("in.uk",), ada(), None),
        ("", ("in.fr", "in.uk"), ada({"in.uk": (5, 6, "")}), PLAIN),
        ("", ("in.uk",), ada({"in.uk": (0, 5, "")}), None),
        ("a", (), ada(), None),
        ("a", (), ada({"a": (5, 6, "f1")}), by("f1")),
        ("a", (), ada({}, {"a": (0, 9, "f1")}), by("f1")),
        ("a", (), ada({"a": (0, 5, "f1")}), None),
        ("a", (), ada({"a": (6, 9, "f1")}), None),
        ("a", ("in.uk",), ada({"a": (0, 9, "f1")}), None),
        ("a", ("in.uk",), ada({"a": (0, 9, "f1"), "in.uk": (0, 9, "")}), by("f1")),
    ],
)
def test_a_permission_rests_on_a_state_that_holds_where_it_counts(
    state: str, places: tuple[str, ...], standing: Standing, expected: Reason | None
) -> None:
    support = Support(reason=PLAIN, state=state, places=places)

    assert support.ground(standing, 5) == expected
