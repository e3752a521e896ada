"""Calls and chats with Customer Care: what they serve, who sees them, when they are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Access, Capture, as_dict
from tests.acceptance.netaporter.persons import CALLER, CHATTING, HOLDER, VISITOR
from tests.acceptance.retailers import closed, deny, on_contract, opened, permit, told, took

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

TALK = ("call_recording", "chat_messages")
FILE = ("name", "customer_id", "order_id")
CLOSED = (*CHATTING, *closed("chat", "2026-05-31 13:00", "CH-1"))
DISPUTED = (*CALLER, *opened("dispute", "2026-05-30", "D-1"))


@pytest.mark.clause("NP-001")
def test_a_recording_is_there_until_six_months_after_the_call(shop: Shop) -> None:
    # London is an hour ahead in June: noon of 1 June there is eleven o'clock.
    assert shop.ask(CALLER, "record_calls", at="2026-06-01 10:59") == permit(
        "permitted.legitimate_interest NP-001", data=("call_recording",)
    )
    assert shop.ask(CALLER, "record_calls", at="2026-06-01 11:00") == deny(
        "retention.ended NP-001", withheld=("call_recording",)
    )


@pytest.mark.clause("NP-002")
def test_a_supervisor_watches_a_chat_while_it_goes_on(shop: Shop) -> None:
    watching = {"actor": "supervisor", "case": "CH-1"}

    assert shop.ask(CHATTING, "monitor_chats", **watching) == permit(
        "permitted.legitimate_interest NP-002", data=("chat_messages",)
    )
    assert shop.ask(CLOSED, "monitor_chats", **watching) == deny(
        "situation.closed NP-002", "access.no_open_case NP-002", withheld=("chat_messages",)
    )
    assert shop.ask(CHATTING, "monitor_chats", actor="legal", case="CH-1") == deny(
        "access.no_open_case NP-036", withheld=("chat_messages",)
    )


@pytest.mark.clause("NP-002")
def test_a_chat_is_gone_thirteen_months_after_it_closed(shop: Shop) -> None:
    assert shop.ask(CLOSED, "score_service", data=("chat_messages",), at="2027-06-30").outcome == (
        "permit"
    )
    assert shop.ask(CLOSED, "score_service", data=("chat_messages",), at="2027-07-01") == deny(
        "retention.ended NP-002", withheld=("chat_messages",)
    )


@pytest.mark.clause("NP-003", "NP-004")
@pytest.mark.parametrize(
    ("activity", "clause", "purposes", "output"),
    [
        (
            "score_service",
            "NP-003",
            ("quality_monitoring", "customer_service"),
            {"form": "score", "of": "conversation"},
        ),
        (
            "develop_training",
            "NP-004",
            ("staff_training",),
            {"form": "extract", "without": ("name",)},
        ),
    ],
)
def test_a_conversation_serves_quality_and_training_and_names_nobody(
    shop: Shop, activity: str, clause: str, purposes: tuple[str, ...], output: dict[str, object]
) -> None:
    (rule,) = shop.policy.activities[activity]

    assert (rule.purpose, as_dict(rule.output)) == (purposes, output)
    assert shop.ask(CALLER, activity, at="2026-05-01") == permit(
        f"permitted.legitimate_interest {clause}", data=TALK
    )
    assert shop.ask(CALLER, activity, data=("name",), at="2026-05-01") == deny(
        f"declared.data {clause}", withheld=("name",)
    )


@pytest.mark.clause("NP-005")
@pytest.mark.parametrize("channel", ["phone", "live_chat"])
@pytest.mark.parametrize("activity", ["answer_query", "answer_complaint"])
def test_a_call_or_chat_answers_queries_and_complaints(
    shop: Shop, activity: str, channel: str
) -> None:
    assert shop.ask(CHATTING, activity, channel=channel, data=(*FILE, *TALK)) == permit(
        "permitted.legitimate_interest NP-005", data=(*FILE, *TALK)
    )
    assert shop.ask(CHATTING, activity, channel="email") == deny("declared.channel NP-005")


@pytest.mark.clause("NP-005")
def test_a_dispute_shows_its_recording_and_a_hold_keeps_it(shop: Shop) -> None:
    recording = ("call_recording",)
    held = (*DISPUTED, *told(Kind.HOLD_PLACED, "2026-05-31"))
    shown = permit("permitted.legitimate_interest NP-005", data=recording)
    gone = deny("retention.ended NP-001", withheld=recording)

    assert shop.ask(DISPUTED, "settle_dispute", data=recording, at="2026-05-31") == shown
    assert shop.ask(DISPUTED, "settle_dispute", data=recording, at="2026-06-02") == gone
    assert shop.ask(held, "settle_dispute", data=recording, at="2026-06-02") == shown
    assert shop.ask(held, "record_calls", data=recording, at="2026-06-02") == gone
    assert shop.ask(CALLER, "settle_dispute", data=recording, at="2026-05-31") == deny(
        "situation.closed NP-005"
    )


@pytest.mark.clause("NP-006")
def test_a_conversation_is_filed_with_name_account_and_order(shop: Shop) -> None:
    assert shop.ask(CHATTING, "file_conversation") == permit(
        "permitted.legitimate_interest NP-006", data=(*TALK, *FILE)
    )


@pytest.mark.clause("NP-006")
def test_care_reads_whose_a_conversation_is_while_a_case_is_open(shop: Shop) -> None:
    asks = (*CHATTING, *opened("case", "2026-05-31", "C-1"))

    assert shop.ask(
        asks, "file_conversation", actor="customer_care", case="C-1", data=FILE
    ) == permit("permitted.legitimate_interest NP-006", data=FILE)
    assert shop.ask(CHATTING, "file_conversation", actor="customer_care", data=FILE) == deny(
        *["access.no_open_case NP-006"] * 3, withheld=FILE
    )


@pytest.mark.clause("NP-007")
def test_an_agent_sees_pages_and_bag_while_the_chat_is_open(shop: Shop) -> None:
    context = ("browsing_history", "bag_contents")
    looking = {"actor": "customer_care", "case": "CH-1"}

    assert shop.ask(CHATTING, "show_context", **looking) == permit(
        "permitted.legitimate_interest NP-007", data=context
    )
    assert shop.ask(CLOSED, "show_context", **looking) == deny(
        "situation.closed NP-007", *["access.no_open_case NP-007"] * 2, withheld=context
    )
    assert shop.ask(HOLDER, "show_context") == deny("situation.closed NP-007")


@pytest.mark.clause("NP-007")
def test_what_the_agent_saw_is_stored_as_it_stood_when_the_chat_began(shop: Shop) -> None:
    access = shop.rule("NP-007", Access)

    assert as_dict(access.snapshot) == {
        "at": "chat.opened",
        "of": ("browsing_history", "bag_contents"),
    }
    assert shop.ask(CHATTING, "show_context", actor="fraud_team", case="CH-1") == deny(
        *["access.data NP-024"] * 2, withheld=("browsing_history", "bag_contents")
    )


@pytest.mark.clause("NP-008")
def test_a_number_given_in_a_conversation_stays_with_its_case(shop: Shop) -> None:
    number = ("phone",)
    gave = (*CHATTING, *took(number, "2026-05-31", by="conversation"))
    asks = (*gave, *took(number, "2026-06-01 10:00", by="account"))

    assert shop.ask(gave, "answer_query", channel="phone", data=number) == permit(
        "permitted.legitimate_interest NP-005", data=number
    )
    assert shop.ask(gave, "run_account", data=number) == deny(
        "purpose.not_shown NP-008", withheld=number
    )
    assert shop.ask(asks, "run_account", data=number) == permit(*on_contract("NP-101"), data=number)


@pytest.mark.clause("NP-001", "NP-002", "NP-008")
def test_each_way_to_care_tells_what_it_takes(shop: Shop) -> None:
    forms = {rule.name: rule for rule in shop.policy.rules(Capture)}

    assert {
        name: (forms[name].at, forms[name].channels, forms[name].takes, forms[name].offers)
        for name in ("care_call", "care_chat", "conversation")
    } == {
        "care_call": (("customer_care",), ("phone",), ("call_recording",), ("notice",)),
        "care_chat": (("customer_care",), ("live_chat",), ("chat_messages",), ("notice",)),
        "conversation": (("customer_care",), (), ("contact_data",), ("notice",)),
    }


@pytest.mark.clause("NP-005")
def test_who_never_spoke_with_care_has_no_query(shop: Shop) -> None:
    assert shop.ask(VISITOR, "answer_query", channel="phone", data=("name",)) == deny(
        "role.not_concerned NP-005", "retention.ended NP-103", withheld=("name",)
    )
