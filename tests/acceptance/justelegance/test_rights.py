"""Rights: how each is asked for, what it covers, and what of it decides already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import SAID, Access, Notice, Right, as_dict
from tests.acceptance.justelegance.persons import GUEST, HOLDER, PRIYA, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    erased,
    gave_address,
    no_party,
    objected,
    on_consent,
    on_contract,
    permit,
    restricted,
    told,
    took,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

NEWS = ("name", "email", "marketing_preferences")
READS_NEWS = agreed("email_marketing", "2026-05-01", wording="news-2", channel="email")
NEWSLETTER = permit(*on_consent("JE-030", "JE-030"), data=NEWS)


def ways(shop: Shop, name: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return by which clause and which way a right is asked for."""
    rules = [rule for rule in shop.policy.rules(Right) if rule.name == name]
    return [(rule.clause, rule.by) for rule in rules if rule.by]


# Asking


@pytest.mark.clause("JE-065")
def test_any_right_is_asked_for_by_email(shop: Shop) -> None:
    asked = {rule.name for rule in shop.policy.rules(Right)}

    assert shop.rule("JE-065", Right) == Right(
        name="any", by=("email",), clause="JE-065", provenance=SAID
    )
    assert asked == {
        "any",
        "access",
        "rectification",
        "erasure",
        "restriction",
        "portability",
        "objection",
        "withdraw_consent",
        "complaint",
        "marketing_opt_out",
    }


@pytest.mark.clause("JE-065")
def test_only_the_privacy_team_sees_all_that_is_held(shop: Shop) -> None:
    everything = [rule.role for rule in shop.policy.rules(Access) if "all_held" in rule.sees]
    secret = ("login_details",)

    assert everything == ["privacy"]
    assert shop.ask(HOLDER, "run_account", actor="privacy", data=secret) == permit(
        *on_contract("JE-029"), data=secret
    )
    assert shop.ask(HOLDER, "run_account", actor="marketing", data=secret) == deny(
        "access.data JE-081", withheld=secret
    )


@pytest.mark.clause("JE-066")
def test_the_answer_says_which_rights_apply_to_each_datum(shop: Shop) -> None:
    told_of = shop.rule("JE-066", Notice, "rights_by_route")

    assert told_of.shows == ("which rights apply to each datum, by its source and legal basis",)
    assert told_of.at == ("privacy centre", "each answer")


@pytest.mark.clause("JE-066")
def test_what_the_person_gave_is_taken_away_as_json_or_csv(shop: Shop) -> None:
    rule = shop.rule("JE-066", Right, "portability")

    assert (rule.by, rule.format, rule.direct_transfer) == (
        ("email",),
        ("json", "csv"),
        "where_feasible",
    )
    assert as_dict(rule.covers) == {
        "provided_by": "data_subject",
        "basis": ("consent", "contract"),
    }


@pytest.mark.clause("JE-066")
def test_an_objection_stops_what_rests_on_interest_and_not_the_contract(shop: Shop) -> None:
    objects = (
        *PRIYA,
        *gave_address("email", "2026-05-20"),
        *objected("direct_marketing", "2026-05-25"),
        *objected("", "2026-05-25", activity="monitor_site"),
    )
    rule = shop.rule("JE-066", Right, "objection")

    assert (rule.by, rule.at_any_time) == (("email", "account_settings"), True)
    assert shop.ask(objects, "offers_to_buyers", channel="email") == deny(
        "objection.direct_marketing JE-031"
    )
    assert shop.ask(objects, "monitor_site") == deny("objection.legitimate_interest JE-036")
    assert shop.ask(objects, "ship_order").outcome == "permit"


@pytest.mark.clause("JE-066")
def test_what_is_restricted_is_left_alone_but_for_claims(shop: Shop) -> None:
    restricts = (*PRIYA, *restricted("2026-05-25", "name"))
    lifted = told(Kind.RESTRICTION_LIFTED, "2026-05-28", about=restricts[-1].id)
    named = ("name",)

    assert shop.rule("JE-066", Right, "restriction").by == ("email",)
    assert shop.ask(restricts, "ship_order", data=named) == deny(
        "restricted JE-022", withheld=named
    )
    assert shop.ask(restricts, "legal_claims", data=named) == permit(
        "permitted.legitimate_interest JE-064", data=named
    )
    assert shop.ask((*restricts, *lifted), "ship_order", data=named) == permit(
        *on_contract("JE-022"), data=named
    )


@pytest.mark.clause("JE-066")
def test_a_guardian_agrees_for_who_is_younger_than_the_country_says(shop: Shop) -> None:
    reads = (*HOLDER, *READS_NEWS)
    guarded = (*reads, *told(Kind.GUARDIAN_AGREED, "2026-05-01"))

    # Thirteen years in Britain: the second of them turns thirteen at midnight.
    assert shop.ask(reads, "newsletter", born="2013-06-02") == deny("age.consent JE-030")
    assert shop.ask(guarded, "newsletter", born="2013-06-02") == NEWSLETTER
    assert shop.ask(reads, "newsletter", born="2013-06-01") == NEWSLETTER


@pytest.mark.clause("JE-066")
def test_the_age_is_that_of_the_person_s_country(shop: Shop) -> None:
    reads = (*HOLDER, *READS_NEWS)
    moved = (*reads, *told(Kind.LOCATED, "2026-05-01", region="DE"))

    assert shop.ask(reads, "newsletter", born="2011-01-01") == NEWSLETTER
    assert shop.ask(moved, "newsletter", born="2011-01-01") == deny("age.consent JE-030")


@pytest.mark.clause("JE-068")
def test_access_is_free_and_may_be_asked_for_at_any_time(shop: Shop) -> None:
    rule = shop.rule("JE-068", Right)

    assert (rule.name, rule.by, rule.fee, rule.at_any_time) == (
        "access",
        ("email",),
        "none",
        True,
    )
    assert [r.clause for r in shop.policy.rules(Right) if r.name == "access"] == ["JE-068"]


# Correcting


@pytest.mark.clause("JE-069", "JE-070")
def test_data_are_corrected_in_the_account_or_by_email(shop: Shop) -> None:
    assert ways(shop, "rectification") == [
        ("JE-069", ("account_settings",)),
        ("JE-070", ("email",)),
    ]


@pytest.mark.clause("JE-069")
def test_what_account_settings_show_is_what_the_account_uses(shop: Shop) -> None:
    editable = ("name", "email", "phone", "postal_address", "date_of_birth")

    assert shop.ask(HOLDER, "run_account", data=editable) == permit(
        *on_contract("JE-029"), data=editable
    )
    assert shop.ask(GUEST, "run_account", data=editable) == deny(
        *no_party("JE-029"), "situation.closed JE-029"
    )


@pytest.mark.clause("JE-070")
def test_no_account_is_needed_to_be_corrected(shop: Shop) -> None:
    assert shop.rule("JE-070", Right).account == "not_needed"
    assert shop.rule("JE-069", Right).account == ""
    assert shop.ask(GUEST, "customer_care", channel="email", data=("name",)) == permit(
        "permitted.legitimate_interest JE-017", data=("name",)
    )


# Erasing


@pytest.mark.clause("JE-071")
def test_what_an_erasure_took_is_used_by_nobody(shop: Shop) -> None:
    gone = (*PRIYA, *erased(("all_held",), "2026-05-28"))
    asked = ("name", "delivery_address")

    assert ways(shop, "erasure") == [("JE-071", ("email",))]
    assert shop.ask(gone, "ship_order") == deny("erased JE-022", "erased JE-022", withheld=asked)
    assert shop.ask(gone, "legal_claims", data=("name",)) == deny(
        "erased JE-064", withheld=("name",)
    )


@pytest.mark.clause("JE-071")
def test_what_an_erasure_kept_serves_its_reason_alone(shop: Shop) -> None:
    kept = (*PRIYA, *erased(("all_held",), "2026-05-28", "kept:name:claims:"))

    assert as_dict(shop.rule("JE-071", Right).kept) == {"lock": "its_ground"}
    assert shop.ask(kept, "legal_claims", data=("name",)) == permit(
        "permitted.legitimate_interest JE-064", data=("name",)
    )
    assert shop.ask(kept, "ship_order", data=("name",)) == deny(
        "lock.kept_after_erasure JE-022", withheld=("name",)
    )


@pytest.mark.clause("JE-071")
def test_data_given_after_an_erasure_start_anew(shop: Shop) -> None:
    gone = (*PRIYA, *erased(("all_held",), "2026-05-28"))
    anew = (*gone, *took(("name", "delivery_address"), "2026-05-29", by="checkout"))

    assert shop.rule("JE-071", Right).new_data == "start_anew"
    assert shop.ask(anew, "ship_order") == permit(
        *on_contract("JE-022"),
        data=("name", "delivery_address"),
    )


@pytest.mark.clause("JE-072", "JE-073")
@pytest.mark.parametrize(("clause", "relation"), [("JE-072", "order"), ("JE-073", "complaint")])
def test_an_erasure_waits_for_what_is_open_and_only_for_that(
    shop: Shop, clause: str, relation: str
) -> None:
    rule = shop.rule(clause, Right)

    assert (rule.name, [str(period) for period in rule.waits_while]) == (
        "erasure",
        [f"while {relation} is open"],
    )


@pytest.mark.clause("JE-074")
def test_the_answer_to_an_erasure_tells_why_something_stays(shop: Shop) -> None:
    assert shop.rule("JE-074", Right) == Right(
        name="erasure", tells=("reason",), clause="JE-074", provenance=SAID
    )


# Taking a consent back


@pytest.mark.clause("JE-075")
def test_each_yes_is_taken_back_by_itself_and_at_once(shop: Shop) -> None:
    said = (*HOLDER, *READS_NEWS, *agreed("experience", "2026-05-01"))
    back = (*said, *withdrew("email_marketing", "2026-05-25 10:00", channel="email"))

    assert shop.rule("JE-075", Right).at_any_time is True
    assert shop.ask(back, "newsletter", at="2026-05-25 09:59") == NEWSLETTER
    assert shop.ask(back, "newsletter", at="2026-05-25 10:00").outcome == "deny"
    assert shop.ask(back, "newsletter", at="2026-05-25 10:00").because[0] == (
        "basis.consent_refused JE-030"
    )
    assert shop.ask(back, "tailor_site").outcome == "permit"


@pytest.mark.clause("JE-075")
def test_every_consent_can_be_withdrawn_in_some_way(shop: Shop) -> None:
    asked = {name: bool(c.withdrawn_by) for name, c in shop.policy.consents.items()}

    assert asked == {
        "email_marketing": True,
        "personalised_email": True,
        "quotation": True,
        "social_media_marketing": True,
        "experience": True,
        "analysis": True,
        "shop": False,
    }


@pytest.mark.clause("JE-076")
def test_an_email_takes_back_each_yes_to_messages(shop: Shop) -> None:
    by_email = [n for n, c in shop.policy.consents.items() if "email" in c.withdrawn_by]
    back = (*HOLDER, *READS_NEWS, *withdrew("email_marketing", "2026-05-25", route="email"))

    assert shop.rule("JE-076", Right).by == ("email",)
    assert by_email == [
        "email_marketing",
        "personalised_email",
        "quotation",
        "social_media_marketing",
    ]
    assert shop.ask(back, "newsletter").because[0] == "basis.consent_refused JE-030"


@pytest.mark.clause("JE-077")
@pytest.mark.parametrize("cookie", ["experience", "analysis"])
def test_a_browser_that_says_no_switches_the_optional_cookies_off(shop: Shop, cookie: str) -> None:
    activity = {"experience": "tailor_site", "analysis": "analyse_site"}[cookie]
    clause = shop.rules["cookie", cookie].clause
    allows = (*VISITOR, *agreed(cookie, "2026-05-30"))
    signals = told(Kind.CONSENT_REFUSED, "2026-05-31", cookie, route="browser_settings")

    assert shop.ask(allows, activity).outcome == "permit"
    assert shop.ask((*allows, *signals), activity) == deny(
        f"basis.consent_refused {clause}", f"device.no_consent {clause}"
    )


@pytest.mark.clause("JE-077")
def test_a_browser_that_says_no_leaves_the_bag_where_it_is(shop: Shop) -> None:
    signals = told(Kind.CONSENT_REFUSED, "2026-05-31", "analysis", route="browser_settings")
    rule = shop.rule("JE-077", Right)

    assert (rule.by, rule.provenance.word) == (("browser_settings",), "narrowed")
    assert shop.ask((*VISITOR, *signals), "keep_bag").outcome == "permit"


@pytest.mark.clause("JE-077")
def test_a_setting_of_the_browser_is_no_yes(shop: Shop) -> None:
    allows = told(Kind.CONSENT_GIVEN, "2026-05-31", "analysis", route="browser_settings")

    assert shop.ask((*VISITOR, *allows), "analyse_site") == deny(
        "basis.consent_not_given JE-085", "device.no_consent JE-085"
    )
