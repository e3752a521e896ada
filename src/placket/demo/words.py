"""Rules and reasons in a few words, for a terminal 80 columns wide."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from placket.policy.render import dump, rule_as_yaml
from placket.policy.rules import PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.compile import Policy
    from placket.policy.rules import Rule

WIDTH: Final = 80
_SHOWN_KEYS: Final = 7


def clause_beside_rule(policy: Policy, clause_id: str) -> Iterator[str]:
    """Yield the lines that show a clause's prose and under it the rules that run."""
    clause = policy.clauses[clause_id]
    yield f"{clause.id}  {clause.title}"
    yield from quoted(" ".join(clause.prose.split()))
    for rule in clause.rules:
        word = rule.provenance.word
        why = f": {rule.provenance.why}" if rule.provenance.why else ""
        yield from (f"    {line}" for line in rule_lines(rule))
        for told in (f"{word}{why}", *published_lines(rule)):
            yield from textwrap.wrap(
                told, WIDTH, initial_indent="    -> ", subsequent_indent="       "
            )


def published_lines(rule: Rule) -> Iterator[str]:
    """Yield what the text as published has in place of values of the rule, and what it lacks."""
    told = rule_as_yaml(rule).get(PUBLISHED, {})
    lacks = [key for key, value in told.items() if value is None]
    if lacks:
        yield f"the text as published says nothing of {', '.join(f'`{key}`' for key in lacks)}"
    for key, value in told.items():
        if value is not None:
            written = " ".join(dump({key: value}).split())
            yield f"the text as published has `{written}`"


def rule_lines(rule: Rule) -> list[str]:
    """Return the rule as its YAML, the first keys of it, each on one line of the terminal."""
    written = rule_as_yaml(rule)
    for beside in (rule.provenance.word, PUBLISHED):
        written.pop(beside, None)
    lines = dump(written).rstrip("\n").split("\n")
    shown = [textwrap.shorten(line, WIDTH - 4, placeholder=" ...") for line in lines]
    rest = len(shown) - _SHOWN_KEYS
    more = f"... and {rest} more {'key' if rest == 1 else 'keys'}"
    return [*shown[:_SHOWN_KEYS], *([more] if rest > 0 else [])]


def quoted(text: str, indent: str = "    ") -> list[str]:
    """Return the text in quotation marks, wrapped and indented."""
    return textwrap.wrap(f"“{text}”", WIDTH, initial_indent=indent, subsequent_indent=indent)
