"""Visits, devices and cookies: what is read, for what, and with whose yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Cookie, Datum, Notice, Right, Security
from tests.acceptance.justelegance.persons import HOLDER, PRIYA, VISITOR
from tests.acceptance.retailers import (
    agreed,
    deny,
    happened,
    lives,
    objected,
    on_consent,
    opened,
    permit,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

ALLOWS_EXPERIENCE = (*VISITOR, *agreed("experience", "2026-05-30"))
ALLOWS_ANALYSIS = (*VISITOR, *agreed("analysis", "2026-05-30"))
EXPERIENCE = permit(
    *on_consent("JE-047", "JE-049"),
    data=("device_info", "cookie_data"),
)
ANALYSIS = permit(
    *on_consent("JE-053", "JE-085"),
    data=("browsing_history", "cookie_data"),
)
CAME_ONCE = (
    *lives("GB"),
    *happened("visit.made", "2024-05-01"),
    *opened("account", "2024-05-01", "A-2"),
)


# What a visit leaves


@pytest.mark.clause("JE-009")
def test_an_ip_address_serves_the_checks_against_misuse(shop: Shop) -> None:
    assert shop.rule("JE-009", Datum).source == "device"
    assert shop.using("ip_address") == ["security_check", "screen_for_fraud"]
    assert shop.ask(HOLDER, "security_check", channel="email", data=("ip_address",)) == permit(
        "permitted.legitimate_interest JE-035", data=("ip_address",)
    )
    assert shop.ask(VISITOR, "monitor_site", data=("ip_address",)) == deny(
        "declared.data JE-036", withheld=("ip_address",)
    )


@pytest.mark.clause("JE-009", "JE-010")
def test_address_and_device_go_25_months_after_the_visit(shop: Shop) -> None:
    def asked(activity: str, datum: str, at: str, channel: str = "") -> tuple[str, ...]:
        return shop.ask(CAME_ONCE, activity, data=(datum,), at=at, channel=channel).because

    assert asked("security_check", "ip_address", "2026-05-31", "email") == (
        "permitted.legitimate_interest JE-035",
    )
    assert asked("security_check", "ip_address", "2026-06-02", "email") == (
        "retention.ended JE-011",
    )
    assert asked("keep_site_current", "device_info", "2026-05-31") == (
        "permitted.legitimate_interest JE-038",
    )
    assert asked("keep_site_current", "device_info", "2026-06-02") == ("retention.ended JE-011",)


@pytest.mark.clause("JE-010")
def test_the_device_serves_the_site_and_what_the_person_allowed(shop: Shop) -> None:
    assert shop.rule("JE-010", Datum).source == "device"
    assert shop.using("device_info") == [
        "keep_site_current",
        "tailor_site",
        "personalised_emails",
    ]
    assert shop.ask(PRIYA, "screen_for_fraud", data=("device_info",)) == deny(
        "declared.data JE-057", withheld=("device_info",)
    )


@pytest.mark.clause("JE-012")
def test_what_a_cookie_recorded_goes_13_months_after_the_visit(shop: Shop) -> None:
    assert shop.ask(CAME_ONCE, "keep_bag", at="2025-05-31") == permit(
        "permitted.legitimate_interest JE-085", data=("cookie_data", "bag_contents")
    )
    assert shop.ask(CAME_ONCE, "keep_bag", at="2025-06-02") == deny(
        "retention.ended JE-012", withheld=("cookie_data",)
    )


@pytest.mark.clause("JE-012")
def test_every_page_leads_to_the_cookie_policy(shop: Shop) -> None:
    rule = shop.rule("JE-012", Notice)

    assert (rule.at, rule.url) == (
        ("every page",),
        "https://www.justelegance.com/cookie-policy/",
    )


@pytest.mark.clause("JE-036")
def test_the_pages_visited_serve_a_better_site_and_name_nobody(shop: Shop) -> None:
    (activity,) = shop.policy.activities["monitor_site"]

    assert activity.purpose == ("site_improvement", "service_improvement")
    assert shop.ask(VISITOR, "monitor_site") == permit(
        "permitted.legitimate_interest JE-036", data=("browsing_history", "location")
    )
    assert shop.ask(VISITOR, "monitor_site", data=("browsing_history", "name")) == deny(
        "declared.data JE-036", withheld=("name",)
    )


@pytest.mark.clause("JE-036")
def test_who_objects_is_not_watched(shop: Shop) -> None:
    objects = (*VISITOR, *objected("site_improvement", "2026-05-31"))

    assert shop.ask(objects, "monitor_site") == deny("objection.legitimate_interest JE-036")


@pytest.mark.clause("JE-038")
def test_the_interest_in_technology_and_law_is_named_and_weighed(shop: Shop) -> None:
    (rule,) = shop.clause("JE-038")

    assert (rule.purpose, rule.assessment) == (("site_improvement",), "li-011")
    assert rule.interest == (
        "a better experience, and a site that keeps up with legislation and technology"
    )


@pytest.mark.clause("JE-038")
def test_keeping_up_looks_at_devices_and_not_at_who_has_them(shop: Shop) -> None:
    assert shop.ask(VISITOR, "keep_site_current") == permit(
        "permitted.legitimate_interest JE-038", data=("device_info", "site_performance")
    )
    assert shop.ask(VISITOR, "keep_site_current", data=("email",)) == deny(
        "declared.data JE-038", withheld=("email",)
    )


# Cookies


@pytest.mark.clause("JE-047")
def test_the_site_is_tailored_for_who_allowed_it(shop: Shop) -> None:
    assert shop.ask(ALLOWS_EXPERIENCE, "tailor_site") == EXPERIENCE
    assert shop.ask(VISITOR, "tailor_site") == deny(
        "basis.consent_not_given JE-049", "device.no_consent JE-049"
    )


@pytest.mark.clause("JE-049")
def test_a_yes_to_analysis_is_no_yes_to_experience(shop: Shop) -> None:
    assert shop.ask(ALLOWS_ANALYSIS, "tailor_site") == deny(
        "basis.consent_not_given JE-049", "device.no_consent JE-049"
    )


@pytest.mark.clause("JE-049", "JE-050")
@pytest.mark.parametrize("route", ["cookie_banner", "cookie_policy_page", "browser_settings"])
def test_a_cookie_choice_changed_anywhere_works_at_once(shop: Shop, route: str) -> None:
    changed = (*ALLOWS_EXPERIENCE, *withdrew("experience", "2026-05-31 10:00", route=route))

    assert route in shop.rules["cookie", "experience"].withdrawn_by
    assert shop.ask(changed, "tailor_site", at="2026-05-31 09:59") == EXPERIENCE
    assert shop.ask(changed, "tailor_site", at="2026-05-31 10:00") == deny(
        "basis.consent_refused JE-049", "device.no_consent JE-049"
    )


@pytest.mark.clause("JE-050")
def test_the_cookie_policy_page_takes_a_choice_back_at_any_time(shop: Shop) -> None:
    (rule,) = shop.clause("JE-050")

    assert isinstance(rule, Right)
    assert (rule.name, rule.by, rule.at_any_time) == (
        "withdraw_consent",
        ("cookie_policy_page",),
        True,
    )


@pytest.mark.clause("JE-084")
def test_what_stands_in_our_cookies_is_encrypted(shop: Shop) -> None:
    (rule,) = shop.clause("JE-084")

    assert isinstance(rule, Security)
    assert (rule.measure, rule.protects) == (("encryption",), ("cookie_data",))
    assert rule.detail.endswith("a changed one is rejected")
    assert [cookie.values for cookie in shop.policy.rules(Cookie)] == ["encrypted"] * 3


@pytest.mark.clause("JE-085")
def test_each_cookie_is_of_one_of_three_kinds_and_only_the_shop_needs_no_yes(shop: Shop) -> None:
    kinds = {c.name: (c.purpose, c.basis, c.activities) for c in shop.policy.rules(Cookie)}

    assert kinds == {
        "experience": (("personalisation",), "consent", ("tailor_site", "personalised_emails")),
        "shop": (("website_features",), "exempt", ("keep_bag",)),
        "analysis": (("site_analytics",), "consent", ("analyse_site", "replay_sessions")),
    }


@pytest.mark.clause("JE-085")
def test_the_bag_works_without_a_yes_and_analysis_does_not(shop: Shop) -> None:
    refuses = (*VISITOR, *told(Kind.CONSENT_REFUSED, "2026-05-30", "analysis"))

    assert shop.ask(refuses, "keep_bag") == permit(
        "permitted.legitimate_interest JE-085", data=("cookie_data", "bag_contents")
    )
    assert shop.ask(refuses, "analyse_site") == deny(
        "basis.consent_refused JE-085", "device.no_consent JE-085"
    )
    assert shop.ask(ALLOWS_ANALYSIS, "analyse_site") == ANALYSIS
