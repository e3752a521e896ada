"""A policy as the ledger folds by it: how standing lies, which facts move it, the fold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.decide.index import suggested_indexes
from placket.gate.sealing import Keys, births
from placket.standing.fold import fold, moves, refold
from placket.standing.layout import Layout, layout_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from placket.facts import Fact
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing
    from placket.store.ledger import PersonHistory


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolicyFold:
    """The fold under one policy, births opened with the keys."""

    policy: Policy
    keys: Keys

    @property
    def layout(self) -> Layout:
        """Return how standing under the policy lies in the ledger."""
        return layout_of(self.policy)

    @property
    def indexes(self) -> tuple[tuple[str, ...], ...]:
        """Return the indexes that pay for the policy's activities, each as its states."""
        return suggested_indexes(self.policy, self.layout)

    def concerns(self, fact: Fact) -> bool:
        """Say whether `fact` may move the standing of its persons."""
        return moves(self.policy, fact)

    def fold(
        self, person: str, facts: Sequence[Fact], connected: Callable[[str, str], int | None]
    ) -> Standing:
        """Return the standing of the person, or of the cluster whose root it is."""
        return fold(
            self.policy,
            person,
            facts,
            private=births(facts, self.keys),
            connected=connected,
        )

    def then(self, history: PersonHistory, at: int, known_at: int | None = None) -> Standing | None:
        """Return what held at `at` by what was known at `known_at`, now when that is None.

        None where nothing of the person had occurred or was known.
        """
        facts = [
            fact
            for fact in history.facts
            if fact.occurred_at <= at and (known_at is None or fact.recorded_at <= known_at)
        ]
        return self.fold(history.person, facts, history.connected) if facts else None

    def refold(
        self,
        before: Standing,
        news: Sequence[Fact],
        facts: Sequence[Fact],
        connected: Callable[[str, str], int | None],
    ) -> Standing:
        """Return what `fold` would of `facts`; `before` was the standing without `news`."""
        return refold(
            self.policy,
            before,
            news,
            facts,
            private=births(facts, self.keys),
            connected=connected,
        )
