"""Orders, accounts, the bag, the magazine and the concierge: what each may use, and of whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.muse.cases import RUNS_ACCOUNT, SCREENED, case, keeps_books
from tests.acceptance.muse.persons import (
    CLEO,
    CONTACT,
    GUEST,
    LENA,
    MAX,
    OBJECTS_TO_CHECKS,
    REACH,
    READER,
    TOM,
    VISITOR,
)
from tests.acceptance.retailers import (
    closed,
    deny,
    happened,
    lives,
    no_party,
    objected,
    on_contract,
    on_interest,
    opened,
    ordered,
    permit,
    took,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

AT_CHECKOUT = (*VISITOR, *opened("checkout", "2026-06-01 11:00", "K-1"))
LEFT_CHECKOUT = (*AT_CHECKOUT, *closed("checkout", "2026-06-01 11:30", "K-1"))
PHONED_IN = (*TOM, *took(("phone", "mobile"), "2026-05-20", by="checkout_phone"))
"""Tom, whose only number is the one that he gave at the checkout."""
ENQUIRED = (
    *lives("DE"),
    *happened("concierge.asked", "2026-05-25"),
    *opened("enquiry", "2026-05-25", "E-1"),
)
BY_FORM = (*ENQUIRED, *took(("name", "email", "sizing"), "2026-05-25", by="concierge_form"))
BORN_FOR_THE_MAGAZINE = (
    *READER,
    *opened("account", "2026-05-01", "A-1"),
    *took(("birth_day_month",), "2026-05-01", by="magazine_birthday"),
)
GIFTED = (*CLEO, *took(("name", "email"), "2026-05-20", "role:gift_recipient"))


# An order


@pytest.mark.clause("MU-010", "MU-011", "MU-106", "MU-048")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-010",
            LENA,
            "fulfil_order",
            permit(
                *on_contract("MU-010"),
                data=(
                    "name",
                    "billing_address",
                    "delivery_address",
                    "payment_details",
                    "mobile",
                    "phone",
                    "email",
                    "order_details",
                ),
            ),
        ),
        case("MU-010", MAX, "fulfil_order", deny(*no_party("MU-010"))),
        case(
            "MU-010",
            LENA,
            "fulfil_order",
            deny("declared.data MU-010", withheld=("wish_list",)),
            data=("wish_list",),
        ),
        case(
            "MU-011",
            LENA,
            "confirm_order",
            permit(*on_contract("MU-011"), data=("name", "email", "order_details")),
        ),
        case("MU-011", MAX, "confirm_order", deny(*no_party("MU-011"))),
        case("MU-011", LENA, "confirm_order", deny("declared.channel MU-011"), channel="sms"),
        case(
            "MU-106",
            LENA,
            "take_payment",
            permit(
                *on_contract("MU-106"),
                data=("name", "billing_address", "email", "payment_details", "order_details"),
            ),
        ),
        case(
            "MU-106",
            LENA,
            "bill_order",
            permit(
                *on_contract("MU-106"),
                data=("name", "billing_address", "email", "order_details", "billing_records"),
            ),
        ),
        case("MU-106", LENA, "ship_order", permit(*on_contract("MU-106"), data=REACH)),
        case(
            "MU-106",
            LENA,
            "handle_return",
            permit(*on_contract("MU-106"), data=(*CONTACT, "order_details", "payment_details")),
        ),
        case("MU-106", MAX, "take_payment", deny(*no_party("MU-106"))),
        case("MU-048", LENA, "deliver_on_demand", permit(*on_contract("MU-048"), data=REACH)),
        case(
            "MU-048",
            LENA,
            "screen_parcel",
            permit(*on_contract("MU-048"), data=("name", "delivery_address")),
        ),
        case("MU-048", MAX, "screen_parcel", deny(*no_party("MU-048"))),
    ],
)
def test_an_order_uses_what_it_needs_and_of_those_who_placed_it(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-033")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-033",
            AT_CHECKOUT,
            "quote_delivery",
            permit(
                *on_contract("MU-033"),
                data=("email", "billing_address", "delivery_address", "bag_contents"),
            ),
        ),
        case(
            "MU-033",
            LEFT_CHECKOUT,
            "quote_delivery",
            deny(
                "situation.closed MU-033",
                "retention.ended MU-059",
                withheld=("email", "billing_address", "delivery_address"),
            ),
        ),
        case(
            "MU-033",
            VISITOR,
            "quote_delivery",
            deny(
                "basis.no_contract MU-033",
                "situation.closed MU-033",
                "retention.ended MU-059",
                withheld=("email", "billing_address", "delivery_address"),
            ),
        ),
    ],
)
def test_before_an_order_only_an_open_checkout_opens_the_addresses(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-012", "MU-032")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-012",
            PHONED_IN,
            "order_issue",
            permit(*on_contract("MU-012"), data=("name", "phone", "mobile", "order_details")),
        ),
        case("MU-012", MAX, "order_issue", deny(*no_party("MU-012"))),
        case(
            "MU-012",
            PHONED_IN,
            "restock_call",
            deny(
                "purpose.not_shown MU-012", "purpose.not_shown MU-012", withheld=("phone", "mobile")
            ),
            occasion="it is back",
        ),
        case(
            "MU-032",
            PHONED_IN,
            "custom_audience",
            deny(
                "basis.consent_not_given MU-149", "purpose.not_shown MU-012", withheld=("mobile",)
            ),
            data=("mobile",),
        ),
    ],
)
def test_a_number_from_the_checkout_serves_the_order_and_no_sale(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-107")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-107",
            LENA,
            "check_card",
            permit(
                *on_contract("MU-107"),
                data=("name", "billing_address", "payment_details", "order_details"),
            ),
            occasion="a payment by card",
        ),
        case("MU-107", LENA, "check_card", deny("declared.occasion MU-107")),
        case("MU-107", MAX, "check_card", deny(*no_party("MU-107")), occasion="a payment by card"),
    ],
)
def test_a_card_is_checked_where_one_is_used(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-112")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-112", LENA, "screen_for_fraud", SCREENED),
        case(
            "MU-112",
            LENA,
            "screen_for_fraud",
            deny("declared.data MU-112", withheld=("wish_list",)),
            data=("wish_list",),
        ),
        case(
            "MU-112",
            (*LENA, *OBJECTS_TO_CHECKS),
            "screen_for_fraud",
            deny("objection.legitimate_interest MU-112"),
        ),
    ],
)
def test_fraud_is_looked_for_in_a_part_of_the_order(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-110", "MU-111")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-110", LENA, "keep_tax_records", keeps_books()),
        case("MU-110", MAX, "keep_tax_records", deny("basis.no_trigger MU-110")),
        case(
            "MU-111",
            (*LENA, *objected("accounting_tax", "2026-05-28")),
            "keep_tax_records",
            keeps_books(),
        ),
    ],
)
def test_tax_records_are_made_whatever_a_buyer_objects_to(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Gifts


@pytest.mark.clause("MU-023")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-023", GIFTED, "gift_delivery", permit(on_interest("MU-023"), data=REACH)),
        case("MU-023", LENA, "gift_delivery", deny("role.not_concerned MU-023")),
        case(
            "MU-023",
            (*GIFTED, *ordered("M-9", "2026-05-21")),
            "confirm_order",
            deny("role.confined MU-008", "role.confined MU-008", withheld=("name", "email")),
        ),
        case(
            "MU-023",
            (*GIFTED, *opened("account", "2026-05-21", "A-1")),
            "tailor_messages",
            deny("role.confined MU-008", withheld=("email",)),
            data=("email",),
        ),
    ],
)
def test_a_gift_is_brought_and_nothing_else_is_done_with_its_address(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Accounts


@pytest.mark.clause("MU-014", "MU-019", "MU-122", "MU-123")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-014", LENA, "run_account", RUNS_ACCOUNT),
        case("MU-014", GUEST, "run_account", deny(*no_party("MU-014"), "situation.closed MU-014")),
        case(
            "MU-019",
            LENA,
            "record_account_area",
            permit(
                *on_contract("MU-019"), data=("browsing_history", "customer_id", "login_details")
            ),
        ),
        case(
            "MU-019",
            GUEST,
            "record_account_area",
            deny(*no_party("MU-019"), "situation.closed MU-019"),
        ),
        case(
            "MU-122",
            LENA,
            "recognise_account",
            permit(
                *on_contract("MU-122"),
                data=("email", "password", "login_details", "account_profile"),
            ),
        ),
        case(
            "MU-122",
            GUEST,
            "recognise_account",
            deny(*no_party("MU-122"), "situation.closed MU-122"),
        ),
        case(
            "MU-123",
            LENA,
            "keep_wish_list",
            permit(*on_contract("MU-123"), data=("wish_list", "customer_id")),
        ),
        case(
            "MU-123",
            GUEST,
            "keep_wish_list",
            deny(
                *no_party("MU-123"),
                "situation.closed MU-123",
                "retention.ended MU-123",
                withheld=("wish_list",),
            ),
        ),
    ],
)
def test_an_account_is_served_while_it_is_open(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Magazine and concierge


@pytest.mark.clause("MU-138", "MU-139")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-138",
            READER,
            "run_magazine",
            permit(
                *on_contract("MU-138"),
                data=("name", "billing_address", "delivery_address", "payment_details", "email"),
            ),
        ),
        case("MU-138", LENA, "run_magazine", deny(*no_party("MU-138"), "situation.closed MU-138")),
        case(
            "MU-139",
            BORN_FOR_THE_MAGAZINE,
            "run_account",
            deny("purpose.not_shown MU-139", withheld=("birth_day_month",)),
            data=("birth_day_month",),
        ),
    ],
)
def test_the_magazine_uses_what_its_contract_needs(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-143", "MU-144")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-143",
            ENQUIRED,
            "find_article",
            permit(
                on_interest("MU-143"),
                data=("name", "email", "phone", "mobile", "sizing", "enquiry_details"),
            ),
            occasion="an enquiry",
        ),
        case("MU-143", ENQUIRED, "find_article", deny("declared.occasion MU-143")),
        case(
            "MU-143", LENA, "find_article", deny("role.not_concerned MU-143"), occasion="an enquiry"
        ),
        case(
            "MU-144",
            BY_FORM,
            "find_article",
            permit(on_interest("MU-143"), data=("name", "email", "sizing")),
            occasion="an enquiry",
            recipient="designer_brand",
            data=("name", "email", "sizing"),
        ),
        case(
            "MU-144",
            BY_FORM,
            "find_article",
            deny(
                "declared.data MU-143",
                "recipient.data MU-144",
                "retention.ended MU-123",
                withheld=("wish_list",),
            ),
            occasion="an enquiry",
            recipient="designer_brand",
            data=("wish_list",),
        ),
        case(
            "MU-144",
            (*BY_FORM, *ordered("M-1", "2026-05-26")),
            "service_messages",
            deny(
                "purpose.not_shown MU-144", "purpose.not_shown MU-144", withheld=("name", "email")
            ),
        ),
    ],
)
def test_the_concierge_passes_on_the_enquiry_and_nothing_of_the_account(
    shop: Shop, row: Case
) -> None:
    assert row.put_to(shop) == row.answer
