"""What is asked and what is answered: the question, the reason, the decision."""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

PERMIT: Final = "permit"
DENY: Final = "deny"


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """May `activity` be done? What is empty is not asked about.

    data: categories, groups allowed; none asks for what the activity uses. actor: the staff
    role that looks. case, product, occasion: the id of what makes the act needed now.
    """

    activity: str
    data: tuple[str, ...] = ()
    channel: str = ""
    recipient: str = ""
    sender: str = ""
    actor: str = ""
    case: str = ""
    product: str = ""
    occasion: str = ""


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why: the rule that speaks, its clause and law, the fact it rests on, what would change it.

    text: the clause's prose; fact: an id of the ledger or empty; data: those it concerns.
    """

    code: str
    clause: str = ""
    text: str = ""
    law: str = ""
    fact: str = ""
    changes_when: str = ""
    data: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: permitted or denied, for which data, and every reason.

    data: what may be used; withheld: what may not, or was not needed. at: microseconds UTC.
    """

    outcome: Literal["permit", "deny"]
    activity: str
    at: int
    data: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()

    @property
    def is_permitted(self) -> bool:
        """Say whether the act may be done."""
        return self.outcome == PERMIT

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of all reasons, in order."""
        return tuple(reason.code for reason in self.because)

    def as_json(self, moment: str) -> dict[str, Any]:
        """Return the decision as the outside contract shows it; moment: `at` in RFC 3339."""
        return {
            "outcome": self.outcome,
            "activity": self.activity,
            "data": list(self.data),
            "withheld": list(self.withheld),
            "at": moment,
            "because": [msgspec.structs.asdict(reason) for reason in self.because],
        }
