"""The catalogues of NET A PORTER and ALL beside their policies."""

from __future__ import annotations

from pathlib import Path

import pytest

from placket.catalogue import Catalogue, check_catalogue, parse
from placket.policy.parse import parse as parse_policy
from placket.sources.checks import PolicyWords, check_policy, words_of

POLICIES = Path(__file__).parents[3] / "policies"


@pytest.fixture(scope="module", params=["netaporter", "all"])
def folder(request: pytest.FixtureRequest) -> Path:
    return POLICIES / str(request.param)


@pytest.fixture(scope="module")
def catalogue(folder: Path) -> Catalogue:
    parsed = parse((folder / "catalogue.yaml").read_text(encoding="utf-8"), "catalogue.yaml")

    assert parsed.problems == ()
    assert parsed.catalogue is not None
    return parsed.catalogue


@pytest.fixture(scope="module")
def words(folder: Path) -> PolicyWords:
    document = parse_policy((folder / "policy.md").read_text(encoding="utf-8")).document
    assert document is not None
    return words_of(document)


def test_the_catalogue_has_no_problem_alone_or_beside_its_policy(
    catalogue: Catalogue, words: PolicyWords
) -> None:
    assert check_catalogue(catalogue) == ()
    assert check_policy(catalogue, words) == ()


def test_everything_that_the_policy_names_has_its_place(
    catalogue: Catalogue, words: PolicyWords, folder: Path
) -> None:
    held = {held.category for _, table in catalogue.tables() for held in table.holds}
    # All the contact data that a policy may name are not all that its shop asks for.
    elsewhere = {"netaporter": {"mobile"}, "all": set[str]()}[folder.name]

    assert words.data - held - {"all", "all_held"} == elsewhere
