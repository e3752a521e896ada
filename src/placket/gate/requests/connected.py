"""Every connected source at once: one catalogue of them all, and a way to reach each."""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from placket.catalogue import Catalogue
from placket.gate.views import SourceViews
from placket.sources.connect import SourceUnreachable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine

    from placket.gate.gate import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """The sources that are set. silent: those that did not answer, each with why."""

    catalogue: Catalogue
    engines: Mapping[str, Engine] = field(repr=False)
    silent: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


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
        silent: dict[str, str] = {}
        for name in gate.settings.sources:
            views = stack.enter_context(closing(SourceViews(gate=gate, name=name)))
            try:
                engines[name] = views.engine
            except SourceUnreachable as refused:
                silent[name] = str(refused)
        yield Connected(
            catalogue=catalogue_of(gate),
            engines=MappingProxyType(engines),
            silent=MappingProxyType(silent),
        )
