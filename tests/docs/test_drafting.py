"""What the page on drafting says of recall and precision is what measuring gives today."""

from __future__ import annotations

from pathlib import Path

from bench.draft import measure, table

ROOT = Path(__file__).parents[2]
TEXTS = ROOT / "tests" / "unit" / "policy" / "draft" / "texts"
PAGE = ROOT / "docs" / "how-to" / "draft-a-policy.md"


def test_the_table_of_the_texts_of_the_tests_is_measured() -> None:
    scores = measure(TEXTS / "clauses.jsonl", TEXTS)

    assert scores.left_out == []
    assert "\n".join(table("value", scores.by_value)) in PAGE.read_text(encoding="utf-8")


def test_the_page_names_how_many_clauses_and_texts_there_are() -> None:
    clauses = (TEXTS / "clauses.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [path for path in TEXTS.iterdir() if path.suffix in {".txt", ".html"}]

    page = PAGE.read_text(encoding="utf-8")

    assert len(texts) == 9
    assert f"in layouts of their own: {len(clauses)} clauses" in page
