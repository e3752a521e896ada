"""The page of ways round a view names tests that are there, and every such test stands on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "view-roles.md"
NAMED = re.compile(r"\| `(test_\w+)` \|$", re.MULTILINE)
TEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)
OF_ROLES = {
    "test_a_user_who_reaches_more_is_refused",
    "test_a_database_right_of_the_user_without_a_name_refuses_everybody",
    "test_a_role_is_granted_the_views_and_taken_by_its_members",
    "test_a_role_that_is_not_there_is_told_of",
    "test_an_account_that_may_not_see_rights_refuses_every_role",
    "test_an_account_that_may_not_let_others_read_is_told_before_anything_is_made",
}
"""Those of whom is granted and refused, which the page tells in words."""


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("Ways round on PostgreSQL", "test_bypasses.py"),
        ("Ways round on MariaDB", "test_bypasses_mariadb.py"),
    ],
)
def test_each_way_round_has_its_test_and_each_test_its_way(heading: str, file: str) -> None:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    code = (ROOT / "tests" / "contract" / file).read_text(encoding="utf-8")

    there = set(TEST.findall(code)) - OF_ROLES

    assert sorted(NAMED.findall(section)) == sorted(there)
