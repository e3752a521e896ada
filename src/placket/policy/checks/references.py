"""Checks of names: what one rule calls by name stands in another, once."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from placket.policy.checks.book import found, overlap, seeing
from placket.policy.checks.walk import inner, periods_of
from placket.policy.period import WhileHolds, WhileOpen
from placket.policy.rules import (
    Activity,
    Automated,
    Capture,
    Consent,
    Cookie,
    Limit,
    Notice,
    Recipient,
    Region,
    Role,
    Rule,
    Status,
    Transfer,
    as_dict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from placket.policy.checks.book import Book
    from placket.problems import Problem

ALIKE: Final = 0.85


def near(word: str, words: Iterable[str], otherwise: str) -> str:
    """Return `write ...` with the known word most like `word`, or the other mend."""
    close = get_close_matches(word, list(words), n=1, cutoff=0.6)
    return f"write `{close[0]}`, or {otherwise}" if close else otherwise


def named_activities(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield (key, activity) for each activity that the rule names."""
    yield from (("activities", name) for name in getattr(rule, "activities", ()))
    if isinstance(rule, Role):
        yield from (("confined_to", name) for name in rule.confined_to)
    if isinstance(rule, Activity) and rule.extends:
        yield "extends", rule.extends
    if isinstance(rule, Recipient) and not isinstance(rule.role, str):
        yield from (("role", name) for name in chain(*as_dict(rule.role).values()))


def unknown_activities(book: Book) -> Iterator[Problem]:
    """Tell each activity that a rule names and no block declares."""
    for rule in book.all_rules:
        for key, name in named_activities(rule):
            if name not in book.written and not book.may_declare(name, "activity"):
                yield found(
                    "P201",
                    rule,
                    key,
                    f"no block declares the activity `{name}`",
                    near(name, book.written, f"add a block `activity: {name}`"),
                )


def unknown_consents(book: Book) -> Iterator[Problem]:
    """Tell each consent or cookie that an activity needs or a form asks for, and none is."""
    needing = ((rule, "needs", rule.needs) for rule in book.rules(Activity))
    asking = ((rule, "asks", rule.asks) for rule in book.rules(Capture))
    for rule, key, names in chain[tuple[Rule, str, tuple[str, ...]]](needing, asking):
        for name in names:
            if name not in book.asked and not book.may_declare(name, "consent", "cookie"):
                yield found(
                    "P202",
                    rule,
                    key,
                    f"no block declares the consent or cookie `{name}`",
                    near(name, book.asked, f"add a block `consent: {name}` or `cookie: {name}`"),
                )


def unknown_roles(book: Book) -> Iterator[Problem]:
    """Tell each role that an activity is about and no block declares."""
    roles = {role.name for role in book.rules(Role)}
    for activity in book.rules(Activity):
        for name in activity.about:
            if name not in roles and not book.may_declare(name, "role"):
                yield found(
                    "P203",
                    activity,
                    "about",
                    f"no block declares the role `{name}`",
                    near(name, roles, f"add a block `role: {name}`"),
                )


def unknown_statuses(book: Book) -> Iterator[Problem]:
    """Tell each status that a period waits for and no block declares."""
    statuses = {status.name for status in book.rules(Status)}
    for rule in book.all_rules:
        for key, period in periods_of(rule):
            for part in inner(period):
                if not isinstance(part, WhileHolds) or part.status in statuses:
                    continue
                name = part.status
                if not book.may_declare(name, "status"):
                    otherwise = f"add a block `status: {name}`, or write `{name} is open` where "
                    mend = near(name, statuses, f"{otherwise}it is a relation")
                    yield found("P204", rule, key, f"no block declares the status `{name}`", mend)


def unknown_regions(book: Book) -> Iterator[Problem]:
    """Tell each region that a rule holds in and no block declares."""
    for rule in book.all_rules:
        for name in rule.regions:
            if name not in book.regions and not book.may_declare(name, "region"):
                yield found(
                    "P205",
                    rule,
                    "regions",
                    f"no block declares the region `{name}`",
                    near(name, book.regions, f"add a block `region: {name}`"),
                )


def relations_of(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield (key, relation) for each relation that the rule waits for or rests on."""
    if isinstance(rule, Activity):
        yield from (("relation", name) for name in rule.relation)
    for key, period in periods_of(rule):
        for part in inner(period):
            if isinstance(part, WhileOpen):
                yield key, part.relation


def misspelt_relations(book: Book) -> Iterator[Problem]:
    """Tell a relation named once that is all but another named more often."""
    places: dict[str, list[tuple[Rule, str]]] = {}
    for rule in book.all_rules:
        for key, name in relations_of(rule):
            places.setdefault(name, []).append((rule, key))
    often = [name for name, named in places.items() if len(named) > 1]
    for name, named in places.items():
        if len(named) > 1:
            continue
        rule, key = named[0]
        for close in get_close_matches(name, often, n=1, cutoff=ALIKE):
            yield found(
                "P210",
                rule,
                key,
                f"the relation `{name}` is named here alone, and `{close}` elsewhere",
                f"write `{close}`, or name `{name}` otherwise if it is another thing",
            )


def _names(rule: Rule) -> tuple[str, ...]:
    match rule:
        case Recipient():
            return rule.name
        case Capture():
            return (f"{rule.name}, version {rule.version}",)
        case Activity() | Role() | Status() | Region() | Automated() | Limit() | Notice():
            return (rule.name,)
        case Consent() | Cookie() | Transfer():
            return (rule.name,)
        case _:
            return ()


def _space(rule: Rule) -> str:
    # One standing keeps the yes to a consent and to a cookie, by name.
    return "consent" if isinstance(rule, Cookie) else rule.KIND


APART: Final = (Activity, Capture, Notice, Recipient)
"""Kinds of which two rules may share a name where their regions differ."""


def repeated_names(book: Book) -> Iterator[Problem]:
    """Tell a name that two rules of one kind bear in one region."""
    seen: dict[tuple[str, str], list[Rule]] = {}
    for rule in book.all_rules:
        for name in _names(rule):
            before = seen.setdefault((_space(rule), name), [])
            clash = next(
                (o for o in before if not isinstance(rule, APART) or overlap(o, rule)), None
            )
            before.append(rule)
            if clash is not None:
                yield seeing(_repeated(rule, name), clash)


def _repeated(rule: Rule, name: str) -> Problem:
    apart = isinstance(rule, APART)
    return found(
        "P211",
        rule,
        "name",
        f"`{rule.KIND}: {name}` stands twice" + (" for one region" if apart else ""),
        "give one of the two another name, or make them one"
        + (", or part them by `regions`" if apart else ""),
    )


def _cycle(start: str, onward: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names from `start` back to `start`, or none."""
    stack: list[tuple[str, ...]] = [(start,)]
    done: set[str] = set()
    while stack:
        path = stack.pop()
        for name in onward.get(path[-1], ()):
            if name == start:
                return (*path, name)
            if name not in done:
                done.add(name)
                stack.append((*path, name))
    return ()


def cyclic_extensions(book: Book) -> Iterator[Problem]:
    """Tell each activity that extends itself, over others or not."""
    onward = {
        name: {variant.extends for variant in variants if variant.extends}
        for name, variants in book.written.items()
    }
    for activity in book.rules(Activity):
        path = _cycle(activity.name, onward) if activity.extends else ()
        if path:
            yield found(
                "P212",
                activity,
                "extends",
                f"`{' extends '.join(path)}`: it extends itself",
                "take one `extends` of these out, and write there what it would inherit",
            )


def cyclic_statuses(book: Book) -> Iterator[Problem]:
    """Tell each status that holds while itself does."""
    onward = {
        status.name: {
            part.status
            for period in status.holds_while
            for part in inner(period)
            if isinstance(part, WhileHolds)
        }
        for status in book.rules(Status)
    }
    for status in book.rules(Status):
        path = _cycle(status.name, onward)
        if path:
            yield found(
                "P213",
                status,
                "holds_while",
                f"`{' while '.join(path)}`: the status waits for itself",
                "name an event or a relation in one of these instead of a status",
            )
