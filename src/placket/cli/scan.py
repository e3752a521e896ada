"""`placket scan`: read every connected source again for a person, without the catalogue."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from sqlalchemy import Engine

from placket.cli.bar import bars
from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option, subject_of
from placket.cli.outcome import DONE, PROBLEMS, REFUSED, WRONG_USE, Ended, write_json
from placket.cli.source import source_of
from placket.gate.words import GLYPHS
from placket.plan.scanned import Scanned, Unread
from placket.scan.files import SCHEME, folder_of
from placket.scan.scan import AWAY, scan
from placket.sources.connect import DriverMissing, SourceUnreachable, open_source
from placket.sources.files import open_store, read_credentials

if TYPE_CHECKING:
    from collections.abc import Sequence

    from placket.gate.gate import Gate
    from placket.settings import Settings, SourceSettings
    from placket.sources.stores import Store

_CODES: Final = {"clean": DONE, "found": PROBLEMS, "partial": REFUSED}


@click.command("scan")
@click.option(
    "--subject",
    "subjects",
    required=True,
    multiple=True,
    metavar="KIND:VALUE",
    help="Whom to look for, such as `email:ada@example.org`; `-` reads it from standard input."
    " May be given again for each identifier.",
)
@click.option("--source", "name", metavar="NAME", help="This source alone; default all.")
@config_option
@json_option
def command(
    subjects: tuple[str, ...], *, name: str | None, config: Path | None, as_json: bool
) -> int:
    """Read every connected source again for a person, without the catalogue.

    Exit code 0 when everything was read and nothing found, 1 when something was found, 3 when
    something could not be read.
    """
    with open_installation(config) as gate, ExitStack() as opened:
        names = _names(gate.settings, name)
        written = [subject_of(subject) for subject in subjects]
        reached, away = _reached(gate.settings, names, opened)
        found = _scanned(gate, reached, written)
    found = Scanned(probes=found.probes, findings=found.findings, unread=(*away, *found.unread))
    if as_json:
        write_json({"outcome": found.outcome, **asdict(found)})
    else:
        click.echo("\n".join(_lines(found)))
    return _CODES[found.outcome]


def _names(settings: Settings, name: str | None) -> tuple[str, ...]:
    if name is not None:
        source_of(settings, name)
        return (name,)
    if not settings.sources:
        raise Ended(
            "the settings name no source",
            "add `[sources.NAME]` to the settings",
            code=WRONG_USE,
        )
    return tuple(settings.sources)


def _reached(
    settings: Settings, names: Sequence[str], opened: ExitStack
) -> tuple[dict[str, Engine | Path | Store], list[Unread]]:
    """Return the sources that answer, and the others as unread.

    Raises SourceUnreachable, or DriverMissing, when none does.
    """
    reached: dict[str, Engine | Path | Store] = {}
    away: list[Unread] = []
    for name in names:
        try:
            reached[name] = _way_to(settings.sources[name])
        except (SourceUnreachable, DriverMissing):
            if len(names) == 1:
                raise
            away.append(Unread(where=name, why=AWAY))
    for source in reached.values():
        if not isinstance(source, Path):
            opened.callback(source.dispose if isinstance(source, Engine) else source.close)
    return reached, away


def _way_to(source: SourceSettings) -> Engine | Path | Store:
    if source.url.startswith(SCHEME):
        return folder_of(source.url)
    if not source.is_store:
        return open_source(source.url, reads_only=True)
    who = read_credentials(source.secret_file, source.region)
    return open_store(source.url, endpoint=source.endpoint, who=who)


def _scanned(
    gate: Gate, sources: dict[str, Engine | Path | Store], written: Sequence[str]
) -> Scanned:
    identifiers = [gate.identifier(subject) for subject in written]
    with bars() as progress:
        return scan(
            sources,
            identifiers,
            written=written,
            key=gate.keys.hmac_key,
            progress=lambda source, done, total: progress(f"reading {source}", done, total),
        )


def _lines(found: Scanned) -> list[str]:
    places = f"{len(found.probes):,} places, {found.rows:,} rows and files"
    head = {
        "found": f"{GLYPHS['deny']} found",
        "partial": f"{GLYPHS['deny']} partial",
        "clean": f"{GLYPHS['permit']} not found",
    }[found.outcome]
    return [
        f"{head}: {places} read",
        *(f"  {each.where}: {each.form}, {_times(each.count)}" for each in found.findings),
        *(f"  not read: {each.where}: {_why(each)}" for each in found.unread),
    ]


def _why(each: Unread) -> str:
    return each.why if each.count == 1 else f"{each.why}, {_times(each.count)}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
