"""Standing: what holds for one person, as named intervals, and which of them are wide columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from placket.facts import OPEN
from placket.policy.compile import Policy, is_marketing, yeses_for
from placket.policy.period import After, Latest, Period, WhileHolds, WhileOpen
from placket.policy.rules import (
    Access,
    AudienceAge,
    Automated,
    Limit,
    Retain,
    Role,
    Status,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.compile import Place
    from placket.policy.rules import Activity

ALWAYS: Final = -(2**62)
"""The instant since which a state holds that has no known beginning."""

Interval = tuple[int, int, str]
"""from, until (exclusive; microseconds UTC) and the id of the fact it rests on, or empty."""


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The fold of a person's facts.

    dense: states that everybody may have, columns of the wide row; sparse: states of single
    data and activities, which few persons have. Both by name; a missing name never held.
    """

    person: str
    country: str = ""
    dense: dict[str, Interval] = {}
    sparse: dict[str, Interval] = {}

    def get(self, name: str) -> Interval | None:
        """Return the interval of `name`, None when it never held."""
        return self.dense.get(name) or self.sparse.get(name)

    def holds(self, name: str, at: int) -> bool:
        """Say whether `name` holds at `at`."""
        interval = self.get(name)
        return interval is not None and interval[0] <= at < interval[1]


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(Standing)


def pack(standing: Standing) -> bytes:
    """Return the standing as bytes, read back by `unpack`."""
    return _ENCODER.encode(standing)


def unpack(body: bytes) -> Standing:
    """Return the standing of `body`."""
    return _DECODER.decode(body)


def consent_name(consent: str, channel: str = "") -> str:
    """Return the name under which a yes to `consent` stands."""
    return f"consent.{consent}.{channel}" if channel else f"consent.{consent}"


def retain_name(rule: Retain) -> str:
    """Return the name of a retention rule's clock: its clause and all that tells it from others."""
    told = ("_".join(rule.what), *rule.regions, rule.ground, str(rule.period).replace(" ", "_"))
    return ".".join(("retain", rule.clause, *filter(None, told)))


def marketing_pairs(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield each marketing activity with each of its channels, or with none."""
    seen: dict[tuple[str, str], None] = {}
    for name, variants in policy.activities.items():
        for variant in variants:
            if is_marketing(variant):
                seen.update({(name, channel): None for channel in variant.channel or ("",)})
    yield from seen


def relations(policy: Policy) -> frozenset[str]:
    """Return the relations whose opening or being open matters to some rule."""
    found = {r for vs in policy.activities.values() for v in vs for r in v.relation}
    for period in _periods(policy):
        found |= _relations_of(period)
    taken = {event for role in policy.rules(Role) for event in role.taken_by}
    found |= {e.removesuffix(".opened") for e in taken if e.endswith(".opened")}
    return frozenset(found)


def _periods(policy: Policy) -> Iterator[Period]:
    for status in policy.rules(Status):
        yield from status.holds_while
    yield from (rule.period for rule in policy.rules(Retain))
    yield from (a.open_while for a in policy.rules(Access) if a.open_while is not None)
    for variants in policy.activities.values():
        yield from (v.open_while for v in variants if v.open_while is not None)


def _relations_of(period: Period) -> set[str]:
    match period:
        case WhileOpen(relation=relation):
            return {relation}
        case Latest(parts=parts):
            return set().union(*(_relations_of(part) for part in parts))
        case After(anchor=anchor) if anchor.event.endswith((".opened", ".closed")):
            return {anchor.event.rsplit(".", 1)[0]}
        case _:
            return set()


class UnnamedCondition(ValueError):
    """A `while` names neither an open relation nor a status; a check stops it before."""


def condition_names(period: Period) -> tuple[str, ...]:
    """Return the states of which one must hold for a rule's `while` to be met."""
    match period:
        case WhileOpen(relation=relation, then=None):
            return (f"open.{relation}",)
        case WhileHolds(status=status, then=None):
            return (f"status.{status}",)
        case Latest(parts=parts):
            return tuple(name for part in parts for name in condition_names(part))
        case _:
            raise UnnamedCondition(str(period))


def dense_names(policy: Policy) -> tuple[str, ...]:
    """Return the names of the wide columns, in order: what the policy's rules ask of everybody."""
    return tuple(dict.fromkeys(_dense(policy)))


def _dense(policy: Policy) -> Iterator[str]:
    yield from (f"in.{place.name}" for place in policy.places)
    yield from (f"role.{role.name}" for role in policy.rules(Role))
    for relation in sorted(relations(policy)):
        yield f"open.{relation}"
        yield f"had.{relation}"
    yield from (f"status.{status.name}" for status in policy.rules(Status))
    yield from _choices(policy)
    yield from _ages(policy)
    yield from (retain_name(rule) for rule in policy.rules(Retain))
    yield from (f"rate.{limit.name}" for limit in policy.rules(Limit) if as_dict(limit.allow))
    yield from (f"declined.{rule.name}" for rule in policy.rules(Automated))


def _choices(policy: Policy) -> Iterator[str]:
    for name, consent in policy.consents.items():
        for channel in getattr(consent, "channel", ()) or ("",):
            yield consent_name(name, channel)
            yield f"no.{consent_name(name, channel)}"
            yield f"unconfirmed.{consent_name(name, channel)}"
    channels: dict[str, None] = {}
    for activity, channel in marketing_pairs(policy):
        channels[channel] = None
        tail = f"{activity}.{channel}" if channel else activity
        yield f"objected.{tail}"
        yield f"refused.{tail}"
    for channel in filter(None, channels):
        yield f"soft.{channel}"
        yield f"listed.{channel}"
    used = {c for vs in policy.activities.values() for v in vs for c in v.channel}
    yield from (f"off.channel.{channel}" for channel in sorted(used))
    topics = {v.topic for vs in policy.activities.values() for v in vs if v.topic}
    yield from (f"off.topic.{topic}" for topic in sorted(topics))


def _ages(policy: Policy) -> Iterator[str]:
    yield "minor"
    yield "guardian"
    yield "age_unknown"
    yield from (f"under.{rule.age}" for rule in policy.rules(AudienceAge))


def with_consents(
    policy: Policy, activity: Activity, channel: str, place: Place
) -> tuple[str, ...]:
    """Return the names of which one must hold for a yes to `activity` on `channel` in `place`."""
    named = yeses_for(policy, activity, channel, place)
    states = (state for name in named for state in consent_names(policy, name, channel))
    return tuple(dict.fromkeys(states))


def consent_names(policy: Policy, consent: str, channel: str) -> tuple[str, ...]:
    """Return the names of which one must hold for a yes to `consent` on `channel`.

    An act on no channel rests on a yes given for any of the consent's channels.
    """
    channels = getattr(policy.consents[consent], "channel", ())
    named = (channel,) if channel and channels else channels or ("",)
    return tuple(consent_name(consent, each) for each in named)


def starts(at: int, fact: str) -> Interval:
    """Return an interval from `at` that has no end yet."""
    return (at, OPEN, fact)
