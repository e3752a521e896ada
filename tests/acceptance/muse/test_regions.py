"""Two halves of one policy: which is whose, and in what capacity a person is met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.compile import holds_in
from placket.policy.rules import Region, Role
from tests.acceptance.muse.cases import NOT_OF_THIS_HALF
from tests.acceptance.muse.persons import LENA, NOOR, TOM
from tests.acceptance.retailers import deny, happened, lives, on_contract, opened, permit

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

EVENTS = {
    "visitor": "visit.made",
    "account_holder": "account.opened",
    "customer": "order.placed",
    "subscriber": "newsletter.requested",
    "magazine_subscriber": "magazine.subscribed",
    "enquirer": "enquiry.opened",
    "social_contact": "social_message.received",
    "gift_recipient": "gift.addressed",
    "referred_friend": "friend.referred",
}


@pytest.mark.clause("MU-006", "MU-014")
@pytest.mark.parametrize(
    ("country", "place"),
    [
        ("DE", ("eu", "de")),
        ("FR", ("eu", "fr")),
        ("PL", ("eu", "eu")),
        ("NO", ("eu", "eu")),
        ("GB", ("eu", "uk")),
        ("AE", ("other", "uk")),
        ("PK", ("other", "uk")),
        ("US", ("other", "uk")),
    ],
)
def test_the_country_says_which_half_and_which_law(
    shop: Shop, country: str, place: tuple[str, str]
) -> None:
    found = shop.policy.place_of(country)

    assert found is not None
    assert (found.region, found.pack) == place


@pytest.mark.clause("MU-006")
def test_each_person_is_served_by_their_half_alone(shop: Shop) -> None:
    data = ("name", "delivery_address")

    assert shop.ask(TOM, "ship_order", data=data) == permit(*on_contract("MU-106"), data=data)
    assert shop.ask(NOOR, "ship_order", data=data) == NOT_OF_THIS_HALF
    assert shop.ask(LENA, "fill_order", data=data) == NOT_OF_THIS_HALF


@pytest.mark.clause("MU-006")
def test_a_rule_of_one_half_names_it(shop: Shop) -> None:
    common = {"region", "role", "status"}
    loose = {
        rule.clause
        for rule in shop.policy.document.rules()
        if not rule.regions and rule.KIND not in common
    }

    # What holds for everyone, and the gift that either half may send.
    assert loose == {"MU-007", "MU-008", "MU-023"}
    halves = {rule.name for rule in shop.policy.rules(Region)}
    assert halves == {place.region for place in shop.policy.places}
    assert all(
        any(holds_in(rule, place) for place in shop.policy.places)
        for rule in shop.policy.document.rules()
    )


@pytest.mark.clause("MU-008", "MU-021")
def test_a_person_is_met_by_what_happened(shop: Shop) -> None:
    roles = {role.name: role for role in shop.policy.rules(Role) if role.clause == "MU-008"}

    assert {name: role.taken_by[0] for name, role in roles.items()} == EVENTS
    assert {name: role.source for name, role in roles.items() if role.source} == {
        "gift_recipient": "another_person",
        "referred_friend": "another_person",
    }
    assert {name: role.confined_to for name, role in roles.items() if role.confined_to} == {
        "gift_recipient": ("gift_delivery",),
        "referred_friend": ("refer_a_friend",),
    }


@pytest.mark.clause("MU-008")
@pytest.mark.parametrize("country", ["DE", "AE"])
def test_a_gift_is_delivered_in_either_half(shop: Shop, country: str) -> None:
    cleo = (*lives(country), *happened("gift.addressed", "2026-05-20"))
    nobody = (*lives(country), *opened("case", "2026-05-20", "C-1"))
    data = ("name", "delivery_address")

    assert shop.ask(cleo, "gift_delivery", data=data).outcome == "permit"
    assert shop.ask(nobody, "gift_delivery", data=data) == deny("role.not_concerned MU-023")
