"""Orders, payment, delivery and returns, under the contract of sale; the card kept on a wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Datum, Limit, Retain, as_dict
from tests.acceptance.lepiquet.persons import ADA, HOLDER, REACH
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    no_party,
    objected,
    on_consent,
    on_contract,
    permit,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

QUIET = (*withdrew("", "2026-05-25"), *objected("", "2026-05-25"))
"""What somebody says who wants no marketing at all."""

PARCEL = ("name", "delivery_address")
KEEPS_CARD = (*ADA, *agreed("card_kept", "2026-05-25", wording="card-1"))
KEPT = permit(*on_consent("LP-053", "LP-053"), data=("saved_card",))


@pytest.mark.clause("LP-046")
def test_an_order_is_handled_whatever_was_agreed_or_refused(shop: Shop) -> None:
    (activity,) = shop.policy.activities["fulfil_order"]

    assert activity.purpose == ("order_fulfilment", "returns")
    assert shop.ask((*ADA, *QUIET), "fulfil_order") == permit(
        *on_contract("LP-046"), data=(*REACH, "order_details", "purchase_history")
    )
    assert shop.ask(HOLDER, "fulfil_order") == deny(*no_party("LP-046"))


@pytest.mark.clause("LP-047")
def test_payment_details_pay_and_are_checked_and_serve_nothing_else(shop: Shop) -> None:
    assert shop.using("payment_details") == ["check_for_crime", "take_payment"]
    assert shop.ask(ADA, "take_payment") == permit(
        *on_contract("LP-047"), data=("payment_details", "order_details")
    )
    assert shop.ask(ADA, "deliver_order", data=("payment_details",)) == deny(
        "declared.data LP-049", withheld=("payment_details",)
    )


@pytest.mark.clause("LP-048")
def test_payment_details_go_to_the_payment_processors_and_to_nobody_else(shop: Shop) -> None:
    rule = shop.recipient("payment_processor")

    assert (rule.names, rule.role) == (("Worldpay", "PayPal"), "processor")
    assert shop.ask(ADA, "take_payment", recipient="payment_processor") == permit(
        *on_contract("LP-047"), data=("payment_details", "order_details")
    )
    assert shop.ask(ADA, "take_payment", recipient="ad_network") == deny(
        "declared.recipient LP-047"
    )
    assert shop.ask(ADA, "take_payment", recipient="payment_processor", data=("name",)) == deny(
        "declared.data LP-047", "recipient.data LP-048", withheld=("name",)
    )


@pytest.mark.clause("LP-049")
def test_the_courier_gets_a_name_and_an_address(shop: Shop) -> None:
    assert shop.ask(ADA, "deliver_order", recipient="courier") == permit(
        *on_contract("LP-049"), data=PARCEL
    )
    assert shop.ask(ADA, "deliver_order", recipient="courier", data=("name", "phone")) == deny(
        "declared.data LP-049", "recipient.data LP-049", withheld=("phone",)
    )


@pytest.mark.clause("LP-050")
def test_a_buyer_hears_of_the_order_also_without_marketing(shop: Shop) -> None:
    told_of = permit(*on_contract("LP-050"), data=("name", "email", "delivery_address"))

    assert shop.ask((*ADA, *QUIET), "delivery_updates") == told_of
    assert shop.ask(ADA, "delivery_updates", channel="sms") == deny("declared.channel LP-050")


@pytest.mark.clause("LP-007", "LP-050")
def test_no_service_message_advertises(shop: Shop) -> None:
    limit = shop.rule("LP-007", Limit)

    assert (limit.activities, as_dict(limit.content)) == (
        ("change_notices", "delivery_updates"),
        {"excludes": ("promotion",)},
    )


@pytest.mark.clause("LP-051")
def test_a_return_is_settled_against_its_order_also_once_it_is_closed(shop: Shop) -> None:
    delivered = (*ADA, *closed("order", "2026-05-28", "O-1"))

    assert shop.ask(delivered, "process_return") == permit(
        *on_contract("LP-051"), data=(*REACH, "order_details")
    )
    assert shop.ask(HOLDER, "process_return") == deny(*no_party("LP-051"))


@pytest.mark.clause("LP-052")
def test_only_a_return_that_is_collected_gives_the_courier_an_address(shop: Shop) -> None:
    asked = {"activity": "collect_return", "recipient": "courier"}

    assert shop.ask(ADA, **asked, occasion="R-1") == permit(*on_contract("LP-052"), data=PARCEL)
    assert shop.ask(ADA, **asked) == deny("declared.occasion LP-052")


@pytest.mark.clause("LP-053")
def test_a_card_is_offered_again_only_to_who_asked_for_it(shop: Shop) -> None:
    assert shop.ask(KEEPS_CARD, "remember_card", recipient="payment_processor") == KEPT
    assert shop.ask(ADA, "remember_card") == deny("basis.consent_not_given LP-053")
    assert as_dict(shop.rules["consent", "card_kept"].asked)["ticked"] is False


@pytest.mark.clause("LP-053")
def test_the_wish_to_keep_a_card_ends_when_it_is_unticked(shop: Shop) -> None:
    unticked = withdrew("card_kept", "2026-05-28 10:00", route="account_settings")
    about = (*KEEPS_CARD, *unticked)

    assert shop.ask(about, "remember_card", at="2026-05-28 09:59") == KEPT
    assert shop.ask(about, "remember_card", at="2026-05-28 10:00") == deny(
        "basis.consent_refused LP-053"
    )


@pytest.mark.clause("LP-053")
def test_a_kept_card_goes_with_the_account_here_and_at_the_processor(shop: Shop) -> None:
    left = (*KEEPS_CARD, *closed("account", "2026-05-30", "A-1"))
    kept = [(r.what, r.at) for r in shop.clause("LP-053") if isinstance(r, Retain)]

    assert shop.ask(left, "remember_card", at="2026-05-29") == KEPT
    assert shop.ask(left, "remember_card", at="2026-05-31") == deny(
        "retention.ended LP-053", withheld=("saved_card",)
    )
    assert kept == [
        (("payment_card", "saved_card"), ""),
        (("payment_card",), "payment_processor"),
    ]


@pytest.mark.clause("LP-053")
def test_no_card_number_is_held_here(shop: Shop) -> None:
    rule = shop.rule("LP-053", Datum)

    assert (rule.held_by, rule.here, rule.on_request_of) == (
        "payment_processor",
        "token",
        "data_subject",
    )
    assert shop.using("payment_card") == []
