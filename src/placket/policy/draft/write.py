"""Writing what was drafted as a policy: headings, clauses with ids, blocks marked as drafts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from placket.policy.parse import FENCE
from placket.policy.render import dump, render_front

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.policy.draft.drafted import Drafted
    from placket.policy.front import Front

_MARKUP: Final = re.compile(
    r"^(\s{0,3})(#{1,6}(?=\s|$)|>|`{3,}|~{3,}|={2,}\s*$|-{2,}\s*$|\+(?=\s))"
)
_NUMBERED: Final = re.compile(r"^(\d{1,9})([.)])(?=\s|$)")


def write_policy(front: Front, parts: Sequence[str]) -> str:
    """Return the policy as Markdown: its front matter, then its parts in order."""
    return "\n".join([render_front(front), *parts])


def write_heading(text: str, level: int) -> str:
    """Return a heading that only structures. level: 2 is the highest below the title."""
    return f"{'#' * level} {_one_line(text)}\n"


def write_clause(title: str, clause_id: str, prose: str, rules: Sequence[Drafted]) -> str:
    """Return a clause: heading, prose, and its drafted rules in one block."""
    written = [f"### {title} {{#{clause_id}}}\n", f"{literal(prose)}\n"]
    if rules:
        plain = [rule.as_yaml() for rule in rules]
        written.append(f"```{FENCE}\n{dump(plain if len(plain) > 1 else plain[0])}```\n")
    return "\n".join(written)


def literal(prose: str) -> str:
    """Return text so that Markdown reads no heading, quotation or fence in it."""
    lines = (_MARKUP.sub(r"\1\\\2", line.rstrip()) for line in prose.split("\n"))
    return "\n".join(_NUMBERED.sub(r"\1\\\2", line) for line in lines)


def _one_line(text: str) -> str:
    return " ".join(re.sub(r"[{}#`]", " ", text).split())
