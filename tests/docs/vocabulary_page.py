"""The page of the vocabulary, written from the bundled list when this module is run."""

from __future__ import annotations

import csv
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "vocabulary.md"

KINDS: Final = {
    "data": ("Data", "Categories of data: what `uses`, `takes`, `gets`, `sees` and `holds` name."),
    "purpose": ("Purposes", "What an activity is for: its `purpose`."),
    "recipient": ("Recipients", "Who receives data: a kind of recipient beside the own name."),
    "channel": ("Channels", "By what a person is reached: `channel`."),
    "data_subject": ("Persons", "As whom a person is met."),
    "legal_basis": ("Legal bases", "What an activity rests on: `basis`."),
    "right": ("Rights", "What a person may ask for: `right`."),
    "transfer": ("Transfers", "What safeguards data in a third country: `safeguard`."),
    "security": ("Measures", "How data are protected: `security`."),
    "source": ("Sources", "Where data come from."),
    "touchpoint": ("Touchpoints", "Where data are taken or a choice is asked: `at`."),
}
"""The kinds of term in the order of the page, each with its heading and one sentence."""

_OPENING: Final = (
    "# The vocabulary\n\n"
    "This page is written from `src/placket/policy/vocabulary.csv` by"
    " `python -m tests.docs.vocabulary_page`, and a test holds the two equal.\n\n"
    "A policy and a catalogue name categories, purposes, recipients and so on by these words.\n"
    "Most have a parent in the W3C Data Privacy Vocabulary (DPV 2.3), so that a register can be"
    " read elsewhere, and, where there is one, the term of fideslang.\n"
    "`dpv:` is the vocabulary itself, `pd:` its extension for personal data;"
    " other prefixes are its extensions too.\n"
    "A word that is not here is a problem, and the checker names the nearest one.\n"
)


def vocabulary_page() -> str:
    """Return the page: each kind of term with its table."""
    return "\n".join((_OPENING, *_groups(), *_sections()))


def _groups() -> Iterator[str]:
    yield "A group is read as its members:\n"
    for name, members in vocabulary.GROUPS.items():
        yield f"- `{name}` is {', '.join(f'`{member}`' for member in members)}.\n"


def _sections() -> Iterator[str]:
    for kind in kinds():
        heading, sentence = KINDS[kind]
        yield f"## {heading}\n\n{sentence}\n"
        yield "| term | meaning | DPV | fideslang |\n| --- | --- | --- | --- |"
        for term in vocabulary.terms(kind).values():
            cells = (f"`{term.name}`", term.meaning, _coded(term.dpv), _coded(term.fides))
            yield "| " + " | ".join(cells) + " |"
        yield ""


def _coded(text: str) -> str:
    return f"`{text}`" if text else ""


def kinds() -> tuple[str, ...]:
    """Return the kinds of the list, in the order of the page."""
    text = files("placket.policy").joinpath("vocabulary.csv").read_text(encoding="utf-8")
    found = {row["kind"] for row in csv.DictReader(text.splitlines())}
    return tuple(sorted(found, key=list(KINDS).index))


if __name__ == "__main__":
    PAGE.write_text(vocabulary_page(), encoding="utf-8")
