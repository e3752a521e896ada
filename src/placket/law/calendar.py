"""Calendar arithmetic on instants, days and durations; no clock is read here."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

Instant: TypeAlias = int
"""Microseconds since 1970-01-01T00:00:00Z."""

OPEN: Final = 2**63 - 1
"""The instant that never comes: an interval without an end ends here."""

DAY: Final = 86_400_000_000
"""A day of 24 hours, in microseconds."""

UNITS: Final = ("years", "months", "weeks", "days", "hours")
LARGEST: Final = 999

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_HOUR: Final = 3_600_000_000
_MIDNIGHT: Final = time()
_LEAP_DAY: Final = (2, 29)

_NUMBER = "[1-9][0-9]{0,2}"
_WORDS = re.compile(
    "".join(rf"(?:(?:\A| (?:and )?)(?P<{unit}>{_NUMBER}) {unit[:-1]}s?)?" for unit in UNITS)
)
_ISO = re.compile(
    rf"P(?:(?P<years>{_NUMBER})Y)?(?:(?P<months>{_NUMBER})M)?(?:(?P<weeks>{_NUMBER})W)?"
    rf"(?:(?P<days>{_NUMBER})D)?(?:T(?P<hours>{_NUMBER})H)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A length of calendar time: `1 year 6 months`; never empty.

    Each unit is 0 to 999. Raises ValueError outside that, or when every unit is 0.
    """

    years: int = 0
    months: int = 0
    weeks: int = 0
    days: int = 0
    hours: int = 0

    def __post_init__(self) -> None:
        amounts = self._amounts()
        if not any(amounts) or not all(0 <= amount <= LARGEST for amount in amounts):
            raise ValueError("each unit of a duration is 0 to 999, and one is not 0")

    def __str__(self) -> str:
        """Return the canonical words, which `parse_duration` reads back."""
        pairs = zip(self._amounts(), UNITS, strict=True)
        return " ".join(
            f"{amount} {unit if amount != 1 else unit[:-1]}" for amount, unit in pairs if amount
        )

    def iso(self) -> str:
        """Return the ISO 8601 form, such as `P1Y6M` or `PT72H`."""
        pairs = zip(self._amounts()[:4], "YMWD", strict=True)
        days = "".join(f"{amount}{letter}" for amount, letter in pairs if amount)
        return f"P{days}T{self.hours}H" if self.hours else f"P{days}"

    @property
    def total_months(self) -> int:
        """The years and months together, in months."""
        return self.years * 12 + self.months

    @property
    def total_days(self) -> int:
        """The weeks and days together, in days."""
        return self.weeks * 7 + self.days

    def _amounts(self) -> tuple[int, int, int, int, int]:
        return (self.years, self.months, self.weeks, self.days, self.hours)


def parse_duration(text: str) -> Duration | None:
    """Read `6 months`, `1 year 6 months`, `72 hours` or ISO 8601 `P1Y6M`; None if it is neither.

    Numbers are 1 to 999, units run from the largest to the smallest, each once.
    """
    found = _WORDS.fullmatch(text) or _ISO.fullmatch(text)
    if found is None or text != text.strip():
        return None
    amounts = {unit: int(amount) for unit, amount in found.groupdict().items() if amount}
    return Duration(**amounts) if amounts else None


def to_instant(moment: datetime) -> Instant:
    """Return `moment` in microseconds since the epoch; exact, no rounding.

    Raises ValueError when `moment` names no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone is no instant")
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(at: Instant, zone: ZoneInfo) -> datetime:
    """Return `at` as the date and wall clock of `zone`; OverflowError outside years 1 to 9999."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone)


def date_of(at: Instant, zone: ZoneInfo) -> date:
    """Return the day that `at` falls on in `zone`."""
    return to_datetime(at, zone).date()


def start_of_day(day: date, zone: ZoneInfo) -> Instant:
    """Return the first instant of `day` in `zone`.

    Where the clock leaps over midnight it is the instant of the leap; where it strikes
    midnight twice, the first.
    """
    return to_instant(datetime.combine(day, _MIDNIGHT, zone))


def date_plus(day: date, duration: Duration) -> date:
    """Return the day `duration` after `day`: years and months first, then weeks and days.

    A month without that day ends on its last one: 31 January and a month is 28 February.
    Hours are left out: a day has none. Raises OverflowError past the year 9999.
    Source: Regulation (EEC, Euratom) 1182/71 Art. 3(2)(c).
    """
    months = duration.total_months
    if months:
        day = _months_later(day, months)
    days = duration.total_days
    return day + timedelta(days=days) if days else day


def instant_plus(at: Instant, duration: Duration, zone: ZoneInfo) -> Instant:
    """Return the instant `duration` after `at`, counted on the calendar of `zone`.

    Years to days keep the wall clock, whatever summer time does; hours are absolute. A wall
    clock that is leapt over counts as before the leap, one struck twice counts as the first.
    OPEN, and what lies past the year 9999, is OPEN.
    """
    hours = duration.hours * _HOUR
    months, days = duration.total_months, duration.total_days
    try:
        if at == OPEN or not (months or days):
            return min(at + hours, OPEN)
        steady = _steady_plus(at, months, days, zone)
        return hours + (_exact_plus(at, duration, zone) if steady is None else steady)
    except OverflowError:
        return OPEN


def _steady_plus(at: Instant, months: int, days: int, zone: ZoneInfo) -> Instant | None:
    """Return the instant by whole numbers alone, or None when a clock changes near either end."""
    before = _steady_offset(at // DAY, zone)
    if before is None:
        return None
    day, clock = divmod(at + before, DAY)
    later = (_number_plus(day, months) if months else day) + days
    after = _steady_offset(later, zone)
    return None if after is None else later * DAY + clock - after


def _exact_plus(at: Instant, duration: Duration, zone: ZoneInfo) -> Instant:
    local = to_datetime(at, zone)
    day = date_plus(local.date(), duration)
    return to_instant(datetime.combine(day, local.time(), zone))


@lru_cache(maxsize=16_384)
def _steady_offset(day: int, zone: ZoneInfo) -> int | None:
    """Return the zone's offset in microseconds around the `day`-th day since the epoch.

    None when it changes there. The day before and the day after count too, so that the answer
    holds for the day of the zone as well as for the day of UTC.
    """
    # INVARIANT: no zone changes its clock and changes it back within one day.
    midnights = (_EPOCH + timedelta(days=day + near) for near in (-1, 0, 1, 2))
    offsets = {midnight.astimezone(zone).utcoffset() for midnight in midnights}
    offset = offsets.pop()
    return None if offsets or offset is None else offset // _MICROSECOND


@lru_cache(maxsize=16_384)
def _number_plus(day: int, months: int) -> int:
    """Return the number of the day `months` after the `day`-th since the epoch."""
    return _months_later(date.fromordinal(day + _EPOCH_DAY), months).toordinal() - _EPOCH_DAY


def end_of_accounting_year(at: Instant, year_end: tuple[int, int], zone: ZoneInfo) -> Instant:
    """Return the exclusive end of the accounting year that `at` falls in.

    year_end: month and day of the year's last day; (2, 29) is the last day of February in
    every year. The result is the first instant of the day after, in `zone`.
    Raises ValueError when `year_end` is no day of any year.
    """
    month, day = year_end
    if not (1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]):  # noqa: PLR2004 - months
        raise ValueError(f"no year has day {day} of month {month}")
    today = date_of(at, zone)
    last = _clamped(today.year, month, day)
    if last < today:
        last = _clamped(today.year + 1, month, day)
    return start_of_day(last + timedelta(days=1), zone)


def end_of_calendar_year(at: Instant, zone: ZoneInfo) -> Instant:
    """Return the exclusive end of the calendar year that `at` falls in."""
    return start_of_day(date(date_of(at, zone).year + 1, 1, 1), zone)


def end_of_month(at: Instant, zone: ZoneInfo) -> Instant:
    """Return the exclusive end of the calendar month that `at` falls in."""
    return start_of_day(_months_later(date_of(at, zone).replace(day=1), 1), zone)


def come_of_age(birth: date, age: int, zone: ZoneInfo) -> Instant:
    """Return the instant a person born on `birth` reaches `age`: the birthday's first, in `zone`.

    Born on 29 February, it is 1 March in a year without one. That is the United Kingdom's
    reading, taken for every country because it never ends a child's protection too early.
    Source: Family Law Reform Act 1969 s. 9(1), for the start of the day.
    """
    year = birth.year + age
    if year > MAXYEAR:
        return OPEN
    if (birth.month, birth.day) == _LEAP_DAY and monthrange(year, 2)[1] < birth.day:
        return start_of_day(date(year, 3, 1), zone)
    return start_of_day(birth.replace(year=year), zone)


def _months_later(day: date, months: int) -> date:
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError("the calendar ends with the year 9999")
    return _clamped(year, month0 + 1, day.day)


def _clamped(year: int, month: int, day: int) -> date:
    if day > 28:  # noqa: PLR2004 - every month has 28 days
        day = min(day, monthrange(year, month)[1])
    return date(year, month, day)
