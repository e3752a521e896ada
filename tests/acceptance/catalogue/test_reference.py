"""The page about the catalogue names every key, event and code, and its examples are read."""

import re
from pathlib import Path

import pytest

from placket.catalogue import check_catalogue, parse, render
from placket.catalogue.model import ACTIONS, EVENT_KINDS, IDENTIFIER_KINDS
from placket.catalogue.parse import SAID

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/catalogue.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
CODE = re.compile(r'"(C\d{3})"')


def codes_in_the_code() -> set[str]:
    folders = (ROOT / "src/placket/catalogue", ROOT / "src/placket/sources")
    files = [path for folder in folders for path in folder.glob("*.py")]
    return {code for path in files for code in CODE.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_is_read_checked_and_reads_back(example: str) -> None:
    parsed = parse(example)

    assert parsed.problems == ()
    assert parsed.catalogue is not None
    assert check_catalogue(parsed.catalogue) == ()
    assert parse(render(parsed.catalogue)).catalogue == parsed.catalogue


def test_the_page_names_each_code_and_no_other() -> None:
    named = set(re.findall(r"^\| (C\d{3}) \|", PAGE, re.MULTILINE))

    assert named == codes_in_the_code()


def test_the_page_names_each_event_word_and_action() -> None:
    words = {*EVENT_KINDS, *SAID, *ACTIONS, *IDENTIFIER_KINDS, "wording", "thing", "confirm"}

    missing = {word for word in words if f"`{word}" not in PAGE}

    assert missing == set()
