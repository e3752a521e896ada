"""Decisions by machine alone: what they look at, what needs them, and who declines them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Right, as_dict
from tests.acceptance.lepiquet.persons import (
    ADA,
    APPLICANT,
    BORROWER,
    HOLDER,
    REACH,
    bought_in_store,
)
from tests.acceptance.retailers import answered, deny, on_contract, opened, permit, rewritten, told

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

LOOKED_AT = ("credit_application", "order_details", "payment_history")
CHECKS = {"check_identity": "LP-018", "check_for_crime": "LP-019", "decide_lending": "LP-020"}
AT_CHECKOUT = (*ADA, *opened("checkout", "2026-06-01 11:00", "K-1"))
DECLINED = told(Kind.AUTOMATION_DECLINED, "2026-05-10", "account_decisions")
ACCEPTED = told(Kind.AUTOMATION_ACCEPTED, "2026-05-30", "account_decisions")
CHECKED_OUT = permit(*on_contract("LP-021"), data=(*REACH, "order_details"))


@pytest.mark.clause("LP-017")
def test_a_decision_looks_at_applications_orders_and_payments(shop: Shop) -> None:
    (activity,) = shop.policy.activities["analyse_account_activity"]
    answer = shop.ask(ADA, "analyse_account_activity")

    assert (activity.uses, activity.profiling) == (LOOKED_AT, True)
    assert (answer.outcome, answer.data) == ("permit", LOOKED_AT)
    assert set(answer.because) == {*on_contract("LP-017")}


@pytest.mark.clause("LP-017", "LP-018", "LP-019", "LP-020")
@pytest.mark.parametrize("activity", ["analyse_account_activity", *CHECKS])
def test_what_is_not_declared_is_not_looked_at(shop: Shop, activity: str) -> None:
    clause = CHECKS.get(activity, "LP-017")

    assert shop.ask(BORROWER, activity, data=("browsing_history",)) == deny(
        f"declared.data {clause}", withheld=("browsing_history",)
    )


@pytest.mark.clause("LP-018")
def test_an_identity_check_looks_at_the_sign_in_and_holds_the_checkout(shop: Shop) -> None:
    (activity,) = shop.policy.activities["check_identity"]

    assert (activity.purpose, activity.then) == (("identity_verification",), "hold")
    assert shop.ask(HOLDER, "check_identity", data=("email", "login_details")) == permit(
        *on_contract("LP-018"), data=("email", "login_details")
    )


@pytest.mark.clause("LP-019")
def test_a_suspect_order_is_held_from_more_than_five_declined_cards(shop: Shop) -> None:
    (activity,) = shop.policy.activities["check_for_crime"]

    assert (activity.purpose, activity.then) == (("crime_prevention",), "hold")
    assert as_dict(activity.flag) == {
        "more_than": 5,
        "of": "declined cards",
        "within": "10 minutes",
    }
    assert shop.ask(ADA, "check_for_crime", data=("payment_details",)) == permit(
        "permitted.legitimate_interest LP-019",
        *["permitted.relation LP-019"] * 2,
        data=("payment_details",),
    )


@pytest.mark.clause("LP-020")
def test_lending_is_decided_for_who_applies_or_borrows(shop: Shop) -> None:
    applied = ("credit_application", "credit_history")
    (activity,) = shop.policy.activities["decide_lending"]

    assert (activity.purpose, activity.then) == (("credit_assessment",), "human_review")
    assert shop.ask(APPLICANT, "decide_lending", data=applied) == permit(
        "permitted.legal_obligation LP-020", "permitted.relation LP-020", data=applied
    )
    assert shop.ask(ADA, "decide_lending", data=applied) == deny("basis.no_trigger LP-020")


@pytest.mark.clause("LP-021")
def test_an_online_order_waits_for_its_decision(shop: Shop) -> None:
    asked = {"activity": "online_checkout", "channel": "website"}

    assert shop.ask(AT_CHECKOUT, **asked, occasion="D-1") == CHECKED_OUT
    assert shop.ask(AT_CHECKOUT, **asked) == deny("declared.occasion LP-021")


@pytest.mark.clause("LP-021")
def test_each_decision_has_a_gateway_and_a_review_by_a_person(shop: Shop) -> None:
    rule = shop.rules["automated", "account_decisions"]

    assert (as_dict(rule.gateway), str(rule.review), rule.needed_for) == (
        {"identity": "contract", "crime": "law", "lending": "contract"},
        "5 days",
        "online checkout",
    )


@pytest.mark.clause("LP-021")
def test_without_a_gateway_no_machine_decides_about_somebody_in_france(shop: Shop) -> None:
    bare = rewritten(
        "lepiquet", "  gateway: {identity: contract, crime: law, lending: contract}\n", ""
    )
    french = (*told(Kind.LOCATED, "2026-05-01", region="FR"), *HOLDER[1:])
    asked: dict[str, Any] = {"activity": "check_identity", "data": ("email",)}
    permitted = permit(*on_contract("LP-018"), data=("email",))

    assert shop.ask(french, **asked) == permitted
    assert answered(bare, french, **asked) == deny("automated.no_gateway LP-021")
    assert answered(bare, HOLDER, **asked) == permitted


@pytest.mark.clause("LP-021")
def test_without_a_review_no_machine_decides_about_anybody() -> None:
    final = rewritten("lepiquet", "  review: 5 days\n", "")

    assert answered(final, HOLDER, "check_identity", data=("email",)) == deny(
        "automated.no_review LP-021"
    )


@pytest.mark.clause("LP-022")
@pytest.mark.parametrize("activity", CHECKS)
def test_who_declined_is_decided_about_by_no_machine(shop: Shop, activity: str) -> None:
    declines = (*BORROWER, *DECLINED)

    assert shop.rule("LP-022", Right, "automated_decision_opt_out").at_any_time is True
    assert shop.ask(declines, activity) == deny("automated.declined LP-021")
    assert shop.ask((*declines, *ACCEPTED), activity).outcome == "permit"


@pytest.mark.clause("LP-023")
def test_who_declined_shops_in_stores_only(shop: Shop) -> None:
    declines = (*AT_CHECKOUT, *DECLINED, *bought_in_store("S-2", "2026-05-31"))

    assert shop.ask(declines, "online_checkout", channel="website", occasion="D-1") == deny(
        "automated.declined LP-021"
    )
    assert shop.ask(declines, "store_sale") == permit(
        *on_contract("LP-023"), data=("name", "order_details", "purchase_history")
    )
    assert as_dict(shop.rules["automated", "account_decisions"].if_declined) == {
        "refuse": "online checkout",
        "allow": "store",
    }


@pytest.mark.clause("LP-023")
def test_who_declined_is_still_sent_what_was_ordered_before(shop: Shop) -> None:
    assert shop.ask((*ADA, *DECLINED), "deliver_order") == permit(
        *on_contract("LP-049"), data=("name", "delivery_address")
    )
