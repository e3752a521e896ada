"""What is collected, where it is taken, and what each datum may then serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.policy.rules import Capture, Datum, Security, as_dict
from tests.acceptance.justelegance.persons import GUEST, HOLDER, PRIYA, VISITOR
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    erased,
    happened,
    lives,
    no_party,
    on_consent,
    on_contract,
    opened,
    ordered,
    permit,
    took,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

RECIPIENT_OF_A_GIFT = (
    *lives("GB"),
    *happened("gift.addressed", "2026-05-20"),
    *took(("name", "delivery_address"), "2026-05-20", "role:gift_recipient"),
)
PERSONAL_EMAIL = (
    *agreed("personalised_email", "2026-05-01", wording="personal-1", channel="email"),
    *agreed("experience", "2026-05-01"),
)


def datum(shop: Shop, what: str) -> Datum:
    return next(rule for rule in shop.policy.rules(Datum) if what in rule.what)


# Whom the policy is for


@pytest.mark.clause("JE-000")
def test_each_country_has_its_own_law_and_the_rest_has_the_british(shop: Shop) -> None:
    countries = ("GB", "FR", "DE", "AT", "IE", "NO", "US", "JP")
    places = [shop.policy.place_of(country) for country in countries]

    assert [place.pack if place else None for place in places] == [
        "uk",
        "fr",
        "de",
        "at",
        "eu",
        "eu",
        "uk",
        "uk",
    ]


@pytest.mark.clause("JE-000")
def test_who_was_never_met_is_nobody_s_business_but_the_law_s(shop: Shop) -> None:

    assert shop.past_roles("GB") == {
        "legal_record": "permit",
        "service_messages": "deny",
        "product_recall": "permit",
        "legal_claims": "permit",
    }


@pytest.mark.clause("JE-000")
def test_who_got_a_gift_is_met_for_the_gift_alone(shop: Shop) -> None:
    assert shop.ask(RECIPIENT_OF_A_GIFT, "gift_delivery", recipient="courier") == permit(
        "permitted.legitimate_interest JE-022",
        "recipient.data JE-056",
        data=("name", "delivery_address"),
        withheld=("email", "phone"),
    )
    assert shop.ask(RECIPIENT_OF_A_GIFT, "customer_care", channel="email") == deny(
        "role.not_concerned JE-017",
        "role.confined JE-000",
        "role.confined JE-000",
        withheld=("name", "delivery_address"),
    )


@pytest.mark.clause("JE-000")
def test_who_got_a_gift_and_then_buys_gives_an_address_of_their_own(shop: Shop) -> None:
    buys = (*RECIPIENT_OF_A_GIFT, *ordered("J-3", "2026-05-25"))
    gives = (*buys, *took(("name", "delivery_address"), "2026-05-25", by="checkout"))

    assert shop.ask(buys, "ship_order") == deny(
        "role.confined JE-000", "role.confined JE-000", withheld=("name", "delivery_address")
    )
    assert shop.ask(gives, "ship_order") == permit(
        *on_contract("JE-022"),
        data=("name", "delivery_address"),
    )


# Contact details


@pytest.mark.clause("JE-001")
def test_a_form_requires_only_what_its_service_needs(shop: Shop) -> None:
    required = {
        form.name: [field for field, word in as_dict(form.fields).items() if word == "required"]
        for form in shop.policy.rules(Capture)
    }

    assert required == {
        "checkout": ["name", "email", "billing_address", "delivery_address"],
        "registration": ["name", "email", "password"],
        "newsletter_form": ["email"],
        "review_form": ["review"],
        "social_page": [],
        "contact": [],
        "marketplace_order": [],
    }


@pytest.mark.clause("JE-001")
def test_the_newsletter_has_no_use_for_an_address(shop: Shop) -> None:
    reads = (*VISITOR, *happened("newsletter.requested", "2026-05-01"))
    yes = agreed("email_marketing", "2026-05-01", wording="news-2", channel="email")

    assert shop.ask((*reads, *yes), "newsletter") == permit(
        *on_consent("JE-030", "JE-030"),
        data=("name", "email", "marketing_preferences"),
    )
    assert shop.ask((*reads, *yes), "newsletter", data=("postal_address",)) == deny(
        "declared.data JE-030", withheld=("postal_address",)
    )


@pytest.mark.clause("JE-002")
@pytest.mark.parametrize(
    ("activity", "address"),
    [("ship_order", "delivery_address"), ("check_card", "billing_address")],
)
def test_each_use_takes_its_own_address(shop: Shop, activity: str, address: str) -> None:
    others = {"postal_address", "billing_address", "delivery_address"} - {address}
    clause = shop.rules["activity", activity].clause

    assert {address, *others} == set(shop.rule("JE-002", Datum).what)
    assert shop.ask(PRIYA, activity, data=(address,)) == permit(
        *on_contract(clause), data=(address,)
    )
    for other in sorted(others):
        assert shop.ask(PRIYA, activity, data=(other,)) == deny(
            f"declared.data {clause}", withheld=(other,)
        )


@pytest.mark.clause("JE-003")
def test_an_order_goes_through_without_a_number(shop: Shop) -> None:
    bare = (*PRIYA, *erased(("phone", "mobile"), "2026-05-25"))

    assert shop.ask(bare, "take_payment") == permit(
        *on_contract("JE-020"),
        "erased JE-020",
        "erased JE-020",
        data=("name", "email", "postal_address", "billing_address", "delivery_address"),
        withheld=("phone", "mobile"),
    )
    fields = as_dict(shop.rules["capture", "checkout"].fields)
    assert (fields["email"], fields["phone"], fields["mobile"]) == (
        "required",
        "optional",
        "optional",
    )
    assert datum(shop, "phone").provision == "voluntary"


@pytest.mark.clause("JE-003")
def test_an_order_is_spoken_of_by_email_and_not_by_phone(shop: Shop) -> None:
    assert shop.ask(PRIYA, "order_updates", data=("email",)) == permit(
        *on_contract("JE-021"), data=("email",)
    )
    assert shop.ask(PRIYA, "order_updates", channel="phone") == deny("declared.channel JE-021")


# Orders and accounts


@pytest.mark.clause("JE-004")
def test_what_was_bought_serves_a_return_and_not_the_newsletter(shop: Shop) -> None:
    bought = ("order_details", "purchase_history")

    assert shop.ask(PRIYA, "refunds_and_returns", data=bought) == permit(
        *on_contract("JE-027"), data=bought
    )
    reads = (*PRIYA, *agreed("email_marketing", "2026-05-01", wording="news-2", channel="email"))
    assert shop.ask(reads, "newsletter", data=bought) == deny(
        "declared.data JE-030", withheld=bought
    )
    assert shop.rule("JE-004", Datum).source == "data_subject"


@pytest.mark.clause("JE-005")
def test_a_card_number_is_taken_used_and_handed_on_by_nobody(shop: Shop) -> None:
    card = datum(shop, "payment_card")

    assert (card.held_by, card.here) == ("banks", "token")
    assert shop.using("payment_card") == []
    assert [form.name for form in shop.policy.rules(Capture) if "payment_card" in form.takes] == []
    assert shop.ask(PRIYA, "take_payment", data=("payment_card",)) == deny(
        "declared.data JE-020", withheld=("payment_card",)
    )


@pytest.mark.clause("JE-005")
def test_the_card_is_typed_into_a_page_that_is_not_ours(shop: Shop) -> None:
    measure = shop.rule("JE-005", Security)

    assert (measure.measure, measure.protects) == (("card_not_stored",), ("payment_card",))
    assert measure.detail.startswith("hosted payment page")


@pytest.mark.clause("JE-006")
def test_sign_in_details_serve_the_account_and_its_safety(shop: Shop) -> None:
    assert shop.using("password") == ["run_account", "verify_identity"]
    assert shop.using("login_details") == ["run_account", "verify_identity", "security_check"]
    assert shop.ask(HOLDER, "run_account", data=("password", "login_details")) == permit(
        *on_contract("JE-029"),
        data=("password", "login_details"),
    )
    assert shop.ask(HOLDER, "customer_care", channel="phone", data=("password",)) == deny(
        "declared.data JE-017", withheld=("password",)
    )


@pytest.mark.clause("JE-006")
def test_a_password_is_hashed_with_salt_and_shown_to_no_member_of_staff(shop: Shop) -> None:
    measure = shop.rule("JE-006", Security)

    assert (measure.measure, measure.protects, measure.detail) == (
        ("hashing",),
        ("password",),
        "salted, with a slow hash",
    )
    assert shop.ask(HOLDER, "run_account", actor="customer_care", data=("password",)) == deny(
        "access.data JE-008", withheld=("password",)
    )


@pytest.mark.clause("JE-007")
def test_an_order_note_is_read_while_its_order_is_open(shop: Shop) -> None:
    delivered = (*PRIYA, *closed("order", "2026-05-28", "J-1"))

    assert shop.ask(PRIYA, "follow_order_note", actor="fulfilment", case="J-1") == permit(
        *on_contract("JE-007"), data=("order_note",)
    )
    assert shop.ask(delivered, "follow_order_note") == deny("situation.closed JE-007")
    assert shop.ask(delivered, "follow_order_note", actor="fulfilment", case="J-1") == deny(
        "situation.closed JE-007", "access.no_open_case JE-007", withheld=("order_note",)
    )


@pytest.mark.clause("JE-007")
def test_marketing_is_not_offered_the_order_note(shop: Shop) -> None:
    buyer = (*PRIYA, *agreed("email_marketing", "2026-05-01", wording="news-2"))

    assert shop.ask(buyer, "newsletter", data=("order_note",)) == deny(
        "declared.data JE-030", withheld=("order_note",)
    )


# Customer care


@pytest.mark.clause("JE-008", "JE-017")
def test_care_reads_the_file_while_a_case_is_open(shop: Shop) -> None:
    calls = (*PRIYA, *opened("case", "2026-05-30", "C-7"))
    spoken = ("call_log", "correspondence", "chat_messages")
    asked: dict[str, Any] = {"channel": "phone", "actor": "customer_care", "data": spoken}
    closed_now = (*calls, *closed("case", "2026-05-31", "C-7"))
    no_case = ["access.no_open_case JE-008"] * 3

    assert shop.ask(calls, "customer_care", case="C-7", **asked) == permit(
        "permitted.legitimate_interest JE-017", data=spoken
    )
    assert shop.ask(PRIYA, "customer_care", **asked) == deny(*no_case, withheld=spoken)
    assert shop.ask(closed_now, "customer_care", case="C-7", **asked) == deny(
        *no_case, withheld=spoken
    )


@pytest.mark.clause("JE-008")
def test_a_recording_serves_quality_until_six_months_after_the_call(shop: Shop) -> None:
    called = (*PRIYA, *happened("call.ended", "2025-12-01 12:00"))

    # London is an hour ahead in June: noon of 1 June there is eleven o'clock.
    assert shop.ask(called, "care_quality", at="2026-06-01 10:59") == permit(
        "permitted.legitimate_interest JE-008", data=("call_recording",)
    )
    assert shop.ask(called, "care_quality", at="2026-06-01 11:00") == deny(
        "retention.ended JE-008", withheld=("call_recording",)
    )


@pytest.mark.clause("JE-017")
@pytest.mark.parametrize("channel", ["phone", "live_chat", "email", "post"])
def test_every_way_of_contact_leads_to_the_same_case(shop: Shop, channel: str) -> None:
    asks = (*lives("GB"), *happened("enquiry.opened", "2026-05-30"))

    assert shop.ask(asks, "customer_care", channel=channel, data=("enquiry_details",)) == permit(
        "permitted.legitimate_interest JE-017", data=("enquiry_details",)
    )


@pytest.mark.clause("JE-017")
def test_care_takes_contacts_on_any_matter_and_on_no_other_channel(shop: Shop) -> None:
    contact = shop.rules["capture", "contact"]

    assert (contact.at, contact.channels, contact.topics) == (
        ("customer_care",),
        ("phone", "live_chat", "email", "post"),
        ("order", "complaint", "website"),
    )
    assert shop.ask(PRIYA, "customer_care", channel="sms") == deny("declared.channel JE-017")


# Forms, each a source of its own


@pytest.mark.clause("JE-013")
def test_registration_is_a_source_that_asks_and_offers_a_no(shop: Shop) -> None:
    form = shop.rules["capture", "registration"]

    assert (form.at, form.asks, form.offers) == (
        ("registration",),
        ("email_marketing",),
        ("marketing_opt_out", "notice"),
    )
    assert set(as_dict(form.fields)) == set(form.takes)


@pytest.mark.clause("JE-013")
def test_what_registration_took_serves_the_account(shop: Shop) -> None:
    registers = (*HOLDER, *took(("name", "email"), "2026-01-02", by="registration"))

    assert shop.ask(registers, "run_account", data=("name", "email")) == permit(
        *on_contract("JE-029"), data=("name", "email")
    )
    assert shop.ask(VISITOR, "run_account", data=("name", "email")) == deny(
        *no_party("JE-029"), "situation.closed JE-029"
    )


@pytest.mark.clause("JE-014")
def test_the_newsletter_form_takes_an_address_and_a_yes(shop: Shop) -> None:
    form = shop.rules["capture", "newsletter_form"]
    consent = shop.rules["consent", "email_marketing"]

    assert (form.at, form.takes, form.asks) == (
        ("newsletter_signup",),
        ("email",),
        ("email_marketing",),
    )
    assert as_dict(consent.asked) == {
        "at": ("registration", "newsletter_signup"),
        "ticked": False,
    }


@pytest.mark.clause("JE-015")
def test_a_review_is_shown_under_the_chosen_name_alone(shop: Shop) -> None:
    reviews = (*PRIYA, *happened("review.submitted", "2026-05-25"))

    assert shop.ask(reviews, "show_reviews") == permit(
        "permitted.legitimate_interest JE-015", data=("username", "review")
    )
    assert shop.ask(reviews, "show_reviews", data=("name",)) == deny(
        "declared.data JE-015", withheld=("name",)
    )
    assert shop.ask(PRIYA, "show_reviews") == deny("role.not_concerned JE-015")
    assert "review" in shop.rules["capture", "review_form"].takes


@pytest.mark.clause("JE-016")
def test_who_wrote_on_social_media_is_answered_there(shop: Shop) -> None:
    writes = (*lives("GB"), *happened("social_message.received", "2026-05-30"))

    assert shop.ask(writes, "answer_on_social_media") == permit(
        "permitted.legitimate_interest JE-016", data=("username", "user_content")
    )
    assert shop.ask(writes, "answer_on_social_media", channel="email") == deny(
        "declared.channel JE-016"
    )
    assert shop.ask(VISITOR, "answer_on_social_media") == deny("role.not_concerned JE-016")
    page = shop.rules["capture", "social_page"]
    assert (page.at, page.source) == (("social_media_page",), "social_media_platform")


# From others, and freely given


def third_party(*proof: str) -> Told:
    passed_on = took(("partner_supplied_data",), "2026-05-01", "source:third_party", *proof)
    return (*PRIYA, *PERSONAL_EMAIL, *passed_on)


@pytest.mark.clause("JE-018")
def test_data_of_other_companies_wait_for_the_proof_of_permission(shop: Shop) -> None:
    asked = ("partner_supplied_data",)

    unproven = shop.ask(third_party(), "personalised_emails", data=asked)
    proven = shop.ask(third_party("permission"), "personalised_emails", data=asked)

    assert (unproven.outcome, unproven.withheld) == ("deny", asked)
    assert [reason.split()[0] for reason in unproven.because] == ["purpose.unproven_source"]
    assert (proven.outcome, proven.data) == ("permit", asked)


@pytest.mark.clause("JE-018")
def test_the_refusal_names_the_clause_that_wants_the_proof(shop: Shop) -> None:
    asked = ("partner_supplied_data",)

    assert shop.ask(third_party(), "personalised_emails", data=asked) == deny(
        "purpose.unproven_source JE-018", withheld=asked
    )


@pytest.mark.clause("JE-018")
def test_telling_the_person_is_no_permission_to_share(shop: Shop) -> None:
    asked = ("partner_supplied_data",)

    answer = shop.ask(third_party("notice"), "personalised_emails", data=asked)

    assert (answer.outcome, answer.withheld) == ("deny", asked)


@pytest.mark.clause("JE-018")
def test_without_the_proof_the_rest_may_still_be_used(shop: Shop) -> None:
    answer = shop.ask(third_party(), "personalised_emails")

    assert (answer.outcome, answer.data, answer.withheld) == (
        "permit",
        ("email", "name", "device_info", "account_profile"),
        ("partner_supplied_data",),
    )


@pytest.mark.clause("JE-019")
def test_each_field_that_an_order_needs_says_what_refusing_means(shop: Shop) -> None:
    (rule,) = shop.clause("JE-019")
    fields = as_dict(shop.rules["capture", "checkout"].fields)

    assert (rule.provision, rule.if_refused) == ("voluntary", ("no_purchase",))
    assert set(rule.what) == {f for f, word in fields.items() if word == "required"}


@pytest.mark.clause("JE-019")
def test_without_an_address_nothing_is_sent_and_the_shop_can_still_be_read(shop: Shop) -> None:
    silent = (*GUEST, *erased(("delivery_address",), "2026-05-25"))

    assert shop.ask(silent, "ship_order") == deny("erased JE-022", withheld=("delivery_address",))
    assert shop.ask(silent, "monitor_site") == permit(
        "permitted.legitimate_interest JE-036", data=("browsing_history", "location")
    )
