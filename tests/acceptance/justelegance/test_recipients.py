"""Who else gets data: each recipient what its clause names, for what it names, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Capture, Notice, Recipient, Transfer
from tests.acceptance.justelegance.persons import CONTACT, GUEST, HOLDER, PRIYA, VISITOR
from tests.acceptance.retailers import (
    agreed,
    answered,
    deny,
    happened,
    lives,
    no_party,
    on_consent,
    on_contract,
    permit,
    rewritten,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

ADDRESSED = ("name", "delivery_address")
QUOTED = agreed("quotation", "2026-05-25", wording="quote-1", channel="social_media")
ANALYSED = (*VISITOR, *agreed("analysis", "2026-05-30"))


# Marketplaces and social media


@pytest.mark.clause("JE-051")
def test_a_marketplace_answers_for_itself_and_says_how(shop: Shop) -> None:
    rule = shop.recipient("marketplace")
    form = shop.rule("JE-051", Capture)

    assert (rule.names, rule.role, rule.own_policy) == (("Amazon", "eBay"), "controller", True)
    assert (form.source, form.takes) == ("marketplace", (*ADDRESSED, "order_details"))


@pytest.mark.clause("JE-051")
def test_a_marketplace_hears_of_its_order_and_of_nothing_else(shop: Shop) -> None:
    def handed(*data: str) -> object:
        return shop.ask(GUEST, "serve_marketplace_order", recipient="marketplace", data=data)

    assert handed("order_details") == permit(*on_contract("JE-051"), data=("order_details",))
    assert handed("name") == deny("recipient.data JE-051", withheld=("name",))
    assert handed("phone") == deny(
        "declared.data JE-051", "recipient.data JE-051", withheld=("phone",)
    )


@pytest.mark.clause("JE-052")
@pytest.mark.parametrize("to", ["social_media_platform", "social_scheduler"])
def test_a_post_quotes_only_who_gave_permission(shop: Shop, to: str) -> None:
    asked = {"channel": "social_media", "recipient": to}

    assert shop.ask((*PRIYA, *QUOTED), "post_on_social_media", **asked) == permit(
        *on_consent("JE-052", "JE-052"), data=("testimonial",)
    )
    assert shop.ask(PRIYA, "post_on_social_media", **asked) == deny(
        "basis.consent_not_given JE-052"
    )


@pytest.mark.clause("JE-052")
def test_a_permission_to_quote_is_taken_back_and_names_nobody(shop: Shop) -> None:
    back = withdrew("quotation", "2026-05-28", channel="social_media", route="email")

    assert shop.ask((*PRIYA, *QUOTED, *back), "post_on_social_media") == deny(
        "basis.consent_refused JE-052"
    )
    assert shop.ask((*PRIYA, *QUOTED), "post_on_social_media", data=("name",)) == deny(
        "declared.data JE-052", withheld=("name",)
    )


@pytest.mark.clause("JE-052")
def test_the_places_of_our_posts_are_named(shop: Shop) -> None:
    platform, scheduler = (
        shop.recipient(name) for name in ("social_media_platform", "social_scheduler")
    )

    assert (platform.names, platform.role, platform.own_policy) == (
        ("Facebook", "Instagram", "Pinterest"),
        "controller",
        True,
    )
    assert (scheduler.names, scheduler.role, scheduler.contract) == (
        ("Hootsuite",),
        "processor",
        "dpa-social-scheduler",
    )


# Analytics and hosting


@pytest.mark.clause("JE-053")
def test_the_analytics_provider_gets_data_as_the_cookie_choice_allows(shop: Shop) -> None:
    back = (*ANALYSED, *withdrew("analysis", "2026-05-31", route="cookie_banner"))

    assert shop.recipient("analytics_provider").names == ("Google Analytics",)
    assert shop.ask(ANALYSED, "analyse_site", recipient="analytics_provider") == permit(
        *on_consent("JE-053", "JE-085"),
        data=("browsing_history", "cookie_data"),
    )
    assert shop.ask(VISITOR, "analyse_site", recipient="analytics_provider") == deny(
        "basis.consent_not_given JE-085", "device.no_consent JE-085"
    )
    assert shop.ask(back, "analyse_site", recipient="analytics_provider") == deny(
        "basis.consent_refused JE-085", "device.no_consent JE-085"
    )


@pytest.mark.clause("JE-053")
def test_without_a_safeguard_nothing_goes_to_another_country(shop: Shop) -> None:
    bare = rewritten(
        "justelegance",
        "  contract: dpa-analytics\n  country: [US]\n  safeguard: standard_contractual_clauses\n",
        "  contract: dpa-analytics\n  country: [US]\n",
    )
    (transfer,) = shop.policy.rules(Transfer)

    assert (transfer.clause, transfer.needs_any) == ("JE-053", ("adequacy", "standard_clauses"))
    assert answered(bare, ANALYSED, "analyse_site", recipient="analytics_provider") == deny(
        "recipient.no_safeguard JE-053"
    )


@pytest.mark.clause("JE-055")
@pytest.mark.parametrize("to", ["it_provider", "analytics_provider"])
def test_providers_of_the_site_get_its_speed_and_the_prices_paid(shop: Shop, to: str) -> None:
    seen = shop.ask(VISITOR, "watch_site_performance", recipient=to)
    paid = shop.ask(PRIYA, "track_revenue", recipient=to, data=("prices_paid",))

    assert seen == permit("permitted.legitimate_interest JE-055", data=("site_performance",))
    assert paid == permit("permitted.legitimate_interest JE-055", data=("prices_paid",))


@pytest.mark.clause("JE-055")
def test_the_analytics_provider_counts_revenue_without_the_orders(shop: Shop) -> None:
    assert shop.ask(PRIYA, "track_revenue", recipient="analytics_provider") == permit(
        "permitted.legitimate_interest JE-055",
        "recipient.data JE-053",
        data=("prices_paid",),
        withheld=("order_details",),
    )
    assert shop.ask(PRIYA, "track_revenue", recipient="it_provider", data=("name",)) == deny(
        "declared.data JE-055", "recipient.data JE-055", withheld=("name",)
    )


# Those who bring the parcel


@pytest.mark.clause("JE-054")
@pytest.mark.parametrize("to", ["payment_processor", "warehouse", "order_packer"])
def test_who_serves_an_order_gets_what_the_part_needs(shop: Shop, to: str) -> None:
    assert shop.ask(GUEST, "fulfil_order", recipient=to) == permit(
        *on_contract("JE-054"), data=(*ADDRESSED, "order_details")
    )


@pytest.mark.clause("JE-054", "JE-056")
def test_the_courier_is_not_told_what_is_in_the_parcel(shop: Shop) -> None:
    assert shop.ask(GUEST, "fulfil_order", recipient="courier") == permit(
        *on_contract("JE-054"),
        "recipient.data JE-056",
        data=ADDRESSED,
        withheld=("order_details",),
    )


@pytest.mark.clause("JE-054")
def test_partners_serve_the_order_and_are_bound_by_contract(shop: Shop) -> None:
    (activity,) = shop.policy.activities["fulfil_order"]
    bound = [shop.recipient(name) for name in ("warehouse", "order_packer")]

    assert activity.purpose == (
        "order_fulfilment",
        "payment_processing",
        "delivery",
        "returns",
    )
    assert [(r.role, r.contract) for r in bound] == [("processor", "dpa-fulfilment")] * 2
    assert shop.ask(GUEST, "fulfil_order", recipient="analytics_provider") == deny(
        "declared.recipient JE-054"
    )
    assert shop.ask(HOLDER, "fulfil_order", recipient="warehouse") == deny(*no_party("JE-054"))


@pytest.mark.clause("JE-054")
def test_without_its_contract_a_partner_gets_nothing() -> None:
    unbound = rewritten("justelegance", "  contract: dpa-fulfilment\n", "")

    assert answered(unbound, GUEST, "fulfil_order", recipient="warehouse") == deny(
        "recipient.no_contract JE-054"
    )


@pytest.mark.clause("JE-056")
def test_the_named_couriers_get_name_and_address(shop: Shop) -> None:
    rule = shop.recipient("courier")
    gift = (*lives("GB"), *happened("gift.addressed", "2026-05-20"))

    assert (rule.names, rule.gets) == (("Royal Mail", "DPD", "Parcelforce"), ADDRESSED)
    assert shop.ask(GUEST, "ship_order", recipient="courier") == permit(
        *on_contract("JE-022"), data=ADDRESSED
    )
    assert shop.ask(gift, "gift_delivery", recipient="courier", data=("phone",)) == deny(
        "recipient.data JE-056", withheld=("phone",)
    )


# Payment and its checks


@pytest.mark.clause("JE-057")
@pytest.mark.parametrize("to", ["banks", "credit_reference_agency", "fraud_prevention_agency"])
def test_banks_and_agencies_get_name_bill_and_reference(shop: Shop, to: str) -> None:
    assert shop.ask(GUEST, "screen_for_fraud", recipient=to) == permit(
        "permitted.legitimate_interest JE-057",
        "recipient.data JE-057",
        data=("name", "billing_address", "payment_details"),
        withheld=(
            "email",
            "phone",
            "mobile",
            "postal_address",
            "delivery_address",
            "ip_address",
            "order_details",
        ),
    )


@pytest.mark.clause("JE-057")
def test_law_enforcement_may_get_all_that_the_screening_uses(shop: Shop) -> None:
    data = ("name", *CONTACT, "ip_address", "order_details", "payment_details")

    assert shop.ask(GUEST, "screen_for_fraud", recipient="law_enforcement") == permit(
        "permitted.legitimate_interest JE-057", data=data
    )
    assert shop.ask(HOLDER, "screen_for_fraud", recipient="law_enforcement") == deny(
        "role.not_concerned JE-057"
    )


@pytest.mark.clause("JE-057")
def test_the_payment_companies_are_named_and_a_person_judges_a_check(shop: Shop) -> None:
    processor = shop.recipient("payment_processor")
    (screening,) = shop.policy.activities["screen_for_fraud"]

    assert (processor.names, processor.role, processor.contract) == (
        ("Worldpay", "PayPal"),
        "processor",
        "dpa-payment",
    )
    assert (screening.purpose, screening.then) == (("fraud_prevention",), "human_review")
    assert shop.ask(GUEST, "screen_for_fraud", recipient="courier") == deny(
        "declared.recipient JE-057"
    )


@pytest.mark.clause("JE-058")
def test_the_issuer_authorises_the_card_of_an_order(shop: Shop) -> None:
    assert shop.ask(GUEST, "authorise_card", recipient="card_issuer") == permit(
        *on_contract("JE-058"), data=("name", "payment_details")
    )
    assert shop.ask(HOLDER, "authorise_card", recipient="card_issuer") == deny(*no_party("JE-058"))
    assert shop.ask(GUEST, "authorise_card", recipient="courier") == deny(
        "declared.recipient JE-058"
    )


@pytest.mark.clause("JE-059")
@pytest.mark.parametrize("to", ["card_issuer", "fraud_prevention_agency"])
def test_a_check_passes_on_what_it_needs_and_no_number(shop: Shop, to: str) -> None:
    needed = ("name", "billing_address", "payment_details")
    clause = shop.recipient(to).clause

    assert shop.ask(GUEST, "check_card", recipient=to) == permit(
        *on_contract("JE-059"), data=needed
    )
    assert shop.ask(GUEST, "check_card", recipient=to, data=("phone",)) == deny(
        "declared.data JE-059", f"recipient.data {clause}", withheld=("phone",)
    )


@pytest.mark.clause("JE-060")
def test_who_may_keep_a_record_is_told_at_payment(shop: Shop) -> None:
    told = shop.rule("JE-060", Notice)
    keeping = [n for r in shop.policy.rules(Recipient) if r.keeps_record for n in r.name]

    assert (told.at, told.shows) == (
        ("payment",),
        ("card_issuer and fraud_prevention_agency may keep a record",),
    )
    assert keeping == ["credit_reference_agency", "fraud_prevention_agency", "card_issuer"]


@pytest.mark.clause("JE-060")
def test_what_the_issuer_may_keep_is_what_a_check_passes_on(shop: Shop) -> None:
    issuer = shop.recipient("card_issuer")

    assert (issuer.role, issuer.gets, issuer.activities) == (
        "controller",
        ("name", "billing_address", "payment_details"),
        ("authorise_card", "check_card"),
    )
    assert shop.ask(GUEST, "take_payment", recipient="card_issuer") == deny(
        "declared.recipient JE-020"
    )
