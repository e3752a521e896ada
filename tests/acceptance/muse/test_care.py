"""Customer Care: answers, recordings, service messages, and danger to life."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import ASKED, case
from tests.acceptance.muse.persons import (
    CALLER,
    CONTACT,
    IDA,
    LENA,
    REACH,
    VISITOR,
    on_consent,
    on_contract,
    on_interest,
)
from tests.acceptance.retailers import deny, permit, told, took

if TYPE_CHECKING:
    from tests.acceptance.retailers import Answer, Shop, Told

ON_TAPE = (*CALLER, *took(("call_recording",), "2026-05-25", by="care_call"))
OBJECTS = told(Kind.OBJECTED, "2026-05-28", "fraud_prevention")
OPTED_OUT = (*LENA, *told(Kind.CONSENT_WITHDRAWN, "2026-05-25", channel="email"))


# Answers


@pytest.mark.clause("MU-136")
@pytest.mark.parametrize(
    ASKED,
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
            permit(
                "permitted.contract MU-136",
                "permitted.relation MU-136",
                "permitted.relation MU-136",
                data=("order_details", "enquiry_details"),
            ),
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
                "role.not_concerned MU-136",
                "basis.no_contract MU-136",
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
def test_care_uses_what_answers_the_question(
    shop: Shop, who: Told, activity: str, asked: dict[str, Any], answer: Answer
) -> None:
    assert shop.ask(who, activity, **asked) == answer


@pytest.mark.clause("MU-145")
@pytest.mark.parametrize(
    ASKED,
    [
        case(
            "MU-145",
            LENA,
            "service_messages",
            permit(on_interest("MU-145"), data=("name", "email")),
        ),
        case(
            "MU-145",
            OPTED_OUT,
            "service_messages",
            permit(on_interest("MU-145"), data=("name", "email")),
        ),
        case(
            "MU-145",
            VISITOR,
            "service_messages",
            deny("role.not_concerned MU-145", "retention.ended MU-059", withheld=("name", "email")),
        ),
    ],
)
def test_service_messages_reach_who_wants_no_marketing(
    shop: Shop, who: Told, activity: str, asked: dict[str, Any], answer: Answer
) -> None:
    assert shop.ask(who, activity, **asked) == answer


# Recordings


@pytest.mark.clause("MU-028", "MU-029", "MU-030")
@pytest.mark.parametrize(
    ASKED,
    [
        case(
            "MU-028",
            ON_TAPE,
            "train_by_recordings",
            permit(on_interest("MU-029"), data=("call_recording",)),
        ),
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
        case(
            "MU-029",
            CALLER,
            "train_by_recordings",
            permit(on_interest("MU-029"), data=("call_recording",)),
        ),
        case("MU-029", IDA, "train_by_recordings", deny("role.not_concerned MU-029")),
        case(
            "MU-030",
            CALLER,
            "prevent_fraud_by_calls",
            permit(on_interest("MU-030"), data=("call_recording",)),
        ),
        case(
            "MU-030",
            (*CALLER, *OBJECTS),
            "prevent_fraud_by_calls",
            deny("objection.legitimate_interest MU-030"),
        ),
    ],
)
def test_a_recording_serves_training_and_the_prevention_of_fraud_alone(
    shop: Shop, who: Told, activity: str, asked: dict[str, Any], answer: Answer
) -> None:
    assert shop.ask(who, activity, **asked) == answer


# Danger


@pytest.mark.clause("MU-040")
@pytest.mark.parametrize(
    ASKED,
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
def test_only_a_danger_to_life_opens_what_protects_it(
    shop: Shop, who: Told, activity: str, asked: dict[str, Any], answer: Answer
) -> None:
    assert shop.ask(who, activity, **asked) == answer


# Staff


@pytest.mark.clause("MU-043", "MU-094")
@pytest.mark.parametrize(
    ASKED,
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
        case(
            "MU-043",
            LENA,
            "keep_tax_records",
            permit(
                "permitted.legal_obligation MU-110",
                "permitted.relation MU-110",
                data=("billing_records", "transaction_records"),
            ),
            actor="finance",
        ),
        case(
            "MU-043",
            IDA,
            "newsletter",
            permit(
                *on_consent("MU-127", "MU-064"), data=("name", "email", "marketing_preferences")
            ),
            actor="marketing",
        ),
        case(
            "MU-043",
            CALLER,
            "train_by_recordings",
            permit(on_interest("MU-029"), data=("call_recording",)),
            actor="trainers",
        ),
        case(
            "MU-043",
            LENA,
            "screen_for_fraud",
            permit(
                on_interest("MU-112"),
                data=(
                    "name",
                    "billing_address",
                    "delivery_address",
                    "order_details",
                    "payment_details",
                ),
            ),
            actor="fraud_prevention",
        ),
        case(
            "MU-094",
            LENA,
            "run_account",
            permit(
                *on_contract("MU-014"),
                data=(
                    *CONTACT,
                    "password",
                    "login_details",
                    "customer_id",
                    "country",
                    "birth_day_month",
                    "favourite_designers",
                    "marketing_preferences",
                    "account_profile",
                ),
            ),
            actor="privacy",
        ),
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
def test_staff_see_what_their_work_needs(
    shop: Shop, who: Told, activity: str, asked: dict[str, Any], answer: Answer
) -> None:
    assert shop.ask(who, activity, **asked) == answer
