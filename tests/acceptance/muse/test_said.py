"""What a clause itself says, where the law or another clause decides what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.policy.rules import Rule

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop


@pytest.mark.clause(
    "MU-020",
    "MU-021",
    "MU-027",
    "MU-032",
    "MU-035",
    "MU-037",
    "MU-057",
    "MU-086",
    "MU-087",
    "MU-111",
    "MU-121",
    "MU-129",
    "MU-152",
    "MU-158",
    "MU-222",
    "MU-253",
    "MU-261",
)
@pytest.mark.parametrize(
    ("clause", "name", "said"),
    [
        pytest.param(clause, name, said, id=f"{clause} {name}")
        for clause, name, said in (
            (
                "MU-020",
                "bought_or_said_yes",
                {
                    "purpose": ("direct_marketing",),
                    "channels": ("email", "phone", "push"),
                    "own_preferences": True,
                },
            ),
            (
                "MU-021",
                "gift_form",
                {"source": "other_person", "takes": ("name", "delivery_address", "phone", "email")},
            ),
            (
                "MU-027",
                "withdraw_consent",
                {"by": ("app_settings",), "covers": (("consent", "push"),), "at_any_time": True},
            ),
            (
                "MU-032",
                "purpose_limitation",
                {"shows": ("the purposes shown where data were taken",)},
            ),
            (
                "MU-035",
                "withdraw_consent",
                {"meanwhile": "stop_processing", "at_any_time": True},
            ),
            (
                "MU-037",
                "interests_weighed",
                {"shows": ("the assessment of each legitimate interest",)},
            ),
            ("MU-057", "for_the_contract", {"needs_any": ("contract_necessity",)}),
            (
                "MU-086",
                "withdraw_consent",
                {
                    "by": ("customer_care",),
                    "covers": (("purpose", ("direct_marketing", "designer_alerts")),),
                    "at_any_time": True,
                },
            ),
            (
                "MU-087",
                "withdraw_consent",
                {"by": ("sms_stop",), "covers": (("purpose", "direct_marketing"),)},
            ),
            (
                "MU-111",
                "no_opt_out_of_duties",
                {"at": ("checkout", "each answer to an objection")},
            ),
            ("MU-121", "necessary", {"basis": "exempt", "activities": ("keep_bag",)}),
            (
                "MU-129",
                "email_as_a_rule",
                {
                    "activities": ("offers_to_buyers", "designer_sale", "magazine_offers"),
                    "channels": ("email",),
                },
            ),
            (
                "MU-152",
                "hashed_only",
                {"form": (("any_of", ("email", "mobile")), ("as", "sha256_normalised"))},
            ),
            ("MU-158", "which_half", {"at": ("policy", "every form")}),
            ("MU-222", "name_is_shown", {"at": ("comment form",)}),
            (
                "MU-253",
                "own_no_comes_first",
                {"purpose": ("direct_marketing",), "own_preferences": True},
            ),
            (
                "MU-261",
                "access",
                {"tells": ("what was left out", "the exception of the law", "the reason")},
            ),
        )
    ],
)
def test_the_rule_says_what_its_clause_promises(
    shop: Shop, clause: str, name: str, said: dict[str, Any]
) -> None:
    rule = shop.rule(clause, Rule, name)

    assert {key: getattr(rule, key) for key in said} == said


@pytest.mark.clause("MU-209")
def test_each_purpose_hands_data_to_the_listed_recipients_alone(shop: Shop) -> None:
    limit = shop.rules["limit", "listed_recipients_only"]
    unlisted = {
        (variant.name, name)
        for variants in shop.policy.activities.values()
        for variant in variants
        if variant.regions == limit.regions and set(variant.purpose) & set(limit.purpose)
        for name in variant.recipients
        if name not in limit.to
    }

    assert unlisted == set()
