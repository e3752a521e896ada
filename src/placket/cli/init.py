"""`placket init`: make an installation, and draft catalogue and policy from a schema."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from placket.catalogue import Catalogue, Schema, parse
from placket.cli.options import json_option
from placket.cli.outcome import DONE, REFUSED, WRONG_USE, Ended, write_json
from placket.cli.source import schema_of
from placket.gate.opening import create_gate
from placket.keyring.refusals import KeyringExists
from placket.settings import FILE, Settings, SourceSettings, write_settings
from placket.sources.connect import open_source, parse_url
from placket.sources.draft import draft_catalogue
from placket.sources.durable import write_whole
from placket.sources.starter import starter_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

CATALOGUE: Final = "catalogue.yaml"
POLICY: Final = "policy.md"
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_IN_FILES: Final = frozenset({"sqlite", "duckdb"})


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--source", metavar="URL", help="The shop's database, read for a first catalogue.")
@click.option("--name", default="shop", show_default=True, help="The source's name.")
@click.option("--retailer", default="", help="The retailer, as shoppers know it.")
@click.option("--ledger", default="", metavar="URL", help="The ledger; default a SQLite file.")
@click.option("--keyring", default="", metavar="URL", help="The keyring; default a SQLite file.")
@json_option
def command(**options: object) -> int:
    """Make an installation in FOLDER: settings, ledger, keyring and its key file.

    With --source, the schema is read, and a catalogue and a starter policy are drafted from it.
    No file is overwritten, and nothing is published.
    """
    as_json = bool(options.pop("as_json"))
    wanted = Wanted(**options)  # type: ignore[arg-type]  # click gives what the options say
    wanted.expect_room()
    schema = read_schema(wanted.source) if wanted.source else None
    made = make(wanted, schema)
    if as_json:
        write_json({"folder": str(wanted.folder), **made.as_plain()})
    else:
        _tell(wanted, made)
    return DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What `init` was asked for."""

    folder: Path
    source: str | None
    name: str
    retailer: str
    ledger: str
    keyring: str

    def expect_room(self) -> None:
        """End the command when the name is none, or an installation is here already."""
        if not _NAME.fullmatch(self.name):
            raise Ended(
                "a source's name has small letters, digits and `_`, a letter first",
                "write one such as `--name shop`",
                code=WRONG_USE,
            )
        if (self.folder / FILE).exists():
            raise Ended(
                f"{self.folder / FILE} is here already; nothing was changed",
                "name another folder",
                code=REFUSED,
            )

    @property
    def settings(self) -> Settings:
        """Return the settings to be written."""
        given = {"ledger": self.ledger, "keyring": self.keyring}
        written = {key: value for key, value in given.items() if value}
        sources = {}
        if self.source:
            url = _from_folder(self.source, self.folder)
            sources[self.name] = SourceSettings(url=url, catalogue=Path(CATALOGUE))
        return Settings(folder=self.folder, sources=sources, **written)  # type: ignore[arg-type]  # two texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The files that were made, those that were there before, and what the draft guessed."""

    made: tuple[str, ...]
    kept: tuple[str, ...]
    tables: int
    persons: tuple[str, ...]

    def as_plain(self) -> dict[str, object]:
        """Return it as JSON shows it."""
        return {name: getattr(self, name) for name in self.__slots__}


def read_schema(url: str) -> Schema:
    """Return the schema of the database at `url`. Raises what `open_source` does."""
    engine = open_source(url, reads_only=True)
    try:
        return schema_of(engine)
    finally:
        engine.dispose()


def make(wanted: Wanted, schema: Schema | None) -> Made:
    """Make the installation; the settings come last, so that a killed run leaves none behind."""
    wanted.folder.mkdir(parents=True, exist_ok=True)
    settings, drafted = wanted.settings, _drafts(wanted, schema)
    names = (FILE, settings.ledger, settings.keyring, settings.key_file, *drafted)
    kept = tuple(name for name in names if (wanted.folder / name).exists())
    try:
        create_gate(settings).close()
    except KeyringExists:
        # There are no settings, or the command had ended before.
        raise Ended(
            "a keyring that is in use stands here already, without its settings",
            f"bring {FILE} back, or name another folder",
            code=REFUSED,
        ) from None
    for name, text in drafted.items():
        _write_new(wanted.folder / name, text)
    _write_new(wanted.folder / FILE, write_settings(settings), mode=0o600)
    catalogue = _parsed(drafted.get(CATALOGUE))
    there = (name for name in names if (wanted.folder / name).exists())
    return Made(
        made=tuple(name for name in there if name not in kept),
        kept=kept,
        tables=len(schema.tables) if schema else 0,
        persons=tuple(table.name for _, table in catalogue.tables() if table.subject),
    )


def _drafts(wanted: Wanted, schema: Schema | None) -> Mapping[str, str]:
    """Return the text of each document to be drafted, by its name."""
    found: dict[str, str] = {}
    if schema is not None:
        found[CATALOGUE] = draft_catalogue(schema, name=wanted.name, source=wanted.name)
    retailer = wanted.retailer or wanted.name.replace("_", " ").title()
    catalogue = _parsed(found.get(CATALOGUE))
    today = datetime.now(UTC).date()
    return {**found, POLICY: starter_policy(catalogue, retailer, effective=today)}


def _parsed(text: str | None) -> Catalogue:
    parsed = parse(text).catalogue if text is not None else None
    return parsed if parsed is not None else Catalogue(name="", sources=())


def _write_new(file: Path, text: str, *, mode: int = 0o644) -> None:
    """Write a file where there is none; what is there stays as it is."""
    if not os.path.lexists(file):
        write_whole(file, text.encode(), mode=mode)


def _from_folder(url: str, folder: Path) -> str:
    """Return the URL as the settings in `folder` write it: a file's path counts from there."""
    address = parse_url(url)
    path = address.database
    kind = address.get_backend_name()
    if kind not in _IN_FILES or not path or path.startswith(("/", "file:", ":")):
        return url
    return f"{kind}:///{os.path.relpath(path, folder)}"


def _tell(wanted: Wanted, made: Made) -> None:
    click.echo(f"made in {wanted.folder.resolve().name}/: {', '.join(made.made)}")
    if made.kept:
        click.echo(f"kept as they were: {', '.join(made.kept)}")
    if wanted.source:
        named = ", ".join(made.persons) or "none was recognised"
        click.echo(f"read {made.tables} tables; rows that are persons: {named}")
    click.echo("\nNothing is published, and nothing was copied from the database. Next:")
    for line in _next(wanted):
        click.echo(f"  {line}")


def _next(wanted: Wanted) -> list[str]:
    cd = [] if wanted.folder.resolve() == Path.cwd() else [f"cd {wanted.folder}"]
    lines = [*cd]
    if wanted.source:
        lines += [
            f"look at {CATALOGUE}: each `confirm` marks a guess",
            "placket catalogue check",
        ]
    lines += [f"look at {POLICY}: make each clause say what the shop does"]
    lines += [f"placket check {POLICY}", f"placket policy publish {POLICY}"]
    return [*lines, f"placket sync --source {wanted.name}"] if wanted.source else lines
