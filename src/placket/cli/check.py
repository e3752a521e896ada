"""`placket check`: what is wrong with a policy, where, and how to mend it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from placket.cli.draft import draft_file, is_policy, judge_draft, summary, today
from placket.cli.grouped import by_family, counted, grouped
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.cli.translations import with_translations
from placket.cli.written import write_out
from placket.policy.check import check_published
from placket.policy.draft.draft import Wish
from placket.policy.load import Loaded, load_policy
from placket.policy.parse import parse
from placket.policy.published import as_published
from placket.problems import Family, Problem, Severity, has_errors
from placket.settings import policy_file

if TYPE_CHECKING:
    from collections.abc import Sequence

JUDGED = "name a policy.md, its folder, or a text or HTML file"
POLICY = "name a policy.md or its folder"
_TO = click.Path(path_type=Path, dir_okay=False)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@click.command("check")
@click.argument("policy", type=click.Path(path_type=Path))
@click.option(
    "--as-published", "published", is_flag=True, help="Judge the text, without what was added."
)
@click.option("--notes", is_flag=True, help="Show notes too.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@click.option("--sarif", type=_TO, help="Write SARIF 2.1.0 to a file too.")
@click.option("--html", type=_TO, help="Write a page to a file too.")
def command(
    policy: Path, *, published: bool, notes: bool, as_json: bool, **files: Path | None
) -> int:
    """Tell what is wrong with POLICY, a file or its folder.

    A text or HTML file is drafted first, and judged as it was published. Exit code 1 when there
    is an error.
    """
    drafted = None if is_policy(policy) else draft_file(policy, Wish(today=today()))
    loaded = judge_draft(drafted, str(policy)) if drafted else load_file(policy, wanted=JUDGED)
    if published and loaded.document and not drafted:
        # What does not read stands in no document: it is told beside what is judged.
        unread = parse(read_text(policy), str(policy_file(policy))).problems
        loaded = Loaded(None, (*unread, *check_published(loaded.document)), loaded.document)
    if not (published or drafted):
        loaded = with_translations(loaded, policy)
    shown = tuple(p for p in loaded.problems if notes or p.severity is not Severity.NOTE)
    if as_json:
        write_json({"problems": [as_plain(p) for p in shown], **_sums(loaded, of_text=published)})
    else:
        lines = [] if drafted else read_text(policy).split("\n")
        _show_grouped(shown, loaded, lines, of_text=published)
    _write_files(loaded, policy, of_text=published or drafted is not None, **files)
    if drafted:
        onward = f"blocks stand in a policy: go on with `placket draft {policy} --to policy.md`"
        for line in (*summary(drafted), onward):
            click.echo(line, err=True)
    return PROBLEMS if has_errors(loaded.problems) else DONE


def _show_grouped(
    shown: Sequence[Problem], loaded: Loaded, lines: list[str], *, of_text: bool
) -> None:
    for group in grouped(shown, loaded.document):
        head = f"{group.id}  {group.title}".rstrip() if group.id else "The text as a whole"
        click.echo(click.style(head, bold=True))
        if group.opening:
            click.echo(click.style(f"“{group.opening}”", dim=True))
        for how in group.runs if of_text else ():
            click.echo(click.style(f"what runs is {how}", dim=True))
        click.echo()
        # What is wrong with the whole of a text stands at no line that is worth showing.
        placed = {p for p in group.problems if group.id or p.family is Family.FORM}
        placed -= {p for p in placed if loaded.document and p.at.file != loaded.document.file}
        show([p for p in group.problems if p in placed], lines)
        show([p for p in group.problems if p not in placed], [])
    hidden = " (shown by `--notes`)" if len(shown) < len(loaded.problems) else ""
    click.echo(f"{_line(loaded, of_text=of_text)}{hidden}")
    families = by_family(shown)
    if set(families) - {Family.FORM}:
        sums = (f"{family.value} {sum(n.values())}" for family, n in families.items())
        click.echo(", ".join(sums))


def _write_files(
    loaded: Loaded, policy: Path, *, of_text: bool, sarif: Path | None, html: Path | None
) -> None:
    """Write the problems to the files that were asked for; a page takes longer to load."""
    if sarif is not None:
        from placket.cli.sarif import as_sarif  # noqa: PLC0415 - only who asks waits for it

        text = json.dumps(as_sarif(loaded.problems), ensure_ascii=False, indent=2)
        write_out(f"{text}\n", sarif)
    if html is not None:
        from placket.cli.report import as_report  # noqa: PLC0415 - only who asks waits for it

        write_out(as_report(loaded, policy_file(policy).name, of_text=of_text), html)


def load_file(policy: Path, *, wanted: str = POLICY) -> Loaded:
    """Return the policy of a file or folder under today's law, with all problems.

    A text that is no policy yet ends the command; wanted: what to name where nothing is.
    """
    if not is_policy(policy):
        raise Ended(
            f"{policy} is a text, and no policy yet",
            f"placket draft {policy} --to policy.md",
            code=WRONG_USE,
        )
    text = read_text(policy, wanted=wanted)
    return load_policy(text, str(policy_file(policy)), on=datetime.now(UTC).date())


def read_text(policy: Path, *, wanted: str = POLICY) -> str:
    """Return the text of a policy, a file or its folder; an unreadable one ends the command."""
    file = policy_file(policy)
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Ended(
            f"{file} cannot be read: {str(fault.strerror).lower()}",
            wanted,
            code=WRONG_USE,
        ) from fault
    except UnicodeDecodeError as fault:
        raise Ended(f"{file} is not text in UTF-8", "save it as UTF-8", code=WRONG_USE) from fault


def as_plain(problem: Problem) -> dict[str, Any]:
    """Return a problem as JSON shows it."""
    return {
        "code": problem.code,
        "severity": problem.severity.value,
        "file": problem.at.file,
        "line": problem.at.line,
        "column": problem.at.column,
        "clause": problem.clause,
        "clauses": list(problem.clauses),
        "also": [
            {"clause": p.clause, "file": p.at.file, "line": p.at.line, "column": p.at.column}
            for p in problem.also
        ],
        "family": problem.family.value,
        "summary": problem.summary,
        "mend": problem.mend,
        "source": problem.source,
    }


def show(problems: Sequence[Problem], lines: list[str], *, to_error_stream: bool = False) -> None:
    """Write the problems to the terminal, each with its line of text."""
    err = to_error_stream
    for problem in problems:
        head, *rest = str(problem).split("\n")
        word = click.style(problem.severity.value, fg=_COLOURS[problem.severity], bold=True)
        for line in (f"{word} {head}", *_excerpt(problem, lines), *(f"  {line}" for line in rest)):
            click.echo(line, err=err)
        click.echo(err=err)


def _excerpt(problem: Problem, lines: list[str]) -> list[str]:
    number = problem.at.line
    if not 1 <= number <= len(lines) or not lines[number - 1].strip():
        return []
    line = lines[number - 1]
    length = max(1, min(problem.at.length, len(line) - problem.at.column + 1))
    under = " " * (problem.at.column - 1) + "^" * length
    return [f"  {number:5} | {line}", f"        | {under}"]


def _sums(loaded: Loaded, *, of_text: bool = False) -> dict[str, Any]:
    document = as_published(loaded.document) if of_text and loaded.document else loaded.document
    clauses = [c for c in document.clauses if c.id] if document else []
    rules = list(document.rules()) if document else []
    words = [rule.provenance.word for rule in rules]
    return {
        "clauses": len(clauses),
        "rules": len(rules),
        "standing": {word: words.count(word) for word in ("said", "inferred", "added", "narrowed")},
    }


def _line(loaded: Loaded, *, of_text: bool = False) -> str:
    sums = _sums(loaded, of_text=of_text)
    counts = [
        counted(n, severity.value)
        for severity in Severity
        if (n := sum(p.severity is severity for p in loaded.problems))
    ]
    words = ", ".join(f"{n} {word}" for word, n in sums["standing"].items() if n)
    found = ", ".join(counts) or "clean"
    told = f" ({words})" if words else ""
    return f"{counted(sums['clauses'], 'clause')}, {counted(sums['rules'], 'rule')}{told}: {found}"
