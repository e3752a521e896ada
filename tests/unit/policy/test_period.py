"""The grammar of periods: what it reads, and where it says that a phrase goes wrong."""

from __future__ import annotations

import pytest

from placket.law.calendar import Duration
from placket.policy.period import (
    LONGEST,
    After,
    Anchor,
    Latest,
    NotAPeriod,
    Period,
    UntilAsked,
    WhileHolds,
    WhileOpen,
    events_of,
    parse_condition,
    parse_period,
)

YEARS = Duration(years=7)
A_YEAR_AND_A_HALF = Duration(years=1, months=6)
CALL = Anchor(event="call.ended")
INVOICE = Anchor(event="invoice.dated")


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("6 months from call.ended", After(anchor=CALL, duration=Duration(months=6))),
        ("P6M from call.ended", After(anchor=CALL, duration=Duration(months=6))),
        (
            "1 year 6 months from call.ended",
            After(anchor=CALL, duration=Duration(years=1, months=6)),
        ),
        ("call.ended", After(anchor=CALL)),
        ("until call.ended", After(anchor=CALL)),
        ("call.ended + 14 days", After(anchor=CALL, duration=Duration(days=14))),
        (
            "7 years from invoice.dated to the end of the accounting year",
            After(anchor=INVOICE, duration=YEARS, rounding="accounting_year"),
        ),
        (
            "7 years from invoice.dated to the end of the month",
            After(anchor=INVOICE, duration=YEARS, rounding="month"),
        ),
        (
            "7 years from last interaction by (email, app)",
            After(
                anchor=Anchor(event="interaction", by=("email", "app"), last=True), duration=YEARS
            ),
        ),
        ("while customer then 7 years", WhileHolds(status="customer", then=YEARS)),
        ("while order is open", WhileOpen(relation="order")),
        ("while order is open then 7 years", WhileOpen(relation="order", then=YEARS)),
        ("until asked", UntilAsked()),
        (
            "until latest of (call.ended, while order is open)",
            Latest(parts=(After(anchor=CALL), WhileOpen(relation="order"))),
        ),
    ],
)
def test_a_phrase_says_its_period(text: str, period: Period) -> None:
    assert parse_period(text) == period
    assert parse_period(str(period)) == period


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("order is open", WhileOpen(relation="order")),
        ("customer", WhileHolds(status="customer")),
        ("3 years from call.ended", After(anchor=CALL, duration=Duration(years=3))),
    ],
)
def test_a_condition_is_written_without_while(text: str, condition: Period) -> None:
    assert parse_condition(text) == condition


A_DURATION = "a number from 1 to 999 and a unit, such as `6 years` or `30 days`"


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("forever", 0, A_DURATION),
        ("0 months from call.ended", 0, A_DURATION),
        ("1000 days from call.ended", 0, A_DURATION),
        ("6 months", 8, "`from` and the event that starts the clock"),
        ("6 months from call", 14, "an event, such as `call.ended` or `last interaction`"),
        ("6 months from interaction", 14, "an event, such as `call.ended` or `last interaction`"),
        ("while", 5, "the name of a status, or `NAME is open`"),
        ("while order is shut", 12, "nothing more"),
        ("until asked politely", 12, "nothing more"),
        ("latest of call.ended", 10, "`(` and the periods, parted by commas"),
        ("latest of (call.ended", 21, "`,` or `)`"),
        (
            "6 months from call.ended to the end of the week",
            43,
            "`accounting year`, `calendar year` or `month`",
        ),
        ("6 months from last interaction by email", 34, "`(` and the channels, parted by commas"),
        ("6 months from last interaction by (1)", 35, "a channel"),
        ("while order then soon", 17, A_DURATION),
        ("٦ months from call.ended", 0, A_DURATION),
        ("", 0, A_DURATION),
    ],
)
def test_a_fault_is_placed_at_the_word_that_does_not_fit(text: str, at: int, expected: str) -> None:
    with pytest.raises(NotAPeriod) as raised:
        parse_period(text)

    assert (raised.value.at, raised.value.expected) == (at, expected)


def test_a_phrase_too_long_to_read_is_refused_whole() -> None:
    with pytest.raises(NotAPeriod) as raised:
        parse_period("latest of (" * 10_000)

    assert raised.value.at == LONGEST


def test_the_events_of_a_period_are_those_of_its_parts() -> None:
    period = parse_period("latest of (call.ended, order.paid + 1 day, while order is open)")

    assert events_of(period) == {"call.ended", "order.paid"}
