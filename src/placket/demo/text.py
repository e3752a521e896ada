"""The demo's first steps: the published text judged, and clauses beside the rules that run."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

from placket.demo.words import WIDTH, clause_beside_rule
from placket.policy.rules import Activity, Retain
from placket.policy.trace import is_enforced
from placket.problems import Family, Severity, is_clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from placket.demo.telling import Telling
    from placket.policy.compile import Policy
    from placket.policy.parse import Document
    from placket.problems import Problem

WORDS: Final = ("said", "inferred", "added", "narrowed")
MEANT: Final[Mapping[Family, str]] = {
    Family.FORM: "a rule that cannot be read",
    Family.CONTRADICTION: "clauses that cannot all be kept",
    Family.MISSING: "what the law wants told, and nobody tells",
    Family.OPEN_ENDED: "words that promise nothing one could check",
    Family.DANGLING: "names of what is not, or no longer",
    Family.LEGAL_RISK: "what a court or an authority may refuse",
}
_NAMED: Final = 3
"""Clauses that are named of a problem; of the others, how many."""


def tell_judged(tell: Telling, document: Document, found: Iterable[Problem]) -> None:
    """Tell what is wrong with the text as it was published, one problem of each family in words."""
    front = document.front
    problems = [problem for problem in found if problem.severity is not Severity.NOTE]
    clauses = sum(bool(clause.id) for clause in document.clauses)
    families = Counter(problem.family for problem in problems)
    tell.found["published"] = {family.value: count for family, count in families.items()}
    tell.line(
        f"{front.retailer}, version {front.version}: {clauses} clauses. "
        f"`placket check --as-published` finds {len(problems)} problems:"
    )
    tell.lines(
        f"  {families[family]:>5}  {family.value:15}{MEANT[family]}"
        for family in Family
        if families[family]
    )
    for problem in _one_of_each(problems):
        tell.line()
        tell.lines(_in_words(problem))


def _one_of_each(problems: Sequence[Problem]) -> Iterator[Problem]:
    """Yield of each family the problem about most clauses, which a reader hardly sees."""
    for family in Family:
        of_it = [problem for problem in problems if problem.family is family and problem.clause]
        if of_it:
            yield max(of_it, key=lambda problem: len(problem.clauses))


def _in_words(problem: Problem) -> Iterator[str]:
    named = ", ".join(problem.clauses[:_NAMED])
    more = len(problem.clauses) - _NAMED
    rest = f" and {more} more" if more > 0 else ""
    yield f"{problem.family.value}: {named}{rest}"
    for text in (f"{problem.summary}.", f"Law: {problem.source}." if problem.source else ""):
        yield from textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    ")


def tell_running(tell: Telling, policy: Policy, problems: tuple[Problem, ...]) -> None:
    """Tell how the rules that run stand to the text, with a clause of each kind beside its rule."""
    rules = list(policy.document.rules())
    counts = {word: sum(r.provenance.word == word for r in rules) for word in WORDS}
    running = sum(map(is_enforced, rules))
    found = "clean" if is_clean(problems) else f"{len(problems)} problems"
    tell.found["policy"] = {
        "clauses": len(policy.clauses),
        "rules": len(rules),
        **counts,
        "running": running,
        "checked": found,
    }
    tell.line(
        f"{len(rules)} rules: {', '.join(f'{n} {word}' for word, n in counts.items())}. "
        f"{running} of them run today. Checked: {found}."
    )
    for clause in _telling_clauses(policy):
        tell.line()
        tell.lines(clause_beside_rule(policy, clause))


def _telling_clauses(policy: Policy) -> Iterator[str]:
    """Yield, for each word of how a rule stands, the shortest clause with one such rule alone."""
    for word in WORDS:
        found = [
            (len(clause.prose), clause.id)
            for clause in policy.clauses.values()
            for rule in clause.rules
            if len(clause.rules) == 1 and rule.provenance.word == word
            if isinstance(rule, Activity | Retain) and is_enforced(rule)
        ]
        if found:
            yield min(found)[1]
