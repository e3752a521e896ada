"""`python -m bench.draft`: how much of a policy a draft finds, and how much of it is right.

The clauses to compare with are JSON lines, each with `seed`, `quote`, `kind` and `params`; the
texts stand in a folder under the names that `seed` gives. Neither is part of the project.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from placket.law.calendar import parse_duration
from placket.policy.checks.walk import durations_in
from placket.policy.draft.draft import Wish, draft
from placket.policy.draft.source import Unreadable, read_source
from placket.policy.parse import parse
from placket.policy.period import Period
from placket.policy.rules import (
    Activity,
    AudienceAge,
    Automated,
    Capture,
    Complaint,
    Consent,
    Controller,
    Cookie,
    Datum,
    Notice,
    Recipient,
    Retain,
    Right,
    Rule,
    Security,
    Status,
    Transfer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.parse import Document

VALUES: Final = (
    "data",
    "touchpoint",
    "source",
    "purpose",
    "basis",
    "recipient",
    "transfer",
    "period",
    "right",
    "channel",
    "security",
    "age",
)
"""What is compared value by value, in the order of the table."""

KINDS: Final[Mapping[str, tuple[type[Rule], ...]]] = {
    "purpose": (Activity, Cookie),
    "collect": (Capture, Datum, Activity),
    "behaviour": (Activity, Right, Retain, Recipient, Capture, Notice, Security),
    "right": (Right,),
    "share": (Recipient, Activity),
    "notice": (Notice, Complaint),
    "basis": (Activity,),
    "retain": (Retain, Status),
    "security": (Security,),
    "consent": (Consent, Cookie, Right, Activity),
    "preference": (Right, Consent),
    "identity": (Controller, Notice),
    "channel": (Right, Notice, Consent, Activity),
    "source": (Datum, Capture),
    "cookie": (Cookie, Activity, Notice),
    "transfer": (Transfer,),
    "contact": (Notice, Controller),
    "complaint": (Complaint, Right),
    "automated": (Automated, Activity),
    "child": (AudienceAge,),
}
"""Which rules may say what a clause of each kind says."""

_PARAMS: Final = {
    "data": ("data",),
    "touchpoint": ("touchpoints",),
    "source": ("sources",),
    "purpose": ("purpose",),
    "basis": ("basis", "also_basis", "heading_basis"),
    "recipient": ("recipients",),
    "transfer": ("transfer_tool",),
    "right": ("right",),
    "channel": ("channels", "request_channels", "exception_channels"),
    "security": ("security",),
    "age": ("age",),
}
_SAID: Final[Mapping[type[Rule], tuple[tuple[str, str], ...]]] = {
    Capture: (("touchpoint", "at"), ("data", "takes"), ("source", "source")),
    Datum: (("data", "what"), ("source", "source")),
    Activity: (
        ("purpose", "purpose"),
        ("data", "uses"),
        ("basis", "basis"),
        ("recipient", "recipients"),
        ("channel", "channel"),
    ),
    Consent: (
        ("basis", "KIND"),
        ("channel", "channel"),
        ("channel", "withdrawn_by"),
        ("period", "period"),
    ),
    Cookie: (("purpose", "purpose"), ("channel", "withdrawn_by"), ("basis", "basis")),
    Recipient: (("recipient", "name"), ("data", "gets")),
    Transfer: (("transfer", "needs_any"),),
    Retain: (("data", "what"), ("period", "period")),
    Status: (("period", "holds_while"),),
    Right: (("right", "name"), ("channel", "by")),
    Complaint: (("right", "KIND"),),
    Notice: (("channel", "channels"),),
    Security: (("security", "measure"),),
    AudienceAge: (("age", "age"),),
}
"""Where a rule says each kind of value; `consent` and `complaint` are said by the kind itself."""

_SAYS_NOTHING: Final = frozenset({"", "all", "exempt"})
_DAY: Final = date(2026, 1, 31)


@dataclass(slots=True)
class Score:
    """Counts for one row: how many were sought and found, how many drafted and right."""

    sought: int = 0
    found: int = 0
    drafted: int = 0
    right: int = 0

    def cells(self) -> str:
        """Return recall and precision with their counts, as cells of a table."""
        recall = f"{self.found / self.sought:.0%} of {self.sought}" if self.sought else "none"
        precision = f"{self.right / self.drafted:.0%} of {self.drafted}" if self.drafted else "none"
        return f"{recall} | {precision}"


@dataclass(slots=True)
class Placed:
    """A clause, drafted or given, with its place among the letters of its text."""

    start: int
    end: int
    kind: str = ""
    rules: tuple[Rule, ...] = ()
    values: dict[str, set[str]] = field(default_factory=dict)

    def meets(self, other: Placed) -> bool:
        """Say whether the two share a letter."""
        return self.start < other.end and other.start < self.end


def letters(text: str) -> str:
    """Return the letters and digits of a text alone: how it is set makes no difference."""
    return "".join(c for c in text.casefold() if c.isalnum())


def drafted_clauses(document: Document) -> tuple[str, list[Placed]]:
    """Return the letters of a drafted policy with each clause's place among them."""
    text, placed = "", []
    for clause in document.clauses:
        start = len(text)
        # A title that is not the clause's first words is a heading of the text.
        if letters(clause.title)[:20] not in letters(clause.prose)[:200]:
            text += letters(clause.title)
        text += letters(clause.prose)
        if clause.id:
            placed.append(Placed(start, len(text), rules=clause.rules, values=said(clause.rules)))
    return text, placed


def said(rules: tuple[Rule, ...]) -> dict[str, set[str]]:
    """Return what the rules say, by kind of value."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for kind, name in _SAID.get(type(rule), ()):
            values = map(str, _values(getattr(rule, name)))
            found[kind].update(value for value in values if value not in _SAYS_NOTHING)
    return found


def _values(value: Any) -> tuple[Any, ...]:
    """Return the values of a key one by one; of a period, its durations."""
    if isinstance(value, Period):
        return tuple(durations_in(value))
    if isinstance(value, tuple):
        return tuple(one for item in value for one in _values(item))
    return () if value is None else (value,)


def given_clauses(file: Path, seed: str, text: str) -> tuple[list[Placed], int]:
    """Return the clauses of one text, placed by their quotes, and how many have no place."""
    placed, lost = [], 0
    for line in file.read_text(encoding="utf-8").splitlines():
        clause = json.loads(line)
        if clause["seed"] != seed:
            continue
        quote = letters(clause["quote"])
        start = text.find(quote)
        lost += start < 0
        if start >= 0:
            values = sought(clause["params"])
            placed.append(Placed(start, start + len(quote), kind=clause["kind"], values=values))
    return placed, lost


def sought(params: dict[str, Any]) -> dict[str, set[str]]:
    """Return what a given clause says, by kind of value."""
    found: dict[str, set[str]] = {}
    for kind, keys in _PARAMS.items():
        values = [v for key in keys for v in _listed(params.get(key))]
        found[kind] = {str(value) for value in values if value != "none_stated"} - {"all_held"}
    periods = [params.get("period"), (params.get("retention") or {}).get("period")]
    found["period"] = {str(d) for p in periods if p and (d := parse_duration(str(p)))}
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def compare(
    made: list[Placed], given: list[Placed], by_value: dict[str, Score], by_kind: dict[str, Score]
) -> None:
    """Count into the scores how the drafted clauses meet the given ones."""
    for clause in given:
        there = [other for other in made if other.meets(clause)]
        rules = [rule for other in there for rule in other.rules]
        score = by_kind[clause.kind]
        score.sought += 1
        score.found += any(isinstance(rule, KINDS[clause.kind]) for rule in rules)
        for kind in VALUES:
            values = {v for other in there for v in other.values.get(kind, ())}
            by_value[kind].sought += len(clause.values.get(kind, ()))
            by_value[kind].found += len(clause.values.get(kind, set()) & values)
    for drafted in made:
        there = [clause for clause in given if clause.meets(drafted)]
        for kind in VALUES:
            values = {v for clause in there for v in clause.values.get(kind, ())}
            by_value[kind].drafted += len(drafted.values.get(kind, ()))
            by_value[kind].right += len(drafted.values.get(kind, set()) & values)
        for kind, (main, *_) in KINDS.items():
            if any(isinstance(rule, main) for rule in drafted.rules):
                by_kind[kind].drafted += 1
                by_kind[kind].right += any(main in KINDS[clause.kind] for clause in there)


@dataclass(slots=True)
class Scores:
    """What comparing found: a score for each kind of value and of clause, and what was left out."""

    by_value: dict[str, Score] = field(default_factory=lambda: {kind: Score() for kind in VALUES})
    by_kind: dict[str, Score] = field(default_factory=lambda: {kind: Score() for kind in KINDS})
    left_out: list[str] = field(default_factory=list)


def measure(clauses: Path, texts: Path) -> Scores:
    """Return how the draft of each text meets the given clauses."""
    scores = Scores()
    lines = clauses.read_text(encoding="utf-8").splitlines()
    for seed in sorted({json.loads(line)["seed"] for line in lines}):
        text = read_source((texts / seed).read_bytes())
        drafted = draft(text, Wish(today=_DAY)) if isinstance(text, str) else text
        document = None if isinstance(drafted, Unreadable) else parse(drafted.text).document
        if document is None:
            scores.left_out.append(f"{seed}: it gives no draft")
            continue
        joined, made = drafted_clauses(document)
        given, lost = given_clauses(clauses, seed, joined)
        scores.left_out += [f"{seed}: {lost} clauses whose quote stands nowhere"] if lost else []
        compare(made, given, scores.by_value, scores.by_kind)
    return scores


def table(what: str, scores: dict[str, Score]) -> Iterator[str]:
    """Yield the lines of a table in Markdown; what nobody sought and nothing gave is left out."""
    yield f"| {what} | recall | precision |"
    yield "| --- | --- | --- |"
    yield from (f"| {n} | {s.cells()} |" for n, s in scores.items() if s.sought or s.drafted)


@click.command()
@click.option("--clauses", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--texts", type=click.Path(path_type=Path, exists=True), required=True)
def main(clauses: Path, texts: Path) -> None:
    """Draft each text and compare what was found with the given clauses."""
    scores = measure(clauses, texts)
    click.echo("\n".join(table("value", scores.by_value)))
    click.echo()
    click.echo("\n".join(table("kind of clause", scores.by_kind)))
    for line in scores.left_out or ["nothing"]:
        click.echo(f"left out: {line}", err=True)


if __name__ == "__main__":
    main()
