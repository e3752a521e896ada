"""How long what is held is kept: the customer, the years after, and what goes sooner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.standing.fold import fold
from tests.acceptance.lepiquet.persons import asked_us, bought_in_store, bought_online
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    happened,
    instant,
    lives,
    on_contract,
    opened,
    permit,
    told,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Answer, Shop, Told

BOUGHT_ONCE = (
    *lives("GB"),
    *bought_online("O-1", "2020-01-10"),
    *closed("order", "2020-01-20", "O-1"),
)
"""Somebody whose only purchase was made online on 10 January 2020."""

SHOPPED_ONCE = (*lives("GB"), *bought_in_store("S-1", "2020-01-10"))
"""Somebody whose only purchase was made in a store on that day."""
CLAIMED = permit("permitted.legitimate_interest LP-037", data=("name",))


def holds(shop: Shop, about: Told, status: str, on: str) -> bool:
    """Say whether the status holds by what had happened until `on`."""
    at = instant(on)
    known = [fact for fact in about if fact.occurred_at <= at]
    return fold(shop.policy, "priya", known).holds(status, at)


def claims(shop: Shop, about: Told, at: str) -> Answer:
    return shop.ask(about, "legal_claims", data=("name",), at=at)


@pytest.mark.clause("LP-037")
def test_what_a_claim_may_need_goes_seven_years_after_the_customer(shop: Shop) -> None:
    assert claims(shop, BOUGHT_ONCE, "2030-01-09") == CLAIMED
    assert claims(shop, BOUGHT_ONCE, "2030-01-10 11:59") == CLAIMED
    assert claims(shop, BOUGHT_ONCE, "2030-01-10 12:00") == deny(
        "retention.ended LP-037", withheld=("name",)
    )
    assert claims(shop, BOUGHT_ONCE, "2030-01-11") == deny(
        "retention.ended LP-037", withheld=("name",)
    )


@pytest.mark.clause("LP-037")
def test_meanwhile_nothing_but_claims_and_duties_uses_it(shop: Shop) -> None:
    data = ("purchase_history",)

    assert shop.ask(BOUGHT_ONCE, "fulfil_order", data=data, at="2023-01-09") == permit(
        *on_contract("LP-046"), data=data
    )
    assert shop.ask(BOUGHT_ONCE, "fulfil_order", data=data, at="2023-01-11") == deny(
        "lock.statutory LP-037", withheld=data
    )


@pytest.mark.clause("LP-037")
def test_the_books_stay_six_years_to_the_end_of_the_year(shop: Shop) -> None:
    books = ("transaction_records", "billing_records")
    kept = permit("permitted.legal_obligation LP-037", "permitted.relation LP-037", data=books)

    assert shop.ask(SHOPPED_ONCE, "keep_books", at="2026-12-31 23:59") == kept
    assert shop.ask(SHOPPED_ONCE, "keep_books", at="2027-01-01 00:00") == deny(
        "retention.ended LP-037", withheld=books
    )


@pytest.mark.clause("LP-038")
def test_what_only_the_custom_shop_needs_goes_with_the_customer(shop: Shop) -> None:
    visits = told(Kind.HAPPENED, "2020-01-10", "visit.made")
    tracked = (*BOUGHT_ONCE, *visits, *agreed("experience", "2020-01-10"))
    device = ("device_info",)
    asked: dict[str, Any] = {"activity": "own_settings", "channel": "website", "data": device}

    assert shop.ask(tracked, **asked, at="2023-01-09") == permit(
        "permitted.legitimate_interest LP-075", data=device
    )
    assert shop.ask(tracked, **asked, at="2023-01-11") == deny(
        "retention.ended LP-038", withheld=device
    )
    assert claims(shop, tracked, "2023-01-11") == CLAIMED


@pytest.mark.clause("LP-038")
def test_what_is_known_of_a_visitor_goes_thirteen_months_after_the_last_visit(shop: Shop) -> None:
    visitor = (*lives("GB"), *happened("visit.made", "2025-05-01"))
    allows = (*visitor, *agreed("experience", "2022-05-01"))
    pages = ("page_interactions",)

    assert shop.ask(allows, "track_interactions", data=pages, at="2026-05-31") == permit(
        "permitted.legitimate_interest LP-072", data=pages
    )
    assert shop.ask(allows, "track_interactions", data=pages, at="2026-06-02") == deny(
        "retention.ended LP-038", withheld=pages
    )


@pytest.mark.clause("LP-039")
@pytest.mark.parametrize(("on", "is_customer"), [("2023-01-09", True), ("2023-01-11", False)])
def test_a_purchase_online_makes_a_customer_for_three_years(
    shop: Shop, on: str, is_customer: bool
) -> None:
    assert holds(shop, BOUGHT_ONCE, "status.customer", on) is is_customer


@pytest.mark.clause("LP-039")
def test_a_purchase_in_a_store_makes_no_customer_and_lengthens_no_clock(shop: Shop) -> None:
    both = (*BOUGHT_ONCE, *bought_in_store("S-2", "2022-06-01"))

    assert not holds(shop, SHOPPED_ONCE, "status.customer", "2020-02-01")
    assert not holds(shop, both, "status.customer", "2023-01-11")
    assert holds(shop, both, "status.acquainted", "2023-01-11")


@pytest.mark.clause("LP-039")
def test_the_last_purchase_online_counts(shop: Shop) -> None:
    again = (*BOUGHT_ONCE, *bought_online("O-2", "2022-06-01"))

    assert holds(shop, again, "status.customer", "2025-05-31")
    assert not holds(shop, again, "status.customer", "2025-06-02")


@pytest.mark.clause("LP-039")
@pytest.mark.parametrize(
    "about",
    [
        SHOPPED_ONCE,
        (*lives("GB"), *opened("account", "2020-01-10", "A-1")),
        (*lives("GB"), *opened("credit_application", "2020-01-10", "C-1")),
    ],
    ids=["bought in a store", "has an account", "applied for credit"],
)
def test_who_never_bought_online_has_an_end_too(shop: Shop, about: Told) -> None:
    assert holds(shop, about, "status.acquainted", "2023-01-09")
    assert not holds(shop, about, "status.acquainted", "2023-01-11")


@pytest.mark.clause("LP-039")
@pytest.mark.parametrize("relation", ["order", "credit_line", "debt"])
def test_data_stay_while_something_is_owed(shop: Shop, relation: str) -> None:
    owed = (*SHOPPED_ONCE, *opened(relation, "2020-02-01", "X-1"))
    settled = (*owed, *closed(relation, "2026-05-01", "X-1"))

    assert claims(shop, owed, "2026-06-01") == CLAIMED
    assert claims(shop, settled, "2026-04-30") == CLAIMED
    assert claims(shop, settled, "2026-05-02") == deny("retention.ended LP-039", withheld=("name",))


@pytest.mark.clause("LP-040")
def test_an_open_request_keeps_a_customer_however_long_ago_they_bought(shop: Shop) -> None:
    asks = (*BOUGHT_ONCE, *asked_us("Q-1", "2022-12-01"))
    answered = (*asks, *closed("service_request", "2024-05-01", "Q-1"))

    assert holds(shop, asks, "status.customer", "2026-06-01")
    assert holds(shop, answered, "status.customer", "2024-04-30")
    assert not holds(shop, answered, "status.customer", "2024-05-02")
    assert claims(shop, answered, "2031-04-30") == CLAIMED
    assert claims(shop, answered, "2031-05-02") == deny(
        "retention.ended LP-037", withheld=("name",)
    )


@pytest.mark.clause("LP-060")
def test_a_service_log_stays_as_long_as_the_rest(shop: Shop) -> None:
    log = ("correspondence",)

    assert shop.ask(BOUGHT_ONCE, "handle_requests", data=log, at="2023-01-09") == permit(
        "permitted.legitimate_interest LP-062", data=log
    )
    assert shop.ask(BOUGHT_ONCE, "handle_requests", data=log, at="2023-01-11") == deny(
        "lock.statutory LP-037", withheld=log
    )
