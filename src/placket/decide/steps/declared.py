"""Steps on what the clauses declare: channels, data, recipients, staff, times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.decide.condition import (
    TRUE,
    none_of,
)
from placket.law.packs import expand_countries
from placket.policy import vocabulary
from placket.policy.compile import (
    holds_in,
    uses_of,
)
from placket.policy.rules import (
    Access,
    Recipient,
    as_dict,
)
from placket.standing.standing import (
    condition_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.decide.steps.asking import Asking, Step

EEA: Final = "EEA"


def declared(asking: Asking) -> Iterator[Step]:
    """Deny what is in no clause: the channel, data, recipient, sender or occasion."""
    activity, question = asking.activity, asking.question
    if activity.channel and not asking.channel:
        yield asking.step("declared.channel_unnamed", TRUE, "the question names one channel")
    elif asking.channel and asking.channel not in activity.channel:
        yield asking.step("declared.channel", TRUE, "a clause names this channel for the activity")
    undeclared = tuple(d for d in asking.data if d not in uses_of(activity))
    if undeclared:
        yield asking.step(
            "declared.data", TRUE, "a clause names these data for the activity", data=undeclared
        )
    if question.sender and activity.sender and question.sender not in activity.sender:
        yield asking.step("declared.sender", TRUE, "a clause names this sender for the activity")
    if activity.occasion and not question.occasion:
        yield asking.step("declared.occasion", TRUE, f"there is {activity.occasion}")
    if not activity.offered:
        yield asking.step("declared.not_offered", TRUE, "the retailer offers this service")


def recipient(asking: Asking) -> Iterator[Step]:
    """Deny a hand-over not declared, agreed or safeguarded. Source: GDPR Art. 26, 28, 44."""
    name = asking.question.recipient
    if not name:
        return
    rules = [
        rule
        for rule in asking.policy.rules(Recipient)
        if name in rule.name and holds_in(rule, asking.place)
    ]
    shares = as_dict(asking.activity.shares).get("to")
    named = {*asking.activity.recipients, *([shares] if isinstance(shares, str) else shares or ())}
    if name not in named or not rules:
        yield asking.step(
            "declared.recipient", TRUE, "a clause names this recipient", law=asking.gdpr("13(1)(e)")
        )
        return
    yield from _agreed(asking, rules[0])


def _agreed(asking: Asking, rule: Recipient) -> Iterator[Step]:
    if _roles_here(asking, rule) & {"processor", "joint"} and not rule.contract:
        yield asking.step(
            "recipient.no_contract",
            TRUE,
            "a contract or arrangement is on record",
            clause=rule.clause,
            law=asking.gdpr("26, 28(3)"),
        )
    if set(rule.country) - _near(asking) and not rule.safeguard:
        yield asking.step(
            "recipient.no_safeguard",
            TRUE,
            "a safeguard for the country is declared",
            clause=rule.clause,
            law=asking.gdpr("44 to 49"),
        )
    kept_back = tuple(d for d in asking.data if not vocabulary.covers(rule.gets, d))
    if rule.gets and kept_back:
        yield asking.step(
            "recipient.data",
            TRUE,
            "a clause names these data for the recipient",
            clause=rule.clause,
            data=kept_back,
        )


def _roles_here(asking: Asking, rule: Recipient) -> set[str]:
    """Return the roles in which the recipient acts for this activity, all when none is told."""
    if isinstance(rule.role, str):
        return {rule.role}
    served = {asking.activity.name, *asking.activity.purpose}
    by_role = as_dict(rule.role)
    return {role for role, names in by_role.items() if served & set(names)} or set(by_role)


def _near(asking: Asking) -> frozenset[str]:
    """Return the countries to which no safeguard is needed, and the words that name them all."""
    return frozenset({EEA, "GB", *expand_countries(EEA), *asking.law.duty_countries})


def access(asking: Asking) -> Iterator[Step]:
    """Deny staff what their role does not see, or sees only with an open case."""
    if not asking.question.actor:
        return
    named = (r for r in asking.policy.rules(Access) if r.role == asking.question.actor)
    rules = [r for r in named if holds_in(r, asking.place)]
    if not rules:
        yield asking.step("access.role", TRUE, "a clause gives this role access")
        return
    for datum in asking.data:
        seeing = [r for r in rules if vocabulary.covers(r.sees, datum)]
        if not seeing:
            yield asking.step(
                "access.data",
                TRUE,
                "a clause shows these data to the role",
                clause=rules[0].clause,
                data=(datum,),
            )
            continue
        whiles = [r.open_while for r in seeing if r.open_while is not None]
        if len(whiles) == len(seeing):
            names = tuple(name for each in whiles for name in condition_names(each))
            closed = none_of(*names)
            no_case = TRUE if not asking.question.case else closed
            yield asking.step(
                "access.no_open_case",
                no_case,
                f"{' or '.join(map(str, whiles))} and is named",
                clause=seeing[0].clause,
                data=(datum,),
                names=names,
            )


def situation(asking: Asking) -> Iterator[Step]:
    """Deny an activity outside the time that its clause confines it to."""
    if asking.activity.open_while is not None:
        names = condition_names(asking.activity.open_while)
        yield asking.step(
            "situation.closed",
            none_of(*names),
            f"this holds: {asking.activity.open_while}",
            names=names,
        )
