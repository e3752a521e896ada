"""Theorems about plans: nothing of others is touched, nothing is broken, nothing is forgotten."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, note
from hypothesis import strategies as st

from placket.plan.asking import Asking, By, Hold
from placket.plan.build import plan_of
from placket.plan.plan import CHANGING, STAYING, WRITING, Action, read_plan, write_plan
from placket.rights.right import Right
from tests.unit.plan.shops import asking, row, table

if TYPE_CHECKING:
    from placket.plan.inventory import Row
    from placket.plan.plan import Plan

TABLES = """
      customer:
        subject: {email: email}
        holds: {email: email, name: name}
        {customer}
      place:
        owner: <- customer.place_id
        holds: {postal_address: street}
      orders:
        owner: customer_id -> customer.id
        holds: {order_id: number, order_details: note, delivery_address: address}
        {orders}
      line:
        owner: order_id -> orders.id
        holds: {purchase_history: product}
        {line}
      gift:
        subject: {email: email}
        party: order_id -> orders.id
        holds: {email: email}
"""
CUSTOMER = ("blank: {email: null, name: ''}", "blank: [email, name, place_id]", "delete: true")
KEEP = "keep: {until: 7 years from order.closed, basis: legal_obligation"
ORDERS = (
    f"{KEEP}, columns: [number], then: {{cut: customer_id}}}}\n        blank: {{note: null}}",
    f"{KEEP}}}",
    "cut: customer_id",
    "delete: true",
)
LINE = (f"{KEEP}}}", "delete: true")
PEOPLE = ("ada", "bob")


class Shop(Asking):
    """An asking that is shown by its rows alone, so that a failure can be read."""

    def __repr__(self) -> str:
        tables = self.inventory.schemas["shop"].tables
        held = [f"{row.at.table} {dict(row.values)} of {set(row.owners)}" for row in self.rows]
        links = [f"{t.name} {key}" for t in tables for key in t.foreign_keys]
        actions = [f"{t.name} {t.actions}" for _, t in self.catalogue.tables()]
        return "\n".join((*held, *links, *actions))


@st.composite
def shops(draw: st.DrawFn) -> Asking:
    """Draw a small shop of two persons, its rows linked at will, and an erasure of Ada's."""
    text = TABLES.replace("{customer}", draw(st.sampled_from(CUSTOMER)))
    text = text.replace("{orders}", draw(st.sampled_from(ORDERS)))
    text = text.replace("{line}", draw(st.sampled_from(LINE)))
    does = draw(st.sampled_from(("", " on delete cascade", " on delete set null")))
    null = draw(st.sampled_from(("", "!")))
    schema = (
        table(
            "customer",
            f"id! email name place_id last_order{null}",
            "place_id -> place.id",
            f"last_order -> orders.id{does}",
        ),
        table("place", "id! street"),
        table(
            "orders",
            f"id! number note address customer_id{null}",
            f"customer_id -> customer.id{does}",
        ),
        table("line", "id! product order_id!", f"order_id -> orders.id{does}"),
        table("gift", "id! email order_id", f"order_id -> orders.id{does}"),
    )
    rows = tuple(draw(_rows()))
    holds = draw(st.sampled_from(((), (Hold(by=By.LAW, data=("email",), release="it ends"),))))
    of = asking(text, schema, rows, holds=holds)
    return Shop(**{each.name: getattr(of, each.name) for each in fields(of)})


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    lives = {1: "ada", 2: "bob"}
    places = {n: draw(st.sampled_from((None, 1, 2))) for n in lives}
    orders = {n: draw(st.sampled_from((1, 2))) for n in range(draw(st.integers(0, 3)))}
    last: dict[int, Any] = {
        n: draw(st.sampled_from([None, *(o for o, of in orders.items() if of == n)])) for n in lives
    }
    found = [
        row(
            "customer",
            {"id": n, "email": f"{of}@example.org", "name": of, "place_id": places[n]}
            | {"last_order": last[n]},
            of=(of,),
        )
        for n, of in lives.items()
    ]
    for place in (1, 2):
        owners = [lives[n] for n, at in places.items() if at == place]
        found.append(row("place", {"id": place, "street": "1 Elm"}, of=owners))
    for number, of in orders.items():
        ended = draw(st.sampled_from(((), (("order.closed", 3.0),), (("order.closed", -9000.0),))))
        events = (("order.opened", -9001.0), *ended)
        values = {"id": number, "number": f"N{number}", "note": "n", "address": "a"}
        owner = {"customer_id": of}
        found.append(row("orders", values | owner, of=(lives[of],), events=events))
        line = {"id": number, "product": "hat", "order_id": number}
        found.append(row("line", line, of=(lives[of],), events=events))
        gift = {"id": number, "email": "bo@example.org", "order_id": number}
        found.append(row("gift", gift, of=("bo",), party=(lives[of],), by=lives[of]))
    return found


def touched(plan: Plan, *actions: Action) -> set[tuple[str, Any]]:
    """Return the rows of the steps with these actions."""
    return {(s.table, key) for s in plan.steps if s.action in actions for key in s.rows}


@given(shops())
def test_no_row_of_others_is_deleted_or_changed_but_for_the_persons_own_link(of: Asking) -> None:
    plan = plan_of(of)

    others = {
        (r.at.table, r.at.key) for r in of.inventory.rows if r.owners - {"ada"} or not r.owners
    }
    assert not touched(plan, Action.DELETE) & others
    assert not touched(plan, Action.BLANK, Action.WRITE, Action.SURROGATE) & others
    unconcerned = {(r.at.table, r.at.key) for r in of.inventory.rows if not r.concerns("ada")}
    assert not touched(plan, *Action) & unconcerned


@given(shops())
def test_a_plan_without_obstacles_breaks_no_constraint_on_the_way(of: Asking) -> None:
    plan = plan_of(of)
    state = {(r.at.table, r.at.key): dict(r.values) for r in of.inventory.rows}
    before = set(_broken(of, state))

    for step in plan.changes if not plan.obstacles else ():
        for key in step.rows:
            if step.action is Action.DELETE:
                del state[step.table, key]
            else:
                state[step.table, key].update(dict(zip(step.columns, step.values, strict=True)))
        note(f"{step}")
        assert set(_broken(of, state)) <= before


def _broken(of: Asking, state: dict[tuple[str, Any], dict[str, Any]]) -> list[str]:
    schema = of.inventory.schemas["shop"]
    found = []
    for place, values in state.items():
        there = schema.table(place[0])
        assert there is not None
        empty = (c.name for c in there.columns if not c.nullable and values[c.name] is None)
        found += [f"{place} {column}" for column in empty]
        for key in there.foreign_keys:
            wanted = tuple(values[c] for c in key.columns)
            held = {
                tuple(v[c] for c in key.targets) for (t, _), v in state.items() if t == key.table
            }
            if None not in wanted and wanted not in held and not key.on_delete:
                found.append(f"{place} -> {key.table}")
    return found


@given(shops())
def test_every_held_value_of_the_person_goes_or_stays_for_a_reason(of: Asking) -> None:
    plan = plan_of(of)
    told = {
        (step.table, key, column)
        for step in plan.steps
        for key in step.rows
        for column in step.columns or ("*",)
    }

    for each in of.rows:
        if each.owners == {"ada"}:
            for held in of.table(each).holds:
                for column in held.columns:
                    place = (each.at.table, each.at.key)
                    gone = each.values[column] in {None, ""}
                    assert gone or {(*place, column), (*place, "*")} & told


@given(shops())
def test_what_stays_has_a_ground_and_an_end_and_is_not_changed(of: Asking) -> None:
    plan = plan_of(of)

    for step in plan.steps:
        if step.action in STAYING:
            assert step.because.ground
            assert step.because.until is not None or step.because.release
            for other in plan.changes:
                if other.table == step.table and set(other.rows) & set(step.rows):
                    assert other.action in WRITING
                    assert not set(other.columns) & set(step.columns)


@given(shops())
def test_a_held_datum_is_never_written_or_deleted(of: Asking) -> None:
    plan = plan_of(of)

    if of.holds:
        for step in plan.changes:
            assert not (step.table == "customer" and "email" in step.columns)
            assert not (step.table == "customer" and step.action is Action.DELETE)


@given(shops())
def test_a_plan_carried_out_leaves_nothing_to_plan(of: Asking) -> None:
    plan = plan_of(of)
    if plan.obstacles:
        return
    gone = touched(plan, Action.DELETE)
    left = []
    for each in of.inventory.rows:
        place = (each.at.table, each.at.key)
        if place not in gone:
            values = dict(each.values)
            for step in plan.changes:
                if step.table == each.at.table and each.at.key in step.rows:
                    values |= dict(zip(step.columns, step.values, strict=True))
            left.append(replace(each, values=values))

    again = plan_of(_over(of, left))

    assert again.changes == ()


def _over(of: Asking, rows: list[Row]) -> Asking:
    return replace(of, inventory=replace(of.inventory, rows=tuple(rows)))


@given(shops(), st.sampled_from((Right.ACCESS, Right.ERASURE, Right.PORTABILITY)))
def test_every_right_sees_the_same_rows_and_reads_back(of: Asking, right: Right) -> None:
    plan = plan_of(replace(of, right=right))

    assert plan.seen == plan_of(of).seen
    assert read_plan(write_plan(plan)) == plan
    if right is not Right.ERASURE:
        assert not {s.action for s in plan.steps} & CHANGING


@given(shops(), st.randoms(use_true_random=False))
def test_equal_rows_make_one_plan_in_whatever_order_they_were_read(of: Asking, lots: Any) -> None:
    shuffled = list(of.inventory.rows)
    lots.shuffle(shuffled)

    assert plan_of(_over(of, shuffled)).digest() == plan_of(of).digest()
