"""Checks of what is left open: purposes, recipients, data, rates and safeguards without an end."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from placket.policy.checks.book import bend, found, in_words, overlap, seeing
from placket.policy.checks.walk import data_of
from placket.policy.compile import is_direct_marketing
from placket.policy.rules import (
    Activity,
    Capture,
    Consent,
    Datum,
    Limit,
    Recipient,
    Right,
    Transfer,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from placket.policy.checks.book import Book
    from placket.policy.parse import Clause
    from placket.problems import Problem

CATCH_ALL: Final = frozenset({"processing_requirements", "group_business_purposes"})
ANYBODY: Final = frozenset(
    {"third_party", "partner", "reputable_organisation", "prospecting_supplier", "supplier"}
)
ANYTHING: Final = frozenset({"limited_profile", "volunteered_other"})
EMPTY: Final = frozenset({"appropriate_steps"})
_SAFE: Final = 2
_LISTED: Final = 4
"""As many clauses about data make a list of them."""


def open_purposes(book: Book) -> Iterator[Problem]:
    """Tell each purpose under which anything would fit."""
    for activity in book.activities:
        vague = tuple(p for p in activity.purpose if p in CATCH_ALL)
        if vague:
            words = bend(map(in_words, vague))
            yield found(
                "P450",
                activity,
                "purpose",
                f"`{activity.name}` serves {words}, which may be anything",
                "name each purpose for which the data are used",
            )


def open_recipients(book: Book) -> Iterator[Problem]:
    """Tell each recipient that may be anybody."""
    for recipient in book.rules(Recipient):
        vague = tuple(n for n in recipient.name if n in ANYBODY)
        if vague and not recipient.names:
            yield found(
                "P451",
                recipient,
                "name",
                f"{bend(vague)} may be anybody: the clause gives neither names nor a trade",
                "add `names:`, or a recipient of a narrower kind",
            )


def open_data(book: Book) -> Iterator[Problem]:
    """Tell data that may be anything."""
    told: set[str] = set()
    kinds = (Activity, Capture, Datum)
    for rule in book.all_rules:
        vague = tuple(sorted((data_of(rule) & ANYTHING) - told)) if isinstance(rule, kinds) else ()
        told.update(vague)
        if vague:
            key = next(k for k in ("uses", "takes", "what") if hasattr(rule, k))
            words = bend(map(in_words, vague))
            yield found(
                "P452",
                rule,
                key,
                f"the data are {words}, and no clause lists them",
                "name each datum",
            )


def rates_untold(book: Book) -> Iterator[Problem]:
    """Tell each promise of fewer messages without a number."""
    for limit in book.rules(Limit):
        if limit.after is not None and not as_dict(limit.allow):
            marketing = [a for a in book.activities if is_direct_marketing(a)]
            others = [a for a in marketing if a.basis != "consent" and overlap(a, limit)]
            problem = found(
                "P453",
                limit,
                "allow",
                f"`{limit.name}` promises fewer messages after `{limit.after}` and not how many",
                "write the rate, as in `allow: {at_most: 1, each: month}`",
            )
            yield seeing(problem, *others[:1])


def safeguards_untold(book: Book) -> Iterator[Problem]:
    """Tell each transfer that names no safeguard the law knows."""
    for transfer in book.rules(Transfer):
        if not set(transfer.needs_any) - EMPTY:
            what = "`appropriate steps`, which are none of" if transfer.needs_any else "none of"
            yield found(
                "P454",
                transfer,
                "needs_any",
                f"data leave the country under {what} the safeguards of the law",
                "name the safeguards, such as `needs_any: [adequacy, standard_clauses]`",
            )


def consent_in_some_cases(book: Book) -> Iterator[Problem]:
    """Tell each consent that is asked in some cases which no clause names."""
    for consent in book.rules(Consent):
        words = in_words(" ".join(str(v) for v in as_dict(consent.asked).values()))
        if consent.of or "applicable" not in words:
            continue
        yield found(
            "P455",
            consent,
            "asked",
            f"`{consent.name}` is asked when applicable, and no clause says when that is",
            "name the channels, persons and regions for which consent is asked",
        )


def routes_not_equal(book: Book) -> Iterator[Problem]:
    """Tell rights with different ways in different clauses, none of which says they are equal."""
    routed = sorted(
        (
            r
            for r in book.rules(Right)
            if r.by and r.name in {"withdraw_consent", "marketing_opt_out"}
        ),
        key=_of_what,
    )
    for (name, _), group in groupby(routed, key=_of_what):
        rights = list(group)
        ways = {r.clause: set(r.by) for r in rights}
        if len(ways) < _SAFE or any(w >= set().union(*ways.values()) for w in ways.values()):
            continue
        problem = found(
            "P456",
            rights[0],
            "by",
            f"`{name}` has another way in each of {len(ways)} clauses, and none says that one "
            "is as good as the other",
            "say in one clause that every way ends the same, and name them all there",
        )
        yield seeing(problem, *rights[1:])


def _of_what(right: Right) -> tuple[str, str]:
    return right.name, str(right.covers)


def offers_without_business(book: Book) -> Iterator[Problem]:
    """Tell each use that the text names and the retailer does not offer."""
    for activity in book.activities:
        if not activity.offered and activity.purpose:
            yield found(
                "P460",
                activity,
                "offered",
                f"the text speaks of {in_words(activity.purpose[0])}, and nothing else "
                "in the policy belongs to that business",
                "take it out of the text, or say what is offered and by which rule",
            )


def mixed_lists(book: Book) -> Iterator[Problem]:
    """Tell lists of data in which places of collection stand as if they were data."""
    section: list[Clause] = []
    for clause in (*book.document.clauses, None):
        if clause is not None and clause.id:
            section.append(clause)
            continue
        data = [c for c in section if any(isinstance(r, Datum) for r in c.rules)]
        places = [c for c in section if c.rules and isinstance(c.rules[0], Capture)]
        first = [c for c in section if c.rules and isinstance(c.rules[0], Datum)]
        if len(data) >= _LISTED and places and 2 * len(first) >= len(section):
            yield _mixed(data, places)
        section = []


def _mixed(data: list[Clause], places: list[Clause]) -> Problem:
    first = next(r for r in data[0].rules if isinstance(r, Datum))
    problem = found(
        "P461",
        places[0].rules[0],
        "name",
        f"among the data, such as {bend(first.what[:2])}, stand occasions of collecting them: "
        + ", ".join(f"“{clause.title}”" for clause in places[:3]),
        "part the list: which data, and on which occasion each is taken",
    )
    return seeing(problem, *(c.rules[0] for c in places[1:]), first)


def groups_without_size(book: Book) -> Iterator[Problem]:
    """Tell data that leave as numbers of groups of which no least size is told."""
    for limit in book.rules(Limit):
        form = as_dict(limit.form)
        if "aggregate" in form and "at_least" not in form:
            yield found(
                "P457",
                limit,
                "form",
                f"`{limit.name}` hands out numbers of groups, and a group may be one person",
                "name the least size, as in `form: {aggregate: segment, at_least: 20}`",
            )
