"""The reference of facts, decisions, words and exit codes names what the code knows, no more."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from placket.cli import outcome
from placket.facts import Fact, Kind
from placket.law.grounds import Prohibition
from placket.law.packs import load_packs
from placket.policy import vocabulary
from placket.policy.rules import BASES
from placket.web.look.reason_words import reason_words
from tests.docs.vocabulary_page import KINDS, PAGE, kinds, vocabulary_page

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
DECIDE = ROOT / "src" / "placket" / "decide"
ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
CODE = re.compile(
    r'(?:step\(|code=|question, at,|^\s*\()\s*"([a-z_]+(?:\.[a-z_]+)?)"', re.MULTILINE
)
DOTTED = re.compile(
    r'"((?:subject|declared|lock|purpose|objection|role|age|special|automated|basis|situation'
    r'|device|channel|recipient|access|retention|preference|permitted)\.[a-z_]+)"'
)


def page(name: str) -> str:
    return (REFERENCE / f"{name}.md").read_text(encoding="utf-8")


def rows(text: str) -> list[str]:
    """Return the first cell of each row of each table, where it is a word of the code."""
    return ROW.findall(text)


def section(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


# Facts


def test_every_kind_of_fact_is_named_once_in_order() -> None:
    assert rows(section(page("facts"), "Kinds")) == [kind.value for kind in Kind]


def test_every_field_of_a_fact_is_named() -> None:
    assert set(rows(section(page("facts"), "Fields"))) == set(Fact.__struct_fields__)


# Decisions


def codes_in_the_source() -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in DECIDE.rglob("*.py")]
    found = {code for text in sources for code in CODE.findall(text) + DOTTED.findall(text)}
    return found | {f"permitted.{basis}" for basis in BASES}


def codes_on_the_page() -> list[str]:
    text = page("decision").split("\n## Subject and declared\n", 1)[1]
    return rows(text)


def test_every_reason_code_is_on_the_page_and_every_one_there_exists() -> None:
    on_the_page = codes_on_the_page()

    assert set(on_the_page) == codes_in_the_source()
    assert len(on_the_page) == len(set(on_the_page))


def test_the_page_takes_the_rows_in_the_order_of_the_table() -> None:
    table = (DECIDE / "steps" / "table.py").read_text(encoding="utf-8")
    names = re.findall(r"^    (\w+),$", table.split("= (\n", 1)[1], re.MULTILINE)
    order = ["subject", *("lock" if name == "locked" else name for name in names)]

    told = [code.split(".")[0] for code in codes_on_the_page()]

    # A recipient that no clause names is told with what is not declared.
    assert list(dict.fromkeys(told)) == [*order, "permitted"]


@pytest.mark.parametrize("pack", ["eu", "uk"])
def test_the_matrix_is_the_one_of_the_law(pack: str) -> None:
    text = section(page("decision"), "What passes all the same")
    law = load_packs()[pack].at(date(2026, 11, 24))

    told = {
        name: set(re.findall(r"`(\w+)`", grounds))
        for name, grounds in re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
    }

    assert told == {p.value: {ground.value for ground in law.passes[p]} for p in Prohibition}


def test_every_reason_has_words_for_staff() -> None:
    assert [code for code in codes_in_the_source() if not reason_words(code)] == []


# Words


def test_the_page_of_the_vocabulary_is_the_one_the_list_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == vocabulary_page()


def test_every_term_stands_under_its_kind_with_its_parents() -> None:
    text = page("vocabulary")

    missing = [
        (kind, term.name)
        for kind in kinds()
        for term in vocabulary.terms(kind).values()
        for line in [
            next(
                (
                    row
                    for row in section(text, KINDS[kind][0]).splitlines()
                    if row.startswith(f"| `{term.name}` |")
                ),
                "",
            )
        ]
        if term.dpv not in line or term.fides not in line or not line
    ]

    assert missing == []


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    words = re.findall(r"^\| ([a-z][^|]+) \|", page("glossary"), re.MULTILINE)[1:]

    assert words == sorted(set(words), key=lambda word: word.replace("_", " "))


STYLE = (
    *("data_subject", "controller", "recipient", "personal_data", "category", "purpose"),
    *("legal_basis", "retention_period", "policy", "clause", "rule", "notice", "decision"),
    *("outcome", "consent", "problem", "request", "right", "erase", "anonymise", "restrict"),
    *("retain", "fact", "ledger"),
)
"""The words that the project keeps to."""


def test_the_glossary_has_every_word_that_the_project_keeps_to() -> None:
    text = page("glossary")

    assert [word for word in STYLE if f"| {word} |" not in text] == []


# Exit codes


def test_the_exit_codes_are_those_that_the_commands_end_with() -> None:
    told = re.findall(r"^\| (\d) \| `(\w+)` \|", page("exit-codes"), re.MULTILINE)

    assert {name: int(code) for code, name in told} == {
        name: value
        for name, value in vars(outcome).items()
        if name.isupper() and isinstance(value, int)
    }
