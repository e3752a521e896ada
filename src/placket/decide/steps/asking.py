"""What a step of the decision table is, and what every step looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from placket.law.grounds import Ground, Prohibition
from placket.policy.compile import (
    Place,
    Policy,
    consents_for,
    is_marketing,
)
from placket.standing.standing import with_consents

if TYPE_CHECKING:
    from placket.decide.condition import (
        Condition,
    )
    from placket.decide.question import Question
    from placket.decide.telling import Telling
    from placket.law.rules import Law
    from placket.policy.rules import (
        Activity,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rule of the table, compiled: it denies when its condition is true.

    data: those that the step denies, the whole act when empty. names: the states whose facts
    explain the denial, most telling first. clocks: the clause of each clock or form, where the one
    that ends last speaks instead of `clause`. laws: the law by place, once places are merged.
    is_vital: the act cannot do without the data, or all of it is denied. is_said: it gives a
    reason; what a region does not use and nobody asked for gives none. told: its reason, once
    the question is compiled.
    """

    code: str
    denies: Condition
    clause: str = ""
    law: str = ""
    changes_when: str = ""
    data: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    clocks: tuple[tuple[str, str], ...] = ()
    laws: tuple[tuple[str, str], ...] = ()
    is_vital: bool = True
    is_said: bool = True
    told: Telling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A question about one activity in one place: what every step looks at."""

    policy: Policy
    place: Place
    law: Law
    activity: Activity
    question: Question
    channel: str
    data: tuple[str, ...]

    @property
    def ground(self) -> Ground:
        """Return the ground of the activity: named, or that of its basis."""
        return ground_of(self.activity)

    def passes(self, prohibition: Prohibition) -> bool:
        """Say whether the law of the place lets the activity pass the prohibition."""
        return self.law.lets_pass(prohibition, self.ground)

    def gdpr(self, articles: str) -> str:
        """Return the articles as the law of the place names its own GDPR: `UK GDPR Art. 21(1)`."""
        return f"{self.law.data_protection_law} Art. {articles}"

    @property
    def tail(self) -> str:
        """Return the activity and its channel, as marketing states are named."""
        return f"{self.activity.name}.{self.channel}" if self.channel else self.activity.name

    @property
    def consents(self) -> tuple[str, ...]:
        """Return the names of the consents that cover the act here, cookies among them."""
        return consents_for(self.policy, self.activity, self.channel, self.place)

    @property
    def yeses(self) -> tuple[str, ...]:
        """Return the standing names of each yes to the act itself; a yes to cookies is none."""
        return with_consents(self.policy, self.activity, self.channel, self.place)

    def step(  # noqa: PLR0913 - a step has these parts, all but three by name
        self,
        code: str,
        denies: Condition,
        changes_when: str,
        *,
        clause: str = "",
        law: str = "",
        data: tuple[str, ...] = (),
        names: tuple[str, ...] = (),
    ) -> Step:
        """Return a step of the activity's clause, or of another that speaks."""
        return Step(
            code=code,
            denies=denies,
            clause=clause or self.activity.clause,
            law=law,
            changes_when=changes_when,
            data=data,
            names=names,
        )


_GROUND_OF_BASIS: Final = {
    "contract": Ground.CONTRACT,
    "legal_obligation": Ground.DUTY,
    "vital_interest": Ground.VITAL_INTEREST,
}


def ground_of(activity: Activity) -> Ground:
    """Return what the activity rests on where a prohibition would stop it.

    A marketing activity has no ground, whatever its basis. Source: design, the matrix.
    """
    if activity.ground:
        return Ground(activity.ground)
    if is_marketing(activity):
        return Ground.NONE
    if "legal_claims" in activity.purpose:
        return Ground.CLAIMS
    return _GROUND_OF_BASIS.get(activity.basis, Ground.NONE)
