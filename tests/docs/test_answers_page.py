"""The reference of answers names every letter, slot and key that the code knows, and no more."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from placket.plan.package_document import COPY, PORTABLE, Copy, Portable
from placket.rights.letters import SLOTS, LetterKind

PAGE = (Path(__file__).parents[2] / "docs/reference/answers.md").read_text(encoding="utf-8")


def cells(head: str) -> list[str]:
    """Return the words of the code in the first cells of the table that begins so."""
    table = PAGE.split(f"| {head} |", 1)[1].split("\n\n", 1)[0]
    first = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    return [word for cell in first for word in re.findall(r"`([^`]+)`", cell)]


def test_every_letter_is_named_in_order() -> None:
    assert cells("letter") == [kind.value for kind in LetterKind]


def test_every_slot_is_named() -> None:
    assert sorted(cells("slot")) == sorted(SLOTS)


@pytest.mark.parametrize(("name", "kind"), [(COPY, Copy), (PORTABLE, Portable)])
def test_every_key_of_the_data_is_named_in_order(name: str, kind: type[Copy | Portable]) -> None:
    row = PAGE.split(f"| `{name}` | ", 1)[1].split(" |\n", 1)[0]

    assert re.findall(r"`([a-z_]+)`", row) == [field.name for field in fields(kind)]
