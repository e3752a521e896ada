"""Outside the Union and the United Kingdom: what data are used for, purpose by purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import EMAILED, REQUESTED, SERVED, case
from tests.acceptance.muse.elsewhere import (
    COMMENTER,
    HOLDER,
    LOOKER,
    MATCHING,
    NEWS,
    NO_MARKETING,
    says_yes,
)
from tests.acceptance.muse.persons import NOOR
from tests.acceptance.retailers import (
    closed,
    deny,
    happened,
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

ENTERED = (
    *HOLDER,
    *opened("competition", "2026-05-10", "F-1"),
    *happened("competition.entered", "2026-05-10"),
    *took(("name", "email", "competition_entry"), "2026-05-10", by="competition_form"),
)
SUBSCRIBER = (
    *LOOKER,
    *happened("newsletter.requested", "2026-05-30"),
    *told(Kind.INTERACTED, "2026-05-30", channel="website"),
)
ON_MOBILE = (
    *LOOKER,
    *opened("mobile_service", "2026-05-10", "S-1"),
    *happened("mobile_service.opened", "2026-05-10"),
)
ENDED = closed("mobile_service", "2026-05-20", "S-1")

SHOWN = [
    case(
        "MU-191: an entry serves the competition",
        ENTERED,
        "run_event",
        permit(*on_contract("MU-171"), data=("email", "competition_entry")),
        data=("email", "competition_entry"),
    ),
    case(
        "MU-191: and no advert, though matching was allowed",
        (*ENTERED, *MATCHING),
        "match_for_adverts",
        deny("purpose.not_shown MU-191", withheld=("email",)),
        recipient="partner",
        data=("email",),
    ),
    case(
        "MU-191: an address given elsewhere too is free for it",
        (*ENTERED, *MATCHING, *took(("email",), "2026-05-12")),
        "match_for_adverts",
        permit(*on_consent("MU-237", "MU-237"), data=("email",)),
        recipient="partner",
        data=("email",),
    ),
    case(
        "MU-223: the address of a comment asks about the comment",
        COMMENTER,
        "write_about_comment",
        permit(on_interest("MU-223"), data=("email", "comment")),
    ),
    case(
        "MU-223: and gets no news",
        (*COMMENTER, *opened("account", "2026-05-21"), *NEWS),
        "news_contests",
        deny("purpose.not_shown MU-223", withheld=("email",)),
        channel="email",
    ),
    case(
        "MU-208: a use that only the terms name is off",
        NOOR,
        "uses_named_in_terms",
        deny("declared.not_offered MU-208"),
    ),
    case(
        "MU-208: and one that no clause names is unknown",
        NOOR,
        "styling_contest",
        deny("declared.activity"),
    ),
]

KEPT = [
    case(
        "MU-192: data are kept while an account is open",
        HOLDER,
        "run_office",
        permit(on_interest("MU-200"), data=("name",)),
        data=("name",),
        at="2036-01-01",
    ),
    case(
        "MU-192: for 6 years after the last contact else",
        SUBSCRIBER,
        "run_office",
        permit(on_interest("MU-200"), data=("name",)),
        data=("name",),
        at="2032-05-29",
    ),
    case(
        "MU-192: and no longer",
        SUBSCRIBER,
        "run_office",
        deny("retention.ended MU-192", withheld=("name",)),
        data=("name",),
        at="2032-06-01",
    ),
    case(
        "MU-195: an invoice is kept 7 years to the end of the accounting year",
        (*NOOR, *happened("invoice.dated", "2026-05-20")),
        "keep_books",
        permit(on_interest("MU-195"), data=("billing_records",)),
        data=("billing_records",),
        at="2033-12-30",
    ),
    case(
        "MU-195: and no longer",
        (*NOOR, *happened("invoice.dated", "2026-05-20")),
        "keep_books",
        deny("retention.ended MU-195", withheld=("billing_records",)),
        data=("billing_records",),
        at="2034-01-02",
    ),
]

ASKED_FOR = [
    case("MU-193: what was asked for is done", NOOR, "serve_request", SERVED, **REQUESTED),
    case(
        "MU-193: though the person wants no marketing and no emails",
        (*NOOR, *NO_MARKETING, *told(Kind.PREFERENCE_OFF, "2026-05-30", "channel:email")),
        "serve_request",
        SERVED,
        **REQUESTED,
    ),
    case(
        "MU-193: nothing is served to who asked for nothing",
        LOOKER,
        "serve_request",
        deny(*no_party("MU-193")),
        **EMAILED,
    ),
    case(
        "MU-197: a security answer proves who signs in",
        HOLDER,
        "check_identity",
        permit(
            *on_contract("MU-197"),
            data=("name", "email", "password", "login_details", "security_answers"),
        ),
    ),
    case(
        "MU-197: and proves nothing of who has no account",
        LOOKER,
        "check_identity",
        deny(*no_party("MU-197")),
    ),
    case(
        "MU-198: a card is screened for an order",
        NOOR,
        "screen_card",
        permit(*on_contract("MU-198"), data=("name", "billing_address", "payment_details")),
        recipient="fraud_prevention_agency",
    ),
    case(
        "MU-211: a saved card pays an order of its owner",
        NOOR,
        "pay_with_saved_card",
        permit(*on_contract("MU-211"), data=("saved_card", "order_details")),
        recipient="payment_processor",
    ),
    case(
        "MU-211: and nothing once the order is closed",
        (*NOOR, *closed("order", "2026-05-30", "N-1")),
        "pay_with_saved_card",
        deny("situation.closed MU-211"),
    ),
    case(
        "MU-227: mobile data run the mobile service",
        ON_MOBILE,
        "run_mobile_service",
        permit(
            *on_contract("MU-227"),
            data=(
                "mobile",
                "mobile_device_model",
                "operating_system",
                "network_operator",
                "mobile_unique_id",
                "device_language",
                "app_language",
                "country",
            ),
        ),
    ),
    case(
        "MU-227: and aim no advert",
        (*ON_MOBILE, *says_yes("partner_adverts")),
        "adverts_by_interest",
        deny("declared.data MU-217", withheld=("network_operator",)),
        data=("network_operator",),
    ),
    case(
        "MU-224 MU-227: they go with the service",
        (*ON_MOBILE, *ENDED),
        "run_mobile_service",
        deny(
            "situation.closed MU-227",
            "retention.ended MU-224",
            withheld=(
                "mobile_device_model",
                "operating_system",
                "network_operator",
                "mobile_unique_id",
                "device_language",
                "app_language",
            ),
        ),
    ),
    case(
        "MU-224: who never asked for it is in none",
        LOOKER,
        "run_mobile_service",
        deny(
            *no_party("MU-227"),
            "situation.closed MU-227",
            "retention.ended MU-224",
            withheld=(
                "mobile_device_model",
                "operating_system",
                "network_operator",
                "mobile_unique_id",
                "device_language",
                "app_language",
            ),
        ),
    ),
]


@pytest.mark.clause("MU-191", "MU-223", "MU-208")
@pytest.mark.parametrize("row", SHOWN)
def test_data_serve_what_the_person_was_told(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-192", "MU-195")
@pytest.mark.parametrize("row", KEPT)
def test_data_are_used_for_as_long_as_was_said(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-193", "MU-197", "MU-198", "MU-211", "MU-227", "MU-224")
@pytest.mark.parametrize("row", ASKED_FOR)
def test_what_was_asked_for_is_done_and_no_more(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
