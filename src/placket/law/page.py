"""The page that tables every fact of the law packs with its source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Final

from placket.law.packs import LawPack, country_sets
from placket.law.rules import LawFact

_INTRODUCTION: Final = """\
# What the law packs say

Deadlines, ages, opt-in conditions and the like are data with a date and a source, never code.
This page is written from the packs by `placket.law.page`, and a test holds the two equal.
It is engineering input, and no legal advice.

A fact holds from the day in `from`, and ends before the day in `until`.
Where `checked` says yes, somebody read the source, or a public account of it.
Where it says no, the fact is general knowledge: have it checked before you rely on it.
A pack that adds to another tables only what differs; the rest is the other's.
"""
_HEAD: Final = (
    "| fact | value | from | until | checked | source | note |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def law_page(packs: Mapping[str, LawPack]) -> str:
    """Return the page as Markdown: one table a pack, then the sets of countries."""
    sections = [_section(_title(pack), pack.states) for pack in packs.values()]
    sets = {name: (fact,) for name, fact in country_sets().items()}
    return "\n".join([_INTRODUCTION, *sections, _section("## Sets of countries", sets)])


def _title(pack: LawPack) -> str:
    heading = f"## {pack.name} (`{pack.id}`)"
    return f"{heading}\n\nAdds to `{pack.extends}`." if pack.extends else heading


def _section(title: str, states: Mapping[str, tuple[LawFact, ...]]) -> str:
    rows = (_row(path, fact) for path, facts in states.items() for fact in facts)
    return "\n".join([title, "", *_HEAD, *rows, ""])


def _row(path: str, fact: LawFact) -> str:
    cells = (
        f"`{path}`",
        _words(fact.value),
        fact.since.isoformat(),
        fact.until.isoformat() if fact.until else "",
        _words(fact.checked),
        fact.source,
        fact.note,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _words(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset | tuple):
        return _list(sorted(value) if isinstance(value, frozenset) else value)
    if is_dataclass(value) and type(value).__str__ is object.__str__:
        return "; ".join(_members(value))
    return str(value)


def _list(items: Iterable[object]) -> str:
    return ", ".join(str(item).replace("_", " ") for item in items) or "none"


def _members(value: object) -> Iterator[str]:
    for each in fields(value):  # type: ignore[arg-type]  # `_words` passes dataclasses alone
        words = _words(getattr(value, each.name)).replace("_", " ")
        yield f"{each.name.replace('_', ' ')}: {words}"
