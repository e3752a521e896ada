"""What became of each activity in a region: purpose, data, basis, channels, recipients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from placket.policy.comparing.difference import Consequence, Duty, Effect
from placket.policy.compile import activities_of, uses_of
from placket.policy.rendering.lay import lay, lay_list
from placket.policy.rules import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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
            yield _effect(Effect.ACTIVITY_ENDED, before, before=lay_list(before.purpose))
    elif before is None:
        yield _effect(
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


def _effect(  # noqa: PLR0913 - one parameter a field
    effect: Effect,
    rule: Activity,
    *,
    before: str = "",
    after: str = "",
    duty: Duty = Duty.NONE,
    source: str = "",
) -> Consequence:
    return Consequence(
        effect=effect,
        about=(rule.name,),
        clause=rule.clause,
        before=before,
        after=after,
        duty=duty,
        source=source,
    )


def _owed(activity: Activity) -> Duty:
    """Return what more of an activity asks for: a yes to less is none to more."""
    return Duty.ASK if activity.basis == "consent" else Duty.TELL


def _why(before: Activity, after: Activity) -> Iterator[Consequence]:
    came, went = _moved(before.purpose, after.purpose)
    if came:
        yield _effect(
            Effect.PURPOSE_ADDED,
            after,
            after=lay_list(came),
            duty=_owed(after),
            source="GDPR Art. 6(4), 13(3)",
        )
    if went:
        yield _effect(Effect.PURPOSE_ENDED, after, before=lay_list(went))
    if before.basis != after.basis:
        yield _effect(
            Effect.BASIS_CHANGED,
            after,
            before=lay(before.basis),
            after=lay(after.basis),
            duty=_owed(after),
            source="GDPR Art. 13(1)(c)",
        )
    elif before.interest != after.interest:
        yield _effect(
            Effect.INTEREST_CHANGED,
            after,
            before=before.interest,
            after=after.interest,
            duty=Duty.TELL,
            source="GDPR Art. 13(1)(d)",
        )
    if after.profiling and not before.profiling:
        yield _effect(
            Effect.PROFILING_ADDED, after, duty=_owed(after), source="GDPR Art. 13(2)(f), 21(2)"
        )


def _what(before: Activity, after: Activity) -> Iterator[Consequence]:
    came, went = _moved(uses_of(before), uses_of(after))
    if came:
        yield _effect(
            Effect.DATUM_ADDED,
            after,
            after=lay_list(came),
            duty=Duty.TELL,
            source="GDPR Art. 13(3), 14(1)(d)",
        )
    if went:
        yield _effect(Effect.DATUM_ENDED, after, before=lay_list(went))


def _whom(before: Activity, after: Activity) -> Iterator[Consequence]:
    came, went = _moved(before.channel, after.channel)
    if came:
        yield _effect(Effect.CHANNEL_ADDED, after, after=lay_list(came))
    if went:
        yield _effect(Effect.CHANNEL_ENDED, after, before=lay_list(went))
    came, went = _moved(recipients_of(before), recipients_of(after))
    if came:
        yield _effect(
            Effect.RECIPIENT_ADDED,
            after,
            after=lay_list(came),
            duty=_owed(after),
            source="GDPR Art. 13(1)(e)",
        )
    if went:
        yield _effect(Effect.RECIPIENT_ENDED, after, before=lay_list(went))


def recipients_of(activity: Activity) -> tuple[str, ...]:
    """Return to whom the activity hands data: those it names and those it shares with."""
    shared = _named(as_dict(activity.shares).get("to"))
    joint = (activity.joint_with,) if activity.joint_with else ()
    return tuple(dict.fromkeys((*activity.recipients, *shared, *joint)))


def _named(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(str(item) for item in value)
    return (str(value),) if value else ()


def _moved(before: Iterable[str], after: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what came and what went."""
    old, new = tuple(before), tuple(after)
    return [x for x in new if x not in old], [x for x in old if x not in new]
