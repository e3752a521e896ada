"""The purpose views of one source: made, remembered, and their standing kept fresh."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from placket import catalogue as catalogues
from placket.decide.decide import prepare
from placket.decide.question import Question
from placket.gate.changes import changed_persons
from placket.problems import has_errors
from placket.sources.connect import SourceUnreachable, open_again
from placket.sources.grants import expect_narrow
from placket.sources.replica import (
    NotReplicated,
    PlanTooNarrow,
    Replica,
    Replicated,
    ViewStillReads,
    reached,
)
from placket.sources.replica_plan import plan_replica
from placket.sources.replica_rows import unheard
from placket.sources.views import PurposeViews, apply_views, drop_named, view_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from sqlalchemy import Engine

    from placket.catalogue import Catalogue, Source
    from placket.gate.gate import Gate
    from placket.identity.identifier import Identifier
    from placket.policy.compile import Policy
    from placket.sources.replica_plan import ReplicaPlan
    from placket.sources.replica_rows import Progress
    from placket.standing.standing import Standing

_SLOT: Final = "views:"


class SourceNotSet(Exception):
    """no source of this name is set; add `[sources.NAME]` to placket.toml."""


class CatalogueUnusable(Exception):
    """the catalogue has problems; run `placket catalogue check`."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Views of one activity and channel, and the database role that may read them."""

    activity: str
    channel: str = ""
    role: str = ""

    @property
    def question(self) -> Question:
        """Return the question whose views these are."""
        return Question(activity=self.activity, channel=self.channel)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a source's views: for what, by which rules, under which names."""

    digest: str = ""
    made: tuple[Made, ...] = ()
    views: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standings:
    """The standings that a replication reads, all under one fold."""

    gate: Gate
    digest: str

    def standings(self, identifiers: Sequence[Identifier]) -> Sequence[Standing | None]:
        """Return the standing of each identified person, in order; None when unknown."""
        gate = self.gate
        return [
            gate.ledger.standing_by_identifier(gate.hash_of(identifier), self.digest)
            for identifier in identifiers
        ]


@lru_cache(maxsize=16)
def read_catalogue(text: str, name: str) -> Catalogue:
    """Return the catalogue that a file of this name says; the same text is read once.

    One with an error is not used: what it seems to say of a row may not be what is meant.
    Raises CatalogueUnusable.
    """
    parsed = catalogues.parse(text, name)
    if parsed.catalogue is None or has_errors(parsed.problems):
        raise CatalogueUnusable(f"{name} has problems; run `placket catalogue check`")
    return parsed.catalogue


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
        return open_again(self.gate.settings.sources[self.name].url)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Return the source's catalogue. Raises SourceNotSet, CatalogueUnusable."""
        if self.name not in self.gate.settings.sources:
            raise SourceNotSet(f"no source `{self.name}` is set in placket.toml")
        file = self.gate.settings.sources[self.name].catalogue
        return read_catalogue(file.read_text(encoding="utf-8"), file.name)

    @property
    def source(self) -> Source:
        """Return the source as the catalogue describes it."""
        found = self.catalogue.source(self.name)
        if found is None:
            raise SourceNotSet(f"the catalogue has no source `{self.name}`")
        return found

    @property
    def _slot(self) -> str:
        return f"{_SLOT}{self.name}"

    def kept(self) -> Kept:
        """Return what is remembered of the views that were made."""
        return _kept(self._written())

    def _written(self) -> str:
        return self.gate.remembered([self._slot]).get(self._slot, "")

    def questions(self) -> tuple[Question, ...]:
        """Return the questions that have a view, in the order they were made."""
        known = self.gate.policy.activities
        return tuple(made.question for made in self.kept().made if made.activity in known)

    def of(self, question: Question) -> PurposeViews:
        """Return the views of one question's activity. Raises UnknownActivity."""
        return self._of(self.gate.policy, self.gate.known(question))

    def _of(self, policy: Policy, question: Question) -> PurposeViews:
        return view_of(prepare(policy, question), self.catalogue, self.source)

    def _plan(self, policy: Policy, made: Iterable[Made]) -> ReplicaPlan:
        views = [self._of(policy, each.question) for each in made]
        return plan_replica(self.source, policy, views)

    def apply(
        self,
        question: Question,
        *,
        role: str = "",
        progress: Progress = unheard,
    ) -> PurposeViews:
        """Make the views of `question`, their tables filled, and remember them."""
        policy = self.gate.in_force.ready()
        views = self._of(policy, self.gate.known(question))
        kept = self.kept()
        named = Made(activity=question.activity, channel=question.channel, role=role)
        others = [made for made in kept.made if made.question != named.question]
        self._make(policy, [*others, named], kept)
        self.refresh(progress=progress)
        return views

    def _make(self, policy: Policy, made: Sequence[Made], before: Kept) -> None:
        """Make all views anew under `policy`; those of an activity that left it go.

        What was made is remembered at the end: after a kill it is made once more. What may be
        made is remembered before: on MariaDB a kill leaves some views and not the others.
        What another process made meanwhile neither goes nor is forgotten.
        """
        living = tuple(each for each in made if each.activity in policy.activities)
        views = [(each, self._of(policy, each.question)) for each in living]
        replica, purposes = Replica(self.engine), [purpose for _, purpose in views]
        plan = plan_replica(self.source, policy, purposes, widest=replica.widest)
        names = tuple(view.name for _, purpose in views for view in purpose.views)
        begun = Kept(made=before.made, views=tuple(dict.fromkeys((*before.views, *names))))
        with reached(self.name), self.engine.begin() as connection:
            # Before anything goes: else one role that is refused would take every view with it.
            for role in sorted({each.role for each in living} - {""}):
                expect_narrow(connection, self.source, role)
            if is_alone := self._remembered(begun, since=before):
                drop_named(connection, before.views)
        try:
            if is_alone:
                replica.apply(plan)
                replica.drop_others(plan)
                self._put(views)
        except (ViewStillReads, SourceUnreachable):
            # What another process made meanwhile may stand in the way.
            if self.kept().made == begun.made:
                raise
            is_alone = False
        made_now = Kept(digest=policy.fold_digest, made=living, views=names)
        if not (is_alone and self._remembered(made_now, since=begun)):
            latest = self.kept()
            self._make(policy, _joined(latest.made, made), latest)

    def _put(self, views: Iterable[tuple[Made, PurposeViews]]) -> None:
        with reached(self.name), self.engine.begin() as connection:
            for each, purpose in views:
                apply_views(connection, purpose, role=each.role)

    def _remembered(self, kept: Kept, *, since: Kept) -> bool:
        """Remember `kept`, unless another process has made views `since`; say whether it is.

        The names of views that another process has only begun with are remembered beside it.
        """
        while True:
            written = self._written()
            latest = _kept(written)
            if latest.made != since.made:
                return False
            names = (*kept.views, *(name for name in latest.views if name not in since.views))
            value = msgspec.structs.replace(kept, views=tuple(dict.fromkeys(names)))
            if self.gate.remember_after(self._slot, written, msgspec.json.encode(value).decode()):
                return True

    def refresh(self, *, progress: Progress = unheard) -> Replicated:
        """Look everybody up anew and renew the term of the views; nothing without views.

        Under another policy than they were made by, the views are made anew first.
        """
        policy, kept = self._remade()
        if not kept.made:
            return Replicated()
        try:
            return self._filled(policy, kept, progress)
        except (NotReplicated, PlanTooNarrow):
            # The shop was put back from a copy in which they were not, or not yet so.
            self._make(policy, kept.made, kept)
            return self._filled(policy, self.kept(), progress)

    def _filled(self, policy: Policy, kept: Kept, progress: Progress) -> Replicated:
        position, replica = self.gate.size(), Replica(self.engine)
        return replica.replicate(
            self._plan(policy, kept.made),
            Standings(self.gate, policy.fold_digest),
            now=replica.now(self.name),
            good_for_seconds=self.gate.settings.view_good_for,
            position=position,
            progress=progress,
        )

    def _remade(self) -> tuple[Policy, Kept]:
        """Return the policy in force and what is made by it, made anew where it was not."""
        policy, kept = self.gate.in_force.ready(), self.kept()
        if kept.made and kept.digest != policy.fold_digest:
            self._make(policy, kept.made, kept)
            kept = self.kept()
        return policy, kept

    def refresh_changed(self, *, progress: Progress = unheard) -> Replicated:
        """Renew the term of the views, and write the rows of those alone whom facts concern.

        Facts since the views' position are read. Everybody is looked up where that is less
        work, where views are new, and where somebody was identified whose row may be new.
        """
        policy, kept = self._remade()
        if not kept.made:
            return Replicated()
        plan, size = self._plan(policy, kept.made), self.gate.size()
        since = Replica(self.engine).position(plan)
        changed = None if since is None else changed_persons(self.gate, policy, since, size)
        if since is None or changed is None:
            return self.refresh(progress=progress)
        return self._replicate(policy, plan, changed, since=since, position=size)

    def refresh_persons(self, persons: Collection[str], *, since: int) -> Replicated:
        """Write the rows of changed `persons` alone.

        persons: every id of each cluster. since: the tree's size before the change.
        """
        policy, kept = self._remade()
        if not kept.made:
            return Replicated()
        plan = self._plan(policy, kept.made)
        return self._replicate(policy, plan, persons, since=since, position=self.gate.size())

    def _replicate(
        self,
        policy: Policy,
        plan: ReplicaPlan,
        persons: Collection[str],
        *,
        since: int,
        position: int,
    ) -> Replicated:
        replica = Replica(self.engine)
        try:
            return replica.replicate(
                plan,
                Standings(self.gate, policy.fold_digest),
                now=replica.now(self.name),
                good_for_seconds=self.gate.settings.view_good_for,
                position=position,
                keys=persons,
                since=since,
            )
        except (NotReplicated, PlanTooNarrow):
            return self.refresh()

    def close(self) -> None:
        """Let go of the source's database."""
        if "engine" in self.__dict__:
            self.engine.dispose()


def _kept(written: str) -> Kept:
    return msgspec.json.decode(written, type=Kept) if written else Kept()


def _joined(made: Iterable[Made], later: Iterable[Made]) -> list[Made]:
    """Return both, of one question the later."""
    return list({each.question: each for each in (*made, *later)}.values())


def refresh_views_of(gate: Gate, person: str, *, since: int) -> None:
    """Write the person's rows beside every source that has views, so that a no leaves them now.

    since: the size of the tree before the facts. Raises SourceUnreachable; the views then go
    stale.
    """
    history = gate.ledger.history_of(person)
    for name in gate.settings.sources:
        with closing(SourceViews(gate=gate, name=name)) as views:
            views.refresh_persons(history.members if history else (person,), since=since)
