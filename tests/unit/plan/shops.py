"""Small catalogues with their schemas and rows, and plans for Ada's requests in them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from placket.catalogue import ColumnSchema, ForeignKey, Schema, TableSchema, parse
from placket.plan.asking import Asking
from placket.plan.build import plan_of
from placket.plan.inventory import At, Inventory, Row
from placket.rights.right import Right
from tests.unit.standing.telling import day, shop, standing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.catalogue import Catalogue
    from placket.facts import Fact
    from placket.plan.plan import Plan, Step
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing

NOW = 100
REVIEW = 130
POLICY = shop(
    """
activity: ship
purpose: order_fulfilment
uses: [name, email, delivery_address]
basis: contract
relation: [order]
""",
    """
activity: care
purpose: customer_service
uses: [name, email, phone, purchase_history]
basis: legitimate_interest
""",
    """
- right: erasure
  waits_while: [order is open]
- right: access
- right: portability
- right: rectification
- right: restriction
""",
    """
retain: billing_records
for: 7 years from invoice.dated
ground: duty
law: {uk: Value Added Tax Act 1994 Sch. 11 para. 6}
""",
)
ERASE = "G-003"
BOOKS = "G-004"


def column(written: str) -> ColumnSchema:
    """Return a column from `name`, `name!` (not null), `name:type` or `name:type(length)`."""
    name, _, kind = written.rstrip("!").partition(":")
    length = re.search(r"\((\d+)\)", kind)
    return ColumnSchema(
        name=name,
        type=kind or "text",
        nullable=not written.endswith("!"),
        length=int(length[1]) if length else 0,
    )


def table(
    name: str,
    columns: str,
    *links: str,
    key: tuple[str, ...] = ("id",),
    unique: tuple[tuple[str, ...], ...] = (),
) -> TableSchema:
    """Return a table; a link reads `column -> table.target`, and may end in what it does."""
    read = (re.fullmatch(r"(.+) -> (\w+)\.(\S+)(?: on delete (.+))?", link) for link in links)
    return TableSchema(
        name=name,
        columns=tuple(map(column, columns.split())),
        primary_key=key,
        foreign_keys=tuple(
            ForeignKey(
                columns=tuple(found[1].split("+")),
                table=found[2],
                targets=tuple(found[3].split("+")),
                on_delete=found[4] or "",
            )
            for found in read
            if found
        ),
        unique=unique,
    )


def row(  # noqa: PLR0913 - a row has these parts, all but two by name
    name: str,
    values: Mapping[str, Any],
    *,
    of: Iterable[str] = ("ada",),
    party: Iterable[str] = (),
    by: str = "",
    events: tuple[tuple[str, float], ...] = (),
    key: tuple[str, ...] = ("id",),
) -> Row:
    """Return a row of the shop."""
    return Row(
        at=At(source="shop", table=name, key=tuple((column, values[column]) for column in key)),
        values=values,
        owners=frozenset(of),
        parties=frozenset(party),
        supplied_by=by,
        events=tuple((event, day(on)) for event, on in events),
    )


@cache
def catalogue(tables: str) -> Catalogue:
    """Return the catalogue of one source with these tables."""
    read = parse(f"catalogue: small\nsources:\n  shop:\n    tables:\n{tables}")
    assert read.catalogue is not None, read.problems
    assert read.problems == ()
    return read.catalogue


@cache
def _nothing_told(policy: Policy) -> Standing:
    return standing_of(policy)


def asking(
    tables: str, schema: Iterable[TableSchema], rows: Iterable[Row], *facts: Fact, **more: Any
) -> Asking:
    """Return an erasure of Ada's, or what `more` says, in the shop of these tables."""
    policy = more.pop("policy", POLICY)
    inventory = Inventory(
        rows=tuple(rows),
        schemas={"shop": Schema(tables=tuple(schema), dialect=more.pop("dialect", ""))},
        placeholders=more.pop("placeholders", {}),
    )
    given: dict[str, Any] = {
        "request": "r",
        "right": Right.ERASURE,
        "person": "ada",
        "at": day(NOW),
        "review_at": day(REVIEW),
        "policy": policy,
        "catalogue": catalogue(tables),
        "place": policy.places[0],
        "inventory": inventory,
        "standing": standing_of(policy, *facts) if facts else _nothing_told(policy),
    }
    return Asking(**(given | more))


def plan(
    tables: str, schema: Iterable[TableSchema], rows: Iterable[Row], *facts: Fact, **more: Any
) -> Plan:
    """Return the plan of `asking`."""
    return plan_of(asking(tables, schema, rows, *facts, **more))


def told(steps: Iterable[Step]) -> list[str]:
    """Return each step in short: action, table, keys, columns with what they hold."""
    return [_short(step) for step in steps]


def _short(step: Step) -> str:
    keys = ",".join("+".join(str(value) for _, value in key) for key in step.rows)
    values = dict(zip(step.columns, step.values, strict=False))
    columns = (f"{c}={values[c]!r}" if c in values else c for c in step.columns)
    return f"{step.action} {step.table}[{keys}] {' '.join(columns)}".rstrip()
