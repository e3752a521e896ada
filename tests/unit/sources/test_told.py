"""Values of rows as the facts read them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from placket.catalogue.model import Condition, Says
from placket.sources.routes import Reading
from placket.sources.told import (
    as_text,
    make_test,
    make_word,
    read_birth,
    read_date,
    read_instant,
)

LONDON, UTC_ZONE = ZoneInfo("Europe/London"), ZoneInfo("UTC")
NOON = 1_782_907_200_000_000
"""2026-07-01 12:00 UTC."""


@pytest.mark.parametrize(
    "value",
    [
        "2026-07-01 12:00:00.000000",
        "2026-07-01T12:00:00Z",
        "2026-07-01 14:00:00+02:00",
        datetime(2026, 7, 1, 12),  # noqa: DTZ001 - drivers hand such over
        datetime(2026, 7, 1, 12, tzinfo=UTC),
        1_782_907_200,
        1_782_907_200.0,
    ],
)
def test_every_form_of_one_moment_is_one_instant(value: object) -> None:
    assert read_instant(value, UTC_ZONE) == NOON


def test_a_time_without_a_zone_is_read_in_the_sources_zone() -> None:
    text = "2026-07-01 13:00:00"

    at = read_instant(text, LONDON)

    assert at == NOON


def test_a_date_is_its_first_instant_and_null_is_none() -> None:
    values = [date(2026, 7, 1), "2026-07-01", None]

    instants = [read_instant(value, UTC_ZONE) for value in values]

    midnight = NOON - 12 * 3_600_000_000
    assert instants == [midnight, midnight, None]


@pytest.mark.parametrize("value", ["0000-00-00", "0000-00-00 00:00:00", "0000-00-00 00:00:00.000"])
def test_the_date_that_mariadb_writes_for_none_is_none(value: str) -> None:
    assert (read_instant(value, UTC_ZONE), read_date(value)) == (None, None)


@pytest.mark.parametrize("value", ["soon", b"2026", [], "2026-13-01"])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_instant(value, UTC_ZONE)


@pytest.mark.parametrize("value", ["9999-12-31", "2026-07-03", "0001-01-01", "1870-01-01", "soon"])
def test_a_day_that_nobody_alive_was_born_on_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_birth(value, NOON)


def test_a_birth_of_today_and_one_long_ago_are_read() -> None:
    days = ["2026-07-01", "1910-02-28", None]

    read = [read_birth(day, NOON) for day in days]

    assert read == days


def test_a_birth_date_is_read_from_whatever_the_driver_gives() -> None:
    values = [date(1990, 5, 4), "1990-05-04", "1990-05-04 00:00:00", None]

    dates = [read_date(value) for value in values]

    assert dates == ["1990-05-04", "1990-05-04", "1990-05-04", None]


def test_a_condition_takes_any_of_its_values_and_null_by_name() -> None:
    paid = Condition(column="status", any_of=("paid", None))
    not_gone = Condition(column="status", any_of=("gone", None), negated=True)
    set_and_true = Condition(column="flag", any_of=(True,))

    rows: list[tuple[object, ...]] = [("paid", 1), (None, 0), ("gone", True)]
    met = [
        [
            make_test(((0, paid),))(row),
            make_test(((0, not_gone),))(row),
            make_test(((1, set_and_true),))(row),
        ]
        for row in rows
    ]

    assert met == [[True, True, True], [True, False, False], [False, False, True]]


def test_a_word_is_looked_up_and_an_unknown_value_says_nothing() -> None:
    reading = Reading("t")
    topics = make_word(Says(column="topic", values=(("a", "one"), ("null", "two"))), reading)
    flags = make_word(Says(column="flag", values=(("true", "on"),), otherwise="off"), reading)
    plain = make_word(Says(column="topic"), reading)

    rows: list[tuple[object, ...]] = [("a", 1), (None, 0), ("b", True)]
    said = [(topics(row), flags(row), plain(row)) for row in rows]

    assert said == [("one", "on", "a"), ("two", "off", ""), (None, "on", "b")]


def test_a_value_is_written_as_the_catalogue_writes_it() -> None:
    assert [as_text(value) for value in (None, True, False, 3, "x")] == [
        "null",
        "true",
        "false",
        "3",
        "x",
    ]
