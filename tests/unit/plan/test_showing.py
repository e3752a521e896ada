"""Access, portability, rectification and restriction from the same inventory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from placket.plan.asking import Correction
from placket.plan.build import NeedsNoPlan, plan_of
from placket.plan.plan import Obstacle
from placket.rights.right import Right
from tests.unit.plan.shops import asking, plan, row, table, told
from tests.unit.standing.telling import shop

if TYPE_CHECKING:
    from placket.plan.inventory import Row

CUSTOMER = """
      customer:
        subject: {email: email}
        holds: {email: email, name: [first, last], phone: phone}
        hide: [staff_note]
        blank: {email: null}
"""
ADA = row(
    "customer",
    {
        "id": 1,
        "email": "ada@example.org",
        "first": "Ada",
        "last": "King",
        "phone": "07700 900001",
        "staff_note": "tall",
    },
)
GIFT = """
      gift:
        subject: {email: email}
        party: order_id -> orders.id
        holds: {name: name, email: email}
      orders:
        owner: customer_id -> customer.id
        holds: {order_id: number}
"""

CARE = """
activity: care
purpose: customer_service
uses: [name, phone]
basis: legitimate_interest
"""


def given(by: str) -> Row:
    values = {"id": 3, "order_id": 5, "name": "Bo", "email": "bo@example.org"}
    return row("gift", values, of=("bo",), party=("ada",), by=by)


def test_access_shows_all_that_is_held_and_says_what_it_leaves_out() -> None:
    found = plan(CUSTOMER, [], [ADA], right=Right.ACCESS)

    assert told(found.steps) == [
        "show customer[1] id email first last phone",
        "withhold customer[1] staff_note",
    ]
    assert found.steps[0].because.law == "GDPR Art. 15"
    assert found.steps[1].because.law == "GDPR Art. 15(4)"
    assert found.changes == ()


def test_access_and_erasure_look_at_the_same_rows() -> None:
    rows = [ADA, given("ada"), row("orders", {"id": 6}, of=("bob",))]

    shown = plan(CUSTOMER + GIFT, [], rows, right=Right.ACCESS)
    erased = plan(CUSTOMER + GIFT, [], rows)

    assert shown.seen == erased.seen
    assert [s.at.table for s in shown.seen] == ["customer", "gift"]


@pytest.mark.parametrize(("by", "action"), [("ada", "show"), ("bo", "withhold"), ("", "withhold")])
def test_what_the_person_told_of_others_is_given_and_what_others_told_is_not(
    by: str, action: str
) -> None:
    found = plan(CUSTOMER + GIFT, [], [given(by)], right=Right.ACCESS)

    assert told(found.steps) == [f"{action} gift[3] id order_id name email"]


def test_a_transcript_is_a_copy_of_what_is_asked_for() -> None:
    found = plan(CUSTOMER, [], [ADA], right=Right.CHAT_TRANSCRIPT, data=("phone",))

    assert told(found.steps)[0] == "show customer[1] phone"


def test_portability_gives_what_was_provided_on_consent_or_contract() -> None:
    found = plan(CUSTOMER, [], [ADA], right=Right.PORTABILITY)

    assert told(found.steps) == ["show customer[1] email first last"]


def test_portability_leaves_out_what_others_told_and_binds_a_policy_that_promises_more() -> None:
    foreign = shop(
        "- right: portability\n  covers: {basis: [consent, contract, legitimate_interest]}",
        "data: name\nsource: third_party",
        CARE,
    )

    found = plan(CUSTOMER, [], [ADA], right=Right.PORTABILITY, policy=foreign)

    assert told(found.steps) == ["show customer[1] phone"]


BOOKS = """
      invoice:
        owner: customer_id -> customer.id
        holds: {phone: phone, billing_records: gross}
        keep: {until: 7 years from invoice.dated, basis: legal_obligation, law: Tax Act 12}
"""


def test_a_correction_is_written_where_it_may_be_and_an_old_invoice_stays_as_issued() -> None:
    bill = row("invoice", {"id": 2, "phone": "07700 900001"}, events=(("invoice.dated", 3.0),))
    right = Correction(category="phone", value="07700 900002")

    found = plan(CUSTOMER + BOOKS, [], [ADA, bill], right=Right.RECTIFICATION, corrections=(right,))

    assert told(found.steps) == ["write customer[1] phone='07700 900002'", "keep invoice[2] phone"]
    assert found.steps[1].because.law == "Tax Act 12"


def test_a_row_in_which_the_person_only_appears_is_not_theirs_to_correct() -> None:
    right = Correction(category="email", value="new@example.org")

    found = plan(GIFT, [], [given("ada")], right=Right.RECTIFICATION, corrections=(right,))

    assert found.steps == ()


def test_what_is_right_already_is_not_written() -> None:
    right = Correction(category="email", value="ada@example.org")

    found = plan(CUSTOMER, [], [ADA], right=Right.RECTIFICATION, corrections=(right,))

    assert found.steps == ()


def test_a_correction_of_several_columns_says_which() -> None:
    vague = Correction(category="name", value="Byron")
    clear = Correction(category="name", value="Byron", column="last")

    unclear = plan(CUSTOMER, [], [ADA], right=Right.RECTIFICATION, corrections=(vague,))
    found = plan(CUSTOMER, [], [ADA], right=Right.RECTIFICATION, corrections=(clear,))

    assert unclear.obstacles == (
        Obstacle(
            source="shop",
            table="customer",
            says="`name` stands in 2 columns here",
            mend="say which column is wrong, and correct each by itself",
        ),
    )
    assert told(found.steps) == ["write customer[1] last='Byron'"]


def test_a_row_of_two_persons_is_not_corrected_for_both() -> None:
    both = row("customer", dict(ADA.values), of=("ada", "bob"))
    right = Correction(category="phone", value="07700 900002")

    found = plan(CUSTOMER, [], [both], right=Right.RECTIFICATION, corrections=(right,))

    assert found.steps == ()
    assert [o.mend for o in found.obstacles] == ["give the data subject a row of their own first"]


def test_a_correction_that_another_row_already_holds_is_known_before() -> None:
    schema = [table("customer", "id! email first last phone", unique=(("email",),))]
    bob = row("customer", {"id": 2, "email": "bob@example.org"}, of=("bob",))
    right = Correction(category="email", value="bob@example.org")

    found = plan(CUSTOMER, schema, [ADA, bob], right=Right.RECTIFICATION, corrections=(right,))

    assert [o.says for o in found.obstacles] == [
        "`shop.customer.email` must be unique, and another row holds or may hold the same"
    ]


def test_a_restriction_names_what_may_only_be_stored() -> None:
    found = plan(CUSTOMER, [], [ADA], right=Right.RESTRICTION, data=("name",))

    assert told(found.steps) == ["restrict customer[1] first last"]
    assert found.steps[0].because.release == "the person is told first, then it is lifted"
    assert found.changes == ()


def test_a_right_that_acts_at_once_has_no_plan() -> None:
    with pytest.raises(NeedsNoPlan) as raised:
        plan_of(asking(CUSTOMER, [], [ADA], right=Right.OBJECTION))

    assert str(raised.value) == "`objection` acts at once and has no plan"
