"""The website, its cookies, profiling, and adverts elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import SITE_IMPROVES, case
from tests.acceptance.muse.persons import ANALYSED, CONTACT, LENA, MAX, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    objected,
    on_consent,
    on_contract,
    on_interest,
    permit,
    sent,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

REJECTED = (*MAX, *told(Kind.CONSENT_REFUSED, "2026-05-20", "analysis", route="cookie_banner"))
BROWSER_SAYS_YES = (
    *MAX,
    *told(Kind.CONSENT_GIVEN, "2026-05-20", "analysis", route="browser_settings"),
)
EXPERIENCED = (*LENA, *agreed("experience", "2026-05-20"))
PROFILED = (*CONTACT, "purchase_history", "browsing_history", "lifestyle")
ADVERTS = (*VISITOR, *agreed("advertising", "2026-05-20"))
ADVERTS_OFF = (*ADVERTS, *withdrew("advertising", "2026-05-25", route="cookie_policy_page"))
TRACKED = (*LENA, *agreed("message_tracking", "2026-05-20"))
MATCHED = (*LENA, *agreed("audience_matching", "2026-05-20", wording="audience-1"))
UNMATCHED = (*MATCHED, *withdrew("audience_matching", "2026-05-25", route="account_settings"))
OBJECTS = objected("personalisation", "2026-05-28")
ON_THE_SITE = (*ANALYSED, *took(("browsing_history",), "2026-05-20", by="site_use"))
SHOWN_A_SISTER = (*MATCHED, *sent("sister_brands", "2026-05-20", channel="online_ads"))


# What is recorded


@pytest.mark.clause("MU-018", "MU-115", "MU-116", "MU-119")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-018",
            ANALYSED,
            "record_browsing",
            permit(
                *on_consent("MU-018", "MU-119"),
                data=("browsing_history", "page_interactions", "cookie_data"),
            ),
        ),
        case(
            "MU-018",
            MAX,
            "record_browsing",
            deny("basis.consent_not_given MU-119", "device.no_consent MU-119"),
        ),
        case("MU-115", ANALYSED, "improve_site", SITE_IMPROVES),
        case("MU-115", MAX, "improve_site", deny("device.no_consent MU-119")),
        case(
            "MU-116",
            ANALYSED,
            "measure_promotion",
            permit(on_interest("MU-116"), data=("referrer", "visit_time")),
        ),
        case("MU-116", MAX, "measure_promotion", deny("device.no_consent MU-119")),
        case(
            "MU-119",
            REJECTED,
            "record_browsing",
            deny("basis.consent_refused MU-119", "device.no_consent MU-119"),
        ),
        case(
            "MU-119",
            BROWSER_SAYS_YES,
            "record_browsing",
            deny("basis.consent_not_given MU-119", "device.no_consent MU-119"),
        ),
    ],
)
def test_visits_are_recorded_and_read_only_with_analysis_cookies(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-117")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-117",
            ON_THE_SITE,
            "improve_site",
            permit(on_interest("MU-115"), data=("browsing_history",)),
            data=("browsing_history",),
        ),
        case(
            "MU-117",
            ON_THE_SITE,
            "record_account_area",
            permit(*on_contract("MU-019"), data=("browsing_history",)),
            data=("browsing_history",),
        ),
        case(
            "MU-117",
            (*ON_THE_SITE, *agreed("audience_matching", "2026-05-20", wording="audience-1")),
            "custom_audience",
            deny(
                "declared.data MU-149", "purpose.not_shown MU-117", withheld=("browsing_history",)
            ),
            data=("browsing_history",),
        ),
        case(
            "MU-117",
            ON_THE_SITE,
            "improve_site",
            deny("declared.data MU-115", withheld=("gps_location",)),
            data=("gps_location",),
        ),
    ],
)
def test_what_was_counted_serves_what_the_site_says(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-114", "MU-121", "MU-036")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-114",
            VISITOR,
            "keep_bag",
            permit(on_interest("MU-114"), data=("bag_contents", "cookie_data")),
        ),
        case(
            "MU-121",
            (*VISITOR, *told(Kind.CONSENT_REFUSED, "2026-05-30")),
            "keep_bag",
            permit(on_interest("MU-114"), data=("bag_contents", "cookie_data")),
        ),
        case(
            "MU-036", VISITOR, "present_site", permit(on_interest("MU-036"), data=("device_info",))
        ),
        case(
            "MU-036",
            MAX,
            "choose_relevant_marketing",
            permit(
                on_interest("MU-036"),
                data=("favourite_designers", "marketing_preferences", "purchase_history"),
            ),
        ),
        case(
            "MU-036",
            VISITOR,
            "choose_relevant_marketing",
            deny(
                "role.not_concerned MU-036",
                "retention.ended MU-059",
                "retention.ended MU-063",
                withheld=("favourite_designers", "marketing_preferences", "purchase_history"),
            ),
        ),
    ],
)
def test_the_bag_needs_no_yes_and_neither_does_the_layout(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Profiling


@pytest.mark.clause("MU-132", "MU-133", "MU-120", "MU-134")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-132", LENA, "tailor_messages", permit(on_interest("MU-132"), data=PROFILED)),
        case(
            "MU-132",
            (*LENA, *OBJECTS),
            "tailor_messages",
            deny("objection.direct_marketing MU-132"),
        ),
        case("MU-133", EXPERIENCED, "tailor_site", permit(on_interest("MU-133"), data=PROFILED)),
        case("MU-133", LENA, "tailor_site", deny("device.no_consent MU-120")),
        case(
            "MU-133",
            (*EXPERIENCED, *OBJECTS),
            "tailor_site",
            deny("objection.legitimate_interest MU-133"),
        ),
        case(
            "MU-120",
            EXPERIENCED,
            "tailor_site",
            permit(on_interest("MU-133"), data=("purchase_history",)),
            data=("purchase_history",),
        ),
        case(
            "MU-120",
            EXPERIENCED,
            "record_browsing",
            deny("basis.consent_not_given MU-119", "device.no_consent MU-119"),
            data=("browsing_history",),
        ),
        case("MU-134", LENA, "tailor_adverts", permit(on_interest("MU-134"), data=PROFILED)),
        case(
            "MU-134",
            (*LENA, *objected("ad_targeting", "2026-05-28")),
            "tailor_adverts",
            deny("objection.direct_marketing MU-134"),
        ),
    ],
)
def test_profiling_stops_for_who_objects(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-146", "MU-147")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-146",
            TRACKED,
            "track_messages",
            permit(on_interest("MU-146"), data=("email_engagement",)),
        ),
        case("MU-146", LENA, "track_messages", deny("device.no_consent MU-146")),
        case(
            "MU-146",
            (*TRACKED, *objected("campaign_measurement", "2026-05-28")),
            "track_messages",
            deny("objection.legitimate_interest MU-146"),
        ),
        case(
            "MU-147",
            TRACKED,
            "measure_campaigns",
            permit(on_interest("MU-147"), data=("email_engagement", "interest_profile")),
        ),
        case("MU-147", LENA, "measure_campaigns", deny("device.no_consent MU-146")),
    ],
)
def test_opens_and_clicks_are_followed_only_with_a_yes(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Audiences


@pytest.mark.clause("MU-149", "MU-152", "MU-150", "MU-151")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-149",
            MATCHED,
            "custom_audience",
            permit(*on_consent("MU-149", "MU-149"), data=("email", "mobile")),
            recipient="social_media_platform",
        ),
        case(
            "MU-149",
            LENA,
            "custom_audience",
            deny("basis.consent_not_given MU-149"),
            recipient="social_media_platform",
        ),
        case("MU-149", UNMATCHED, "custom_audience", deny("basis.consent_refused MU-149")),
        case(
            "MU-149",
            (*MATCHED, *objected("custom_audience", "2026-05-28")),
            "custom_audience",
            deny("objection.direct_marketing MU-149"),
        ),
        case(
            "MU-152",
            MATCHED,
            "custom_audience",
            deny("declared.data MU-149", "recipient.data MU-149", withheld=("postal_address",)),
            recipient="ad_partner",
            data=("postal_address",),
        ),
        case(
            "MU-150",
            LENA,
            "select_audience",
            permit(on_interest("MU-150"), data=("interest_profile", "purchase_history")),
        ),
        case(
            "MU-150",
            MATCHED,
            "custom_audience",
            deny("declared.data MU-149", "recipient.data MU-149", withheld=("purchase_history",)),
            recipient="social_media_platform",
            data=("purchase_history",),
        ),
        case("MU-151", MATCHED, "lookalike_audience", deny("declared.occasion MU-151")),
        case(
            "MU-151",
            MATCHED,
            "lookalike_audience",
            permit(*on_consent("MU-151", "MU-149"), data=("email", "mobile")),
            occasion="instruction 3",
            recipient="social_media_platform",
        ),
    ],
)
def test_an_audience_holds_those_who_said_yes_and_nothing_but_their_address(
    shop: Shop, row: Case
) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-154")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-154",
            MATCHED,
            "sister_brands",
            permit(*on_consent("MU-154", "MU-149"), data=("email", "mobile")),
        ),
        case("MU-154", SHOWN_A_SISTER, "sister_brands", deny("frequency MU-154")),
        case(
            "MU-154",
            SHOWN_A_SISTER,
            "sister_brands",
            permit(*on_consent("MU-154", "MU-149"), data=("email", "mobile")),
            at="2026-06-21",
        ),
    ],
)
def test_a_sister_brand_is_shown_once_a_month(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Adverts elsewhere


@pytest.mark.clause("MU-155", "MU-156", "MU-157")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-155",
            ADVERTS,
            "retarget",
            permit(*on_consent("MU-155", "MU-157"), data=("browsing_history", "cookie_data")),
            recipient="ad_partner",
        ),
        case(
            "MU-155",
            VISITOR,
            "retarget",
            deny("basis.consent_not_given MU-157", "device.no_consent MU-157"),
            recipient="ad_partner",
        ),
        case(
            "MU-156",
            ADVERTS,
            "show_browsed_products",
            permit(*on_consent("MU-156", "MU-157"), data=("browsing_history", "cookie_data")),
        ),
        case(
            "MU-156",
            VISITOR,
            "show_browsed_products",
            deny("basis.consent_not_given MU-157", "device.no_consent MU-157"),
        ),
        case(
            "MU-157",
            ADVERTS_OFF,
            "retarget",
            deny("basis.consent_refused MU-157", "device.no_consent MU-157"),
        ),
        case(
            "MU-157",
            ANALYSED,
            "retarget",
            deny("basis.consent_not_given MU-157", "device.no_consent MU-157"),
        ),
    ],
)
def test_adverts_follow_only_who_accepted_their_cookies(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
