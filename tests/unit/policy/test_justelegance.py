"""The policy of Just Elegance: whole, parsed without a problem, and in our own words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from placket.policy.parse import Document, parse
from placket.policy.period import parse_period
from placket.policy.render import render
from placket.policy.rules import Activity, Consent, Cookie, Datum, Recipient, Retain

ROOT = Path(__file__).parents[3]
POLICY = ROOT / "policies" / "justelegance" / "policy.md"
CLAUSES = ROOT / "policies" / "clauses.jsonl"
SEED = ROOT.parent / "shared" / "seeds" / "justelegance.txt"
LONGEST_RUN = 11
"""How many words in a row may stand both in the policy and in the text it is made from."""


@pytest.fixture(scope="module")
def document() -> Document:
    parsed = parse(POLICY.read_text(encoding="utf-8"))

    assert parsed.problems == ()
    assert parsed.document is not None
    return parsed.document


def listed_clauses() -> list[str]:
    lines = CLAUSES.read_text(encoding="utf-8").splitlines()
    return [row["id"] for row in map(json.loads, lines) if row["id"].startswith("JE-")]


def runs(text: str, words: int) -> set[tuple[str, ...]]:
    found = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(found[i : i + words]) for i in range(len(found) - words + 1)}


def activity(document: Document, name: str) -> Activity:
    return next(r for r in document.rules() if isinstance(r, Activity) and r.name == name)


def periods(document: Document, datum: str) -> list[str]:
    retains = (rule for rule in document.rules() if isinstance(rule, Retain))
    return [str(rule.period) for rule in retains if datum in rule.what]


def test_the_rendered_policy_reads_as_the_same_policy(document: Document) -> None:
    assert parse(render(document)).document == document


def test_every_listed_clause_stands_in_the_policy_in_order(document: Document) -> None:
    written = [clause.id for clause in document.clauses if clause.id]

    assert len(listed_clauses()) == 89
    assert written == ["JE-000", *listed_clauses()]


def test_every_clause_has_prose_and_a_rule(document: Document) -> None:
    named = [clause for clause in document.clauses if clause.id]

    assert [c.id for c in named if not c.rules or not c.prose] == []


def test_no_clause_repeats_the_text_it_is_made_from() -> None:
    if not SEED.exists():
        pytest.skip("the text itself is not part of the project: ../shared/seeds is not there")
    seed, policy = SEED.read_text(encoding="utf-8"), POLICY.read_text(encoding="utf-8")

    assert runs(seed, LONGEST_RUN + 1) & runs(policy, LONGEST_RUN + 1) == set()


def test_the_listed_clauses_carry_no_quotation() -> None:
    rows = [json.loads(line) for line in CLAUSES.read_text(encoding="utf-8").splitlines()]

    assert len(rows) == 545
    assert [row["id"] for row in rows if "quote" in row] == []


@pytest.mark.clause("JE-062", "JE-063", "JE-064")
def test_data_are_kept_for_the_account_the_order_and_six_years(document: Document) -> None:
    assert periods(document, "all") == [
        "while account is open",
        "while order is open",
        str(
            parse_period(
                "latest of (while case is open, while complaint is open, while issue is open, "
                "while refund is open, while enquiry is open)"
            )
        ),
        "6 years from last interaction",
    ]


@pytest.mark.clause("JE-037")
def test_session_replays_serve_the_improvement_of_the_site_alone(document: Document) -> None:
    using = [
        rule
        for rule in document.rules()
        if isinstance(rule, Activity) and "session_replay" in (*rule.uses, *rule.uses_also)
    ]

    assert [(rule.name, rule.purpose, rule.needs) for rule in using] == [
        ("replay_sessions", ("site_improvement",), ("analysis",))
    ]


@pytest.mark.clause("JE-007")
def test_an_order_note_serves_its_order_alone(document: Document) -> None:
    using = [
        (rule.name, rule.purpose)
        for rule in document.rules()
        if isinstance(rule, Activity) and "order_note" in (*rule.uses, *rule.uses_also)
    ]

    assert using == [("follow_order_note", ("order_fulfilment",))]


def test_buyers_are_written_to_on_interest_and_others_on_consent(document: Document) -> None:
    buyers, others = activity(document, "offers_to_buyers"), activity(document, "newsletter")

    assert (buyers.basis, buyers.about, bool(buyers.soft_opt_in)) == (
        "legitimate_interest",
        ("customer",),
        True,
    )
    assert (others.basis, others.needs) == ("consent", ("email_marketing",))


@pytest.mark.clause("JE-040", "JE-041")
def test_a_recall_passes_choices_and_restriction_by_law(document: Document) -> None:
    recall = activity(document, "product_recall")

    assert (recall.basis, recall.ground, recall.under_restriction, recall.message) == (
        "legal_obligation",
        "recall",
        "public_interest",
        "recall",
    )
    assert [pack for pack, _ in recall.law] == ["uk", "eu"]


def test_every_activity_on_consent_names_a_consent_or_cookie_of_the_policy(
    document: Document,
) -> None:
    asked = {rule.name for rule in document.rules() if isinstance(rule, Consent | Cookie)}
    needed = {
        name
        for rule in document.rules()
        if isinstance(rule, Activity) and (rule.basis == "consent" or rule.device == "stores")
        for name in rule.needs or ([] if rule.extends else ["nothing"])
    }

    assert needed <= asked


def test_an_activity_and_its_recipient_name_each_other(document: Document) -> None:
    shared = {
        (recipient, rule.name)
        for rule in document.rules()
        if isinstance(rule, Activity)
        for recipient in rule.recipients
    }
    received = {
        (name, act)
        for rule in document.rules()
        if isinstance(rule, Recipient)
        for name in rule.name
        for act in rule.activities
    }

    assert shared == received


def test_each_legitimate_interest_is_named_and_assessed(document: Document) -> None:
    resting = [
        rule
        for rule in document.rules()
        if isinstance(rule, Activity) and rule.basis == "legitimate_interest"
    ]
    assessments = [rule.assessment for rule in resting]

    assert [rule.name for rule in resting if not rule.interest or not rule.assessment] == []
    assert len(set(assessments)) == len(assessments)


@pytest.mark.clause("JE-005", "JE-061")
def test_card_and_bank_details_are_held_by_the_banks(document: Document) -> None:
    held = [(r.what, r.held_by, r.here) for r in document.rules() if isinstance(r, Datum)]

    assert (("payment_card",), "banks", "token") in held
    assert (("bank_account",), "banks", "nothing") in held
