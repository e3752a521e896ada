"""The fate of rows and fields in an erasure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from placket.catalogue import parse
from placket.facts import Kind
from placket.law.calendar import Duration, instant_plus
from placket.plan.asking import By, Hold
from placket.plan.build import plan_of
from placket.plan.inventory import At, Inventory, Row
from placket.plan.locks import erased_data, kept_marks
from placket.plan.plan import Action, Because
from tests.unit.plan.shops import BOOKS, ERASE, POLICY, REVIEW, asking, plan, row, table, told
from tests.unit.standing.telling import day, shop
from tests.unit.standing.telling import told as fact

ASKED = Because(law="GDPR Art. 17", clause=ERASE)
CUSTOMER = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name, phone: phone}
        blank: {email: null, name: '', phone: null}
"""
ORDERS = """
      orders:
        owner: customer_id -> customer.id
        holds: {order_id: number, delivery_address: address, order_details: note}
        keep:
          until: 7 years from order.closed
          basis: legal_obligation
          law: Tax Act 12
          columns: [number, customer_id]
          then: delete
        blank: {address: ''}
"""
CUSTOMERS = table("customer", "id! email name! phone")
ORDER_TABLE = table(
    "orders", "id! number! customer_id! address! note", "customer_id -> customer.id"
)
ADA = row("customer", {"id": 1, "email": "ada@example.org", "name": "Ada", "phone": None})


def order(number: int, *events: tuple[str, float], note: str | None = "ring") -> Row:
    values = {"id": number, "number": f"N{number}", "customer_id": 1}
    return row("orders", values | {"address": "1 Elm", "note": note}, events=events)


OPENED = ("order.opened", 1.0)
CLOSED = ("order.closed", 5.0)
LONG_AGO = (("order.opened", -3010.0), ("order.closed", -3000.0))


def test_a_row_that_stays_is_emptied_by_what_the_catalogue_says() -> None:
    found = plan(CUSTOMER, [CUSTOMERS], [ADA])

    assert told(found.steps) == ["blank customer[1] email=None name=''"]
    assert found.steps[0].because == ASKED
    assert found.obstacles == ()


def test_an_owned_row_of_which_nothing_is_said_goes() -> None:
    found = plan("      bag:\n        subject: {device: token}", [], [row("bag", {"id": 4})])

    assert told(found.steps) == ["delete bag[4]"]


def test_what_the_books_need_stays_until_its_day_and_the_rest_of_the_row_goes() -> None:
    found = plan(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], [ADA, order(7, OPENED, CLOSED)])

    assert told(found.steps) == [
        "blank customer[1] email=None name=''",
        "blank orders[7] address='' note=None",
        "keep orders[7] number customer_id",
    ]
    assert found.steps[2].because == Because(
        law="Tax Act 12", clause=ERASE, ground="duty", until=_years_later(5, 7)
    )


def _years_later(on: float, years: int) -> int:
    return instant_plus(day(on), Duration(years=years), POLICY.front.timezone)


def test_data_past_their_period_take_the_action_that_follows() -> None:
    found = plan(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], [order(7, *LONG_AGO)])

    assert told(found.steps) == ["delete orders[7]"]


def test_what_an_open_order_needs_waits_and_only_that() -> None:
    rows = [ADA, order(7, OPENED, CLOSED, note=None), order(8, OPENED)]
    found = plan(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], rows)

    waiting = Because(
        law="GDPR Art. 17(1)(a)",
        clause=ERASE,
        ground="contract",
        release="order is closed",
        review_at=day(REVIEW),
    )
    assert told(found.steps) == [
        "blank orders[7] address=''",
        "wait customer[1] email name",
        "keep orders[7] number customer_id",
        "wait orders[8] number address note customer_id",
    ]
    assert [s.because for s in found.steps if s.action is Action.WAIT] == [waiting, waiting]


def test_a_case_that_no_row_tells_of_still_holds_the_persons_own_rows() -> None:
    opened = fact(Kind.RELATION_OPENED, 2, what="order", thing="t")

    found = plan(CUSTOMER, [CUSTOMERS], [ADA], opened)

    assert told(found.steps) == ["wait customer[1] email name"]


def test_a_legal_hold_stops_what_it_names_with_its_release() -> None:
    hold = Hold(by=By.LAW, data=("email",), release="the court releases it", fact="f9")

    found = plan(CUSTOMER, [CUSTOMERS], [ADA], holds=(hold,))

    assert told(found.steps) == ["blank customer[1] name=''", "hold customer[1] email"]
    assert found.steps[1].because == Because(
        law="GDPR Art. 17(3)(e)",
        ground="claims",
        release="the court releases it",
        review_at=day(REVIEW),
        fact="f9",
    )


def test_a_hold_on_one_row_leaves_the_others() -> None:
    first, second = (row("bag", {"id": n, "token": "t"}) for n in (1, 2))
    hold = Hold(by=By.LAW, rows=frozenset({first.at}), release="the claim ends")

    found = plan("      bag:\n        subject: {device: token}", [], [first, second], holds=(hold,))

    assert told(found.steps) == ["delete bag[2]", "hold bag[1]"]


def test_a_restriction_that_the_person_wants_instead_stops_the_erasure() -> None:
    wish = Hold(by=By.DATA_SUBJECT, release="the data subject lifts it")

    found = plan(CUSTOMER, [CUSTOMERS], [ADA], holds=(wish,))

    assert found.changes == ()
    assert [s.because.ground for s in found.steps] == ["own_request"]


INVOICE = """
      invoice:
        subject: {email: email}
        holds: {billing_records: [number, gross], email: email}
"""


def test_what_a_clause_keeps_stays_although_the_catalogue_would_delete_the_row() -> None:
    values = {"id": 3, "number": "I3", "gross": 12, "email": "ada@example.org"}
    bill = row("invoice", values, events=(("invoice.dated", 10.0),))

    found = plan(INVOICE, [table("invoice", "id! number! gross! email")], [bill])

    assert told(found.steps) == ["blank invoice[3] email=None", "keep invoice[3] number gross"]
    assert found.steps[1].because == Because(
        law="Value Added Tax Act 1994 Sch. 11 para. 6",
        clause=BOOKS,
        ground="duty",
        until=_years_later(10, 7),
    )


def test_a_clock_that_nothing_started_keeps_nothing() -> None:
    found = plan(INVOICE, [], [row("invoice", {"id": 3, "number": "I3", "gross": 12})])

    assert told(found.steps) == ["delete invoice[3]"]


@pytest.mark.parametrize(
    ("event", "kind", "what"),
    [("interaction", Kind.INTERACTED, ""), ("order.placed", Kind.HAPPENED, "order.placed")],
)
def test_a_clock_from_the_last_event_of_its_kind_is_the_persons_and_not_the_rows(
    event: str, kind: Kind, what: str
) -> None:
    claims = shop(
        f"- right: erasure\n- retain: email\n  for: 30 days from last {event}\n  ground: claims"
    )
    early = row("customer", {"id": 1, "email": "ada@example.org"}, events=((event, 5.0),))
    late = fact(kind, 90, what=what)

    found = plan(CUSTOMER, [CUSTOMERS], [early], late, policy=claims)

    assert told(found.steps) == ["keep customer[1] email"]
    assert found.steps[0].because.until == day(120)


def test_a_row_that_is_kept_from_the_last_contact_goes_after_it() -> None:
    kept = CUSTOMER + "        keep: {until: 30 days from last interaction, basis: legal_claims}\n"
    met = row("customer", dict(ADA.values), events=(("interaction", 5.0),))

    assert told(plan(kept, [CUSTOMERS], [met]).steps) == ["delete customer[1]"]


def test_a_claim_of_the_person_keeps_what_the_clause_names() -> None:
    claims = shop(
        "- right: erasure\n- retain: all\n  for: while claim is open\n  ground: claims",
        "activity: care\npurpose: customer_service\nuses: [email]\nbasis: legitimate_interest",
    )
    opened = fact(Kind.RELATION_OPENED, 2, what="claim", thing="t")

    found = plan(CUSTOMER, [CUSTOMERS], [ADA], opened, policy=claims)

    assert told(found.steps) == ["keep customer[1] email name phone"]
    assert found.steps[0].because.release == "while claim is open"


def test_one_category_may_be_erased_by_itself() -> None:
    found = plan(CUSTOMER, [CUSTOMERS], [ADA], data=("email",))

    assert told(found.steps) == ["blank customer[1] email=None"]


def test_what_stays_is_locked_to_its_ground_in_the_fact() -> None:
    of = asking(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], [ADA, order(7, OPENED, CLOSED)])
    found = plan(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], [ADA, order(7, OPENED, CLOSED)])

    assert erased_data(found, of.catalogue) == (
        "delivery_address",
        "email",
        "name",
        "order_details",
    )
    assert kept_marks(found, of.catalogue) == (f"kept:order_id:duty:{_years_later(5, 7)}",)


def test_of_two_ends_the_open_one_counts() -> None:
    rows = [order(7, OPENED, CLOSED), order(8)]
    of = asking(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], rows)

    found = plan(CUSTOMER + ORDERS, [CUSTOMERS, ORDER_TABLE], rows)

    assert kept_marks(found, of.catalogue) == ("kept:order_id:duty:",)


def test_the_columns_by_which_a_period_is_counted_stay_as_long_as_it_runs() -> None:
    counted = ORDERS.replace(
        "holds: {order_id",
        "tells: [order.paid at paid_at, order.closed at delivered_at]\n        holds: {order_id",
    ).replace("order_details: note", "order_details: [note, delivered_at]")
    delivered = row("orders", {"id": 7, "number": "N7", "delivered_at": 5}, events=(CLOSED,))

    found = plan(CUSTOMER + counted, [], [delivered])

    assert told(found.steps) == ["keep orders[7] number delivered_at customer_id"]


def test_a_key_that_is_a_datum_stays_with_its_emptied_row_and_is_said() -> None:
    numbered = CUSTOMER.replace("holds: {", "holds: {customer_id: id, ")

    found = plan(numbered, [CUSTOMERS], [ADA])

    assert told(found.steps) == ["blank customer[1] email=None name=''", "keep customer[1] id"]
    assert found.steps[1].because.ground == "storage"


def test_what_holds_data_and_is_named_by_no_action_goes_too() -> None:
    found = plan(CUSTOMER.replace(", phone: null", ""), [CUSTOMERS], [replace(ADA, values=FULL)])

    assert told(found.steps) == ["blank customer[1] email=None name='' phone=None"]


FULL = {"id": 1, "email": "ada@example.org", "name": "Ada", "phone": "07700 900001"}


def test_one_plan_reaches_over_several_sources() -> None:
    of = asking(CUSTOMER, [CUSTOMERS], [ADA])
    crm = parse(
        "catalogue: both\nsources:\n  shop:\n    tables:\n"
        + CUSTOMER
        + "  crm:\n    tables:\n      lead:\n        owner: customer -> shop:customer.id\n"
    )
    lead = Row(
        at=At(source="crm", table="lead", key=(("id", 3),)),
        values={"id": 3, "customer": 1},
        owners=frozenset({"ada"}),
    )
    assert crm.catalogue is not None

    found = plan_of(replace(of, catalogue=crm.catalogue, inventory=Inventory(rows=(lead, ADA))))

    assert [(s.source, s.action) for s in found.steps] == [
        ("shop", Action.BLANK),
        ("crm", Action.DELETE),
    ]


def test_reserved_and_mixed_case_names_are_names_like_others() -> None:
    odd = """
      Order:
        subject: {email: eMail}
        key: [select]
        holds: {email: eMail}
        blank: {eMail: null}
"""
    schema = [table("Order", "select! eMail", key=("select",))]

    found = plan(odd, schema, [row("Order", {"select": 1, "eMail": "a"}, key=("select",))])

    assert told(found.steps) == ["blank Order[1] eMail=None"]
    assert found.obstacles == ()


def test_an_activity_that_runs_while_a_case_is_open_says_what_the_case_needs() -> None:
    policy = shop(
        "activity: mend\npurpose: customer_service\nuses: [phone]\nbasis: legitimate_interest\n"
        "while: repair is open",
        "right: erasure\nwaits_while: [repair is open]",
    )
    repair = """
      repair:
        owner: customer_id -> customer.id
        holds: {order_details: fault}
"""
    rows = (
        replace(ADA, values=FULL),
        row(
            "repair", {"id": 2, "customer_id": 1, "fault": "zip"}, events=(("repair.opened", 9.0),)
        ),
    )

    found = plan(CUSTOMER + repair, [], rows, policy=policy)

    assert told(found.steps) == [
        "blank customer[1] email=None name=''",
        "wait customer[1] phone",
        "wait repair[2]",
    ]


def test_of_a_case_that_no_activity_names_by_whom_it_is_stays_reachable() -> None:
    policy = shop("right: erasure\nwaits_while: [complaint is open]")
    complaint = """
      complaint:
        owner: customer_id -> customer.id
        holds: {correspondence: body}
"""
    opened = (("complaint.opened", 9.0),)
    rows = (
        replace(ADA, values=FULL),
        row("complaint", {"id": 2, "customer_id": 1, "body": "late"}, events=opened),
    )

    found = plan(CUSTOMER + complaint, [], rows, policy=policy)

    assert told(found.steps) == [
        "wait customer[1] email name phone",
        "wait complaint[2]",
    ]


def test_a_step_of_a_table_that_the_catalogue_no_longer_names_locks_nothing() -> None:
    found = plan(CUSTOMER + ORDERS, [], [order(7, OPENED, CLOSED)])

    assert kept_marks(found, asking(CUSTOMER, [], []).catalogue) == ()


def test_a_whole_row_that_stays_locks_every_category_of_its_table() -> None:
    of = asking(INVOICE, [], [])
    wish = Hold(by=By.DATA_SUBJECT, release="the data subject lifts it")

    found = plan(INVOICE, [], [row("invoice", {"id": 3, "number": "I3"})], holds=(wish,))

    assert kept_marks(found, of.catalogue) == (
        "kept:billing_records:own_request:",
        "kept:email:own_request:",
    )


def test_a_row_that_an_open_order_points_at_waits_with_it() -> None:
    sending = """
      orders:
        subject: {email: email}
      label:
        owner: <- orders.label_id
      bag:
        owner: order_id -> orders.id
"""
    schema = [table("orders", "id! email label_id", "label_id -> label.id"), table("label", "id!")]
    rows = (
        row("orders", {"id": 8, "email": None, "label_id": 3}, events=(OPENED,)),
        row("label", {"id": 3}),
        row("label", {"id": 4}),
    )

    found = plan(sending, schema, rows)

    assert told(found.steps) == ["delete label[4]", "wait orders[8]", "wait label[3]"]
    assert found.obstacles == ()
