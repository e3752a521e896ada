"""What stands in a rule, whatever its kind: its periods, its durations, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, get_args

from placket.policy.compile import ALL
from placket.policy.forms import Pairs
from placket.policy.period import After, Latest, Period, UntilAsked, WhileHolds, WhileOpen
from placket.policy.rules import KINDS, Retain, Rule, keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.law.calendar import Duration

PERIODS: Final = get_args(Period)
_FIELDS: Final = {
    kind: tuple(keyed.name for keyed in keys_of(kind).values()) for kind in KINDS.values()
}


def values_of(rule: Rule) -> Iterator[tuple[str, Any]]:
    """Yield (field, value) for each key of the rule that says something."""
    for name in _FIELDS[type(rule)]:
        value = getattr(rule, name)
        if value not in ("", (), None, False):
            yield name, value


def periods_of(rule: Rule) -> Iterator[tuple[str, Period]]:
    """Yield (field, period) for each period and condition of the rule."""
    for name, value in values_of(rule):
        listed = value if isinstance(value, tuple) else (value,)
        yield from ((name, item) for item in listed if isinstance(item, PERIODS))


def inner(period: Period) -> Iterator[Period]:
    """Yield the period and all periods in it."""
    yield period
    if isinstance(period, Latest):
        for part in period.parts:
            yield from inner(part)


def durations_in(period: Period) -> Iterator[Duration]:
    """Yield the durations that the period counts by."""
    for part in inner(period):
        match part:
            case After(duration=counted) | WhileHolds(then=counted) | WhileOpen(then=counted):
                if counted is not None:
                    yield counted
            case _:
                pass


def waits_for_request(period: Period) -> bool:
    """Say whether some part of the period ends at the person's request alone."""
    return any(isinstance(part, UntilAsked) for part in inner(period))


def words_in(value: Any) -> Iterator[str]:
    """Yield every text in the value, keys of mappings included; periods as their phrase."""
    if isinstance(value, Pairs | tuple):
        for item in value:
            yield from words_in(item)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def period_words(period: Period | None) -> str:
    """Return how long a period lasts, in the words of the policy language."""
    text = str(period)
    return f"`{text}`" if text.startswith(("until", "while")) else f"for `{text}`"


def data_of(rule: Rule) -> frozenset[str]:
    """Return the data that the rule takes, describes or uses."""
    named = (getattr(rule, key, ()) for key in ("takes", "what", "uses", "uses_also"))
    return frozenset(d for words in named if isinstance(words, tuple) for d in words)


def is_untimed(rule: Retain) -> bool:
    """Say whether the text as published gives no time; a rule that runs always has one."""
    return getattr(rule, "period", None) is None


def keeps_everything(rule: Retain) -> bool:
    """Say whether the rule keeps all data alike, and not some of them."""
    return not set(rule.what).isdisjoint(ALL)
