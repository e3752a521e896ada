"""`placket eligible`: list or count whom an activity may address, and tell why not the others."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.cli.installation import instant_of, open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, WRONG_USE, Ended, write_json
from placket.cli.words import expect_activity, expect_channel
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.decide.sql import DIALECTS, count_eligible, funnel, select_eligible
from placket.gate.instants import rfc3339
from placket.gate.words import filled
from placket.sources.durable import put_in_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from placket.gate.answers import Funnel, Lost
    from placket.gate.gate import Gate

_QUERIES: Final = {None: select_eligible, "count": count_eligible, "why": funnel}
_LINE_LIMIT: Final = 4096
_PERSON: Final = re.compile(rb"p_[0-9a-z]+\n")


@click.command("eligible")
@click.argument("activity")
@click.option("--channel", default="", help="The channel, such as `email`.")
@click.option("--at", metavar="WHEN", help="Who was then: `2026-11-24` or RFC 3339.")
@click.option("--count", "form", flag_value="count", help="Only how many.")
@click.option("--why", "form", flag_value="why", help="How many, and a row per reason lost.")
@click.option("--sql", "dialect", type=click.Choice(DIALECTS), help="Print the query instead.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the ids to this file.")
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    activity: str,
    *,
    channel: str,
    at: str | None,
    form: str | None,
    dialect: str | None,
    out: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """List the persons whom ACTIVITY may address now, one id a line.

    With --at every history is folded anew as of then, which takes its time. --sql prints the
    query in a dialect, for a copy of the ledger's standing elsewhere; nobody is asked then.
    """
    if dialect is not None:
        _expect_no_list({"--at": at, "--out": out, "--json": as_json})
    if form == "why" and at is not None:
        raise Ended("`--why` answers for now alone", "leave `--at` out", code=WRONG_USE)
    with open_installation(config) as gate:
        expect_activity(gate.policy, activity)
        expect_channel(channel)
        asked = Question(activity=activity, channel=channel)
        moment = instant_of(gate, at)
        if dialect is not None:
            _tell_sql(gate, asked, form, dialect)
        elif form == "why":
            _tell_why(gate.funnel(asked), as_json=as_json)
        elif form == "count":
            _tell_count(gate, asked, moment, as_json=as_json)
        elif out is not None:
            expect_room(out)
            _write_out(out, gate.eligible(asked, at=moment), as_json=as_json)
        else:
            _tell_all(gate.eligible(asked, at=moment), as_json=as_json)
    return DONE


def _expect_no_list(given: Mapping[str, object]) -> None:
    """End the command when an option is given that only a list takes."""
    for option, value in given.items():
        if value:
            raise Ended(
                f"`--sql` prints a query and asks nobody, so `{option}` says nothing",
                f"leave `{option}` out",
                code=WRONG_USE,
            )


def _tell_sql(gate: Gate, asked: Question, form: str | None, dialect: str) -> None:
    layout, prepared = gate.layout, prepare(gate.policy, gate.known(asked))
    query = _QUERIES[form](prepared, layout)
    click.echo(f"-- tables: {layout.wide}, a row for each person; {layout.marks}, rare states")
    click.echo("-- parameter: now, the instant in microseconds UTC")
    click.echo(f"{query.sql(dialect=dialect, pretty=True)};")


def _tell_count(gate: Gate, asked: Question, at: int | None, *, as_json: bool) -> None:
    permitted = gate.count(asked, at=at)
    if as_json:
        moment = rfc3339(gate.now() if at is None else at)
        plain = {"activity": asked.activity, "channel": asked.channel, "at": moment}
        write_json({**plain, "permitted": permitted})
    else:
        click.echo(f"{permitted}")


def _tell_all(persons: Iterable[str], *, as_json: bool) -> None:
    """Write each id as it comes; as JSON, a list that is written while it is read."""
    if not as_json:
        for person in persons:
            click.echo(person)
        return
    gap = ""
    click.echo("[", nl=False)
    for person in persons:
        click.echo(f"{gap}\n  {json.dumps(person)}", nl=False)
        gap = ","
    click.echo("\n]" if gap else "]")


def _write_out(out: Path, persons: Iterable[str], *, as_json: bool) -> None:
    written = write_lines(out, persons)
    if as_json:
        write_json({"file": str(out), "permitted": written})
    else:
        click.echo(f"{written:,} ids written to {out}")


def expect_room(out: Path) -> None:
    """End the command when `out` is something else than a list: a ledger, a key, a folder."""
    if not out.exists() and not out.is_symlink():
        return
    if out.is_file() and not out.is_symlink():
        with out.open("rb") as stream:
            first = stream.readline(_LINE_LIMIT)
        if not first or _PERSON.fullmatch(first):
            return
    raise Ended(
        "something else than a list of ids has this name already",
        "name another file",
        code=WRONG_USE,
    )


def write_lines(out: Path, lines: Iterable[str]) -> int:
    """Write `lines` to `out` whole or not at all, for its owner alone; return how many."""
    opened, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    part, count = Path(name), 0
    try:
        with os.fdopen(opened, "w", encoding="utf-8") as stream:
            for line in lines:
                stream.write(f"{line}\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        put_in_place(part, out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return count


def _tell_why(found: Funnel, *, as_json: bool) -> None:
    if as_json:
        write_json({**asdict(found), "at": rfc3339(found.at)})
        return
    by = f" by {found.channel}" if found.channel else ""
    click.echo(f"{found.activity}{by}: {found.permitted:,} of {found.persons:,} may be addressed")
    if not found.persons:
        click.echo("the ledger knows nobody yet: placket sync --source NAME")
    rows = [_row(lost) for lost in found.lost]
    wide = max((len(head) for _, head, _ in rows), default=0)
    for persons, head, changes in rows:
        click.echo(f"{persons:>10,}  {head:<{wide}}")
        for line in filled(changes, indent=" " * 12):
            click.echo(line)


def _row(lost: Lost) -> tuple[int, str, str]:
    clause = f"  {lost.clause}" if lost.clause else ""
    return lost.persons, f"{lost.code}{clause}", f"until {lost.changes_when}"
