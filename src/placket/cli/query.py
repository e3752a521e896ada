"""`placket query`: a query by hand, rewritten onto the purpose views of an activity, and run."""

from __future__ import annotations

import csv
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.console import Console
from rich.table import Table

from placket.cli.bar import bar, waiting
from placket.cli.installation import open_installation
from placket.cli.options import Id, config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.cli.source import source_of
from placket.cli.words import expect_activity, expect_channel
from placket.decide.question import Question
from placket.gate.queries import rewrite_query, run_query
from placket.gate.views import SourceViews
from placket.sources.rewriting import Refused
from placket.sources.rewriting.parsing import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from placket.sources.querying import Read
    from placket.sources.rewriting import Rewritten

MOST: Final = 1_000_000
"""Rows that one query may show: they are held until it is recorded whose they are."""

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\0")


@click.command("query")
@click.argument("activity")
@click.argument("sql", required=False)
@click.option("--source", "name", required=True, metavar="NAME", help="A source of the settings.")
@click.option("--channel", default="", help="The channel, such as `email`.")
@click.option("--file", type=click.Path(path_type=Path), help="Read the query from this file.")
@click.option("--run", "is_run", is_flag=True, help="Run it, and record whose data it used.")
@click.option("--table", "as_table", is_flag=True, help="Show the rows as a table, not as CSV.")
@click.option(
    "--rows",
    type=click.IntRange(1, MOST),
    default=10_000,
    show_default=True,
    help="Show so many rows at most.",
)
@click.option("--by", type=Id(), default="cli", show_default=True, help="Who asks, by an id.")
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    activity: str,
    *,
    sql: str | None,
    name: str,
    channel: str,
    file: Path | None,
    is_run: bool,
    as_table: bool,
    rows: int,
    by: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """Rewrite a query onto the views of what ACTIVITY may use; print it, or run it.

    SQL names the shop's own tables; `-` reads it from standard input. It is refused, with the
    reason, where it asks for more than the views show. With --run its rows are shown once it
    is recorded that data of everybody in the views were used. Exit code 1 when it is refused.
    """
    text = _text(sql, file)
    with open_installation(config) as gate:
        expect_activity(gate.policy, activity)
        expect_channel(channel)
        source_of(gate.settings, name)
        question = Question(activity=activity, channel=channel)
        with closing(SourceViews(gate=gate, name=name)) as views:
            found = rewrite_query(views, question, text)
            if isinstance(found, Refused):
                return _refused(found, as_json=as_json)
            if not is_run:
                return _told(found, as_json=as_json)
            read = _run(views, question, found, most_rows=rows, by=by)
    _show(read, found, as_json=as_json, as_table=as_table)
    return DONE


def _run(
    views: SourceViews, question: Question, found: Rewritten, *, most_rows: int, by: str
) -> Read:
    with waiting("asking the shop") as asked, bar("recording whose data it used") as told:

        def progress(done: int, total: int) -> None:
            asked()
            told(done, total)

        return run_query(views, question, found, most_rows=most_rows, by=by, progress=progress)


def _text(sql: str | None, file: Path | None) -> str:
    """Return the query, from where it is written; no way or two ways end the command."""
    if (sql is None) == (file is None):
        raise Ended(
            "there is no query, or there are two",
            "write the SQL, or `--file`, or `-` for standard input",
            code=WRONG_USE,
        )
    try:
        if file is not None:
            with file.open(encoding="utf-8-sig") as stream:
                return stream.read(LONGEST + 1)
        return sys.stdin.read(LONGEST + 1) if sql == "-" and sys.stdin else str(sql)
    except UnicodeDecodeError:
        raise Ended("the query is not text in UTF-8", "write it as UTF-8", code=WRONG_USE) from None


def _refused(found: Refused, *, as_json: bool) -> int:
    if as_json:
        write_json({"refused": [asdict(each) for each in found.refusals], "reads": found.reads})
        return PROBLEMS
    for each in found.refusals:
        place = f"{each.line}:{each.column}: " if each.line else ""
        click.echo(f"{place}{each.sentence}\n  mend: {each.mend}", err=True)
    return PROBLEMS


def _told(found: Rewritten, *, as_json: bool) -> int:
    if as_json:
        write_json({"sql": found.sql, "views": _names(found), "data": list(found.data)})
    else:
        click.echo(found.sql)
    return DONE


def _names(found: Rewritten) -> list[str]:
    return [view.name for view in found.views]


def _show(read: Read, found: Rewritten, *, as_json: bool, as_table: bool) -> None:
    if as_json:
        plain = {"sql": found.sql, "views": _names(found), "data": list(found.data)}
        rows = [[_plain(value) for value in row] for row in read.rows]
        whole = {"columns": list(read.columns), "rows": rows, "is_cut": read.is_cut}
        write_json({**plain, **whole, "persons": len(read.persons)})
        return
    if as_table:
        _show_table(read)
    else:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_cell(name) for name in read.columns)
        writer.writerows(_cells(read.rows))
    if read.is_cut:
        click.echo(f"only the first {len(read.rows):,} rows; more with `--rows`", err=True)


def _show_table(read: Read) -> None:
    table = Table(*read.columns)
    for row in read.rows:
        table.add_row(*("" if value is None else _shown(str(value)) for value in row))
    Console(markup=False, highlight=False).print(table)


def _shown(text: str) -> str:
    """Return a text without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _cells(rows: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_cell(value) for value in row]


def _cell(value: object) -> object:
    """Return a value as CSV may hold it: a text that a spreadsheet would carry out is fenced."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _plain(value: object) -> object:
    """Return a value as JSON holds it: what it has no kind for as text."""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
