"""How long data are kept: to the day, for each clock that the policy names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from placket.policy.rules import Retain
from tests.acceptance.justelegance.persons import HOLDER
from tests.acceptance.retailers import (
    closed,
    deny,
    happened,
    lives,
    on_contract,
    opened,
    ordered,
    permit,
    told,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

BOUGHT_ONCE = (
    *lives("GB"),
    *ordered("J-9", "2018-05-01"),
    *closed("order", "2018-06-01", "J-9"),
    *happened("invoice.dated", "2018-05-02"),
)
"""A buyer of May 2018 who was not in touch again."""


def may_claim(shop: Shop, about: Told, at: str, *, until: str = "JE-064") -> bool:
    """Say whether the name is still there for a claim; else the clause `until` ended it."""
    return shop.still_names(about, "legal_claims", at, until=until)


@pytest.mark.clause("JE-062")
def test_data_are_kept_while_the_account_is_open(shop: Shop) -> None:
    old = (*lives("GB"), *opened("account", "2010-03-01", "A-3"))
    left = (*old, *closed("account", "2026-05-01", "A-3"))

    assert may_claim(shop, old, "2026-06-01")
    assert may_claim(shop, left, "2026-04-30")
    assert not may_claim(shop, left, "2026-05-02", until="JE-062")


@pytest.mark.clause("JE-062")
def test_sign_in_details_go_when_the_account_closes(shop: Shop) -> None:
    left = (*HOLDER, *closed("account", "2026-05-30 10:00", "A-1"))
    secret = ("password", "login_details")

    assert shop.ask(left, "run_account", data=secret, at="2026-05-30 09:59") == permit(
        *on_contract("JE-029"), data=secret
    )
    assert shop.ask(left, "run_account", data=secret, at="2026-05-30 10:00") == deny(
        "situation.closed JE-029", "retention.ended JE-062", withheld=secret
    )


@pytest.mark.clause("JE-063")
def test_data_are_kept_while_an_order_is_open(shop: Shop) -> None:
    waits = (*lives("GB"), *ordered("J-9", "2018-05-01"))
    arrived = (*waits, *closed("order", "2026-05-01", "J-9"))

    assert may_claim(shop, waits, "2026-06-01")
    assert may_claim(shop, arrived, "2026-04-30")
    assert not may_claim(shop, arrived, "2026-05-02", until="JE-063")


@pytest.mark.clause("JE-063")
@pytest.mark.parametrize("relation", ["case", "complaint", "issue", "refund", "enquiry"])
def test_data_are_kept_while_anything_else_is_owed(shop: Shop, relation: str) -> None:
    owed = (*BOUGHT_ONCE, *opened(relation, "2019-01-01", "X-1"))
    settled = (*owed, *closed(relation, "2026-05-01", "X-1"))

    assert may_claim(shop, owed, "2026-06-01")
    assert may_claim(shop, settled, "2026-04-30")
    assert not may_claim(shop, settled, "2026-05-02", until="JE-063")


@pytest.mark.clause("JE-064")
def test_data_go_six_years_after_the_last_contact(shop: Shop) -> None:
    assert may_claim(shop, BOUGHT_ONCE, "2024-04-30")
    assert may_claim(shop, BOUGHT_ONCE, "2024-05-01 11:59")
    assert not may_claim(shop, BOUGHT_ONCE, "2024-05-01 12:00")
    assert not may_claim(shop, BOUGHT_ONCE, "2024-05-02")


@pytest.mark.clause("JE-064")
def test_the_refusal_names_the_clause_of_the_clock_that_ran_out_last(shop: Shop) -> None:
    assert shop.ask(BOUGHT_ONCE, "legal_claims", data=("name",), at="2024-05-02") == deny(
        "retention.ended JE-064", withheld=("name",)
    )


@pytest.mark.clause("JE-064")
@pytest.mark.parametrize("channel", ["email", "phone", "live_chat", "post", "website"])
def test_a_contact_on_any_channel_starts_the_six_years_again(shop: Shop, channel: str) -> None:
    writes = (*BOUGHT_ONCE, *told(Kind.INTERACTED, "2020-02-29", channel=channel))

    # Six years after 29 February is 28 February.
    assert may_claim(shop, writes, "2026-02-27")
    assert not may_claim(shop, writes, "2026-03-01")


@pytest.mark.clause("JE-028")
def test_the_books_outlast_the_rest_to_the_end_of_their_year(shop: Shop) -> None:
    books = ("transaction_records", "billing_records")
    kept = permit("permitted.legal_obligation JE-028", data=books)

    # The accounting year ends on 31 March, at midnight in London, an hour ahead by then.
    assert shop.ask(BOUGHT_ONCE, "legal_record", at="2025-03-31 22:59") == kept
    assert shop.ask(BOUGHT_ONCE, "legal_record", at="2025-03-31 23:00") == deny(
        "retention.ended JE-028", "retention.ended JE-028", withheld=books
    )


@pytest.mark.clause("JE-028")
def test_meanwhile_the_books_are_locked_for_everything_else(shop: Shop) -> None:
    record = ("transaction_records",)

    before = shop.ask(BOUGHT_ONCE, "tax_free_shopping", data=record, at="2024-04-30")
    after = shop.ask(BOUGHT_ONCE, "tax_free_shopping", data=record, at="2024-05-02")

    assert before == permit(*on_contract("JE-025"), data=record)
    assert after == deny("lock.statutory JE-028", withheld=record)


@pytest.mark.clause("JE-071")
def test_the_note_of_an_erasure_stays_six_years_for_claims_alone(shop: Shop) -> None:
    rule = shop.rule("JE-071", Retain)

    assert (rule.what, rule.fields, rule.ground, rule.then) == (
        ("erasure_note",),
        ("name", "request"),
        "claims",
        "erase",
    )
    assert str(rule.period) == "6 years from request.closed"
    assert shop.using("erasure_note") == []
