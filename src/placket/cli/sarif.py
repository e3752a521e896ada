"""Problems as SARIF 2.1.0, the form in which code hosts and editors take them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from placket import __version__
from placket.problems import Problem, Severity, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "note",
}


def as_sarif(problems: Sequence[Problem]) -> dict[str, Any]:
    """Return the log of one run with all problems. Source: OASIS SARIF 2.1.0."""
    codes = sorted({problem.code for problem in problems})
    rules = {code: next(p for p in problems if p.code == code) for code in codes}
    driver = {
        "name": "Placket",
        "semanticVersion": __version__,
        "rules": [_rule(problem) for problem in rules.values()],
    }
    results = [_result(problem, codes.index(problem.code)) for problem in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(problem: Problem) -> dict[str, Any]:
    return {
        "id": problem.code,
        "shortDescription": {"text": f"{problem.family.value}: {problem.source}"},
        "help": {"text": problem.mend},
        "defaultConfiguration": {"level": _LEVELS[problem.severity]},
        "properties": {"family": problem.family.value, "source": problem.source},
    }


def _result(problem: Problem, index: int) -> dict[str, Any]:
    told = {
        "ruleId": problem.code,
        "ruleIndex": index,
        "level": _LEVELS[problem.severity],
        "message": {"text": f"{problem.summary}. Mend: {problem.mend}. Source: {problem.source}."},
        "locations": [_location(problem.at, problem.clause)],
        "partialFingerprints": {"placketProblem/v1": _fingerprint(problem)},
        "properties": {"family": problem.family.value, "clauses": list(problem.clauses)},
    }
    if problem.also:
        told["relatedLocations"] = [
            {"id": at, **_location(place.at, place.clause)} for at, place in enumerate(problem.also)
        ]
    return told


def _location(span: Span, clause: str) -> dict[str, Any]:
    region = {"startLine": span.line, "startColumn": span.column}
    if span.length:
        region["endColumn"] = span.column + span.length
    place: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(span.file.replace("\\", "/"))},
            "region": region,
        }
    }
    if clause:
        place["logicalLocations"] = [{"name": clause, "kind": "member"}]
    return place


def _fingerprint(problem: Problem) -> str:
    """Return what stays the same when lines move: code, clauses and words."""
    named = "\n".join((problem.code, *problem.clauses, problem.summary))
    return hashlib.sha256(named.encode()).hexdigest()[:32]
