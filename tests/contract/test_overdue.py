"""Rows that a policy makes overdue, counted in the shop's own tables, which are only read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from placket.policy.load import load_policy
from placket.sources.overdue import newly_overdue
from tests.contract.gates import DAY, NOON, policy
from tests.contract.installed import Installation, install

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from placket.policy.compile import Policy

CALLS = "- retain: call_recording\n  for: {period}\n- retain: all"


@pytest.fixture(params=["sqlite", "postgresql"])
def installed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    url = f"sqlite:///{tmp_path}/shop.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    made = install(tmp_path, url)
    yield made
    made.close()


def keeping_calls(period: str) -> Policy:
    text = policy("v2", calls=True).replace("- retain: all", CALLS.format(period=period))
    loaded = load_policy(text, "policy.md", on=date(2026, 11, 24))
    assert loaded.policy is not None, [str(problem) for problem in loaded.problems]
    return loaded.policy


def late(installed: Installation, old: str, new: str, *, at: int = NOON) -> Mapping[str, int]:
    """Return what is newly overdue; the one call ended on 1 October 2026."""
    views = installed.views
    before, after = keeping_calls(old), keeping_calls(new)
    return newly_overdue(views.engine, views.source, before, after, at=at)


def test_a_row_past_the_new_clock_and_not_the_old_one_is_counted(installed: Installation) -> None:
    six, one = "6 months from call.ended", "1 month from call.ended"

    assert late(installed, six, one) == {"call": 1}
    assert late(installed, one, six) == {}
    assert late(installed, six, six) == {}
    assert late(installed, six, one, at=NOON - 40 * DAY) == {}


def test_a_row_that_was_overdue_before_is_not_newly_so(installed: Installation) -> None:
    assert late(installed, "2 weeks from call.ended", "1 week from call.ended") == {}


def test_a_table_kept_by_a_clock_of_the_person_is_left_out(installed: Installation) -> None:
    assert late(installed, "6 months from call.ended", "1 day from last interaction") == {}
