"""Who else gets data: each recipient what its clause names, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import ASKED_OPINION, NEWSLETTER, SITE_IMPROVES, case
from tests.acceptance.muse.persons import ANALYSED, CALLER, CONTACT, IDA, LENA, REACH, READER
from tests.acceptance.retailers import deny, erased, on_contract, on_interest, opened, permit, told

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

ON_CLAIM = (
    *LENA,
    *opened("claim", "2026-05-25", "L-2"),
    *erased(("all_held",), "2026-05-28", "kept:order_details:claims:"),
)
NO_CONSENT = (*LENA, *told(Kind.CONSENT_WITHDRAWN, "2026-05-25"))


# Companies that help


@pytest.mark.clause("MU-044", "MU-046", "MU-047")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-044",
            LENA,
            "fulfil_order",
            permit(*on_contract("MU-010"), data=("name", "order_details")),
            recipient="group_company",
            data=("name", "order_details"),
        ),
        case(
            "MU-044",
            LENA,
            "fulfil_order",
            deny("recipient.data MU-044", withheld=("payment_details",)),
            recipient="group_company",
            data=("payment_details",),
        ),
        case(
            "MU-046",
            LENA,
            "take_payment",
            permit(
                *on_contract("MU-106"),
                data=("name", "billing_address", "email", "payment_details", "order_details"),
            ),
            recipient="payment_processor",
        ),
        case(
            "MU-046",
            LENA,
            "take_payment",
            deny("declared.data MU-106", "recipient.data MU-046", withheld=("phone",)),
            recipient="payment_processor",
            data=("phone",),
        ),
        case(
            "MU-047",
            LENA,
            "take_payment",
            permit(*on_contract("MU-106"), data=("payment_details",)),
            recipient="banks",
            data=("payment_details",),
        ),
        case(
            "MU-047",
            LENA,
            "take_payment",
            deny("declared.recipient MU-106"),
            recipient="marketing_company",
        ),
        case("MU-047", IDA, "newsletter", NEWSLETTER, recipient="marketing_company"),
        case("MU-047", LENA, "ask_opinions", ASKED_OPINION, recipient="market_research_company"),
        case(
            "MU-047",
            CALLER,
            "customer_care",
            permit(*on_contract("MU-136"), data=("name", "enquiry_details")),
            channel="phone",
            recipient="contact_centre",
            data=("name", "enquiry_details"),
        ),
        case(
            "MU-047",
            READER,
            "run_magazine",
            permit(*on_contract("MU-138"), data=("name", "delivery_address")),
            recipient="publisher_distributor",
            data=("name", "delivery_address"),
        ),
        case("MU-047", ANALYSED, "improve_site", SITE_IMPROVES, recipient="it_provider"),
    ],
)
def test_a_company_gets_what_its_part_needs(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-048", "MU-057")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-048",
            LENA,
            "ship_order",
            permit(*on_contract("MU-106"), data=REACH),
            recipient="courier",
        ),
        case(
            "MU-048",
            LENA,
            "ship_order",
            deny("declared.data MU-106", "recipient.data MU-048", withheld=("order_details",)),
            recipient="courier",
            data=("order_details",),
        ),
        case(
            "MU-057",
            LENA,
            "ship_order",
            permit(*on_contract("MU-106"), data=("delivery_address",)),
            recipient="courier",
            data=("delivery_address",),
        ),
        case(
            "MU-057",
            ANALYSED,
            "improve_site",
            deny("declared.recipient MU-115"),
            recipient="courier",
        ),
    ],
)
def test_a_courier_gets_where_the_parcel_goes(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-041")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-041",
            LENA,
            "exchange_on_fraud",
            permit(
                on_interest("MU-041"),
                data=("name", "billing_address", "payment_details", "order_details"),
            ),
            recipient="fraud_prevention_agency",
        ),
        case(
            "MU-041",
            LENA,
            "exchange_on_fraud",
            deny("declared.data MU-041", "recipient.data MU-041", withheld=("wish_list",)),
            recipient="credit_reference_agency",
            data=("wish_list",),
        ),
        case(
            "MU-041",
            LENA,
            "exchange_on_fraud",
            deny("declared.recipient MU-041"),
            recipient="partner",
        ),
    ],
)
def test_those_who_fight_fraud_are_told_what_their_clause_names(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Authorities and courts


@pytest.mark.clause("MU-049", "MU-050")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-049",
            NO_CONSENT,
            "hand_to_authority",
            permit(
                "permitted.legal_obligation MU-049",
                data=(*CONTACT, "ip_address", "order_details", "payment_details", "correspondence"),
            ),
            occasion="demand 7",
            recipient="courts",
        ),
        case(
            "MU-049",
            LENA,
            "hand_to_authority",
            deny("declared.occasion MU-049"),
            recipient="courts",
        ),
        case(
            "MU-050",
            LENA,
            "help_authority",
            permit(
                "permitted.legal_obligation MU-050",
                data=(*CONTACT, "ip_address", "order_details", "payment_details"),
            ),
            occasion="demand 8",
            recipient="law_enforcement",
        ),
        case(
            "MU-050",
            LENA,
            "help_authority",
            deny("declared.occasion MU-050"),
            recipient="law_enforcement",
        ),
        case(
            "MU-050",
            LENA,
            "help_authority",
            deny("declared.recipient MU-050"),
            occasion="demand 9",
            recipient="regulator",
        ),
    ],
)
def test_an_authority_gets_what_it_demanded_by_law(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-051")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-051",
            ON_CLAIM,
            "legal_claims",
            permit(on_interest("MU-051"), data=("order_details",)),
            recipient="courts",
            data=("order_details",),
        ),
        case(
            "MU-051",
            ON_CLAIM,
            "bill_order",
            deny("lock.kept_after_erasure MU-106", withheld=("order_details",)),
            data=("order_details",),
        ),
    ],
)
def test_what_a_claim_needs_serves_the_claim_alone(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# A buyer of the shop


@pytest.mark.clause("MU-052")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-052",
            LENA,
            "business_transfer",
            permit(
                on_interest("MU-052"),
                data=(*CONTACT, "order_details", "purchase_history", "marketing_preferences"),
            ),
            occasion="deal D-1",
            recipient="business_buyer",
        ),
        case(
            "MU-052",
            LENA,
            "business_transfer",
            deny("declared.occasion MU-052"),
            recipient="business_buyer",
        ),
    ],
)
def test_the_data_go_to_a_buyer_once_the_sale_is_approved(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
