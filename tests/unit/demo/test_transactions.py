"""The packed transactions are the published ones."""

from datetime import timedelta

import pytest

from placket.demo.names import COUNTRIES
from placket.demo.transactions import (
    FIRST_DAY,
    LAST_DAY,
    Line,
    Spelling,
    read_lines,
    read_spellings,
)


@pytest.fixture(scope="module")
def spellings() -> list[Spelling]:
    return read_spellings()


@pytest.fixture(scope="module")
def lines(spellings: list[Spelling]) -> list[Line]:
    return list(read_lines(spellings))


def test_the_counts_are_those_that_were_published(
    spellings: list[Spelling], lines: list[Line]
) -> None:
    counts = (
        len(lines),
        len({line.invoice for line in lines}),
        len({spellings[line.spelling].code for line in lines}),
        len({line.customer for line in lines} - {None}),
        len({line.country for line in lines}),
    )

    assert counts == (541_909, 25_900, 4_070, 4_372, 38)


def test_quantity_times_price_comes_to_what_was_published(lines: list[Line]) -> None:
    mills = sum(line.quantity * line.mills for line in lines)

    assert round(mills / 1000, 2) == 9_747_747.93


def test_the_quirks_of_the_source_are_still_there(
    spellings: list[Spelling], lines: list[Line]
) -> None:
    quirks = (
        sum(line.customer is None for line in lines),
        sum(line.invoice.startswith("C") for line in lines),
        sum(line.invoice.startswith("A") for line in lines),
        sum(line.mills == 0 for line in lines),
        sum(spellings[line.spelling].description is None for line in lines),
    )

    assert quirks == (135_080, 9_288, 3, 2_515, 1_454)


def test_the_first_line_is_that_of_the_source(spellings: list[Spelling], lines: list[Line]) -> None:
    line = lines[0]

    assert line._replace(spelling=0) == Line(
        invoice="536365",
        minute=8 * 60 + 26,
        customer=17850,
        country="United Kingdom",
        spelling=0,
        quantity=6,
        mills=2550,
    )
    assert spellings[line.spelling].code == "85123A"
    assert spellings[line.spelling].description == "WHITE HANGING HEART T-LIGHT HOLDER"


def test_the_lines_stand_in_the_order_of_their_times(lines: list[Line]) -> None:
    minutes = [line.minute for line in lines]

    assert minutes == sorted(minutes)
    assert FIRST_DAY + timedelta(minutes=minutes[-1]) == LAST_DAY


def test_every_country_of_the_data_is_known(lines: list[Line]) -> None:
    assert {line.country for line in lines} == set(COUNTRIES)
