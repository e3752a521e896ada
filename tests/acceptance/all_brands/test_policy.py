"""What the two sections did not say: controller, recipients, periods, rights, notices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Complaint, Controller, Notice, Recipient, Right, Transfer, as_dict
from tests.acceptance.all_brands.persons import HOLDER, VISITOR, YUKI
from tests.acceptance.retailers import (
    closed,
    deny,
    happened,
    lives,
    on_contract,
    opened,
    permit,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told


@pytest.mark.clause("AL-101")
def test_one_company_answers_and_is_within_reach(shop: Shop) -> None:
    (rule,) = shop.policy.rules(Controller)

    assert (rule.name, rule.country, bool(rule.address), bool(rule.email)) == (
        "ALL",
        "FR",
        True,
        True,
    )
    assert list(as_dict(rule.representative)) == ["GB"]


@pytest.mark.clause("AL-102")
def test_each_recipient_is_declared_with_what_it_gets(shop: Shop) -> None:
    received = {
        name: (rule.role, rule.activities)
        for rule in shop.policy.rules(Recipient)
        for name in rule.name
    }
    (transfer,) = shop.policy.rules(Transfer)

    assert received == {
        "payment_processor": ("processor", ("take_payment",)),
        "courier": ("controller", ("fulfil_order",)),
        "it_provider": ("processor", ("run_the_books",)),
        "law_enforcement": ("controller", ("guard_against_wrongs",)),
        "government": ("controller", ("follow_adverse_effect",)),
    }
    assert transfer.needs_any == ("adequacy", "standard_clauses")
    assert shop.ask(YUKI, "run_the_books", recipient="it_provider") == permit(
        "permitted.legitimate_interest AL-053", data=("order_details",)
    )
    assert shop.ask(YUKI, "learn_interests", recipient="it_provider") == deny(
        "declared.recipient AL-031"
    )


BEGUN = (
    *lives("FR"),
    *opened("account", "2018-01-01", "A-9"),
    *happened("card.filled", "2018-01-01"),
)
LEFT = (*BEGUN, *closed("account", "2018-02-01", "A-9"))


def is_named(shop: Shop, about: Told, at: str) -> bool:
    return shop.still_names(about, "keep_card", at, until="AL-103")


@pytest.mark.clause("AL-103")
@pytest.mark.parametrize(
    "relation",
    [
        "order",
        "enquiry",
        "complaint",
        "feedback",
        "event",
        "connected_product",
        "incident",
        "resale_case",
    ],
)
def test_data_stay_while_anything_is_open(shop: Shop, relation: str) -> None:
    owed = (*LEFT, *opened(relation, "2018-01-15", "X-9"))
    settled = (*owed, *closed(relation, "2026-05-01", "X-9"))

    assert is_named(shop, BEGUN, "2026-06-01")
    assert is_named(shop, owed, "2026-06-01")
    assert not is_named(shop, settled, "2026-05-02")


@pytest.mark.clause("AL-103")
def test_data_go_three_years_after_the_last_contact(shop: Shop) -> None:
    assert is_named(shop, LEFT, "2020-12-31")
    assert not is_named(shop, LEFT, "2021-01-02")


@pytest.mark.clause("AL-103")
def test_what_a_visit_left_is_gone_thirteen_months_later(shop: Shop) -> None:
    assert shop.ask(VISITOR, "keep_bag", at="2027-06-29").outcome == "permit"
    assert shop.ask(VISITOR, "keep_bag", at="2027-07-01") == deny(
        "retention.ended AL-103", withheld=("cookie_data", "bag_contents")
    )


@pytest.mark.clause("AL-104")
def test_every_right_has_a_way_and_costs_nothing(shop: Shop) -> None:
    rights = [rule for rule in shop.policy.rules(Right) if rule.clause != "AL-019"]

    assert {rule.name: rule.by for rule in rights} == {
        "access": ("email",),
        "rectification": ("email", "account_settings"),
        "erasure": ("email",),
        "restriction": ("email",),
        "portability": ("email",),
        "withdraw_consent": ("email", "account_settings"),
        "objection": ("email", "account_settings"),
        "marketing_opt_out": ("account_settings", "unsubscribe_link", "email"),
        "complaint": ("email", "web_form"),
    }
    assert rights[0].fee == "none"


@pytest.mark.clause("AL-104")
def test_who_answers_a_request_sees_everything(shop: Shop) -> None:
    assert shop.ask(HOLDER, "run_account", actor="privacy", data=("email",)) == permit(
        *on_contract("AL-003"), data=("email",)
    )


@pytest.mark.clause("AL-105")
def test_a_no_to_a_message_leaves_the_account_as_it_is(shop: Shop) -> None:
    no = (*YUKI, *withdrew("email_marketing", "2026-05-30", channel="email", route="email"))

    assert shop.ask(no, "offers_to_buyers", channel="email") == deny(
        "channel.refused AL-049", "channel.no_soft_opt_in AL-049"
    )
    assert shop.ask(no, "run_account", data=("email",)).outcome == "permit"


@pytest.mark.clause("AL-105", "AL-107")
def test_the_first_message_tells_of_the_right_to_object(shop: Shop) -> None:
    notices = {rule.name: rule for rule in shop.policy.rules(Notice)}

    assert notices["right_to_object"].at == ("first message", "policy")
    assert notices["cookie_policy"].url == "https://all.example.com/cookies"
    assert "changed passages" in notices["policy_change"].shows


@pytest.mark.clause("AL-106")
def test_a_complaint_goes_to_us_and_to_the_regulator(shop: Shop) -> None:
    told_to = [(rule.to, rule.country) for rule in shop.policy.rules(Complaint)]

    assert told_to == [
        ("the regulator of your country", ""),
        ("CNIL", "FR"),
        ("Information Commissioner's Office", "GB"),
    ]
