"""The shop's days: whole days later, at the same time of day."""

from datetime import UTC, date, timedelta

import pytest

from placket.demo.days import ZONE, ShopDays, utc
from placket.demo.transactions import FIRST_DAY, LAST_DAY

DAYS = (LAST_DAY - FIRST_DAY).days
TODAYS = [date(2026, 11, 24), date(2026, 7, 1), date(2028, 2, 29), date(2027, 3, 28)]


@pytest.mark.parametrize("today", TODAYS)
def test_the_last_day_is_yesterday(today: date) -> None:
    days = ShopDays(today)

    last = utc(days.second(DAYS * 1440 + 12 * 60 + 50)).astimezone(ZONE)

    assert last.date() == today - timedelta(days=1)
    assert days.second(DAYS * 1440 + 1439) < days.end


@pytest.mark.parametrize("today", TODAYS)
def test_the_time_of_day_is_kept_through_summer_time(today: date) -> None:
    days = ShopDays(today)

    times = [utc(days.second(day * 1440 + 8 * 60 + 26)) for day in range(DAYS + 1)]

    assert {(t.astimezone(ZONE).hour, t.astimezone(ZONE).minute) for t in times} == {(8, 26)}
    assert {t.hour for t in times} == {7, 8}


def test_the_first_day_begins_at_its_own_midnight() -> None:
    days = ShopDays(date(2026, 11, 24))

    assert utc(days.start).isoformat() == "2025-11-15T00:00:00+00:00"
    assert days.month(0) == "2025-11"
    assert days.month(40 * 1440) == "2025-12"


def test_the_past_ends_a_minute_before_midnight() -> None:
    days = ShopDays(date(2026, 7, 1))

    assert utc(days.past(days.end + 5)).astimezone(ZONE).isoformat() == "2026-06-30T23:59:00+01:00"
    assert days.past(days.start) == days.start


def test_a_birthday_on_a_leap_day_is_moved_to_the_day_before() -> None:
    assert ShopDays(date(2028, 2, 29)).birthday(years=18) == date(2010, 2, 28)
    assert ShopDays(date(2028, 2, 28)).birthday(years=16, days=2) == date(2012, 3, 1)
    assert ShopDays(date(2026, 11, 24)).birthday(years=18, days=9) == date(2008, 12, 3)


def test_utc_is_aware() -> None:
    assert utc(0).tzinfo is UTC
