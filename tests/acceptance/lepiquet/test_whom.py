"""Whom the policy is for: on the websites, in the stores, and by any other way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from tests.acceptance.lepiquet.persons import ADA, BO, HOLDER, REACH, STORE_ONLY, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    happened,
    lives,
    no_party,
    on_consent,
    on_contract,
    permit,
    restricted,
    told,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

NEWS = agreed("email_marketing", "2026-05-31", wording="news-1", channel="email")


@pytest.mark.clause("LP-000")
def test_each_country_has_its_own_law_and_the_rest_has_the_british(shop: Shop) -> None:
    places = {c: shop.policy.place_of(c) for c in ("GB", "FR", "DE", "AT", "IE", "US")}

    assert {c: place.pack if place else None for c, place in places.items()} == {
        "GB": "uk",
        "FR": "fr",
        "DE": "de",
        "AT": "at",
        "IE": "eu",
        "US": "uk",
    }


@pytest.mark.clause("LP-000")
def test_only_the_privacy_team_sees_everything(shop: Shop) -> None:
    asked: dict[str, Any] = {"activity": "handle_requests", "data": ("email", "correspondence")}

    assert shop.ask(BO, **asked, actor="privacy") == permit(
        "permitted.legitimate_interest LP-062", data=("email", "correspondence")
    )
    assert shop.ask(BO, **asked, actor="marketing") == deny(
        "access.data LP-076", withheld=("correspondence",)
    )
    assert shop.ask(BO, **asked, actor="warehouse") == deny("access.role LP-062")


@pytest.mark.clause("LP-002")
def test_who_looks_orders_or_has_an_account_is_met_as_such(shop: Shop) -> None:
    assert shop.ask(VISITOR, "improve_shopping") == permit(
        "permitted.legitimate_interest LP-071", data=("purchase_history",)
    )
    assert shop.ask(VISITOR, "run_account", data=("email",)) == deny(
        *no_party("LP-054"), "situation.closed LP-054"
    )
    assert shop.ask(HOLDER, "run_account", data=("email",)) == permit(
        *on_contract("LP-054"), data=("email",)
    )
    assert shop.ask(ADA, "fulfil_order", data=("email",)) == permit(
        *on_contract("LP-046"), data=("email",)
    )


@pytest.mark.clause("LP-003")
def test_who_bought_in_a_store_is_under_the_same_rules(shop: Shop) -> None:
    assert shop.ask(STORE_ONLY, "store_sale") == permit(
        *on_contract("LP-023"), data=("name", "order_details", "purchase_history")
    )
    assert shop.ask(STORE_ONLY, "fulfil_order") == deny("basis.no_contract LP-046")
    assert shop.ask(STORE_ONLY, "store_sale", data=("demographics",)) == deny(
        "declared.data LP-023", withheld=("demographics",)
    )


@pytest.mark.clause("LP-003")
def test_who_only_walks_in_is_known_to_the_cameras_alone(shop: Shop) -> None:
    walks_in = (*lives("GB"), *happened("store.entered", "2026-05-30"))

    assert shop.ask(walks_in, "plan_stores") == permit(
        "permitted.legitimate_interest LP-074", data=("cctv_footage",)
    )
    assert shop.ask(walks_in, "customer_service", data=("name",)) == deny(
        "role.not_concerned LP-058", "retention.ended LP-037", withheld=("name",)
    )


@pytest.mark.clause("LP-004")
def test_who_asks_and_never_bought_is_answered(shop: Shop) -> None:
    assert shop.ask(BO, "answer_enquiries") == permit(
        "permitted.legitimate_interest LP-004", data=("name", "email", "enquiry_details")
    )
    assert shop.ask(BO, "answer_enquiries", channel="phone") == deny("declared.channel LP-004")
    assert shop.ask(BO, "deliver_order") == deny(*no_party("LP-049"))


@pytest.mark.clause("LP-004")
def test_who_only_got_advertising_may_be_asked_for_a_yes_and_no_more(shop: Shop) -> None:
    met = (*lives("GB"), *happened("advertising.sent", "2026-05-30"))

    assert shop.ask((*met, *NEWS), "newsletter", data=("email",)) == permit(
        *on_consent("LP-034", "LP-034"), data=("email",)
    )
    assert shop.ask((*met, *NEWS), "find_prospects") == deny("role.not_concerned LP-081")
    assert shop.ask(met, "newsletter", data=("email",)) == deny(
        "basis.consent_not_given LP-034",
        "channel.no_soft_opt_in LP-034",
        "retention.ended LP-037",
        withheld=("email",),
    )


@pytest.mark.clause("LP-004")
def test_who_writes_on_social_media_is_answered_there(shop: Shop) -> None:
    message = told(Kind.HAPPENED, "2026-05-30", "social_message.received", marks=("contact",))
    writes = (*lives("GB"), *message)

    assert shop.ask(writes, "answer_on_social_media") == permit(
        "permitted.legitimate_interest LP-061", data=("username", "correspondence")
    )
    assert shop.ask(writes, "run_account", data=REACH) == deny(
        *no_party("LP-054"), "situation.closed LP-054"
    )


@pytest.mark.clause("LP-004", "LP-011")
def test_who_never_bought_may_ask_us_to_stop_all_the_same(shop: Shop) -> None:
    stops = (*BO, *restricted("2026-05-28"))
    data = ("name", "email", "enquiry_details")

    assert shop.ask(stops, "answer_enquiries") == deny(
        "restricted LP-004", "restricted LP-004", "restricted LP-004", withheld=data
    )
