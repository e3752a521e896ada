"""The notice: each clause in prose, beside it the rules that make it so."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from placket.policy.render import dump, rule_as_yaml
from placket.policy.rules import Controller
from placket.web.look.lay import lay_list
from placket.web.look.rendering import render
from placket.web.look.rule_words import BASIS_WORDS, KIND_WORDS, MARKS, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.compile import Policy
    from placket.policy.parse import Clause
    from placket.policy.rules import Activity, Rule
    from placket.problems import Span

_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi"})
_SECTION: Final = 2
"""Headings up to this level open a section; deeper ones are clauses in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """A rule as the notice shows it. mark: said, inferred, added or narrowed, with its why."""

    kind: str
    words: str
    mark: str
    why: str
    yaml: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownClause:
    """A clause as the notice shows it; prose is Markdown."""

    id: str
    title: str
    prose: str
    rules: tuple[ShownRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading with its prose and its clauses."""

    anchor: str
    title: str
    prose: str
    clauses: tuple[ShownClause, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One line of the short version: what is done, with what, why it may be."""

    name: str
    purpose: str
    data: str
    why: str
    clause: str


@lru_cache(maxsize=8)
def render_notice(policy: Policy) -> tuple[bytes, str]:
    """Return the page of the notice under `policy`, and its entity tag.

    A policy never changes, so the page is kept.
    """
    title, opening, sections = sections_of(policy)
    marks = [rule.provenance.word for rule in policy.document.rules()]
    html = render(
        "notice.html",
        language=policy.front.language,
        direction=direction_of(policy.front.language),
        front=policy.front,
        title=title,
        opening=opening,
        sections=sections,
        uses=tuple(uses_in_short(policy)),
        controllers=policy.rules(Controller),
        marks=[(word, marks.count(word), meaning) for word, meaning in MARKS.items()],
    ).encode()
    return html, f'"{hashlib.sha256(html).hexdigest()[:24]}"'


def direction_of(language: str) -> str:
    """Return the direction in which a language is written, as HTML says it."""
    return "rtl" if language.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def sections_of(policy: Policy) -> tuple[str, str, tuple[Section, ...]]:
    """Return the title, the prose under it, and the sections in order of the text."""
    title, opening = f"Privacy policy of {policy.front.retailer}", ""
    whole = {variant.span: variant for found in policy.activities.values() for variant in found}
    sections: list[tuple[Clause, list[ShownClause]]] = []
    for clause in policy.document.clauses:
        if clause.level <= 1 and not clause.rules:
            title, opening = clause.title or title, clause.prose
        elif clause.level <= _SECTION or not sections:
            own = [_shown(clause, whole)] if clause.id else []
            sections.append((clause, own))
        else:
            sections[-1][1].append(_shown(clause, whole))
    return title, opening, tuple(_section(head, clauses) for head, clauses in sections)


def _section(head: Clause, clauses: list[ShownClause]) -> Section:
    return Section(
        anchor=slug(head.title),
        title=head.title,
        prose="" if head.id else head.prose,
        clauses=tuple(clauses),
    )


def _shown(clause: Clause, whole: Mapping[Span, Activity]) -> ShownClause:
    return ShownClause(
        id=clause.id,
        title=clause.title,
        prose=clause.prose,
        rules=tuple(_shown_rule(rule, whole.get(rule.span, rule)) for rule in clause.rules),
    )


def _shown_rule(rule: Rule, whole: Rule) -> ShownRule:
    """Return a rule: its words say what it inherits too, its YAML what is written."""
    return ShownRule(
        kind=KIND_WORDS[rule.KIND],
        words=words_of(whole),
        mark=rule.provenance.word,
        why=rule.provenance.why,
        yaml=dump(rule_as_yaml(rule)).rstrip("\n"),
    )


def uses_in_short(policy: Policy) -> Iterator[Use]:
    """Yield each use of data once a variant, in order of the text."""
    for name, variants in policy.activities.items():
        for activity in variants:
            yield Use(
                name=name,
                purpose=lay_list(activity.purpose),
                data=lay_list((*activity.uses, *activity.uses_also)),
                why=BASIS_WORDS.get(activity.basis, ""),
                clause=activity.clause,
            )


def slug(title: str) -> str:
    """Return a heading as an anchor: `How long we keep it` is `how-long-we-keep-it`."""
    return re.sub(r"[^\w]+", "-", title.lower()).strip("-") or "section"
