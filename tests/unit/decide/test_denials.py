"""A union of denials in few words: what is made of each, by hand."""

import pytest

from placket.decide.condition import (
    FALSE,
    TRUE,
    All,
    AnyOf,
    Condition,
    Ended,
    Holds,
    Known,
    Not,
)
from placket.decide.denials import shortened

A, B, C, D = Holds("a"), Ended("b"), Known("c"), Holds("d")
YES, NO = Holds("consent.news"), Holds("no.news")
HERE, THERE, ELSEWHERE = Holds("in.here"), Holds("in.there"), Holds("in.elsewhere")
PLACES = ("in.here", "in.there")


@pytest.mark.parametrize(
    ("denials", "expected"),
    [
        ((), ()),
        ((FALSE,), ()),
        ((A, FALSE, A), (A,)),
        ((TRUE, A), (TRUE,)),
        ((All((C, All((B, A)))),), (All((B, A, C)),)),
        ((AnyOf((All((C, A)), B)),), (AnyOf((All((A, C)), B)),)),
        ((Not(Not(A)),), (A,)),
        ((Not(Not(All((A, B)))),), (All((B, A)),)),
        ((Not(AnyOf((A, B, C))),), (All((Not(B), Not(A), Not(C))),)),
        ((Not(AnyOf((A, Not(B)))),), (All((B, Not(A))),)),
        ((Not(All((A, Not(B)))),), (AnyOf((Not(A), B)),)),
        ((Not(B), Not(C)), (Not(B), Not(C))),
    ],
)
def test_a_denial_is_told_by_what_it_is_the_conjunction_of(
    denials: tuple[Condition, ...], expected: tuple[Condition, ...]
) -> None:
    assert shortened(denials) == expected


@pytest.mark.parametrize(
    ("denials", "expected"),
    [
        ((A, All((A, B))), (A,)),
        ((All((A, B, C)), All((A, C)), D), (All((A, C)), D)),
        ((All((A, B)), All((A, Not(B)))), (A,)),
        ((All((A, Not(B))), All((A, B)), C), (C, A)),
        ((All((A, B)), All((A, Not(B))), All((Not(A), C)), All((Not(A), Not(C)))), (TRUE,)),
        ((All((A, AnyOf((B, C)))), All((A, Not(B), Not(C)))), (A,)),
        ((All((A, B)), All((C, Not(B)))), (All((B, A)), All((C, Not(B))))),
        ((A, Not(A)), (TRUE,)),
        ((All((A, B)), All((A, Not(B))), All((Not(A), B))), (A, B)),
        ((All((A, Not(B))), All((Not(A), B)), All((A, B))), (A, B)),
    ],
)
def test_denials_that_tell_reasons_apart_are_made_one(
    denials: tuple[Condition, ...], expected: tuple[Condition, ...]
) -> None:
    assert shortened(denials) == expected


@pytest.mark.parametrize(
    ("denials", "expected"),
    [
        ((NO, Not(A), Not(YES), Not(Known(YES.name)), Not(YES)), 1),
        ((Not(Holds("a.consent.")), Not(YES)), 1),
        ((YES, Not(YES)), 0),
    ],
)
def test_who_has_given_no_yes_is_asked_for_nothing_else(
    denials: tuple[Condition, ...], expected: int
) -> None:
    assert shortened(denials)[:expected] == (Not(YES),)[:expected]


@pytest.mark.parametrize(
    ("denials", "expected"),
    [
        ((All((HERE, A)), All((THERE, A))), (A,)),
        ((All((HERE, A)), B), (All((A, HERE)), B)),
        ((All((HERE, A)), A), (A,)),
        ((All((HERE, A)), All((ELSEWHERE, A))), (All((A, HERE)), All((A, ELSEWHERE)))),
        ((HERE, THERE), (TRUE,)),
        ((HERE,), (HERE,)),
        ((All((HERE, THERE, A)),), (All((A, HERE, THERE)),)),
        ((All((HERE, THERE, A)), All((HERE, A))), (All((A, HERE)),)),
    ],
)
def test_what_is_denied_in_each_place_is_denied_everywhere(
    denials: tuple[Condition, ...], expected: tuple[Condition, ...]
) -> None:
    assert shortened(denials, PLACES) == expected


def test_what_is_denied_in_some_places_is_said_once_for_these() -> None:
    places = ("in.there", "in.here", "in.elsewhere", "in.here")

    some = shortened((All((THERE, A)), All((HERE, A)), All((HERE, B))), places)
    every = shortened((All((THERE, A)), All((HERE, A)), All((ELSEWHERE, A))), places)

    assert some == (All((AnyOf((HERE, THERE)), A)), All((B, HERE)))
    assert every == (A,)
