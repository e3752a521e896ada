"""The record of processing activities, by the letters of GDPR Art. 30(1)."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from placket.policy.compile import uses_of
from placket.policy.rendering.flows import (
    kept_for,
    meet,
    recipients_of,
    rules_on,
    unbound,
    unused,
    variants,
)
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period, standing_in_text
from placket.policy.rendering.pages import page
from placket.policy.rendering.places import country, regions_of, where
from placket.policy.rendering.rule_words import period_of
from placket.policy.rules import Controller, Security, Transfer, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.policy.compile import Policy
    from placket.policy.rules import Activity, Rule

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
_STARTS_FORMULA: Final = re.compile(r"^[\s\x00]*[=+\-@\t\r\x00\uff0b\uff0d\uff1d\uff20]")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NONE: Final = "None named"
_UNSAID: Final = "Not said"
NO_ACTIVITY: Final = "No single activity"
NO_USE: Final = "Collected without a use"
"""What stands for the activity of a recipient whom none names, and of data that none uses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the record: one rule, as sentences. Source: GDPR Art. 30(1)."""

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
    """The whole record. elsewhere: recipients whom no activity names, and data that none uses.

    standing: which version of the policy it follows and from when, in words.
    """

    retailer: str
    version: str
    effective: str
    standing: str
    entries: tuple[Entry, ...]
    elsewhere: tuple[Entry, ...]

    @property
    def rows(self) -> tuple[Entry, ...]:
        """Return all rows, those of activities first."""
        return (*self.entries, *self.elsewhere)


def record_of(policy: Policy) -> Record:
    """Return the record of processing that the policy amounts to."""
    return Record(
        retailer=policy.front.retailer,
        version=policy.front.version,
        effective=policy.front.effective.isoformat(),
        standing=standing_in_text(policy.front),
        entries=tuple(_of_activity(policy, variant) for variant in variants(policy)),
        elsewhere=tuple(_elsewhere(policy)),
    )


def _of_activity(policy: Policy, activity: Activity) -> Entry:
    found = _entry(
        policy,
        activity,
        data=uses_of(activity),
        receivers=recipients_of(policy, activity),
    )
    joint = f"jointly with {lay(activity.joint_with)}" if activity.joint_with else ""
    return replace(
        found,
        activity=activity.name,
        controller="; ".join(filter(None, (found.controller, joint))),
        purposes=capital(lay_list(activity.purpose)),
        basis=lay(activity.basis),
        persons=capital(lay_list(activity.about)) or "Everyone whom it reaches",
    )


def _elsewhere(policy: Policy) -> Iterator[Entry]:
    for recipient, names in unbound(policy):
        found = _entry(policy, recipient, data=recipient.gets, receivers=names)
        yield replace(found, activity=NO_ACTIVITY)
    for rule, data in unused(policy):
        yield replace(_entry(policy, rule, data=data), activity=NO_USE)


def _entry(
    policy: Policy, rule: Rule, *, data: tuple[str, ...], receivers: tuple[str, ...] = ()
) -> Entry:
    """Return what a row says of data under any rule; what an activity alone says is left open."""
    return Entry(
        activity="",
        controller="; ".join(_controller(c) for c in policy.rules(Controller) if meet(c, rule)),
        purposes=_UNSAID,
        basis=_UNSAID.lower(),
        persons=_UNSAID,
        data=capital(lay_list(data)) or _UNSAID,
        recipients=capital(lay_list(receivers)) or _NONE,
        transfers=_transfers(policy, rule, receivers),
        kept=_kept(policy, rule, data),
        security=_security(policy, rule, data),
        regions=where(rule.regions, regions_of(policy)) or "all",
        clause=rule.clause,
    )


def _controller(rule: Controller) -> str:
    address = rule.address or rule.post
    by = (
        f"represented in {country(place.upper())} by {who}"
        for place, who in as_dict(rule.representative).items()
    )
    officer = f"data protection officer: {rule.officer}" if rule.officer else ""
    return ", ".join(filter(None, (rule.name, address, rule.email, rule.phone, officer, *by)))


def _transfers(policy: Policy, on: Rule, receivers: Iterable[str]) -> str:
    """Return to which countries, under which safeguard; where none is named, what any would need.

    Source: GDPR Art. 30(1)(e).
    """
    rules = [(name, rule) for name in receivers for rule in rules_on(policy, name, on)]
    named = dict.fromkeys(
        f"{lay(name)} in {lay_list(map(country, rule.country))}"
        + (f", under {lay(rule.safeguard)}" if rule.safeguard else "")
        for name, rule in rules
        if rule.country
    )
    if named:
        return capital("; ".join(named))
    needs = [lay_list(t.needs_any, last="or") for t in policy.rules(Transfer) if meet(t, on)]
    asked = f"any would need {'; '.join(filter(None, needs))}" if any(needs) else ""
    return _NONE + (f"; {asked}" if asked else "")


def _kept(policy: Policy, on: Rule, data: Iterable[str]) -> str:
    periods: dict[str, dict[str, None]] = {}
    for rule, named in kept_for(policy, on, data):
        for datum in named:
            periods.setdefault(datum, {}).setdefault(lay_period(period_of(rule)))
    by_periods: dict[tuple[str, ...], list[str]] = {}
    for datum, found in periods.items():
        by_periods.setdefault(tuple(found), []).append(datum)
    said = (f"{lay_list(named)}: {', or '.join(found)}" for found, named in by_periods.items())
    return capital("; ".join(said)) or _NONE


def _security(policy: Policy, on: Rule, data: Iterable[str]) -> str:
    used = set(data)
    measures = (
        measure
        for rule in policy.rules(Security)
        if meet(rule, on) and (not rule.protects or used & set(rule.protects))
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
    rows = [tuple(COLUMNS.values()), *(entry.cells() for entry in record.rows)]
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
