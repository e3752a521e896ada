"""Why a query by hand is refused: a sentence, a mend and the place, never a value of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sqlglot import exp

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason to refuse, with what to write instead; line and column from 1, 0 if unknown."""

    sentence: str
    mend: str
    line: int = 0
    column: int = 0


def shown(name: str, otherwise: str) -> str:
    """Return the name between backticks, or `otherwise` where it is no plain name.

    Some databases take a text between double quotes for a text: it may be somebody's address.
    """
    return f"`{name}`" if _NAME.fullmatch(name) else otherwise


def refused_at(node: exp.Expr, sentence: str, mend: str) -> Refusal:
    """Return the refusal of a part, at the first word of it whose place is known."""
    for part in node.walk(bfs=False):
        if "line" in part.meta:
            start = part.meta["col"] - (part.meta["end"] - part.meta["start"])
            return Refusal(sentence=sentence, mend=mend, line=part.meta["line"], column=start)
    return Refusal(sentence=sentence, mend=mend)
