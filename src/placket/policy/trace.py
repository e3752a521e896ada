"""Clause to rule to test to last result: what of a policy runs, and what shows it."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from placket.policy import rules
from placket.policy.rendering.leaflets import ABOUT_CONTACT, ABOUT_COOKIES
from placket.policy.rules import Rule, as_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from placket.policy.parse import Clause, Document

DECIDES: Final = (
    rules.Activity,
    rules.Consent,
    rules.Cookie,
    rules.Retain,
    rules.Role,
    rules.Status,
    rules.Region,
    rules.Recipient,
    rules.Access,
    rules.AudienceAge,
    rules.Automated,
)
"""Kinds that `decide` reads."""

SHOWN: Final = (rules.Controller, rules.Complaint)
"""Kinds that the notice and the page of contacts show as they stand."""

ANSWERS: Final = (rules.Right, rules.Transfer)
"""Kinds that a request reads from receipt to answer: its plan, its letters, its copy."""

MEASURES: Final = frozenset({"identity_check", "processor_instructions"})
"""Measures that a request runs: nothing before it is known who asks, recipients told what to do."""

PAGES: Final = frozenset(
    {"policy", "this policy", "beginning of the policy", "privacy centre", "cookie policy"}
)
"""Places of a notice that are pages which Placket renders."""

LATER: Final[dict[type[Rule], str]] = {
    rules.Capture: "collection",
    rules.Notice: "notices",
    rules.Security: "security measures",
    rules.Limit: "the content of messages",
    rules.Datum: "collection",
}
"""For a kind that nothing enforces yet, the part that will; it is listed as such, not hidden."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """One clause: its rules, how each stands, the tests that show it and how they last ended.

    runs: a rule of the clause is enforced; later: the parts that will enforce the others.
    result: `passed`, `failed`, `not run` or `no test`.
    """

    clause: str
    title: str
    rules: tuple[str, ...]
    standing: tuple[str, ...]
    runs: bool
    later: tuple[str, ...]
    tests: tuple[str, ...]
    result: str

    @property
    def reading(self) -> str:
        """Return how far the clause is true, and by which parts the rest will be."""
        if not self.rules:
            return "no rule"
        true = "true as far as the law allows" if "narrowed" in self.standing else "runs"
        waits = f"comes later: {', '.join(self.later)}" if self.later else ""
        return "; ".join(filter(None, (true if self.runs else "", waits)))


def trace(
    document: Document, tests: Mapping[str, tuple[str, ...]], results: Mapping[str, str]
) -> tuple[Traced, ...]:
    """Return every clause of the document, in order.

    tests: node ids by clause id; results: `passed` or `failed` by node id, of the last run.
    """
    return tuple(
        _traced(clause, tests.get(clause.id, ()), results)
        for clause in document.clauses
        if clause.id
    )


def _traced(clause: Clause, tests: tuple[str, ...], results: Mapping[str, str]) -> Traced:
    enforced = [rule for rule in clause.rules if is_enforced(rule)]
    waiting = [rule for rule in clause.rules if not is_enforced(rule)]
    return Traced(
        clause=clause.id,
        title=clause.title,
        rules=tuple(f"{rule.KIND}: {name_of(rule)}" for rule in clause.rules),
        standing=tuple(dict.fromkeys(rule.provenance.word for rule in clause.rules)),
        runs=bool(enforced),
        later=tuple(dict.fromkeys(LATER[type(rule)] for rule in waiting)),
        tests=tests,
        result=_result(tests, results),
    )


def is_enforced(rule: Rule) -> bool:
    """Say whether something that runs does today what the rule says."""
    of_kind = _ENFORCED.get(type(rule))
    return of_kind(rule) if of_kind is not None else isinstance(rule, DECIDES + SHOWN + ANSWERS)


def _outranks(limit: rules.Limit) -> bool:
    # That a no on a channel outranks is the law's rule and a step of every decision.
    return bool(as_dict(limit.allow)) or (limit.own_preferences and bool(limit.channels))


def _is_rendered(rule: rules.Notice) -> bool:
    """Say whether every place of the notice is a page that is rendered from the policy."""
    if rule.at:
        return PAGES.issuperset(rule.at)
    return not rule.when and bool((ABOUT_CONTACT | ABOUT_COOKIES) & set(rule.name.split("_")))


_ENFORCED: Final[Mapping[type[Rule], Callable[[Any], bool]]] = MappingProxyType(
    {
        rules.Limit: _outranks,
        rules.Datum: lambda datum: datum.needs_permission or bool(datum.special),
        rules.Capture: lambda capture: bool(capture.purposes_shown),
        rules.Security: lambda security: MEASURES.issuperset(security.measure),
        rules.Notice: _is_rendered,
    }
)
"""When something enforces a rule of a kind of which not every rule is enforced."""


def name_of(rule: Rule) -> str:
    """Return what the rule is about, as its first key says."""
    for key in ("name", "what", "age", "role", "measure", "to"):
        value = getattr(rule, key, None)
        if value:
            return ", ".join(value) if isinstance(value, tuple) else str(value)
    return ""


def _result(tests: tuple[str, ...], results: Mapping[str, str]) -> str:
    if not tests:
        return "no test"
    known = {results.get(test, "not run") for test in tests}
    for word in ("failed", "not run"):
        if word in known:
            return word
    return "passed"
