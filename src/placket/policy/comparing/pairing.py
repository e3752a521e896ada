"""Which rule of a new policy is which of the old one, and what of it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from placket.policy.comparing.difference import Change, KeyChange, RuleChange
from placket.policy.render import rule_as_yaml
from placket.policy.rendering.rule_words import words_of
from placket.policy.rules import DRAFT, PUBLISHED, Datum, Recipient, Retain, Security, keys_of
from placket.policy.trace import name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from placket.policy.parse import Document
    from placket.policy.rules import Rule

Pair = tuple["Rule | None", "Rule | None"]
"""A rule of the old policy and what it has become; one of the two may be missing."""

_ASIDE: Final = frozenset({PUBLISHED, DRAFT})
_LISTS: Final = (Datum, Recipient, Retain, Security)
"""Kinds that name a list of things: with one more of them it is still the same rule."""


def pairs_of(old: Document, new: Document) -> list[Pair]:
    """Return every rule of both documents, paired by kind and name.

    Of several with one name those pair first that are equal, then those of the same regions,
    then those of the same clause. A rule that was renamed is known by its clause.
    """
    left, right = list(old.rules()), list(new.rules())
    found: list[Pair] = []
    for alike in _LIKENESS:
        _take(left, right, alike, found)
    order = {id(rule): at for at, rule in enumerate(new.rules())}
    found.sort(key=lambda pair: order[id(pair[1])])
    found += [(None, rule) for rule in right]
    return [*found, *((rule, None) for rule in left)]


def _take(
    left: list[Rule], right: list[Rule], alike: Callable[[Rule], Any], found: list[Pair]
) -> None:
    """Move the rules that are alike from both lists into pairs, in order of the text."""
    waiting: dict[Any, list[Rule]] = {}
    for rule in left:
        waiting.setdefault(alike(rule), []).append(rule)
    for rule in list(right):
        same = waiting.get(alike(rule))
        if same:
            before = same.pop(0)
            _drop(left, before)
            _drop(right, rule)
            found.append((before, rule))


def _drop(rules: list[Rule], rule: Rule) -> None:
    del rules[next(at for at, other in enumerate(rules) if other is rule)]


def _named(rule: Rule) -> tuple[str, str]:
    return rule.KIND, name_of(rule)


def _but_name(rule: Rule) -> str:
    written = rule_as_yaml(rule)
    written.pop(rule.KIND, None)
    return f"{rule.KIND} {rule.clause} {written}"


_LIKENESS: Final[tuple[Callable[[Rule], Any], ...]] = (
    lambda rule: (*_named(rule), rule.clause, str(rule_as_yaml(rule))),
    lambda rule: (*_named(rule), rule.clause, rule.regions),
    lambda rule: (*_named(rule), rule.regions),
    lambda rule: (*_named(rule), rule.clause),
    _named,
    _but_name,
    lambda rule: (rule.KIND, rule.clause, rule.regions) if isinstance(rule, _LISTS) else id(rule),
)
"""How two rules are taken for one, the surest first."""


def rule_changes(pairs: Iterable[Pair]) -> Iterator[RuleChange]:
    """Yield what became of each rule that is not as it was."""
    for before, after in pairs:
        if before is None and after is not None:
            yield _new(after)
        elif after is None and before is not None:
            yield _gone(before)
        elif before is not None and after is not None:
            yield from _changed(before, after)


def _new(rule: Rule) -> RuleChange:
    return RuleChange(
        kind=rule.KIND,
        name=name_of(rule),
        clause=rule.clause,
        clause_before="",
        changes=(Change.ADDED,),
        after=words_of(rule),
        keys=tuple(_keys({}, rule_as_yaml(rule))),
    )


def _gone(rule: Rule) -> RuleChange:
    return RuleChange(
        kind=rule.KIND,
        name=name_of(rule),
        clause="",
        clause_before=rule.clause,
        changes=(Change.REMOVED,),
        before=words_of(rule),
        keys=tuple(_keys(rule_as_yaml(rule), {})),
    )


def _changed(before: Rule, after: Rule) -> Iterator[RuleChange]:
    keys = tuple(_keys(rule_as_yaml(before), rule_as_yaml(after)))
    is_moved = before.clause != after.clause
    if keys or is_moved:
        yield RuleChange(
            kind=after.KIND,
            name=name_of(after),
            clause=after.clause,
            clause_before=before.clause,
            changes=tuple(
                change
                for change, is_so in ((Change.CHANGED, bool(keys)), (Change.MOVED, is_moved))
                if is_so
            ),
            before=words_of(before),
            after=words_of(after),
            keys=keys,
        )


def _keys(before: dict[str, Any], after: dict[str, Any]) -> Iterator[KeyChange]:
    for key in dict.fromkeys((*before, *after)):
        old, new = shown(before.get(key)), shown(after.get(key))
        if old != new and key not in _ASIDE:
            yield KeyChange(key=key, before=old, after=new)


def shown(value: Any) -> str:
    """Return plain YAML as one line that a person reads; empty text for what is not written."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(shown(item) for item in value)
        case dict():
            return "; ".join(f"{key}: {shown(item)}" for key, item in value.items())
        case _:
            return str(value)


def written(rule: Rule, field: str) -> str:
    """Return one field of a rule as its block writes it."""
    keyed = {keyed.name: name for name, keyed in keys_of(type(rule)).items()}
    return shown(rule_as_yaml(rule).get(keyed[field]))
