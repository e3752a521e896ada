"""Requests, run from receipt to answer: what is shown, what goes, what waits and what is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.gate.requests.completing import complete
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.telling import tellings
from placket.plan.asking import Correction
from placket.rights.recipients import State as Said
from placket.rights.request import State
from placket.rights.right import Right
from tests.acceptance.requests import ADA, BEN, BOSS, CAT, DAN, DAY, SECOND
from tests.acceptance.retailers import deny

if TYPE_CHECKING:
    from tests.acceptance.requests import Office


# Asking


@pytest.mark.clause("JE-065")
def test_every_right_is_asked_for_by_email_and_stands_in_one_queue(office: Office) -> None:
    rights = [right for right in Right if right is not Right.CHAT_TRANSCRIPT]

    asked = [office.opened(ADA, right, route="email") for right in rights]

    queue = list(office.register.cases(is_open=True))
    assert [case.request.right for case in queue] == rights
    assert {case.request.route for case in queue} == {"email"}
    assert {str(case.due) for case in queue} == {"2026-07-01"}
    assert all("email" in said.by for case in asked for said in case.terms.said[case.request.right])


@pytest.mark.clause("JE-066")
def test_what_rests_on_an_interest_is_in_the_copy_and_not_in_what_is_taken_away(
    office: Office,
) -> None:
    seen = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))
    taken = office.copy(office.answered(office.strongly(ADA, Right.PORTABILITY)))

    # A recording rests on an interest alone; an order on the contract, the news on a yes.
    tables = {
        "tables/shop.care_call.csv",
        "tables/shop.orders.csv",
        "tables/shop.newsletter_choice.csv",
    }
    assert tables <= set(seen["files"])
    assert tables & set(taken["files"]) == tables - {"tables/shop.care_call.csv"}
    assert {"data.json", "schema.json"} <= set(taken["files"])
    bases = {each["category"]: each["bases"] for each in seen["categories"]}
    assert bases["call_recording"] == ["legitimate_interest"]
    assert bases["order_note"] == ["contract"]


@pytest.mark.clause("JE-066")
def test_an_objection_by_email_takes_effect_at_once_where_an_interest_is_the_basis(
    office: Office,
) -> None:
    before = office.ask(ADA, "monitor_site").outcome
    office.opened(ADA, Right.OBJECTION, activity="monitor_site", proof=("token",))

    assert before == "permit"
    assert office.ask(ADA, "monitor_site") == deny("objection.legitimate_interest JE-036")


@pytest.mark.clause("JE-068")
def test_access_is_free_and_answered_each_time_it_is_asked_for(office: Office) -> None:
    first = office.answered(office.strongly(ADA, Right.ACCESS))
    office.pass_time(DAY)
    again = office.strongly(ADA, Right.ACCESS)

    with pytest.raises(MoveRefused, match="no law or clause lets a fee be asked for"):
        office.desk.ask_fee(again.request.id, amount="10 GBP", ground="excessive", by="sam")

    assert again.request.earlier == 1
    assert "It costs you nothing." in office.letter(again, "received")
    assert {office.answered(again).request.state, first.request.state} == {State.FULFILLED}


@pytest.mark.clause("JE-070")
def test_a_guest_is_corrected_by_email_without_an_account(office: Office) -> None:
    said = Correction(category="phone", value="07700 900099")
    case = office.strongly(
        DAN, Right.RECTIFICATION, route="email", data=("phone",), corrections=(said,)
    )

    answered = office.answered(case)

    assert answered.request.state is State.FULFILLED
    assert office.rows("orders", "guest_phone")[-1] == ("07700 900099",)
    assert case.terms.said[Right.RECTIFICATION][0].without_account


# Erasing


@pytest.mark.clause("JE-071")
def test_of_who_has_nothing_open_all_goes_but_what_the_law_keeps(office: Office) -> None:
    case = office.answered(office.strongly(ADA, Right.ERASURE, route="email"))

    assert case.request.state is State.FULFILLED
    assert office.rows("customer", "email", "phone", "last_name")[0] == (None, None, "")
    assert office.rows("orders", "invoice_no", "total_pence", "note", "delivery_name")[0] == (
        "I-11",
        4_000,
        None,
        "",
    )
    assert office.rows("payment", "amount_pence", "token")[0] == (4_000, "")
    for gone in ("care_call", "wish_list_item"):
        assert office.rows(gone, "id") == []
    for others in ("newsletter_choice", "web_visit"):
        assert 1 not in [row[0] for row in office.rows(others, "customer_id")]


@pytest.mark.clause("JE-071")
def test_what_the_law_keeps_serves_the_books_and_nothing_else(office: Office) -> None:
    office.answered(office.strongly(ADA, Right.ERASURE, route="email"))

    kept = {"data": ("billing_records",)}
    assert office.ask(ADA, "legal_record", **kept).outcome == "permit"
    assert office.ask(ADA, "ship_order").outcome == "deny"
    assert office.ask(ADA, "newsletter", channel="email").outcome == "deny"


@pytest.mark.clause("JE-071")
def test_whoever_comes_back_after_an_erasure_begins_anew(office: Office) -> None:
    office.answered(office.strongly(ADA, Right.ERASURE, route="email"))
    before = office.ask(ADA, "ship_order", data=("delivery_address",)).outcome
    office.pass_time(2 * DAY)
    office.run(
        "INSERT INTO orders (id, invoice_no, guest_email, placed_at, status, total_pence, country,"
        " delivery_name, delivery_address, checkout_wording, refusal_offered) VALUES (21, 'I-21',"
        " 'ada@example.org', '2026-06-02 10:00:00', 'sent', 1, 'GB', 'A', '1 Elm Row', '', 0)"
    )

    assert before == "deny"
    assert office.ask(ADA, "ship_order", data=("delivery_address",)).outcome == "permit"
    assert office.ask(ADA, "newsletter", channel="email").outcome == "deny"


@pytest.mark.clause("JE-071")
def test_that_a_request_was_answered_can_be_shown_when_the_data_are_gone(office: Office) -> None:
    case = office.answered(office.strongly(ADA, Right.ERASURE, route="email"))
    office.pass_time(365 * DAY)

    note = office.case(case)

    assert note.request.answered_at == case.request.answered_at
    assert "We have done it." in office.letter(note, "answered")


@pytest.mark.clause("JE-072")
def test_what_an_open_order_needs_waits_for_it_and_then_goes_by_itself(office: Office) -> None:
    case = office.carried(office.strongly(BEN, Right.ERASURE, route="email"))
    answered = office.desk.answer(case.request.id)

    assert answered.request.state is State.ACTION_DELAYED
    assert "(clause JE-072 of our privacy policy)" in office.letter(answered, "deferred")
    assert office.ask(BEN, "ship_order").outcome == "permit"
    assert office.rows("orders", "customer_id")[1] == (2,)
    office.run("UPDATE orders SET delivered_at = '2026-06-01 11:00:00' WHERE id = 12")
    done = complete(office.register, case.request.id, holder="w1")
    assert done is not None
    assert office.case(case).request.state is State.FULFILLED
    assert office.rows("customer", "email")[1] == (None,)


@pytest.mark.clause("JE-073")
def test_what_an_open_complaint_needs_waits_and_goes_without_a_new_request(office: Office) -> None:
    case = office.carried(office.strongly(CAT, Right.ERASURE, route="email"))
    answered = office.desk.answer(case.request.id)

    assert "(clause JE-073 of our privacy policy)" in office.letter(answered, "deferred")
    assert office.rows("care_case", "summary") == [("a seam",)]
    office.pass_time(31 * DAY)
    assert complete(office.register, case.request.id, holder="w1") is None
    office.run("UPDATE care_case SET closed_at = '2026-06-30 11:00:00'")
    done = complete(office.register, case.request.id, holder="w1")
    assert done is not None
    assert office.case(case).request.state is State.FULFILLED
    assert office.rows("care_case", "summary") == []


@pytest.mark.clause("JE-074")
def test_the_answer_tells_of_each_thing_that_stays_why_until_when_and_by_which_law(
    office: Office,
) -> None:
    case = office.answered(office.strongly(ADA, Right.ERASURE, route="email"))

    told = office.letter(case, "answered")
    assert "because the law says that we must (Value Added Tax Act 1994 Sch. 11 para. 6)" in told
    assert "Transaction records, billing records, name and billing address: kept until" in told
    assert "You can also complain to the authority: - Information Commissioner's Office" in told


@pytest.mark.clause("JE-074")
def test_nothing_is_refused_without_a_ground_that_is_told(office: Office) -> None:
    case = office.strongly(ADA, Right.ERASURE, route="email")

    with pytest.raises(MoveRefused, match="no ground to refuse this right"):
        office.desk.refuse(case.request.id, ground="", by=BOSS, data=("order_details",))
    refused = office.desk.refuse(case.request.id, ground="duty", by=BOSS, data=("order_details",))

    told = office.letter(refused, "partly_refused")
    assert "order details" in told
    assert "UK GDPR Art. 17(3)(b)" in told


# Whom data were handed to


@pytest.mark.clause("JE-056")
def test_which_courier_got_the_parcel_s_address_is_told_with_the_day(office: Office) -> None:
    office.shared(ADA, "DPD", "name", "delivery_address", days_ago=3)

    copy = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))

    assert [(each["recipient"], each["at"][:10], each["data"]) for each in copy["received"]] == [
        ("DPD", "2026-05-29", ["delivery_address", "name"])
    ]
    couriers = next(each for each in copy["receivers"] if each["clause"] == "JE-056")
    assert (couriers["names"], couriers["roles"]) == (
        ["Royal Mail", "DPD", "Parcelforce"],
        ["controller"],
    )


@pytest.mark.clause("JE-054")
def test_who_packs_gets_what_packing_needs_and_is_told_to_erase_it(office: Office) -> None:
    packed = ("name", "delivery_address", "order_details")
    needed = office.ask(BEN, "fulfil_order", recipient="warehouse", data=packed)
    card = office.ask(BEN, "fulfil_order", recipient="warehouse", data=(*packed, "payment_details"))
    office.shared(ADA, "warehouse", "name", "delivery_address")

    case = office.answered(office.strongly(ADA, Right.ERASURE))

    assert (needed.outcome, needed.data) == ("permit", packed)
    assert card.outcome == "deny"
    (telling,) = tellings(case)
    assert (telling.recipient, telling.data) == ("warehouse", ("delivery_address", "name"))


@pytest.mark.clause("JE-051", "JE-057")
def test_a_recipient_is_told_of_an_erasure_and_chased_until_it_answers(office: Office) -> None:
    office.shared(ADA, "Amazon", "delivery_address")
    office.shared(ADA, "fraud_prevention_agency", "payment_details", days_ago=2)
    case = office.carried(office.strongly(ADA, Right.ERASURE))
    waiting = {each.recipient: each.state for each in tellings(case)}

    told = office.upkeep().round().told

    assert waiting == {"Amazon": Said.TO_TELL, "fraud_prevention_agency": Said.TO_TELL}
    assert told == 2
    # No way to either is set here: a person has to write.
    left = tellings(office.case(case))
    assert {each.state for each in left} == {Said.ESCALATED}
    assert all(each.needs_a_person for each in left)
    answered = office.letter(office.desk.answer(case.request.id), "answered")
    assert "Amazon" in answered
    assert "Fraud prevention agency" in answered


@pytest.mark.clause("JE-051", "JE-055", "JE-057")
def test_the_copy_names_who_may_get_data_in_which_role(office: Office) -> None:
    copy = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))

    told = {name: each["roles"] for each in copy["receivers"] for name in each["recipients"]}
    assert {
        name: told[name]
        for name in ("marketplace", "it_provider", "payment_processor", "banks", "law_enforcement")
    } == {
        "marketplace": ["controller"],
        "it_provider": ["processor"],
        "payment_processor": ["processor"],
        "banks": ["controller"],
        "law_enforcement": ["controller"],
    }
    prices = next(each for each in copy["categories"] if each["category"] == "prices_paid")
    assert prices["purposes"] == ["revenue_tracking"]
    assert "it_provider" in prices["may_receive"]


@pytest.mark.clause("JE-053")
def test_the_copy_tells_what_protects_data_that_leave_the_country(office: Office) -> None:
    copy = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))

    abroad = [each for each in copy["receivers"] if each["countries"]]
    assert [(each["names"], each["countries"], each["safeguard"]) for each in abroad] == [
        (["Google Analytics"], ["US"], "standard_contractual_clauses")
    ]
    assert copy["transfers"] == [
        {
            "name": "out_of_uk_and_eea",
            "needs_any": ["adequacy", "standard_clauses"],
            "clause": "JE-053",
        }
    ]
    assert "Google Analytics" in copy["page"]


# Our own


@pytest.mark.clause("JE-079")
def test_a_complaint_is_taken_whoever_makes_it_and_answered_with_the_authority(
    office: Office,
) -> None:
    case = office.opened(ADA, Right.COMPLAINT)
    office.pass_time(SECOND)
    office.desk.accept(case.request.id, by=BOSS)

    answered = office.desk.answer(case.request.id, outcome="We were slow.", why="We had no staff.")

    assert answered.request.state is State.FULFILLED
    told = office.letter(answered, "answered")
    assert "We were slow." in told
    assert "Information Commissioner's Office" in told
