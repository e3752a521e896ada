"""The notice: each clause in prose, beside it the rules that make it so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from placket.policy.render import dump, rule_as_yaml
from placket.policy.rendering.outline import direction_of, outline
from placket.policy.rendering.places import regions_of
from placket.policy.rendering.rule_words import KIND_WORDS, MARKS, words_of
from placket.policy.rendering.summary import use_rows
from placket.policy.rules import Controller
from placket.web.look.rendering import render

if TYPE_CHECKING:
    from placket.policy.compile import Policy
    from placket.policy.rendering.places import Regions
    from placket.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRule:
    """A rule as the notice shows it. mark: said, inferred, added or narrowed, with its why."""

    kind: str
    words: str
    mark: str
    why: str
    yaml: str


@lru_cache(maxsize=8)
def render_notice(policy: Policy) -> tuple[bytes, str]:
    """Return the page of the notice under `policy`, and its entity tag.

    A policy never changes, so the page is kept.
    """
    marks = [rule.provenance.word for rule in policy.document.rules()]
    html = render(
        "notice.html",
        language=policy.front.language,
        direction=direction_of(policy.front.language),
        front=policy.front,
        outline=outline(policy.document),
        rules=rules_by_clause(policy),
        uses=use_rows(policy),
        controllers=policy.rules(Controller),
        marks=[(word, marks.count(word), meaning) for word, meaning in MARKS.items()],
    ).encode()
    return html, f'"{hashlib.sha256(html).hexdigest()[:24]}"'


def rules_by_clause(policy: Policy) -> dict[str, tuple[ShownRule, ...]]:
    """Return the rules of each clause that has some, in order of the text."""
    whole = {variant.span: variant for found in policy.activities.values() for variant in found}
    regions = regions_of(policy)
    return {
        clause.id: tuple(_shown(rule, whole.get(rule.span, rule), regions) for rule in clause.rules)
        for clause in policy.document.clauses
        if clause.rules
    }


def _shown(rule: Rule, whole: Rule, regions: Regions) -> ShownRule:
    """Return a rule: its words say what it inherits too, its YAML what is written."""
    return ShownRule(
        kind=KIND_WORDS[rule.KIND],
        words=words_of(whole, regions),
        mark=rule.provenance.word,
        why=rule.provenance.why,
        yaml=dump(rule_as_yaml(rule)).rstrip("\n"),
    )
