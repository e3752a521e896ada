"""The dates on which answers, acknowledgements, notices and reports fall due."""

from datetime import UTC, date, datetime

import pytest

from placket.law.calendar import Duration, to_instant
from placket.law.deadlines import (
    NO_WAITS,
    WEEKENDS_ONLY,
    AnswerRule,
    Clarification,
    Start,
    UnknownCalendar,
    Waits,
    WorkingDays,
    acknowledge_due,
    answer_due,
    answer_start,
    breach_due,
    excluded_days,
    third_party_notice_due,
)

ENGLAND = WorkingDays(country="GB", subdivision="ENG")
UNION = AnswerRule(
    months=1,
    extension_months=2,
    starts=frozenset({Start.RECEIPT, Start.PROMPT_IDENTITY}),
    excludes_clarification=False,
)
UK_2026 = AnswerRule(
    months=1, extension_months=2, starts=frozenset(Start), excludes_clarification=True
)


@pytest.mark.parametrize("rule", [UNION, UK_2026], ids=["union", "uk"])
@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        (date(2026, 1, 31), date(2026, 3, 2), date(2026, 4, 30)),
        (date(2026, 3, 5), date(2026, 4, 7), date(2026, 6, 5)),
        (date(2026, 8, 31), date(2026, 9, 30), date(2026, 11, 30)),
        (date(2026, 11, 25), date(2026, 12, 29), date(2027, 2, 25)),
        (date(2028, 1, 31), date(2028, 2, 29), date(2028, 5, 2)),
    ],
)
def test_a_month_ends_on_the_same_day_or_the_next_working_day(
    rule: AnswerRule, received: date, due: date, extended: date
) -> None:
    answers = (
        answer_due(received, rule, ENGLAND),
        answer_due(received, rule, ENGLAND, extended=True),
    )

    assert answers == (due, extended)


def test_days_spent_on_clarification_do_not_count_in_the_uk() -> None:
    asked = Clarification(asked=date(2026, 3, 10), answered=date(2026, 3, 19))

    due = answer_due(date(2026, 3, 2), UK_2026, ENGLAND, waits=Waits(clarifications=(asked,)))

    assert excluded_days([asked]) == 10
    assert due == date(2026, 4, 13)


def test_days_spent_on_clarification_count_in_the_union() -> None:
    asked = Clarification(asked=date(2026, 3, 10), answered=date(2026, 3, 19))

    due = answer_due(date(2026, 3, 2), UNION, ENGLAND, waits=Waits(clarifications=(asked,)))

    assert due == date(2026, 4, 2)


def test_the_clock_starts_when_the_identity_asked_for_is_supplied() -> None:
    waits = Waits(identity=date(2026, 3, 19))

    due = answer_due(date(2026, 3, 2), UK_2026, ENGLAND, waits=waits)

    assert due == date(2026, 4, 20)


def test_the_latest_of_receipt_identity_and_fee_starts_the_clock() -> None:
    waits = Waits(identity=date(2026, 3, 19), fee=date(2026, 3, 24))

    starts = (
        answer_start(date(2026, 3, 2), UK_2026, waits),
        answer_start(date(2026, 3, 2), UNION, waits),
        answer_start(date(2026, 3, 30), UK_2026, waits),
        answer_start(date(2026, 3, 2), UK_2026, NO_WAITS),
    )

    assert starts == (date(2026, 3, 24), date(2026, 3, 19), date(2026, 3, 30), date(2026, 3, 2))


def test_a_day_within_two_clarifications_is_excluded_once() -> None:
    first = Clarification(asked=date(2026, 3, 10), answered=date(2026, 3, 19))
    inside = Clarification(asked=date(2026, 3, 12), answered=date(2026, 3, 13))
    across = Clarification(asked=date(2026, 3, 19), answered=date(2026, 3, 20))

    days = excluded_days([across, first, inside])

    assert days == 11


def test_a_clarification_answered_before_it_is_asked_is_refused() -> None:
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - the whole text follows
        Clarification(asked=date(2026, 3, 10), answered=date(2026, 3, 9))

    assert str(raised.value) == "a clarification is answered on or after the day it is asked"


@pytest.mark.parametrize(
    ("place", "day", "moved"),
    [
        (WorkingDays(country="FR"), date(2026, 7, 14), date(2026, 7, 15)),
        (WorkingDays(country="DE"), date(2026, 10, 3), date(2026, 10, 5)),
        (WorkingDays(country="DE", subdivision="BY"), date(2026, 1, 6), date(2026, 1, 7)),
        (WorkingDays(country="DE"), date(2026, 1, 6), date(2026, 1, 6)),
        (WorkingDays(country="GB", subdivision="SCT"), date(2026, 4, 6), date(2026, 4, 6)),
        (WEEKENDS_ONLY, date(2026, 12, 25), date(2026, 12, 25)),
        (WEEKENDS_ONLY, date(2026, 12, 26), date(2026, 12, 28)),
    ],
)
def test_holidays_are_those_of_the_place(place: WorkingDays, day: date, moved: date) -> None:
    assert place.on_or_after(day) == moved


def test_a_place_without_a_calendar_is_named() -> None:
    with pytest.raises(UnknownCalendar) as raised:
        WorkingDays(country="GB", subdivision="XYZ").includes(date(2026, 1, 6))

    assert str(raised.value) == (
        "no calendar of public holidays is known for `GB/XYZ`; "
        "name a country and subdivision by their ISO 3166 codes, such as GB/ENG"
    )


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2026, 7, 1), date(2026, 7, 31)),
        (date(2026, 7, 2), date(2026, 8, 3)),
        (date(2026, 11, 25), date(2026, 12, 29)),
    ],
)
def test_a_complaint_is_acknowledged_thirty_days_from_the_day_after(
    received: date, due: date
) -> None:
    assert acknowledge_due(received, Duration(days=30), ENGLAND) == due


def test_seventy_two_hours_run_through_a_weekend_and_a_change_of_clocks() -> None:
    aware = to_instant(datetime(2026, 10, 23, 18, 30, tzinfo=UTC))

    due = breach_due(aware, 72)

    assert due == to_instant(datetime(2026, 10, 26, 18, 30, tzinfo=UTC))


def test_notice_of_data_from_others_is_due_at_the_first_of_month_contact_and_disclosure() -> None:
    obtained = date(2026, 1, 31)

    dues = (
        third_party_notice_due(obtained, 1),
        third_party_notice_due(obtained, 1, contacted=date(2026, 2, 10)),
        third_party_notice_due(
            obtained, 1, contacted=date(2026, 2, 10), disclosed=date(2026, 2, 3)
        ),
        third_party_notice_due(obtained, 1, contacted=date(2026, 5, 1)),
    )

    assert dues == (date(2026, 2, 28), date(2026, 2, 10), date(2026, 2, 3), date(2026, 2, 28))
