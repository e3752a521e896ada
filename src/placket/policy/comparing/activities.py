"""What became of each activity in a region: purpose, data, basis, channels, recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from placket.policy.comparing.difference import Duty, Effect
from placket.policy.comparing.following import DATA, RECIPIENTS, follows, list_follows
from placket.policy.compile import activities_of, uses_of
from placket.policy.rendering.lay import lay, lay_list
from placket.policy.rules import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from placket.policy.comparing.difference import Consequence
    from placket.policy.parse import Document
    from placket.policy.rules import Activity


def activity_effects(old: Document, new: Document, region: str) -> Iterator[Consequence]:
    """Yield what became of each activity in `region`, what they extend taken together."""
    before, after = _here(old, region), _here(new, region)
    for name in dict.fromkeys((*after, *before)):
        yield from _changed(before.get(name), after.get(name))


def _here(document: Document, region: str) -> Mapping[str, Activity]:
    found: dict[str, Activity] = {}
    for name, variants in activities_of(document).items():
        for variant in variants:
            if not variant.regions or not region or region in variant.regions:
                found.setdefault(name, variant)
    return found


def _changed(before: Activity | None, after: Activity | None) -> Iterator[Consequence]:
    if after is None:
        if before is not None:
            yield follows(Effect.ACTIVITY_ENDED, before, before=lay_list(before.purpose))
    elif before is None:
        yield follows(
            Effect.ACTIVITY_ADDED,
            after,
            after=lay_list(after.purpose),
            duty=_owed(after),
            source="GDPR Art. 13(3), 14(4)",
        )
    else:
        yield from _why(before, after)
        yield from _what(before, after)
        yield from _whom(before, after)


def _owed(activity: Activity) -> Duty:
    """Return what more of an activity asks for: a yes to less is none to more."""
    return Duty.ASK if activity.basis == "consent" else Duty.TELL


def _why(before: Activity, after: Activity) -> Iterator[Consequence]:
    yield from list_follows(
        after,
        before.purpose,
        after.purpose,
        (Effect.PURPOSE_ADDED, Effect.PURPOSE_ENDED),
        duty=_owed(after),
        source="GDPR Art. 6(4), 13(3)",
    )
    if before.basis != after.basis:
        yield follows(
            Effect.BASIS_CHANGED,
            after,
            before=lay(before.basis),
            after=lay(after.basis),
            duty=_owed(after),
            source="GDPR Art. 13(1)(c)",
        )
    elif before.interest != after.interest:
        yield follows(
            Effect.INTEREST_CHANGED,
            after,
            before=before.interest,
            after=after.interest,
            duty=Duty.TELL,
            source="GDPR Art. 13(1)(d)",
        )
    if after.profiling and not before.profiling:
        yield follows(
            Effect.PROFILING_ADDED, after, duty=_owed(after), source="GDPR Art. 13(2)(f), 21(2)"
        )


def _what(before: Activity, after: Activity) -> Iterator[Consequence]:
    yield from list_follows(
        after,
        uses_of(before),
        uses_of(after),
        DATA,
        duty=Duty.TELL,
        source="GDPR Art. 13(3), 14(1)(d)",
    )


def _whom(before: Activity, after: Activity) -> Iterator[Consequence]:
    channels = Effect.CHANNEL_ADDED, Effect.CHANNEL_ENDED
    yield from list_follows(after, before.channel, after.channel, channels)
    yield from list_follows(
        after,
        recipients_of(before),
        recipients_of(after),
        RECIPIENTS,
        duty=_owed(after),
        source="GDPR Art. 13(1)(e)",
    )


def recipients_of(activity: Activity) -> tuple[str, ...]:
    """Return to whom the activity hands data: those it names and those it shares with."""
    shared = _named(as_dict(activity.shares).get("to"))
    joint = (activity.joint_with,) if activity.joint_with else ()
    return tuple(dict.fromkeys((*activity.recipients, *shared, *joint)))


def _named(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return (str(value),) if value else ()
