"""What a letter says of a plan."""

from __future__ import annotations

from placket.plan.outcome import Outcome, outcome_of
from placket.plan.plan import Action, Because, Plan, Step
from placket.rights.letters import Stays
from placket.rights.right import Right
from tests.unit.plan.shops import asking, catalogue, plan, row
from tests.unit.standing.telling import day

TABLES = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        hide: [staff_note]
        delete: true
      invoice:
        owner: customer_id -> customer.id
        holds: {name: name, billing_records: gross}
        keep: {until: 7 years from invoice.dated, basis: legal_obligation, law: Tax Act 12}
"""
ADA = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada", "staff_note": "x"})
BILL = row(
    "invoice",
    {"id": 2, "customer_id": 1, "name": "Ada", "gross": 5},
    events=(("invoice.dated", 3.0),),
)


def test_what_is_gone_and_what_stays_is_told_in_categories() -> None:
    found = outcome_of(plan(TABLES, [], [ADA, BILL]), catalogue(TABLES))

    (kept,) = found.stays
    assert found.gone == ("email", "name")
    assert found.left_out == ()
    assert (kept.data, kept.ground, kept.law) == (
        ("name", "billing_records"),
        "duty",
        "Tax Act 12",
    )
    assert kept.until is not None
    assert kept.until > day(365 * 7)


def test_of_what_is_still_to_do_nothing_is_said_to_be_gone() -> None:
    of = plan(TABLES, [], [ADA, BILL])

    assert outcome_of(of, catalogue(TABLES), {"1"}).gone == ("email", "name")
    assert outcome_of(of, catalogue(TABLES), set()).gone == ()


def test_a_key_that_stays_with_its_row_is_nothing_to_tell() -> None:
    kept = Step(
        source="shop",
        table="customer",
        action=Action.KEEP,
        rows=((("id", 1),),),
        because=Because(ground="storage"),
        columns=("id",),
    )
    of = Plan(request="r", right="erasure", person="ada", policy="p", made_at=0, steps=(kept,))

    assert outcome_of(of, catalogue(TABLES)) == Outcome()


def test_what_a_copy_leaves_out_is_told_even_where_it_has_no_category() -> None:
    of = asking(TABLES, [], [ADA], right=Right.ACCESS)

    found = outcome_of(plan(TABLES, [], [ADA], right=Right.ACCESS), of.catalogue)

    assert found == Outcome(
        left_out=(Stays(data=(), ground="rights_of_others", law="GDPR Art. 15(4)"),)
    )
