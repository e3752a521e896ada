"""The reference of the policy language names every kind, key and ground, and its examples parse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from placket.law.grounds import Ground
from placket.policy.parse import parse
from placket.policy.period import parse_period
from placket.policy.rules import KINDS, STANDINGS, keys_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "policy.md"
FRONT = "---\nretailer: The Corner Shop\nversion: 1\neffective: 2026-01-31\n---\n"


def sections() -> dict[str, str]:
    """Return the text under each heading of a kind."""
    parts = re.split(r"^### `(\w+)`$|^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text for name, text in zip(parts[1::2], parts[2::2], strict=True) if name}


def first_cells(section: str) -> list[str]:
    return re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE)


def blocks(text: str) -> list[str]:
    return re.findall(r"^```placket\n.*?^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_every_kind_has_its_section_in_the_order_of_the_language() -> None:
    assert list(sections()) == list(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_has_its_row(kind: str) -> None:
    rows = first_cells(sections()[kind])

    assert rows == [name for name in keys_of(KINDS[kind]) if name != "regions"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_one_example_of_itself(kind: str) -> None:
    examples = blocks(sections()[kind])

    parsed = parse(f"{FRONT}### Example {{#EX-1}}\n\n{examples[0]}\n")

    assert len(examples) == 1
    assert parsed.problems == ()
    assert parsed.document is not None
    assert [type(rule) for rule in parsed.document.rules()] == [KINDS[kind]]


def test_the_words_for_how_a_rule_stands_are_named() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [word for word in STANDINGS[1:] if f"| `{word}` |" not in page] == []


def test_every_ground_is_named() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [ground.value for ground in Ground if f"`{ground.value}`" not in page] == []


def test_every_period_of_the_page_is_a_period() -> None:
    page = PAGE.read_text(encoding="utf-8")
    table = page.split("### Periods", 1)[1].split("## ", 1)[0]
    phrases = re.findall(r"^\| `([^`]+)` \|", table, flags=re.MULTILINE)
    periods = [parse_period(phrase) for phrase in phrases]

    assert len(periods) == 9
    assert [parse_period(str(period)) for period in periods] == periods
