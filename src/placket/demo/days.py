"""The shop's calendar: the data's days moved so that the last one was yesterday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from placket.demo.transactions import FIRST_DAY, LAST_DAY

ZONE = ZoneInfo("Europe/London")
MINUTE, HOUR, DAY = 60, 3600, 86_400
YEAR = 365 * DAY
DAY_MINUTES = 24 * 60


class ShopDays:
    """Turns the data's local minutes into seconds since 1970, UTC, ending before `today`."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.first_day = FIRST_DAY + (today - timedelta(days=1) - LAST_DAY)
        self.end = _midnight(today)
        self.start = _midnight(self.first_day)

    def second(self, minute: int) -> int:
        """Return when the data's `minute` is: whole days later, at the same time of day."""
        days, within = divmod(minute, DAY_MINUTES)
        return _midnight(self.first_day + timedelta(days=days), at_noon=True) + within * MINUTE

    def month(self, minute: int) -> str:
        """Return the year and month, such as 2026-11, in which the data's `minute` now is."""
        return f"{self.first_day + timedelta(days=minute // DAY_MINUTES):%Y-%m}"

    def past(self, second: int) -> int:
        """Return `second`, or the last minute of yesterday where that is earlier."""
        return min(second, self.end - MINUTE)

    def ago(self, *, years: float = 0, days: float = 0) -> int:
        """Return the second so long before the shop's last midnight; years have 365 days."""
        return self.end - int(years * YEAR + days * DAY)

    def birthday(self, *, years: int, days: int = 0) -> date:
        """Return the birth date of who will be `years` old in `days` days from today."""
        due = self.today + timedelta(days=days)
        leap_day = (due.month, due.day) == (2, 29)
        return due.replace(year=due.year - years, day=28 if leap_day else due.day)


@lru_cache(maxsize=2048)
def _midnight(day: date, *, at_noon: bool = False) -> int:
    """Return when `day` begins in the shop's zone; at_noon: by the clock that noon shows.

    The shop is shut when clocks change, so the offset of noon is that of its whole day.
    """
    if at_noon:
        return int(datetime.combine(day, time(12), ZONE).timestamp()) - 12 * HOUR
    return int(datetime.combine(day, time(), ZONE).timestamp())


def utc(second: int) -> datetime:
    """Return `second` as an aware time."""
    return datetime.fromtimestamp(second, UTC)
