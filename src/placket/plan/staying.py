"""What of a row stays, and why: kept on a ground, waiting for an open case, or held."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from placket.facts import OPEN, Fact, Kind
from placket.law.grounds import Ground
from placket.plan.asking import By, category_of
from placket.plan.plan import Action, Because
from placket.policy import vocabulary
from placket.policy.compile import ALL, retains_for, uses_of
from placket.policy.period import (
    INTERACTION,
    After,
    Latest,
    Period,
    WhileOpen,
    events_of,
    parse_period,
)
from placket.policy.rules import Retain, as_dict
from placket.standing.clocks import interval_of, open_interval
from placket.standing.fold import folding_for
from placket.standing.history import History, gather
from placket.standing.standing import condition_names, retain_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.catalogue.model import Action as Said
    from placket.catalogue.model import Table
    from placket.law.calendar import Instant
    from placket.plan.asking import Asking
    from placket.plan.inventory import At, Row

GROUNDS: Final[Mapping[str, Ground]] = {
    "legal_obligation": Ground.DUTY,
    "legal_claims": Ground.CLAIMS,
    "legitimate_interest": Ground.CLAIMS,
    "contract": Ground.CONTRACT,
    "vital_interest": Ground.VITAL_INTEREST,
    "public_task": Ground.PUBLIC_INTEREST,
}
"""The ground that the basis of a `keep` locks its data to."""

CONTACT: Final = "contact_data"
_KINDS: Final = {
    "opened": Kind.RELATION_OPENED,
    "closed": Kind.RELATION_CLOSED,
    INTERACTION: Kind.INTERACTED,
}

Stays = tuple[Action, Because]


@dataclass(frozen=True, eq=False)
class Staying:
    """What stays of the rows of one request, and why."""

    asking: Asking

    def of(
        self, row: Row, table: Table, columns: Iterable[str], kept: Mapping[str, Stays]
    ) -> dict[str, Stays]:
        """Return of `columns` those that stay, each with the strongest reason.

        kept: what the catalogue keeps in the row.
        A hold outranks an open case, which outranks a ground to keep: what ends last to be
        lifted by somebody is told first.
        """
        found: dict[str, Stays] = {}
        for column in columns:
            category = category_of(table, column)
            stays = self._held(row, category) or self._waits(row, category)
            stays = stays or kept.get(column) or self._kept_by_clause(row, category)
            if stays is not None:
                found[column] = stays
        return found

    def kept(self, row: Row, table: Table) -> dict[str, Stays]:
        """Return the columns that the catalogue keeps in this row, while the period runs."""
        found: dict[str, Stays] = {}
        for keep in (action for action in table.actions if action.word == "keep"):
            because = self._until(row, table, keep)
            if because is not None:
                columns = (*kept_columns(table, keep, row), *self._clocks(row, table))
                found |= dict.fromkeys(columns, (Action.KEEP, because))
        return found

    def _clocks(self, row: Row, table: Table) -> Iterator[str]:
        """Yield the columns by which what is kept is counted: without them it would never go."""
        for tell in table.tells:
            if tell.event in self._counted:
                yield from (column for column in tell.columns() if column in row.values)

    @cached_property
    def _counted(self) -> frozenset[str]:
        keeps = (a for _, t in self.asking.catalogue.tables() for a in t.actions if a.until)
        named = [_period(keep.until) for keep in keeps]
        named += [rule.period for rule in self.asking.policy.rules(Retain) if rule.ground]
        return frozenset[str]().union(*map(events_of, named))

    def _held(self, row: Row, category: str) -> Stays | None:
        hold = next((h for h in self.asking.holds if h.names(row, category)), None)
        if hold is None:
            return None
        own = hold.by is By.DATA_SUBJECT
        because = Because(
            law=hold.law or ("GDPR Art. 18(1)" if own else "GDPR Art. 17(3)(e)"),
            clause=hold.clause,
            ground=Ground.OWN_REQUEST if own else Ground.CLAIMS,
            release=hold.release,
            review_at=self.asking.review_at,
            fact=hold.fact,
        )
        return Action.HOLD, because

    def _waits(self, row: Row, category: str) -> Stays | None:
        for relation, (case, needed) in self.open_cases.items():
            if self._is_open(row, relation) or (row.at in case and category in needed):
                return Action.WAIT, self._waiting(relation)
        return None

    def case_needs(self, row: Row) -> Because | None:
        """Return why a row that would go waits: a row of an open case points at it."""
        cases = (name for name, (beside, _) in self.open_cases.items() if row.at in beside)
        relation = next(cases, None)
        return None if relation is None else self._waiting(relation)

    def _waiting(self, relation: str) -> Because:
        return Because(
            law="GDPR Art. 17(1)(a)",
            clause=self._awaited[relation],
            ground=Ground.CONTRACT,
            release=f"{relation} is closed",
            review_at=self.asking.review_at,
        )

    @cached_property
    def open_cases(self) -> Mapping[str, tuple[frozenset[At], frozenset[str]]]:
        """Return of each open case the rows beside its own that it reaches, and what it needs.

        Its own rows wait as they are; of the rows that they point at, such as the account,
        only the categories that an activity for such a case uses.
        """
        found = {}
        for relation in self._awaited:
            own = [row for row in self.asking.rows if self._is_open(row, relation)]
            if own:
                found[relation] = (self._beside(own), self._needed(relation))
            elif self.asking.standing.holds(f"open.{relation}", self.asking.at):
                found[relation] = (self._persons, self._needed(relation))
        return found

    def _is_open(self, row: Row, relation: str) -> bool:
        """Say whether the row belongs to a case of that name that has not ended."""
        interval = open_interval(self._history(row), relation)
        return interval is not None and interval[1] == OPEN

    def _beside(self, rows: Iterable[Row]) -> frozenset[At]:
        near = self.asking.inventory.neighbours
        return frozenset(n.at for row in rows for n in near(row, self.asking.table(row).links()))

    @cached_property
    def _persons(self) -> frozenset[At]:
        # A case that no row tells of, such as one by telephone, reaches the person's own rows.
        return frozenset(r.at for r in self.asking.rows if self.asking.table(r).subject)

    @property
    def _awaited(self) -> Mapping[str, str]:
        """Return the relations that an erasure waits for, each with the clause that says so."""
        said = self.asking.said.waits_while.items()
        return {period.relation: clause for period, clause in said if isinstance(period, WhileOpen)}

    def _needed(self, relation: str) -> frozenset[str]:
        named = frozenset(
            datum
            for activity in self.asking.activities
            if relation in activity.relation or _is_for(activity.open_while, relation)
            for datum in uses_of(activity)
        )
        # A case that no activity names cannot be ended with somebody whom nobody reaches.
        return named or frozenset(vocabulary.members((CONTACT,)))

    def _until(self, row: Row, table: Table, keep: Said) -> Because | None:
        end = self._end(row, _period(keep.until))
        if end <= self.asking.at:
            return None
        columns = kept_columns(table, keep, row)
        ground = GROUNDS.get(keep.basis, keep.basis)
        rule = self._clause({category_of(table, column) for column in columns}, ground)
        return replace(
            self._lasting(end, keep.until),
            law=keep.law or self._law(rule),
            clause=rule.clause if rule is not None else self.asking.because.clause,
            ground=ground,
        )

    def _lasting(self, end: Instant, period: str) -> Because:
        """Return until when something stays: a day, or what ends it and when that is looked at."""
        if end < OPEN:
            return Because(until=end)
        return Because(release=period, review_at=self.asking.review_at)

    def _clause(self, categories: set[str], ground: str) -> Retain | None:
        """Return the clause that keeps one of the categories on this ground, else its own."""
        rules = [rule for c in sorted(categories - {""}) for rule in self._retains(c)]
        grounded = [rule for rule in rules if rule.ground == ground]
        own = [rule for rule in rules if not rule.ground and not set(rule.what) & set(ALL)]
        return next(iter((*grounded, *own)), None)

    def _kept_by_clause(self, row: Row, category: str) -> Stays | None:
        """Return what keeps the category by the policy alone, whatever the catalogue says."""
        if not category:
            return None
        for rule in self._retains(category):
            end = self._running(row, rule) if rule.ground else None
            if end is not None:
                because = replace(
                    self._lasting(end, str(rule.period)),
                    law=self._law(rule),
                    clause=rule.clause,
                    ground=rule.ground,
                )
                return Action.KEEP, because
        return None

    def _retains(self, category: str) -> tuple[Retain, ...]:
        found = self._retained.get(category)
        if found is None:
            found = retains_for(self.asking.policy, category, self.asking.place)
            self._retained[category] = found
        return found

    @cached_property
    def _retained(self) -> dict[str, tuple[Retain, ...]]:
        return {}

    def _running(self, row: Row, rule: Retain) -> Instant | None:
        """Return when the clock of a clause ends, None when it does not run for this row.

        By the row's own events where they start it; else by the person's standing, where
        something began it: a clock that nothing started keeps nothing.
        """
        at = self.asking.at
        if _is_started_by(rule.period, row):
            end = self._end(row, rule.period)
            return end if end > at else None
        interval = self.asking.standing.get(retain_name(rule))
        runs = interval is not None and interval[2] and interval[0] <= at < interval[1]
        return interval[1] if interval is not None and runs else None

    def _end(self, row: Row, period: Period) -> Instant:
        interval = interval_of(self._history(row), period, folding_for(self.asking.policy).clock)
        return OPEN if interval is None else interval[1]

    def _history(self, row: Row) -> History:
        """Return the row's own events as a history, so that the fold counts its periods.

        The rows of one case tell the same events, and share the history.
        """
        found = self._histories.get(row.events)
        if found is None:
            found = gather("", (_told(event, at) for event, at in row.events))
            self._histories[row.events] = found
        return found

    @cached_property
    def _histories(self) -> dict[tuple[tuple[str, Instant], ...], History]:
        return {}

    def _law(self, rule: Retain | None) -> str:
        named = as_dict(rule.law) if rule is not None else {}
        lineage = self.asking.policy.lineage.get(self.asking.place.pack, ())
        return next((named[pack] for pack in lineage if pack in named), "GDPR Art. 17(3)")


_period: Final = lru_cache(maxsize=256)(parse_period)


def kept_columns(table: Table, keep: Said, row: Row) -> tuple[str, ...]:
    """Return the columns that a `keep` is about: named ones, else all that no action changes."""
    if keep.columns:
        return keep.columns
    changed = {c for action in table.actions if action.word != "keep" for c in action.columns}
    return tuple(column for column in row.values if column not in changed)


def _is_started_by(period: Period, row: Row) -> bool:
    match period:
        case After(anchor=anchor):
            return anchor.is_of_one and any(event == anchor.event for event, _ in row.events)
        case Latest(parts=parts):
            return all(_is_started_by(part, row) for part in parts)
        case _:
            return False


def _is_for(condition: Period | None, relation: str) -> bool:
    return condition is not None and f"open.{relation}" in condition_names(condition)


def _told(event: str, at: Instant) -> Fact:
    noun, _, participle = event.rpartition(".")
    kind = _KINDS.get(participle, Kind.HAPPENED)
    what = event if kind is Kind.HAPPENED else noun
    return Fact(id=f"{event}@{at}", kind=kind, occurred_at=at, recorded_at=at, what=what)
