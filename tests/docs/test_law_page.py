"""The page of the law packs says what the packs say."""

from pathlib import Path

from placket.law.packs import load_packs
from placket.law.page import law_page

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "law.md"


def test_the_page_is_the_one_the_packs_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == law_page(load_packs())


def test_every_fact_of_every_pack_stands_on_the_page_with_its_source() -> None:
    page = PAGE.read_text(encoding="utf-8")

    missing = [
        (pack.id, path, fact.source)
        for pack in load_packs().values()
        for path, facts in pack.states.items()
        for fact in facts
        if f"| `{path}` |" not in page or f"| {fact.source} |" not in page
    ]

    assert missing == []
