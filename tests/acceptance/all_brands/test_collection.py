"""What is collected, where, and what each datum may then serve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Datum, Notice, as_dict
from tests.acceptance.all_brands.persons import (
    AT_TILL,
    AUTHOR,
    CLIENT,
    HARMED,
    HOLDER,
    OWNER,
    VISITOR,
    YUKI,
)
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    erased,
    gave_address,
    happened,
    lives,
    no_party,
    objected,
    on_consent,
    on_contract,
    opened,
    permit,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

CONTACT = ("name", "postal_address", "phone", "email")


def provisions(shop: Shop, word: str) -> dict[str, str]:
    """Return the clause by datum of what is `voluntary`, or needed for a `contract` or a `law`."""
    rules = [rule for rule in shop.policy.rules(Datum) if rule.provision == word]
    return {datum: rule.clause for rule in rules for datum in rule.what}


# Where data are taken


@pytest.mark.clause("AL-000")
def test_each_country_has_its_own_law_and_the_rest_has_the_union_s(shop: Shop) -> None:
    places = [shop.policy.place_of(country) for country in ("GB", "FR", "DE", "NO", "US", "JP")]

    assert [(place.region, place.pack) if place else None for place in places] == [
        ("britain", "uk"),
        ("union", "fr"),
        ("union", "de"),
        ("union", "eu"),
        ("elsewhere", "eu"),
        ("elsewhere", "eu"),
    ]


@pytest.mark.clause("AL-000")
def test_who_was_never_met_is_nobody_s_business(shop: Shop) -> None:

    # A role stops no duty that a law names.
    assert shop.past_roles("FR") == {
        "follow_adverse_effect": "permit",
        "keep_records": "permit",
        "meet_the_law": "deny",
    }


@pytest.mark.clause("AL-001")
def test_eleven_kinds_of_data_are_told(shop: Shop) -> None:
    notice = shop.rule("AL-001", Notice)

    assert (len(notice.shows), notice.at) == (11, ("policy",))


@pytest.mark.clause("AL-002", "AL-004")
def test_a_card_is_kept_without_a_phone_number(shop: Shop) -> None:
    card = shop.rules["capture", "store_card"]

    assert as_dict(card.fields) == {
        "name": "required",
        "postal_address": "optional",
        "phone": "optional",
        "email": "optional",
    }
    assert card.notes == ("store", "advisor", "notice version")
    assert shop.ask((*CLIENT, *erased(("phone",), "2026-05-21")), "keep_card") == permit(
        "permitted.legitimate_interest AL-004",
        "erased AL-004",
        data=("name", "postal_address", "email"),
        withheld=("phone",),
    )
    assert provisions(shop, "voluntary")["phone"] == "AL-002"


@pytest.mark.clause("AL-003")
def test_an_account_is_run_with_what_opened_it_while_it_is_open(shop: Shop) -> None:
    data = ("name", "email", "password", "postal_address", "phone")
    left = (*HOLDER, *closed("account", "2026-05-30", "A-1"))

    assert shop.rules["capture", "registration"].takes == data
    assert shop.ask(HOLDER, "run_account") == permit(*on_contract("AL-003"), data=data)
    assert shop.ask(left, "run_account") == deny("situation.closed AL-003")


@pytest.mark.clause("AL-005")
def test_a_guest_of_an_event_is_known_as_one(shop: Shop) -> None:
    guest = (*lives("FR"), *happened("event.joined", "2026-05-20"), *opened("event", "2026-05-20"))

    assert shop.ask(guest, "host_event") == permit(
        *on_contract("AL-005"),
        data=("name", "email", "phone", "postal_address", "event_attendance"),
    )
    assert shop.ask(HOLDER, "host_event") == deny(*no_party("AL-005"))


@pytest.mark.clause("AL-006")
@pytest.mark.parametrize("buyer", [YUKI, AT_TILL], ids=["online", "in store"])
def test_a_receipt_goes_to_who_bought_anywhere(shop: Shop, buyer: Told) -> None:
    assert shop.ask(buyer, "issue_receipt") == permit(
        *on_contract("AL-006"), data=("name", "email", "order_details")
    )


@pytest.mark.clause("AL-006")
def test_a_till_needs_no_name_and_notes_its_store(shop: Shop) -> None:
    till, checkout = shop.rules["capture", "till"], shop.rules["capture", "checkout"]

    assert (till.at, till.notes, set(dict(till.fields).values())) == (
        ("store",),
        ("store",),
        {"optional"},
    )
    assert (checkout.at, checkout.notes) == (("order",), ("site",))


# Identity documents, payment


REFUNDED = (
    *AT_TILL,
    *opened("vat_refund", "2026-05-25", "V-1"),
    *took(("name", "id_document"), "2026-05-25", by="vat_form"),
)
COLLECTING = (
    *YUKI,
    *opened("pick_up", "2026-05-31", "P-1"),
    *took(("id_document",), "2026-05-31", by="pick_up_check"),
)


@pytest.mark.clause("AL-007", "AL-029")
def test_an_id_serves_its_refund_and_is_erased_with_it(shop: Shop) -> None:
    paid = (*REFUNDED, *closed("vat_refund", "2026-05-30", "V-1"))

    assert provisions(shop, "law") == {"id_document": "AL-029"}
    assert shop.ask(REFUNDED, "refund_vat") == permit(
        *on_contract("AL-007"), data=("name", "id_document", "purchase_history")
    )
    assert shop.ask(paid, "refund_vat") == deny(
        "situation.closed AL-007", "retention.ended AL-007", withheld=("id_document",)
    )
    assert shop.ask((*REFUNDED, *erased(("id_document",), "2026-05-26")), "refund_vat") == deny(
        "erased AL-007", withheld=("id_document",)
    )


@pytest.mark.clause("AL-007", "AL-008")
def test_an_id_given_for_one_use_serves_no_other(shop: Shop) -> None:
    both = (*COLLECTING, *opened("vat_refund", "2026-05-31", "V-2"))

    assert shop.using("id_document") == ["refund_vat", "collect_in_store"]
    assert shop.ask(both, "refund_vat", data=("id_document",)) == deny(
        "purpose.not_shown AL-008", withheld=("id_document",)
    )
    assert shop.ask(both, "know_purchases", data=("id_document",)).because[0] == (
        "declared.data AL-020"
    )


@pytest.mark.clause("AL-008")
def test_an_id_is_looked_at_and_no_copy_is_left(shop: Shop) -> None:
    handed = (*COLLECTING, *closed("pick_up", "2026-06-01 10:00", "P-1"))

    assert as_dict(shop.rules["activity", "collect_in_store"].output) == {
        "form": "checked",
        "without": ("id_document",),
    }
    assert shop.ask(COLLECTING, "collect_in_store") == permit(
        *on_contract("AL-008"), data=("name", "order_details", "id_document")
    )
    assert shop.ask(handed, "collect_in_store") == deny(
        "situation.closed AL-008", "retention.ended AL-007", withheld=("id_document",)
    )


@pytest.mark.clause("AL-009")
def test_every_way_to_pay_runs_through_the_processor(shop: Shop) -> None:
    held = shop.rule("AL-009", Datum)
    paid = (
        "name",
        "billing_address",
        "payment_details",
        "payment_card",
        "bank_account",
        "paypal_account",
    )

    assert (held.what, held.held_by, held.here) == (paid[3:], "payment_processor", "token")
    assert shop.ask(YUKI, "take_payment", recipient="payment_processor") == permit(
        *on_contract("AL-009"), data=paid
    )
    assert shop.ask(YUKI, "take_payment", recipient="courier") == deny("declared.recipient AL-009")


@pytest.mark.clause("AL-010")
def test_without_payment_details_an_order_stops(shop: Shop) -> None:
    (rule,) = shop.clause("AL-010")

    assert (rule.provision, rule.if_refused) == ("contract", ("no_delivery",))
    assert shop.ask((*YUKI, *erased(("payment_details",), "2026-05-21")), "take_payment") == deny(
        "erased AL-009", withheld=("payment_details",)
    )


@pytest.mark.clause("AL-028")
def test_what_a_contract_needs_is_told_apart_from_what_is_free(shop: Shop) -> None:
    needed, free = provisions(shop, "contract"), provisions(shop, "voluntary")
    (rule,) = shop.clause("AL-028")

    assert needed == {
        "payment_details": "AL-010",
        **dict.fromkeys(("name", "email", "billing_address", "delivery_address"), "AL-028"),
    }
    assert set(needed) & set(free) == set()
    assert rule.if_refused == ("no_product", "no_service", "no_registration")
    assert shop.ask((*YUKI, *erased(("delivery_address",), "2026-05-21")), "fulfil_order") == deny(
        "erased AL-037", withheld=("delivery_address",)
    )


@pytest.mark.clause("AL-011")
def test_gender_and_birthday_are_kept_for_who_gave_them(shop: Shop) -> None:
    assert shop.ask(CLIENT, "keep_profile") == permit(
        "permitted.legitimate_interest AL-011", data=("gender", "birthday")
    )
    assert shop.ask(AT_TILL, "keep_profile") == deny("role.not_concerned AL-011")


# Image and voice

FILMED = (*lives("FR"), *happened("store.visited", "2026-05-20 12:00"))


@pytest.mark.clause("AL-012")
def test_a_recording_of_a_store_is_opened_under_an_incident(shop: Shop) -> None:
    footage = ("cctv_footage", "image")
    stolen = (*FILMED, *opened("incident", "2026-05-21", "I-1"))

    assert shop.ask(stolen, "watch_stores", actor="security_staff", case="I-1") == permit(
        "permitted.legitimate_interest AL-012", data=footage
    )
    assert shop.ask(FILMED, "watch_stores", actor="security_staff") == deny(
        "situation.closed AL-012", *["access.no_open_case AL-012"] * 2, withheld=footage
    )
    assert shop.ask(stolen, "watch_stores", at="2026-06-21") == deny(
        "retention.ended AL-012", withheld=footage
    )


@pytest.mark.clause("AL-013")
def test_a_call_is_checked_until_six_months_after_it(shop: Shop) -> None:
    voice = ("voice", "call_recording")
    called = (*HOLDER, *happened("call.ended", "2025-12-01 12:00"))

    assert shop.rules["capture", "client_services_call"].notes == ("purpose",)
    assert shop.ask(called, "check_calls", at="2026-05-31") == permit(
        "permitted.legitimate_interest AL-013", data=voice
    )
    assert shop.ask(called, "check_calls", at="2026-06-02") == deny(
        "retention.ended AL-013", withheld=voice
    )


# The client book

BOOK = (
    "name",
    "shopping_preferences",
    "collection_preferences",
    "other_brand_preferences",
    "fragrance_notes",
    "lifestyle",
    "family_circle",
)
FAMILY = (*CLIENT, *took(("lifestyle", "family_circle"), "2026-05-21", by="family_note"))


@pytest.mark.clause("AL-014")
def test_an_advisor_reads_the_client_book_and_others_do_not(shop: Shop) -> None:
    assert shop.ask(CLIENT, "keep_client_book", actor="client_advisor") == permit(
        "permitted.legitimate_interest AL-014", data=BOOK
    )
    assert shop.ask(
        CLIENT, "keep_client_book", actor="safety", data=("shopping_preferences",)
    ) == deny("access.data AL-018", withheld=("shopping_preferences",))
    assert provisions(shop, "voluntary")["shopping_preferences"] == "AL-014"


@pytest.mark.clause("AL-015")
def test_what_is_liked_of_other_brands_stays_in_the_book(shop: Shop) -> None:
    assert shop.using("other_brand_preferences") == ["keep_client_book"]
    assert shop.ask(CLIENT, "advise_on_collections") == permit(
        "permitted.legitimate_interest AL-015", data=("name", "collection_preferences")
    )
    assert shop.ask(CLIENT, "advise_on_collections", data=("other_brand_preferences",)) == deny(
        "declared.data AL-015", withheld=("other_brand_preferences",)
    )


@pytest.mark.clause("AL-016")
def test_preferred_notes_guide_a_recommendation_until_an_objection(shop: Shop) -> None:
    objects = objected("recommendations", "2026-05-31")

    assert shop.ask(CLIENT, "recommend_fragrance") == permit(
        "permitted.legitimate_interest AL-016", data=("fragrance_notes",)
    )
    assert shop.ask((*CLIENT, *objects), "recommend_fragrance") == deny(
        "objection.legitimate_interest AL-016"
    )


@pytest.mark.clause("AL-017")
@pytest.mark.parametrize(
    ("activity", "clause"), [("tailor_marketing", "AL-035"), ("learn_interests", "AL-031")]
)
def test_no_audience_is_made_of_a_family(shop: Shop, activity: str, clause: str) -> None:
    family = ("family_circle",)

    assert shop.ask(FAMILY, "keep_client_book", actor="client_advisor", data=family) == permit(
        "permitted.legitimate_interest AL-014", data=family
    )
    assert shop.ask(FAMILY, activity, data=family) == deny(
        f"declared.data {clause}", "purpose.not_shown AL-017", withheld=family
    )


@pytest.mark.clause("AL-017")
def test_what_stands_of_a_relative_serves_the_book_alone(shop: Shop) -> None:
    relative = (
        *lives("FR"),
        *happened("relative.noted", "2026-05-21"),
        *took(("name", "family_circle"), "2026-05-21", "role:family_member"),
    )

    assert shop.ask(relative, "keep_client_book", data=("name", "family_circle")) == permit(
        "permitted.legitimate_interest AL-014", data=("name", "family_circle")
    )
    assert shop.ask(relative, "keep_card", data=("name",)) == deny(
        "role.not_concerned AL-004", "role.confined AL-017", withheld=("name",)
    )
    assert shop.ask(relative, "keep_client_book", data=("name",), at="2029-05-22") == deny(
        "retention.ended AL-103", withheld=("name",)
    )


# Health


@pytest.mark.clause("AL-018")
def test_only_safety_staff_open_a_report(shop: Shop) -> None:
    data = ("name", "email", "health_adverse_effect")

    assert shop.ask(HARMED, "follow_adverse_effect", actor="safety") == permit(
        "permitted.legal_obligation AL-045", data=data
    )
    assert shop.ask(
        HARMED, "follow_adverse_effect", actor="client_services", data=data[2:]
    ) == deny("access.data AL-104", withheld=data[2:])


@pytest.mark.clause("AL-018")
def test_no_other_activity_ever_holds_health_data(shop: Shop) -> None:
    health = ("health_adverse_effect",)

    assert shop.using("health_adverse_effect") == ["follow_adverse_effect"]
    assert shop.ask((*YUKI, *HARMED[1:]), "learn_interests", data=health) == deny(
        "declared.data AL-031",
        "special.no_condition AL-031",
        "purpose.not_shown AL-018",
        withheld=health,
    )


# Posts, purchases, browsing


@pytest.mark.clause("AL-019")
def test_a_review_is_shown_under_its_name_and_keeps_its_place(shop: Shop) -> None:
    reviewer = (*HOLDER, *happened("review.submitted", "2026-05-21"))
    taken_down = (*reviewer, *erased(("review",), "2026-05-25"))

    assert shop.rules["capture", "public_post"].notes == ("author", "place")
    assert shop.ask(reviewer, "show_reviews") == permit(
        "permitted.legitimate_interest AL-019", data=("username", "review", "user_content")
    )
    assert shop.ask(taken_down, "show_reviews") == deny("erased AL-019", withheld=("review",))


@pytest.mark.clause("AL-020")
@pytest.mark.parametrize("buyer", [YUKI, AT_TILL], ids=["online", "in store"])
def test_one_history_holds_purchases_of_sites_and_stores(shop: Shop, buyer: Told) -> None:
    assert shop.ask(buyer, "know_purchases") == permit(
        *on_contract("AL-020"), data=("purchase_history", "prices_paid", "order_details")
    )


@pytest.mark.clause("AL-021", "AL-026")
def test_a_visit_is_measured_after_a_yes_to_its_cookies(shop: Shop) -> None:
    yes = agreed("analysis", "2026-05-30")
    back = withdrew("analysis", "2026-05-31", route="cookie_banner")

    assert shop.ask((*VISITOR, *yes), "measure_visits") == permit(
        *on_consent("AL-021", "AL-026"),
        data=("browser_type", "browsing_history"),
    )
    assert shop.ask(VISITOR, "measure_visits") == deny(
        "basis.consent_not_given AL-026", "device.no_consent AL-026"
    )
    assert shop.ask((*VISITOR, *yes, *back), "measure_visits") == deny(
        "basis.consent_refused AL-026", "device.no_consent AL-026"
    )
    assert shop.ask((*VISITOR, *yes), "measure_visits", data=("ip_address",)) == deny(
        "declared.data AL-021", withheld=("ip_address",)
    )


@pytest.mark.clause("AL-026")
def test_a_bag_needs_no_yes(shop: Shop) -> None:
    assert shop.ask(VISITOR, "keep_bag") == permit(
        "permitted.legitimate_interest AL-026", data=("cookie_data", "bag_contents")
    )


@pytest.mark.clause("AL-026")
def test_a_yes_to_cookies_lasts_six_months_from_the_last_visit(shop: Shop) -> None:
    yes = (*VISITOR, *agreed("analysis", "2026-05-30"))

    assert shop.ask(yes, "measure_visits", at="2026-11-29").outcome == "permit"
    assert shop.ask(yes, "measure_visits", at="2026-12-01") == deny(
        "basis.consent_expired AL-026", "device.no_consent AL-026"
    )


# Connected products


@pytest.mark.clause("AL-022")
def test_a_registered_product_tells_of_its_use_and_battery(shop: Shop) -> None:
    assert shop.ask(OWNER, "watch_battery") == permit(
        *on_contract("AL-022"), data=("product_usage", "battery_level")
    )
    assert shop.ask(HOLDER, "watch_battery") == deny(*no_party("AL-022"))


@pytest.mark.clause("AL-023")
def test_a_place_is_used_while_a_service_that_needs_it_is_on(shop: Shop) -> None:
    place = ("product_geolocation",)
    on = (*OWNER, *opened("finder", "2026-05-20", "F-1"))
    off = (*on, *closed("finder", "2026-05-30", "F-1"))

    assert shop.ask(on, "find_product") == permit(*on_contract("AL-023"), data=place)
    assert shop.ask(OWNER, "find_product") == deny(
        "basis.no_contract AL-023",
        "situation.closed AL-023",
        "retention.ended AL-023",
        withheld=place,
    )
    assert shop.ask(off, "find_product") == deny(
        "situation.closed AL-023", "retention.ended AL-023", withheld=place
    )
    assert shop.ask(on, "run_connected_service", data=place) == deny(
        "declared.data AL-036", withheld=place
    )


# What others publish and pass on


@pytest.mark.clause("AL-024")
def test_a_mention_serves_its_purposes_and_sends_nothing_to_its_author(shop: Shop) -> None:
    mention = ("social_posts",)
    also = (*AUTHOR, *happened("order.placed", "2026-05-20"), *gave_address("email", "2026-05-20"))

    assert shop.rules["capture", "brand_mention"].notes == ("url", "date")
    for activity, clause in (("read_reputation", "AL-050"), ("trace_counterfeits", "AL-046")):
        assert shop.ask(AUTHOR, activity, data=mention) == permit(
            f"permitted.legitimate_interest {clause}", data=mention
        )
    assert shop.ask(AUTHOR, "offers_to_buyers", channel="email") == deny(
        "role.not_concerned AL-049", "channel.no_soft_opt_in AL-049"
    )
    assert shop.ask(also, "offers_to_buyers", channel="email", data=("username",)) == deny(
        "declared.data AL-049",
        "purpose.not_shown AL-024",
        "role.confined AL-024",
        withheld=("username",),
    )


@pytest.mark.clause("AL-024")
def test_a_mention_and_its_author_are_gone_after_a_year(shop: Shop) -> None:
    data = ("social_posts", "username")

    assert shop.ask(AUTHOR, "trace_counterfeits", data=data, at="2027-04-30").outcome == "permit"
    assert shop.ask(AUTHOR, "trace_counterfeits", data=data, at="2027-05-02") == deny(
        "retention.ended AL-024", "retention.ended AL-103", withheld=data
    )


@pytest.mark.clause("AL-025")
def test_each_way_of_dealing_with_us_is_noted(shop: Shop) -> None:
    form = shop.rules["capture", "direct_contact"]

    assert (form.source, form.at, form.notes) == (
        "data_subject",
        ("registration", "order", "client_advisor", "client_services"),
        ("touchpoint",),
    )
    assert set(form.takes) == set(CONTACT)


@pytest.mark.clause("AL-027")
def test_a_third_party_proves_that_it_may_pass_data_on(shop: Shop) -> None:
    def passed(*marks: str) -> Any:
        fact = told(
            Kind.DATA_COLLECTED,
            "2026-05-20",
            route="third_party",
            data=("partner_supplied_data",),
            marks=("source:third_party", *marks),
        )
        return shop.ask((*HOLDER, *fact), "sign_in_by_platform")

    unproven = deny("purpose.unproven_source AL-027", withheld=("partner_supplied_data",))
    assert passed("permission") == permit(
        *on_contract("AL-027"), data=("partner_supplied_data", "email")
    )
    assert passed() == unproven
    assert passed("notice") == unproven
    assert shop.rules["capture", "platform_sign_in"].notes == ("source",)


# The purposes of a form


@pytest.mark.clause("AL-030")
def test_what_a_form_with_purposes_of_its_own_took_serves_these_alone(shop: Shop) -> None:
    email = ("email",)
    told_us = (*YUKI, *opened("feedback", "2026-05-21", "F-1"))
    wrote = (*told_us, *took(email, "2026-05-21", by="own_purpose_form"))
    registered = (*wrote, *took(email, "2026-05-22", by="registration"))

    assert shop.ask(wrote, "answer_feedback", data=email) == permit(
        "permitted.legitimate_interest AL-042", data=email
    )
    assert shop.ask(wrote, "run_account", data=email) == deny(
        "purpose.not_shown AL-030", withheld=email
    )
    assert shop.ask(registered, "run_account", data=email) == permit(
        *on_contract("AL-003"), data=email
    )
