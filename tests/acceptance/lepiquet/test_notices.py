"""What the policy tells, and how: whole, in our own words, clean, with its date and its names."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from placket.catalogue import parse as parse_catalogue
from placket.policy.check import check, check_published
from placket.policy.parse import parse
from placket.policy.render import render
from placket.policy.rules import Controller, Notice, Recipient
from placket.problems import Severity
from placket.sources.checks import check_all, words_of
from tests.acceptance.lepiquet.persons import ADA, HOLDER, STORE_ONLY
from tests.acceptance.retailers import POLICIES, deny, permit, text_of

if TYPE_CHECKING:
    from tests.acceptance.retailers import Shop

SEED = POLICIES.parents[1] / "shared" / "seeds" / "lepiquet.txt"
LONGEST_RUN = 11
"""How many words in a row may stand both in the policy and in the text it is made from."""


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    long = LONGEST_RUN + 1
    return {tuple(words[i : i + long]) for i in range(len(words) - long + 1)}


def listed_clauses() -> list[str]:
    lines = (POLICIES / "clauses.jsonl").read_text(encoding="utf-8").splitlines()
    return [row["id"] for row in map(json.loads, lines) if row["id"].startswith("LP-")]


def test_every_listed_clause_stands_in_the_policy_in_order_with_a_rule(shop: Shop) -> None:
    named = [clause for clause in shop.policy.document.clauses if clause.id]

    assert len(listed_clauses()) == 83
    assert [clause.id for clause in named] == ["LP-000", *listed_clauses()]
    assert [c.id for c in named if not (c.prose and c.rules)] == []


def test_the_policy_is_clean_and_reads_as_it_is_rendered(shop: Shop) -> None:
    document = shop.policy.document
    told = [p for p in check(document) if p.severity is not Severity.NOTE]

    assert told == []
    assert parse(render(document)).document == document


def test_the_text_as_published_is_found_to_break_where_it_does(shop: Shop) -> None:
    told = {(p.clause, p.code) for p in check_published(shop.policy.document)}

    assert told >= {
        ("LP-013", "P411"),
        ("LP-017", "P234"),
        ("LP-021", "P231"),
        ("LP-021", "P232"),
        ("LP-021", "P472"),
        ("LP-027", "P478"),
        ("LP-034", "P240"),
        ("LP-037", "P439"),
        ("LP-038", "P403"),
        ("LP-049", "P442"),
        ("LP-052", "P442"),
        ("LP-065", "P234"),
        ("LP-068", "P234"),
        ("LP-069", "P234"),
        ("LP-076", "P226"),
        ("LP-076", "P434"),
        ("LP-081", "P451"),
        ("LP-081", "P452"),
    }
    # Calls reach the number that letters do not: one purpose, two ways.
    assert "P408" not in {code for _, code in told}


def test_the_catalogue_is_clean_beside_the_policy(shop: Shop) -> None:
    written = (POLICIES / "lepiquet" / "catalogue.yaml").read_text(encoding="utf-8")
    parsed = parse_catalogue(written)

    assert parsed.problems == ()
    assert parsed.catalogue is not None
    assert check_all(parsed.catalogue, {}, words_of(shop.policy.document)) == ()


def test_no_clause_repeats_the_text_it_is_made_from() -> None:
    if not SEED.exists():
        pytest.skip("the text itself is not part of the project: ../shared/seeds is not there")

    assert runs(SEED.read_text(encoding="utf-8")) & runs(text_of("lepiquet")) == set()


@pytest.mark.clause("LP-001", "LP-070")
def test_the_page_names_every_recipient_and_every_clause(shop: Shop, notice: str) -> None:
    recipients = {name for rule in shop.policy.rules(Recipient) for name in rule.name}
    titles = [clause.title for clause in shop.policy.document.clauses if clause.id]

    assert [n for n in sorted(recipients) if n.replace("_", " ") not in notice.lower()] == []
    assert [title for title in titles if title not in notice] == []


@pytest.mark.clause("LP-001", "LP-005", "LP-006", "LP-070")
@pytest.mark.parametrize(
    ("clause", "name", "shows"),
    [
        (
            "LP-001",
            "this_policy",
            ("uses", "recipients", "rights", "how to exercise them"),
        ),
        ("LP-005", "policy_change", ("version in force", "earlier versions with their dates")),
        ("LP-006", "last_update", ("date of the last update",)),
        ("LP-070", "third_parties", ("recipients", "sources", "what each gets or gives")),
    ],
)
def test_what_is_told_is_a_rule(shop: Shop, clause: str, name: str, shows: tuple[str, ...]) -> None:
    (rule,) = (rule for rule in shop.clause(clause) if isinstance(rule, Notice))

    assert (rule.name, rule.shows) == (name, shows)


@pytest.mark.clause("LP-006")
def test_the_policy_has_its_date(shop: Shop) -> None:
    assert shop.policy.front.effective == date(2024, 1, 1)


@pytest.mark.clause("LP-007")
def test_a_change_that_matters_reaches_buyers_and_account_holders(shop: Shop) -> None:
    told_of = permit("permitted.legitimate_interest LP-007", data=("name", "email"))

    assert [shop.ask(about, "change_notices") for about in (ADA, HOLDER, STORE_ONLY)] == [
        told_of,
        told_of,
        told_of,
    ]
    assert shop.ask(ADA, "change_notices", channel="sms") == deny("declared.channel LP-007")


@pytest.mark.clause("LP-083")
def test_the_controller_is_named_with_its_address(shop: Shop, notice: str) -> None:
    (rule,) = shop.policy.rules(Controller)

    assert (rule.name, rule.country) == ("LE PIQUET FASHION LTD", "GB")
    assert rule.address == "27 Old Gloucester Street, London, WC1N 3AX"
    assert f"{rule.name}, {rule.address}" in notice
