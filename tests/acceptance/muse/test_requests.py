"""Requests, run from receipt to answer, in the half for Europe and in the other."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.handing import hand_over
from placket.gate.requests.planning import approve
from placket.gate.requests.proof import addresses_of
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.telling import tellings
from placket.plan.asking import Correction
from placket.policy.rules import Limit, as_dict
from placket.rights.moves import Move
from placket.rights.recipients import Act
from placket.rights.request import State
from placket.rights.right import Right
from tests.acceptance.requests import (
    ADA,
    BEN,
    BOSS,
    DAY,
    LENA,
    NOOR,
    STAFF,
    TODAY,
    of_table,
)
from tests.unit.sources.processors.fakes import Recipient, Reply
from tests.unit.sources.processors.fakes import outgoing as calls

if TYPE_CHECKING:
    from typing import Any

    from tests.acceptance.requests import Office


@pytest.fixture
def copy(office: Office) -> dict[str, Any]:
    """Return what Lena, in Germany, is given to see."""
    office.shared(LENA, "DHL", "name", "delivery_address", days_ago=5)
    return office.copy(office.answered(office.strongly(LENA, Right.ACCESS)))


def category(copy: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in copy["categories"] if each["category"] == name)
    return found


# Objecting


@pytest.mark.clause("MU-038")
def test_an_objection_stops_what_rests_on_an_interest_and_no_delivery(office: Office) -> None:
    before = office.ask(BEN, "tailor_adverts").outcome
    office.opened(BEN, Right.OBJECTION, activity="tailor_adverts", proof=("token",))
    office.opened(BEN, Right.OBJECTION, activity="ship_order", proof=("token",))

    assert before == "permit"
    assert office.ask(BEN, "tailor_adverts").because[0].startswith("objection.")
    assert office.ask(BEN, "ship_order").outcome == "permit"


@pytest.mark.clause("MU-038", "MU-039")
def test_an_objection_is_considered_and_answered_and_overruled_only_on_grounds_that_are_told(
    office: Office,
) -> None:
    case = office.opened(
        BEN,
        Right.OBJECTION,
        activity="screen_for_fraud",
        words="The check took my order for fraud.",
        proof=("code",),
    )

    assert "Tell us the reasons for your objection" in office.letter(case, "received")
    with pytest.raises(MoveRefused, match="it is not decided"):
        office.desk.answer(case.request.id)
    refused = office.desk.refuse(
        case.request.id, ground="compelling_grounds", by=BOSS, why="Stolen cards were used."
    )

    told = office.letter(refused, "refused")
    assert "Stolen cards were used." in told
    assert "UK GDPR Art. 21(1)" in told
    assert refused.request.state is State.REJECTED


@pytest.mark.clause("MU-039")
def test_no_to_marketing_needs_no_reason_and_is_never_refused(office: Office) -> None:
    before = office.ask(BEN, "offers_to_buyers", channel="email").outcome
    case = office.opened(BEN, Right.MARKETING_OPT_OUT, proof=("token",))

    with pytest.raises(MoveRefused, match="no ground to refuse this right"):
        office.desk.refuse(case.request.id, ground="compelling_grounds", by=BOSS, why="no")
    office.desk.accept(case.request.id, by=STAFF)

    assert before == "permit"
    assert "reasons" not in office.letter(case, "received")
    assert office.ask(BEN, "offers_to_buyers", channel="email").outcome == "deny"
    assert "it costs you nothing" in office.letter(office.desk.answer(case.request.id), "answered")


# Seeing


@pytest.mark.clause("MU-071", "MU-095")
def test_nothing_is_given_out_before_it_is_known_who_asks(office: Office) -> None:
    case = office.opened(LENA, Right.ACCESS, route="email")
    plan = office.planned(case)

    with pytest.raises(MoveRefused, match="not known well enough who asks"):
        approve(office.register, case.request.id, plan.digest(), by=BOSS)
    with pytest.raises(MoveRefused, match="no law or clause lets a fee be asked for"):
        office.desk.ask_fee(case.request.id, amount="5 EUR", ground="unfounded", by=STAFF)

    assert "It costs you nothing." in office.letter(case, "received")


@pytest.mark.clause("MU-095")
def test_a_code_to_the_address_on_file_and_a_wait_show_who_asks(office: Office) -> None:
    case = office.opened(LENA, Right.ERASURE, route="email")
    mail = next(a for a in addresses_of(office.gate, case) if a.identifier.kind == "email")
    office.desk.send_code(case.request.id, mail.id)
    code = office.letter(case, "code").partition("code is ")[2] or office.letter(case, "code")
    digits = next(word.strip(".") for word in code.split() if word.strip(".").isdecimal())

    known = office.desk.check_code(case.request.id, digits)
    plan = office.planned(known)
    with pytest.raises(MoveRefused, match="not known well enough who asks"):
        approve(office.register, case.request.id, plan.digest(), by=BOSS)
    office.pass_time(4 * DAY)

    assert approve(office.register, case.request.id, plan.digest(), by=BOSS).request.is_approved


@pytest.mark.clause("MU-072")
def test_a_letter_counts_from_the_day_it_came(office: Office) -> None:
    case = office.opened(LENA, Right.ACCESS, route="post", by=STAFF, received_at=TODAY - 10 * DAY)

    assert (case.request.route, str(case.due)) == ("post", "2026-06-22")
    assert {"email", "post"} <= set(case.terms.said[Right.ACCESS][0].by)


@pytest.mark.clause("MU-073")
def test_the_copy_describes_each_category_that_is_held(copy: dict[str, Any]) -> None:
    told = {each["category"] for each in copy["categories"]}

    assert told >= {"name", "email", "phone", "delivery_address", "purchase_history"}
    assert "wish_list" not in told
    assert "Delivery address" in copy["page"]


@pytest.mark.clause("MU-074")
def test_the_copy_says_for_what_each_datum_is_held_and_on_which_basis(
    copy: dict[str, Any],
) -> None:
    email = category(copy, "email")

    assert {"order_updates", "direct_marketing"} <= set(email["purposes"])
    assert {"contract", "consent", "legitimate_interest"} <= set(email["bases"])


@pytest.mark.clause("MU-075")
def test_the_copy_says_who_could_get_data_and_who_did(copy: dict[str, Any]) -> None:
    assert "DHL" in category(copy, "delivery_address")["may_receive"]
    assert [(e["recipient"], e["at"][:10], e["data"]) for e in copy["received"]] == [
        ("DHL", "2026-05-27", ["delivery_address", "name"])
    ]


@pytest.mark.clause("MU-076")
def test_the_copy_says_until_when_or_by_which_rule_data_stay(copy: dict[str, Any]) -> None:
    books = next(each for each in copy["kept"] if each["data"] == ["billing_records"])

    assert books["period"] == "7 years from invoice.dated to the end of the accounting year"
    assert category(copy, "billing_records")["periods"][0] == books["period"]
    assert all(each["periods"] for each in copy["categories"])


@pytest.mark.clause("MU-077")
def test_the_copy_says_where_data_come_from(copy: dict[str, Any]) -> None:
    assert category(copy, "email")["sources"]
    assert "third_party" in category(copy, "partner_supplied_data")["sources"]


@pytest.mark.clause("MU-078")
def test_the_copy_says_that_no_machine_decided(copy: dict[str, Any]) -> None:
    assert copy["automated"] == []
    assert all(each["automated"] == [] for each in copy["categories"])
    assert "No computer decides about you by itself" in copy["page"]


@pytest.mark.clause("MU-079")
def test_the_copy_is_a_page_for_people_beside_a_file_for_machines(copy: dict[str, Any]) -> None:
    assert {"index.html", "data.json", "schema.json"} <= set(copy["files"])
    assert ">Purchase history<" in copy["page"]
    assert ">purchase_history<" not in copy["page"]
    assert "<script" not in copy["page"]


# Correcting


@pytest.mark.clause("MU-080")
def test_a_correction_reaches_our_record_and_the_courier(office: Office) -> None:
    office.shared(BEN, "DHL", "name", "postal_address")
    said = Correction(category="postal_address", value="12 Elm Row", column="line_1")
    case = office.strongly(BEN, Right.RECTIFICATION, data=("postal_address",), corrections=(said,))

    done = office.answered(case)

    assert office.rows("address", "line_1")[1] == ("12 Elm Row",)
    (telling,) = tellings(done)
    assert (telling.recipient, telling.act, telling.data) == (
        "DHL",
        Act.RECTIFY,
        ("postal_address",),
    )
    assert "DHL" in office.letter(done, "answered")


@pytest.mark.clause("MU-081")
def test_what_is_said_to_be_wrong_is_not_used_until_it_is_corrected(office: Office) -> None:
    wrong = ("phone",)
    said = Correction(category="phone", value="07700 900097")
    before = office.ask(BEN, "run_account", data=wrong).outcome
    case = office.strongly(BEN, Right.RECTIFICATION, data=wrong, corrections=(said,))
    meanwhile = office.ask(BEN, "run_account", data=wrong)
    other = office.ask(BEN, "run_account", data=("email",)).outcome
    office.answered(case)

    assert (before, other) == ("permit", "permit")
    assert meanwhile.because[0].startswith("restricted")
    assert office.ask(BEN, "run_account", data=wrong).outcome == "permit"


@pytest.mark.clause("MU-082")
def test_a_wrong_number_is_taken_out_and_the_rest_stays(office: Office) -> None:
    case = office.answered(office.strongly(LENA, Right.ERASURE, data=("phone",)))

    assert case.request.state is State.FULFILLED
    assert office.rows("customer", "email", "phone", "last_name")[4] == (
        "lena@example.org",
        None,
        "Weg",
    )
    assert office.rows("address", "line_1")[4] == ("5 Elm Row",)


@pytest.mark.clause("MU-083")
def test_details_are_corrected_from_the_account_itself(office: Office) -> None:
    said = Correction(category="postal_address", value="5 Oak Lane", column="line_1")
    case = office.strongly(
        LENA,
        Right.RECTIFICATION,
        route="account_settings",
        data=("postal_address",),
        corrections=(said,),
    )

    assert office.answered(case).request.state is State.FULFILLED
    assert office.rows("address", "line_1")[4] == ("5 Oak Lane",)


# Erasing


@pytest.mark.clause("MU-090", "MU-094")
@pytest.mark.parametrize("route", ["account_settings", "email", "phone", "post"])
def test_every_right_is_asked_for_by_each_way_and_falls_due_alike(
    office: Office, route: str
) -> None:
    rights = (Right.ACCESS, Right.RECTIFICATION, Right.ERASURE, Right.PORTABILITY)

    asked = [office.opened(LENA, right, route=route) for right in rights]

    assert [(case.request.route, str(case.due)) for case in asked] == [(route, "2026-07-01")] * 4
    assert all(route in case.terms.said[case.request.right][0].by for case in asked)
    assert [case.request.right for case in office.register.cases(is_open=True)] == list(rights)


@pytest.mark.clause("MU-091")
def test_use_stops_when_an_erasure_is_asked_for_and_not_when_it_is_done(office: Office) -> None:
    before = office.ask(LENA, "newsletter", channel="email").outcome
    case = office.strongly(LENA, Right.ERASURE)
    asked = office.ask(LENA, "newsletter", channel="email")

    assert before == "permit"
    assert any(each.startswith("restricted") for each in asked.because)
    told = office.letter(office.answered(case), "answered")
    assert "This is gone:" in told
    assert "This stays for now:" in told
    assert "because the law says that we must" in told


@pytest.mark.clause("MU-090")
def test_what_stays_after_an_erasure_serves_its_ground_alone(office: Office) -> None:
    case = office.strongly(LENA, Right.ERASURE)
    plan = office.planned(case)
    office.answered(case)

    assert of_table(plan, "invoice") == [("keep", (), "duty")]
    assert of_table(plan, "address") == [("delete", (), "")]
    assert office.ask(LENA, "keep_tax_records", data=("billing_records",)).outcome == "permit"
    assert office.ask(LENA, "bill_order", data=("billing_records",)).outcome == "deny"


# Taking away


@pytest.mark.clause("MU-092", "MU-093")
def test_only_what_rests_on_consent_or_contract_is_taken_away(office: Office) -> None:
    seen = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))
    taken = office.copy(office.answered(office.strongly(ADA, Right.PORTABILITY)))

    both = {"tables/shop.orders.csv", "tables/shop.newsletter_choice.csv"}
    assert both <= set(seen["files"]) & set(taken["files"])
    assert "tables/shop.care_call.csv" in seen["files"]
    columns = {
        c["name"] for t in taken["tables"] if t["table"] == "care_call" for c in t["columns"]
    }
    assert "recording_path" not in columns
    assert {"data.json", "schema.json"} <= set(taken["files"])


@pytest.mark.clause("MU-093")
def test_what_is_taken_away_goes_straight_to_the_company_named(office: Office) -> None:
    taken = office.carried(office.strongly(LENA, Right.PORTABILITY))
    there = Recipient(lambda _seen: Reply(204))

    sent = hand_over(office.register, taken.request.id, there.url, calls=calls(), by=STAFF)
    there.close()

    (passed,) = [f for f in sent.history.facts if f.recipient == "subject_designated_party"]
    assert passed.thing == hashlib.sha256(there.seen[0].body).hexdigest()
    assert "email" in passed.data


@pytest.mark.clause("MU-053")
def test_with_the_data_go_version_choices_and_purposes(office: Office) -> None:
    (rule,) = (r for r in office.gate.policy.rules(Limit) if r.name == "policy_goes_along")

    gone_along = office.copy(office.answered(office.strongly(LENA, Right.ACCESS)))

    assert as_dict(rule.form)["with"] == (
        "version of this policy",
        "consents",
        "refusals",
        "purposes",
    )
    assert gone_along["policy"] == office.gate.policy.front.version
    assert "consent_given" in {choice["said"] for choice in gone_along["choices"]}
    assert all(each["purposes"] for each in gone_along["categories"] if each["bases"])


# Saying no


@pytest.mark.clause("MU-084", "MU-085", "MU-089")
@pytest.mark.parametrize("route", ["phone", "unsubscribe_link"])
def test_a_yes_to_marketing_is_taken_back_at_once_by_each_way(office: Office, route: str) -> None:
    before = office.ask(LENA, "newsletter", channel="email").outcome
    case = office.opened(
        LENA, Right.WITHDRAW_CONSENT, route=route, meant="email_marketing", proof=("token",)
    )

    said = case.terms.said[Right.WITHDRAW_CONSENT][0]
    assert route in said.by
    assert "a message that is on its way may still arrive" in said.tells
    assert before == "permit"
    assert office.ask(LENA, "newsletter", channel="email").outcome == "deny"


@pytest.mark.clause("MU-088", "MU-131")
@pytest.mark.parametrize("route", ["preference_centre", "unsubscribe_link", "customer_care"])
def test_offers_to_buyers_end_by_each_way_and_orders_go_on(office: Office, route: str) -> None:
    before = office.ask(BEN, "offers_to_buyers", channel="email").outcome
    case = office.opened(BEN, Right.MARKETING_OPT_OUT, route=route, proof=("token",))
    office.desk.accept(case.request.id, by=STAFF)
    answer = office.desk.answer(case.request.id)

    assert route in case.terms.said[Right.MARKETING_OPT_OUT][0].by
    assert before == "permit"
    assert office.ask(BEN, "offers_to_buyers", channel="email").outcome == "deny"
    assert office.ask(BEN, "ship_order").outcome == "permit"
    assert "Something sent just before may still reach you." in office.letter(answer, "answered")


# The other half


@pytest.mark.clause("MU-261", "MU-262")
def test_elsewhere_a_copy_is_asked_for_by_email_and_says_what_was_left_out(
    office: Office,
) -> None:
    case = office.strongly(NOOR, Right.ACCESS, route="email")
    owned = office.desk.assign(case.request.id, "privacy_officer", by=STAFF)
    copy = office.copy(office.answered(owned))

    assert "email" in case.terms.said[Right.ACCESS][0].by
    assert owned.next is not None
    assert owned.next.owner == "privacy_officer"
    (left_out,) = copy["left_out"]
    assert (left_out["columns"], left_out["rows"]) == (["password_hash"], 1)
    assert left_out["law"].startswith("UK GDPR Art. ")


@pytest.mark.clause("MU-263")
def test_elsewhere_a_fee_is_asked_for_a_repeated_copy_alone_and_paid_before_it_is_given(
    office: Office,
) -> None:
    first = office.strongly(NOOR, Right.ACCESS)
    with pytest.raises(MoveRefused, match="not excessive without abusive intent"):
        office.register.expect(
            first,
            Move.FEE_ASKED,
            ground="excessive",
            thing="fee:1",
            by=STAFF,
        )
    office.answered(first)
    again = office.strongly(NOOR, Right.ACCESS)

    asked = office.desk.ask_fee(again.request.id, amount="10 USD", ground="excessive", by=STAFF)
    plan = office.planned(asked)
    with pytest.raises(MoveRefused, match="a fee is still to be paid"):
        approve(office.register, again.request.id, plan.digest(), by=BOSS)
    office.desk.came(again.request.id, Move.FEE_PAID, by=STAFF)

    assert "10 USD" in office.letter(asked, "fee_asked")
    assert approve(office.register, again.request.id, plan.digest(), by=BOSS).request.is_approved


@pytest.mark.clause("MU-270")
def test_elsewhere_a_number_is_changed_by_email_after_it_is_known_who_asks(
    office: Office,
) -> None:
    said = Correction(category="phone", value="07700 900096")
    case = office.opened(NOOR, Right.RECTIFICATION, data=("phone",), corrections=(said,))
    plan = office.planned(case)
    with pytest.raises(MoveRefused, match="not known well enough who asks"):
        approve(office.register, case.request.id, plan.digest(), by=BOSS)
    sure = office.strongly(
        NOOR, Right.RECTIFICATION, route="email", data=("phone",), corrections=(said,)
    )

    office.answered(sure)

    assert sure.terms.said[Right.RECTIFICATION][0].without_account
    assert office.rows("customer", "phone")[3] == ("07700 900096",)


@pytest.mark.clause("MU-182")
def test_elsewhere_an_erasure_is_asked_for_by_email_and_done(office: Office) -> None:
    case = office.answered(office.strongly(NOOR, Right.ERASURE, route="email"))

    assert case.request.state is State.FULFILLED
    assert office.rows("address", "customer_id")[-3:] == [(3,), (5,), (6,)]
    assert office.rows("invoice", "number")[3] == ("I-14",)
