"""Customer Care: answers, recordings, service messages, and danger to life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import (
    NEWSLETTER,
    RECORDING_TRAINS,
    RUNS_ACCOUNT,
    SCREENED,
    SERVICE_MESSAGE,
    case,
    keeps_books,
)
from tests.acceptance.muse.persons import (
    CALLER,
    CONTACT,
    IDA,
    LENA,
    OBJECTS_TO_CHECKS,
    REACH,
    VISITOR,
)
from tests.acceptance.retailers import deny, no_party, on_contract, on_interest, permit, told, took

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

ON_TAPE = (*CALLER, *took(("call_recording",), "2026-05-25", by="care_call"))
OPTED_OUT = (*LENA, *told(Kind.CONSENT_WITHDRAWN, "2026-05-25", channel="email"))


# Answers


@pytest.mark.clause("MU-136")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-136",
            CALLER,
            "customer_care",
            permit(
                *on_contract("MU-136"),
                data=(
                    *CONTACT,
                    "order_details",
                    "purchase_history",
                    "enquiry_details",
                    "correspondence",
                    "chat_messages",
                    "call_log",
                ),
            ),
            channel="phone",
        ),
        case(
            "MU-136",
            LENA,
            "customer_care",
            permit(*on_contract("MU-136", relations=2), data=("order_details", "enquiry_details")),
            channel="email",
            data=("order_details", "enquiry_details"),
        ),
        case(
            "MU-136",
            CALLER,
            "customer_care",
            deny("declared.data MU-136", withheld=("browsing_history",)),
            channel="email",
            data=("browsing_history",),
        ),
        case(
            "MU-136",
            VISITOR,
            "customer_care",
            deny(
                *no_party("MU-136"),
                "retention.ended MU-059",
                "retention.ended MU-068",
                withheld=(
                    *CONTACT,
                    "order_details",
                    "purchase_history",
                    "enquiry_details",
                    "correspondence",
                    "chat_messages",
                    "call_log",
                ),
            ),
            channel="phone",
        ),
    ],
)
def test_care_uses_what_answers_the_question(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-145")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-145", LENA, "service_messages", SERVICE_MESSAGE),
        case("MU-145", OPTED_OUT, "service_messages", SERVICE_MESSAGE),
        case(
            "MU-145",
            VISITOR,
            "service_messages",
            deny("role.not_concerned MU-145", "retention.ended MU-059", withheld=("name", "email")),
        ),
    ],
)
def test_service_messages_reach_who_wants_no_marketing(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Recordings


@pytest.mark.clause("MU-028", "MU-029", "MU-030")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-028", ON_TAPE, "train_by_recordings", RECORDING_TRAINS),
        case(
            "MU-028",
            ON_TAPE,
            "prevent_fraud_by_calls",
            permit(on_interest("MU-030"), data=("call_recording",)),
        ),
        case(
            "MU-028",
            ON_TAPE,
            "customer_care",
            deny("declared.data MU-136", "purpose.not_shown MU-028", withheld=("call_recording",)),
            channel="phone",
            data=("call_recording",),
        ),
        case("MU-029", CALLER, "train_by_recordings", RECORDING_TRAINS),
        case("MU-029", IDA, "train_by_recordings", deny("role.not_concerned MU-029")),
        case(
            "MU-030",
            CALLER,
            "prevent_fraud_by_calls",
            permit(on_interest("MU-030"), data=("call_recording",)),
        ),
        case(
            "MU-030",
            (*CALLER, *OBJECTS_TO_CHECKS),
            "prevent_fraud_by_calls",
            deny("objection.legitimate_interest MU-030"),
        ),
    ],
)
def test_a_recording_serves_training_and_the_prevention_of_fraud_alone(
    shop: Shop, row: Case
) -> None:
    assert row.put_to(shop) == row.answer


# Danger


@pytest.mark.clause("MU-040")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-040",
            LENA,
            "protect_life",
            permit("permitted.vital_interest MU-040", data=CONTACT),
            occasion="a fire in the shop",
        ),
        case(
            "MU-040",
            LENA,
            "protect_life",
            deny("declared.occasion MU-040", "basis.no_occasion MU-040"),
        ),
    ],
)
def test_only_a_danger_to_life_opens_what_protects_it(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Staff


@pytest.mark.clause("MU-043", "MU-094")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-043",
            CALLER,
            "customer_care",
            permit(*on_contract("MU-136"), data=("name",)),
            channel="phone",
            actor="customer_care",
            case="C-1",
            data=("name",),
        ),
        case(
            "MU-043",
            CALLER,
            "customer_care",
            deny("access.no_open_case MU-043", withheld=("name",)),
            channel="phone",
            actor="customer_care",
            data=("name",),
        ),
        case(
            "MU-043",
            LENA,
            "ship_order",
            permit(*on_contract("MU-106"), data=REACH),
            actor="fulfilment",
            case="M-1",
        ),
        case(
            "MU-043",
            LENA,
            "ship_order",
            deny(
                "access.data MU-043", "access.data MU-043", withheld=("delivery_address", "phone")
            ),
            actor="marketing",
        ),
        case("MU-043", LENA, "ship_order", deny("access.role MU-106"), actor="cleaner"),
        case("MU-043", LENA, "keep_tax_records", keeps_books(), actor="finance"),
        case("MU-043", IDA, "newsletter", NEWSLETTER, actor="marketing"),
        case("MU-043", CALLER, "train_by_recordings", RECORDING_TRAINS, actor="trainers"),
        case("MU-043", LENA, "screen_for_fraud", SCREENED, actor="fraud_prevention"),
        case("MU-094", LENA, "run_account", RUNS_ACCOUNT, actor="privacy"),
        case(
            "MU-094",
            LENA,
            "run_account",
            deny("access.data MU-043", withheld=("password",)),
            actor="finance",
            data=("password",),
        ),
    ],
)
def test_staff_see_what_their_work_needs(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
