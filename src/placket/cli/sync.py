"""`placket sync`: turn the rows of a source into facts, once each."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import click

from placket.cli.bar import bars
from placket.cli.check import show
from placket.cli.installation import open_installation
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, REFUSED, Ended, write_json
from placket.cli.source import catalogue_of, connected, schema_of, source_of
from placket.gate.in_force import LOADING
from placket.gate.views import SourceViews
from placket.problems import Severity
from placket.sources.checks import check_all
from placket.sources.sync import SyncSummary, TableSummary, sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Engine

    from placket.catalogue import Catalogue
    from placket.gate.gate import Gate

LEFT: Final = {
    "later": "of the future",
    "nobody": "of nobody",
    "unreadable": "unreadable",
    "suppressed": "of erased persons",
}
"""Why rows told nothing, in words, by the summary's name."""


@click.command("sync")
@click.option("--source", "name", required=True, metavar="NAME", help="A source of the settings.")
@click.option("--all", "everything", is_flag=True, help="Read all rows, not only what changed.")
@config_option
@json_option
def command(name: str, *, everything: bool, config: Path | None, as_json: bool) -> int:
    """Turn the rows of a source into facts, once each, however often it is run.

    A run that was killed is run again. Exit code 3 when catalogue and database differ.
    """
    with open_installation(config) as gate:
        source = source_of(gate.settings, name)
        catalogue = catalogue_of(source)
        with connected(source) as engine:
            expect_fit(catalogue, name, engine, source.catalogue)
            summary = run(gate, catalogue, name, engine, everything=everything)
        refresh_views(gate, name)
    if as_json:
        write_json({**asdict(summary), "told": summary.told})
    else:
        _tell(summary)
    return DONE


ERASING_ALONE: Final = frozenset({"C205", "C206"})
"""Errors of what an erasure would do to a row: a sync only reads, so they do not stop it."""


def expect_fit(catalogue: Catalogue, name: str, engine: Engine, file: Path) -> None:
    """End the command when the catalogue has an error that a reading of rows would meet."""
    found = check_all(catalogue, {name: schema_of(engine)})
    errors = [
        problem
        for problem in found
        if problem.severity is Severity.ERROR and problem.code not in ERASING_ALONE
    ]
    if errors:
        show(errors, file.read_text(encoding="utf-8-sig").split("\n"), to_error_stream=True)
        raise Ended(
            "catalogue and database differ; nothing was read",
            f"mend {file}, then run the sync again",
            code=REFUSED,
        )


def run(
    gate: Gate, catalogue: Catalogue, name: str, engine: Engine, *, everything: bool = False
) -> SyncSummary:
    """Sync one source into the ledger from where the last run ended; return what it told."""
    source = catalogue.source(name)
    slots = {f"sync:{name}:{table.name}": table.name for table in source.tables} if source else {}
    marks = {} if everything else gate.remembered(slots)
    with bars() as progress, _loading(gate, progress):
        summary = sync(
            catalogue,
            name,
            engine,
            gate,
            now=gate.now(),
            policy_version=gate.versions.version_at,
            secret=gate.keys.hmac_key,
            known={slots[slot]: mark for slot, mark in marks.items()},
            progress=progress,
        )
    # Marks come last: a run that is killed before is read again, and tells nothing twice.
    gate.remember({f"sync:{name}:{at}": mark for at, mark in summary.watermarks().items()})
    gate.sequence()
    return summary


def _loading(gate: Gate, progress: Callable[[str, int, int], None]) -> AbstractContextManager[None]:
    """Return what folds everybody once at the end of a first sync; later ones fold as they go.

    One that was killed is a first sync still.
    """
    is_first = next(gate.ledger.persons(), None) is None
    if not (is_first or gate.remembered([LOADING]).get(LOADING)):
        return nullcontext()
    return gate.in_force.loading(lambda done, total: progress("building standing", done, total))


def refresh_views(gate: Gate, name: str) -> None:
    """Bring the standing that the source's views read up to date; nothing without views."""
    with closing(SourceViews(gate=gate, name=name)) as views, bars() as progress:
        views.refresh(progress=progress)


def _tell(summary: SyncSummary) -> None:
    width = max((len(table.table) for table in summary.tables), default=0)
    for table in summary.tables:
        if table.rows:
            click.echo(f"{table.table:<{width}}  {_line(table)}")
    linked = f", {summary.linked:,} persons linked" if summary.linked else ""
    click.echo(f"{summary.told:,} new facts{linked}")


def _line(table: TableSummary) -> str:
    left = {words: getattr(table, name) for name, words in LEFT.items()}
    parts = [f"{table.rows:,} rows", f"{table.told:,} told", f"{table.known:,} known"]
    return ", ".join([*parts, *(f"{n:,} {words}" for words, n in left.items() if n)])
