"""For whom a policy differs from another: who gains, who loses, who is told or asked again."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from placket.decide.alike import Alike, asked_leaves, count_words, gathered
from placket.decide.comparing import GAINED, KEPT, LOST, Joined, asks_alike, but_not
from placket.decide.condition import FALSE, Condition, Holds, all_of, any_of, none_of
from placket.decide.decide import Prepared, prepare
from placket.decide.question import Question
from placket.decide.sql import NOW, printed, select_marks
from placket.gate.folds import PolicyFold
from placket.policy.compile import kept_by, retains_for
from placket.policy.concerning import activities_concerned
from placket.policy.diff import Difference, Duty, Effect, compare
from placket.policy.rules import Retain
from placket.standing.consents import asked_under
from placket.standing.standing import relations, retain_name
from placket.store.ledger import no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlglot import exp

    from placket.decide.condition import Leaf
    from placket.gate.gate import Gate
    from placket.policy.compile import Policy
    from placket.standing.layout import Layout
    from placket.store.ledger import Progress
    from placket.store.trial import Trial

    _Both = tuple[Question, Prepared | None, Prepared | None]

MOST_ALONE: Final = 20_000

OLD: Final = False
NEW: Final = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How many persons an activity may address by a channel before and after."""

    activity: str
    channel: str
    before: int
    after: int
    gained: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How many persons are asked again, and for what: a consent on a channel, or an activity.

    why: `wording`, `widened` or `basis`.
    """

    what: str
    channel: str
    why: str
    persons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """How many persons' datum is past its period under the new policy and was not before."""

    datum: str
    persons: int


@contextmanager
def concerned(
    gate: Gate, old: Policy, new: Policy, *, progress: Progress = no_progress
) -> Iterator[Concerned]:
    """Lend the answers for `old` and `new`, both asked of now; the ledger's own do not change.

    Every number and list is of one instant of the ledger, whatever is appended meanwhile.
    """
    now = gate.now()
    folds = [PolicyFold(policy=policy, keys=gate.keys) for policy in (old, new)]
    with gate.ledger.trial(folds, progress=progress) as trial:
        yield Concerned(trial=trial, dialect=gate.ledger.dialect, old=old, new=new, at=now)


@dataclass(frozen=True, kw_only=True, eq=False)
class Concerned:
    """Two policies and the standing of everybody under each, as of one instant.

    at: microseconds UTC. most_alone: persons with marks up to whom everybody is read once for
    all questions, since each of them is read by itself.
    """

    trial: Trial
    dialect: str
    old: Policy
    new: Policy
    at: int
    most_alone: int = MOST_ALONE

    @cached_property
    def difference(self) -> Difference:
        """Return what the new policy changes of the old one."""
        return compare(self.old.document, self.new.document)

    @cached_property
    def _joined(self) -> Joined:
        old, new = self.trial.layouts
        return Joined(old=old, new=new)

    def _rows(self, query: exp.Expr) -> list[tuple[object, ...]]:
        return self.trial.rows(printed(query, self.dialect), {NOW: self.at})

    def _count(self, wanted: Sequence[exp.Expr]) -> int:
        if not wanted:
            return 0
        return sum(_number(row[0]) for row in self._rows(self._joined.count(wanted)))

    def _list(self, wanted: Sequence[exp.Expr]) -> Iterator[str]:
        if wanted:
            text = printed(self._joined.persons(wanted), self.dialect)
            yield from (str(row[0]) for row in self.trial.stream(text, {NOW: self.at}))

    @cached_property
    def changed(self) -> frozenset[str]:
        """Return the states that differ for anybody, and those of one policy alone."""
        joined, common = self._joined, self._joined.common()
        row = self._rows(joined.changes(common))[0] if common else ()
        dense = {name for name, differs in zip(common, row, strict=True) if differs}
        one = set(joined.old.names) ^ set(joined.new.names)
        sparse = {str(name) for (name,) in self._rows(joined.changed_marks())}
        return frozenset(dense | one | sparse)

    # Activities

    def reaches(self, progress: Progress = no_progress) -> tuple[Reach, ...]:
        """Return every activity and channel that somebody gains or loses, in order of the text.

        An activity without a channel is asked about as a whole. Questions that both policies
        put alike to standings that are alike are not asked.
        """
        asked = [(q, old, new) for q in self._questions() for old, new in [self._prepared(q)]]
        differing = [
            (question, old, new)
            for question, old, new in asked
            if not (old and new and asks_alike(old, new, self.changed))
        ]
        found: list[Reach] = []
        outcomes = self._by_groups if self._are_few_marked() else self._by_question
        for done, (question, by_outcome) in enumerate(outcomes(differing)):
            progress(done, len(differing))
            found.extend(_reach(question, by_outcome))
        progress(len(differing), len(differing))
        return tuple(found)

    def _are_few_marked(self) -> bool:
        """Say whether few persons stand alone when everybody is told apart by what is asked."""
        return sum(_number(row[0]) for row in self._rows(self._joined.marked())) <= self.most_alone

    def _by_groups(self, asked: Sequence[_Both]) -> Iterator[tuple[Question, dict[int, int]]]:
        """Yield how many persons each outcome has, everybody read once for all questions."""
        joined = self._joined
        old_leaves = asked_leaves((old for _, old, _ in asked if old), joined.old)
        new_leaves = asked_leaves((new for _, _, new in asked if new), joined.new)
        rows = self._rows(joined.alike(old_leaves, new_leaves))
        split = 1 + count_words(old_leaves)
        before = self._gathered(rows, slice(1, split), old_leaves, joined.old)
        after = self._gathered(rows, slice(split, -1), new_leaves, joined.new)
        for question, old, new in asked:
            was = before.permitted(old) if old else 0
            may = after.permitted(new) if new else 0
            yield (
                question,
                {
                    GAINED: after.count(may & ~was),
                    LOST: before.count(was & ~may),
                    KEPT: before.count(was & may),
                },
            )

    def _gathered(
        self, rows: list[tuple[object, ...]], words: slice, asked: Sequence[Leaf], layout: Layout
    ) -> Alike:
        marks = self._rows(select_marks(layout))
        side = [(row[0], *row[words], row[-1]) for row in rows]
        return gathered(side, asked, marks, self.at)

    def _by_question(self, asked: Sequence[_Both]) -> Iterator[tuple[Question, dict[int, int]]]:
        """Yield how many persons each outcome has, everybody read for each question."""
        joined = self._joined
        for question, old, new in asked:
            was, may = joined.is_permitted(old, new=OLD), joined.is_permitted(new, new=NEW)
            rows = self._rows(joined.outcomes(was, may))
            yield question, {_number(outcome): _number(persons) for outcome, persons in rows}

    def _questions(self) -> Iterator[Question]:
        for name in dict.fromkeys((*self.new.activities, *self.old.activities)):
            variants = [v for p in (self.new, self.old) for v in p.activities.get(name, ())]
            channels = dict.fromkeys(c for variant in variants for c in variant.channel)
            for channel in channels or ("",):
                yield Question(activity=name, channel=channel)

    def _prepared(self, question: Question) -> tuple[Prepared | None, Prepared | None]:
        old, new = (
            prepare(policy, question) if question.activity in policy.activities else None
            for policy in (self.old, self.new)
        )
        return old, new

    # Who is asked again

    def asked(self) -> tuple[Asked, ...]:
        """Return what persons who said yes, or who were addressed without, are asked again."""
        found = (
            Asked(what=what, channel=channel, why=why, persons=self._count([wanted]))
            for what, channel, why, wanted in self._asked()
        )
        return tuple(row for row in found if row.persons)

    def count_asked(self) -> int:
        """Return how many persons are asked again, each counted once."""
        return self._count([wanted for *_, wanted in self._asked()])

    def list_asked(self) -> Iterator[str]:
        """Yield the persons who are asked again, in order of their ids."""
        return self._list([wanted for *_, wanted in self._asked()])

    def _asked(self) -> Iterator[tuple[str, str, str, exp.Expr]]:
        yield from self._fallen()
        for consequence in self.difference.material:
            if consequence.duty is not Duty.ASK:
                continue
            (about,) = consequence.about
            if consequence.effect is Effect.CONSENT_WIDENED:
                yield from self._widened(about)
            elif consequence.effect is Effect.BASIS_CHANGED:
                yield from self._left_without(about)

    def _fallen(self) -> Iterator[tuple[str, str, str, exp.Expr]]:
        """Yield each yes that no longer counts though the same is asked for."""
        joined, before = self._joined, asked_under(self.old)
        for name, asked in asked_under(self.new).items():
            for channel, state in asked.states:
                if name in before and (channel, state) in before[name].states:
                    held = joined.holds(Holds(state), new=OLD)
                    still = joined.holds(Holds(state), new=NEW)
                    yield name, channel, "wording", but_not(held, still)

    def _widened(self, name: str) -> Iterator[tuple[str, str, str, exp.Expr]]:
        for channel, state in asked_under(self.new)[name].states:
            yield name, channel, "widened", self._joined.holds(Holds(state), new=NEW)

    def _left_without(self, activity: str) -> Iterator[tuple[str, str, str, exp.Expr]]:
        """Yield whom an activity may no longer address, now that it needs a yes."""
        joined = self._joined
        for question in self._questions():
            if question.activity == activity:
                old, new = self._prepared(question)
                before, after = (
                    joined.is_permitted(old, new=OLD),
                    joined.is_permitted(new, new=NEW),
                )
                yield activity, question.channel, "basis", but_not(before, after)

    # Who is told

    def count_told(self) -> int:
        """Return how many persons are told of the material changes, each counted once."""
        return self._count(list(self._told()))

    def list_told(self) -> Iterator[str]:
        """Yield the persons who are told of the material changes, in order of their ids."""
        return self._list(list(self._told()))

    def _told(self) -> Iterator[exp.Expr]:
        """Yield whom the material changes concern, and everybody in a live relation.

        Whom the changed activities might address before, or may after, has data in what
        changed. Source: GDPR Art. 13(3); WP 260 rev.01, 29 to 31.
        """
        material = self.difference.material
        if not material:
            return
        joined = self._joined
        for policy, is_new in ((self.old, OLD), (self.new, NEW)):
            open_now = any_of(*(Holds(f"open.{name}") for name in sorted(relations(policy))))
            yield joined.holds(open_now, new=is_new)
        named = [activities_concerned(c, self.old, self.new) for c in material]
        names = frozenset[str]().union(*named)
        if not all(named):
            yield joined.holds(any_of(*_everywhere(self.new)), new=NEW)
            yield joined.holds(any_of(*_everywhere(self.old)), new=OLD)
        for question in self._questions():
            if question.activity in names:
                old, new = self._prepared(question)
                yield joined.is_permitted(old, new=OLD)
                yield joined.is_permitted(new, new=NEW)

    # What is overdue

    def overdue(self) -> tuple[Overdue, ...]:
        """Return the data past their period under the new policy that were not under the old.

        What a hold keeps is not overdue; nor is what no rule gives a period.
        """
        data = dict.fromkeys((*_kept_data(self.new), *_kept_data(self.old)))
        found = (Overdue(datum=datum, persons=self._newly_over(datum)) for datum in data)
        return tuple(row for row in found if row.persons)

    def _newly_over(self, datum: str) -> int:
        joined = self._joined
        before, after = is_over(self.old, datum), is_over(self.new, datum)
        if after == FALSE:
            return 0
        wanted = but_not(joined.holds(after, new=NEW), joined.holds(before, new=OLD))
        return self._count([wanted])


def _reach(question: Question, by_outcome: Mapping[int, int]) -> Iterator[Reach]:
    gained, lost = by_outcome.get(GAINED, 0), by_outcome.get(LOST, 0)
    kept = by_outcome.get(KEPT, 0)
    if gained or lost:
        yield Reach(
            activity=question.activity,
            channel=question.channel,
            before=kept + lost,
            after=kept + gained,
            gained=gained,
            lost=lost,
        )


def is_over(policy: Policy, datum: str) -> Condition:
    """Return that every clock of `datum` has run out for the person, in their place."""
    places = []
    for place in policy.places:
        rules = retains_for(policy, datum, place)
        if rules:
            here = Holds(f"in.{place.name}")
            places.append(all_of(here, none_of(*(retain_name(rule) for rule in rules))))
    if not places:
        return FALSE
    return all_of(any_of(*places), none_of("hold", sparse=True))


def _kept_data(policy: Policy) -> Iterator[str]:
    for rule in policy.rules(Retain):
        if not rule.at:
            yield from kept_by(rule)


def _everywhere(policy: Policy) -> Iterator[Condition]:
    yield from (Holds(f"in.{place.name}") for place in policy.places)


def _number(value: object) -> int:
    return int(str(value or 0))
