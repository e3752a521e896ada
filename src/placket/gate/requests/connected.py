"""Every connected source at once: one catalogue of them all, and a way to reach each."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from placket.catalogue import Catalogue
from placket.gate.views import SourceViews
from placket.sources.connect import SourceUnreachable
from placket.sources.files import open_store, read_credentials
from placket.sources.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sqlalchemy import Engine

    from placket.gate.gate import Gate
    from placket.settings import SourceSettings
    from placket.sources.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The sources that are set: databases, and stores of files.

    silent: those that did not answer, each with why.
    """

    catalogue: Catalogue
    engines: Mapping[str, Engine] = field(repr=False)
    stores: Mapping[str, Store] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    silent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def readable(self) -> Mapping[str, Engine | Path | Store]:
        """Return what the independent scan reads: a folder as it is, without our way to it."""
        stores = {n: s.root if isinstance(s, Folder) else s for n, s in self.stores.items()}
        return {**self.engines, **stores}


def catalogue_of(gate: Gate) -> Catalogue:
    """Return one catalogue of every source that is set. Raises CatalogueUnusable."""
    views = (SourceViews(gate=gate, name=name) for name in gate.settings.sources)
    return Catalogue(name="all", sources=tuple(each.source for each in views))


@contextmanager
def connected(gate: Gate) -> Iterator[Connected]:
    """Lend every source of the settings. Raises CatalogueUnusable and what a catalogue raises.

    One that does not answer is named, and the others are lent.
    """
    with ExitStack() as stack:
        engines: dict[str, Engine] = {}
        stores: dict[str, Store] = {}
        silent: dict[str, str] = {}
        for name, of in gate.settings.sources.items():
            if of.is_store:
                stores[name] = stack.enter_context(closing(_store(of)))
                continue
            views = stack.enter_context(closing(SourceViews(gate=gate, name=name)))
            try:
                engines[name] = views.engine
            except SourceUnreachable as refused:
                silent[name] = str(refused)
        yield Connected(
            catalogue=catalogue_of(gate),
            engines=MappingProxyType(engines),
            stores=MappingProxyType(stores),
            silent=MappingProxyType(silent),
        )


def _store(of: SourceSettings) -> Store:
    who = read_credentials(of.secret_file, of.region)
    return open_store(of.url, endpoint=of.endpoint, who=who)
