"""Outside the Union and the United Kingdom: cookies, pictures of interests, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import case
from tests.acceptance.muse.elsewhere import HOLDER, LOOKER, NEWS, NO_MARKETING, says_yes
from tests.acceptance.muse.persons import NOOR
from tests.acceptance.retailers import (
    deny,
    happened,
    on_consent,
    on_interest,
    permit,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

PARTNERS = says_yes("partner_adverts")
DISPLAY = says_yes("display")
SHOP = says_yes("tailored_shop", "other-shop-1")
COUNTING = says_yes("counting")
ANSWERED = (*HOLDER, *happened("survey.answered", "2026-05-20"))

COOKIES = [
    case(
        "MU-188 MU-217: partners read nothing without a yes",
        LOOKER,
        "adverts_by_interest",
        deny("basis.consent_not_given MU-188", "device.no_consent MU-188"),
    ),
    case(
        "MU-188 MU-217 MU-239: with it an agency gets segments",
        (*LOOKER, *PARTNERS),
        "adverts_by_interest",
        permit(*on_consent("MU-217", "MU-188"), data=("interest_profile", "cookie_data")),
        recipient="ad_agency",
    ),
    case(
        "MU-217: and no name",
        (*LOOKER, *PARTNERS),
        "adverts_by_interest",
        deny("declared.data MU-217", "recipient.data MU-239", withheld=("name",)),
        recipient="ad_network",
        data=("name",),
    ),
    case(
        "MU-188 MU-218: a no on the cookie policy page ends it",
        (
            *LOOKER,
            *PARTNERS,
            *withdrew("partner_adverts", "2026-05-28", route="cookie_policy_page"),
        ),
        "adverts_by_interest",
        deny("basis.consent_refused MU-188", "device.no_consent MU-188"),
    ),
    case(
        "MU-188: a browser can say no and never yes",
        (
            *LOOKER,
            *told(Kind.CONSENT_GIVEN, "2026-05-28", "partner_adverts", route="browser_settings"),
        ),
        "adverts_by_interest",
        deny("basis.consent_not_given MU-188", "device.no_consent MU-188"),
    ),
    case(
        "MU-188: what cookies noted is gone 13 months after the visit",
        (*LOOKER, *PARTNERS),
        "adverts_by_interest",
        deny("retention.ended MU-188", withheld=("cookie_data",)),
        data=("cookie_data",),
        at="2027-07-01",
    ),
    case(
        "MU-239: who is no agency and no network gets nothing",
        (*LOOKER, *PARTNERS),
        "adverts_by_interest",
        deny("declared.recipient MU-217"),
        recipient="third_party",
    ),
    case(
        "MU-189: the last visit is recalled without a yes",
        LOOKER,
        "recall_visit",
        permit(on_interest("MU-189"), data=("cookie_data",)),
    ),
    case(
        "MU-190: pages keep their order without a yes",
        LOOKER,
        "show_by_interest",
        deny("basis.consent_not_given MU-190", "device.no_consent MU-190"),
    ),
    case(
        "MU-190: a yes to the shop opens no cookie",
        (*LOOKER, *SHOP),
        "show_by_interest",
        deny("basis.consent_not_given MU-190", "device.no_consent MU-190"),
    ),
    case(
        "MU-190: with the cookie allowed they follow interests",
        (*LOOKER, *DISPLAY),
        "show_by_interest",
        permit(*on_consent("MU-190", "MU-190"), data=("cookie_data", "interest_profile")),
    ),
    case(
        "MU-230: answers are joined with cookies that were allowed",
        (*ANSWERED, *says_yes("research")),
        "join_answers_and_cookies",
        permit(*on_consent("MU-230", "MU-230"), data=("survey_responses", "cookie_data")),
        occasion="S-1",
    ),
    case(
        "MU-230: not with those that were refused",
        ANSWERED,
        "join_answers_and_cookies",
        deny("basis.consent_not_given MU-230", "device.no_consent MU-230"),
        occasion="S-1",
    ),
    case(
        "MU-230: not in a study that does not say so",
        (*ANSWERED, *says_yes("research")),
        "join_answers_and_cookies",
        deny("declared.occasion MU-230"),
    ),
    case(
        "MU-230: the answers alone are there for every study",
        ANSWERED,
        "evaluate_answers",
        permit(on_interest("MU-172"), data=("survey_responses",)),
    ),
]

PICTURES = [
    case(
        "MU-212: nobody is counted without a yes",
        LOOKER,
        "picture_site_use",
        deny("basis.consent_not_given MU-212", "device.no_consent MU-212"),
    ),
    case(
        "MU-212: with it the provider counts for us",
        (*LOOKER, *COUNTING),
        "picture_site_use",
        permit(
            *on_consent("MU-212", "MU-212"),
            data=("browsing_history", "search_history", "cookie_data"),
        ),
        recipient="analytics_provider",
    ),
    case(
        "MU-213: the picture improves services",
        LOOKER,
        "improve_by_use",
        permit(on_interest("MU-213"), data=("site_traffic_stats",)),
    ),
    case(
        "MU-213: and is nothing to check credit by",
        NOOR,
        "check_credit",
        deny("declared.data MU-196", withheld=("site_traffic_stats",)),
        data=("site_traffic_stats",),
        occasion="pay later",
    ),
    case(
        "MU-214: statistics go to a reputable organisation",
        LOOKER,
        "give_statistics",
        permit(on_interest("MU-214"), data=("anonymous_statistics",)),
        recipient="reputable_organisation",
    ),
    case(
        "MU-214: an address is no statistic",
        LOOKER,
        "give_statistics",
        deny("declared.data MU-214", "recipient.data MU-214", withheld=("ip_address",)),
        recipient="reputable_organisation",
        data=("ip_address",),
    ),
    case(
        "MU-214: and others get none",
        LOOKER,
        "give_statistics",
        deny("declared.recipient MU-214"),
        recipient="supplier",
    ),
    case(
        "MU-244: numbers about trade go to third parties",
        LOOKER,
        "give_trade_numbers",
        permit(
            on_interest("MU-244"), data=("site_traffic_stats", "sales_stats", "wish_list_stats")
        ),
        recipient="third_party",
    ),
    case(
        "MU-244: the wish list of a person does not",
        NOOR,
        "give_trade_numbers",
        deny("declared.data MU-244", "recipient.data MU-244", withheld=("wish_list",)),
        recipient="third_party",
        data=("wish_list",),
    ),
    case(
        "MU-215: interests are pictured with a yes to it and to its cookie",
        (*HOLDER, *SHOP, *DISPLAY),
        "picture_of_interests",
        permit(
            *on_consent("MU-215", "MU-173", "MU-190"),
            data=(
                "account_profile",
                "cookie_data",
                "interest_profile",
                "search_history",
                "shopping_preferences",
            ),
        ),
    ),
    case(
        "MU-215: not with the cookie alone",
        (*HOLDER, *DISPLAY),
        "picture_of_interests",
        deny("basis.consent_not_given MU-173"),
    ),
    case(
        "MU-215: and not with the yes alone",
        (*HOLDER, *SHOP),
        "picture_of_interests",
        deny("basis.consent_not_given MU-190", "device.no_consent MU-190"),
    ),
    case(
        "MU-216: the picture chooses what a message shows",
        (*HOLDER, *NEWS),
        "offers_by_interest",
        permit(*on_consent("MU-216", "MU-249"), data=("name", "email", "interest_profile")),
    ),
    case(
        "MU-216: it adds no message for who wants none",
        HOLDER,
        "offers_by_interest",
        deny("basis.consent_not_given MU-249", "channel.no_soft_opt_in MU-216"),
    ),
    case(
        "MU-216: and none after a no to marketing",
        (*HOLDER, *NEWS, *NO_MARKETING),
        "offers_by_interest",
        deny("objection.direct_marketing MU-216"),
    ),
]


@pytest.mark.clause("MU-188", "MU-217", "MU-239", "MU-218", "MU-189", "MU-190", "MU-230")
@pytest.mark.parametrize("row", COOKIES)
def test_a_cookie_does_what_its_kind_was_allowed_to(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-212", "MU-213", "MU-214", "MU-244", "MU-215", "MU-216")
@pytest.mark.parametrize("row", PICTURES)
def test_a_picture_serves_what_was_said_of_it(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
