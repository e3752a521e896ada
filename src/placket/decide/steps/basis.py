"""Steps on the legal basis, the person's device and the marketing channel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.decide.condition import (
    TRUE,
    Condition,
    Ended,
    Holds,
    all_of,
    any_of,
    negated,
    none_of,
)
from placket.law.grounds import Prohibition
from placket.policy import vocabulary
from placket.policy.compile import (
    consents_for,
    holds_in,
    is_direct_marketing,
)
from placket.policy.rules import (
    Cookie,
    as_dict,
)
from placket.standing.standing import (
    consent_name,
    consent_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.decide.steps.asking import Asking, Step

LIVE_CALL: Final = "phone"


def basis(asking: Asking) -> Iterator[Step]:
    """Deny without a legal basis that holds today. Source: GDPR Art. 6(1)."""
    match asking.activity.basis:
        case "consent":
            yield from _consent(asking)
        case "contract":
            yield from _contract(asking)
        case "legal_obligation":
            yield from _obligation(asking)
        case "vital_interest" | "public_task" if not asking.question.occasion:
            yield asking.step(
                "basis.no_occasion",
                TRUE,
                "the question names what has occurred",
                law=asking.gdpr("6(1)(d), (e)"),
            )
        case "legitimate_interest" | "recognised_legitimate_interest":
            return  # what is weighed stands in the policy: a missing assessment is its problem
        case "vital_interest" | "public_task":
            return
        case _:
            yield asking.step(
                "basis.none", TRUE, "a clause names the legal basis", law=asking.gdpr("6(1)")
            )


def needed_consents(asking: Asking) -> tuple[tuple[str, ...], ...]:
    """Return groups of standing names: of each group one must hold.

    What the activity `needs` is needed each; without it, one of the consents that list it. What
    it needs and nobody is asked for here is a group of none.
    """
    here = asking.consents
    anywhere = consents_for(asking.policy, asking.activity, asking.channel)
    wanted = [name for name in anywhere if name in asking.activity.needs]
    groups = [(name,) if name in here else () for name in wanted] if wanted else [here]
    return tuple(
        tuple(
            state
            for name in group
            if _covers_recipient(asking, name)
            for state in consent_names(asking.policy, name, asking.channel)
        )
        for group in groups
    )


def _covers_recipient(asking: Asking, consent: str) -> bool:
    named = getattr(asking.policy.consents[consent], "recipients", ())
    return not named or not asking.question.recipient or asking.question.recipient in named


def _consent(asking: Asking) -> Iterator[Step]:
    law = asking.gdpr("6(1)(a), 7")
    for group in needed_consents(asking):
        clause = _clause_of(asking, group)
        given = any_of(*(Holds(name) for name in group))
        noes = tuple(f"no.{name}" for name in group)
        waiting = tuple(f"unconfirmed.{name}" for name in group)
        refused = any_of(*(Holds(name) for name in noes))
        unconfirmed = any_of(*(Holds(name) for name in waiting))
        expired = any_of(*(Ended(name) for name in group))
        lacks = negated(given)
        states = (
            ("basis.consent_refused", refused, "the person later says yes", noes),
            (
                "basis.consent_unconfirmed",
                all_of(unconfirmed, negated(refused)),
                "the person confirms the yes",
                waiting,
            ),
            (
                "basis.consent_expired",
                all_of(expired, negated(refused), negated(unconfirmed)),
                "the person says yes again",
                group,
            ),
            (
                "basis.consent_not_given",
                all_of(negated(refused), negated(unconfirmed), negated(expired)),
                "the person says yes by a published wording",
                (),
            ),
        )
        for code, state, changes, names in states:
            yield asking.step(
                code, all_of(lacks, state), changes, clause=clause, law=law, names=names
            )


def _clause_of(asking: Asking, names: tuple[str, ...]) -> str:
    """Return the clause of the consent that the first of the states is a yes to, empty for none."""
    return asking.policy.consents[names[0].split(".")[1]].clause if names else ""


def _contract(asking: Asking) -> Iterator[Step]:
    names = tuple(f"had.{relation}" for relation in asking.activity.relation)
    yield asking.step(
        "basis.no_contract",
        none_of(*names),
        f"there is {' or '.join(asking.activity.relation) or 'a contract'} with the person",
        law=asking.gdpr("6(1)(b)"),
    )


def _obligation(asking: Asking) -> Iterator[Step]:
    named = as_dict(asking.activity.law)
    if not set(named) & set(asking.policy.lineage[asking.place.pack]):
        yield asking.step(
            "basis.no_law", TRUE, "a law of the person's country is named", law=asking.gdpr("6(3)")
        )
    if asking.activity.relation:
        yield asking.step(
            "basis.no_trigger",
            none_of(*(f"had.{relation}" for relation in asking.activity.relation)),
            f"there is {' or '.join(asking.activity.relation)} with the person",
            law=asking.gdpr("6(1)(c)"),
        )


def device(asking: Asking) -> Iterator[Step]:
    """Deny storing or reading on the person's device without a yes. Source: ePrivacy Art. 5(3)."""
    if asking.activity.device != "stores":
        return
    cookies = {name: asking.policy.consents.get(name) for name in asking.activity.needs}
    names = tuple(
        consent_name(name)
        for name, cookie in cookies.items()
        if isinstance(cookie, Cookie) and holds_in(cookie, asking.place)
    )
    yield asking.step(
        "device.no_consent",
        none_of(*names),
        "the person accepts this category on the device",
        clause=_clause_of(asking, names),
        law=asking.law.device_law,
        names=tuple(f"no.{name}" for name in names),
    )


def channel(asking: Asking) -> Iterator[Step]:
    """Deny marketing on a channel without consent or every condition of the soft opt-in."""
    if not (asking.channel and is_direct_marketing(asking.activity)):
        return
    if asking.passes(Prohibition.CHANNEL):
        return
    refused = f"refused.{asking.tail}"
    yield asking.step(
        "channel.refused",
        Holds(refused),
        "the person says yes to messages on this channel",
        law=f"{asking.law.refusal_law}; {asking.gdpr('7(3)')}",
        names=(refused,),
    )
    given = tuple(Holds(name) for name in channel_yeses(asking))
    if asking.channel == LIVE_CALL:
        yield from _live_call(asking, given)
    elif _wants_yes(asking):
        yield asking.step(
            "channel.no_soft_opt_in",
            negated(any_of(*given, *_soft_opt_in(asking))),
            "the person consents, or buys and is offered to refuse",
            law=asking.law.source("soft_opt_in"),
            names=(f"soft.{asking.channel}",),
        )


def _wants_yes(asking: Asking) -> bool:
    return asking.channel in vocabulary.ELECTRONIC_MAIL | asking.law.consent_channels


def channel_yeses(asking: Asking) -> tuple[str, ...]:
    """Return the standing names of each yes that opens the channel to this marketing.

    None where the channel asks for no yes.
    """
    asks = asking.channel == LIVE_CALL or _wants_yes(asking)
    if not (asks and is_direct_marketing(asking.activity)):
        return ()
    return asking.yeses


def _soft_opt_in(asking: Asking) -> Iterator[Condition]:
    terms, rule = as_dict(asking.activity.soft_opt_in), asking.law.soft_opt_in
    offered = terms.get("refusal_offered", ())
    offered = {offered} if isinstance(offered, str) else set(offered)
    meets = (
        terms.get("got_from") == rule.got_from
        and terms.get("by") == rule.by
        and terms.get("similar") == rule.similar
        and rule.refusal_offered <= offered
        and asking.channel in rule.channels
    )
    if meets:
        yield Holds(f"soft.{asking.channel}")


def _live_call(asking: Asking, given: tuple[Condition, ...]) -> Iterator[Step]:
    rule, law = asking.law.call_rule, asking.law.source("call_rule")
    if rule.consent:
        yield asking.step(
            "channel.call_needs_consent",
            negated(any_of(*given)),
            "the person consents to calls",
            law=law,
        )
    else:
        listed = f"listed.{asking.channel}"
        yield asking.step(
            "channel.register",
            all_of(Holds(listed), negated(any_of(*given))),
            "the number leaves the register, or the person consents to calls",
            law=law,
            names=(listed,),
        )
