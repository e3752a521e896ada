"""The Document as its text was published: without what the retailer added to make it run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from placket.policy.rules import PUBLISHED, Region, keys_of, unsaid

if TYPE_CHECKING:
    from placket.policy.parse import Clause, Document
    from placket.policy.rules import Rule


def as_published(document: Document) -> Document:
    """Return the document that the text alone gives: it is judged, and never has to compile.

    What is `added` without `published` is left out, but for the regions, which say by which
    law the text is judged. `published` puts the text's own value in place of the running one.
    """
    return replace(document, clauses=tuple(_published(clause) for clause in document.clauses))


def _published(clause: Clause) -> Clause:
    kept = tuple(_as_told(rule) for rule in clause.rules if _is_told(rule))
    return replace(clause, rules=kept, blocks=((len(kept), True),) if kept else ())


def _is_told(rule: Rule) -> bool:
    is_of_text = rule.provenance.word != "added" or rule.published is not None
    return is_of_text or isinstance(rule, Region)


def _as_told(rule: Rule) -> Rule:
    if rule.published is None:
        return rule
    keyed = {key.name: key for key in keys_of(type(rule)).values()}
    told = {name: unsaid(keyed[name]) if value is None else value for name, value in rule.published}
    # What the text does not say is the rule's own all the same: it is not inherited.
    written = dict(rule.places)
    at = {name: written.get(f"{PUBLISHED} {name}", rule.span) for name in told}
    return replace(rule, published=None, places=tuple({**written, **at}.items()), **told)
