"""The notice: each clause in prose, beside it the rules that make it so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from placket.policy.render import dump, rule_as_yaml
from placket.policy.rendering.lay import lay_list
from placket.policy.rendering.outline import direction_of, outline
from placket.policy.rendering.rule_words import BASIS_WORDS, KIND_WORDS, MARKS, words_of
from placket.policy.rules import Controller
from placket.web.look.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.compile import Policy
    from placket.policy.parse import Clause
    from placket.policy.rules import Activity, Rule
    from placket.problems import Span


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
    is_part: bool = False


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


def sections_of(policy: Policy) -> tuple[str, str, tuple[Section, ...]]:
    """Return the title, the prose under it, and the sections in order of the text."""
    whole = {variant.span: variant for found in policy.activities.values() for variant in found}
    found = outline(policy.document)
    sections = tuple(
        Section(
            anchor=section.anchor,
            title=section.title,
            prose=section.prose,
            clauses=tuple(_shown(clause, whole) for clause in section.clauses),
            is_part=section.is_part,
        )
        for section in found.sections
    )
    return found.title, found.opening, sections


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
