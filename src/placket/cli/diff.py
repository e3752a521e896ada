"""`placket diff`: what a policy changes of another, and with a ledger for whom."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.cli.bar import bar, bars
from placket.cli.check import load_file
from placket.cli.differing import as_plain, lines_of, persons_lines
from placket.cli.eligible import expect_room, write_lines
from placket.cli.options import config_option, json_option
from placket.cli.outcome import DONE, PROBLEMS, WRONG_USE, Ended, write_json
from placket.gate.concerned import Concerned, concerned
from placket.gate.differing import PersonsChange, persons_change
from placket.gate.opening import UTC_ZONE, open_gate
from placket.law.calendar import date_of
from placket.policy.diff import Difference, compare
from placket.policy.load import Loaded, bind
from placket.policy.parse import parse
from placket.settings import Settings, policy_file, read_settings
from placket.store.opening import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.policy.parse import Document

_TOLD: Final = "told"
_ASKED: Final = "asked"


@click.command("diff")
@click.argument("old")
@click.argument("new")
@click.option(
    "--url",
    default="",
    help="The ledger: tell for whom too; the keyring is the one of the settings.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write the ids of those who are told, or asked, to this file.",
)
@click.option(
    "--of",
    "whose",
    type=click.Choice((_TOLD, _ASKED)),
    default=_TOLD,
    show_default=True,
    help="Whose ids are written with `--out`.",
)
@config_option
@json_option
def command(  # noqa: PLR0913 - one parameter an option
    old: str,
    new: str,
    *,
    url: str,
    out: Path | None,
    whose: str,
    config: Path | None,
    as_json: bool,
) -> int:
    """Tell what NEW changes of OLD: a policy, its folder, or a version that was published.

    With --url also for whom: every history is folded under what is not in force, in tables that
    go again; what the ledger answers meanwhile does not change.
    """
    settings = read_settings(config)
    if url:
        settings = replace(settings, ledger=url if "://" in url else str(Path(url).resolve()))
    if out is not None:
        if not url:
            raise Ended("a list needs the ledger", "name it with `--url`", code=WRONG_USE)
        expect_room(out)
    before, after = (_document(name, settings, runs=bool(url)) for name in (old, new))
    difference = compare(before, after)
    found = _for_whom(settings, before, after, out, whose) if url else None
    if as_json:
        persons = {} if found is None else {"for_whom": asdict(found[0]), "written": found[1]}
        write_json({**as_plain(difference), **persons})
        return DONE
    _show(difference, found, out)
    return DONE


def _show(
    difference: Difference, found: tuple[PersonsChange, int] | None, out: Path | None
) -> None:
    for line in lines_of(difference):
        click.echo(line)
    if found is not None:
        for line in persons_lines(found[0]):
            click.echo(line)
        if out is not None:
            click.echo(f"{found[1]:,} ids written to {out}")


def _document(name: str, settings: Settings, *, runs: bool) -> Document:
    """Return the policy of a file, a folder or a published version.

    runs: one with errors ends the command; else only one that does not read.
    """
    path = Path(name)
    if path.exists():
        return _expect(load_file(path), name, runs=runs)
    texts = _published(settings, is_named=runs)
    if name not in texts:
        raise Ended(
            f"`{name}` is no file, no folder and no version that was published",
            "name a policy.md or its folder; `placket policy list` shows the versions",
            code=WRONG_USE,
        )
    document = parse(texts[name], f"policy {name}").document
    if document is None:
        raise AssertionError("a published policy was checked before it was kept")
    return document


def _expect(loaded: Loaded, name: str, *, runs: bool) -> Document:
    if loaded.document is None or (runs and loaded.policy is None):
        fault = "has errors" if loaded.document else "does not read"
        raise Ended(f"{policy_file(Path(name))} {fault}", f"placket check {name}", code=PROBLEMS)
    return loaded.document


def _published(settings: Settings, *, is_named: bool) -> dict[str, str]:
    """Return the text of each published version; none where nobody named the missing ledger."""
    location = settings.location(settings.ledger)
    if not is_named and "://" not in location and not Path(location).exists():
        return {}
    ledger = open_ledger(location)
    try:
        return {kept.version: kept.text for kept in ledger.policies()}
    finally:
        ledger.close()


def _for_whom(
    settings: Settings, old: Document, new: Document, out: Path | None, whose: str
) -> tuple[PersonsChange, int]:
    """Return for whom the policies differ, and how many ids were written to `out`."""
    with bar("building standing") as progress:
        gate = open_gate(settings, progress=progress)
    with gate:
        before, after = (_bound(gate, document) for document in (old, new))
        with (
            bars() as told,
            concerned(gate, before, after, progress=partial(told, "folding everybody")) as asked,
        ):
            found = persons_change(asked, gate=gate, progress=partial(told, "asking"))
            written = 0 if out is None else write_lines(out, _listed(asked, whose))
    return found, written


def _bound(gate: Gate, document: Document) -> Policy:
    return bind(document, on=date_of(gate.now(), UTC_ZONE))


def _listed(asked: Concerned, whose: str) -> Iterator[str]:
    return asked.list_asked() if whose == _ASKED else asked.list_told()
