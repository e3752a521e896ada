"""Each problem code of the catalogue has a page, whose example raises it and whose mend works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy

from placket.catalogue import Schema, parse
from placket.problems import Problem, Severity
from placket.sources.checks import PolicyWords, check_all
from placket.sources.reflect import reflect

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "problems"
CODE = re.compile(r'"(C[1-3]\d{2})"')
BLOCK = re.compile(r"^```(yaml|sql|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
POLICY = PolicyWords(
    data=frozenset({"email", "name"}),
    events=frozenset({"order.placed"}),
    consents=frozenset({"newsletter"}),
    activities=frozenset({"newsletter"}),
    purposes=frozenset({"direct_marketing"}),
)
"""The policy beside the catalogues of C301 to C306, as their pages describe it."""


def codes_used() -> list[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    return sorted({code for source in sources for code in CODE.findall(source)})


def read(code: str) -> tuple[list[tuple[str, str]], str, list[tuple[str, str]]]:
    """Return the blocks of the example, what is told of it, and the blocks of the mended one."""
    found = BLOCK.findall((PAGES / f"{code}.md").read_text(encoding="utf-8"))
    at = [kind for kind, _ in found].index("text")
    return found[:at], found[at][1], found[at + 1 :]


def schema_of(statements: str) -> Schema:
    engine = sqlalchemy.create_engine("sqlite://", poolclass=sqlalchemy.StaticPool)
    with engine.begin() as connection:
        for statement in filter(None, map(str.strip, statements.split(";"))):
            connection.execute(sqlalchemy.text(statement))
    found = reflect(engine)
    engine.dispose()
    return found


def told(blocks: list[tuple[str, str]], code: str, otherwise: str = "") -> list[Problem]:
    """Return all problems of a catalogue, beside its schema and policy where the code asks."""
    texts = dict(blocks)
    parsed = parse(texts["yaml"], "catalogue.yaml")
    if parsed.catalogue is None:
        return list(parsed.problems)
    statements = texts.get("sql", otherwise)
    schemas = {"shop": schema_of(statements)} if statements else {}
    policy = POLICY if code.startswith("C3") else None
    return [*parsed.problems, *check_all(parsed.catalogue, schemas, policy)]


def graver(problems: list[Problem]) -> list[str]:
    return [str(p) for p in problems if p.severity != Severity.NOTE]


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert sorted(path.stem for path in PAGES.glob("C[1-3]*.md")) == codes_used()


@pytest.mark.parametrize("code", codes_used())
def test_a_page_begins_with_its_code(code: str) -> None:
    first = (PAGES / f"{code}.md").read_text(encoding="utf-8").splitlines()[0]

    assert first.startswith(f"# {code}: ")


@pytest.mark.parametrize("code", codes_used())
def test_the_example_of_a_page_is_told_as_the_page_says(code: str) -> None:
    example, said, _ = read(code)

    problems = told(example, code)

    assert "".join(f"{p}\n" for p in problems if p.code == code) == said
    assert {p.code for p in problems} == {code}


@pytest.mark.parametrize("code", codes_used())
def test_the_mended_example_is_clean(code: str) -> None:
    example, _, mended = read(code)

    left = told(mended, code, otherwise=dict(example).get("sql", ""))

    assert graver(left) == []
    assert [p for p in left if p.code == code] == []


@pytest.mark.parametrize("code", codes_used())
def test_a_problem_is_told_in_the_words_of_the_style(code: str) -> None:
    example, _, _ = read(code)

    for problem in told(example, code):
        words = (problem.summary, problem.mend)
        assert not any("\n" in line or line.endswith(".") for line in words)
        assert not re.search(r"\binvalid\b|\bNone\b|\bTrue\b|\bdict\b|\bstr\b", problem.summary)
        assert all(words)
        assert problem.at.file == "catalogue.yaml"
