"""Scan the connected sources for a person, and say what was found and what was not read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from placket.plan.scanned import Scanned, Unread
from placket.scan.files import NoFolder, scan_folder
from placket.scan.looking import Look
from placket.scan.needles import needles_of
from placket.scan.stores import scan_store
from placket.scan.tables import scan_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from placket.identity import Identifier
    from placket.scan.stores import Store

AWAY: Final = "the source cannot be reached"


def unheard(_source: str, _done: int, _total: int) -> None:
    """Tell nobody how far a scan is."""


def scan(
    sources: Mapping[str, Engine | Path | Store],
    identifiers: Iterable[Identifier],
    *,
    written: Iterable[str] = (),
    key: bytes = b"",
    progress: Callable[[str, int, int], None] = unheard,
) -> Scanned:
    """Return what the sources hold of a person, read anew without any catalogue.

    sources: databases, folders and object stores by name. written: the identifiers as the person
    wrote them, `kind:value`. key: of the installation's keyed hash. A source that is away is
    unread, so that the result is partial. Nothing returned, raised or logged holds a personal
    value.
    """
    look = Look(needles_of(identifiers, written=written, key=key))
    found = [_scanned(name, source, look, progress) for name, source in sources.items()]
    return Scanned(
        probes=tuple(probe for each in found for probe in each.probes),
        findings=tuple(finding for each in found for finding in each.findings),
        unread=tuple(unread for each in found for unread in each.unread),
    )


def _scanned(
    name: str,
    source: Engine | Path | Store,
    look: Look,
    progress: Callable[[str, int, int], None],
) -> Scanned:
    try:
        if isinstance(source, Path):
            return scan_folder(name, source, look, progress=progress)
        if isinstance(source, Engine):
            return scan_database(name, source, look, progress=progress)
        return scan_store(name, source, look, progress=progress)
    except (DBAPIError, NoFolder):
        # The driver's words may repeat a value: they are not told.
        return Scanned(unread=(Unread(where=name, why=AWAY),))
