"""How long data are kept: the day before the end of each period, and the day after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from placket.policy.load import bind
from tests.acceptance.muse.cases import NEWSLETTER, SERVICE_MESSAGE, case, ends, keeps_books
from tests.acceptance.muse.persons import CLEO, HOLDS_AN_ACCOUNT, LENA, REACH, met, signed_up
from tests.acceptance.retailers import (
    LAW_OF,
    agreed,
    answered,
    closed,
    deny,
    erased,
    happened,
    lives,
    on_contract,
    on_interest,
    opened,
    ordered,
    permit,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

CLOSED = (*HOLDS_AN_ACCOUNT, *closed("account", "2016-01-10", "A-1"))
BOUGHT_ONCE = (*lives("GB"), *ordered("M-1", "2019-01-10"), *closed("order", "2019-01-20", "M-1"))
SUED = (*BOUGHT_ONCE, *opened("claim", "2024-05-25", "L-2"))
SETTLED = (*SUED, *closed("claim", "2026-04-01", "L-2"))
BILLED = (
    *lives("GB"),
    *ordered("M-1", "2017-03-01"),
    *closed("order", "2017-03-12", "M-1"),
    *happened("invoice.dated", "2017-03-10"),
)
DUTY = tuple(f"kept:{books}:duty:" for books in ("billing_records", "transaction_records"))
ERASED = (*BILLED, *erased(("all_held",), "2024-01-05", *DUTY))
PAID = (
    *lives("DE"),
    *ordered("M-1", "2024-01-01"),
    *happened("payment.made", "2024-01-02"),
    *happened("payment.certified", "2024-01-02"),
    *happened("order.delivered", "2024-01-05"),
)
LONG_AGO = (
    *lives("DE"),
    *happened("newsletter.requested", "2017-01-01 08:00"),
    *signed_up("2017-01-01"),
    *opened("subscription", "2017-01-01", "S-1"),
    *met("email", "2019-06-01"),
)
OPENED_THE_APP = (*LONG_AGO, *met("app", "2020-01-01"))
BY_OTHER_WORDS = (
    *lives("DE"),
    *happened("newsletter.requested", "2026-05-01 08:00"),
    *signed_up("2026-05-01", wording="other-1"),
    *opened("subscription", "2026-05-01", "S-1"),
)
UNCONFIRMED = (
    *lives("DE"),
    *happened("newsletter.requested", "2026-05-01"),
    *agreed("email_marketing", "2026-05-01", wording="news-1", channel="email"),
    *opened("subscription", "2026-05-01", "S-1"),
)
PREFERS = (
    *lives("DE"),
    *opened("account", "2026-01-02", "A-1"),
    *closed("account", "2026-05-02", "A-1"),
)
OPENED_AN_EMAIL = (*LENA, *met("email", "2024-01-10"), *agreed("message_tracking", "2024-01-10"))


# In general


@pytest.mark.clause("MU-059", "MU-060")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-059",
            HOLDS_AN_ACCOUNT,
            "run_account",
            permit(*on_contract("MU-014"), data=("email",)),
            data=("email",),
        ),
        *ends(
            "MU-060",
            BOUGHT_ONCE,
            "service_messages",
            SERVICE_MESSAGE,
            between=("2025-01-09", "2025-01-11"),
        ),
        *ends(
            "MU-060",
            CLOSED,
            "customer_care",
            permit(*on_contract("MU-136"), data=("email",)),
            between=("2022-01-09", "2022-01-11"),
            channel="email",
            data=("email",),
        ),
        *ends(
            "MU-060",
            CLEO,
            "gift_delivery",
            permit(on_interest("MU-023"), data=REACH),
            between=("2026-11-19", "2026-11-21"),
        ),
    ],
)
def test_data_are_kept_while_something_is_open_and_for_a_time_after(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-051")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-051",
            SUED,
            "legal_claims",
            permit(on_interest("MU-051"), data=("order_details",)),
            at="2026-05-01",
            data=("order_details",),
        ),
        case(
            "MU-051",
            SUED,
            "service_messages",
            deny("lock.statutory MU-051", withheld=("name", "email")),
            at="2026-05-01",
        ),
        case(
            "MU-051",
            SETTLED,
            "legal_claims",
            deny("retention.ended MU-051", withheld=("order_details",)),
            at="2026-05-01",
            data=("order_details",),
        ),
    ],
)
def test_an_open_claim_keeps_for_the_claim_alone(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Money


@pytest.mark.clause("MU-061", "MU-042")
@pytest.mark.parametrize(
    "row",
    [
        *ends(
            "MU-061",
            BILLED,
            "keep_tax_records",
            keeps_books("billing_records"),
            between=("2024-12-30", "2025-01-02"),
            data=("billing_records",),
        ),
        *ends(
            "MU-042",
            BILLED,
            "keep_tax_records",
            keeps_books("transaction_records"),
            between=("2024-12-30", "2025-01-02"),
            data=("transaction_records",),
        ),
        case("MU-042", ERASED, "keep_tax_records", keeps_books(), at="2024-06-01"),
        case(
            "MU-042",
            ERASED,
            "bill_order",
            deny(
                "lock.statutory MU-061",
                "lock.kept_after_erasure MU-106",
                withheld=("billing_records",),
            ),
            at="2024-06-01",
            data=("billing_records",),
        ),
    ],
)
def test_the_books_are_kept_for_seven_years_and_the_rest_of_the_accounting_year(
    shop: Shop, row: Case
) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-062")
@pytest.mark.parametrize(
    "row",
    [
        *ends(
            "MU-062",
            PAID,
            "take_payment",
            permit(*on_contract("MU-106"), data=("payment_details",)),
            between=("2024-04-30", "2024-05-02"),
            data=("payment_details",),
        )
    ],
)
def test_payment_details_go_when_nothing_can_be_disputed_any_more(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Marketing


@pytest.mark.clause("MU-064")
@pytest.mark.parametrize(
    "row",
    [
        case("MU-064", LONG_AGO, "newsletter", NEWSLETTER, at="2024-05-31"),
        case(
            "MU-064",
            LONG_AGO,
            "newsletter",
            deny("basis.consent_expired MU-064", "channel.no_soft_opt_in MU-127"),
            at="2024-06-02",
        ),
        case("MU-064", OPENED_THE_APP, "newsletter", NEWSLETTER, at="2024-12-31"),
        case(
            "MU-064",
            OPENED_THE_APP,
            "newsletter",
            deny("basis.consent_expired MU-064", "channel.no_soft_opt_in MU-127"),
            at="2025-01-02",
        ),
        case(
            "MU-064",
            BY_OTHER_WORDS,
            "newsletter",
            deny("basis.consent_not_given MU-064", "channel.no_soft_opt_in MU-127"),
        ),
        case(
            "MU-064",
            UNCONFIRMED,
            "newsletter",
            deny("basis.consent_unconfirmed MU-064", "channel.no_soft_opt_in MU-127"),
        ),
    ],
)
def test_a_consent_is_current_for_five_years_from_the_last_contact(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-063")
@pytest.mark.parametrize(
    "row",
    [
        case(
            "MU-063",
            PREFERS,
            "choose_relevant_marketing",
            permit(on_interest("MU-036"), data=("marketing_preferences",)),
            data=("marketing_preferences",),
        ),
        case(
            "MU-063",
            PREFERS,
            "choose_relevant_marketing",
            deny("retention.ended MU-063", withheld=("marketing_preferences",)),
            at="2032-05-03",
            data=("marketing_preferences",),
        ),
    ],
)
def test_what_was_chosen_stays_as_long_as_what_it_is_about(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-146")
@pytest.mark.parametrize(
    "row",
    [
        *ends(
            "MU-146",
            OPENED_AN_EMAIL,
            "track_messages",
            permit(on_interest("MU-146"), data=("email_engagement",)),
            between=("2026-02-09", "2026-02-11"),
        )
    ],
)
def test_what_was_learnt_from_emails_goes_after_25_months(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-061")
def test_a_bill_goes_with_the_accounting_year_in_which_seven_years_end(shop: Shop) -> None:
    document = shop.policy.document
    in_march = replace(document, front=replace(document.front, year_end=(3, 10)))
    policy = bind(in_march, on=LAW_OF)

    def kept(at: str) -> str:
        data = ("billing_records",)
        return answered(policy, BILLED, "keep_tax_records", at=at, data=data).outcome

    assert (kept("2024-03-09"), kept("2024-03-11")) == ("permit", "deny")
