"""Which facts stop an erasure, and for what."""

from __future__ import annotations

from placket.facts import Kind
from placket.plan.asking import By, Hold
from placket.plan.holding import holds_of
from tests.unit.standing.telling import told

PLACED = told(Kind.HOLD_PLACED, 1, data=("email",), clause="G-009")
WISH = told(Kind.RESTRICTED, 2, data=("all_held",), marks=("instead_of_erasure",))
DISPUTED = told(Kind.RESTRICTED, 3, data=("name",))


def test_a_legal_hold_and_the_persons_own_wish_stop_an_erasure() -> None:
    assert holds_of([WISH, DISPUTED, PLACED, PLACED]) == (
        Hold(
            by=By.LAW,
            release="the hold is lifted",
            data=("email",),
            clause="G-009",
            fact=PLACED.id,
        ),
        Hold(
            by=By.DATA_SUBJECT,
            release="the data subject lifts the restriction",
            fact=WISH.id,
        ),
    )


def test_what_was_lifted_stops_nothing() -> None:
    lifted = told(Kind.HOLD_LIFTED, 4, about=PLACED.id)
    free = told(Kind.RESTRICTION_LIFTED, 4, about=WISH.id)

    assert holds_of([PLACED, WISH, lifted, free]) == ()
