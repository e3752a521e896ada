"""Outside the Union and the United Kingdom: each purpose has its own limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.facts import Kind
from tests.acceptance.muse.cases import case
from tests.acceptance.muse.elsewhere import CARE_CASE, COMMENTER, HOLDER, LOOKER, says_yes
from tests.acceptance.muse.persons import CONTACT, NOOR
from tests.acceptance.retailers import (
    deny,
    objected,
    on_consent,
    on_interest,
    opened,
    permit,
    sent,
    told,
    withdrew,
)

if TYPE_CHECKING:
    from tests.acceptance.muse.cases import Case
    from tests.acceptance.retailers import Shop

OWES = (*NOOR, *opened("debt", "2026-05-25", "D-1"))
PERMISSION = says_yes("testimonial_permission", "other-testimonial-1", "online")
INVITED = sent("invite_to_survey", "2026-05-10")

INTERESTS = [
    case(
        "MU-195: orders go into the books",
        NOOR,
        "keep_books",
        permit(
            on_interest("MU-195"),
            data=("name", "billing_address", "order_details", "billing_records"),
        ),
    ),
    case(
        "MU-195: an auditor reads them",
        NOOR,
        "keep_books",
        permit(
            on_interest("MU-195"),
            data=("name", "billing_address", "order_details", "billing_records"),
        ),
        actor="auditor",
    ),
    case(
        "MU-195: a trainer does not",
        NOOR,
        "keep_books",
        deny("access.data MU-200", withheld=("billing_records",)),
        data=("billing_records",),
        actor="trainer",
    ),
    case(
        "MU-196: credit is checked when the person asks to pay later",
        NOOR,
        "check_credit",
        permit(on_interest("MU-196"), data=(*CONTACT, "date_of_birth", "payment_history")),
        occasion="pay later",
    ),
    case(
        "MU-196: and not without being asked",
        NOOR,
        "check_credit",
        deny("declared.occasion MU-196"),
    ),
    case(
        "MU-199: what is owed is collected",
        OWES,
        "collect_debt",
        permit(on_interest("MU-199"), data=("name", "postal_address")),
        channel="post",
        data=("name", "postal_address"),
    ),
    case(
        "MU-199: what is paid is not",
        NOOR,
        "collect_debt",
        deny("situation.closed MU-199"),
        channel="post",
        data=("name", "postal_address"),
    ),
    case(
        "MU-199 MU-209: no collector gets it",
        OWES,
        "collect_debt",
        deny("declared.recipient MU-199"),
        channel="post",
        data=("name",),
        recipient="third_party",
    ),
    case(
        "MU-200: the site is kept safe",
        LOOKER,
        "keep_safe",
        permit(
            on_interest("MU-200"),
            data=("ip_address", "browser_type", "visit_time", "login_details"),
        ),
        actor="security_staff",
    ),
    case(
        "MU-200: harm by a product is watched for",
        NOOR,
        "watch_product_safety",
        permit(on_interest("MU-200"), data=("purchase_history",)),
        data=("purchase_history",),
    ),
    case(
        "MU-200: staff are trained on letters",
        NOOR,
        "train_staff",
        permit(on_interest("MU-200"), data=("correspondence", "chat_messages")),
        actor="trainer",
    ),
    case(
        "MU-200: and see no visits for it",
        LOOKER,
        "keep_safe",
        deny("access.data MU-200", withheld=("ip_address",)),
        data=("ip_address",),
        actor="trainer",
    ),
    case(
        "MU-200: the office runs",
        NOOR,
        "run_office",
        permit(on_interest("MU-200"), data=(*CONTACT, "customer_id", "order_id")),
    ),
    case(
        "MU-201: duplicates are found",
        NOOR,
        "match_entries",
        permit(on_interest("MU-201"), data=(*CONTACT, "customer_id")),
    ),
    case(
        "MU-201: markets are counted",
        NOOR,
        "study_market",
        permit(on_interest("MU-201"), data=("purchase_history", "prices_paid", "country")),
    ),
    case(
        "MU-203: systems are tested without a name",
        NOOR,
        "test_systems",
        permit(on_interest("MU-203"), data=("order_details", "browsing_history")),
    ),
    case(
        "MU-203: a name is in no test",
        NOOR,
        "test_systems",
        deny("declared.data MU-203", withheld=("name",)),
        data=("name",),
    ),
    case(
        "MU-204: a study gets what it lists",
        NOOR,
        "run_study",
        permit(on_interest("MU-204"), data=("sizing",)),
        occasion="S-2",
        data=("sizing",),
    ),
    case(
        "MU-204: without its approval nothing",
        NOOR,
        "run_study",
        deny("declared.occasion MU-204"),
        data=("sizing",),
    ),
    case(
        "MU-204: and never what it does not list",
        NOOR,
        "run_study",
        deny("declared.data MU-204", withheld=("email",)),
        occasion="S-2",
        data=("email",),
    ),
    case(
        "MU-206: a need that was noted is seen in the next case",
        CARE_CASE,
        "remember_needs",
        permit(on_interest("MU-206"), data=("shopping_preferences", "service_needs")),
        actor="customer_care",
        case="K-1",
    ),
    case(
        "MU-206: and outside of a case it is not",
        NOOR,
        "remember_needs",
        deny("access.no_open_case MU-206", withheld=("service_needs",)),
        actor="customer_care",
        data=("service_needs",),
    ),
    case(
        "MU-207: counsel reads orders under a case",
        NOOR,
        "argue_case",
        permit(on_interest("MU-207"), data=("order_details",)),
        occasion="D-4",
        data=("order_details",),
    ),
    case(
        "MU-207: and without one does not",
        NOOR,
        "argue_case",
        deny("declared.occasion MU-207"),
        data=("order_details",),
    ),
    case(
        "MU-207: a claim outlasts an objection",
        (*NOOR, *objected("", "2026-05-30", activity="argue_case")),
        "argue_case",
        permit(on_interest("MU-207"), data=("order_details",)),
        occasion="D-4",
        data=("order_details",),
    ),
    case(
        "MU-207: a demand of a law is answered once on record",
        NOOR,
        "answer_the_law",
        permit(on_interest("MU-207"), data=(*CONTACT, "order_details", "billing_records")),
        occasion="L-1",
    ),
    case(
        "MU-219: feedback improves services",
        COMMENTER,
        "learn_from_feedback",
        permit(on_interest("MU-219"), data=("feedback",)),
    ),
]

PUBLIC = [
    case(
        "MU-220: a testimonial waits for permission",
        NOOR,
        "publish_testimonial",
        deny("basis.consent_not_given MU-220"),
        channel="online",
    ),
    case(
        "MU-220: with permission it shows",
        (*NOOR, *PERMISSION),
        "publish_testimonial",
        permit(*on_consent("MU-220", "MU-220"), data=("testimonial", "name")),
        channel="online",
    ),
    case(
        "MU-220: where it was permitted",
        (*NOOR, *PERMISSION),
        "publish_testimonial",
        deny("basis.consent_not_given MU-220"),
        channel="offline",
    ),
    case(
        "MU-220: and comes down when it is taken back",
        (*NOOR, *PERMISSION, *withdrew("testimonial_permission", "2026-05-30", route="email")),
        "publish_testimonial",
        deny("basis.consent_refused MU-220"),
        channel="online",
    ),
    case(
        "MU-221 MU-222: a comment shows with its name",
        COMMENTER,
        "publish_comment",
        permit(on_interest("MU-221"), data=("username", "comment", "review")),
        channel="online",
    ),
    case(
        "MU-221: and comes down at an objection",
        (*COMMENTER, *objected("", "2026-05-30", activity="publish_comment")),
        "publish_comment",
        deny("objection.legitimate_interest MU-221"),
        channel="online",
    ),
    case(
        "MU-223: the address is not part of it",
        COMMENTER,
        "publish_comment",
        deny("declared.data MU-221", withheld=("email",)),
        channel="online",
        data=("comment", "email"),
    ),
]

SURVEYS = [
    case(
        "MU-205: a buyer is invited",
        NOOR,
        "invite_to_survey",
        permit(on_interest("MU-205"), data=("name", "email", "purchase_history")),
    ),
    case(
        "MU-205: who did not buy is not",
        HOLDER,
        "invite_to_survey",
        deny("role.not_concerned MU-205"),
    ),
    case(
        "MU-205: who switched surveys off is not",
        (*NOOR, *told(Kind.PREFERENCE_OFF, "2026-05-30", "topic:surveys")),
        "invite_to_survey",
        deny("preference.topic MU-205"),
    ),
    case(
        "MU-229: two invitations lie 3 months apart",
        (*NOOR, *INVITED),
        "invite_to_survey",
        deny("frequency MU-229"),
        at="2026-08-09",
    ),
    case(
        "MU-229: then one goes out again",
        (*NOOR, *INVITED),
        "invite_to_survey",
        permit(on_interest("MU-205"), data=("name", "email", "purchase_history")),
        at="2026-08-11",
    ),
]


@pytest.mark.clause(
    "MU-195",
    "MU-196",
    "MU-199",
    "MU-209",
    "MU-200",
    "MU-201",
    "MU-203",
    "MU-204",
    "MU-206",
    "MU-207",
    "MU-219",
)
@pytest.mark.parametrize("row", INTERESTS)
def test_each_purpose_has_its_own_limits(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-220", "MU-221", "MU-222", "MU-223")
@pytest.mark.parametrize("row", PUBLIC)
def test_what_is_published_waits_and_comes_down(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer


@pytest.mark.clause("MU-205", "MU-229")
@pytest.mark.parametrize("row", SURVEYS)
def test_surveys_come_to_buyers_now_and_then(shop: Shop, row: Case) -> None:
    assert row.put_to(shop) == row.answer
