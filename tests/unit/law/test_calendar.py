"""Instants, days and durations, and the clocks that change between them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from placket.law.calendar import (
    OPEN,
    Duration,
    come_of_age,
    date_of,
    date_plus,
    end_of_accounting_year,
    end_of_calendar_year,
    end_of_month,
    instant_plus,
    parse_duration,
    start_of_day,
    to_datetime,
    to_instant,
)

LONDON = ZoneInfo("Europe/London")
PARIS = ZoneInfo("Europe/Paris")


def london(*parts: int, fold: int = 0) -> int:
    year, month, day, hour, minute = (*parts, 0, 0)[:5]
    return to_instant(datetime(year, month, day, hour, minute, tzinfo=LONDON, fold=fold))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("6 months", Duration(months=6)),
        ("7 years", Duration(years=7)),
        ("30 days", Duration(days=30)),
        ("72 hours", Duration(hours=72)),
        ("1 year", Duration(years=1)),
        ("2 weeks", Duration(weeks=2)),
        ("999 days", Duration(days=999)),
        ("1 year 6 months", Duration(years=1, months=6)),
        ("1 year and 6 months", Duration(years=1, months=6)),
        ("P6M", Duration(months=6)),
        ("P7Y", Duration(years=7)),
        ("P13M", Duration(months=13)),
        ("PT72H", Duration(hours=72)),
        ("P1Y6M", Duration(years=1, months=6)),
        ("P2W", Duration(weeks=2)),
        ("P1DT12H", Duration(days=1, hours=12)),
    ],
)
def test_words_and_iso_say_the_same(text: str, duration: Duration) -> None:
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    [
        *("", "forever", "months", "6", "6months", "6  months", " 6 months", "6 months\n"),
        *("0 days", "06 months", "1000 days", "-1 days", "1.5 years", "٦ months"),
        *("6 months 1 year", "1 year6 months", "1 year and", "and 1 year", "1 year, 6 months"),
        *("P", "PT", "P1", "p6m", "P0D", "PT72", "P1M1Y", "P1.5Y"),
    ],
)
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("duration", "words", "iso"),
    [
        (Duration(years=1, months=6), "1 year 6 months", "P1Y6M"),
        (Duration(hours=72), "72 hours", "PT72H"),
        (Duration(weeks=1, days=1, hours=1), "1 week 1 day 1 hour", "P1W1DT1H"),
    ],
)
def test_a_duration_has_one_wording(duration: Duration, words: str, iso: str) -> None:
    assert (str(duration), duration.iso()) == (words, iso)


@pytest.mark.parametrize("amounts", [{}, {"days": -1}, {"days": 1000}, {"days": 1, "hours": -1}])
def test_an_empty_or_unbounded_duration_cannot_be_made(amounts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="each unit of a duration is 0 to 999"):
        Duration(**amounts)


@pytest.mark.parametrize(
    ("day", "duration", "later"),
    [
        (date(2026, 1, 31), Duration(months=1), date(2026, 2, 28)),
        (date(2028, 1, 31), Duration(months=1), date(2028, 2, 29)),
        (date(2028, 2, 29), Duration(years=1), date(2029, 2, 28)),
        (date(2026, 1, 31), Duration(months=1, days=1), date(2026, 3, 1)),
        (date(2026, 12, 31), Duration(months=2), date(2027, 2, 28)),
        (date(2026, 11, 1), Duration(years=1, months=14, weeks=1), date(2029, 1, 8)),
        (date(2026, 11, 1), Duration(hours=72), date(2026, 11, 1)),
    ],
)
def test_months_come_first_and_end_on_the_last_day(
    day: date, duration: Duration, later: date
) -> None:
    assert date_plus(day, duration) == later


def test_a_day_past_the_calendar_is_refused() -> None:
    with pytest.raises(OverflowError):
        date_plus(date(9999, 6, 1), Duration(months=7))


@pytest.mark.parametrize(
    ("at", "duration", "later"),
    [
        (london(2026, 5, 3, 9), Duration(months=6), london(2026, 11, 3, 9)),
        (london(2026, 10, 24, 9), Duration(days=1), london(2026, 10, 25, 9)),
        (london(2026, 10, 24, 9), Duration(hours=24), london(2026, 10, 25, 8)),
        (london(2026, 3, 28, 1, 30), Duration(days=1), london(2026, 3, 29, 2, 30)),
        (london(2026, 10, 24, 1, 30), Duration(days=1), london(2026, 10, 25, 1, 30, fold=0)),
        (london(2026, 10, 25, 1, 30, fold=1), Duration(days=1), london(2026, 10, 26, 1, 30)),
        (london(2026, 1, 31, 12), Duration(months=1, hours=1), london(2026, 2, 28, 13)),
    ],
)
def test_days_keep_the_wall_clock_and_hours_do_not(at: int, duration: Duration, later: int) -> None:
    assert instant_plus(at, duration, LONDON) == later


def test_microseconds_survive() -> None:
    at = london(2026, 5, 3, 9) + 123_457

    later = instant_plus(at, Duration(years=7), LONDON)

    assert later == london(2033, 5, 3, 9) + 123_457


@pytest.mark.parametrize("duration", [Duration(hours=1), Duration(days=1), Duration(years=9)])
@pytest.mark.parametrize("at", [OPEN, OPEN - 1])
def test_what_never_ends_stays_open(at: int, duration: Duration) -> None:
    assert instant_plus(at, duration, LONDON) == OPEN


def test_past_the_last_year_is_open() -> None:
    assert instant_plus(london(9990, 1, 1), Duration(years=10), LONDON) == OPEN


def test_datetimes_and_instants_are_one_thing() -> None:
    moment = datetime(2026, 7, 1, 12, 30, 15, 123_457, tzinfo=PARIS)

    at = to_instant(moment)

    assert at == to_instant(datetime(2026, 7, 1, 10, 30, 15, 123_457, tzinfo=UTC))
    assert to_datetime(at, PARIS) == moment
    assert to_instant(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_a_datetime_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="a moment without a zone is no instant"):
        to_instant(datetime(2026, 7, 1, 12))  # noqa: DTZ001 - the fault under test


def test_a_day_starts_at_its_own_midnight() -> None:
    summer = start_of_day(date(2026, 7, 1), LONDON)

    assert summer == to_instant(datetime(2026, 6, 30, 23, tzinfo=UTC))
    assert date_of(summer, LONDON) == date(2026, 7, 1)
    assert date_of(summer - 1, LONDON) == date(2026, 6, 30)


def test_a_day_without_midnight_starts_at_the_leap() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")

    start = start_of_day(date(2018, 11, 4), sao_paulo)

    assert to_datetime(start, sao_paulo).isoformat() == "2018-11-04T01:00:00-02:00"


@pytest.mark.parametrize(
    ("at", "year_end", "end"),
    [
        (london(2026, 5, 3, 9), (12, 31), london(2027, 1, 1)),
        (london(2026, 5, 3, 9), (3, 31), london(2027, 4, 1)),
        (london(2026, 3, 31, 23, 59), (3, 31), london(2026, 4, 1)),
        (london(2026, 4, 1), (3, 31), london(2027, 4, 1)),
        (london(2026, 4, 6), (4, 5), london(2027, 4, 6)),
        (london(2027, 5, 1), (2, 29), london(2028, 3, 1)),
        (london(2026, 5, 1), (2, 29), london(2027, 3, 1)),
        (london(2028, 2, 29), (2, 28), london(2029, 3, 1)),
    ],
)
def test_an_accounting_year_ends_after_its_last_day(
    at: int, year_end: tuple[int, int], end: int
) -> None:
    assert end_of_accounting_year(at, year_end, LONDON) == end


@pytest.mark.parametrize("year_end", [(13, 1), (0, 1), (4, 31), (2, 30), (12, 0)])
def test_a_year_end_that_no_year_has_is_refused(year_end: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no year has day"):
        end_of_accounting_year(0, year_end, LONDON)


def test_months_and_calendar_years_end_where_the_next_begins() -> None:
    at = london(2026, 12, 31, 23, 59)

    ends = (end_of_month(at, LONDON), end_of_calendar_year(at, LONDON))

    assert ends == (london(2027, 1, 1), london(2027, 1, 1))
    assert end_of_month(london(2026, 1, 31), LONDON) == london(2026, 2, 1)


@pytest.mark.parametrize(
    ("birth", "age", "reached"),
    [
        (date(2010, 6, 15), 16, date(2026, 6, 15)),
        (date(2008, 2, 29), 18, date(2026, 3, 1)),
        (date(2008, 2, 29), 16, date(2024, 2, 29)),
        (date(2008, 2, 28), 18, date(2026, 2, 28)),
    ],
)
def test_an_age_is_reached_when_the_birthday_begins(birth: date, age: int, reached: date) -> None:
    assert come_of_age(birth, age, PARIS) == start_of_day(reached, PARIS)


def test_what_has_no_end_ends_at_the_greatest_integer_of_64_bits() -> None:
    assert OPEN == 9_223_372_036_854_775_807


def test_a_duration_that_is_refused_says_what_each_unit_may_be() -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text follows
        Duration(days=1000)

    assert str(raised.value) == "each unit of a duration is 0 to 999, and one is not 0"


def test_a_moment_without_a_zone_and_a_day_of_no_year_are_told_whole() -> None:
    with pytest.raises(ValueError) as moment:  # noqa: PT011 - the whole text follows
        to_instant(datetime(2026, 7, 1, 12))  # noqa: DTZ001 - the fault under test
    with pytest.raises(ValueError) as day:  # noqa: PT011 - the whole text follows
        end_of_accounting_year(0, (4, 31), LONDON)

    assert str(moment.value) == "a moment without a zone is no instant"
    assert str(day.value) == "no year has day 31 of month 4"


@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/London", date(2026, 3, 29)),
        ("Europe/London", date(2026, 10, 25)),
        ("America/New_York", date(2026, 11, 1)),
        ("Pacific/Auckland", date(2026, 4, 5)),
        ("Pacific/Auckland", date(2026, 9, 27)),
        ("Pacific/Apia", date(2011, 12, 30)),
        ("Pacific/Pago_Pago", date(2026, 3, 29)),
        ("America/Nuuk", date(2022, 3, 26)),
    ],
)
@pytest.mark.parametrize("duration", [Duration(days=1), Duration(months=1)])
def test_the_wall_clock_is_kept_at_each_hour_around_a_change_of_clocks(
    zone: str, change: date, duration: Duration
) -> None:
    place = ZoneInfo(zone)
    around = to_instant(datetime(change.year, change.month, change.day, tzinfo=UTC))
    hours = [around + hour * 3_600_000_000 for hour in range(-35 * 24, 5 * 24)]

    later = [instant_plus(at, duration, place) for at in hours]

    clocks = [to_datetime(at, place) for at in hours]
    assert later == [
        to_instant(datetime.combine(date_plus(clock.date(), duration), clock.time(), place))
        for clock in clocks
    ]


def test_an_age_that_no_year_reaches_is_never_reached() -> None:
    last = (come_of_age(date(9979, 5, 3), 20, PARIS), come_of_age(date(9980, 5, 3), 20, PARIS))

    assert last == (start_of_day(date(9999, 5, 3), PARIS), OPEN)


def test_the_calendar_runs_to_the_end_of_the_year_9999() -> None:
    with pytest.raises(OverflowError) as raised:
        date_plus(date(9999, 6, 1), Duration(months=7))

    assert str(raised.value) == "the calendar ends with the year 9999"
    assert date_plus(date(9999, 5, 31), Duration(months=7)) == date(9999, 12, 31)


def test_a_year_and_a_month_end_by_the_clock_of_the_zone() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    at = to_instant(datetime(2026, 12, 31, 12, tzinfo=UTC))

    ends = [(end_of_calendar_year(at, zone), end_of_month(at, zone)) for zone in (auckland, LONDON)]

    assert ends == [
        (start_of_day(date(2028, 1, 1), auckland), start_of_day(date(2027, 2, 1), auckland)),
        (london(2027, 1, 1), london(2027, 1, 1)),
    ]
