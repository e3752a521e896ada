"""Credit: asked for, checked twice, looked at again in cycles, and collected when overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.lepiquet.persons import ADA, APPLICANT, BORROWER, HOLDER, REACH
from tests.acceptance.retailers import (
    closed,
    deny,
    lives,
    no_party,
    objected,
    on_contract,
    opened,
    permit,
    told,
    took,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Answer, Shop

LEFT = (*BORROWER, *closed("credit_line", "2026-05-30", "L-1"))
OWED = ("purchase_history", "payment_history", "partner_supplied_data")
SUPPLIED = took(("partner_supplied_data",), "2026-05-20", "source:third_party", "notice")
OVERDUE = (*BORROWER, *SUPPLIED, *opened("debt", "2026-05-28", "B-1"))
PAID = (*OVERDUE, *closed("debt", "2026-05-30", "B-1"))


def under_duty(clause: str, *data: str) -> Answer:
    return permit(f"permitted.legal_obligation {clause}", f"permitted.relation {clause}", data=data)


@pytest.mark.clause("LP-065")
def test_agencies_are_asked_only_when_somebody_applies_or_borrows(shop: Shop) -> None:
    asked = {"activity": "ask_credit_agencies", "recipient": "credit_reference_agency"}

    assert shop.ask(APPLICANT, **asked) == under_duty("LP-065", *REACH)
    assert shop.ask(ADA, **asked) == deny("basis.no_trigger LP-065")
    assert shop.ask(APPLICANT, "ask_credit_agencies", recipient="partner") == deny(
        "declared.recipient LP-065"
    )


@pytest.mark.clause("LP-065")
def test_agencies_get_account_information_without_the_password(shop: Shop) -> None:
    rule = shop.recipient("credit_reference_agency")

    assert (rule.role, rule.gets, rule.keeps_record) == ("controller", REACH, True)
    assert shop.ask(
        APPLICANT,
        "ask_credit_agencies",
        recipient="credit_reference_agency",
        data=("password",),
    ) == deny("declared.data LP-065", "recipient.data LP-065", withheld=("password",))


@pytest.mark.clause("LP-066")
def test_whether_somebody_can_repay_is_assessed_by_their_file(shop: Shop) -> None:
    (activity,) = shop.policy.activities["assess_creditworthiness"]

    assert (activity.purpose, activity.then) == (("credit_assessment",), "human_review")
    assert shop.ask(APPLICANT, "assess_creditworthiness") == under_duty(
        "LP-066", *REACH, "credit_application", "credit_history"
    )
    assert shop.ask(HOLDER, "assess_creditworthiness") == deny("basis.no_trigger LP-066")


@pytest.mark.clause("LP-067")
def test_whether_credit_suits_is_a_test_of_its_own(shop: Shop) -> None:
    data = ("name", "credit_application", "credit_history")
    (activity,) = shop.policy.activities["assess_suitability"]

    assert activity.purpose == ("product_suitability",)
    assert shop.ask(APPLICANT, "assess_suitability") == permit(*on_contract("LP-067"), data=data)
    assert shop.ask(ADA, "assess_suitability") == deny(*no_party("LP-067"))


@pytest.mark.clause("LP-066", "LP-067")
def test_who_declined_machines_is_assessed_by_people_all_the_same(shop: Shop) -> None:
    declines = told(Kind.AUTOMATION_DECLINED, "2026-05-26", "account_decisions")
    about = (*APPLICANT, *declines)

    assert shop.ask(about, "decide_lending") == deny("automated.declined LP-021")
    assert shop.ask(about, "assess_creditworthiness").outcome == "permit"
    assert shop.ask(about, "assess_suitability").outcome == "permit"


@pytest.mark.clause("LP-068")
def test_only_an_open_credit_line_is_looked_at_again_each_month(shop: Shop) -> None:
    (activity,) = shop.policy.activities["review_credit_line"]
    data = (*REACH, "purchase_history", "payment_history")

    assert (str(activity.every), activity.purpose) == ("1 month", ("credit_management",))
    assert shop.ask(BORROWER, "review_credit_line") == permit(*on_contract("LP-068"), data=data)
    assert shop.ask(LEFT, "review_credit_line") == deny("situation.closed LP-068")
    assert shop.ask(APPLICANT, "review_credit_line") == deny(
        "basis.no_contract LP-068", "situation.closed LP-068"
    )
    assert shop.ask(ADA, "review_credit_line") == deny(
        *no_party("LP-068"), "situation.closed LP-068"
    )


@pytest.mark.clause("LP-069")
def test_a_debt_is_collected_until_it_is_paid(shop: Shop) -> None:
    collected = permit("permitted.legitimate_interest LP-069", data=(*REACH, *OWED))

    assert shop.ask(OVERDUE, "recover_debt") == collected
    assert shop.ask(OVERDUE, "recover_debt", at="2026-05-27") == deny("situation.closed LP-069")
    assert shop.ask(PAID, "recover_debt") == deny("situation.closed LP-069")


@pytest.mark.clause("LP-069")
def test_an_objection_does_not_pay_a_debt(shop: Shop) -> None:
    objects = (*OVERDUE, *objected("debt_recovery", "2026-05-29"))

    assert shop.ask(objects, "recover_debt", data=("name",)) == permit(
        "permitted.legitimate_interest LP-069", data=("name",)
    )


@pytest.mark.clause("LP-069")
def test_what_was_looked_at_on_the_site_collects_no_debt(shop: Shop) -> None:
    assert shop.ask(OVERDUE, "recover_debt", data=("page_interactions",)) == deny(
        "declared.data LP-069", withheld=("page_interactions",)
    )


@pytest.mark.clause("LP-065")
def test_who_only_applied_is_met_for_credit_and_buys_nothing(shop: Shop) -> None:
    applies = (*lives("GB"), *opened("credit_application", "2026-05-25", "C-2"))

    assert shop.ask(applies, "ask_credit_agencies").outcome == "permit"
    assert shop.ask(applies, "fulfil_order") == deny(*no_party("LP-046"))
