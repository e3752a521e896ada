"""Instants as people write them: `2026-11-24`, RFC 3339, and back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import time_ns
from typing import TYPE_CHECKING

from placket.law.calendar import start_of_day, to_instant

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


def system_now() -> int:
    """Return this machine's time, microseconds UTC."""
    return time_ns() // 1_000


class NotAnInstant(ValueError):
    """write an instant as `2026-11-24` or `2026-11-24T12:00:00Z`."""

    def __init__(self, text: str) -> None:
        """Name what was written."""
        super().__init__(f"`{text}` is no instant: write `2026-11-24` or `2026-11-24T12:00:00Z`")


def parse_instant(text: str, zone: ZoneInfo) -> int:
    """Return the instant of `text`, microseconds UTC; a day alone is its first instant in `zone`.

    Source: RFC 3339. Raises NotAnInstant.
    """
    try:
        if len(text) == len("2026-11-24"):
            return start_of_day(date.fromisoformat(text), zone)
        moment = datetime.fromisoformat(text)
        # In UTC and in the zone too it lies in a year that can be written.
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
        moment.astimezone(zone)
    except (ValueError, OverflowError):
        raise NotAnInstant(text) from None
    return to_instant(moment)


def rfc3339(at: int) -> str:
    """Return the instant as RFC 3339 in UTC, whole seconds where it falls on one."""
    seconds, micros = divmod(at, 1_000_000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return "always" if at < 0 else "never"
    fraction = f".{micros:06d}" if micros else ""
    return f"{moment.isoformat(timespec='seconds')}{fraction}Z"
