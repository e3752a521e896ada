"""Service messages, the reminder of a bag, feedback, and the check against fraud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Limit, as_dict
from tests.acceptance.netaporter.persons import BUYER, EVA, HOLDER, NEWS, VISITOR
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    gave_address,
    happened,
    lives,
    no_party,
    objected,
    on_contract,
    on_soft_opt_in,
    opened,
    permit,
    sent,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

WRITTEN_TO = ("name", "email")
REMINDED = ("name", "email", "bag_contents")
BAG = opened("bag", "2026-05-28", "B-1")
LEFT: dict[str, Any] = {"occasion": "B-1"}
SERVICE = [
    ("confirm_order", "NP-017", "", 1),
    ("tell_change", "NP-018", "P-1 is late", 2),
    ("tell_terms", "NP-019", "terms v3", 1),
]


# Service messages


@pytest.mark.clause("NP-017", "NP-018", "NP-019", "NP-020")
@pytest.mark.parametrize(("activity", "clause", "occasion", "relations"), SERVICE)
def test_a_service_message_takes_name_and_address_alone(
    shop: Shop, activity: str, clause: str, occasion: str, relations: int
) -> None:
    assert shop.ask(EVA, activity, occasion=occasion) == permit(
        *on_contract(clause, relations=relations), data=WRITTEN_TO
    )
    assert shop.ask(EVA, activity, occasion=occasion, data=("gender",)) == deny(
        f"declared.data {clause}", withheld=("gender",)
    )
    assert shop.ask(EVA, activity, occasion=occasion, channel="sms") == deny(
        f"declared.channel {clause}"
    )


@pytest.mark.clause("NP-017", "NP-018", "NP-019")
@pytest.mark.parametrize(("activity", "clause", "occasion", "relations"), SERVICE)
def test_a_no_to_marketing_stops_no_service_message(
    shop: Shop, activity: str, clause: str, occasion: str, relations: int
) -> None:
    no = withdrew("email_marketing", "2026-05-25", channel="email")

    assert shop.ask((*EVA, *NEWS, *no), activity, occasion=occasion) == permit(
        *on_contract(clause, relations=relations), data=WRITTEN_TO
    )


@pytest.mark.clause("NP-017", "NP-018")
def test_only_whom_it_concerns_is_told(shop: Shop) -> None:
    assert shop.ask(HOLDER, "confirm_order") == deny(*no_party("NP-017"))
    assert shop.ask(VISITOR, "tell_change", occasion="P-1 is late") == deny(
        *no_party("NP-018"),
        "retention.ended NP-103",
        withheld=WRITTEN_TO,
    )
    assert shop.ask(EVA, "tell_change") == deny("declared.occasion NP-018")


@pytest.mark.clause("NP-019")
def test_new_terms_reach_account_holders(shop: Shop) -> None:
    guest = (*lives("GB"), *happened("order.placed", "2026-05-20"))

    assert shop.ask(HOLDER, "tell_terms", occasion="terms v3") == permit(
        *on_contract("NP-019"), data=WRITTEN_TO
    )
    assert shop.ask(guest, "tell_terms", occasion="terms v3").because[:2] == (*no_party("NP-019"),)


@pytest.mark.clause("NP-020", "NP-022")
def test_what_a_message_may_hold_is_written_down(shop: Shop) -> None:
    service, reminder = (
        rule
        for clause in ("NP-020", "NP-022")
        for rule in shop.clause(clause)
        if isinstance(rule, Limit)
    )

    assert (service.data, as_dict(service.content)) == (WRITTEN_TO, {"excludes": ("promotion",)})
    assert (reminder.data, as_dict(reminder.content)) == (REMINDED, {"only": "own_products"})
    assert [shop.policy.activities[name][0].message for name in service.activities] == [
        "service"
    ] * 3


# The reminder of a bag


@pytest.mark.clause("NP-021", "NP-022")
def test_a_reminder_follows_the_law_of_marketing(shop: Shop) -> None:
    assert shop.rules["activity", "bag_reminder"].message == "marketing"
    assert shop.ask((*BUYER, *BAG), "bag_reminder", **LEFT) == permit(
        *on_soft_opt_in("NP-021"), data=REMINDED
    )
    assert shop.ask((*HOLDER, *BAG, *NEWS), "bag_reminder", **LEFT) == permit(
        "permitted.legitimate_interest NP-021", "permitted.consent_given NP-013", data=REMINDED
    )
    assert shop.ask((*HOLDER, *BAG), "bag_reminder", **LEFT) == deny(
        "channel.no_soft_opt_in NP-021"
    )


@pytest.mark.clause("NP-021")
def test_after_a_no_nobody_is_reminded(shop: Shop) -> None:
    no = told(Kind.CONSENT_REFUSED, "2026-05-25", channel="email")

    assert shop.ask((*BUYER, *BAG, *no), "bag_reminder", **LEFT) == deny("channel.refused NP-021")


@pytest.mark.clause("NP-021")
def test_a_bag_that_was_paid_for_is_not_brought_to_mind(shop: Shop) -> None:
    paid = (*BUYER, *BAG, *closed("bag", "2026-05-29", "B-1"))

    assert shop.ask(paid, "bag_reminder", **LEFT) == deny("situation.closed NP-021")
    assert shop.ask((*BUYER, *BAG), "bag_reminder") == deny("declared.occasion NP-021")


@pytest.mark.clause("NP-021")
def test_each_bag_is_brought_to_mind_once(shop: Shop) -> None:
    once = (*BUYER, *BAG, *sent("bag_reminder", "2026-05-29"))
    another = (*once, *opened("bag", "2026-05-31", "B-2"))

    assert shop.ask(once, "bag_reminder", **LEFT) == deny("frequency NP-021")
    assert shop.ask(another, "bag_reminder", occasion="B-2").outcome == "permit"


@pytest.mark.clause("NP-021")
@pytest.mark.parametrize(("country", "outcome"), [("GB", "permit"), ("DE", "deny")])
def test_where_a_sale_is_asked_for_a_bag_alone_is_none(
    shop: Shop, country: str, outcome: str
) -> None:
    asked = gave_address("email", "2026-05-28", during="negotiation")
    person = (*lives(country), *opened("account", "2026-01-02", "A-2"), *BAG, *asked)

    assert shop.ask(person, "bag_reminder", **LEFT).outcome == outcome


@pytest.mark.clause("NP-022")
def test_a_reminder_takes_no_more_than_the_bag(shop: Shop) -> None:
    assert shop.ask((*BUYER, *BAG), "bag_reminder", data=("purchase_history",), **LEFT) == deny(
        "declared.data NP-021", withheld=("purchase_history",)
    )


# Fraud

CHECKED = (
    "name",
    "billing_address",
    "delivery_address",
    "email",
    "phone",
    "payment_details",
    "purchase_history",
)


@pytest.mark.clause("NP-023", "NP-024")
def test_a_purchase_is_checked_by_the_listed_data_and_held_for_a_person(shop: Shop) -> None:
    assert shop.rules["activity", "fight_fraud"].then == "hold"
    assert shop.ask(EVA, "fight_fraud") == permit(
        "permitted.legitimate_interest NP-023", data=CHECKED
    )
    assert shop.ask(HOLDER, "fight_fraud") == deny("role.not_concerned NP-023")
    assert shop.ask(EVA, "fight_fraud", data=("browsing_history",)) == deny(
        "declared.data NP-023", withheld=("browsing_history",)
    )


@pytest.mark.clause("NP-024")
def test_who_judges_a_check_sees_what_it_read(shop: Shop) -> None:
    assert shop.ask(EVA, "fight_fraud", actor="fraud_team") == permit(
        "permitted.legitimate_interest NP-023", data=CHECKED
    )
    assert shop.ask(EVA, "make_segments", actor="fraud_team", data=("interest_profile",)) == deny(
        "access.data NP-024", withheld=("interest_profile",)
    )


@pytest.mark.clause("NP-023")
def test_an_objection_is_weighed_before_a_check_goes_on(shop: Shop) -> None:
    objection = objected("fraud_prevention", "2026-05-30")
    overruled = told(
        Kind.OBJECTION_DECIDED, "2026-05-31", about=objection[0].id, marks=("overruled",)
    )

    assert shop.ask((*EVA, *objection), "fight_fraud") == deny(
        "objection.legitimate_interest NP-023"
    )
    assert shop.ask((*EVA, *objection, *overruled), "fight_fraud").outcome == "permit"


# Feedback


@pytest.mark.clause("NP-025")
@pytest.mark.parametrize("channel", ["onsite_popup", "email"])
def test_a_buyer_is_asked_how_it_went_once_an_order(shop: Shop, channel: str) -> None:
    asked = {"channel": channel}
    answered = (*EVA, *sent("ask_feedback", "2026-05-28", channel="onsite_popup"))
    again = (*answered, *opened("order", "2026-05-30", "P-2"))

    first = permit(
        "permitted.legitimate_interest NP-025", data=("name", "email", "purchase_history")
    )
    assert shop.ask(EVA, "ask_feedback", **asked) == first
    assert shop.ask(answered, "ask_feedback", **asked) == deny("frequency NP-025")
    assert shop.ask(again, "ask_feedback", **asked) == first


@pytest.mark.clause("NP-025")
def test_who_bought_nothing_is_not_asked_and_nobody_is_called(shop: Shop) -> None:
    assert shop.ask(HOLDER, "ask_feedback", channel="email") == deny("role.not_concerned NP-025")
    assert shop.ask(EVA, "ask_feedback", channel="phone") == deny("declared.channel NP-025")
    assert shop.ask(EVA, "ask_feedback", channel="email", data=("phone",)) == deny(
        "declared.data NP-025", withheld=("phone",)
    )


@pytest.mark.clause("NP-026")
def test_a_comment_is_kept_beside_what_it_is_about(shop: Shop) -> None:
    said = (*EVA, *happened("feedback.given", "2026-05-28"))
    kept = ("name", "email", "phone", "purchase_history", "feedback")

    assert shop.ask(said, "keep_feedback") == permit(
        "permitted.legitimate_interest NP-026", data=kept
    )
    assert shop.ask(said, "keep_feedback", data=("feedback",), at="2028-05-29") == deny(
        "retention.ended NP-103", withheld=("feedback",)
    )


@pytest.mark.clause("NP-026")
def test_a_number_serves_to_call_back_who_wants_that(shop: Shop) -> None:
    said = (*EVA, *took(("feedback", "phone"), "2026-05-28", by="feedback_form"))

    assert shop.ask(said, "call_back", occasion="wants a call") == permit(
        "permitted.legitimate_interest NP-026", data=("phone", "feedback")
    )
    assert shop.ask(said, "call_back") == deny("declared.occasion NP-026")


@pytest.mark.clause("NP-021")
def test_a_yes_by_other_words_reminds_nobody(shop: Shop) -> None:
    other = agreed("email_marketing", "2026-05-01", wording="other-1", channel="email")

    assert shop.ask((*HOLDER, *BAG, *other), "bag_reminder", **LEFT) == deny(
        "channel.no_soft_opt_in NP-021"
    )
    assert shop.ask(
        (*HOLDER, *BAG, *gave_address("email", "2026-05-28")), "bag_reminder", **LEFT
    ).outcome == ("permit")
