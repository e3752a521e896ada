"""What follows from a change of policy, in sentences for those whom it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.comparing.difference import PERIODS, Effect
from placket.policy.rendering.lay import capital, lay, lay_list, lay_period
from placket.policy.rendering.places import Regions, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from placket.policy.comparing.difference import Consequence

_SAYS: Final[Mapping[Effect, str]] = {
    Effect.ACTIVITY_ADDED: "{about} is new: {after}",
    Effect.ACTIVITY_ENDED: "{about} ends",
    Effect.BASIS_CHANGED: "{about} rests on {after}, no longer on {before}",
    Effect.INTEREST_CHANGED: "the reason for {about} is now: {after}",
    Effect.PURPOSE_ADDED: "{about} now also serves {after}",
    Effect.PURPOSE_ENDED: "{about} no longer serves {before}",
    Effect.DATUM_ADDED: "{about} now also takes {after}",
    Effect.DATUM_ENDED: "{about} no longer takes {before}",
    Effect.CHANNEL_ADDED: "{about} may now also come by {after}",
    Effect.CHANNEL_ENDED: "{about} no longer comes by {before}",
    Effect.RECIPIENT_ADDED: "{about}: data now also go to {after}",
    Effect.RECIPIENT_ENDED: "{about}: data no longer go to {before}",
    Effect.RECIPIENT_CHANGED: "{about} now acts as {after}, no longer as {before}",
    Effect.TRANSFER_ADDED: "{about}: data now also go to {after}",
    Effect.TRANSFER_ENDED: "{about}: data no longer go to {before}",
    Effect.SAFEGUARD_CHANGED: "{about}: data that leave are now safeguarded by {after}",
    Effect.PERIOD_LONGER: "{about}: kept longer, {after} and no longer {before}",
    Effect.PERIOD_SHORTER: "{about}: kept less long, {after} and no longer {before}",
    Effect.PERIOD_CHANGED: "{about}: kept by another clock, {after} and no longer {before}",
    Effect.PERIOD_ADDED: "{about}: kept {after}; before there was no period of its own",
    Effect.PERIOD_ENDED: "{about}: no period of its own any more; it was {before}",
    Effect.CONSENT_ADDED: "a yes to {about} is asked for",
    Effect.CONSENT_ENDED: "a yes to {about} is no longer asked for",
    Effect.CONSENT_WIDENED: "a yes to {about} now also covers {after}",
    Effect.WORDING_CHANGED: "a yes to {about} counts by the wordings {after}, before: {before}",
    Effect.PROFILING_ADDED: "{about} now profiles",
    Effect.AUTOMATED_ADDED: "{about}: a machine alone decides on {after}",
    Effect.RIGHT_ENDED: "the right named {about} is gone from the policy",
    Effect.RIGHT_CHANGED: "the right to {about}: {after}, before: {before}",
    Effect.CONTROLLER_CHANGED: "{after} answers for the data, no longer {before}",
    Effect.AGE_CHANGED: "a guardian agrees under the age of {after}, before: {before}",
}

_NAMES: Final = frozenset({Effect.WORDING_CHANGED, Effect.CONTROLLER_CHANGED})
_NOTHING: Final = "nothing"
_NO_REGIONS: Final[Regions] = {}


def says(consequence: Consequence, regions: Regions = _NO_REGIONS) -> str:
    """Return the consequence as a sentence, its regions named where it is not everywhere.

    regions: what each stands for; one that is not there is told by its name.
    """
    words: Callable[[str], str] = lay_period if consequence.effect in PERIODS else lay
    if consequence.effect in _NAMES:
        words = str
    sentence = _SAYS[consequence.effect].format(
        about=lay_list(consequence.about),
        before=words(consequence.before) or _NOTHING,
        after=words(consequence.after) or _NOTHING,
    )
    tail = f", in {where(consequence.regions, regions)}" if consequence.regions else ""
    return f"{capital(sentence)}{tail}."
