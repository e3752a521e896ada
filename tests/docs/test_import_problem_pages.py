"""Each problem code of an import has a page, whose dataset raises it and whose mend works."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from placket.catalogue.adopting import adopt
from placket.catalogue.fides import read_datasets

if TYPE_CHECKING:
    from placket.problems import Problem

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "reference" / "problems"
CODE = re.compile(r'"(C4\d{2})"')
BLOCK = re.compile(r"^```(fides|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def codes_used() -> list[str]:
    source = (ROOT / "src/placket/catalogue/adopting.py").read_text(encoding="utf-8")
    return sorted(set(CODE.findall(source)))


def read(code: str) -> tuple[str, str, str]:
    """Return the example of a page, what it says is told, and the example mended."""
    found = BLOCK.findall((PAGES / f"{code}.md").read_text(encoding="utf-8"))

    assert [kind for kind, _ in found] == ["fides", "text", "fides"]
    return found[0][1], found[1][1], found[2][1]


def told(text: str, code: str) -> list[Problem]:
    datasets, problems = read_datasets(text, "dataset.yml")
    assert problems == ()
    return [problem for problem in adopt(datasets).problems if problem.code == code]


def test_each_code_has_a_page_and_each_page_a_code() -> None:
    assert sorted(path.stem for path in PAGES.glob("C4*.md")) == codes_used()


@pytest.mark.parametrize("code", codes_used())
def test_the_dataset_of_a_page_is_told_as_the_page_says(code: str) -> None:
    example, said, _ = read(code)

    assert "".join(f"{problem}\n" for problem in told(example, code)) == said


@pytest.mark.parametrize("code", codes_used())
def test_the_mended_dataset_is_not_told_of_it(code: str) -> None:
    _, _, mended = read(code)

    assert told(mended, code) == []


@pytest.mark.parametrize("code", codes_used())
def test_a_problem_is_told_in_the_words_of_the_style(code: str) -> None:
    first = (PAGES / f"{code}.md").read_text(encoding="utf-8").splitlines()[0]
    example, _, _ = read(code)

    assert first.startswith(f"# {code}: ")
    for problem in told(example, code):
        words = (problem.summary, problem.mend)
        assert not any("\n" in line or line.endswith(".") for line in words)
        assert not re.search(r"\binvalid\b|\bNone\b|\bTrue\b|\bdict\b|\bstr\b", problem.summary)
        assert all(words)
