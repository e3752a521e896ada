"""Outside the Union and the United Kingdom: who gets data, for what, and where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.acceptance.muse.cases import case
from tests.acceptance.muse.elsewhere import LOOKER, MATCHING, says_yes
from tests.acceptance.muse.persons import CONTACT, NOOR
from tests.acceptance.retailers import (
    answered,
    deny,
    happened,
    no_party,
    objected,
    on_consent,
    on_contract,
    on_interest,
    opened,
    permit,
    rewritten,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

GROUP = says_yes("group_sharing", "other-group-1")
GROUP_NEWS = says_yes("group_marketing", "other-group-news-1", "sms")
ENQUIRER = (
    *LOOKER,
    *happened("enquiry.opened", "2026-05-28"),
    *opened("enquiry", "2026-05-28", "Q-1"),
)

GROUP_CASES = [
    case(
        "MU-231: registering shares nothing with the Group",
        NOOR,
        "share_with_group",
        deny("basis.consent_not_given MU-231"),
        recipient="group_company",
    ),
    case(
        "MU-231: a yes does",
        (*NOOR, *GROUP),
        "share_with_group",
        permit(*on_consent("MU-231", "MU-231"), data=("name", "purchase_history")),
        recipient="group_company",
        data=("name", "purchase_history"),
    ),
    case(
        "MU-231: until it is taken back",
        (*NOOR, *GROUP, *withdrew("group_sharing", "2026-05-30", route="email")),
        "share_with_group",
        deny("basis.consent_refused MU-231"),
        recipient="group_company",
        data=("name",),
    ),
    case(
        "MU-210 MU-231: a saved card is in no feed to the Group",
        (*NOOR, *GROUP),
        "share_with_group",
        deny("declared.data MU-231", "recipient.data MU-231", withheld=("saved_card",)),
        recipient="group_company",
        data=("saved_card",),
    ),
    case(
        "MU-232: it aims no advert after an objection",
        (*NOOR, *GROUP, *objected("direct_marketing", "2026-05-30")),
        "group_advert_aim",
        deny("objection.direct_marketing MU-232"),
        recipient="group_company",
    ),
    case(
        "MU-232: and it recruits nobody by it",
        (*NOOR, *GROUP),
        "group_recruiting",
        deny("declared.activity"),
        recipient="group_company",
    ),
    case(
        "MU-233: reading the policy is no yes to the Group's marketing",
        NOOR,
        "share_for_group_marketing",
        deny("basis.consent_not_given MU-233", "channel.no_soft_opt_in MU-233"),
        channel="sms",
        recipient="group_company",
    ),
    case(
        "MU-233: a yes opens its own channel",
        (*NOOR, *GROUP_NEWS),
        "share_for_group_marketing",
        permit(*on_consent("MU-233", "MU-233"), data=("mobile", "marketing_preferences")),
        channel="sms",
        recipient="group_company",
        data=("mobile", "marketing_preferences"),
    ),
    case(
        "MU-233: and no other",
        (*NOOR, *GROUP_NEWS),
        "share_for_group_marketing",
        deny("basis.consent_not_given MU-233", "channel.no_soft_opt_in MU-233"),
        channel="email",
        recipient="group_company",
    ),
    case(
        "MU-233: sharing with the Group is no yes to its marketing",
        (*NOOR, *GROUP),
        "share_for_group_marketing",
        deny("basis.consent_not_given MU-233", "channel.no_soft_opt_in MU-233"),
        channel="sms",
        recipient="group_company",
    ),
]

PARTNER_CASES = [
    case(
        "MU-235: a supplier takes data for us",
        NOOR,
        "take_for_us",
        permit(*on_contract("MU-235", relations=2), data=("name", "email")),
        recipient="supplier",
        data=("name", "email"),
    ),
    case(
        "MU-235: and of nobody who wants nothing of us",
        LOOKER,
        "take_for_us",
        deny(*no_party("MU-235")),
        recipient="supplier",
        data=("name", "email"),
    ),
    case(
        "MU-236: a partner gets what a request needs",
        ENQUIRER,
        "serve_through_partner",
        permit(*on_contract("MU-236"), data=("name", "enquiry_details")),
        recipient="partner",
        occasion="Q-1",
        data=("name", "enquiry_details"),
    ),
    case(
        "MU-236: and nothing without a request",
        ENQUIRER,
        "serve_through_partner",
        deny("declared.occasion MU-236"),
        recipient="partner",
        data=("name", "enquiry_details"),
    ),
    case(
        "MU-237: an address is matched with a yes",
        (*NOOR, *MATCHING),
        "match_for_adverts",
        permit(*on_consent("MU-237", "MU-237"), data=("email", "mobile")),
        recipient="partner",
    ),
    case(
        "MU-237: not without one",
        NOOR,
        "match_for_adverts",
        deny("basis.consent_not_given MU-237"),
        recipient="partner",
    ),
    case(
        "MU-237: and not after a no",
        (*NOOR, *MATCHING, *withdrew("matching", "2026-05-30", route="account_settings")),
        "match_for_adverts",
        deny("basis.consent_refused MU-237"),
        recipient="partner",
    ),
    case(
        "MU-238: a mailing house prints letters",
        NOOR,
        "print_letters",
        permit(*on_contract("MU-238", relations=2), data=("name", "postal_address")),
        recipient="mailing_house",
    ),
    case(
        "MU-238: and is told no email address",
        NOOR,
        "print_letters",
        deny("declared.data MU-238", "recipient.data MU-238", withheld=("email",)),
        recipient="mailing_house",
        data=("email",),
    ),
    case(
        "MU-238: so does a data processing company",
        NOOR,
        "print_letters",
        permit(*on_contract("MU-238", relations=2), data=("name", "postal_address")),
        recipient="data_processing_company",
    ),
    case(
        "MU-240: a credit reference agency is asked by name and birth date",
        NOOR,
        "check_credit",
        permit(on_interest("MU-196"), data=(*CONTACT, "date_of_birth", "payment_history")),
        recipient="credit_reference_agency",
        occasion="pay later",
    ),
    case(
        "MU-240: a fraud prevention agency is not asked for credit",
        NOOR,
        "check_credit",
        deny("declared.recipient MU-196"),
        recipient="fraud_prevention_agency",
        occasion="pay later",
    ),
    case(
        "MU-241: a study of sizes gets sizes",
        NOOR,
        "run_study",
        permit(on_interest("MU-204"), data=("sizing",)),
        recipient="research_organisation",
        occasion="U-1",
        data=("sizing",),
    ),
    case(
        "MU-241: and no purchase",
        NOOR,
        "run_study",
        deny("recipient.data MU-241", withheld=("purchase_history",)),
        recipient="research_organisation",
        occasion="U-1",
        data=("sizing", "purchase_history"),
    ),
    case(
        "MU-241: without its approval it gets nothing",
        NOOR,
        "run_study",
        deny("declared.occasion MU-204"),
        recipient="research_organisation",
        data=("sizing",),
    ),
    case(
        "MU-210: the payment partner gets the saved card",
        NOOR,
        "pay_with_saved_card",
        permit(*on_contract("MU-211"), data=("saved_card",)),
        recipient="payment_processor",
        data=("saved_card",),
    ),
    case(
        "MU-210: the courier does not",
        NOOR,
        "pay_with_saved_card",
        deny("declared.recipient MU-211"),
        recipient="courier",
        data=("saved_card",),
    ),
]

AUTHORITIES = [
    case(
        "MU-242 MU-243: a request whose basis was checked is answered",
        NOOR,
        "answer_authority",
        permit(on_interest("MU-243"), data=("name", "order_details")),
        recipient="law_enforcement",
        occasion="R-1",
        data=("name", "order_details"),
    ),
    case(
        "MU-243: one without a basis is not",
        NOOR,
        "answer_authority",
        deny("declared.occasion MU-243"),
        recipient="law_enforcement",
        data=("name",),
    ),
    case(
        "MU-242: no authority gets a birth date",
        NOOR,
        "answer_authority",
        deny("declared.data MU-243", "recipient.data MU-242", withheld=("date_of_birth",)),
        recipient="regulator",
        occasion="R-1",
        data=("date_of_birth",),
    ),
    case(
        "MU-242: and no company is one",
        NOOR,
        "answer_authority",
        deny("declared.recipient MU-243"),
        recipient="supplier",
        occasion="R-1",
        data=("name",),
    ),
]
GROUP_ENDS = (
    "group_reports",
    "group_planning",
    "group_segments",
    "group_research",
    "group_sourcing",
    "group_recommendations",
    "group_advert_aim",
    "group_editorial",
    "group_products",
    "group_brands",
)
CHAT = ("name", "email", "chat_messages")
SAFEGUARDED = """  contract: dpa-chat
  country: [US]
  safeguard: standard_contractual_clauses
"""


@pytest.mark.clause("MU-232")
@pytest.mark.parametrize("end", GROUP_ENDS)
def test_the_group_has_the_ends_that_are_listed_and_each_waits_for_the_yes(
    shop: Shop, end: str
) -> None:
    shared = (*CONTACT, "purchase_history", "order_details")
    asked = {"recipient": "group_company"}

    assert shop.ask((*NOOR, *GROUP), end, **asked) == permit(
        *on_consent("MU-232", "MU-231"), data=shared
    )
    assert shop.ask(NOOR, end, **asked) == deny("basis.consent_not_given MU-231")


@pytest.mark.clause("MU-245", "MU-246")
def test_the_chat_provider_abroad_gets_nothing_without_a_safeguard(shop: Shop) -> None:
    bare = rewritten(
        "muse", SAFEGUARDED, SAFEGUARDED.replace("  safeguard: standard_contractual_clauses\n", "")
    )
    asked: dict[str, Any] = {
        "channel": "live_chat",
        "recipient": "live_chat_provider",
        "data": CHAT,
    }

    assert shop.ask(ENQUIRER, "answer_request", **asked) == permit(on_interest("MU-169"), data=CHAT)
    assert answered(bare, ENQUIRER, "answer_request", **asked) == deny(
        "recipient.no_safeguard MU-245"
    )


@pytest.mark.clause("MU-231", "MU-210", "MU-232", "MU-233")
@pytest.mark.parametrize("row", GROUP_CASES)
def test_the_group_gets_what_the_person_agreed_to(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-235", "MU-236", "MU-237", "MU-238", "MU-240", "MU-241", "MU-210")
@pytest.mark.parametrize("row", PARTNER_CASES)
def test_a_recipient_gets_what_its_part_needs(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-242", "MU-243")
@pytest.mark.parametrize("row", AUTHORITIES)
def test_an_authority_gets_data_for_a_reason_on_record(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
