"""What became of each yes that is asked for, and whether one given before still counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.comparing.difference import Consequence, Duty, Effect
from placket.policy.rendering.lay import lay_list
from placket.policy.rules import Consent, Cookie, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.parse import Document

Asked = Consent | Cookie


def consent_effects(old: Document, new: Document) -> Iterator[Consequence]:
    """Yield what became of each consent and category of cookies."""
    before, after = _by_name(old), _by_name(new)
    for name in dict.fromkeys((*after, *before)):
        yield from _changed(before.get(name), after.get(name))


def _by_name(document: Document) -> Mapping[str, Asked]:
    return {r.name: r for r in document.rules() if isinstance(r, Consent | Cookie) and not r.draft}


def _changed(before: Asked | None, after: Asked | None) -> Iterator[Consequence]:
    if after is None:
        if before is not None:
            yield _effect(Effect.CONSENT_ENDED, before, before=lay_list(before.activities))
    elif before is None:
        words, is_asked = lay_list(after.activities), getattr(after, "basis", "") != "exempt"
        yield _effect(
            Effect.CONSENT_ADDED, after, after=words, duty=Duty.ASK if is_asked else Duty.NONE
        )
    else:
        yield from _widened(before, after)
        yield from _wording(before, after)


def _effect(
    effect: Effect,
    rule: Asked,
    *,
    before: str = "",
    after: str = "",
    duty: Duty = Duty.NONE,
) -> Consequence:
    return Consequence(
        effect=effect,
        about=(rule.name,),
        clause=rule.clause,
        before=before,
        after=after,
        regions=rule.regions,
        duty=duty,
        source="GDPR Art. 4(11), 7" if isinstance(rule, Consent) else "ePrivacy Art. 5(3)",
    )


def _widened(before: Asked, after: Asked) -> Iterator[Consequence]:
    more = [item for item in scope(after) if item not in scope(before)]
    if more:
        yield _effect(Effect.CONSENT_WIDENED, after, after=lay_list(more), duty=Duty.ASK)


def scope(rule: Asked) -> tuple[str, ...]:
    """Return what a yes is to: activities, purposes, channels, recipients and data."""
    keys = ("activities", "purpose", "channel", "recipients", "data")
    return tuple(item for key in keys for item in getattr(rule, key, ()))


def _wording(before: Asked, after: Asked) -> Iterator[Consequence]:
    was, now = wordings_of(before), wordings_of(after)
    if was == now:
        return
    # A rule without wordings takes any yes.
    holds = not now or (bool(was) and set(was) <= set(now))
    duty = Duty.NONE if holds else Duty.ASK
    yield _effect(
        Effect.WORDING_CHANGED,
        after,
        before=", ".join(was),
        after=", ".join(now),
        duty=duty,
    )


def wordings_of(rule: Asked) -> tuple[str, ...]:
    """Return the wordings by which a yes counts for the rule, the one asked by first."""
    own = str(as_dict(getattr(rule, "asked", ())).get("wording", ""))
    return tuple(dict.fromkeys(filter(None, (own, *getattr(rule, "wordings", ())))))
