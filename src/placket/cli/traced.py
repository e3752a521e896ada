"""The trace of policies as one HTML page that needs nothing beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from placket.policy.rendering.rule_words import MARKS
from placket.web.look.rendering import render, style_sheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.cli.trace import TracedPolicy
    from placket.policy.trace import Traced

_TAGS: Final = {"passed": "keep", "failed": "no", "not run": "wait", "no test": "wait"}


def as_page(traces: Sequence[TracedPolicy], sum_of_all: str) -> str:
    """Return the page of several policies, each with a table of its clauses."""
    return render(
        "trace.html",
        sheet=Markup(style_sheet()[0].decode()),  # noqa: S704 - our own file
        sum_of_all=sum_of_all,
        marks=list(MARKS.items()),
        policies=[
            {
                "retailer": each.retailer,
                "version": each.version,
                "anchor": f"policy-{number}",
                "rows": [_shown(row, is_own=row.clause in each.own) for row in each.rows],
                "running": sum(row.runs for row in each.rows),
            }
            for number, each in enumerate(traces, 1)
        ],
    )


def _shown(row: Traced, *, is_own: bool) -> dict[str, Any]:
    return {
        "clause": row.clause,
        "title": row.title,
        "rules": row.rules,
        "standing": row.standing or ("no rule",),
        "reading": row.reading,
        "tests": row.tests,
        "result": row.result,
        "tag": _TAGS[row.result],
        "is_own": is_own,
    }
