"""Small shops and what is told of Ada in them, for the tests of standing and decide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from placket.decide.decide import decide
from placket.decide.question import Decision, Question, Reason
from placket.facts import Fact, Kind
from placket.standing.fold import fold
from tests.property.strategies import document, policy_of

if TYPE_CHECKING:
    from placket.policy.compile import Policy
    from placket.standing.standing import Standing

DAY = 86_400_000_000
NOON = int(datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()) * 1_000_000
BRITAIN = """
region: home
countries: [rest]
law: uk
"""
TWO_LAWS = """
- region: union
  countries: [EEA]
  law: eu
- region: kingdom
  countries: [GB]
  law: uk
"""


def day(number: float) -> int:
    """Return noon of the `number`-th day of 2026, the first being 0."""
    return NOON + round(number * DAY)


def told(kind: Kind, on: float = 0, **parts: Any) -> Fact:
    """Return a fact of day `on` about Ada; its id says its kind and day."""
    given: dict[str, Any] = {
        "id": f"{kind.value}@{on}",
        "person": "ada",
        "occurred_at": day(on),
        "recorded_at": day(on),
    }
    return Fact(kind=kind, **(given | parts))


def shop(*blocks: str, region: str = BRITAIN, kept: str = "until asked") -> Policy:
    """Return a policy of `blocks`, from clause G-001 on; all data are `kept`."""
    return policy_of(document((region, *blocks, f"retain: all\nfor: {kept}")))


def standing_of(policy: Policy, *facts: Fact, **more: Any) -> Standing:
    """Return what holds for Ada by `facts`."""
    return fold(policy, "ada", facts, **more)


def asked(
    policy: Policy, question: Question, *facts: Fact, on: float = 100, **more: Any
) -> Decision:
    """Return the decision about Ada on day `on`; her country is always known."""
    known = (told(Kind.LOCATED, -1, region="GB"), *facts)
    return decide(policy, standing_of(policy, *known, **more), question, day(on))


def noes(decision: Decision) -> tuple[Reason, ...]:
    """Return the reasons against the act or some of its data."""
    return tuple(r for r in decision.because if not r.code.startswith("permitted."))


def why(  # noqa: PLR0913 - a reason has these parts, all but two by name
    code: str,
    changes_when: str,
    *,
    clause: str = "G-001",
    law: str = "",
    fact: str = "",
    data: tuple[str, ...] = (),
) -> Reason:
    """Return a reason that cites `clause` of a shop, with that clause's text."""
    return Reason(
        code=code,
        clause=clause,
        text=f"What {int(clause.removeprefix('G-'))} says.",
        law=law,
        fact=fact,
        changes_when=changes_when,
        data=data,
    )
