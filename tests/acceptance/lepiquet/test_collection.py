"""What is collected, from whom, and what it may then serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Capture, Cookie, Datum
from tests.acceptance.lepiquet.persons import ADA, ADVERTISING, EXPERIENCE, HOLDER, VISITOR
from tests.acceptance.retailers import (
    deny,
    happened,
    lives,
    on_contract,
    opened,
    permit,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

SUPPLIED = ("partner_supplied_data", "demographics")
MADE_HERE = [
    "billing_records",
    "customer_id",
    "limited_profile",
    "segment_aggregates",
    "transaction_records",
]
BAG = ("cookie_data", "bag_contents")
TRACKED = ("page_interactions", "email_engagement", "ad_interactions")


@pytest.mark.clause("LP-041")
def test_what_the_person_gives_is_known_to_come_from_them(shop: Shop) -> None:
    (rule,) = shop.clause("LP-041")

    assert (rule.source, "name" in rule.what, "password" in rule.what) == (
        "data_subject",
        True,
        True,
    )


@pytest.mark.clause("LP-041", "LP-042", "LP-044", "LP-045", "LP-065")
def test_every_datum_that_is_used_has_a_source(shop: Shop) -> None:
    sources = {what: rule.source for rule in shop.policy.rules(Datum) for what in rule.what}
    taken = {what for form in shop.policy.rules(Capture) for what in form.takes}
    variants = [v for variants in shop.policy.activities.values() for v in variants]
    used = {datum for v in variants for datum in (*v.uses, *v.uses_also)}

    assert sorted(used - set(sources) - taken) == MADE_HERE
    assert {sources[d] for d in ("cookie_data", "device_info", "ad_interactions")} == {"device"}
    assert sources["cctv_footage"] == "sensor"
    assert {sources[d] for d in SUPPLIED} == {"third_party"}
    assert sources["credit_history"] == "credit_reference_agency"


@pytest.mark.clause("LP-042")
def test_only_the_bag_does_without_a_yes(shop: Shop) -> None:
    kinds = {c.name: (c.basis, c.activities) for c in shop.policy.rules(Cookie)}

    assert kinds == {
        "shop": ("exempt", ("keep_bag",)),
        "experience": ("consent", ("track_interactions", "fitting_offers", "own_settings")),
        "advertising": ("consent", ("advertise_elsewhere", "custom_audiences")),
    }
    assert shop.ask(VISITOR, "keep_bag") == permit("permitted.legitimate_interest LP-042", data=BAG)
    assert shop.ask(VISITOR, "track_interactions") == deny("device.no_consent LP-042")


@pytest.mark.clause("LP-042")
@pytest.mark.parametrize("route", ["cookie_banner", "cookie_policy_page", "browser_settings"])
def test_a_cookie_choice_is_taken_back_at_once(shop: Shop, route: str) -> None:
    back = (*VISITOR, *EXPERIENCE, *withdrew("experience", "2026-05-31 10:00", route=route))

    assert shop.ask(back, "track_interactions", at="2026-05-31 09:59") == permit(
        "permitted.legitimate_interest LP-072", data=TRACKED
    )
    assert shop.ask(back, "track_interactions", at="2026-05-31 10:00") == deny(
        "device.no_consent LP-042"
    )


@pytest.mark.clause("LP-042")
def test_one_kind_of_cookie_is_no_yes_to_another(shop: Shop) -> None:
    assert shop.ask((*VISITOR, *ADVERTISING), "track_interactions") == deny(
        "device.no_consent LP-042"
    )


@pytest.mark.clause("LP-042")
def test_what_a_cookie_recorded_goes_thirteen_months_after_the_visit(shop: Shop) -> None:
    came = (*lives("GB"), *happened("visit.made", "2024-05-01"), *opened("account", "2024-05-01"))

    assert shop.ask(came, "keep_bag", at="2025-05-31") == permit(
        "permitted.legitimate_interest LP-042", data=BAG
    )
    assert shop.ask(came, "keep_bag", at="2025-06-02") == deny(
        "retention.ended LP-042", withheld=("cookie_data",)
    )


@pytest.mark.clause("LP-043")
def test_each_conversation_leaves_a_record(shop: Shop) -> None:
    form = shop.rule("LP-043", Capture)

    assert (form.at, form.channels, form.takes) == (("customer_care",), ("phone",), ("call_log",))


@pytest.mark.clause("LP-044")
def test_footage_serves_the_research_of_the_stores_alone(shop: Shop) -> None:
    filmed = (
        *lives("GB"),
        *happened("store.entered", "2026-05-20"),
        *took(("cctv_footage",), "2026-05-20", by="store_cameras"),
    )

    assert shop.using("cctv_footage") == ["plan_stores"]
    assert shop.ask(filmed, "plan_stores") == permit(
        "permitted.legitimate_interest LP-074", data=("cctv_footage",)
    )
    assert shop.ask(ADA, "check_for_crime", data=("cctv_footage",)) == deny(
        "declared.data LP-019", withheld=("cctv_footage",)
    )


@pytest.mark.clause("LP-044")
def test_a_face_taken_by_a_camera_serves_no_order(shop: Shop) -> None:
    filmed = (*ADA, *took(("name",), "2026-05-25", by="store_cameras"))

    assert shop.ask(filmed, "fulfil_order", data=("name",)) == deny(
        "purpose.not_shown LP-044", withheld=("name",)
    )


@pytest.mark.clause("LP-044")
def test_footage_goes_after_thirty_days(shop: Shop) -> None:
    filmed = (
        *lives("GB"),
        *happened("store.entered", "2026-05-01"),
        *happened("footage.recorded", "2026-05-01"),
    )

    assert shop.ask(filmed, "plan_stores", at="2026-05-31 11:59") == permit(
        "permitted.legitimate_interest LP-074", data=("cctv_footage",)
    )
    assert shop.ask(filmed, "plan_stores", at="2026-05-31 12:00") == deny(
        "retention.ended LP-044", withheld=("cctv_footage",)
    )


@pytest.mark.clause("LP-045")
def test_data_from_others_serve_once_the_person_was_told(shop: Shop) -> None:
    told_of = (*HOLDER, *took(SUPPLIED, "2026-05-25", "source:third_party", "notice"))
    silent = (*HOLDER, *took(SUPPLIED, "2026-05-25", "source:third_party"))
    data = ("partner_supplied_data",)

    assert shop.ask(told_of, "complete_account_data") == permit(
        "permitted.legitimate_interest LP-045", data=data
    )
    assert shop.ask(silent, "complete_account_data") == deny(
        "purpose.unproven_source LP-045", withheld=data
    )


@pytest.mark.clause("LP-045")
def test_a_feed_of_others_serves_what_is_named_and_no_delivery(shop: Shop) -> None:
    fed = took(
        ("delivery_address", "partner_supplied_data"),
        "2026-05-25",
        "source:third_party",
        "notice",
        by="supplier_feed",
    )
    address = ("delivery_address",)

    assert shop.ask((*ADA, *fed), "deliver_order", data=address) == deny(
        "purpose.not_shown LP-045", withheld=address
    )
    assert shop.ask((*ADA, *fed), "complete_account_data").outcome == "permit"
    given = took(address, "2026-05-26", by="checkout")
    assert shop.ask((*ADA, *fed, *given), "deliver_order", data=address) == permit(
        *on_contract("LP-049"), data=address
    )


@pytest.mark.clause("LP-045")
def test_data_from_others_end_with_the_account(shop: Shop) -> None:
    left = (*HOLDER, *told(Kind.RELATION_CLOSED, "2026-05-30", "account", thing="A-1"))

    assert shop.ask(left, "complete_account_data") == deny("situation.closed LP-045")


@pytest.mark.clause("LP-042")
def test_a_setting_of_the_browser_is_no_yes(shop: Shop) -> None:
    allows = told(Kind.CONSENT_GIVEN, "2026-05-31", "experience", route="browser_settings")

    assert shop.ask((*VISITOR, *allows), "track_interactions") == deny("device.no_consent LP-042")
