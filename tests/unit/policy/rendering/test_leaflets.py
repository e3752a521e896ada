"""The pages beside the notice: what each of the policies says of cookies, changes and contact."""

import pytest

from placket.policy.rendering.leaflets import (
    AskedRight,
    AskedThere,
    Authority,
    Contact,
    CookieKind,
    change_page,
    contact_page,
    cookie_page,
    is_link,
)
from tests.unit.policy.rendering.shop import RETAILERS, TEXT, policy, retailer


def test_a_kind_of_cookie_says_whether_it_is_asked_for() -> None:
    found = cookie_page(policy())

    assert found.kinds == (
        CookieKind(
            name="Bag",
            purposes="Website features",
            data="Cookie data",
            asked=False,
            off="",
            lasts="",
            regions="",
            clause="CS-4",
        ),
    )
    assert [saying.clause for saying in found.sayings] == ["CS-4"]
    assert found.elsewhere == ()


def test_a_policy_without_cookies_has_an_empty_page() -> None:
    from_cookies, to_next = TEXT.index("### Cookies"), TEXT.index("## Your side")

    found = cookie_page(policy(TEXT[:from_cookies] + TEXT[to_next:]))

    assert (found.kinds, found.sayings, found.elsewhere) == ((), (), ())


def test_how_changes_are_told_comes_with_its_clause() -> None:
    [saying] = change_page(policy())

    assert saying.clause == "CS-7"
    assert saying.prose == "Each new version has its date."
    assert saying.words == ("We show version, effective date. Each new version.",)


def test_who_answers_and_where_to_complain() -> None:
    found = contact_page(policy())

    assert found.contacts == (
        Contact(
            name="The Corner Shop Ltd",
            regions="",
            lines=(
                ("Address", "1 High Street, Leeds"),
                ("Data protection officer", "Data Protection Officer, dpo@shop.example.org"),
                ("In the EU", "Office in Paris, eu@shop.example.org"),
            ),
            email="privacy@shop.example.org",
            clause="CS-1",
        ),
    )
    assert found.authorities == (
        Authority(
            name="Information Commissioner's Office",
            country="the United Kingdom",
            url="https://ico.example.org/complain",
            clause="CS-6",
        ),
    )
    assert found.rights == (
        AskedThere(
            regions="",
            rights=(
                AskedRight(
                    name="Any of your rights",
                    ways=(("By email. Free of charge.", "CS-6"),),
                    also=(),
                ),
            ),
        ),
    )


def test_each_right_is_told_once_a_region_with_every_way_to_it() -> None:
    found = contact_page(retailer("muse")).rights

    objections = {
        there.regions: right
        for there in found
        for right in there.rights
        if right.name == "To object"
    }
    assert objections == {
        "the EEA and the United Kingdom": AskedRight(
            name="To object", ways=(("At any time.", "MU-038"),), also=("MU-039",)
        ),
        "all other countries": AskedRight(
            name="To object",
            ways=(
                ("By email or customer care. At any time.", "MU-221"),
                ("At any time.", "MU-255"),
            ),
            also=(),
        ),
    }


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example"])
def test_nothing_but_an_address_of_the_web_is_linked(url: str) -> None:
    asked = policy(TEXT.replace("https://ico.example.org/complain", f"'{url}'"))

    assert not is_link(url)
    assert [authority.url for authority in contact_page(asked).authorities] == [""]


@pytest.mark.parametrize("name", RETAILERS)
def test_each_retailer_has_something_on_every_page(name: str) -> None:
    running = retailer(name)

    contact = contact_page(running)
    assert cookie_page(running).kinds
    assert change_page(running)
    assert contact.contacts
    assert contact.authorities
    assert contact.rights
