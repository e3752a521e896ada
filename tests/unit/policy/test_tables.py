"""The policies of NET A PORTER and ALL: whole, in order, clean, and in our own words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from placket.cli.trace import tests_by_clause as marked_tests
from placket.policy.check import check, check_published
from placket.policy.load import bind
from placket.policy.parse import Document, parse
from placket.policy.render import render
from placket.policy.rules import Activity, Consent, Cookie, Recipient
from placket.policy.trace import trace
from placket.problems import Severity
from tests.acceptance.retailers import LAW_OF

ROOT = Path(__file__).parents[3]
CLAUSES = ROOT / "policies" / "clauses.jsonl"
SEEDS = ROOT.parent / "shared" / "seeds"
LONGEST_RUN = 11
"""How many words in a row may stand both in the policy and in the text it is made from."""
BEYOND = 100
"""Clauses from this number on are the running policy's own: the text has nothing of theirs."""


@pytest.fixture(scope="module", params=["netaporter", "all"])
def retailer(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def text(retailer: str) -> str:
    return (ROOT / "policies" / retailer / "policy.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def document(text: str) -> Document:
    parsed = parse(text)

    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


def listed(retailer: str) -> list[str]:
    rows = map(json.loads, CLAUSES.read_text(encoding="utf-8").splitlines())
    return [row["id"] for row in rows if row["seed"] == f"{retailer}.txt"]


def runs(text: str) -> set[tuple[str, ...]]:
    found = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(found[at : at + LONGEST_RUN + 1]) for at in range(len(found) - LONGEST_RUN)}


def test_the_rendered_policy_reads_as_the_same_policy(document: Document) -> None:
    assert parse(render(document)).document == document


def test_every_listed_clause_stands_in_the_policy_in_order(
    document: Document, retailer: str
) -> None:
    written = [clause.id for clause in document.clauses if clause.id]
    own = [clause for clause in written if int(clause[3:]) in range(1, BEYOND)]

    assert len(listed(retailer)) == {"netaporter": 37, "all": 53}[retailer]
    assert own == listed(retailer)
    assert len(written) == len(own) + 8


def test_every_clause_has_prose_and_a_rule(document: Document) -> None:
    named = [clause for clause in document.clauses if clause.id]

    assert [c.id for c in named if not c.rules or not c.prose] == []


def test_every_clause_is_traced_to_a_test(document: Document, retailer: str) -> None:
    folder = {"netaporter": "netaporter", "all": "all_brands"}[retailer]
    rows = trace(document, dict(marked_tests(ROOT / "tests" / "acceptance" / folder)), {})

    assert [row.clause for row in rows if not row.tests] == []
    assert sum(row.runs for row in rows) == {"netaporter": 42, "all": 55}[retailer]


def test_what_the_text_has_nothing_of_is_said_to_be_added(document: Document) -> None:
    beyond = [c for c in document.clauses if c.id and int(c.id[3:]) >= BEYOND]

    assert {rule.provenance.word for clause in beyond for rule in clause.rules} == {"added"}


def test_no_clause_repeats_the_text_it_is_made_from(text: str, retailer: str) -> None:
    seed = SEEDS / f"{retailer}.txt"
    if not seed.exists():
        pytest.skip("the text itself is not part of the project: ../shared/seeds is not there")

    assert runs(seed.read_text(encoding="utf-8")) & runs(text) == set()


def test_the_policy_checks_clean(document: Document) -> None:
    assert [str(p) for p in check(document) if p.severity is not Severity.NOTE] == []


def test_the_policy_runs_under_the_law_of_the_day(document: Document) -> None:
    policy = bind(document, on=LAW_OF)

    assert [name for name, rules in policy.activities.items() if not rules[0].basis] == []


def test_an_activity_and_its_recipient_name_each_other(document: Document) -> None:
    rules = list(document.rules())
    activities = [rule for rule in rules if isinstance(rule, Activity)]
    shared = {(name, rule.name) for rule in activities for name in rule.recipients}
    received = {
        (name, activity)
        for rule in rules
        if isinstance(rule, Recipient)
        for name in rule.name
        for activity in rule.activities
    }

    assert shared == received


def test_each_legitimate_interest_has_an_assessment_of_its_own(document: Document) -> None:
    resting = [
        rule
        for rule in document.rules()
        if isinstance(rule, Activity) and rule.basis == "legitimate_interest"
    ]
    references = [rule.assessment for rule in resting]

    assert [rule.name for rule in resting if not rule.interest or not rule.assessment] == []
    assert len(set(references)) == len(references)


def test_what_an_activity_needs_is_asked_for(document: Document) -> None:
    asked = {rule.name for rule in document.rules() if isinstance(rule, Consent | Cookie)}
    needed = {
        name for rule in document.rules() if isinstance(rule, Activity) for name in rule.needs
    }

    assert needed <= asked


def test_one_row_of_nine_has_a_basis(document: Document, retailer: str) -> None:
    bare = {p.clause for p in check_published(document) if p.code == "P234"}

    assert retailer != "netaporter" or "NP-023" not in bare
