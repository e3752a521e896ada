"""Name, contact and payment details for orders: used on contract or duty, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import as_dict
from tests.acceptance.justelegance.persons import CONTACT, GUEST, HOLDER, PRIYA
from tests.acceptance.retailers import (
    answered,
    closed,
    deny,
    erased,
    no_party,
    objected,
    on_contract,
    opened,
    permit,
    restricted,
    rewritten,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

NAME_AND_CONTACT = ("name", *CONTACT)
DELIVERED = (*PRIYA, *closed("order", "2026-05-28", "J-1"))


@pytest.mark.clause("JE-020")
def test_the_payment_processor_gets_name_and_contact_to_take_payment(shop: Shop) -> None:
    assert shop.ask(GUEST, "take_payment", recipient="payment_processor") == permit(
        *on_contract("JE-020"), data=NAME_AND_CONTACT
    )
    assert shop.ask(GUEST, "take_payment", recipient="courier") == deny("declared.recipient JE-020")
    assert shop.ask(HOLDER, "take_payment") == deny(*no_party("JE-020"))


@pytest.mark.clause("JE-021")
def test_a_buyer_hears_of_the_order_while_it_is_open(shop: Shop) -> None:
    assert shop.ask(PRIYA, "order_updates") == permit(*on_contract("JE-021"), data=NAME_AND_CONTACT)
    assert shop.ask(DELIVERED, "order_updates") == deny("situation.closed JE-021")


@pytest.mark.clause("JE-021")
def test_a_buyer_who_switched_email_off_still_hears_of_the_order(shop: Shop) -> None:
    quiet = (
        *PRIYA,
        *told(Kind.PREFERENCE_OFF, "2026-05-25", "channel:email"),
        *withdrew("", "2026-05-25", channel="email"),
    )

    assert shop.ask(quiet, "order_updates") == permit(*on_contract("JE-021"), data=NAME_AND_CONTACT)


@pytest.mark.clause("JE-022")
def test_a_label_holds_name_and_address_alone(shop: Shop) -> None:
    assert shop.ask(PRIYA, "ship_order") == permit(
        *on_contract("JE-022"), data=("name", "delivery_address")
    )
    assert shop.ask(PRIYA, "ship_order", data=("name", "email")) == deny(
        "declared.data JE-022", withheld=("email",)
    )


@pytest.mark.clause("JE-022")
def test_no_label_is_printed_for_who_ordered_nothing(shop: Shop) -> None:
    assert shop.ask(HOLDER, "ship_order") == deny(*no_party("JE-022"))


@pytest.mark.clause("JE-023")
@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_fault_with_an_order_is_told_by_email_or_phone(shop: Shop, channel: str) -> None:
    assert shop.ask(PRIYA, "order_issue", channel=channel) == permit(
        *on_contract("JE-023"), data=(*NAME_AND_CONTACT, "order_details")
    )
    assert shop.ask(HOLDER, "order_issue", channel=channel) == deny(*no_party("JE-023"))


@pytest.mark.clause("JE-023")
def test_a_fault_with_an_order_is_not_told_by_text_message(shop: Shop) -> None:
    assert shop.ask(PRIYA, "order_issue", channel="sms") == deny("declared.channel JE-023")


@pytest.mark.clause("JE-024")
def test_travel_money_is_refused_until_the_shop_offers_it(shop: Shop) -> None:
    offering = rewritten("justelegance", "offered: false\n", "")

    refused = shop.ask(PRIYA, "travel_money", channel="email")
    offered = answered(offering, PRIYA, "travel_money", channel="email")

    assert refused == deny("declared.not_offered JE-024")
    assert offered == permit(*on_contract("JE-024"), data=(*NAME_AND_CONTACT, "order_details"))


@pytest.mark.clause("JE-024")
def test_travel_money_runs_as_any_fault_of_an_order_does(shop: Shop) -> None:
    (money,), (issue,) = (shop.policy.activities[n] for n in ("travel_money", "order_issue"))

    assert (money.basis, money.relation, money.channel, money.uses, money.purpose) == (
        issue.basis,
        issue.relation,
        issue.channel,
        issue.uses,
        ("travel_money",),
    )


@pytest.mark.clause("JE-025")
def test_a_tax_free_form_holds_the_buyer_and_its_record(shop: Shop) -> None:
    data = (*NAME_AND_CONTACT, "order_details", "transaction_records")

    assert shop.ask(PRIYA, "tax_free_shopping") == permit(*on_contract("JE-025"), data=data)
    assert shop.ask(HOLDER, "tax_free_shopping", data=("name",)) == deny(*no_party("JE-025"))


@pytest.mark.clause("JE-026")
def test_an_order_is_handed_to_who_collects_it_by_name(shop: Shop) -> None:
    nameless = (*PRIYA, *erased(("name",), "2026-05-25"))

    assert shop.ask(PRIYA, "click_and_collect") == permit(
        *on_contract("JE-026"), data=(*NAME_AND_CONTACT, "order_details")
    )
    assert shop.ask(nameless, "click_and_collect") == deny("erased JE-026", withheld=("name",))


@pytest.mark.clause("JE-027")
def test_a_return_uses_name_and_contact_also_once_the_order_is_closed(shop: Shop) -> None:
    data = (*NAME_AND_CONTACT, "order_details", "purchase_history")

    assert shop.ask(DELIVERED, "refunds_and_returns") == permit(*on_contract("JE-027"), data=data)
    assert shop.ask(HOLDER, "refunds_and_returns") == deny(*no_party("JE-027"))


@pytest.mark.clause("JE-027")
def test_the_money_goes_back_through_the_payment_processor(shop: Shop) -> None:
    refunded = (*DELIVERED, *opened("refund", "2026-05-30", "R-1"))

    assert shop.ask(refunded, "look_up_payment", recipient="payment_processor") == permit(
        *on_contract("JE-061"), data=("payment_details",)
    )
    assert shop.ask(refunded, "look_up_payment", recipient="banks") == deny(
        "declared.recipient JE-061"
    )


# The books


@pytest.mark.clause("JE-028")
def test_the_books_are_kept_by_a_law_that_is_named(shop: Shop) -> None:
    (activity,) = shop.policy.activities["legal_record"]

    assert (activity.basis, set(as_dict(activity.law))) == ("legal_obligation", {"uk", "eu"})
    assert shop.ask(PRIYA, "legal_record", actor="finance") == permit(
        "permitted.legal_obligation JE-028", data=("transaction_records", "billing_records")
    )
    assert shop.ask(PRIYA, "legal_record", actor="marketing") == deny(
        "access.data JE-081",
        "access.data JE-081",
        withheld=("transaction_records", "billing_records"),
    )


@pytest.mark.clause("JE-028")
def test_without_a_law_of_the_country_there_is_no_duty() -> None:
    british = rewritten(
        "justelegance",
        "  law: {uk: Value Added Tax Act 1994 Sch. 11 para. 6, eu: Directive 2006/112/EC "
        "Art. 242 and 244}",
        "  law: {uk: Value Added Tax Act 1994 Sch. 11 para. 6}",
    )
    french = (*told(Kind.LOCATED, "2026-05-01", region="FR"), *PRIYA[1:])

    assert answered(british, PRIYA, "legal_record").outcome == "permit"
    assert answered(british, french, "legal_record") == deny("basis.no_law JE-028")


@pytest.mark.clause("JE-028")
def test_after_an_erasure_the_record_is_locked_but_for_its_duty(shop: Shop) -> None:
    kept = ("kept:transaction_records:duty:", "kept:billing_records:duty:")
    gone = (*PRIYA, *erased(("all_held",), "2026-05-28", *kept))
    record = ("transaction_records",)

    assert shop.ask(gone, "legal_record") == permit(
        "permitted.legal_obligation JE-028", data=("transaction_records", "billing_records")
    )
    assert shop.ask(gone, "tax_free_shopping", data=record) == deny(
        "lock.kept_after_erasure JE-025", withheld=record
    )


# Service messages and recalls


@pytest.mark.clause("JE-039")
def test_what_the_law_makes_us_tell_reaches_who_refused_all_messages(shop: Shop) -> None:
    quiet = (*PRIYA, *withdrew("", "2026-05-25"), *objected("", "2026-05-25"))

    assert shop.ask(
        quiet, "service_messages", occasion="right to cancel", data=NAME_AND_CONTACT
    ) == permit("permitted.legal_obligation JE-039", data=NAME_AND_CONTACT)
    assert shop.ask(quiet, "service_messages", data=NAME_AND_CONTACT) == deny(
        "declared.occasion JE-039"
    )


@pytest.mark.clause("JE-039")
def test_such_a_message_goes_to_who_has_an_order_open(shop: Shop) -> None:
    assert shop.ask(DELIVERED, "service_messages", occasion="right to cancel") == deny(
        "situation.closed JE-039"
    )


@pytest.mark.clause("JE-040")
def test_a_recall_reaches_every_buyer_whatever_they_chose(shop: Shop) -> None:
    quiet = (
        *DELIVERED,
        *withdrew("", "2026-05-25"),
        *told(Kind.PREFERENCE_OFF, "2026-05-25", "channel:email"),
        *restricted("2026-05-25"),
    )
    data = (*NAME_AND_CONTACT, "purchase_history", "order_details")

    assert shop.ask(quiet, "product_recall", occasion="ring R-1, batch 4") == permit(
        "permitted.legal_obligation JE-040", data=data
    )
    assert shop.ask(quiet, "product_recall") == deny("declared.occasion JE-040")


@pytest.mark.clause("JE-041")
def test_messages_under_a_duty_name_the_law_and_the_rest_the_contract(shop: Shop) -> None:
    names = ("service_messages", "product_recall", "change_notices")
    sent = [shop.policy.activities[name][0] for name in names]

    assert [(a.basis, a.ground, sorted(as_dict(a.law))) for a in sent] == [
        ("legal_obligation", "duty", ["eu", "uk"]),
        ("legal_obligation", "recall", ["eu", "uk"]),
        ("contract", "contract", []),
    ]


@pytest.mark.clause("JE-041")
def test_a_change_that_no_law_names_is_told_to_buyers_alone(shop: Shop) -> None:
    assert shop.ask(PRIYA, "change_notices") == permit(
        *on_contract("JE-041"), data=NAME_AND_CONTACT
    )
    assert shop.ask(HOLDER, "change_notices") == deny(*no_party("JE-041"))


@pytest.mark.clause("JE-043")
def test_no_service_message_may_promote(shop: Shop) -> None:
    (limit,) = shop.clause("JE-043")
    messages = [shop.policy.activities[name][0] for name in limit.activities]

    assert as_dict(limit.content) == {"excludes": ("promotion",)}
    assert [(a.name, a.message) for a in messages] == [
        ("service_messages", "service"),
        ("product_recall", "recall"),
        ("change_notices", "service"),
        ("order_updates", "service"),
    ]


# Payment details


@pytest.mark.clause("JE-044")
def test_a_payment_reference_pays_and_sends_the_order(shop: Shop) -> None:
    (activity,) = shop.policy.activities["settle_order"]
    data = ("payment_details", "order_details")

    assert activity.purpose == ("payment_processing", "order_updates", "delivery")
    assert shop.ask(GUEST, "settle_order", recipient="payment_processor") == permit(
        *on_contract("JE-044"), data=data
    )
    assert shop.ask(GUEST, "settle_order", recipient="courier") == deny("declared.recipient JE-044")


@pytest.mark.clause("JE-044")
def test_nothing_but_payment_and_its_checks_uses_the_reference(shop: Shop) -> None:
    assert shop.using("payment_details") == [
        "settle_order",
        "payment_issue",
        "settle_with_partners",
        "screen_for_fraud",
        "authorise_card",
        "check_card",
        "look_up_payment",
    ]
    assert shop.ask(PRIYA, "ship_order", data=("payment_details",)) == deny(
        "declared.data JE-022", withheld=("payment_details",)
    )


@pytest.mark.clause("JE-045")
def test_care_sees_the_reference_while_the_issue_is_open(shop: Shop) -> None:
    faulty = (*PRIYA, *opened("issue", "2026-05-25", "I-1"))
    settled = (*faulty, *closed("issue", "2026-05-26", "I-1"))
    reference = ("payment_details",)

    seen = shop.ask(faulty, "payment_issue", actor="customer_care", case="I-1", data=reference)
    after = shop.ask(settled, "payment_issue", actor="customer_care", case="I-1", data=reference)

    assert seen == permit(*on_contract("JE-045"), data=reference)
    assert after == deny(
        "situation.closed JE-045", "access.no_open_case JE-045", withheld=reference
    )


@pytest.mark.clause("JE-045")
def test_no_other_staff_see_the_reference(shop: Shop) -> None:
    faulty = (*PRIYA, *opened("issue", "2026-05-25", "I-1"))

    answer = shop.ask(
        faulty, "payment_issue", actor="fulfilment", case="I-1", data=("payment_details",)
    )

    assert answer == deny("access.data JE-007", withheld=("payment_details",))


@pytest.mark.clause("JE-046")
def test_settling_with_partners_rests_on_interest_and_yields_to_an_objection(
    shop: Shop,
) -> None:
    objects = (
        *PRIYA,
        *objected("", "2026-05-25", activity="settle_with_partners"),
    )
    (rule,) = shop.clause("JE-046")

    assert (rule.basis, rule.provenance.word) == ("legitimate_interest", "narrowed")
    assert shop.ask(PRIYA, "settle_with_partners", recipient="payment_processor") == permit(
        "permitted.legitimate_interest JE-046", data=("payment_details", "order_details")
    )
    assert shop.ask(objects, "settle_with_partners") == deny("objection.legitimate_interest JE-046")
