"""The shape of a notice: its title, its sections, and the clauses in each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from placket.policy.parse import Clause, Document

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi"})
_SECTION: Final = 2
"""Headings up to this level open a section; deeper ones are clauses in it, and in a text that has
none of these each clause is a section of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its prose, and its clauses in order; each anchor stands once in a notice.

    is_part: it opens a part of the text, such as that for one region, and holds no clauses.
    """

    anchor: str
    title: str
    prose: str
    clauses: tuple[Clause, ...]
    is_part: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A notice as a table of contents has it; opening: the prose under the title."""

    title: str
    opening: str
    sections: tuple[Section, ...]


def outline(document: Document) -> Outline:
    """Return the title, the prose under it, and the sections in order of the text."""
    title, opening = "", ""
    sections: list[tuple[Clause, list[Clause]]] = []
    for clause in document.clauses:
        if clause.level <= 1 and not clause.rules and not (title or sections):
            title, opening = clause.title, clause.prose
        elif clause.level <= _SECTION or not sections or sections[-1][0].level >= clause.level:
            sections.append((clause, [clause] if clause.id else []))
        else:
            sections[-1][1].append(clause)
    taken = {clause.id for clause in document.clauses}
    return Outline(
        title=title or f"Privacy policy of {document.front.retailer}",
        opening=opening,
        sections=tuple(_section(head, clauses, taken) for head, clauses in sections),
    )


def _section(head: Clause, clauses: list[Clause], taken: set[str]) -> Section:
    return Section(
        anchor=_once(slug(head.title), taken),
        title=head.title,
        prose="" if head.id else head.prose,
        clauses=tuple(clauses),
        is_part=head.level == 1 and not head.id,
    )


def _once(anchor: str, taken: set[str]) -> str:
    number, found = 1, anchor
    while found in taken:
        number += 1
        found = f"{anchor}-{number}"
    taken.add(found)
    return found


def direction_of(language: str) -> str:
    """Return the direction in which a language is written, as HTML says it."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def slug(title: str) -> str:
    """Return a heading as an anchor: `How long we keep it` is `how-long-we-keep-it`."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-") or "section"
