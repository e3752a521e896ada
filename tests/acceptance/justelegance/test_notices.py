"""What persons are told: the page of the notice, and the rules for what is shown elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Capture, Complaint, Controller, Notice

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop


@pytest.mark.clause("JE-012")
def test_the_notice_leads_to_the_cookie_policy(notice: str) -> None:
    assert "Our cookie policy lists each one" in notice
    assert "https://www.justelegance.com/cookie-policy/" in notice


@pytest.mark.clause("JE-018")
def test_who_is_spoken_of_by_others_is_told_within_a_month(shop: Shop, notice: str) -> None:
    rule = shop.rule("JE-018", Notice)

    assert rule.shows == ("source", "categories", "purposes", "rights")
    assert rule.when == "within one month of receipt, and at the first message if that is sooner"
    assert "we tell you about them within one month" in notice


@pytest.mark.clause("JE-067")
def test_the_policy_and_every_form_inform(shop: Shop) -> None:
    rule = shop.rule("JE-067", Notice)
    silent = [form.name for form in shop.policy.rules(Capture) if "notice" not in form.offers]

    assert rule.at == ("policy", "every form")
    assert rule.shows == (
        "controller",
        "purposes",
        "legal basis",
        "rights",
        "link to this policy",
    )
    assert silent == []


@pytest.mark.clause("JE-067")
def test_the_notice_says_each_clause_of_the_policy(shop: Shop, notice: str) -> None:
    titles = [clause.title for clause in shop.policy.clauses.values()]

    assert len(titles) == 90
    assert [title for title in titles if title not in notice] == []


@pytest.mark.clause("JE-078")
def test_a_person_may_complain_of_the_handling_and_of_the_answer(shop: Shop, notice: str) -> None:
    (rule,) = shop.clause("JE-078")

    assert (rule.to, rule.about, rule.country) == (
        "the regulator of your country",
        ("handling", "request_outcome"),
        "",
    )
    assert "you may complain to the regulator of your country" in notice


@pytest.mark.clause("JE-079")
def test_in_britain_the_regulator_is_the_information_commissioner(shop: Shop, notice: str) -> None:
    british = [rule for rule in shop.policy.rules(Complaint) if rule.country == "GB"]

    assert [(rule.clause, rule.to, rule.url) for rule in british] == [
        (
            "JE-079",
            "Information Commissioner's Office",
            "https://ico.org.uk/make-a-complaint/",
        )
    ]
    assert "In the United Kingdom you complain to the Information Commissioner's Office" in notice


@pytest.mark.clause("JE-083")
def test_each_form_that_takes_an_address_offers_a_no(shop: Shop) -> None:
    rule = shop.rule("JE-083", Notice)
    reachable = {"email", "phone", "mobile", "postal_address"}
    asking = [form for form in shop.policy.rules(Capture) if reachable & set(form.takes)]

    assert (rule.shows, rule.at) == (
        ("unsubscribe box, not ticked",),
        ("all collection points",),
    )
    assert {form.name: "marketing_opt_out" in form.offers for form in asking} == {
        "checkout": True,
        "registration": True,
        "newsletter_form": True,
        "review_form": True,
        "contact": True,
    }


@pytest.mark.clause("JE-086")
def test_each_version_shows_its_day_and_its_reason(shop: Shop, notice: str) -> None:
    rule, front = shop.rule("JE-086", Notice), shop.policy.front

    assert (rule.shows, rule.when) == (
        ("version", "effective date", "reason"),
        "each new version, also one that new legislation asks for",
    )
    assert (front.version, front.effective.isoformat(), front.reason) == (
        "2024-01",
        "2024-01-01",
        "first version written to be run",
    )
    assert front.version in notice


@pytest.mark.clause("JE-087")
def test_a_significant_change_is_compared_at_the_next_sign_in(shop: Shop) -> None:
    rule = shop.rule("JE-087", Notice)

    assert (rule.shows, rule.at, rule.when) == (
        ("changed passages, old and new",),
        ("next sign-in",),
        "a significant change",
    )


@pytest.mark.clause("JE-088")
def test_email_phone_and_post_all_stand_in_the_notice(shop: Shop, notice: str) -> None:
    rule = shop.rule("JE-088", Notice)

    assert (rule.channels, rule.shows) == (
        ("email", "phone", "post"),
        (
            "jecustomerservices@justelegance.com",
            "+44 121 693 6030",
            "247 Golden Hillock Road, Birmingham, B11 2PJ",
        ),
    )
    assert [route for route in rule.shows if route not in notice] == []


@pytest.mark.clause("JE-088")
def test_a_letter_becomes_a_case_as_a_call_does(shop: Shop) -> None:
    (care,) = shop.policy.activities["customer_care"]

    assert set(shop.rule("JE-088", Notice).channels) <= set(care.channel)


@pytest.mark.clause("JE-089")
def test_one_controller_answers_with_the_contact_that_the_notice_gives(
    shop: Shop, notice: str
) -> None:
    (rule,) = shop.policy.rules(Controller)

    assert (rule.name, rule.country, rule.address) == (
        "Just Elegance",
        "GB",
        "247 Golden Hillock Road, Birmingham, B11 2PJ",
    )
    assert (rule.email, rule.phone, rule.post) == shop.rule("JE-088", Notice).shows
    assert "The controller is Just Elegance, in Birmingham, B11 2PJ, United Kingdom" in notice


@pytest.mark.clause("JE-089")
def test_people_in_the_union_are_told_of_a_representative(shop: Shop) -> None:
    rule = shop.rule("JE-089", Notice, "eu_representative")

    assert rule.shows == ("name and address of the representative in the European Union",)
    assert rule.provenance.word == "added"
