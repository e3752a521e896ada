"""The record of processing activities, by the letters of GDPR Art. 30(1)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.policy.compile import uses_of
from placket.policy.rendering.flows import (
    kept_for,
    meet,
    recipients_of,
    rules_on,
    unbound,
    variants,
)
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.pages import page
from placket.policy.rendering.rule_words import period_of
from placket.policy.rules import Controller, Security, Transfer, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.policy.compile import Policy
    from placket.policy.rules import Activity

COLUMNS: Final[Mapping[str, str]] = {
    "activity": "Activity",
    "controller": "(a) Controller, joint controller, representative, officer",
    "purposes": "(b) Purposes",
    "basis": "Legal basis",
    "persons": "(c) Categories of persons",
    "data": "(c) Categories of data",
    "recipients": "(d) Categories of recipients",
    "transfers": "(e) Transfers and safeguards",
    "kept": "(f) Time limits for erasure",
    "security": "(g) Security measures",
    "regions": "Regions",
    "clause": "Clause",
}
"""What a row says, in the order of GDPR Art. 30(1)(a) to (g); the basis is ours beside it."""

AS_PROCESSOR: Final = (
    "This is the record of a controller (Art. 30(1)). What is processed on behalf of others is "
    "recorded apart (Art. 30(2)); no rule of a policy speaks of it, so keep that record beside "
    "this one if you also work for others."
)
_STARTS_FORMULA: Final = re.compile(r"^[\s]*[=+\-@\t\r]")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NONE: Final = "None named"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the record: one rule of an activity, as sentences. Source: GDPR Art. 30(1)."""

    activity: str
    controller: str
    purposes: str
    basis: str
    persons: str
    data: str
    recipients: str
    transfers: str
    kept: str
    security: str
    regions: str
    clause: str

    def cells(self) -> tuple[str, ...]:
        """Return the values in the order of COLUMNS."""
        return tuple(getattr(self, name) for name in COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The whole record. elsewhere: recipients whom the policy names for no single activity."""

    retailer: str
    version: str
    effective: str
    entries: tuple[Entry, ...]
    elsewhere: tuple[str, ...]


def record_of(policy: Policy) -> Record:
    """Return the record of processing that the policy amounts to."""
    return Record(
        retailer=policy.front.retailer,
        version=policy.front.version,
        effective=policy.front.effective.isoformat(),
        entries=tuple(_entry(policy, variant) for variant in variants(policy)),
        elsewhere=tuple(f"{lay_list(r.name)} ({r.clause})" for r in unbound(policy)),
    )


def _entry(policy: Policy, activity: Activity) -> Entry:
    receivers = recipients_of(policy, activity)
    return Entry(
        activity=activity.name,
        controller=_controllers(policy, activity),
        purposes=capital(lay_list(activity.purpose)),
        basis=lay(activity.basis),
        persons=capital(lay_list(activity.about)) or "Everyone whom it reaches",
        data=capital(lay_list(uses_of(activity))),
        recipients=capital(lay_list(receivers)) or _NONE,
        transfers=_transfers(policy, activity, receivers),
        kept=_kept(policy, activity),
        security=_security(policy, activity),
        regions=", ".join(activity.regions) or "all",
        clause=activity.clause,
    )


def _controllers(policy: Policy, activity: Activity) -> str:
    found = [_controller(c) for c in policy.rules(Controller) if meet(c, activity)]
    joint = f"jointly with {lay(activity.joint_with)}" if activity.joint_with else ""
    return "; ".join(filter(None, (*found, joint)))


def _controller(rule: Controller) -> str:
    address = rule.address or rule.post
    by = (f"represented in {place} by {who}" for place, who in as_dict(rule.representative).items())
    officer = f"data protection officer: {rule.officer}" if rule.officer else ""
    return ", ".join(filter(None, (rule.name, address, rule.email, rule.phone, officer, *by)))


def _transfers(policy: Policy, activity: Activity, receivers: Iterable[str]) -> str:
    """Return to which countries, under which safeguard; where none is named, what any would need.

    Source: GDPR Art. 30(1)(e).
    """
    rules = [(name, rule) for name in receivers for rule in rules_on(policy, name, activity)]
    named = dict.fromkeys(
        f"{lay(name)} in {', '.join(rule.country)}"
        + (f", under {lay(rule.safeguard)}" if rule.safeguard else "")
        for name, rule in rules
        if rule.country
    )
    if named:
        return capital("; ".join(named))
    needs = [lay_list(t.needs_any, last="or") for t in policy.rules(Transfer) if meet(t, activity)]
    asked = f"any would need {'; '.join(filter(None, needs))}" if any(needs) else ""
    return _NONE + (f"; {asked}" if asked else "")


def _kept(policy: Policy, activity: Activity) -> str:
    periods: dict[str, dict[str, None]] = {}
    for rule, data in kept_for(policy, activity):
        for datum in data:
            periods.setdefault(datum, {}).setdefault(lay_period(period_of(rule)))
    by_periods: dict[tuple[str, ...], list[str]] = {}
    for datum, found in periods.items():
        by_periods.setdefault(tuple(found), []).append(datum)
    said = (f"{lay_list(data)}: {', or '.join(found)}" for found, data in by_periods.items())
    return capital("; ".join(said)) or _NONE


def _security(policy: Policy, activity: Activity) -> str:
    used = set(uses_of(activity))
    measures = (
        measure
        for rule in policy.rules(Security)
        if meet(rule, activity) and (not rule.protects or used & set(rule.protects))
        for measure in rule.measure
    )
    return capital(lay_list(dict.fromkeys(measures))) or _NONE


def record_as_csv(record: Record) -> str:
    """Return the record as CSV; no cell is read as a formula by a spreadsheet.

    Source: OWASP, CSV injection.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows(table_of(record))
    return out.getvalue()


def table_of(record: Record) -> list[list[str]]:
    """Return head and rows; a cell that a spreadsheet might run begins with an apostrophe."""
    rows = [tuple(COLUMNS.values()), *(entry.cells() for entry in record.entries)]
    return [[as_cell(cell) for cell in row] for row in rows]


def as_cell(cell: str) -> str:
    """Return a text as no spreadsheet runs it, without what a spreadsheet cannot hold."""
    shown = _CONTROLS.sub(" ", cell)
    return f"'{shown}" if _STARTS_FORMULA.match(cell) else shown


def record_as_html(record: Record, *, sheet: str) -> str:
    """Return the record as a page that needs nothing beside it: an overview, then each activity."""
    return page(
        "record.html",
        sheet=sheet,
        language="en-GB",
        record=record,
        columns=COLUMNS,
        processor=AS_PROCESSOR,
    )
