"""An act that is recorded only where it is permitted: asked and written as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from placket.decide.decide import decide
from placket.decide.question import Question
from placket.store.provisos import Proviso

if TYPE_CHECKING:
    from placket.decide.question import Decision
    from placket.facts import Fact
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing


class Denied(Exception):
    """the act is not permitted now; nothing was recorded."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(str(Denied.__doc__))
        self.decision = decision


def question_of(fact: Fact) -> Question:
    """Return whether what the fact tells may be done: the act, its channel and its recipient."""
    return Question(activity=fact.activity, channel=fact.channel, recipient=fact.recipient)


@dataclass(slots=True, kw_only=True)
class Act:
    """A question that the ledger asks while it writes. decision: the answer, once it did."""

    policy: Policy
    question: Question
    at: int
    decision: Decision | None = None

    def ask(self, standing: Standing | None) -> None:
        """Decide by the standing of that moment. Raises Denied."""
        self.decision = decide(self.policy, standing, self.question, self.at)
        if not self.decision.is_permitted:
            raise Denied(self.decision)

    def answer(self) -> Decision:
        """Return the decision by which the act was written."""
        if self.decision is None:
            raise AssertionError("what is written under a proviso was asked about")
        return self.decision

    def proviso(self, person: str) -> Proviso:
        """Return what must hold when the act is written."""
        return Proviso(person=person, digest=self.policy.fold_digest, holds=self.ask)
