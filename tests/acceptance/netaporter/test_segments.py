"""Segments: what they are made of, what they decide, and who can stop that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.policy.rules import Capture, as_dict
from tests.acceptance.netaporter.persons import ANSWERED, BUYER, COOKIES, EVA, HOLDER, NEWS, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    erased,
    objected,
    on_consent,
    on_soft_opt_in,
    permit,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

SEGMENT = ("customer_id", "interest_profile")
MESSAGE = ("name", "email", "interest_profile")
FEATURES = (
    "customer_id",
    "email",
    "purchase_history",
    "wish_list",
    "bag_contents",
    "age",
    "gender",
    "postal_address",
)
RESEARCH = ("market_research_data", "fashion_attitudes", "service_needs", "designer_spend")


# What they are made of


@pytest.mark.clause("NP-009")
def test_patterns_are_learnt_from_four_sources_alone(shop: Shop) -> None:
    sources = ("purchase_history", "browsing_history", "age", "gender", "market_research_data")

    assert shop.ask((*ANSWERED, *COOKIES), "learn_patterns") == permit(
        "permitted.legitimate_interest NP-009", data=sources
    )
    assert shop.ask((*ANSWERED, *COOKIES), "learn_patterns", data=("chat_messages",)) == deny(
        "declared.data NP-009", withheld=("chat_messages",)
    )
    assert shop.ask(ANSWERED, "learn_patterns") == deny("device.no_consent NP-015")


@pytest.mark.clause("NP-009")
def test_who_objects_to_segments_is_learnt_from_no_more(shop: Shop) -> None:
    assert shop.ask(
        (*EVA, *COOKIES, *objected("segmentation", "2026-05-31")), "learn_patterns"
    ) == deny("objection.legitimate_interest NP-009")


@pytest.mark.clause("NP-010")
def test_a_segment_has_its_form_and_stands_among_the_data_of_its_members(shop: Shop) -> None:
    (rule,) = shop.policy.activities["make_segments"]

    assert (rule.profiling, as_dict(rule.output)) == (
        True,
        {"form": "segments", "kept_as": "interest_profile"},
    )
    assert shop.ask(EVA, "make_segments") == permit(
        "permitted.legitimate_interest NP-010",
        data=("customer_id", "purchase_history", "interest_profile"),
    )
    assert "segments" in shop.rules["right", "access"].tells
    assert shop.ask(EVA, "make_segments", actor="privacy", data=("interest_profile",)) == permit(
        "permitted.legitimate_interest NP-010", data=("interest_profile",)
    )


@pytest.mark.clause("NP-010")
def test_who_was_never_a_customer_is_in_no_segment(shop: Shop) -> None:
    assert shop.ask(VISITOR, "make_segments") == deny(
        "role.not_concerned NP-010",
        "retention.ended NP-103",
        withheld=("customer_id", "purchase_history"),
    )


@pytest.mark.clause("NP-015")
def test_a_segment_is_made_of_the_listed_data_and_no_others(shop: Shop) -> None:
    assert shop.ask(EVA, "read_features") == permit(
        "permitted.legitimate_interest NP-015", data=FEATURES
    )
    assert shop.ask(EVA, "read_features", data=("health_adverse_effect",)) == deny(
        "declared.data NP-015", withheld=("health_adverse_effect",)
    )


@pytest.mark.clause("NP-015")
def test_what_was_browsed_joins_in_after_a_yes_to_its_cookies(shop: Shop) -> None:
    back = withdrew("personalisation", "2026-05-31", route="cookie_banner")

    assert shop.ask((*EVA, *COOKIES), "read_browsing") == permit(
        "permitted.legitimate_interest NP-015", data=("browsing_history", "ip_address")
    )
    assert shop.ask(EVA, "read_browsing") == deny("device.no_consent NP-015")
    assert shop.ask((*EVA, *COOKIES, *back), "read_browsing") == deny("device.no_consent NP-015")


@pytest.mark.clause("NP-015")
def test_a_yes_to_cookies_lasts_six_months_from_the_last_visit(shop: Shop) -> None:
    def read(at: str) -> str:
        return shop.ask((*EVA, *COOKIES), "read_browsing", at=at).outcome

    assert (read("2026-11-29"), read("2026-12-01")) == ("permit", "deny")


@pytest.mark.clause("NP-016")
def test_answers_serve_segments_and_keep_their_source(shop: Shop) -> None:
    answered = (*ANSWERED, *took(RESEARCH, "2026-05-22", by="research_survey"))
    form = shop.rules["capture", "research_survey"]

    assert (form.at, form.takes) == (("survey",), RESEARCH)
    assert shop.ask(answered, "use_research_answers") == permit(
        "permitted.legitimate_interest NP-016", data=RESEARCH
    )
    assert shop.ask(EVA, "use_research_answers") == deny("role.not_concerned NP-016")
    assert shop.using("designer_spend") == ["use_research_answers"]


@pytest.mark.clause("NP-016")
def test_answers_are_gone_two_years_after_they_were_given(shop: Shop) -> None:
    def asked(at: str) -> Any:
        return shop.ask(ANSWERED, "use_research_answers", data=("service_needs",), at=at)

    assert asked("2028-05-21") == permit(
        "permitted.legitimate_interest NP-016", data=("service_needs",)
    )
    assert asked("2028-05-23") == deny("retention.ended NP-103", withheld=("service_needs",))


# What they decide


@pytest.mark.clause("NP-011", "NP-014")
@pytest.mark.parametrize("channel", ["website", "app"])
@pytest.mark.parametrize(
    ("activity", "objection", "denied"),
    [
        ("personalise_visit", "personalisation", "objection.legitimate_interest NP-011"),
        ("tailor_own_places", "direct_marketing", "objection.direct_marketing NP-014"),
    ],
)
def test_a_segment_decides_what_our_own_places_show_until_an_objection(
    shop: Shop, activity: str, objection: str, denied: str, channel: str
) -> None:
    clause = denied.split()[1]

    assert shop.ask(EVA, activity, channel=channel) == permit(
        f"permitted.legitimate_interest {clause}", data=SEGMENT
    )
    assert shop.ask((*EVA, *objected(objection, "2026-05-31")), activity, channel=channel) == deny(
        denied
    )
    assert shop.ask(EVA, activity, channel="online_ads") == deny(f"declared.channel {clause}")


@pytest.mark.clause("NP-011")
def test_without_a_segment_a_visit_is_like_everybody_s(shop: Shop) -> None:
    bare = (*EVA, *erased(("interest_profile",), "2026-05-25"))

    assert shop.ask(bare, "personalise_visit", channel="website") == deny(
        "erased NP-011", withheld=("interest_profile",)
    )


@pytest.mark.clause("NP-012")
def test_relationship_staff_see_the_segment_and_others_do_not(shop: Shop) -> None:
    seen = ("name", "customer_id", "interest_profile", "purchase_history")

    assert shop.ask(EVA, "manage_relationship", actor="relationship_staff") == permit(
        "permitted.legitimate_interest NP-012", data=seen
    )
    assert shop.ask(
        EVA, "manage_relationship", actor="supervisor", data=("interest_profile",)
    ) == deny("access.data NP-002", withheld=("interest_profile",))


@pytest.mark.clause("NP-013")
def test_a_segment_chooses_what_a_message_says_until_an_objection(shop: Shop) -> None:
    assert shop.ask(EVA, "tailor_messages") == permit(
        "permitted.legitimate_interest NP-013", data=SEGMENT
    )
    assert shop.ask((*EVA, *objected("direct_marketing", "2026-05-31")), "tailor_messages") == deny(
        "objection.direct_marketing NP-013"
    )


@pytest.mark.clause("NP-013")
def test_a_buyer_is_written_to_who_gave_the_address_and_could_say_no(shop: Shop) -> None:
    assert shop.ask(BUYER, "marketing_to_buyers") == permit(*on_soft_opt_in("NP-013"), data=MESSAGE)
    assert shop.ask(EVA, "marketing_to_buyers") == deny("channel.no_soft_opt_in NP-013")
    assert shop.ask(
        (*BUYER, *objected("direct_marketing", "2026-05-31")), "marketing_to_buyers"
    ) == deny("objection.direct_marketing NP-013")


@pytest.mark.clause("NP-013")
def test_who_bought_nothing_is_written_to_after_a_yes(shop: Shop) -> None:
    no = withdrew("email_marketing", "2026-05-20", channel="email", route="unsubscribe_link")

    assert shop.ask((*HOLDER, *NEWS), "marketing_email") == permit(
        *on_consent("NP-013", "NP-013"), data=MESSAGE
    )
    assert shop.ask(HOLDER, "marketing_email") == deny(
        "basis.consent_not_given NP-013", "channel.no_soft_opt_in NP-013"
    )
    assert shop.ask((*HOLDER, *NEWS, *no), "marketing_email") == deny(
        "basis.consent_refused NP-013", "channel.refused NP-013", "channel.no_soft_opt_in NP-013"
    )


AUDIENCE = agreed("audiences", "2026-05-21", wording="audience-1")
ADVERTS = agreed("advertising", "2026-05-30")


@pytest.mark.clause("NP-014")
@pytest.mark.parametrize(
    ("channel", "to"),
    [("online_ads", "ad_network"), ("social_media", "social_media_platform")],
)
def test_places_of_others_get_a_hashed_address_after_two_yeses(
    shop: Shop, channel: str, to: str
) -> None:
    asked: dict[str, Any] = {"channel": channel, "recipient": to}

    assert shop.ask((*EVA, *AUDIENCE, *ADVERTS), "tailor_other_places", **asked) == permit(
        *on_consent("NP-014", "NP-014", "NP-014"),
        "recipient.data NP-102",
        data=("email",),
        withheld=("interest_profile",),
    )
    assert shop.ask((*EVA, *ADVERTS), "tailor_other_places", **asked) == deny(
        "basis.consent_not_given NP-014",
        "recipient.data NP-102",
        withheld=("interest_profile",),
    )
    assert shop.ask((*EVA, *AUDIENCE), "tailor_other_places", **asked) == deny(
        "basis.consent_not_given NP-014",
        "device.no_consent NP-014",
        "recipient.data NP-102",
        withheld=("interest_profile",),
    )
    assert as_dict(shop.rules["activity", "tailor_other_places"].shares)["form"] == (
        "sha256_normalised"
    )


@pytest.mark.clause("NP-014")
def test_a_yes_to_emails_is_no_yes_to_being_matched(shop: Shop) -> None:
    answer = shop.ask((*BUYER, *NEWS, *ADVERTS), "tailor_other_places", channel="social_media")

    assert answer == deny("basis.consent_not_given NP-014")


@pytest.mark.clause("NP-016")
def test_the_survey_may_be_left_empty(shop: Shop) -> None:
    form = shop.rule("NP-016", Capture)

    assert as_dict(form.fields) == dict.fromkeys(RESEARCH[1:], "optional")
