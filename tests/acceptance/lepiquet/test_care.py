"""Customer service: the logs, who sees them, and what they serve beside the request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from placket.facts import Kind
from placket.policy.rules import Capture, as_dict
from tests.acceptance.lepiquet.persons import ADA, BO, VISITOR, asked_us, used_on_interest
from tests.acceptance.retailers import closed, deny, happened, lives, objected, restricted, told

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

ASKS = (*ADA, *asked_us("Q-1", "2026-05-25"))
ANSWERED = (*ASKS, *closed("service_request", "2026-05-28", "Q-1"))
LOG = ("call_log", "correspondence")
WRITES = (
    *lives("GB"),
    *told(Kind.HAPPENED, "2026-05-30", "social_message.received", marks=("contact",)),
)


@pytest.mark.clause("LP-058")
def test_service_rests_on_our_interest_and_yields_to_an_objection(shop: Shop) -> None:
    (rule,) = shop.clause("LP-058")
    objects = (*ADA, *objected("customer_service", "2026-05-30"))

    assert (rule.basis, rule.provenance.word) == ("legitimate_interest", "said")
    assert shop.ask(ADA, "customer_service", data=("name",)) == used_on_interest("LP-058", "name")
    assert shop.ask(objects, "customer_service", data=("name",)) == deny(
        "objection.legitimate_interest LP-058"
    )


@pytest.mark.clause("LP-059")
def test_each_call_of_a_customer_or_an_enquirer_is_logged(shop: Shop) -> None:
    logged = used_on_interest("LP-059", "phone", "mobile", "call_log")

    assert [shop.ask(about, "log_calls") for about in (ADA, BO)] == [logged, logged]
    assert shop.ask(ADA, "log_calls", channel="email") == deny("declared.channel LP-059")
    assert shop.ask(VISITOR, "log_calls") == deny("role.not_concerned LP-059")


@pytest.mark.clause("LP-060")
def test_what_is_written_stands_with_the_calls(shop: Shop) -> None:
    form = shop.rule("LP-060", Capture)

    assert (form.channels, form.takes) == (("email", "post", "web_form"), ("correspondence",))
    assert shop.ask(ASKS, "handle_requests", data=LOG) == used_on_interest("LP-062", *LOG)


@pytest.mark.clause("LP-061")
def test_a_message_on_social_media_is_kept_and_answered_there(shop: Shop) -> None:
    form = shop.rule("LP-061", Capture)

    assert (form.source, form.takes) == ("social_media_platform", ("username", "correspondence"))
    assert shop.ask(WRITES, "answer_on_social_media") == used_on_interest(
        "LP-061", "username", "correspondence"
    )
    assert shop.ask(ADA, "answer_on_social_media", data=("correspondence",)) == deny(
        "role.not_concerned LP-061"
    )


@pytest.mark.clause("LP-062")
def test_the_logs_serve_questions_and_complaints(shop: Shop) -> None:
    (activity,) = shop.policy.activities["handle_requests"]

    assert activity.purpose == ("customer_service", "complaint_handling")
    assert shop.ask(BO, "handle_requests") == used_on_interest(
        "LP-062",
        "name",
        "email",
        "phone",
        "mobile",
        "customer_id",
        "order_details",
        *LOG,
        "enquiry_details",
    )


@pytest.mark.clause("LP-062")
def test_care_sees_a_log_while_the_request_is_open(shop: Shop) -> None:
    asked: dict[str, Any] = {"actor": "customer_care", "data": LOG}

    assert shop.ask(ASKS, "handle_requests", **asked, case="Q-1") == used_on_interest(
        "LP-062", *LOG
    )
    assert shop.ask(ASKS, "handle_requests", **asked) == deny(
        *["access.no_open_case LP-062"] * 2, withheld=LOG
    )
    assert shop.ask(ANSWERED, "handle_requests", **asked, case="Q-1") == deny(
        *["access.no_open_case LP-062"] * 2, withheld=LOG
    )


@pytest.mark.clause("LP-063")
def test_reviewers_sample_logs_but_not_of_who_asked_us_to_stop(shop: Shop) -> None:
    asked = {"activity": "review_service", "actor": "quality"}

    assert shop.ask(ASKS, **asked) == used_on_interest("LP-063", *LOG)
    assert shop.ask((*ASKS, *restricted("2026-05-28")), **asked) == deny(
        *["restricted LP-063"] * 2, withheld=LOG
    )
    assert shop.ask(ASKS, **asked, data=("email",)) == deny(
        "declared.data LP-063", "access.data LP-063", withheld=("email",)
    )


@pytest.mark.clause("LP-064")
def test_a_report_for_better_service_counts_and_names_nobody(shop: Shop) -> None:
    (activity,) = shop.policy.activities["improve_service"]

    assert as_dict(activity.output) == {"aggregate": "requests by topic", "names": "none"}
    assert shop.ask(ASKS, "improve_service") == used_on_interest("LP-064", *LOG)
    assert shop.ask(ASKS, "improve_service", data=("name",)) == deny(
        "declared.data LP-064", withheld=("name",)
    )


@pytest.mark.clause("LP-058")
def test_who_only_looked_at_the_site_is_nobody_s_case(shop: Shop) -> None:
    looks = (*lives("GB"), *happened("visit.made", "2026-05-30"))

    assert shop.ask(looks, "customer_service", data=("name",)) == deny("role.not_concerned LP-058")
