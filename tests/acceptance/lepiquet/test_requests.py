"""Requests, run from receipt to answer: copies, corrections, a stop, what goes and what stays."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from placket.demo.schema import METADATA
from placket.facts import Kind
from placket.gate.requests.handing import hand_over
from placket.gate.requests.register import MoveRefused
from placket.gate.requests.telling import tellings
from placket.plan.asking import Correction
from placket.rights.moves import REMEDIES_TOLD, Move
from placket.rights.recipients import Act
from placket.rights.request import State
from placket.rights.right import Right
from placket.sources.processors.refusals import AnswerRefused
from tests.acceptance.requests import ADA, BEN, BOSS, DAN, FAY, GIL, SECOND, STAFF, steps_of
from tests.unit.sources.processors.fakes import Recipient, Reply
from tests.unit.sources.processors.fakes import outgoing as calls

if TYPE_CHECKING:
    from typing import Any

    from tests.acceptance.requests import Office


def texts_of(office: Office) -> str:
    """Return everything that stands in the shop."""
    with office.engine.connect() as connection:
        found = [connection.execute(sa.select(t)).fetchall() for t in METADATA.sorted_tables]
    return repr(found)


# A copy


@pytest.mark.clause("LP-008")
def test_the_copy_is_of_all_that_is_held_and_costs_nothing(office: Office) -> None:
    asked = office.strongly(ADA, Right.ACCESS)

    with pytest.raises(MoveRefused, match="no law or clause lets a fee be asked for"):
        office.desk.ask_fee(asked.request.id, amount="5 GBP", ground="excessive", by=STAFF)
    copy = office.copy(office.answered(asked))

    counts = {each["table"]: len(each["rows"]) for each in copy["tables"]}
    assert counts == {
        "customer": 1,
        "address": 1,
        "orders": 1,
        "order_line": 1,
        "payment": 1,
        "invoice": 1,
        "gift_recipient": 1,
        "wish_list_item": 1,
        "newsletter_choice": 1,
        "care_call": 1,
        "web_visit": 1,
    }
    assert "It costs you nothing." in office.letter(asked, "received")


@pytest.mark.clause("LP-025")
def test_a_copy_shows_nothing_of_who_else_is_told_of_in_an_order(office: Office) -> None:
    of_gil = office.copy(office.answered(office.strongly(GIL, Right.ACCESS)))

    assert [each["table"] for each in of_gil["tables"]] == ["gift_recipient"]
    assert "Ker" not in of_gil["page"]
    assert "ada@example.org" not in of_gil["page"]


@pytest.mark.clause("LP-015")
def test_what_is_taken_away_comes_as_json_and_csv_with_its_schema(office: Office) -> None:
    taken = office.copy(office.answered(office.strongly(FAY, Right.PORTABILITY)))

    assert taken["schema"] == "placket-portable/1"
    assert {"data.json", "schema.json", "tables/shop.customer.csv"} <= set(taken["files"])
    (customer,) = (each for each in taken["tables"] if each["table"] == "customer")
    assert customer["rows"][0]["email"] == "fay@example.org"


@pytest.mark.clause("LP-016")
def test_what_is_taken_away_is_sent_to_whom_the_person_names(office: Office) -> None:
    taken = office.carried(office.strongly(FAY, Right.PORTABILITY))
    reference = taken.request.id
    away, there = Recipient(lambda _seen: Reply(503)), Recipient(lambda _seen: Reply(201))

    with pytest.raises(AnswerRefused):
        hand_over(office.register, reference, away.url, calls=calls(), by=STAFF)
    left = office.register.case(reference)
    sent = hand_over(office.register, reference, there.url, calls=calls(), by=STAFF)
    away.close()
    there.close()

    assert not [f for f in left.history.facts if f.kind is Kind.SHARED]
    assert left.request.answered_at is None
    (passed,) = [f for f in sent.history.facts if f.kind is Kind.SHARED]
    (seen,) = there.seen
    assert passed.recipient == "subject_designated_party"
    assert passed.thing == hashlib.sha256(seen.body).hexdigest()
    with zipfile.ZipFile(io.BytesIO(seen.body)) as files:
        assert b"fay@example.org" in files.read("data.json")


@pytest.mark.clause("LP-016")
def test_nothing_but_what_may_be_taken_along_is_handed_over(office: Office) -> None:
    seen = office.carried(office.strongly(FAY, Right.ACCESS))

    with pytest.raises(MoveRefused, match="only what a person may take along"):
        hand_over(office.register, seen.request.id, "https://example.com", calls=calls(), by=STAFF)


# A correction


@pytest.mark.clause("LP-009")
def test_a_surname_is_corrected_and_whoever_got_it_is_told(office: Office) -> None:
    office.shared(BEN, "courier", "name", "delivery_address")
    said = Correction(category="name", value="Ashe", column="last_name")
    case = office.strongly(BEN, Right.RECTIFICATION, data=("name",), corrections=(said,))
    plan = office.planned(case)

    done = office.answered(case)

    assert [(s.columns, s.values) for s in steps_of(plan, "write")] == [(("last_name",), ("Ashe",))]
    assert office.rows("customer", "last_name")[1] == ("Ashe",)
    (telling,) = tellings(done)
    assert (telling.recipient, telling.act, telling.data) == ("courier", Act.RECTIFY, ("name",))


@pytest.mark.clause("LP-010")
def test_evidence_may_be_asked_for_and_the_field_rests_until_it_is_settled(office: Office) -> None:
    said = Correction(category="phone", value="07700 900098")
    case = office.strongly(BEN, Right.RECTIFICATION, data=("phone",), corrections=(said,))
    rests = office.ask(BEN, "run_account", data=("phone",))

    asked = office.desk.ask_evidence(case.request.id, ["a bill with the number on it"])
    came = office.desk.came(case.request.id, Move.EVIDENCE_GIVEN, by=STAFF)

    assert rests.because[0].startswith("restricted")
    assert asked.request.state is State.REQUIRES_ACTION
    assert "a bill with the number on it" in office.letter(asked, "evidence_asked")
    assert came.request.state is not State.REQUIRES_ACTION
    office.answered(came)
    assert office.rows("customer", "phone")[1] == ("07700 900098",)
    assert "restricted" not in " ".join(office.ask(BEN, "run_account", data=("phone",)).because)


# A stop


@pytest.mark.clause("LP-011")
def test_who_asks_us_to_stop_is_left_alone_at_once_and_the_data_stay(office: Office) -> None:
    before = office.ask(BEN, "deliver_order").outcome
    office.opened(BEN, Right.RESTRICTION, proof=("token",))

    assert before == "permit"
    assert office.ask(BEN, "deliver_order").because[0].startswith("restricted")
    assert office.ask(BEN, "improve_shopping").because[0].startswith("restricted")
    assert office.ask(BEN, "legal_claims", data=("name",)).outcome == "permit"
    assert office.rows("customer", "email")[1] == ("ben@example.org",)


@pytest.mark.clause("LP-030")
def test_who_asks_us_to_stop_is_told_first_which_services_that_ends(office: Office) -> None:
    case = office.opened(BEN, Right.RESTRICTION)

    told = office.letter(case, "received")
    assert "While it is paused, this cannot go on:" in told
    assert "delivery" in told
    assert "account management" in told
    assert office.ask(BEN, "deliver_order").outcome == "permit"


@pytest.mark.clause("LP-022")
def test_whoever_declines_machines_is_decided_by_none_from_then_on(office: Office) -> None:
    machines = ("check_identity", "check_for_crime")
    before = [office.ask(BEN, each).outcome for each in machines]
    office.opened(BEN, Right.AUTOMATED_DECISION_OPT_OUT, proof=("token",))

    assert before == ["permit", "permit"]
    assert [office.ask(BEN, each).because for each in machines] == [
        ("automated.declined LP-021",),
        ("automated.declined LP-021",),
    ]


@pytest.mark.clause("LP-022")
def test_a_person_looks_again_at_what_a_machine_decided_and_says_why(office: Office) -> None:
    case = office.opened(BEN, Right.HUMAN_REVIEW, proof=("code",))
    office.desk.accept(case.request.id, by=STAFF)

    done = office.desk.answer(
        case.request.id, outcome="The order is released.", why="The card was yours."
    )

    told = office.letter(done, "answered")
    assert "The order is released." in told
    assert "The card was yours." in told


# An erasure


@pytest.mark.clause("LP-012")
def test_of_who_never_bought_nothing_is_found_again_and_processors_are_told(office: Office) -> None:
    office.shared(FAY, "mailing_provider", "email", "name")
    office.shared(FAY, "hosting_provider", "email", days_ago=2)

    case = office.answered(office.strongly(FAY, Right.ERASURE))

    assert case.request.state is State.FULFILLED
    found = texts_of(office)
    assert "fay@example.org" not in found
    assert "07700 900006" not in found
    assert "6 Elm Row" not in found
    assert [(each.recipient, each.act) for each in tellings(case)] == [
        ("hosting_provider", Act.ERASE),
        ("mailing_provider", Act.ERASE),
    ]
    assert office.gate.person_of(FAY) is None


@pytest.mark.clause("LP-026")
def test_what_the_law_asks_for_stays_and_the_answer_says_by_which_law(office: Office) -> None:
    case = office.answered(office.strongly(DAN, Right.ERASURE))

    told = office.letter(case, "answered")
    assert "because the law says that we must (Value Added Tax Act 1994 Sch. 11 para. 6)" in told
    assert "kept until Friday 31 December 2032" in told
    assert office.rows("invoice", "number", "gross_pence")[-1] == ("I-16", 0)


@pytest.mark.clause("LP-027")
def test_data_are_kept_for_claims_only_with_reasons_in_words_and_by_another(
    office: Office,
) -> None:
    case = office.strongly(FAY, Right.ERASURE)
    said: dict[str, Any] = {"ground": "claims", "data": ("correspondence",)}

    with pytest.raises(MoveRefused, match="asks for a justification in words"):
        office.desk.refuse(case.request.id, by=BOSS, **said)
    with pytest.raises(MoveRefused, match="nobody is named"):
        office.desk.refuse(case.request.id, by="", why="A case of fraud is open.", **said)
    with pytest.raises(MoveRefused, match="no ground to refuse this right"):
        office.desk.refuse(case.request.id, by=BOSS, why="We want it.", ground="compelling_grounds")
    refused = office.desk.refuse(case.request.id, by=BOSS, why="A case of fraud is open.", **said)

    assert refused.request.refusals[0].ground == "claims"
    assert "A case of fraud is open." in office.letter(refused, "partly_refused")


@pytest.mark.clause("LP-028")
def test_nobody_is_refused_without_being_told_what_is_held_back_and_where_to_complain(
    office: Office,
) -> None:
    case = office.strongly(FAY, Right.ERASURE)
    silent: dict[str, Any] = {"ground": "duty", "by": BOSS, "data": ("billing_records",)}

    with pytest.raises(MoveRefused, match="ways to complain and to a court are not told"):
        office.register.move(case.request.id, Move.REFUSED, **silent)
    refused = office.desk.refuse(case.request.id, **silent)

    told = office.letter(refused, "partly_refused")
    assert "billing records" in told
    assert "UK GDPR Art. 17(3)(b)" in told
    assert "Information Commissioner's Office" in told
    assert set(REMEDIES_TOLD) == {"complaint_told", "court_told"}


@pytest.mark.clause("LP-029")
def test_what_stays_serves_what_saved_it_and_nothing_else(office: Office) -> None:
    office.answered(office.strongly(DAN, Right.ERASURE))

    books = office.ask(DAN, "keep_books", data=("billing_records",))
    improving = office.ask(DAN, "improve_shopping", data=("purchase_history",))

    letter = office.ask(DAN, "offers_to_buyers", channel="email")
    assert books.outcome == "permit"
    assert improving.because == ("lock.kept_after_erasure LP-071",)
    assert letter.because[0] == "lock.kept_after_erasure LP-076"


# Whom data are handed to


@pytest.mark.clause("LP-048")
def test_only_the_chosen_processors_get_payment_details_and_the_passage_is_told(
    office: Office,
) -> None:
    card = ("payment_details",)
    paid = office.ask(BEN, "take_payment", recipient="payment_processor", data=card)
    elsewhere = office.ask(BEN, "take_payment", recipient="ad_network", data=card)
    office.shared(BEN, "Worldpay", *card)

    copy = office.copy(office.answered(office.strongly(BEN, Right.ACCESS)))

    assert paid.outcome == "permit"
    assert elsewhere.because[0].startswith("declared.recipient")
    assert [(each["recipient"], each["data"]) for each in copy["received"]] == [
        ("Worldpay", ["payment_details"])
    ]


@pytest.mark.clause("LP-070")
def test_the_copy_says_who_may_get_data_and_from_whom_data_came(office: Office) -> None:
    office.pass_time(SECOND)
    copy = office.copy(office.answered(office.strongly(ADA, Right.ACCESS)))

    receivers = {name for each in copy["receivers"] for name in each["recipients"]}
    assert {"payment_processor", "courier"} <= receivers
    sources = {each["category"]: each["sources"] for each in copy["categories"]}
    assert sources["email"] == ["data_subject"]
    assert sources["browsing_history"] == ["device"]
    assert all(not each["countries"] or each["safeguard"] for each in copy["receivers"])
