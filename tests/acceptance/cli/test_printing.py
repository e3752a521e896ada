"""The query of an activity, printed for another engine."""

import pytest
import sqlglot
from sqlglot import exp

from placket.decide.sql import DIALECTS
from tests.acceptance.cli.conftest import Placket

NEWS = ("eligible", "newsletter", "--channel", "email")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_query_of_an_activity_is_printed_in_any_dialect(placket: Placket, dialect: str) -> None:
    done = placket(*NEWS, "--sql", dialect)

    assert done.code == 0
    assert "-- parameter: now, the instant in microseconds UTC" in done.out
    read = sqlglot.parse_one(done.out, dialect=dialect)
    assert isinstance(read, exp.Select)
    assert read.named_selects == ["person"]


@pytest.mark.parametrize("more", [("--at", "2026-11-24"), ("--out", "list.txt"), ("--json",)])
def test_a_query_that_is_printed_takes_no_option_of_a_list(
    placket: Placket, more: tuple[str, ...]
) -> None:
    done = placket(*NEWS, "--sql", "spark", *more)

    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"placket: `--sql` prints a query and asks nobody, so `{more[0]}` says nothing\n"
        f"  mend: leave `{more[0]}` out\n"
    )
