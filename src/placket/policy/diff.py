"""What a policy changes of another: words by clause, rules by meaning, and what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.comparing.assessment import new_triggers
from placket.policy.comparing.difference import (
    Change,
    ClauseChange,
    Consequence,
    Difference,
    Duty,
    Effect,
    KeyChange,
    Piece,
    RuleChange,
    Trigger,
)
from placket.policy.comparing.effects import consequences
from placket.policy.comparing.pairing import pairs_of, rule_changes
from placket.policy.comparing.words import clause_changes

if TYPE_CHECKING:
    from placket.policy.parse import Document

__all__ = (
    "Change",
    "ClauseChange",
    "Consequence",
    "Difference",
    "Duty",
    "Effect",
    "KeyChange",
    "Piece",
    "RuleChange",
    "Trigger",
    "compare",
)


def compare(old: Document, new: Document) -> Difference:
    """Return what `new` changes of `old`; both may be drafts or have problems.

    Equal documents give an empty difference.
    """
    pairs = pairs_of(old, new)
    return Difference(
        old=old.front.version,
        new=new.front.version,
        clauses=clause_changes(old, new),
        rules=tuple(rule_changes(pairs)),
        consequences=consequences(old, new, pairs),
        triggers=new_triggers(old, new),
    )
