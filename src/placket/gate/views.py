"""The purpose views of one source: made, remembered, and their standing kept fresh."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from placket import catalogue as catalogues
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.sources.connect import open_source
from placket.sources.replica import Replica, Replicated, plan_replica, unheard
from placket.sources.views import PurposeViews, apply_views, view_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from sqlalchemy import Engine

    from placket.catalogue import Catalogue, Source
    from placket.gate.gate import Gate
    from placket.identity.identifier import Identifier
    from placket.sources.replica import ReplicaPlan
    from placket.standing.standing import Standing

_SLOT: Final = "views:"


class SourceNotSet(Exception):
    """no source of this name is set; add `[sources.NAME]` to placket.toml."""


class CatalogueUnusable(Exception):
    """the catalogue has problems; run `placket catalogue check`."""


@dataclass(frozen=True, kw_only=True)
class SourceViews:
    """The views on one source: which activities have one, and what they read.

    The gate answers for the standing; the source's own tables are only read.
    """

    gate: Gate
    name: str

    @cached_property
    def engine(self) -> Engine:
        """Return the source's database. Raises SourceNotSet, SourceUnreachable."""
        if self.name not in self.gate.settings.sources:
            raise SourceNotSet(f"no source `{self.name}` is set in placket.toml")
        return open_source(self.gate.settings.sources[self.name].url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the source's catalogue. Raises SourceNotSet, CatalogueUnusable."""
        if self.name not in self.gate.settings.sources:
            raise SourceNotSet(f"no source `{self.name}` is set in placket.toml")
        file = self.gate.settings.sources[self.name].catalogue
        parsed = catalogues.parse(file.read_text(encoding="utf-8"), file.name)
        if parsed.catalogue is None:
            raise CatalogueUnusable(f"{file.name} has problems; run `placket catalogue check`")
        return parsed.catalogue

    @property
    def source(self) -> Source:
        """Return the source as the catalogue describes it."""
        found = self.catalogue.source(self.name)
        if found is None:
            raise SourceNotSet(f"the catalogue has no source `{self.name}`")
        return found

    def questions(self) -> tuple[Question, ...]:
        """Return the questions that have a view, in the order they were made."""
        kept = self.gate.remembered([self._slot]).get(self._slot, "[]")
        asked = [Question(activity=a, channel=c) for a, c in json.loads(kept)]
        known = self.gate.policy.activities
        return tuple(question for question in asked if question.activity in known)

    @property
    def _slot(self) -> str:
        return f"{_SLOT}{self.name}"

    def of(self, question: Question) -> PurposeViews:
        """Return the views of one question's activity. Raises UnknownActivity."""
        prepared = prepare(self.gate.policy, self.gate.known(question))
        return view_of(prepared, self.catalogue, self.source)

    def plan(self, questions: Sequence[Question]) -> ReplicaPlan:
        """Return what the views of all `questions` need in the source's database."""
        made = [self.of(question) for question in questions]
        return plan_replica(self.source, self.gate.policy, made)

    def apply(
        self,
        question: Question,
        *,
        role: str = "",
        progress: Callable[[str, int, int], None] = unheard,
    ) -> PurposeViews:
        """Make the views of `question`, their tables filled, and remember them."""
        views = self.of(question)
        questions = tuple(dict.fromkeys((*self.questions(), question)))
        Replica(self.engine).apply(self.plan(questions))
        with self.engine.begin() as connection:
            apply_views(connection, views, role=role)
        kept = json.dumps([(q.activity, q.channel) for q in questions])
        self.gate.remember({self._slot: kept})
        self.refresh(progress=progress)
        return views

    def refresh(self, *, progress: Callable[[str, int, int], None] = unheard) -> Replicated:
        """Look everybody up anew and renew the term of the views; nothing without views."""
        questions = self.questions()
        if not questions:
            return Replicated()
        position = self.gate.size()
        return Replica(self.engine).replicate(
            self.plan(questions),
            self,
            now=self.gate.now(),
            good_for_seconds=self.gate.settings.view_good_for,
            position=position,
            progress=progress,
        )

    def refresh_persons(self, persons: Collection[str], *, since: int) -> Replicated:
        """Write the rows of changed `persons` alone.

        persons: every id of each cluster. since: the tree's size before the change.
        """
        questions = self.questions()
        if not questions:
            return Replicated()
        return Replica(self.engine).replicate(
            self.plan(questions),
            self,
            now=self.gate.now(),
            good_for_seconds=self.gate.settings.view_good_for,
            position=self.gate.size(),
            keys=persons,
            since=since,
        )

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        """Return the standing of each identified person, in order; None when unknown."""
        gate, digest = self.gate, self.gate.layout.digest
        return [
            gate.ledger.standing_by_identifier(gate.hash_of(identifier), digest)
            for identifier in identifiers
        ]

    def close(self) -> None:
        """Let go of the source's database."""
        if "engine" in self.__dict__:
            self.engine.dispose()
