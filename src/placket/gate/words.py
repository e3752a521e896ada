"""A decision in words, 80 columns wide: outcome, then each reason with clause, law and fact."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from placket.gate.instants import rfc3339

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from placket.decide.question import Decision, Reason
    from placket.facts import Fact

COLUMNS: Final = 80
GLYPHS: Final = {"permit": "✓", "deny": "✗"}
_INDENT: Final = "    "
_NAME: Final = 10
_NUMBER: Final = 5
"""The columns that a step's number takes."""


def decision_lines(
    decision: Decision, fact: Callable[[str], Fact | None], *, channel: str = ""
) -> Iterator[str]:
    """Yield the decision line by line, the outcome first.

    fact: finds a fact of the ledger by its id. A clause is quoted where it first speaks.
    """
    by = f" by {channel}" if channel else ""
    outcome = f"{GLYPHS[decision.outcome]} {decision.outcome}"
    yield f"{outcome}  {decision.activity}{by}, at {rfc3339(decision.at)}"
    for name in ("data", "withheld"):
        yield from _named(name, ", ".join(getattr(decision, name)), indent="  ")
    quoted: set[str] = set()
    for reason in decision.because:
        yield ""
        yield from _lines(reason, fact, quoted)
        quoted.add(reason.clause)


def _lines(reason: Reason, fact: Callable[[str], Fact | None], quoted: set[str]) -> Iterator[str]:
    glyph = GLYPHS["permit" if reason.code.startswith("permitted.") else "deny"]
    yield f"  {glyph} {reason.code}"
    if reason.clause:
        said = "" if reason.clause in quoted else f": “{reason.text}”"
        yield from _named("clause", f"{reason.clause}{said}")
    yield from _named("law", reason.law)
    found = fact(reason.fact) if reason.fact else None
    yield from _named("fact", reason.fact if found is None else fact_line(found))
    yield from _named("data", ", ".join(reason.data))
    yield from _named("until", reason.changes_when)


def fact_line(fact: Fact) -> str:
    """Return a fact as a line: kind, what it is about, its day, its id."""
    what = fact.what.replace("_", " ")
    about = " ".join(word for word in (what, fact.channel and f"by {fact.channel}") if word)
    kind = fact.kind.value.replace("_", " ")
    day = rfc3339(fact.occurred_at)[:10]
    return f"{kind}{': ' if about else ''}{about}, {day} ({fact.id})"


def _named(name: str, text: str, *, indent: str = _INDENT) -> Iterator[str]:
    if text:
        first = f"{indent}{name:<{_NAME}}"
        yield from filled(text, indent=" " * len(first), first=first)


def filled(text: str, *, indent: str = "", first: str | None = None) -> list[str]:
    """Return `text` in lines of 80 columns, indented; no word is broken."""
    return textwrap.wrap(
        text,
        COLUMNS,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def folded(line: str, indent: str = "") -> str:
    """Return a line of a plan in a terminal's width, what is folded under its own text."""
    hanging = indent + " " * _NUMBER if line[:1] == " " else indent + "  "
    return textwrap.fill(
        line, COLUMNS, initial_indent=indent, subsequent_indent=hanging, break_long_words=False
    )
