"""Rules and reasons in a few words, for a terminal 80 columns wide."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from placket.gate.instants import rfc3339
from placket.policy.render import dump, rule_as_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.decide.question import Decision, Reason
    from placket.facts import Fact
    from placket.policy.compile import Policy
    from placket.policy.rules import Rule

WIDTH: Final = 80
_SHOWN_KEYS: Final = 5


def clause_beside_rule(policy: Policy, clause_id: str) -> Iterator[str]:
    """Yield the lines that show a clause's prose and under it the rules that run."""
    clause = policy.clauses[clause_id]
    yield f"{clause.id}  {clause.title}"
    yield from quoted(" ".join(clause.prose.split()))
    for rule in clause.rules:
        word = rule.provenance.word
        why = f": {rule.provenance.why}" if rule.provenance.why else ""
        yield from (f"    {line}" for line in rule_lines(rule))
        yield from textwrap.wrap(
            f"{word}{why}", WIDTH, initial_indent="    -> ", subsequent_indent="       "
        )


def rule_lines(rule: Rule) -> list[str]:
    """Return the rule as its YAML, the first keys of it, each on one line of the terminal."""
    written = rule_as_yaml(rule)
    written.pop(rule.provenance.word, None)
    lines = dump(written).rstrip("\n").split("\n")
    shown = [textwrap.shorten(line, WIDTH - 4, placeholder=" ...") for line in lines]
    rest = len(shown) - _SHOWN_KEYS
    return [*shown[:_SHOWN_KEYS], *([f"... and {rest} more keys"] if rest > 0 else [])]


def quoted(text: str, indent: str = "    ") -> list[str]:
    """Return the text in quotation marks, wrapped and indented."""
    return textwrap.wrap(f"“{text}”", WIDTH, initial_indent=indent, subsequent_indent=indent)


def decision_lines(decision: Decision, fact_of: Callable[[str], Fact | None]) -> Iterator[str]:
    """Yield the lines that explain a decision: outcome, then every reason with its fact."""
    mark = "✓ permit" if decision.is_permitted else "✗ deny"
    yield f"{mark}  {decision.activity}"
    shown: set[str] = set()
    for reason in decision.because:
        yield from reason_lines(reason, fact_of(reason.fact) if reason.fact else None, shown)
        shown.add(reason.clause)
    if decision.withheld:
        yield from textwrap.wrap(
            f"withheld: {', '.join(decision.withheld)}",
            WIDTH,
            initial_indent="  ",
            subsequent_indent="    ",
        )


def reason_lines(reason: Reason, fact: Fact | None, shown: set[str]) -> Iterator[str]:
    """Yield one reason: code and law, its clause quoted once, the fact, what would change it."""
    law = f"  ({reason.law})" if reason.law else ""
    yield f"  {reason.code}{law}"
    if reason.text and reason.clause not in shown:
        text = textwrap.shorten(reason.text, 160, placeholder=" ...")
        yield from quoted(text, "      ")
    detail = [f"clause {reason.clause}"] if reason.clause else []
    if fact is not None:
        what = f" {fact.what}" if fact.what else ""
        detail.append(f"fact {fact.kind.value}{what} of {rfc3339(fact.occurred_at)[:10]}")
    if detail:
        yield f"      {', '.join(detail)}"
    if reason.changes_when:
        yield from textwrap.wrap(
            f"changes when {reason.changes_when}",
            WIDTH,
            initial_indent="      ",
            subsequent_indent="      ",
        )
