"""The page of traps names tests that are there, and every test of a trap stands on it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "traps.md"
NAMED = re.compile(r"\| `([\w/]+\.py)::(test_\w+)` \|$", re.MULTILINE)
TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
BESIDE = {
    "test_no_plan_names_a_row_of_a_namesake_or_a_housemate",
    "test_one_of_whom_nothing_stayed_may_ask_again",
    "test_a_copy_that_is_asked_for_beside_an_erasure_is_of_what_was_there_when_it_was_made",
    "test_no_plan_is_made_while_a_source_is_away",
    "test_two_workers_at_once_are_one",
    "test_who_asked_does_not_approve_and_what_nobody_approved_is_not_done",
}
"""What the same shops show beside."""


def test_each_trap_has_its_test_and_each_test_its_trap() -> None:
    named = set(NAMED.findall(PAGE.read_text(encoding="utf-8")))

    there = {
        (str(file.relative_to(ROOT / "tests")), test)
        for file in (ROOT / "tests" / "acceptance" / "rights").glob("test_traps_*.py")
        for test in TEST.findall(file.read_text(encoding="utf-8"))
    }
    assert named == {(file, test) for file, test in there if test not in BESIDE}
    assert {test for _, test in there} >= BESIDE
    assert len(named) == PAGE.read_text(encoding="utf-8").count("::")
