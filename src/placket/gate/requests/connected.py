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


@contextmanager
def connected(gate: Gate) -> Iterator[Connected]:
    """Lend every source of the settings. Raises CatalogueUnusable and what a catalogue raises.

    One that does not answer is named, and the others are lent.
    """
    with ExitStack() as stack:
        sources, engines, silent = [], {}, {}
        for name in gate.settings.sources:
            views = stack.enter_context(closing(SourceViews(gate=gate, name=name)))
            sources.append(views.source)
            try:
                engines[name] = views.engine
            except SourceUnreachable as refused:
                silent[name] = str(refused)
        yield Connected(
            catalogue=Catalogue(name="all", sources=tuple(sources)),
            engines=MappingProxyType(engines),
            silent=MappingProxyType(silent),
        )
