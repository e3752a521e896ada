"""Checks of recipients: declared, under contract, with a safeguard in a third country."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import bend, countries_of, found
from placket.policy.checks.references import near
from placket.policy.forms import Pairs
from placket.policy.rules import Activity, Recipient, as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.problems import Problem

CLOSE: Final = ("EEA", "GB")
"""Between these data flow freely: each side has decided that the other is adequate."""


def shared_with(activity: Activity) -> Iterator[tuple[str, str]]:
    """Yield (key, recipient) for each recipient that the activity names."""
    yield from (("recipients", name) for name in activity.recipients)
    if activity.joint_with:
        yield "joint_with", activity.joint_with
    if isinstance(activity.shares, Pairs):
        to = dict(activity.shares).get("to", ())
        yield from (("shares", str(name)) for name in ((to,) if isinstance(to, str) else to or ()))


def undeclared_recipients(book: Book) -> Iterator[Problem]:
    """Tell each recipient that an activity names and no block declares."""
    declared = {name for rule in book.rules(Recipient) for name in rule.name}
    for activity in book.rules(Activity):
        for key, name in shared_with(activity):
            if name not in declared and not book.may_declare(name, "recipient"):
                yield found(
                    "P237",
                    activity,
                    key,
                    f"no block declares the recipient `{name}`",
                    near(name, declared, f"add a block `recipient: {name}` with its `as:`"),
                )


def roles_of(recipient: Recipient) -> dict[str, frozenset[str]]:
    """Return each role of the recipient with the activities of it; none named means all."""
    if isinstance(recipient.role, str):
        # A draft leaves the role open where the text does not say it.
        return {recipient.role: frozenset(recipient.activities)} if recipient.role else {}
    return {role: frozenset(named) for role, named in as_dict(recipient.role).items()}


def processors_without_contract(book: Book) -> Iterator[Problem]:
    """Tell each processor without a contract, and joint controllers without an arrangement."""
    for recipient in book.rules(Recipient):
        bound = sorted({"processor", "joint"} & roles_of(recipient).keys())
        if bound and not recipient.contract:
            what = "contract" if "processor" in bound else "arrangement"
            yield found(
                "P238",
                recipient,
                "role",
                f"{bend(recipient.name)} is a {bound[-1]} without a {what} on record",
                f"add `contract:` with the reference of the {what}",
            )


def third_countries_without_safeguard(book: Book) -> Iterator[Problem]:
    """Tell each recipient in a third country without a safeguard."""
    close = {code for word in CLOSE for code in countries_of(word)}
    for recipient in book.rules(Recipient):
        third = tuple(c for c in recipient.country if c not in close and c not in CLOSE)
        if third and not recipient.safeguard:
            yield found(
                "P239",
                recipient,
                "country",
                f"data go to {bend(third)} and no safeguard is named",
                "add `safeguard:`, such as `safeguard: standard_contractual_clauses`",
            )
