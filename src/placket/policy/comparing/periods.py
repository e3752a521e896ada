"""Whether a period keeps longer than another, and how long each datum is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from placket.policy.compile import kept_by
from placket.policy.period import After, Latest, Period, UntilAsked, WhileHolds, WhileOpen
from placket.policy.rules import Retain, Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from placket.law.calendar import Duration
    from placket.policy.parse import Document
    from placket.policy.rules import Rule

_MONTH_DAYS: Final = 30.44
_HOURS: Final = 24
_ROUNDED: Final = {"": 0, "month": 31, "calendar_year": 366, "accounting_year": 366}
"""The days that a rounding adds at most."""

LONGER, SHORTER, SAME = 1, -1, 0


def kept_for(document: Document, region: str) -> Mapping[str, tuple[Retain, ...]]:
    """Return the rules by which each datum is kept in `region`, `all_held` for what has none.

    region: empty where the policy has no regions. A period that names a status is given as
    what the status waits for: the same words may keep for another time.
    """
    found: dict[str, list[Retain]] = {}
    statuses = {
        rule.name: rule
        for rule in document.rules()
        if isinstance(rule, Status) and _holds_in(rule, region)
    }
    for rule in document.rules():
        if isinstance(rule, Retain) and not rule.draft and _holds_in(rule, region):
            meant = replace(rule, period=_spelled_out(rule.period, statuses))
            for datum in kept_by(rule):
                found.setdefault(datum, []).append(meant)
    return {datum: tuple(rules) for datum, rules in found.items()}


def _holds_in(rule: Rule, region: str) -> bool:
    return not rule.regions or not region or region in rule.regions


def _spelled_out(period: Period, statuses: Mapping[str, Status]) -> Period:
    match period:
        case Latest(parts=parts):
            return Latest(parts=tuple(_spelled_out(part, statuses) for part in parts))
        case WhileHolds(status=name, then=None) if name in statuses:
            status = statuses[name]
            if status.holds_after is not None or not status.holds_while:
                return period
            others = {key: rule for key, rule in statuses.items() if key != name}
            return Latest(parts=tuple(_spelled_out(part, others) for part in status.holds_while))
        case _:
            return period


def together(rules: tuple[Retain, ...]) -> Period:
    """Return how long the rules keep a datum between them: until the last of them has run out."""
    parts = tuple(dict.fromkeys(leaf for rule in rules for leaf in _parts(rule.period)))
    return parts[0] if len(parts) == 1 else Latest(parts=parts)


def compare_periods(before: Period, after: Period) -> int | None:
    """Return LONGER, SHORTER or SAME for `after` beside `before`; None where neither is sure.

    Clocks of different events are never compared: which runs longer differs by person.
    """
    if before == after:
        return SAME
    if isinstance(before, UntilAsked) or isinstance(after, UntilAsked):
        return SHORTER if isinstance(before, UntilAsked) else LONGER
    if isinstance(before, Latest) or isinstance(after, Latest):
        return _lists(_parts(before), _parts(after))
    return _single(before, after)


def _parts(period: Period) -> tuple[Period, ...]:
    if not isinstance(period, Latest):
        return (period,)
    return tuple(leaf for part in period.parts for leaf in _parts(part))


def _lists(before: tuple[Period, ...], after: tuple[Period, ...]) -> int | None:
    """Compare two `latest of`: longer where each part before has one after that is no shorter."""
    covers = all(any(_no_shorter(a, b) for a in after) for b in before)
    covered = all(any(_no_shorter(b, a) for b in before) for a in after)
    if covers and covered:
        return SAME
    return LONGER if covers else SHORTER if covered else None


def _no_shorter(one: Period, other: Period) -> bool:
    return compare_periods(other, one) in {SAME, LONGER}


def _single(before: Period, after: Period) -> int | None:
    match before, after:
        case After(), After() if before.anchor == after.anchor:
            return _clocks(before, after)
        case WhileHolds(), WhileHolds() if before.status == after.status:
            return _amounts(before.then, after.then)
        case WhileOpen(), WhileOpen() if before.relation == after.relation:
            return _amounts(before.then, after.then)
        case _:
            return None


def _clocks(before: After, after: After) -> int | None:
    """Compare two clocks of one event; what a rounding adds lies between nothing and its whole."""
    if before.rounding == after.rounding:
        return _amounts(before.duration, after.duration)
    old, new = days_in(before.duration), days_in(after.duration)
    if new >= old + _ROUNDED[before.rounding]:
        return LONGER
    return SHORTER if old >= new + _ROUNDED[after.rounding] else None


def _amounts(before: Duration | None, after: Duration | None) -> int:
    old, new = days_in(before), days_in(after)
    return (new > old) - (new < old)


def days_in(duration: Duration | None) -> float:
    """Return about how many days a duration has, for saying which of two is longer."""
    if duration is None:
        return 0
    months = duration.total_months * _MONTH_DAYS
    return months + duration.total_days + duration.hours / _HOURS
