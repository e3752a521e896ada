"""Outside the Union and the United Kingdom: what is taken where, and what it may serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import EMAILED, FILLED, NOT_OF_THIS_HALF, RECORDING_IMPROVES, case
from tests.acceptance.muse.elsewhere import HOLDER, LOOKER, NEWS, says_yes
from tests.acceptance.muse.persons import LENA, NOOR
from tests.acceptance.retailers import (
    closed,
    deny,
    happened,
    lives,
    no_party,
    on_consent,
    on_contract,
    on_interest,
    opened,
    permit,
    told,
    took,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

CHILD = "2012-03-04"
GUARDIAN = told(Kind.GUARDIAN_AGREED, "2026-05-22")
CLEO = (
    *lives("AE"),
    *happened("gift_voucher.addressed", "2026-05-20"),
    *took(("name", "email"), "2026-05-20", "role:voucher_recipient"),
)
ENQUIRER = (
    *LOOKER,
    *happened("enquiry.opened", "2026-05-28"),
    *opened("case", "2026-05-28", "K-1"),
)
CLIENT = (*LOOKER, *opened("personal_shopping", "2026-05-10", "P-1"))
GUEST = (*LOOKER, *opened("event", "2026-05-10", "E-1"), *happened("event.attended", "2026-05-20"))
ON_SOCIAL_MEDIA = (*lives("AE"), *happened("social_message.received", "2026-05-20"))
PANEL_ANSWERS = took(("survey_responses",), "2026-05-21", by="panel_form")
ON_PANEL = (*LOOKER, *happened("panel.joined", "2026-05-20"), *PANEL_ANSWERS)
PARTNER_DATA = took(("partner_supplied_data",), "2026-05-21", "source:third_party")
PARTNER_DATA_TOLD = took(("partner_supplied_data",), "2026-05-21", "source:third_party", "notice")
LOCATED = (*LOOKER, *opened("location_service", "2026-06-01 09:00", "store_finder"))
LOCATION = says_yes("location", "other-location-1")
CALLER = (*LOOKER, *happened("call.ended", "2026-01-10"))

AGES = [
    case(
        "MU-162: a child's order waits for a guardian",
        NOOR,
        "fill_order",
        deny("age.audience MU-162"),
        born=CHILD,
    ),
    case(
        "MU-162: with the guardian's agreement it goes on",
        (*NOOR, *GUARDIAN),
        "fill_order",
        FILLED,
        born=CHILD,
    ),
    case(
        "MU-162: a child's account waits too",
        HOLDER,
        "run_registered_account",
        deny("age.audience MU-162"),
        born=CHILD,
    ),
    case(
        "MU-162: and news wait, though the child said yes",
        (*HOLDER, *NEWS),
        "news_contests",
        deny("age.audience MU-162"),
        born=CHILD,
        channel="email",
    ),
    case("MU-162: an age that nobody gave holds nobody back", NOOR, "fill_order", FILLED),
    case("MU-162 MU-183: at 16 nobody is asked", NOOR, "fill_order", FILLED, born="2010-05-31"),
    case(
        "MU-183: the whole date of birth may be used here",
        NOOR,
        "check_age",
        permit(on_interest("MU-183"), data=("date_of_birth",)),
    ),
    case("MU-183: and not in the Union", LENA, "check_age", NOT_OF_THIS_HALF),
]

PLACES = [
    case("MU-164: an order uses what it took", NOOR, "fill_order", FILLED),
    case(
        "MU-164: and serves nobody who has not ordered",
        HOLDER,
        "fill_order",
        deny(*no_party("MU-164")),
    ),
    case(
        "MU-164: the courier gets what brings the parcel",
        NOOR,
        "fill_order",
        permit(
            *on_contract("MU-164"),
            "recipient.data MU-164",
            data=("name", "email", "phone", "mobile", "delivery_address"),
            withheld=("postal_address", "billing_address", "order_details", "payment_details"),
        ),
        recipient="courier",
    ),
    case(
        "MU-165: a voucher reaches whom it is for",
        CLEO,
        "deliver_voucher",
        permit(on_interest("MU-165"), data=("name", "email")),
    ),
    case(
        "MU-165: and brings that person no news",
        (*CLEO, *NEWS),
        "news_contests",
        deny(
            "role.not_concerned MU-250",
            "role.confined MU-165",
            "role.confined MU-165",
            withheld=("name", "email"),
        ),
        channel="email",
    ),
    case(
        "MU-166: who writes on a social page is answered there",
        ON_SOCIAL_MEDIA,
        "answer_on_social_page",
        permit(on_interest("MU-166"), data=("username", "user_content")),
    ),
    case(
        "MU-166: who did not is not written to there",
        LOOKER,
        "answer_on_social_page",
        deny("role.not_concerned MU-166"),
    ),
    case(
        "MU-167: a click on an advert is not read without a yes",
        LOOKER,
        "measure_adverts",
        deny("basis.consent_not_given MU-188", "device.no_consent MU-188"),
    ),
    case(
        "MU-167: with partners' cookies it is",
        (*LOOKER, *says_yes("partner_adverts")),
        "measure_adverts",
        permit(*on_consent("MU-167", "MU-188"), data=("ad_interactions",)),
    ),
    case(
        "MU-168: a shopper knows a client's sizes",
        CLIENT,
        "shop_for_client",
        permit(*on_contract("MU-168"), data=("sizing", "shopping_preferences")),
        data=("sizing", "shopping_preferences"),
        actor="personal_shopper",
        case="P-1",
    ),
    case(
        "MU-168: until the service ends",
        (*CLIENT, *closed("personal_shopping", "2026-05-20", "P-1")),
        "shop_for_client",
        deny("situation.closed MU-168"),
        data=("sizing",),
    ),
    case(
        "MU-168: nobody else at the shop does",
        CLIENT,
        "shop_for_client",
        deny("access.data MU-250", withheld=("sizing",)),
        data=("sizing",),
        actor="news_desk",
    ),
    case(
        "MU-169: who asks is answered",
        ENQUIRER,
        "answer_request",
        permit(on_interest("MU-169"), data=("email", "enquiry_details")),
        channel="email",
        data=("email", "enquiry_details"),
    ),
    case(
        "MU-169: who did not ask is not",
        LOOKER,
        "answer_request",
        deny("role.not_concerned MU-169"),
        **EMAILED,
    ),
    case(
        "MU-170: who gives feedback is its author",
        (*lives("AE"), *happened("feedback.submitted", "2026-05-20")),
        "learn_from_feedback",
        permit(on_interest("MU-219"), data=("feedback",)),
    ),
    case(
        "MU-171: a guest list runs the event",
        GUEST,
        "run_event",
        permit(*on_contract("MU-171"), data=("name", "event_attendance")),
        data=("name", "event_attendance"),
    ),
    case(
        "MU-171: and holds nobody who was not there",
        HOLDER,
        "run_event",
        deny(*no_party("MU-171")),
        data=("name", "event_attendance"),
    ),
    case(
        "MU-172: answers on a panel serve research",
        ON_PANEL,
        "evaluate_answers",
        permit(on_interest("MU-172"), data=("survey_responses",)),
    ),
    case(
        "MU-172: and nothing that the panel did not name",
        (*ON_PANEL, *NEWS),
        "offers_by_interest",
        deny(
            "declared.data MU-216",
            "role.not_concerned MU-216",
            "purpose.not_shown MU-172",
            withheld=("survey_responses",),
        ),
        data=("survey_responses",),
    ),
    case(
        "MU-175: what a partner tells waits for word to the person",
        (*NOOR, *PARTNER_DATA),
        "complete_profile",
        deny("purpose.unproven_source MU-175", withheld=("partner_supplied_data",)),
    ),
    case(
        "MU-175: and is used once the person knows",
        (*NOOR, *PARTNER_DATA_TOLD),
        "complete_profile",
        permit(on_interest("MU-175"), data=("partner_supplied_data", "account_profile")),
    ),
    case(
        "MU-185: what was volunteered answers the person",
        NOOR,
        "note_what_was_volunteered",
        permit(on_interest("MU-185"), data=("volunteered_other",)),
    ),
    case(
        "MU-185: and serves no second purpose",
        (*HOLDER, *NEWS),
        "news_contests",
        deny("declared.data MU-250", withheld=("volunteered_other",)),
        channel="email",
        data=("volunteered_other",),
    ),
]

IMPLIED = [
    case(
        "MU-173: registering is no yes", NOOR, "tailor_shop", deny("basis.consent_not_given MU-173")
    ),
    case(
        "MU-173 MU-194: a ticked box is",
        (*NOOR, *says_yes("tailored_shop", "other-shop-1")),
        "tailor_shop",
        permit(
            *on_consent("MU-194", "MU-173"),
            data=(
                "purchase_history",
                "search_history",
                "shopping_preferences",
                "sizing",
                "wish_list",
            ),
        ),
    ),
    case(
        "MU-173: a yes by no published wording is none",
        (*NOOR, *says_yes("tailored_shop")),
        "tailor_shop",
        deny("basis.consent_not_given MU-173"),
    ),
    case(
        "MU-173: and in the Union nothing of it holds",
        (*LENA, *says_yes("tailored_shop", "other-shop-1")),
        "tailor_shop",
        NOT_OF_THIS_HALF,
    ),
]

TIMES = [
    case(
        "MU-180: a visit is on record for 25 months",
        LOOKER,
        "keep_safe",
        permit(on_interest("MU-200"), data=("ip_address", "browser_type", "visit_time")),
        data=("ip_address", "browser_type", "visit_time"),
        at="2028-06-29",
    ),
    case(
        "MU-180: and no longer",
        LOOKER,
        "keep_safe",
        deny("retention.ended MU-180", withheld=("ip_address", "browser_type", "visit_time")),
        data=("ip_address", "browser_type", "visit_time"),
        at="2028-07-01",
    ),
    case(
        "MU-181: a place is taken while its service runs and the person agreed",
        (*LOCATED, *LOCATION),
        "location_service",
        permit(*on_consent("MU-181", "MU-181"), data=("cell_id", "gps_location")),
    ),
    case(
        "MU-181: not without the yes",
        LOCATED,
        "location_service",
        deny("basis.consent_not_given MU-181"),
    ),
    case(
        "MU-181: and not with no service on",
        (*LOOKER, *LOCATION),
        "location_service",
        deny(
            "situation.closed MU-181",
            "retention.ended MU-181",
            withheld=("cell_id", "gps_location"),
        ),
    ),
    case(
        "MU-186: a recording is there for 6 months",
        CALLER,
        "calls_for_training",
        RECORDING_IMPROVES,
        at="2026-07-09",
    ),
    case(
        "MU-186: and then gone",
        CALLER,
        "calls_for_training",
        deny("retention.ended MU-186", withheld=("call_recording",)),
        at="2026-07-11",
    ),
    case(
        "MU-186: a supervisor listens in while the call lasts",
        (*CALLER, *opened("call", "2026-06-01 11:00", "C-2")),
        "calls_for_training",
        RECORDING_IMPROVES,
        actor="call_supervisor",
        case="C-2",
    ),
    case(
        "MU-186: and not after it",
        CALLER,
        "calls_for_training",
        deny("access.no_open_case MU-186", withheld=("call_recording",)),
        actor="call_supervisor",
        case="C-1",
    ),
    case(
        "MU-187: recordings improve the service here",
        CALLER,
        "calls_for_improvement",
        RECORDING_IMPROVES,
    ),
    case("MU-187: they keep callers safe", CALLER, "calls_for_security", RECORDING_IMPROVES),
    case(
        "MU-187: they serve no other purpose",
        (*CALLER, *NOOR),
        "check_credit",
        deny("declared.data MU-196", withheld=("call_recording",)),
        data=("call_recording",),
        occasion="pay later",
    ),
    case(
        "MU-187: and improve nothing in the Union",
        (*LENA, *happened("call.ended", "2026-05-20")),
        "calls_for_improvement",
        NOT_OF_THIS_HALF,
    ),
]


@pytest.mark.clause("MU-162", "MU-183")
@pytest.mark.parametrize("row", AGES)
def test_the_young_wait_for_a_guardian(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause(
    "MU-164",
    "MU-165",
    "MU-166",
    "MU-167",
    "MU-168",
    "MU-169",
    "MU-170",
    "MU-171",
    "MU-172",
    "MU-175",
    "MU-185",
)
@pytest.mark.parametrize("row", PLACES)
def test_what_was_taken_serves_what_it_was_taken_for(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-173", "MU-194")
@pytest.mark.parametrize("row", IMPLIED)
def test_using_the_shop_agrees_to_nothing(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-180", "MU-181", "MU-186", "MU-187")
@pytest.mark.parametrize("row", TIMES)
def test_a_trace_is_used_in_its_time_alone(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
