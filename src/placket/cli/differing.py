"""A difference of policies on the terminal: words, rules, what follows, and for whom."""

from __future__ import annotations

import re
import textwrap
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from placket.gate.instants import rfc3339
from placket.policy.comparing.telling import says
from placket.policy.diff import Change, ClauseChange, Difference, Duty, Piece, RuleChange
from placket.policy.rendering.lay import lay

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from placket.gate.differing import PersonsChange

_COLUMNS: Final = 80
_NEAR: Final = 6
"""Words of the unchanged text that are shown beside a change."""

_DUTIES: Final = {
    Duty.ASK: "ask again: ",
    Duty.TELL: "tell: ",
    Duty.NONE: "",
}


_MARKS: Final = (
    (re.compile(r"\[-.*?-\]", re.DOTALL), "red"),
    (re.compile(r"\{\+.*?\+\}", re.DOTALL), "green"),
)


def as_plain(difference: Difference) -> dict[str, Any]:
    """Return the difference as JSON shows it."""
    plain = asdict(difference)
    told = [
        {**asdict(c), "is_material": c.is_material, "says": says(c)}
        for c in difference.consequences
    ]
    return {**plain, "consequences": told}


def lines_of(difference: Difference) -> Iterator[str]:
    """Yield the difference line by line: text, rules, what follows, new triggers."""
    yield _bold(f"{difference.old} → {difference.new}")
    if difference.is_empty:
        yield "nothing changed"
        return
    yield from _headed("Text", (line for c in difference.clauses for line in _clause(c)))
    yield from _headed("Rules", (line for r in difference.rules for line in _rule(r)))
    yield from _headed("What follows", _consequences(difference))
    triggers = (
        line
        for trigger in difference.triggers
        for line in _filled(
            f"{trigger.clause}  {lay(trigger.about)}: {trigger.words} ({trigger.source})"
        )
    )
    yield from _headed("Assess the impact first", triggers)
    yield ""
    yield _sum(difference)


def _headed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield _bold(title)
        yield from found


def _bold(text: str) -> str:
    return click.style(text, bold=True)


def _clause(change: ClauseChange) -> Iterator[str]:
    words = ", ".join(change.changes)
    yield f"  {change.clause}  {change.title or change.title_before}: {words}".rstrip()
    if Change.RETITLED in change.changes:
        yield f"    - {change.title_before}"
        yield f"    + {change.title}"
    if change.changes == (Change.REMOVED,) or not change.words:
        return
    yield _coloured("\n".join(_filled(_shown(change.words), indent=4, hanging=0)))


def _shown(pieces: tuple[Piece, ...]) -> str:
    """Return the words that went in `[- -]` and those that came in `{+ +}`, with those near."""
    shown = []
    for at, piece in enumerate(pieces):
        text = " ".join(piece.text.split())
        match piece.what:
            case "out":
                shown.append(f"[-{text}-]")
            case "in":
                shown.append(f"{{+{text}+}}")
            case _:
                shown.append(_near(text, is_first=at == 0, is_last=at == len(pieces) - 1))
    return " ".join(part for part in shown if part)


def _in_colour(colour: str, found: re.Match[str]) -> str:
    return click.style(found[0], fg=colour)


def _coloured(text: str) -> str:
    # After the lines are filled: what colours a word must not count as one.
    for mark, colour in _MARKS:
        text = mark.sub(partial(_in_colour, colour), text)
    return text


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    words = text.split()
    most = _NEAR if is_first or is_last else 2 * _NEAR
    if len(words) <= most:
        return text
    if is_first:
        return f"… {' '.join(words[-_NEAR:])}"
    if is_last:
        return f"{' '.join(words[:_NEAR])} …"
    return f"{' '.join(words[:_NEAR])} … {' '.join(words[-_NEAR:])}"


def _rule(change: RuleChange) -> Iterator[str]:
    where = change.clause or change.clause_before
    moved = f" from {change.clause_before}" if Change.MOVED in change.changes else ""
    yield f"  {where}  {change.kind}: {change.name}: {', '.join(change.changes)}{moved}"
    if Change.CHANGED in change.changes:
        for key in change.keys:
            yield from _filled(
                f"{key.key}: {key.before or 'nothing'} → {key.after or 'nothing'}", indent=4
            )
    else:
        yield from _filled(change.after or change.before, indent=4)


def _consequences(difference: Difference) -> Iterator[str]:
    for consequence in difference.consequences:
        source = f", {consequence.source}" if consequence.source else ""
        duty = _DUTIES[consequence.duty]
        yield from _filled(f"{duty}{says(consequence)} ({consequence.clause}{source})")


def _filled(text: str, *, indent: int = 2, hanging: int = 2) -> list[str]:
    return textwrap.wrap(
        text,
        _COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hanging),
        break_long_words=False,
    )


def _sum(difference: Difference) -> str:
    counts = (
        (len(difference.clauses), "clause", "in words"),
        (len(difference.rules), "rule", "by meaning"),
        (len(difference.material), "material change", ""),
    )
    told = (f"{n} {word}{'s' if n != 1 else ''} {how}".rstrip() for n, word, how in counts)
    return ", ".join(told)


def persons_lines(found: PersonsChange) -> Iterator[str]:
    """Yield for whom the policies differ, line by line."""
    yield ""
    yield _bold(f"For whom, at {rfc3339(found.at)}")
    for reach in found.reaches:
        by = f" by {reach.channel}" if reach.channel else ""
        yield (
            f"  {reach.activity}{by}: {reach.before:,} → {reach.after:,}"
            f" ({reach.gained:,} gained, {reach.lost:,} lost)"
        )
    if not found.reaches:
        yield "  no activity gains or loses anybody"
    for row in found.overdue:
        yield f"  newly overdue: {lay(row.datum)} of {row.persons:,} {_persons(row.persons)}"
    for late in found.overdue_rows:
        word = "row" if late.rows == 1 else "rows"
        yield f"  newly overdue: {late.rows:,} {word} of {late.table} in {late.source}"
    for asked in found.asked_for:
        by = f" by {asked.channel}" if asked.channel else ""
        why = {"wording": "their yes no longer counts", "widened": "it covers more now"}
        reason = why.get(asked.why, "it needs a yes now")
        whom = f"{asked.persons:,} {_persons(asked.persons)}"
        yield f"  asked again: {asked.what}{by}, {whom}: {reason}"
    yield f"  to be told: {found.told:,} {_persons(found.told)}"
    yield f"  to be asked again: {found.asked:,} {_persons(found.asked)}"
    for recipient in found.recipients:
        yield f"  recipient to tell: {lay(recipient.name)}"
        for sentence in recipient.of:
            yield from _filled(sentence, indent=4)


def _persons(count: int) -> str:
    return "person" if count == 1 else "persons"
