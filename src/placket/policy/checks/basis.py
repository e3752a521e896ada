"""Checks of the legal basis: each with its particulars, and one for each act."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import bend, found, lineage, meet, overlap, seeing
from placket.policy.compile import uses_of
from placket.policy.rules import Activity, Automated, Cookie, Datum, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

NEEDED: Final = (
    ("purpose", "purpose", "such as `purpose: order_fulfilment`"),
    ("uses", "data", "such as `uses: [name, email]`"),
    ("basis", "legal basis", "such as `basis: contract` with its `relation`"),
)
ALWAYS_SPECIAL: Final = frozenset({"health_adverse_effect"})


def incomplete_activities(book: Book) -> Iterator[Problem]:
    """Tell each activity without purpose, data or legal basis."""
    for activity in book.activities:
        written = {"purpose": activity.purpose, "uses": uses_of(activity), "basis": activity.basis}
        for key, what, example in NEEDED:
            # What a draft has not understood of purpose and data is not missing in the text.
            is_unread = activity.draft and key != "basis"
            if not written[key] and not is_unread and not book.said_by_parent(activity, key):
                yield found(
                    "P234",
                    activity,
                    key,
                    f"`{activity.name}` names no {what}",
                    f"add `{key}:`, {example}",
                )


def two_bases(book: Book) -> Iterator[Problem]:
    """Tell two activities that rest one act on different bases.

    One act: the same purposes, and a person, channel, topic, datum, recipient and region that
    both may have.
    """
    alike: dict[frozenset[str], list[Activity]] = {}
    for activity in book.activities:
        if activity.purpose and activity.basis:
            alike.setdefault(frozenset(activity.purpose), []).append(activity)
    for group in alike.values():
        if len({activity.basis for activity in group}) == 1:
            continue
        for one, other in combinations(group, 2):
            if one.basis != other.basis and _is_one_act(one, other):
                yield _two_bases(one, other)


def _is_one_act(one: Activity, other: Activity) -> bool:
    return (
        overlap(one, other)
        and meet(one.about, other.about)
        and (one.channel == other.channel or not set(one.channel).isdisjoint(other.channel))
        and one.topic == other.topic
        and not set(uses_of(one)).isdisjoint(uses_of(other))
        and meet(one.recipients, other.recipients)
        and one.profiling == other.profiling
    )


def _two_bases(one: Activity, other: Activity) -> Problem:
    problem = found(
        "P220",
        other,
        "basis",
        f"`{other.name}` rests on {other.basis} what `{one.name}` rests on {one.basis}",
        "give both one basis, or part them: another `purpose`, `about`, `topic`, `channel` "
        "or `regions`",
    )
    return seeing(problem, one)


def consent_without_rule(book: Book) -> Iterator[Problem]:
    """Tell each activity on consent that no consent covers on one of its channels."""
    for activity in book.activities:
        if activity.basis != "consent" or book.unread:
            continue
        for channel in activity.channel or ("",):
            if not book.covering(activity, channel):
                by = f" by {channel}" if channel else ""
                yield found(
                    "P221",
                    activity,
                    "basis",
                    f"`{activity.name}` rests on consent, but no clause asks for it{by}",
                    f"add a `consent` block with `activities: [{activity.name}]`"
                    + (f" and `channel: {channel}`" if channel else "")
                    + ", or choose another legal basis",
                )


def contract_without_relation(book: Book) -> Iterator[Problem]:
    """Tell each activity on a contract that does not say which."""
    for activity in book.activities:
        is_unread = activity.draft or book.said_by_parent(activity, "basis", "relation")
        if activity.basis == "contract" and not activity.relation and not is_unread:
            yield found(
                "P222",
                activity,
                "basis",
                f"`{activity.name}` rests on a contract and names none",
                "add `relation:`, such as `relation: [order]`",
            )


def obligation_without_law(book: Book) -> Iterator[Problem]:
    """Tell each activity on a legal obligation where a pack in use has no named law."""
    for activity in book.activities:
        if activity.basis != "legal_obligation":
            continue
        named = set(as_dict(activity.law))
        lacking = tuple(p for p in book.packs(activity) if named.isdisjoint(lineage(p)))
        if lacking:
            wanted = ", ".join(f"{lineage(pack)[-1]}: STATUTE" for pack in lacking[:1])
            yield found(
                "P223",
                activity,
                "law" if named else "basis",
                f"`{activity.name}` rests on a legal obligation and names no law for "
                f"{bend(lacking)}",
                f"add the statute and its article to `law:`, as in `law: {{{wanted}}}`",
            )


def interest_unsaid(book: Book) -> Iterator[Problem]:
    """Tell each legitimate interest that is not named."""
    for activity in book.activities:
        if activity.basis == "legitimate_interest" and not activity.interest:
            yield found(
                "P224",
                activity,
                "basis",
                f"`{activity.name}` rests on a legitimate interest and does not name it",
                "add `interest:` and say in a few words what the interest is",
            )


def interest_unweighed(book: Book) -> Iterator[Problem]:
    """Tell each legitimate interest without an assessment on record."""
    for activity in book.activities:
        if activity.basis == "legitimate_interest" and not activity.assessment:
            yield found(
                "P225",
                activity,
                "basis",
                f"`{activity.name}` names no assessment of its legitimate interest",
                "add `assessment:` with the reference of the assessment",
            )


def basis_without_occasion(book: Book) -> Iterator[Problem]:
    """Tell each vital interest or public task without the fact that calls for it."""
    for activity in book.activities:
        if activity.basis in {"vital_interest", "public_task"} and not activity.occasion:
            yield found(
                "P229",
                activity,
                "basis",
                f"`{activity.name}` rests on {activity.basis} and names no occasion",
                "add `occasion:` and say what must have happened",
            )


def special_without_condition(book: Book) -> Iterator[Problem]:
    """Tell each use of special categories of data without a condition."""
    marked = {datum for rule in book.rules(Datum) if rule.special for datum in rule.what}
    for activity in book.activities:
        touched = tuple(d for d in uses_of(activity) if d in marked | ALWAYS_SPECIAL)
        if touched and not activity.condition:
            problem = found(
                "P230",
                activity,
                "uses",
                f"`{activity.name}` uses {bend(touched)}, a special category, without a condition",
                "add `condition:` with the letter of GDPR Art. 9(2), such as `condition: a`",
            )
            declaring = (r for r in book.rules(Datum) if not set(r.what).isdisjoint(touched))
            others = [rule for rule in declaring if rule.clause != activity.clause]
            yield seeing(problem, *others)


def automated_without_safeguards(book: Book) -> Iterator[Problem]:
    """Tell each decision by a machine alone without a gateway, or without review."""
    for rule in book.rules(Automated):
        gated = as_dict(rule.gateway)
        asked = any(book.law(pack).automated.gateways for pack in book.packs(rule))
        lacking = tuple(what for what in rule.decides if what not in gated)
        if asked and (lacking or not gated):
            what = lacking[0] if lacking else "decision"
            yield found(
                "P231",
                rule,
                "gateway",
                f"`{rule.name}` decides {bend(lacking) or 'something'} without a gateway",
                f"add `gateway: {{{what}: contract}}`, or `law` or `consent`, as it is",
            )
        if rule.review is None:
            yield found(
                "P232",
                rule,
                "review",
                f"`{rule.name}` offers no review by a person",
                "add `review:`, such as `review: 5 days`",
            )


def device_without_cookie(book: Book) -> Iterator[Problem]:
    """Tell each activity that stores on a device and needs no category of cookies."""
    for activity in book.activities:
        if activity.device != "stores":
            continue
        if not any(isinstance(book.asked.get(name), Cookie) for name in activity.needs):
            yield found(
                "P233",
                activity,
                "device",
                f"`{activity.name}` stores on the device and needs no yes to a cookie",
                "name a `cookie` of the policy under `needs:`, or write `device: exempt` where "
                "the law exempts it",
            )
