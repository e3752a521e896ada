"""`placket draft`: a policy drafted from a text, every block marked as a draft."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from placket.cli.outcome import DONE, REFUSED, WRONG_USE, Ended, write_json
from placket.cli.written import write_out
from placket.policy.check import check_published
from placket.policy.draft.draft import Draft, Wish, draft
from placket.policy.draft.lexicon import LANGUAGES
from placket.policy.draft.source import MOST_BYTES, Unreadable, read_source, too_large
from placket.policy.front import read_day
from placket.policy.load import Loaded
from placket.policy.parse import parse
from placket.problems import Problem, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_HEAD = 4096


@click.command("draft")
@click.argument("text", type=click.Path(path_type=Path))
@click.option("--to", type=click.Path(path_type=Path), help="The file to write; default: output.")
@click.option("--retailer", default="", help="The retailer's name; default: as the text has it.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Default: told by the text's words.")
@click.option("--ids", default="C", show_default=True, help="What clause ids begin with.")
@click.option(
    "--effective", metavar="DAY", help="The first day; default: the text's own date, else today."
)
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def command(*, text: Path, to: Path | None, as_json: bool, **wishes: Any) -> int:
    """Draft a policy from TEXT, plain text or HTML: clauses, and what each commits you to.

    Every block says `draft: true` until a person has confirmed it, and permits nothing. What is
    not understood stays prose.
    """
    if to is not None and to.exists():
        raise Ended(f"{to} is there already", "name another file with `--to`", code=REFUSED)
    drafted = draft_file(text, _wish(**wishes))
    if to is not None or not as_json:
        write_out(drafted.text, to)
    if as_json:
        write_json(_as_plain(drafted, to))
        return DONE
    for line in (*summary(drafted), *_onward(drafted, to)):
        click.echo(line, err=to is None)
    return DONE


def draft_file(file: Path, wish: Wish) -> Draft:
    """Return the draft of a text or HTML file; one that gives none ends the command."""
    found = _read(file)
    drafted = draft(found, wish) if isinstance(found, str) else found
    if isinstance(drafted, Unreadable):
        raise Ended(f"{file}: {drafted.why}", drafted.mend, code=WRONG_USE)
    return drafted


def is_policy(file: Path) -> bool:
    """Say whether the file is a policy, and not a text to draft one from.

    A folder is one, so is Markdown, and whatever begins with a policy's front matter. A file
    that is not there is taken for one, so that its absence is told in the same words.
    """
    if file.suffix.lower() == ".md" or not file.is_file():
        return True
    with file.open("rb") as opened:
        head = opened.read(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"---") and b"\nretailer:" in head and b"\nversion:" in head


def judge_draft(drafted: Draft, name: str) -> Loaded:
    """Return the draft as a document with what is wrong with the text as it was published.

    Each problem stands at the line of the text where its clause begins.
    """
    parsed = parse(drafted.text, name)
    if parsed.document is None:
        return Loaded(None, parsed.problems)
    found = (*parsed.problems, *check_published(parsed.document))
    placed = tuple(_in_text(problem, drafted, name) for problem in found)
    ordered = sorted(placed, key=lambda p: (p.at.line, p.code, p.summary))
    return Loaded(None, tuple(dict.fromkeys(ordered)), parsed.document)


def _in_text(problem: Problem, drafted: Draft, name: str) -> Problem:
    """Return the problem with its places moved from the draft to the text."""

    def at(clause: str) -> Span:
        return Span(file=name, line=drafted.lines.get(clause, 1))

    also = tuple(replace(place, at=at(place.clause)) for place in problem.also)
    return replace(problem, at=at(problem.clause), also=also)


def today() -> date:
    """Return the day on which the command runs."""
    return datetime.now(UTC).date()


def _read(file: Path) -> str | Unreadable:
    if file.is_dir():
        raise Ended(f"{file} is a folder", "name the file in it that is the text", code=WRONG_USE)
    try:
        with file.open("rb") as opened:
            # One byte more tells a file that is too large without reading the rest.
            raw = opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Ended(
            f"{file} cannot be read: {str(fault.strerror).lower()}",
            "name a plain-text or HTML file",
            code=WRONG_USE,
        ) from fault
    return read_source(raw) if len(raw) <= MOST_BYTES else too_large("file is larger than 4 MiB")


def _wish(*, retailer: str, language: str | None, ids: str, effective: str | None) -> Wish:
    if not ids.isascii() or not ids.isalnum() or not ids[:1].isalpha():
        raise Ended(
            f"`{ids}` begins no clause id",
            "write letters and digits, a letter first",
            code=WRONG_USE,
        )
    return Wish(
        retailer=" ".join(retailer.split()),
        language=language or "",
        ids=ids,
        effective=_day(effective) if effective else None,
        today=today(),
    )


def _day(written: str) -> date:
    day = read_day(written)
    if day is None:
        raise Ended(
            f"`{written}` is no day that a policy can begin on",
            "write a day such as `2026-01-31`",
            code=WRONG_USE,
        )
    return day


def summary(drafted: Draft) -> Iterator[str]:
    """Yield what was drafted, and what was not understood."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in drafted.kinds.items())
    clauses, rules = _counted(drafted.clauses, "clause"), _counted(drafted.rules, "drafted rule")
    yield f"{clauses}, {rules}: {kinds}"
    if drafted.plain:
        yield f"prose alone, nothing in it understood: {_named(drafted.plain)}"
    if drafted.aimless:
        yield f"a legal basis in no block, its purpose not understood: {_named(drafted.aimless)}"
    if drafted.unclocked:
        yield f"prose alone, no event to count from: {_counted(drafted.unclocked, 'period')}"
    yield "a draft permits nothing: read each block against its text, then take `draft: true` out"


def _onward(drafted: Draft, to: Path | None) -> Iterator[str]:
    """Yield what the draft still lacks to be published, and where it was written."""
    roles = f", `as:` in {_counted(drafted.roleless, 'block')} `recipient`"
    yield f"to be published it also needs: a block `region`{roles if drafted.roleless else ''}"
    if to is not None:
        yield f"written to {to}; `placket check --as-published {to}` says where the text breaks"


def _named(clauses: Sequence[str]) -> str:
    return f"{_counted(len(clauses), 'clause')}, {', '.join(clauses)}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"


def _as_plain(drafted: Draft, to: Path | None) -> dict[str, Any]:
    counts = {
        "clauses": drafted.clauses,
        "rules": drafted.rules,
        "kinds": drafted.kinds,
        "prose_alone": len(drafted.plain),
        "prose_alone_in": list(drafted.plain),
        "basis_without_purpose_in": list(drafted.aimless),
        "periods_without_clock": drafted.unclocked,
        "recipients_without_role": drafted.roleless,
    }
    whole = {} if to else {"policy": drafted.text}
    return {"retailer": drafted.retailer, "language": drafted.language, **counts, **whole}
