"""Rows of tables of answers, and the answers that tests of several places expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pytest

from tests.acceptance.muse.persons import CONTACT
from tests.acceptance.retailers import (
    Answer,
    Shop,
    Told,
    deny,
    on_consent,
    on_contract,
    on_interest,
    permit,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _pytest.mark.structures import ParameterSet


class Case(NamedTuple):
    """One row: a person, an act, what else the question says, and the policy's answer."""

    about: Told
    activity: str
    asked: Mapping[str, Any]
    answer: Answer

    def put_to(self, shop: Shop) -> Answer:
        return shop.ask(self.about, self.activity, **self.asked)


def case(claim: str, about: Told, activity: str, answer: Answer, **asked: Any) -> ParameterSet:
    """Return the row of a claim: the clauses that make it true, and what it shows."""
    return pytest.param(Case(about, activity, asked, answer), id=claim)


def ends(
    clause: str,
    about: Told,
    activity: str,
    answer: Answer,
    *,
    between: tuple[str, str],
    **asked: Any,
) -> tuple[ParameterSet, ParameterSet]:
    """Return two rows: the answer of the last day of a clause's period, and of the day after.

    between: the two days, or moments.
    """
    last, over = between
    gone = deny(f"retention.ended {clause}", withheld=answer.data)
    return (
        case(clause, about, activity, answer, at=last, **asked),
        case(clause, about, activity, gone, at=over, **asked),
    )


# In the Union and the United Kingdom

NEWSLETTER: Final = permit(
    *on_consent("MU-127", "MU-064"), data=("name", "email", "marketing_preferences")
)
SERVICE_MESSAGE: Final = permit(on_interest("MU-145"), data=("name", "email"))
RECORDING_TRAINS: Final = permit(on_interest("MU-029"), data=("call_recording",))
ASKED_OPINION: Final = permit(
    on_interest("MU-067"),
    data=("name", "email", "order_details", "survey_responses", "market_research_data"),
)
SCREENED: Final = permit(
    on_interest("MU-112"),
    data=("name", "billing_address", "delivery_address", "order_details", "payment_details"),
)
RUNS_ACCOUNT: Final = permit(
    *on_contract("MU-014"),
    data=(
        *CONTACT,
        "password",
        "login_details",
        "customer_id",
        "country",
        "birth_day_month",
        "favourite_designers",
        "marketing_preferences",
        "account_profile",
    ),
)

LEFT_ON_SITE: Final = (
    "referrer",
    "visit_time",
    "browsing_history",
    "search_history",
    "site_performance",
    "page_interactions",
    "exit_method",
)
SITE_IMPROVES: Final = permit(on_interest("MU-115"), data=LEFT_ON_SITE)


def keeps_books(*data: str) -> Answer:
    """Return that records are kept for tax: both kinds unless `data` names them."""
    both = ("billing_records", "transaction_records")
    duty = ("permitted.legal_obligation MU-110", "permitted.relation MU-110")
    return permit(*duty, data=data or both)


# Elsewhere

EMAILED: Final = {"channel": "email", "data": ("email",)}
"""What is asked of a message that takes the address alone."""

NEWS_BY_EMAIL: Final = permit(*on_consent("MU-250", "MU-249"), data=("email",))
NO_YES_TO_NEWS: Final = deny("basis.consent_not_given MU-249", "channel.no_soft_opt_in MU-250")
NEWS_REFUSED: Final = deny(
    "basis.consent_refused MU-249", "channel.refused MU-250", "channel.no_soft_opt_in MU-250"
)
OFFERS_OF_OTHERS: Final = permit(
    *on_consent("MU-202", "MU-202"), data=("name", "email", "marketing_preferences")
)
FILLED: Final = permit(*on_contract("MU-164"), data=(*CONTACT, "order_details", "payment_details"))
REQUESTED: Final = {"channel": "email", "data": ("email", "order_details")}
SERVED: Final = permit(*on_contract("MU-193", relations=2), data=REQUESTED["data"])
RECORDING_IMPROVES: Final = permit(on_interest("MU-187"), data=("call_recording",))
NOT_OF_THIS_HALF: Final = deny("declared.region")
