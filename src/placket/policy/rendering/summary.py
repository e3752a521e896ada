"""The first layer of a notice: topic by topic, in short, with the clauses that say it in full."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from placket.policy.rendering.flows import variants
from placket.policy.rendering.groups import grouped
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.places import regions_of
from placket.policy.rendering.rule_words import BASIS_WORDS, RIGHT_WORDS, period_of, words_of
from placket.policy.rules import (
    Activity,
    AudienceAge,
    Automated,
    Capture,
    Complaint,
    Controller,
    Cookie,
    Datum,
    Recipient,
    Retain,
    Right,
    Rule,
    Security,
    Transfer,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from placket.policy.compile import Policy

MOST_POINTS: Final = 6
"""A longer list is not short: what is left over stands in the table."""
_NAMED: Final = 4
_ROLES: Final = {
    "processor": "they work for us",
    "controller": "they decide themselves what for",
    "joint": "they decide with us",
}
_ENDS: Final = {"anonymise": "made anonymous", "erase_or_anonymise": "deleted or made anonymous"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a topic's table; clause: the id of the clause that says it, or empty."""

    cells: tuple[str, ...]
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic in short. key: of its words; points: few sentences; head: of the table."""

    key: str
    points: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    clauses: tuple[str, ...] = ()


def topics(policy: Policy) -> tuple[Topic, ...]:
    """Return the topics on which the policy says something, in the order of a reader's questions.

    Source: Guidelines on transparency WP260 rev.01, 35 to 37 (layered notices).
    """
    found = (_topic(policy, key) for key in _KINDS)
    return tuple(topic for topic in found if topic.clauses)


def _topic(policy: Policy, key: str) -> Topic:
    rules = [rule for kind in _KINDS[key] for rule in policy.rules(kind)]
    points, head, rows = _PARTS.get(key, _sentences)(policy, rules)
    clauses = dict.fromkeys(rule.clause for rule in rules)
    order = {clause: at for at, clause in enumerate(policy.clauses)}
    return Topic(
        key=key,
        points=points[:MOST_POINTS],
        head=head if rows else (),
        rows=rows,
        clauses=tuple(sorted(clauses, key=lambda clause: order[clause])),
    )


_Part = tuple[tuple[str, ...], tuple[str, ...], tuple[Row, ...]]


def _sentences(policy: Policy, rules: Iterable[Any]) -> _Part:
    """Return each rule in its own words, all of them again as a table where they are many."""
    regions = regions_of(policy)
    said = {words_of(rule, regions): rule.clause for rule in rules}
    rows = tuple(Row((words,), clause) for words, clause in said.items())
    return tuple(said), ("What",), rows if len(rows) > MOST_POINTS else ()


def _held(policy: Policy, rules: Iterable[Any]) -> _Part:
    captured = (datum for rule in rules for datum in getattr(rule, "takes", ()))
    return _by_group("data", (*policy.data, *captured), ("Kind", "Information"))


def _by_group(kind: str, names: Iterable[str], head: tuple[str, ...]) -> _Part:
    groups = grouped(kind, names)
    points = (f"{capital(group.words)}: {_some(members)}." for group, members in groups.items())
    rows = (Row((capital(group.words), lay_list(members))) for group, members in groups.items())
    return tuple(points), head, tuple(rows)


def _some(members: tuple[str, ...]) -> str:
    left = len(members) - _NAMED
    if left <= 1:
        return lay_list(members)
    return f"{', '.join(map(lay, members[:_NAMED]))} and {left} more"


def _uses(policy: Policy, rules: Iterable[Any]) -> _Part:
    del rules
    purposes = (purpose for variant in variants(policy) for purpose in variant.purpose)
    points, _, _ = _by_group("purpose", purposes, ())
    return points, ("What for", "What we use", "Why we may"), use_rows(policy)


def use_rows(policy: Policy) -> tuple[Row, ...]:
    """Return what for, what and why of each use of data, once a variant, in order of the text."""
    return tuple(
        Row(
            (
                capital(lay_list(variant.purpose) or lay(variant.name)),
                capital(lay_list((*variant.uses, *variant.uses_also))),
                capital(BASIS_WORDS.get(variant.basis, "")),
            ),
            variant.clause,
        )
        for variant in variants(policy)
    )


def _given(policy: Policy, rules: Iterable[Any]) -> _Part:
    del policy
    found = tuple(rules)
    points, _, _ = _by_group("recipient", (name for rule in found for name in rule.name), ())
    rows = (
        Row((capital(lay_list(rule.name)), capital(lay_list(rule.gets)), _role(rule)), rule.clause)
        for rule in found
    )
    return points, ("Who", "What they get", "Their part"), tuple(rows)


def _role(rule: Recipient) -> str:
    roles = (rule.role,) if isinstance(rule.role, str) else tuple(as_dict(rule.role))
    return capital("; ".join(filter(None, (_ROLES.get(role, "") for role in roles))))


def _kept(policy: Policy, rules: Iterable[Any]) -> _Part:
    found = tuple(rules)
    rows = tuple(
        Row(
            (
                capital(lay_list(rule.what)),
                capital(lay_period(period_of(rule))),
                capital(_ENDS.get(rule.then, "deleted")),
            ),
            rule.clause,
        )
        for rule in found
    )
    regions = regions_of(policy)
    whole = [words_of(rule, regions) for rule in found if set(rule.what) & {"all", "all_held"}]
    kinds = len({datum for rule in found for datum in rule.what} - {"all", "all_held"})
    points = (f"A period of its own for each of {kinds} kinds of information.",) if kinds else ()
    return (*whole, *points), ("What", "How long", "Then"), rows


def _rights(policy: Policy, rules: Iterable[Any]) -> _Part:
    found, regions = tuple(rules), regions_of(policy)
    named = {RIGHT_WORDS.get(rule.name, rule.name): None for rule in found if rule.name != "any"}
    free = any(rule.fee == "none" for rule in found)
    points = [
        f"{capital(lay_list(named))}." if named else "",
        "Free of charge." if free else "",
        next((words_of(rule, regions) for rule in found if rule.name == "any"), ""),
    ]
    rows = tuple(Row((words_of(rule, regions),), rule.clause) for rule in found)
    return tuple(filter(None, points)), ("Your right",), rows


def _safe(policy: Policy, rules: Iterable[Any]) -> _Part:
    found, regions = tuple(rules), regions_of(policy)
    measures = dict.fromkeys(measure for rule in found for measure in rule.measure)
    rows = tuple(Row((words_of(rule, regions),), rule.clause) for rule in found)
    return (f"{capital(lay_list(measures))}.",), ("What",), rows


_KINDS: Final[dict[str, tuple[type[Rule], ...]]] = {
    "who": (Controller,),
    "hold": (Datum, Capture),
    "uses": (Activity,),
    "given": (Recipient,),
    "abroad": (Transfer,),
    "kept": (Retain,),
    "rights": (Right,),
    "cookies": (Cookie,),
    "young": (AudienceAge,),
    "machine": (Automated,),
    "safe": (Security,),
    "complain": (Complaint,),
}

_PARTS: Final[dict[str, Callable[[Policy, Iterable[Any]], _Part]]] = {
    "hold": _held,
    "uses": _uses,
    "given": _given,
    "kept": _kept,
    "rights": _rights,
    "safe": _safe,
}
