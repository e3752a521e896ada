"""What the policy's clauses say of one right, all its rules taken together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from placket.policy.compile import holds_in
from placket.policy.rules import Automated, as_dict
from placket.policy.rules import Right as RightRule
from placket.rights.right import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.policy.compile import Place, Policy
    from placket.policy.period import Period

ANY: Final = "any"
FREEZES: Final = "freeze_field"
_AS: Final = {Right.HUMAN_REVIEW: Right.AUTOMATED_DECISION_OPT_OUT}
"""Rights without a word of their own in the policy, by the one whose rules speak for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What holds of one right in one place.

    clauses: the one that says it plainly first. by: ways the text names; a request that comes
    another way counts too. covers, kept: what each rule says of them. free: a rule promises
    that no fee is taken, which binds. waits_while: each with the clause that says so.
    decisions: by machine alone, of which the right is about each.
    """

    clauses: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    free: bool = False
    amount: str = ""
    covers: tuple[Mapping[str, Any], ...] = ()
    kept: tuple[Mapping[str, Any], ...] = ()
    formats: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    waits_while: Mapping[Period, str] = field(default_factory=dict)
    meanwhile: frozenset[str] = frozenset()
    may_ask_evidence: bool = False
    asks_reasons: bool = False
    direct_transfer: bool = False
    without_account: bool = False
    decisions: tuple[str, ...] = ()

    def needs(self, ground: str) -> frozenset[str]:
        """Return what clauses ask of whoever keeps something on `ground`: `justification`."""
        about = (kept for kept in self.kept if kept.get("ground") == ground)
        return frozenset(need for kept in about for need in kept.get("needs", ()))


def said_of(policy: Policy, right: Right, place: Place) -> Said:
    """Return what the rules of `right`, and those of any right, say in `place`."""
    names = {_AS.get(right, right).value, ANY}
    here = [r for r in policy.rules(RightRule) if r.name in names and holds_in(r, place)]
    # The clause that says the right plainly is cited first, not one of all rights or of a part.
    rules = sorted(here, key=lambda rule: (rule.name == ANY, bool(as_dict(rule.covers))))
    covers = (as_dict(rule.covers) for rule in rules)
    kept = (as_dict(rule.kept) for rule in rules)
    return Said(
        clauses=_each(rule.clause for rule in rules),
        by=_each(way for rule in rules for way in rule.by),
        free=any(rule.fee == "none" for rule in rules),
        amount=next((rule.amount for rule in rules if rule.amount), ""),
        covers=tuple(filter(None, covers)),
        kept=tuple(filter(None, kept)),
        formats=_each(each for rule in rules for each in rule.format),
        tells=_each(each for rule in rules for each in rule.tells),
        waits_while={each: rule.clause for rule in reversed(rules) for each in rule.waits_while},
        meanwhile=frozenset(r.meanwhile for r in (*rules, *_disputed(policy, right, place))) - {""},
        may_ask_evidence=any(rule.evidence == "may_be_asked" for rule in rules),
        asks_reasons=any(rule.reasons == "asked" for rule in rules),
        direct_transfer=any(bool(rule.direct_transfer) for rule in rules),
        without_account=any(rule.account == "not_needed" for rule in rules),
        decisions=_decisions(policy, place) if Right.AUTOMATED_DECISION_OPT_OUT in names else (),
    )


def _disputed(policy: Policy, right: Right, place: Place) -> tuple[RightRule, ...]:
    """Return the rules by which a restriction freezes what is said to be wrong: till corrected."""
    if right is not Right.RECTIFICATION:
        return ()
    named = (r for r in policy.rules(RightRule) if r.name == Right.RESTRICTION)
    return tuple(r for r in named if r.meanwhile == FREEZES and holds_in(r, place))


def _decisions(policy: Policy, place: Place) -> tuple[str, ...]:
    rules = (rule for rule in policy.rules(Automated) if holds_in(rule, place))
    return _each(rule.name for rule in rules)


def _each(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in words if word))
