"""Persons who never shopped: influencers and professionals of fashion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Capture, Controller, Datum, Notice, as_dict
from tests.acceptance.netaporter.persons import EVA, MIA, NEWS, PAUL, PRESS
from tests.acceptance.retailers import deny, gave_address, lives, objected, permit, told, took

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

PUBLIC = ("name", "username", "social_posts", "social_metrics", "social_bio")
ADDED = (
    "phone",
    "email",
    "postal_address",
    "industry_category",
    "territory",
    "age",
    "gender",
    "favourite_products",
)
LISTED = ("name", "job_role", "job_title", "email")


# Influencers


@pytest.mark.clause("NP-027")
def test_an_influencer_is_known_by_public_posts_and_is_no_customer(shop: Shop) -> None:
    (rule,) = shop.policy.activities["understand_influencers"]

    assert as_dict(rule.output) == {
        "form": "report",
        "of": ("reach", "engagement"),
        "per": "post",
    }
    assert shop.ask(MIA, "understand_influencers") == permit(
        "permitted.legitimate_interest NP-027", data=PUBLIC
    )
    assert shop.ask(EVA, "understand_influencers") == deny("role.not_concerned NP-027")
    assert shop.ask((*MIA, *NEWS), "marketing_email") == deny(
        "role.not_concerned NP-013",
        "role.confined NP-027",
        "role.confined NP-027",
        withheld=("name", "email"),
    )


@pytest.mark.clause("NP-027")
def test_the_press_office_reads_what_is_held_of_an_influencer(shop: Shop) -> None:
    assert shop.ask(MIA, "keep_influencer_file", actor="press_office") == permit(
        "permitted.legitimate_interest NP-029", data=ADDED
    )
    assert shop.ask(MIA, "understand_influencers", actor="supervisor", data=PUBLIC[2:3]) == deny(
        "access.data NP-002", withheld=("social_posts",)
    )


@pytest.mark.clause("NP-027", "NP-028")
def test_an_influencer_may_object(shop: Shop) -> None:
    objects = (*MIA, *objected("influencer_insight", "2026-05-30"))

    assert shop.ask(objects, "understand_influencers") == deny(
        "objection.legitimate_interest NP-027"
    )


@pytest.mark.clause("NP-028")
def test_what_is_public_is_noted_with_its_address_and_serves_one_purpose(shop: Shop) -> None:
    imported = (
        *lives("FR"),
        *told(Kind.HAPPENED, "2026-03-01", "profile.imported"),
        *took(PUBLIC, "2026-03-01", by="public_profiles"),
    )
    form = shop.rules["capture", "public_profiles"]

    assert (form.source, form.takes, form.notes) == (
        "public_social_media",
        PUBLIC,
        ("url", "date"),
    )
    assert shop.ask(imported, "understand_influencers") == permit(
        "permitted.legitimate_interest NP-027", data=PUBLIC
    )
    assert shop.ask(imported, "keep_press_list", data=("name",)) == deny(
        "role.not_concerned NP-031", "purpose.not_shown NP-028", withheld=("name",)
    )


@pytest.mark.clause("NP-028")
@pytest.mark.parametrize("channel", ["email", "social_media"])
def test_who_is_followed_is_told_of_it_by_law(shop: Shop, channel: str) -> None:
    notice = shop.rule("NP-028", Notice)

    assert (
        notice.when == "within one month of the import, and at the first message if that is sooner"
    )
    assert {"source", "categories", "purposes", "how to object"} <= set(notice.shows)
    assert shop.ask(MIA, "tell_whom_we_follow", channel=channel) == permit(
        "permitted.legal_obligation NP-028", data=("name", "email", "username")
    )


@pytest.mark.clause("NP-028")
def test_a_profile_is_gone_a_year_after_its_last_import(shop: Shop) -> None:
    again = (*MIA, *told(Kind.HAPPENED, "2027-01-15", "profile.imported"))

    def held(about: Any, at: str) -> Any:
        return shop.ask(about, "understand_influencers", data=("name", "social_posts"), at=at)

    kept = permit("permitted.legitimate_interest NP-027", data=("name", "social_posts"))
    assert held(MIA, "2027-02-28") == kept
    assert held(MIA, "2027-03-02") == deny(
        "retention.ended NP-103", "retention.ended NP-028", withheld=("name", "social_posts")
    )
    assert held(again, "2027-03-02") == kept


@pytest.mark.clause("NP-029")
def test_what_staff_add_has_an_author_and_a_reason_and_comes_from_a_closed_list(
    shop: Shop,
) -> None:
    form = shop.rules["capture", "staff_additions"]
    added = (*MIA, *took(("territory",), "2026-04-01", by="staff_additions"))

    assert (form.source, form.takes, form.notes) == (
        "controller_added",
        ADDED,
        ("author", "date", "reason"),
    )
    assert shop.ask(added, "keep_influencer_file") == permit(
        "permitted.legitimate_interest NP-029", data=ADDED
    )
    assert shop.ask(added, "keep_influencer_file", data=("volunteered_other",)) == deny(
        "declared.data NP-029", withheld=("volunteered_other",)
    )


@pytest.mark.clause("NP-029")
def test_what_staff_added_serves_no_marketing(shop: Shop) -> None:
    added = (*EVA, *took(("email",), "2026-04-01", by="staff_additions"))
    buys = (*added, *gave_address("email", "2026-05-20"))

    assert shop.ask(buys, "marketing_to_buyers") == deny(
        "purpose.not_shown NP-029", withheld=("email",)
    )


@pytest.mark.clause("NP-027", "NP-028", "NP-029")
def test_each_value_keeps_where_it_came_from(shop: Shop) -> None:
    role = shop.rules["role", "influencer"]

    assert role.field_sources
    assert as_dict(role.sources) == {"public_social_media": PUBLIC, "controller_added": ADDED}


@pytest.mark.clause("NP-030")
def test_one_company_answers_for_every_row(shop: Shop) -> None:
    (rule,) = shop.policy.rules(Controller)

    assert (rule.name, rule.country, rule.clause, bool(rule.address), bool(rule.email)) == (
        "NET A PORTER Group Ltd",
        "GB",
        "NP-030",
        True,
        True,
    )
    assert dict(rule.published or ()) == dict.fromkeys(
        ("address", "country", "email", "post", "officer", "representative")
    )
    assert list(as_dict(rule.representative)) == ["EEA"]


# Professionals


@pytest.mark.clause("NP-031", "NP-034")
def test_a_professional_stands_on_a_list_apart(shop: Shop) -> None:
    assert shop.ask(PAUL, "keep_press_list") == permit(
        "permitted.legitimate_interest NP-031", data=LISTED
    )
    assert shop.ask(EVA, "keep_press_list") == deny("role.not_concerned NP-031")
    assert shop.ask(PAUL, "manage_relationship", data=("name",)) == deny(
        "role.not_concerned NP-012",
        "purpose.not_shown NP-034",
        "role.confined NP-031",
        withheld=("name",),
    )


@pytest.mark.clause("NP-031")
def test_who_is_also_a_customer_is_not_sold_to_by_the_press_list(shop: Shop) -> None:
    also = (*PAUL, *told(Kind.HAPPENED, "2026-05-20", "order.placed"))
    buys = (*also, *gave_address("email", "2026-05-20"))
    gives = (*buys, *took(("name", "email"), "2026-05-20", by="checkout"))

    assert shop.ask(buys, "marketing_to_buyers") == deny(
        *["purpose.not_shown NP-034"] * 2,
        *["role.confined NP-031"] * 2,
        withheld=("name", "email"),
    )
    assert shop.ask(gives, "marketing_to_buyers").outcome == "permit"
    assert shop.ask(also, "keep_press_list").outcome == "permit"


@pytest.mark.clause("NP-031")
def test_a_professional_who_is_not_entered_anew_leaves_the_list(shop: Shop) -> None:
    assert shop.ask(PAUL, "keep_press_list", at="2029-02-28").outcome == "permit"
    assert shop.ask(PAUL, "keep_press_list", at="2029-03-02") == deny(
        "retention.ended NP-103", "retention.ended NP-031", withheld=LISTED
    )


@pytest.mark.clause("NP-032", "NP-033")
@pytest.mark.parametrize(
    ("activity", "clause"), [("send_press_news", "NP-032"), ("invite_professionals", "NP-033")]
)
def test_news_and_invitations_go_to_professionals_who_said_yes(
    shop: Shop, activity: str, clause: str
) -> None:
    objects = objected("direct_marketing", "2026-05-30")

    assert shop.ask((*PAUL, *PRESS), activity) == permit(
        f"permitted.legitimate_interest {clause}", "permitted.consent_given NP-032", data=LISTED
    )
    assert shop.ask(PAUL, activity) == deny(f"channel.no_soft_opt_in {clause}")
    assert shop.ask((*PAUL, *PRESS, *objects), activity) == deny(
        f"objection.direct_marketing {clause}"
    )
    assert shop.ask((*EVA, *NEWS), activity) == deny(
        f"role.not_concerned {clause}", f"channel.no_soft_opt_in {clause}"
    )


@pytest.mark.clause("NP-034")
def test_of_a_professional_four_data_are_held(shop: Shop) -> None:
    form = shop.rule("NP-034", Capture)
    datum = shop.rule("NP-034", Datum)

    assert (form.takes, datum.what) == (LISTED, ("job_role", "job_title"))
    assert shop.ask(PAUL, "keep_press_list", data=("birthday",)) == deny(
        "declared.data NP-031", withheld=("birthday",)
    )
