"""What became of each yes that is asked for, and whether one given before still counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placket.policy.comparing.difference import Duty, Effect
from placket.policy.comparing.following import follows
from placket.policy.rendering.lay import lay_list
from placket.policy.rules import Consent, Cookie, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.comparing.difference import Consequence
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
            words = lay_list(before.activities)
            yield follows(Effect.CONSENT_ENDED, before, before=words, source=_source(before))
    elif before is None:
        is_asked = getattr(after, "basis", "") != "exempt"
        yield follows(
            Effect.CONSENT_ADDED,
            after,
            after=lay_list(after.activities),
            duty=Duty.ASK if is_asked else Duty.NONE,
            source=_source(after),
        )
    else:
        yield from _widened(before, after)
        yield from _wording(before, after)


def _source(rule: Asked) -> str:
    return "GDPR Art. 4(11), 7" if isinstance(rule, Consent) else "ePrivacy Art. 5(3)"


def _widened(before: Asked, after: Asked) -> Iterator[Consequence]:
    more = [item for item in scope(after) if item not in scope(before)]
    if more:
        words, source = lay_list(more), _source(after)
        yield follows(Effect.CONSENT_WIDENED, after, after=words, duty=Duty.ASK, source=source)


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
    yield follows(
        Effect.WORDING_CHANGED,
        after,
        before=", ".join(was),
        after=", ".join(now),
        duty=duty,
        source=_source(after),
    )


def wordings_of(rule: Asked) -> tuple[str, ...]:
    """Return the wordings by which a yes counts for the rule, the one asked by first."""
    own = str(as_dict(getattr(rule, "asked", ())).get("wording", ""))
    return tuple(dict.fromkeys(filter(None, (own, *getattr(rule, "wordings", ())))))
