"""Each problem code of the policy has a page, whose example raises it and whose mend works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from placket.policy.check import check, check_published
from placket.policy.checks.codes import CODES, is_of_text, is_of_translation
from placket.policy.parse import parse
from placket.policy.translation import check_translation
from placket.problems import Problem, Severity

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "problems"
CODE = re.compile(r'"(P\d{3})"')
BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<kind>policy|text)\n(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL
)
ORIGINAL = re.compile(r"^````original\n(?P<body>.*?)^````$", re.MULTILINE | re.DOTALL)


def codes_used() -> list[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    return sorted({code for source in sources for code in CODE.findall(source)})


def read(code: str) -> tuple[str, str, str]:
    """Return the example of a page, what it says is told, and the example mended."""
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    found = [(match["kind"], match["body"]) for match in BLOCK.finditer(text)]

    assert [kind for kind, _ in found] == ["policy", "text", "policy"]
    return found[0][1], found[1][1], found[2][1]


def told(text: str, code: str) -> list[Problem]:
    """Return what is told of a text, as it is judged for the code: as it runs or as published."""
    if is_of_translation(code):
        return told_of_translation(text, code)
    parsed = parse(text, "policy.md")
    judge = check_published if is_of_text(code) else check
    return [*parsed.problems, *(judge(parsed.document) if parsed.document else ())]


def told_of_translation(text: str, code: str) -> list[Problem]:
    page = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    original = ORIGINAL.search(page)
    assert original is not None
    policy = parse(original["body"], "policy.md").document
    parsed = parse(text, "policy.fr.md")
    assert policy is not None
    assert parsed.document is not None
    return [*parsed.problems, *check_translation(policy, parsed.document, "fr")]


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert sorted(path.stem for path in PAGES.glob("P*.md")) == codes_used()


@pytest.mark.parametrize("code", codes_used())
def test_a_page_begins_with_its_code(code: str) -> None:
    first = (PAGES / f"{code}.md").read_text(encoding="utf-8").splitlines()[0]

    assert first.startswith(f"# {code}: ")


@pytest.mark.parametrize("code", codes_used())
def test_the_example_of_a_page_is_told_as_the_page_says(code: str) -> None:
    example, said, _ = read(code)

    assert "\n".join(str(p) for p in told(example, code) if p.code == code) + "\n" == said


@pytest.mark.parametrize("code", codes_used())
def test_the_example_of_a_page_has_no_other_fault(code: str) -> None:
    example, _, _ = read(code)

    found = [p for p in told(example, code) if p.severity != Severity.NOTE]
    # A text as published is judged whole: of a few lines also much else is missing.
    others = [p.code for p in found if p.code != code and not is_of_text(code)]
    assert others == []


@pytest.mark.parametrize("code", codes_used())
def test_the_mended_example_is_whole(code: str) -> None:
    _, _, mended = read(code)

    is_whole = is_of_text(code)
    found = [p for p in told(mended, code) if p.code == code or not is_whole]
    left = [str(p) for p in found if p.severity != Severity.NOTE or p.code == code]
    assert left == []


@pytest.mark.parametrize("code", codes_used())
def test_a_problem_is_told_in_the_words_of_the_style(code: str) -> None:
    example, _, _ = read(code)

    for problem in (p for p in told(example, code) if p.code == code):
        words = (problem.summary, problem.mend, problem.source)
        assert not any("\n" in line or line.endswith(".") for line in words)
        assert not re.search(r"\binvalid\b|\bNone\b|\bTrue\b|\bdict\b|\bstr\b", problem.summary)
        assert all(words)
        assert problem.at.line > 0
        of_translation = is_of_translation(code)
        assert problem.at.file == ("policy.fr.md" if of_translation else "policy.md")


def test_each_code_of_a_check_is_raised_by_one() -> None:
    assert sorted(set(CODES) - set(codes_used())) == []


def test_the_example_of_the_overview_stands_on_its_page() -> None:
    overview = (PAGES / "README.md").read_text(encoding="utf-8")

    assert BLOCK.findall(overview)[0][2] == read("P104")[1]
