"""What the clauses of a policy say of each right, by place."""

from __future__ import annotations

from placket.policy.period import WhileOpen
from placket.rights.right import Right
from placket.rights.said import Said, said_of
from placket.rights.terms import terms_of
from tests.unit.standing.telling import TWO_LAWS, shop

RULES = (
    """
right: erasure
covers: {data: what is said to be wrong}
""",
    """
- right: any
  by: [post]
  tells: [ground]
- right: erasure
  by: [email]
  fee: none
  waits_while: [order is open]
  kept: {lock: its_ground}
  meanwhile: stop_processing
- right: automated_decision_opt_out
  by: [phone]
""",
    """
right: erasure
by: [web_form]
regions: [union]
""",
)


def test_all_rules_of_a_right_count_together_and_the_plain_clause_comes_first() -> None:
    policy = shop(*RULES, region=TWO_LAWS)
    union, kingdom = policy.places

    assert said_of(policy, Right.ERASURE, kingdom) == Said(
        clauses=("G-002", "G-001"),
        by=("email", "post"),
        free=True,
        covers=({"data": "what is said to be wrong"},),
        kept=({"lock": "its_ground"},),
        tells=("ground",),
        waits_while={WhileOpen(relation="order"): "G-002"},
        meanwhile=frozenset({"stop_processing"}),
    )
    assert said_of(policy, Right.ERASURE, union).by == ("email", "web_form", "post")


def test_a_review_by_a_human_is_asked_for_as_the_opting_out_is() -> None:
    policy = shop(*RULES)

    assert said_of(policy, Right.HUMAN_REVIEW, policy.places[0]).by == ("phone", "post")


def test_of_whom_no_country_is_known_the_laws_of_all_places_count() -> None:
    policy = shop(*RULES, region=TWO_LAWS)

    assert terms_of(policy, ()).laws == (policy.laws["eu"], policy.laws["uk"])
    assert terms_of(policy, policy.places[1:]).laws == (policy.laws["uk"],)


def test_a_restriction_that_freezes_what_is_said_to_be_wrong_holds_for_its_correction() -> None:
    policy = shop("right: restriction\nmeanwhile: freeze_field", "right: rectification\nby: [post]")
    (place,) = policy.places

    assert said_of(policy, Right.RECTIFICATION, place).meanwhile == {"freeze_field"}
    assert said_of(policy, Right.ERASURE, place).meanwhile == frozenset()
