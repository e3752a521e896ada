"""The account: what is asked for, who runs it, and when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.policy.rules import Capture, Security, as_dict
from tests.acceptance.lepiquet.persons import HOLDER, REACH, VISITOR
from tests.acceptance.retailers import closed, deny, no_party, on_contract, permit

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

LEFT = (*HOLDER, *closed("account", "2026-05-30 10:00", "A-1"))
SIGNS_IN = ("name", "email", "phone", "mobile", "password", "login_details")


@pytest.mark.clause("LP-054")
def test_an_account_runs_under_contract_while_it_is_open(shop: Shop) -> None:
    data = (*REACH, "customer_id", "marketing_preferences")

    assert shop.ask(LEFT, "run_account", at="2026-05-30 09:59") == permit(
        *on_contract("LP-054"), data=data
    )
    assert shop.ask(LEFT, "run_account", at="2026-05-30 10:00") == deny("situation.closed LP-054")
    assert shop.ask(VISITOR, "run_account") == deny(*no_party("LP-054"), "situation.closed LP-054")


@pytest.mark.clause("LP-054")
def test_sign_in_details_go_when_the_account_closes(shop: Shop) -> None:
    secret = ("password", "login_details")

    assert shop.ask(LEFT, "secure_account", data=secret) == deny(
        "situation.closed LP-056", "retention.ended LP-054", withheld=secret
    )


@pytest.mark.clause("LP-055")
def test_a_registration_asks_for_account_information_and_no_more(shop: Shop) -> None:
    form, hashing = shop.clause("LP-055")

    assert isinstance(form, Capture)
    assert isinstance(hashing, Security)
    assert form.takes == (*REACH, "password")
    assert set(as_dict(form.fields)) == set(form.takes)
    assert (hashing.measure, hashing.protects) == (("hashing",), ("password",))


@pytest.mark.clause("LP-056")
def test_an_account_is_kept_safe_by_what_was_given_for_it(shop: Shop) -> None:
    (activity,) = shop.policy.activities["secure_account"]

    assert activity.purpose == ("account_management", "authentication")
    assert shop.ask(HOLDER, "secure_account") == permit(*on_contract("LP-056"), data=SIGNS_IN)
    assert shop.ask(HOLDER, "secure_account", data=("purchase_history",)) == deny(
        "declared.data LP-056", withheld=("purchase_history",)
    )


@pytest.mark.clause("LP-056")
def test_a_password_opens_the_account_and_nothing_else(shop: Shop) -> None:
    assert shop.using("password") == ["secure_account"]


@pytest.mark.clause("LP-057")
def test_a_service_that_was_asked_for_reads_account_information(shop: Shop) -> None:
    assert shop.ask(HOLDER, "requested_service") == permit(*on_contract("LP-057"), data=REACH)
    assert shop.ask(HOLDER, "requested_service", data=("password",)) == deny(
        "declared.data LP-057", withheld=("password",)
    )
    assert shop.ask(VISITOR, "requested_service") == deny(*no_party("LP-057"))
