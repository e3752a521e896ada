"""The query of an activity, printed for another engine."""

import pytest
import sqlglot

from placket.decide.sql import DIALECTS
from tests.acceptance.cli.conftest import Placket


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_query_of_an_activity_is_printed_in_any_dialect(placket: Placket, dialect: str) -> None:
    done = placket("eligible", "newsletter", "--channel", "email", "--sql", dialect)

    assert done.code == 0
    assert "-- parameter: now, the instant in microseconds UTC" in done.out
    assert sqlglot.parse_one(done.out, dialect=dialect).named_selects == ["person"]
