"""Steps on the person: objections, roles, age, machine decisions, wishes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.decide.condition import (
    TRUE,
    Condition,
    Holds,
    all_of,
    any_of,
    negated,
    none_of,
)
from placket.decide.steps.data import sensitive_data
from placket.law.grounds import Prohibition
from placket.policy.compile import (
    holds_in,
    is_marketing,
    limits_activity,
)
from placket.policy.rules import (
    AudienceAge,
    Automated,
    Limit,
    Role,
    as_dict,
)
from placket.standing.fold import each_time
from placket.standing.standing import relations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.decide.steps.asking import Asking, Step


def objection(asking: Asking) -> Iterator[Step]:
    """Deny what the person objects to. Source: GDPR Art. 21(1) to (3)."""
    if is_marketing(asking.activity):
        name = f"objected.{asking.tail}"
        yield asking.step(
            "objection.direct_marketing",
            Holds(name),
            "the person later says yes to this purpose on this channel",
            law=asking.gdpr("21(2), 21(3)"),
            names=(name,),
        )
    elif asking.activity.basis in {"legitimate_interest", "public_task"}:
        if asking.passes(Prohibition.OBJECTION):
            return
        name = f"objected.interest.{asking.activity.name}"
        yield asking.step(
            "objection.legitimate_interest",
            Holds(name, sparse=True),
            "the objection is withdrawn, or compelling grounds are decided and recorded",
            law=asking.gdpr("21(1)"),
            names=(name,),
        )


def role(asking: Asking) -> Iterator[Step]:
    """Deny when the person is met in no role of the activity, or the datum in a confined one."""
    if asking.passes(Prohibition.ROLE):
        return
    if asking.activity.about:
        names = tuple(f"role.{name}" for name in asking.activity.about)
        yield asking.step(
            "role.not_concerned",
            none_of(*names),
            f"the person is met as {' or '.join(asking.activity.about)}",
        )
    for confined in asking.policy.rules(Role):
        if confined.confined_to and asking.activity.name not in confined.confined_to:
            yield from _bound(asking, confined)


def _bound(asking: Asking, confined: Role) -> Iterator[Step]:
    for datum in asking.data:
        name = f"role_bound.{datum}.{confined.name}"
        yield asking.step(
            "role.confined",
            all_of(Holds(name, sparse=True), none_of(f"free.{datum}", sparse=True)),
            "the person gives the data in another role",
            clause=confined.clause,
            data=(datum,),
            names=(name,),
        )


def age(asking: Asking) -> Iterator[Step]:
    """Deny a consent under the age, and what a clause keeps from the young."""
    if asking.passes(Prohibition.AGE):
        return
    agreed = negated(Holds("guardian"))
    if asking.activity.basis == "consent":
        yield asking.step(
            "age.consent",
            all_of(Holds("minor"), agreed),
            "a guardian agrees, or the person comes of age",
            law=asking.gdpr("8(1)"),
            names=("minor",),
        )
    for rule in asking.policy.rules(AudienceAge):
        if asking.activity.name in rule.activities and holds_in(rule, asking.place):
            young: Condition = Holds(f"under.{rule.age}")
            if rule.unknown_age == "deny":
                young = any_of(young, Holds("age_unknown"))
            yield asking.step(
                "age.audience",
                all_of(young, agreed),
                "a guardian agrees, or the person comes of age",
                clause=rule.clause,
                names=(f"under.{rule.age}",),
            )


_GATEWAYS: Final = {"contract": "contract", "law": "law", "consent": "explicit_consent"}


def automated(asking: Asking) -> Iterator[Step]:
    """Deny a decision by machine alone without gateway or safeguards, or when declined."""
    for rule in asking.policy.rules(Automated):
        if asking.activity.name not in rule.activities or not holds_in(rule, asking.place):
            continue
        yield from _lawfully_automated(asking, rule)
        if rule.if_declined:
            name = f"declined.{rule.name}"
            yield asking.step(
                "automated.declined",
                Holds(name),
                "the person accepts such decisions again",
                clause=rule.clause,
                names=(name,),
            )


def _lawfully_automated(asking: Asking, rule: Automated) -> Iterator[Step]:
    law, clause = asking.law.source("automated"), rule.clause
    named = {_GATEWAYS[str(g)] for g in as_dict(rule.gateway).values()}
    allowed = asking.law.automated.gateways
    if allowed and not (named and named <= allowed):
        changes = "the clause names a gateway for each decision"
        yield asking.step("automated.no_gateway", TRUE, changes, clause=clause, law=law)
    elif allowed and "explicit_consent" in named:
        agreed = asking.yeses
        changes = "the person consents explicitly"
        yield asking.step(
            "automated.no_explicit_consent", none_of(*agreed), changes, clause=clause, law=law
        )
    if rule.review is None:
        changes = "the clause offers review by a person"
        yield asking.step("automated.no_review", TRUE, changes, clause=clause, law=law)
    touched = sensitive_data(asking)
    if touched and asking.activity.condition not in _conditions(asking):
        changes = "the clause names a condition on which a machine may decide by these data"
        yield asking.step(
            "automated.special_data", TRUE, changes, clause=clause, law=law, data=touched
        )


def _conditions(asking: Asking) -> frozenset[str]:
    """Return the conditions of Art. 9(2) on which a machine may decide. Source: GDPR Art. 22(4)."""
    words = asking.law.automated.special_categories
    consent = {"a"} if "explicit_consent" in words else set()
    return frozenset({*consent, *("g" for word in words if word.endswith("public_interest"))})


def preference(asking: Asking) -> Iterator[Step]:
    """Deny what the person switched off."""
    if asking.passes(Prohibition.PREFERENCE):
        return
    if asking.channel:
        name = f"off.channel.{asking.channel}"
        yield asking.step(
            "preference.channel", Holds(name), "the person switches the channel on", names=(name,)
        )
    if asking.activity.topic:
        name = f"off.topic.{asking.activity.topic}"
        yield asking.step(
            "preference.topic", Holds(name), "the person switches the topic on", names=(name,)
        )


def frequency(asking: Asking) -> Iterator[Step]:
    """Deny a message beyond the contact rule."""
    if asking.passes(Prohibition.FREQUENCY):
        return
    for limit in asking.policy.rules(Limit):
        is_rate = bool(as_dict(limit.allow)) and holds_in(limit, asking.place)
        on_channel = not limit.channels or asking.channel in limit.channels
        if is_rate and on_channel and limits_activity(asking.policy, limit, asking.activity.name):
            name = f"rate.{limit.name}"
            yield asking.step(
                "frequency",
                Holds(name),
                _next_message(asking, limit),
                clause=limit.clause,
                names=(name,),
            )


def _next_message(asking: Asking, limit: Limit) -> str:
    each = str(as_dict(limit.allow).get("each"))
    if each_time(each) is None and each in relations(asking.policy):
        return f"another {each.replace('_', ' ')} begins"
    return "the time between messages has passed"
