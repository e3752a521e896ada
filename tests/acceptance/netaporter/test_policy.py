"""Where the policy holds, claims, recipients, periods, and what the table left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.policy.period import parse_period
from placket.policy.rules import Complaint, Notice, Recipient, Retain, Right, Transfer
from tests.acceptance.netaporter.persons import CALLER, CHATTING, COOKIES, EVA, HOLDER, VISITOR
from tests.acceptance.retailers import (
    closed,
    deny,
    erased,
    happened,
    lives,
    no_party,
    on_contract,
    opened,
    permit,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

CLAIM = (*EVA, *opened("claim", "2026-05-30", "L-1"))
FILE = (
    "identification_data",
    "claim_relevant_data",
    "name",
    "email",
    "postal_address",
    "billing_address",
    "delivery_address",
    "customer_id",
    "order_id",
    "order_details",
    "purchase_history",
    "payment_details",
    "call_recording",
    "chat_messages",
)
ROWS = {
    "NP-001": "record_calls",
    "NP-009": "learn_patterns",
    "NP-017": "confirm_order",
    "NP-021": "bag_reminder",
    "NP-023": "fight_fraud",
    "NP-025": "ask_feedback",
    "NP-027": "understand_influencers",
    "NP-031": "keep_press_list",
    "NP-035": "legal_claims",
}
"""The nine rows of the table, each by the first activity of its purpose."""


@pytest.mark.clause("NP-000")
def test_each_country_has_its_own_law_and_the_rest_has_the_british(shop: Shop) -> None:
    countries = ("GB", "FR", "DE", "AT", "IT", "ES", "US")
    places = [shop.policy.place_of(country) for country in countries]

    assert [place.pack if place else None for place in places] == [
        "uk",
        "fr",
        "de",
        "at",
        "it",
        "eu",
        "uk",
    ]


@pytest.mark.clause("NP-000")
def test_who_was_never_met_is_nobody_s_business(shop: Shop) -> None:

    # A role stops neither a duty nor a claim, and each of those has a step of its own.
    assert shop.past_roles("GB") == {
        "settle_dispute": "deny",
        "tell_whom_we_follow": "deny",
        "legal_claims": "deny",
    }


# Claims


@pytest.mark.clause("NP-035", "NP-036")
def test_an_open_claim_reads_its_file_and_nothing_else(shop: Shop) -> None:
    settled = (*CLAIM, *closed("claim", "2026-05-31", "L-1"))

    assert shop.ask(CLAIM, "legal_claims", recipient="courts") == permit(
        "permitted.legitimate_interest NP-035", data=FILE
    )
    assert shop.ask(CLAIM, "legal_claims", data=("browsing_history",)) == deny(
        "declared.data NP-035", withheld=("browsing_history",)
    )
    assert shop.ask(EVA, "legal_claims") == deny("situation.closed NP-035")
    assert shop.ask(settled, "legal_claims") == deny("situation.closed NP-035")


@pytest.mark.clause("NP-035")
def test_what_a_claim_needs_outlasts_its_time_and_serves_the_claim_alone(shop: Shop) -> None:
    disputed = (*CALLER, *opened("claim", "2026-05-30", "L-1"))
    recording: dict[str, Any] = {"data": ("call_recording",), "at": "2026-06-02"}

    assert shop.ask(disputed, "legal_claims", **recording) == permit(
        "permitted.legitimate_interest NP-035", data=("call_recording",)
    )
    assert shop.ask(disputed, "record_calls", **recording) == deny(
        "lock.statutory NP-035", withheld=("call_recording",)
    )
    assert shop.ask(CALLER, "record_calls", **recording) == deny(
        "retention.ended NP-001", withheld=("call_recording",)
    )


@pytest.mark.clause("NP-035")
def test_what_an_erasure_left_for_a_claim_serves_that_claim(shop: Shop) -> None:
    gone = erased(("name", "email"), "2026-05-31", "kept:name:claims:")

    assert shop.ask((*CLAIM, *gone), "legal_claims", data=("name",)) == permit(
        "permitted.legitimate_interest NP-035", data=("name",)
    )
    assert shop.ask((*CLAIM, *gone), "manage_relationship", data=("name",)) == deny(
        "lock.kept_after_erasure NP-012", withheld=("name",)
    )
    assert shop.ask((*CLAIM, *gone), "legal_claims", data=("email",)) == deny(
        "erased NP-035", withheld=("email",)
    )


@pytest.mark.clause("NP-036")
def test_who_builds_the_file_sees_it_while_there_is_a_claim(shop: Shop) -> None:
    looking: dict[str, Any] = {
        "actor": "legal",
        "data": ("identification_data", "order_details"),
    }

    assert shop.ask(CLAIM, "legal_claims", case="L-1", **looking) == permit(
        "permitted.legitimate_interest NP-035", data=("identification_data", "order_details")
    )
    assert shop.ask(CLAIM, "legal_claims", **looking) == deny(
        *["access.no_open_case NP-036"] * 2, withheld=("identification_data", "order_details")
    )


# The table


@pytest.mark.clause("NP-037")
def test_each_row_of_the_table_pairs_a_purpose_with_its_data(shop: Shop) -> None:
    rows = {clause: shop.rules["activity", name] for clause, name in ROWS.items()}
    (table, rest) = (rule for rule in shop.clause("NP-037") if isinstance(rule, Notice))

    assert [(rule.clause, bool(rule.purpose), bool(rule.uses)) for rule in rows.values()] == [
        (clause, True, True) for clause in ROWS
    ]
    assert table.shows == ("purpose", "personal data processed")
    assert rest.provenance.word == "added"


@pytest.mark.clause("NP-037")
def test_the_text_has_a_basis_in_one_row_and_the_running_policy_in_all(shop: Shop) -> None:
    activities = [variant for variants in shop.policy.activities.values() for variant in variants]
    silent = [rule for rule in activities if dict(rule.published or ()).get("basis", "") is None]
    added = [rule for rule in activities if rule.provenance.word == "added" and not rule.published]

    assert [rule.name for rule in activities if not rule.basis] == []
    assert [rule.name for rule in activities if rule not in silent + added] == ["fight_fraud"]


# What the table did not say


@pytest.mark.clause("NP-101")
@pytest.mark.parametrize(
    ("activity", "to", "data"),
    [
        ("fulfil_order", "courier", ("name", "email", "delivery_address")),
        ("take_payment", "payment_processor", ("name", "billing_address", "payment_details")),
    ],
)
def test_an_order_is_carried_out_under_its_contract(
    shop: Shop, activity: str, to: str, data: tuple[str, ...]
) -> None:
    assert shop.ask(EVA, activity, recipient=to, data=data) == permit(
        *on_contract("NP-101"), data=data
    )
    assert shop.ask(HOLDER, activity, recipient=to, data=data) == deny(*no_party("NP-101"))


@pytest.mark.clause("NP-101")
def test_a_bag_and_an_account_are_kept_for_who_has_them(shop: Shop) -> None:
    left = (*HOLDER, *closed("account", "2026-05-30", "A-1"))

    assert shop.ask(VISITOR, "keep_bag", recipient="it_provider") == permit(
        "permitted.legitimate_interest NP-101", data=("cookie_data", "bag_contents")
    )
    assert shop.ask(left, "run_account", data=("email",)) == deny("situation.closed NP-101")


@pytest.mark.clause("NP-102")
def test_each_recipient_is_declared_with_what_it_gets(shop: Shop) -> None:
    received = {
        name: (rule.role, rule.activities)
        for rule in shop.policy.rules(Recipient)
        for name in rule.name
    }

    assert received == {
        "courier": ("controller", ("fulfil_order",)),
        "payment_processor": ("processor", ("take_payment",)),
        "it_provider": ("processor", ("keep_bag",)),
        "ad_network": ("controller", ("tailor_other_places",)),
        "social_media_platform": ("joint", ("tailor_other_places",)),
        "courts": ("controller", ("legal_claims",)),
    }
    assert shop.ask(EVA, "fulfil_order", recipient="courier", data=("order_details",)) == deny(
        "recipient.data NP-102", withheld=("order_details",)
    )
    assert shop.ask((*EVA, *COOKIES), "learn_patterns", recipient="courts") == deny(
        "declared.recipient NP-009"
    )
    (transfer,) = shop.policy.rules(Transfer)
    assert transfer.needs_any == ("adequacy", "standard_clauses")


@pytest.mark.clause("NP-102")
def test_no_other_company_gets_anything(shop: Shop) -> None:
    assert shop.ask(EVA, "make_segments", recipient="courier") == deny("declared.recipient NP-010")


OLD = (
    *lives("GB"),
    *opened("account", "2018-01-01", "A-9"),
    *happened("order.placed", "2018-01-01"),
)
LEFT = (*OLD, *closed("account", "2018-02-01", "A-9"))


def is_named(shop: Shop, about: Told, at: str) -> bool:
    return shop.still_names(about, "manage_relationship", at, until="NP-103")


@pytest.mark.clause("NP-103")
@pytest.mark.parametrize("relation", ["order", "case", "complaint", "dispute"])
def test_data_stay_while_anything_is_open(shop: Shop, relation: str) -> None:
    owed = (*LEFT, *opened(relation, "2018-01-15", "X-9"))
    settled = (*owed, *closed(relation, "2026-05-01", "X-9"))

    assert is_named(shop, OLD, "2026-06-01")
    assert is_named(shop, owed, "2026-06-01")
    assert not is_named(shop, settled, "2026-05-02")


@pytest.mark.clause("NP-103")
def test_data_go_six_years_after_the_last_contact(shop: Shop) -> None:
    assert is_named(shop, LEFT, "2023-12-31")
    assert not is_named(shop, LEFT, "2024-01-02")


@pytest.mark.clause("NP-103")
def test_what_a_visit_left_is_gone_thirteen_months_later(shop: Shop) -> None:
    def shown(at: str) -> Any:
        return shop.ask(CHATTING, "show_context", data=("bag_contents",), at=at)

    assert shown("2027-06-29").outcome == "permit"
    assert shown("2027-07-01") == deny("retention.ended NP-103", withheld=("bag_contents",))


@pytest.mark.clause("NP-103")
def test_no_clock_of_shoppers_keeps_what_is_held_of_anybody_for_ever(shop: Shop) -> None:
    general = [rule for rule in shop.policy.rules(Retain) if rule.what == ("all",)]

    assert [str(rule.period) for rule in general] == [
        "while account is open",
        str(
            parse_period(
                "latest of (while order is open, while case is open, while complaint is open, "
                "while dispute is open)"
            )
        ),
        "while in_touch",
        "latest of (while followed, while on_press_list)",
    ]


@pytest.mark.clause("NP-104")
def test_every_right_has_a_way_and_costs_nothing(shop: Shop) -> None:
    rights = {rule.name: rule for rule in shop.policy.rules(Right)}

    assert {name: rule.by for name, rule in rights.items()} == {
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
    assert (rights["access"].fee, rights["portability"].format) == ("none", ("json", "csv"))


@pytest.mark.clause("NP-104")
def test_who_answers_a_request_sees_everything(shop: Shop) -> None:
    assert shop.ask(EVA, "manage_relationship", actor="privacy") == permit(
        "permitted.legitimate_interest NP-012",
        data=("name", "customer_id", "interest_profile", "purchase_history"),
    )


@pytest.mark.clause("NP-105")
def test_a_no_to_a_message_ends_the_messages_and_leaves_the_account(shop: Shop) -> None:
    no = (*EVA, *withdrew("email_marketing", "2026-05-30", channel="email", route="email"))

    assert shop.ask(no, "marketing_to_buyers") == deny(
        "channel.refused NP-013", "channel.no_soft_opt_in NP-013"
    )
    assert shop.ask(no, "run_account", data=("email",)).outcome == "permit"


@pytest.mark.clause("NP-105", "NP-107")
def test_the_first_message_tells_of_the_right_to_object(shop: Shop) -> None:
    notices = {rule.name: rule for rule in shop.policy.rules(Notice)}

    assert notices["right_to_object"].at == ("first message", "policy")
    assert notices["policy_change"].shows == (
        "version",
        "effective date",
        "reason",
        "changed passages",
    )
    assert notices["cookie_policy"].url == "https://netaporter.example.com/cookies"


@pytest.mark.clause("NP-106")
def test_a_complaint_goes_to_us_and_to_the_regulator(shop: Shop) -> None:
    told_to = [(rule.to, rule.country) for rule in shop.policy.rules(Complaint)]

    assert told_to == [
        ("the regulator of your country", ""),
        ("Information Commissioner's Office", "GB"),
    ]


@pytest.mark.clause("NP-000")
def test_a_person_takes_a_role_by_what_is_taken_of_them(shop: Shop) -> None:
    entered = (*lives("GB"), *took(("name",), "2026-05-01", "role:fashion_professional"))

    assert shop.ask(entered, "keep_press_list", data=("name",)).because[0] == (
        "retention.ended NP-103"
    )
