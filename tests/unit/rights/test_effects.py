"""What a request brings about at once."""

from __future__ import annotations

from typing import Any

import pytest

from placket.facts import Kind
from placket.rights.effects import Effect, at_once, freezes_over
from placket.rights.moves import Move
from placket.rights.right import Right
from tests.unit.rights.asking import asked_for, move, request_of, terms, verified
from tests.unit.standing.telling import day, told

UNDER = terms()


@pytest.mark.parametrize(
    ("right", "parts", "effect"),
    [
        (Right.RESTRICTION, {"data": ("email",)}, {"kind": Kind.RESTRICTED, "data": ("email",)}),
        (Right.RESTRICTION, {}, {"kind": Kind.RESTRICTED, "data": ("all_held",)}),
        (Right.RESTRICTION, {"activity": "care"}, {"kind": Kind.RESTRICTED, "activity": "care"}),
        (Right.OBJECTION, {}, {"kind": Kind.OBJECTED, "what": "direct_marketing"}),
        (Right.OBJECTION, {"activity": "care"}, {"kind": Kind.OBJECTED, "activity": "care"}),
        (
            Right.MARKETING_OPT_OUT,
            {"channel": "email"},
            {"kind": Kind.OBJECTED, "what": "direct_marketing", "channel": "email"},
        ),
        (
            Right.WITHDRAW_CONSENT,
            {"topic": "news", "channel": "sms"},
            {"kind": Kind.CONSENT_WITHDRAWN, "what": "news", "channel": "sms"},
        ),
        (
            Right.AUTOMATED_DECISION_OPT_OUT,
            {"topic": "scoring"},
            {"kind": Kind.AUTOMATION_DECLINED, "what": "scoring"},
        ),
        (Right.RECTIFICATION, {"data": ("name",)}, {"kind": Kind.RESTRICTED, "data": ("name",)}),
        (Right.ERASURE, {}, {"kind": Kind.RESTRICTED, "data": ("all_held",)}),
    ],
)
def test_a_no_works_at_once_on_weak_proof(
    right: Right, parts: dict[str, Any], effect: dict[str, Any]
) -> None:
    request = request_of(asked_for(right, **parts), verified(1, "token"))

    assert at_once(request, UNDER, day(1)) == (Effect(**effect),)


def test_who_names_no_decision_declines_every_one_that_a_machine_makes() -> None:
    lending, fraud = (
        f"automated: {name}\nactivities: [care]\ndecides: [{name}]\ngateway: {{it: contract}}\n"
        "review: 5 days\nif_declined: {refuse: care, allow: store}"
        for name in ("lending", "fraud")
    )
    request = request_of(asked_for(Right.AUTOMATED_DECISION_OPT_OUT), verified(1, "token"))

    found = at_once(request, terms(lending, fraud), day(1))

    assert found == (
        Effect(kind=Kind.AUTOMATION_DECLINED, what="lending"),
        Effect(kind=Kind.AUTOMATION_DECLINED, what="fraud"),
    )


@pytest.mark.parametrize("right", [Right.ACCESS, Right.PORTABILITY, Right.COMPLAINT])
def test_a_yes_brings_nothing_about_by_itself(right: Right) -> None:
    request = request_of(asked_for(right), verified(1, "session"))

    assert at_once(request, UNDER, day(1)) == ()


def test_nothing_happens_for_somebody_unknown_or_after_the_end() -> None:
    unknown = request_of(asked_for(Right.RESTRICTION))
    closed = request_of(asked_for(Right.RESTRICTION), verified(1, "token"), move(Move.WITHDRAWN, 2))

    assert at_once(unknown, UNDER, day(3)) == ()
    assert at_once(closed, UNDER, day(3)) == ()


def test_what_no_clause_or_field_names_is_not_frozen() -> None:
    silent = terms("status: calm\nholds_while: [order is open]", rights=())
    vague = request_of(asked_for(Right.RECTIFICATION), verified(1, "token"))
    erasure = request_of(asked_for(Right.ERASURE), verified(1, "token"))

    assert at_once(vague, UNDER, day(1)) == ()
    assert at_once(erasure, silent, day(1)) == ()


@pytest.mark.parametrize(
    ("right", "ends"),
    [(Right.RECTIFICATION, True), (Right.ERASURE, True), (Right.RESTRICTION, False)],
)
def test_a_freeze_of_the_meantime_ends_with_its_request_and_a_restriction_asked_for_lasts(
    right: Right, ends: bool
) -> None:
    frozen = told(Kind.RESTRICTED, 1, id="f", data=("name",), thing="r")
    other = told(Kind.RESTRICTED, 1, id="g", data=("name",), thing="r2")
    lifted = told(Kind.RESTRICTION_LIFTED, 3, about="f")
    request = request_of(asked_for(right), verified(1, "token"))
    closed = request_of(asked_for(right), verified(1, "token"), move(Move.WITHDRAWN, 2))

    assert freezes_over(request, (frozen, other)) == ()
    assert freezes_over(closed, (frozen, other)) == ((frozen,) if ends else ())
    assert freezes_over(closed, (frozen, other, lifted)) == ()
