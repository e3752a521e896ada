"""What data are used for: interests, contracts, safety, cosmetics, resale, records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from placket.policy.rules import as_dict
from tests.acceptance.all_brands.persons import (
    AT_TILL,
    AUTHOR,
    CLIENT,
    HARMED,
    HOLDER,
    OWNER,
    VISITOR,
    YUKI,
)
from tests.acceptance.retailers import (
    agreed,
    closed,
    deny,
    erased,
    happened,
    lives,
    no_party,
    objected,
    on_contract,
    on_interest,
    opened,
    permit,
    restricted,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop, Told

WRITTEN_TO = ("name", "email")
NO = withdrew("email_marketing", "2026-05-30", channel="email")


# Interests, products, improvement


@pytest.mark.clause("AL-031")
def test_interests_are_learnt_from_purchases_and_what_was_told(shop: Shop) -> None:
    assert shop.ask(YUKI, "learn_interests") == permit(
        "permitted.legitimate_interest AL-031",
        data=(
            "purchase_history",
            "shopping_preferences",
            "collection_preferences",
            "interest_profile",
        ),
    )
    assert shop.ask(
        (*YUKI, *objected("interest_analysis", "2026-05-31")), "learn_interests"
    ) == deny("objection.legitimate_interest AL-031")
    assert shop.ask(VISITOR, "learn_interests") == deny(
        "role.not_concerned AL-031",
        "retention.ended AL-103",
        withheld=("purchase_history", "shopping_preferences", "collection_preferences"),
    )


@pytest.mark.clause("AL-031")
def test_what_was_browsed_joins_in_after_a_yes_to_its_cookies(shop: Shop) -> None:
    yes = (*YUKI, *agreed("personalisation", "2026-05-30"))

    assert shop.ask(yes, "learn_from_visits") == permit(
        "permitted.legitimate_interest AL-031", data=("browsing_history", "interest_profile")
    )
    assert shop.ask(YUKI, "learn_from_visits") == deny("device.no_consent AL-026")


class Measure(NamedTuple):
    """An activity that rests on interest, what comes of it, and somebody whom it counts."""

    activity: str
    clause: str
    purpose: str
    output: dict[str, object]
    about: Told
    data: tuple[str, ...]


MEASURES = [
    Measure(
        "understand_product_use",
        "AL-032",
        "product_improvement",
        {"aggregate": "product", "at_least": 20},
        OWNER,
        ("product_usage",),
    ),
    Measure(
        "make_better",
        "AL-033",
        "site_improvement",
        {"aggregate": "screen", "at_least": 20},
        VISITOR,
        ("site_performance",),
    ),
    Measure(
        "read_reputation",
        "AL-050",
        "e_reputation",
        {"form": "counts", "of": "sentiment", "without": ("username",)},
        AUTHOR,
        ("social_posts",),
    ),
    Measure(
        "measure_campaigns",
        "AL-051",
        "campaign_measurement",
        {"aggregate": "campaign", "at_least": 20},
        YUKI,
        ("purchase_history",),
    ),
]


@pytest.mark.clause("AL-032", "AL-033", "AL-050", "AL-051")
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.activity)
def test_what_comes_of_a_measure_names_nobody(shop: Shop, measure: Measure) -> None:
    _, clause, _, output, about, data = measure
    named = shop.ask(about, measure.activity, data=("username",))

    assert as_dict(shop.rules["activity", measure.activity].output) == output
    assert shop.ask(about, measure.activity, data=data) == permit(on_interest(clause), data=data)
    assert named.because[0] == f"declared.data {clause}"


@pytest.mark.clause("AL-032", "AL-033", "AL-050", "AL-051")
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.activity)
def test_a_measure_that_rests_on_interest_stops_at_an_objection(
    shop: Shop, measure: Measure
) -> None:
    objects = (*measure.about, *objected(measure.purpose, "2026-05-31"))
    answer = shop.ask(objects, measure.activity)

    assert (answer.outcome, answer.because[0]) == (
        "deny",
        f"objection.legitimate_interest {measure.clause}",
    )


@pytest.mark.clause("AL-034")
@pytest.mark.parametrize("channel", ["website", "app", "offline"])
def test_an_experience_is_fitted_wherever_we_meet(shop: Shop, channel: str) -> None:
    fitted = permit(
        "permitted.legitimate_interest AL-034",
        data=(
            "interest_profile",
            "fragrance_notes",
            "collection_preferences",
            "gender",
            "birthday",
        ),
    )

    assert shop.ask(CLIENT, "customise_experience", channel=channel) == fitted
    assert shop.ask((*CLIENT, *NO), "customise_experience", channel=channel) == fitted
    assert shop.ask(
        (*CLIENT, *objected("personalisation", "2026-05-31")),
        "customise_experience",
        channel=channel,
    ) == deny("objection.legitimate_interest AL-034")


@pytest.mark.clause("AL-035")
def test_marketing_is_chosen_apart_from_the_right_to_send_it(shop: Shop) -> None:
    assert shop.ask(HOLDER, "tailor_marketing") == permit(
        "permitted.legitimate_interest AL-035", data=("interest_profile",)
    )
    assert shop.ask(HOLDER, "offers_on_consent", channel="email") == deny(
        "basis.consent_not_given AL-049", "channel.no_soft_opt_in AL-049"
    )
    assert shop.ask(
        (*HOLDER, *objected("direct_marketing", "2026-05-31")), "tailor_marketing"
    ) == deny("objection.direct_marketing AL-035")


# Under a contract


@pytest.mark.clause("AL-036", "AL-037")
@pytest.mark.parametrize(
    ("activity", "clause", "about", "data"),
    [
        (
            "run_connected_service",
            "AL-036",
            OWNER,
            ("product_usage", "battery_level", "email"),
        ),
        ("fulfil_order", "AL-037", YUKI, ("name", "email", "delivery_address", "order_details")),
    ],
)
def test_a_contract_is_carried_out_for_its_party(
    shop: Shop, activity: str, clause: str, about: Told, data: tuple[str, ...]
) -> None:
    assert shop.ask(about, activity) == permit(*on_contract(clause), data=data)
    assert shop.ask(HOLDER, activity) == deny(*no_party(clause))


@pytest.mark.clause("AL-037")
def test_a_courier_gets_name_and_address(shop: Shop) -> None:
    assert shop.ask(YUKI, "fulfil_order", recipient="courier") == permit(
        *on_contract("AL-037"),
        "recipient.data AL-102",
        data=("name", "delivery_address"),
        withheld=("email", "order_details"),
    )


@pytest.mark.clause("AL-038")
@pytest.mark.parametrize("channel", ["email", "phone"])
def test_whoever_asks_is_answered(shop: Shop, channel: str) -> None:
    asks = (*lives("JP"), *opened("enquiry", "2026-05-30", "Q-1"))

    assert shop.ask(asks, "answer_request", channel=channel, data=("name", channel)) == permit(
        *on_contract("AL-038"), data=("name", channel)
    )


@pytest.mark.clause("AL-038", "AL-039")
def test_client_services_see_a_file_while_a_matter_is_open(shop: Shop) -> None:
    asks = (*AT_TILL, *opened("enquiry", "2026-05-30", "Q-1"))
    looking: dict[str, Any] = {
        "channel": "phone",
        "actor": "client_services",
        "data": ("enquiry_details",),
    }

    assert shop.ask(asks, "answer_request", case="Q-1", **looking) == permit(
        *on_contract("AL-038"), data=("enquiry_details",)
    )
    assert shop.ask(asks, "answer_request", **looking) == deny(
        "access.no_open_case AL-104", withheld=("enquiry_details",)
    )


@pytest.mark.clause("AL-039")
def test_a_complaint_is_handled_while_it_is_open(shop: Shop) -> None:
    complains = (*YUKI, *opened("complaint", "2026-05-30", "K-1"))
    answered = (*complains, *closed("complaint", "2026-05-31", "K-1"))

    assert shop.ask(complains, "handle_complaint", data=("name", "enquiry_details")) == permit(
        *on_contract("AL-039", relations=2), data=("name", "enquiry_details")
    )
    assert shop.ask(answered, "handle_complaint") == deny("situation.closed AL-039")


@pytest.mark.clause("AL-040", "AL-041", "AL-043")
@pytest.mark.parametrize(
    ("activity", "clause", "occasion"),
    [
        ("account_message", "AL-040", ""),
        ("service_update", "AL-041", ""),
        ("terms_notice", "AL-043", "terms v3"),
    ],
)
def test_a_message_under_contract_reaches_who_wants_no_marketing(
    shop: Shop, activity: str, clause: str, occasion: str
) -> None:
    wanted = permit(*on_contract(clause), data=WRITTEN_TO)

    assert shop.ask((*HOLDER, *NO), activity, occasion=occasion) == wanted
    assert (
        shop.ask(
            (*HOLDER, *objected("direct_marketing", "2026-05-31")), activity, occasion=occasion
        )
        == wanted
    )
    assert shop.ask(AT_TILL, activity, occasion=occasion) == deny(*no_party(clause))


@pytest.mark.clause("AL-041")
def test_who_owns_a_product_hears_of_its_service_without_an_account(shop: Shop) -> None:
    assert shop.ask(OWNER, "service_update") == permit(*on_contract("AL-041"), data=WRITTEN_TO)


@pytest.mark.clause("AL-043")
def test_terms_are_told_when_there_are_new_ones(shop: Shop) -> None:
    assert shop.ask(HOLDER, "terms_notice") == deny("declared.occasion AL-043")


@pytest.mark.clause("AL-042")
def test_comments_are_answered_while_they_are_open(shop: Shop) -> None:
    wrote = (*YUKI, *opened("feedback", "2026-05-30", "F-1"))

    assert shop.rules["activity", "answer_feedback"].provenance.word == "narrowed"
    assert shop.ask(wrote, "answer_feedback") == permit(
        "permitted.legitimate_interest AL-042", data=("name", "email", "feedback")
    )
    assert shop.ask(YUKI, "answer_feedback") == deny("situation.closed AL-042")
    assert shop.ask(
        (*wrote, *objected("feedback_request", "2026-05-31")), "answer_feedback"
    ) == deny("objection.legitimate_interest AL-042")


# Safety


@pytest.mark.clause("AL-044")
def test_data_are_opened_under_an_incident_and_judged_by_a_person(shop: Shop) -> None:
    stolen = (*YUKI, *opened("incident", "2026-05-21", "I-1"))

    assert shop.rules["activity", "guard_against_wrongs"].then == "human_review"
    assert shop.ask(stolen, "guard_against_wrongs", recipient="law_enforcement") == permit(
        "permitted.legitimate_interest AL-044",
        data=("name", "purchase_history", "cctv_footage", "payment_details"),
    )
    assert shop.ask(stolen, "guard_against_wrongs", actor="security_staff", case="I-1") == permit(
        "permitted.legitimate_interest AL-044",
        "access.data AL-012",
        data=("name", "purchase_history", "cctv_footage"),
        withheld=("payment_details",),
    )
    assert shop.ask(YUKI, "guard_against_wrongs") == deny("situation.closed AL-044")


# Cosmetics


@pytest.mark.clause("AL-045")
def test_an_adverse_effect_goes_to_the_authority_by_law(shop: Shop) -> None:
    rule = shop.rules["activity", "follow_adverse_effect"]

    assert (rule.basis, rule.condition, [pack for pack, _ in rule.law]) == (
        "legal_obligation",
        "i",
        ["uk", "eu"],
    )
    assert shop.ask(HARMED, "follow_adverse_effect", recipient="government") == permit(
        "permitted.legal_obligation AL-045",
        "recipient.data AL-102",
        data=("health_adverse_effect",),
        withheld=("name", "email"),
    )


@pytest.mark.clause("AL-045")
def test_a_report_stays_ten_years_through_erasure_and_restriction(shop: Shop) -> None:
    health = ("health_adverse_effect",)
    gone = erased(("all_held",), "2026-05-01", "kept:health_adverse_effect:duty:")
    frozen = restricted("2026-05-01")
    kept = permit("permitted.legal_obligation AL-045", data=health)

    assert shop.ask((*HARMED, *gone), "follow_adverse_effect", data=health) == kept
    assert shop.ask((*HARMED, *frozen), "follow_adverse_effect", data=health) == kept
    assert shop.ask(HARMED, "follow_adverse_effect", data=health, at="2034-02-28") == kept
    assert shop.ask(HARMED, "follow_adverse_effect", data=health, at="2034-03-02") == deny(
        "retention.ended AL-045", withheld=health
    )


# Counterfeits and resale


@pytest.mark.clause("AL-046")
def test_a_report_of_a_fake_is_evidence_of_its_case(shop: Shop) -> None:
    reported = (*lives("FR"), *opened("enquiry", "2026-05-30", "Q-9"))
    evidence = ("enquiry_details",)

    assert shop.ask(
        reported, "trace_counterfeits", actor="brand_protection", data=evidence
    ) == permit("permitted.legitimate_interest AL-046", data=evidence)
    assert shop.ask(reported, "trace_counterfeits", actor="client_advisor", data=evidence) == deny(
        "access.data AL-014", withheld=evidence
    )
    assert shop.ask(HOLDER, "trace_counterfeits") == deny("role.not_concerned AL-046")


@pytest.mark.clause("AL-047")
def test_resale_is_pursued_in_a_case(shop: Shop) -> None:
    case = (*YUKI, *opened("resale_case", "2026-05-30", "R-1"))

    assert shop.ask(case, "pursue_resale") == permit(
        "permitted.legitimate_interest AL-047", data=("name", "email", "purchase_history")
    )
    assert shop.ask(YUKI, "pursue_resale") == deny("situation.closed AL-047")


@pytest.mark.clause("AL-048")
@pytest.mark.parametrize("buyer", [YUKI, AT_TILL], ids=["online", "in store"])
def test_quantity_and_frequency_are_watched_and_a_person_decides(shop: Shop, buyer: Told) -> None:
    rule = shop.rules["activity", "watch_resale"]

    assert (as_dict(rule.flag), rule.then) == (
        {
            "more_than": 5,
            "of": "one_product",
            "within": "30 days",
            "over": ("web", "store"),
        },
        "human_review",
    )
    assert shop.ask(buyer, "watch_resale") == permit(
        "permitted.legitimate_interest AL-048", data=("purchase_history",)
    )
    assert shop.ask((*buyer, *objected("diversion_control", "2026-05-31")), "watch_resale") == deny(
        "objection.legitimate_interest AL-048"
    )


# Records, law, insurance

SOLD = (*happened("order.placed", "2014-01-01"), *happened("sale.made", "2014-01-01"))
RECORDS = ("transaction_records", "billing_records")


@pytest.mark.clause("AL-052")
@pytest.mark.parametrize(
    ("country", "last", "over"),
    [
        ("FR", "2023-12-31", "2024-01-02"),
        ("JP", "2023-12-31", "2024-01-02"),
        ("GB", "2020-12-31 22:59", "2020-12-31 23:00"),
    ],
)
def test_records_stay_as_long_as_the_law_of_the_books_asks(
    shop: Shop, country: str, last: str, over: str
) -> None:
    buyer = (*lives(country), *SOLD)

    assert shop.ask(buyer, "keep_records", at=last) == permit(
        "permitted.legal_obligation AL-052", data=RECORDS
    )
    assert shop.ask(buyer, "keep_records", at=over) == deny(
        "retention.ended AL-052", withheld=RECORDS
    )


@pytest.mark.clause("AL-052")
def test_records_serve_their_duty_alone(shop: Shop) -> None:
    assert shop.using("transaction_records") == ["keep_records"]
    assert shop.ask(YUKI, "know_purchases", data=("transaction_records",)).because[0] == (
        "declared.data AL-020"
    )


@pytest.mark.clause("AL-053")
@pytest.mark.parametrize(
    ("activity", "basis", "occasion", "data"),
    [
        ("meet_the_law", "legal_obligation", "a duty", ("name", "email", "order_details")),
        ("settle_insurance", "legitimate_interest", "a loss", ("name", "email", "order_details")),
        ("run_the_books", "legitimate_interest", "", ("order_details",)),
    ],
)
def test_law_insurance_and_running_are_three_activities(
    shop: Shop, activity: str, basis: str, occasion: str, data: tuple[str, ...]
) -> None:
    assert shop.ask(YUKI, activity, occasion=occasion) == permit(
        f"permitted.{basis} AL-053", data=data
    )
    assert not occasion or shop.ask(YUKI, activity) == deny("declared.occasion AL-053")
