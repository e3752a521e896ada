"""The front matter of a policy: who, which version, from when, in which zone and language."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from placket.documents import Node, read_yaml
from placket.policy.forms import LANGUAGE
from placket.problems import Problem, Problems, Span

if TYPE_CHECKING:
    from collections.abc import Callable

DRAFT_VERSION: Final = "draft"
"""The version of a policy that was drafted from a text and has been given none yet."""
FIRST_YEAR, LAST_YEAR = 1990, 2199
_FENCE: Final = "---"
_MONTHS: Final = tuple(name.lower() for name in calendar.month_name if name)
_DAY: Final = re.compile(r"(\d{1,2}) ([a-z]+)")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The head of a policy.

    effective: the first day on which it holds, in `zone`. year_end: month and day on which
    the accounting year ends.
    """

    retailer: str
    version: str
    effective: date
    language: str = "en"
    zone: str = "UTC"
    year_end: tuple[int, int] = (12, 31)
    reason: str = ""

    @property
    def is_draft(self) -> bool:
        """Say whether the policy was drafted from a text and has been given no version yet."""
        return self.version == DRAFT_VERSION

    @property
    def timezone(self) -> ZoneInfo:
        """Return the zone in which periods are counted."""
        return ZoneInfo(self.zone)

    @property
    def effective_from(self) -> int:
        """Return the first instant at which the policy holds, microseconds UTC."""
        start = datetime(
            self.effective.year, self.effective.month, self.effective.day, tzinfo=self.timezone
        )
        return int(start.astimezone(UTC).timestamp()) * 1_000_000


def read_front(text: str, start: Span, problems: Problems) -> tuple[Front | None, int]:
    """Return the front matter and the index of the first line after it."""
    lines = text.split("\n")
    if lines[0].strip() != _FENCE or _FENCE not in [line.strip() for line in lines[1:]]:
        problems.add(
            Problem(
                source=LANGUAGE,
                code="P006",
                summary="the policy has no front matter",
                at=start,
                mend="begin with `---`, then `retailer:`, `version:`, `effective:`, then `---`",
            )
        )
        return None, 0
    end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == _FENCE)
    node = read_yaml("\n".join(lines[1:end]), Span(file=start.file, line=2), problems)
    return (None if node is None else _front(node, problems)), end + 1


def read_day(value: Any) -> date | None:
    """Return the day that is written, `2026-01-31`, of a year that a policy may name."""
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _zone(value: Any) -> str | None:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _year_end(value: Any) -> tuple[int, int] | None:
    match = _DAY.fullmatch(str(value).lower())
    if match is None or match[2] not in _MONTHS:
        return None
    month, day = _MONTHS.index(match[2]) + 1, int(match[1])
    try:
        date(2023, month, day)
    except ValueError:
        return None
    return month, day


def _words(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    return " ".join(str(value).split()) or None


_FORMS: Final[dict[str, tuple[str, Callable[[Any], Any], str]]] = {
    "retailer": ("retailer", _words, "the retailer's name"),
    "version": ("version", _words, "a version, such as `2026-01`"),
    "effective": ("effective", read_day, "a day, such as `2026-01-31`"),
    "language": (
        "language",
        lambda v: v if _LANGUAGE.fullmatch(str(v)) else None,
        "a language, such as `en-GB`",
    ),
    "time_zone": ("zone", _zone, "a time zone, such as `Europe/London`"),
    "accounting_year_ends": ("year_end", _year_end, "a day without year, such as `31 March`"),
    "reason": ("reason", _words, "why this version came, in a few words"),
}


def _front(node: Node, problems: Problems) -> Front | None:
    values: dict[str, Any] = {}
    for key, value in node.pairs():
        known = _FORMS.get(key.value)
        if known is None:
            near = get_close_matches(key.value, _FORMS, n=1)
            mend = f"write `{near[0]}`" if near else f"the keys are {', '.join(_FORMS)}"
            problems.add(
                Problem(
                    source=LANGUAGE,
                    code="P007",
                    summary=f"`{key.value}` is no key of front matter",
                    mend=mend,
                    at=key.span,
                )
            )
            continue
        name, accept, expected = known
        values[name] = accept(value.value) if not (value.is_map or value.is_list) else None
        if values[name] is None:
            problems.add(
                Problem(
                    source=LANGUAGE,
                    code="P008",
                    summary=f"{value.shown()} where {expected} was expected",
                    mend=f"write {expected}",
                    at=value.span,
                )
            )
    missing = [name for name in ("retailer", "version", "effective") if name not in values]
    for name in missing:
        problems.add(
            Problem(
                source=LANGUAGE,
                code="P009",
                summary=f"the front matter has no `{name}`",
                mend=f"add `{name}:`, {_FORMS[name][2]}",
                at=node.span,
            )
        )
    if missing or None in values.values():
        return None
    return Front(**values)
