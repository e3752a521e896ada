"""What visits, calls and answers leave: the day before the end of a period, and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.acceptance.muse.cases import RECORDING_TRAINS, SITE_IMPROVES, case, ends
from tests.acceptance.muse.persons import HOLDS_AN_ACCOUNT, met
from tests.acceptance.retailers import (
    agreed,
    closed,
    happened,
    lives,
    on_consent,
    on_contract,
    on_interest,
    opened,
    ordered,
    permit,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

LOOKED = (
    *HOLDS_AN_ACCOUNT,
    *happened("visit.made", "2024-01-10"),
    *met("website", "2024-01-10"),
    *agreed("analysis", "2024-01-10"),
)
ANSWERED = (*lives("DE"), *ordered("M-1", "2022-12-20"), *happened("survey.answered", "2023-01-10"))
ASKED_CARE = (*lives("DE"), *ordered("M-1", "2022-01-01"), *closed("order", "2022-01-10", "M-1"))
ASKS_AGAIN = (*ASKED_CARE, *opened("case", "2023-12-01", "C-1"))
CALLED = (*lives("DE"), *happened("call.ended", "2024-01-10"))
LEFT_A_BAG = (
    *lives("DE"),
    *happened("visit.made", "2026-01-10"),
    *happened("bag.left", "2026-01-10"),
)
VISITED = (*lives("DE"), *happened("visit.made", "2025-01-10"))
HAS_THE_APP = (
    *lives("DE"),
    *happened("app.opened", "2025-01-10"),
    *agreed("push", "2025-01-10", wording="push-1", channel="push"),
)
USED_THE_APP = (
    *lives("DE"),
    *happened("app.opened", "2024-01-10"),
    *met("app", "2024-01-10"),
    *agreed("app_telemetry", "2024-01-10"),
)


# Visits and the app


@pytest.mark.clause("MU-066", "MU-118", "MU-036", "MU-113", "MU-024", "MU-025")
@pytest.mark.parametrize(
    "row",
    [
        *ends(
            "MU-066", LOOKED, "improve_site", SITE_IMPROVES, between=("2026-02-09", "2026-02-11")
        ),
        *ends(
            "MU-118",
            VISITED,
            "keep_bag",
            permit(on_interest("MU-114"), data=("cookie_data",)),
            between=("2026-02-09", "2026-02-11"),
            data=("cookie_data",),
        ),
        *ends(
            "MU-036",
            VISITED,
            "present_site",
            permit(on_interest("MU-036"), data=("device_info",)),
            between=("2026-02-09", "2026-02-11"),
        ),
        *ends(
            "MU-113",
            LEFT_A_BAG,
            "keep_bag",
            permit(on_interest("MU-114"), data=("bag_contents",)),
            between=("2026-04-09", "2026-04-11"),
            data=("bag_contents",),
        ),
        *ends(
            "MU-024",
            HAS_THE_APP,
            "push_notifications",
            permit(*on_consent("MU-024", "MU-024"), data=("push_token",)),
            between=("2026-02-09", "2026-02-11"),
            data=("push_token",),
        ),
        *ends(
            "MU-025",
            USED_THE_APP,
            "improve_app",
            permit(*on_consent("MU-025", "MU-025"), data=("app_usage", "ip_address")),
            between=("2026-02-09", "2026-02-11"),
        ),
    ],
)
def test_what_a_visit_left_goes_after_its_months(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


# Care and surveys


@pytest.mark.clause("MU-067", "MU-068", "MU-069")
@pytest.mark.parametrize(
    "row",
    [
        *ends(
            "MU-067",
            ANSWERED,
            "ask_opinions",
            permit(on_interest("MU-067"), data=("survey_responses",)),
            between=("2026-01-09", "2026-01-11"),
            data=("survey_responses",),
        ),
        *ends(
            "MU-068",
            ASKED_CARE,
            "customer_care",
            permit(*on_contract("MU-136"), data=("enquiry_details",)),
            between=("2023-12-31", "2024-01-02"),
            channel="phone",
            data=("enquiry_details",),
        ),
        case(
            "MU-068",
            ASKS_AGAIN,
            "customer_care",
            permit(*on_contract("MU-136", relations=2), data=("enquiry_details",)),
            at="2024-01-02",
            channel="phone",
            data=("enquiry_details",),
        ),
        *ends(
            "MU-069",
            CALLED,
            "train_by_recordings",
            RECORDING_TRAINS,
            between=("2024-07-09", "2024-07-11"),
        ),
    ],
)
def test_what_was_said_goes_after_its_time(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
