"""A shop that suits its visitors, and adverts: what is permitted, by what, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Limit, as_dict
from tests.acceptance.lepiquet.persons import (
    ADA,
    ADVERTISING,
    BUYER,
    EXPERIENCE,
    HOLDER,
    STORE_ONLY,
    VISITOR,
    used_on_interest,
)
from tests.acceptance.retailers import (
    agreed,
    deny,
    gave_address,
    happened,
    lives,
    objected,
    on_consent,
    on_soft_opt_in,
    permit,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

CHOSEN_BY = (
    "page_interactions",
    "purchase_history",
    "demographics",
    "name",
    "delivery_address",
    "partner_supplied_data",
)
SUPPLIED = took(
    ("partner_supplied_data", "demographics"),
    "2026-05-20",
    "source:third_party",
    "notice",
    by="supplier_feed",
)
KNOWN = (*ADA, *EXPERIENCE, *SUPPLIED)
OFFERS = ("name", "email", "purchase_history", "marketing_preferences")
FOUND = agreed("audience_matching", "2026-05-30", wording="audience-1", channel="online_ads")
SHOWN = (*ADA, *ADVERTISING)
ADVERTISED = permit(
    *on_consent("LP-077", "LP-042"),
    data=("cookie_data", "ad_interactions"),
)


def form_of(shop: Shop, limit: str) -> dict[str, object]:
    rule = shop.rules["limit", limit]
    assert isinstance(rule, Limit)
    return as_dict(rule.form)


# The shop


@pytest.mark.clause("LP-071")
def test_a_shop_that_suits_rests_on_our_interest(shop: Shop) -> None:
    (rule,) = shop.clause("LP-071")

    assert (rule.purpose, rule.provenance.word) == (
        ("personalisation", "service_improvement"),
        "said",
    )
    assert shop.ask(ADA, "improve_shopping") == used_on_interest("LP-071", "purchase_history")


@pytest.mark.clause("LP-072")
def test_visits_and_adverts_are_recorded_for_who_allowed_it(shop: Shop) -> None:
    tracked = ("page_interactions", "email_engagement", "ad_interactions")

    assert shop.ask((*VISITOR, *EXPERIENCE), "track_interactions") == used_on_interest(
        "LP-072", *tracked
    )
    assert shop.ask(VISITOR, "track_interactions") == deny("device.no_consent LP-042")


@pytest.mark.clause("LP-073")
def test_offers_are_chosen_by_the_declared_data_alone(shop: Shop) -> None:
    (activity,) = shop.policy.activities["fitting_offers"]

    assert (activity.uses, activity.profiling) == (CHOSEN_BY, True)
    assert shop.ask(KNOWN, "fitting_offers") == used_on_interest("LP-073", *CHOSEN_BY)
    assert shop.ask(KNOWN, "fitting_offers", data=("credit_history",)) == deny(
        "declared.data LP-073", withheld=("credit_history",)
    )
    assert shop.ask((*ADA, *SUPPLIED), "fitting_offers") == deny("device.no_consent LP-042")


@pytest.mark.clause("LP-073")
def test_offers_do_without_what_others_passed_on_and_told_nobody_of(shop: Shop) -> None:
    silent = took(("demographics",), "2026-05-20", "source:third_party")

    assert shop.ask((*ADA, *EXPERIENCE, *silent), "fitting_offers") == permit(
        "permitted.legitimate_interest LP-073",
        "purpose.unproven_source LP-073",
        data=tuple(d for d in CHOSEN_BY if d != "demographics"),
        withheld=("demographics",),
    )


@pytest.mark.clause("LP-074")
def test_what_comes_of_the_cameras_are_counts(shop: Shop) -> None:
    (activity,) = shop.policy.activities["plan_stores"]
    walks_in = (*lives("GB"), *happened("store.entered", "2026-05-30"))

    assert as_dict(activity.output) == {
        "aggregate": "counts by place and hour",
        "at_least": 20,
        "names": "none",
    }
    assert shop.ask(walks_in, "plan_stores") == used_on_interest("LP-074", "cctv_footage")
    assert shop.ask(walks_in, "plan_stores", data=("name",)) == deny(
        "declared.data LP-074", "retention.ended LP-037", withheld=("name",)
    )


@pytest.mark.clause("LP-075")
@pytest.mark.parametrize("channel", ["website", "app", "email"])
def test_custom_features_are_the_same_everywhere(shop: Shop, channel: str) -> None:
    data = ("name", "email", "device_info", "page_interactions")

    assert shop.ask(KNOWN, "own_settings", channel=channel) == used_on_interest("LP-075", *data)
    assert shop.ask(ADA, "own_settings", channel=channel) == deny("device.no_consent LP-042")


# Our own messages


@pytest.mark.clause("LP-076")
def test_a_buyer_who_could_refuse_hears_of_our_goods(shop: Shop) -> None:
    assert shop.ask(BUYER, "offers_to_buyers") == permit(*on_soft_opt_in("LP-076"), data=OFFERS)
    assert shop.ask(ADA, "offers_to_buyers") == deny("channel.no_soft_opt_in LP-076")
    assert shop.ask(HOLDER, "offers_to_buyers") == deny(
        "role.not_concerned LP-076", "channel.no_soft_opt_in LP-076"
    )


@pytest.mark.clause("LP-076")
def test_who_switched_marketing_off_hears_nothing(shop: Shop) -> None:
    off = (*BUYER, *withdrew("", "2026-05-25", channel="email", route="unsubscribe_link"))
    objects = (*BUYER, *objected("direct_marketing", "2026-05-25"))

    assert shop.ask(off, "offers_to_buyers") == deny("channel.refused LP-076")
    assert shop.ask(objects, "offers_to_buyers") == deny("objection.direct_marketing LP-076")


@pytest.mark.clause("LP-076")
def test_who_bought_in_a_store_is_written_to_only_by_the_same_conditions(shop: Shop) -> None:
    could_refuse = (*STORE_ONLY, *gave_address("email", "2026-05-20"))

    assert shop.ask(STORE_ONLY, "offers_to_buyers") == deny("channel.no_soft_opt_in LP-076")
    assert shop.ask(could_refuse, "offers_to_buyers") == permit(
        *on_soft_opt_in("LP-076"), data=OFFERS
    )


@pytest.mark.clause("LP-076")
def test_marketing_staff_see_what_marketing_uses(shop: Shop) -> None:
    assert shop.ask(BUYER, "offers_to_buyers", actor="marketing").data == OFFERS
    assert shop.ask(BUYER, "offers_to_buyers", actor="quality") == deny(
        *["access.data LP-063"] * len(OFFERS), withheld=OFFERS
    )


# Adverts elsewhere


@pytest.mark.clause("LP-077")
@pytest.mark.parametrize("to", ["ad_network", "ad_exchange", "social_media_platform"])
def test_adverts_elsewhere_need_the_cookie(shop: Shop, to: str) -> None:
    assert shop.ask(SHOWN, "advertise_elsewhere", recipient=to) == ADVERTISED
    assert shop.ask(ADA, "advertise_elsewhere", recipient=to) == deny(
        "basis.consent_not_given LP-042", "device.no_consent LP-042"
    )


@pytest.mark.clause("LP-077")
def test_an_audience_at_a_social_network_needs_a_yes_of_its_own(shop: Shop) -> None:
    asked = {"activity": "custom_audiences", "recipient": "social_media_platform"}

    assert shop.ask((*SHOWN, *FOUND), **asked) == permit(
        *on_consent("LP-077", "LP-077", "LP-042"),
        data=("cookie_data",),
    )
    assert shop.ask(SHOWN, **asked) == deny("basis.consent_not_given LP-077")
    assert shop.ask((*ADA, *FOUND), **asked) == deny(
        "basis.consent_not_given LP-042", "device.no_consent LP-042"
    )


@pytest.mark.clause("LP-077")
def test_the_social_network_answers_jointly_for_audiences(shop: Shop) -> None:
    rule = shop.recipient("social_media_platform")

    assert (rule.names, as_dict(rule.role), rule.contract, rule.country) == (
        ("Facebook Custom Audiences",),
        {"controller": ("advertise_elsewhere",), "joint": ("custom_audiences",)},
        "arrangement-social",
        ("US",),
    )


@pytest.mark.clause("LP-077")
def test_an_objection_to_marketing_ends_adverts_too(shop: Shop) -> None:
    objects = (*SHOWN, *objected("ad_targeting", "2026-05-31"))

    assert shop.ask(objects, "advertise_elsewhere") == deny("objection.direct_marketing LP-077")


@pytest.mark.clause("LP-078", "LP-079")
def test_advertising_partners_get_numbers_and_no_person(shop: Shop) -> None:
    asked = {"activity": "describe_segments", "recipient": "ad_partner"}

    assert shop.recipient("ad_partner").gets == ("segment_aggregates",)
    assert form_of(shop, "aggregates_only") == {
        "aggregate": "segment",
        "at_least": 50,
        "identifiers": "none",
    }
    assert shop.ask(ADA, **asked) == used_on_interest("LP-078", "segment_aggregates")
    assert shop.ask(ADA, **asked, data=("email",)) == deny(
        "declared.data LP-078", "recipient.data LP-079", withheld=("email",)
    )


@pytest.mark.clause("LP-079")
def test_the_numbers_serve_adverts_and_nothing_else(shop: Shop) -> None:
    assert shop.recipient("ad_partner").activities == ("describe_segments", "spare_adverts")
    assert shop.ask(ADA, "improve_shopping", recipient="ad_partner") == deny(
        "declared.recipient LP-071"
    )


@pytest.mark.clause("LP-080")
def test_those_to_leave_out_go_with_each_group(shop: Shop) -> None:
    assert shop.ask(ADA, "spare_adverts", recipient="ad_partner") == used_on_interest(
        "LP-080", "segment_aggregates"
    )


@pytest.mark.clause("LP-080")
def test_nobody_sees_our_adverts_more_than_three_times_a_week(shop: Shop) -> None:
    def seen(*days: str) -> Told:
        sent = {"activity": "advertise_elsewhere", "channel": "online_ads"}
        return tuple(fact for day in days for fact in told(Kind.SENT, day, **sent))

    twice = (*SHOWN, *seen("2026-05-30", "2026-05-31"))
    thrice = (*twice, *seen("2026-06-01 10:00"))

    assert shop.ask(twice, "advertise_elsewhere") == ADVERTISED
    assert shop.ask(thrice, "advertise_elsewhere") == deny("frequency LP-080")
    assert shop.ask(thrice, "advertise_elsewhere", at="2026-06-06 11:59") == deny(
        "frequency LP-080"
    )
    assert shop.ask(thrice, "advertise_elsewhere", at="2026-06-06 12:00") == ADVERTISED


# Suppliers


@pytest.mark.clause("LP-081")
def test_a_named_supplier_gets_two_fields(shop: Shop) -> None:
    assert shop.recipient("prospecting_supplier").names == ("FindCo",)
    assert form_of(shop, "prospecting_fields") == {"fields": ("postcode_area", "segment")}
    assert shop.ask(ADA, "find_prospects", recipient="prospecting_supplier") == used_on_interest(
        "LP-081", "limited_profile"
    )


@pytest.mark.clause("LP-081")
def test_no_other_field_and_no_other_supplier(shop: Shop) -> None:
    assert shop.ask(
        ADA, "find_prospects", recipient="prospecting_supplier", data=("phone",)
    ) == deny("declared.data LP-081", "recipient.data LP-081", withheld=("phone",))
    assert shop.ask(ADA, "find_prospects", recipient="OtherCo") == deny("declared.recipient LP-081")


@pytest.mark.clause("LP-082")
def test_what_was_bought_is_not_advertised_again(shop: Shop) -> None:
    assert shop.ask(ADA, "spare_bought", recipient="prospecting_supplier") == used_on_interest(
        "LP-082", "purchase_history"
    )
    assert shop.ask(HOLDER, "spare_bought") == deny("role.not_concerned LP-082")
