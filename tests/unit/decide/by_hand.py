"""Questions and layouts written by hand: conditions as steps, tables of few columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from placket.decide.decide import Prepared
from placket.decide.question import Question
from placket.decide.steps.asking import Asking, Step
from placket.policy.compile import uses_of
from placket.standing.layout import Layout
from tests.unit.standing.telling import shop

if TYPE_CHECKING:
    from placket.decide.condition import Condition
    from placket.policy.compile import Policy

CARE: Final = """
activity: care
purpose: customer_service
uses: [name]
basis: legitimate_interest
"""
SHOP: Final = shop(CARE)
OLD: Final = Layout(digest="old", names=("in.home_uk", "a", "b"))
NEW: Final = Layout(digest="new", names=("b", "c"))


def asks(*denials: Condition, aside: Condition | None = None) -> Prepared:
    """Return a question that each of `denials` denies, of the one place `in.home_uk`.

    aside: denies only data that the act can do without.
    """
    steps = [Step(code=f"step.{number}", denies=denies) for number, denies in enumerate(denials)]
    if aside is not None:
        steps.insert(0, Step(code="aside", denies=aside, is_vital=False))
    question = Question(activity="care")
    return Prepared(policy=SHOP, question=question, steps=tuple(steps), supports=(), asked=())


def asking(policy: Policy, activity: str, *, place: int = 0, **asked: Any) -> Asking:
    """Return what the steps look at when `activity` is asked about in a place of the policy."""
    here, question = policy.places[place], Question(activity=activity, **asked)
    variant = policy.variant(activity, here)
    assert variant is not None
    return Asking(
        policy=policy,
        place=here,
        law=policy.laws[here.pack],
        activity=variant,
        question=question,
        channel=question.channel,
        data=question.data or uses_of(variant),
    )
