"""Problems as one HTML page that needs nothing beside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from placket.cli.grouped import by_family, grouped
from placket.problems import Family, Severity
from placket.web.look.rendering import render, style_sheet

if TYPE_CHECKING:
    from placket.policy.load import Loaded
    from placket.problems import Problem

WORDS: Final = {
    Family.CONTRADICTION: "Contradictions",
    Family.MISSING: "Missing",
    Family.OPEN_ENDED: "Open-ended",
    Family.DANGLING: "Dangling",
    Family.LEGAL_RISK: "Legal risks",
    Family.FORM: "Faults of form",
}
"""How a family is headed."""

_CODE: Final = re.compile(r"`([^`]*)`")
_TAGS: Final = {Severity.ERROR: "no", Severity.WARNING: "wait", Severity.NOTE: "noted"}


def as_report(loaded: Loaded, name: str, *, of_text: bool) -> str:
    """Return the page on what is wrong with a policy. name: of its file; of_text: as published."""
    front = loaded.document.front if loaded.document else None
    groups = grouped(loaded.problems, loaded.document)
    return render(
        "report.html",
        sheet=Markup(style_sheet()[0].decode()),  # noqa: S704 - our own file
        retailer=front.retailer if front else name,
        language=front.language if front else "en",
        name=name,
        of_text=of_text,
        total=len(loaded.problems),
        clauses=sum(1 for group in groups if group.id),
        weights=[severity.value for severity in Severity],
        families=[_family(f, n) for f, n in by_family(loaded.problems).items()],
        shown={group.id for group in groups},
        groups=[
            {
                "id": group.id,
                "title": group.title,
                "prose": group.prose,
                "runs": group.runs if of_text else (),
                "problems": [_shown(problem) for problem in group.problems],
            }
            for group in groups
        ],
    )


def _family(family: Family, weights: dict[Severity, int]) -> dict[str, Any]:
    counts = [weights[severity] for severity in Severity]
    return {"name": WORDS[family], "counts": counts, "total": sum(counts)}


def _shown(problem: Problem) -> dict[str, Any]:
    return {
        "weight": problem.severity.value,
        "tag": _TAGS[problem.severity],
        "family": problem.family.value,
        "code": problem.code,
        "line": problem.at.line,
        "summary": in_words(problem.summary),
        "mend": in_words(problem.mend),
        "source": problem.source,
        "also": [(place.clause, place.at.line) for place in problem.also],
    }


def in_words(line: str) -> Markup:
    """Return a line of a problem as HTML, what stands in backticks as code."""
    parts = _CODE.split(line[:1].upper() + line[1:])
    shown = [
        Markup("<code>{}</code>").format(p) if at % 2 else escape(p) for at, p in enumerate(parts)
    ]
    return Markup("").join(shown)
