"""The account, who signs in to it, and the checks that an order is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.justelegance.persons import CONTACT, GUEST, HOLDER, PRIYA
from tests.acceptance.retailers import closed, deny, no_party, objected, on_contract, permit, told

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

HELD_FOR_AN_ACCOUNT = (
    "name",
    *CONTACT,
    "password",
    "login_details",
    "customer_id",
    "country",
    "date_of_birth",
    "wish_list",
    "marketing_preferences",
    "order_details",
)


@pytest.mark.clause("JE-029")
def test_an_account_runs_under_contract(shop: Shop) -> None:
    assert shop.ask(HOLDER, "run_account") == permit(
        *on_contract("JE-029"), data=HELD_FOR_AN_ACCOUNT
    )
    assert shop.ask(HOLDER, "run_account", data=("browsing_history",)) == deny(
        "declared.data JE-029", withheld=("browsing_history",)
    )


@pytest.mark.clause("JE-029")
def test_who_has_no_account_or_closed_it_has_none_to_run(shop: Shop) -> None:
    left = (*HOLDER, *closed("account", "2026-05-30", "A-1"))

    assert shop.ask(GUEST, "run_account", data=("email",)) == deny(
        *no_party("JE-029"), "situation.closed JE-029"
    )
    assert shop.ask(left, "run_account", data=("email",)) == deny("situation.closed JE-029")


@pytest.mark.clause("JE-034")
def test_a_sign_in_is_checked_by_name_contact_and_sign_in_details(shop: Shop) -> None:
    (activity,) = shop.policy.activities["verify_identity"]

    assert activity.purpose == ("identity_verification", "authentication")
    assert shop.ask(HOLDER, "verify_identity") == permit(
        "permitted.legitimate_interest JE-034",
        data=("name", *CONTACT, "password", "login_details"),
    )
    assert shop.ask(HOLDER, "verify_identity", data=("date_of_birth",)) == deny(
        "declared.data JE-034", withheld=("date_of_birth",)
    )
    assert shop.ask(GUEST, "verify_identity", data=("email",)) == deny(
        "role.not_concerned JE-034", "situation.closed JE-034"
    )


@pytest.mark.clause("JE-034")
def test_an_objection_to_the_check_holds_until_it_is_decided(shop: Shop) -> None:
    objection = objected("", "2026-05-25", activity="verify_identity")
    decision = told(
        Kind.OBJECTION_DECIDED, "2026-05-28", about=objection[0].id, marks=("overruled",)
    )
    objects = (*HOLDER, *objection, *decision)

    before = shop.ask(objects, "verify_identity", at="2026-05-27", data=("email",))
    after = shop.ask(objects, "verify_identity", at="2026-05-29", data=("email",))

    assert before == deny("objection.legitimate_interest JE-034")
    assert after == permit("permitted.legitimate_interest JE-034", data=("email",))


@pytest.mark.clause("JE-035")
@pytest.mark.parametrize("channel", ["email", "phone"])
def test_a_security_check_is_made_by_email_or_phone(shop: Shop, channel: str) -> None:
    assert shop.ask(PRIYA, "security_check", channel=channel) == permit(
        "permitted.legitimate_interest JE-035",
        data=("name", *CONTACT, "ip_address", "login_details", "order_details"),
    )


@pytest.mark.clause("JE-035")
def test_a_security_check_goes_by_no_other_way_and_holds_the_order(shop: Shop) -> None:
    (activity,) = shop.policy.activities["security_check"]

    assert activity.then == "hold"
    assert shop.ask(PRIYA, "security_check", channel="social_media") == deny(
        "declared.channel JE-035"
    )
    assert shop.ask(PRIYA, "security_check", channel="email", data=("purchase_history",)) == deny(
        "declared.data JE-035", withheld=("purchase_history",)
    )
