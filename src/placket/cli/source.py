"""A connected source as a command reaches it: its settings, catalogue, schema and database."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from placket.catalogue import parse
from placket.cli.outcome import REFUSED, WRONG_USE, Ended
from placket.problems import has_errors
from placket.sources.connect import open_source
from placket.sources.reflect import reflect
from placket.sources.trees import own_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from placket.catalogue import Catalogue, Parsed, Schema
    from placket.settings import Settings, SourceSettings


def source_of(settings: Settings, name: str) -> SourceSettings:
    """Return the settings of a source; an unknown one ends the command."""
    found = settings.sources.get(name)
    if found is None:
        known = ", ".join(f"`{known}`" for known in settings.sources)
        mend = f"the settings name {known}" if known else f"add `[sources.{name}]` to the settings"
        raise Ended(f"the settings have no source `{name}`", mend, code=WRONG_USE)
    return found


def read_catalogue(file: Path) -> Parsed:
    """Return the catalogue in `file` with the problems of its form."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise Ended(
            f"{file} cannot be read: {str(fault.strerror).lower()}",
            "name a catalogue, or let `placket discover URL` draft one",
            code=WRONG_USE,
        ) from fault
    except UnicodeDecodeError as fault:
        raise Ended(f"{file} is not text in UTF-8", "save it as UTF-8", code=WRONG_USE) from fault
    return parse(text, str(file))


def catalogue_of(source: SourceSettings) -> Catalogue:
    """Return the catalogue of a source; one with an error in its form ends the command."""
    parsed = read_catalogue(source.catalogue)
    if parsed.catalogue is None or has_errors(parsed.problems):
        raise Ended(
            f"{source.catalogue} has problems",
            f"see `placket catalogue check {source.catalogue}`",
            code=REFUSED,
        )
    return parsed.catalogue


def schema_of(engine: Engine) -> Schema:
    """Return the schema of a source without Placket's own tables, which no catalogue names."""
    found = reflect(engine)
    own = own_name("")
    return replace(found, tables=tuple(t for t in found.tables if not t.name.startswith(own)))


@contextmanager
def connected(source: SourceSettings) -> Iterator[Engine]:
    """Yield the source's database, let go of at the end. Raises what `open_source` does."""
    engine = open_source(source.url, reads_only=True)
    try:
        yield engine
    finally:
        engine.dispose()
