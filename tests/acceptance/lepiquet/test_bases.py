"""On what each use rests, and what is refused where that is lacking."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Notice, as_dict
from tests.acceptance.lepiquet.persons import ADA, HOLDER, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    no_party,
    objected,
    on_consent,
    on_contract,
    permit,
    restricted,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

NEWS = agreed("email_marketing", "2026-05-01", wording="news-1", channel="email")
REPORTED = (
    "name",
    "email",
    "phone",
    "mobile",
    "delivery_address",
    "order_details",
    "payment_history",
    "credit_application",
)


@pytest.mark.clause("LP-032")
def test_every_use_rests_on_one_of_four_bases_and_no_other_use_happens(shop: Shop) -> None:
    bases = {variant.basis for variants in shop.policy.activities.values() for variant in variants}

    assert bases == {"contract", "consent", "legitimate_interest", "legal_obligation"}
    assert {basis.replace("_", " ") for basis in bases} < set(shop.rule("LP-032", Notice).shows)
    assert shop.ask(ADA, "sell_to_partners") == deny("declared.activity")


@pytest.mark.clause("LP-033")
def test_a_contract_has_to_be_there(shop: Shop) -> None:
    address = ("delivery_address",)

    assert shop.rule("LP-033", Notice).shows == ("the contract that each use rests on",)
    assert shop.ask(HOLDER, "deliver_order", data=address) == deny(*no_party("LP-049"))
    assert shop.ask(ADA, "deliver_order", data=address) == permit(
        *on_contract("LP-049"), data=address
    )


@pytest.mark.clause("LP-034")
def test_a_yes_is_for_one_purpose(shop: Shop) -> None:
    said = (*HOLDER, *NEWS)

    assert shop.ask(said, "newsletter") == permit(
        *on_consent("LP-034", "LP-034"),
        data=("name", "email", "marketing_preferences"),
    )
    assert shop.ask(said, "remember_card") == deny("basis.consent_not_given LP-053")
    assert shop.ask(HOLDER, "newsletter") == deny(
        "basis.consent_not_given LP-034", "channel.no_soft_opt_in LP-034"
    )


@pytest.mark.clause("LP-034")
def test_a_yes_to_no_published_wording_counts_for_nothing(shop: Shop) -> None:
    ticked_for_them = agreed("email_marketing", "2026-05-01", wording="all-in-one", channel="email")

    assert as_dict(shop.rules["consent", "email_marketing"].asked)["ticked"] is False
    assert shop.ask((*HOLDER, *ticked_for_them), "newsletter") == deny(
        "basis.consent_not_given LP-034", "channel.no_soft_opt_in LP-034"
    )


@pytest.mark.clause("LP-035")
def test_each_legitimate_interest_is_named_and_weighed(shop: Shop) -> None:
    variants = [v for variants in shop.policy.activities.values() for v in variants]
    resting = [v for v in variants if v.basis == "legitimate_interest"]
    own = [v.assessment for v in resting if not v.extends or "assessment" in dict(v.places)]

    assert shop.rule("LP-035", Notice).shows == ("the interest of each use", "its assessment")
    assert [v.name for v in resting if not (v.interest and v.assessment)] == []
    assert len(set(own)) == len(own)


@pytest.mark.clause("LP-036")
def test_each_duty_names_its_law_in_both_laws(shop: Shop) -> None:
    variants = [v for variants in shop.policy.activities.values() for v in variants]
    duties = {v.name: set(as_dict(v.law)) for v in variants if v.basis == "legal_obligation"}

    assert list(duties) == [
        "decide_lending",
        "report_suspected_crime",
        "keep_books",
        "ask_credit_agencies",
        "assess_creditworthiness",
    ]
    assert set(map(frozenset, duties.values())) == {frozenset({"uk", "eu"})}


@pytest.mark.clause("LP-036")
def test_a_suspicion_that_the_law_wants_reported_passes_what_was_opted_out_of(shop: Shop) -> None:
    objects = (*ADA, *objected("", "2026-05-25"))
    asked = {"activity": "report_suspected_crime", "recipient": "law_enforcement"}

    assert shop.ask(objects, **asked, occasion="R-1") == permit(
        "permitted.legal_obligation LP-036", data=REPORTED
    )
    assert shop.ask(ADA, **asked) == deny("declared.occasion LP-036")
    assert shop.ask(ADA, "report_suspected_crime", recipient="ad_network", occasion="R-1") == deny(
        "declared.recipient LP-036"
    )


@pytest.mark.clause("LP-036")
def test_a_duty_does_not_pass_a_request_to_stop(shop: Shop) -> None:
    stops = (*ADA, *restricted("2026-05-25"))

    assert shop.ask(stops, "report_suspected_crime", occasion="R-1", data=("name",)) == deny(
        "restricted LP-036", withheld=("name",)
    )


@pytest.mark.clause("LP-032")
def test_of_whom_nothing_is_known_nothing_is_used(shop: Shop) -> None:
    answers = shop.unmet("GB")

    assert [name for name, answer in answers.items() if answer.outcome == "permit"] == []
    assert shop.ask(VISITOR, "keep_bag").outcome == "permit"
