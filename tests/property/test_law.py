"""Theorems about durations, calendars and deadlines."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from placket.law.calendar import (
    Duration,
    come_of_age,
    date_of,
    date_plus,
    end_of_accounting_year,
    instant_plus,
    parse_duration,
    start_of_day,
    to_datetime,
    to_instant,
)
from placket.law.deadlines import (
    AnswerRule,
    Clarification,
    Start,
    Waits,
    WorkingDays,
    answer_due,
    excluded_days,
)

AMOUNT = st.integers(0, 999)
DURATIONS: st.SearchStrategy[dict[str, int]] = st.builds(
    dict, years=AMOUNT, months=AMOUNT, weeks=AMOUNT, days=AMOUNT, hours=AMOUNT
).filter(lambda amounts: any(amounts.values()))
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.timedeltas(timedelta(1), timedelta(days=24_800)).map(lambda since: EPOCH + since)
ZONES = st.sampled_from(
    ["UTC", "Europe/London", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Pacific/Apia"]
).map(ZoneInfo)
ENGLAND = WorkingDays(country="GB", subdivision="ENG")
UK = AnswerRule(months=1, extension_months=2, starts=frozenset(Start), excludes_clarification=True)
RECENT = st.dates(date(2026, 2, 5), date(2035, 12, 31))


@st.composite
def clarifications(draw: st.DrawFn) -> Clarification:
    asked = draw(RECENT)
    return Clarification(asked=asked, answered=asked + timedelta(days=draw(st.integers(0, 40))))


@given(DURATIONS)
def test_a_duration_is_read_back_from_its_words_and_its_iso_form(amounts: dict[str, int]) -> None:
    duration = Duration(**amounts)

    assert parse_duration(str(duration)) == duration
    assert parse_duration(duration.iso()) == duration


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_duration(text: str) -> None:
    duration = parse_duration(text)

    assert duration is None or parse_duration(str(duration)) == duration


@given(DAYS, DAYS, DURATIONS)
def test_a_later_day_never_ends_sooner(one: date, other: date, amounts: dict[str, int]) -> None:
    duration = Duration(**amounts)
    earlier, later = sorted((one, other))

    assert earlier <= date_plus(earlier, duration) <= date_plus(later, duration)


@given(DAYS, st.integers(1, 999))
def test_a_month_end_is_the_same_day_or_the_last(day: date, months: int) -> None:
    end = date_plus(day, Duration(months=months))

    assert end.day == day.day or (end.day < day.day and (end + timedelta(days=1)).day == 1)


@given(MOMENTS, ZONES)
def test_an_instant_is_read_back_in_every_zone(moment: datetime, zone: ZoneInfo) -> None:
    at = to_instant(moment)

    assert to_instant(to_datetime(at, zone)) == at


@given(MOMENTS, DURATIONS, ZONES)
def test_time_added_is_time_passed(
    moment: datetime, amounts: dict[str, int], zone: ZoneInfo
) -> None:
    at = to_instant(moment)

    assert instant_plus(at, Duration(**amounts), zone) > at


@given(st.integers(0, 4_000_000_000), DURATIONS, ZONES)
def test_the_fast_way_and_the_plain_way_agree(
    seconds: int, amounts: dict[str, int], zone: ZoneInfo
) -> None:
    moment = EPOCH + timedelta(seconds=seconds)
    duration = Duration(**amounts)

    later = instant_plus(to_instant(moment), duration, zone)

    local = moment.astimezone(zone)
    plain = datetime.combine(date_plus(local.date(), duration), local.time(), zone)
    if duration.total_months or duration.total_days:
        assert later == to_instant(plain) + duration.hours * 3_600_000_000
    else:
        assert later == to_instant(moment + timedelta(hours=duration.hours))


@given(MOMENTS, st.integers(1, 999), ZONES)
def test_whole_days_keep_the_wall_clock_unless_it_is_leapt_over(
    moment: datetime, days: int, zone: ZoneInfo
) -> None:
    local = moment.astimezone(zone)

    later = to_datetime(instant_plus(to_instant(moment), Duration(days=days), zone), zone)

    expected = local.replace(tzinfo=None) + timedelta(days=days)
    leapt = later.replace(tzinfo=None) - expected
    assert leapt in {timedelta(0), timedelta(hours=1), timedelta(hours=24)}


@given(DAYS, ZONES)
def test_a_day_starts_where_the_one_before_stops(day: date, zone: ZoneInfo) -> None:
    start = start_of_day(day, zone)

    assert date_of(start, zone) >= day > date_of(start - 1, zone)


@given(MOMENTS, st.dates(date(2000, 1, 1), date(2000, 12, 31)), ZONES)
def test_an_accounting_year_ends_within_a_year(
    moment: datetime, year_end: date, zone: ZoneInfo
) -> None:
    at = to_instant(moment)

    end = end_of_accounting_year(at, (year_end.month, year_end.day), zone)

    assert at < end <= start_of_day(date_of(at, zone) + timedelta(days=366), zone)
    assert end_of_accounting_year(end - 1, (year_end.month, year_end.day), zone) == end


@given(DAYS, st.integers(0, 30), ZONES)
def test_nobody_comes_of_age_before_the_calendar_says(
    birth: date, age: int, zone: ZoneInfo
) -> None:
    reached = date_of(come_of_age(birth, age, zone), zone)

    assert reached >= date_plus(birth, Duration(years=age)) if age else reached >= birth


@given(RECENT, st.lists(clarifications(), max_size=4))
def test_an_answer_falls_due_on_a_working_day_and_no_wait_hastens_it(
    received: date, asked: list[Clarification]
) -> None:
    plain = answer_due(received, UK, ENGLAND)

    waited = answer_due(received, UK, ENGLAND, waits=Waits(clarifications=tuple(asked)))

    assert ENGLAND.includes(plain)
    assert ENGLAND.includes(waited)
    assert received < plain <= waited
    assert plain <= answer_due(received, UK, ENGLAND, extended=True)


@given(st.lists(clarifications(), max_size=5))
def test_excluded_days_are_counted_as_a_set(asked: list[Clarification]) -> None:
    days = {
        one.asked + timedelta(days=n)
        for one in asked
        for n in range((one.answered - one.asked).days + 1)
    }

    assert excluded_days(asked) == excluded_days(reversed(asked)) == len(days)
