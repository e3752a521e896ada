"""Checks of direct marketing: a yes, or every condition of the soft opt-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from placket.policy import vocabulary
from placket.policy.checks.book import bend, found
from placket.policy.compile import is_direct_marketing
from placket.policy.forms import Pairs
from placket.policy.rules import Activity, Consent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.law.rules import SoftOptIn
    from placket.policy.checks.book import Book
    from placket.problems import Problem

OCCASIONS: Final = {"sale_or_negotiation": {"sale", "negotiation"}}
COMPLETE: Final = (
    "soft_opt_in: {got_from: data_subject, by: this_retailer, in: sale_or_negotiation, "
    "similar: own_products, refusal_offered: [collection, every_message]}"
)


def _listed(value: Any) -> set[Any]:
    return set(value) if isinstance(value, tuple) else {value} - {None}


def _terms(activity: Activity) -> dict[str, Any]:
    return dict(activity.soft_opt_in) if isinstance(activity.soft_opt_in, Pairs) else {}


def lacking(terms: dict[str, Any], rule: SoftOptIn) -> tuple[str, ...]:
    """Return the keys of the soft opt-in that do not say what the law asks, in its order."""
    named = terms.get("in")
    occasions = OCCASIONS.get(named) if isinstance(named, str) else None
    occasions = occasions or _listed(named)
    meets = {
        "got_from": terms.get("got_from") == rule.got_from,
        "by": terms.get("by") == rule.by,
        # Where a law knows fewer occasions the pack narrows them; one has to be left.
        "in": not occasions.isdisjoint(rule.occasions),
        "similar": terms.get("similar") == rule.similar,
        "refusal_offered": rule.refusal_offered <= _listed(terms.get("refusal_offered")),
    }
    return tuple(key for key, is_met in meets.items() if not is_met)


def marketing_without_yes(book: Book) -> Iterator[Problem]:
    """Tell each direct marketing by electronic mail without consent or soft opt-in."""
    for activity in book.activities:
        if not is_direct_marketing(activity) or activity.basis == "consent":
            continue
        for channel in activity.channel:
            if channel not in vocabulary.ELECTRONIC_MAIL or book.covering(activity, channel):
                continue
            if book.said_by_parent(activity, "channel", "basis", "soft_opt_in", "purpose"):
                continue
            if not (activity.soft_opt_in and _reaches(book, activity, channel)):
                yield found(
                    "P226",
                    activity,
                    "channel",
                    f"`{activity.name}` markets by `{channel}` without consent or soft opt-in",
                    f"add a `consent` block with `activities: [{activity.name}]` and "
                    f"`channel: {channel}`"
                    + (f", or `{COMPLETE}`" if _reaches(book, activity, channel) else ""),
                )


def _reaches(book: Book, activity: Activity, channel: str) -> bool:
    """Say whether the law of every region of the activity knows the soft opt-in on `channel`."""
    return all(channel in book.law(p).soft_opt_in.channels for p in book.packs(activity))


def soft_opt_in_incomplete(book: Book) -> Iterator[Problem]:
    """Tell each soft opt-in that lacks a condition of the law of its regions."""
    for activity in book.rules(Activity):
        if not isinstance(activity.soft_opt_in, Pairs):
            continue
        laws = [book.law(pack).soft_opt_in for pack in book.packs(activity)]
        lacks = {key: None for law in laws for key in lacking(_terms(activity), law)}
        if lacks:
            yield found(
                "P227",
                activity,
                "soft_opt_in",
                f"the soft opt-in of `{activity.name}` does not meet {bend(tuple(lacks))}",
                f"write `{COMPLETE}` where all of it is true, or ask for consent",
            )


def soft_opt_in_out_of_reach(book: Book) -> Iterator[Problem]:
    """Tell each soft opt-in on a channel that the law does not know it for."""
    for activity in book.rules(Activity):
        if not activity.soft_opt_in:
            continue
        for channel in activity.channel:
            if _reaches(book, activity, channel) or book.covering(activity, channel):
                continue
            if channel in vocabulary.ELECTRONIC_MAIL and is_direct_marketing(activity):
                continue  # told as P226: there it is an error
            yield found(
                "P228",
                activity,
                "channel",
                f"the soft opt-in of `{activity.name}` does not reach `{channel}`",
                f"give `{channel}` an activity of its own, without `soft_opt_in`",
            )


def unused_consents(book: Book) -> Iterator[Problem]:
    """Tell each consent that is asked for and that no activity on it, or needing it, uses."""
    needed = {name for activity in book.activities for name in activity.needs}
    for consent in book.rules(Consent):
        if consent.name not in needed and not consent.activities:
            yield found(
                "P240",
                consent,
                "name",
                f"no activity uses the consent `{consent.name}`",
                "name its `activities:`, or take the block out and ask nobody",
            )
