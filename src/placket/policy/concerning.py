"""Which activities and which recipients a change of policy concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy import vocabulary
from placket.policy.comparing.activities import recipients_of
from placket.policy.comparing.difference import PERIODS, Effect
from placket.policy.compile import kept_by, uses_of
from placket.policy.rules import Automated, Recipient, Retain, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.comparing.difference import Consequence, Difference
    from placket.policy.compile import Policy
    from placket.policy.rules import Activity

_OF_CONSENTS: Final = frozenset(
    {
        Effect.CONSENT_ADDED,
        Effect.CONSENT_ENDED,
        Effect.CONSENT_WIDENED,
        Effect.WORDING_CHANGED,
    }
)
_OF_EVERYBODY: Final = frozenset(
    {Effect.CONTROLLER_CHANGED, Effect.RIGHT_ENDED, Effect.RIGHT_CHANGED}
)
_TO_RECIPIENTS: Final = frozenset(
    {
        Effect.ACTIVITY_ENDED,
        Effect.PURPOSE_ENDED,
        Effect.DATUM_ENDED,
        Effect.RECIPIENT_ADDED,
        Effect.RECIPIENT_ENDED,
        Effect.RECIPIENT_CHANGED,
        Effect.TRANSFER_ADDED,
        Effect.TRANSFER_ENDED,
        Effect.SAFEGUARD_CHANGED,
        Effect.PERIOD_SHORTER,
        Effect.PERIOD_LONGER,
        Effect.PERIOD_CHANGED,
    }
)


def activities_concerned(consequence: Consequence, old: Policy, new: Policy) -> frozenset[str]:
    """Return the activities of either policy that the consequence concerns, none for all of them.

    Of data: those that use them; of a recipient: those that hand data there; of a consent:
    those it covers.
    """
    if consequence.effect in _OF_EVERYBODY:
        return frozenset()
    return frozenset(
        variant.name
        for policy in (old, new)
        for variants in policy.activities.values()
        for variant in variants
        if _is_concerned(consequence, variant, policy)
    )


def _is_concerned(consequence: Consequence, activity: Activity, policy: Policy) -> bool:
    about = set(consequence.about)
    if consequence.effect in _OF_CONSENTS:
        consent = policy.consents.get(consequence.about[0])
        named = getattr(consent, "activities", ())
        return activity.name in named or bool(about & set(activity.needs))
    if consequence.effect is Effect.AUTOMATED_ADDED:
        decided = (r for r in policy.rules(Automated) if r.name in about)
        return any(activity.name in rule.activities for rule in decided)
    if consequence.effect in PERIODS:
        return vocabulary.ALL_HELD in about or bool(about & set(uses_of(activity)))
    return activity.name in about or bool(_handed(activity, policy) & _recipients(consequence))


def _recipients(consequence: Consequence) -> set[str]:
    # A rule that names several recipients is told by them all, parted by commas.
    return {name for word in consequence.about for name in word.split(", ")}


def _handed(activity: Activity, policy: Policy) -> set[str]:
    """Return to whom the activity hands data, by its own rule or by the recipient's."""
    named = set(recipients_of(activity))
    for rule in policy.rules(Recipient):
        served = set(rule.activities)
        for activities in as_dict(rule.role).values():
            served |= set(activities)
        if activity.name in served:
            named |= set(rule.name)
    return named


def recipients_to_tell(
    difference: Difference, old: Policy, new: Policy
) -> dict[str, tuple[Consequence, ...]]:
    """Return what each recipient is told of: what it gets no more, keeps less or holds otherwise.

    Recipients in order of the new text, those that are gone last. Source: GDPR Art. 19, 28(3).
    """
    found: dict[str, list[Consequence]] = {}
    for consequence in difference.consequences:
        if consequence.effect in _TO_RECIPIENTS:
            for name in dict.fromkeys(_told(consequence, old, new)):
                found.setdefault(name, []).append(consequence)
    order = {n: at for at, n in enumerate((*_named(new), *_named(old))[::-1])}
    return {name: tuple(found[name]) for name in sorted(found, key=lambda n: -order.get(n, 0))}


def _named(policy: Policy) -> Iterator[str]:
    for rule in policy.rules(Recipient):
        yield from rule.name


def _told(consequence: Consequence, old: Policy, new: Policy) -> Iterator[str]:
    known = {*_named(old), *_named(new)}
    yield from (name for name in sorted(_recipients(consequence)) if name in known)
    if consequence.effect in PERIODS:
        yield from _keepers(consequence, new)
        return
    for policy in (old, new):
        for variants in policy.activities.values():
            for variant in variants:
                if variant.name in consequence.about:
                    yield from sorted(_handed(variant, policy) & known)


def _keepers(consequence: Consequence, policy: Policy) -> Iterator[str]:
    """Yield who keeps the data for the retailer."""
    for rule in policy.rules(Retain):
        if rule.at and set(kept_by(rule)) & set(consequence.about):
            yield rule.at
