"""Front matter that stands above a text: what of it a draft can use, and where it contradicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.documents import read_yaml
from placket.policy.draft.source import Unreadable
from placket.policy.front import read_day
from placket.problems import Problems, Span

if TYPE_CHECKING:
    from datetime import date

    from placket.documents import Node

_FENCE: Final = "---"
_MOST_LINES: Final = 100
_KEYS: Final = {
    "retailer": "retailer",
    "company": "retailer",
    "language": "language",
    "lang": "language",
    "effective": "effective",
    "updated": "effective",
    "last_updated": "effective",
}
_MEND: Final = "correct the front matter, or take it out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What front matter says of the text below it, as written; `body` is that text."""

    body: str
    retailer: str = ""
    language: str = ""
    effective: date | None = None


def read_head(text: str) -> Head | Unreadable:
    """Return what stands above the text between two lines of `---`, and the text alone."""
    lines = text.lstrip("\n").split("\n")
    ends = [at for at, line in enumerate(lines[1:_MOST_LINES], 1) if line.strip() == _FENCE]
    if (
        lines[0].strip() != _FENCE
        or not ends
        or not any(":" in line for line in lines[1 : ends[0]])
    ):
        return Head(body=text)
    problems = Problems()
    node = read_yaml("\n".join(lines[1 : ends[0]]), Span(line=2), problems)
    if problems.found:
        first = problems.found[0]
        return Unreadable(
            why=f"the front matter contradicts itself or is no YAML: line "
            f"{first.at.line}: {first.summary}",
            mend=_MEND,
        )
    return _head(node, "\n".join(lines[ends[0] + 1 :]))


def _head(node: Node | None, body: str) -> Head | Unreadable:
    said: dict[str, str] = {}
    for key, value in node.pairs() if node is not None else ():
        name = _KEYS.get(str(key.value).lower().replace("-", "_"))
        if name is None or not value.word:
            continue
        if said.setdefault(name, value.word) != value.word:
            return Unreadable(
                why=f"the front matter says `{said[name]}` and `{value.word}` for one thing",
                mend=_MEND,
            )
    day = said.get("effective", "")
    effective = read_day(day) if day else None
    if day and effective is None:
        return Unreadable(
            why=f"the front matter has `{day}` where a day was expected",
            mend="write a day such as `2026-01-31`, or take it out",
        )
    language = said.get("language", "").lower()[:2]
    return Head(
        body=body, retailer=said.get("retailer", ""), language=language, effective=effective
    )
